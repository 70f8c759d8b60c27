# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that a control-plane step leaves on the controller for people and other programs. None holds a secret."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

#: What says only when a document was made.
_MADE = "generated_at"


def written(path: Path, content: bytes, check_mode: bool, mode: int = 0o640) -> bool:
    """See that a file has this content, whole or not at all; return whether it had another.

    :param mode: of the file.
    :raises Refusal: it cannot be read or written.
    """
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
        if not check_mode:
            _replaced(path, content, mode)
    except OSError as error:
        raise Refusal(
            "a file that is asked for can be written",
            str(path),
            "a folder of the controller that this run can write to",
            error.strerror or type(error).__name__,
            "name another path, or mend the folder's owner and mode; no secret was changed",
        ) from None
    return True


def written_json(path: Path, document: Mapping[str, Any], check_mode: bool) -> bool:
    """See that a file holds this document; return whether it held another, whenever that was made.

    :raises Refusal: it cannot be written, or holds something that was never such a document.
    """
    before = _document_of(path)
    if before is None and path.is_file() and path.stat().st_size:
        raise foreign(path)
    if before and not before.keys() & document.keys():
        raise foreign(path)
    written(path, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode("utf-8"), check_mode)
    return before is None or {**before, _MADE: ""} != {**document, _MADE: ""}


def foreign(path: Path) -> Refusal:
    """Return the refusal of a file that this step has not made, and leaves as it is."""
    return Refusal(
        "a file that is asked for replaces none of somebody else's",
        str(path),
        "no file, or one that this step wrote before",
        "another one",
        "name another path (a folder of its own, not host_vars), or move the file away; nothing was written",
    )


def _document_of(path: Path) -> dict[str, Any] | None:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _replaced(path: Path, content: bytes, mode: int) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
