# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of every format share."""

from __future__ import annotations

import os
import string
from typing import NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._placeholders import is_placeholder
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value, replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

WHERE = "/opt/app/config"

#: A value of the shape of a long client secret, but not of its prefix.
NEW = "n-_9" * 16

#: Few examples on every run, many where KEYTURN_EXAMPLES says so.
some_examples = settings(
    max_examples=int(os.environ.get("KEYTURN_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

#: For the properties that make edits and compare with another reader: 5,000 over all formats on every run, 100,000 in
#: the nightly size (KEYTURN_EDITS=8000).
many_edits = settings(some_examples, max_examples=int(os.environ.get("KEYTURN_EDITS", "400")))

secrets = st.text(string.ascii_letters + string.digits + "_-", min_size=24, max_size=64)
#: What no format takes for a placeholder; those are refused (test_documents_adoption.py).
printable = st.text([chr(code) for code in range(0x20, 0x7F)], min_size=1, max_size=40).filter(
    lambda value: not is_placeholder(value)
)
line_ends = st.sampled_from(["\n", "\r\n", "\r"])


class Edit(NamedTuple):
    """One promise about an edit. ``template`` holds the written value at ``@@``."""

    promise: str
    template: str
    key: str
    written: str
    value: str
    new_value: str
    new_written: str


def prove_edit(format_name: str, edit: Edit, encoding: str = "utf-8") -> None:
    """Read the old value, replace it, and compare every byte."""
    before, after = (edit.template.replace("@@", text).encode(encoding) for text in (edit.written, edit.new_written))
    assert read_value(format_name, before, edit.key, WHERE) == edit.value
    assert replace_value(format_name, before, edit.key, edit.new_value, WHERE) == after
    assert read_value(format_name, after, edit.key, WHERE) == edit.new_value
    assert replace_value(format_name, after, edit.key, edit.new_value, WHERE) == after


def may_be_replaced(value: str) -> bool:
    """Tell whether a value may be a secret: in one line, and no placeholder."""
    return not set("\r\n") & set(value) and not is_placeholder(value)


def replaced_or_refused(format_name: str, before: bytes, key: str, value: str) -> bytes | None:
    """Return the edited content, which then holds exactly ``value``; None if the format refuses the value."""
    try:
        after = replace_value(format_name, before, key, value, WHERE)
    except Refusal as refusal:
        assert value not in str(refusal) or len(value) < 8
        return None
    assert read_value(format_name, after, key, WHERE) == value
    return after
