#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of keyturn.sfmc.report; the work is done by the action plugin of that name."""

DOCUMENTATION = r"""
module: report
short_description: Write a report of all integrations for those who own the systems
version_added: 1.0.0
description:
  - Writes what M(keyturn.sfmc.status) would return as one page of HTML that needs nothing beside itself, and as JSON -
    what needs somebody, when each secret ends, how far running rotations are, herds of common expiry dates, strays,
    permissions, when hosts were last looked at, history.
  - Runs on the controller. It looks as M(keyturn.sfmc.status) does, unless it is given an O(estate). A report has
    fingerprints, never a secret; it names hosts, files and owners.
  - With the Python library C(vl-convert-python) on the controller the page has pictures. Without it, it has all tables.
author:
  - Keyturn (@keyturn)
attributes:
  check_mode:
    description: Says which files would say something new, and writes none.
    support: full
  diff_mode:
    description: Returns details about what has changed.
    support: none
  action_group:
    description: Use C(group/keyturn.sfmc.sfmc) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - keyturn.sfmc.sfmc
extends_documentation_fragment:
  - keyturn.sfmc.integrations.idempotent
  - keyturn.sfmc.integrations.once
options:
  estate:
    description:
      - What M(keyturn.sfmc.status) returned as RV(keyturn.sfmc.status#module:estate), at another time or elsewhere.
      - Without it, everything is looked at now. That is quicker too, as Ansible looks for templates in an argument.
    type: dict
  path:
    description:
      - Where the page goes, on the controller; relative to the folder that Ansible was started in.
      - Its folder has to exist.
      - At least one of O(path) and O(json_path) is needed.
    type: path
  json_path:
    description: Where the same goes as JSON.
    type: path
  title:
    description: The headline of the page.
    type: str
    default: Client secrets of Salesforce Marketing Cloud
  mode:
    description: The permissions of the files, in octal digits.
    type: str
    default: "0640"
notes:
  - A report that says the same as the one that is there is written again, for its time, and that is no change. Parts of
    a day that pass are no change either.
  - A file that is no former report is not replaced.
"""

EXAMPLES = r"""
- name: Write the report
  keyturn.sfmc.report:
    path: /var/www/keyturn/report.html
    json_path: /var/www/keyturn/report.json
    title: SFMC secrets of Example Retail
  run_once: true
"""

RETURN = r"""
files:
  description: The files of the report.
  returned: success
  type: list
  elements: str
  sample: [/var/www/keyturn/report.html, /var/www/keyturn/report.json]
written:
  description: Those of them that say something new.
  returned: success
  type: list
  elements: str
  sample: [/var/www/keyturn/report.html]
bytes:
  description: How large each is, by the option that names it.
  returned: success
  type: dict
  sample: {path: 158816, json_path: 91211}
pictures:
  description: Whether the page has pictures.
  returned: success
  type: bool
  sample: true
"""
