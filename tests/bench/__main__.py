# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a rollout takes: `ansible -m ping` (the floor), this collection, the playbook that people write by hand."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from types import FrameType
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.tests.bench.documents import large_files
from ansible_collections.keyturn.sfmc.tests.bench.large_estate import large_estate
from ansible_collections.keyturn.sfmc.tests.bench.measuring import Failed
from ansible_collections.keyturn.sfmc.tests.bench.runs import plan, rollout
from ansible_collections.keyturn.sfmc.tests.bench.scanning import scans

_ROWS = (
    ("inventory_s", "ansible-inventory --list"),
    ("idle_s", "rotate, nothing due"),
    ("floor_s", "ansible -m ping (the floor)"),
    ("repeat_s", "every host read and proved again"),
    ("rollout_s", "rotate: written, read back, proved"),
    ("hand_written_s", "by hand: 7 tasks"),
)


def main() -> int:
    """Measure, print a table, and all figures as one JSON object in the last line."""
    options = _options()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        if options.estate:
            print(json.dumps(_rounded(large_estate(options.rounds, _progress))))
            return 0
        if options.scan:
            found = scans(options.scan, options.integrations, options.rounds, _progress)
            print(*_scan_table(found), sep="\n")
            print(json.dumps({"scans": [_rounded(each) for each in found]}))
            return 0
        if options.growth:
            found = [rollout(each, options.forks, options.rounds, False, _progress) for each in options.growth]
            print(*_growth_table(found), sep="\n")
            print(json.dumps({"growth": [_rounded(each) for each in found]}))
            return 0
        figures = rollout(options.hosts, options.forks, options.rounds, not options.without_hand_written, _progress)
        figures.update(large_files(options.rounds))
        if options.plan:
            figures.update(plan(options.plan, options.rounds, _progress))
    except KeyboardInterrupt:
        print("Interrupted; every process that this started is ended.", file=sys.stderr)
        return 130
    except (Failed, Refusal) as error:
        print(f"The benchmark stops: {error}", file=sys.stderr)
        return 1
    print(*_table(figures), sep="\n")
    print(json.dumps(_rounded(figures)))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__, epilog='Options go in BENCH="...".')
    parser.add_argument("--hosts", type=int, default=50, help="sshd hosts on loopback, 5 files each (default: 50)")
    parser.add_argument("--forks", type=int, default=10, help="hosts at the same time (default: 10)")
    parser.add_argument("--rounds", type=int, default=1, help="times that each is measured; the median counts")
    parser.add_argument("--plan", type=int, default=5000, help="hosts of the planning, 3 dependents each; 0: none")
    parser.add_argument("--without-hand-written", action="store_true", help="leave out what takes longest")
    parser.add_argument("--growth", type=int, nargs="+", metavar="HOSTS", help="instead: how it grows with the hosts")
    parser.add_argument(
        "--scan",
        type=int,
        nargs="?",
        const=20_000,
        metavar="FILES",
        help="instead: a scan beside grep (20000 files, 1 GB)",
    )
    parser.add_argument(
        "--estate", action="store_true", help="instead: status and report of 500 integrations, 20000 dependents"
    )
    parser.add_argument("--integrations", type=int, nargs="+", default=[1, 3, 20], help="of which a scan looks for")
    return parser.parse_args()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _progress(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def _table(figures: dict[str, Any]) -> list[str]:
    floor, hosts = figures["floor_s"], figures["hosts"]
    lines = ["", f"{'':36}{'seconds':>9}{'a host':>10}{'x floor':>10}"]
    for name, label in _ROWS:
        if name in figures:
            seconds = figures[name]
            lines.append(f"{label:36}{seconds:9.1f}{seconds / hosts:10.2f}{seconds / floor:10.2f}")
    for name in ("json", "properties"):
        lines.append(f"{f'one edit of 10 MB of {name}':36}{figures[f'{name}_10mb_s']:9.2f}")
    if "plan_s" in figures:
        beyond = figures["plan_mb"] - figures["plan_inventory_mb"]
        what = f"planning {figures['plan_hosts']} hosts x 3 dependents"
        alone = f"ansible-inventory takes {figures['plan_inventory_s']:.1f} s"
        lines += ["", f"{what}: {figures['plan_s']:.1f} s, {beyond:.0f} MB beyond the inventory alone ({alone})"]
    return [*lines, ""]


def _growth_table(found: list[dict[str, Any]]) -> list[str]:
    names = ("hosts", "floor s", "rollout s", "a host", "x floor", "repeat s", "x floor")
    lines = ["", "".join(f"{name:>10}" for name in names)]
    for each in found:
        hosts, floor, rolled, again = (each[name] for name in ("hosts", "floor_s", "rollout_s", "repeat_s"))
        figures = (floor, rolled, rolled / hosts, rolled / floor, again, again / floor)
        lines.append(f"{hosts:10}" + "".join(f"{figure:10.2f}" for figure in figures))
    return [*lines, ""]


def _scan_table(found: list[dict[str, Any]]) -> list[str]:
    names = ("integrations", "grep s", "scan s", "x grep", "x its CPU", "unchanged s", "peak MB")
    lines = ["", "".join(f"{name:>13}" for name in names)]
    for each in found:
        figures = (each[name] for name in ("grep_s", "scan_s", "scan_by_grep", "cpu_by_grep", "unchanged_s", "scan_mb"))
        lines.append(f"{each['integrations']:13}" + "".join(f"{figure:13.2f}" for figure in figures))
    return [*lines, ""]


def _rounded(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, int) else round(value, 2) for name, value in figures.items()}


if __name__ == "__main__":
    sys.exit(main())
