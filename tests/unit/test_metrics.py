# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Prometheus reads says what the estate says, whatever people are called, and promtool finds nothing wrong."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils import _metrics
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._estate_reading import text
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._metrics import GAUGES, PHASES, PREFIX, metrics
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._written import written
from ansible_collections.keyturn.sfmc.tests.support.made_estates import estate, integration, stray

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "extensions" / "prometheus" / "keyturn_sfmc.rules.yml"
RULE_TESTS = ROOT / "tests" / "prometheus" / "keyturn_sfmc.rules_test.yml"
#: 2026-11-26T01:40:00Z
NOW = 1_795_657_200.0


def _samples(said: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Return the samples of a text by name without the prefix, as another reader than ours finds them."""
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(said):
        for sample in family.samples:
            found.setdefault(sample.name.removeprefix(PREFIX), []).append((sample.labels, sample.value))
    return found


def _promtool(*arguments: str, given: str = "") -> str:
    """Return what promtool says, an empty text when it finds nothing wrong."""
    ended = subprocess.run(
        ["promtool", *arguments], input=given, capture_output=True, text=True, timeout=60, check=False
    )
    return "" if ended.returncode == 0 else f"status {ended.returncode}: {ended.stdout}{ended.stderr}"


def test_each_number_is_the_estates() -> None:
    item = integration(
        phase="distributing",
        rotation_id="20261125-000000-1",
        blocked=True,
        dependents=12,
        proved=5,
        strays=[stray(), stray("web2")],
        unwatched="nobody has looked",
        permissions={
            "declared": ["a"],
            "seen": ["a", "b"],
            "excess": ["b"],
            "missing": [],
            "at": "2026-11-25T00:00:00Z",
        },
    )
    found = _samples(metrics(estate(item)))
    labels = {
        "integration": "crm_sync",
        "client_id": "000000000000000000000001",
        "environment": "prod",
        "owner": "crm-team@example.com",
    }
    day = 86400
    expected = {
        "secret_generated_timestamp_seconds": NOW - 80 * day,
        "secret_due_timestamp_seconds": NOW + 70 * day,
        "secret_expires_timestamp_seconds": NOW + 100 * day,
        "phase_since_timestamp_seconds": NOW - 80 * day,
        "rotation_open": 1,
        "blocked": 1,
        "dependents": 12,
        "dependents_proved": 5,
        "strays": 2,
        "verified_timestamp_seconds": NOW - day / 2,
        "verify_within_seconds": day,
        "unwatched": 1,
        "permissions_excess": 1,
        "permissions_missing": 0,
    }
    assert {name: found[name] for name in expected} == {name: [(labels, value)] for name, value in expected.items()}
    assert found["estate_generated_timestamp_seconds"] == [({}, NOW)]
    assert found["collection_info"] == [({"version": "1.0.0"}, 1)]
    assert found["integration_info"] == [({**labels, "package": "Crm Sync", "account": "mc-prod"}, 1)]
    assert {row["phase"]: value for row, value in found["phase"]} == {
        phase: float(phase == "distributing") for phase in PHASES
    }


def test_what_is_unknown_has_no_sample() -> None:
    times = dict.fromkeys(("generated_at", "due_at", "expires_at", "verified_at", "phase_since", "verify_within_hours"))
    found = _samples(metrics(estate(integration(**times))))
    assert not [
        name for name in found if name.startswith(("secret_", "verif", "permissions", "scanned", "phase_since"))
    ]
    assert found["blocked"][0][1] == 0


def test_a_client_id_that_comes_twice_is_told_once() -> None:
    """Two samples with the same labels make node_exporter drop the whole file."""
    said = metrics(estate(integration(), integration(), integration("other", 2)))
    assert len(_samples(said)["blocked"]) == 2
    assert _promtool("check", "metrics", given=said) == ""


HOSTILE = st.text(st.characters(), max_size=30) | st.sampled_from(
    ['"', "\\", "\n", '\\n"', "}\n# HELP x", "a\x00b", "\ud800"]
)


@given(st.lists(st.tuples(HOSTILE, HOSTILE, HOSTILE), min_size=1, max_size=4))
def test_every_name_of_people_and_places_comes_out_as_it_went_in(names: list[tuple[str, str, str]]) -> None:
    items = [
        integration(name, number, owner=owner, package=package, environment=owner)
        for number, (name, owner, package) in enumerate(names)
    ]
    rows = [labels for labels, _value in _samples(metrics(estate(*items)))["integration_info"]]
    assert [(row["integration"], row["owner"], row["package"]) for row in rows] == [
        tuple(text(part) for part in each) for each in names
    ]


def test_promtool_reads_hostile_names() -> None:
    hostile = ['"', "\\", "\n", '\\n"', "}\n# HELP x", "a\x00b", "\ud800", "\r\n", "\u2028", "{{ x }}", "é" * 300, ""]
    items = [integration(name, number, owner=name, phase=name) for number, name in enumerate(hostile)]
    assert _promtool("check", "metrics", given=metrics(estate(*items))) == ""


def test_promtool_finds_a_fault_where_there_is_one() -> None:
    assert "status" in _promtool("check", "metrics", given="keyturn_sfmc_blocked{owner=} 1\n")


@pytest.mark.parametrize(
    "wrong",
    (
        None,
        [],
        {"schema": 2, "generated_at": "2026-11-26T01:40:00Z", "integrations": []},
        {"schema": 1, "generated_at": "soon", "integrations": []},
        {"schema": 1, "generated_at": "2026-11-26T01:40:00Z", "integrations": "none"},
        {"schema": 1, "generated_at": "2026-11-26T01:40:00Z", "integrations": [{"name": "x"}]},
    ),
    ids=("nothing", "a list", "another schema", "no time", "no list", "no client id"),
)
def test_what_is_no_estate_is_refused(wrong: Any) -> None:
    with pytest.raises(Refusal, match="an estate is what"):
        metrics(wrong)


def test_a_controller_without_the_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_metrics, "HAS_PROMETHEUS", False)
    with pytest.raises(Refusal, match="pip install prometheus-client"):
        metrics(estate())


def test_the_rules_are_right_and_each_alert_is_seen_to_speak_and_to_be_silent() -> None:
    assert _promtool("check", "rules", str(RULES)) == ""
    assert _promtool("test", "rules", str(RULE_TESTS)) == ""
    alerts = {rule["alert"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]}
    seen = {
        (each["alertname"], bool(each["exp_alerts"]))
        for test in yaml.safe_load(RULE_TESTS.read_text())["tests"]
        for each in test["alert_rule_test"]
    }
    assert seen == {(alert, speaks) for alert in alerts for speaks in (True, False)}


def test_the_rules_read_metrics_that_are_written() -> None:
    written = {PREFIX + name for name, _about, _read in GAUGES}
    written |= {PREFIX + name for name in ("estate_generated_timestamp_seconds", "integration_info", "phase")}
    expressions = [rule["expr"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
    words = {word.strip("(){") for text in expressions for word in text.replace("{", " ").replace("(", " ").split()}
    read = {word.rstrip(")") for word in words if word.startswith(PREFIX)}
    assert read and read <= written


def test_a_file_is_replaced_as_a_whole_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "keyturn.prom"
    assert written(path, b"one\n", True, 0o644) and not path.exists()
    assert written(path, b"one\n", False, 0o644)
    reader = path.open("rb")
    assert written(path, b"two\n", False, 0o600)
    with reader:
        assert reader.read() == b"one\n"
    assert path.read_bytes() == b"two\n" and path.stat().st_mode & 0o777 == 0o600
    assert not written(path, b"two\n", False, 0o600)
    assert [each.name for each in tmp_path.iterdir()] == ["keyturn.prom"]
