# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""A host's half of the distribution: check every file first, write, read back, prove with a fresh token."""

from typing import Any, Callable, Dict, List, Mapping, NamedTuple

from ansible_collections.keyturn.sfmc.plugins.module_utils import _secure_file
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value, replace_value
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

    def __repr__(self) -> str:
        return f"Target({self.client_id}, {self.fingerprint})"


def deploy(dependent: Mapping[str, Any], target: Target, ask: Ask, check_mode: bool) -> Dict[str, Any]:
    """Bring one dependent's files to the target and prove it; never raises for what it finds.

    All files are read and checked before the first is written, so that a dependent with a problem is left alone.

    :param dependent: `name`, and `files` with `path`, `format` and `key`.
    :return: evidence: `name`, `client_id`, `fingerprint`, `files`, `changed`, `proof` (None in check mode when
        something would be written), and `refusal` (None when all went well).
    """
    evidence: Dict[str, Any] = {
        "name": dependent["name"],
        "client_id": target.client_id,
        "fingerprint": target.fingerprint,
        "files": [],
        "changed": False,
        "proof": None,
        "refusal": None,
    }
    try:
        edits = _planned(dependent["files"], target)
        evidence["files"] = [found for edit in edits for found in edit.found]
        needed = [edit for edit in edits if edit.needed]
        if check_mode and needed:
            evidence["changed"] = True
            return evidence
        for edit in needed:
            _secure_file.replace(edit.snapshot, edit.content)
            evidence["changed"] = True
        evidence["proof"] = _proved(_read_back(dependent["files"], target), target, ask)
    except Refusal as refusal:
        evidence["refusal"] = refusal.as_dict()
    return evidence


class _Edit(NamedTuple):
    """One file, before and after."""

    snapshot: _secure_file.Snapshot
    content: bytes
    found: List[Dict[str, Any]]

    @property
    def needed(self) -> bool:
        return self.content != self.snapshot.content


def _planned(files: List[Dict[str, str]], target: Target) -> List[_Edit]:
    edits: Dict[str, _Edit] = {}
    for file in files:
        path = file["path"]
        edit = edits.get(path)
        if edit is None:
            snapshot = _secure_file.read(path)
            edit = _Edit(snapshot, snapshot.content, [])
        value = read_value(file["format"], edit.content, file["key"], path)
        before = _recognised(value, file, target)
        content = edit.content
        if value != target.secret:
            content = replace_value(file["format"], content, file["key"], target.secret, path)
        edit.found.append({"path": path, "key": file["key"], "before": before, "after": target.fingerprint})
        edits[path] = edit._replace(content=content)
    for edit in edits.values():
        if edit.needed:
            _secure_file.check_replaceable(edit.snapshot)
    return list(edits.values())


def _recognised(value: str, file: Mapping[str, str], target: Target) -> str:
    """Only a secret that the journal knows is ever replaced (I-22, I-24)."""
    found = fingerprint(target.key, value)
    if found in target.known.values():
        return found
    raise Refusal(
        "I-24: only a secret that the journal knows is replaced",
        f"{file['path']}, key {file['key']}",
        " or ".join(f"the {name} secret {known}" for name, known in sorted(target.known.items())),
        f"an unknown value, {found}" if value else "an empty value",
        "find out who changed it: put the active secret there by hand, or correct path and key in sfmc_dependents;"
        " nothing of this dependent was written",
    )


def _read_back(files: List[Dict[str, str]], target: Target) -> str:
    """Return the secret as it stands in the files now, the same in each of them (I-4)."""
    value = ""
    for file in files:
        value = read_value(file["format"], _secure_file.read(file["path"]).content, file["key"], file["path"])
        if fingerprint(target.key, value) != target.fingerprint:
            raise Refusal(
                "I-4: what was written is what stands there",
                f"{file['path']}, key {file['key']}",
                target.fingerprint,
                fingerprint(target.key, value),
                "something changed the file at the same moment (configuration management?); stop it, run again",
            )
    return value


def _proved(value: str, target: Target, ask: Ask) -> Dict[str, Any]:
    answer = ask(target.auth_url, target.client_id, value)
    if answer.outcome == ACCEPTED:
        return {"outcome": answer.outcome, "scopes": list(answer.scopes), "expires_in": answer.expires_in}
    hint = (
        "the secret is dead: run keyturn.sfmc.status to see what SFMC says of it"
        if answer.outcome == REJECTED
        else "see that this host reaches SFMC (proxy, firewall, CA), then run again; both secrets work meanwhile"
    )
    raise Refusal(
        "I-16: only a fresh token is proof",
        f"{target.auth_url} from this host",
        f"a token for secret {target.fingerprint}",
        f"{answer.outcome}: {answer.detail}",
        hint,
    )
