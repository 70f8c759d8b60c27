# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One rotation with everything that can show a secret at once; the gate `leaks` runs it on each ansible-core."""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.estates import pair, troubled
from ansible_collections.keyturn.sfmc.tests.integration.leaking import Traces
from ansible_collections.keyturn.sfmc.tests.integration.operations import CORE_MASKS, Operations

_NOW = {"sfmc_wait": 0, "sfmc_serial": ["100%"], "sfmc_max_fail_percentage": 100}
_TROUBLE = {
    "prod-check": "401 invalid_client, sent",
    "prod-down": "Connection refused",
    "prod-drift": "only a secret that the journal knows is replaced",
}


def _modules(kept: Path) -> tuple[dict[str, Any], ...]:
    """Return all modules of ours that a play calls; the rotation ends before the last one takes its proofs back.

    :param kept: where the program of a dependent that is no file keeps its secret.
    """
    read = {"module": "keyturn.sfmc.program_output", "arguments": {"argv": ["cat", str(kept)]}, "value": "stdout"}
    write = {"module": "keyturn.sfmc.program_output", "arguments": {"argv": _writing(kept), "stdin": "${secret}"}}
    place = {"integration": "crm_sync", "dependent": "keeper", "read": read, "write": write}
    return (
        {"keyturn.sfmc.rotation_info": {}},
        {"keyturn.sfmc.staged_secret": {"wait": 0}},
        {"keyturn.sfmc.deployed_secret": {}},
        {"keyturn.sfmc.token_test": {"integration": "crm_sync"}},
        {"keyturn.sfmc.remote_secret": place, "when": "inventory_hostname == 'prod-a'"},
        {"keyturn.sfmc.active_secret": {"wait": 0}},
        {"keyturn.sfmc.attestation": {}},
    )


def _writing(kept: Path) -> list[str]:
    return ["sh", "-c", f"cat > {kept}"]


def _declare_keeper(operations: Operations, kept: Path) -> None:
    """Give a host a dependent that is no file."""
    kept.touch(0o600)
    kept.write_text(operations.secret("crm_sync"))
    options = {"write": _writing(kept), "read": ["cat", str(kept)]}
    entry = {"integration": "crm_sync", "name": "keeper", "kind": "command", "options": options}
    operations.declare_host("prod-a", lambda items: items.append(entry))


def _make_trouble(operations: Operations, log: Path) -> str:
    """Make one host's check fail and print the secret, one unreachable, one drift; return the stranger there."""
    former = operations.secret("crm_sync")
    header = base64.b64encode(f"{operations.client_id('crm_sync')}:{former}".encode()).decode()
    log.write_text(f"401 invalid_client, sent client_secret={former} as Basic {header}\n")
    said = {"command": ["sh", "-c", f"cat {log}; exit 1"], "retries": 0}
    operations.declare_host("prod-check", lambda items: items[0].update(check=said))
    operations.declare_variables("prod-down", ansible_port=1)
    stranger = "SFMC_" + secrets.token_urlsafe(44)[:59]
    _put(operations, former, stranger)
    return stranger


def _mend(operations: Operations, stranger: str) -> None:
    operations.declare_host("prod-check", lambda items: items[0].pop("check"))
    hosts = yaml.safe_load(operations.estate.inventory.read_text())["all"]["children"]["prod"]["hosts"]
    operations.declare_variables("prod-down", ansible_port=hosts["prod-down"]["ansible_port"])
    _put(operations, stranger, operations.secret("crm_sync"))


def _put(operations: Operations, before: str, after: str) -> None:
    """Put another secret into the file of the host that drifts."""
    file = operations.estate.host("prod-drift") / "opt/mule/conf/sfmc.properties"
    content = file.read_bytes()
    assert before.encode() in content
    file.write_bytes(content.replace(before.encode(), after.encode()))


def _all_modules(kept: Path) -> list[dict[str, Any]]:
    """Return tasks that show, keep and cache whatever every module returns (I-28)."""
    tasks: list[dict[str, Any]] = []
    for number, module in enumerate(_modules(kept)):
        name = f"result_{number}"
        tasks.append({**module, "register": name, "ignore_errors": True})
        tasks.append({"ansible.builtin.debug": {"var": name}})
        tasks.append({"ansible.builtin.set_fact": {f"fact_{number}": f"{{{{ {name} }}}}", "cacheable": True}})
        tasks.append({"ansible.builtin.set_stats": {"data": {f"stat_{number}": f"{{{{ {name} }}}}"}}})
    return tasks


def test_i_27_i_28_i_29_every_trace_of_a_troubled_rotation(bring_up: BringUp, tmp_path: Path) -> None:
    """Default callback, log file, cached facts, JUnit, tree, no pipelining; ansible-runner; JSON with `debug`."""
    operations = bring_up(troubled(), speed=0)
    traces, kept = Traces(operations, pipelining=False), tmp_path / "kept"
    with traces.watching():
        traces.remember()
        operations.hand_in_active("crm_sync")
        _declare_keeper(operations, kept)
        stranger = traces.secrets["drift"] = _make_trouble(operations, tmp_path / "app.log")
        staged = traces.playbook("rotate", **_NOW)
        assert staged.status == 0, staged.said[-3000:]
        traces.remember()

        operations.estate.simulator.advance(301)
        failed = traces.playbook("rotate", **_NOW)
        assert failed.status == 2, failed.said[-3000:]
        assert [host for host, text in _TROUBLE.items() if text not in failed.said] == [], failed.said[-6000:]

        _mend(operations, stranger)
        mended = traces.through_runner("rotate", **_NOW)
        assert mended.status == 0, mended.said[-3000:]
        assert operations.sent("crm_sync") == ["generate", "activate"], mended.said[-3000:]
        traces.remember()

        operations.estate.simulator.advance(1300)
        told = traces.play(_all_modules(kept), env=traces.with_json())
    assert told.status == 0, told.said[-3000:]
    assert operations.rotation("crm_sync").outcome == "rotated", told.said[-3000:]
    assert kept.read_text() == operations.secret("crm_sync")
    _all_was_told(told.stdout)
    _all_was_left(traces)
    assert traces.leaked() == []
    assert [name for name in traces.places() if name.startswith(("remote-tmp/", "tmp/", "async/"))] == []


def _all_was_told(stdout: str) -> None:
    """The results were shown as JSON: a search in what was never shown proves nothing."""
    document = json.loads(stdout[stdout.index('{\n    "custom_stats"') :].split("\n}\n")[0] + "\n}")
    assert set(document["global_custom_stats"]) == {f"stat_{number}" for number in range(7)}
    deployed = document["global_custom_stats"]["stat_2"]
    assert deployed["dependents"][0]["proof"]["outcome"] == "accepted", deployed


def _all_was_left(traces: Traces) -> None:
    places = traces.places()
    for wanted in ("ansible.log", "facts/", "junit/", "tree/", "runner/artifacts/", "inventory/keyturn/"):
        assert any(name.startswith(wanted) and content for name, content in places.items()), f"no {wanted} was left"
    events = [name for name in places if "/job_events/" in name]
    assert len(events) > 20, f"ansible-runner left {len(events)} events"
    assert any(b"fact_2" in content for name, content in places.items() if name.startswith("facts/"))


def test_a_leak_on_purpose_is_found_wherever_it_is(bring_up: BringUp) -> None:
    """I-27, I-28, I-29: the suite would see a leak; what ansible-core shows itself, it masks from 2.22 on."""
    operations = bring_up(pair(), speed=0)
    traces = Traces(operations)
    operations.hand_in_active("crm_sync")
    traces.remember()
    file = operations.estate.host("prod-b") / "srv" / "copy.txt"
    told = "{{ lookup('keyturn.sfmc.client_secret', 'crm_sync') }}"
    tasks = [
        {"ansible.builtin.debug": {"msg": told}},
        {"ansible.builtin.set_fact": {"leaked": told, "cacheable": True}},
        {"ansible.builtin.command": {"argv": ["sh", "-c", 'sleep 1; printf %s "$0" | base64', told]}},
        {"ansible.builtin.copy": {"content": f"secret={told}", "dest": str(file), "mode": "0600"}},
    ]
    with traces.watching():
        assert traces.play(tasks, hosts="prod-b").status == 0
    found = traces.leaked()
    plain = {line.split(" in ", 1)[1] for line in found if ", plain, " in line}
    # What ansible-core shows, it masks; what stands there in base64, it does not know.
    shown = {"stdout of run 0", "ansible.log", "tree/prod-b"}
    assert shown & plain == (set() if CORE_MASKS else shown), plain
    assert [line for line in found if "base64" in line and line.endswith(" in stdout of run 0")], found
    for kept in ("facts/", "hosts/prod-b/srv/copy.txt", "/proc/"):
        assert any(place.startswith(kept) for place in plain), f"nothing is found in {kept}: {plain}"
    assert ("$REDACTED$" in traces.runs[0].stdout) == CORE_MASKS
