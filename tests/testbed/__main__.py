# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command: ``python -m ansible_collections.keyturn.sfmc.tests.testbed --help``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.tests.testbed.connections import TRANSPORTS
from ansible_collections.keyturn.sfmc.tests.testbed.estate import Estate, end
from ansible_collections.keyturn.sfmc.tests.testbed.estates import ESTATES, many


def main() -> int:
    """Do what the command line says; return the exit status."""
    options = _parser().parse_args()
    try:
        return int(options.run(options))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="testbed", description="Real SSH hosts with config files, and a simulated SFMC."
    )
    commands = parser.add_subparsers(required=True, metavar="up|down|status")
    up = commands.add_parser("up", help="start the simulator, the hosts and their services")
    up.set_defaults(run=_up)
    up.add_argument("--estate", choices=sorted(ESTATES), default="demo", help="which one (default: %(default)s)")
    up.add_argument("--hosts", type=int, help="instead: so many hosts of one environment")
    up.add_argument("--speed", type=float, default=1.0, help="simulated seconds per real second (default: %(default)s)")
    up.add_argument("--transport", choices=TRANSPORTS, default="auto", help="default: ssh where it can be had")
    up.add_argument("--python", default=sys.executable, help="interpreter of the managed hosts (default: this one)")
    up.add_argument("--tls", action="store_true", help="the simulator speaks https")
    down = commands.add_parser("down", help="end all processes")
    down.set_defaults(run=_down)
    down.add_argument("--remove", action="store_true", help="remove the folder too")
    status = commands.add_parser("status", help="show what runs; 0: all of it")
    status.set_defaults(run=_status)
    for command in (up, down, status):
        command.add_argument("--root", type=Path, required=True, help="folder of the estate")
    return parser


def _up(options: argparse.Namespace) -> int:
    declaration = many(options.hosts) if options.hosts else ESTATES[options.estate]()
    estate = Estate(
        options.root,
        declaration,
        transport=options.transport,
        speed=options.speed,
        tls=options.tls,
        interpreter=options.python,
    )
    estate.up()
    _show(estate)
    return 0


def _down(options: argparse.Namespace) -> int:
    known = end(options.root, options.remove)
    print(f"{options.root}: down" if known else f"{options.root}: no estate is there")
    return 0


def _status(options: argparse.Namespace) -> int:
    estate = Estate.load(options.root)
    _show(estate)
    wanted = 1 + (len(estate.hosts()) if estate.transport == "ssh" else 0)
    healthy = [estate.control(unit, "status").returncode == 0 for unit in estate.services]
    return 0 if len(estate.processes()) == wanted and all(healthy) else 1


def _show(estate: Estate) -> None:
    pids = estate.processes()
    print(f"transport: {estate.transport} ({estate.transport_reason})")
    print(f"simulator: {estate.simulator.address.url} (pid {pids.get('simulator', '-')})")
    files = {name: sum(each.host == name for each in estate.skeletons) for name in estate.hosts()}
    row = "{:<14} {:<6} {:>8} {:>6}  {}"
    print(row.format("host", "group", "sshd pid", "files", "services"))
    for host in estate.declaration.hosts:
        services = [
            f"{unit.name}: {estate.control(unit, 'status').stdout.strip()}"
            for unit in estate.services
            if unit.host == host.name
        ]
        pid = pids.get(f"sshd-{host.name}", "-")
        print(row.format(host.name, host.environment, pid, files[host.name], "; ".join(services) or "-"))
    print(f"use it: cd {estate.root} && {Path(sys.executable).parent}/ansible-playbook keyturn.sfmc.status")


if __name__ == "__main__":
    sys.exit(main())
