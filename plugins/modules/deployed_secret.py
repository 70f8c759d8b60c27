#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""keyturn.sfmc.deployed_secret: the thin main; the work is in module_utils/_deployment."""

DOCUMENTATION = r"""
module: deployed_secret
short_description: See that this host's files hold the desired client secret, and prove each with a fresh token
version_added: 0.1.0
description:
  - One call for all files of a host that C(sfmc_dependents) declares. Which secret they should hold follows
    from the journal; the staged secret is handed out only to a distribution that M(keyturn.sfmc.attestation) has begun.
  - All files of a dependent are read and checked before the first is written. Only a secret that the journal
    knows is replaced; anything else is reported with its fingerprint and left alone.
  - Writes atomically, keeps owner, mode and extended attributes, reads back, and asks SFMC for a fresh token
    with the value read back.
  - The host needs Python 3.6 or later and nothing else.
author:
  - Keyturn (@keyturn)
attributes:
  check_mode:
    description: Reports what would be written, and writes nothing.
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
        whose proof a rotation needs.
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
        description: Its files.
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
            required: true
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
  secrets:
    description: Filled in by the controller from the store; a task does not give it.
    type: dict
  fingerprint_keys:
    description: Filled in by the controller from the store; a task does not give it.
    type: dict
"""

EXAMPLES = r"""
- name: Write, read back, prove
  keyturn.sfmc.deployed_secret:
  register: deployed

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
      restart_owed: true
      refusal: null
"""

from typing import Dict

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.keyturn.sfmc.plugins.module_utils._deployment import Target, deploy
from ansible_collections.keyturn.sfmc.plugins.module_utils._host_client import HostClient
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

_FILE = {
    "path": {"type": "str", "required": True},
    "format": {"type": "str", "required": True},
    "key": {"type": "str", "required": True, "no_log": False},
}
_DEPENDENT = {
    "name": {"type": "str", "required": True},
    "client_id": {"type": "str", "required": True},
    "files": {"type": "list", "elements": "dict", "required": True, "options": _FILE},
}
_TARGET = {
    "client_id": {"type": "str", "required": True},
    "auth_url": {"type": "str", "required": True},
    "ca_path": {"type": "str"},
    "known": {"type": "dict", "required": True},
}
_ONLY = {"client_id": {"type": "str", "required": True}, "dependent": {"type": "str", "required": True}}
ARGUMENTS = {
    "integration": {"type": "str"},
    "only": {"type": "list", "elements": "dict", "options": _ONLY},
    "dependents": {"type": "list", "elements": "dict", "options": _DEPENDENT},
    "targets": {"type": "list", "elements": "dict", "options": _TARGET},
    "secrets": {"type": "dict", "no_log": True},
    "fingerprint_keys": {"type": "dict", "no_log": True},
}


def _diff(file: Dict[str, str]) -> Dict[str, str]:
    return {
        "before_header": file["path"],
        "after_header": file["path"],
        "before": "{key}: {before}\n".format(**file),
        "after": "{key}: {after}\n".format(**file),
    }


def main() -> None:
    """Deploy every dependent of this host and report the evidence."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    given = module.params
    targets = {
        target["client_id"]: Target(
            target["client_id"],
            target["auth_url"],
            given["fingerprint_keys"][target["client_id"]],
            given["secrets"][target["client_id"]],
            target["known"],
        )
        for target in given["targets"] or []
    }
    clients = {target["client_id"]: HostClient(target["ca_path"]) for target in given["targets"] or []}
    evidence = [
        deploy(item, targets[item["client_id"]], clients[item["client_id"]].fresh_token, module.check_mode)
        for item in given["dependents"] or []
    ]
    changes = [
        file for item in evidence if item["changed"] for file in item["files"] if file["before"] != file["after"]
    ]
    refusals = [Refusal(**item["refusal"]) for item in evidence if item["refusal"]]
    result = {
        "changed": any(item["changed"] for item in evidence),
        "dependents": evidence,
        "diff": [_diff(file) for file in changes],
    }
    if refusals:
        module.fail_json(msg="\n".join(str(refusal) for refusal in refusals), **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
