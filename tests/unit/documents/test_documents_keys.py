# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of formats with a tree: names, numbers of entries, selectors. JSON stands for all of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import Key, Selector
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._keys import parse_dotted
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value, replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from ._support import NEW, WHERE

MCDEV = {
    "crm": {"client_id": "a1", "client_secret": "old", "auth_url": "https://x/"},
    "forms": {"client_id": "b2", "client_secret": "other", "auth_url": "https://x/"},
}
POSTMAN = {"values": [{"key": "et_clientId", "value": "a1"}, {"key": "et_clientSecret", "value": "old"}]}
NESTED = {"list": [{"auth": {"id.x": "a1"}, "s": "old"}, {"auth": {"id.x": "b2"}, "s": "other"}]}


@pytest.mark.parametrize(
    ("key", "steps"),
    [
        ("a", ("a",)),
        ("a.b[0].c", ("a", "b", 0, "c")),
        ("'a.b'.\"c[0]\"", ("a.b", "c[0]")),
        ("a=b", ("a=b",)),
        ("l[id=x].s", ("l", Selector(("id",), "x"), "s")),
        ("l[a.b=x]", ("l", Selector(("a", "b"), "x"))),
        ("l['a.b'.c='x]y'].s", ("l", Selector(("a.b", "c"), "x]y"), "s")),
        ("[id=x.y z].s", (Selector(("id",), "x.y z"), "s")),
    ],
)
def test_a_key_is_names_numbers_and_selectors(key: str, steps: Key) -> None:
    assert parse_dotted("JSON", key, WHERE) == steps


@pytest.mark.parametrize("key", ["", "a..b", ".a", "a.", "a[", "a[-1]", "a[=x]", "a[id=]", "a[id='x]", "a'b'"])
def test_i44_a_malformed_key_is_refused_with_the_syntax(key: str) -> None:
    with pytest.raises(Refusal, match="follows the key syntax"):
        parse_dotted("JSON", key, WHERE)


@pytest.mark.parametrize(
    ("document", "key"),
    [
        (MCDEV, "[client_id=a1].client_secret"),
        (POSTMAN, "values[key=et_clientSecret].value"),
        (NESTED, "list[auth.'id.x'=a1].s"),
        ({"l": [{"n": 5, "s": "old"}, {"n": 6, "s": "x"}]}, "l[n=5].s"),
        ({"l": [[{"n": "a"}, {"s": "old"}], [{"n": "b"}]]}, "l[0][1].s"),
    ],
)
def test_i24_a_selector_finds_one_entry_of_a_list_or_an_object(document: Any, key: str) -> None:
    content = json.dumps(document).encode()
    assert read_value("json", content, key, WHERE) == "old"
    edited = replace_value("json", content, key, NEW, WHERE)
    assert edited == content.replace(b'"old"', f'"{NEW}"'.encode())


@pytest.mark.parametrize(
    ("document", "key", "found"),
    [
        (POSTMAN, "values[key=none].value", "no entry with such a text"),
        (POSTMAN, "values[key=et_clientSecre].value", "no entry with such a text"),
        ({"l": [{"n": "a", "s": "x"}, {"n": "a", "s": "y"}]}, "l[n=a].s", "2 entries with the same text"),
        ({"l": {"n": "a", "s": "x"}}, "l[n=a].s", "no entry with such a text"),
        (POSTMAN, "values[key=et_clientSecret].secret", "the first 2 of its 3 parts exist"),
    ],
)
def test_i24_a_selector_with_no_or_two_matches_is_refused(document: Any, key: str, found: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_value("json", json.dumps(document).encode(), key, WHERE)
    assert found in refused.value.found


@pytest.mark.parametrize(
    ("format_name", "content"),
    [
        ("json", '{"l": [{"n": "a", "n": "b", "s": "x"}]}'),
        ("json", '{"l": [{"n": "a", "s": "x", "n": "a"}]}'),
        ("json", '{"l": [{"s": "x", "o": {"n": "a"}, "o": {"n": "b"}}]}'),
        ("yaml", "l:\n- n: a\n  s: x\n  n: b\n"),
    ],
)
def test_i24_what_says_twice_what_it_is_selected_by_is_refused(format_name: str, content: str) -> None:
    """Of a name that stands twice, some programs use the first value and others the last."""
    key = "l[o.n=a].s" if '"o"' in content else "l[n=a].s"
    with pytest.raises(Refusal) as refused:
        read_value(format_name, content.encode(), key, WHERE)
    assert "more than once" in refused.value.found
