# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of tests: the same in every process, and without the secrets that a run makes. Time decides nothing."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from ansible_collections.keyturn.sfmc.tests.simulator.credentials import LOOKS_LIKE_A_SECRET

# How long a busy machine takes says nothing of what is tested.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a secret that was made for this run by what it is."""
    return "a-secret" if isinstance(val, str) and LOOKS_LIKE_A_SECRET.search(val) else None
