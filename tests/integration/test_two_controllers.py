# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two `ansible-playbook keyturn.sfmc.rotate` at the same moment over the same hosts and the same store."""

from __future__ import annotations

from ansible_collections.keyturn.sfmc.tests.integration.controllers import started
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations


def test_i_7_two_runs_at_once_make_one_generation_and_one_activation(pair_of_hosts: Operations) -> None:
    """I-1, I-7: whichever is overtaken says so; a third run finds nothing undone."""
    former = pair_of_hosts.secret("crm_sync")
    with started(pair_of_hosts) as first, started(pair_of_hosts) as second:
        ended = [each.ended() for each in (first, second)]
    for run in ended:
        assert "Traceback" not in run.said and "MODULE FAILURE" not in run.said, str(run)
        assert run.status == 0 or (run.status == 2 and "Way out: " in run.said), str(run)
    third = pair_of_hosts.rotate()
    assert third.status == 0, str(third)
    done = [(each["kind"], each["outcome"]) for each in pair_of_hosts.effects("generate", "activate")]
    assert done == [("generate", "generated"), ("activate", "activated")]
    assert pair_of_hosts.held("crm_sync") == {pair_of_hosts.secret("crm_sync")} != {former}
    assert pair_of_hosts.rotation("crm_sync").outcome == "rotated"
