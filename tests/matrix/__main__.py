# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the tests with every ansible-core and the Pythons that go with it: `make matrix`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType

from ansible_collections.keyturn.sfmc.tests.gates import tree
from ansible_collections.keyturn.sfmc.tests.gates.cores import CORES, TOO_OLD, pythons
from ansible_collections.keyturn.sfmc.tests.matrix import tables
from ansible_collections.keyturn.sfmc.tests.matrix.plan import PARTS, Cell, cells, left_out, selected
from ansible_collections.keyturn.sfmc.tests.matrix.results import FOLDER, PAGE, is_done, keep, kept, state_of_tree
from ansible_collections.keyturn.sfmc.tests.matrix.running import ran


def main() -> int:
    """Run what was asked for; return 1 when anything is red, 130 when interrupted."""
    options = _options()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _matrix(options)
    except KeyboardInterrupt:
        print("Interrupted; what has ended is kept, and the same command goes on from there.", file=sys.stderr)
        return 130


def _matrix(options: argparse.Namespace) -> int:
    available = pythons()
    chosen = selected(cells(available), options.core, options.part)
    print(*left_out(available), sep="\n", flush=True)
    if not chosen:
        print(
            "nothing to run: these parts do not go with these cores (refused is for 2.15 alone), or no Python here "
            "carries them: have one of those above on the path, or in pyenv",
            file=sys.stderr,
        )
        return 2
    state = state_of_tree()
    if not options.list:
        _run(chosen, available, options, state)
        _write_page()
    results = kept()
    print(*tables.lines(chosen, results, state[0]), sep="\n")
    red = [cell.name for cell in chosen if not is_done(cell, results, state[0])]
    print(f"{len(chosen) - len(red)} passed, {len(red)} {'are due' if options.list else 'did not'}")
    return 1 if red and not options.list else 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _run(chosen: list[Cell], available: dict[int, str], options: argparse.Namespace, state: tuple[str, str]) -> None:
    """Run what has not passed yet with these very files."""
    done = {} if options.again else kept()
    for number, cell in enumerate(chosen, 1):
        title = f"[{number}/{len(chosen)}] ansible-core {cell.core.name} on Python 3.{cell.python}: {cell.part}"
        if is_done(cell, done, state[0]):
            print(f"{title}: passed before", flush=True)
            continue
        print(f"{title} ...", flush=True)
        result = ran(cell, available[cell.python], options.jobs, state)
        keep(result)
        log = (FOLDER / "logs" / f"{cell.name}.log").relative_to(tree.ROOT)
        word = "passed" if result.passed else f"FAILED, see {log}"
        print(f"{'':>8}{word}, {result.tests} tests, {result.failed} failed, {result.seconds} s", flush=True)


def _write_page() -> None:
    path = tree.ROOT / PAGE
    path.write_text(tables.page(path.read_text("utf-8"), kept()), "utf-8")
    print(f"written: {PAGE}")


def _options() -> argparse.Namespace:
    names = [core.name for core in (*CORES, TOO_OLD)]
    parser = argparse.ArgumentParser(
        prog="matrix",
        description="Run the tests with every ansible-core. What has passed with the same files is not run again; "
        "a run that was killed goes on. Results are in .work/matrix, the table is in docs/compatibility.md.",
    )
    parser.add_argument("--core", type=_words(names), default=[], help=f"some of {','.join(names)}")
    parser.add_argument("--part", type=_words(PARTS), default=[], help=f"some of {','.join(PARTS)}")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes of pytest (default: all cores)"
    )
    parser.add_argument("--again", action="store_true", help="run also what has passed")
    parser.add_argument("--list", action="store_true", help="run nothing: say what would be run, and what is known")
    return parser.parse_args()


def _words(known: Sequence[str]) -> Callable[[str], list[str]]:
    """Return what reads words with commas between them, each of which has to be known."""

    def read(text: str) -> list[str]:
        words = text.split(",")
        if not set(words) <= set(known):
            raise argparse.ArgumentTypeError(f"expected some of {','.join(known)}, found {text!r}")
        return words

    return read


if __name__ == "__main__":
    sys.exit(main())
