# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.report."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._looking import LookingAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report import files
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.documents import (
    is_json,
    is_page,
    is_the_same,
    report_of,
    says_the_same,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._written import written


class ActionModule(LookingAction):
    """Writes files on the controller."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        "estate": {"type": "dict"},
        "path": {"type": "path"},
        "json_path": {"type": "path"},
        "title": {"type": "str", "default": "Client secrets of Salesforce Marketing Cloud"},
        "mode": {"type": "str", "default": "0640"},
    }

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Write what is asked for, and say whether it says something new."""
        wanted = _wanted(arguments)
        mode = files.mode_of(arguments["mode"])
        formers = [files.former_of(each.place, each.is_report) for each in wanted]
        estate = self.whole_estate() if arguments["estate"] is None else arguments["estate"]
        report = report_of(estate, arguments["title"])
        texts = [report.html if each.option == "path" else report.json for each in wanted]
        changed = [
            str(each.place)
            for each, text, former in zip(wanted, texts, formers, strict=True)
            if not each.says_the_same(text, former)
        ]
        for each, text in zip(wanted, texts, strict=True):
            # One that says the same is written too: its time tells a reader how old it is.
            written(each.place, text.encode("utf-8"), self.check_mode, mode)
            self.tell(f"{'would write' if self.check_mode else 'wrote'} {each.place}")
        result: dict[str, Any] = {
            "changed": bool(changed),
            "files": [str(each.place) for each in wanted],
            "written": changed,
            "bytes": {each.option: len(text.encode()) for each, text in zip(wanted, texts, strict=True)},
            "pictures": not report.without_pictures,
        }
        if report.without_pictures and arguments["path"]:
            result["warnings"] = [f"the report has no pictures, its tables have everything: {report.without_pictures}"]
        return result


class Wanted(NamedTuple):
    """One file of a report, and how a former one is known."""

    option: str
    place: Path
    is_report: Callable[[str], bool]
    says_the_same: Callable[[str, str], bool]


def _wanted(arguments: Mapping[str, Any]) -> list[Wanted]:
    """Return the files that are asked for; Refusal where there is none, or one twice."""
    kinds = (("path", is_page, says_the_same), ("json_path", is_json, is_the_same))
    found = [
        Wanted(option, files.place_of(arguments[option], option), is_report, same)
        for option, is_report, same in kinds
        if arguments[option]
    ]
    if len({os.path.realpath(each.place) for each in found}) != len(found) or not found:
        raise Refusal(
            "a report is written to a file of its own",
            "path, json_path",
            "at least one of them, and not the same file twice",
            "the same file" if found else "neither",
            "name a file for the page (path), for the JSON (json_path), or for each; nothing was written",
        )
    return found
