# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what a host reports of a scan is a report: it is kept in journals, which nothing else may get into. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import use

#: A path has 4,096 bytes at most, which may stand as `\xNN`; a place in nested archives has several.
_LONGEST = 65_536
_MOST = 100_000
_USE = {name: type(value) for name, value in use("", "").items()}


def is_report(scan: Any) -> bool:
    """Tell whether the result of `secret_scan` is what that module returns."""
    return (
        isinstance(scan, Mapping)
        and all(_is_list(scan.get(name), _is_use) for name in ("uses", "mentions"))
        and _is_list(scan.get("looked_at", []), _is_text)
        and _is_list(scan.get("left_out", []), _is_skip)
        and _counts(scan.get("left_out_more", {}))
        and _counts({name: value for name, value in _mapping(scan.get("scanned", {})).items() if name in _COUNTED})
    )


_COUNTED = ("files", "unchanged")


def _is_list(value: Any, is_item: Any) -> bool:
    return isinstance(value, list) and len(value) <= _MOST and all(map(is_item, value))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST


def _is_use(said: Any) -> bool:
    return (
        isinstance(said, Mapping)
        and said.keys() == _USE.keys()
        and all(isinstance(said[name], kind) for name, kind in _USE.items())
        and all(_is_text(value) for value in said.values() if isinstance(value, str))
    )


def _is_skip(said: Any) -> bool:
    return isinstance(said, Mapping) and _is_text(said.get("why")) and _is_text(said.get("place", ""))


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {"files": None}


def _counts(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        _is_text(name) and isinstance(count, int) and not isinstance(count, bool) for name, count in value.items()
    )
