# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of AWX show the objects that the role makes, and the page names all of them."""

from __future__ import annotations

import re

import pytest

from ansible_collections.keyturn.sfmc.tests.support.awx_pictures import IMAGES, ROOT, data, pictures

PAGE = (ROOT / "docs" / "awx.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", list(pictures()))
def test_a_picture_is_drawn_from_what_the_role_makes(name: str) -> None:
    again = "python -m ansible_collections.keyturn.sfmc.tests.support.awx_pictures draws it again"
    assert (IMAGES / name).read_text(encoding="utf-8") == pictures()[name], again
    assert f"](images/{name})" in PAGE


def test_the_page_has_a_row_for_each_job_template_with_its_credentials() -> None:
    rows = re.findall(r"^\| `SFMC ([a-z ]+)` \| ([a-z, ]+) \| (execute|hand in|approve) \|", PAGE, re.MULTILINE)
    made = data()["__awx_job_templates"]
    assert rows == [(each["name"], ", ".join(each["gets"]), each["by"].replace("_", " ")) for each in made]


def test_the_page_names_every_other_object() -> None:
    objects = data()
    names = [
        each["name"] for key in ("__awx_credential_types", "__awx_schedules", "__awx_nodes") for each in objects[key]
    ]
    made = [each for names in objects["__awx_made"].values() if isinstance(names, list) for each in names]
    for name in {*names, *made}:
        assert f"`SFMC {name}`" in PAGE or f" {name} " in PAGE, name
