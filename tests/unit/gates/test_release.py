# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is released says one version, holds what it should, and has the pages that its users look for."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from ansible_collections.keyturn.sfmc.tests.gates import artifact, contents, first_page, release_notes

ROOT = Path(__file__).resolve().parents[3]
_VERSION = yaml.safe_load((ROOT / "galaxy.yml").read_text("utf-8"))["version"]
#: What certification asks of a README, in this order.
_HEADINGS = (
    "Description",
    "Requirements",
    "Installation",
    "Use Cases",
    "Testing",
    "Support",
    "Release Notes",
    "License",
)


def test_the_version_is_semantic_and_names_the_artifact() -> None:
    assert re.fullmatch(r"[1-9]\d*\.\d+\.\d+", _VERSION)
    assert artifact.name() == f"keyturn-sfmc-{_VERSION}.tar.gz"


def test_nothing_says_that_it_came_with_a_version_that_there_never_was() -> None:
    released = {*yaml.safe_load((ROOT / "changelogs" / "changelog.yaml").read_text("utf-8"))["releases"], _VERSION}
    for folder in ("plugins", "roles"):
        for path in (ROOT / folder).rglob("*.[py]*"):
            if path.suffix in (".py", ".yml"):
                said = re.findall(r"^\s*version_added:\s*['\"]?([\d.]+)", path.read_text("utf-8"), re.MULTILINE)
                assert {*said} <= released, f"{path}: version_added {said}"


def test_the_changelog_mends_nothing_that_was_never_released() -> None:
    releases = yaml.safe_load((ROOT / "changelogs" / "changelog.yaml").read_text("utf-8"))["releases"]
    headlines = {"## v" + version.replace(".", r"\.") for version in releases}
    assert headlines <= {*(ROOT / "CHANGELOG.md").read_text("utf-8").splitlines()}
    first = releases[min(releases, key=lambda version: [int(part) for part in version.split(".")])]["changes"]
    assert first["release_summary"] and first["major_changes"] and first["known_issues"]
    mended = {"bugfixes", "security_fixes", "breaking_changes", "deprecated_features", "removed_features"}
    assert not mended & set(first), "nobody had the first release before: say what it does"


def test_what_is_built_to_be_released_is_in_the_changelog(tmp_path: Path) -> None:
    for name in ("galaxy.yml", "changelogs/changelog.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    assert artifact.is_noted(tmp_path)
    galaxy = (tmp_path / "galaxy.yml").read_text("utf-8")
    (tmp_path / "galaxy.yml").write_text(galaxy.replace(f"version: {_VERSION}", "version: 77.0.0"), "utf-8")
    assert not artifact.is_noted(tmp_path)


def test_a_late_fragment_is_added_to_the_release_that_was_prepared(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "changelogs", tmp_path / "changelogs")
    for name in ("galaxy.yml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path)
    before = (tmp_path / "CHANGELOG.md").read_text("utf-8")
    late = tmp_path / "changelogs" / "fragments" / "late.yml"
    late.parent.mkdir(exist_ok=True)
    late.write_text("---\nminor_changes:\n  - status - it came late.\n", "utf-8")
    assert release_notes.gathered(tmp_path, plugins=False) == 0
    after = (tmp_path / "CHANGELOG.md").read_text("utf-8")
    assert r"* status \- it came late\." in after.splitlines()
    assert set(before.splitlines()) <= set(after.splitlines()), "what was there stays"
    assert not late.exists()


def test_the_readme_has_the_headings_of_certification_in_their_order() -> None:
    found = re.findall(r"^## (.+)$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert [heading for heading in found if heading in _HEADINGS] == list(_HEADINGS)


def test_every_link_of_the_first_page_works_on_galaxy_which_has_that_page_alone() -> None:
    page = (ROOT / "README.md").read_text("utf-8")
    galaxy = {"repository": "https://example.com/k", "version": "1.2.3"}
    made = first_page.for_galaxy(page, galaxy)
    links = re.findall(r"\]\(([^)]+)\)", made)
    assert len(links) == len(re.findall(r"\]\(([^)]+)\)", page)) > 10
    assert all(link.startswith(("https:", "#")) for link in links), links
    assert "](https://example.com/k/blob/1.2.3/docs/inventory.md#an-example-for-every-place)" in made
    assert "](https://example.com/k/raw/1.2.3/docs/images/report-light.png)" in made
    for aim in re.findall(r"https://example\.com/k/(?:blob|raw)/1\.2\.3/([^)#]+)", made):
        assert (ROOT / aim).exists(), aim


@pytest.mark.parametrize(
    "name",
    [
        "plugins/modules/__pycache__/status.pyc",
        "plugins/modules/.secret.py",
        ".github/workflows/test.yml",
        ".venv/bin/python",
        "tests/output/report.json",
        "tests/unit/test_supported.py",
        "tests/sanity/ignore-2.16.txt",
        "keyturn-sfmc-0.9.0.tar.gz",
        "docs/notes.txt",
        "id_ed25519",
    ],
)
def test_what_no_rule_allows_is_not_released(name: str) -> None:
    (complaint,) = contents.complaints([*contents.REQUIRED, name], [])
    assert complaint.startswith(f"{name}: no rule")


def test_what_is_missing_is_said() -> None:
    there = [name for name in contents.REQUIRED if name != "COPYING"]
    missing = [
        "COPYING: expected in the artifact, not found",
        "plugins/modules/new.py: expected in the artifact, not found",
    ]
    assert list(contents.complaints(there, ["plugins/modules/new.py"])) == missing


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "docs/compatibility.md"])
def test_links_of_the_pages_around_the_code_lead_to_files(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert (ROOT / page).parent.joinpath(target).is_file(), f"{page}: {target}"


@pytest.mark.parametrize("name", ["bug", "feature"])
def test_a_form_for_issues_asks_for_versions_and_for_no_secret(name: str) -> None:
    text = (ROOT / ".github" / "ISSUE_TEMPLATE" / f"{name}.yml").read_text("utf-8")
    form = yaml.safe_load(text)
    assert {"name", "description", "body"} <= form.keys()
    assert "versions" in {item.get("id") for item in form["body"]}
    assert re.search(r"no (client )?secret", text, re.IGNORECASE)
