# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The quick look misses nothing that is sought, wherever and however it stands, and lets everything else pass by."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan import _needles
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._finding import memmem
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._needles import Needles
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._pieces import PIECE, pieces
from ansible_collections.keyturn.sfmc.tests.unit.scan._engine import Estate

FEW, MANY, BY_PYTHON = Estate(1), Estate(40), Estate(1)
NEEDLES = {estate: Needles(estate.sought()) for estate in (FEW, MANY)}
with pytest.MonkeyPatch.context() as _without:
    _without.setattr(_needles, "memmem", lambda: None)
    NEEDLES[BY_PYTHON] = Needles(BY_PYTHON.sought())
#: Text of all kinds; none of it is sought, as its letters are digits and capitals at most seven at a time.
SURROUNDINGS = st.lists(
    st.sampled_from([b"\n", b" ", b"\xff\xfe", b"=", b"'", b"/", "é".encode(), b"0123456", b"ABCDEFG", b"%3D", b"_-"]),
    max_size=40,
).map(b"".join)


def _sought(estate: Estate) -> list[bytes]:
    words = [*estate.client_ids, *estate.old, *estate.new, "mctest.auth.marketingcloudapis.com"]
    return [word.encode() for word in words]


def _in_base64(word: bytes, before: bytes) -> bytes:
    return base64.b64encode(before + word + b"}")


@pytest.mark.parametrize("estate", [FEW, MANY, BY_PYTHON], ids=["one-by-one", "in-runs", "by-python"])
@settings(max_examples=200, deadline=None)
@given(before=SURROUNDINGS, after=SURROUNDINGS, data=st.data())
def test_what_is_sought_is_seen_between_anything(
    estate: Estate, before: bytes, after: bytes, data: st.DataObject
) -> None:
    word = data.draw(st.sampled_from(_sought(estate)).map(_Hidden), label="word").word
    assert NEEDLES[estate].may_hold(before + word + after)


@pytest.mark.parametrize("estate", [FEW, MANY, BY_PYTHON], ids=["one-by-one", "in-runs", "by-python"])
@settings(max_examples=200, deadline=None)
@given(before=st.binary(max_size=9), data=st.data())
def test_a_secret_is_seen_in_base64_at_each_alignment(estate: Estate, before: bytes, data: st.DataObject) -> None:
    secrets = [secret.encode() for secret in (*estate.old, *estate.new)]
    word = data.draw(st.sampled_from(secrets).map(_Hidden), label="secret").word
    assert NEEDLES[estate].may_hold(b"data: " + _in_base64(word, before))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32"])
@pytest.mark.parametrize("before", ["", "ключ = ", "鍵=", "key="])
@pytest.mark.parametrize("estate", [FEW, MANY, BY_PYTHON], ids=["one-by-one", "in-runs", "by-python"])
def test_what_is_sought_is_seen_in_wide_characters(estate: Estate, before: str, encoding: str) -> None:
    for word in _sought(estate):
        assert NEEDLES[estate].may_hold(f"{before}{word.decode()}\n".encode(encoding))


@pytest.mark.parametrize("estate", [FEW, MANY, BY_PYTHON], ids=["one-by-one", "in-runs", "by-python"])
@settings(max_examples=200, deadline=None)
@given(content=SURROUNDINGS, number=st.integers(0, 2**256))
def test_what_is_not_sought_passes(estate: Estate, content: bytes, number: int) -> None:
    """Digests and other long words among them."""
    assert not NEEDLES[estate].may_hold(content + b"%064x" % number + content)


@pytest.mark.parametrize("word", ["sfmc_client", "SFMC-CLIENT", "SFM C_", "marketingcloudapis.co", "0ZNQ1"])
def test_what_is_nearly_sought_passes(word: str) -> None:
    assert not NEEDLES[FEW].may_hold(word.encode())


def test_a_part_of_a_client_id_is_none() -> None:
    assert not NEEDLES[FEW].may_hold(FEW.client_ids[0][:-1].encode())


@settings(max_examples=100, deadline=None)
@given(offset=st.integers(-70, 70), line_ends=st.booleans(), data=st.data())
def test_what_is_sought_is_seen_across_the_border_of_two_pieces(
    offset: int, line_ends: bool, data: st.DataObject
) -> None:
    word = data.draw(st.sampled_from(_sought(FEW)).map(_Hidden), label="word").word
    wide = data.draw(st.booleans(), label="wide")
    needle = word.decode().encode("utf-16-le") if wide else word
    filling = (b"x" * 99 + b"\n" if line_ends else b"x" * 100) * (PIECE // 100 + 1)
    content = filling[: PIECE + offset - len(needle) // 2] + needle + filling
    seen = pieces_of(content)
    assert b"".join(piece.data for piece in seen) == content
    assert any(
        NEEDLES[FEW].may_hold(piece.data) or NEEDLES[FEW].may_hold(piece.lead + piece.data[: NEEDLES[FEW].reach])
        for piece in seen
    )


def pieces_of(content: bytes) -> list:
    at = PIECE

    def read(size: int) -> bytes:
        nonlocal at
        at += size
        return content[at - size : at]

    return list(pieces(content[:PIECE], read))


def test_the_tests_search_both_ways() -> None:
    assert memmem() is not None, "the C library of this machine lacks it: nothing here tests the fast way"


def test_needles_print_nothing_of_what_they_hold() -> None:
    assert f"{NEEDLES[FEW]!r}{NEEDLES[FEW]}" == "Needles()Needles()"


class _Hidden:
    """A word that Hypothesis prints as nothing: secrets of a test run stay out of its output too."""

    def __init__(self, word: bytes) -> None:
        self.word = word

    def __repr__(self) -> str:
        return f"a word of {len(self.word)} letters"
