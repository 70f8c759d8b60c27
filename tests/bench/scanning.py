# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a scan of a host's files takes, beside `grep -rF` for the same words over the same tree, in the same run."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.keyturn.sfmc.tests.bench.measuring import Failed
from ansible_collections.keyturn.sfmc.tests.simulator.credentials import (
    make_client_id,
    make_new_secret,
    make_old_secret,
)

#: Of the whole tree, in bytes, for each 20,000 files.
_BYTES, _FILES = 1024**3, 20_000
_USES = 40
_POOL = 8 * 1024 * 1024
_MODULE = "ansible_collections.keyturn.sfmc.plugins.modules.secret_scan"


class Ran(NamedTuple):
    """Wall-clock seconds, those of a processor, the peak memory in MB, and what was printed."""

    seconds: float
    processor: float
    megabytes: float
    output: str


class Sought(NamedTuple):
    """Made-up integrations, each with an active secret of the old form and a staged one of the new form."""

    secrets: dict[str, dict[str, str]]

    @classmethod
    def make(cls, integrations: int) -> Sought:
        """Make so many."""
        pairs = ((make_client_id(), make_old_secret(), make_new_secret()) for _number in range(integrations))
        return cls({client_id: {"active": old, "staged": new} for client_id, old, new in pairs})

    def words(self) -> list[str]:
        """Return what `grep` looks for."""
        known = [value for kept in self.secrets.values() for value in kept.values()]
        return [*self.secrets, *known, "marketingcloudapis.com", "SFMC_"]

    def arguments(self, root: Path, state: str, full: bool) -> dict[str, Any]:
        """Return what the module is given."""
        auth_url = "https://mcbench.auth.marketingcloudapis.com"
        return {
            "roots": [str(root)],
            "processes": False,
            "containers": False,
            "state": state,
            "full": full,
            "integrations": [{"client_id": client_id, "auth_url": auth_url} for client_id in self.secrets],
            "secrets": self.secrets,
            "fingerprint_keys": {client_id: f"key of {client_id}" for client_id in self.secrets},
        }


def scans(files: int, integrations: list[int], rounds: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Measure scans for so many integrations over a tree of so many files; return the figures of each."""
    with tempfile.TemporaryDirectory(prefix="keyturn-bench-") as folder:
        root = Path(folder) / "tree"
        chosen = [Sought.make(number) for number in integrations]
        size = make_tree(root, files, chosen)
        say(f"{files} files, {size / 1024**2:.0f} MB, {_USES} uses of each number of integrations")
        return [_scan(root, Path(folder) / "state.json", sought, rounds, say) for sought in chosen]


def make_tree(root: Path, files: int, chosen: list[Sought]) -> int:
    """Make text files of all sizes: most of a few kB, some of hundreds, few of a megabyte and more."""
    dice = random.Random(20_000)
    sizes = [
        int(10 ** dice.uniform(2.3, 5.2)) if dice.random() < 0.97 else dice.randint(10**5, 10**6)
        for _number in range(files)
    ]
    factor = _BYTES * files / _FILES / sum(sizes)
    pool = _text(dice, _POOL)
    uses = {number: sought for sought in chosen for number in dice.sample(range(files), min(_USES, files))}
    for number, size in enumerate(int(size * factor) for size in sizes):
        path = root / f"d{number % 200}" / f"e{number % 7}" / f"f{number}.properties"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            for content in _cut(pool, size, dice):
                file.write(content)
            if number in uses:
                client_id, kept = dice.choice(list(uses[number].secrets.items()))
                file.write(f"\nsfmc.clientId={client_id}\nsfmc.clientSecret={kept['active']}\n".encode())
    return sum(map(int, (size * factor for size in sizes)))


def _cut(pool: bytes, size: int, dice: random.Random) -> Iterator[bytes]:
    while size > 0:
        at = dice.randrange(len(pool) // 2)
        yield pool[at : at + size]
        size -= len(pool[at : at + size])


def _text(dice: random.Random, size: int) -> bytes:
    """Return lines as in configuration and logs; some have digests, which look like client ids for a while."""
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    words = ["".join(dice.choices(letters, k=dice.randint(2, 11))) for _number in range(5000)]
    lines: list[str] = []
    while size > 0:
        first, second, third, *rest = dice.choices(words, k=12)
        kind = dice.random()
        if kind < 0.3:
            line = f"{first}.{second} = {third}"
        elif kind < 0.5:
            line = f'  "{first}": "{second} {third}",'
        elif kind < 0.55:
            line = f"{first.upper()}_{second.upper()}={dice.getrandbits(128):032x}"
        else:
            line = f"2026-11-26 {dice.randint(0, 86399)} INFO [{first}] {' '.join(rest)}"
        lines.append(line)
        size -= len(line) + 1
    return "\n".join(lines).encode("ascii")


def _scan(root: Path, state: Path, sought: Sought, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    number = len(sought.secrets)
    run_grep(root, sought)  # Both find the tree in the page cache.
    greps, full = [], []
    for _round in range(max(3, rounds)):
        greps.append(run_grep(root, sought))
        full.append(run_module(sought.arguments(root, str(state), full=True)))
    again = [run_module(sought.arguments(root, str(state), full=False)) for _round in range(max(3, rounds))]
    if json.loads(again[0].output)["scanned"]["unchanged"] == 0:
        raise Failed("nothing was taken as unchanged: the tree is younger than the slack of two seconds")
    grep_s, scan_s, again_s = (_median(ran.seconds for ran in each) for each in (greps, full, again))
    grep_cpu_s, scan_cpu_s = (_median(ran.processor for ran in each) for each in (greps, full))
    say(f"{number} integrations: grep {grep_s:.2f} s, scan {scan_s:.2f} s, unchanged {again_s:.2f} s")
    return {
        "integrations": number,
        "grep_s": grep_s,
        "scan_s": scan_s,
        "scan_by_grep": scan_s / grep_s,
        "grep_cpu_s": grep_cpu_s,
        "scan_cpu_s": scan_cpu_s,
        "cpu_by_grep": scan_cpu_s / grep_cpu_s,
        "unchanged_s": again_s,
        "scan_mb": max(each.megabytes for each in full),
        "uses": len(json.loads(full[0].output)["uses"]),
    }


def _median(figures: Iterable[float]) -> float:
    found = sorted(figures)
    return found[(len(found) - 1) // 2]


def run_grep(root: Path, sought: Sought) -> Ran:
    """Run `grep` over the tree."""
    words = [argument for word in sought.words() for argument in ("-e", word)]
    return _ran(["grep", "-rF", *words, str(root)], "")


def run_module(arguments: dict[str, Any]) -> Ran:
    """Run the module as Ansible would on the host; its start is in the time.

    :raises Failed: it found nothing.
    """
    ran = _ran([sys.executable, "-m", _MODULE], json.dumps({"ANSIBLE_MODULE_ARGS": arguments}))
    if not json.loads(ran.output)["uses"]:
        raise Failed("the scan found nothing of what was planted")
    return ran


def _ran(command: list[str], stdin: str) -> Ran:
    """Run a program; its output goes to a file, as grep stops at the first match when nobody reads what it prints."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as given:
        given.write(stdin.encode("utf-8"))
        given.seek(0)
        began = time.monotonic()
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        process = subprocess.Popen(command, stdin=given, stdout=output, stderr=subprocess.STDOUT, env=environment)
        peak = 0.0
        ended = 0
        while not ended:
            peak = max(peak, _megabytes(process.pid))
            time.sleep(0.01)
            ended, raw, usage = os.wait4(process.pid, os.WNOHANG)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(raw)
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if process.returncode != 0:
        raise Failed(f"{command[0]}: expected status 0, found {process.returncode}\n{text[-2000:]}")
    return Ran(seconds, usage.ru_utime + usage.ru_stime, peak, text)


def _megabytes(pid: int) -> float:
    """Return the peak memory so far; that of a child as the system keeps it counts its parent's, too."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)
