# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one cell in the virtual environment of its core and Python."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

from ansible_collections.keyturn.sfmc.tests.gates import tree
from ansible_collections.keyturn.sfmc.tests.gates.cores import LEFT_OUT
from ansible_collections.keyturn.sfmc.tests.matrix.plan import Cell
from ansible_collections.keyturn.sfmc.tests.matrix.results import FOLDER, Result, counted, hosts

#: They do without Ansible; each run of the matrix proves it, as it takes Ansible away.
PURE = ("tests/unit/documents", "tests/unit/report", "tests/unit/rotation", "tests/unit/simulator")
_PLUGIN = "ansible_collections.keyturn.sfmc.tests.matrix.without_ansible"
_HOSTS = "tests/integration/test_host_pythons.py"
_COLLECTIONS = str(tree.WORK / "collections")
#: Seconds after which a part counts as hung.
_PATIENCE = {"integration": 7200, "unit": 3600, "pure": 3600}
_INSTALLING = 1800


def home(cell: Cell) -> Path:
    """Return the folder of a cell's virtual environment."""
    kind = {"refused": "bare"}.get(cell.part, "whole" if cell.home else "molecule")
    return FOLDER / "venvs" / f"{cell.core.name}-py3.{cell.python}-{kind}"


def prepare(cell: Cell, python: str, log: Path) -> bool:
    """Make the virtual environment of a cell unless it is there as the requirements are now; tell whether it is."""
    folder = home(cell)
    requirements = ["test.txt", "run.txt"] if cell.home else ["molecule.txt"]
    files = [tree.ROOT / "tests" / "requirements" / name for name in requirements if cell.part != "refused"]
    texts = [python, cell.core.wanted, *(path.read_text("utf-8") for path in files)]
    wanted = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    stamp = folder / "stamp"
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return True
    shutil.rmtree(folder, ignore_errors=True)
    pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", cell.core.wanted]
    pip += [word for path in files[:1] for word in ("--requirement", str(path))]
    for command in ([python, "-m", "venv", str(folder)], pip):
        if _ended(command, tree.environment(), log, _INSTALLING) != 0:
            return False
    stamp.write_text(wanted, "utf-8")
    return True


def command(cell: Cell, jobs: int, report: Path) -> list[str]:
    """Return the command line of a cell."""
    python = str(home(cell) / "bin" / "python")
    if cell.part == "molecule":
        return [str(home(cell) / "bin" / "molecule"), "test", "--all"]
    if cell.part == "sanity":
        return [python, "-m", "ansible_collections.keyturn.sfmc.tests.gates.sanity"]
    workers = jobs if cell.part in ("pure", "unit", "integration") else 0
    pytest = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", str(workers), "--junit-xml", str(report)]
    words = {
        "refused": ["tests/unit/test_supported.py"],
        "hosts": [_HOSTS],
        "pure": ["-p", _PLUGIN, *PURE],
        "unit": ["tests/unit", *(f"--ignore={path}" for path in PURE)],
        "integration": ["--dist", "loadfile", "tests/integration", f"--ignore={_HOSTS}"],
    }
    # Of a core that is refused, only the program `ansible` is started.
    return [sys.executable if cell.part == "refused" else python, *pytest, *words[cell.part]]


def environment(cell: Cell) -> dict[str, str]:
    """Return what a cell's command starts with: the programs of its own virtual environment come first."""
    binaries = home(cell) / "bin"
    base = tree.environment(ANSIBLE_COLLECTIONS_PATH=_COLLECTIONS)
    more = {"PATH": f"{binaries}{os.pathsep}{base['PATH']}"}
    if cell.part in ("sanity", "pure"):
        more["PYTHONPATH"] = _COLLECTIONS
    if cell.part == "hosts":
        more["KEYTURN_HOST_PYTHONS"] = "all"
    if cell.part == "refused":
        more["KEYTURN_OLD_ANSIBLE"] = str(binaries / "ansible")
    return {**base, **more}


def ran(cell: Cell, python: str, jobs: int, state: tuple[str, str]) -> Result:
    """Run a cell and return what came of it.

    :param state: digest and commit of what is tested.
    """
    log, report = FOLDER / "logs" / f"{cell.name}.log", FOLDER / "logs" / f"{cell.name}.xml"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_bytes(b"")
    report.unlink(missing_ok=True)
    started = time.monotonic()
    passed = prepare(cell, python, log)
    versions = _versions(cell) if passed else (cell.core.name, f"3.{cell.python}")
    if passed:
        patience = _PATIENCE.get(cell.part, 1800)
        passed = _ended(command(cell, jobs, report), environment(cell), log, patience) == 0
    good, failed, skipped = counted(report)
    if cell.part == "sanity":
        skipped = sum(line.startswith(LEFT_OUT) for line in log.read_text("utf-8", "replace").splitlines())
    return Result(
        name=cell.name,
        core=cell.core.name,
        python=f"3.{cell.python}",
        part=cell.part,
        versions=versions,
        passed=passed,
        tests=good,
        failed=failed,
        skipped=skipped,
        seconds=round(time.monotonic() - started),
        date=datetime.now(timezone.utc).date().isoformat(),
        tree=state[0],
        commit=state[1],
        hosts=hosts(report) if cell.part == "hosts" else {},
    )


def _versions(cell: Cell) -> tuple[str, str]:
    text = "import platform; from ansible.release import __version__ as v; print(v, platform.python_version())"
    said = subprocess.run([str(home(cell) / "bin/python"), "-c", text], stdout=subprocess.PIPE, text=True, check=True)
    core, python = said.stdout.split()
    return core, python


def _ended(words: list[str], env: dict[str, str], log: Path, patience: float) -> int:
    """Run a command, its output in a log; end all that it started when it hangs or when we are interrupted."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            words,
            cwd=tree.ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return process.wait(patience)
        except subprocess.TimeoutExpired:
            output.write(f"\nended: still running after {patience:.0f} s\n".encode())
            return 1
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
