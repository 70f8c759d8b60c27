# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Owners are told over real servers: each thing once, whatever another hook does, and no credential is shown."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from flask import Flask, Response, request

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.operations import unchanged
from ansible_collections.keyturn.sfmc.tests.integration.other_systems import COLLECTIONS
from ansible_collections.keyturn.sfmc.tests.leaks.searcher import leaks
from ansible_collections.keyturn.sfmc.tests.simulator.tls import Authority
from ansible_collections.keyturn.sfmc.tests.standins.serving import Asked, Record, serving
from ansible_collections.keyturn.sfmc.tests.support.made_estates import blocker, estate, integration, stray

#: Looks like a template to whoever reads a result as one.
HOSTILE = "{{ lookup('pipe', 'false') }}"
PLAY = [
    {
        "hosts": "all",
        "gather_facts": False,
        "tasks": [
            # A result, as that of `status` is: not a variable of the inventory, which may hold templates.
            {
                "name": "Look",
                "ansible.builtin.command": {"argv": ["cat", "{{ inventory_dir }}/estate.json"]},
                "delegate_to": "localhost",
                "register": "looked",
                "check_mode": False,
                "changed_when": False,
            },
            {
                "name": "Measure",
                "keyturn.sfmc.metrics": {
                    "estate": "{{ looked.stdout | from_json }}",
                    "path": "{{ inventory_dir }}/keyturn.prom",
                },
                "run_once": True,
            },
            {
                "name": "Tell",
                "ansible.builtin.include_role": {"name": "keyturn.sfmc.notify"},
                "vars": {
                    "notify_estate": "{{ looked.stdout | from_json }}",
                    "notify_hooks": "{{ sfmc_notify }}",
                    "notify_state_path": "{{ inventory_dir }}/told.json",
                },
                "run_once": True,
            },
        ],
    }
]


@dataclass
class Mailbox:
    """What a mail server took, from those who log in over TLS only."""

    password: str
    mails: list[tuple[list[str], bytes]] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Take a mail."""
        self.mails.append((list(envelope.rcpt_tos), bytes(envelope.content)))
        return "250 OK"

    def login(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: LoginPassword) -> AuthResult:
        """Let those in who know the password."""
        return AuthResult(success=data.password == self.password.encode())


class FreePort(Controller):
    """A mail server on a port that the system chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Services:
    """Slack, Teams, ServiceNow and a webhook, as far as a message goes; `broken` answers 500, `moved` leads away."""

    def __init__(self) -> None:
        self.webhook_works = False
        app = Flask(__name__)
        app.add_url_rule("/slack/<token>", view_func=lambda token: Response("ok"), methods=["POST"])
        app.add_url_rule("/teams/<token>", "teams", lambda token: Response("", 202), methods=["POST"])
        app.add_url_rule("/snow/api/now/table/incident", "snow", self._incident, methods=["POST"])
        app.add_url_rule("/webhook/<token>", "webhook", self._webhook, methods=["POST"])
        app.add_url_rule(
            "/moved", "moved", lambda: Response("", 307, {"Location": "/slack/elsewhere"}), methods=["POST"]
        )
        self.record = Record(app)

    def of(self, folder: str) -> list[Asked]:
        """Return what was asked below a folder."""
        return [asked for asked in self.record.asked if asked.path.startswith(f"/{folder}")]

    def _webhook(self, token: str) -> Response:
        # An answer may quote what it was asked.
        return Response("", 204) if self.webhook_works else Response(f"no {token}", 500)

    def _incident(self) -> Response:
        return Response("{}", 201 if request.authorization else 401, mimetype="application/json")


@dataclass
class Office:
    """An inventory with hooks, the servers that they lead to, and all that was said."""

    root: Path
    services: Services
    mailbox: Mailbox
    hidden: dict[str, str]
    said: dict[str, bytes] = field(default_factory=dict)

    def told(self, seen: dict[str, Any], *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the role over an estate."""
        (self.root / "estate.json").write_text(json.dumps(seen))
        program = str(Path(sys.executable).parent / "ansible-playbook")
        command = [program, "-i", "hosts.yml", *arguments, "play.yml"]
        clean = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
        settings = {
            "ANSIBLE_COLLECTIONS_PATH": COLLECTIONS,
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_HOME": str(self.root / "a"),
        }
        run = subprocess.run(
            command, cwd=self.root, env={**clean, **settings}, capture_output=True, text=True, timeout=120, check=False
        )
        self.said[f"run {len(self.said)}"] = (run.stdout + run.stderr).encode()
        return run


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    root, services = tmp_path_factory.mktemp("notify"), Services()
    hidden = {name: secrets.token_hex(16) for name in ("slack", "teams", "webhook", "password", "header", "dead")}
    mailbox = Mailbox(hidden["password"])
    mail = FreePort(
        mailbox,
        hostname="127.0.0.1",
        port=0,
        tls_context=Authority().server_context(),
        require_starttls=True,
        authenticator=mailbox.login,
        auth_required=True,
    )
    with serving(services.record) as url:
        mail.start()
        try:
            hooks = _hooks(url, mail.port, hidden)
            copy = {"content": "{{ notify_notice.body }}", "dest": str(root / "own"), "mode": "0600"}
            tasks = [{"name": "Keep it", "ansible.builtin.copy": copy}]
            (root / "own.yml").write_text(yaml.safe_dump(tasks))
            hooks.append({"kind": "tasks", "file": str(root / "own.yml"), "on": ["strays"]})
            host = {"ansible_host": "127.0.0.1", "ansible_port": 1, "sfmc_notify": hooks}
            (root / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": {"far-away": host}}}))
            (root / "play.yml").write_text(yaml.safe_dump(PLAY))
            yield Office(root, services, mailbox, hidden)
        finally:
            mail.stop()


def _hooks(url: str, port: int, hidden: dict[str, str]) -> list[dict[str, Any]]:
    mail = {"kind": "mail", "host": "127.0.0.1", "port": port, "sender": "keyturn@example.com"}
    return [
        # The first ones fail, and the others are called all the same.
        {"kind": "slack", "name": "dead", "url": f"http://127.0.0.1:1/{hidden['dead']}"},
        {"kind": "slack", "name": "moved", "url": f"{url}/moved"},
        {"kind": "webhook", "url": f"{url}/webhook/{hidden['webhook']}", "headers": {"X-Key": hidden["header"]}},
        {"kind": "slack", "url": f"{url}/slack/{hidden['slack']}"},
        {"kind": "teams", "url": f"{url}/teams/{hidden['teams']}"},
        {
            "kind": "servicenow",
            "url": f"{url}/snow/",
            "username": "keyturn",
            "password": hidden["password"],
            "on": ["blocked"],
        },
        {**mail, "username": "keyturn", "password": hidden["password"]},
    ]


SEEN = estate(
    integration(urgency="due", days_left=29.0, strays=[stray()], waits_for=f"nobody {HOSTILE}"),
    integration("erp", 2, owner="erp@example.com", blocked=True, blockers=[blocker()]),
    integration("nobodys", 3, owner="", urgency="due"),
)


def test_each_hook_is_called_whatever_another_does_and_who_was_not_told_is_named(office: Office) -> None:
    run = office.told(SEEN, "-vvv")
    said = " ".join((run.stdout + run.stderr).split())
    assert run.returncode == 2 and "unsafe in some situations" not in said, said
    for line in (
        "dead: 127.0.0.1 did not answer",
        "moved: 127.0.0.1 answered 307",
        "webhook: 127.0.0.1 answered 500",
        "mail: nobodys has no owner with an address",
        "told again by the next run",
    ):
        assert line in said, line
    assert len(office.services.of("slack/")) == 1, "the redirect was followed, or Slack was not called"
    blocks = json.loads(office.services.of("slack/")[0].body)["blocks"]
    assert sum(block["type"] == "header" for block in blocks) == 4
    (card,) = json.loads(office.services.of("teams/")[0].body)["attachments"]
    assert card["content"]["type"] == "AdaptiveCard"
    (incident,) = office.services.of("snow/")
    login = base64.b64encode(f"keyturn:{office.hidden['password']}".encode()).decode()
    assert incident.headers["AUTHORIZATION"] == f"Basic {login}"
    assert "I-20" in json.loads(incident.body)["description"]
    assert HOSTILE in office.services.of("slack/")[0].body.decode()
    assert "web1: /srv/old/.env" in (office.root / "own").read_text()


def test_prometheus_finds_the_same(office: Office) -> None:
    path = office.root / "keyturn.prom"
    assert path.stat().st_mode & 0o777 == 0o644
    lines = path.read_text().splitlines()
    assert [line[-3:] for line in lines if line.startswith("keyturn_sfmc_blocked{")] == ["0.0", "1.0", "0.0"]


def test_mail_goes_to_the_owners(office: Office) -> None:
    mails = {to[0]: message_from_bytes(content) for to, content in office.mailbox.mails}
    assert set(mails) == {"crm-team@example.com", "erp@example.com"}
    subject = str(make_header(decode_header(mails["erp@example.com"]["Subject"])))
    assert subject == "erp (prod): a person has to mend something before it can be rotated"
    (part,) = mails["crm-team@example.com"].get_payload()
    body = part.get_payload(decode=True).decode()
    assert "Way out: ansible-playbook keyturn.sfmc.rotate -e sfmc_integration=000000000000000000000001" in body
    assert HOSTILE in body and mails["erp@example.com"]["Auto-Submitted"] == "auto-generated"


def test_the_next_run_tells_only_whom_the_last_one_did_not_reach(office: Office) -> None:
    before, mails = len(office.services.of("slack/")), len(office.mailbox.mails)
    office.services.webhook_works = True
    state = (office.root / "told.json").read_bytes()
    checked = office.told(SEEN, "--check")
    assert "webhook (127.0.0.1): 4 things to know" in checked.stdout, checked.stdout
    assert "answered" not in checked.stdout and (office.root / "told.json").read_bytes() == state
    assert len(office.services.of("webhook/")) == 1
    run = office.told(SEEN)
    assert run.returncode == 2 and "webhook" not in run.stdout.split("Not delivered")[1]
    sent = office.services.of("webhook/")[-1]
    assert sent.headers["X_KEY"] == office.hidden["header"] and len(json.loads(sent.body)["notices"]) == 4
    assert (len(office.services.of("slack/")), len(office.mailbox.mails)) == (before, mails)
    assert len(office.services.of("webhook/")) == 2


def test_no_credential_was_shown_or_kept(office: Office) -> None:
    state = office.root / "told.json"
    assert office.said and state.stat().st_mode & 0o777 == 0o600
    assert leaks(office.hidden, {**office.said, "what was told": state.read_bytes()}) == []


def test_own_tasks_that_are_none_are_told_of_last_and_nothing_is_told_twice(office: Office) -> None:
    (office.root / "broken.yml").write_text("- {name: Page somebody, no.such.module: {}}\n")
    webhook = next(hook for hook in _hooks_of(office) if hook["kind"] == "webhook")
    broken = {"kind": "tasks", "name": "broken", "file": str(office.root / "broken.yml")}
    (office.root / "more.json").write_text(json.dumps({"sfmc_notify": [broken, {**webhook, "name": "late"}]}))
    before = len(office.services.of("webhook/"))
    runs = [office.told(SEEN, "-e", "@more.json") for _time in range(2)]
    assert [run.returncode != 0 for run in runs] == [True, True]
    assert len(office.services.of("webhook/")) == before + 1, runs


def _hooks_of(office: Office) -> list[dict[str, Any]]:
    hosts = yaml.safe_load((office.root / "hosts.yml").read_text())
    return list(hosts["all"]["hosts"]["far-away"]["sfmc_notify"])


def test_the_playbook_looks_measures_and_tells(bring_up: BringUp) -> None:
    operations = bring_up(speed=0)
    operations.hand_in_active("crm_sync")
    root = operations.estate.root
    told, metrics = root / "told", root / "keyturn.prom"
    copy = {"content": "{{ notify_notice | to_json }}", "dest": str(told), "mode": "0600"}
    (root / "own.yml").write_text(yaml.safe_dump([{"name": "Keep it", "ansible.builtin.copy": copy}]))
    hook = {"kind": "tasks", "file": str(root / "own.yml"), "on": ["due", "urgent"]}
    with unchanged(operations):
        run = operations.playbook("notify", sfmc_notify=[hook], sfmc_metrics_path=str(metrics))
    assert run.status == 0, str(run)
    mail = {"kind": "mail", "sender": "keyturn@example.com"}
    without = operations.playbook("notify", sfmc_notify=[mail, hook])
    assert without.status == 2 and "mails need the collection community.general" in without.said, str(without)
    notice = json.loads(told.read_text())
    assert (notice["integration"], notice["owner"]) == ("crm_sync", "crm-team@example.com")
    expiry = [line for line in metrics.read_text().splitlines() if line.startswith("keyturn_sfmc_secret_expires")]
    assert len(expiry) == 1 and f'client_id="{operations.client_id("crm_sync")}"' in expiry[0]
    told.unlink()
    again = operations.playbook("notify", sfmc_notify=[hook])
    assert again.status == 0 and not told.exists(), str(again)
    assert "nothing is to be told that was not told already" in again.said
