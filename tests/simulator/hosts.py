# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host names: which packages a host sees, and where it sends its clients next (pure)."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit

DOMAIN = "marketingcloudapis.com"


class Addresses(NamedTuple):
    """Where a client finds the simulator: the base URLs, each with a slash at its end."""

    auth: str
    rest: str
    soap: str


class Host(NamedTuple):
    """The host that a request was sent to.

    :ivar services: what it serves, of :class:`Addresses`' names; nothing when the simulator does not answer for it.
    :ivar subdomain: whose packages it sees; ``None``: all (loopback).
    """

    services: tuple[str, ...]
    subdomain: str | None
    addresses: Addresses


def is_loopback(name: str) -> bool:
    """Say whether a host name can only be this machine."""
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def read_host(host_url: str) -> Host:
    """Read ``scheme://host[:port]/``."""
    parts = urlsplit(host_url)
    name = (parts.hostname or "").lower()
    here = Addresses(host_url, host_url, host_url)
    if is_loopback(name):
        return Host(Addresses._fields, None, here)
    subdomain, dot, rest = name.partition(".")
    service = rest.removesuffix("." + DOMAIN)
    if not dot or service == rest or service not in Addresses._fields:
        return Host((), subdomain, here)
    port = f":{parts.port}" if parts.port else ""
    urls = (f"{parts.scheme}://{subdomain}.{each}.{DOMAIN}{port}/" for each in Addresses._fields)
    return Host((service,), subdomain, Addresses(*urls))
