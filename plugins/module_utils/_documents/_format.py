# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""What every file format knows, and the words in which formats talk about a file."""

import re
from typing import Dict, List, NamedTuple, Set, Tuple, Union

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._placeholders import EXAMPLES, is_placeholder
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

#: Where a value stands: names of members, numbers of list entries.
Path = Tuple[Union[str, int], ...]


class Only(NamedTuple):
    """A step of a key: the only entry there, of those that ``pattern`` describes; ``said`` is how users say it."""

    said: str
    pattern: str = ".*"


class Selector(NamedTuple):
    """A step of a key: the one entry in which the text ``value`` stands at ``names`` (``[client_id=...]``).

    :param trimmed: white space around the text in the file does not count.
    """

    names: Tuple[Union[str, Only], ...]
    value: str
    trimmed: bool = False


#: A path as users write it: with steps that only a file resolves to names and numbers.
Key = Tuple[Union[str, int, Only, Selector], ...]

#: A value without its place: path, kind, value.
Reading = Tuple[Path, str, str]

#: The kind of a leaf that can hold a secret; every other kind is a phrase for messages, such as these.
TEXT = "text"

#: Encodings of files of which programs read bytes: UTF-8, or any other one that leaves ASCII alone.
BYTES = ("utf-8", "latin-1")

#: Kinds that several formats share.
A_NUMBER = "a number"
NO_VALUE = "a name without a value"
EMPTY_OBJECT = "an empty object"
EMPTY_LIST = "an empty list"

_LINE_END = re.compile(r"\r\n|\r|\n")


class Leaf(NamedTuple):
    """One value of a file.

    :param path: where it stands.
    :param kind: ``TEXT``, or what stands there instead, in words.
    :param value: as the programs that read the file see it (for other kinds: the literal).
    :param start: first character of the value in the text of the file, without the quotes of JSON, with all others.
    :param end: first character after it.
    :param style: how the value is written, in the format's own words.
    """

    path: Path
    kind: str
    value: str
    start: int
    end: int
    style: str = ""


class Note(NamedTuple):
    """What sets a value, or takes it back, without saying one.

    :param path: of that value, of what it is a part of, or of a part of it.
    :param what: in words.
    :param later_only: whether it does nothing to values that stand after it.
    """

    path: Path
    what: str
    position: int
    later_only: bool = False


class Scan:
    """All values of a file, in the order of the file.

    Files have hundreds of thousands of values: so these are plain tuples, and a :class:`Leaf` is made on demand. A
    format may even list them only when :meth:`complete` asks for it, and answer the other questions without.
    """

    def __init__(self) -> None:
        self.readings: List[Reading] = []
        #: Start, end and style of each reading.
        self.places: List[Tuple[int, int, str]] = []
        #: Paths of objects, lists and sections which the file opens more than once.
        self.repeated: Set[Path] = set()
        self.notes: List[Note] = []

    def add(self, path: Path, kind: str, value: str, start: int, end: int, style: str = "") -> None:
        """Append the next value; the parameters are those of a :class:`Leaf`."""
        self.readings.append((path, kind, value))
        self.places.append((start, end, style))

    def complete(self) -> None:
        """See that ``readings`` and ``repeated`` have all that is in the file."""

    def is_repeated(self, path: Path) -> bool:
        """Tell whether the file opens this object, list or section more than once."""
        return path in self.repeated

    def numbers_at(self, paths: Set[Path]) -> List[int]:
        """Return the numbers of the values that stand there."""
        return [number for number, reading in enumerate(self.readings) if reading[0] in paths]

    def leaf(self, number: int) -> Leaf:
        """Return one value with its place."""
        path, kind, value = self.readings[number]
        start, end, style = self.places[number]
        return Leaf(path, kind, value, start, end, style)

    def rivals(self, leaf: Leaf) -> List[Note]:
        """Return what else in the file decides on a value, so that its own place may not be the one that counts."""
        return [note for note in self.notes if _related(note.path, leaf.path)]

    def agrees(self, again: object, values: Dict[int, str]) -> bool:
        """Tell whether a second reading has the same values, but for those that are given by their numbers."""
        intended = list(self.readings)
        for number, value in values.items():
            path, kind, _old = intended[number]
            intended[number] = (path, kind, value)
        return again == intended


class Format:
    """One file format. Stateless: an instance serves any number of files."""

    #: As users write it in ``format``.
    name = ""

    def encodings(self, content: bytes) -> Tuple[str, ...]:
        """Return the encodings that such a file may be in; the first that fits all of it counts.

        Every piece of a text that was decoded must give its bytes back. A byte order mark of the encoding is kept, and
        not part of the text.
        """
        return ("utf-8",)

    def parse_key(self, key: str, where: str) -> Key:
        """Turn a user's key into a path. A malformed key is refused."""
        raise NotImplementedError

    def places(self, scan: Scan, key: Key) -> Tuple[Key, ...]:
        """Return what a key may stand for in this file; that more than one of them exists is refused later."""
        return (key,)

    def keys_of(self, path: Path, scan: Scan) -> List[str]:
        """Return keys that name the value at ``path``, as users write them, the best first; none where none can.

        A key that names another value, too, is refused where it is used.
        """
        return [str(path[0])]

    def parts(self, path: Path) -> int:
        """Return how many parts of a key, as users write it, a path stands for."""
        return len(path)

    def scan(self, text: str, where: str) -> Scan:
        """List every value with its position. A text that is not of this format is refused, by line and column."""
        raise NotImplementedError

    def encode(self, leaf: Leaf, value: str, where: str) -> str:
        """Write ``value`` (printable ASCII) for the place of ``leaf``, in the quoting in use there if that can hold it.

        Readers then see ``value`` between the two texts of :meth:`around`. A value that readers of this format would
        understand differently is refused.
        """
        raise NotImplementedError

    def reread(self, text: str, where: str) -> object:
        """Read all of a text again, for :meth:`Scan.agrees`: by another parser than :meth:`scan` where there is one."""
        return self.scan(text, where).readings

    def around(self, leaf: Leaf) -> Tuple[str, str]:
        """Return what readers see before and after the secret, and what stays there: quotes, a line end."""
        return ("", "")

    def frame(self, leaf: Leaf) -> Tuple[str, str]:
        """Return what stands at the beginning and the end of the place, over line ends, and is written again so."""
        return ("", "")

    def check_literal(self, leaf: Leaf, key: str, where: str) -> None:
        """Refuse a place that holds more than a secret, or something that readers take for more, whatever it says."""

    def stands_for_another(self, value: str) -> bool:
        """Tell whether programs that read this format replace a value by another one."""
        return is_placeholder(value)

    def repeated_hint(self, text: str) -> str:
        """Return the way out where a key stands in several places, or an empty text."""
        return ""

    def missing_hint(self, scan: Scan, path: Path) -> str:
        """Return what may have gone wrong when nothing stands at ``path``, or an empty text."""
        return ""


def _related(one: Path, other: Path) -> bool:
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def line_and_column(text: str, position: int) -> str:
    """Return ``line L, column C`` of a position; both count from 1."""
    line, line_start = 1, 0
    for match in _LINE_END.finditer(text, 0, position):
        line, line_start = line + 1, match.end()
    return f"line {line}, column {position - line_start + 1}"


def line_of(text: str, position: int) -> int:
    """Return the number of the line of a position, from 1."""
    return 1 + sum(1 for _end in _LINE_END.finditer(text, 0, position))


def malformed(format_name: str, text: str, position: int, expected: str, where: str) -> Refusal:
    """Return the refusal of a file that is not of its format. It never quotes the file."""
    return Refusal(
        f"a file is edited only if all of it is valid {format_name}",
        where,
        expected,
        f"something else in {line_and_column(text, position)}",
        "correct the file there, or declare its real format",
    )


def bad_key(format_name: str, key: str, expected: str, where: str) -> Refusal:
    """Return the refusal of a key that does not follow the key syntax of its format."""
    return Refusal(
        f"a key for {format_name} follows the key syntax of that format",
        where,
        expected,
        f"the key {key!r}",
        "correct `key` of this file in `sfmc_dependents`; docs/formats.md has the syntax with examples",
    )


def ambiguous_value(format_name: str, obstacle: str, reason: str, where: str) -> Refusal:
    """Return the refusal of a value that this format cannot hold so that all readers agree on it."""
    return Refusal(
        f"a value is written to {format_name} only where all readers of that format understand it alike",
        where,
        f"a value without {obstacle}: {reason}",
        "a value that has it",
        "generate another secret, or keep it for this program in a file of another format, such as JSON",
    )


def indirect_value(key: str, where: str) -> Refusal:
    """Return the refusal to treat what only stands for a secret as the secret itself."""
    return Refusal(
        "I-24: a declared key holds the secret itself",
        where,
        f"a literal value at {key!r}",
        f"a placeholder or a reference (such as {EXAMPLES}), or an encrypted value",
        "declare the place where the secret itself stands, or put the secret here",
    )


def indirect_new_value(format_name: str, where: str) -> Refusal:
    """Return the refusal to write a value that programs would replace by another one."""
    obstacle = f"the form of a placeholder or a reference (such as {EXAMPLES})"
    return ambiguous_value(format_name, obstacle, "programs replace such values", where)


def with_comment(key: str, where: str) -> Refusal:
    """Return the refusal of a value with a comment in its line, which belongs to the value for some readers."""
    return Refusal(
        "I-24: a declared key holds the secret and nothing else",
        where,
        f"no more than the secret at {key!r}",
        "; or # at its beginning or after a space: a comment to some readers, a part of the value to others",
        "move the comment to a line of its own",
    )


def several_lines(key: str, found: str, where: str) -> Refusal:
    """Return the refusal of a value over several lines: no secret, or lines that other readers see as other keys."""
    return Refusal(
        "I-24: a declared key holds a secret in one line",
        where,
        f"a value in one line at {key!r}",
        found,
        "put the secret into one line there, without indented lines after it, or correct `key` or `format`",
    )
