# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Config files are valid for the real parsers, and everything around the secrets is told from the secrets."""

from __future__ import annotations

import configparser
import io
import json
from collections.abc import Callable

import dotenv
import javaproperties
import pytest
import tomlkit
from lxml import etree
from ruamel.yaml import YAML

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents import documents
from ansible_collections.keyturn.sfmc.tests.testbed import contents
from ansible_collections.keyturn.sfmc.tests.testbed.declaration import FORMATS
from ansible_collections.keyturn.sfmc.tests.testbed.estates import PLACES
from ansible_collections.keyturn.sfmc.tests.testbed.service import read_value

ONE = "a-Secret_of_24-characters"
TWO = "SFMC_" + "b" * 59
OTHERS = ["first-other", "second-other"]


def _slots(*keys: str) -> list[contents.Slot]:
    return [contents.Slot(key, "0" * 24, "http://127.0.0.1:1", f"@{number}@") for number, key in enumerate(keys)]


def _ini(content: str) -> object:
    parser = configparser.RawConfigParser()
    parser.read_string(content)
    return parser["Web Services"]["clientsecret"]


def _dotenv(content: str) -> object:
    return dotenv.dotenv_values(stream=io.StringIO(content))["SFMC_CLIENT_SECRET"]


#: Reads a format's file as others do who know nothing of this project.
REAL_READERS: dict[str, Callable[[str], object]] = {
    "dotenv": _dotenv,
    "ini": _ini,
    "json": lambda content: json.loads(content)["accounts"][1]["credentials"]["clientSecret"],
    "properties": lambda content: javaproperties.loads(content)["sfmc.clientSecret"],
    "toml": lambda content: tomlkit.parse(content)["sfmc"]["client_secret"],
    "xml": lambda content: etree.fromstring(content.encode()).xpath("string(/configuration/fuelSDK/@clientSecret)"),
    "yaml": lambda content: YAML(typ="safe").load(content)["sfmc"]["client_secret"],
}


def _written(file_format: str, line_end: str) -> str:
    """Return a file of a format with the secret in it."""
    template = contents.render(file_format, _slots(PLACES[file_format].key), OTHERS, line_end, False)
    content = contents.join(contents.split(template, ["@0@"]), [TWO])
    return content.decode("latin-1" if file_format == "properties" else "utf-8")


def test_every_format_has_a_place() -> None:
    assert tuple(sorted(PLACES)) == FORMATS == tuple(sorted(documents.FORMATS))


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_service_finds_the_secret(file_format: str, line_end: str) -> None:
    content = _written(file_format, line_end)
    assert all(other in content for other in OTHERS)
    assert ("\r\n" in content) == (line_end == "\r\n")
    # Python's text files come with one kind of line end, and so does what a service reads.
    assert read_value(content.replace("\r\n", "\n"), file_format, PLACES[file_format].key) == TWO


@pytest.mark.parametrize("file_format", REAL_READERS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_real_readers_find_the_secret(file_format: str, line_end: str) -> None:
    assert REAL_READERS[file_format](_written(file_format, line_end)) == TWO


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
