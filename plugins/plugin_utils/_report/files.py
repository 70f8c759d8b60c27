# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The places of a report on the controller: where it goes, and what stands there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal


def place_of(path: str, option: str) -> Path:
    """Return the file that an option names; Refusal where nothing can be written there."""
    if "\0" in path or not Path(path).name:
        raise _unusable(option, repr(path)[:80], "a name that no file can have")
    # A link stays one: what it leads to is replaced.
    place = Path(os.path.realpath(path)) if os.path.islink(path) else Path(path)
    if place.is_dir():
        raise _unusable(option, str(place), "a folder")
    if not place.parent.is_dir():
        raise _unusable(option, str(place), f"no folder {place.parent}")
    return place


def mode_of(text: str) -> int:
    """Return the permissions that a file gets; Refusal for a text that says none."""
    try:
        mode = int(text, 8)
    except ValueError:
        mode = -1
    if not 0o400 <= mode <= 0o777:
        raise Refusal(
            "the permissions of a report are a number in octal digits",
            "mode",
            "such as '0640', in quotes",
            repr(text)[:40],
            "correct it; nothing was written",
        )
    return mode


def former_of(place: Path, is_report: Callable[[str], bool]) -> str:
    """Return the former report, empty where there is none; Refusal where something else stands there."""
    try:
        former = place.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise _foreign(place) from None
    except OSError as error:
        raise _unusable("the report", str(place), error.strerror or "an error") from None
    if former and not is_report(former):
        raise _foreign(place)
    return former


def _unusable(option: str, place: str, found: str) -> Refusal:
    return Refusal(
        "a report is written where the controller may write",
        f"{option} {place}",
        "a file in a folder that is there and may be written to",
        found,
        "make the folder, or name another place; nothing was written",
    )


def _foreign(place: Path) -> Refusal:
    return Refusal(
        "a report replaces a former report, and nothing else",
        str(place),
        "no file, an empty one, or a report of this module",
        "another file",
        "name another place, or move that file away; it is as it was",
    )
