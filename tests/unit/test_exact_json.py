# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""I-23: what an API answers is written back as it stood there, or not at all."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._exact_json import parsed


@pytest.mark.parametrize(
    ("lossy", "found"),
    [
        ("0.10000000000000000555", "a number with more digits"),
        ("123456789012345678901234567890.25", "a number with more digits"),
        ("1e400", "a larger exponent"),
        ("1e-400", "a larger exponent"),
        ("-1E+999", "a larger exponent"),
        ("NaN", "a number that is none"),
        ("-Infinity", "a number that is none"),
        ('{"a": 1, "a": 1}', "two members with one name"),
        ('"\udcff"', "another encoding than UTF-8"),
    ],
)
def test_what_would_not_survive_is_refused_unless_it_is_not_written_back(lossy: str, found: str) -> None:
    text = f'{{"SFMC": "a-secret-of-theirs", "deep": [{{"x": {lossy}}}]}}'
    with pytest.raises(Refusal, match=rf"I-23.*{found}") as refused:
        parsed(text, "http#x", True)
    assert "a-secret-of-theirs" not in str(refused.value)
    assert parsed(text, "http#x", False)["SFMC"] == "a-secret-of-theirs"


@pytest.mark.parametrize("text", [None, 5, "", " ", "{", "<html>a-secret-of-theirs</html>", "[" * 100_000])
def test_what_is_no_json_is_refused_and_not_quoted(text: Any) -> None:
    with pytest.raises(Refusal, match="an answer in JSON") as refused:
        parsed(text, "http#x", True)
    assert "a-secret-of-theirs" not in str(refused.value)


_NUMBERS = (
    st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(allow_nan=False, allow_infinity=False)
)


def _exact(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


@given(_NUMBERS)
def test_a_number_is_the_same_when_it_is_written_again_or_is_refused(number: int | float | Decimal) -> None:
    text = f"[{number}]"
    try:
        read = parsed(text, "here", True)
    except Refusal:
        assert Decimal(repr(float(number))) != Decimal(str(number)) or abs(float(number)) == float("inf")
    else:
        assert _exact(json.dumps(read)) == _exact(text)
