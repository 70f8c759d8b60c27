# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are, and copies of the tree for tools that want a collection at its real path."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

# Not resolved through the import link, which points back here.
ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".work"
# The programs beside the Python that runs this: of .venv, or of an environment of `make matrix`.
VENV_BIN = Path(sys.executable).parent


def files() -> list[Path]:
    """Return the files of the project, relative to its root: tracked, and new ones that git does not ignore."""
    listing = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(listing, stdout=subprocess.PIPE, check=True)
    names = {name for name in os.fsdecode(done.stdout).split("\0") if name}
    return sorted(Path(name) for name in names if (ROOT / name).is_symlink() or (ROOT / name).is_file())


def copy_for(gate: str) -> Path:
    """Lay the project's files out as ``.work/trees/<gate>/ansible_collections/keyturn/sfmc``, from nothing.

    Each gate has a copy of its own: some tools write into the tree that they check, and gates run side by side.

    :returns: the root of the copied collection.
    """
    base = WORK / "trees" / gate
    shutil.rmtree(base, ignore_errors=True)
    return copied_to(base / "ansible_collections" / "keyturn" / "sfmc")


def copied_to(target: Path) -> Path:
    """Copy the project's files into a folder; return it."""
    for name in files():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name, follow_symlinks=False)
    return target


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a gate: the project's tools first, none of the caller's Ansible settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "MOLECULE_"))}
    kept["PATH"] = f"{VENV_BIN}{os.pathsep}{kept.get('PATH', os.defpath)}"
    if not kept.get("LC_ALL", kept.get("LANG", "")).lower().endswith(("utf-8", "utf8")):
        # Ansible refuses to start without an UTF-8 locale; this one is there wherever glibc or musl is.
        kept["LC_ALL"] = "C.UTF-8"
    return {**kept, **more}


def private_environment(**more: str) -> dict[str, str]:
    """Return :func:`environment` with a home of its own, ``.work/home``: tools keep their caches out of the user's."""
    home = WORK / "home"
    home.mkdir(parents=True, exist_ok=True)
    return environment(HOME=str(home), **more)


def run(command: list[str], cwd: Path, env: dict[str, str]) -> int:
    """Run one tool with its output going where ours goes; return its exit status."""
    print(f"$ {shlex.join(command)}", flush=True)
    return subprocess.run(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, check=False).returncode
