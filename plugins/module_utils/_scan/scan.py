# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""One scan of a host: its files, processes and containers."""

import os
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._containers import (
    Engines,
    containers_of,
    uses_of_containers,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._contents import Contents, Limits
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._declared import DeclaredPlaces
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._looked import LookedAt
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._mounts import mounts
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._naming import uses_in
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._needles import Needles
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._processes import uses_of_processes
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._reading import UNCHANGED, Examined
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._side_by_side import examined, workers
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._skips import Skips, native, shown
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Declared, Sought, Use
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._state import (
    Damaged,
    Kept,
    State,
    digest_of,
    load,
    save,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._values import hidden
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._walk import Found, Walk

#: Unless the caller says otherwise; in bytes.
MAX_BYTES = 64 * 1024 * 1024


class Order(NamedTuple):
    """What a scan is told; the names are those of the module's options.

    :param known: places where earlier scans found something.
    """

    roots: Sequence[str]
    exclude: Sequence[str] = ()
    max_bytes: int = MAX_BYTES
    processes: bool = True
    containers: bool = True
    gentle: bool = False
    state: str = ""
    full: bool = False
    known: Sequence[str] = ()
    check_mode: bool = False


class Host(NamedTuple):
    """What a scan asks of its host but files; tests put others in."""

    now: Callable[[], float] = time.time
    mounted: Callable[[], Dict[bytes, str]] = mounts
    proc: str = "/proc"
    engines: Engines = Engines()
    workers: Callable[[], int] = workers
    #: Others are not even told that there are more processes and containers than they see.
    sees_all: Callable[[], bool] = lambda: os.geteuid() == 0


def scan(order: Order, sought: Sought, declared: Declared, host: Host = Host()) -> Dict[str, Any]:  # noqa: B008
    """Return uses, mentions, which known places were looked at, what was skipped, and how much was looked at.

    :raises Refusal: the order is none.
    """
    _check(order)
    if order.gentle:
        from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._gentle import step_back

        step_back()
    began = host.now()
    run = _Scan(order, sought, declared, host)
    run.files(began)
    run.containers_and_processes()
    return run.result(host.now() - began)


def _check(order: Order) -> None:
    found = ""
    if not order.roots:
        found = "no root"
    elif not all(root.startswith("/") and "\0" not in root for root in order.roots):
        found = "a root that does not begin with /"
    elif order.max_bytes < 1:
        found = f"max_bytes: {order.max_bytes}"
    elif order.state and not order.state.startswith("/"):
        found = "a state that does not begin with /"
    if found:
        raise Refusal(
            "a scan is told where to look, and how large a file may be",
            "secret_scan",
            "at least one absolute path in `roots`, an absolute path or nothing in `state`, `max_bytes` from 1",
            found,
            "correct the options of this task",
        )


class _Scan:
    """What has been found so far."""

    def __init__(self, order: Order, sought: Sought, declared: Declared, host: Host) -> None:
        self._order, self._sought, self._host = order, sought, host
        self._declared = declared
        self._places = DeclaredPlaces(declared)
        self._skips = Skips()
        self._found: List[Use] = []
        self._files = self._bytes = self._unchanged = self._processes = self._containers = 0
        self._full = True
        self._looked_at = LookedAt(order.known)

    def files(self, began: float) -> None:
        """Search the files, those alone that changed since the last scan where that is known."""
        order = self._order
        digest = digest_of(self._sought, self._declared, order.roots, order.exclude, order.max_bytes)
        last = self._last_scan(digest, began) if digest and order.state and not order.full else None
        self._full = last is None
        walk = Walk(
            order.roots, order.exclude, self._skips, self._host.mounted(), last.folders if last else frozenset()
        )
        kept: Dict[bytes, Kept] = {}
        contents = self._contents()
        own = os.path.realpath(native(order.state)) if order.state else b""

        def examine(found: Found) -> Examined:
            if last and found.settled and last.is_unchanged(found.status):
                before = last.files.get(found.path) or Kept([], [])
                return Examined(before.uses, before.skipped, UNCHANGED)
            return contents.examine(found)

        files = (found for found in walk.files() if found.path != own)
        # Nothing is read of most files of a later scan.
        for found, came_to in examined(files, examine, 1 if order.gentle or last else self._host.workers()):
            self._add(found, came_to, kept)
        if digest and order.state and not order.check_mode:
            self._save(State(digest, began, walk.folders, kept))

    def _contents(self) -> Contents:
        def name(content: bytes, path: str, place: str, kind: str) -> List[Use]:
            return uses_in(content, path, self._sought, place, kind)

        files = [file["path"] for dependent in self._declared for file in dependent.get("files") or ()]
        whole = [shown(os.path.realpath(native(path))) for path in files]
        limits = Limits(self._order.max_bytes, self._order.gentle)
        return Contents(Needles(self._sought), name, self._places.name_of, limits, whole)

    def _last_scan(self, digest: str, began: float) -> Optional[State]:
        try:
            last = load(self._order.state)
        except Damaged as error:
            self._skips.say(self._order.state, f"the state of the last scan ({error}): everything was read")
            return None
        return last if last and last.digest == digest and last.began <= began else None

    def _add(self, found: Found, came_to: Examined, kept: Dict[bytes, Kept]) -> None:
        if came_to.bytes == UNCHANGED:
            self._unchanged += 1
        else:
            self._files += 1
            self._bytes += came_to.bytes
        self._found += came_to.uses
        self._looked_at.read(found.path, not came_to.skipped)
        said = [(place, why) for place, why in came_to.skipped if self._skips.say(place, why)]
        if came_to.uses or said:
            kept[found.path] = Kept(came_to.uses, said)

    def _save(self, state: State) -> None:
        try:
            save(self._order.state, state)
        except OSError as error:
            why = os.strerror(error.errno or 0)
            self._skips.say(self._order.state, f"the state cannot be written ({why}): the next scan reads everything")

    def containers_and_processes(self) -> None:
        """Search the environments of containers, and of what runs."""
        names: Dict[str, str] = {}
        if self._order.containers:
            names = self._search_containers()
        if self._order.processes:
            found = uses_of_processes(self._sought, self._places, self._host.proc, names)
            self._processes = self._outside_of_files(found, "processes")

    def _search_containers(self) -> Dict[str, str]:
        """Search the environments of containers; return their names by their ids."""
        engines = self._host.engines
        self._containers = self._outside_of_files(uses_of_containers(self._sought, self._places, engines), "containers")
        return {each.id: each.name for each in containers_of(engines)[0]} if self._containers else {}

    def _outside_of_files(self, found: Tuple[List[Use], int, int], what: str) -> int:
        uses, looked, skipped = found
        self._found += uses
        self._looked_at.searched(what, self._host.sees_all() and not skipped)
        if skipped:
            self._skips.say(f"{skipped} {what}", "their environment cannot be read")
        return looked

    def result(self, seconds: float) -> Dict[str, Any]:
        """Return what the module returns."""
        found = [_without_secrets(use) for use in self._found]
        return {
            "changed": False,
            "uses": [use for use in found if use["secret"] != "none"],
            "mentions": [use for use in found if use["secret"] == "none"],
            "looked_at": self._looked_at.places(),
            **self._left_out(),
            "scanned": {
                "files": self._files,
                "bytes": self._bytes,
                "seconds": round(max(0.0, seconds), 2),
                "unchanged": self._unchanged,
                "processes": self._processes,
                "containers": self._containers,
                "full": self._full,
            },
        }

    def _left_out(self) -> Dict[str, Any]:
        said = self._skips.as_result()
        said["left_out"] = [{**line, "place": hidden(line["place"])} for line in said["left_out"]]
        return said


def _without_secrets(found: Use) -> Use:
    """Return a use whose names show no secret; what stands at such a name cannot be declared by it."""
    shown = {name: hidden(found[name]) for name in ("place", "path", "key", "service")}
    if all(found[name] == text for name, text in shown.items()):
        return found
    return {**found, **shown, "format": ""}
