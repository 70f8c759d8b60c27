# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup keyturn.sfmc.access_token."""

from __future__ import annotations

DOCUMENTATION = r"""
name: access_token
short_description: Get an access token with a client secret of the store
version_added: 1.0.0
author:
  - Keyturn (@keyturn)
description:
  - Asks SFMC for a token of an integration, with the active or the staged secret, from the controller.
  - Within one process a token is asked for once and used again while it lives; SFMC limits how often tokens may
    be created.
extends_documentation_fragment:
  - keyturn.sfmc.lookup
options:
  scope:
    description: Scopes to ask for; without it, all scopes of the package.
    type: str
    env:
      - name: KEYTURN_SFMC_SCOPE
    ini:
      - section: keyturn_sfmc
        key: scope
    vars:
      - name: sfmc_scope
"""

EXAMPLES = r"""
- name: Call SFMC's REST API
  ansible.builtin.uri:
    url: https://mc0000000000000000000000-xx.rest.marketingcloudapis.com/platform/v1/tokenContext
    headers:
      Authorization: "Bearer {{ lookup('keyturn.sfmc.access_token', 'crm_sync') }}"
  no_log: true
"""

RETURN = r"""
_raw:
  description: The access token of each term.
  type: list
  elements: str
"""

import time
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import ACCEPTED
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._http import HttpClient
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import Integration
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._lookup import named_integration, pinned_secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._opener import run_stores
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._quiet import masked_by_core
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Secret
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._sfmc import SfmcClient

#: A token is not handed out in the last part of its life.
_MARGIN_SECONDS = 60
_tokens: dict[tuple[str, str, str, str | None], tuple[str, float]] = {}


class LookupModule(LookupBase):
    """Gets tokens from SFMC."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        """Return one token for each term."""
        variables = variables or {}
        self.set_options(var_options=variables, direct=kwargs)
        # Options that come from variables arrive as they are written.
        self._stores = run_stores(self._loader, variables)
        integrations, store = (self._templar.template(self.get_option(name)) for name in ("integrations", "store"))
        return [self._token(named_integration(term, integrations, store, variables)) for term in terms]

    def _token(self, integration: Integration) -> str:
        stage, scope = self.get_option("stage"), self.get_option("scope")
        key = (integration.auth_url, integration.client_id, stage, scope)
        token, ends = _tokens.get(key, ("", 0.0))
        if time.monotonic() >= ends:
            secret = pinned_secret(integration, stage, self._stores)
            token, ends = _tokens[key] = _fresh(integration, secret, scope)
            masked_by_core([token])
        return token


def _fresh(integration: Integration, secret: Secret, scope: str | None) -> tuple[str, float]:
    answer = SfmcClient(integration.auth_url, HttpClient(integration.ca_path)).token(
        integration.client_id, secret, scope
    )
    if answer.outcome != ACCEPTED:
        refusal = Refusal(
            "a token is given for a secret that SFMC accepts",
            integration.name,
            "accepted",
            f"{answer.outcome}: {answer.detail}",
            "see ansible-playbook keyturn.sfmc.status",
        )
        raise AnsibleError(str(refusal))
    return answer.access_token, time.monotonic() + max(0, answer.expires_in - _MARGIN_SECONDS)
