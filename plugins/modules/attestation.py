#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of keyturn.sfmc.attestation; the work is done by the action plugin of that name."""

DOCUMENTATION = r"""
module: attestation
short_description: Keep in the journal what hosts proved
version_added: 1.0.0
description:
  - Records, once for a batch of hosts, which dependents hold the desired secret and got a fresh token with it,
    and which failed and why.
  - Attestations add up across runs. A dependent that did not report is not covered.
author:
  - Keyturn (@keyturn)
extends_documentation_fragment:
  - keyturn.sfmc.integrations
  - keyturn.sfmc.integrations.once
attributes:
  idempotent:
    description: Attestations are evidence with a time; each recording is a new one.
    support: none
options:
  state:
    description:
      - V(begun) opens a batch. It measures again, records before the first write that hosts may hold the staged secret
        from now on, and returns what is missing. An integration whose rollout was stopped has nothing missing, nor
        has one that still waits for hosts of a lower C(sfmc_order).
      - V(present) records what the hosts of this batch reported in O(variables), and ends O(batch). What a host failed
        at takes its earlier attestation back.
      - V(acknowledged) records that O(by) has put the secret in at O(dependent), where only a person can.
      - V(retired) takes O(dependent), which the inventory no longer declares, out of the registry.
    type: str
    default: present
    choices: [begun, present, acknowledged, retired]
  variables:
    description:
      - Names of the variables in which each host keeps its reports, either the registered result of
        M(keyturn.sfmc.deployed_secret) or M(keyturn.sfmc.remote_secret), or a list of their C(dependents).
    type: list
    elements: str
    default: [distribute_deployed, distribute_elsewhere]
  only:
    description:
      - The dependents that are meant, by host, of those that the inventory declares. Without it, all.
      - RV(missing) of O(state=begun) names those whose proof a rotation needs.
    type: dict
  batch:
    description:
      - RV(batch) of O(state=begun). Until it has ended, hosts may still be given the staged secret, so that an
        abandoned rotation is not forgotten before.
    type: str
    default: ""
  max_fail_percentage:
    description:
      - How many percent of the dependents of the batch may fail before the rollout of their integration stops, from 0
        to 100. Hosts that do not answer do not count, as they say nothing about the secret.
    type: float
    default: 0
  dependent:
    description: The dependent to retire or to acknowledge, as C(HOST/NAME).
    type: str
  reason:
    description: Why it is retired, for the history.
    type: str
  by:
    description: Who put the secret in.
    type: str
  valid_until:
    description: Until when the acknowledgement counts, a date or a time.
    type: str
"""

EXAMPLES = r"""
- name: Record what this batch proved
  keyturn.sfmc.attestation:
    variables: [distribute_deployed]
  run_once: true

- name: Say who has put the secret in at a vendor's screen
  keyturn.sfmc.attestation:
    state: acknowledged
    dependent: vendors/segment
    by: alice@example.com
    valid_until: "{{ '%Y-%m-%d' | strftime(now().timestamp() + 90 * 86400) }}"
  run_once: true

- name: Take a host that is gone for good out of the registry
  keyturn.sfmc.attestation:
    state: retired
    dependent: mule9/mule runtime
    reason: decommissioned
  run_once: true
"""

RETURN = r"""
batch:
  description: Stands for this batch in the journal; to be given to O(state=present).
  returned: when O(state=begun)
  type: str
  sample: 3f9c2a7d10be
missing:
  description: The dependents of this batch whose proof a rotation needs now, by host.
  returned: when O(state=begun)
  type: dict
  sample:
    mule1:
      - client_id: 0a1b2c3d4e5f6g7h8i9j0k1l
        dependent: mule1/mule runtime
elsewhere:
  description: Those of them that are no files, by host, with the task file of their kind.
  returned: when O(state=begun)
  type: dict
  sample:
    cloud:
      - name: order function
        client_id: 0a1b2c3d4e5f6g7h8i9j0k1l
        index: 0
        desired: staged
        file: kinds/aws_lambda.yml
integrations:
  description: What was recorded for each integration.
  returned: when O(state=present)
  type: list
  elements: dict
  sample:
    - name: crm_sync
      client_id: 0a1b2c3d4e5f6g7h8i9j0k1l
      changed: true
      proved: [mule1/mule runtime]
      failed: []
      silent: []
      stopped: false
stopped:
  description: Client ids of the integrations whose rollout stops.
  returned: when O(state=present)
  type: list
  elements: str
  sample: []
silent:
  description: Dependents whose hosts did not answer, in this batch and those before it.
  returned: when O(state=present)
  type: list
  elements: str
  sample: []
"""
