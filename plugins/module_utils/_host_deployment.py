# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""All dependents of a host in one go: write everything, prove, restart, check, see that it is still there.

A secret is proved before anything is restarted with it. What several dependents share is done once: a token request,
a restart, a check.
"""

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._deployment import Ask, Deployment, Target, refusal_of
from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import Answer

if TYPE_CHECKING:
    from ansible_collections.keyturn.sfmc.plugins.module_utils._upkeep import Upkeep


def deploy(
    dependents: Sequence[Mapping[str, Any]],
    targets: Mapping[str, Target],
    ask: Ask,
    upkeep: Callable[[List[str]], "Upkeep"],
    check_mode: bool,
    make: Callable[[Mapping[str, Any], Target], Deployment] = Deployment,
    proved_first: bool = False,
    running_since: Optional[Callable[[Mapping[str, Any]], Optional[float]]] = None,
) -> List[Dict[str, Any]]:
    """Bring a host's dependents to their targets; return the evidence of each. Never raises for what it finds.

    :param targets: by client id.
    :param make: what is made of each dependent and its target: a deployment, or the rehearsal of one.
    :param proved_first: whether nobody has just asked SFMC about the secrets: a dead one is not written (I-32).
    :param running_since: tells since when what a `restart` names runs; a process older than its file is owed one.
    :param upkeep: makes what restarts and checks, when something is owed, from the secrets that stood in the files.
    :return: for each dependent `name`, `client_id`, `fingerprint`, `files`, `changed`, `restart_owed`, `restarted`,
        `proof` (None in check mode when something would be written) and `refusal` (None when all went well).
    """
    works = [make(dependent, targets[dependent["client_id"]]) for dependent in dependents]
    once = _asked_once(ask)
    for work in works:
        if proved_first and not check_mode:
            work.attempt(partial(work.prove, once))
        work.attempt(partial(work.write, check_mode))
    # Two dependents may share a file: who comes second finds it right already, and is owed a restart all the same.
    written = {path for work in works for path in work.written}
    for work in works:
        work.note_written(written)
        if running_since is not None:
            work.attempt(partial(work.note_older_process, running_since))
    standing = [work for work in works if not (check_mode and work.evidence["changed"])]
    for work in standing:
        work.attempt(work.read_back)
        work.attempt(partial(work.prove, once))
    if not check_mode:
        _care(standing, upkeep)
    if running_since is not None and not check_mode:
        for work in standing:
            work.attempt(partial(work.see_restarted, running_since))
    return [work.evidence for work in works]


def _asked_once(ask: Ask) -> Ask:
    """Return an `ask` that asks once for the same secret: one token of this host proves it for all of its files."""
    answers: Dict[Tuple[str, str, str], Answer] = {}

    def asked(auth_url: str, client_id: str, secret: str) -> Answer:
        what = (auth_url, client_id, secret)
        if what not in answers:
            answers[what] = ask(*what)
        return answers[what]

    return asked


def _care(works: Sequence[Deployment], upkeep: Callable[[List[str]], "Upkeep"]) -> None:
    """Restart and check what is owed; then see that this left the files as they were."""
    owed = [work for work in works if work.care_is_owed]
    if any(work.dependent["restart"] or work.dependent["check"] for work in owed):
        care = upkeep([value for work in works for value in work.seen])
        _for_each_distinct(owed, "restart", care.restart)
        for work in owed:
            work.evidence["restarted"] = work.dependent["restart"] is not None and not work.refused
        _for_each_distinct(owed, "check", care.check)
    for work in owed:
        work.attempt(work.read_back)


def _for_each_distinct(works: Sequence[Deployment], what: str, act: Callable[[Mapping[str, Any]], None]) -> None:
    """Do once what several dependents declare alike; they share its failure."""
    groups: Dict[str, List[Deployment]] = {}
    for work in works:
        if work.dependent[what] is not None and not work.refused:
            groups.setdefault(json.dumps(work.dependent[what], sort_keys=True), []).append(work)
    for group in groups.values():
        names = ", ".join(str(work.dependent["name"]) for work in group)
        refusal = refusal_of(partial(act, group[0].dependent[what]), f"{what} of {names}")
        for work in group:
            work.fail(refusal)
