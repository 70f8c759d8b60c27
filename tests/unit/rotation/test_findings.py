# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Places that nobody declares: what is kept of a discovery, and what it means for an activation."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.findings import discovered, in_use, strays_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Dependent, Journal, Stray
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.seals import broken_line
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Phase, Policy, Step

from ._support import DAY, NOW, YES, A, B, attested, decided, journal

OLD_JOB = Stray("etl1", "/opt/etl/.env", "dotenv", "SFMC_CLIENT_SECRET", "active", A, NOW)
BACKUP = Stray("etl1", "/opt/etl/.env.bak", "dotenv", "SFMC_CLIENT_SECRET", "previous", "cccccccccccc", NOW)
ELSEWHERE = Stray("web1", "/srv/app/.env", "dotenv", "SFMC_CLIENT_SECRET", "active", A, NOW)


def with_strays(*strays: Stray) -> Journal:
    return replace(attested(), strays=strays)


def test_i_3_a_place_with_the_active_secret_that_nobody_declares_closes_the_gate() -> None:
    """I-3: whoever reads it breaks at the activation, declared or not."""
    decision = decided(with_strays(OLD_JOB, BACKUP), YES, YES)
    assert (decision.phase, decision.step) == (Phase.ATTESTED, Step.STOP)
    (blocker,) = decision.blockers
    assert "etl1: /opt/etl/.env, key SFMC_CLIENT_SECRET" in blocker.found
    assert ".bak" not in blocker.found
    assert "keyturn.sfmc.discover" in blocker.way_out and "sfmc_strays=warn" in blocker.way_out


def test_a_warning_is_no_block() -> None:
    decision = decided(with_strays(OLD_JOB), YES, YES, policy=Policy(strays_block=False))
    assert decision.step is Step.ACTIVATE


def test_what_was_declared_since_the_discovery_is_no_stray() -> None:
    declared = Dependent("etl1", "old job", ("/opt/etl/.env#SFMC_CLIENT_SECRET",))
    about = with_strays(OLD_JOB)
    assert strays_of(about, (declared,)) == ()
    elsewhere = replace(declared, host="etl2")
    assert strays_of(about, (elsewhere,)) == (OLD_JOB,)


def test_which_secret_a_place_holds_is_a_matter_of_today() -> None:
    """What was staged when it was found is the active one now."""
    staged = replace(OLD_JOB, secret="staged", fingerprint=B)
    assert in_use(journal(active=B), ()) == ()
    assert in_use(replace(journal(active=B), strays=(staged,)), ()) == (staged,)
    assert in_use(replace(journal(active=A), strays=(staged,)), ()) == ()


LOOKED_AT = [(item.host, item.place) for item in (OLD_JOB, BACKUP, ELSEWHERE)]


def test_a_discovery_replaces_what_was_known_of_the_places_that_it_has_seen_and_of_no_others() -> None:
    """What could not be read, was left out, or was not asked for may still hold the secret."""
    before = discovered(journal(), LOOKED_AT, [OLD_JOB, BACKUP, ELSEWHERE], NOW)
    after = discovered(before, [("etl1", OLD_JOB.place)], [], NOW + DAY)
    assert (after.strays, after.scanned_at) == ((BACKUP, ELSEWHERE), NOW + DAY)
    assert [line.what for line in after.history] == ["discovered", "discovered"]
    assert broken_line(after.history) is None


def test_a_place_that_is_found_again_keeps_the_time_when_it_was_first_found() -> None:
    before = discovered(journal(), LOOKED_AT, [OLD_JOB], NOW)
    again = discovered(before, LOOKED_AT, [replace(OLD_JOB, found_at=NOW + DAY)], NOW + DAY)
    assert again.strays == (OLD_JOB,)
    assert again.history == before.history, "nothing new, no line"


def test_a_place_is_known_since_it_was_found_whatever_its_secret_is_called_by_now() -> None:
    before = discovered(journal(), LOOKED_AT, [OLD_JOB], NOW)
    for looked_at in ([], LOOKED_AT):
        later = discovered(before, looked_at, [replace(OLD_JOB, secret="previous", found_at=NOW + DAY)], NOW + DAY)
        assert later.strays == (replace(OLD_JOB, secret="previous"),)


def test_the_name_of_a_stray_moves_no_cursor_and_makes_no_line_of_its_own() -> None:
    """Whoever may write to a host chooses it; Ansible shows the message of a failure as it is."""
    hostile = replace(OLD_JOB, place="/opt/x\x1b[2J\nall is well\u202e.env")
    (blocker,) = decided(with_strays(hostile), YES, YES).blockers
    assert "/opt/x" in blocker.found and str(blocker).isprintable()
