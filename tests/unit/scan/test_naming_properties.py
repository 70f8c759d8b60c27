# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a document is: a planted secret is named so that it is found, nothing else is claimed, nothing is shown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import FORMATS, locate, replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._naming import uses_in
from ansible_collections.keyturn.sfmc.tests.support.trees import RENDERED, filled, shapes

from ._known import KNOWN, SOUGHT, filled_in, some_examples

#: A name of a file for each format.
NAMES = {
    "json": "app.json",
    "yaml": "app.yml",
    "toml": "app.toml",
    "php": "config.php",
    "xml": "app.xml",
    "ini": "app.ini",
    "dotenv": ".env",
    "properties": "app.properties",
    "shell": "start.sh",
    "crontab": "etc/cron.d/app",
    "environment_file": "etc/default/app",
    "systemd_unit": "etc/systemd/system/app.service",
}


@pytest.mark.parametrize("name", sorted(RENDERED))
@some_examples
@given(shape=shapes, data=st.data())
def test_a_planted_secret_is_named_and_nothing_else(name: str, shape: Any, data: st.DataObject) -> None:
    text = RENDERED[name](filled(shape))
    assert uses_in(text.encode(), NAMES[name], SOUGHT) == []
    written = [f"value-{number:04}-of-this-tree" for number in range(1, 20) if f"value-{number:04}" in text]
    place = data.draw(st.sampled_from(written))
    # In INI files, one text stands at two keys.
    content = text.replace(place, KNOWN.active, 1).encode()
    (use,) = uses_in(content, NAMES[name], SOUGHT)
    assert (use["secret"], use["client_id"], use["format"] in (name, "text")) == ("active", KNOWN.crm, True), use
    located = locate(use["format"], content, use["key"], "x")
    (start, end) = located.spans[0]
    assert located.value == KNOWN.active and KNOWN.active.encode() in content[start:end]
    other = "n-_9" * 16
    assert replace_value(use["format"], content, use["key"], other, "x") == content.replace(
        KNOWN.active.encode(), other.encode()
    )


_pieces = st.sampled_from(
    [
        *("{active}", "{of_forms}", "{previous}", "{crm}", "{forms}", "{unknown}", "{host}", "client_secret", "key"),
        *("=", ": ", '": "', "'", '"', "\n", "\r\n", " ", "# ", "<a>", "</a>", "<!--", "{", "}", "[", "]", "\\", "\0"),
        *(
            "<?php ",
            "$x",
            "export ",
            "[Service]\nEnvironment=",
            "- ",
            "|",
            ",",
            "\ufeff",
            "ß",
            "define(",
            ");",
            "* * *",
        ),
    ]
)
_names = st.sampled_from([*NAMES.values(), "notes.txt", "app.log", "x.py", "thing", "a.yml.bak"])


@some_examples
@given(pieces=st.lists(_pieces, max_size=25), name=_names, encoding=st.sampled_from(["utf-8", "utf-16-le", "utf-16"]))
def test_no_content_makes_it_stumble_or_show_a_secret(pieces: list[str], name: str, encoding: str) -> None:
    content = filled_in("".join(pieces)).encode(encoding)
    found = uses_in(content, name, SOUGHT)
    secrets = [value for field, value in vars(KNOWN).items() if field not in ("crm", "forms")]
    assert not [value for value in secrets if value in repr(found)]
    assert all(use["format"] in ("", *FORMATS) for use in found)
    places = [(use["format"], use["key"], use["line"]) for use in found if use["format"]]
    assert len(set(places)) == len(places)
    for use in found:
        if use["format"]:
            located = locate(use["format"], content, use["key"], "x", None, use["encoding"])
            assert SOUGHT.fingerprint(use["client_id"], located.value) == use["fingerprint"]


@some_examples
@given(content=st.binary(max_size=300), name=_names)
def test_any_bytes_are_taken(content: bytes, name: str) -> None:
    assert uses_in(content, name, SOUGHT) == []
