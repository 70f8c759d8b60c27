# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks, at each effect of a run, whether it is a right one: compared with what SFMC and the hosts really hold."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record, Secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Decision, Step
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.keeper import Keeper
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.report import waits_for
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.file import FileStore

from ._bench import KEY, Bench, OpenCipher

#: What is never done by a clock that is known to be wrong.
TIMED = ("before generate", "before activate", "before save closed")


class Watch:
    """Raises at the first wrong step.

    :ivar excused: hosts whose file somebody else changed since their last proof; nobody can know what is in it.
    :ivar meddled: somebody acted in Setup since the run measured.
    :ivar clock_is_wrong: SFMC shows a time that is not its own.
    :ivar told: every text that a person was shown.
    """

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.excused: set[str] = set()
        self.meddled = False
        self.clock_is_wrong = False
        self.told: list[str] = bench.told
        self._heard = self._looked = 0
        self.generated: dict[str, int] = {}
        self._keeper = Keeper(FileStore(bench.root / "store", OpenCipher()), bench.package.client_id, "crm")
        self._checks = {
            "before generate": self._generates,
            "after generate": self._generated,
            "before activate": self._activates,
            "before save lost": self._says_lost,
            "before save activated": self._says_activated,
            "before save forgotten": self._ends,
            "before save closed": self._closes,
        }
        bench.tape.watch = self.at

    def at(self, point: str) -> None:
        """Check the effect that is about to happen, or has just happened."""
        assert not (self.clock_is_wrong and point in TIMED), f"I-9: {point} by a clock that is wrong"
        if point in self._checks and not self._is_noted(point.removeprefix("before save ")):
            self._checks[point]()
        elif point.startswith("after deploy "):
            self._deployed(point.removeprefix("after deploy "))

    def _is_noted(self, event: str) -> bool:
        """Tell whether this is a later save, of something that leaves no line in the history."""
        history = self.record.journal.history
        return bool(history) and history[-1].what == event

    @property
    def record(self) -> Record:
        """What the store holds, read beside the tape; a store that contradicts itself is refused here."""
        return self._keeper.load()

    def held(self) -> dict[str, str]:
        """Return which secret each host holds, by SFMC's names; without those that are excused."""
        return {
            host: name
            for host, name in zip(self.bench.hosts, self.bench.held(), strict=True)
            if host not in self.excused
        }

    def works(self, value: str) -> bool:
        """Say whether SFMC takes a secret now."""
        return self.bench.world.works(*self.bench.world.which(self.bench.package, value))

    # --- the rules ---------------------------------------------------------------------------------------------------

    def _generates(self) -> None:
        used = [host for host, name in self.held().items() if name == "staged"]
        assert not used, f"I-1: a generation replaces the staged secret that {used} use"

    def _generated(self) -> None:
        rotation = self.record.journal.open_rotation
        assert rotation is not None, "I-6: a generation without an intent"
        last = [line for line in self.bench.world.effects if line["kind"] == "generate" and line["who"] == "console"]
        number = self.generated.get(rotation.id, 0) + (last[-1]["outcome"] == "generated")
        assert number <= 1 or self.meddled, f"I-6: generation {number} of rotation {rotation.id}"
        self.generated[rotation.id] = number

    def _activates(self) -> None:
        staged = self.record.secrets.staged
        assert staged is not None, "I-3: an activation of a secret that nobody has"
        behind = [
            host for host in self.bench.hosts if host not in self.excused and self.bench.value(host) != staged.reveal()
        ]
        assert not behind, f"I-3: an activation breaks {behind}"

    def _says_lost(self) -> None:
        staged = self.record.secrets.staged
        assert staged is not None and not self.works(staged.reveal()), (
            "I-2, I-20: a living staged secret is called lost"
        )

    def _says_activated(self) -> None:
        staged = self.record.secrets.staged
        name = self.bench.world.which(self.bench.package, staged.reveal())[0] if staged else "none"
        assert name in ("active", "previous"), f"I-20: the {name} secret is called activated"

    def _ends(self) -> None:
        if not self.bench.package.enabled:
            # Nothing works then, and all of it works again when the package is on.
            holding = [host for host, which in self.held().items() if which == "staged"]
            assert not holding, f"I-1: forgotten while {holding} hold it"
            return
        behind = [host for host, value in self._broken().items() if value]
        assert not behind, f"I-12: forgotten while {behind} hold another secret than the active one"

    def _closes(self) -> None:
        self._ends()
        former = self.record.secrets.previous
        assert former is None or not self.works(former.reveal()), "I-18: closed while the former secret works"

    def _broken(self) -> dict[str, bool]:
        """Tell for each host whether it holds something else than what goes on working; nobody does once both died."""
        active = self.record.secrets.active
        if active is None or not self.works(active.reveal()):
            return {}
        return {host: name != "active" for host, name in self.held().items()}

    def _deployed(self, host: str) -> None:
        active, staged = self.record.secrets.active, self.record.secrets.staged
        value = self.bench.value(host)
        if value in [secret.reveal() for secret in (active, staged) if secret]:
            self.excused.discard(host)
            assert self.works(value) or self.meddled, f"I-2: {host} got a dead secret"

    # --- what people are told ----------------------------------------------------------------------------------------

    def check_helpful(self, ends: Iterable[Decision | Refusal], *words: str) -> None:
        """See that what stands in the way is said: the rule, the offender, what was found, a way out; no secret."""
        texts = []
        for end in ends:
            refusals = [end] if isinstance(end, Refusal) else list(end.blockers)
            assert refusals or not isinstance(end, Decision) or end.step is not Step.STOP, f"I-44: {end} says nothing"
            for refusal in refusals:
                assert all(text.strip() for text in refusal.as_dict().values()), f"I-44: an empty text in {refusal}"
            texts += [str(refusal) for refusal in refusals]
            if isinstance(end, Decision):
                run = self.bench.run()
                texts.append(waits_for(run, self.record, end))
        self.told += texts
        heard, self._heard = self.told[self._heard :], len(self.told)
        assert not words or any(word in text for word in words for text in heard), f"I-44: none of {words} in {heard}"
        self.check_secret()

    def check_secret(self) -> None:
        """See that nothing that was told since the last look holds a secret, or looks like one (I-27)."""
        fresh, self._looked = self.told[self._looked :], len(self.told)
        for told in fresh:
            text = told.replace(KEY, "the key")  # which looks like a secret
            hidden = self.bench.world.hide(text)
            assert hidden == text, f"I-27: a secret was told: {hidden}"

    def check_rest(self) -> None:
        """See what always holds: the record agrees with itself, and hosts hold what the journal knows."""
        record = self.record
        secrets, journal = record.secrets, record.journal
        assert (secrets.staged is None) == (not _has_staged(record)), "a staged secret without its fact, or the reverse"
        named = [(secrets.active, journal.active), (secrets.staged, journal.rotation and journal.rotation.staged)]
        for secret, known in named:
            assert secret is None or (known and secrets.fingerprint(secret) == known.fingerprint), "another secret"
        kept = [secret for secret in (secrets.active, secrets.staged, secrets.previous) if secret]
        known_values = {secrets.fingerprint(secret) for secret in kept} | set(journal.forgotten)
        for host in self.bench.hosts:
            held = secrets.fingerprint(Secret(self.bench.value(host)))
            assert host in self.excused or held in known_values, f"I-24: {host} holds what the journal does not know"
        early = [
            line for line in self.bench.world.effects if line["outcome"] == "too_young" and line["who"] == "console"
        ]
        assert not early, "I-8: activated too early"
        self.check_secret()


def _has_staged(record: Record) -> bool:
    rotation = record.journal.open_rotation
    return rotation is not None and rotation.staged is not None and rotation.activated_at is None
