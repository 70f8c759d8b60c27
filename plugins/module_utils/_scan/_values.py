# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""What a single value is: a secret that is known, one that nobody knows, or neither. Pure."""

import base64
import re
from typing import Iterator, NamedTuple, Optional

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._placeholders import is_placeholder
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Sought

PLAIN, BASE64 = "plain", "base64"
UNKNOWN = "unknown"

#: The form of newer secrets: 64 characters. Names of variables begin like it.
SHAPED = re.compile(r"(?<![A-Za-z0-9_-])SFMC_[A-Za-z0-9_-]{59}(?![A-Za-z0-9_-])")
_A_NAME = re.compile(r"[A-Z0-9_-]+|[a-zA-Z]+(?:[_-]+[a-zA-Z]+)*_*")

_SECRET_NAME = re.compile(r"(?:client|consumer)secret(.*)", re.DOTALL)
#: What says that not the secret itself stands there.
_ABOUT_IT = re.compile(
    r"(?:id|path|file|arn|name|ref|expir|len|url|uri|env|var|created|rotat|age|desc|label|hint|polic|source|loc|"
    r"vault|version|method|basic|post|jwt|type|key.|at\Z|date|hash|finger|manager|store|set|required|enabled)"
)
#: Products that have client secrets, too, and often stand in the same file.
_OTHERS = re.compile(
    r"google|azure|entra|msal|microsoft|github|gitlab|bitbucket|okta|auth0|keycloak|paypal|stripe|linkedin|facebook|"
    r"twitter|slack|spotify|dropbox|zoom|shopify|hubspot|cognito|adobe|zendesk|atlassian|snowflake|databricks"
)
_OURS = re.compile(r"sfmc|marketingcloud|exacttarget|fuelsdk|mcdev")
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")

_MADE_UP = re.compile(
    r"[<\[{(].*[>\]})]|(.)\1*|[*.xX#-]+|VALUE_SPECIFIED_IN_NO_LOG_PARAMETER|\$.*|"
    r".*(?:your|change|replace|example|sample|dummy|placeholder|insert|todo|fixme|redacted|hidden|masked|secret_?here|"
    r"to_?be_|xxxx|\*\*\*|\.\.\.).*|"
    r"(?:my|the|some|a|test|fake|mock|sfmc|mc|et)?[ _-]*(?:client|consumer)?[ _-]*secret[ _-]*(?:value|key)?|"
    r"[a-z_]+(?:\.[a-z_]+)+|none|null|undefined|true|false|empty|unset|secrets?|[0-9]+|"
    r"(?:my|the)?(?:pass|password|passwd|secret|test|admin|client|demo|foo|bar|abc|qwerty)[_-]?[0-9]*",
    re.IGNORECASE | re.DOTALL,
)
#: What is shorter is a word, and so is a longer one without a digit; secrets have letters of both cases at least.
_LITERAL = re.compile(r"(?=.*[0-9])[A-Za-z0-9_.~+/=-]{8,}|(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9_.~+/=-]{20,}")
#: The form of older secrets, in which any word may stand by chance.
_OLDER = re.compile(r"(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9]{24}")
_PATH = re.compile(r"(?:[A-Za-z]:)?[/\\.~]")


class Secret(NamedTuple):
    """A secret as it stands somewhere; ``client_id`` is empty where nobody knows whose it is.

    ``near`` tells that the client id stands right beside it, in the same object, section or element.
    """

    value: str
    client_id: str
    stage: str
    encoding: str = PLAIN
    near: bool = False

    def __repr__(self) -> str:
        # The value must not get into a message.
        return f"Secret({self.client_id!r}, {self.stage!r}, {self.encoding!r})"


def names_a_secret(name: str) -> bool:
    """Tell whether a key, a variable or an element is named like a client secret."""
    found = _SECRET_NAME.search(_NOT_IN_NAMES.sub("", name.lower()))
    return found is not None and not _ABOUT_IT.match(found.group(1))


def names_another_product(name: str) -> bool:
    """Tell whether a name says that a secret is one of another product."""
    plain = _NOT_IN_NAMES.sub("", name.lower())
    return _OTHERS.search(plain) is not None and _OURS.search(plain) is None


def is_shaped(value: str) -> bool:
    """Tell whether a value has the form of a newer secret."""
    return SHAPED.fullmatch(value) is not None and not _A_NAME.fullmatch(value)


def hidden(text: str) -> str:
    """Return a text, such as the name of a file, without what has the form of a newer secret."""
    if "SFMC_" not in text:
        return text
    return SHAPED.sub(lambda found: "SFMC_(hidden)" if is_shaped(found.group()) else found.group(), text)


def shaped_in(text: str) -> Iterator["re.Match[str]"]:
    """Yield what has the form of a newer secret."""
    return (match for match in SHAPED.finditer(text) if is_shaped(match.group()))


def is_literal(value: str) -> bool:
    """Tell whether a value at such a name may be a secret: no placeholder, no reference, no name."""
    if _OLDER.fullmatch(value):
        return True
    if is_placeholder(value) or _MADE_UP.fullmatch(value) or not _LITERAL.fullmatch(value):
        return False
    is_a_name = _A_NAME.fullmatch(value) is not None and ("_" in value or "-" in value)
    return not is_a_name and not _PATH.match(value)


def known_as(value: str, sought: Sought) -> Optional[Secret]:
    """Return what a whole value is by itself, whatever its name."""
    owner = sought.secrets.get(value)
    if owner:
        return Secret(value, owner.client_id, owner.stage)
    return Secret(value, "", UNKNOWN) if is_shaped(value) else None


def decoded(value: str) -> str:
    """Return what a value stands for in base64, less a line end; empty where it is none."""
    if len(value) < 16 or len(value) % 4 or not re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", value):
        return ""
    text = base64.b64decode(value).decode("latin-1")
    plain = text[:-1] if text.endswith("\n") else text
    return plain if plain and all(" " <= character <= "~" for character in plain) else ""


def secret_of(value: str, name: str, named_here: bool, sought: Sought) -> Optional[Secret]:
    """Return the secret that a whole value is, plain or in base64, or None.

    :param name: of the key, the variable or the element.
    :param named_here: whether the same file names a client id or a host of a tenant.
    """
    found = known_as(value, sought)
    if found:
        return found
    inner = decoded(value)
    found = known_as(inner, sought) if inner else None
    if found:
        return found._replace(encoding=BASE64)
    if named_here and names_a_secret(name) and is_literal(value) and value not in sought.client_ids:
        return Secret(value, "", UNKNOWN)
    return None
