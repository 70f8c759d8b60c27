# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A value of a file is named by a key that finds it again: whatever the names are, no key ever finds another one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import locate, survey
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.tests.support.trees import RENDERED, filled, shapes

from ._support import WHERE, some_examples


@pytest.mark.parametrize("name", sorted(RENDERED))
@some_examples
@given(shape=shapes)
def test_every_value_is_found_by_its_keys_and_no_key_finds_another(name: str, shape: Any) -> None:
    content = RENDERED[name](filled(shape)).encode("utf-8")
    seen = survey(name, content, WHERE)
    mine = [(path, value) for path, kind, value in seen.readings if kind == "text" and "-of-this-tree" in value]
    assert mine
    for path, value in mine:
        found = [locate(name, content, key, WHERE) for key in seen.keys_of(path) if _is_taken(name, content, key)]
        assert {located.value for located in found} <= {value}, (path, seen.keys_of(path))
        assert found or _cannot_be_said(name, path), (path, seen.keys_of(path))
        assert all(value.encode() in content[start:end] for located in found for start, end in located.spans)


def _is_taken(name: str, content: bytes, key: str) -> bool:
    try:
        locate(name, content, key, WHERE)
    except Refusal:
        return False
    return True


def _cannot_be_said(name: str, path: tuple[str | int, ...]) -> bool:
    """Tell whether a name has quotes of both kinds, or of that of the format: the syntax of keys knows no escapes."""
    if name == "ini":
        return str(path[1]).startswith("'")
    return any("'" in str(step) and '"' in str(step) for step in path)


@pytest.mark.parametrize(
    ("name", "content", "value", "key"),
    [
        pytest.param("json", '{"a.b": {"c": "x1"}}', "x1", "'a.b'.c", id="dots"),
        pytest.param(
            "json", '{"l": [{"key": "id", "v": "x1"}, {"key": "no", "v": "y"}]}', "x1", "l[key=id].v", id="list"
        ),
        pytest.param("json", '[{"key": "same", "v": "x1"}, {"key": "same", "v": "y"}]', "x1", "[0].v", id="same-twice"),
        pytest.param("json", '[{"key": "9f86d081884c7d65", "v": "x1"}]', "x1", "[0].v", id="no-other-secret-in-keys"),
        pytest.param("xml", "<a><b x='x1'/></a>", "x1", "/a/b/@x", id="attribute"),
        pytest.param("xml", "<a><b/><b>x1</b></a>", "x1", "/a/b[2]", id="second-element"),
        pytest.param("xml", "<a><b key='k' v='x1'/><b key='l'/></a>", "x1", "/a/b[@key='k']/@v", id="setting"),
        pytest.param("php", "<?php return ['a' => ['b' => 'x1']];", "x1", "a.b", id="returned"),
        pytest.param("php", "<?php class C { const S = 'x1'; }", "x1", "S", id="constant"),
        pytest.param("ini", "[a.b]\nc.d = x1\n", "x1", "a.b.'c.d'", id="section"),
        pytest.param("yaml", "a: 1\n---\nb: x1\n", "x1", "b", id="second-document"),
        pytest.param("yaml", "b: 1\n---\nb: x1\n", "x1", "[1].b", id="one-of-two-documents"),
        pytest.param("yaml", "- 1\n---\n- x1\n", "x1", "[1][0]", id="list-of-a-document"),
    ],
)
def test_a_key_is_what_a_person_would_write(name: str, content: str, value: str, key: str) -> None:
    seen = survey(name, content.encode(), WHERE)
    (path,) = [path for path, _kind, there in seen.readings if there == value]
    assert seen.keys_of(path)[0] == key
    assert locate(name, content.encode(), key, WHERE).value == value
