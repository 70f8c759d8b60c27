# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations for hypothesis: every fact may be there or not, times lie on and beside the boundaries."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import (
    MANUAL,
    SCHEMA,
    Attestation,
    Batch,
    Dependent,
    Event,
    Failure,
    Journal,
    Known,
    Rotation,
    Staged,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import (
    Hold,
    Pace,
    Policy,
    Probe,
    Situation,
)

from ._support import APP1, APP2, DAY, MINUTE, NO, NOW, SECOND, UNASKED, UNCLEAR, YES, A, B, shown

#: The same examples in every run, none kept on disk.
STEADY = settings(
    derandomize=True, database=None, deadline=None, max_examples=200, suppress_health_check=list(HealthCheck)
)

JOINED = Dependent("app3", "tap", ("the vendor's screen",), MANUAL)
DEPENDENTS = (APP1, APP2, JOINED)
WHOLE = tuple(shown(item) for item in DEPENDENTS)

_spans = [
    timedelta(0),
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    7 * MINUTE,
    20 * MINUTE,
    3 * DAY,
    150 * DAY,
    173 * DAY,
    180 * DAY,
]
_offsets = sorted({span + delta for span in _spans for delta in (-SECOND, timedelta(0), SECOND)})
times: st.SearchStrategy[datetime] = st.sampled_from([NOW - offset for offset in _offsets])
maybe_times = st.none() | times
sightings = st.sampled_from(
    [YES, YES, NO, NO, UNCLEAR, UNASKED, replace(YES, enterprise_id="200"), replace(YES, scopes=())]
)
probes = st.builds(Probe, sightings, sightings)
registries = st.lists(st.sampled_from(DEPENDENTS), unique=True, max_size=3).map(tuple)


@st.composite
def attestations(draw: st.DrawFn) -> tuple[Attestation, ...]:
    """Draw evidence: often whole, often with something missing."""
    found = []
    for item in DEPENDENTS:
        for fingerprint in draw(st.sampled_from([(B,), (B,), (B,), (A,), (A, B), ()])):
            places = draw(st.sampled_from([item.places, item.places, item.places, item.places[:1], ()]))
            at = draw(st.sampled_from([NOW, NOW, NOW - 71 * timedelta(hours=1)]) | times)
            kind = draw(st.sampled_from(["token", "token", "token", "fingerprint", "soak", "acknowledged"]))
            until = NOW + draw(st.sampled_from([SECOND, timedelta(0), DAY])) if kind == "acknowledged" else None
            found.append(Attestation(item.id, fingerprint, places, at, kind, "alice" if until else "", until))
    return tuple(found)


@st.composite
def rotations(draw: st.DrawFn) -> Rotation:
    """Draw a rotation whose facts may have come to be: none without those that it rests on."""
    reached = draw(st.integers(0, 6))
    opened = draw(times)
    rotation = Rotation("r1", draw(st.sampled_from(["due", "forced: leak"])), opened, draw(maybe_times))
    failures = tuple(Failure(item.id, NOW, "no answer") for item in draw(registries))
    rotation = replace(rotation, attestations=draw(attestations()), failures=failures)
    if reached >= 1:
        usable = draw(times) + 5 * MINUTE
        rotation = replace(rotation, staged=Staged(B, min(opened, usable - 5 * MINUTE), usable))
    if reached >= 2:
        rotation = replace(rotation, overlap_at=draw(times))
    if reached >= 3:
        batches = tuple(Batch(f"b{n}", at) for n, at in enumerate(draw(st.lists(times, max_size=2))))
        rotation = replace(rotation, distribution_at=draw(times), batches=batches)
    if reached >= 4:
        sent = tuple(sorted(draw(st.lists(times, max_size=4))))
        rotation = replace(rotation, activations_sent_at=sent)
    if reached >= 6:
        rotation = replace(rotation, activated_at=draw(times))
    ends = ["", "", "", "abandoned_at", "closed_at", *(["lost_at", "orphaned_at", "both"] if reached else [])]
    end = draw(st.sampled_from(ends))
    if end == "both":
        return replace(rotation, lost_at=draw(times), abandoned_at=draw(times))
    facts = {end: draw(times), **({"outcome": "rotated"} if end == "closed_at" else {})} if end else {}
    return replace(rotation, **facts)  # type: ignore[arg-type]


@st.composite
def journals(draw: st.DrawFn) -> Journal:
    """Draw a journal with or without a rotation."""
    rotation = draw(st.none() | rotations() | rotations())
    active: Known | None = Known(B if rotation and rotation.activated_at else A, draw(maybe_times))
    if rotation is None and draw(st.booleans()):
        active = draw(st.sampled_from([active, None]))
    history = draw(st.lists(st.builds(Event, times, st.text(max_size=5), st.text(max_size=5)), max_size=2))
    adopted = tuple(sorted({item.dependent for item in rotation.attestations})) if rotation else ()
    return Journal("id", "crm", SCHEMA, active, draw(registries), adopted, (), rotation, tuple(history))


policies = st.builds(
    Policy,
    no_dependents=st.booleans(),
    activate=st.sampled_from([True, True, True, False]),
    approval=st.sampled_from([False, False, False, True]),
    sliced=st.sampled_from([False, False, False, True]),
    force=st.sampled_from(["", "", "leak"]),
    hold=st.sampled_from([None, None, None, Hold("freeze"), Hold("freeze", NOW), Hold("freeze", NOW + SECOND)]),
    operator=st.booleans(),
    retrieves=st.booleans(),
)
skews = st.sampled_from([timedelta(0), timedelta(0), timedelta(0), None, 2 * MINUTE, -2 * MINUTE - SECOND, DAY])
paces = st.builds(Pace, maybe_times, maybe_times)
situations = st.builds(
    Situation,
    journal=journals(),
    registry=registries,
    policy=policies,
    now=st.just(NOW),
    probe=probes,
    pace=paces,
    skew=skews,
    declared=st.none() | st.frozensets(st.sampled_from([item.id for item in DEPENDENTS])),
)


@st.composite
def likely(draw: st.DrawFn) -> Situation:
    """Draw what runs mostly meet: clear answers, clocks in step, evidence mostly whole; at each turn of a rotation."""
    day_ago = NOW - DAY
    rotation = Rotation("r1", "due", day_ago, day_ago, Staged(B, day_ago, day_ago + 5 * MINUTE))
    rotation = replace(rotation, attestations=draw(st.sampled_from([WHOLE, WHOLE, WHOLE[:2], WHOLE[1:], ()])))
    at_the_gate = replace(rotation, overlap_at=day_ago, distribution_at=day_ago)
    turn = draw(st.sampled_from(["young", "gate", "gate", "soak"]))
    if turn == "gate":
        sent = draw(st.sampled_from([(), (), (NOW - 5 * MINUTE,), (NOW - MINUTE,), (day_ago,) * 3]))
        rotation = replace(at_the_gate, activations_sent_at=sent)
    elif turn == "soak":
        rotation = replace(at_the_gate, activated_at=NOW - draw(st.sampled_from([20 * MINUTE, 20 * MINUTE, MINUTE])))
    seen = {"young": Probe(YES, NO), "gate": Probe(YES, YES), "soak": Probe(NO, YES)}[turn]
    return Situation(
        journal=Journal("id", "crm", active=Known(B if turn == "soak" else A, NOW - 170 * DAY), rotation=rotation),
        registry=draw(registries),
        policy=draw(st.sampled_from([Policy(), Policy(operator=True), Policy(approval=True)]) | policies),
        now=NOW,
        probe=draw(st.just(seen) | probes),
        pace=draw(st.just(Pace()) | paces),
        skew=draw(st.just(timedelta(0)) | skews),
    )
