# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of a scan look for: two integrations, made for this run."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import locate
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._naming import uses_in
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Sought, Use
from ansible_collections.keyturn.sfmc.tests.support.planted import Credentials

KNOWN = Credentials()
SOUGHT = Sought(KNOWN.integrations, KNOWN.secrets, KNOWN.fingerprint_keys)
HOST = "mc1crm.auth.marketingcloudapis.com"

#: Few examples on every run, many where KEYTURN_EXAMPLES says so.
some_examples = settings(
    max_examples=int(os.environ.get("KEYTURN_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def filled_in(template: str) -> str:
    """Put what is known into a text: ``{active}``, ``{crm}``; other braces stay."""
    for name, value in {**vars(KNOWN), "host": HOST}.items():
        template = template.replace("{" + name + "}", value)
    return template


def hidden(text: str) -> str:
    """Write the names in place of what is known, for comparison and for messages."""
    for name, value in vars(KNOWN).items():
        text = text.replace(value, "{" + name + "}")
    return text


def uses_of(name: str, template: str) -> list[Use]:
    """Return the uses and mentions in a document."""
    return uses_in(filled_in(template).encode("utf-8"), name, SOUGHT)


def told(name: str, template: str) -> list[tuple[str, str, str, str]]:
    """Return format, key, secret and integration of all uses, with names in place of client ids; try their keys."""
    content = filled_in(template).encode("utf-8")
    found = uses_in(content, name, SOUGHT)
    for use in found:
        if use["format"]:
            value = locate(use["format"], content, use["key"], name, None, use["encoding"]).value
            assert SOUGHT.fingerprint(use["client_id"], value) == use["fingerprint"]
    return [(use["format"], hidden(use["key"]), use["secret"], hidden(use["client_id"])) for use in found]
