# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of a page, each in two widths; a page is whole without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        self._proposed = {
            each["client_id"]: each["rotate_at"] for each in estate["forecast"]["proposed"] if each["rotate_at"]
        }
        self.trouble = "" if can_draw() else f"install the Python library {LIBRARY} where Ansible runs"

    def timeline(self) -> list[Markup]:
        """Return the secrets that need something or end first."""
        return self._both(timeline.specification, timeline.label, self._order[: timeline.FIRST], self._proposed)

    def whole_timeline(self) -> list[Markup]:
        """Return all secrets, where there are more; in one width, as it is long."""
        if len(self._order) <= timeline.FIRST or self.trouble:
            return []
        whole = timeline.specification(self._order, self._proposed, self._now)
        return self._tried([(whole, "whole")], timeline.label(self._order))

    def calendar(self, rows: Sequence[Mapping[str, Any]]) -> list[Markup]:
        """Return what ends and what is proposed, week by week."""
        return self._both(calendar.specification, calendar.label, rows)

    def progress(self, running: Sequence[Mapping[str, Any]]) -> list[Markup]:
        """Return how far the running rotations are."""
        shown = running[: progress.FIRST]
        if self.trouble or not shown:
            return []
        both = [(progress.specification(shown, narrow), _width(narrow)) for narrow in (False, True)]
        return self._tried(both, progress.label(shown))

    def _both(self, specification: Any, label: Any, rows: Sequence[Mapping[str, Any]], *more: Any) -> list[Markup]:
        if self.trouble or not rows:
            return []
        both = [(specification(rows, *more, self._now, narrow), _width(narrow)) for narrow in (False, True)]
        return self._tried(both, label(rows))

    def _tried(self, specifications: list[tuple[dict[str, Any], str]], label: str) -> list[Markup]:
        try:
            return [drawn(each, label, shape) for each, shape in specifications]
        except NotDrawn as error:
            self.trouble = f"update the Python library {LIBRARY}, which says: {error}"
            return []


def _width(narrow: bool) -> str:
    return "narrow" if narrow else "wide"
