# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages of an account, joined with what the inventory declares. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._estate_reading import text
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._soap import SUFFIX
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._times import moment_of

#: SFMC's times have no zone: Central Standard Time, without daylight saving.
_ZONE = timezone(timedelta(hours=-6))
#: Said with each result: what the answers of SFMC do not hold.
CANNOT_KNOW = (
    "client id, type, scopes, and expiry of a package: Setup > Installed Packages has them",
    "a package whose name is so long that SFMC cuts `app user` off its user's name",
    "whether the last login of a package's user counts each of its tokens: look into Setup before anything is deleted",
    "packages of business units that the asking package does not see",
)


@dataclass(frozen=True)
class AccountPackage:
    """One package as its API user shows it."""

    package: str
    account: str
    user_id: str
    active: bool
    created_at: str | None
    last_login_at: str | None
    unused_days: int | None
    declared_as: tuple[str, ...]
    undeclared: bool
    unused: bool
    candidate: bool

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return {**asdict(self), "declared_as": list(self.declared_as)}


def joined(
    rows: Iterable[Mapping[str, str]],
    account: str,
    declared: Sequence[Integration],
    now: datetime,
    unused_after_days: float,
) -> list[AccountPackage]:
    """Return the packages of an account by name.

    :param declared: the integrations of this account, of the whole inventory.
    :param unused_after_days: without a login for longer, a package is unused; one that never had one counts from its
        making.
    """
    by_name: dict[str, list[str]] = {}
    for integration in declared:
        by_name.setdefault(_key(integration.package), []).append(integration.name)
    packages = []
    for row in rows:
        name = _package_of(text(row.get("Name", "")))
        created, login = _time(row.get("CreatedDate", "")), _time(row.get("LastSuccessfulLogin", ""))
        since = login or created
        days = None if since is None else max(0, (now - since) // timedelta(days=1))
        unused, names = days is not None and days > unused_after_days, tuple(sorted(by_name.get(_key(name), ())))
        active = row.get("ActiveFlag", "").lower() != "false"
        packages.append(
            AccountPackage(
                package=name,
                account=account,
                user_id=text(row.get("UserID", "")),
                active=active,
                created_at=_said(created),
                last_login_at=_said(login),
                unused_days=days,
                declared_as=names,
                undeclared=not names,
                unused=unused,
                candidate=not names and (unused or not active),
            )
        )
    return sorted(packages, key=lambda item: (item.package.casefold(), item.user_id))


def missing(packages: Iterable[AccountPackage], declared: Iterable[Integration]) -> list[dict[str, str]]:
    """Return the declared integrations of an account whose package it does not have, by that name."""
    known = {_key(item.package) for item in packages}
    return [
        {"name": item.name, "client_id": item.client_id, "package": item.package, "account": item.account}
        for item in declared
        if _key(item.package) not in known
    ]


def is_package(row: Mapping[str, str]) -> bool:
    """Tell whether a user is that of a package, however a server reads the filter."""
    return text(row.get("Name", "")).casefold().endswith(SUFFIX) and row.get("MustChangePassword", "") != "true"


def table(packages: Sequence[AccountPackage]) -> list[str]:
    """Return one row for each package, 98 columns wide at most."""
    rows = [("PACKAGE", "LAST LOGIN", "CREATED", "DECLARED AS", "NOTE")]
    for item in packages:
        names = _cut(", ".join(item.declared_as), 20) or "-"
        login, created = ((said or "never")[:10] for said in (item.last_login_at, item.created_at or "?"))
        rows.append((_cut(item.package, 34), login, created, names, _note(item)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _note(item: AccountPackage) -> str:
    if item.candidate:
        return "remove?"
    notes = [
        word for word, so in (("nobody's", item.undeclared), ("off", not item.active), ("unused", item.unused)) if so
    ]
    return ", ".join(notes)


def _package_of(user: str) -> str:
    name = " ".join(user.split())
    return name[: -len(SUFFIX)] if name.casefold().endswith(SUFFIX) else name


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _time(said: str) -> datetime | None:
    when = moment_of(_with_zone(said)) if said else None
    # The first and the last years are how systems write "never".
    return when.astimezone(timezone.utc) if when is not None and 1990 <= when.year < 9000 else None


def _with_zone(said: str) -> str:
    """Return a time with its zone; Python up to 3.10 reads fractions of three or six digits only."""
    whole, _dot, rest = said.strip().partition(".")
    zone = "Z" if rest.endswith("Z") or whole.endswith("Z") else ""
    try:
        naive = datetime.fromisoformat(whole.removesuffix("Z"))
    except ValueError:
        return ""
    if naive.tzinfo:
        return naive.isoformat()
    return naive.isoformat() + "+00:00" if zone else naive.replace(tzinfo=_ZONE).isoformat()


def _said(when: datetime | None) -> str | None:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ") if when else None


def _cut(name: str, most: int) -> str:
    return name if len(name) <= most else name[: most - 2] + ".."
