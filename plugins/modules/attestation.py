#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of keyturn.sfmc.attestation; the work is done by the action plugin of that name."""

DOCUMENTATION = r"""
module: attestation
short_description: Keep in the journal what hosts proved
version_added: 0.1.0
description:
  - Records, once for a batch of hosts, which dependents hold the desired secret and got a fresh token with it,
    and which failed and why.
  - Attestations add up across runs. A dependent that did not report is not covered.
author:
  - Keyturn (@keyturn)
extends_documentation_fragment:
  - keyturn.sfmc.integrations
attributes:
  idempotent:
    description: Attestations are evidence with a time; each recording is a new one.
    support: none
options:
  state:
    description:
      - V(begun) records, before the first write, that hosts may hold the staged secret from now on.
      - V(present) records what the hosts of this batch reported in O(variable).
      - V(retired) takes O(dependent), which the inventory no longer declares, out of the registry.
    type: str
    default: present
    choices: [begun, present, retired]
  variable:
    description: Name of the variable in which each host keeps the list that M(keyturn.sfmc.deployed_secret) returned.
    type: str
    default: distribute_evidence
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
  dependent:
    description: The dependent to retire, as C(HOST/NAME).
    type: str
  reason:
    description: Why it is retired, for the history.
    type: str
"""

EXAMPLES = r"""
- name: Record what this batch proved
  keyturn.sfmc.attestation:
    variable: distribute_evidence
  run_once: true

- name: Take a host that is gone for good out of the registry
  keyturn.sfmc.attestation:
    state: retired
    dependent: mule9/mule runtime
    reason: decommissioned
  run_once: true
"""

RETURN = r"""
missing:
  description: The dependents whose proof the rotations of this play's integrations need now.
  returned: when O(state=begun)
  type: list
  elements: dict
  sample:
    - client_id: 0a1b2c3d4e5f6g7h8i9j0k1l
      dependent: mule1/mule runtime
integrations:
  description: What was recorded for each integration.
  returned: when O(state=present)
  type: list
  elements: dict
  sample:
    - name: crm_sync
      changed: true
      proved: [mule1/mule runtime]
      failed: []
"""
