# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report's files on the controller: read, compared, and replaced in one step."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal


def place_of(path: str, option: str) -> Path:
    """Return the file that an option names; Refusal where nothing can be written there."""
    place = Path(os.path.expanduser(path))
    if "\0" in path or not place.name:
        raise _unusable(option, repr(path)[:80], "a name that no file can have")
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


def replace(place: Path, content: str, mode: int) -> None:
    """Put a file in the place of another in one step: a reader finds the former or the new one, and never a half."""
    target = Path(os.path.realpath(place))
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        os.replace(temporary, target)
    except OSError as error:
        with contextlib.suppress(OSError):
            if temporary:
                os.unlink(temporary)
        raise _unusable("the report", str(place), error.strerror or "an error") from None


def _unusable(option: str, place: str, found: str) -> Refusal:
    return Refusal(
        "a report is written where the controller may write",
        f"{option} {place}",
        "a file in a folder that is there and may be written to",
        found,
        "make the folder, or name another place; the former report is as it was",
    )


def _foreign(place: Path) -> Refusal:
    return Refusal(
        "a report replaces a former report, and nothing else",
        str(place),
        "no file, an empty one, or a report of this module",
        "another file",
        "name another place, or move that file away; it is as it was",
    )
