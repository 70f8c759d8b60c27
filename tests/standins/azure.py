# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for the parts of Azure that hold secrets: sign-in, Key Vault secrets, app settings.

Written from learn.microsoft.com: entra/identity-platform/v2-oauth2-client-creds-grant-flow,
azure/key-vault/general/authentication-requests-and-responses, rest/api/keyvault/secrets (get-secret, set-secret,
get-deleted-secret) and rest/api/appservice/web-apps (list-application-settings, update-application-settings, and both
for slots). Errors have the shape that the services give them; lists, deletion and recovery are not here.
"""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, request

from .internet import Record, Refused, api

LOGIN, MANAGEMENT, VAULTS = "login.microsoftonline.com", "management.azure.com", ".vault.azure.net"
_SECRET_FIELDS = frozenset({"value", "contentType", "tags", "attributes"})
_ATTRIBUTES = frozenset({"enabled", "exp", "nbf"})
_SITE = "/subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.Web/sites/<site>"
_SETTINGS = "/config/appsettings"


@dataclass
class SecretVersion:
    """One version of a secret in a vault."""

    value: str = field(repr=False)
    content_type: str | None = None
    tags: dict[str, str] | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    version: str = field(default_factory=lambda: uuid.uuid4().hex)

    def bundle(self, vault: str, name: str) -> dict[str, Any]:
        """Return the SecretBundle of the API: what is not set is not in it."""
        now = int(time.time())
        attributes = {"enabled": True, "created": now, "updated": now, "recoveryLevel": "Recoverable+Purgeable"}
        bundle: dict[str, Any] = {
            "value": self.value,
            "id": f"https://{vault}/secrets/{name}/{self.version}",
            "attributes": {**attributes, **self.attributes},
            "contentType": self.content_type,
            "tags": self.tags,
        }
        return {key: value for key, value in bundle.items() if value is not None}


class Azure:
    """A tenant with one application that may sign in, vaults, and apps with settings.

    :ivar vaults: versions of secrets, newest last, by (vault's host, name).
    :ivar settings: app settings by (resource group, app, slot or "").
    :ivar forbidden: apps, as in `settings`, that the application has no right to.
    """

    def __init__(self, record: Record) -> None:
        self.tenant, self.client_id, self.subscription_id = str(uuid.uuid4()), str(uuid.uuid4()), str(uuid.uuid4())
        self.client_secret = secrets.token_urlsafe(30)
        self.vaults: dict[tuple[str, str], list[SecretVersion]] = {}
        self.settings: dict[tuple[str, str, str], dict[str, str]] = {}
        self.forbidden: set[tuple[str, str, str]] = set()
        self._tokens: dict[str, str] = {}
        self._record = record

    def hosts(self) -> dict[str, Flask]:
        """Return the applications by host name."""
        return {LOGIN: self._login(), MANAGEMENT: self._management(), VAULTS: self._vaults()}

    # --- sign-in -----------------------------------------------------------------------------------------------------

    def _login(self) -> Flask:
        app = api(LOGIN, self._record)
        base = f"https://{LOGIN}/{self.tenant}"

        @app.get("/common/discovery/instance")
        def discovery() -> dict[str, Any]:
            names = {"preferred_network": LOGIN, "preferred_cache": "login.windows.net", "aliases": [LOGIN]}
            found = f"{base}/v2.0/.well-known/openid-configuration"
            return {"tenant_discovery_endpoint": found, "api-version": "1.1", "metadata": [names]}

        @app.get(f"/{self.tenant}/v2.0/.well-known/openid-configuration")
        def configuration() -> dict[str, str]:
            return {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
            }

        @app.post(f"/{self.tenant}/oauth2/v2.0/token")
        def token() -> dict[str, Any]:
            said = request.form
            if said.get("grant_type") != "client_credentials":
                raise Refused(400, {"error": "unsupported_grant_type", "error_description": "AADSTS70003"})
            if (said.get("client_id"), said.get("client_secret")) != (self.client_id, self.client_secret):
                text = "AADSTS7000215: Invalid client secret provided."
                raise Refused(401, {"error": "invalid_client", "error_description": text})
            given = secrets.token_urlsafe(60)
            self._tokens[given] = said["scope"]
            return {"token_type": "Bearer", "expires_in": 3599, "access_token": given}

        return app

    def _scope(self) -> str:
        return self._tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "), "")

    # --- Key Vault ---------------------------------------------------------------------------------------------------

    def _vaults(self) -> Flask:
        app = api("Key Vault", self._record)

        @app.before_request
        def need_token() -> None:
            if self._scope() == "https://vault.azure.net/.default":
                return _need_version()
            challenge = f'Bearer authorization="https://{LOGIN}/{self.tenant}", resource="https://vault.azure.net"'
            raise Refused(401, _error("Unauthorized", "AKV10000"), {"WWW-Authenticate": challenge})

        @app.get("/secrets/<name>/")
        @app.get("/secrets/<name>/<version>")
        def get_secret(name: str, version: str = "") -> dict[str, Any]:
            kept = self.vaults.get((request.host, name), [])
            found = [one for one in kept if version in ("", one.version)]
            if not found:
                raise Refused(404, _error("SecretNotFound", f"A secret with (name/id) {name} was not found"))
            return found[-1].bundle(request.host, name)

        @app.put("/secrets/<name>")
        def set_secret(name: str) -> dict[str, Any]:
            said = _body(_SECRET_FIELDS)
            attributes = said.get("attributes") or {}
            if not isinstance(said.get("value"), str) or attributes.keys() - _ATTRIBUTES:
                raise Refused(400, _error("BadParameter", "value is a text; attributes are enabled, exp and nbf"))
            new = SecretVersion(said["value"], said.get("contentType"), said.get("tags"), attributes)
            self.vaults.setdefault((request.host, name), []).append(new)
            return new.bundle(request.host, name)

        @app.get("/deletedsecrets/<name>")
        def get_deleted_secret(name: str) -> dict[str, Any]:
            raise Refused(404, _error("SecretNotFound", f"Deleted Secret not found: {name}"))

        return app

    # --- app settings ------------------------------------------------------------------------------------------------

    def _management(self) -> Flask:
        app = api(MANAGEMENT, self._record)

        @app.before_request
        def need_token() -> None:
            if self._scope() != f"https://{MANAGEMENT}/.default":
                raise Refused(401, _error("AuthenticationFailed", "Authentication failed."))
            return _need_version()

        @app.post(f"{_SITE}{_SETTINGS}/list", defaults={"slot": ""})
        @app.post(f"{_SITE}/slots/<slot>{_SETTINGS}/list")
        def list_settings(subscription: str, group: str, site: str, slot: str) -> dict[str, Any]:
            return _dictionary(self._app(subscription, group, site, slot))

        @app.put(f"{_SITE}{_SETTINGS}", defaults={"slot": ""})
        @app.put(f"{_SITE}/slots/<slot>{_SETTINGS}")
        def replace_settings(subscription: str, group: str, site: str, slot: str) -> dict[str, Any]:
            kept = self._app(subscription, group, site, slot)
            said = _body(frozenset({"properties", "kind"}))["properties"]
            if not all(isinstance(value, str) for value in said.values()):
                raise Refused(400, _error("BadRequest", "The parameter properties has an invalid value."))
            kept.clear()
            kept.update(said)
            return _dictionary(kept)

        return app

    def _app(self, subscription: str, group: str, site: str, slot: str) -> dict[str, str]:
        if (group, site, slot) in self.forbidden:
            text = f"The client '{self.client_id}' does not have authorization to perform action on '{site}'."
            raise Refused(403, _error("AuthorizationFailed", text))
        if subscription != self.subscription_id or (group, site, slot) not in self.settings:
            raise Refused(404, _error("ResourceNotFound", f"The Resource 'Microsoft.Web/sites/{site}' was not found."))
        return self.settings[group, site, slot]


def _dictionary(settings: Mapping[str, str]) -> dict[str, Any]:
    return {"id": request.path, "name": "appsettings", "type": "Microsoft.Web/sites/config", "properties": settings}


def _body(known: frozenset[str]) -> dict[str, Any]:
    said = request.get_json(silent=True)
    if not isinstance(said, dict) or said.keys() - known:
        raise Refused(400, _error("BadParameter", f"expected a JSON object with {sorted(known)}"))
    return said


def _need_version() -> None:
    if not request.args.get("api-version"):
        raise Refused(400, _error("MissingApiVersionParameter", "The api-version query parameter is required."))


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}
