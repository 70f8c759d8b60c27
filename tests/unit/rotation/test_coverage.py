# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Coverage: who counts as proved, and how the registry grows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.coverage import (
    merged_registry,
    uncovered,
    with_attestations,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Attestation, Dependent

from ._strategies import STEADY, attestations, registries
from ._support import APP1, APP2, COVERED, NOW, REGISTRY, SECOND, A, B, shown


def test_a_proof_is_of_all_places_as_they_are_declared_now_I_10() -> None:
    assert uncovered([APP2], (replace(shown(APP2), places=APP2.places[:1]),), B, NOW) == (APP2.id,)
    assert uncovered([APP1], (replace(shown(APP1), places=("/opt/former.env#SECRET", *APP1.places)),), B, NOW) == ()


@pytest.mark.parametrize(
    ("wanted", "shown_by", "is_enough"),
    [
        ("token", "token", True),
        ("token", "written", True),
        ("token", "fingerprint", False),
        ("token", "soak", False),
        ("token", "acknowledged", False),
        ("fingerprint", "fingerprint", True),
        ("fingerprint", "token", True),
        ("fingerprint", "soak", True),
        ("soak", "soak", True),
        ("soak", "token", False),
        ("soak", "written", False),
    ],
)
def test_a_proof_that_is_declared_stronger_is_shown_anew_I_3(wanted: str, shown_by: str, is_enough: bool) -> None:
    """Declarations change in the middle of a rotation; the one that counts is the one there is at the activation."""
    evidence = replace(shown(APP1), evidence=shown_by)
    assert (uncovered([replace(APP1, proof=wanted)], (evidence,), B, NOW) == ()) is is_enough


def test_a_restart_or_check_that_is_declared_anew_is_owed_I_14() -> None:
    cared = replace(APP1, care="restarted")
    assert uncovered([cared], (shown(APP1),), B, NOW) == (APP1.id,)
    assert uncovered([cared], (replace(shown(APP1), care="restarted"),), B, NOW) == ()
    assert uncovered([APP1], (replace(shown(APP1), care="restarted"),), B, NOW) == (APP1.id,)


def test_a_dependent_without_places_still_has_to_prove_itself() -> None:
    screen = Dependent("vendor", "segment", (), "command")
    assert uncovered([screen], (), B, NOW) == (screen.id,)
    assert uncovered([screen], (shown(screen),), B, NOW) == ()


def test_an_attestation_counts_up_to_its_age_to_the_second_I_34() -> None:
    assert uncovered([APP1], (shown(APP1),), B, NOW) == ()
    assert uncovered([APP1], (shown(APP1),), B, NOW + SECOND) == (APP1.id,)


def test_the_registry_grows_by_itself_and_never_shrinks_I_11() -> None:
    assert merged_registry(REGISTRY, []) == REGISTRY
    assert merged_registry(REGISTRY, [APP1]) == REGISTRY
    assert merged_registry([APP2], [APP1]) == REGISTRY


def test_a_dependent_that_is_declared_anew_is_the_one_that_is_declared_now() -> None:
    moved = replace(APP1, places=("/srv/new.env#SECRET",))
    assert merged_registry(REGISTRY, [moved]) == (moved, APP2)


def test_only_the_newest_evidence_for_a_secret_is_kept_and_each_secret_has_its_own() -> None:
    later = shown(APP1, at=NOW + SECOND)
    assert with_attestations([shown(APP1)], [later]) == (later,)
    assert with_attestations([shown(APP1, A)], [later]) == (shown(APP1, A), later)


@STEADY
@given(registries, registries)
def test_merging_twice_is_merging_once_I_13(journaled: tuple[Dependent, ...], declared: tuple[Dependent, ...]) -> None:
    once = merged_registry(journaled, declared)
    assert merged_registry(once, declared) == once
    assert {item.id for item in journaled} | {item.id for item in declared} == {item.id for item in once}


@STEADY
@given(registries, attestations(), st.integers(0, 5))
def test_less_evidence_never_covers_more_I_3(
    registry: tuple[Dependent, ...], evidence: tuple[Attestation, ...], kept: int
) -> None:
    assert set(uncovered(registry, evidence, B, NOW)) <= set(uncovered(registry, evidence[:kept], B, NOW))


@STEADY
@given(attestations(), attestations())
def test_recording_the_same_evidence_again_changes_nothing_I_13(
    kept: tuple[Attestation, ...], added: tuple[Attestation, ...]
) -> None:
    once = with_attestations(kept, added)
    assert with_attestations(once, added) == once


def test_the_example_covers_its_registry() -> None:
    assert uncovered(REGISTRY, COVERED, B, NOW) == ()
