# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collects what any user of a machine can see of the processes of a run: arguments, and environments."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PAUSE = 0.02


@contextmanager
def watched_processes(own: Path) -> Iterator[dict[str, bytes]]:
    """Collect arguments and environments of all processes that belong to an estate, as long as it lasts (I-29).

    :param own: the folder of the estate: its processes name it, or descend from one that does.
    """
    seen: dict[str, bytes] = {}
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(str(own).encode(), seen, over), daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _watch(own: bytes, seen: dict[str, bytes], over: threading.Event) -> None:
    ours: set[str] = set()
    while not over.wait(_PAUSE):
        for process in Path("/proc").glob("[0-9]*"):
            try:
                found = {name: (process / name).read_bytes() for name in ("cmdline", "environ")}
                # pid (name of the program) state parent ...
                parent = (process / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1]
            except OSError:
                continue  # it has ended
            if parent in ours or any(own in content for content in found.values()):
                ours.add(process.name)
                # A process that becomes another program keeps its pid.
                seen.update({f"{process}/{name} ({len(content)} bytes)": content for name, content in found.items()})
