# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated YAML files: every style of scalars, block and flow, comments, anchors, merges, tags, several documents."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from ._support import line_ends

#: Scalars: ``{c}`` is a text that occurs once, ``{n}`` a line end and the indentation of the parent.
FLOW_SCALARS = [
    "{c}",
    "{c} b#c, d",
    '"{c}"',
    '"{c} \\x41\\"\\n"',
    '"{c}{n}   b \\{n}  c"',
    "'{c}'",
    "'{c}''b'",
    "'{c}{n}{n}   b'",
    "!!str {c}",
    '!!str "{c}"',
]
BLOCK_SCALARS = [
    "{c} it's",
    "{c} b{n}   c{n}{n}  d",
    "|{n}  {c}",
    "| # note{n}  {c}",
    "|-{n}  {c} #b: 'c'",
    "|+{n}  {c}{n}{n}",
    "|2{n}  {c}",
    "|2-{n}   {c}",
    ">{n}{n}   {c}",
    ">-{n} {c}",
    ">+{n}  {c}{n}",
    "!!str >{n}  {c}",
]
#: Those that no line end takes apart.
ONE_LINE_SCALARS = [
    scalar
    for scalar in FLOW_SCALARS + BLOCK_SCALARS
    if "\\n" not in scalar and ("{n}" not in scalar or "|" in scalar or ">" in scalar)
]
_NO_SECRETS = [
    "5",
    "yes",
    "",
    "~",
    "[]",
    "{{}}",
    "0x1F",
    "|{n}  {c}{n}  b",
    "!t {c}",
    "'\u00e9\U0001f511'",
    "2026-01-02",
]
_KEYS = ["k{}", "'k {}'", '"k.{}"', "k{}-x y", "{}", "? k{}{n}"]
_COMMENTS = ["", "", "", " # note: {c}", "   "]


class _Writer:
    """Writes a document; every text in it is one of a kind."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self.end = draw(line_ends)
        self.written = 0
        self._anchors: list[str] = []
        self._objects: list[str] = []

    def document(self) -> str:
        self._anchors, self._objects = [], []
        return self._mapping(0, 3) if self._pick(True, True, False) else self._list(0, 3)

    def _pick(self, *choices: Any) -> Any:
        return self._draw(st.sampled_from(choices))

    def _fill(self, template: str, indent: int) -> str:
        self.written += 1
        return template.format(self.written, c=f"old{self.written}x", n=self.end + " " * indent)

    def _comment(self, indent: int) -> str:
        return self._fill(self._pick(*_COMMENTS), indent) + self.end

    def _node(self, indent: int, depth: int) -> str:
        """Return what follows a key or a dash, line end and all; ``indent`` is that of the parent."""
        kind = self._pick("scalar", "scalar", "block", "flow", "other", *["mapping", "list"] * (depth > 0))
        anchor = self._pick("", "", "", f"&a{self.written} ")
        node = getattr(self, f"_{kind}_node")(f" {anchor}", indent, depth)
        if anchor:
            (self._objects if kind == "mapping" else self._anchors).append(anchor.strip(" &"))
        return str(node)

    def _scalar_node(self, before: str, indent: int, depth: int) -> str:
        before = self._pick(before, before, before + self._comment(indent) + " " * (indent + 1))
        return before + self._fill(self._pick(*FLOW_SCALARS), indent) + self._comment(indent)

    def _block_node(self, before: str, indent: int, depth: int) -> str:
        return before + self._fill(self._pick(*BLOCK_SCALARS), indent) + self.end

    def _other_node(self, before: str, indent: int, depth: int) -> str:
        if self._anchors and not before.strip():
            return f" *{self._pick(*self._anchors)}{self._comment(indent)}"
        return before + self._fill(self._pick(*_NO_SECRETS), indent) + self.end

    def _flow_node(self, before: str, indent: int, depth: int) -> str:
        return before + self._flow(indent, 2) + self._comment(indent)

    def _flow(self, indent: int, depth: int) -> str:
        space = self._pick("", " ", f"{self.end}{' ' * indent}  ", f" # note{self.end}{' ' * indent} ")
        entries = [self._entry(indent, depth) for _index in range(self._pick(1, 2, 3))]
        if self._pick(True, False):
            return "[" + space + f"{space},{space}".join(entries) + space + "]"
        keys = [self._fill(self._pick("k{}: ", '"k{}":', "'k{}' : "), indent) for _entry in entries]
        return "{" + space + f", {space}".join(map(str.__add__, keys, entries)) + space + "}"

    def _entry(self, indent: int, depth: int) -> str:
        if depth and self._pick(True, False):
            return self._flow(indent, depth - 1)
        return self._fill(self._pick(*FLOW_SCALARS).replace("c, d", "c"), indent)

    def _mapping_node(self, before: str, indent: int, depth: int) -> str:
        inner = indent + self._pick(1, 2, 4)
        return before + self._comment(indent) + self._mapping(inner, depth - 1)

    def _list_node(self, before: str, indent: int, depth: int) -> str:
        return before + self._comment(indent) + self._list(indent + self._pick(1, 2), depth - 1)

    def _mapping(self, indent: int, depth: int) -> str:
        lines = []
        for _index in range(self._pick(1, 2, 3)):
            lines.append(self._pick("", "", self.end, " " * indent + "# note: x" + self.end))
            lines.append(f"{' ' * indent}{self._fill(self._pick(*_KEYS), indent)}:{self._node(indent, depth)}")
        if self._objects and self._pick(True, False):
            lines.append(f"{' ' * indent}<<: *{self._pick(*self._objects)}{self.end}")
        return "".join(lines)

    def _list(self, indent: int, depth: int) -> str:
        dash = " " * indent + "-"
        entries = [f"{dash}{self._node(indent, depth)}" for _index in range(self._pick(1, 2, 3))]
        if depth > 0 and self._pick(True, False):
            entries.append(f"{dash} {self._mapping(indent + 2, depth - 1).lstrip()}")
        return "".join(entries)


@st.composite
def files(draw: st.DrawFn) -> str:
    writer = _Writer(draw)
    documents = [writer.document() for _index in range(draw(st.sampled_from([1, 1, 1, 2, 3])))]
    file = f"---{writer.end}".join(documents)
    return file if draw(st.booleans()) else f"---{writer.end}{file}...{writer.end}"
