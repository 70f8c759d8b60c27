# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller sees before any host is asked: what would stop a rotation, with nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.rehearsal_report import lines_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.rehearsing import Preflight, preflight

from ._bench import Bench


def _seen(bench: Bench) -> Preflight:
    """Rehearse; see that nothing but a probe of the store has happened."""
    before, document, generated = list(bench.tape.effects), bench.record.journal, bench.outcomes("generate")
    found = preflight(bench.run(), check_mode=False)
    assert [each for each in bench.tape.effects[len(before) :] if "writable" not in each] == []
    assert bench.record.journal == document
    assert bench.outcomes("generate") == generated
    return found


def test_what_is_missing_is_named_and_not_just_called_none() -> None:
    """I-44."""
    trouble = {"where": "crm", "offender": "crm", "rule": "r", "found": "none", "way_out": "hand it in"}
    lines = lines_of([{**trouble, "expected": "the active secret in the store"}], [], [], [])
    assert "expected the active secret in the store; found none" in lines[1], lines


def test_i_31_nothing_would_stop_it(bench: Bench) -> None:
    """I-31, I-5: due or not; the store is proved, and SFMC asked."""
    bench.options["renew_before_days"] = 1
    tokens = len(bench.outcomes("token"))
    found = _seen(bench)
    assert (found.troubles, found.notes, found.rehearsed) == ([], [], True)
    assert bench.tape.count("prove writable") == 1
    assert len(bench.outcomes("token")) == tokens + 1
    preflight(bench.run(), check_mode=True)
    assert bench.tape.count("prove writable") == 1


def _held(bench: Bench) -> None:
    bench.options["hold"] = {"reason": "freeze"}


def _skewed(bench: Bench) -> None:
    bench.clock = lambda: bench.world.clock.now() + timedelta(hours=1)


def _dead(bench: Bench) -> None:
    bench.world.generate(bench.package.client_id)
    bench.world.clock.advance(301)
    bench.world.activate(bench.package.client_id)


def _gone(bench: Bench) -> None:
    bench.stage(timedelta(0))
    bench.abandon()
    bench.hosts = bench.hosts[:1]


def _feeding(bench: Bench) -> None:
    bench.variables["sfmc_provider"]["activate"]["headers"] = {"Authorization": bench.package.active.value}


def _bad_header(bench: Bench) -> None:
    bench.variables["sfmc_provider"]["generate"]["headers"] = {"X": "a\nb"}


@pytest.mark.parametrize(
    ("hinder", "rule"),
    (
        pytest.param(_held, "I-37: a hold beats the schedule", id="hold"),
        pytest.param(_skewed, "I-9: steps that depend on time need clocks that agree", id="clock"),
        pytest.param(_dead, "a rotation needs a live active secret", id="dead secret"),
        pytest.param(_feeding, "I-40", id="feeds itself"),
        pytest.param(_bad_header, "a provider's calls can be made as they are declared", id="header"),
    ),
)
def test_i_44_what_would_stop_it_is_named(bench: Bench, hinder: Callable[[Bench], None], rule: str) -> None:
    """I-44, I-9, I-37, I-40."""
    hinder(bench)
    (trouble,) = _seen(bench).troubles
    assert trouble.where == "crm" and trouble.why.rule.startswith(rule), trouble
    assert trouble.why.way_out


def test_i_11_who_is_declared_no_more_would_stop_it(bench: Bench) -> None:
    """I-11."""
    _gone(bench)
    before = bench.record.journal
    troubles = preflight(bench.run(), check_mode=False).troubles
    assert [trouble.why.rule[:4] for trouble in troubles] == ["I-11"], troubles
    assert "app2/crm" in troubles[0].why.found
    assert bench.record.journal == before


def test_a_secret_that_nobody_handed_in_would_stop_it(benches: Callable[..., Bench]) -> None:
    """The store is not touched: there is none yet."""
    bench = benches(adopt=False)
    found = _seen(bench)
    assert [trouble.why.rule for trouble in found.troubles] == ["a rotation starts from a known active secret"]
    assert not found.rehearsed and not (bench.root / "store").exists()


def test_what_stops_nothing_is_a_note(bench: Bench) -> None:
    bench.variables["sfmc_activate"] = False
    bench.variables["sfmc_provider"] = {}
    found = _seen(bench)
    assert found.troubles == []
    assert found.notes == [
        "stops before the activation, as sfmc_activate: false says",
        "a person generates and activates in Setup",
    ]


def test_an_open_rotation_is_not_rehearsed(bench: Bench) -> None:
    bench.stage(timedelta(0))
    before = bench.record.journal
    found = preflight(bench.run(), check_mode=False)
    assert [trouble.why.rule for trouble in found.troubles] == ["a rehearsal is for a rotation that has not begun"]
    assert not found.rehearsed and bench.record.journal == before


def test_the_integration_is_as_declared_afterwards(bench: Bench) -> None:
    """The reason for which the rehearsal asks must never open a rotation."""
    run = bench.run()
    declared = run.integration
    preflight(run, check_mode=False)
    assert run.integration == declared and not declared.policy.force


_TROUBLE = {"rule": "a rule", "offender": "/srv/shop/.env", "expected": "x", "found": "y", "way_out": "mend it"}


def _lines(troubles: list[dict[str, str]], **more: Any) -> list[str]:
    notes = more.get("notes", [])
    return lines_of(troubles, [{"name": "crm", "notes": notes}], ["a/shop", "b/shop"], more.get("unproved", []))


def test_a_way_out_that_many_share_is_said_once() -> None:
    lines = _lines([{"where": f"h{number}/shop", **_TROUBLE} for number in range(300)])
    assert sum("mend it" in line for line in lines) == 1
    assert sum(line.startswith("h") and line.endswith(" 1") for line in lines) == 300
    assert lines[-1] == "2 dependents on 2 hosts rehearsed: 300 things would stop a rotation"


def test_no_line_is_wider_than_a_hundred_columns_and_nothing_is_left_out() -> None:
    long = "/" + "/".join(["a-long-folder"] * 20)
    trouble = {**_TROUBLE, "offender": long, "way_out": "first " + "then " * 60 + "last"}
    trouble["where"] = "a-host-with-a-long-name.example.com/a dependent with one, too"
    lines = _lines([trouble], notes=["n " * 90])
    assert max(map(len, lines)) <= 98
    assert long in "".join(line[32:].split("  ")[0].strip() for line in lines[1:8]).replace(" ", "")
    assert "last" in " ".join(lines)


def test_that_nothing_would_stop_it_is_said_and_what_was_not_seen() -> None:
    lines = _lines([], unproved=["b/shop"])
    assert lines == [
        "note: cannot be read, so nothing is proved of it: b/shop",
        "2 dependents on 2 hosts rehearsed: nothing would stop a rotation",
    ]
