# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup keyturn.sfmc.client_secret."""

from __future__ import annotations

DOCUMENTATION = r"""
name: client_secret
short_description: Read a client secret from the store
version_added: 1.0.0
author:
  - Keyturn (@keyturn)
description:
  - Returns the active or the staged secret of an integration. Reads only; within one process the same secret,
    however often it is asked for.
  - Templates are evaluated at every use, so use it on the smallest task that needs it, with C(no_log=true).
extends_documentation_fragment:
  - keyturn.sfmc.lookup
"""

EXAMPLES = r"""
- name: Write a file of your own with the active secret
  ansible.builtin.copy:
    content: "SFMC_CLIENT_SECRET={{ lookup('keyturn.sfmc.client_secret', 'crm_sync') }}\n"
    dest: /opt/app/.env
    mode: "0600"
  no_log: true
"""

RETURN = r"""
_raw:
  description: The client secret of each term.
  type: list
  elements: str
"""

from typing import Any

from ansible.plugins.lookup import LookupBase

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._lookup import named_integration, pinned_secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._opener import run_stores


class LookupModule(LookupBase):
    """Reads secrets of the store."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        """Return one secret for each term."""
        variables = variables or {}
        self.set_options(var_options=variables, direct=kwargs)
        # Options that come from variables arrive as they are written.
        integrations, store = (self._templar.template(self.get_option(name)) for name in ("integrations", "store"))
        stores = run_stores(self._loader, variables)
        return [
            pinned_secret(
                named_integration(term, integrations, store, variables), self.get_option("stage"), stores
            ).reveal()
            for term in terms
        ]
