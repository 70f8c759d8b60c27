# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which secret the dependents of an integration should hold. Pure."""

from __future__ import annotations

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import Journal, required


def desired_secret(journal: Journal, beginning: bool = False) -> str:
    """Return which secret the dependents should hold: `active`, or `staged` from its distribution to its activation.

    :param beginning: whether this asks for what a distribution would bring that begins now. The secret itself is given
        out only after the journal says that hosts may hold it, so that giving the rotation up finds them.
    """
    rotation = journal.open_rotation
    if rotation is None or rotation.activated_at or rotation.abandoned_at or rotation.lost_at:
        return "active"
    return "staged" if rotation.overlap_at and (beginning or rotation.distribution_at) else "active"


def desired_fingerprint(journal: Journal) -> str:
    """Return the fingerprint of the secret that a distribution brings to the dependents; a rotation is open."""
    if desired_secret(journal, beginning=True) == "staged":
        return required(required(journal.open_rotation).staged).fingerprint
    return journal.active.fingerprint if journal.active else ""
