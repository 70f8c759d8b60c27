# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estates that are ready to use."""

from __future__ import annotations

from ansible_collections.keyturn.sfmc.tests.testbed.declaration import (
    ConfigFile,
    Declaration,
    Dependent,
    Environment,
    Host,
    Integration,
    Service,
)

_CRM = "crm_sync"
_FORMS = "web_forms"
_EXPORT = "data_export"


def demo() -> Declaration:
    """Two environments, 8 hosts, 20 places in 19 files, 4 services; all of ``prod`` is due, ``dev`` is not."""
    return Declaration(
        "demo",
        (
            Environment(
                "dev",
                (
                    Integration(_CRM, "CRM Sync (dev)", age_days=20),
                    Integration(_FORMS, "Web Forms (dev)", "web-team@example.com", age_days=45),
                ),
            ),
            Environment(
                "prod",
                (
                    Integration(_CRM, "CRM Sync", age_days=170, secret_format="old"),
                    Integration(_FORMS, "Web Forms", "web-team@example.com", age_days=165),
                    Integration(_EXPORT, "Data Export", "data-team@example.com", age_days=160),
                ),
            ),
        ),
        (
            Host("dev-web1", "dev", (_web_shop(), _forms())),
            Host("dev-mule1", "dev", (_mule(),)),
            Host("dev-etl1", "dev", (_mcdev(_CRM),)),
            Host("prod-web1", "prod", (_web_shop(Service()), _forms())),
            Host("prod-web2", "prod", (_web_shop(Service()), _forms(Service()))),
            Host("prod-mule1", "prod", (_mule(Service()), _fuelsdk_java())),
            Host("prod-etl1", "prod", (_mcdev(_CRM), _mcdev(_EXPORT), _tap())),
            Host("prod-batch1", "prod", (_fuelsdk_python(), _appsettings())),
        ),
    )


def many(hosts: int, environment: str = "prod") -> Declaration:
    """Return an estate with so many hosts (``prod-0001`` ...), two files each, one integration that is due."""
    return Declaration(
        f"many-{hosts}",
        (Environment(environment, (Integration(_CRM, "CRM Sync", age_days=170),)),),
        tuple(
            Host(f"{environment}-{number:04}", environment, (_mule(), _web_shop())) for number in range(1, hosts + 1)
        ),
    )


#: A file for each format, as one finds it.
PLACES = {
    "crontab": ConfigFile("/etc/cron.d/sync", "crontab", "SFMC_CLIENT_SECRET", 0o600),
    "dotenv": ConfigFile("/srv/shop/.env", "dotenv", "SFMC_CLIENT_SECRET", 0o600),
    "environment_file": ConfigFile("/etc/default/sync", "environment_file", "SFMC_CLIENT_SECRET"),
    "ini": ConfigFile("/srv/forms/app.ini", "ini", "Web Services.clientsecret"),
    "json": ConfigFile("/opt/sync/config.json", "json", "accounts[1].credentials.clientSecret"),
    "php": ConfigFile("/srv/www/config.php", "php", "clientsecret"),
    "properties": ConfigFile("/opt/mule/conf/sfmc.properties", "properties", "sfmc.clientSecret"),
    "shell": ConfigFile("/opt/jobs/env.sh", "shell", "SFMC_CLIENT_SECRET", 0o700),
    "systemd_unit": ConfigFile("/etc/systemd/system/sync.service", "systemd_unit", "Service.Environment.SFMC_SECRET"),
    "text": ConfigFile("/opt/legacy/accounts.txt", "text", r"^crm\|[^|]*\|([^|]*)\|prod$"),
    "toml": ConfigFile("/opt/sync/config.toml", "toml", "sfmc.client_secret"),
    "xml": ConfigFile("/srv/crm/App.config", "xml", "/configuration/fuelSDK/@clientSecret"),
    "yaml": ConfigFile("/opt/sync/config.yml", "yaml", "sfmc.client_secret"),
}


def every_format() -> Declaration:
    """Two hosts, one service for each format; all use ``crm_sync``, which is due."""
    services = [Dependent(_CRM, f"{name} service", (file,), Service()) for name, file in PLACES.items()]
    half = len(services) // 2
    return Declaration(
        "every-format",
        (Environment("prod", (Integration(_CRM, "CRM Sync", age_days=170),)),),
        (
            Host("prod-a", "prod", tuple(services[:half])),
            Host("prod-b", "prod", tuple(services[half:])),
        ),
    )


ESTATES = {"demo": demo, "every-format": every_format}


def _web_shop(service: Service | None = None) -> Dependent:
    return Dependent(
        _CRM,
        "web shop",
        (ConfigFile("/srv/shop/.env", "dotenv", "SFMC_CLIENT_SECRET", 0o600, owner="nobody"),),
        service,
    )


def _forms(service: Service | None = None) -> Dependent:
    files = (
        ConfigFile("/srv/forms/.env", "dotenv", "MC_CLIENT_SECRET", 0o640, line_end="\r\n"),
        ConfigFile("/srv/forms/appsettings.json", "json", "Sfmc.ClientSecret", 0o644, byte_order_mark=True),
    )
    return Dependent(_FORMS, "web forms", files, service)


def _mule(service: Service | None = None) -> Dependent:
    return Dependent(
        _CRM,
        "mule runtime",
        (ConfigFile("/opt/mule/conf/sfmc.properties", "properties", "sfmc.clientSecret", 0o640, owner="nobody"),),
        service,
    )


def _fuelsdk_java() -> Dependent:
    return Dependent(
        _FORMS, "form importer", (ConfigFile("/opt/importer/fuelsdk.properties", "properties", "clientSecret", 0o600),)
    )


def _mcdev(integration: str) -> Dependent:
    """Both credentials of ``.mcdev-auth.json`` are in one file."""
    auth = ConfigFile("/home/deploy/project/.mcdev-auth.json", "json", f"{integration}.client_secret", 0o600)
    return Dependent(integration, f"mcdev {integration}", (auth,))


def _tap() -> Dependent:
    return Dependent(
        _EXPORT, "tap-exacttarget", (ConfigFile("/etc/meltano/config.json", "json", "client_secret", 0o640),)
    )


def _fuelsdk_python() -> Dependent:
    files = (
        ConfigFile("/home/batch/.fuelsdk/config.python", "ini", "Web Services.clientsecret", 0o600, owner="nobody"),
        ConfigFile("/opt/batch/.env", "dotenv", "FUELSDK_CLIENT_SECRET", 0o640),
    )
    return Dependent(_EXPORT, "nightly batch", files)


def _appsettings() -> Dependent:
    files = (
        ConfigFile("/opt/sync/conf/app.ini", "ini", "sfmc.client_secret", 0o640),
        ConfigFile("/opt/sync/conf/accounts.json", "json", "accounts[1].credentials.clientSecret", 0o600),
    )
    return Dependent(_CRM, "contact sync", files)
