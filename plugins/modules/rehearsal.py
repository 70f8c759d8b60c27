#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of keyturn.sfmc.rehearsal; the work is done by the action plugin of that name."""

DOCUMENTATION = r"""
module: rehearsal
short_description: List what would stop a rotation, before there is one
version_added: 1.0.0
description:
  - Plans a rehearsal over the hosts of the play, goes with its batches, and lists what would stop the rotation that
    comes next, each with a way out. The hosts' part is O(keyturn.sfmc.deployed_secret#module:rehearse=true).
  - Nothing is generated, activated or recorded, and no secret changes. An integration with an open rotation is not
    rehearsed, as its hosts are just being given another secret.
  - The playbook C(keyturn.sfmc.rehearse) puts the pieces together.
author:
  - Keyturn (@keyturn)
extends_documentation_fragment:
  - keyturn.sfmc.integrations
  - keyturn.sfmc.integrations.idempotent
  - keyturn.sfmc.integrations.once
attributes:
  check_mode:
    description: Does not try to write to the store. With it hosts restart nothing and make no temporary file.
    support: full
options:
  state:
    description:
      - V(planned) looks at store, secret, clocks, pace, registry and provider of each integration as if a rotation were
        due now, and returns the hosts that take part.
      - V(begun) returns what the hosts of this batch rehearse.
      - V(present) returns what they stumbled over.
      - V(ended) shows everything that would stop a rotation as a table.
    type: str
    required: true
    choices: [planned, begun, present, ended]
  serial:
    description: Sizes of the batches, as those of M(keyturn.sfmc.staged_secret).
    type: list
    elements: str
    default: ["1", "25%", "100%"]
  only:
    description: RV(missing) of O(state=begun), for O(state=present).
    type: dict
    default: {}
  variables:
    description: Names of the variables in which each host keeps its reports, for O(state=present).
    type: list
    elements: str
    default: [distribute_deployed, distribute_elsewhere]
  plan:
    description: The result of O(state=planned), for O(state=ended).
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: See to store, secret, clocks and provider
  keyturn.sfmc.rehearsal:
    state: planned
  run_once: true
  register: plan

- name: Show what would stop a rotation by now
  ansible.builtin.debug:
    msg: "{{ plan.troubles | map(attribute='where') }}"
  run_once: true
"""

RETURN = r"""
troubles:
  description: What would stop a rotation, with the dependent C(HOST/NAME), the host or the integration it stops at.
  returned: always
  type: list
  elements: dict
  sample:
    - where: mule1/mule runtime
      rule: "I-26: a file is replaced as a whole or not at all, and keeps its owner, mode and attributes"
      offender: /opt/mule/conf/sfmc.properties
      expected: a directory in which the user of this run may write
      found: /opt/mule/conf is not writable for user 1000
      way_out: "run with `become: true`, or give that user the right to write there"
unproved:
  description: Dependents of which nothing could be proved, as what stands there cannot be read.
  returned: when O(state) is V(present) or V(ended)
  type: list
  elements: str
  sample: []
hosts:
  description: Hosts that take part, in their order.
  returned: when O(state=planned)
  type: list
  elements: str
  sample: [mule1]
batches:
  description: How many of RV(hosts) make each batch, for C(serial) of a play.
  returned: when O(state=planned)
  type: list
  elements: int
  sample: [1]
dependents:
  description: Dependents that take part, as C(HOST/NAME).
  returned: when O(state=planned)
  type: list
  elements: str
  sample: [mule1/mule runtime]
integrations:
  description: The integrations of the play, with notes on what stops nothing.
  returned: when O(state=planned)
  type: list
  elements: dict
  sample:
    - name: crm_sync
      notes: [a person generates and activates in Setup]
missing:
  description: What the hosts of this batch rehearse, by host.
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
  sample: {}
batch:
  description: Always empty, as no batch is in the journal.
  returned: when O(state=begun)
  type: str
  sample: ""
restart:
  description: Whether hosts restart what they name. They do until a restart or a check has failed.
  returned: when O(state=begun)
  type: bool
  sample: true
rehearsed:
  description: Dependents of this batch.
  returned: when O(state=present)
  type: list
  elements: str
  sample: [mule1/mule runtime]
shaken:
  description: Not empty once a restart or a check has failed, in this batch or those before it.
  returned: when O(state=present)
  type: list
  elements: bool
  sample: []
table:
  description: What is shown, a hundred columns wide at most.
  returned: when O(state=ended)
  type: list
  elements: str
  sample:
    - WHERE               WHAT WOULD STOP IT                                                   DO
    - mule1/mule runtime  /opt/mule/conf/sfmc.properties is not writable for user 1000          1
"""
