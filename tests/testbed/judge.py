# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Was a service refused, or down for longer than its own restart? Read from the simulator's record alone (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

SERVICE = "testbed-service "
#: How long two cores that are busy may keep a healthy service from asking.
SILENCE_SECONDS = 5.0

Line = Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What the record shows of some services.

    :ivar asked: token requests of the services, whatever the answer.
    :ivar by_phase: the same by phase, in the order of the phases.
    :ivar by_secret: by service, how often it got a token with the secret that was then ``active``, ``staged`` ...
    :ivar refusals: a sentence for each request that got no token.
    :ivar outages: a sentence for each time a service had no token and was not restarting.
    :ivar restarts: by service.
    :ivar longest_restart: seconds from a restart's begin to its end.
    :ivar longest_silence: seconds between two tokens of one service, restarts included.
    """

    asked: int
    by_phase: dict[str, int]
    by_secret: dict[str, dict[str, int]]
    refusals: list[str]
    outages: list[str]
    restarts: dict[str, int]
    longest_restart: float
    longest_silence: float


def judge(lines: Sequence[Line], client_id: str, services: Collection[str]) -> Verdict:
    """Judge a stretch of the record.

    :param lines: all lines of it, in order.
    :param services: those that have to get tokens all the time, as ``host/name`` without blanks.
    """
    phases = _phases(lines)
    requests = [(line, phase) for line, phase in zip(lines, phases, strict=True) if is_service(line, client_id)]
    accepted = [line for line, _phase in requests if line["outcome"] == "accepted"]
    stretches = _restarts(lines)
    gaps = {name: _gaps(lines, [line for line in accepted if _name(line) == name]) for name in services}
    return Verdict(
        len(requests),
        dict(Counter(phase for _line, phase in requests)),
        {name: dict(Counter(line["secret"] for line in accepted if _name(line) == name)) for name in services},
        [_refusal(line, phase, lines[0]) for line, phase in requests if line["outcome"] != "accepted"],
        [text for name in services for text in _outages(name, gaps[name], stretches.get(name, []), lines, phases)],
        {name: len(stretches.get(name, [])) for name in services},
        max((end - begin for each in stretches.values() for begin, end in each), default=0.0),
        max((end - begin for each in gaps.values() for begin, end in each), default=0.0),
    )


def is_service(line: Line, client_id: str) -> bool:
    """Tell whether a line is a service's request for a token."""
    return bool(line["kind"] == "token" and line["client_id"] == client_id and line["who"].startswith(SERVICE))


def _phases(lines: Iterable[Line]) -> list[str]:
    """Return the phase of each line; what a test marks in the record is a phase too."""
    phase, phases = "before staging", []
    for line in lines:
        if (line["kind"], line["outcome"]) == ("generate", "generated"):
            phase = "staged"
        elif (line["kind"], line["outcome"]) == ("activate", "activated"):
            phase = "activated"
        elif line["kind"] == "external" and line["who"] == "test":
            phase = line["outcome"]
        elif line["kind"] == "external" and line["outcome"] == "stopping" and phase == "staged":
            phase = "distributing"
        phases.append(phase)
    return phases


def _restarts(lines: Iterable[Line]) -> dict[str, list[tuple[float, float]]]:
    """Return begin and end of every restart that ended, by service."""
    begun: dict[str, float] = {}
    ended: dict[str, list[tuple[float, float]]] = {}
    for line in lines:
        name = f"{line['who']}/{line['note']}"
        if line["kind"] == "external" and line["outcome"] == "stopping":
            begun[name] = line["elapsed"]
        elif line["kind"] == "external" and line["outcome"] == "restarted":
            ended.setdefault(name, []).append((begun.pop(name, line["elapsed"]), line["elapsed"]))
    return ended


def _gaps(lines: Sequence[Line], accepted: Sequence[Line]) -> list[tuple[float, float]]:
    """Return the times between two tokens, from the beginning of the record to its end."""
    times = [lines[0]["elapsed"], *(line["elapsed"] for line in accepted), lines[-1]["elapsed"]]
    return list(pairwise(times))


def _outages(
    name: str,
    gaps: Iterable[tuple[float, float]],
    restarts: Iterable[tuple[float, float]],
    lines: Sequence[Line],
    phases: Sequence[str],
) -> list[str]:
    found, stretches = [], list(restarts)
    for begin, end in gaps:
        restarting = sum(max(0.0, min(end, until) - max(begin, since)) for since, until in stretches)
        if end - begin - restarting > SILENCE_SECONDS:
            phase = next(phase for line, phase in zip(lines, phases, strict=True) if line["elapsed"] >= begin)
            found.append(
                f"{name} had no token for {end - begin:.1f} s ({restarting:.1f} s of them in its own restart), "
                f"from {begin - lines[0]['elapsed']:.1f} s on; phase: {phase}"
            )
    return found


def _refusal(line: Line, phase: str, first: Line) -> str:
    return (
        f"{_name(line)} was {line['outcome']} with the {line['secret']} secret, {line['at']}, "
        f"{line['elapsed'] - first['elapsed']:.1f} s after the beginning, line {line['n']}; phase: {phase}"
    )


def _name(line: Line) -> str:
    return str(line["who"]).removeprefix(SERVICE)
