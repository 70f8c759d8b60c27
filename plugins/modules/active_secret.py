#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of keyturn.sfmc.active_secret; the work is done by the action plugin of that name."""

DOCUMENTATION = r"""
module: active_secret
short_description: See that the staged client secret becomes the active one, when every dependent is proved
version_added: 1.0.0
description:
  - Activates when fresh attestations for exactly this secret cover the whole registry, and only then. The
    former secret dies at once. In an emergency a person may give up dependents by name, with
    M(keyturn.sfmc.activation_decision); the activation breaks these, and waits for all others.
  - Finds out by probing that the former secret is dead and the new one lives, waits out one token life, purges
    and closes.
  - With O(client_secret), takes in the secret that is active now, where the store does not know it yet.
author:
  - Keyturn (@keyturn)
extends_documentation_fragment:
  - keyturn.sfmc.integrations
  - keyturn.sfmc.integrations.idempotent
  - keyturn.sfmc.integrations.once
  - keyturn.sfmc.integrations.waiting
options:
  client_secret:
    description:
      - The active secret that a person hands in. Never returned, never shown. It is stored when SFMC accepts it.
    type: str
  client_secret_file:
    description:
      - Path of a file of the controller that holds the active secret and nothing else, with or without a newline at
        its end, and that only its owner can read. The secret is in no variable then. Not with O(client_secret).
    type: path
  generated_at:
    description:
      - When the handed-in secret was generated. Without it a rotation is due at once, since nobody knows when it ends.
    type: str
  rebuild:
    description:
      - The journal was lost, or an old one was restored, so that nobody knows which secret the dependents hold. The
        handed-in secret is proved on every one of them, before anything is generated.
      - Not needed where the store itself shows that the journal is older than what was done.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Activate what is proved, and close what has soaked
  keyturn.sfmc.active_secret:
    wait: 1800
  run_once: true

- name: Tell the store which secret is active now
  keyturn.sfmc.active_secret:
    integration: crm_sync
    client_secret: "{{ sfmc_hand_in_secret }}"
    generated_at: "{{ sfmc_hand_in_generated_at }}"
  run_once: true
"""

RETURN = r"""
blast_radius:
  description:
    - For each integration what would be touched from here to the activation. C(write) are places with the fingerprint
      that stands there (null where no host was read in this run), C(restart) and C(people) dependents that are
      restarted or that a person is asked for, C(breaks) whom an activation would break at this moment, C(stops) what
      could not be served as far as reading shows, C(unread) whose hosts were not read.
  returned: in check mode
  type: list
  elements: dict
  sample:
    - name: crm_sync
      client_id: 0a1b2c3d4e5f6g7h8i9j0k1l
      package: CRM Sync
      generate: true
      by_hand: false
      desired: staged
      write:
        - dependent: mule1/mule runtime
          place: /opt/mule/conf/sfmc.properties
          key: sfmc.clientSecret
          before: 77aa01bc42de
      restart: [mule1/mule runtime]
      people: []
      activate: true
      approval: false
      breaks:
        - dependent: mule1/mule runtime
          why: holds the active secret
      unread: []
      stops: []
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
