# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of the controller that other programs read: there as a whole, or as it was. Never for a secret."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal


def publish(path: Path, content: bytes, mode: int, write: bool = True) -> bool:
    """Replace a file if its content or mode is another one; return whether it was.

    :param write: False only tells whether it would be.
    :raises Refusal: the folder is not there, or cannot be written.
    """
    try:
        if path.is_file() and path.read_bytes() == content and path.stat().st_mode & 0o7777 == mode:
            return False
        if write:
            _replace(path, content, mode)
        elif not path.parent.is_dir():
            raise FileNotFoundError(2, "No such file or directory")
    except OSError as error:
        raise Refusal(
            "a file that others read is replaced as a whole",
            str(path),
            "a folder that is there and can be written",
            error.strerror or type(error).__name__,
            "make the folder, or correct its owner, its mode or the path; the former file is as it was",
        ) from None
    return True


def _replace(path: Path, content: bytes, mode: int) -> None:
    # Hidden, and with another ending: node_exporter reads every *.prom of the folder.
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
