#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of keyturn.sfmc.discovery; the work is done by the action plugin of that name."""

DOCUMENTATION = r"""
module: discovery
short_description: Sum up where hosts hold SFMC secrets, and keep what nobody declares
version_added: 1.0.0
description:
  - Sorts what M(keyturn.sfmc.secret_scan) found on the hosts of the play into declared places, accepted ones
    (C(sfmc_accepted_places)) and strays, which are places with a secret that nobody declares.
  - Keeps the strays of each integration in its journal. One that holds the active secret closes the gate before an
    activation, unless C(sfmc_strays) is V(warn).
  - Shows what can be pasted into the variables of each host, or writes it to a folder.
author:
  - Keyturn (@keyturn)
extends_documentation_fragment:
  - keyturn.sfmc.integrations
  - keyturn.sfmc.integrations.idempotent
  - keyturn.sfmc.integrations.once
options:
  variable:
    description: Name of the variable in which each host keeps its registered scan.
    type: str
    default: discover_scan
  path:
    description:
      - A folder of the controller for what can be pasted, a file C(HOST.yml) for each host with strays. It is there.
        A file that no discovery wrote is not replaced.
      - Without it, it is shown.
    type: path
"""

EXAMPLES = r"""
- name: Look
  keyturn.sfmc.secret_scan:
    roots: [/etc, /opt, /srv]
  become: true
  register: discover_scan

- name: Sum up
  keyturn.sfmc.discovery:
  run_once: true
  register: discovery

- name: Fail for strays
  ansible.builtin.assert:
    that: discovery.strays | length == 0
  run_once: true
"""

RETURN = r"""
strays:
  description: Places with a secret that nobody declares, each with its host and all that the scan says of it.
  returned: always
  type: list
  elements: dict
  sample:
    - host: mule1
      place: /opt/etl/.env
      kind: file
      path: /opt/etl/.env
      format: dotenv
      encoding: plain
      key: SFMC_CLIENT_SECRET
      line: 3
      client_id: 0a1b2c3d4e5f6g7h8i9j0k1l
      secret: active
      fingerprint: 1f0c3ab5d2e4
      declared: ""
      service: ""
declared:
  description: How many places with a secret are declared.
  returned: always
  type: int
  sample: 3
accepted:
  description: How many are accepted.
  returned: always
  type: int
  sample: 0
mentions:
  description: Files that name a client id or the tenant, and hold no secret.
  returned: always
  type: list
  elements: dict
  sample: []
left_out:
  description: What scans have left out, and why, with the host.
  returned: always
  type: list
  elements: dict
  sample:
    - host: mule1
      place: /var/log/huge.log
      why: larger than 64 MB
silent:
  description: Why hosts were not looked at, by host.
  returned: always
  type: dict
  sample: {}
snippets:
  description: YAML for the variables of each host with strays.
  returned: always
  type: dict
  sample:
    mule1: |
      sfmc_dependents:
      - integration: crm_sync
        name: /opt/etl
        files:
        - path: /opt/etl/.env
          format: dotenv
          key: SFMC_CLIENT_SECRET
"""
