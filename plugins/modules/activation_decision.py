#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of keyturn.sfmc.activation_decision; the work is done by the action plugin of that name."""

DOCUMENTATION = r"""
module: activation_decision
short_description: Keep in the journal what a person decides about an activation
version_added: 1.0.0
description:
  - With C(sfmc_approval) set, an activation waits for a person who has looked at its evidence.
  - In an emergency, such as a secret that leaked, a person can give up dependents that cannot be proved. The activation
    then breaks them, and no others. They are mended like any host that was missed, and the rotation stays open until
    they are proved, or retired.
author:
  - Keyturn (@keyturn)
extends_documentation_fragment:
  - keyturn.sfmc.integrations
  - keyturn.sfmc.integrations.idempotent
  - keyturn.sfmc.integrations.once
options:
  integration:
    description:
      - Name in C(sfmc_integrations) or client id of the integration.
      - Needed where the hosts of the play declare several; this is for one.
    type: str
  state:
    description:
      - V(approved) lets the activation come that rests on O(evidence). When anything of the evidence changes, such as a
        dependent that joins or a proof that is taken again, the approval counts no more.
      - V(sacrificed) gives O(dependents) up for the activation of the open rotation. Nothing else is waived. Both
        secrets are asked before, and whatever else is declared has to be proved.
    type: str
    required: true
    choices: [approved, sacrificed]
  by:
    description: Who decides.
    type: str
  evidence:
    description: The digest of the evidence, C(evidence) in RV(keyturn.sfmc.rotation_info#module:integrations).
    type: str
  dependents:
    description: The dependents that the activation may break, each as C(HOST/NAME). Only such as it would break now.
    type: list
    elements: str
  reason:
    description: Why they are given up, for the history.
    type: str
"""

EXAMPLES = r"""
- name: Approve what was looked at
  keyturn.sfmc.activation_decision:
    integration: crm_sync
    state: approved
    evidence: 5e0c3ab5d2e41f77
    by: alice@example.com
  run_once: true

- name: Activate although one host is out of reach, as the secret leaked
  keyturn.sfmc.activation_decision:
    integration: crm_sync
    state: sacrificed
    dependents: [mule9/mule runtime]
    by: alice@example.com
    reason: the active secret was in a public repository
  run_once: true
"""

RETURN = r"""
integrations:
  description: Where the integration stands now, as M(keyturn.sfmc.rotation_info) returns it.
  returned: always
  type: list
  elements: dict
  sample:
    - name: crm_sync
      phase: attested
      step: activate
      waits_for: the next run, which activates
"""
