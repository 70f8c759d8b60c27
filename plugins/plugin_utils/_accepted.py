# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Places that hold a secret and are no dependents, as a person has decided: `sfmc_accepted_places` of one host."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._declarations import ACCEPTED, declared
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import HostVariables
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._times import moment_of


@dataclass(frozen=True)
class AcceptedPlace:
    """Somebody has decided that a place may keep a secret, and break when that ends.

    :param place: as a discovery shows it; `*` stands for any characters.
    :param key: None for every key there.
    :param until: None for ever.
    """

    place: str
    key: str | None
    reason: str
    until: datetime | None

    def covers(self, place: str, key: str, now: datetime) -> bool:
        """Tell whether this is about a place, and still counts."""
        named = self.place == place or fnmatch.fnmatchcase(place, self.place)
        return named and self.key in (None, key) and (self.until is None or now < self.until)


def accepted_places(variables: HostVariables, host: str) -> tuple[AcceptedPlace, ...]:
    """Return what one host's variables accept.

    :raises Refusal: no list, an entry without a reason, an end that is no date.
    """
    said = variables.get("sfmc_accepted_places") or []
    if not isinstance(said, Iterable) or isinstance(said, (str, dict)):
        declared(ACCEPTED, said if isinstance(said, str) else [said], f"sfmc_accepted_places of {host}")
    found = []
    for number, entry in enumerate(said):
        offender = f"sfmc_accepted_places[{number}] of {host}"
        options = declared(ACCEPTED, entry, offender)
        until = moment_of(options["until"]) if options["until"] else None
        if options["until"] and until is None:
            raise Refusal(
                "a place is accepted for good, or until a day",
                offender,
                "until: a date such as 2027-01-31, or a time with its zone",
                "a text that is neither",
                "correct `until`, or leave it out",
            )
        found.append(AcceptedPlace(options["place"], options["key"], options["reason"], until))
    return tuple(found)
