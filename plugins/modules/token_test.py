#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""keyturn.sfmc.token_test: ask for one fresh token from this host."""

DOCUMENTATION = r"""
module: token_test
short_description: Ask SFMC from this host whether a client secret is accepted
version_added: 1.0.0
description:
  - Asks for one fresh token with the active or the staged secret of the store, and says for which package it is
    and with which scopes.
  - Shows whether a host reaches SFMC at all (proxy, firewall, certificate authorities) before a rotation needs it.
  - The token is thrown away; neither it nor the secret is returned.
author:
  - Keyturn (@keyturn)
attributes:
  check_mode:
    description: Asks as well; a token request changes nothing.
    support: full
  diff_mode:
    description: Returns details about what has changed.
    support: none
  idempotent:
    description: Changes nothing.
    support: full
  action_group:
    description: Use C(group/keyturn.sfmc.sfmc) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - keyturn.sfmc.sfmc
options:
  integration:
    description: Name in C(sfmc_integrations) or client id of the integration.
    type: str
    required: true
  stage:
    description: Which secret of the store to ask with.
    type: str
    default: active
    choices: [active, staged]
  scope:
    description: Scopes to ask for. An empty text asks for a token without any; without this option all scopes
      of the package are asked for.
    type: str
  client_id:
    description: Filled in by the controller from the inventory; a task does not give it.
    type: str
  auth_url:
    description: Filled in by the controller from the inventory; a task does not give it.
    type: str
  ca_path:
    description: Filled in by the controller from the inventory; a task does not give it.
    type: str
  client_secret:
    description: Filled in by the controller from the store; a task does not give it.
    type: str
"""

EXAMPLES = r"""
- name: See whether this host reaches SFMC with the active secret
  keyturn.sfmc.token_test:
    integration: crm_sync
  register: token

- name: Insist on it
  ansible.builtin.assert:
    that: token.outcome == 'accepted'
    fail_msg: "{{ token.detail }}"
"""

RETURN = r"""
outcome:
  description: What SFMC said - V(accepted), V(rejected), or V(unknown), which is neither.
  returned: always
  type: str
  sample: accepted
reason:
  description: One word for it.
  returned: always
  type: str
  sample: token
detail:
  description: One sentence for people.
  returned: always
  type: str
  sample: a fresh token was given
scopes:
  description: Scopes of the token.
  returned: when accepted
  type: list
  elements: str
  sample: [email_read, list_and_subscribers_read]
expires_in:
  description: Life of the token in seconds.
  returned: when accepted
  type: int
  sample: 1079
package:
  description: Name of the package that the token belongs to; empty when SFMC did not say.
  returned: when accepted
  type: str
  sample: CRM Sync
enterprise_id:
  description: Enterprise that the token belongs to; empty when SFMC did not say.
  returned: when accepted
  type: str
  sample: "7000001"
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.keyturn.sfmc.plugins.module_utils._host_client import HostClient
from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import ACCEPTED, Package

ARGUMENTS = {
    "integration": {"type": "str", "required": True},
    "stage": {"type": "str", "default": "active", "choices": ["active", "staged"]},
    "scope": {"type": "str"},
    "client_id": {"type": "str"},
    "auth_url": {"type": "str"},
    "ca_path": {"type": "str"},
    "client_secret": {"type": "str", "no_log": True},
}


def main() -> None:
    """Ask once and report the answer."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    given = module.params
    client = HostClient(given["ca_path"])
    answer = client.fresh_token(given["auth_url"], given["client_id"], given["client_secret"], given["scope"])
    result = {"changed": False, "outcome": answer.outcome, "reason": answer.reason, "detail": answer.detail}
    if answer.outcome == ACCEPTED:
        package = client.package(given["auth_url"], answer) or Package()
        result.update(
            scopes=list(answer.scopes),
            expires_in=answer.expires_in,
            package=package.name,
            enterprise_id=package.enterprise_id,
        )
    module.exit_json(**result)


if __name__ == "__main__":
    main()
