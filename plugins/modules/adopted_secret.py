#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of keyturn.sfmc.adopted_secret; the work is done by the action plugin of that name."""

DOCUMENTATION = r"""
module: adopted_secret
short_description: Take the active secret in from where it is used
version_added: 1.0.0
description:
  - SFMC shows a secret once. Where nobody has kept it, it still stands in the files of whatever works with it.
  - Reads the secret of one declared dependent of the kind C(files), asks SFMC for a token with it, and keeps it in the
    store as the active secret. It is in no output, no variable and no result.
  - Reads the files on the task's host; the rest is done on the controller. So no C(run_once).
author:
  - Keyturn (@keyturn)
extends_documentation_fragment:
  - keyturn.sfmc.integrations
  - keyturn.sfmc.integrations.idempotent
options:
  integration:
    description:
      - Name in C(sfmc_integrations) or client id of the integration.
      - Needed where the host has dependents of that name of several integrations.
    type: str
  dependent:
    description: Whose secret is read, as C(HOST/NAME) or the name alone. It is one of the task's host.
    type: str
    required: true
  generated_at:
    description: When it was generated. Without it a rotation is due at once, since nobody knows when it ends.
    type: str
  rebuild:
    description: As with O(keyturn.sfmc.active_secret#module:rebuild).
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Take in the secret with which the mule runtime works
  keyturn.sfmc.adopted_secret:
    dependent: mule1/mule runtime
  become: true
"""

RETURN = r"""
integrations:
  description: Where the integration stands now, as M(keyturn.sfmc.rotation_info) returns it.
  returned: always
  type: list
  elements: dict
  sample:
    - name: crm_sync
      phase: idle
      active: 1f0c3ab5d2e4
"""
