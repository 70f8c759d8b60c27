# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Which of the places where earlier scans found something this one has looked at, whatever it found there."""

import errno
import os
import stat
from typing import Dict, List, Sequence

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._skips import native, shown

_PROCESS = "process of "
_CONTAINER = "container "


class LookedAt:
    """Places, and what is known of each. What was left out, or cannot be seen, was not looked at."""

    def __init__(self, places: Sequence[str]) -> None:
        """Take places as an earlier scan named them."""
        self._places = sorted(set(places))
        #: By the real path, which is what a walk comes to.
        self._files = {shown(os.path.realpath(native(_file(place)))): False for place in self._places if _file(place)}
        self._kinds: Dict[str, bool] = {}

    def read(self, path: bytes, whole: bool) -> None:
        """Take note of a file that was read, or is as it was when it was; `whole` if nothing of it was left out."""
        name = shown(path)
        if name in self._files:
            self._files[name] = whole

    def searched(self, kind: str, whole: bool) -> None:
        """Take note that `processes` or `containers` were looked at; `whole` if all of them could be."""
        self._kinds[kind] = whole

    def places(self) -> List[str]:
        """Return those that were looked at."""
        return [place for place in self._places if self._is_looked_at(place)]

    def _is_looked_at(self, place: str) -> bool:
        path = _file(place)
        if path:
            return self._files[shown(os.path.realpath(native(path)))] or _is_gone(path)
        if place.startswith(_CONTAINER):
            return self._kinds.get("containers", False)
        return place.startswith(_PROCESS) and self._kinds.get("processes", False)


def _file(place: str) -> str:
    """Return the file of a place, empty for one that is in none."""
    return place.partition("!")[0] if place.startswith("/") else ""


def _is_gone(path: str) -> bool:
    """Tell whether there certainly is no such file; a path that was not UTF-8 cannot be asked for."""
    if "\\x" in path:
        return False
    try:
        status = os.lstat(native(path))
    except OSError as error:
        return error.errno in (errno.ENOENT, errno.ENOTDIR)
    return not (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode))
