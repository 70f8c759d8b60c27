# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated shell scripts, which bash and dash source before and after an edit."""

from __future__ import annotations

import shlex

from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import TEXT
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._shell import Shell
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value, replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from . import _shells
from ._support import NEW, WHERE, many_edits, printable, replaced_or_refused, some_examples

_BARE = st.text(r"abzAZ019_.,:/@%+=#*?!{}[]^-", max_size=5)
_ESCAPED = st.sampled_from([r"\ ", r"\'", r"\"", r"\\", r"\$", r"\a", "\\\n", r"\;", r"\#"])
_SINGLE = st.text('ab KEY="\\$`#;()<>|&\n{}*?~\u20ac', max_size=6).map(lambda text: f"'{text}'")
_DOUBLE = st.lists(
    st.sampled_from([*"ab KEY='#;()<>|&\n{}*?~\u20ac", r"\"", r"\$", r"\`", r"\\", "\\\n", r"\a", r"\'"]), max_size=6
).map(lambda parts: '"' + "".join(parts) + '"')
#: Values as they may be written; each alone, or several side by side.
_WRITTEN = st.one_of(
    _BARE, _SINGLE, _DOUBLE, st.lists(st.one_of(_BARE, _ESCAPED, _SINGLE, _DOUBLE), max_size=4).map("".join)
)

#: Other commands: of bash and dash alike, harmless, and full of what looks like an assignment or a quote.
_OTHERS = st.sampled_from(
    [
        "",
        "# KEY=no it's \"",
        "\t# `",
        "echo KEY=no 'KEY=no\n' \"KEY=no\n\"",
        "echo \\\nKEY=no",
        "cat <<EOF\nKEY=no it's \\` \"\nEOF",
        "cat <<-'E F' | cat\n\tKEY=no $(\n\tE F",
        "cat <<A; cat <<B\nB\nKEY=no\nA\nA\nB",
        "B=`echo \"x\" 'KEY'=no`",
        'B="$(echo "a)" ")" \'"\' # it\'s )\n)"',
        "B=$(case x in x) echo y;; (z) ;; esac)",
        "B=${B:-'}'}${B#\"}\"}",
        'B="${B:-a b}$((1 + (2)))"',
        "if [ a = b ]; then C=1; elif false; then C=2; else C=3; fi",
        "case x in [ab]) C=1 ;; x|'y)') C=4 ;; esac",
        "for D in 1 2 KEY=no; do :; done",
        "while false; do C=1; done </dev/null",
        "f() { C=5; }; f",
        "{ C=6; } 2>/dev/null && (C=7) || true",
        "B=1 true KEY=no",
        ">/dev/null 2>&1 C=8",
        "export C B",
        "export C=9 B='a b'",
        "B=a#b; C=${#B}",
        ': $# $$ ${B%%#*} "${B##\\\'}"',
        "! false",
        "B='a\nKEY=no\nb'",
    ]
)
#: Places of the target: a function sees it where it is set for one command or in a subshell only.
_TARGETS = st.sampled_from(
    [
        "KEY=@@",
        "  KEY=@@ # KEY=no",
        "export KEY=@@",
        "export A=1 KEY=@@ C=3",
        "readonly KEY=@@",
        "A=1 KEY=@@ C=3",
        "KEY=@@ see KEY=no",
        ">/dev/null KEY=@@ see",
        "{ KEY=@@; }",
        "if KEY=@@; then :; fi",
        "if false; then :; else KEY=@@; fi",
        "case x in (y) ;; x) KEY=@@;; esac",
        "for D in 1; do KEY=@@; done",
        "g() { KEY=@@; }; g",
        "true && KEY=@@; C=4",
        "false || ! KEY=@@",
        'SEEN="$(KEY=@@; printf %s "$KEY")"',
        'SEEN=$(KEY=@@; printf %s "$KEY"; # it\'s\n)',
    ]
)
_SEE = 'see() { SEEN="$KEY"; }\n'
_NAMES = ("SEEN", "KEY", "A", "B", "C", "D")


@st.composite
def _documents(draw: st.DrawFn) -> str:
    return "".join(
        line
        + draw(
            st.sampled_from(["\n", "\n\n", " ;\n"]) if line and "<<" not in line and "#" not in line else st.just("\n")
        )
        for line in draw(st.lists(_OTHERS, max_size=5))
    )


@many_edits
@given(_documents(), _TARGETS, _WRITTEN, _documents(), printable)
def test_i24_shells_see_one_value_change(before: str, target: str, written: str, after: str, value: str) -> None:
    assume("export" not in target or not set("*?[{") & set(written))
    head, tail = (_SEE + before + target + "\n" + after).split("@@")
    content = f"{head}{written}{tail}".encode()
    edited = replaced_or_refused("shell", content, "KEY", value)
    if edited is None:
        return
    assert edited.startswith(head.encode()) and edited.endswith(tail.encode())
    old_value = read_value("shell", content, "KEY", WHERE)
    for shell in (_shells.BASH, _shells.SH):
        (old, *others), (new, *others_now) = (_seen(shell, document) for document in (content, edited))
        # A substitution drops line ends at the end of what it reads.
        assert (old, new) == (old_value.rstrip("\n") if "printf" in target else old_value, value)
        assert others == others_now


def _seen(shell: str, content: bytes) -> list[str]:
    """Return the values of the key, as far as they are to be seen, and of the other variables."""
    values = _shells.variables(shell, content, *_NAMES)
    assert values is not None
    seen, key, *others = values
    return [seen or key, *others]


@some_examples
@given(st.lists(_WRITTEN, max_size=8))
def test_all_values_are_read_as_shells_and_shlex_read_them(written: list[str]) -> None:
    names = [f"V{number}" for number in range(len(written))]
    content = "".join(f"{name}={value}\n" for name, value in zip(names, written, strict=True))
    readings = Shell().scan(content, WHERE).readings
    assert [path for path, _kind, _value in readings] == [(name,) for name in names]
    assert all(kind == TEXT for _path, kind, _value in readings)
    values = [value for _path, _kind, value in readings]
    for shell in (_shells.BASH, _shells.SH):
        assert _shells.variables(shell, content.encode(), *names) == values
    for value, raw in zip(values, written, strict=True):
        # shlex knows neither joined lines nor that a backslash escapes $ and ` in double quotes.
        if not any(sign in raw for sign in ("\\\n", "\\$", "\\`")):
            assert shlex.split(raw, posix=True) == ([value] if raw else [])


_JUNK = st.sampled_from(
    [*"'\"\\$`(){}[]<>|&;#\n =~*!", "<<", "$(", "${", "$((", "))", "\\\n", "KEY=", "if ", "esac", "do\n", "\r"]
)


@some_examples
@given(_documents(), _TARGETS, _WRITTEN, _documents(), st.data())
def test_a_damaged_document_is_refused_or_stays_as_valid_as_it_was(
    before: str, target: str, written: str, after: str, data: st.DataObject
) -> None:
    content = before + target.replace("@@", written) + "\n" + after
    position = data.draw(st.integers(0, len(content)))
    damaged = (content[:position] + data.draw(_JUNK) + content[position + data.draw(st.integers(0, 3)) :]).encode()
    try:
        edited = replace_value("shell", damaged, "KEY", NEW, WHERE)
    except Refusal:
        return
    for shell in (_shells.BASH, _shells.SH):
        assert _shells.is_valid(shell, damaged) == _shells.is_valid(shell, edited)
