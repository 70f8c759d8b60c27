# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Settings of .NET: ``<add key="..." value="..."/>``, ``<remove key="..."/>`` and ``<clear/>``, the key in any case."""

from typing import List, Optional

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import Leaf, Note, Path, Scan

_KEYS = ("@key", "@name")
_TWIN = "another <add> with this key, in upper or lower case"


class SettingsScan(Scan):
    """The values of an XML file, which may have such settings."""

    def rivals(self, leaf: Leaf) -> List[Note]:
        """Return the entries beside that of ``leaf`` which set the same key, and those after it which remove it."""
        entry = leaf.path[:-1]
        if entry[-2:-1] != ("add",) or not str(leaf.path[-1]).startswith("@"):
            return []
        keys = [value for path, _kind, value in self.readings if path[:-1] == entry and path[-1] in _KEYS]
        if not keys:
            return []
        found: List[Note] = []
        for (path, _kind, value), (start, _end, _style) in zip(self.readings, self.places):
            what = _rival(path, value, entry, keys[0].lower())
            if what:
                found.append(Note(leaf.path, what, start, what != _TWIN))
        return found


def _rival(path: Path, value: str, entry: Path, said: str) -> Optional[str]:
    """Return what a value makes of the entry ``entry`` with the key ``said``."""
    depth = len(entry)
    if len(path) < depth or path[: depth - 2] != entry[:-2] or path[:depth] == entry:
        return None
    element = path[depth - 2]
    if element == "clear" and len(path) == depth:
        return "<clear> after it"
    if len(path) == depth + 1 and path[-1] in _KEYS and value.lower() == said:
        return {"add": _TWIN, "remove": "<remove> of this key after it"}.get(str(element))
    return None
