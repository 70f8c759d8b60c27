# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every format alike."""

from __future__ import annotations

import secrets as random_secrets
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._crontab import Crontab
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._dotenv import Dotenv
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._edit import Located
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._environment_file import EnvironmentFile
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import Format
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._ini import Ini
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._json import Json
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php import Php
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._properties import Properties
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._shell import Shell
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._systemd_unit import SystemdUnit
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._text import Expression
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._toml import Toml
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._xml import Xml
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._yaml import Yaml
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import (
    FORMATS,
    read_value,
    replace_value,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from ._support import NEW, WHERE, printable, replaced_or_refused, secrets, some_examples

#: A smallest file of each format: content before the value, after it, key.
SMALLEST = {
    "crontab": ("# note\nA=1\nKEY=", "\n@daily job\n", "KEY"),
    "dotenv": ("# note\nA=1\nKEY=", "\nB=2\n", "KEY"),
    "environment_file": ("# note\nA=1\nKEY=", "\nB=2\n", "KEY"),
    "ini": ("; note\n[s]\na=1\nkey = ", "\nb=2\n", "s.key"),
    "json": ('{"a": 1, "key": "', '", "b": [2]}\n', "key"),
    "php": ("<?php // note\nreturn ['a' => 1, 'key' => '", "', 'b' => [2]];\n", "key"),
    "properties": ("# note\na=1\nkey=", "\nb=2\n", "key"),
    "xml": ('<r a="1"><!-- note --><key>', "</key><b>2</b></r>\n", "/r/key"),
    "shell": ("# note\nA=1\nKEY=", "\nB=2\n", "KEY"),
    "systemd_unit": ("# note\n[S]\nA=1\nEnvironment=KEY=", "\nB=2\n", "S.Environment.KEY"),
    "yaml": ("# note\na: 1\nkey: '", "'\nb: [2]\n", "key"),
    "text": ("# note\na: 1\nkey=<", ">\nb: 2\n", "^key=<([^>]*)>$"),
    "toml": ('# note\n[s]\na = 1\nkey = "', '"\nb = [2]\n', "s.key"),
}


def _smallest(format_name: str, value: str) -> tuple[bytes, str]:
    before, after, key = SMALLEST[format_name]
    return f"{before}{value}{after}".encode(), key


def test_every_format_is_tested_here() -> None:
    assert sorted(SMALLEST) == list(FORMATS)


@pytest.mark.parametrize("format_name", FORMATS)
@some_examples
@given(old=secrets, new=secrets)
def test_secrets_of_the_known_alphabet_are_written_as_they_are(format_name: str, old: str, new: str) -> None:
    content, key = _smallest(format_name, old)
    assert read_value(format_name, content, key, WHERE) == old
    assert replace_value(format_name, content, key, new, WHERE) == _smallest(format_name, new)[0]


@pytest.mark.parametrize("format_name", FORMATS)
@some_examples
@given(value=printable)
def test_any_printable_value_comes_back_exactly_or_is_refused(format_name: str, value: str) -> None:
    content, key = _smallest(format_name, "old")
    edited = replaced_or_refused(format_name, content, key, value)
    if edited is not None:
        before, after, _key = SMALLEST[format_name]
        assert edited.startswith(before.encode()) and edited.endswith(after.encode())
        undone = replace_value(format_name, edited, key, "old", WHERE)
        assert undone.translate(None, b"\"'") == content.translate(None, b"\"'")


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize(
    ("value", "found"), [("", "an empty value"), ("a\nb", "line break"), ("\u00e9", "another"), ("\t", "another")]
)
def test_i22_what_cannot_be_a_secret_is_not_written(format_name: str, value: str, found: str) -> None:
    content, key = _smallest(format_name, "old")
    with pytest.raises(Refusal) as refused:
        replace_value(format_name, content, key, value, WHERE)
    assert found in refused.value.found


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("filler", [" ", "\t ", "\\", "a ", "'", "[", "=", "#"])
def test_no_content_takes_more_than_linear_time(format_name: str, filler: str) -> None:
    before, _after, key = SMALLEST[format_name]
    started = time.process_time()
    for tail in ("", "\n", "x"):
        content = (before + filler * 100_000 + tail).encode()
        try:
            replace_value(format_name, content, key, NEW, WHERE)
        except Refusal:
            pass
    assert time.process_time() - started < 5


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refusal, match=f"one of {', '.join(FORMATS)}; found the format 'yml'"):
        read_value("yml", b"", "key", WHERE)


@pytest.mark.parametrize("format_name", FORMATS)
@some_examples
@given(junk=st.binary(max_size=30), position=st.integers(0, 60), cut=st.integers(0, 30))
def test_a_refusal_never_quotes_the_file(format_name: str, junk: bytes, position: int, cut: int) -> None:
    canary = random_secrets.token_hex(12)
    content, key = _smallest(format_name, canary)
    damaged = content[:position] + junk + content[position + cut :]
    for act in (
        lambda: read_value(format_name, damaged, key, WHERE),
        lambda: replace_value(format_name, damaged, key, NEW, WHERE),
    ):
        try:
            act()
        except Refusal as refusal:
            assert canary[:6] not in str(refusal)
            assert NEW not in str(refusal)
            assert refusal.__context__ is None or isinstance(refusal.__context__, Refusal)


@pytest.mark.parametrize(
    ("fmt", "extra"),
    [
        (Crontab(), "\nC=3"),
        (Crontab(), "\n@daily C=3"),
        (Dotenv(), "\nC=3"),
        (Dotenv(), "'"),
        (EnvironmentFile(), "\nC=3"),
        (EnvironmentFile(), "'"),
        (Ini(), "\n more"),
        (Ini(), "\n[t]"),
        (Ini(), "\nb=2\n[t]"),
        (Ini(), "\nb=3"),
        (Json(), '", "c": "3'),
        (Json(), '"'),
        (Json(), " "),
        (Php(), "'"),
        (Php(), "' . 'c"),
        (Php(), "', 'c' => '3"),
        (Php(), "'];\nreturn ['c' => 'd"),
        (Properties(), "\\"),
        (Properties(), "\nc=3"),
        (Xml(), "</key><key>"),
        (Xml(), "<c/>"),
        (Xml(), "<!-- -->"),
        (Xml(), "&amp;"),
        (Xml(), " "),
        (Shell(), "\nC=3"),
        (Shell(), ";C=3"),
        (Shell(), " C=3"),
        (Shell(), "'"),
        (Shell(), "$C"),
        (SystemdUnit(), "\nC=3"),
        (SystemdUnit(), " C=3"),
        (SystemdUnit(), "\\"),
        (SystemdUnit(), "%i"),
        (Yaml(), "\nc: 3"),
        (Yaml(), "\n  more"),
        (Yaml(), " &x"),
        (Yaml(), "\n---\nc: 3"),
        (Yaml(), ": 3"),
        (Expression("^key=<([^>]*)>$", WHERE), ">"),
        (Expression("^key=<([^>]*)>$", WHERE), ">\nkey=<x"),
        (Toml(), '"\nc = "3'),
        (Toml(), '"\n[t]\nc = "3'),
        (Toml(), "'"),
        (Toml(), " "),
    ],
    ids=lambda p: getattr(p, "name", repr(p)),
)
def test_i24_an_edit_that_does_more_than_it_should_is_caught(
    fmt: Format, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, key = _smallest(fmt.name, "old")
    monkeypatch.setattr(fmt, "encode", lambda leaf, value, where: value + extra)
    with pytest.raises(Refusal, match="I-24") as refused:
        Located(fmt, content, key, WHERE).replaced(NEW)
    assert NEW not in str(refused.value)
