# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PHP files: what is in doubt is refused."""

from __future__ import annotations

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value, replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from ._support import NEW, WHERE


@pytest.mark.parametrize(
    ("content", "key", "found"),
    [
        ("<?php return ['a' => 'x',\n'a' => 'y'];", "a", "2 times, in the lines 1, 2"),
        ("<?php return ['a' => 'x', \"\\x61\" => 1];", "a", "2 times, in the lines 1, 1"),
        ("<?php return ['7' => 'x', 7 => 'y'];", "7", "2 times"),
        ("<?php return ['a' => ['b' => 'x'], 'a' => ['c' => 'y']];", "a.c", "more than once"),
        ("<?php return ['a' => ['b' => 'x'], 'a' => null];", "a.b", "more than once"),
        ("<?php $a = ['s' => 'x']; f(['s' => 'y']);", "s", "2 times"),
        ("<?php $s = 'x'; if ($t) { $s = 'y'; }", "$s", "2 times"),
        ("<?php $s = 'x'; $s .= 'y';", "$s", "2 times"),
        ("<?php $c = ['s' => 'x']; $c['s'] = 'y';", "$c.s", "2 times"),
        ("<?php $c = ['s' => 'x']; $c = array_merge($c, $d);", "$c.s", "part 1 of it more than once"),
        ("<?php $c['s'] = 'x'; $c = [];", "$c.s", "part 1 of it more than once"),
        ("<?php $c['a']['s'] = 'x'; $c['a'] = null;", "$c.a.s", "part 2 of it more than once"),
        ("<?php $o = (object) ['s' => 'x']; $o->s = 'y';", "$o.s", "2 times"),
        ("<?php $c[$i]['s'] = 'x';", "$c.$i.s", "nothing there"),
        ("<?php $c[$i]['id'] = 'a'; $i++; $c[$i]['s'] = 'x';", "$c[id=a].s", "nothing there"),
        ("<?php define('S', 'x'); const S = 'y';", "S", "2 times"),
        ("<?php const S = 'x'; class C { const S = 'y'; }", "S", "2 times"),
        ("<?php class C { private $s = ''; function f() { $this->s = 'x'; } }", "$s", "2 times"),
        (
            "<?php if ($x) { function f() { $c['s'] = 'x'; } } else { function f() { $c['t'] = 'y'; } }",
            "$c.t",
            "more than once",
        ),
        ("<?php if ($x) { return ['s' => 'x']; } return ['t' => 'y'];", "t", "part 1 of it more than once"),
        ("<?php return [['id' => 'a', 's' => 'x'], ['id' => 'a', 's' => 'y']];", "[id=a].s", "2 entries"),
        ("<?php f([['id' => 'a', 't' => 'x']]); f([['id' => 'b', 's' => 'y']]);", "[id=a].s", "no entry"),
        ("<?php return ['a' => 'x'];", "b", "no such key"),
        ("<?php return ['a' => ['b' => 'x']];", "a", "an object or a list with values of its own"),
        ("<?php return ['a' => 'x' . 'y'];", "a", "an expression"),
        ("<?php return ['a' => ('x')];", "a", "an expression"),
        ("<?php return ['a' => $x ?? 'y'];", "a", "an expression"),
        ("<?php return ['a' => $x ? 'y' : 'z'];", "a", "an expression"),
        ("<?php return ['a' => fn() => 'y'];", "a", "an expression"),
        ("<?php return ['a' => env('S', 'x')];", "a", "the secret itself stands there, or in a .env file"),
        ("<?php define('S', \\getenv('S') ?: 'x');", "S", "the secret itself stands there, or in a .env file"),
        ("<?php $s = $_ENV['S'] ?? 'x';", "$s", "the secret itself stands there, or in a .env file"),
        ("<?php $s = OTHER;", "$s", "the name of a constant"),
        ("<?php $s = $other;", "$s", "a variable"),
        ('<?php $s = "a $b";', "$s", "a string with variables in it"),
        ("<?php $s = `cat secret`;", "$s", "the output of a command"),
        ("<?php $s = <<<E\nx\nE;\n", "$s", "a text that begins with <<<"),
        ('<?php $s = "\\xe9";', "$s", "outside of ASCII"),
        ('<?php $s = "\\u{}";', "$s", "outside of ASCII"),
        ("<?php $s = null; $t = TRUE; $u = 0x1F; $v = [];", "$s", "null"),
        ("<?php $s = null; $t = TRUE; $u = 0x1F; $v = [];", "$t", "a boolean"),
        ("<?php $s = null; $t = TRUE; $u = 0x1F; $v = [];", "$u", "a number"),
        ("<?php $s = null; $t = TRUE; $u = 0x1F; $v = [];", "$v", "an empty list"),
        ("<?php return ['a' => '%env(S)%'];", "a", "a placeholder or a reference"),
        ("<?php class C { #[A] public $s = 'x'; }", "$s", "a comment to PHP 7"),
        ("<?php function f($s = 'x', $t = ['s' => 'x']) {}", "$s", "no such key"),
        ("<?php function f($s = 'x', $t = ['s' => 'x']) {}", "s", "no such key"),
        ("<?php $a->define('S', 'x'); new define('S', 'y'); A::define('S', 'z');", "S", "no such key"),
        ("<?php if ($s == 'x') {} foreach ($a as $s => $b) {} $$s = 'x'; $a->$s = 'x';", "$s", "no such key"),
        ("<?php [$s, 's' => $t] = ['y', 's' => 'z'];", "$s", "no such key"),
        ("<?php return [...['a' => 'x'], ...$b];", "[0]", "no such key"),
        ("<?php\n$s = 'x", "$s", "line 2, column 6"),
        ('<?php\n$s = "x', "$s", "line 2, column 6"),
        ("<?php\n/* $s = 'x';", "$s", "line 2, column 1"),
        ("<?php\n$s = <<<E\nEE;\n", "$s", "line 2, column 6"),
        ("<?php\n$s = [1, 2;", "$s", "line 2, column 6"),
        ("<?php\n$s = [1, 2);", "$s", "line 2, column 11"),
        ("<?php\n$s = 'x'", "$s", "line 2, column 9"),
        ("<?php\n$s = 'x'; \x01", "$s", "line 2, column 11"),
        ("<?php $s = 'x'; ?>\n<? echo 1;", "$s", "line 2, column 1"),
        ("<?xml version='1'?><?php $s = 'x';", "$s", "line 1, column 1"),
        ("$s = 'x';", "$s", "line 1, column 10"),
        ("<?php $t = <<<E\n E x\nE;\n$s = 'x';", "$s", "line 2, column 2"),
        ("<?php $t = \"{$a ?> {$b}\"; $s = 'x';", "$s", "line 1, column 17"),
        ("<?php { __halt_compiler(); $s = 'x';", "$s", "line 1, column 24"),
        ("<?php $s = 'x';", "", "the key ''"),
        ("<?php $s = 'x';", "$s.", "the key '$s.'"),
    ],
)
def test_i24_a_file_or_key_in_doubt_is_refused(content: str, key: str, found: str) -> None:
    for act in (
        lambda: read_value("php", content.encode(), key, WHERE),
        lambda: replace_value("php", content.encode(), key, NEW, WHERE),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert found in refused.value.found
        assert refused.value.__context__ is None


def test_a_key_without_its_outer_arrays_is_explained() -> None:
    with pytest.raises(Refusal) as refused:
        read_value("php", b"<?php return ['a' => ['b' => 'x']];", "b", WHERE)
    assert "from the outermost on" in refused.value.way_out
