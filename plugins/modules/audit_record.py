#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of keyturn.sfmc.audit_record; the work is done by the action plugin of that name."""

DOCUMENTATION = r"""
module: audit_record
short_description: Write what a rotation left as evidence for an auditor, or see whether such a file is genuine
version_added: 1.0.0
description:
  - One JSON file for the latest rotation of each integration that is over - who did what and when, on which evidence,
    when the old secret was seen dead. Fingerprints only, never a secret.
  - The journal keeps a digest of each record when its rotation closes. The record itself can be written until the next
    rotation of the integration begins; a schedule that writes after each run loses none.
author:
  - Keyturn (@keyturn)
extends_documentation_fragment:
  - keyturn.sfmc.integrations
  - keyturn.sfmc.integrations.idempotent
  - keyturn.sfmc.integrations.once
options:
  path:
    description: A folder of the controller for the files; with O(state=checked) one of them.
    type: path
    required: true
  state:
    description:
      - V(written) writes the records. V(checked) fails when the content of a file is not what its digest and its seal
        were made of, or when the summary is not what the content says. The seal is made with a key of the store, so
        that who cannot read the store cannot make one.
    type: str
    choices: [written, checked]
    default: written
"""

EXAMPLES = r"""
- name: Keep what each rotation left
  keyturn.sfmc.audit_record:
    path: /srv/audit/sfmc
  run_once: true
"""

RETURN = r"""
files:
  description: The files that were written, or are as they should be.
  returned: always
  type: list
  elements: str
  sample: [/srv/audit/sfmc/0a1b2c3d4e5f6g7h8i9j0k1l-20261123-0a1b2c-1.json]
"""
