# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of dependents in Vault, Kubernetes, GitLab, GitHub and AWX; docs/kinds.md says what each option means.

Options that the modules behind a kind have too bear their names and are handed on as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._kind import (
    CREDENTIAL,
    ENCODING,
    KEY,
    NEEDED,
    SWITCH,
    TEXT,
    Kind,
)

_NEEDED_KEY = {**KEY, "required": True}
_ROLLOUT = {
    "kind": {"type": "str", "required": True, "choices": ["Deployment", "StatefulSet", "DaemonSet"]},
    "name": NEEDED,
}

HASHI_VAULT_KV2 = Kind(
    {
        "url": NEEDED,
        "namespace": TEXT,
        "ca_cert": TEXT,
        "timeout": {"type": "int"},
        "auth_method": {"type": "str", "choices": ["token", "approle", "jwt", "userpass", "ldap", "cert", "none"]},
        "mount_point": TEXT,
        "token": CREDENTIAL,
        "token_path": {"type": "str", "no_log": False},
        "role_id": TEXT,
        "secret_id": CREDENTIAL,
        "jwt": CREDENTIAL,
        "username": TEXT,
        "password": CREDENTIAL,
        "cert_auth_public_key": {"type": "str", "no_log": False},
        "cert_auth_private_key": {"type": "str", "no_log": False},
        "engine_mount_point": TEXT,
        "path": NEEDED,
        "key": _NEEDED_KEY,
        "encoding": ENCODING,
    },
    system=("url", "namespace"),
    document=("engine_mount_point", "path"),
    member=("key",),
    urls=("url",),
)

KUBERNETES_SECRET = Kind(
    {
        # Raw, so that a content is told from a path.
        "kubeconfig": {"type": "raw"},
        "context": TEXT,
        "host": TEXT,
        "api_key": CREDENTIAL,
        "ca_cert": TEXT,
        "client_cert": TEXT,
        "client_key": {"type": "str", "no_log": False},
        "proxy": TEXT,
        "namespace": NEEDED,
        "name": NEEDED,
        "key": _NEEDED_KEY,
        "rollout": {"type": "list", "elements": "dict", "options": _ROLLOUT},
        "wait_timeout": {"type": "int"},
        "wait_sleep": {"type": "int"},
    },
    system=("kubeconfig", "context", "host"),
    document=("namespace", "name"),
    member=("key",),
    urls=("host",),
    files=("kubeconfig",),
)

GITLAB_VARIABLE = Kind(
    {
        "api_url": NEEDED,
        "api_token": {**CREDENTIAL, "required": True},
        "ca_path": TEXT,
        "project": TEXT,
        "group": TEXT,
        "instance": SWITCH,
        "name": NEEDED,
        "environment_scope": TEXT,
        "hidden": SWITCH,
        "key": KEY,
        "encoding": ENCODING,
    },
    system=("api_url",),
    document=("project", "group", "instance", "name", "environment_scope"),
    member=("key",),
    required_one_of=(("project", "group", "instance"),),
    mutually_exclusive=(("project", "group", "instance"),),
    urls=("api_url",),
)

GITHUB_ACTIONS_SECRET = Kind(
    {
        "api_url": TEXT,
        "token": {**CREDENTIAL, "required": True},
        "ca_path": TEXT,
        "organization": NEEDED,
        "repository": TEXT,
        "environment": TEXT,
        "name": NEEDED,
    },
    system=("api_url",),
    document=("organization", "repository", "environment", "name"),
    urls=("api_url",),
)

AWX_CREDENTIAL = Kind(
    {
        "controller_host": NEEDED,
        "controller_oauthtoken": CREDENTIAL,
        "controller_username": TEXT,
        "controller_password": CREDENTIAL,
        "name": NEEDED,
        "organization": TEXT,
        "credential_type": NEEDED,
        "key": _NEEDED_KEY,
    },
    system=("controller_host", "organization"),
    document=("credential_type", "name"),
    member=("key",),
    urls=("controller_host",),
)

KINDS: Mapping[str, Kind] = {
    "hashi_vault_kv2": HASHI_VAULT_KV2,
    "kubernetes_secret": KUBERNETES_SECRET,
    "gitlab_variable": GITLAB_VARIABLE,
    "github_actions_secret": GITHUB_ACTIONS_SECRET,
    "awx_credential": AWX_CREDENTIAL,
}
