# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report goes where it may, and replaces a former report and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report import files


def _is_report(text: str) -> bool:
    return text.startswith("report")


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "now.html").symlink_to("report-7.html")
    assert files.place_of(str(tmp_path / "now.html"), "path") == tmp_path / "report-7.html"


@pytest.mark.parametrize("content", [b"notes", b"\xff\xfe\x00"], ids=["a-text", "no-text"])
def test_another_file_is_not_replaced(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "notes.html"
    place.write_bytes(content)
    with pytest.raises(Refusal, match="a former report, and nothing else"):
        files.former_of(place, _is_report)
    assert place.read_bytes() == content


@pytest.mark.parametrize("content", ["", "report 1"], ids=["empty", "a-report"])
def test_a_former_report_or_an_empty_file_is_replaced(tmp_path: Path, content: str) -> None:
    place = tmp_path / "report.html"
    place.write_text(content)
    assert files.former_of(place, _is_report) == content
    assert files.former_of(tmp_path / "new.html", _is_report) == ""


@pytest.mark.parametrize("path", ["", "/", "missing/report.html", ".", "a\0b"], ids=repr)
def test_a_place_where_nothing_can_be_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refusal, match="where the controller may write"):
        files.place_of(path, "path")


@pytest.mark.parametrize("mode", ["rw", "", "999", "0", "70000", "-640"])
def test_permissions_are_octal_digits(mode: str) -> None:
    with pytest.raises(Refusal, match="octal digits"):
        files.mode_of(mode)


@pytest.mark.parametrize(("mode", "number"), [("0640", 0o640), ("644", 0o644), ("0o600", 0o600)])
def test_permissions_are_read_as_people_write_them(mode: str, number: int) -> None:
    assert files.mode_of(mode) == number
