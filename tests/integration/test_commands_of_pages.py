# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command that stands in a block of a page, typed in a terminal as it is, over an estate in which it makes sense.

What a page cannot know is put in its place by `STANDS_FOR`, and by nothing else: dates, and folders of a machine. A
command is done when it ends with status 0. A page that a test follows word by word is left to that test. A block
whose commands cannot run anywhere says so on the page: ``<!-- not run: WHY -->``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import mkdtemp

import pytest

from ansible_collections.keyturn.sfmc.tests.integration.estates import pair
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations
from ansible_collections.keyturn.sfmc.tests.integration.shell import QUESTION, Shell
from ansible_collections.keyturn.sfmc.tests.support.pages import PAGES, Block, Command, blocks
from ansible_collections.keyturn.sfmc.tests.testbed.declaration import Declaration, Environment, Host, Integration
from ansible_collections.keyturn.sfmc.tests.testbed.estate import Estate

#: Pages that `test_getting_started.py` follows.
FOLLOWED = ("docs/getting-started.md", "docs/migrating.md")
#: One page tells a rotation from its beginning to its end, so it comes first.
FIRST = "docs/operator.md"
BLOCKS = sorted(
    (block for page in PAGES for block in blocks(page) if block.commands and block.page not in FOLLOWED),
    key=lambda block: block.page != FIRST,
)
#: What a page says, as a pattern, and what stands for it here.
STANDS_FOR: Mapping[str, Callable[[Operations], str]] = {
    r"/run/user/1000/hand-in\.json": lambda operations: str(_hand_in_file(operations)),
    r"/var/www/keyturn": lambda operations: str(operations.estate.root / "report"),
    # Secrets end 180 days after that day, wherever it stands.
    r"(?<=sfmc_hand_in_generated_at=)\S+": lambda operations: operations.package("crm_sync")["active"]["generated_at"],
    r"(?<=sfmc_acknowledge_until=)\S+": lambda _operations: str(datetime.now(timezone.utc).date() + timedelta(30)),
}
#: Tables that come where something is wrong; here nothing is. A page that is followed word by word has the second one.
ONLY_IN_TROUBLE = {"WHERE WHAT WOULD STOP IT DO", "HOST INTEGRATION SECRET FORMAT PLACE"}
#: Playbooks that no machine of tests has the system for.
ELSEWHERE = ("keyturn.sfmc.awx_setup",)
#: The page's own words, of the one command after which a person clicks, or before which one has.
GENERATED = "ansible-playbook keyturn.sfmc.hand_in --limit prod -e sfmc_hand_in_integration=crm_sync\n"
ACTIVATED = "ansible-playbook keyturn.sfmc.rotate --limit prod -e sfmc_wait=1800\n"


def _hand_in_file(operations: Operations) -> Path:
    secret = operations.secret("crm_sync")
    return operations.private(
        {
            "sfmc_hand_in_integration": "crm_sync",
            "sfmc_hand_in_stage": "active",
            "sfmc_hand_in_secret": secret,
            "sfmc_hand_in_generated_at": operations.package("crm_sync")["active"]["generated_at"],
        }
    )


def _declaration() -> Declaration:
    """`pair` with a person who clicks, a vendor's screen, and an integration that may read users."""
    first = pair("operator")
    audit = Integration("audit", "Audit", age_days=10, scopes=("users_read",))
    environment = Environment("prod", (*first.environments[0].integrations, audit), "operator")
    return Declaration("pages", (environment,), (*first.hosts, Host("prod-cloud", "prod", ())))


@pytest.fixture
def operations() -> Iterator[Operations]:
    """The estate of the pages; its vault password is known by the environment, so that a run can ask for it."""
    estate = Estate(Path(mkdtemp(prefix="kt-pages-")) / "estate", _declaration(), speed=600, transport="local")
    try:
        operations = Operations(estate.up())
        operations.declare_integration("audit", dependents="none")
        operations.hand_in_active("audit")
        config = estate.root / "ansible.cfg"
        config.write_text(re.sub(r"vault_password_file.*\n", "", config.read_text(encoding="utf-8")), encoding="utf-8")
        for host in estate.hosts():
            # Not every machine of tests has sudo; and its own folders are not looked through.
            looked = {"ansible_become": False, "sfmc_scan_roots": [str(estate.host(host))]}
            operations.declare_variables(host, **looked)
        segment = {"where": "Segment > Destinations > Marketing Cloud"}
        manual = {"integration": "crm_sync", "name": "segment", "kind": "manual", "options": segment}
        operations.declare_host("prod-cloud", lambda dependents: dependents.append(manual))
        (estate.root / "report").mkdir()
        yield operations
    finally:
        estate.remove()
        estate.root.parent.rmdir()


def _headlines(text: str) -> set[str]:
    """Return the headlines of tables in what is printed or shown."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return {line for line in lines if re.fullmatch(r"[A-Z]{3,}(?: [A-Z]+){3,}", line)}


def _tables_are_as_shown(block: Block, command: Command, came: str) -> set[str]:
    """See that tables that come have the columns that the page shows; hosts and numbers are the page's own."""
    for columns in _headlines(command.output):
        others = {each for each in _headlines(came) if each.split()[0] == columns.split()[0]}
        assert others <= {columns}, f"{block.where} shows {columns}, and what comes is {others}"
    return _headlines(command.output) & _headlines(came)


class Reader:
    """Somebody who types the commands of the pages."""

    def __init__(self, shell: Shell, operations: Operations) -> None:
        self._shell = shell
        self._operations = operations
        self.done: set[str] = set()
        self.tables: set[str] = set()

    def follow(self, block: Block) -> None:
        """Type the commands of a block; what a person does in Setup at that point, too."""
        if block.where in self.done:
            return
        for command in block.commands:
            if command.text == GENERATED and block.page == FIRST:
                self._operations.estate.simulator.generate(self._operations.client_id("crm_sync"))
            if command.text == ACTIVATED and block.page == FIRST:
                self._vouch()
                self._operations.estate.simulator.activate(self._operations.client_id("crm_sync"))
            self.type(block, command)
        self.done.add(block.where)

    def _vouch(self) -> None:
        """The vendor's screen is served, as another page says; then everything is proved."""
        vouching = [block for block in BLOCKS if "sfmc_acknowledge_by" in block.text]
        assert vouching, "no page says how to vouch"
        for block in vouching:
            self.follow(block)
        rotated = self._operations.rotate(env=self._password())
        assert "attested" in rotated.stdout, str(rotated)

    def type(self, block: Block, command: Command) -> None:
        """Type one command, and see that it goes well."""
        said = text = command.text
        for pattern, instead in STANDS_FOR.items():
            if re.search(pattern, said):
                said = re.sub(pattern, instead(self._operations), said)
        if "@prompt" in said:
            said = f"env -u ANSIBLE_VAULT_PASSWORD_FILE {said}"
        status, came = self._shell.run(said)
        assert status == 0, f"{block.where}: {text} ends with {status}:\n{came}"
        self.tables |= _tables_are_as_shown(block, command, came)

    def _password(self) -> dict[str, str]:
        return {"ANSIBLE_VAULT_PASSWORD_FILE": str(self._operations.estate.root / "vault-password")}


def test_every_command_of_the_pages_runs(operations: Operations) -> None:
    estate = operations.estate
    password = estate.root / "vault-password"

    def handed_in() -> str:
        package = operations.package("crm_sync")
        return str((package["staged"] or package["active"])["secret"])

    answers = {
        QUESTION: handed_in,
        "Vault password (prod):": lambda: password.read_text(encoding="ascii").strip(),
        "New vault password (provider):": lambda: "of-the-provider",
        "Confirm new vault password (provider):": lambda: "of-the-provider",
        # The end of what is typed is two Ctrl-D after a text.
        "Reading plaintext input from stdin": lambda: "a credential\x04\x04",
    }
    run = [block for block in BLOCKS if not block.not_run]
    with Shell(estate.root, estate.environment({"ANSIBLE_VAULT_PASSWORD_FILE": str(password)}), answers) as shell:
        reader = Reader(shell, operations)
        for block in run:
            reader.follow(block)
    assert {block.where for block in run} == reader.done
    shown = {columns for block in run for command in block.commands for columns in _headlines(command.output)}
    assert shown - reader.tables <= ONLY_IN_TROUBLE, "a table that no command prints"
    assert operations.held("crm_sync") == {operations.secret("crm_sync")}
    assert (estate.root / "report" / "report.json").is_file()


def test_a_block_that_is_not_run_says_why() -> None:
    """And no command of a playbook is left out so, but where it needs a system that is not here."""
    for block in (block for block in BLOCKS if block.mark.startswith("not run")):
        assert len(block.not_run) > 10, f"{block.where}: no reason"
        for playbook in re.findall(
            r"^ansible-playbook (\S+)", "".join(each.text for each in block.commands), re.MULTILINE
        ):
            assert playbook in ELSEWHERE, f"{block.where}: {playbook} runs here"
