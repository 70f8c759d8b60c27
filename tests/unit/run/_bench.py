# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole rotation in one process: the real runs, stores, providers, clients and hosts' files over the simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._deployment import Target
from ansible_collections.keyturn.sfmc.plugins.module_utils._host_client import HostClient, url_status
from ansible_collections.keyturn.sfmc.plugins.module_utils._host_deployment import deploy
from ansible_collections.keyturn.sfmc.plugins.module_utils._upkeep import Upkeep
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._inventory import Inventory
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._providers.contract import Provider
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._providers.http import Call, HttpProvider
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._providers.operator import OperatorProvider
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.desired import desired_secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import required
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run import distributing
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.evidence import sorted_evidence
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.handing_in import adopt, hand_in
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.keeper import Keeper, PaceKeeper
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.opening import secret_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.run import ACTIVATING, FORGETTING, STAGING, Run
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.waiting import Waiting
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._sfmc import SfmcClient
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.file import FileStore
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.sealed import Cipher
from ansible_collections.keyturn.sfmc.tests.simulator.packages import Package
from ansible_collections.keyturn.sfmc.tests.simulator.world import World
from ansible_collections.keyturn.sfmc.tests.unit._dependent import dependent

from ._tape import Tape, TapedHttp, TapedStore

START = datetime(2027, 1, 4, 8, 0, tzinfo=timezone.utc)
BORN = "2026-07-15T08:00:00Z"
HOSTS = ("app1", "app2")
KEY = "SFMC_CLIENT_SECRET"


class OpenCipher:
    """No cipher: vaults are proved in tests/unit/stores, and take most of the time of a run."""

    def encrypt(self, plain: bytes) -> bytes:
        """Return the bytes as they are."""
        return plain

    def decrypt(self, encrypted: bytes, where: str) -> bytes:
        """Return the bytes as they are."""
        return encrypted


class Bench:
    """One package, its integration `crm` on two hosts, each with a file; the controller's clock is SFMC's.

    :param package: one that is there already, with its hosts; absent, both are made.
    :param ca_path: what to trust where `url` is served with TLS.
    :param console_url: where the provider's endpoint is, `url` when None.
    """

    def __init__(
        self,
        root: Path,
        url: str,
        world: World,
        kind: str = "http",
        retrieve: bool = True,
        cipher: Cipher | None = None,
        package: Package | None = None,
        ca_path: str | None = None,
        console_url: str | None = None,
    ) -> None:
        self.root = root
        self.url = url
        self.world = world
        self.ca_path = ca_path
        self.console_url = console_url or url
        self.tape = Tape()
        self.told: list[str] = []
        self.budget = timedelta(hours=2)
        self.clock: Callable[[], datetime] = world.clock.now
        self.store = TapedStore(FileStore(root / "store", cipher or OpenCipher()), self.tape)
        self.http = TapedHttp(self.tape, world, ca_path=ca_path)
        self.package = package or world.add_package({"name": "CRM Sync", "active": {"generated_at": BORN}})
        self.hosts = list(HOSTS)
        self.down: set[str] = set()
        self.options: dict[str, Any] = {}
        self.variables: dict[str, Any] = {"sfmc_provider": self._console(retrieve) if kind == "http" else {}}
        for host in HOSTS if package is None else ():
            self.file(host).parent.mkdir(parents=True)
            self.write(host, self.package.active.value)

    # --- what the inventory says -----------------------------------------------------------------------------------

    def _console(self, retrieve: bool) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.world.console_token}"}
        base = self.console_url + "/console/packages/${client_id}"
        body = {"description": "${description}", "fence": "${fence}"}
        generate = {"url": f"{base}/staged-secret", "headers": headers, "body": body, "secret": "staged.secret"}
        again = {
            "url": f"{base}/staged-secret?description=${{description}}",
            "headers": headers,
            "secret": "staged.secret",
        }
        activate = {"url": f"{base}/activation", "headers": headers, "body": body}
        calls = {"kind": "http", "generate": generate, "activate": activate}
        return {**calls, "retrieve": again} if retrieve else calls

    @property
    def inventory(self) -> Inventory:
        """The declarations of all hosts."""
        return Inventory({host: self.host_variables(host) for host in self.hosts}, self.hosts)

    def host_variables(self, host: str) -> dict[str, Any]:
        """Return one host's variables."""
        files = [{"path": str(self.file(host)), "format": "dotenv", "key": KEY}]
        crm = {"client_id": self.package.client_id, "auth_url": self.url, "package": "CRM Sync", **self.options}
        return {
            "sfmc_integrations": {"crm": crm},
            "sfmc_dependents": [{"integration": "crm", "files": files}],
            "inventory_dir": str(self.root),
            **self.variables,
        }

    @property
    def integration(self) -> Integration:
        """The one integration."""
        return self.inventory.integrations(self.hosts)[0]

    # --- runs --------------------------------------------------------------------------------------------------------

    def run(self, whole: bool = True) -> Run:
        """Return a new run, as a new process would make it.

        :param whole: whether it read the whole inventory; a run of a batch has not.
        """
        integration = self.integration
        declared = tuple(item.dependent for item in self.inventory.dependents())
        return Run(
            integration,
            Keeper(self.store, integration.client_id, integration.name),
            PaceKeeper(self.store, integration.account, integration.client_id),
            self._provider(integration),
            SfmcClient(integration.auth_url, self.http, sleep=self.pause, clock=self.clock),
            lambda: declared,
            self.told.append,
            whole,
        )

    def _provider(self, integration: Integration) -> Provider:
        settings = integration.provider
        if settings["kind"] == "operator":
            return OperatorProvider()
        retrieve = Call(**settings["retrieve"]) if settings["retrieve"] else None
        return HttpProvider(self.http, Call(**settings["generate"]), Call(**settings["activate"]), retrieve)

    def pause(self, seconds: float) -> None:
        """Sleep: nobody waits, the clock moves."""
        self.world.clock.advance(seconds)

    def advance(self, act: Callable[[Run], Decision], budget: timedelta | None = None) -> Decision:
        """Let a new run act and wait; raise its refusal, return its decision."""
        waiting = Waiting(self.budget if budget is None else budget, self.told.append, 600.0, self.pause)
        (outcome,) = waiting.advance([self.run()], act)
        if outcome.refusal is not None:
            raise outcome.refusal
        return required(outcome.decision)

    def stage(self, budget: timedelta | None = None) -> Decision:
        """The first play of rotate."""
        return self.advance(lambda run: run.advance(STAGING), budget)

    def finish(self, budget: timedelta | None = None) -> Decision:
        """The last play of rotate."""
        return self.advance(lambda run: run.advance(ACTIVATING), budget)

    def look(self) -> Decision:
        """Return what would be done now."""
        return self.run().look()

    def rotate(self) -> Decision:
        """Run the three plays of keyturn.sfmc.rotate once."""
        if self.stage().step is Step.DISTRIBUTE:
            self.distribute()
        return self.finish()

    def distribute(self, hosts: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
        """Bring the desired secret to these hosts (all), and record what they prove."""
        batch = list(hosts) if hosts is not None else self.hosts
        run, name = self.run(), f"batch {len(self.history)}"
        if desired_secret(self.record.journal, beginning=True) == "staged":
            distributing.begin(run, name)
        reports = {host: [self._report(host)] for host in batch}
        found = sorted_evidence(reports, self.inventory.dependents(batch))
        distributing.attest(run, found[self.package.client_id], name)
        return {host: report[0] for host, report in reports.items()}

    def serve(self, hosts: Iterable[str] | None = None) -> Decision:
        """Distribute as the role does: measured again before the batch, and only to those whose proof is missing."""
        decision = self.look()
        batch = [host for host in hosts or self.hosts if f"{host}/crm" in decision.missing]
        if decision.step is Step.DISTRIBUTE and batch:
            self.distribute(batch)
        return decision

    def adopt(self) -> None:
        """Hand in the active secret."""
        active = self.package.active
        self.advance(lambda run: adopt(run, active.value, active.generated_at))

    def hand_in(self, text: str) -> Decision:
        """Hand in a staged secret, as keyturn.sfmc.hand_in does."""
        hand_in(self.run(), text)
        return self.stage()

    def abandon(self, reason: str = "a test", budget: timedelta | None = None) -> Decision:
        """Give up and put the active secret back, as keyturn.sfmc.abandon does."""

        def act(run: Run) -> Decision:
            run.abandon(reason)
            return run.advance(FORGETTING)

        if self.advance(act, budget).step is Step.DISTRIBUTE:
            self.distribute()
        return self.advance(act, budget)

    # --- what came of it ---------------------------------------------------------------------------------------------

    @property
    def record(self) -> Record:
        """What the store holds."""
        return self.run().keeper.load()

    @property
    def history(self) -> list[str]:
        """What the journal's history says, in order."""
        return [event.what for event in self.record.journal.history]

    def outcomes(self, kind: str) -> list[str]:
        """Return what SFMC made of all requests of one kind."""
        return [line["outcome"] for line in self.world.effects if line["kind"] == kind]

    def file(self, host: str) -> Path:
        """Return the file of a host."""
        return self.root / "hosts" / host / ".env"

    def write(self, host: str, secret: str) -> None:
        """Put a secret into a host's file, as somebody else would."""
        self.file(host).write_text(f"# kept\n{KEY}={secret}\n", encoding="utf-8")

    def value(self, host: str) -> str:
        """Return what stands in a host's file."""
        return self.file(host).read_text(encoding="utf-8").split("=", 1)[1].strip()

    def held(self) -> list[str]:
        """Return which secret each host holds, by SFMC's names."""
        return [self.world.which(self.package, self.value(host))[0] for host in self.hosts]

    def _report(self, host: str) -> dict[str, Any]:
        return {"failure": "timed out", "unreachable": True} if host in self.down else self._deployed(host)

    def _deployed(self, host: str) -> dict[str, Any]:
        record = self.record
        secrets = record.secrets
        kept = {name: getattr(secrets, name) for name in ("active", "staged", "previous")}
        known = {name: secrets.fingerprint(secret) for name, secret in kept.items() if secret is not None}
        known.update((f"earlier {number}", found) for number, found in enumerate(record.journal.forgotten))
        target = Target(
            self.package.client_id,
            self.url,
            secrets.key,
            secret_of(record, desired_secret(record.journal)).reveal(),
            known,
        )
        files = [{"path": str(self.file(host)), "format": "dotenv", "key": KEY}]
        with self.tape.effect(f"deploy {host}"):
            (evidence,) = deploy(
                [dependent(self.package.client_id, files, "crm")],
                {self.package.client_id: target},
                HostClient(self.ca_path, sleep=self.pause).fresh_token,
                lambda: Upkeep(url_status, []),
                check_mode=False,
            )
        return evidence


def closed_well(bench: Bench, package: Package) -> None:
    """One generation, one activation, every host with the new secret, the old one dead: what every rotation ends in."""
    assert bench.record.journal.open_rotation is None
    assert bench.record.secrets.previous is None
    assert bench.outcomes("generate").count("generated") == 1, bench.outcomes("generate")
    assert bench.outcomes("activate").count("activated") == 1, bench.outcomes("activate")
    assert bench.held() == ["active"] * len(bench.hosts)
    active = bench.record.secrets.active
    assert active is not None and active.reveal() == package.active.value
