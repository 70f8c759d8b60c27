# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of a page, each in two widths; a page is whole without them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report import calendar, progress, timeline
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.drawing import LIBRARY, NotDrawn, can_draw, drawn


class Figures:
    """Draws what the page shows. `trouble` says what a person does for pictures, where there are none."""

    def __init__(self, estate: Mapping[str, Any], order: Sequence[Mapping[str, Any]]) -> None:
        self._estate = estate
        self._now: str = estate["generated_at"]
        self._order = order
        self._names = {id(item): name for item, name in zip(order, timeline.labels(order), strict=True)}
        self._proposed = {
            each["client_id"]: each["rotate_at"] for each in estate["forecast"]["proposed"] if each["rotate_at"]
        }
        self.trouble = "" if can_draw() else f"install the Python library {LIBRARY} where Ansible runs"

    def timeline(self) -> list[Markup]:
        """Return the secrets that need something or end first."""
        first = self._order[: timeline.FIRST]
        return self._both(lambda narrow: self._rows(first, narrow), timeline.label(first)) if first else []

    def whole_timeline(self) -> list[Markup]:
        """Return all secrets, where there are more; in one width, as it is long."""
        if len(self._order) <= timeline.FIRST:
            return []
        return self._tried([("whole", lambda: self._rows(self._order, False))], timeline.label(self._order))

    def calendar(self, rows: Sequence[Mapping[str, Any]]) -> list[Markup]:
        """Return what ends and what is proposed, week by week."""
        if not rows:
            return []
        return self._both(lambda narrow: calendar.specification(rows, self._now, narrow), calendar.label(rows))

    def progress(self, running: Sequence[Mapping[str, Any]]) -> list[Markup]:
        """Return how far the running rotations are."""
        shown = running[: progress.FIRST]
        if not shown:
            return []
        names = self._names_of(shown)
        return self._both(lambda narrow: progress.specification(shown, names, narrow), progress.label(shown))

    def _rows(self, items: Sequence[Mapping[str, Any]], narrow: bool) -> dict[str, Any]:
        return timeline.specification(items, self._names_of(items), self._proposed, self._now, narrow)

    def _names_of(self, items: Sequence[Mapping[str, Any]]) -> list[str]:
        """Return the names that the page has for these integrations, too."""
        return [self._names[id(item)] for item in items]

    def _both(self, specification: Callable[[bool], dict[str, Any]], label: str) -> list[Markup]:
        return self._tried([("wide", lambda: specification(False)), ("narrow", lambda: specification(True))], label)

    def _tried(self, pictures: list[tuple[str, Callable[[], dict[str, Any]]]], label: str) -> list[Markup]:
        if self.trouble:
            return []
        try:
            return [drawn(specification(), label, shape) for shape, specification in pictures]
        except NotDrawn as error:
            self.trouble = f"update the Python library {LIBRARY}, which says: {error}"
            return []
