# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people declare in the inventory (`sfmc_*` variables), with the options of each declaration.

The specifications are Ansible argument specifications; docs/inventory.md documents every option.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import ENCODINGS, FORMATS
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

_CALL: Mapping[str, Mapping[str, Any]] = {
    "url": {"type": "str", "required": True},
    "method": {"type": "str", "default": "POST", "choices": ["POST", "PUT", "PATCH", "GET"]},
    "headers": {"type": "dict", "default": {}},
    "body": {"type": "raw"},
    "secret": {"type": "str", "default": ""},
}

#: The options of each kind of store.
STORE: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "file": {"path": {"type": "str"}, "vault_id": {"type": "str"}},
    "host_file": {
        "host": {"type": "str", "required": True},
        "path": {"type": "str", "required": True},
        "vault_id": {"type": "str"},
    },
    "hashi_vault": {
        "url": {"type": "str"},
        "mount": {"type": "str", "default": "secret"},
        "path": {"type": "str", "default": "keyturn"},
        "namespace": {"type": "str"},
        "ca_path": {"type": "str"},
        "credentials_file": {"type": "str"},
    },
    "aws_secretsmanager": {
        "prefix": {"type": "str", "default": "keyturn/"},
        "region": {"type": "str"},
        "profile": {"type": "str"},
        "endpoint_url": {"type": "str"},
    },
}

PROVIDER = {
    "kind": {"type": "str", "default": "operator", "choices": ["operator", "http"]},
    "generate": {"type": "dict", "options": _CALL},
    "activate": {"type": "dict", "options": _CALL},
    "retrieve": {"type": "dict", "options": {**_CALL, "method": {**_CALL["method"], "default": "GET"}}},
    "ca_path": {"type": "str"},
    "timeout": {"type": "float", "default": 60.0},
}

INTEGRATION = {
    "client_id": {"type": "str", "required": True},
    "package": {"type": "str"},
    "subdomain": {"type": "str"},
    "auth_url": {"type": "str"},
    "ca_path": {"type": "str"},
    "account": {"type": "str"},
    "owner": {"type": "str", "default": ""},
    "scopes": {"type": "list", "elements": "str"},
    "business_unit": {"type": "str", "default": ""},
    "dependents": {"type": "str", "choices": ["none"]},
    "renew_before_days": {"type": "float"},
    "attestation_hours": {"type": "float"},
    "hold": {"type": "dict", "options": {"reason": {"type": "str", "required": True}, "until": {"type": "str"}}},
}

ACCEPTED = {
    "place": {"type": "str", "required": True},
    "key": {"type": "str", "no_log": False},
    "reason": {"type": "str", "required": True},
    "until": {"type": "str"},
}

WAIVER = {"reason": {"type": "str", "required": True}, "until": {"type": "str", "required": True}}

_FILE = {
    "path": {"type": "str", "required": True},
    "format": {"type": "str", "required": True, "choices": list(FORMATS)},
    "key": {"type": "str", "no_log": False},
    "keys": {"type": "list", "elements": "str", "no_log": False},
    "encoding": {"type": "str", "default": "plain", "choices": list(ENCODINGS)},
}
RESTARTED = ("service", "supervisor", "command", "container")
_RESTART = {
    "service": {"type": "str"},
    "supervisor": {"type": "str"},
    "command": {"type": "list", "elements": "str"},
    "pid_file": {"type": "str"},
    "container": {"type": "str"},
    "engine": {"type": "str", "choices": ["docker", "podman"]},
    "timeout": {"type": "float", "default": 120.0},
}
CHECKED = ("url", "command", "service")
_CHECK = {
    "url": {"type": "str"},
    "command": {"type": "list", "elements": "str"},
    "service": {"type": "str"},
    "retries": {"type": "int", "default": 10},
    "delay": {"type": "int", "default": 1},
    "status": {"type": "int", "default": 200},
    "validate_certs": {"type": "bool", "default": True},
    "timeout": {"type": "float", "default": 30.0},
    "settle": {"type": "float"},
}
DEPENDENT = {
    "integration": {"type": "str", "required": True},
    "name": {"type": "str"},
    "kind": {"type": "str", "default": "files"},
    "files": {"type": "list", "elements": "dict", "options": _FILE},
    "options": {"type": "dict"},
    "restart": {
        "type": "dict",
        "options": _RESTART,
        "mutually_exclusive": [RESTARTED],
        "required_one_of": [RESTARTED],
    },
    "check": {
        "type": "dict",
        "options": _CHECK,
        "mutually_exclusive": [CHECKED],
        "required_one_of": [CHECKED],
    },
    "proof": {"type": "str", "default": "token", "choices": ["token", "fingerprint", "soak"]},
    "unknown_secret": {"type": "str", "default": "refuse", "choices": ["refuse", "accept"]},
}


def declared(
    specification: Mapping[str, Any],
    value: object,
    offender: str,
    rules: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a declaration with its defaults filled in.

    :param offender: the variable and host, for the message.
    :param rules: what an argument specification says of several options together, such as `mutually_exclusive`.
    :raises Refusal: an option that is missing, unknown or of the wrong type.
    """
    if not isinstance(value, Mapping):
        raise _misdeclared(offender, f"a mapping, not {type(value).__name__}")
    said = dict(value)
    # YAML 1.1, which Ansible reads, takes a name `on` that is not quoted for the truth value.
    if "on" in specification and True in said:
        said.setdefault("on", said.pop(True))
    try:
        result = ArgumentSpecValidator(dict(specification), **(rules or {})).validate(said)
    except TypeError:
        # It joins the names that it does not know, and some are no text.
        raise _misdeclared(offender, "the name of an option that is no text") from None
    if result.error_messages:
        raise _misdeclared(offender, "; ".join(result.error_messages))
    parameters: dict[str, Any] = result.validated_parameters
    return parameters


def declared_store(value: object, offender: str) -> dict[str, Any]:
    """Return a declaration of a store; Refusal for an option that its kind has not, by its name."""
    said = value.get("kind", "file") if isinstance(value, Mapping) else "file"
    kind = {"type": "str", "default": "file", "choices": list(STORE)}
    options = STORE.get(said, {}) if isinstance(said, str) else {}
    # Of a kind that is none, no option is wrong but the kind.
    others: dict[str, Any] = {} if options or not isinstance(value, Mapping) else {str(name): {} for name in value}
    return declared({**others, **options, "kind": kind}, value, offender)


def _misdeclared(offender: str, found: str) -> Refusal:
    return Refusal(
        "a declaration holds the documented options and no others",
        offender,
        "the options in docs/inventory.md",
        found,
        "correct it in the inventory (see it with: ansible-inventory --list); nothing was changed",
    )
