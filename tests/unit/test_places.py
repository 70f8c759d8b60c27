# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/places.md: every file and every entry of it, taken from the page, declared and rotated."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from ansible_collections.keyturn.sfmc.plugins.module_utils._deployment import Target
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import FORMATS
from ansible_collections.keyturn.sfmc.plugins.module_utils._fingerprint import fingerprint
from ansible_collections.keyturn.sfmc.plugins.module_utils._host_deployment import deploy
from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import ACCEPTED, Answer
from ansible_collections.keyturn.sfmc.plugins.module_utils._upkeep import Upkeep
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import host_dependents
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret, make_old_secret
from ansible_collections.keyturn.sfmc.tests.unit._dependent import dependent

DOCS = Path(__file__).resolve().parents[2] / "docs"
CLIENT_ID, KEY = "0a1b2c3d4e5f6g7h8i9j0k1l", "ab" * 16
_BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Place(NamedTuple):
    """One section of the page: files by path, and the entry of `sfmc_dependents`."""

    title: str
    files: dict[str, str]
    entry: dict[str, Any]


def _places() -> list[Place]:
    page = (DOCS / "places.md").read_text("utf-8")
    places = []
    for section in re.split(r"^### ", page, flags=re.MULTILINE)[1:]:
        title = section.splitlines()[0].strip()
        files, entries = {}, []
        for _language, path, text in _BLOCK.findall(section):
            if path:
                files[path] = text
            else:
                entries += yaml.safe_load(text)
        (entry,) = entries
        places.append(Place(title, files, entry))
    return places


PLACES = _places()


def test_every_format_has_a_place() -> None:
    declared = {file["format"] for place in PLACES for file in place.entry["files"]}
    assert declared == set(FORMATS)


@pytest.mark.parametrize("place", PLACES, ids=[place.title for place in PLACES])
def test_what_the_page_says_works(place: Place, tmp_path: Path) -> None:
    """I-24: the secret at the declared keys changes, and nothing else."""
    old, new = make_old_secret(), make_new_secret()
    variables = {
        "sfmc_integrations": {"crm_sync": {"client_id": CLIENT_ID}},
        "sfmc_dependents": [place.entry],
    }
    (declared,) = host_dependents(variables, "h1")
    assert {file["path"] for file in declared.options["files"]} == set(place.files), (
        "each file is declared, and no other"
    )
    for path, text in place.files.items():
        target = tmp_path / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_with(text, old), "utf-8")
    files = [{**file, "path": str(tmp_path / file["path"].lstrip("/"))} for file in declared.options["files"]]
    accept = declared.options["unknown_secret"] == "accept"
    (evidence,) = deploy(
        [dependent(CLIENT_ID, files, accept_unknown=accept)],
        {CLIENT_ID: Target(CLIENT_ID, "http://127.0.0.1:1", KEY, new, {"active": fingerprint(KEY, old)})},
        lambda *_asked: Answer(ACCEPTED, "token", expires_in=1079),
        lambda: Upkeep(lambda url, certs: "200", []),
        check_mode=False,
    )
    assert evidence["refusal"] is None, evidence["refusal"]
    for path, text in place.files.items():
        assert (tmp_path / path.lstrip("/")).read_text("utf-8") == _with(text, new).replace("UNKNOWN", new)


def _with(text: str, secret: str) -> str:
    encoded = base64.b64encode(secret.encode()).decode()
    return text.replace("BASE64-OF-THE-SECRET", encoded).replace("THE-SECRET", secret)
