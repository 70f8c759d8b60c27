# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installed packages and their secrets: the shapes, and how a declaration becomes one (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from .clock import parse_time
from .credentials import (
    CLIENT_ID,
    SUBDOMAIN,
    application_id,
    make_client_id,
    make_new_secret,
    make_old_secret,
)

TYPES = ("server_to_server", "web_app", "public")
FORMATS = ("new", "old")
DEFAULT_SCOPES = ("email_read", "list_and_subscribers_read")
SECRET_KEYS = {"secret", "format", "description", "generated_at", "activated_at"}


@dataclass(eq=False)
class Secret:
    """One client secret; two secrets are the same only when they are the same object.

    :ivar ended_at: when it stopped being the active one, or another one was staged in its place.
    """

    value: str = field(repr=False)
    generated_at: datetime
    description: str = ""
    activated_at: datetime | None = None
    ended_at: datetime | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the secret with its value."""
        return {
            "secret": self.value,
            "description": self.description,
            "generated_at": self.generated_at.isoformat(),
            "activated_at": self.activated_at.isoformat() if self.activated_at else None,
        }


@dataclass(eq=False)
class Package:
    """One installed package with one API integration.

    :ivar accounts: further business units (MIDs) that a token may be asked for.
    :ivar former: secrets that were active once, the latest last.
    :ivar replaced: secrets that were staged and never active, the latest last.
    """

    name: str
    client_id: str
    subdomain: str
    enterprise_id: str
    member_id: str
    owner: str
    type: str
    scopes: tuple[str, ...]
    accounts: tuple[str, ...]
    active: Secret
    staged: Secret | None = None
    former: list[Secret] = field(default_factory=list)
    replaced: list[Secret] = field(default_factory=list)
    enabled: bool = True
    account_enabled: bool = True
    address_allowed: bool = True
    installed_at: datetime | None = None
    last_login_at: datetime | None = None

    @property
    def times(self) -> tuple[datetime | None, datetime | None]:
        """When it was installed, and when its user logged in last."""
        return self.installed_at, self.last_login_at

    @property
    def previous(self) -> Secret | None:
        """The secret that was active before the present one."""
        return self.former[-1] if self.former else None

    def public(self) -> dict[str, object]:
        """Return what may be shown to anybody: no secret."""
        return {
            "name": self.name,
            "client_id": self.client_id,
            "application_id": application_id(self.client_id),
            "subdomain": self.subdomain,
            "enterprise_id": self.enterprise_id,
            "member_id": self.member_id,
            "owner": self.owner,
            "type": self.type,
            "scopes": list(self.scopes),
            "accounts": list(self.accounts),
            "enabled": self.enabled,
            "account_enabled": self.account_enabled,
            "address_allowed": self.address_allowed,
            **{key: when.isoformat() if when else None for key, when in zip(TIMES, self.times, strict=True)},
        }

    def private(self) -> dict[str, object]:
        """Return everything, secrets included: the window of a test."""
        return {
            **self.public(),
            "active": self.active.as_dict(),
            "staged": self.staged.as_dict() if self.staged else None,
            "previous": self.previous.as_dict() if self.previous else None,
        }


def make_secret(style: str) -> str:
    """Return a new value in the ``new`` or the ``old`` format."""
    if style not in FORMATS:
        raise refused("format", "one of " + ", ".join(FORMATS), style)
    return make_new_secret() if style == "new" else make_old_secret()


def parse_package(wanted: Mapping[str, object], now: datetime) -> Package:
    """Make a package from a declaration; whatever is absent is made up.

    :param wanted: see README.md, Packages.
    :raises Refusal: when it says something that a package cannot be.
    """
    texts = {key: wanted.get(key) for key in ("client_id", "subdomain", "type", "enterprise_id", "member_id")}
    _refuse_unknown(wanted, {"name", "owner", "scopes", "accounts", "active", "staged", *texts, *FLAGS, *TIMES})
    client_id = make_client_id() if texts["client_id"] is None else str(texts["client_id"])
    if not CLIENT_ID.fullmatch(client_id):
        raise refused("client_id", "24 of [a-z0-9]", f"{len(client_id)} characters, not all of them fit")
    subdomain = str(texts["subdomain"] or "mc00000000000000000000000-00")
    if not SUBDOMAIN.fullmatch(subdomain):
        raise refused("subdomain", "one label of [a-z0-9-]", subdomain)
    package_type = str(texts["type"] or "server_to_server")
    if package_type not in TYPES:
        raise refused("type", "one of " + ", ".join(TYPES), package_type)
    enterprise_id = str(texts["enterprise_id"] or "1000001")
    package = Package(
        name=str(wanted.get("name") or f"Package {client_id[:6]}"),
        client_id=client_id,
        subdomain=subdomain,
        enterprise_id=enterprise_id,
        member_id=str(texts["member_id"] or enterprise_id),
        owner=str(wanted.get("owner") or "nobody@example.com"),
        type=package_type,
        scopes=words("scopes", wanted.get("scopes", list(DEFAULT_SCOPES))),
        accounts=words("accounts", wanted.get("accounts", [])),
        active=_parse_secret("active", wanted.get("active"), now),
        staged=None if wanted.get("staged") is None else _parse_secret("staged", wanted["staged"], now),
    )
    package.active.activated_at = package.active.activated_at or package.active.generated_at
    package.installed_at = package.active.generated_at
    change_package(package, {key: wanted[key] for key in (*FLAGS, *TIMES) if key in wanted})
    return package


FLAGS = ("enabled", "account_enabled", "address_allowed")
TEXTS = ("name", "owner")
WORDS = ("scopes", "accounts")
TIMES = ("installed_at", "last_login_at")


def change_package(package: Package, wanted: Mapping[str, object]) -> None:
    """Change a package as ``PATCH /_sim/packages/<client_id>`` asks, all of it or nothing.

    ``generated_at`` ages the active secret; ``active`` and ``staged`` take ``{"generated_at": ...}`` each.
    """
    _refuse_unknown(wanted, {*FLAGS, *TEXTS, *WORDS, *TIMES, "generated_at", "active", "staged"})
    changes: list[tuple[object, str, object]] = []
    for key, value in wanted.items():
        if key in FLAGS:
            if not isinstance(value, bool):
                raise refused(key, "true or false", value)
            changes.append((package, key, value))
        elif key in WORDS:
            changes.append((package, key, words(key, value)))
        elif key in TEXTS:
            changes.append((package, key, str(value)))
        elif key in TIMES:
            changes.append((package, key, parse_time(value)))
        elif key == "generated_at":
            changes.append((package.active, "generated_at", parse_time(value)))
        else:
            changes.append(_aged(package, key, value))
    for target, attribute, value in changes:
        setattr(target, attribute, value)


def _aged(package: Package, which: str, value: object) -> tuple[Secret, str, datetime]:
    secret = package.active if which == "active" else package.staged
    if secret is None:
        raise refused(which, "a staged secret in the package", None)
    if not isinstance(value, Mapping) or set(value) != {"generated_at"}:
        raise refused(which, '{"generated_at": ISO time}', "something else")
    return secret, "generated_at", parse_time(value["generated_at"])


def _parse_secret(which: str, wanted: object, now: datetime) -> Secret:
    """Make a secret from ``{"secret", "format", "description", "generated_at", "activated_at"}``, all optional."""
    if wanted is None:
        wanted = {}
    if not isinstance(wanted, Mapping) or set(wanted) - SECRET_KEYS:
        raise refused(which, "a mapping with " + ", ".join(sorted(SECRET_KEYS)), "something else")
    activated_at = wanted.get("activated_at")
    return Secret(
        value=str(wanted.get("secret") or make_secret(str(wanted.get("format", "new")))),
        generated_at=parse_time(wanted["generated_at"]) if "generated_at" in wanted else now,
        description=str(wanted.get("description", "")),
        activated_at=None if activated_at is None else parse_time(activated_at),
    )


def words(key: str, value: object) -> tuple[str, ...]:
    """Read a list of words, or one text of words."""
    if isinstance(value, str):
        return tuple(value.split())
    if isinstance(value, (list, tuple)) and all(isinstance(word, (str, int)) for word in value):
        return tuple(str(word) for word in value)
    raise refused(key, "a list of texts", type(value).__name__)


def refused(key: str, expected: str, found: object) -> Refusal:
    """Return the refusal for one key of a declaration."""
    return Refusal(
        "a package is declared as SFMC can have it", f"package: {key}", expected, repr(found), "see README.md, Packages"
    )


def _refuse_unknown(wanted: Mapping[str, object], known: set[str]) -> None:
    unknown = sorted(set(wanted) - known)
    if unknown:
        raise refused("its keys", ", ".join(sorted(known)), unknown)
