# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that want more than their secret."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations


def test_what_a_host_says_is_never_run_on_the_controller(pair_of_hosts: Operations, tmp_path: Path) -> None:
    """Its reports go through results and facts into the journal and into messages: as texts, not as templates."""
    operations = pair_of_hosts
    trap = tmp_path / "sprung"
    template = "{{ lookup('ansible.builtin.pipe', 'touch " + str(trap) + "') }}"
    program = operations.estate.host("prod-a") / "srv" / "hostile"
    program.write_text(f'#!/bin/sh\ncat <<"EOF"\n{template}\nEOF\nexit 1\n', encoding="utf-8")
    program.chmod(0o755)
    operations.declare_host("prod-a", lambda items: items[0].update(restart={"command": [str(program)]}))
    ended = operations.rotate()
    assert ended.status == 2, str(ended)
    (failure,) = operations.rotation("crm_sync").failures
    assert failure.dependent == "prod-a/web shop" and "lookup" in failure.reason, failure
    assert operations.rotate().status == 2, "the journal's texts are shown again"
    assert not trap.exists()
    assert operations.sent("crm_sync") == ["generate"]
