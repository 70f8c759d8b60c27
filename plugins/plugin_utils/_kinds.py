# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of dependents that are no files: their `options` in `sfmc_dependents`, and what tells two places apart.

`roles/distribute/tasks/kinds/` has a file for each, which says how the secret gets there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import MANUAL


@dataclass(frozen=True)
class Kind:
    """A kind of dependent.

    :param options: an Ansible argument specification.
    :param identity: the options that say which place it is; a proof counts for that place only.
    :param required_one_of: as in an argument specification.
    :param required_if: as in an argument specification.
    """

    options: Mapping[str, Any]
    identity: tuple[str, ...]
    required_one_of: tuple[tuple[str, ...], ...] = ()
    required_if: tuple[tuple[str, str, tuple[str, ...]], ...] = ()


_TEXT: Mapping[str, Any] = {"type": "str"}
_NEEDED: Mapping[str, Any] = {"type": "str", "required": True}
_KEY: Mapping[str, Any] = {"type": "str", "no_log": False}
_CREDENTIAL: Mapping[str, Any] = {"type": "str", "no_log": True}

#: How the modules of azure.azcollection log in, by their own names; without any, their environment variables count.
_AZURE: Mapping[str, Any] = {
    "auth_source": {"type": "str", "choices": ["auto", "cli", "credential_file", "env", "msi"]},
    "profile": _TEXT,
    "subscription_id": _TEXT,
    "tenant": _TEXT,
    "client_id": _TEXT,
    "secret": _CREDENTIAL,
    "cloud_environment": _TEXT,
}
#: The same of google.cloud.
_GOOGLE: Mapping[str, Any] = {
    "auth_kind": {"type": "str", "choices": ["accesstoken", "application", "machineaccount", "serviceaccount"]},
    "service_account_file": _TEXT,
    "service_account_email": _TEXT,
    "access_token": _CREDENTIAL,
}

KINDS: Mapping[str, Kind] = {
    "azure_functionapp": Kind(
        {"resource_group": _NEEDED, "name": _NEEDED, "slot": _TEXT, "setting": _NEEDED, **_AZURE},
        ("subscription_id", "resource_group", "name", "slot", "setting"),
    ),
    "azure_key_vault": Kind(
        {"vault_uri": _NEEDED, "name": _NEEDED, "key": _KEY, "expires_days": {"type": "int"}, **_AZURE},
        ("vault_uri", "name", "key"),
    ),
    "command": Kind(
        {
            "write": {"type": "list", "elements": "str", "required": True},
            "read": {"type": "list", "elements": "str"},
        },
        ("write",),
    ),
    "gcp_secret_manager": Kind(
        {
            "project": _NEEDED,
            "location": _TEXT,
            "name": _NEEDED,
            "key": _KEY,
            "old_versions": {"type": "str", "default": "keep", "choices": ["disable", "keep"]},
            **_GOOGLE,
        },
        ("project", "location", "name", "key"),
        required_if=(("old_versions", "disable", ("access_token",)),),
    ),
    MANUAL: Kind({"where": _NEEDED, "instructions": _TEXT}, ("where",)),
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


def credentials_of(kind: str, options: Mapping[str, Any]) -> list[str]:
    """Return what no message may show of a dependent's options."""
    known = KINDS[kind].options if kind in KINDS else {}
    return [str(options[name]) for name, option in known.items() if option.get("no_log") and options.get(name)]


def _text(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
