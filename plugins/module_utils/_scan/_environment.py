# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Secrets among the variables of an environment. Pure."""

from typing import Dict, Iterable, List, Mapping, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import TEXT, Path
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._leaves import secrets_among
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Sought, Use, use
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._values import Secret
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._view import known_in, only_one, signs_in


def secrets_in(lines: Iterable[bytes], sought: Sought) -> List[Tuple[str, Secret]]:
    """Return names of variables, each with a secret in its value.

    :param lines: ``NAME=value``.
    """
    pairs = [line.decode("utf-8", "surrogateescape").partition("=") for line in lines if b"=" in line]
    everything = "\n".join(value for _name, _sign, value in pairs).encode("utf-8", "surrogateescape")
    signs = signs_in(everything, sought)
    named_here = bool(signs.client_ids or signs.hosts)
    if not named_here and not known_in(everything, sought) and b"SFMC_" not in everything:
        return []
    readings: List[Tuple[Path, str, str]] = [((name,), TEXT, value) for name, _sign, value in pairs]
    found: Dict[Tuple[str, str], Secret] = {}
    for each in secrets_among(readings, named_here, sought).found:
        found.setdefault((str(each.path[0]), each.secret.value), each.secret)
    for name, _sign, value in pairs:
        for hit in known_in(value.encode("utf-8", "surrogateescape"), sought):
            found.setdefault((name, hit.secret.value), hit.secret)
    only = only_one(signs, everything, sought)
    return [
        (name, secret if secret.client_id else secret._replace(client_id=only))
        for (name, _value), secret in sorted(found.items())
    ]


def in_order(found: Iterable[Use]) -> List[Use]:
    """Return uses in an order that says nothing of the secrets, and is the same in every run."""
    return sorted(
        found, key=lambda use: (use["place"], use["key"], use["client_id"], use["secret"], use["fingerprint"])
    )


def use_of(place: str, kind: str, name: str, secret: Secret, sought: Sought, known: Mapping[str, str]) -> Use:
    """Return the use of a secret by a variable.

    :param known: ``service`` and ``declared``.
    """
    return use(
        place,
        kind,
        key=name,
        encoding=secret.encoding,
        client_id=secret.client_id,
        secret=secret.stage,
        fingerprint=sought.fingerprint(secret.client_id, secret.value),
        **known,
    )
