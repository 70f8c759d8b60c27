# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set up the working tree: virtual environment, dependencies, the collection's import path, system programs.

Runs under the system's own Python, before anything is installed: standard library only, imported by nobody.

    python3 tests/gates/prepare.py run     what the collection and the demo need
    python3 tests/gates/prepare.py test    that, and everything the tests need
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "tests" / "requirements"
IMPORT_PATH = ROOT / ".work" / "collections" / "ansible_collections" / "keyturn"
SETS = {"run": ["run.txt"], "test": ["run.txt", "test.txt"]}
ECOSYSTEM = ROOT / ".work" / "ecosystem"
#: The collections of other systems that dependents are tested with; the package `ansible` holds them all.
COLLECTIONS = (
    "amazon/aws",
    "ansible/posix",
    "awx/awx",
    "azure/azcollection",
    "community/aws",
    "community/general",
    "community/hashi_vault",
    "google/cloud",
    "kubernetes/core",
)


class Program(NamedTuple):
    """A program of the system that a set uses: its Debian package, and what cannot be done without it."""

    name: str
    package: str
    without: str


SSHD = Program("sshd", "openssh-server", "the demo uses local connections; tests over real SSH hosts need it")
PHP = Program("php", "php-cli", "the tests of the format php need it")
PROMTOOL = Program("promtool", "prometheus", "the tests of the metrics and the alert rules need it")
CHROMIUM = Program("chromium", "chromium", "the tests of the report's page in a browser need it")
PROGRAMS = {"run": [SSHD], "test": [SSHD, PHP, PROMTOOL, CHROMIUM]}


class SetupError(Exception):
    """The set-up cannot go on; the text says what a person does now."""


def say(text: str) -> None:
    """Print one line at once, also when the output is a pipe."""
    print(f"setup: {text}", flush=True)


def may_install() -> bool:
    """Tell whether system packages can be installed from here."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(package: str) -> bool:
    """Install one Debian package; the list of packages is fetched when the first try does not know it."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", package]
    for command in (install, ["apt-get", "update", "-q"], install):
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode == 0 and command is install:
            return True
    return False


def has_ensurepip() -> bool:
    """Tell whether this Python can make a virtual environment with pip in it (Debian splits that off)."""
    probe = [sys.executable, "-c", "import ensurepip, venv"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def venv_version() -> str:
    """Return the version of the virtual environment's Python; empty when there is none that works."""
    probe = [str(VENV_PYTHON), "-c", "import sys, pip; print(sys.version)"]
    try:
        done = subprocess.run(probe, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def make_venv() -> None:
    """Make ``.venv``, or leave the one that works.

    :raises SetupError: this Python has no ``venv`` or no ``ensurepip``.
    """
    there = venv_version()
    if there:
        asked = f"{sys.version_info[0]}.{sys.version_info[1]}"
        # make hands a variable on only where somebody has set it.
        if "PYTHON" in os.environ and not there.startswith(f"{asked}."):
            say(f".venv stays with Python {there.split()[0]}; for {asked} run make clean first")
        return
    if not has_ensurepip():
        package = f"python3.{sys.version_info[1]}-venv"
        if not (may_install() and apt_install(package) and has_ensurepip()):
            raise SetupError(
                f"{sys.executable} cannot make a virtual environment: its modules venv and ensurepip are missing. "
                f"Install them (Debian, Ubuntu: apt-get install {package}) or name another Python: "
                "make PYTHON=... setup"
            )
    say(f"making .venv with {sys.executable} ({sys.version.split()[0]})")
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)


def fingerprint(set_name: str) -> str:
    """Return what a stamp holds: it changes with the Python and with each requirement file of the set."""
    digest = hashlib.sha256(venv_version().encode())
    for name in SETS[set_name]:
        digest.update((REQUIREMENTS / name).read_bytes())
    return digest.hexdigest()


def is_installed(set_name: str) -> bool:
    """Tell whether the set was installed as the requirement files are now."""
    stamp = VENV / f"requirements-{set_name}.sha256"
    return stamp.is_file() and stamp.read_text() == fingerprint(set_name)


def install(set_name: str) -> None:
    """Install a set of requirements, once; again when its files change.

    :raises SetupError: pip failed; its own words stand above.
    """
    if is_installed(set_name):
        return
    say(f"installing tests/requirements/{set_name}.txt (a minute or two the first time)")
    requirements = REQUIREMENTS / f"{set_name}.txt"
    pip = [str(VENV_PYTHON), "-m", "pip", "install", "--quiet", "--requirement", str(requirements)]
    if subprocess.run(pip, stdin=subprocess.DEVNULL, check=False).returncode != 0:
        raise SetupError(f"pip could not install {requirements}; is a package registry reachable?")
    for name in ("run", set_name):
        (VENV / f"requirements-{name}.sha256").write_text(fingerprint(name))


def provide_collections() -> None:
    """Lay out the collections of other systems below ``.work/ecosystem``, once for each Python.

    :raises SetupError: pip failed; its own words stand above.
    """
    stamp = ECOSYSTEM / "stamp"
    wanted = hashlib.sha256("\n".join([venv_version(), *COLLECTIONS]).encode()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    say("fetching the collections of other systems (package ansible, 60 MB)")
    shutil.rmtree(ECOSYSTEM, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        pip = [str(VENV_PYTHON), "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, "ansible"]
        if subprocess.run(pip, stdin=subprocess.DEVNULL, check=False).returncode != 0:
            raise SetupError("pip could not fetch the package ansible; is a package registry reachable?")
        for wheel in Path(folder).glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                prefixes = tuple(f"ansible_collections/{name}/" for name in COLLECTIONS)
                archive.extractall(ECOSYSTEM, [name for name in archive.namelist() if name.startswith(prefixes)])
    stamp.write_text(wanted)


def link_collection() -> None:
    """Make the tree importable as ``ansible_collections.keyturn.sfmc``: a link to the repository itself."""
    link = IMPORT_PATH / "sfmc"
    if link.is_dir() and link.resolve() == ROOT:
        return
    IMPORT_PATH.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(os.path.relpath(ROOT, IMPORT_PATH))


def provide(program: Program) -> None:
    """Install a program where that may be done; else say what is missing and go on."""
    search = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/usr/local/sbin:/sbin"
    if shutil.which(program.name, path=search):
        return
    if may_install():
        say(f"installing {program.package}")
        if apt_install(program.package):
            return
    say(f"no {program.name} here: {program.without}")
    say(f"install it as root (Debian, Ubuntu: apt-get install {program.package}) and run this again")


def main(arguments: list[str]) -> int:
    """Set up for ``run`` or ``test``; return the exit status."""
    set_name = arguments[0] if arguments else "test"
    if set_name not in SETS:
        print(f"unknown set {set_name!r}: expected one of {', '.join(SETS)}", file=sys.stderr)
        return 2
    try:
        make_venv()
        install(set_name)
        link_collection()
        for program in PROGRAMS[set_name]:
            provide(program)
        if set_name == "test":
            provide_collections()
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
