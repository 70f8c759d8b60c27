# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""One dependent's files on its host: check every file first, write, read back. What is found and done is evidence."""

import time
from traceback import walk_tb
from typing import AbstractSet, Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Set

from ansible_collections.keyturn.sfmc.plugins.module_utils import _secure_file
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._edit import Located
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import locate
from ansible_collections.keyturn.sfmc.plugins.module_utils._fingerprint import fingerprint
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import ACCEPTED, REJECTED, Answer

#: Asks for a fresh token with a secret: (auth_url, client_id, secret) -> Answer.
Ask = Callable[[str, str, str], Answer]


class Target(NamedTuple):
    """What the places of one integration should hold. `repr` hides the secret.

    :param known: fingerprints that may stand there before (active, staged, previous) by their names.
    """

    client_id: str
    auth_url: str
    key: str
    secret: str
    known: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the desired secret."""
        return fingerprint(self.key, self.secret)

    def knows(self, value: str) -> bool:
        """Tell whether a value is a secret that the journal knows."""
        return fingerprint(self.key, value) in self.known.values()

    def __repr__(self) -> str:
        return f"Target({self.client_id}, {self.fingerprint})"


class Edit:
    """One file: as it was read, what it should hold, and what was found at its places."""

    def __init__(self, snapshot: _secure_file.Snapshot) -> None:
        self.snapshot = snapshot
        self.content = snapshot.content
        self.found: List[Dict[str, Any]] = []

    @property
    def needed(self) -> bool:
        return self.content != self.snapshot.content

    def holds(self) -> bool:
        """Tell whether the file has its new content by now."""
        try:
            return _secure_file.read(self.snapshot.path).content == self.content
        except Refusal:
            return False


class Deployment:
    """One dependent: its files are brought to the target, and `evidence` says what was found, done and proved.

    A refusal ends the steps of this dependent and of no other. A dependent without files is one whose secret is kept
    elsewhere, and was read back by whoever calls.
    """

    def __init__(self, dependent: Mapping[str, Any], target: Target) -> None:
        """Take a dependent with `name`, `files`, `restart`, `check`, `proof`, `unattested` and `accept_unknown`."""
        self.dependent = dependent
        self.target = target
        #: What stood at the places; programs may know it, so no message shows it.
        self.seen: List[str] = []
        #: The files themselves, whatever paths lead to them, that were written in this call.
        self.written: Set[str] = set()
        self._edits: Dict[str, Edit] = {}
        self.evidence: Dict[str, Any] = {
            "name": dependent["name"],
            "client_id": target.client_id,
            "fingerprint": target.fingerprint,
            "files": [],
            "changed": False,
            "restart_owed": False,
            "restarted": False,
            "proof": None,
            "refusal": None,
        }

    @property
    def refused(self) -> bool:
        """Whether a step was refused, so that no other may follow."""
        return self.evidence["refusal"] is not None

    @property
    def care_is_owed(self) -> bool:
        """Whether a restart and a check are owed: something changed now, or before a crash (I-14)."""
        owed = self.evidence["changed"] or self.dependent["unattested"] or self.evidence["restart_owed"]
        return not self.refused and bool(owed)

    def attempt(self, step: Callable[[], None]) -> None:
        """Take a step unless an earlier one was refused."""
        if not self.refused:
            self.fail(refusal_of(step, f"dependent {self.dependent['name']}"))

    def fail(self, refusal: Optional[Refusal]) -> None:
        """Record why a step was not taken, if it was not."""
        if refusal is not None:
            self.evidence["refusal"] = refusal.as_dict()

    def write(self, check_mode: bool) -> None:
        """Bring all files to the target; all are read and checked before the first is written."""
        self._edits = self._planned()
        files = {edit.snapshot.real_path: edit for edit in self._edits.values()}
        self.evidence["files"] = [found for edit in files.values() for found in edit.found]
        for edit in files.values():
            if edit.needed:
                self._write(edit, check_mode)

    def _write(self, edit: Edit, check_mode: bool) -> None:
        try:
            if not check_mode:
                _secure_file.replace(edit.snapshot, edit.content)
        except Refusal:
            # What comes after the rename can fail too; then the file is another one all the same.
            if edit.holds():
                self.note_written({edit.snapshot.real_path})
            raise
        self.note_written({edit.snapshot.real_path})

    def note_written(self, files: AbstractSet[str]) -> None:
        """Take note of files that this call wrote, for whomever: what reads one of them at its start is restarted."""
        own = files & {edit.snapshot.real_path for edit in self._edits.values()}
        if own:
            self.written |= own
            self.evidence["changed"] = True

    def note_older_process(self, running_since: Callable[[Mapping[str, Any]], Optional[float]]) -> None:
        """See whether what reads the files at its start was started before they were last written.

        :param running_since: returns when what a `restart` names began to run, None where nobody can tell.
        """
        if not self.evidence["changed"]:
            self.evidence["restart_owed"] = self._is_older(running_since)

    def see_restarted(self, running_since: Callable[[Mapping[str, Any]], Optional[float]]) -> None:
        """See that the restart that was owed has ended the older process: what only reloads would be owed it for ever.

        :raises Refusal: it has not.
        """
        if self.evidence["restart_owed"] and self._is_older(running_since):
            raise Refusal(
                "I-14: a restart is owed until it worked",
                f"what {self.dependent['name']} restarts",
                "another process than before",
                "the one that has been running since before its file was last written",
                "correct `restart`, and `pid_file` if there is one; what takes its secret anew without a new process is"
                " declared as a `command` without `pid_file`",
            )

    def _is_older(self, running_since: Callable[[Mapping[str, Any]], Optional[float]]) -> bool:
        restart = self.dependent["restart"]
        since = None if restart is None else running_since(restart)
        modified = max((edit.snapshot.facts.modified for edit in self._edits.values()), default=0) / 1e9
        # By a time that is still to come, each new process would be too old.
        return since is not None and since + _CLOCK_TICKS < modified <= time.time()

    def read_back(self) -> None:
        """See that the secret stands in the files now, by each of their paths (I-4)."""
        for path, edit in self._edits.items():
            content = _secure_file.read(path).content
            if content != edit.content:
                self._read_again(path, content)

    def _read_again(self, path: str, content: bytes) -> None:
        """Look at a file that is not the one that was written: another integration's secret may be in it, too."""
        for file in self.dependent["files"]:
            if file["path"] != path:
                continue
            located = self._located(file, content)
            located.confirm()
            if located.value != self.target.secret:
                raise Refusal(
                    "I-4: what was written is what stands there",
                    place_of(file),
                    self.target.fingerprint,
                    fingerprint(self.target.key, located.value),
                    "something changed the file at the same moment (configuration management?); stop it, run again",
                )

    def prove(self, ask: Ask) -> None:
        """Record the proof that the inventory wants of this dependent."""
        if self.dependent["proof"] == "fingerprint":
            self.evidence["proof"] = {"outcome": "fingerprint", "scopes": [], "expires_in": 0}
            return
        answer = ask(self.target.auth_url, self.target.client_id, self.target.secret)
        if answer.outcome != ACCEPTED:
            raise _not_proved(self.target, answer)
        outcome = "soak" if self.dependent["proof"] == "soak" else answer.outcome
        self.evidence["proof"] = {
            "outcome": outcome,
            "scopes": list(answer.scopes),
            "expires_in": answer.expires_in,
        }

    def _located(self, file: Mapping[str, Any], content: bytes) -> Located:
        return locate(file["format"], content, file["key"], file["path"], self.target.knows, file["encoding"])

    def _planned(self) -> Dict[str, Edit]:
        """Return the edit of each declared path; paths that lead to one file share theirs."""
        edits: Dict[str, Edit] = {}
        files: Dict[str, Edit] = {}
        for file in self.dependent["files"]:
            path, real = file["path"], _secure_file.real_path(file["path"])
            if real not in files:
                files[real] = Edit(_secure_file.read(path))
            edit = edits.setdefault(path, files[real])
            located = self._located(file, edit.content)
            self.seen.append(located.value)
            before = self._recognised(located, file)
            self._edit(located, edit)
            edit.found.append({"path": path, "key": file["key"], "before": before, "after": self.target.fingerprint})
        for edit in files.values():
            if edit.needed:
                _secure_file.check_replaceable(edit.snapshot)
        return edits

    def _edit(self, located: Located, edit: Edit) -> None:
        """Put the secret into what the file should hold."""
        if located.value == self.target.secret:
            located.confirm()
        else:
            edit.content = located.replaced(self.target.secret)

    def _recognised(self, located: Located, file: Mapping[str, Any]) -> str:
        """Only a secret that the journal knows is replaced, or one that the inventory declares unknown (I-22, I-24)."""
        found = fingerprint(self.target.key, located.value)
        if found in self.target.known.values() or self.dependent["accept_unknown"]:
            return found
        raise Refusal(
            "I-24: only a secret that the journal knows is replaced",
            place_of(file),
            " or ".join(f"the {name} secret {known}" for name, known in sorted(self.target.known.items())),
            f"an unknown value, {found}" if located.value else "an empty value",
            "find out who changed it: put the active secret there by hand, or correct path and key in sfmc_dependents;"
            " a place that was never rotated is taken over with `unknown_secret: accept`; nothing of this dependent was"
            " written",
        )


def place_of(file: Mapping[str, Any]) -> str:
    """Return how messages name a place."""
    return f"{file['path']}, key {file['key']}" if file["key"] else f"{file['path']}, wherever a secret stands"


#: How far the clocks of files and of processes may be apart, in seconds.
_CLOCK_TICKS = 0.5

#: What this host may make of a declaration that it cannot take: a NUL, a number too large, no room for an output.
_STUMBLES = (OSError, ValueError, TypeError, OverflowError, RecursionError)


def refusal_of(step: Callable[[], None], whose: str) -> Optional[Refusal]:
    """Take a step; return why it was not taken, None when it was. One that breaks off fails its dependent alone."""
    try:
        step()
    except Refusal as refusal:
        return refusal
    except _STUMBLES as error:
        # Never its message, which may quote a file.
        frames = [frame.f_code.co_name for frame, _line in walk_tb(error.__traceback__)]
        return Refusal(
            "what a host cannot take fails its own dependent and no other",
            whose,
            "paths, commands and URLs that can be passed on, and room for what commands print",
            f"{type(error).__name__} in {frames[-1]}",
            "correct this dependent in `sfmc_dependents`, and run again: both secrets work until the activation",
        )
    return None


def _not_proved(target: Target, answer: Answer) -> Refusal:
    hint = (
        "the secret is dead: run keyturn.sfmc.status to see what SFMC says of it"
        if answer.outcome == REJECTED
        else "see that this host reaches SFMC (proxy, firewall, CA), then run again; both secrets work meanwhile"
    )
    return Refusal(
        "I-16: only a fresh token is proof",
        f"{target.auth_url} from this host",
        f"a token for secret {target.fingerprint}",
        f"{answer.outcome}: {answer.detail}",
        hint,
    )
