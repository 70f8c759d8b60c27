# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an estate consists of, as a test declares it (pure). Secrets are not declared: they are made at run time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

FORMATS = (
    "crontab",
    "dotenv",
    "environment_file",
    "ini",
    "json",
    "php",
    "properties",
    "shell",
    "systemd_unit",
    "text",
    "toml",
    "xml",
    "yaml",
)


@dataclass(frozen=True)
class Integration:
    """One API integration of an environment.

    :ivar package: its name in Setup.
    :ivar age_days: days since its active secret was generated; secrets live for 180.
    :ivar secret_format: ``new`` (64 characters) or ``old`` (24).
    """

    name: str
    package: str
    owner: str = "crm-team@example.com"
    age_days: float = 20
    renew_before_days: int = 30
    secret_format: str = "new"
    scopes: tuple[str, ...] = ("email_read", "list_and_subscribers_read")


@dataclass(frozen=True)
class Environment:
    """A group of hosts with integrations of their own; ``provider`` is ``http`` or ``operator``."""

    name: str
    integrations: tuple[Integration, ...]
    provider: str = "http"


@dataclass(frozen=True)
class ConfigFile:
    """One place of a secret.

    :ivar path: as on the host, from its root. The same path may be declared again with another key.
    :ivar key: in the key syntax of the collection.
    :ivar owner: system user to own the file; ignored unless the estate is laid out by root.
    :ivar byte_order_mark: the file begins with one (UTF-8).
    """

    path: str
    format: str
    key: str
    mode: int = 0o640
    owner: str = ""
    line_end: str = "\n"
    byte_order_mark: bool = False


@dataclass(frozen=True)
class Service:
    """A real process that uses the secret in the first file of its dependent.

    :ivar interval: real seconds between its token requests.
    """

    interval: float = 0.5


@dataclass(frozen=True)
class Dependent:
    """What on a host uses an integration."""

    integration: str
    name: str
    files: tuple[ConfigFile, ...]
    service: Service | None = None


@dataclass(frozen=True)
class Host:
    """A host of an environment. Its name is unique in the estate."""

    name: str
    environment: str
    dependents: tuple[Dependent, ...]


@dataclass(frozen=True)
class Declaration:
    """A whole estate."""

    name: str
    environments: tuple[Environment, ...]
    hosts: tuple[Host, ...]

    def check(self) -> None:
        """Refuse names that nothing declares, formats that do not exist, places that are declared twice."""
        known = {
            (environment.name, each.name) for environment in self.environments for each in environment.integrations
        }
        names = [host.name for host in self.hosts]
        _unique("host", names)
        for host, dependent, file in self.places():
            where = f"{host.name}: {dependent.name}"
            if (host.environment, dependent.integration) not in known:
                raise _undeclared(where, f"an integration of {host.environment}", dependent.integration)
            if file.format not in FORMATS:
                raise _undeclared(where, f"one of {', '.join(FORMATS)}", file.format)
            path = PurePosixPath(file.path)
            if not path.is_absolute() or ".." in path.parts:
                raise _undeclared(where, "an absolute path", file.path)
        _unique("place", [f"{host.name}:{file.path}:{file.key}" for host, _dependent, file in self.places()])

    def places(self) -> Iterator[tuple[Host, Dependent, ConfigFile]]:
        """Yield every place of a secret."""
        for host in self.hosts:
            for dependent in host.dependents:
                for file in dependent.files:
                    yield host, dependent, file

    def environment(self, name: str) -> Environment:
        """Return an environment by name."""
        return next(environment for environment in self.environments if environment.name == name)


def from_dict(declared: Mapping[str, Any]) -> Declaration:
    """Read a declaration back from what :func:`dataclasses.asdict` made of it (and JSON of that)."""
    return Declaration(
        declared["name"],
        tuple(
            Environment(
                environment["name"],
                tuple(Integration(**{**each, "scopes": tuple(each["scopes"])}) for each in environment["integrations"]),
                environment["provider"],
            )
            for environment in declared["environments"]
        ),
        tuple(
            Host(host["name"], host["environment"], tuple(_dependent(each) for each in host["dependents"]))
            for host in declared["hosts"]
        ),
    )


def _dependent(declared: Mapping[str, Any]) -> Dependent:
    service = declared["service"]
    return Dependent(
        declared["integration"],
        declared["name"],
        tuple(ConfigFile(**file) for file in declared["files"]),
        Service(**service) if service else None,
    )


def _unique(kind: str, names: list[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise _undeclared(kind, "each one once", ", ".join(repeated))


def _undeclared(offender: str, expected: str, found: str) -> Refusal:
    return Refusal("an estate is declared consistently", offender, expected, found, "correct the declaration")
