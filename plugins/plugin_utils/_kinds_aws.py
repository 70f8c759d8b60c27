# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of dependents in AWS; docs/kinds.md says what each option means.

Credentials are no options: they come from the environment, a profile or a role, as for every program that uses AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._kind import KEY, NEEDED, TEXT, Kind

_WHERE: Mapping[str, Any] = {"region": TEXT, "profile": TEXT, "endpoint_url": TEXT}


def _in_aws(member: str, option: Mapping[str, Any]) -> Kind:
    """Return a kind of places that have a name, and a member that may be the secret."""
    return Kind(
        {"name": NEEDED, member: option, **_WHERE},
        system=("profile", "region", "endpoint_url"),
        document=("name",),
        member=(member,),
        urls=("endpoint_url",),
    )


KINDS: Mapping[str, Kind] = {
    "aws_secretsmanager": _in_aws("key", KEY),
    "aws_ssm_parameter": _in_aws("key", KEY),
    "aws_lambda": _in_aws("variable", NEEDED),
}
