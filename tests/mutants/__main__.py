# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take one protection away at a time and see that a test goes red: `make mutants`."""

from __future__ import annotations

import argparse
import queue
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from types import FrameType

from ansible_collections.keyturn.sfmc.tests.mutants.catalogue import HAZARDS, MUTANTS
from ansible_collections.keyturn.sfmc.tests.mutants.model import Misfit, Mutant
from ansible_collections.keyturn.sfmc.tests.mutants.workplace import KILLED, UNFIT, Ran, Verdict, Workplace, judged

#: Seconds for all tests of one mutant, and for all tests of all mutants before anything is taken away.
_PATIENCE, _PATIENCE_FOR_ALL = 240.0, 1800.0


def main() -> int:
    """Run what was asked for; return 1 when a mutant survives, or does not fit the code."""
    options = _options()
    chosen = [each for each in MUTANTS if not options.only or set(options.only) & {*each.hazards, each.name}]
    if options.list:
        for each in chosen:
            print(f"{' '.join(each.hazards):<12}{each.name}  ({each.edits[0].file})")
        return 0
    if not chosen:
        print(f"no mutant is about {' '.join(options.only)}; --list names all", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _interrupt)
    started = time.monotonic()
    try:
        verdicts = _run(chosen, options.jobs, options.verbose)
    except KeyboardInterrupt:
        print("Interrupted; every process that this started is ended.", file=sys.stderr)
        return 130
    if verdicts is None:
        return 1
    _table(verdicts)
    bad = sum(each.verdict != KILLED for each in verdicts)
    print(f"{len(verdicts) - bad} killed, {bad} not, in {time.monotonic() - started:.0f} s")
    return 1 if bad else 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _run(chosen: Sequence[Mutant], jobs: int, verbose: bool) -> list[Verdict] | None:
    """Return the verdicts, in the catalogue's order; None when the tests are not green to begin with."""
    with tempfile.TemporaryDirectory(prefix="keyturn-mutants-") as folder, ThreadPoolExecutor(jobs) as pool:
        places: queue.Queue[Workplace] = queue.Queue()
        all_places = [Workplace(Path(folder) / str(number)) for number in range(jobs)]
        for place in all_places:
            places.put(place)
        try:
            if not _green(chosen, jobs, places, pool):
                return None
            futures = [pool.submit(_tried, each, places) for each in chosen]
            for number, future in enumerate(as_completed(futures), start=1):
                _show(future.result(), f"{number}/{len(chosen)}", verbose)
        finally:
            # Nothing is left to do here unless the run was interrupted.
            pool.shutdown(wait=False, cancel_futures=True)
            for place in all_places:
                place.stop()
        return [future.result() for future in futures]


def _green(chosen: Sequence[Mutant], jobs: int, places: queue.Queue[Workplace], pool: ThreadPoolExecutor) -> bool:
    """Tell whether all tests of the mutants are green before anything is taken away; say what is not."""
    files: dict[str, set[str]] = {}
    for test in sorted({test for each in chosen for test in each.tests}):
        files.setdefault(test.split("::")[0], set()).add(test)
    shares = [sorted(test for file in list(files)[start::jobs] for test in files[file]) for start in range(jobs)]
    print(
        f"{sum(map(len, files.values()))} tests of {len(chosen)} mutants, with every protection in place:", flush=True
    )
    started, green = time.monotonic(), True
    for future in as_completed([pool.submit(_tested, share, places) for share in shares if share]):
        tested = future.result()
        if not tested.green:
            print(tested.output, f"{tested.test or 'a test'} is red already: {tested.reason}", sep="\n")
            green = False
    if green:
        print(f"green, in {time.monotonic() - started:.0f} s", flush=True)
    return green


def _tested(tests: Sequence[str], places: queue.Queue[Workplace]) -> Ran:
    place = places.get()
    try:
        return place.test(tests, _PATIENCE_FOR_ALL)
    finally:
        places.put(place)


def _tried(mutant: Mutant, places: queue.Queue[Workplace]) -> Verdict:
    place, started = places.get(), time.monotonic()
    try:
        with place.without(mutant):
            tested = place.test(mutant.tests, _PATIENCE)
        return judged(mutant, tested, time.monotonic() - started)
    except Misfit as misfit:
        return Verdict(mutant, UNFIT, str(misfit), time.monotonic() - started)
    finally:
        places.put(place)


def _show(verdict: Verdict, number: str, verbose: bool) -> None:
    hazards = " ".join(verdict.mutant.hazards)
    print(f"{number:>8}  {verdict.verdict:<9}{verdict.seconds:>6.1f} s  {hazards}: {verdict.mutant.name}", flush=True)
    if verdict.verdict != KILLED:
        print(f"          {verdict.by}", flush=True)
        if verbose:
            print(verdict.output, flush=True)


def _table(verdicts: Sequence[Verdict]) -> None:
    print(f"\n{'hazard':<12}{'without this protection':<76}{'seconds':>8}  killed by")
    for each in sorted(verdicts, key=lambda each: HAZARDS.index(each.mutant.hazards[0])):
        by = each.by if each.verdict == KILLED else each.verdict
        print(f"{' '.join(each.mutant.hazards):<12}{each.mutant.name:<76}{each.seconds:>8.1f}  {by}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__, epilog='Options go in MUTANTS="...".')
    parser.add_argument("--only", nargs="+", default=[], metavar="HAZARD", help="hazards (I-7), or names of mutants")
    parser.add_argument("--list", action="store_true", help="name the mutants, run nothing")
    parser.add_argument("--jobs", type=int, default=2, help="how many at the same time (default: 2)")
    parser.add_argument("--verbose", action="store_true", help="show what pytest printed for those that survive")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
