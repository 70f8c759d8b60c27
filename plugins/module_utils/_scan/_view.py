# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""A document as bytes in which ASCII can be searched, and what is sought in it. Pure."""

import base64
import codecs
import functools
import re
from typing import Dict, Iterator, List, NamedTuple, Set, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Owner, Sought
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._values import BASE64, PLAIN, Secret, decoded

#: Words in which a secret may stand, in base64 too, and how much of one tells it from others.
_WORD = re.compile(rb"[A-Za-z0-9_+/=-]{16,}")
_ORDINARY = re.compile(r"[A-Za-z0-9_-]{16,}")
_WINDOW = 12
_LARGEST_TEXT = 16 * 1024 * 1024


class Hit(NamedTuple):
    """A secret in the view. ``whole`` tells whether nothing else is encoded with it."""

    start: int
    end: int
    secret: Secret
    whole: bool = True


class View:
    """The characters of a file, one byte for each; places in it are counted in those."""

    def __init__(self, content: bytes) -> None:
        self._scale, self._shift = 1, 0
        #: A place whose line is known, and that line.
        self._counted = (0, 1)
        self.data = content
        for mark, low in ((codecs.BOM_UTF16_LE, 0), (codecs.BOM_UTF16_BE, 1)):
            if content.startswith(mark):
                self._narrow(content, 2, low)
        if self._scale == 1 and b"\0" in content:
            self._unmarked(content)

    def _unmarked(self, content: bytes) -> None:
        """Take a file of which every second byte is zero for UTF-16; of others, what is left without zeros."""
        zeros = content.count(b"\0")
        for low in (0, 1):
            if zeros * 2 > len(content) * 0.8 and content[1 - low :: 2].count(b"\0") == zeros:
                self._narrow(content, 0, low)
                return
        self.data = content.replace(b"\0", b"")
        self._scale = 0

    def _narrow(self, content: bytes, shift: int, low: int) -> None:
        units = content[shift : len(content) - (len(content) - shift) % 2]
        letters, others = units[low::2], units[1 - low :: 2]
        if others.count(b"\0") != len(others):
            letters = bytes(letter if not other else 0x7F for letter, other in zip(letters, others))
        self.data, self._scale, self._shift = letters, 2, shift

    @property
    def is_text(self) -> bool:
        """Tell whether formats may read the file: not one with zeros in it that are no UTF-16."""
        return self._scale > 0

    def offset(self, place: int) -> int:
        """Return where in the content a place is."""
        return place * self._scale + self._shift

    def place(self, offset: int) -> int:
        """Return the place of a byte of the content."""
        return (offset - self._shift) // self._scale if self._scale else offset

    def line(self, place: int) -> int:
        """Return the number of a place's line, 0 where there are no lines."""
        if not self.is_text:
            return 0
        start, lines = self._counted if self._counted[0] <= place else (0, 1)
        # Places are asked for in their order, and large files have many.
        count = [self.data.count(sign, start, place) for sign in (b"\n", b"\r", b"\r\n")]
        lines += count[0] + count[1] - count[2]
        self._counted = (place, lines)
        return lines

    def text(self) -> str:
        """Return its beginning as text, with the same places: all of it but for what is no configuration."""
        return self.data[:_LARGEST_TEXT].decode("latin-1")


class Signs(NamedTuple):
    """What in a file says that it is about the product: places of client ids, and hosts."""

    client_ids: Dict[str, int]
    hosts: Dict[str, int]


def signs_in(data: bytes, sought: Sought) -> Signs:
    """Return the client ids and the hosts in a view, each with its first place."""
    wanted = set(sought.client_ids)
    ids: Dict[str, int] = {}
    for word in re.finditer(rb"(?<![A-Za-z0-9])[a-z0-9]{24}(?![A-Za-z0-9])", data):
        name = word.group().decode("ascii")
        if name in wanted:
            ids.setdefault(name, word.start())
    # In tests and at other places, client ids may have another form.
    for name in wanted:
        if not re.fullmatch("[a-z0-9]{24}", name):
            found = re.search(rb"(?<![A-Za-z0-9])" + re.escape(name.encode("utf-8")) + rb"(?![A-Za-z0-9])", data)
            if found:
                ids[name] = found.start()
    hosts = {host: re.search(re.escape(host.encode("utf-8")), data, re.IGNORECASE) for host in sought.hosts}
    return Signs(ids, {host: match.start() for host, match in hosts.items() if match})


def only_one(signs: Signs, data: bytes, sought: Sought) -> str:
    """Return the one client id in a view; if it has none, that of the one integration of its tenant; else nothing."""
    ids = set(signs.client_ids)
    if not ids and signs.hosts:
        lower = data[:_LARGEST_TEXT].lower()
        for host, owners in sought.tenants.items():
            ids.update(owners if host and host.encode("utf-8") in lower else ())
    return ids.pop() if len(ids) == 1 else ""


def known_in(data: bytes, sought: Sought) -> List[Hit]:
    """Return every place of a known secret, in order: plain, and in base64 whatever stands before it."""
    found: Dict[Tuple[int, int], Hit] = {}
    for hit in [*_in_words(data, sought), *_unusual(data, sought)]:
        found.setdefault((hit.start, hit.end), hit)
    return [found[span] for span in sorted(found)]


def _unusual(data: bytes, sought: Sought) -> Iterator[Hit]:
    """Yield secrets that are no words; no form that SFMC gives out is such."""
    for value, owner in sought.secrets.items():
        if value and not _ORDINARY.fullmatch(value):
            for match in re.finditer(re.escape(value.encode("utf-8")), data):
                yield Hit(match.start(), match.end(), Secret(value, *owner))


class _Form(NamedTuple):
    """How a secret may be written; ``window`` is where in it the window begins."""

    written: bytes
    value: str
    owner: Owner
    encoding: str


@functools.lru_cache(maxsize=2)
def _forms(sought: Sought) -> Dict[bytes, List[_Form]]:
    """Return the forms by what they end with: newer secrets all begin alike."""
    forms: Dict[bytes, List[_Form]] = {}
    for value, owner in sought.secrets.items():
        if not _ORDINARY.fullmatch(value):
            continue
        written = [(value.encode("ascii"), PLAIN)] + [(form, BASE64) for form in in_base64(value)]
        for form, encoding in written:
            forms.setdefault(form[-_WINDOW:], []).append(_Form(form, value, owner, encoding))
    return forms


def in_base64(value: str) -> Set[bytes]:
    """Return what the base64 of a longer text has for a secret: it begins at one of three places."""
    raw = value.encode("utf-8")
    forms: Set[bytes] = set()
    for shift in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            letters = encode(b"\0" * shift + raw).rstrip(b"=")
            forms.add(letters[shift + 1 if shift else 0 : len(letters) - (1 if (shift + len(raw)) % 3 else 0)])
    return forms


def _in_words(data: bytes, sought: Sought) -> Iterator[Hit]:
    forms = _forms(sought)
    for word in _WORD.finditer(data):
        text = word.group()
        for end in range(_WINDOW, len(text) + 1):
            for form in forms.get(text[end - _WINDOW : end], ()):
                if text.endswith(form.written, 0, end):
                    yield _hit(word, end, form)


def _hit(word: "re.Match[bytes]", end: int, form: _Form) -> Hit:
    start = word.start() + end - len(form.written)
    secret = Secret(form.value, form.owner.client_id, form.owner.stage, form.encoding)
    if form.encoding == PLAIN:
        return Hit(start, word.start() + end, secret)
    # A = before it belongs to a name: key=base64.
    before = re.match(rb"[A-Za-z0-9_+/-]*=(?!=*\Z)", word.group())
    begin = before.end() if before and word.start() + before.end() <= start else 0
    whole = decoded(word.group()[begin:].decode("ascii")) == form.value
    if whole:
        return Hit(word.start() + begin, word.end(), secret)
    return Hit(start, word.start() + end, secret, False)
