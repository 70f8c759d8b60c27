# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second net (I-27): ansible-core is told of secrets where it masks them, and is left alone where it does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible.release import __version__

from ansible_collections.keyturn.sfmc.plugins.plugin_utils import _quiet


def test_i_27_the_core_masks_from_2_22_on() -> None:
    masks = tuple(map(int, __version__.split(".")[:2])) >= (2, 22)
    assert (_quiet.register_secrets is not None) == masks


def test_i_27_the_core_is_told_where_it_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(_quiet, "register_secrets", told.extend)

    def texts() -> Iterator[str]:
        yield from ("password", "a", "Bearer", "pass word")

    _quiet.masked_by_core(texts())
    assert told == ["password", "pass word"], "a short word of a credential would be taken out of every message"


def test_i_27_an_older_core_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_quiet, "register_secrets", None)
    _quiet.masked_by_core(["one"])
