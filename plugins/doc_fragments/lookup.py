# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation that the lookups share."""

from __future__ import annotations


class ModuleDocFragment:
    """Where the integration and its secret come from."""

    DOCUMENTATION = r"""
options:
  _terms:
    description: Names of integrations.
    required: true
  stage:
    description: Which secret.
    type: str
    default: active
    choices: [active, staged]
    env:
      - name: KEYTURN_SFMC_STAGE
    ini:
      - section: keyturn_sfmc
        key: stage
    vars:
      - name: sfmc_stage
  integrations:
    description: The declared integrations.
    type: dict
    required: true
    vars:
      - name: sfmc_integrations
  store:
    description:
      - Where the secrets live, as in C(sfmc_store). Its C(kind) is one of C(file), C(host_file), C(hashi_vault) and
        C(aws_secretsmanager), with the options of that kind.
    type: dict
    default: {}
    vars:
      - name: sfmc_store
"""
