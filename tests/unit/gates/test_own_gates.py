# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gates that are code of our own find what they are for, and nothing else."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from flask import Flask

from ansible_collections.keyturn.sfmc.tests.gates import catalogue, hygiene, managed_hosts, sanity
from ansible_collections.keyturn.sfmc.tests.standins.serving import serving

FILE = Path("some/file")


def rules_broken(text: str) -> list[str]:
    return [finding.rule.name for finding in hygiene.findings(FILE, text, hygiene.RULES)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("secret: SFMC_" + "Aa1-" * 15, hygiene.SECRET),
        ("-----BEGIN OPENSSH " + "PRIVATE KEY-----", hygiene.PRIVATE_KEY),
        ("path = '/home/" + "somebody/project'", hygiene.HOME),
        ("/root/" + ".ssh/id", hygiene.HOME),
        ("--index-" + "url https://packages.example/simple", hygiene.REGISTRY),
        ("index-" + "url = https://packages.example/simple", hygiene.REGISTRY),
        ("export PIP_INDEX_" + "URL=https://packages.example/simple", hygiene.REGISTRY),
        ("trusted-" + "host = packages.example", hygiene.REGISTRY),
    ],
    ids=["secret", "private-key", "home", "root", "option", "setting", "variable", "trusted"],
)
def test_hygiene_finds(text: str, rule: hygiene.Rule) -> None:
    assert rules_broken(f"first line\n{text}\n") == [rule.name]


@pytest.mark.parametrize(
    "text",
    [
        "SFMC_CLIENT_SECRET=${SECRET}",
        "path: /home/deploy/project/.mcdev-auth.json",
        "path: ~/.fuelsdk/config.python",
        "curl -f http://127.0.0.1:8081/health",
        "requests>=2.31",
    ],
)
def test_hygiene_leaves_alone(text: str) -> None:
    assert rules_broken(text) == []


def test_hygiene_never_repeats_what_it_found() -> None:
    secret = f"SFMC_{secrets.token_hex(30)[:59]}"
    (finding,) = hygiene.findings(FILE, f"a\nkey={secret}", hygiene.RULES)
    assert finding.line == 2
    assert secret not in str(finding.file) + finding.rule.name + finding.rule.way_out


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("if (n := 1): pass", "grammar of Python 3.6"),
        ("def f(a, /): pass", "grammar of Python 3.6"),
        ("from __future__ import annotations", "Python 3.7"),
        ("import requests", "import of requests"),
        ("from dataclasses import dataclass", "import of dataclasses"),
        ("from ansible_collections.keyturn.sfmc.plugins.plugin_utils import x", "plugin_utils"),
    ],
)
def test_managed_hosts_refuses(source: str, found: str) -> None:
    (complaint,) = managed_hosts.complaints(FILE, source)
    assert complaint.startswith(f"{FILE}:1: ")
    assert found in complaint


def test_managed_hosts_refuses_text_in_an_init_file_as_older_ansible_tests_do() -> None:
    init = FILE.with_name("__init__.py")
    assert list(managed_hosts.complaints(init, "")) == []
    (complaint,) = managed_hosts.complaints(init, '"""About."""\n')
    assert "expected an empty file" in complaint


def test_managed_hosts_accepts_python_36() -> None:
    source = """
import json
from typing import NamedTuple
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ._format import Leaf

class Pair(NamedTuple):
    name: str
    text: str = f"{json}"
"""
    assert list(managed_hosts.complaints(FILE, source)) == []


def test_what_pip_takes_from_variables_beats_its_files() -> None:
    listing = ":env:.timeout='60'\nglobal.timeout='15'\nglobal.find-links='a\\nb'\ninstall.no-index='0'\n"
    assert list(sanity.pip_settings(listing)) == [
        ("global", "timeout", "60"),
        ("global", "find-links", "a\nb"),
        ("install", "no-index", "0"),
    ]


def test_pip_bootstraps_are_written_once(tmp_path: Path) -> None:
    sanity.write_bootstraps(tmp_path)
    scripts = list((tmp_path / ".ansible" / "test" / "cache").glob("get_pip_*.py"))
    assert scripts
    scripts[0].write_text("the real one")
    sanity.write_bootstraps(tmp_path)
    assert scripts[0].read_text() == "the real one"


def test_groups_name_gates_that_exist() -> None:
    names = {gate.name for gate in catalogue.GATES}
    assert {name for members in catalogue.GROUPS.values() for name in members} <= names
    assert [gate.name for gate in catalogue.select(["unit", "ruff", "ruff"])] == ["ruff", "unit"]


def test_the_makefile_has_a_target_for_each_gate() -> None:
    makefile = (Path(__file__).parents[3] / "Makefile").read_text("utf-8").replace("\\\n", " ")
    (line,) = [line for line in makefile.splitlines() if line.startswith("GATES :=")]
    assert set(line.split()[2:]) == {gate.name for gate in catalogue.GATES}


def test_a_sanity_test_whose_packages_are_beyond_the_index_is_left_out_where_nothing_answers(
    tmp_path: Path,
) -> None:
    with serving(Flask("archive")) as answering:
        (tmp_path / "sanity.pylint.txt").write_text("pylint == 1\ndill @ http://127.0.0.1:1/dill.zip#sha256=1\n")
        (tmp_path / "sanity.mypy.txt").write_text(f"mypy == 1\nother @ {answering}/other.zip\n")
        (tmp_path / "sanity.pep8.txt").write_text("# pycodestyle @ http://127.0.0.1:1/no.zip\npycodestyle == 1\n")
        assert list(sanity.unreachable_tests(tmp_path)) == [("pylint", "http://127.0.0.1:1/dill.zip")]
