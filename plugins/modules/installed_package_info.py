#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of keyturn.sfmc.installed_package_info; the work is done by the action plugin of that name."""

DOCUMENTATION = r"""
module: installed_package_info
short_description: List the packages of an SFMC account, and who declares them
version_added: 1.0.0
description:
  - Asks SFMC for the API users that its installed packages have, and joins them with the packages that the inventory
    declares - packages that nobody declares, packages without a login for long, and declared ones that are not there.
  - SFMC has no list of packages in its public APIs. This goes over SOAP, C(Retrieve) of C(AccountUser), as public tools
    do; what it cannot know is returned as RV(cannot_know).
  - Takes a fresh token with the active secret of one integration of each account. Its package needs the scope
    C(users_read). At most three packages of an account are tried. Changes nothing.
author:
  - Keyturn (@keyturn)
extends_documentation_fragment:
  - keyturn.sfmc.integrations
  - keyturn.sfmc.integrations.idempotent
  - keyturn.sfmc.integrations.once
options:
  unused_after_days:
    description: Without a login of its user for longer, a package counts as unused.
    type: float
    default: 90
"""

EXAMPLES = r"""
- name: See which packages there are
  keyturn.sfmc.installed_package_info:
    integration: audit
  run_once: true
  register: found

- name: Name those that nobody declares
  ansible.builtin.debug:
    msg: "{{ found.packages | selectattr('undeclared') | map(attribute='package') }}"
  run_once: true
"""

RETURN = r"""
packages:
  description: The packages of the accounts, by name.
  returned: always
  type: list
  elements: dict
  sample:
    - package: Old Newsletter Tool
      account: mc0000000000000000000000-xx
      user_id: old_newsletter_tool_app_user
      active: true
      created_at: "2022-03-06T13:46:36Z"
      last_login_at: "2025-11-02T08:00:00Z"
      unused_days: 388
      declared_as: []
      undeclared: true
      unused: true
      candidate: true
missing:
  description: Integrations whose declared package the account does not show.
  returned: always
  type: list
  elements: dict
  sample: []
accounts:
  description: Which accounts answered, and with which integration they were asked.
  returned: always
  type: list
  elements: dict
  sample:
    - account: mc0000000000000000000000-xx
      asked_with: crm_sync
table:
  description: One row for each package, 98 columns wide at most.
  returned: always
  type: list
  elements: str
  sample:
    - PACKAGE              LAST LOGIN  CREATED     DECLARED AS  NOTE
    - Old Newsletter Tool  2025-11-02  2022-03-06  -            remove?
cannot_know:
  description: What SFMC does not tell by this call.
  returned: always
  type: list
  elements: str
  sample:
    - "client id, type, scopes, and expiry of a package: Setup > Installed Packages has them"
"""
