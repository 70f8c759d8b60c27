# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may happen to a request, how a play goes on, and how everything ends all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Phase, Step

from ._bench import Bench

Fault = dict[str, Any]


class Trouble(NamedTuple):
    """A fault, and words of which a person is told one."""

    name: str
    fault: Fault
    words: tuple[str, ...]


def trouble(name: str, *words: str, called: str = "", **parameters: Any) -> Trouble:
    """Return a trouble under a readable name."""
    return Trouble(called or name, {"fault": name, **parameters}, words)


BROKEN = ("the connection broke", "the exchange failed")
#: What may come instead of any answer.
ANSWERS = [
    trouble("rate_limited", "HTTP 429"),
    trouble("rate_limited", "HTTP 429", called="rate_limited_without_retry_after", retry_after=None),
    trouble("rate_limited", "HTTP 429", called="rate_limited_for_an_hour", retry_after=3600),
    trouble("blocked", "HTTP 429"),
    trouble("server_error", "HTTP 500"),
    trouble("unavailable", "HTTP 503"),
    trouble("bad_gateway_html", "HTTP 502"),
    trouble("empty", "HTTP 200"),
    trouble("not_json", "HTTP 200"),
    trouble("redirect", "HTTP 307"),
    trouble("reset", *BROKEN),
    trouble("half_body", *BROKEN),
    trouble("answer_dropped", *BROKEN),
]
SLOW = trouble("slow", "no answer in time", seconds=30)
#: What takes effect behind an answer that says nothing.
ACTED = [
    trouble(each.fault["fault"], *each.words, called=f"{each.name}_after_acting", acts=True)
    for each in ANSWERS
    if each.name in ("server_error", "bad_gateway_html", "empty", "not_json", "redirect", "reset")
]
IGNORED = trouble("activation_ignored")
#: Without TLS, or with a certificate that is not SFMC's. Nothing was sent there, or nobody knows.
HANDSHAKES = [
    trouble(name, "certificate was not accepted", "TLS connection failed")
    for name in ("unknown_authority", "other_name", "expired", "plain_http")
]


End = Decision | Refusal


def attempt(act: Callable[[], Decision]) -> End:
    """Run; nothing else than a refusal is ever raised."""
    try:
        return act()
    except Refusal as refusal:
        return refusal


def play(bench: Bench) -> tuple[End, End]:
    """Run keyturn.sfmc.rotate once, each batch measured again; return where its first and its last play ended."""
    first = attempt(bench.stage)
    if isinstance(first, Decision) and first.step is Step.DISTRIBUTE:
        attempt(bench.serve)
    return first, attempt(bench.finish)


def is_over(end: End) -> bool:
    """Tell whether nothing is left to do."""
    return isinstance(end, Decision) and end.step is Step.NONE


def ends_well(bench: Bench) -> None:
    """Rerun plainly, and give up only what is lost or orphaned: no host is left behind, no secret left over."""
    for _number in range(6):
        end = play(bench)[-1]
        if is_over(end) and bench.record.journal.rotation is not None:
            break
        if isinstance(end, Decision) and end.step is Step.STOP and end.phase in (Phase.LOST, Phase.ORPHANED):
            assert "keyturn.sfmc.abandon" in end.blockers[0].way_out
            bench.abandon()
        bench.pause(600)
    journal = bench.record.journal
    assert journal.open_rotation is None and journal.rotation is not None, bench.history
    assert bench.held() == ["active"] * len(bench.hosts)
    secrets = bench.record.secrets
    assert secrets.active is not None and secrets.active.reveal() == bench.package.active.value
    assert (secrets.staged, secrets.previous) == (None, None)
