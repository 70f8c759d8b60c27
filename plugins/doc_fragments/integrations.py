# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation that several modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """The options `integration`, of the modules that work on integrations."""

    DOCUMENTATION = r"""
options:
  integration:
    description:
      - Name in C(sfmc_integrations) or client id of one integration.
      - Without it, all integrations that the hosts of the play declare.
    type: str
notes:
  - >-
    Reads what the inventory declares: C(sfmc_integrations), C(sfmc_store), C(sfmc_provider) and the other variables in
    the collection's inventory reference. The integrations are those of the play's hosts, so that C(--limit) keeps its
    meaning; the dependents are those of the whole inventory.
  - Needs the Python library C(requests) on the controller; with C(sfmc_store) of the kind C(hashi_vault) also C(hvac),
    of the kind C(aws_secretsmanager) also C(boto3).
attributes:
  check_mode:
    description: Reports the same decision and takes no step.
    support: full
  diff_mode:
    description: Returns details about what has changed.
    support: none
  action_group:
    description: Use C(group/keyturn.sfmc.sfmc) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - keyturn.sfmc.sfmc
"""

    IDEMPOTENT = r"""
attributes:
  idempotent:
    description: A second run with the same arguments changes nothing.
    support: full
"""

    ONCE = r"""
options: {}
notes:
  - Runs on the controller, whatever the hosts of the play are; use it with C(run_once=true).
"""

    WAITING = r"""
options:
  wait:
    description:
      - How many seconds of SFMC's time this task may wait for SFMC's clocks, such as the five minutes before a
        staged secret can be used.
      - With V(0) it takes the steps that are legal now and ends; the next run goes on.
    type: int
    default: 600
  poll:
    description: Seconds between two looks at SFMC's clock while waiting.
    type: float
    default: 15.0
  on_blocked:
    description:
      - What to do when something that a person has to mend blocks an integration.
      - V(fail) fails with the reasons, V(report) returns them, so that other integrations go on.
      - A clock, or a person who is expected to act, is not a block.
    type: str
    default: fail
    choices:
      - fail
      - report
"""
