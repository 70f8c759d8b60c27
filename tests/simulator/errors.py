# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulated SFMC does not do, and why: the answers of its Setup pages and of the console."""

from __future__ import annotations

import math


class Denied(Exception):
    """A step that SFMC does not take.

    :ivar status: HTTP status.
    :ivar error: short name for programs.
    :ivar seconds: simulated seconds until it would be taken, rounded up; ``None`` when waiting does not help.
    """

    status = 409
    error = "conflict"

    def __init__(self, message: str, seconds: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.seconds = None if seconds is None else math.ceil(seconds)

    def as_dict(self) -> dict[str, object]:
        """Return the body of the answer."""
        body: dict[str, object] = {"error": self.error, "message": self.message}
        if self.seconds is not None:
            body["retry_after_seconds"] = self.seconds
        return body


class UnknownPackage(Denied):
    """No package has this client id."""

    status = 404
    error = "unknown_package"


class NothingStaged(Denied):
    """There is no staged secret, or none with this description."""

    error = "nothing_staged"


class NotFound(Denied):
    """The staged secret that was asked for is not there."""

    status = 404
    error = "not_found"


class Overtaken(Denied):
    """A call with a later fencing number has come before."""

    error = "overtaken"


class TooYoung(Denied):
    """The staged secret is not old enough."""

    error = "too_young"


class TooSoon(Denied):
    """The last step of this kind is less than the pace ago."""

    status = 429
    error = "too_soon"
