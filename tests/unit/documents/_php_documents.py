# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up PHP files: literal values in every place that can hold them, among code that has none."""

from __future__ import annotations

import re
import string

from hypothesis import strategies as st

_LETTERS = string.ascii_letters + string.digits + "_-"
_TEXTS = st.one_of(
    st.text(_LETTERS, max_size=8),
    st.text(_LETTERS + " '\"\\${}[]()<>?/#*=;,.\n\r\t\u00e9\u20ac\U0001f511", max_size=8),
    st.sampled_from(["?>", "<?php ", "{$x}", "a => 'b',", "// no", "/*", "<<<EOT\n", "\\'", "$x", "${x}", "\\x41"]),
)
_BLANKS = ["", "", "", " ", " ", "\n    ", "\r\n", "\t", "\r"]
_GAPS = [" ", "\n", "\t  ", " // it's 'x' => [\n", ' # "?\r\n', "/* ' \" => ?> */", " /** [ **/ "]
_BLANK = st.sampled_from(_BLANKS + _GAPS)
_GAP = st.sampled_from(_GAPS)


def _single_quoted(text: str, lazy: bool) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    if lazy and "\\\\" not in text and "\\'" not in text and not text.endswith("\\"):
        escaped = text.replace("'", "\\'")
    return f"'{escaped}'"


def _double_quoted(text: str, escapes: str) -> str:
    characters = []
    for character in text:
        if character in '"\\$':
            characters.append(f"\\{character}")
        elif escapes and character < "\x7f":
            characters.append(escapes.format(ord(character)))
        else:
            characters.append(character)
    return '"' + "".join(characters) + '"'


_STRINGS = st.one_of(
    st.builds(_single_quoted, _TEXTS, st.booleans()),
    st.builds(_double_quoted, _TEXTS, st.sampled_from(["", "", "\\x{:02x}", "\\{:03o}", "\\u{{{:x}}}"])),
    st.builds("b{}".format, st.builds(_single_quoted, _TEXTS, st.just(False))),
)
_OTHERS = st.sampled_from(
    ["5", "-5", "0x1f", "1.5", "TRUE", "false", "null", "PHP_INT_MAX", "'a' . 'b'", "('x')", "true ? 'x' : 'y'"]
    + ["['k' => 'v']['k']", "<<<'U'\n  it's => 'x'\n  U", '<<<T\n"$" \\t\nT\n', '"\\u{e9}"', "E_ALL | 1", "'a'[0]"]
)
_KEYS = st.one_of(
    st.builds(_single_quoted, st.text(_LETTERS + " .[]\u00e9", max_size=6), st.booleans()),
    st.builds(_double_quoted, st.text(_LETTERS, max_size=6), st.sampled_from(["", "\\x{:02x}"])),
    st.integers(-2, 20).map(str),
    st.sampled_from(["'7'", "'07'", "0x10", "010", "PHP_VERSION_ID", "'a' . '=b'"]),
)


@st.composite
def _arrays(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    opening, closing = draw(st.sampled_from([("[", "]"), ("[", "]"), ("array(", ")"), ("Array (", ")")]))
    keys = st.none() | _KEYS
    entries = draw(st.lists(st.tuples(keys, values), max_size=4, unique_by=lambda entry: entry[0] or object()))
    blank = draw(_BLANK)
    written = [blank + (f"{key}{draw(_BLANK)}=>{draw(_BLANK)}" if key else "") + value for key, value in entries]
    comma = draw(st.sampled_from(["", ",", blank + ","])) if entries else ""
    return opening + (draw(_BLANK) + ",").join(written) + comma + draw(_BLANK) + closing


#: Of constants, too.
_VALUES = st.recursive(st.one_of(_STRINGS, _STRINGS, _STRINGS, _OTHERS), _arrays, max_leaves=8)

_PARTS = {"%v": _VALUES, "%s": _STRINGS, "%b": _BLANK, "%g": _GAP}

#: Statements with values (%v), blanks (%b) and gaps (%g); %n is a number that no other statement has.
_STATEMENTS = [
    "$v%n%b=%b%v%b;",
    "$v%n['a']['b']%b=%b%v;",
    "$v%n=[];%b$v%n['x']=%b%v;$v%n [ 'y' ]=%v;",
    "$v%n[]=%b%v;",
    "$v%n=(object)%b[%v];",
    "$v%n=gettype($w%n=%b%v);",
    "$GLOBALS['v%n']=%v;",
    "static$v%n=%v;",
    "define%b(%b'C_%n'%b,%b%v%b);",
    "defined('C_%n')||\\Define('C_%n',%v);",
    "const%gC_%n=%b%v,D_%n=%v;",
    "class%gFoo%n%b{public%gconst A=%v,B=%v;%bpublic static$a=%v;private$b=null,$c=%v;%bpublic?string$d;}",
    "final class Foo%n implements Foo{#[Attr('x',['k'=>'y'])]\npublic$e=%v;}",
    "class Foo%n{static function f($a='x',array$b=['k'=>'y']){$c=%v;%breturn%g%v;}}",
    "abstract class Foo%n{abstract function f();use Tools;const A=%v;}",
    "interface Foo%n{const%gA=%v;}",
    "function%gf%n(array $p=['x'=>'y'],$q='z'):?array{$local=%v;if(!$local){$r='x';}return(array)[%v];}",
    "function f%n(){global%g$v%n;$v%n['z']=%v;return%g%v;}",
    "if(true){$v%n=%v;}else{}",
    "foreach([%v]as$k%n=>$l%n){}$k%n=$l%n=null;",
    "$f%n=fn($x)=>['a'=>'b',$y='c'];$v%n=%v;",
    "$f%n=function($x='d')use(&$f%n){$y='e';return['a'=>'b'];};$v%n=%v;",
    "$m%n=match(true){default=>1,false=>['a'=>'b']};$v%n=%v;",
    "strlen('x')?:count(['a'=>%v]);$v%n=%v;",
    "?>\nit's <b>$v%n='no'</b>\n<?php $v%n=%v;",
    "?><?='a'?><?php\n$v%n=%v;",
    "$t%n=\"a {$GLOBALS['argv'][0]} $s%n[0] \\{$s%n}\".<<<T\n{$GLOBALS['argv'][0]} 'x'\nT;\n$v%n=%v;",
    "goto l%n;l%n:$v%n=%v;",
    "switch('a'){case'a':$v%n=%v;break;}",
]
_PART = re.compile("(%[vsgb])")


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Return a file that PHP includes without an error; there is a text at ``$the['key']`` at least."""
    statements = draw(st.lists(st.sampled_from(_STATEMENTS), min_size=1, max_size=4))
    statements.insert(draw(st.integers(0, len(statements))), "$the=['key'=>%b%s,%v];")
    if draw(st.booleans()):
        statements.append("return%g%v;")
    start = draw(st.sampled_from(["<?php ", "<?PHP\r\n", "<html>'\n<?php\n", "#!/usr/bin/php\n<?php\t"]))
    written = [start, "interface Foo{}trait Tools{}"]
    for number, statement in enumerate(statements):
        written.append(draw(_BLANK))
        for part in _PART.split(statement.replace("%n", str(number))):
            written.append(draw(_PARTS[part]) if part in _PARTS else part)
    end = draw(st.sampled_from(["", "\n", "?>", "?>\nend 'x'", "\n__halt_compiler(); 'x"]))
    mark = draw(st.sampled_from(["", "", "\ufeff"]))
    return (mark + "".join(written) + end).encode()


_FRAGMENTS = [
    *"'\"`\\${}[]();,=.#*?-\n\r\t 1A",
    *[
        "{$",
        "${",
        "$x",
        "b'",
        'b"',
        "<<<A\n",
        "<<<'A'\n",
        '<<<"A"\r\n',
        "\nA",
        "\n  A",
        "A;\n",
        "\r\n",
        "#[",
        "//",
        "/*",
        "*/",
    ],
    *[
        "?>",
        "<?php ",
        "<?=",
        "<?",
        "=>",
        "->",
        "::",
        "==",
        ".5",
        "1e3",
        "__halt_compiler",
        "();",
        "\x7f",
        "\x0b",
        "\xe9",
        "\\a",
    ],
    *["(string)", "( Array )", "$x[0]", "->y", "?->", "??"],
]


@st.composite
def junk(draw: st.DrawFn) -> str:
    """Return a text of pieces of PHP, in Latin-1; most of them are broken."""
    pieces = "".join(draw(st.lists(st.sampled_from(_FRAGMENTS), max_size=12)))
    return "<?php " + pieces + draw(st.sampled_from([";", "';", '";', "\nA;\n", " */;", '}";']))
