# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The small estates of these tests."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.keyturn.sfmc.tests.testbed.declaration import (
    ConfigFile,
    Declaration,
    Dependent,
    Environment,
    Host,
    Integration,
    Service,
)
from ansible_collections.keyturn.sfmc.tests.testbed.estates import PLACES

_SHOP = ConfigFile("/srv/shop/.env", "dotenv", "SFMC_CLIENT_SECRET", 0o600)
_MULE = ConfigFile("/opt/mule/conf/sfmc.properties", "properties", "sfmc.clientSecret", 0o640)
_BATCH = ConfigFile("/opt/batch/config.json", "json", "sfmc.clientSecret", 0o640)
_FORMS = ConfigFile("/srv/forms/app.ini", "ini", "sfmc.client_secret", 0o640)


def pair(provider: str = "http", service: bool = False) -> Declaration:
    """``prod-a`` (web shop, two files) and ``prod-b`` (mule) use ``crm_sync``, which is due."""
    serving = Service() if service else None
    return Declaration(
        "pair",
        (Environment("prod", (Integration("crm_sync", "CRM Sync", age_days=170),), provider),),
        (
            Host("prod-a", "prod", (Dependent("crm_sync", "web shop", (_SHOP, _BATCH), serving),)),
            Host("prod-b", "prod", (Dependent("crm_sync", "mule", (_MULE,)),)),
        ),
    )


def databases_and_web() -> Declaration:
    """Four hosts with one file each; by their names, web servers come before databases."""
    return several(("prod-app1", "prod-app2", "prod-db1", "prod-db2"), "databases-and-web")


def several(names: Iterable[str], title: str = "several") -> Declaration:
    """Hosts of ``prod`` with one file each, of the dependent ``shop``; ``crm_sync`` is due."""
    return Declaration(
        title,
        (Environment("prod", (Integration("crm_sync", "CRM Sync", age_days=170),)),),
        tuple(Host(name, "prod", (Dependent("crm_sync", "shop", (_SHOP,)),)) for name in names),
    )


def two_integrations(provider: str = "http", service: bool = True) -> Declaration:
    """As `pair`, and ``prod-c`` uses ``web_forms``, which is due too."""
    first = pair(service=service)
    integrations = (*first.environments[0].integrations, Integration("web_forms", "Web Forms", age_days=165))
    return Declaration(
        "two-integrations",
        (Environment("prod", integrations, provider),),
        (*first.hosts, Host("prod-c", "prod", (Dependent("web_forms", "forms", (_FORMS,)),))),
    )


def nine_formats_and_a_service() -> Declaration:
    """``prod-a`` and ``prod-b`` hold ``crm_sync`` in nine formats, and ``prod-b`` runs a service beside them."""
    names = ("dotenv", "ini", "json", "php", "properties", "shell", "toml", "xml", "yaml")
    dependents = [Dependent("crm_sync", f"{name} job", (PLACES[name],)) for name in names if name != "dotenv"]
    shop = Dependent("crm_sync", "web shop", (_SHOP,), Service())
    crontab = Dependent("crm_sync", "crontab job", (PLACES["crontab"],))
    return Declaration(
        "nine-formats-and-a-service",
        (Environment("prod", (Integration("crm_sync", "CRM Sync", age_days=170),)),),
        (Host("prod-a", "prod", tuple(dependents)), Host("prod-b", "prod", (crontab, shop))),
    )


def troubled() -> Declaration:
    """``prod-a`` has a service; the others have one file each, and a test makes trouble of each."""
    others = ("prod-check", "prod-down", "prod-drift")
    return Declaration(
        "troubled",
        (Environment("prod", (Integration("crm_sync", "CRM Sync", age_days=170),)),),
        (
            Host("prod-a", "prod", (Dependent("crm_sync", "web shop", (_SHOP, _BATCH), Service()),)),
            *(Host(name, "prod", (Dependent("crm_sync", "mule", (_MULE,)),)) for name in others),
        ),
    )
