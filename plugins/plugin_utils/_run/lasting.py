# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a folder outlives the job of AWX that writes to it (I-45)."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

#: Set by AWX for each job, and by nobody else.
_PRIVATE = "AWX_PRIVATE_DATA_DIR"
_MOUNTS = Path("/proc/self/mountinfo")
#: What the root of a container is made of, and the files that engines put into one.
_LAYERS = ("overlay", "fuse.fuse-overlayfs", "aufs")
_MARKS = (Path("/run/.containerenv"), Path("/.dockerenv"))
#: A volume that Kubernetes makes for one pod and deletes with it, as its folder is called on the node.
_OF_THE_POD = "kubernetes.io~empty-dir"


def check_lasts(path: Path, is_default: bool) -> None:
    """Refuse a folder of an AWX job, or of the container that it runs in.

    :param is_default: whether nobody has named the folder: a job's inventory lies in the job's own.
    """
    folders = _job_folders()
    if not folders:
        return
    real = path.resolve()
    if is_default or any(real.is_relative_to(folder) for folder in folders):
        found = "a folder of this AWX job, which is deleted when the job ends"
    elif _PRIVATE in os.environ and _ends_with_the_container(real):
        # ansible-runner by itself sets the other variable only, and may run in a container that lasts.
        found = "a folder of the job's container where nothing is mounted that lasts; it is deleted when the job ends"
    else:
        return
    raise Refusal(
        "I-45: the journal outlives the job that writes it",
        f"sfmc_store.path {path}",
        "a folder that lasts, mounted into the execution environment",
        found,
        "mount a volume into the container group and set sfmc_store.path to it, or take another kind of store: see"
        " docs/stores.md",
    )


def _job_folders() -> list[Path]:
    """Return an AWX job's folder, as AWX names it and as the execution environment sees it; none outside of AWX."""
    private, isolated = os.environ.get(_PRIVATE), os.environ.get("AWX_ISOLATED_DATA_DIR")
    # The second is FOLDER/artifacts/JOB; in an execution environment FOLDER is /runner, and the first is not there.
    named = [*([Path(private)] if private else []), *([Path(isolated).parent.parent] if isolated else [])]
    return [folder.resolve() for folder in named]


def _ends_with_the_container(path: Path) -> bool:
    """Tell whether a path lies in the container's own layers, or in a volume that is deleted with its pod.

    What is mounted where says it, and not the device: a container may lie on the same one as the volume.
    """
    holder: tuple[Path, str, str] | None = None
    for mounted in _mounts():
        # What is mounted later in the same place hides what was there.
        if path.is_relative_to(mounted[0]) and (holder is None or mounted[0].is_relative_to(holder[0])):
            holder = mounted
    if holder is None:
        return False
    point, root, kind = holder
    if point == Path("/"):
        return kind in _LAYERS or any(mark.exists() for mark in _MARKS)
    return _OF_THE_POD in root.split("/")


def _mounts() -> list[tuple[Path, str, str]]:
    """Return what is mounted, in order: where, which folder of the file system, its kind; nothing where unknown."""
    try:
        lines = _MOUNTS.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        own, _dash, of_the_system = line.partition(" - ")
        words, kind = own.split(" "), of_the_system.split(" ")[0]
        if len(words) > 4 and kind:
            found.append((Path(_plain(words[4])), _plain(words[3]), kind))
    return found


def _plain(text: str) -> str:
    """Return a path of that file, where blanks and the like are written as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda number: chr(int(number[1], 8)), text)
