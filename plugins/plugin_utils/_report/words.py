# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts from outside made fit to show, and numbers and times as people read them. Pure."""

from __future__ import annotations

import hashlib
import math
import re
from datetime import datetime, timezone

#: Longer texts are cut in tables and pictures; an integration's own part of the page has them whole.
SHORT = 80
#: Control characters, halves of surrogate pairs, and marks that turn the direction of what follows them.
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
_ADDRESS = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_NAME_OF_ANCHOR = re.compile(r"[A-Za-z0-9_-]{1,64}")


def clean(text: str) -> str:
    """Return a text in which what no page can hold, or what would disguise it, is spelled out: U+202E as <202E>."""
    return str(text) if text.isprintable() else _UNFIT.sub(lambda found: f"<{ord(found[0]):04X}>", text)


def short(text: str, most: int = SHORT) -> str:
    """Return a text, cut where it is longer than so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def is_address(text: str) -> bool:
    """Tell whether an owner can be written to."""
    return _ADDRESS.fullmatch(text) is not None


def anchor(client_id: str) -> str:
    """Return where an integration stands in the page: its client id, or a digest of one that is no plain name."""
    if _NAME_OF_ANCHOR.fullmatch(client_id):
        return f"i-{client_id}"
    return f"i-{hashlib.sha256(client_id.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def moment_of(text: str) -> datetime:
    """Return a time of an estate."""
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=timezone.utc)


def day(text: str | None) -> str:
    """Return the day of a time."""
    return text[:10] if text else ""


def minute(text: str | None) -> str:
    """Return a time to the minute, without its zone: a report says once that all are UTC."""
    return f"{text[:10]} {text[11:16]}" if text else ""


def days(number: float | None) -> str:
    """Return how long until an end, or how long ago it was."""
    if number is None:
        return "unknown"
    whole = math.floor(number)
    if whole < 0:
        return f"ended {counted(-whole, 'day')} ago"
    return counted(whole, "day") if whole else "less than a day"


def counted(number: int, word: str) -> str:
    """Return a number with its word in the singular or the plural."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def listed(names: list[str], most: int = 8) -> str:
    """Return names with commas, the first ones where there are many."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")
