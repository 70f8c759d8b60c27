# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An ansible-core or a Python that is too old is refused by the first thing that a play does.

The core here only says of itself that it is 2.15; `make matrix` has a real one (`KEYTURN_OLD_ANSIBLE`).
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ansible_collections.keyturn.sfmc.plugins.module_utils._supported import OLDEST_CORE, OLDEST_PYTHON, unsupported

ROOT = Path(__file__).parents[2]
_OLD = 'import ansible.release\nansible.release.__version__ = "2.15.13"\n'
_FIRST_TASKS = {
    "action": ["-m", "keyturn.sfmc.status"],
    "action with a half on the host": ["-m", "keyturn.sfmc.deployed_secret"],
    "lookup": ["-m", "ansible.builtin.debug", "-a", "msg={{ lookup('keyturn.sfmc.client_secret', 'crm_sync') }}"],
    "module": ["-m", "keyturn.sfmc.program_output", "-a", "argv=touch,{made}"],
    "module of a store": ["-m", "keyturn.sfmc.host_document", "-a", "path={made} do=prove"],
    "role without a plugin": ["-m", "ansible.builtin.include_role", "-a", "name=keyturn.sfmc.awx"],
}


@pytest.mark.parametrize("words", _FIRST_TASKS.values(), ids=_FIRST_TASKS)
def test_a_core_that_is_too_old_is_refused_before_anything_is_done(tmp_path: Path, words: list[str]) -> None:
    program = os.environ.get("KEYTURN_OLD_ANSIBLE")
    if not program:
        (tmp_path / "sitecustomize.py").write_text(_OLD)
    made = tmp_path / "made"
    arguments = [word.replace("{made}", str(made)) for word in words]
    run = subprocess.run(
        [program or str(Path(sys.executable).parent / "ansible"), "localhost", *arguments],
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")},
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".work" / "collections"),
            "ANSIBLE_HOME": str(tmp_path / "home"),
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "PYTHONPATH": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    said = " ".join((run.stdout + run.stderr).split())
    assert run.returncode != 0, said
    assert "keyturn.sfmc runs on versions that it supports. Expected ansible-core 2.16 or later" in said, said
    assert re.search(r"found ansible-core 2\.15\.\d+( on Python 3\.9)?\. Way out: ", said), said
    assert "Traceback" not in said and not made.exists(), said


def test_a_python_that_is_too_old_is_named() -> None:
    refusal = unsupported("2.16.3", (3, 9))
    assert refusal is not None and refusal.found == "ansible-core 2.16.3 on Python 3.9"


@pytest.mark.parametrize("core", ["2.16.0", "2.22.0rc1", "2.23.0.dev0", "3.0", "0.0"])
def test_what_is_supported_or_newer_is_not_refused(core: str) -> None:
    assert unsupported(core, (3, 10)) is None and unsupported(core, (4, 0)) is None


def test_the_floor_is_what_ansible_itself_is_told() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())
    assert runtime["requires_ansible"] == ">={}.{}.0".format(*OLDEST_CORE)


def test_what_is_read_before_the_refusal_can_be_read_by_an_older_python() -> None:
    before = [
        *ROOT.glob("plugins/action/*.py"),
        *ROOT.glob("plugins/lookup/*.py"),
        ROOT / "plugins/plugin_utils/__init__.py",
    ]
    older = (OLDEST_PYTHON[0], OLDEST_PYTHON[1] - 1)
    for path in before:
        ast.parse(path.read_text("utf-8"), str(path), feature_version=older)
