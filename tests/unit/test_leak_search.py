# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The search for leaked secrets (I-27) finds each form, and nothing where nothing is."""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode

import pytest

from ansible_collections.keyturn.sfmc.tests.leaks.searcher import leaks
from ansible_collections.keyturn.sfmc.tests.leaks.watching import watched_processes

Disguise = Callable[[str], str]


def encoded(text: str, before: str = "", after: str = "") -> str:
    return base64.b64encode(f"{before}{text}{after}".encode()).decode()


#: A client secret in both forms of SFMC, one with every letter that an encoding changes, and one beyond ASCII.
CANARIES = {
    "new form": lambda: "SFMC_" + secrets.token_urlsafe(44)[:59],
    "old form": lambda: secrets.token_hex(12),
    "special": lambda: secrets.token_hex(9) + "/+&%=\"'\\ ?>~" + secrets.token_hex(9),
    "beyond ASCII": lambda: secrets.token_hex(9) + "äß€" + secrets.token_hex(9),
}
DISGUISES: dict[str, Disguise] = {
    "plain": lambda text: f"secret={text}\n",
    "cut off": lambda text: f"said: {text[: len(text) // 2 + 1]}",
    "cut in front": lambda text: f"{text[len(text) // 2 - 1 :]} was refused",
    "URL-encoded": lambda text: f"https://example.com/?s={quote(text, safe='')}&x=1",
    "URL path": lambda text: f"https://example.com/{quote(text)}",
    "form": lambda text: urlencode({"a": 1, "client_secret": text, "b": 2}),
    "form field": quote_plus,
    "every byte": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "JSON": lambda text: json.dumps({"client_secret": text}),
    "JSON in UTF-8": lambda text: json.dumps({"client_secret": text}, ensure_ascii=False),
    "JSON in JSON": lambda text: json.dumps({"stdout": json.dumps({"client_secret": text})}),
    "JSON of PHP": lambda text: json.dumps({"client_secret": text}).replace("/", "\\/"),
    "base64": encoded,
    "base64 at 1": lambda text: encoded(text, "x", "after"),
    "base64 at 2": lambda text: encoded(text, "xy", "after"),
    "base64 at 3": lambda text: encoded(text, "xyz", "a"),
    "base64url": lambda text: base64.urlsafe_b64encode(f"x{text}".encode()).decode(),
    "Basic": lambda text: "Authorization: Basic " + encoded(text, "0a1b2c3d4e5f6g7h8i9j0k1l:"),
    "wrapped base64": lambda text: "\n".join(textwrap.wrap(encoded(text, "some words before it ", "after"), 20)),
    "wrapped base64 in JSON": lambda text: json.dumps("\n".join(textwrap.wrap(encoded(text, "before", "after"), 20))),
    "hexadecimal": lambda text: text.encode().hex(),
}


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("disguise", DISGUISES)
def test_i_27_the_search_finds_each_form(disguise: str, canary: str) -> None:
    secret = CANARIES[canary]()
    found = leaks({"canary": secret}, {"here": DISGUISES[disguise](secret).encode(), "there": b"nothing"})
    assert found, f"{disguise} of a secret in the {canary} is not found"
    assert all("in here" in line for line in found), found
    assert not any(secret in line for line in found), "the finding shows the secret"


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("disguise", DISGUISES)
def test_i_27_the_search_takes_no_other_secret_for_this_one(disguise: str, canary: str) -> None:
    another = CANARIES[canary]()
    assert leaks({"canary": CANARIES[canary]()}, {"here": DISGUISES[disguise](another).encode()}) == []


@pytest.mark.parametrize("where", ("cmdline", "environ"))
def test_i_29_the_watch_sees_arguments_and_environments_of_a_process(where: str, tmp_path: Path) -> None:
    canary = CANARIES["new form"]()
    given = [canary] if where == "cmdline" else []
    environment = {"SECRET": canary} if where == "environ" else {}
    command = [sys.executable, "-c", "input()", str(tmp_path), *given]
    with (
        watched_processes(tmp_path) as seen,
        subprocess.Popen(command, stdin=subprocess.PIPE, env={**environment, "FOLDER": str(tmp_path)}) as process,
    ):
        ends = time.monotonic() + 30
        while not leaks({"canary": canary}, dict(seen)) and time.monotonic() < ends:
            time.sleep(0.01)
        process.communicate(b"\n", timeout=30)
    found = leaks({"canary": canary}, seen)
    assert found and all(f"/{process.pid}/{where}" in line for line in found), found
