# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate `execution-environment` sees what is declared and not in the context, and the other way round."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.keyturn.sfmc.tests.gates import tree
from ansible_collections.keyturn.sfmc.tests.gates.execution_environment import (
    collection_complaints,
    context_complaints,
    lines_of,
)

_DEFINITION: dict[str, Any] = yaml.safe_load((tree.ROOT / "execution-environment.yml").read_text("utf-8"))


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """A build context as ansible-builder makes it of the definition."""
    parts = _DEFINITION["dependencies"]
    build = tmp_path / "context" / "_build"
    (build / "scripts").mkdir(parents=True)
    (build / "scripts" / "assemble").touch()
    (build / "requirements.txt").write_text("\n".join(parts["python"]))
    (build / "requirements.yml").write_text(yaml.safe_dump(parts["galaxy"]))
    lines = [f'ARG EE_BASE_IMAGE="{_DEFINITION["images"]["base_image"]["name"]}"']
    lines += [f'ARG PYPKG="{parts["python_interpreter"]["package_system"]}"']
    lines += [f'ARG PYCMD="{parts["python_interpreter"]["python_path"]}"']
    lines += [f"RUN pip install {parts['ansible_core']['package_pip']} {parts['ansible_runner']['package_pip']}"]
    (build.parent / "Containerfile").write_text("\n".join(lines))
    return build.parent


def test_a_context_as_declared_is_fine(context: Path) -> None:
    assert list(context_complaints(_DEFINITION, context)) == []


@pytest.mark.parametrize("name", ("Containerfile", "_build/requirements.txt", "_build/requirements.yml"))
def test_a_context_that_lacks_something_is_not(context: Path, name: str) -> None:
    lines = (context / name).read_text().splitlines()
    (context / name).write_text("\n".join(lines[:-1]))
    complaints = list(context_complaints(_DEFINITION, context))
    assert complaints and all(name in complaint for complaint in complaints)


def test_a_file_that_nobody_declared_is_named(context: Path) -> None:
    (context / "_build" / "vault-password").touch()
    (complaint,) = context_complaints(_DEFINITION, context)
    assert "_build/vault-password" in complaint


def test_packages_of_the_collection_are_compared(tmp_path: Path) -> None:
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "ee-requirements.txt").write_text("# a comment\nrequests\n")
    (tmp_path / "meta" / "ee-bindep.txt").write_text("sshpass\n")
    found = {"python": ["requests  # from collection keyturn.sfmc"], "system": ["sshpass  # from collection x"]}
    assert list(collection_complaints(tmp_path, found)) == []
    (complaint,) = collection_complaints(tmp_path, {**found, "system": []})
    assert "ee-bindep.txt" in complaint
    (tmp_path / "meta" / "ee-requirements.txt").write_text("requests>=2\n")
    (complaint,) = collection_complaints(tmp_path, {**found, "python": ["requests>=2  # from collection x"]})
    assert "leave versions to the image" in complaint


def test_what_every_run_needs_is_the_collections_own_and_the_image_adds_what_is_optional() -> None:
    needed = lines_of(tree.ROOT / "meta" / "ee-requirements.txt")
    assert needed == ["requests"]
    assert {"boto3", "hvac", "prometheus_client", "pynacl", "vl-convert-python"} == set(
        _DEFINITION["dependencies"]["python"]
    )
