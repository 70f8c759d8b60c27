#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of keyturn.sfmc.rotation_info; the work is done by the action plugin of that name."""

DOCUMENTATION = r"""
module: rotation_info
short_description: Tell where the rotation of SFMC client secrets stands
version_added: 1.0.0
description:
  - For each integration - the phase, the due date, the next legal step, and what blocks it.
  - Reads the journal; asks SFMC about the secrets only when something is due or under way. Changes nothing.
author:
  - Keyturn (@keyturn)
extends_documentation_fragment:
  - keyturn.sfmc.integrations
  - keyturn.sfmc.integrations.idempotent
  - keyturn.sfmc.integrations.once
options:
  to_distribute:
    description:
      - Only the integrations whose next step is a distribution. C(sfmc_provider) is not read then, so that a run that
        only distributes needs no credential that generates or activates.
    type: bool
    default: false
  serial:
    description:
      - Sizes of the batches of a distribution, numbers of hosts or percentages. The last one repeats.
      - They count for each C(sfmc_order) by itself, so that no batch holds hosts of two orders.
    type: list
    elements: str
    default: ["1", "25%", "100%"]
"""

EXAMPLES = r"""
- name: See what is due
  keyturn.sfmc.rotation_info:
  run_once: true
  register: rotation

- name: Show it
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.phase }}, {{ item.waits_for }}"
  loop: "{{ rotation.integrations }}"
  loop_control:
    label: "{{ item.name }}"
  run_once: true
"""

RETURN = r"""
integrations:
  description: Where each integration stands. Fingerprints only, never a secret.
  returned: always
  type: list
  elements: dict
  sample:
    - name: crm_sync
      client_id: 0a1b2c3d4e5f6g7h8i9j0k1l
      package: CRM Sync
      owner: crm-team@example.com
      phase: soaking
      step: wait
      not_before: "2026-11-23T20:40:00Z"
      waits_for: the clock, until 2026-11-23T20:40:00Z
      due_at: "2027-04-22T20:10:00Z"
      expires_at: "2027-05-22T20:10:00Z"
      days_left: 180.0
      urgency: ok
      active: 1f0c3ab5d2e4
      staged: null
      rotation_id: 20261123-0a1b2c-1
      desired: active
      dependents: 3
      proved: 3
      missing: []
      people: []
      gone: []
      sacrificed: []
      evidence: ""
      proofs: []
      seal: 4b1f0c3ab5d2e41f
      verified_at: null
      unwatched: ""
      failing: []
      blockers: []
      effects: [activate, activated]
hosts:
  description: Hosts of the play with dependents whose proof the next step needs.
  returned: always
  type: list
  elements: str
  sample: [mule1]
batches:
  description:
    - How many of RV(hosts) make each batch, for C(serial) of a play. Hosts come in their C(sfmc_order); those that
      failed last time come last in it.
  returned: always
  type: list
  elements: int
  sample: [1]
idle:
  description: Whether there is nothing to do for any of them.
  returned: always
  type: bool
  sample: false
blocked:
  description: Names of the integrations that a person has to help.
  returned: always
  type: list
  elements: str
  sample: []
table:
  description: One row for each integration, 100 columns wide at most.
  returned: always
  type: list
  elements: str
  sample:
    - INTEGRATION  CLIENT ID   PHASE   DAYS LEFT  DUE         PROVED  NEXT
    - crm_sync     0a1b2c3d..  closed  180        2027-04-22  -       none
unfinished:
  description: What a person has to mend, as the module says it where it fails for that.
  returned: always
  type: list
  elements: str
  sample: []
"""
