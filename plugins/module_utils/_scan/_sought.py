# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""What is looked for on a host, and the form in which it is reported. Pure."""

from typing import Any, Dict, List, Mapping, NamedTuple, Sequence
from urllib.parse import urlsplit

from ansible_collections.keyturn.sfmc.plugins.module_utils._fingerprint import fingerprint

#: Every tenant's hosts end so; what names one of them is about this product.
TENANT_DOMAIN = "marketingcloudapis.com"

#: A place as it is reported: the keys are those of `use`.
Use = Dict[str, Any]


class Owner(NamedTuple):
    """Whose a secret is: `stage` is `active`, `staged` or `previous`."""

    client_id: str
    stage: str


class Sought:
    """Client ids, hosts of tenants and known secrets. It prints as nothing: it holds secrets."""

    def __init__(
        self,
        integrations: Sequence[Mapping[str, str]],
        secrets: Mapping[str, Mapping[str, str]],
        fingerprint_keys: Mapping[str, str],
    ) -> None:
        """Take what the module is given.

        :param integrations: mappings with `client_id` and `auth_url`.
        :param secrets: by client id, the secrets by their stage.
        :param fingerprint_keys: by client id.
        """
        self.client_ids = tuple(sorted({item["client_id"] for item in integrations}))
        named = {urlsplit(item["auth_url"]).hostname or "" for item in integrations}
        self.hosts = (TENANT_DOMAIN, *sorted(host for host in named if host and not host.endswith(TENANT_DOMAIN)))
        #: Client ids by the host of their tenant.
        self.tenants = {}  # type: Dict[str, List[str]]
        for item in integrations:
            self.tenants.setdefault(urlsplit(item["auth_url"]).hostname or "", []).append(item["client_id"])
        self.secrets = {
            value: Owner(client_id, stage) for client_id, kept in secrets.items() for stage, value in kept.items()
        }
        self._keys = dict(fingerprint_keys)

    def __repr__(self) -> str:
        return "Sought()"

    def fingerprint(self, client_id: str, value: str) -> str:
        """Return the only form in which a secret is shown; empty where nobody knows whose it is."""
        key = self._keys.get(client_id)
        return fingerprint(key, value) if key else ""


def use(place: str, kind: str, **known: Any) -> Use:
    """Return a place with all the keys of a report; what is not given is empty."""
    found = {
        "place": place,
        "kind": kind,
        "path": "",
        "format": "",
        "encoding": "plain",
        "key": "",
        "line": 0,
        "client_id": "",
        "secret": "none",
        "fingerprint": "",
        "declared": "",
        "service": "",
    }  # type: Use
    unknown = set(known) - set(found)
    if unknown:
        raise KeyError(", ".join(sorted(unknown)))
    found.update(known)
    return found


def shown(path: str) -> str:
    """Return a path as it is printed: bytes that are no UTF-8 as \\xNN."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


#: The declared dependents of a host: `name`, `client_id`, `files` and `services`, as the module is given them.
Declared = List[Mapping[str, Any]]
