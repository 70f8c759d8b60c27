# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A place is declared if a declared key finds just it, however that key is spelled; any other one is a stray."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._declared import DeclaredPlaces
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._naming import uses_in
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Use

from ._known import KNOWN, SOUGHT, filled_in

_TWO = '[{"key": "a", "client_secret": "{active}"},\n {"key": "b", "client_secret": "{of_forms}"}]'
_PHP = "<?php\n$c['sfmc']['clientsecret'] = '{active}';\n"


def written(path: Path, template: str) -> tuple[bytes, list[Use]]:
    content = filled_in(template).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return content, uses_in(content, str(path), SOUGHT)


def declared(path: Path | str, file_format: str, key: str | None, **more: Any) -> DeclaredPlaces:
    file = {"path": str(path), "format": file_format, "key": key, "encoding": more.pop("encoding", None)}
    return DeclaredPlaces([{"name": "app", "client_id": KNOWN.crm, "files": [file], "services": [], **more}])


@pytest.mark.parametrize(
    ("name", "template", "file_format", "key"),
    [
        pytest.param("a.json", _TWO, "json", "[0].client_secret", id="number"),
        pytest.param("a.json", _TWO, "json", "[key=a].client_secret", id="selector"),
        pytest.param("a.json", _TWO, "json", "[0].'client_secret'", id="quotes"),
        pytest.param("a.json", _TWO, "yaml", "[0].client_secret", id="another-format"),
        pytest.param("a.json", _TWO, "text", r'^\[.*"client_secret": "([^"]+)"', id="expression"),
        pytest.param("c.php", _PHP, "php", "$c.sfmc.clientsecret", id="php-whole"),
        pytest.param("c.php", _PHP, "php", "sfmc.clientsecret", id="php-short"),
        pytest.param(".env", "S='{active}'\n", "shell", "S", id="quotes-of-the-place"),
        pytest.param("a.xml", "<a><b s='{active}'/></a>", "xml", "/a[1]/b[1]/@s", id="xml-numbers"),
        pytest.param("a.ini", "[w]\nClientSecret={active}\n", "ini", "w.CLIENTSECRET", id="case"),
    ],
)
def test_a_key_is_compared_by_what_it_finds(
    tmp_path: Path, name: str, template: str, file_format: str, key: str
) -> None:
    path = tmp_path / name
    content, uses = written(path, template)
    places = declared(path, file_format, key)
    assert [places.name_of(use, content) for use in uses] == ["app"] + [""] * (len(uses) - 1)


def test_another_place_of_the_same_file_is_a_stray(tmp_path: Path) -> None:
    content, uses = written(tmp_path / ".env", "# S={active}\nS={active}\nT={active}\n")
    places = declared(tmp_path / ".env", "dotenv", "S")
    assert [(use["line"], places.name_of(use, content)) for use in uses] == [(1, ""), (2, "app"), (3, "")]


def test_a_file_without_a_key_is_declared_wherever_a_known_secret_stands(tmp_path: Path) -> None:
    template = "a {active} b\n# {previous}\nclient_secret='{unknown}'; {of_forms}\n"
    content, uses = written(tmp_path / "notes.cfg", template)
    places = declared(tmp_path / "notes.cfg", "text", None)
    assert [(use["secret"], places.name_of(use, content)) for use in uses] == [
        ("active", "app"),
        ("previous", "app"),
        ("unknown", ""),
        ("active", ""),
    ]


def test_links_do_not_matter(tmp_path: Path) -> None:
    content, uses = written(tmp_path / "releases" / "7" / ".env", "S={active}\n")
    (tmp_path / "current").symlink_to("releases/7")
    assert declared(tmp_path / "current" / ".env", "dotenv", "S").name_of(uses[0], content) == "app"
    through_link = uses_in(content, str(tmp_path / "current" / ".env"), SOUGHT)
    real = declared(tmp_path / "releases" / "7" / ".env", "dotenv", "S")
    assert real.name_of(through_link[0], content) == "app"


def test_base64_is_declared_with_its_encoding(tmp_path: Path) -> None:
    from ansible_collections.keyturn.sfmc.tests.support.planted import in_base64

    path = tmp_path / "s.yml"
    content, uses = written(path, f"kind: Secret\ndata: {{s: {in_base64(KNOWN.active)}}}\n")
    assert declared(path, "yaml", "data.s", encoding="base64").name_of(uses[0], content) == "app"


@pytest.mark.parametrize(
    ("file_format", "key"),
    [("json", "no.such"), ("json", "["), ("no format", "S"), ("dotenv", "OTHER"), ("text", "(")],
    ids=["missing", "no-json", "no-format", "other", "no-expression"],
)
def test_a_declaration_that_finds_nothing_holds_nothing(tmp_path: Path, file_format: str, key: str) -> None:
    content, uses = written(tmp_path / ".env", "S={active}\nOTHER=x\n")
    assert declared(tmp_path / ".env", file_format, key).name_of(uses[0], content) == ""


def test_a_copy_or_an_archive_is_not_declared_by_the_original(tmp_path: Path) -> None:
    content, uses = written(tmp_path / ".env.bak", "S={active}\n")
    assert declared(tmp_path / ".env", "dotenv", "S").name_of(uses[0], content) == ""
    inside = uses_in(content, ".env", SOUGHT, f"{tmp_path}/.env!.env", "archive")
    assert declared(tmp_path / ".env", "dotenv", "S").name_of(inside[0], content) == ""


@pytest.mark.parametrize("service", ["mule", "mule.service"])
def test_a_service_is_named_with_or_without_its_suffix(service: str) -> None:
    places = declared("/x", "dotenv", "S", services=["mule"])
    assert places.service_of(service) == "app"
    assert places.service_of("mule2.service") == ""
