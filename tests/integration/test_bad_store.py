# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store that cannot be read or written: refused, nothing is generated, nothing changes."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, unchanged

PLAYBOOKS = ("rotate", "status")


@pytest.fixture(scope="module")
def once(bring_up_once: BringUp) -> Operations:
    operations = bring_up_once()
    operations.hand_in_active("crm_sync")
    return operations


def _config(operations: Operations, password_file: str) -> dict[str, str]:
    config = operations.estate.root / "other.cfg"
    lines = (operations.estate.root / "ansible.cfg").read_text().splitlines()
    kept = [line for line in lines if not line.startswith("vault_password_file")]
    if password_file:
        kept.insert(1, f"vault_password_file = {password_file}")
    config.write_text("\n".join(kept) + "\n")
    return {"ANSIBLE_CONFIG": str(config)}


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_no_vault_secret(once: Operations, playbook: str) -> None:
    """I-44. The provider's token is in clear here: from Ansible Vault, Ansible itself would complain first."""
    with unchanged(once):
        run = once.playbook(playbook, env=_config(once, ""), sfmc_console_token="x")
    assert run.status == 2, str(run)
    assert "the file store is encrypted with Ansible Vault. Expected a vault secret; found none." in run.said, str(run)
    assert "Way out: give one: --vault-password-file" in run.said, str(run)


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_wrong_vault_password(once: Operations, playbook: str) -> None:
    wrong = once.estate.root / "wrong-password"
    wrong.touch(0o600)
    wrong.write_text(secrets.token_hex(8))
    with unchanged(once):
        run = once.playbook(playbook, env=_config(once, str(wrong)), sfmc_console_token="x")
    assert "found a wrong vault password, or a damaged file" in run.said, str(run)
    assert str(once.document("crm_sync")) in run.said and "nothing was changed" in run.said, str(run)
    assert run.status == (2 if playbook == "rotate" else 0), str(run)


def _schema(number: int) -> Callable[[dict[str, Any]], object]:
    return lambda document: document["journal"].update(schema=number)


@pytest.mark.parametrize(
    ("change", "says"),
    (
        pytest.param(_schema(99), ("found schema version 99", "upgrade this collection"), id="newer"),
        pytest.param(
            lambda document: document["journal"].pop("history"),
            ("journal lacks history", "restore"),
            id="field missing",
        ),
        pytest.param(
            lambda document: document["journal"].update(extra=1), ("1 unknown field", "restore"), id="unknown field"
        ),
        pytest.param(lambda document: document.pop("journal"), ("no schema version", "restore"), id="no journal"),
        pytest.param(
            lambda document: document["secrets"].update(active="A" * 24),
            ("a journal and its secrets belong together", "restore"),
            id="another secret",
        ),
        pytest.param(
            lambda document: document["secrets"].clear(),
            ("a journal and its secrets belong together", "restore"),
            id="secrets lost",
        ),
    ),
)
def test_a_document_that_is_not_understood(
    once: Operations, change: Callable[[dict[str, Any]], object], says: tuple[str, ...]
) -> None:
    """I-44, I-45."""
    whole = once.stored("crm_sync")
    document = {**whole, "journal": dict(whole["journal"]), "secrets": dict(whole["secrets"])}
    change(document)
    once.restore("crm_sync", document)
    try:
        with unchanged(once):
            run = once.rotate()
    finally:
        once.restore("crm_sync", whole)
    assert run.status == 2, str(run)
    for text in (*says, str(once.document("crm_sync")), "Way out:"):
        assert text in run.said, str(run)
    assert "A" * 24 not in run.said


@pytest.mark.parametrize("cut", (0, 40, 400), ids=("empty", "header only", "half"))
def test_a_truncated_document(once: Operations, cut: int) -> None:
    path = once.document("crm_sync")
    whole = path.read_bytes()
    path.write_bytes(whole[:cut])
    try:
        with unchanged(once):
            run = once.rotate()
    finally:
        path.write_bytes(whole)
    assert run.status == 2, str(run)
    assert str(path) in run.said and "restore the file from its backup; nothing was changed" in run.said, str(run)


def _file_as_folder(once: Operations, folder: Path) -> Callable[[], object]:
    once.declare_group(lambda variables: variables["sfmc_store"].update(path=str(folder)))
    folder.write_text("not a folder\n")
    return folder.unlink


def _lock_as_folder(once: Operations, folder: Path) -> Callable[[], object]:
    """The document is readable, its folder takes no write (root may write everywhere, so modes are no test)."""
    lock = once.store_folder / ".lock"
    lock.unlink()
    lock.mkdir()
    return lock.rmdir


@pytest.mark.parametrize("hinder", (_file_as_folder, _lock_as_folder))
def test_i_5_nothing_is_generated_when_the_store_cannot_keep_it(
    once: Operations, hinder: Callable[[Operations, Path], Callable[[], object]]
) -> None:
    """I-5."""
    group = once.estate.root / "inventory/group_vars/prod.yml"
    declared = group.read_bytes()
    undo = hinder(once, once.estate.root / "elsewhere")
    try:
        with unchanged(once):
            run = once.rotate()
    finally:
        undo()
        group.write_bytes(declared)
    assert run.status == 2, str(run)
    assert "I-5: secrets are generated only when the store can keep them" in run.said, str(run)
    assert "nothing was generated" in run.said, str(run)
    assert once.sent("crm_sync") == []


def test_i_45_the_default_folder_is_refused_on_awx(once: Operations) -> None:
    """I-45."""
    with unchanged(once):
        run = once.rotate(env={"AWX_PRIVATE_DATA_DIR": str(once.estate.root)})
    assert run.status == 2, str(run)
    assert "I-45: the journal outlives the job that writes it" in run.said, str(run)
    assert "mount a volume" in run.said, str(run)
