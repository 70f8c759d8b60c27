# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A dependent as the controller hands it to the host module."""

from __future__ import annotations

from typing import Any


def dependent(client_id: str, files: list[dict[str, Any]], name: str = "app", **more: Any) -> dict[str, Any]:
    """Return a dependent without a restart and a check, unless `more` says otherwise."""
    plain = {"restart": None, "check": None, "proof": "token", "unattested": False, "accept_unknown": False}
    declared = [{"encoding": "plain", **file} for file in files]
    return {"name": name, "client_id": client_id, "files": declared, **plain, **more}
