# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All mutants, and the hazards that have none, with the reason. Snippets are exact: code that moves is mended here."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.keyturn.sfmc.tests.mutants.catalogue import (
    afterwards,
    answers,
    distribution,
    files,
    gate,
    limits,
    runs,
    secrecy,
    staging,
)

HAZARDS = tuple(f"I-{number}" for number in range(1, 46))
MUTANTS = (
    *staging.MUTANTS,
    *gate.MUTANTS,
    *distribution.MUTANTS,
    *files.MUTANTS,
    *afterwards.MUTANTS,
    *runs.MUTANTS,
    *answers.MUTANTS,
    *limits.MUTANTS,
    *secrecy.MUTANTS,
)
#: Hazards against which nothing stands that could be taken away.
WITHOUT: Mapping[str, str] = {}
