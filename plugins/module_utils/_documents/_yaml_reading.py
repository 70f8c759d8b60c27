# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""YAML, read by the events of PyYAML: every value with its path and its place."""

import re
import sys
from typing import Any, Dict, List, NamedTuple, Optional, Set

try:
    import yaml
except ImportError:
    yaml = None  # type: ignore[assignment]

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import (
    EMPTY_LIST,
    EMPTY_OBJECT,
    TEXT,
    Path,
    Scan,
    malformed,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._yaml_scalars import place, plain_kind
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

#: Objects and lists inside of one another.
MAX_DEPTH = 100

ALIAS = "an alias, which stands for the value at its anchor: declare the key at which that anchor stands"
TAGGED = "a value with a tag such as !vault or !ENV, or inside of one, from which a program makes another value"
#: The first reading of each document, in files with several.
A_DOCUMENT = "a document"
MERGE = "<<"

#: No key of a user can name this: it has quotes of both kinds.
_UNNAMED = "'\""
_GLOBAL_TAG = "tag:yaml.org,2002:"
_TEXT_TAG = _GLOBAL_TAG + "str"
#: What YAML does not allow, and what is a line end in YAML 1.1 and none in 1.2.
_NOT_YAML = re.compile("[^\t\n\r -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_VALID = "YAML as PyYAML on this host knows it, not a template for it (`format: text` edits one)"


class Loaders(NamedTuple):
    """The parsers of this host: ``pure`` is PyYAML's own, ``fast`` that of libyaml, or the same one again."""

    pure: Any
    fast: Any


def loaders(where: str) -> Loaders:
    """Return the parsers of this host. A host without PyYAML is refused."""
    if yaml is None:
        raise Refusal(
            "a YAML file is read by PyYAML, and not by guessing",
            where,
            f"PyYAML for {sys.executable}, the Python that Ansible uses on this host",
            "a Python without the module yaml",
            "install it (the package python3-yaml, or `python3 -m pip install pyyaml`), or declare `format: text`",
        )
    return Loaders(yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def read(text: str, loader: Any, where: str) -> Scan:
    """List every value of all documents.

    :raises Refusal: it is not YAML to this parser, by line and column.
    """
    strange = _NOT_YAML.search(text)
    if strange:
        raise malformed("YAML", text, strange.start(), "characters that every version of YAML reads alike", where)
    walker = _Walker(text, where)
    try:
        for event in yaml.parse(text, Loader=loader):
            walker.take(event)
        return walker.scan
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        position = mark.index if mark else getattr(error, "position", walker.position)
    except (ValueError, OverflowError):  # the pure parser, for escapes such as \UFFFFFFFF
        position = walker.position
    # Raised here and not in a handler: the parser's error quotes the file.
    raise malformed("YAML", text, position, _VALID, where)


class _Anchor(NamedTuple):
    """Where an anchor stands; ``text`` is that of a scalar."""

    path: Path
    text: Optional[str]


class _Container:
    """An object or a list that is open."""

    def __init__(self, path: Path, is_list: bool, is_tagged: bool, start: int) -> None:
        self.path = path
        self.is_list = is_list
        self.is_tagged = is_tagged
        self.start = start
        self.entries = 0
        #: The key of which the value comes next.
        self.key: Optional[str] = None
        self.keys: Set[str] = set()


class _Walker:
    """Makes readings of events."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        self.scan = Scan()
        self.position = 0
        self._open: List[_Container] = []
        self._anchors: Dict[str, _Anchor] = {}
        self._documents = 0
        self._root: Path = ()
        self._handlers = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.MappingStartEvent: self._opens,
            yaml.SequenceStartEvent: self._opens,
            yaml.MappingEndEvent: self._closes,
            yaml.SequenceEndEvent: self._closes,
            yaml.DocumentStartEvent: self._document,
        }

    def take(self, event: Any) -> None:
        """Take the next event of the parser."""
        self.position = event.start_mark.index
        handler = self._handlers.get(type(event))
        if handler:
            handler(event)

    def _document(self, event: Any) -> None:
        self._anchors = {}
        if self._documents == 1:
            self._number_the_first()
        if self._documents:
            self._root = (self._documents,)
            start = event.start_mark.index
            self.scan.add(self._root, A_DOCUMENT, "", start, start)
        self._documents += 1

    def _number_the_first(self) -> None:
        """Put the number of the first document before its paths, now that there is a second one."""
        first = self.scan
        self.scan = Scan()
        self.scan.add((0,), A_DOCUMENT, "", 0, 0)
        self.scan.readings += [((0,) + path, kind, value) for path, kind, value in first.readings]
        self.scan.places += first.places
        self.scan.repeated = {(0,) + path for path in first.repeated}

    def _scalar(self, event: Any) -> None:
        path = self._next(event.value)
        self._anchor(event, path, event.value)
        if path is None:
            return
        start, end = event.start_mark.index, event.end_mark.index
        if self._is_tagged() or event.tag not in (None, _TEXT_TAG):
            self.scan.add(path, TAGGED, f"{event.tag} {event.value}", start, end)
        elif event.tag or event.style:
            self.scan.add(path, TEXT, event.value, *place(self.text, start, end, event.style, event.value))
        else:
            kind = plain_kind(event.value)
            self.scan.add(path, kind, event.value, *place(self.text, start, end, event.style, event.value))

    def _alias(self, event: Any) -> None:
        anchor = self._anchors.get(event.anchor)
        if not anchor:
            raise self._malformed(event, "an alias of an anchor before it")
        path = self._next(anchor.text)
        if path is not None:
            self.scan.add(path, ALIAS, key_text(anchor.path), event.start_mark.index, event.end_mark.index)

    def _opens(self, event: Any) -> None:
        if len(self._open) == MAX_DEPTH:
            raise self._malformed(event, f"at most {MAX_DEPTH} objects and lists inside of one another")
        path = self._next(None) or ()
        self._anchor(event, path, None)
        is_tagged = self._is_tagged() or not (event.tag or _GLOBAL_TAG).startswith(_GLOBAL_TAG)
        is_list = isinstance(event, yaml.SequenceStartEvent)
        self._open.append(_Container(path, is_list, is_tagged, event.start_mark.index))

    def _closes(self, event: Any) -> None:
        container = self._open.pop()
        if not container.entries:
            kind = EMPTY_LIST if container.is_list else EMPTY_OBJECT
            self.scan.add(container.path, kind, "", container.start, event.end_mark.index)

    def _next(self, text: Optional[str]) -> Optional[Path]:
        """Return the path of the node that begins here; None for a key, which is ``text``."""
        if not self._open:
            return self._root
        container = self._open[-1]
        if container.key is not None:
            path = container.path + (container.key,)
            container.key = None
            return path
        container.entries += 1
        if container.is_list:
            return container.path + (container.entries - 1,)
        if text is None:
            container.key = f"{_UNNAMED}{container.entries}"
            return container.path + (container.key,)
        if text in container.keys:
            self.scan.repeated.add(container.path + (text,))
        container.keys.add(text)
        container.key = text
        return None

    def _anchor(self, event: Any, path: Optional[Path], text: Optional[str]) -> None:
        if event.anchor:
            there = self._open[-1].path + (str(text),) if path is None else path
            self._anchors[event.anchor] = _Anchor(there, text)

    def _is_tagged(self) -> bool:
        return bool(self._open) and self._open[-1].is_tagged

    def _malformed(self, event: Any, expected: str) -> Exception:
        return malformed("YAML", self.text, event.start_mark.index, expected, self.where)


def key_text(path: Path) -> str:
    """Write a path as a user would, for messages."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
