# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files, restarts and checks that no host could carry out are refused by their place in the inventory (I-44)."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._inventory import Inventory

FILE = {"path": "/opt/app/.env", "format": "dotenv", "key": "SFMC_CLIENT_SECRET"}
MANUAL = {"kind": "manual", "options": {"where": "segment.com"}, "files": None}


def _declared(**said: Any) -> Any:
    entry = {"integration": "crm", "files": [FILE], **said}
    entry = {name: value for name, value in entry.items() if value is not None}
    known = {"crm": {"client_id": "0a1b2c3d4e5f6g7h8i9j0k1l", "subdomain": "mc1"}}
    host = {"sfmc_integrations": known, "sfmc_dependents": [entry]}
    (found,) = Inventory({"h1": host}, ["h1"]).dependents()
    return found.options


def _url(url: str) -> dict[str, Any]:
    return {"check": {"url": url}}


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    # what: (options, offender after `of h1`, part of what was found)
    "a path that is empty": ({"files": [{**FILE, "path": ""}]}, ".files[0].path", "an empty text"),
    "a path with a NUL": ({"files": [FILE, {**FILE, "path": "/a\0b"}]}, ".files[1].path", "a NUL"),
    "a path with half a letter": ({"files": [{**FILE, "path": "/\ud800"}]}, ".files[0].path", "half a letter"),
    "no command": ({"restart": {"command": []}}, ".restart.command", "an empty list"),
    "a command that is empty": ({"restart": {"command": [""]}}, ".restart.command", "an empty text"),
    "an argument that is empty": ({"check": {"command": ["app", " "]}}, ".check.command", "an empty text"),
    "an argument with a NUL": ({"restart": {"command": ["app", "a\0b"]}}, ".restart.command", "a NUL"),
    "a service without a name": ({"restart": {"service": " "}}, ".restart.service", "an empty text"),
    "a service that is nothing": ({"restart": {"service": None}}, ".restart", "none"),
    "a program without a name": ({"restart": {"supervisor": ""}}, ".restart.supervisor", "an empty text"),
    "a container without a name": ({"restart": {"container": ""}}, ".restart.container", "an empty text"),
    "a check of a service without a name": ({"check": {"service": ""}}, ".check.service", "an empty text"),
    "a restart that has no time": ({"restart": {"service": "app", "timeout": 0}}, ".restart.timeout", "0.0"),
    "a time that is no number": ({"restart": {"service": "app", "timeout": "nan"}}, ".restart.timeout", "nan"),
    "a time without an end": ({"check": {"service": "app", "timeout": "inf"}}, ".check.timeout", "inf"),
    "a check that is never tried": ({"check": {"service": "app", "retries": -1}}, ".check.retries", "-1"),
    "a delay before time": ({"check": {"service": "app", "delay": -1}}, ".check.delay", "-1"),
    "a second look before time": ({"check": {"service": "app", "settle": -1}}, ".check.settle", "-1"),
    "a status that there is not": ({"check": {"url": "http://h/", "status": 20}}, ".check.status", "20"),
    "half a URL": (_url("http://[::1"), ".check.url", "cannot be read"),
    "a port in words": (_url("http://localhost:http/"), ".check.url", "cannot be read"),
    "a port that there is not": (_url("http://localhost:65536/"), ".check.url", "cannot be read"),
    "the port 0": (_url("http://localhost:0/"), ".check.url", "the port 0"),
    "a URL without a scheme": (_url("/health"), ".check.url", "without a scheme"),
    "a URL that begins with its host": (_url("localhost:8081/health"), ".check.url", "the scheme 'localhost'"),
    "another scheme": (_url("file:///etc/passwd"), ".check.url", "the scheme 'file'"),
    "a URL without a host": (_url("http:///health"), ".check.url", "without a host"),
    "a URL with a blank": (_url("http://localhost/a b"), ".check.url", "blanks"),
    "a URL with a line end": (_url("http://localhost/\n"), ".check.url", "blanks"),
    "a URL with a NUL": (_url("http://localhost/\0"), ".check.url", "blanks"),
    "a URL with letters of its own": (_url("http://localhost/größe"), ".check.url", "blanks"),
    "a URL with a password": (_url("http://me:c4n4ry@localhost/"), ".check.url", "a user or password"),
    "a kind with a restart of nothing": ({**MANUAL, "restart": {"command": []}}, ".restart.command", "an empty list"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_no_host_could_carry_out_is_refused(what: str) -> None:
    said, offender, found = WRONG[what]
    with pytest.raises(Refusal) as refused:
        _declared(**said)
    assert refused.value.offender == f"sfmc_dependents[0] of h1{offender}"
    assert found in refused.value.found and "c4n4ry" not in str(refused.value)


@pytest.mark.parametrize(
    "said",
    [
        {"restart": {"command": ["sh", "-c", "cd /srv &&\n./restart 'größe'"], "timeout": 0.5}},
        {"restart": {"service": "getty@tty1.service"}, "check": {"service": "app", "retries": 0, "delay": 0}},
        {"check": {"url": "https://[::1]:8443/health?deep=1", "status": 204, "settle": 0}},
        {"check": {"url": "HTTP://localhost"}},
        {"files": [{**FILE, "path": "/srv/größe/app env"}]},
    ],
)
def test_what_a_host_can_carry_out_is_taken(said: dict[str, Any]) -> None:
    assert _declared(**said)["name"] == "crm"
