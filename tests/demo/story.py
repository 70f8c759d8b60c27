# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The story of the demo: two environments, one of them due, rotated from the first look to the second run."""

from __future__ import annotations

import json
import os
from pathlib import Path

from ansible_collections.keyturn.sfmc.tests.demo.show import Show
from ansible_collections.keyturn.sfmc.tests.testbed.estate import Estate

_ROTATE = ("keyturn.sfmc.rotate", "--limit", "prod", "-e", "@demo.yml")
_PACE = """---
# The simulator's clock runs fast, so it is ahead of this machine's; on a real tenant none of this is set.
sfmc_clock_skew_seconds: 10000000
sfmc_wait: 7200
sfmc_poll_seconds: 0.2
"""


def tell(estate: Estate, show: Show) -> None:
    """Rotate prod, and check every claim on the way."""
    (estate.root / "demo.yml").write_text(_PACE, encoding="utf-8")
    _introduce(estate, show)
    _hand_in(estate, show)
    show.step("What is due?")
    show.play(estate, "keyturn.sfmc.status", "-e", "@demo.yml")
    before, dev = estate.snapshot(), estate.snapshot("dev")
    former = {name: estate.secret("prod", name) for name in _names(estate, "prod")}
    show.step("Rotate prod, from due to closed")
    show.play(estate, *_ROTATE)
    _see_rotated(estate, show, former)
    differences = estate.differences(before, estate.snapshot())
    show.check("nothing but the declared secrets changed in any file", not differences, "; ".join(differences))
    show.step("Run it again")
    changes = show.play(estate, *_ROTATE)
    show.check("nothing to do: changed=0", set(changes.values()) == {0}, str(changes))
    show.step("And dev?")
    show.check("every file of dev is byte for byte what it was", estate.snapshot("dev") == dev)
    _see_services(estate, show)
    show.step("Where everything stands now")
    show.play(estate, "keyturn.sfmc.status", "-e", "@demo.yml")


def write_report(estate: Estate, show: Show, folder: Path) -> None:
    """Leave a report of both environments, and see that it has all of them."""
    show.step("A report for those who own the systems")
    folder.mkdir(parents=True, exist_ok=True)
    page, document = folder / "report.html", folder / "report.json"
    places = {"sfmc_report_path": str(page), "sfmc_report_json_path": str(document), "sfmc_report_title": "The demo"}
    show.play(estate, "keyturn.sfmc.report", "-e", "@demo.yml", "-e", json.dumps(places))
    found = {item["client_id"] for item in json.loads(document.read_text(encoding="utf-8"))["integrations"]}
    ours = {
        estate.client_id(env.name, item.name) for env in estate.declaration.environments for item in env.integrations
    }
    text = page.read_text(encoding="utf-8")
    show.check(f"the report has all {len(ours)} integrations", found == ours and all(each in text for each in ours))
    show.say(f"   the page: {page.as_uri()}")


def _introduce(estate: Estate, show: Show) -> None:
    show.step("Two environments on this machine")
    files = estate.snapshot()
    places = sum(
        len(estate.values(environment.name, integration.name))
        for environment in estate.declaration.environments
        for integration in environment.integrations
    )
    show.say(f"   hosts: {', '.join(estate.hosts())}")
    show.say(f"   reached by {estate.transport}: {estate.transport_reason}")
    show.say(f"   SFMC: a simulator at {estate.simulator.address.url}, its clock 150 times as fast as this machine's")
    show.say(f"   {places} places hold a secret; {len(files)} files in all; {len(estate.services)} services run")


def _hand_in(estate: Estate, show: Show) -> None:
    """Do what a team does once: the store learns which secrets are active. From a private file, never an argument."""
    show.step("Tell the store which secrets are active now (once, when a team begins)")
    private = estate.root / "hand-in.json"
    try:
        for environment in ("dev", "prod"):
            for name in _names(estate, environment):
                package = estate.simulator.package(estate.client_id(environment, name))
                _write_private(
                    private,
                    {
                        "sfmc_hand_in_integration": name,
                        "sfmc_hand_in_stage": "active",
                        "sfmc_hand_in_secret": package["active"]["secret"],
                        "sfmc_hand_in_generated_at": package["active"]["generated_at"],
                    },
                )
                show.play(
                    estate, "keyturn.sfmc.hand_in", "--limit", environment, "-e", "@hand-in.json", "-e", "@demo.yml"
                )
    finally:
        private.unlink(missing_ok=True)


def _write_private(path: Path, document: dict[str, str]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(document, file)


def _see_rotated(estate: Estate, show: Show, former: dict[str, str]) -> None:
    for name, old in former.items():
        active = estate.secret("prod", name)
        places = estate.values("prod", name)
        held = sum(value == active for value in places.values())
        show.check(f"{name}: a new secret is active", active != old)
        show.check(f"{name}: all {len(places)} places hold it", held == len(places), f"{held} of {len(places)}")
        effects = [item["kind"] for item in estate.simulator.effects() if item["client_id"] == _id(estate, name)]
        once = effects.count("generate") == effects.count("activate") == 1
        show.check(f"{name}: generated once, activated once", once, str(effects))


def _see_services(estate: Estate, show: Show) -> None:
    show.step("And the services that asked for tokens all the time?")
    for service in estate.services:
        record = service.record()
        story = f"{record['accepted']} tokens, none refused, started {record['starts']} times"
        fine = record["accepted"] > 0 and record["refused"] == 0
        show.check(f"{service.host}, {service.name}: {story}", fine, str(record))


def _names(estate: Estate, environment: str) -> list[str]:
    return [
        integration.name
        for item in estate.declaration.environments
        if item.name == environment
        for integration in item.integrations
    ]


def _id(estate: Estate, name: str) -> str:
    return estate.client_id("prod", name)
