# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The users of a simulated account, and which of them a filter selects. No HTTP here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree

from .packages import Package
from .world import World

API = "http://exacttarget.com/wsdl/partnerAPI"
#: The zone of SFMC's servers; no times over SOAP say it.
ZONE = timezone(timedelta(hours=-6))
Row = dict[str, str]


class BadRequest(Exception):
    """The request is not one that SFMC would understand."""


def users(world: World, enterprise_id: str) -> list[Row]:
    """Return every user of an enterprise: people, those of packages, and one that SFMC made for itself."""
    now, length = world.clock.now(), world.switches.user_name_length
    owned = [package for package in world.packages() if package.enterprise_id == enterprise_id]
    rows = [_person("Ada Example", now), _person("Bea Example", now)]
    rows += [_of_package(package, length) for package in owned]
    for number in range(world.switches.other_packages):
        made = now - timedelta(days=900 - number % 800)
        rows.append(_user(f"Other Tool {number + 1} app user"[:length], f"other_{number + 1}", made, made))
    hidden = _user("Hidden app user", "hidden_app_user", now, None)
    rows.append({**hidden, "MustChangePassword": "true"})
    return [{"AccountUserID": str(700_000_000 + number), **row} for number, row in enumerate(rows)]


def selected(rows: Iterable[Row], condition: ElementTree.Element | None) -> list[Row]:
    """Return the rows that a `Filter` selects; without one all."""
    return [row for row in rows if condition is None or _fits(row, condition)]


def _fits(row: Row, condition: ElementTree.Element) -> bool:
    left, right = condition.find(f"{{{API}}}LeftOperand"), condition.find(f"{{{API}}}RightOperand")
    if left is not None and right is not None:
        operator = condition.findtext(f"{{{API}}}LogicalOperator")
        if operator not in ("AND", "OR"):
            raise BadRequest("LogicalOperator")
        sides = (_fits(row, left), _fits(row, right))
        return all(sides) if operator == "AND" else any(sides)
    name, value = condition.findtext(f"{{{API}}}Property") or "", condition.findtext(f"{{{API}}}Value") or ""
    operator = condition.findtext(f"{{{API}}}SimpleOperator")
    if name not in row or operator not in ("equals", "like"):
        raise BadRequest("Property or SimpleOperator")
    return row[name] == value if operator == "equals" else value.lower() in row[name].lower()


def _of_package(package: Package, length: int) -> Row:
    login = package.name.lower().replace(" ", "_") + "_app_user"
    made = package.installed_at or package.active.generated_at
    row = _user(f"{package.name} app user"[:length], login, made, package.last_login_at)
    return {**row, "ActiveFlag": str(package.enabled).lower()}


def _person(name: str, now: datetime) -> Row:
    login = name.lower().replace(" ", ".") + "@example.com"
    return {**_user(name, login, now - timedelta(days=400), now), "Email": login, "IsAPIUser": "false"}


def _user(name: str, login: str, made: datetime, last: datetime | None) -> Row:
    row = {
        "UserID": login,
        "Name": name,
        "Email": "",
        "ActiveFlag": "true",
        "IsAPIUser": "true",
        "MustChangePassword": "false",
        "CreatedDate": _time(made),
        "ModifiedDate": _time(made),
    }
    return row if last is None else {**row, "LastSuccessfulLogin": _time(last)}


def _time(when: datetime) -> str:
    return when.astimezone(ZONE).replace(tzinfo=None).isoformat(timespec="milliseconds")
