# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one exception: five texts, readable as one line and by name."""

from __future__ import annotations

import copy
import pickle

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

TEXTS = {
    "rule": "I-24: only the declared key is edited",
    "offender": "app1:/opt/app.env",
    "expected": "one value",
    "found": "two",
    "way_out": "remove one",
}
REFUSAL = Refusal(**TEXTS)


def test_all_five_texts_are_in_its_one_line_I_44() -> None:
    assert str(REFUSAL) == (
        "app1:/opt/app.env: I-24: only the declared key is edited. Expected one value; found two. Way out: remove one"
    )


def test_the_texts_are_there_by_name_as_results_carry_them_I_44() -> None:
    assert REFUSAL.as_dict() == TEXTS


def test_it_survives_the_way_between_processes() -> None:
    """Ansible's workers and pytest's send exceptions to each other."""
    for clone in (pickle.loads(pickle.dumps(REFUSAL)), copy.copy(REFUSAL), copy.deepcopy(REFUSAL)):
        assert clone.as_dict() == TEXTS
        assert str(clone) == str(REFUSAL)
