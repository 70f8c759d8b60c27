# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Ansible reaches the hosts of an estate: over real SSH where it can be had, else over local connections."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.tests.testbed import sshd
from ansible_collections.keyturn.sfmc.tests.testbed.processes import Processes

TRANSPORTS = ("auto", "ssh", "local")


class Connections(NamedTuple):
    """What is in use.

    :ivar transport: ``ssh`` or ``local``.
    :ivar reason: why, in words.
    :ivar variables: connection variables by host.
    """

    transport: str
    reason: str
    variables: dict[str, dict[str, Any]]


def connect(folder: Path, processes: Processes, names: Sequence[str], transport: str, interpreter: str) -> Connections:
    """Start an SSH server for each host unless that is not wanted or cannot be.

    :param folder: of the SSH servers' files.
    :param transport: one of ``TRANSPORTS``; ``auto`` falls back to ``local``.
    :param interpreter: Python of the managed hosts.
    :raises Refusal: ``ssh`` was asked for and cannot be had.
    """
    if transport == "local":
        return _local("asked for", names, interpreter)
    try:
        servers = _start(folder, processes, names)
    except Refusal as refusal:
        if transport == "ssh":
            raise
        sshd.SshHosts(folder, processes).stop()
        return _local(refusal.found, names, interpreter)
    python = {"ansible_python_interpreter": interpreter}
    reason = "real sshd on 127.0.0.1, host keys checked"
    return Connections("ssh", reason, {name: {**servers.variables(name), **python} for name in names})


def _start(folder: Path, processes: Processes, names: Sequence[str]) -> sshd.SshHosts:
    there, why = sshd.available()
    if not there:
        raise Refusal("hosts are reached over ssh", "this machine", "sshd", why, "install it, or take transport local")
    servers = sshd.SshHosts(folder, processes)
    servers.start(names)
    return servers


def _local(reason: str, names: Sequence[str], interpreter: str) -> Connections:
    variables = {"ansible_connection": "local", "ansible_python_interpreter": interpreter}
    return Connections("local", reason, {name: dict(variables) for name in names})
