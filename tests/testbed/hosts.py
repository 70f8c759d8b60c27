# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file systems of hosts: a folder for each, with config files, services and a few strangers."""

from __future__ import annotations

import json
import os
import pwd
import secrets
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.keyturn.sfmc.tests.testbed import contents
from ansible_collections.keyturn.sfmc.tests.testbed.declaration import ConfigFile, Dependent, Host
from ansible_collections.keyturn.sfmc.tests.testbed.processes import free_port
from ansible_collections.keyturn.sfmc.tests.testbed.simulated import SimulatorAddress

PROGRAMS = ("service.py", "service_control.py")


class Package(NamedTuple):
    """What a host needs to know of an integration; ``secret`` is the one that was active when it was laid out.

    An estate that was loaded does not know that secret any more: the simulator does.
    """

    client_id: str
    subdomain: str
    secret: str = ""


@dataclass(frozen=True)
class Skeleton:
    """A config file without its secrets.

    :ivar path: absolute, on this machine.
    :ivar pieces: the bytes before, between and after the secrets.
    :ivar slots: integration and key of each secret, in the order of the file.
    """

    host: str
    path: str
    pieces: tuple[bytes, ...]
    slots: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ServiceUnit:
    """A service on a host, for ``service_control.py``."""

    host: str
    name: str
    unit: str

    def control(self, action: str) -> list[str]:
        """Return the command line for ``start``, ``stop``, ``restart`` or ``status``."""
        return [sys.executable, str(self._root / "usr/local/bin/service_control.py"), action, self.unit]

    def settings(self) -> dict[str, Any]:
        """Return the unit file: ``command``, ``pid_file``, ``log``, ``health_url`` ..."""
        return dict(json.loads(Path(self.unit).read_text(encoding="utf-8")))

    def record(self) -> dict[str, Any]:
        """Return the service's own record: ``accepted``, ``refused``, ``failed``, ``starts``, ``errors``, ``last``."""
        path = self._root / "var/lib" / f"{Path(self.unit).stem}.json"
        return dict(json.loads(path.read_text(encoding="utf-8")))

    @property
    def _root(self) -> Path:
        return Path(self.unit).parents[2]


class Laid(NamedTuple):
    """What was laid out on a host."""

    skeletons: list[Skeleton]
    services: list[ServiceUnit]


def lay_out(root: Path, host: Host, packages: Mapping[str, Package], address: SimulatorAddress) -> Laid:
    """Write a host's files.

    :param root: the folder that stands for the host's file system; made here.
    :param packages: by name of the integration, of this host's environment.
    """
    root.mkdir(parents=True, mode=0o755)
    _write_strangers(root, host)
    by_path: dict[str, list[tuple[Dependent, ConfigFile]]] = {}
    for dependent in host.dependents:
        for file in dependent.files:
            by_path.setdefault(file.path, []).append((dependent, file))
    skeletons = [_write_file(root, host, places, packages, address) for places in by_path.values()]
    served = [dependent for dependent in host.dependents if dependent.service]
    return Laid(skeletons, [_install_service(root, host, each, packages[each.integration], address) for each in served])


def on_host(root: Path, path: str) -> Path:
    """Return where a host's path is on this machine."""
    return root / path.lstrip("/")


def _write_strangers(root: Path, host: Host) -> None:
    """Files that nothing may touch."""
    for path, text in {
        "etc/hostname": f"{host.name}\n",
        "srv/shop/.env.example": "SFMC_CLIENT_ID=\nSFMC_CLIENT_SECRET=change-me\n",
        "opt/legacy/notes.txt": f"Old password of the report server: {secrets.token_hex(12)}\n",
    }.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _write_file(
    root: Path,
    host: Host,
    places: Sequence[tuple[Dependent, ConfigFile]],
    packages: Mapping[str, Package],
    address: SimulatorAddress,
) -> Skeleton:
    """Write one file with all of its secrets; the first declaration says how the file itself is."""
    first = places[0][1]
    marks = [f"@{secrets.token_hex(16)}@" for _place in places]
    slots = [
        contents.Slot(file.key, packages[dependent.integration].client_id, address.url, mark)
        for (dependent, file), mark in zip(places, marks, strict=True)
    ]
    others = [secrets.token_urlsafe(18) for _each in range(2)]
    content = contents.render(first.format, slots, others, first.line_end, first.byte_order_mark)
    pieces = contents.split(content, marks)
    # Formats write their slots in the order given, except where sections or branches join: ask the content.
    order = sorted(range(len(places)), key=lambda index: content.index(marks[index].encode("ascii")))
    ordered = [places[index] for index in order]
    filled = contents.join(pieces, [packages[dependent.integration].secret for dependent, _file in ordered])
    path = on_host(root, first.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(filled)
    _give(path, first)
    return Skeleton(
        host.name, str(path), pieces, tuple((dependent.integration, file.key) for dependent, file in ordered)
    )


def _give(path: Path, file: ConfigFile) -> None:
    if file.owner and os.geteuid() == 0:
        try:
            account = pwd.getpwnam(file.owner)
        except KeyError:
            pass
        else:
            os.chown(path, account.pw_uid, account.pw_gid)
    path.chmod(file.mode)


def _install_service(
    root: Path, host: Host, dependent: Dependent, package: Package, address: SimulatorAddress
) -> ServiceUnit:
    for folder in ("usr/local/bin", "etc/service", "var/lib", "var/run", "var/log"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for program in PROGRAMS:
        shutil.copyfile(Path(__file__).with_name(program), root / "usr/local/bin" / program)
    short = dependent.name.replace(" ", "-")
    pid_file, port, file = root / "var/run" / f"{short}.pid", free_port(), dependent.files[0]
    options: dict[str, object] = {
        "config": on_host(root, file.path),
        "format": file.format,
        "key": file.key,
        "name": f"{host.name}/{short}",
        "client-id": package.client_id,
        "token-url": f"{address.url}/v2/token",
        "interval": dependent.service.interval if dependent.service else 1,
        "record": root / "var/lib" / f"{short}.json",
        "listen": port,
        "pid-file": pid_file,
    }
    if address.ca_path:
        options["ca"] = address.ca_path
    words = [word for option, value in options.items() for word in (f"--{option}", str(value))]
    unit = root / "etc/service" / f"{short}.json"
    settings = {
        "command": [sys.executable, str(root / "usr/local/bin/service.py"), *words],
        "pid_file": str(pid_file),
        "log": str(root / "var/log" / f"{short}.log"),
        "health_url": f"http://127.0.0.1:{port}/health",
        "host": host.name,
        # Over https the small program would need the certificate too.
        "effects_url": f"{address.url}/_sim/effects" if address.url.startswith("http:") else "",
    }
    unit.write_text(json.dumps(settings, indent=1), encoding="utf-8")
    return ServiceUnit(host.name, dependent.name, str(unit))
