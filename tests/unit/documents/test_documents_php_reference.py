# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PHP files, against PHP itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import TEXT
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php import Php
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php_scanner import scan_php
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php_strings import strings_in
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php_tokens import STRING, TEMPLATE, tokens_of
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from ._php_documents import documents, junk
from ._php_reference import PhpProcess, ValuePath
from ._support import WHERE, many_edits, may_be_replaced, printable, some_examples

_LITERAL = "T_CONSTANT_ENCAPSED_STRING"
#: Keys that only PHP can tell.
_UNNAMED = re.compile(r"\{\d+\}|PHP_VERSION_ID")


@pytest.fixture(scope="module")
def php() -> Iterator[PhpProcess]:
    try:
        process = PhpProcess()
    except FileNotFoundError as error:
        pytest.fail(str(error))
    yield process
    process.close()


def _has_names(path: ValuePath) -> bool:
    return not any(_UNNAMED.search(str(part)) for part in path)


def _texts(content: bytes) -> dict[ValuePath, str]:
    """Return the texts at places that occur once and that a user can name."""
    scan = Php().scan(content.decode("utf-8-sig"), WHERE)
    paths = [path for path, _kind, _value in scan.readings]
    return {
        path: value
        for path, kind, value in scan.readings
        if kind == TEXT
        and paths.count(path) == 1
        and _has_names(path)
        and not any(path[:length] in scan.repeated for length in range(1, len(path) + 1))
    }


def _key(path: ValuePath) -> str:
    steps = [f"[{part}]" if isinstance(part, int) and part >= 0 else f".'{part}'" for part in path]
    return "".join(steps)[1:]


@many_edits
@given(documents(), st.data(), printable)
def test_i24_php_sees_one_value_change(php: PhpProcess, document: bytes, data: st.DataObject, value: str) -> None:
    before = php.values(document)
    assert before is not None
    paths = [path for path, old in _texts(document).items() if path in before and may_be_replaced(old)]
    assume(paths)
    path = data.draw(st.sampled_from(paths))
    after = replace_value("php", document, _key(path), value, WHERE)
    assert php.values(after) == {**before, path: value.encode()}
    old, new = php.tokens(document), php.tokens(after)
    assert [token.kind for token in old] == [token.kind for token in new]
    changed = [one.kind for one, other in zip(old, new, strict=True) if one.text != other.text]
    assert changed in ([], [_LITERAL])


def _covers(path: ValuePath, other: ValuePath) -> bool:
    """Tell whether a path is the other one or leads to it; a key without a name may be any."""
    return len(path) <= len(other) and all(
        part == there or not _has_names((part,)) for part, there in zip(path, other, strict=False)
    )


@some_examples
@given(documents())
def test_all_values_are_read_as_php_reads_them(php: PhpProcess, document: bytes) -> None:
    values = php.values(document)
    assert values is not None
    places = {path[0] for path in values}
    for path, value in _texts(document).items():
        assert path[0] not in places or values[path] == value.encode()
    read = [path for path, _kind, _value in Php().scan(document.decode("utf-8-sig"), WHERE).readings]
    texts = [path for path, value in values.items() if isinstance(value, bytes)]
    assert [path for path in texts if not any(_covers(one, path) for one in read)] == []


#: What breaks a file, and calls nothing.
_DAMAGE = st.sampled_from(["", "", *"'\"\\$[],=;{}#", "=>", "//", "/*", "?>", "<?php "])


@some_examples
@given(documents(), st.integers(0, 300), st.integers(0, 3), _DAMAGE)
def test_a_damaged_file_is_read_as_php_reads_it_or_refused(
    php: PhpProcess, document: bytes, position: int, cut: int, damage: str
) -> None:
    damaged = document[:position] + damage.encode() + document[position + cut :]
    try:
        texts = _texts(damaged)
    except (Refusal, UnicodeDecodeError):
        return
    values = php.values(damaged) or {}
    places = {path[0] for path in values}
    assert [path for path, value in texts.items() if path[0] in places and values.get(path) != value.encode()] == []


@some_examples
@given(junk())
def test_junk_has_the_strings_that_php_finds_or_is_refused(php: PhpProcess, text: str) -> None:
    try:
        tokens = tokens_of(text, WHERE)
    except Refusal:
        return
    assert strings_in(text) == scan_php(text, WHERE)[1]
    spans = list(zip(tokens.kinds, tokens.starts, tokens.ends, strict=True))
    inside = [(start, end) for kind, start, end in spans if kind == TEMPLATE]
    # After ->, PHP takes the b before a string for a name; no valid file has that.
    literals = [
        (token.position + len(token.text), token.text.decode("latin-1").lstrip("bB"))
        for token in php.tokens(text.encode("latin-1"))
        if token.kind == _LITERAL and not any(start <= token.position < end for start, end in inside)
    ]
    assert [(end, text[start:end].lstrip("bB")) for kind, start, end in spans if kind == STRING] == literals
