# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The leak suite: all of it with the core of ``.venv``, and one whole rotation with every other core that we support.

Each core has a virtual environment of its own, ``.work/cores/<core>``, which stays between runs. A core that no Python
here carries is left out, and the gate says so; whatever else fails, fails the gate.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import NamedTuple

from ansible_collections.keyturn.sfmc.tests.support.pythons import pythons as here

from .tree import ROOT, WORK, environment, run

#: With the core of `.venv`.
MENU = ("tests/integration/test_secrets_stay_secret.py", "tests/integration/test_leaks_everywhere.py")
#: With each core, that one too.
COMPACT = "tests/integration/test_leaks_on_every_core.py"
SUITE = (*MENU, COMPACT)
LEFT_OUT = "left out: "
_REQUIREMENTS = ROOT / "tests" / "requirements" / "leaks.txt"
_CORES = WORK / "cores"


class Core(NamedTuple):
    """A release of ansible-core that we support.

    :param wanted: what pip is asked for.
    :param pythons: minor versions of Python 3 that it runs on, as its documentation says.
    :param oldest_host: the oldest Python 3 of a managed host that it works with.
    """

    name: str
    wanted: str
    pythons: tuple[int, ...]
    oldest_host: int


CORES = (
    Core("2.16", "ansible-core==2.16.*", (12, 11, 10), 6),
    Core("2.17", "ansible-core==2.17.*", (12, 11, 10), 7),
    Core("2.18", "ansible-core==2.18.*", (13, 12, 11), 8),
    Core("2.19", "ansible-core==2.19.*", (13, 12, 11), 8),
    Core("2.20", "ansible-core==2.20.*", (14, 13, 12), 9),
    Core("2.21", "ansible-core==2.21.*", (14, 13, 12), 9),
    # A candidate until it is released: pip takes one only where it is named.
    Core("2.22", "ansible-core>=2.22.0rc1,<2.23", (14, 13), 9),
)
#: The last one that is refused: `make matrix` sees that it is.
TOO_OLD = Core("2.15", "ansible-core==2.15.*", (11, 10, 9), 5)


def pythons() -> dict[int, str]:
    """Return the Pythons of this machine that can make virtual environments, by their minor version."""
    return here("ensurepip, venv")


def carriers(available: dict[int, str]) -> dict[Core, str]:
    """Return the Python for each core that one of those available carries."""
    fitting = {core: [minor for minor in core.pythons if minor in available] for core in CORES}
    return {core: available[minors[0]] for core, minors in fitting.items() if minors}


def left_out(chosen: dict[Core, str]) -> list[str]:
    """Say which cores are not run, and what it would take."""
    return [
        f"{LEFT_OUT}ansible-core {core.name}, for want of Python " + " or ".join(f"3.{n}" for n in sorted(core.pythons))
        for core in CORES
        if core not in chosen
    ]


def prepare(core: Core, python: str) -> bool:
    """Make the virtual environment of a core, unless it is there as the requirements are now; tell whether it is."""
    home, stamp = _CORES / core.name, _CORES / core.name / "stamp"
    texts = [
        python,
        core.wanted,
        *(path.read_text("utf-8") for path in (_REQUIREMENTS, ROOT / "meta/ee-requirements.txt")),
    ]
    wanted = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return True
    shutil.rmtree(home, ignore_errors=True)
    install = [
        str(home / "bin/python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        core.wanted,
        "--requirement",
        str(_REQUIREMENTS),
    ]
    for command in ([python, "-m", "venv", str(home)], install):
        if run(command, cwd=ROOT, env=environment()):
            return False
    stamp.write_text(wanted, "utf-8")
    return True


def rotated_on(core: Core, python: str) -> tuple[bool, str]:
    """Run the rotation with a core; tell whether it passed, and what pytest said."""
    if not prepare(core, python):
        return False, "no virtual environment; is a package registry reachable? pip's own words stand above"
    command = [str(_CORES / core.name / "bin/python"), "-m", "pytest", "-q", "--durations=2", "-p", "no:cacheprovider"]
    settings = environment(ANSIBLE_COLLECTIONS_PATH=str(WORK / "collections"))
    done = subprocess.run(
        [*command, COMPACT],
        cwd=ROOT,
        env=settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode == 0, done.stdout


def own_core() -> str:
    """Return which core `.venv` has, as `2.19`."""
    return ".".join(version("ansible-core").split(".")[:2])


def on_every_other_core() -> list[str]:
    """Run the rotation on all cores that can be had but that of `.venv`, two at a time; return those that failed."""
    possible = carriers(pythons())
    chosen = {core: python for core, python in possible.items() if core.name != own_core()}
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for core, (passed, said) in zip(chosen, pool.map(rotated_on, chosen, chosen.values()), strict=True):
            print(f"---- ansible-core {core.name}, {chosen[core]}\n{said}", flush=True)
            failed += [] if passed else [core.name]
    print(
        f"with ansible-core {own_core()}, and a rotation with {', '.join(core.name for core in chosen) or 'no other'}"
    )
    print(*left_out(possible), sep="\n")
    return failed


def main() -> int:
    """Run the suite; return the exit status."""
    menu = [sys.executable, "-m", "pytest", "-q", "--durations=5", "-n", "2", *SUITE]
    status = run(menu, cwd=ROOT, env=environment(ANSIBLE_COLLECTIONS_PATH=str(WORK / "collections")))
    failed = on_every_other_core()
    if failed:
        print(f"failed on ansible-core {', '.join(failed)}")
    return 1 if status or failed else 0


if __name__ == "__main__":
    sys.exit(main())
