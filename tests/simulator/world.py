# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated SFMC: packages, their secrets, the rules of rotation, and the record of what happened. No HTTP here."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from .clock import Clock
from .credentials import LOOKS_LIKE_A_SECRET, LOOKS_LIKE_A_TOKEN
from .effects import Caller, Effects
from .errors import Denied, NotFound, NothingStaged, Overtaken, TooSoon, TooYoung, UnknownPackage
from .faults import Faults
from .packages import Package, Secret, make_secret, parse_package
from .switches import Switches
from .tokens import Tokens

LEGACY_BEFORE = datetime(2026, 3, 25, tzinfo=timezone.utc)
LEGACY_DEADLINE = datetime(2026, 9, 30, tzinfo=timezone.utc)
PERSON = Caller("person")


class World:
    """One simulated Marketing Cloud. Safe to use from several threads.

    :param clock: real time at real speed when absent.
    :param console_token: bearer token of the console API; one is made when absent, ``""`` closes the console.
    """

    def __init__(
        self, clock: Clock | None = None, switches: Switches | None = None, console_token: str | None = None
    ) -> None:
        self.lock = threading.RLock()
        self.clock = clock or Clock()
        self.switches = switches or Switches()
        self.faults = Faults()
        self.console_token = secrets.token_urlsafe(24) if console_token is None else console_token
        self.effects = Effects(self.clock, self.hide)
        self.tokens = Tokens()
        self.stopping = threading.Event()
        self._packages: dict[str, Package] = {}
        self._values: set[str] = {self.console_token}
        self._last: dict[tuple[str, str], datetime] = {}
        self._fences: dict[str, int] = {}

    def hide(self, text: str) -> str:
        """Return the text with every known secret, and whatever looks like one, taken out."""
        with self.lock:
            # Hiding very short values would garble every text.
            values = [value for value in self._values if len(value) >= 8]
        for value in values:
            text = text.replace(value, "(secret)")
        return LOOKS_LIKE_A_TOKEN.sub("(token)", LOOKS_LIKE_A_SECRET.sub("(secret)", text))

    def add_package(self, wanted: Mapping[str, object] | None = None) -> Package:
        """Install a package; see :func:`parse_package`."""
        package = parse_package(wanted or {}, self.clock.now())
        with self.lock:
            if package.client_id in self._packages:
                raise Refusal(
                    "a client id exists once",
                    f"package {package.client_id}",
                    "a new client id",
                    "a known one",
                    "change it",
                )
            self._packages[package.client_id] = package
            self._values.update(secret.value for secret in (package.active, package.staged) if secret)
        return package

    def packages(self) -> list[Package]:
        """Return all packages in the order of their installation."""
        with self.lock:
            return list(self._packages.values())

    def find(self, client_id: str | None, subdomain: str | None = None) -> Package | None:
        """Return the package of a client id that a subdomain sees; ``None`` as subdomain sees all."""
        with self.lock:
            package = self._packages.get(client_id or "")
        return package if package and subdomain in (None, package.subdomain) else None

    def package(self, client_id: str) -> Package:
        """Return the package of a client id.

        :raises UnknownPackage: when there is none.
        """
        package = self.find(client_id)
        if package is None:
            raise UnknownPackage("no package has this client id")
        return package

    def which(self, package: Package | None, value: str) -> tuple[str, Secret | None]:
        """Say which of the package's secrets a value is; ``previous`` is any former one."""
        if package is None:
            return "unknown", None
        with self.lock:
            candidates = [("active", package.active), ("staged", package.staged)]
            candidates += [("previous", former) for former in reversed(package.former)]
        for name, secret in candidates:
            if secret is not None and secret.value == value:
                return name, secret
        return "unknown", None

    def expires_at(self, secret: Secret) -> datetime:
        """Return when a secret dies: counted from its generation, whatever its activation."""
        if self.switches.legacy_deadline and secret.generated_at < LEGACY_BEFORE:
            return LEGACY_DEADLINE
        return secret.generated_at + timedelta(days=self.switches.secret_life_days)

    def usable_in(self, secret: Secret) -> float:
        """Return the seconds until a staged secret is old enough; not above 0 when it is."""
        usable_at = secret.generated_at + timedelta(seconds=self.switches.staged_usable_after_seconds)
        return (usable_at - self.clock.now()).total_seconds()

    def works(self, name: str, secret: Secret | None) -> bool:
        """Say whether a secret, known by :meth:`which`, gets a token now."""
        now = self.clock.now()
        if secret is None or now >= self.expires_at(secret):
            return False
        if name == "staged":
            return self.usable_in(secret) <= 0 or self.switches.young_staged_secret == "accepted"
        if name == "previous":
            grace = timedelta(seconds=self.switches.previous_secret_grace_seconds)
            return secret.ended_at is not None and now < secret.ended_at + grace
        return name == "active"

    def worked(self, package: Package, value: str, at: datetime) -> Secret | None:
        """Return the secret with this value if it got tokens at a past moment; a node that is behind says so still."""
        with self.lock:
            known = [package.active, package.staged, *package.former, *package.replaced]
        secret = next((secret for secret in known if secret is not None and secret.value == value), None)
        if secret is None or at >= self.expires_at(secret) or (secret.ended_at is not None and at >= secret.ended_at):
            return None
        usable_at = secret.generated_at + timedelta(seconds=self.switches.staged_usable_after_seconds)
        was_active = secret.activated_at is not None and secret.activated_at <= at
        return secret if was_active or usable_at <= at else None

    def generate(self, client_id: str, description: str = "", by: Caller = PERSON, style: str = "new") -> Secret:
        """Generate a staged secret; one that was staged before is replaced and dead.

        :raises Denied: inside the pace, or when the package has no secrets.
        """
        with self.lock:
            package = self.package(client_id)
            try:
                if package.type == "public":
                    raise Denied("a public app has no client secret")
                self._pass_fence(package, by)
                self._keep_pace("generate", package, self.switches.generate_pace_seconds)
            except Denied as denied:
                self.effects.add("generate", client_id, denied.error, by, "staged")
                raise
            if package.staged is not None:
                package.staged.ended_at = self.clock.now()
                package.replaced.append(package.staged)
            package.staged = Secret(make_secret(style), self.clock.now(), description)
            self._values.add(package.staged.value)
            self._last[self._pace_key("generate", package)] = package.staged.generated_at
            self.effects.add("generate", client_id, "generated", by, "staged")
            return package.staged

    def retrieve(self, client_id: str, description: str, by: Caller = PERSON) -> Secret:
        """Return the staged secret with this description, while it is staged.

        :raises NotFound: when there is none.
        """
        with self.lock:
            staged = self.package(client_id).staged
            if staged is None or staged.description != description:
                self.effects.add("retrieve", client_id, NotFound.error, by, "unknown")
                raise NotFound("no staged secret has this description")
            self.effects.add("retrieve", client_id, "retrieved", by, "staged")
            return staged

    def activate(self, client_id: str, description: str | None = None, by: Caller = PERSON) -> Secret:
        """Make the staged secret the active one; the former is dead at once (a switch gives it a grace).

        :param description: when given, it must be the staged secret's.
        :raises Denied: nothing staged, too young, or inside the pace.
        """
        with self.lock:
            package = self.package(client_id)
            try:
                self._pass_fence(package, by)
                staged = self._ready(package, description)
            except Denied as denied:
                self.effects.add("activate", client_id, denied.error, by, "staged" if package.staged else "unknown")
                raise
            if by.fault == "activation_ignored":
                self.effects.add("activate", client_id, "ignored", by, "staged")
                return staged
            self._switch_over(package, staged)
            self.effects.add("activate", client_id, "activated", by, "staged")
            return staged

    def _ready(self, package: Package, description: str | None) -> Secret:
        staged = package.staged
        if staged is None:
            raise NothingStaged("nothing is staged")
        if description is not None and staged.description != description:
            raise NothingStaged("the staged secret has another description")
        if self.usable_in(staged) > 0:
            raise TooYoung("the staged secret is too young", self.usable_in(staged))
        if self.clock.now() >= self.expires_at(staged):
            raise Denied("the staged secret has expired")
        self._keep_pace("activate", package, self.switches.activate_pace_seconds)
        return staged

    def _switch_over(self, package: Package, staged: Secret) -> None:
        now = self.clock.now()
        former = package.active
        former.ended_at = now
        package.former.append(former)
        staged.activated_at = now
        package.active, package.staged = staged, None
        self._last[self._pace_key("activate", package)] = now
        if not self.switches.tokens_survive_activation:
            self.tokens.forget_made_with(former)

    def _pass_fence(self, package: Package, by: Caller) -> None:
        """Let no caller do what one with a later number has gone past; who gives no number is not asked."""
        if by.fence is None:
            return
        if by.fence < self._fences.get(package.client_id, by.fence):
            raise Overtaken("a call with a later number has come before")
        self._fences[package.client_id] = by.fence

    def _pace_key(self, step: str, package: Package) -> tuple[str, str]:
        by_account = self.switches.pace_scope == "account"
        return step, f"account {package.enterprise_id}" if by_account else f"package {package.client_id}"

    def _keep_pace(self, step: str, package: Package, pace: int) -> None:
        last = self._last.get(self._pace_key(step, package))
        wait = 0.0 if last is None else (last + timedelta(seconds=pace) - self.clock.now()).total_seconds()
        if wait > 0:
            raise TooSoon(f"at most one {step} in {pace} seconds", wait)
