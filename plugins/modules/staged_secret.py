#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of keyturn.sfmc.staged_secret; the work is done by the action plugin of that name."""

DOCUMENTATION = r"""
module: staged_secret
short_description: See that a staged client secret exists, is kept in the store, and is accepted by SFMC
version_added: 1.0.0
description:
  - When a rotation is due, proves the store writable, records the intent, lets the provider generate, and keeps
    the secret before anything else.
  - While a staged secret is live, no other one is ever generated.
  - With O(client_secret), takes in the staged secret that a person generated in Setup.
  - With O(state=absent), gives a rotation up. Dependents that may hold the staged secret get the active one
    back first; until
    they have, the task returns their hosts in RV(hosts).
author:
  - Keyturn (@keyturn)
extends_documentation_fragment:
  - keyturn.sfmc.integrations
  - keyturn.sfmc.integrations.idempotent
  - keyturn.sfmc.integrations.once
  - keyturn.sfmc.integrations.waiting
options:
  state:
    description: Whether a rotation should have a staged secret, or be given up.
    type: str
    default: present
    choices: [present, absent]
  client_secret:
    description:
      - The staged secret that a person hands in. Never returned, never shown.
    type: str
  client_secret_file:
    description:
      - Path of a file of the controller that holds the staged secret and nothing else, with or without a newline at
        its end, and that only its owner can read. The secret is in no variable then. Not with O(client_secret).
    type: path
  reason:
    description: Why a rotation is given up, for the history.
    type: str
  serial:
    description:
      - Sizes of the batches of a distribution, numbers of hosts or percentages. The last one repeats.
      - They count for each C(sfmc_order) by itself, so that no batch holds hosts of two orders.
    type: list
    elements: str
    default: ["1", "25%", "100%"]
"""

EXAMPLES = r"""
- name: Stage what is due
  keyturn.sfmc.staged_secret:
    wait: 600
  run_once: true
  register: staged

- name: Take in the secret that a person generated in Setup
  keyturn.sfmc.staged_secret:
    integration: crm_sync
    client_secret: "{{ sfmc_hand_in_secret }}"
  run_once: true

- name: Give a rotation up
  keyturn.sfmc.staged_secret:
    integration: crm_sync
    state: absent
    reason: the package is going to be replaced
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
unfinished:
  description: What a person has to mend, as the module says it where it fails for that.
  returned: always
  type: list
  elements: str
  sample: []
"""
