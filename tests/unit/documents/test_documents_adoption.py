# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is never taken over, in any format, also where nobody knows what stands there (`unknown_secret: accept`)."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import (
    FORMATS,
    locate,
    read_value,
    replace_value,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from ._support import NEW, WHERE
from .test_documents_interface import SMALLEST

PLACEHOLDERS = [
    "${SFMC_SECRET}",
    "#{sfmc.secret}",
    "{{ sfmc_secret }}",
    "{% if x %}",
    "<%= secret %>",
    "$(SfmcSecret)",
    "%(other)s",
    "$SFMC_SECRET",
    "@sfmc.secret@",
    "@{store:secret}",
    "%SFMC_SECRET%",
    "%env(SECRET)%",
    "__SFMC_SECRET__",
    "![c2VjcmV0]",
    "ENC(c2VjcmV0)",
    "ENC[PKCS7,c2Vj]",
    "{cipher}c2VjcmV0",
    "$ANSIBLE_VAULT;1.1;AES256",
    "op://vault/sfmc/secret",
    "ref+vault://secret/sfmc",
    "vault:secret/sfmc",
    "arn:aws:secretsmanager:eu-central-1:1:secret:sfmc",
    "@Microsoft.KeyVault(SecretUri=x)",
]

#: What these formats, in their smallest file, take for something else than a text, and refuse as that.
_NO_TEXT = {
    "crontab": "$#",
    "environment_file": "$<( ",
    "ini": "#",
    "shell": "$<(; ",
    "systemd_unit": "% ",
    "text": ">",
    "xml": "<",
    "yaml": "{%@",
}


def _in(format_name: str, value: str) -> tuple[bytes, str]:
    before, after, key = SMALLEST[format_name]
    return f"{before}{value}{after}".encode(), key


def _placeholders() -> list[tuple[str, str]]:
    return [
        (format_name, value)
        for format_name in FORMATS
        for value in PLACEHOLDERS
        if not set(_NO_TEXT.get(format_name, "")) & set(value)
    ]


@pytest.mark.parametrize(("format_name", "value"), _placeholders())
def test_i24_a_placeholder_is_no_secret_in_any_format(format_name: str, value: str) -> None:
    content, key = _in(format_name, value)
    for known in (None, {NEW}.__contains__):
        with pytest.raises(Refusal, match="holds the secret itself") as refused:
            locate(format_name, content, key, WHERE, known)
        assert "a placeholder or a reference" in refused.value.found
        assert refused.value.way_out == "declare the place where the secret itself stands, or put the secret here"
        assert value not in str(refused.value)


@pytest.mark.parametrize(("format_name", "value"), _placeholders())
def test_a_known_secret_is_no_placeholder_whatever_it_looks_like(format_name: str, value: str) -> None:
    content, key = _in(format_name, value)
    located = locate(format_name, content, key, WHERE, {value}.__contains__)
    assert located.value == value
    assert NEW.encode() in located.replaced(NEW)


@pytest.mark.parametrize(
    ("format_name", "content", "key"),
    [
        ("shell", "KEY='{{ sfmc_secret }}'\n", "KEY"),
        ("shell", "KEY='${SFMC_SECRET}'\n", "KEY"),
        ("environment_file", "KEY='{{ sfmc_secret }}'\n", "KEY"),
        ("environment_file", "KEY='$SFMC_SECRET'\n", "KEY"),
        ("systemd_unit", "[S]\nEnvironment='KEY={{ sfmc_secret }}'\n", "S.Environment.KEY"),
        ("crontab", "KEY='{{ sfmc_secret }}'\n", "KEY"),
        ("dotenv", "KEY='{{ sfmc_secret }}'\n", "KEY"),
        ("dotenv", "KEY=a$b\n", "KEY"),
        ("ini", "[s]\nk = '%(x)s'\n", "s.k"),
        ("yaml", "k: '{{ sfmc_secret }}'\n", "k"),
        ("yaml", "k: |\n  ${SFMC_SECRET}\n", "k"),
        ("json", '{"k": "\\u0024{SFMC_SECRET}"}', "k"),
        ("php", '<?php return ["k" => "\\${SFMC_SECRET}"];', "k"),
        ("xml", "<a k='{c2VjcmV0}'/>", "/a/@k"),
        ("xml", "<a k='$ctx:secret'/>", "/a/@k"),
    ],
)
def test_i24_a_placeholder_in_quotes_is_one(format_name: str, content: str, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_value(format_name, content.encode(), key, WHERE)
    assert "a placeholder or a reference" in refused.value.found


@pytest.mark.parametrize("format_name", sorted({*FORMATS} - {"text"}))
def test_i24_a_placeholder_in_base64_is_one(format_name: str) -> None:
    content, key = _in(format_name, base64.b64encode(b"${SFMC_SECRET}").decode())
    with pytest.raises(Refusal, match="holds the secret itself"):
        read_value(format_name, content, key, WHERE, encoding="base64")
    direct, key = _in("json", "{{ sfmc_secret }}")
    with pytest.raises(Refusal, match="holds the secret itself"):
        read_value("json", direct, key, WHERE, encoding="base64")


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_what_programs_would_replace_is_not_written(format_name: str, value: str) -> None:
    content, key = _in(format_name, "old")
    with pytest.raises(Refusal) as refused:
        replace_value(format_name, content, key, value, WHERE)
    assert "a placeholder or a reference" in refused.value.expected
    assert value not in str(refused.value)


@pytest.mark.parametrize(
    "value", ["a$b", "100%", "%", "a@b", "@", "_a_", "x{y", "n-_9", "a.b:c/d", "ENC", "__a__", "SFMC_x__"]
)
def test_other_signs_make_no_placeholder(value: str) -> None:
    content, key = _in("json", value)
    assert read_value("json", content, key, WHERE) == value


@pytest.mark.parametrize(
    ("format_name", "content", "key", "lines"),
    [
        ("dotenv", "KEY='a\n#b'\nB=2\n", "KEY", "the lines 1 to 2"),
        ("dotenv", 'KEY="a\\nb"\nB=2\n', "KEY", "line 1"),
        ("environment_file", "A=1\nKEY='a\nb'\n", "KEY", "the lines 2 to 3"),
        ("ini", "[s]\nk = old\n\turl = https://example.com\n[t]\na=b\n", "s.k", "the lines 2 to 3"),
        ("ini", "[s]\nk = old\n  # note\n  more\n", "s.k", "the lines 2 to 4"),
        ("ini", "[s]\nk =\n  old\n", "s.k", "the lines 2 to 3"),
        ("ini", "[s]\rk = old\r\r more\r", "s.k", "the lines 2 to 4"),
        ("json", '{"k": "old\\n"}', "k", "line 1"),
        ("php", "<?php return ['k' => 'o\nd'];", "k", "the lines 1 to 2"),
        ("php", "<?php return ['k' => \"o\\nd\"];", "k", "line 1"),
        ("properties", "k=o\\\n   ld\nb=1\n", "k", "the lines 1 to 2"),
        ("properties", "k=old\\\n\nb=1\n", "k", "the lines 1 to 2"),
        ("properties", "k=old\\nmore\n", "k", "line 1"),
        ("shell", "KEY=o\\\nld\n", "KEY", "the lines 1 to 2"),
        ("shell", "KEY='o\nld'\n", "KEY", "the lines 1 to 2"),
        ("shell", 'KEY="o\\\nld"\n', "KEY", "the lines 1 to 2"),
        ("text", "k=<o\nld>", "k=<([^>]*)>", "the lines 1 to 2"),
        ("toml", 'k = """\\\n  o\\\n  ld"""\n', "k", "the lines 1 to 3"),
        ("toml", "k = '''\no\nld'''\n", "k", "the lines 1 to 3"),
        ("toml", 'k = "old\\n"\n', "k", "line 1"),
        ("xml", "<a>\n o\nld\n</a>", "/a", "the lines 2 to 3"),
        ("xml", "<a k='o\nld'/>", "/a/@k", "the lines 1 to 2"),
        ("xml", "<a k='o&#10;ld'/>", "/a/@k", "line 1"),
        ("xml", "<a>o<![CDATA[\n]]>ld</a>", "/a", "the lines 1 to 2"),
        ("yaml", "k: o\n  ld\n", "k", "the lines 1 to 2"),
        ("yaml", 'k: "o\n  ld"\n', "k", "the lines 1 to 2"),
        ("yaml", "k: 'o\n\n  ld'\n", "k", "the lines 1 to 3"),
        ("yaml", 'k: "o\\\n  ld"\n', "k", "the lines 1 to 2"),
    ],
)
def test_i24_a_value_over_several_lines_is_left_alone(format_name: str, content: str, key: str, lines: str) -> None:
    for act in (read_value, lambda *arguments: replace_value(*arguments[:3], NEW, WHERE)):
        with pytest.raises(Refusal, match="in one line") as refused:
            act(format_name, content.encode(), key, WHERE)
        assert refused.value.found == f"a value with a line end in it, in {lines}"
        assert "put the secret into one line" in refused.value.way_out


@pytest.mark.parametrize(
    ("format_name", "content", "key"),
    [
        ("ini", "[s]\n\tk = @@\n\turl = https://example.com\n", "s.k"),
        ("ini", "[s]\nk = @@\n\n; note\n", "s.k"),
        ("properties", "k=\\\n  @@\n", "k"),
        ("toml", 'k = """\n@@\n"""\n', "k"),
        ("toml", "k = '''\r\n@@'''\r\n", "k"),
        ("xml", "<a>\n  @@\n</a>", "/a"),
        ("xml", "<a>\n <![CDATA[\n@@\n]]>\n</a>", "/a"),
        ("yaml", "k: |\n  @@\nb: 1\n", "k"),
        ("yaml", "k: >+\n\n  @@\n\n", "k"),
        ("yaml", "k:\n  @@\n", "k"),
        ("shell", "A=1 \\\n KEY=@@ \\\n ./job\n", "KEY"),
    ],
)
def test_line_ends_around_a_value_in_one_line_stay(format_name: str, content: str, key: str) -> None:
    before = content.replace("@@", "old").encode()
    assert replace_value(format_name, before, key, NEW, WHERE) == content.replace("@@", NEW).encode()


def test_line_ends_in_an_empty_tag_stay() -> None:
    assert replace_value("xml", b"<r>\n<k\n a='1'\n/></r>", "/r/k", NEW, WHERE) == (
        f"<r>\n<k\n a='1'\n>{NEW}</k></r>".encode()
    )


@pytest.mark.parametrize(
    ("format_name", "content", "key"),
    [
        ("ini", "[s]\nk = old ; rotated 2024\n", "s.k"),
        ("ini", "[s]\nk = old\t# note\n", "s.k"),
        ("ini", "[s]\nk = ; old\n", "s.k"),
        ("ini", '[s]\nk = "old" ; note\n', "s.k"),
        ("properties", "k=old # note\n", "k"),
    ],
)
def test_i24_a_comment_after_the_value_is_named(format_name: str, content: str, key: str) -> None:
    """Also if the value before it is a known secret: only the comment is in the way."""
    with pytest.raises(Refusal) as refused:
        locate(format_name, content.encode(), key, WHERE, {"old"}.__contains__)
    assert "a comment to some readers" in refused.value.found
    assert refused.value.way_out == "move the comment to a line of its own"
