#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of keyturn.sfmc.drift; the work is done by the action plugin of that name."""

DOCUMENTATION = r"""
module: drift
short_description: Name what hosts hold instead of the secret that they should hold
version_added: 1.0.0
description:
  - Sums up what M(keyturn.sfmc.deployed_secret) with O(keyturn.sfmc.deployed_secret#module:settled=true) found on the
    hosts of the play - a former secret that is back, an unknown one, a file that is gone, a host that does not answer.
  - Keeps in the journal that all files of an integration were looked at, where C(sfmc_verify_hours) is set, and nothing
    else. The playbook C(keyturn.sfmc.verify) puts the pieces together.
author:
  - Keyturn (@keyturn)
extends_documentation_fragment:
  - keyturn.sfmc.integrations
  - keyturn.sfmc.integrations.idempotent
  - keyturn.sfmc.integrations.once
options:
  variables:
    description: Names of the variables in which each host keeps its registered result.
    type: list
    elements: str
    default: [keyturn_verified]
  healed:
    description: Whether the hosts have put the active secret back, so that only what they could not mend is amiss.
    type: bool
    default: false
  prove:
    description:
      - Ask SFMC for a fresh token of each integration, from the controller, and make one read-only call with it. Its
        scopes and its business unit are compared with C(scopes) and C(business_unit) of the integration, and kept.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Compare
  keyturn.sfmc.deployed_secret:
    settled: true
  check_mode: true
  register: keyturn_verified

- name: Name what is not as it should be
  keyturn.sfmc.drift:
  run_once: true
  register: drift
"""

RETURN = r"""
drift:
  description: What is not as it should be, with a way out for each.
  returned: always
  type: list
  elements: dict
  sample:
    - where: mule1/mule runtime
      rule: "I-32: the secret stays where it was put"
      offender: /opt/mule/conf/sfmc.properties, key sfmc.clientSecret
      expected: the active secret, 1f0c3ab5d2e4
      found: the previous secret, 77aa01bc42de
      way_out: ansible-playbook keyturn.sfmc.verify -e sfmc_heal=true puts the active secret back
mended:
  description: Dependents that got the active secret back.
  returned: always
  type: list
  elements: str
  sample: []
"""
