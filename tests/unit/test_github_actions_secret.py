# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module that gives secrets of GitHub Actions new values, in a process of its own, against a stand-in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.utils import redirect

from ansible_collections.keyturn.sfmc.plugins.modules.github_actions_secret import folder_of
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import make_new_secret
from ansible_collections.keyturn.sfmc.tests.standins.github import Github
from ansible_collections.keyturn.sfmc.tests.standins.serving import serving
from ansible_collections.keyturn.sfmc.tests.testbed.simulated import collections_path

_MODULE = "ansible_collections.keyturn.sfmc.plugins.modules.github_actions_secret"
_FOLDERS = {"repos/o/r/actions/secrets": ["SECRET"], "orgs/o/actions/secrets": ["SECRET"]}
_PLACE = {"organization": "o", "repository": "r", "name": "SECRET", "token": "hub-token"}


@pytest.fixture
def github() -> Iterator[Github]:
    with Github("hub-token", dict(_FOLDERS)) as server:
        yield server


def _run(github: Github, folder: Path, path: str = "", **arguments: Any) -> dict[str, Any]:
    """Run the module as a host does, with its arguments on its standard input."""
    given = {"ANSIBLE_MODULE_ARGS": {**_PLACE, "api_url": github.url, "_ansible_remote_tmp": str(folder), **arguments}}
    search = os.pathsep.join(filter(None, [path, str(collections_path())]))
    ended = subprocess.run(
        [sys.executable, "-m", _MODULE],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": search},
    )
    assert ended.stdout, ended.stderr
    result: dict[str, Any] = json.loads(ended.stdout)
    # So a module tells ansible-core, from 2.22 on, what to mask; it is no part of what is shown or registered.
    result.pop("_ansible_new_secrets", None)
    return result


def test_a_value_arrives_in_a_box_that_github_opens(github: Github, tmp_path: Path) -> None:
    secret = make_new_secret()
    result = _run(github, tmp_path, value=secret)
    assert result["changed"] and result["secret"]["name"] == "SECRET"
    assert github.values["repos/o/r/actions/secrets"] == {"SECRET": secret}
    assert secret not in json.dumps(result) and "hub-token" not in json.dumps(result)


def test_without_a_value_it_only_looks(github: Github, tmp_path: Path) -> None:
    assert not _run(github, tmp_path)["changed"]
    assert github.writes() == []


def test_i31_check_mode_writes_nothing(github: Github, tmp_path: Path) -> None:
    assert _run(github, tmp_path, value="x" * 24, _ansible_check_mode=True)["changed"]
    assert github.writes() == []


def test_a_secret_of_another_name_is_not_created(github: Github, tmp_path: Path) -> None:
    result = _run(github, tmp_path, name="SECRTE", value="x" * 24)
    assert result["failed"] and "secrets/SECRTE: status 404: Not Found" in result["msg"]
    assert github.writes() == []


def test_a_token_that_github_does_not_take_is_said(github: Github, tmp_path: Path) -> None:
    assert "status 401: Bad credentials" in _run(github, tmp_path, token="another")["msg"]


def test_i29_the_token_follows_no_redirect_and_netrc_is_not_read(
    github: Github, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.touch(0o600)
    netrc.write_text("machine 127.0.0.1 login somebody password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert _run(github, tmp_path, value="x" * 24)["changed"]
    with serving(redirect(f"{github.url}/there")) as moved:
        asked = len(github.calls)
        assert "status 302" in _run(github, tmp_path, api_url=moved)["msg"]
        assert len(github.calls) == asked


def test_an_environment_needs_its_repository(github: Github, tmp_path: Path) -> None:
    result = _run(github, tmp_path, repository=None, environment="live")
    assert result["failed"] and "repository" in result["msg"]


def test_a_missing_library_is_named_with_the_host_it_is_missing_on(github: Github, tmp_path: Path) -> None:
    (tmp_path / "nacl").mkdir()
    (tmp_path / "nacl" / "__init__.py").write_text("raise ImportError('not here')\n")
    result = _run(github, tmp_path, str(tmp_path))
    assert result["failed"]
    assert "(PyNaCl)" in result["msg"] and "on the Python of the host that runs this module" in result["msg"]
    assert github.calls == []


@pytest.mark.parametrize(
    ("place", "folder"),
    [
        (("o", None, None), "/orgs/o/actions/secrets"),
        (("o", "r", None), "/repos/o/r/actions/secrets"),
        (("o", "r", "live/eu"), "/repos/o/r/environments/live%2Feu/secrets"),
    ],
)
def test_names_are_encoded_in_paths(place: tuple[str, str | None, str | None], folder: str) -> None:
    assert folder_of(*place) == folder
