# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shell scripts, against bash and dash, which source every edited document."""

from __future__ import annotations

import contextlib
import time

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value, replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from . import _shells
from ._support import NEW, WHERE, Edit, prove_edit

#: Documents in which only the place matters: KEY is @@ there, "old" before the edit.
PLACES = {
    "plain": "A=1\nKEY=@@\nB=2\n",
    "export": "export KEY=@@\n",
    "readonly": "readonly KEY=@@",
    "declare -x": "declare -x KEY=@@\n",
    "typeset -gx": "typeset -g -x -- KEY=@@\n",
    "local": "f() {\n  local KEY=@@ B\n}\n",
    "several assignments in a line": "A=1 KEY=@@ B=2\n",
    "several exports in a line": "export A=1 KEY=@@ B\n",
    "before a command": "A=1 KEY=@@ ./job --now KEY=no\n",
    "after a redirection": ">/dev/null 2>&1 KEY=@@ ./job\n",
    "after a redirection of a descriptor": "3<&0 KEY=@@\n",
    "command export": "command export KEY=@@\n",
    "env": "env -i -u A A=1 KEY=@@ ./job KEY=no\n",
    "after ;": "echo x; KEY=@@; echo y\n",
    "after && and ||": "true&&KEY=@@||KEY2=2\n",
    "in a pipe": "echo | KEY=@@ cat\n",
    "after &": "sleep 1 & KEY=@@\n",
    "after !": "! KEY=@@\n",
    "in a subshell": "(KEY=@@)\n",
    "in braces": "{ KEY=@@; } >out\n",
    "in a function": "name () { KEY=@@; }\n",
    "in a function of bash": "function name { KEY=@@; }\nfunction other() (\n:\n)\n",
    "in an if": "if [ x = y ]; then A=1; elif KEY=@@; then :; else :; fi\n",
    "in a loop": "while read -r line; do KEY=@@; done <file\n",
    "in a for": "for x\nin 1 2 KEY=no; do KEY=@@; done\n",
    "in a for of bash": "for ((i = 0; i < 3; i++)); do KEY=@@; done\n",
    "in a case": "case $1 in\n(a|'b)') ;;\n*.[ch]) KEY=@@ ;;\nesac\n",
    "in a case without a last ;;": "case x in a) ;; b) KEY=@@; esac\n",
    "in a substitution": 'A="$(KEY=@@ ./job "$(B=2 x)")"\n',
    "in a substitution with a case": "A=$(case x in x) KEY=@@ ./job;; esac)\n",
    "in a process substitution": "diff <(KEY=@@ ./job) file\n",
    "after comments": "#!/bin/sh\n# KEY=no it's\nA=1 # KEY=no\n#KEY=no\nKEY=@@ # it's\n",
    "# within a word is no comment": "echo a#b; KEY=@@\n",
    "after a string of several lines": 'A=\'\nKEY=no\n\' B="\nKEY=no \\"\n"\nKEY=@@\n',
    "after arguments": "echo KEY=no 'KEY=no' \"KEY=no\"\nmake KEY=no\nKEY=@@\n",
    "after a continued line": "echo \\\nKEY=no\nKEY=@@\n",
    "after a continued command": "A=1 \\\n  KEY=@@ \\\n  ./job\n",
    "after a here-document": "cat <<EOF\nKEY=no it's $(x\nEOF\nKEY=@@\n",
    "after two here-documents": "cat <<-'A' <<\"B C\"; D=1\n\tKEY=no\n\tA\nKEY=no\\\nB C\nKEY=@@\n",
    "after a here-document in a substitution": "A=$(cat <<EOF\nKEY=no)\nEOF\n)\nKEY=@@\n",
    "after a here-string": 'cat <<<"KEY=no"\nKEY=@@\n',
    "after an expression": "A=$((1 << 2 + (3))) B=$(( (1) ))\n((A < 3))\nKEY=@@\n",
    "after a condition": "[[ $a < b && KEY=no =~ ^(x|y])$ ]] && KEY=@@\n",
    "after a parameter": 'A=${B:-\'}\'"}"} C="${D:-"}"}" E=${#A} F=$#\nKEY=@@\n',
    "after backquotes": 'A=`echo "x" \\`date\\``\nKEY=@@\n',
    "after a list": "A=(1 'KEY=no' # KEY=no\n  KEY=no $(x))\nB+=(2)\nKEY=@@\n",
    "after an entry of a list": "A[1]=x B[${#B[@]}]+=y\nKEY=@@\n",
    "after quotes of bash": "A=$'it\\'s' B=$\"x\"\nKEY=@@\n",
    "after an extended pattern": "rm !(a|b) ?(c)\nKEY=@@\n",
    "longer names": "KEY2=x MY_KEY=y\nKEY=@@\n",
    "a name without a value": "export KEY\nKEY=@@\nexport KEY A\n",
    "without a final line end": "A=1\nKEY=@@",
    "UTF-8 elsewhere": "# gr\u00fc\u00dfe\nA=\u20ac\nKEY=@@\n",
    "with a script for another program": "awk '\n{ KEY=no }\n' file | sed \"s/KEY=.*/KEY=$x/\"\nKEY=@@\n",
}


@pytest.mark.parametrize("place", PLACES)
def test_i24_only_the_declared_value_changes_wherever_a_shell_takes_it(place: str) -> None:
    for before, after in (("", ""), ("'", "'"), ('"', '"')):
        written, new_written = before + "old" + after, before + NEW + after
        prove_edit("shell", Edit(place, PLACES[place], "KEY", written, "old", NEW, new_written))


@pytest.mark.parametrize("place", PLACES)
def test_the_places_are_valid_to_bash(place: str) -> None:
    assert _shells.is_valid(_shells.BASH, PLACES[place].replace("@@", "old").encode())


EDITS = [
    Edit("empty", "KEY=@@\n", "KEY", "", "", NEW, NEW),
    Edit("empty before a comment", "KEY=@@ # x\n", "KEY", "", "", NEW, NEW),
    Edit("empty quotes", "KEY=@@\n", "KEY", "''", "", NEW, f"'{NEW}'"),
    Edit("escapes without quotes", "KEY=@@\n", "KEY", r"o\l\ d\$", "ol d$", NEW, NEW),
    Edit("escapes in double quotes", "KEY=@@\n", "KEY", r'"\"\$\`\\\n"', '"$`\\\\n', NEW, f'"{NEW}"'),
    Edit("no escapes in single quotes", "KEY=@@\n", "KEY", r"'\n\\$x`'", r"\n\\$x`", NEW, f"'{NEW}'"),
    Edit("pieces side by side", "KEY=@@;A=1\n", "KEY", "a\"b\"'c'\\d", "abcd", NEW, f'"{NEW}"'),
    Edit("a pattern is none in an assignment", "KEY=@@\n", "KEY", "*.[ch]{a,b}?", "*.[ch]{a,b}?", NEW, NEW),
    Edit("signs that mean nothing here", "KEY=@@\n", "KEY", "a=b#c!^%,@-+:/.]", "a=b#c!^%,@-+:/.]", NEW, NEW),
    Edit("a name in single quotes", "export 'KEY=@@' A\n", "KEY", "o d", "o d", 'a "b', 'a "b'),
    Edit("a name in double quotes", 'export "KEY=@@" A\n', "KEY", r"o\$d", "o$d", "a'b$\"c", "a'b\\$\\\"c"),
    Edit("quotes of bash", "#!/usr/bin/env bash\nKEY=@@\n", "KEY", r"$'o\'\t'", "o'\t", "a'b\\c", r"$'a\'b\\c'"),
    Edit("quotes only when needed", "KEY=@@\n", "KEY", "old", "old", "a b#c", "'a b#c'"),
    Edit("quotes of the other kind when needed", "KEY=@@\n", "KEY", "'old'", "old", "it's", '"it\'s"'),
    Edit("escapes when needed", "KEY=@@\n", "KEY", "old", "old", "a'b$c\"d", r'''"a'b\$c\"d"'''),
    Edit("~ and = at the beginning", "KEY=@@\n", "KEY", "old", "old", "=~x", "'=~x'"),
]


@pytest.mark.parametrize("edit", EDITS, ids=[edit.promise for edit in EDITS])
def test_i24_only_the_declared_value_changes_however_it_is_written(edit: Edit) -> None:
    prove_edit("shell", edit)
    for shell in (_shells.BASH, _shells.SH):
        if "bash" not in edit.template or shell == _shells.BASH:
            for written, value in ((edit.written, edit.value), (edit.new_written, edit.new_value)):
                document = edit.template.replace("@@", written).encode()
                assert _shells.variables(shell, document, "KEY") == [value]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("KEY=1\nA=2\nexport KEY='3'\n", "2 times, in the lines 1, 3"),
        ("if x; then KEY=1; else KEY=2; fi\n", "2 times"),
        ("KEY=1\nf() { local KEY=2; }\n", "2 times"),
        ("KEY=1\nfor KEY in a b; do :; done\n", "2 times"),
        ("KEY=1\nA=`KEY=2 x`\n", "2 times"),
        ("KEY=1\nKEY+=2\n", "2 times"),
        ("KEY=1\nKEY[0]=2\n", "2 times"),
        ("KEY=1\nexport 'K'EY=2\n", "2 times"),
        ("A=2\n", "no such key"),
        ("echo KEY=1\n", "no such key"),
        ("KEY = 1\n", "no such key"),
        ("echo KEY=1 # KEY=2\ncat <<x\nKEY=3\nx\n", "no such key"),
        (": ${KEY:=1}\n", "no such key"),
        ("'KEY'=1\n", "no such key"),
        ("KEY=$OTHER\n", "the shell computes"),
        ('KEY="a$b"\n', "the shell computes"),
        ("KEY=`x`\n", "the shell computes"),
        ("KEY=$(x)\n", "the shell computes"),
        ("KEY=~/x\n", "the shell computes"),
        ("KEY=a:~\n", "the shell computes"),
        ("KEY=$\n", "the shell computes"),
        ('export "KEY=$x"\n', "the shell computes"),
        ("export KEY=*.c\n", "a pattern of names"),
        ("KEY=(a b)\n", "a list"),
        ("KEY[1]=a\n", "an entry of a list"),
        ("KEY+=a\n", "+= appends"),
        ("declare -i KEY=1\n", "other options"),
        ("declare -u 'KEY=a'\n", "other options"),
        ("export K'EY=a'\n", "in quotes that begin in its name"),
        ("for KEY in a; do :; done\n", "the variable of a loop"),
        ("A=`KEY=a x`\n", "inside of backquotes"),
        ("KEY=$'a'\n", "only some shells understand"),
        ("#!/bin/bash\nKEY=$'\\x41'\n", "by number"),
        ("A=1\r\nKEY=old\r\n", "carriage return"),
    ],
)
def test_i24_a_key_in_doubt_is_refused(content: str, found: str) -> None:
    _refused_with(content, found)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("KEY=old\nA='x\n", "line 2, column 3"),
        ('KEY=old\nA="x\n', "line 2, column 3"),
        ("KEY=old\nA=$(x\n", "line 2, column 4"),
        ("KEY=old\nA=${x\n", "line 2, column 3"),
        ("KEY=old\nA=`x\n", "line 2, column 3"),
        ("KEY=old\nA=$((1)\n", "line 2, column 7"),
        ("KEY=old\n((a); b)\n", "line 2, column 4"),
        ("KEY=old\nA=x\\", "line 2, column 4"),
        ("KEY=old\ncat <<EOF\n", "line 2, column 7"),
        ("KEY=old\ncat <<E\nE \n", "line 2, column 7"),
        ("KEY=old\ncat <<EOF\nx\\\nEOF\n", "line 4, column 1"),
        ("KEY=old\ncat <<$x\nx\n", "line 2, column 7"),
        ("KEY=old\ncat <<E 'x\n'\nE\n", "line 2, column 9"),
        ("KEY=old\ncat <\\\n<E\n", "line 2, column 6"),
        ("KEY=old\nA=(1\n", "line 2, column 3"),
        ("KEY=old\nA=x(y)\n", "line 2, column 4"),
        ("KEY=old\nif x; then\n", "line 3, column 1"),
        ("KEY=old\nfi\n", "line 2, column 1"),
        ("KEY=old\n}\n", "line 2, column 1"),
        ("KEY=old\n)\n", "line 2, column 1"),
        ("KEY=old\n;;\n", "line 2, column 1"),
        ("KEY=old\n{ :; } x\n", "line 2, column 8"),
        ("KEY=old\ncase x is\n", "line 2, column 8"),
        ("KEY=old\ncase x in a b) ;; esac\n", "line 2, column 13"),
        ("KEY=old\nfor 1 in x; do :; done\n", "line 2, column 5"),
        ("KEY=old\nfor x of y; do :; done\n", "line 2, column 7"),
        ("KEY=old\n[[ x\n", "line 2, column 1"),
        ("KEY=old\n!(x)\n", "line 2, column 1"),
        ("KEY=old\nA=\"${x:-it's}\" B='\n'", "line 2, column 11"),
        ("KEY=old\nK\\\nEY=new\n", "line 2, column 1"),
        ("KEY=old\n2\\\n>x KEY=new\n", "line 2, column 1"),
        ("KEY=old\necho >\n", "line 2, column 7"),
        ("KEY=old\necho `x # y`\n", "line 2, column 6"),
        ("KEY=old\necho $[1 + 2]\n", "line 2, column 6"),
        ("KEY=old\necho ${ x; }\n", "line 2, column 8"),
        ("KEY=old\n" + "A=$(" * 40 + ")" * 40, "line 2, column 125"),
        ("#!/usr/bin/env python3\nKEY=old\n", "line 1, column 1"),
        ("#!/bin/csh -f\nKEY=old\n", "line 1, column 1"),
        ("KEY=old\n\0", "offset 8"),
    ],
)
def test_i24_a_construct_that_cannot_be_followed_is_refused(content: str, place: str) -> None:
    _refused_with(content, place)


def _refused_with(content: str, found: str) -> None:
    for act in (
        lambda: read_value("shell", content.encode(), "KEY", WHERE),
        lambda: replace_value("shell", content.encode(), "KEY", NEW, WHERE),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert found in refused.value.found
        assert refused.value.offender == WHERE


@pytest.mark.parametrize("key", ["", "a.b", "1A", "A=", "A[1]"])
def test_i44_a_malformed_key_is_refused(key: str) -> None:
    with pytest.raises(Refusal, match="the name of a variable"):
        read_value("shell", b"A=1\n", key, WHERE)


def test_a_byte_order_mark_belongs_to_the_first_word() -> None:
    with pytest.raises(Refusal, match="no such key"):
        read_value("shell", "\ufeffKEY=old\n".encode(), "KEY", WHERE)
    prove_edit("shell", Edit("later", "\ufeff# x\nKEY=@@\n", "KEY", "old", "old", NEW, NEW))


def test_a_value_that_the_place_cannot_hold_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        replace_value("shell", b"export 'KEY=old'\n", "KEY", "it's", WHERE)
    assert "it's" not in str(refused.value)


def test_other_encodings_survive() -> None:
    edited = replace_value("shell", b"# gr\xfc\xdfe\nA='\xe9'\nKEY=old\n", "KEY", NEW, WHERE)
    assert edited == b"# gr\xfc\xdfe\nA='\xe9'\nKEY=" + NEW.encode() + b"\n"


def test_a_file_of_1_mb_takes_less_than_a_second() -> None:
    entry = '# client {0}\nexport C{0}=\'a b\' # note\nif [ "$X" = y ]; then\n  run --client "$C{0}" <x | cat\nfi\n'
    content = "".join(entry.format(number) for number in range(12_000)).encode()
    assert len(content) > 1_000_000
    started = time.process_time()
    replace_value("shell", content, "C6000", NEW, WHERE)
    # Meant is half a second; the bound leaves room for slow and busy machines, and still finds anything quadratic.
    assert time.process_time() - started < 4


@pytest.mark.parametrize(
    "piece",
    [
        "$(",
        "${x:-",
        '"$(',
        "`",
        "$((",
        "((",
        "(",
        "{ ",
        "A=(",
        "@(",
        "if x\n",
        "case x in a) ",
        "<<E\n",
        "[[ ",
        "'",
        "$'",
    ],
)
def test_deep_and_open_constructs_take_linear_time(piece: str) -> None:
    started = time.process_time()
    for tail in ("", "x", ")", "}", "\n"):
        with contextlib.suppress(Refusal):
            replace_value("shell", ("KEY=old\n" + piece * 20_000 + tail).encode(), "KEY", NEW, WHERE)
    assert time.process_time() - started < 5
