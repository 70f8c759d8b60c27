# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HashiCorp Vault over hvac: the login, the requests, and what its refusals mean."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._http import is_private

try:
    import hvac
    import hvac.exceptions
    import requests
except ImportError:
    HAS_HVAC = False
else:
    HAS_HVAC = True

_RULE = "a store in HashiCorp Vault is one that Vault lets this run read and write"
_LOGIN = "this run shows Vault a token, or logs in with an AppRole"
_NO_CAS = "check-and-set parameter did not match the current version"
_WAYS = "sfmc_store.credentials_file, the file that KEYTURN_VAULT_CREDENTIALS names, or VAULT_TOKEN"
_TIMEOUT = 30


class NoAnswer(Refusal):
    """No answer came; what was asked for may be done or not."""


class VaultAccess:
    """One login, made when the first request needs it."""

    def __init__(
        self, url: str, namespace: str | None, verify: str | bool | None, credentials: Mapping[str, str]
    ) -> None:
        """Take the address, and what to log in with: `token`, or `role_id` and `secret_id`."""
        self.url = url
        self._credentials = credentials
        self._client = hvac.Client(url, credentials.get("token", ""), None, verify, _TIMEOUT, namespace=namespace)

    def asked(self, where: str, ask: Callable[[Any], Any]) -> Any:
        """Return what a request returns; its errors are left to the caller.

        :raises Refusal: Vault was not reached, is sealed, or knows neither token nor AppRole.
        """
        try:
            if not self._client.token:
                self._log_in()
            return ask(self._client)
        except requests.exceptions.SSLError:
            raise _unreached(where, "a certificate that it cannot verify", "set sfmc_store.ca_path to the CA") from None
        except requests.RequestException as error:
            found = "no answer in time" if isinstance(error, requests.Timeout) else "no connection"
            way_out = (
                "check sfmc_store.url, the network and proxies, then run again: it reads what was saved, and goes on"
            )
            raise NoAnswer(_RULE, where, f"an answer of {self.url}", found, way_out) from None

    def _log_in(self) -> None:
        try:
            self._client.auth.approle.login(self._credentials["role_id"], self._credentials["secret_id"])
        except (hvac.exceptions.InvalidRequest, hvac.exceptions.Forbidden, hvac.exceptions.Unauthorized):
            raise Refusal(
                _LOGIN,
                f"{self.url} auth/approle",
                "an AppRole that Vault knows, and a secret id that is not used up",
                "neither",
                f"make a new secret id, and put it where this run finds it: {_WAYS}",
            ) from None


class VaultKv:
    """A KV engine of version 2."""

    def __init__(self, vault: VaultAccess, mount: str) -> None:
        """Take the access and where the engine is mounted."""
        self.url = vault.url
        self._vault = vault
        self._mount = mount

    def read(self, path: str, where: str) -> dict[str, Any] | None:
        """Return `data` and `metadata` of the latest version (no data where it is deleted), None without any."""

        def ask(client: Any) -> Any:
            try:
                return client.secrets.kv.v2.read_secret_version(
                    path, mount_point=self._mount, raise_on_deleted_version=False
                )["data"]
            except hvac.exceptions.InvalidPath as error:
                if error.errors:
                    raise
                return None

        answer = self._done(where, ask)
        return dict(answer) if answer is not None else None

    def write(self, path: str, data: Mapping[str, Any], seen: int | None, where: str) -> Any:
        """Write a version, and return its metadata; None when the latest one is not that which was seen.

        :param seen: that version; 0 for none; None: whatever is there.
        """

        def ask(client: Any) -> Any:
            try:
                answer = client.secrets.kv.v2.create_or_update_secret(path, dict(data), seen, self._mount)
            except hvac.exceptions.InvalidRequest as error:
                if any(_NO_CAS in text for text in error.errors or ()):
                    return None
                raise
            return answer.get("data") if isinstance(answer, Mapping) else {}

        return self._done(where, ask)

    def listed(self, path: str, where: str) -> list[str]:
        """Return the names below a path; folders end with a slash."""

        def ask(client: Any) -> Any:
            try:
                return client.secrets.kv.v2.list_secrets(path, self._mount)["data"]["keys"]
            except hvac.exceptions.InvalidPath as error:
                if error.errors:
                    raise
                return []

        return [str(name) for name in self._done(where, ask)]

    def destroy(self, path: str, version: int, where: str) -> None:
        """Take the data of a version away for good."""
        self._done(where, lambda client: client.secrets.kv.v2.destroy_secret_versions(path, [version], self._mount))

    def capabilities(self, path: str, where: str) -> frozenset[str] | None:
        """Return what the token may do at a path of the engine; None where it may not ask."""
        full = f"{self._mount}/{path}"

        def ask(client: Any) -> Any:
            try:
                answer = client.sys.get_capabilities([full])
            except (hvac.exceptions.Forbidden, hvac.exceptions.InvalidPath):
                return None
            return answer.get("data", answer).get(full, answer.get("capabilities"))

        found = self._done(where, ask)
        return None if found is None else frozenset(found) - {"deny"}

    def _done(self, where: str, ask: Callable[[Any], Any]) -> Any:
        try:
            return self._vault.asked(where, ask)
        except hvac.exceptions.VaultError as error:
            raise _meaning(error, where, self._mount) from None


def access(settings: Mapping[str, Any], environment: Mapping[str, str]) -> VaultAccess:
    """Return the access that `sfmc_store` and the environment describe."""
    url = str(settings.get("url") or environment.get("VAULT_ADDR") or "").rstrip("/")
    if not HAS_HVAC:
        raise Refusal(
            "a store in HashiCorp Vault is reached over the Python library hvac",
            "sfmc_store.kind hashi_vault",
            "hvac in the Python that runs ansible",
            "no such module",
            "pip install hvac, or add it to the execution environment; nothing was changed",
        )
    if not is_private(url):
        raise Refusal(
            "secrets travel over TLS, and plain http only over loopback",
            "sfmc_store.url",
            "the https URL of Vault, there or in VAULT_ADDR",
            "another one" if url else "none",
            "set it; nothing was sent",
        )
    verify = settings.get("ca_path") or environment.get("VAULT_CACERT") or None
    namespace = settings.get("namespace") or environment.get("VAULT_NAMESPACE") or None
    return VaultAccess(url, namespace, verify, _credentials(settings, environment))


def _credentials(settings: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    path = settings.get("credentials_file") or environment.get("KEYTURN_VAULT_CREDENTIALS")
    if not path:
        token = environment.get("VAULT_TOKEN")
        if token:
            return {"token": token}
        raise Refusal(_LOGIN, "this run", "a token or an AppRole", "neither", f"give one: {_WAYS}")
    try:
        said = json.loads(Path(path).expanduser().read_bytes())
    except OSError as error:
        found = error.strerror or type(error).__name__
    except ValueError:
        found = "no JSON"
    else:
        names = [{"token"}, {"role_id", "secret_id"}]
        if (
            isinstance(said, dict)
            and set(said) in names
            and all(isinstance(text, str) and text for text in said.values())
        ):
            return said
        found = "other names, or values that are no texts"
    raise Refusal(
        _LOGIN,
        str(path),
        'a file with {"token": ...} or {"role_id": ..., "secret_id": ...}',
        found,
        f"mend it; {_WAYS}",
    )


def _unreached(where: str, found: str, way_out: str) -> Refusal:
    return Refusal(_RULE, where, "an answer of Vault", found, f"{way_out}; nothing was changed")


def _meaning(error: Any, where: str, mount: str) -> Refusal:
    """Return what an answer of Vault means. Nothing of what was sent is in it."""
    said = ", ".join(str(text) for text in error.errors or ())
    if isinstance(error, hvac.exceptions.VaultDown):
        return _unreached(where, "it is sealed, or under maintenance (503)", "unseal it, then run again")
    if isinstance(error, (hvac.exceptions.Forbidden, hvac.exceptions.Unauthorized)):
        return Refusal(
            _RULE,
            where,
            "a token whose policy allows it",
            "permission denied (403): the policy does not, or the token has ended",
            "give the policy of docs/stores.md to it, or a new token; nothing was changed",
        )
    if isinstance(error, hvac.exceptions.InvalidPath):
        return _unreached(where, f"no engine at {mount}/ (404)", "correct sfmc_store.mount, or namespace")
    if "too large" in said or "too large" in str(error.text or ""):
        return Refusal(
            "I-5: secrets are generated only when the store can keep them",
            where,
            "a document that Vault's storage takes",
            "one that is too large for it",
            "raise max_entry_size (integrated storage) or kv_max_value_size (Consul), as docs/stores.md says",
        )
    return _unreached(where, said[:200] or type(error).__name__, "see Vault's log, then run again")
