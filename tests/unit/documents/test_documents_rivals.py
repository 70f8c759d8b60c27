# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What decides on a value beside its own place: named with its line, and refused."""

from __future__ import annotations

import time

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value, replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from ._support import NEW, WHERE

SHELL = [
    ("KEY=old\ndeclare -u KEY\n", "a declaration with options (such as -i, -l, -n or -u) in line 2"),
    ("typeset -r -l A KEY B\nKEY=old\n", "a declaration with options (such as -i, -l, -n or -u) in line 1"),
    ("f() {\n  local -n KEY\n}\nKEY=old\n", "a declaration with options (such as -i, -l, -n or -u) in line 2"),
    ("KEY=old\ndeclare -ri 'KEY'\n", "a declaration with options (such as -i, -l, -n or -u) in line 2"),
    ("KEY=old\n((KEY=5))\n", "arithmetic that sets it in line 2"),
    ("KEY=old\n(( A == 1, KEY += 5 ))\n", "arithmetic that sets it in line 2"),
    ("KEY=old\necho $((KEY++))\n", "arithmetic that sets it in line 2"),
    ('KEY=old\necho "$(( --KEY ))"\n', "arithmetic that sets it in line 2"),
    ("KEY=old\nfor ((KEY=0; KEY<3; KEY++)); do x; done\n", "arithmetic that sets it in line 2"),
    ("KEY=old\nlet KEY=5\n", "arithmetic that sets it in line 2"),
    ("KEY=old\nlet A=1 'KEY = 5'\n", "arithmetic that sets it in line 2"),
    ("KEY=old\nread KEY\n", "read that sets it in line 2"),
    ("KEY=old\nwhile IFS= read -r -p 'x ' A KEY; do :; done\n", "read that sets it in line 2"),
    ('KEY=old\nread -t 5 "KEY" <file\n', "read that sets it in line 2"),
    ("KEY=old\nmapfile -t KEY <file\n", "mapfile that sets it in line 2"),
    ("KEY=old\ncommand getopts ab: KEY\n", "getopts that sets it in line 2"),
    ("KEY=old\nprintf -v KEY %s x\n", "printf -v that sets it in line 2"),
    ("KEY=old\nx=$(printf -v 'KEY[0]' x)\n", "printf -v that sets it in line 2"),
    ("KEY=old\nprintf -vKEY %s x\n", "printf -v that sets it in line 2"),
    ("KEY=old\n./job\nunset A KEY\n", "unset in line 3"),
    ("KEY=old\nread KEY\nunset KEY\n", "read that sets it in line 2, unset in line 3"),
]
SHELL_NO_RIVALS = [
    "KEY=old\ndeclare -p KEY\n",
    "KEY=old\ndeclare -x KEY; typeset -g KEY; export KEY; readonly KEY; local KEY\n",
    "KEY=old\n(( A = KEY, KEY == 1, KEY <= 2, KEY >= 3, KEY != 4 ))\n",
    "KEY=old\necho $(( $KEY + KEY - 1 ))\n",
    "KEY=old\nlet A=KEY+1\n",
    "KEY=old\nread -p KEY A\n",
    "KEY=old\nread MYKEY KEY2\n",
    "KEY=old\nprintf %s KEY -v KEY\n",
    "unset KEY\nKEY=old\n",
    "KEY=old\nunset -f KEY\n",
    "KEY=old\necho read KEY; echo unset KEY; echo 'read KEY'\n",
    "KEY=old\ntest a = b && echo KEY\n",
]
SYSTEMD = [
    ("[Service]\nEnvironment=KEY=old\nUnsetEnvironment=A KEY\n", "UnsetEnvironment= of it in line 3"),
    ('[Service]\nUnsetEnvironment="KEY"\nEnvironment=KEY=old\n', "UnsetEnvironment= of it in line 2"),
    ("[Service]\nUnsetEnvironment=A \\\n  KEY=old\nEnvironment=KEY=old\n", "UnsetEnvironment= of it in line 3"),
]
XML = [
    ('<add key="Key" value="old"/>\n<add key="KEY" value="x"/>', "another <add> with this key, in upper or lower case"),
    ('<add key="Key" value="old"/>\n<remove key="kEY"/>', "<remove> of this key after it"),
    ('<add key="Key" value="old"/>\n<clear/>', "<clear> after it"),
    ('<add key="Key" value="old"/>\n<clear></clear>', "<clear> after it"),
]
XML_NO_RIVALS = [
    '<clear/><remove key="Key"/><add key="Key" value="old"/>',
    '<add key="Key" value="old"/><remove key="Other"/><add key="Keys" value="Key"/>',
    '<b><add key="key"/><clear/></b><add key="Key" value="old"/>',
    '<add key="Key" value="old"><clear/></add>',
]
PHP = [
    ("$c = ['k' => 'old'];\nforeach ($x as $c) {}", "$c.k", "foreach that sets it in line 2"),
    ("$c = ['k' => 'old'];\nforeach ($x as $i => $c['k']) {}", "$c.k", "foreach that sets it in line 2"),
    ("$c = ['k' => 'old'];\nforeach ($x as [$a, $c]) {}", "$c.k", "foreach that sets it in line 2"),
    ("$s = 'old';\nlist($a, $s) = f();", "$s", "list() that sets it in line 2"),
    ("$s = 'old';\n[$a, 'x' => [$s]] = f();", "$s", "a list of variables that sets it in line 2"),
    ("$c['k'] = 'old';\nunset($c['k']);", "$c.k", "unset() after it in line 2"),
    ("$c['k'] = 'old';\nunset($a, $c);", "$c.k", "unset() after it in line 2"),
]
PHP_NO_RIVALS = [
    ("$c = ['k' => 'old']; foreach ($c as $k => $v) { define($k, $v); }", "$c.k"),
    ("unset($c); $c = ['k' => 'old', 'b' => 1]; unset($c['b'], $k);", "$c.k"),
    ("$c = ['k' => 'old']; function f() { foreach (x() as $c) {} unset($c); list($c) = g(); }", "$c.k"),
    ("$c = ['k' => 'old']; [$a, $b] = [$c, 1]; $x = [$c];", "$c.k"),
    ("$c = ['k' => 'old']; if (isset($c['k'])) { foreach ([$c] as $d) {} }", "$c.k"),
]
PROPERTIES = [
    "sfmc.client-secret=old\nsfmc.clientSecret=x\n",
    "sfmc.client-secret=old\nsfmc.client_secret=x\n",
    "sfmc.client-secret=old\nSFMC.CLIENTSECRET=x\n",
]


def _refused(format_name: str, content: str, key: str) -> Refusal:
    for act in (read_value, lambda *arguments: replace_value(*arguments[:3], NEW, WHERE)):
        with pytest.raises(Refusal, match="stands in exactly one place") as refused:
            act(format_name, content.encode(), key, WHERE)
    assert "declare `format: text`" in refused.value.way_out
    return refused.value


@pytest.mark.parametrize(("content", "found"), SHELL)
def test_i24_what_else_sets_a_variable_of_a_shell_is_named(content: str, found: str) -> None:
    assert _refused("shell", content, "KEY").found == found


@pytest.mark.parametrize("content", SHELL_NO_RIVALS)
def test_what_sets_nothing_in_a_shell_is_no_obstacle(content: str) -> None:
    expected = content.replace("old", NEW).encode()
    assert replace_value("shell", content.encode(), "KEY", NEW, WHERE) == expected


@pytest.mark.parametrize(("content", "found"), SYSTEMD)
def test_i24_a_variable_that_systemd_removes_is_named(content: str, found: str) -> None:
    assert _refused("systemd_unit", content, "Service.Environment.KEY").found == found


def test_what_systemd_removes_elsewhere_is_no_obstacle() -> None:
    content = "[Service]\nEnvironment=KEY=old\nUnsetEnvironment=A MY_KEY KEYS\n[Socket]\nUnsetEnvironment=KEY\n"
    assert read_value("systemd_unit", content.encode(), "Service.Environment.KEY", WHERE) == "old"


@pytest.mark.parametrize(("content", "found"), XML)
def test_i24_other_settings_of_net_with_this_key_are_named(content: str, found: str) -> None:
    refused = _refused("xml", f"<a>{content}</a>", "/a/add[@key='Key']/@value")
    assert refused.found == f"{found} in line 2"


@pytest.mark.parametrize("content", XML_NO_RIVALS)
def test_settings_of_net_before_it_are_no_obstacle(content: str) -> None:
    assert read_value("xml", f"<a>{content}</a>".encode(), "/a/add[@key='Key']/@value", WHERE) == "old"


@pytest.mark.parametrize(("content", "key", "found"), PHP)
def test_i24_what_else_sets_a_variable_of_php_is_named(content: str, key: str, found: str) -> None:
    assert _refused("php", f"<?php {content}", key).found == found


@pytest.mark.parametrize(("content", "key"), PHP_NO_RIVALS)
def test_what_sets_nothing_in_php_is_no_obstacle(content: str, key: str) -> None:
    assert read_value("php", f"<?php {content}".encode(), key, WHERE) == "old"


@pytest.mark.parametrize("content", PROPERTIES)
def test_i24_a_key_that_spring_takes_for_the_same_is_named(content: str) -> None:
    refused = _refused("properties", content, "sfmc.client-secret")
    assert refused.found == "a key that Spring takes for the same (case, - and _ do not count) in line 2"


def test_a_key_with_another_prefix_is_no_obstacle() -> None:
    content = b"sfmc.client-secret=old\nsfmc.x.clientSecret=x\nsfmcclientsecret=y\n"
    assert read_value("properties", content, "sfmc.client-secret", WHERE) == "old"


@pytest.mark.parametrize(
    "command",
    [
        "sudo KEY=@@ ./job",
        "sudo -E -u app KEY=@@ A=1 ./job",
        "sudo -Eu app KEY=@@ ./job",
        "sudo --user app env -i KEY='@@' ./job",
        "env KEY=@@ ./job",
    ],
)
def test_a_variable_for_one_command_is_found_behind_sudo_and_env(command: str) -> None:
    before, after = (command.replace("@@", value).encode() for value in ("old", NEW))
    assert replace_value("shell", before, "KEY", NEW, WHERE) == after


def test_other_arguments_have_a_way_out() -> None:
    command = b"docker run -e SFMC_CLIENT_SECRET=old -d image\n"
    with pytest.raises(Refusal, match="format: text"):
        read_value("shell", command, "SFMC_CLIENT_SECRET", WHERE)
    key = r"-e SFMC_CLIENT_SECRET=(\S+)"
    assert replace_value("text", command, key, NEW, WHERE) == command.replace(b"old", NEW.encode())


@pytest.mark.parametrize(
    ("format_name", "content", "key"),
    [
        ("shell", "KEY=old\n((" + "a" * 200_000 + "))\n", "KEY"),
        ("shell", "KEY=old\n((" + "a " * 100_000 + "))\n", "KEY"),
        ("shell", "KEY=old\nread " + "a " * 100_000 + "\n", "KEY"),
        ("shell", "KEY=old\n" + "unset KEY\n" * 30_000, "KEY"),
        ("systemd_unit", "[S]\nEnvironment=KEY=old\nUnsetEnvironment=" + "a" * 100_000 + "\n", "S.Environment.KEY"),
        ("systemd_unit", "[S]\nEnvironment=KEY=old\nUnsetEnvironment=" + "a " * 50_000 + "\n", "S.Environment.KEY"),
        ("xml", "<a><add key='K' value='old'/>" + "<add key='k'/>" * 20_000 + "</a>", "/a/add[1]/@value"),
        ("php", "<?php $c = ['k' => 'old']; foreach (" + "as " * 50_000 + ") {}", "$c.k"),
        ("php", "<?php $c = ['k' => 'old']; " + "foreach (as $a) {}" * 20_000, "$c.k"),
        ("php", "<?php $c = ['k' => 'old']; [" + "$a," * 50_000 + "] = $x;", "$c.k"),
        ("php", "<?php $c = ['k' => 'old']; " + "unset(" * 90 + "$a," * 10_000 + ")" * 90 + ";", "$c.k"),
        ("properties", "k-e-y=old\n" + "k_e_y=x\n" * 50_000, "k-e-y"),
    ],
    ids=range(12),
)
def test_looking_for_what_else_sets_a_value_takes_linear_time(format_name: str, content: str, key: str) -> None:
    started = time.process_time()
    try:
        replace_value(format_name, content.encode(), key, NEW, WHERE)
    except Refusal:
        pass
    assert time.process_time() - started < 5


SPRING = """sfmc.url=https://example.com/
#---
spring.config.activate.on-profile=dev
sfmc.client-secret=x
#---
spring.config.activate.on-profile=prod
sfmc.client-id=y
sfmc.client-secret=old
#---
sfmc.other=z
"""


def test_documents_of_spring_are_named_and_have_a_way_out() -> None:
    with pytest.raises(Refusal, match="2 times, in the lines 4, 8") as refused:
        read_value("properties", SPRING.encode(), "sfmc.client-secret", WHERE)
    assert "several documents (#---)" in refused.value.way_out
    key = r"^spring\.config\.activate\.on-profile=prod\n(?:(?!#---$).*\n)*?sfmc\.client-secret=(.+)$"
    assert replace_value("text", SPRING.encode(), key, NEW, WHERE) == SPRING.replace("old", NEW).encode()


def test_a_key_that_one_document_of_spring_has_is_edited_there() -> None:
    assert replace_value("properties", SPRING.encode(), "sfmc.client-id", NEW, WHERE) == (
        SPRING.replace("=y", f"={NEW}").encode()
    )
