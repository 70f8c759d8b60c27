# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every use that is planted in a tree is named, and nothing else is claimed."""

from __future__ import annotations

import collections
import gzip
import io
import os
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents import documents
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._containers import Engines, uses_of_containers
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._declared import DeclaredPlaces
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._naming import uses_in
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._processes import uses_of_processes
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Sought, Use, shown
from ansible_collections.keyturn.sfmc.tests.support.planted import DOCKER_ID, Expected, Planted, plant


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return plant(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def sought(planted: Planted) -> Sought:
    return Sought(planted.known.integrations, planted.known.secrets, planted.known.fingerprint_keys)


@pytest.fixture(scope="module")
def found(planted: Planted, sought: Sought) -> list[Use]:
    return [
        use
        for content, name, place, kind in documents_of(planted.root)
        for use in named(content, name, place, kind, sought)
    ]


def named(content: bytes, name: str, place: str, kind: str, sought: Sought) -> list[Use]:
    return uses_in(content, name, sought, place, kind)


def documents_of(root: Path) -> Iterator[tuple[bytes, str, str, str]]:
    """Yield content, name, place and kind of all files below a folder, and of those in archives."""
    for folder, _folders, names in os.walk(root):
        for name in sorted(names):
            path = os.path.join(folder, name)
            with open(path, "rb") as stream:
                content = stream.read()
            if name.endswith(".zip"):
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    for member in archive.namelist():
                        yield archive.read(member), member, f"{path}!{member}", "archive"
            elif name.endswith(".tar.gz"):
                with tarfile.open(fileobj=io.BytesIO(content)) as tar:
                    for entry in tar:
                        stream_of_entry = tar.extractfile(entry)
                        assert stream_of_entry
                        yield stream_of_entry.read(), entry.name, f"{path}!{entry.name}", "archive"
            elif name.endswith(".gz"):
                yield gzip.decompress(content), path[:-3], path, "archive"
            else:
                yield content, path, shown(path), "file"


def summary(use: Use) -> Expected:
    exact = use["format"] not in ("", "text")
    return Expected(
        use["place"],
        use["kind"],
        use["format"],
        use["key"] if exact or use["kind"] in ("process", "container") else "",
        use["secret"],
        use["client_id"],
        use["encoding"],
    )


def test_every_use_is_named_and_nothing_else(planted: Planted, found: list[Use]) -> None:
    claimed = collections.Counter(summary(use) for use in found if use["secret"] != "none")
    wanted = collections.Counter(planted.expected)
    assert claimed - wanted == collections.Counter(), "claimed"
    assert wanted - claimed == collections.Counter(), "missed"
    assert len(planted.expected) >= 40
    assert {each.format for each in planted.expected} == {*documents.FORMATS, ""}


def test_what_only_names_an_integration_is_a_mention(planted: Planted, found: list[Use]) -> None:
    assert {use["place"] for use in found if use["secret"] == "none"} == set(planted.mentions)
    assert not {use["place"] for use in found} & set(planted.decoys)


def test_every_key_finds_its_place_and_another_secret_fits_there(
    planted: Planted, found: list[Use], sought: Sought
) -> None:
    editable = [use for use in found if use["format"]]
    assert len(editable) >= 40
    real = {shown(path): path for _content, path, _place, kind in documents_of(planted.root) if kind == "file"}
    for use in editable:
        with open(real[use["path"]], "rb") as stream:
            content = stream.read()
        located = documents.locate(use["format"], content, use["key"], use["path"], None, use["encoding"])
        if use["secret"] != "unknown":
            assert sought.secrets[located.value] == (use["client_id"], use["secret"]), use
        assert sought.fingerprint(use["client_id"], located.value) == use["fingerprint"], use
        assert use["line"] > 0, use
        documents.replace_value(use["format"], content, use["key"], "n-_9" * 16, use["path"], None, use["encoding"])


def test_a_place_that_is_declared_as_it_was_named_is_no_stray(planted: Planted, found: list[Use]) -> None:
    editable = [use for use in found if use["format"]]
    declared = DeclaredPlaces(
        [
            {
                "name": f"dependent {number}",
                "client_id": use["client_id"],
                "files": [{name: use[name] for name in ("path", "format", "key", "encoding")}],
                "services": [],
            }
            for number, use in enumerate(editable)
        ]
    )
    real = {shown(path): path for _content, path, _place, kind in documents_of(planted.root) if kind == "file"}
    for number, use in enumerate(editable):
        with open(real[use["path"]], "rb") as stream:
            assert declared.name_of(use, stream.read()) == f"dependent {number}", use


def test_no_secret_is_in_what_is_reported(planted: Planted, found: list[Use]) -> None:
    said = repr(found)
    secrets = [value for name, value in vars(planted.known).items() if name not in ("crm", "forms")]
    assert not [value for value in secrets if value in said or value[5:30] in said]


def test_processes_and_containers_are_named_by_what_restarts_them(planted: Planted, sought: Sought) -> None:
    declared = DeclaredPlaces([{"name": "mule runtime", "client_id": "", "files": [], "services": ["mule", "sync"]}])
    engines = Engines((str(planted.docker),), (str(planted.podman),), ())
    names = {DOCKER_ID: "sync"}
    processes, looked, skipped = uses_of_processes(sought, declared, str(planted.proc), names)
    containers, there, unread = uses_of_containers(sought, declared, engines)
    assert (looked, skipped, there, unread) == (6, 0, 2, 0)
    assert sorted(map(summary, processes + containers), key=repr) == sorted(planted.expected_elsewhere, key=repr)
    restarted = {use["place"]: (use["service"], use["declared"]) for use in processes + containers}
    assert restarted == {
        "process of mule.service": ("mule.service", "mule runtime"),
        "process of container sync": ("sync", "mule runtime"),
        "process of /opt/bin/push": ("", ""),
        "container sync": ("sync", "mule runtime"),
        "container crm": ("crm", ""),
    }
