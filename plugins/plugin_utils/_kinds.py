# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of dependents that are no files: their `options` in `sfmc_dependents`, and what tells two places apart.

`roles/distribute/tasks/kinds/` has a file for each, which says how the secret gets there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils import _kinds_apis
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._http import is_private
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._kind import NEEDED, TEXT, Kind
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._placing import texts_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import MANUAL

KINDS: Mapping[str, Kind] = {
    "command": Kind(
        {
            "write": {"type": "list", "elements": "str", "required": True},
            "read": {"type": "list", "elements": "str"},
        },
        ("write",),
    ),
    MANUAL: Kind({"where": NEEDED, "instructions": TEXT}, ("where",)),
    **_kinds_apis.KINDS,
}


def task_file(kind: str, own: object) -> str:
    """Return where the tasks of a kind are, as the role `distribute` includes them.

    :param own: the folder `sfmc_kinds` with kinds of one's own.
    """
    return f"kinds/{kind}.yml" if kind in KINDS else f"{own}/{kind}.yml"


def places_of(kind: str, options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the registry calls the place of a dependent that is no file: its kind, and which one it is.

    A kind of one's own is told apart by its option `place`, if it has one.
    """
    identity = KINDS[kind].identity if kind in KINDS else ("place",)
    said = [options.get(name) for name in identity]
    return ("#".join([kind, *(_text(each) for each in said if each)]),)


def check_urls(kind: str, options: Mapping[str, Any], offender: str) -> None:
    """Refuse a URL that would carry a secret in clear over a network, or that a credential is part of.

    :raises Refusal: there is one among the options of this kind.
    """
    for name in KINDS[kind].urls:
        url = options.get(name)
        if url is not None and (not is_private(url) or "@" in urlsplit(url).netloc):
            raise Refusal(
                "secrets travel over TLS, and plain http only over loopback",
                f"{offender}.{name}",
                "an https URL without user and password",
                f"a URL of the scheme {url.split('://')[0]!r}" if "://" in url else "a URL without a scheme",
                "correct the URL",
            )


def credentials_of(kind: str, options: Mapping[str, Any]) -> list[str]:
    """Return the texts that let us in at another system: nothing of them may be shown."""
    known = KINDS[kind].options if kind in KINDS else {}
    return [text for name, said in known.items() if said.get("no_log") for text in texts_of(options.get(name))]


def _text(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
