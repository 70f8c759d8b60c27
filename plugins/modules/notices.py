#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of keyturn.sfmc.notices; the work is done by the action plugin of that name."""

DOCUMENTATION = r"""
module: notices
short_description: Decide who is to be told what of SFMC client secrets
version_added: 1.0.0
description:
  - Reads an estate, as C(keyturn.sfmc.status) returns it, and says which notices are due to which hook - a secret that
    is to be rotated or has ended, a rotation that is blocked, lost or closed, strays, places that nobody looks at.
  - Sends nothing itself. The role C(keyturn.sfmc.notify) sends, and then has this module keep what was told, so that
    the next run does not tell the same.
  - Asks SFMC and hosts nothing, and reads no secret.
author:
  - Keyturn (@keyturn)
options:
  estate:
    description: C(estate) of a registered C(keyturn.sfmc.status). Its time is the clock that counts.
    type: dict
    required: true
  hooks:
    description: Who is told, as C(sfmc_notify) in the inventory; C(docs/monitoring.md) has all options.
    type: list
    elements: raw
    default: []
  state_path:
    description: File of the controller that keeps what was told. Its folder has to be there.
    type: str
    required: true
  repeat_days:
    description: After how many days what is still so is told again, where a hook does not say; V(0) for never.
    type: float
    default: 7
  told:
    description:
      - Which messages of RV(deliveries) were delivered, with C(name) and C(ids) of each. Keeps that, and plans nothing.
    type: list
    elements: dict
  failed:
    description: With O(told), what was not delivered, with C(name) and C(failure) of each. The module fails with it.
    type: list
    elements: dict
    default: []
notes:
  - Runs on the controller, whatever the hosts of the play are; use it with C(run_once=true).
attributes:
  check_mode:
    description: Plans as always, and keeps nothing.
    support: full
  diff_mode:
    description: Returns details about what has changed.
    support: none
  idempotent:
    description: What was kept once changes nothing when it is kept again.
    support: full
  action_group:
    description: Use C(group/keyturn.sfmc.sfmc) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - keyturn.sfmc.sfmc
"""

EXAMPLES = r"""
- name: See what is to be told
  keyturn.sfmc.notices:
    estate: "{{ status.estate }}"
    hooks: "{{ sfmc_notify }}"
    state_path: /var/lib/keyturn/told.json
  run_once: true
  register: plan

- name: Show it
  ansible.builtin.debug:
    msg: "{{ item.subject }}: {{ item.body }}"
  loop: "{{ plan.notices }}"
  loop_control:
    label: "{{ item.id }}"
  run_once: true
"""

RETURN = r"""
notices:
  description: All that is so now, whether it was told or not.
  returned: without O(told)
  type: list
  elements: dict
  sample:
    - id: 5f0c3ab5d2e41f77
      event: due
      integration: crm_sync
      client_id: 0a1b2c3d4e5f6g7h8i9j0k1l
      environment: prod
      owner: crm-team@example.com
      subject: "crm_sync (prod): its secret ends on 2027-03-06; a rotation is due"
      body: The active secret of crm_sync (prod) was generated on 2026-09-07 and ends on 2027-03-06, in 29 days.
      way_out: ansible-playbook keyturn.sfmc.rotate -e sfmc_integration=0a1b2c3d4e5f6g7h8i9j0k1l
deliveries:
  description: The messages that are to be sent. C(hook) counts in O(hooks); no URL and no password is in them.
  returned: without O(told)
  type: list
  elements: dict
  sample:
    - hook: 0
      name: mail
      kind: mail
      where: "localhost:25"
      ids: [5f0c3ab5d2e41f77]
      to: [crm-team@example.com]
      subject: "crm_sync (prod): its secret ends on 2027-03-06; a rotation is due"
      body: The active secret of crm_sync (prod) ends on 2027-03-06.
      notices: []
      payload: {}
unaddressed:
  description: What no mail can be sent for, as the owner is no address.
  returned: without O(told)
  type: list
  elements: dict
  sample: []
can_mail:
  description: Whether all of them can be sent. For mails the module C(community.general.mail) has to be there.
  returned: without O(told)
  type: bool
  sample: true
undelivered:
  description: A line for each hook that did not work.
  returned: with O(told)
  type: list
  elements: str
  sample: []
"""
