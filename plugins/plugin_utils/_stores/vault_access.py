# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HashiCorp Vault over hvac: the login, the requests, and what its refusals mean."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

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
_TLS = "secrets travel over TLS, and plain http only over loopback"
_AGAIN = "check sfmc_store.url, the network and proxies, then run again: it reads what was saved, and goes on"
_WAYS = "sfmc_store.credentials_file, the file that KEYTURN_VAULT_CREDENTIALS names, or VAULT_TOKEN"
_TIMEOUT = 30


class NoAnswer(Refusal):
    """No answer came; what was asked for may be done or not."""


class _Plain(Exception):
    """Vault's address leads to one where others could read along."""


class _NoVault(Exception):
    """What answered is not Vault."""


class VaultAccess:
    """A login, made when the first request needs it, and again when an AppRole's token has ended."""

    def __init__(
        self, url: str, namespace: str | None, verify: str | bool | None, credentials: Mapping[str, str]
    ) -> None:
        """Take the address, and what to log in with: `token`, or `role_id` and `secret_id`."""
        self.url = url
        self._credentials = credentials
        self._client = hvac.Client(url, credentials.get("token", ""), None, verify, _TIMEOUT, namespace=namespace)
        self._client.adapter.session.hooks["response"].append(_stay_private)
        self._has_worked = False

    def asked(self, where: str, ask: Callable[[Any], Any]) -> Any:
        """Return what a request returns; its errors are left to the caller.

        :raises Refusal: Vault was not reached, is sealed, or knows neither token nor AppRole.
        """
        try:
            if not self._client.token:
                self._log_in()
            return self._asked(ask)
        except _Plain:
            way_out = "set Vault's api_addr, or sfmc_store.url, to https; nothing was sent there"
            raise Refusal(
                _TLS, where, "a Vault that is reached over https", "one that sends on to plain http", way_out
            ) from None
        except _NoVault:
            raise NoAnswer(_RULE, where, f"an answer of {self.url}", "one that is not Vault's", _AGAIN) from None
        except requests.exceptions.SSLError:
            raise _unreached(where, "a certificate that it cannot verify", "set sfmc_store.ca_path to the CA") from None
        except requests.RequestException as error:
            found = "no answer in time" if isinstance(error, requests.Timeout) else "no connection"
            raise NoAnswer(_RULE, where, f"an answer of {self.url}", found, _AGAIN) from None

    def _asked(self, ask: Callable[[Any], Any]) -> Any:
        try:
            answer = ask(self._client)
        except hvac.exceptions.Forbidden:
            # An AppRole's token ends, by time or by the number of its uses. One that never worked has no policy.
            if "role_id" not in self._credentials or not self._has_worked:
                raise
            self._has_worked, self._client.token = False, ""
            self._log_in()
            answer = ask(self._client)
        self._has_worked = True
        return answer

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
        except (KeyError, TypeError):
            raise _NoVault from None


class VaultKv:
    """A KV engine of version 2."""

    def __init__(self, vault: VaultAccess, mount: str) -> None:
        """Take the access and where the engine is mounted: without slashes around it."""
        self.url = vault.url
        self._vault = vault
        self.mount = mount

    def read(self, path: str, where: str) -> dict[str, Any] | None:
        """Return `data` and `metadata` of the latest version (no data where it is deleted), None without any."""

        def ask(client: Any) -> Any:
            try:
                answer = client.secrets.kv.v2.read_secret_version(
                    path, mount_point=self.mount, raise_on_deleted_version=False
                )
                return _data_of(answer)
            except hvac.exceptions.InvalidPath as error:
                # A version that is destroyed has a number, too; hvac returns that of a deleted one only.
                kept = error.json.get("data") if isinstance(error.json, Mapping) else None
                if isinstance(kept, Mapping) and kept.get("metadata"):
                    return kept
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
                answer = client.secrets.kv.v2.create_or_update_secret(path, dict(data), seen, self.mount)
            except hvac.exceptions.InvalidRequest as error:
                if any(_NO_CAS in text for text in error.errors or ()):
                    return None
                raise
            # Version 1 of the engine answers with nothing.
            return {} if getattr(answer, "status_code", None) == 204 else _data_of(answer)

        return self._done(where, ask)

    def listed(self, path: str, where: str) -> list[str]:
        """Return the names below a path; folders end with a slash."""

        def ask(client: Any) -> Any:
            try:
                return _data_of(client.secrets.kv.v2.list_secrets(path, self.mount)).get("keys", [])
            except hvac.exceptions.InvalidPath as error:
                if error.errors:
                    raise
                return []

        return [str(name) for name in self._done(where, ask)]

    def destroy(self, path: str, version: int, where: str) -> None:
        """Take the data of a version away for good."""
        self._done(where, lambda client: client.secrets.kv.v2.destroy_secret_versions(path, [version], self.mount))

    def capabilities(self, path: str, where: str) -> frozenset[str] | None:
        """Return what the token may do at a path of the engine; None where it may not ask."""
        full = f"{self.mount}/{path}"

        def ask(client: Any) -> Any:
            try:
                answer = client.sys.get_capabilities([full])
            except (hvac.exceptions.Forbidden, hvac.exceptions.InvalidPath):
                return None
            told = _data_of(answer) if isinstance(answer, Mapping) and "data" in answer else _mapping(answer)
            return told.get(full, _mapping(answer).get("capabilities"))

        found = self._done(where, ask)
        return None if found is None else frozenset(found) - {"deny"}

    def _done(self, where: str, ask: Callable[[Any], Any]) -> Any:
        try:
            return self._vault.asked(where, ask)
        except hvac.exceptions.VaultError as error:
            raise _meaning(error, where, self.mount) from None


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
            _TLS,
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


def _stay_private(response: Any, **_given: Any) -> None:
    """Stop before a redirect is followed that leads out of TLS: token and document would go along."""
    to = response.headers.get("Location") if response.is_redirect else None
    if to is not None and not is_private(urljoin(response.url, to)):
        raise _Plain


def _mapping(answer: Any) -> Mapping[str, Any]:
    if isinstance(answer, Mapping):
        return answer
    raise _NoVault


def _data_of(answer: Any) -> Mapping[str, Any]:
    return _mapping(_mapping(answer).get("data"))


def _unreached(where: str, found: str, way_out: str) -> Refusal:
    return Refusal(_RULE, where, "an answer of Vault", found, f"{way_out}; nothing was changed")


def _meaning(error: Any, where: str, mount: str) -> Refusal:
    """Return what an answer of Vault means. Nothing of what was sent is in it."""
    said = ", ".join(str(text) for text in error.errors or ())
    if isinstance(error, hvac.exceptions.VaultDown) and error.errors:
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
    if "too large" in f"{said} {error.text or ''}".lower():
        return Refusal(
            "I-5: secrets are generated only when the store can keep them",
            where,
            "a document that Vault's storage takes",
            "one that is too large for it",
            "raise max_entry_size (integrated storage) or kv_max_value_size (Consul), as docs/stores.md says, or the"
            " limit of a proxy before it",
        )
    if isinstance(error, (hvac.exceptions.InvalidRequest, hvac.exceptions.RateLimitExceeded)):
        return _unreached(where, said[:200] or type(error).__name__, "see Vault's log, then run again")
    # A gateway's error, too: whether something was done is not known.
    return NoAnswer(_RULE, where, "an answer of Vault", said[:200] or type(error).__name__, _AGAIN)
