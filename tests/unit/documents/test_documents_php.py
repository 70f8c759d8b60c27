# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PHP files: edits and bounds. Refusals have a file of their own, and so has what PHP itself says."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._edit import Located
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php import Php
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php_tokens import MAX_DEPTH
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value, replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from ._support import NEW, WHERE, Edit, prove_edit, some_examples

FUELSDK = """<?php
return array(
    'appsignature' => 'none',
\t'clientid' => '0a1b2c3d4e5f6g7h8i9j0k1l',
\t'clientsecret' => @@,
\t'defaultwsdl' => 'https://webservice.exacttarget.com/etframework.wsdl',
    'useOAuth2Authentication' => false, // 'clientsecret' => 'no'
    'accountId' => 123,
);
"""
CLIENTS = "<?php $c = ['l' => [['id' => 'a', 's' => 'x'], ['id' => 'b', 's' => @@]]];"
CLASS = """<?php
namespace App\\Service;
use Some\\{Thing, function other};
#[Attribute(['secret' => 'no'])]
final class Client extends Base implements \\Countable {
    use Tools { a as protected b; }
    public const SECRET = %s, OTHER = 'x';
    private static ?string $secret = %s;
    public function __construct(private string $id = 'no', array $secret = ['secret' => 'no']) {
        $this->token['a']['b'] = %s;
        $local = fn ($secret = 'no') => ['secret' => $secret];
        self::$shared = %s;
        return %s;
    }
}
"""


def _in_class(*values: str) -> str:
    return CLASS % values


EDITS = [
    Edit("FuelSDK's config.php", FUELSDK, "clientsecret", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("an entry of a returned array", "<?php return ['a' => ['b' => @@]];", "a.b", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("the same, said as a whole", "<?php return ['a' => @@];", "return.a", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("a returned string", "<?php\nreturn @@;\n", "return", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("a defined constant", "<?php\ndefine('S', @@);", "S", '"old"', "old", NEW, f'"{NEW}"'),
    Edit(
        "a constant if there is none", "<?php defined('S') || \\DEFINE ( \"S\" , @@ );", "S", "''", "", NEW, f"'{NEW}'"
    ),
    Edit("a constant", "<?php const A = 'x', S = @@, B = ['S' => 1 + 1];", "\\S", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("an array in a constant", "<?php define('C', ['s' => @@]);", "C.s", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("a variable", "<?php $t = 'x'; $s = @@; $s2 = 'y';", "$s", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("an array in a variable", "<?php $c = ['x' => ['s' => @@]];", "$c.x.s", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("the variable left out", "<?php $c = ['x' => ['s' => @@]];", "x.s", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("one of two arrays", "<?php $a = ['s' => 'x']; $b = ['s' => @@];", "$b.s", "'old'", "old", NEW, f"'{NEW}'"),
    Edit(
        "an assigned entry", "<?php $c = []; $c['x']['s'] = @@; $c['t'] = 1;", "$c.x.s", "'old'", "old", NEW, f"'{NEW}'"
    ),
    Edit("by $GLOBALS", "<?php $GLOBALS['c']['s'] = @@;", "$c.s", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("an environment made in PHP", "<?php $_ENV['S'] = @@;", "$_ENV.S", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("a property of an object", "<?php $c->a['b']->s = @@;", "$c.a.b.s", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("an array as an object", "<?php return (object) ['s' => @@];", "s", "'old'", "old", NEW, f"'{NEW}'"),
    Edit(
        "an array for a function",
        "<?php $x = new ET_Client(1, array('s' => @@));",
        "s",
        "'old'",
        "old",
        NEW,
        f"'{NEW}'",
    ),
    Edit("a constant of a class", _in_class("@@", "1", "1", "1", "1"), "SECRET", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("a property", _in_class("1", "@@", "1", "1", "1"), "Client::$secret", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("a property of $this", _in_class("1", "1", "@@", "1", "1"), "$token.a.b", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("a property of self", _in_class("1", "1", "1", "@@", "1"), "$shared", "'old'", "old", NEW, f"'{NEW}'"),
    Edit(
        "what a method returns",
        _in_class("1", "1", "1", "1", "['x' => @@]"),
        "Client::__construct()::return.x",
        "'old'",
        "old",
        NEW,
        f"'{NEW}'",
    ),
    Edit(
        "the file's variable, not a local one",
        "<?php function f() { $s = 'x'; } $s = @@;",
        "$s",
        "''",
        "",
        NEW,
        f"'{NEW}'",
    ),
    Edit("a local variable", "<?php function f() { $s = @@; } $s = 'x';", "f()::$s", "''", "", NEW, f"'{NEW}'"),
    Edit("a global variable", "<?php function f() { global $c; $c['s'] = @@; }", "$c.s", "''", "", NEW, f"'{NEW}'"),
    Edit("numbered entries", "<?php return ['x', 5 => 'y', @@, 'k' => 'z'];", "[6]", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("a number as text", "<?php return ['7' => @@, '07' => 'x'];", "7", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("numbers in other writings", "<?php return [0x10 => 'x', @@];", "return[17]", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("an entry chosen by its id", CLIENTS, "l[id=b].s", "'old'", "old", NEW, f"'{NEW}'"),
    Edit(
        "appended arrays",
        "<?php $l[] = ['id' => 'a']; $l[] = ['id' => 'b', 's' => @@];",
        "$l[id=b].s",
        "''",
        "",
        NEW,
        f"'{NEW}'",
    ),
    Edit(
        "dots in a name",
        "<?php $config['sfmc.settings']['s'] = @@;",
        "$config.'sfmc.settings'.s",
        "''",
        "",
        NEW,
        f"'{NEW}'",
    ),
    Edit(
        "a class as key", "<?php return [Client::class => ['s' => @@]];", "Client::class.s", "''", "", NEW, f"'{NEW}'"
    ),
    Edit("a comment between", "<?php $s /* 'x' */ = # it's\n @@ // ';\n ;", "$s", "'old'", "old", NEW, f"'{NEW}'"),
    Edit(
        "PHP in a page", "<p>it's</p>\n<?php $s = @@ ?>\n<?= ['s' => 'x']['s'] ?><b>'", "$s", "''", "", NEW, f"'{NEW}'"
    ),
    Edit("?> in a comment", "<?php // no' ?> it's <?php $s = @@;", "$s", "'old'", "old", NEW, f"'{NEW}'"),
    Edit(
        "the key in texts is not the key",
        "<?php $t = <<<'E'\n$s = 'x';\nE;\n$u = \"{$v['s']} $s = 'x';\"; $s = @@;",
        "$s",
        "''",
        "",
        NEW,
        f"'{NEW}'",
    ),
    Edit(
        "code in strings", '<?php $t = "a {$f("b {$c[\'x\']} \\" }")} $d[0]"; $s = @@;', "$s", "''", "", NEW, f"'{NEW}'"
    ),
    Edit(
        "closures and arrow functions",
        "<?php $f = fn($x) => $s = 'no'; $g = function () use ($f) { $s = 'no'; }; $s = @@;",
        "$s",
        "''",
        "",
        NEW,
        f"'{NEW}'",
    ),
    Edit(
        "match",
        "<?php $m = match($x) { 's' => 'x', default => ['y'] }; return ['s' => @@];",
        "s",
        "''",
        "",
        NEW,
        f"'{NEW}'",
    ),
    Edit("data after the end", "<?php return ['s' => @@]; __HALT_COMPILER(); it's", "s", "''", "", NEW, f"'{NEW}'"),
    Edit("byte order mark", "\ufeff<?php return ['s' => @@];", "s", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("CRLF", "<?php\r\nreturn [\r\n  's' => @@,\r\n];\r\n", "s", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("CR", "<?php\r// note\rreturn ['s' => @@];\r", "s", "'old'", "old", NEW, f"'{NEW}'"),
    Edit(
        "UTF-8 elsewhere",
        "<?php // gr\u00fc\u00dfe\n$\u00e4 = '\u20ac'; $s = @@;",
        "$s",
        "'old'",
        "old",
        NEW,
        f"'{NEW}'",
    ),
    Edit("a binary string", "<?php $s = b@@;", "$s", "'old'", "old", NEW, f"'{NEW}'"),
    Edit("escapes in single quotes", "<?php $s = @@;", "$s", r"'a\'b\\c\n'", "a'b\\c\\n", "x'y\\z", r"'x\'y\\z'"),
    Edit(
        "escapes in double quotes",
        "<?php $s = @@;",
        "$s",
        r'"a\"\$b\x41\101\u{41}\t\q"',
        'a"$bAAA\t\\q',
        'x"$y\\z{$a}',
        r'"x\"\$y\\z{\$a}"',
    ),
]


@pytest.mark.parametrize("edit", EDITS, ids=[edit.promise for edit in EDITS])
def test_i24_only_the_declared_value_changes(edit: Edit) -> None:
    prove_edit("php", edit)


def test_a_file_in_latin_1_keeps_its_bytes() -> None:
    prove_edit(
        "php",
        Edit("", "<?php // \u00e9\nreturn ['\u00e9' => '\u00fc', 's' => @@];", "s", "'o'", "o", "n", "'n'"),
        "latin-1",
    )


@pytest.mark.parametrize("extra", [" . 'c'", ", 'c' => '3'", "]; return ['c' => 'd'", " ?? 'c'", " /* ", "; //"])
def test_i24_an_edit_that_does_more_than_it_should_is_caught(extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fmt = Php()
    monkeypatch.setattr(fmt, "encode", lambda leaf, value, where: f"'{value}'{extra}")
    with pytest.raises(Refusal, match="I-24"):
        Located(fmt, b"<?php return ['key' => 'old'];", "key", WHERE).replaced(NEW)


@pytest.mark.parametrize(
    "nested",
    ["['a' => {}]", "f({})", "array({})", '"{{$a[{}]}}"', "function () {{ {}; }}", "$a[{}]"],
)
def test_nesting_is_bounded_by_a_clear_error_and_not_by_the_stack(nested: str) -> None:
    inner = "1"
    for _index in range(MAX_DEPTH // 2 - 1):
        inner = nested.format(inner)
    assert read_value("php", f"<?php $x = {inner}; $s = 'old';".encode(), "$s", WHERE) == "old"
    opening = nested[: nested.index("{}")].format()
    for depth in (MAX_DEPTH * 2, 100_000):
        with pytest.raises(Refusal, match=f"at most {MAX_DEPTH} "):
            read_value("php", ("<?php $x = " + opening * depth).encode(), "$s", WHERE)


def test_a_file_of_1_mb_takes_well_under_a_second() -> None:
    entry = (
        "    'client_{}' => ['client_id' => '{}', 'client_secret' => 'b', 'url' => \"https://example.com/\"], // note\n"
    )
    content = f"<?php\nreturn [\n{''.join(entry.format(number, number) for number in range(10_000))}];\n".encode()
    assert len(content) > 1_000_000
    started = time.process_time()
    replace_value("php", content, "client_5000.client_secret", NEW, WHERE)
    # Meant is 0.7 s; the bound leaves room for slow and busy machines, and still finds anything quadratic.
    assert time.process_time() - started < 5


_JUNK = st.lists(
    st.sampled_from("'\"`\\$[]{}(),;=>-:?<#/*.ab1 \n\r") | st.sampled_from(["<<<A\n", "?>", "<?php "]), max_size=20
)


@some_examples
@given(_JUNK.map("".join), st.sampled_from(["", "return [", "$a = ", "class A { ", "function f("]))
def test_junk_is_read_or_refused(junk: str, before: str) -> None:
    content = f"<?php {before}{junk}; $s = 'old';".encode()
    try:
        assert replace_value("php", content, "$s", NEW, WHERE) == content.replace(b"'old'", f"'{NEW}'".encode())
    except Refusal:
        pass
