#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""keyturn.sfmc.deployed_secret: the thin main; the work is in module_utils/_deployment."""

DOCUMENTATION = r"""
module: deployed_secret
short_description: See that this host's dependents hold the desired client secret, and prove each with a fresh token
version_added: 1.0.0
description:
  - One call for all that C(sfmc_dependents) declares of a host. Which secret they should hold follows
    from the journal; the staged secret is handed out only to a distribution that M(keyturn.sfmc.attestation) has begun.
  - All files of a dependent are read and checked before the first is written. Only a secret that the journal
    knows is replaced; anything else is reported with its fingerprint and left alone.
  - Writes atomically, keeps owner, mode and extended attributes, reads back, and asks SFMC for a fresh token
    with the value read back. Then what is owed is restarted and checked, and the files are read once more.
  - What several dependents of a host share is done once - a token request, a restart, a check.
  - When a file was written, every dependent of the host that declares it is restarted and checked; so is one whose
    proof is missing or does not count any more. Nothing but M(keyturn.sfmc.attestation) records what was proved and
    what failed, so let it follow a task of your own.
  - The host needs Python 3.6 or later; for files of the format C(yaml) also PyYAML.
author:
  - Keyturn (@keyturn)
attributes:
  check_mode:
    description: Reports what would be written, writes and restarts nothing.
    support: full
  diff_mode:
    description: Shows fingerprints, never secrets or other content of the files.
    support: full
  idempotent:
    description: A second run changes nothing.
    support: full
  action_group:
    description: Use C(group/keyturn.sfmc.sfmc) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - keyturn.sfmc.sfmc
options:
  integration:
    description:
      - Name in C(sfmc_integrations) or client id of one integration. Without it, all that this host's dependents name.
    type: str
  only:
    description:
      - The dependents that are meant, of those that the inventory declares. Without it, all.
      - RV(keyturn.sfmc.attestation#module:missing) of O(keyturn.sfmc.attestation#module:state=begun) names those
        whose proof a rotation needs, by host.
      - What is named is restarted and checked, as far as it says how; its proof is missing or does not count any more.
    type: list
    elements: dict
    suboptions:
      client_id:
        description: Client id of the integration.
        type: str
        required: true
      dependent:
        description: The dependent as C(HOST/NAME).
        type: str
        required: true
  prove:
    description:
      - With O(settled) in check mode, ask for a fresh token with what stands in the files all the same.
    type: bool
    default: false
  settled:
    description:
      - Only dependents that should hold the active secret, as no rotation is bringing them another, and whose value was
        known before. In check mode they are compared and no token is asked for. Otherwise a token is asked for before
        the first write, so that a secret that SFMC does not accept replaces nothing; with C(proof=fingerprint), which
        asks for none, that cannot be seen.
      - What runs longer than its file has been there was not restarted for it; that is owed.
      - What is found is in RV(dependents), and no failure of the task.
    type: bool
    default: false
  rehearse:
    description:
      - Do everything with the secret that stands in the files now, and write nothing. A file is read and edited in
        memory, a private temporary file without a secret is made beside it and removed, a fresh token is asked for with
        what was read, then restart and check.
      - In check mode nothing is restarted, and no temporary file is made.
      - What is found is in RV(dependents), and no failure of the task.
    type: bool
    default: false
  rehearse_restart:
    description: Whether a rehearsal restarts what a dependent names. Checks are made all the same.
    type: bool
    default: true
  dependents:
    description: Filled in by the controller from C(sfmc_dependents); a task does not give it.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the dependent.
        type: str
        required: true
      client_id:
        description: Client id of its integration.
        type: str
        required: true
      files:
        description: Its files; empty when its secret is kept elsewhere.
        type: list
        elements: dict
        required: true
        suboptions:
          path:
            description: Path on this host.
            type: str
            required: true
          format:
            description: Format of the file.
            type: str
            required: true
          key:
            description: Where the secret stands, in the key syntax of the format.
            type: str
          encoding:
            description: How the secret is encoded there.
            type: str
            default: plain
            choices: [plain, base64]
      restart:
        description: What is restarted when something changed.
        type: dict
        suboptions:
          service:
            description: Name of a service of the init system.
            type: str
          supervisor:
            description: Name of a program of supervisord.
            type: str
          command:
            description: Program and arguments.
            type: list
            elements: str
          pid_file:
            description: File with the process id of what the command restarts.
            type: str
          container:
            description: Name of a container.
            type: str
          engine:
            description: Its engine. Without it, whichever is there.
            type: str
            choices: [docker, podman]
          daemon_reload:
            description: Whether systemd reads its units again first.
            type: bool
            default: false
          timeout:
            description: Seconds.
            type: float
            default: 120
      check:
        description: How it shows that it is well.
        type: dict
        suboptions:
          url:
            description: URL that this host asks. A redirect is not followed.
            type: str
          status:
            description: Status that the URL answers.
            type: int
            default: 200
          validate_certs:
            description: Whether the certificate of an https URL is verified.
            type: bool
            default: true
          command:
            description: Program and arguments.
            type: list
            elements: str
          service:
            description: Name of a service that is active.
            type: str
          retries:
            description: How often it is asked again.
            type: int
            default: 10
          delay:
            description: Seconds between two tries.
            type: int
            default: 1
          timeout:
            description: Seconds for one try of a command.
            type: float
            default: 30
          settle:
            description:
              - Seconds after which it is looked at once more, and has to be well again.
              - Without it, 2 for a service, and no second look for anything else.
            type: float
      proof:
        description: Which proof is wanted.
        type: str
        default: token
        choices: [token, fingerprint, soak]
      unattested:
        description: Whether the journal has no proof of it that counts, so that a restart may still be owed.
        type: bool
        default: false
      accept_unknown:
        description: Whether any value that stands there may be replaced.
        type: bool
        default: false
      rehearse:
        description: Whether all is done but the write.
        type: bool
        default: false
  targets:
    description: Filled in by the controller from the journal; a task does not give it.
    type: list
    elements: dict
    suboptions:
      client_id:
        description: Client id.
        type: str
        required: true
      auth_url:
        description: Authentication URL of the tenant.
        type: str
        required: true
      ca_path:
        description: File with certificate authorities on this host.
        type: str
      known:
        description: Fingerprints that may stand in the files.
        type: dict
        required: true
      ask_at:
        description:
          - This host's turn to ask SFMC, in seconds since the epoch, for the pace of the rollout. It asks then, or
            O(targets[].ask_within) after the module has started, whichever comes first.
        type: float
        default: 0
      ask_within:
        description: How long the turn is away, in seconds; a clock that is wrong lets nobody wait for longer.
        type: float
        default: 0
  secrets:
    description: Filled in by the controller from the store; a task does not give it.
    type: dict
  hidden:
    description:
      - Other secrets that programs of this host may know, such as the former one; no message shows them.
      - Filled in by the controller from the store; a task does not give it.
    type: list
    elements: str
  fingerprint_keys:
    description: Filled in by the controller from the store; a task does not give it.
    type: dict
"""

EXAMPLES = r"""
- name: Write, read back, prove
  keyturn.sfmc.deployed_secret:
  register: deployed
  ignore_errors: true

- name: Say which dependents could not be proved
  ansible.builtin.debug:
    msg: "{{ deployed.dependents | rejectattr('refusal', 'none') | map(attribute='name') }}"
"""

RETURN = r"""
dependents:
  description: Evidence for each dependent of this host.
  returned: always
  type: list
  elements: dict
  sample:
    - name: mule runtime
      client_id: 0a1b2c3d4e5f6g7h8i9j0k1l
      fingerprint: 1f0c3ab5d2e4
      changed: true
      files:
        - path: /opt/mule/conf/sfmc.properties
          key: sfmc.clientSecret
          before: 77aa01bc42de
          after: 1f0c3ab5d2e4
      proof:
        outcome: accepted
        scopes: [email_read]
        expires_in: 1079
      restart_owed: false
      restarted: true
      refusal: null
"""

import time
from typing import Any, Callable, Dict, List, Mapping, Optional

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.keyturn.sfmc.plugins.module_utils._deployment import Ask, Deployment, Target
from ansible_collections.keyturn.sfmc.plugins.module_utils._host_client import HostClient, url_status
from ansible_collections.keyturn.sfmc.plugins.module_utils._host_deployment import deploy
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import Answer

_FILE = {
    "path": {"type": "str", "required": True},
    "format": {"type": "str", "required": True},
    "key": {"type": "str", "no_log": False},
    "encoding": {"type": "str", "default": "plain", "choices": ["plain", "base64"]},
}
_RESTART = {
    "service": {"type": "str"},
    "supervisor": {"type": "str"},
    "command": {"type": "list", "elements": "str"},
    "pid_file": {"type": "str"},
    "container": {"type": "str"},
    "engine": {"type": "str", "choices": ["docker", "podman"]},
    "daemon_reload": {"type": "bool", "default": False},
    "timeout": {"type": "float", "default": 120},
}
_CHECK = {
    "url": {"type": "str"},
    "status": {"type": "int", "default": 200},
    "validate_certs": {"type": "bool", "default": True},
    "command": {"type": "list", "elements": "str"},
    "service": {"type": "str"},
    "retries": {"type": "int", "default": 10},
    "delay": {"type": "int", "default": 1},
    "timeout": {"type": "float", "default": 30},
    "settle": {"type": "float"},
}
_DEPENDENT = {
    "name": {"type": "str", "required": True},
    "client_id": {"type": "str", "required": True},
    "files": {"type": "list", "elements": "dict", "required": True, "options": _FILE},
    "restart": {"type": "dict", "options": _RESTART},
    "check": {"type": "dict", "options": _CHECK},
    "proof": {"type": "str", "default": "token", "choices": ["token", "fingerprint", "soak"]},
    "unattested": {"type": "bool", "default": False},
    "accept_unknown": {"type": "bool", "default": False},
    "rehearse": {"type": "bool", "default": False},
}
_TARGET = {
    "client_id": {"type": "str", "required": True},
    "auth_url": {"type": "str", "required": True},
    "ca_path": {"type": "str"},
    "known": {"type": "dict", "required": True},
    "ask_at": {"type": "float", "default": 0},
    "ask_within": {"type": "float", "default": 0},
}
_ONLY = {"client_id": {"type": "str", "required": True}, "dependent": {"type": "str", "required": True}}
ARGUMENTS = {
    "integration": {"type": "str"},
    "only": {"type": "list", "elements": "dict", "options": _ONLY},
    "prove": {"type": "bool", "default": False},
    "settled": {"type": "bool", "default": False},
    "rehearse": {"type": "bool", "default": False},
    "rehearse_restart": {"type": "bool", "default": True},
    "dependents": {"type": "list", "elements": "dict", "options": _DEPENDENT},
    "targets": {"type": "list", "elements": "dict", "options": _TARGET},
    "secrets": {"type": "dict", "no_log": True},
    "hidden": {"type": "list", "elements": "str", "no_log": True},
    "fingerprint_keys": {"type": "dict", "no_log": True},
}


def _targets(given: Dict[str, Any]) -> Dict[str, Target]:
    return {
        target["client_id"]: Target(
            target["client_id"],
            target["auth_url"],
            given["fingerprint_keys"][target["client_id"]],
            given["secrets"][target["client_id"]],
            target["known"],
        )
        for target in given["targets"] or []
    }


def _paced(given: Dict[str, Any], started: float) -> Ask:
    """Return how to ask for a token: not before this host's turn in the rollout."""
    settings = {target["client_id"]: target for target in given["targets"] or []}

    def ask(auth_url: str, client_id: str, secret: str) -> Answer:
        target = settings[client_id]
        left = min(target["ask_at"] - time.time(), started + target["ask_within"] - time.monotonic())
        time.sleep(max(0.0, left))
        return HostClient(target["ca_path"]).fresh_token(auth_url, client_id, secret)

    return ask


def _made(dependent: Dict[str, Any], target: Target) -> Deployment:
    """Return what is made of a dependent."""
    if not dependent["rehearse"]:
        return Deployment(dependent, target)
    # Seldom needed; a host imports anew in each call.
    from ansible_collections.keyturn.sfmc.plugins.module_utils._host_rehearsal import Rehearsal

    return Rehearsal(dependent, target)


def _running_since() -> Callable[[Mapping[str, Any]], Optional[float]]:
    # Needed to verify only.
    from ansible_collections.keyturn.sfmc.plugins.module_utils._running import running_since

    return running_since


def _diff(evidence: List[Dict[str, Any]]) -> List[Dict[str, str]]:
    return [
        {
            "before_header": file["path"],
            "after_header": file["path"],
            "before": "{key}: {before}\n".format(**file),
            "after": "{key}: {after}\n".format(**file),
        }
        for item in evidence
        if item["changed"]
        for file in item["files"]
        if file["before"] != file["after"]
    ]


def main() -> None:
    """Deploy every dependent of this host and report the evidence."""
    started = time.monotonic()
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    given = module.params

    def upkeep(seen: List[str]) -> Any:
        # Needed after a change only; a host imports anew in each call.
        from ansible_collections.keyturn.sfmc.plugins.module_utils._upkeep import Upkeep

        return Upkeep(url_status, [*(given["secrets"] or {}).values(), *(given["hidden"] or []), *seen])

    ask = _paced(given, started)
    evidence = deploy(
        given["dependents"] or [],
        _targets(given),
        ask,
        upkeep,
        module.check_mode,
        _made,
        given["settled"],
        _running_since() if given["settled"] else None,
    )
    rehearsed = [dependent["rehearse"] for dependent in given["dependents"] or []]
    # What a rehearsal finds is its result, not its failure.
    refusals = [Refusal(**item["refusal"]) for item, only in zip(evidence, rehearsed) if item["refusal"] and not only]
    result = {
        "changed": any(item["changed"] or item["restarted"] for item in evidence),
        "dependents": evidence,
        "diff": _diff(evidence),
    }
    if refusals and not given["settled"]:
        module.fail_json(msg="\n".join(str(refusal) for refusal in refusals), **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
