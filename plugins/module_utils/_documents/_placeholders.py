# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Values that frameworks replace: placeholders, and encrypted values of Mule, Jasypt, Spring Cloud, SOPS and Hiera."""

import re

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import ambiguous_value, indirect_value

_PLACEHOLDER = re.compile(r"[$#]\{|\A(?:!\[|ENC[(\[]|\{cipher\})")


def is_placeholder(value: str) -> bool:
    """Tell whether a value stands for another one."""
    return _PLACEHOLDER.search(value) is not None


def check_no_placeholder_there(value: str, key: str, where: str) -> None:
    """Refuse a value in a file that stands for another one."""
    if is_placeholder(value):
        found = "a placeholder (${...}, #{...}) or an encrypted value (![...], ENC(...), ENC[...], {cipher}...)"
        raise indirect_value(key, found, where)


def check_no_placeholder_new(format_name: str, value: str, where: str) -> None:
    """Refuse a value to write that would stand for another one."""
    if is_placeholder(value):
        obstacle = "${, #{ or a leading ![, ENC(, ENC[ or {cipher}"
        raise ambiguous_value(format_name, obstacle, "Spring, Mule and others replace such values", where)
