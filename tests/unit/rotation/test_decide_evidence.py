# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of evidence at the gate: tokens, soaks, what people vouch for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import MANUAL, Attestation, Dependent
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Phase, Step

from ._support import COVERED, DAY, MINUTE, NOW, REGISTRY, SECOND, YES, B, attested, decided, shown

SCREEN = Dependent("vendor", "segment", ("the vendor's screen",), MANUAL)
VOUCHED = Attestation(SCREEN.id, B, SCREEN.places, NOW - 30 * DAY, "acknowledged", "alice@example.com", NOW + DAY)


def _with_screen(*evidence: Attestation) -> Decision:
    about = replace(attested(attestations=(*COVERED, *evidence)), registry=(*REGISTRY, SCREEN))
    return decided(about, YES, YES)


def _shown_by(kind: str, at: datetime = NOW) -> tuple[Attestation, ...]:
    return tuple(replace(shown(item, at=at), evidence=kind) for item in REGISTRY)


def _asked_for(proof: str) -> tuple[Dependent, ...]:
    return tuple(replace(item, proof=proof) for item in REGISTRY)


@pytest.mark.parametrize(("proof", "kind"), [("token", "token"), ("fingerprint", "fingerprint"), ("token", "written")])
def test_what_was_read_back_or_written_opens_the_gate_at_once(proof: str, kind: str) -> None:
    about = replace(attested(attestations=_shown_by(kind)), registry=_asked_for(proof))
    assert decided(about, YES, YES).step is Step.ACTIVATE


def test_what_is_not_restarted_outlives_the_old_tokens_before_the_activation() -> None:
    """One life of a token after the last such proof, with both secrets alive: then every client has asked anew."""
    about = replace(attested(attestations=_shown_by("soak", NOW - 19 * MINUTE)), registry=_asked_for("soak"))
    waiting = decided(about, YES, YES)
    assert (waiting.step, waiting.phase, waiting.not_before) == (Step.WAIT, Phase.DISTRIBUTING, NOW + MINUTE)
    soaked = replace(attested(attestations=_shown_by("soak", NOW - 20 * MINUTE)), registry=about.registry)
    assert decided(soaked, YES, YES).step is Step.ACTIVATE


def test_i35_a_place_that_only_a_person_reaches_keeps_the_gate_closed_until_somebody_vouches() -> None:
    asked = _with_screen()
    assert (asked.step, asked.missing, asked.people) == (Step.DISTRIBUTE, (SCREEN.id,), (SCREEN.id,))
    assert _with_screen(VOUCHED).step is Step.ACTIVATE


def test_i35_an_acknowledgement_ends_when_its_person_said_so() -> None:
    assert _with_screen(replace(VOUCHED, until=NOW + SECOND)).step is Step.ACTIVATE
    assert _with_screen(replace(VOUCHED, until=NOW)).people == (SCREEN.id,)


def test_i35_an_acknowledgement_is_for_one_secret() -> None:
    assert _with_screen(replace(VOUCHED, fingerprint="cccccccccccc")).people == (SCREEN.id,)


def test_i35_nobody_vouches_for_what_a_machine_can_prove() -> None:
    assert decided(attested(attestations=_shown_by("acknowledged")), YES, YES).missing == tuple(
        item.id for item in REGISTRY
    )


def test_what_a_machine_can_prove_is_not_asked_of_people() -> None:
    missing = decided(attested(attestations=()), YES, YES)
    assert (missing.missing, missing.people) == (tuple(item.id for item in REGISTRY), ())
