# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of Azure and Google."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._kind import CREDENTIAL, KEY, NEEDED, TEXT, Kind

#: How the modules of azure.azcollection log in, by their own names; without any, their environment variables count.
_AZURE: Mapping[str, Any] = {
    "auth_source": {"type": "str", "choices": ["auto", "cli", "credential_file", "env", "msi"]},
    "profile": TEXT,
    "subscription_id": TEXT,
    "tenant": TEXT,
    "client_id": TEXT,
    "secret": CREDENTIAL,
    "cloud_environment": TEXT,
}
#: The same of google.cloud.
_GOOGLE: Mapping[str, Any] = {
    "auth_kind": {"type": "str", "choices": ["accesstoken", "application", "machineaccount", "serviceaccount"]},
    "service_account_file": TEXT,
    "service_account_email": TEXT,
    "access_token": CREDENTIAL,
}

KINDS: Mapping[str, Kind] = {
    "azure_functionapp": Kind(
        {"resource_group": NEEDED, "name": NEEDED, "slot": TEXT, "setting": NEEDED, **_AZURE},
        system=("cloud_environment", "profile", "subscription_id"),
        document=("resource_group", "name", "slot"),
        member=("setting",),
    ),
    "azure_key_vault": Kind(
        {"vault_uri": NEEDED, "name": NEEDED, "key": KEY, "expires_days": {"type": "int"}, **_AZURE},
        system=("vault_uri",),
        document=("name",),
        member=("key",),
        urls=("vault_uri",),
    ),
    "gcp_secret_manager": Kind(
        {
            "project": NEEDED,
            "location": TEXT,
            "name": NEEDED,
            "key": KEY,
            "old_versions": {"type": "str", "default": "keep", "choices": ["disable", "keep"]},
            **_GOOGLE,
        },
        system=("project", "location"),
        document=("name",),
        member=("key",),
        not_with_soak=(("old_versions", "disable"),),
        required_if=(("old_versions", "disable", ("access_token",)),),
    ),
}
