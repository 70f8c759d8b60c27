# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Config files are valid for the real parsers, and everything around the secrets is told from the secrets."""

from __future__ import annotations

import configparser
import io
import json
from collections.abc import Callable

import pytest

from ansible_collections.keyturn.sfmc.tests.testbed import contents
from ansible_collections.keyturn.sfmc.tests.testbed.service import read_value

ONE = "a-Secret_of_24-characters"
TWO = "SFMC_" + "b" * 59
OTHERS = ["first-other", "second-other"]


def _slots(*keys: str) -> list[contents.Slot]:
    return [contents.Slot(key, "0" * 24, "http://127.0.0.1:1", f"@{number}@") for number, key in enumerate(keys)]


def _ini(content: bytes) -> object:
    parser = configparser.RawConfigParser()
    parser.read_string(content.decode())
    return parser["Web Services"]["clientsecret"]


def _dotenv(content: bytes) -> object:
    dotenv = pytest.importorskip("dotenv")
    return dotenv.dotenv_values(stream=io.StringIO(content.decode("utf-8-sig")))["SFMC_CLIENT_SECRET"]


def _properties(content: bytes) -> object:
    javaproperties = pytest.importorskip("javaproperties")
    return javaproperties.loads(content.decode("latin-1"))["sfmc.clientSecret"]


def _json(content: bytes) -> object:
    return json.loads(content)["accounts"][1]["credentials"]["clientSecret"]


@pytest.mark.parametrize(
    ("file_format", "key", "real_reader"),
    [
        ("dotenv", "SFMC_CLIENT_SECRET", _dotenv),
        ("properties", "sfmc.clientSecret", _properties),
        ("ini", "Web Services.clientsecret", _ini),
        ("json", "accounts[1].credentials.clientSecret", _json),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_secret_is_where_real_readers_and_services_look(
    file_format: str, key: str, real_reader: Callable[[bytes], object], line_end: str
) -> None:
    template = contents.render(file_format, _slots(key), OTHERS, line_end, False)
    content = contents.join(contents.split(template, ["@0@"]), [TWO])
    assert real_reader(content) == TWO
    assert read_value(content.decode("latin-1" if file_format == "properties" else "utf-8"), file_format, key) == TWO
    assert all(other.encode() in content for other in OTHERS)
    assert (b"\r\n" in content) == (line_end == "\r\n")


def test_two_secrets_share_a_file() -> None:
    marks = ["@0@", "@1@"]
    template = contents.render("json", _slots("crm.client_secret", "export.client_secret"), OTHERS, "\n", True)
    pieces = contents.split(template, marks)
    content = contents.join(pieces, [ONE, TWO])
    assert content.startswith(b"\xef\xbb\xbf")
    assert contents.values_between(pieces, content) == (ONE, TWO)


def test_a_change_beside_the_secret_is_seen() -> None:
    pieces = (b"A=1\nS=", b"\nB=2\n")
    assert contents.values_between(pieces, b"A=1\nS=new\nB=2\n") == ("new",)
    assert contents.values_between(pieces, b"A=1\nS=new\nB=3\n") is None
    assert contents.values_between(pieces, b"A=1\nS=new value\nB=2\n") is None
    assert contents.values_between(pieces, b"A=1\nS=new\nB=2") is None
