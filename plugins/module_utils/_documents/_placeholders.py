# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Values that only stand for others: programs, frameworks and deployments replace them, or decrypt them."""

import re

#: What templates and frameworks replace wherever it stands: Spring, shells, Jinja, Helm, ERB, Symfony, configparser.
_ANYWHERE = r"[$#]\{|\$\(|\{\{|\{%|<%|%env\(|%\([^()]*\)s"
#: What begins so stands elsewhere or is encrypted: Mule, Jasypt, SOPS and Hiera, Spring Cloud, Android, Azure, Vault,
#: AWS, vals; anything that is an address, as 1Password has them.
_AT_THE_BEGINNING = (
    r"!\[|ENC[(\[]|\{cipher\}|@string/|@Microsoft\.KeyVault\(|\$ANSIBLE_VAULT;|"
    r"[a-z][a-z0-9+.-]*://|vault:|arn:"
)
#: What is a reference if it is all of the value: $NAME, @name@, @{store:name}, %NAME%, __NAME__.
_ALL_OF_IT = r"\$\w+|@[\w.-]+@|@\{[^{}]*\}|%[^%\s]+%|__[A-Z][A-Z0-9_]*__"
_PLACEHOLDER = re.compile(rf"{_ANYWHERE}|\A\s*(?:{_AT_THE_BEGINNING}|(?:{_ALL_OF_IT})\s*\Z)")

EXAMPLES = "${...}, {{ ... }}, $NAME, %(name)s or @name@"


def is_placeholder(value: str) -> bool:
    """Tell whether a value stands for another one."""
    return _PLACEHOLDER.search(value) is not None
