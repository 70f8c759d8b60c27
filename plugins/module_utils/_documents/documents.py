# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Configuration files: find the one value, replace it, prove that nothing else changed. Pure: bytes in, bytes out."""

from typing import Dict, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._dotenv import Dotenv
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._edit import Located
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import Format
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._ini import Ini
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._json import Json
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php import Php
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._properties import Properties
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

_FORMATS: Dict[str, Format] = {fmt.name: fmt for fmt in (Dotenv(), Ini(), Json(), Php(), Properties())}

#: The names of the formats, as files declare them.
FORMATS: Tuple[str, ...] = tuple(sorted(_FORMATS))


def locate(format_name: str, content: bytes, key: str, where: str) -> Located:
    """Find the value at ``key``: to read it, and to replace it.

    :param format_name: one of :data:`FORMATS`.
    :param content: the whole file.
    :param key: where the value stands, in the key syntax of the format (``docs/formats.md``).
    :param where: the name of the file in messages, for example ``/opt/app/.env``.
    :raises Refusal: the file is not of its format, or the key is missing, occurs twice or holds no literal string.
    """
    return Located(_format(format_name, where), content, key, where)


def read_value(format_name: str, content: bytes, key: str, where: str) -> str:
    """Return the value at ``key``, as the programs that read such files see it; parameters as for :func:`locate`."""
    located = locate(format_name, content, key, where)
    located.confirm()
    return located.value


def replace_value(format_name: str, content: bytes, key: str, value: str, where: str) -> bytes:
    """Return the content with ``value`` at ``key``; every byte outside of that value is as it was.

    The new content is parsed again: exactly that value changed, to exactly ``value``, or a Refusal is raised.

    :param value: printable ASCII, not empty.
    :raises Refusal: as :func:`locate`, and where the format cannot hold the value without ambiguity.
    """
    return locate(format_name, content, key, where).replaced(value)


def _format(format_name: str, where: str) -> Format:
    if format_name not in _FORMATS:
        raise Refusal(
            "a file is declared with a known format",
            where,
            f"one of {', '.join(FORMATS)}",
            f"the format {format_name!r}",
            "correct `format` of this file in `sfmc_dependents`",
        )
    return _FORMATS[format_name]
