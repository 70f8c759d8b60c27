# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser without a screen, that reaches no other machine: Debian's chromium, driven by playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

#: It asks nobody for anything by itself, and its sandbox does not work for root.
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def program() -> str | None:
    """Return where a browser is; None where there is none."""
    return next((path for path in map(shutil.which, _NAMES) if path), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """Run one browser."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program(), args=list(_QUIET))
        try:
            yield started
        finally:
            started.close()


class Visit:
    """A look at one page: what it asked for, and what it complained about."""

    def __init__(self, browser: Browser, width: int = 1200, dark: bool = False, script: bool = True) -> None:
        """Open a window."""
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        self._context.set_default_timeout(20_000)
        self._context.route("**/*", self._met)
        self.page: Page = self._context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _met(self, route: Route) -> None:
        if route.request.url.startswith("file:"):
            route.continue_()
        else:
            self.requests.append(route.request.url)
            route.abort()

    def close(self) -> None:
        """Close the window."""
        self._context.close()
