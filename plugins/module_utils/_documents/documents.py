# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Configuration files: find the one value, replace it, prove that nothing else changed. Pure: bytes in, bytes out."""

from typing import Optional, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._edit import (
    AS_IS,
    Encoding,
    Known,
    Located,
    Survey,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import Format
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._formats import MAKERS
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

_TEXT = "text"

#: The names of the formats, as files declare them.
FORMATS: Tuple[str, ...] = tuple(sorted([*MAKERS, _TEXT]))

#: The names of the encodings in which a secret may stand at its key.
ENCODINGS: Tuple[str, ...] = ("plain", "base64")


def locate(
    format_name: str,
    content: bytes,
    key: Optional[str],
    where: str,
    known: Optional[Known] = None,
    encoding: str = "plain",
) -> Located:
    """Find the secret at ``key``: to read it, and to replace it.

    :param format_name: one of :data:`FORMATS`.
    :param content: the whole file.
    :param key: where the secret stands, in the key syntax of the format (``docs/formats.md``). The format ``text``
        takes none (or an empty one) for every place where a known secret stands.
    :param where: the name of the file in messages, for example ``/opt/app/.env``.
    :param known: tells a known secret of the integration from any other text: ``text`` without a key looks for them,
        and no other text may look like a placeholder.
    :param encoding: one of :data:`ENCODINGS`.
    :raises Refusal: the file is not of its format, or the key is missing, occurs twice or holds no literal string.
    """
    written = encoding_of(encoding, where)
    if format_name == _TEXT:
        return _located_text(content, key, where, known, written)
    return Located(_format(format_name, where), content, key or "", where, encoding=written, known=known)


def _located_text(
    content: bytes, key: Optional[str], where: str, known: Optional[Known], encoding: Encoding
) -> Located:
    from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._text import (
        Candidates,
        Expression,
        places_of_known,
    )

    if key or not known:
        return Located(Expression(key or "", where), content, key or "", where, encoding=encoding, known=known)
    if encoding is not AS_IS:
        raise Refusal(
            "a secret in base64 is found by a key",
            where,
            "a `key`: a regular expression with the secret in its group",
            "`encoding` without `key`",
            "correct this file in `sfmc_dependents`",
        )
    return Located(Candidates(), content, "any known secret", where, places_of_known(known))


def survey(format_name: str, content: bytes, where: str) -> Survey:
    """Return all values of a file with the keys that name them; ``text`` has none.

    :raises Refusal: the file is not of its format.
    """
    return Survey(_format(format_name, where), content, where)


def read_value(
    format_name: str,
    content: bytes,
    key: Optional[str],
    where: str,
    known: Optional[Known] = None,
    encoding: str = "plain",
) -> str:
    """Return the secret at ``key``, as the programs that read such files see it; parameters as for :func:`locate`."""
    located = locate(format_name, content, key, where, known, encoding)
    located.confirm()
    return located.value


def replace_value(
    format_name: str,
    content: bytes,
    key: Optional[str],
    value: str,
    where: str,
    known: Optional[Known] = None,
    encoding: str = "plain",
) -> bytes:
    """Return the content with ``value`` at ``key``; every byte outside of that value is as it was.

    The new content is parsed again: exactly that value changed, to exactly ``value``, or a Refusal is raised.

    :param value: printable ASCII, not empty; the other parameters are those of :func:`locate`.
    :raises Refusal: as :func:`locate`, and where the format cannot hold the value without ambiguity.
    """
    return locate(format_name, content, key, where, known, encoding).replaced(value)


def _format(format_name: str, where: str) -> Format:
    if format_name not in MAKERS:
        raise _unknown("format", format_name, FORMATS, where)
    return MAKERS[format_name]()


def encoding_of(name: str, where: str) -> Encoding:
    """Return an encoding by its name, one of :data:`ENCODINGS`; Refusal for any other."""
    if name == "plain":
        return AS_IS
    if name not in ENCODINGS:
        raise _unknown("encoding", name, ENCODINGS, where)
    from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._base64 import Base64

    return Base64()


def _unknown(what: str, name: str, names: Tuple[str, ...], where: str) -> Refusal:
    return Refusal(
        f"a file is declared with a known {what}",
        where,
        f"one of {', '.join(names)}",
        f"the {what} {name!r}",
        f"correct `{what}` of this file in `sfmc_dependents`",
    )
