# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Pythons of this machine: on the path, or of pyenv."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_OLDEST, _NEWEST = 6, 20


def pythons(modules: str = "sys") -> dict[int, str]:
    """Return an interpreter for each minor version of Python 3 that is here, the oldest first.

    :param modules: what it has to be able to import, as `ensurepip, venv`.
    """
    found: dict[int, str] = {}
    for candidate in _candidates():
        probe = [candidate, "-c", f"import sys, {modules}; print(sys.version_info[1])"]
        try:
            done = subprocess.run(probe, capture_output=True, text=True, check=False, timeout=60)
        except OSError:
            continue
        # A shim of pyenv is there also for a Python that it does not start.
        if done.returncode == 0:
            found.setdefault(int(done.stdout), candidate)
    return dict(sorted(found.items()))


def _candidates() -> Iterator[str]:
    yield sys.executable
    for minor in range(_OLDEST, _NEWEST):
        named = shutil.which(f"python3.{minor}")
        if named:
            yield named
    folder = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(str(path) for path in folder.glob("versions/3.*/bin/python"))
