# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report of invented systems, without a rotation before it: to look at, and for the pictures in the documentation.

`--screenshots docs/images` takes the pictures, which needs chromium and playwright.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.documents import report_of
from ansible_collections.keyturn.sfmc.tests.support.estates_of_report import estate

_TITLE = "SFMC secrets of Example Retail"
#: What is on each picture: its name, whether it is dark, how wide, and what it begins with.
_PICTURES = (("report-light", False, 1180, "h1"), ("report-dark", True, 1180, "#timeline"))
_HEIGHT = 1000


def main() -> int:
    """Write the report; 0 when all went well."""
    options = _options()
    try:
        found = json.loads(options.estate.read_text(encoding="utf-8")) if options.estate else estate()
        report = report_of(found, _TITLE)
    except Refusal as error:
        print(error, file=sys.stderr)
        return 1
    options.output.mkdir(parents=True, exist_ok=True)
    page = options.output / "report.html"
    page.write_text(report.html, encoding="utf-8")
    (options.output / "report.json").write_text(report.json, encoding="utf-8")
    print(f"the page: {page.resolve().as_uri()}\nthe same as JSON: {page.with_suffix('.json').resolve()}")
    if report.without_pictures:
        print(f"it has no pictures: {report.without_pictures}")
    if options.screenshots:
        take_pictures(page, options.screenshots)
    return 0


def take_pictures(page: Path, folder: Path) -> None:
    """Leave pictures of the page in a folder."""
    # Only this needs a browser, which the demo does without.
    from ansible_collections.keyturn.sfmc.tests.support.browser import Visit, browser

    folder.mkdir(parents=True, exist_ok=True)
    with browser() as started:
        for name, dark, width, first in _PICTURES:
            visit = Visit(started, width, dark)
            visit.page.goto(page.resolve().as_uri())
            top = visit.page.evaluate(
                f"Math.max(0, document.querySelector('{first}').getBoundingClientRect().top - 24)"
            )
            clip: Any = {"x": 0, "y": top, "width": width, "height": _HEIGHT}
            visit.page.screenshot(path=folder / f"{name}.png", full_page=True, clip=clip)
            visit.close()
            print(f"a picture: {folder / name}.png")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path(".work/report-of-invented"), help="folder to write into")
    parser.add_argument("--estate", type=Path, help="JSON of an estate, in place of the invented one")
    parser.add_argument("--screenshots", type=Path, metavar="FOLDER", help="take the pictures of the documentation")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
