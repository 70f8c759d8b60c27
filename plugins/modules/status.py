#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of keyturn.sfmc.status; the work is done by the action plugin of that name."""

DOCUMENTATION = r"""
module: status
short_description: Say where every integration stands, when its secret ends, and what it waits for
version_added: 1.0.0
description:
  - One row for each integration - package, environment, owner, phase, days left, due date, dependents proved, the next
    legal step. Beneath it, what each waits for that does not stand still.
  - Returns all that is known as one document, the estate. Reports, metrics and notices are made of it.
  - Reads the journal and the whole inventory; asks SFMC about the secrets only when something is due or under way.
author:
  - Keyturn (@keyturn)
extends_documentation_fragment:
  - keyturn.sfmc.integrations
  - keyturn.sfmc.integrations.idempotent
  - keyturn.sfmc.integrations.once
options:
  fail_on:
    description:
      - Fail, after everything has been said, where an integration is so.
      - V(due) counts what is pressing or expired too, and a secret whose birth nobody knows. V(urgent) is a week or
        less before the end. V(blocked) waits for a person who mends something. V(strays) has places that nobody
        declares. V(unwatched) was not verified within C(sfmc_verify_hours).
    type: list
    elements: str
    choices: [due, urgent, expired, blocked, strays, unwatched]
    default: []
  path:
    description: A file on the controller for the estate as JSON. The task is changed when it held another one.
    type: path
  details:
    description:
      - Whether RV(estate) is returned. Ansible takes its time over a large one, so a task that only shows the table, or
        writes O(path), does without.
    type: bool
    default: true
"""

EXAMPLES = r"""
- name: Look, and fail where a person is needed
  keyturn.sfmc.status:
    fail_on: [expired, blocked]
  run_once: true
  register: status
"""

RETURN = r"""
summary:
  description: Counts over all integrations, as in the estate.
  returned: always
  type: dict
  sample: {integrations: 1, dependents: 3, due: 0, blocked: 0, strays: 0}
estate:
  description: All that is known of each integration, as docs/estate.md says. Fingerprints only, never a secret.
  returned: with O(details)
  type: dict
  sample:
    schema: 1
    generated_at: "2026-11-26T01:40:00Z"
    summary: {integrations: 1, dependents: 3, due: 0, blocked: 0, strays: 0}
    integrations:
      - name: crm_sync
        client_id: 0a1b2c3d4e5f6g7h8i9j0k1l
        environment: prod
        phase: closed
        days_left: 171.2
    forecast: {herds: [], proposed: []}
table:
  description: One row for each integration, 98 columns wide at most.
  returned: always
  type: list
  elements: str
  sample:
    - INTEGRATION  PACKAGE   ENV   OWNER       PHASE   LEFT  DUE         PROVED  NEXT
    - crm_sync     CRM Sync  prod  crm-team..  closed  171   2027-04-22  -/3     none
alarms:
  description: A line for each kind of O(fail_on) that some integration has.
  returned: always
  type: list
  elements: str
  sample: []
"""
