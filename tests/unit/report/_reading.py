# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A page as a reader of HTML finds it, by a parser that is not ours."""

from __future__ import annotations

from typing import Any

from lxml import html

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._report.documents import report_of


def page(estate: dict[str, Any], title: str = "All secrets") -> html.HtmlElement:
    """Return the page of an estate, read."""
    return read(report_of(estate, title).html)


def read(text: str) -> html.HtmlElement:
    """Return a page, read."""
    return html.document_fromstring(text)


def said(element: html.HtmlElement) -> str:
    """Return what an element says, every run of blanks as one."""
    return " ".join(element.text_content().split())
