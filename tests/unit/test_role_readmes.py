# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of each role says the options of its argument specification, and no others: it is generated from it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.keyturn.sfmc.tests.support import role_pages

ROLES = role_pages.roles()
NAMES = [role.name for role in ROLES]


def _specification(role: Path) -> dict[str, Any]:
    specs: dict[str, Any] = yaml.safe_load((role / "meta/argument_specs.yml").read_text(encoding="utf-8"))
    return specs["argument_specs"]["main"]  # type: ignore[no-any-return]


def test_every_role_has_a_specification() -> None:
    assert [role.name for role in sorted(role_pages.ROLES.iterdir())] == NAMES


@pytest.mark.parametrize("role", ROLES, ids=NAMES)
def test_the_page_is_as_its_specification_makes_it(role: Path) -> None:
    assert not role_pages.is_stale(role), (
        f"roles/{role.name}/README.md is stale: "
        "python -m ansible_collections.keyturn.sfmc.tests.support.role_pages writes it"
    )


@pytest.mark.parametrize("role", ROLES, ids=NAMES)
def test_the_page_has_a_play_to_copy(role: Path) -> None:
    page = (role / "README.md").read_text(encoding="utf-8")
    assert "```yaml\n" in page.partition(role_pages.END)[2]


@pytest.mark.parametrize("role", ROLES, ids=NAMES)
def test_defaults_are_those_of_the_specification(role: Path) -> None:
    defaults = yaml.safe_load((role / "defaults/main.yml").read_text(encoding="utf-8"))
    options = _specification(role)["options"]
    assert defaults == {name: option["default"] for name, option in options.items() if "default" in option}


SPECIFICATION = """
argument_specs:
  main:
    short_description: Do something
    description: [It says O(one_name) and B(much) | more.]
    options:
      one_name: {description: What V(x) is., type: str, required: true}
      some: {description: [First., Second.], type: list, elements: dict, default: [], options: {
        inner: {description: Within., type: bool, default: false}}}
      which: {description: A choice., choices: [a, b], default: a}
  other:
    short_description: Do something else
    description: []
"""


@pytest.fixture(name="made")
def _made(tmp_path: Path) -> Path:
    (tmp_path / "made" / "meta").mkdir(parents=True)
    (tmp_path / "made" / "meta" / "argument_specs.yml").write_text(SPECIFICATION, encoding="utf-8")
    return tmp_path / "made"


def test_what_is_generated_has_every_option_at_every_depth(made: Path) -> None:
    said = role_pages.page(made)
    assert "- It says `one_name` and *much* \\| more.\n" in said
    assert "| `one_name` | str | **required** | What `x` is. |" in said
    assert "| `some` | list of dict | `[]` | First. Second. |\n| `some.inner` | bool | `false` | Within. |" in said
    assert "| `which` | str | `a` | A choice. One of `a`, `b`. |" in said
    assert "\n## tasks_from: other\n\nDo something else.\n" in said


def test_what_was_written_by_hand_stays_and_the_rest_is_new(made: Path) -> None:
    page = made / "README.md"
    page.write_text(f"# made\n\nBefore.\n\n{role_pages.BEGIN}\nold\n{role_pages.END}\n\nAfter.\n", encoding="utf-8")
    assert role_pages.is_stale(made)
    new = role_pages.page(made)
    assert new.startswith("# made\n\nBefore.\n\n") and new.endswith("\n\nAfter.\n") and "\nold\n" not in new
    page.write_text(new, encoding="utf-8")
    assert not role_pages.is_stale(made)


@pytest.mark.parametrize(
    "marks", ["", role_pages.BEGIN, f"{role_pages.END}\n{role_pages.BEGIN}"], ids=["none", "one", "turned"]
)
def test_a_page_without_its_marks_is_not_overwritten(made: Path, marks: str) -> None:
    (made / "README.md").write_text(f"# made\n{marks}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(role_pages.BEGIN)):
        role_pages.page(made)
