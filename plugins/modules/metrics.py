#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of keyturn.sfmc.metrics; the work is done by the action plugin of that name."""

DOCUMENTATION = r"""
module: metrics
short_description: Write what is known of SFMC client secrets for Prometheus
version_added: 1.0.0
description:
  - Writes an estate, as C(keyturn.sfmc.status) returns it, as a file for the textfile collector of node_exporter. The
    file is replaced as a whole, so that a reader never sees half of it.
  - What is unknown has no sample. The alert rules in C(extensions/prometheus/keyturn_sfmc.rules.yml) of the collection
    read these metrics.
  - Asks SFMC and hosts nothing, and reads no secret.
author:
  - Keyturn (@keyturn)
options:
  estate:
    description: C(estate) of a registered C(keyturn.sfmc.status).
    type: dict
    required: true
  path:
    description: Absolute path of the file on the controller; ends with C(.prom). Its folder has to be there.
    type: str
    required: true
  mode:
    description: Mode of the file, octal, in quotes. The user of node_exporter has to be able to read it.
    type: str
    default: "0644"
notes:
  - Runs on the controller, whatever the hosts of the play are; use it with C(run_once=true).
  - Needs the Python library C(prometheus_client) on the controller.
attributes:
  check_mode:
    description: Tells whether the file would be another one, and writes nothing.
    support: full
  diff_mode:
    description: Returns details about what has changed.
    support: none
  idempotent:
    description: A second run with the same estate changes nothing. A later estate has a later time in it.
    support: full
  action_group:
    description: Use C(group/keyturn.sfmc.sfmc) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - keyturn.sfmc.sfmc
"""

EXAMPLES = r"""
- name: See where everything stands
  keyturn.sfmc.status:
  run_once: true
  register: status

- name: Tell Prometheus
  keyturn.sfmc.metrics:
    estate: "{{ status.estate }}"
    path: /var/lib/node_exporter/textfile/keyturn_sfmc.prom
  run_once: true
"""

RETURN = r"""
path:
  description: Where the file is.
  returned: success
  type: str
  sample: /var/lib/node_exporter/textfile/keyturn_sfmc.prom
samples:
  description: How many samples are in it.
  returned: success
  type: int
  sample: 92
"""
