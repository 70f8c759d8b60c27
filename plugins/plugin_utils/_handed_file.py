# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret that a person hands in as a file of the controller, so that it is in no variable and in no environment."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

#: Option of the modules that take a secret in; documented with each of them.
SECRET_FILE: dict[str, Any] = {"client_secret_file": {"type": "path"}}
#: Far more than any client secret.
_MAX_BYTES = 4096
#: What a prompt without a terminal answers, in the versions of Ansible.
_NOTHING = ("", "None")
_RULE = "I-22: a file that is handed in holds one secret, and is its owner's alone"
_VARIABLE = "sfmc_hand_in_file"


def handed_in(arguments: Mapping[str, Any]) -> str | None:
    """Return what a person hands in, as a value or in a file; None when nothing is handed in by this task.

    :raises Refusal: a value and a file, or a file that cannot be read, is too long, or is open to others.
    """
    value, path = arguments["client_secret"], arguments["client_secret_file"]
    if path is None:
        return None if value is None else str(value)
    if value is not None and value.strip() not in _NOTHING:
        raise Refusal(
            "one secret is handed in at a time, in one way",
            "sfmc_hand_in_secret",
            f"nothing, as {_VARIABLE} names a file",
            "a value, too",
            "leave one of the two out; at the prompt, press Enter. Nothing was changed",
        )
    return _read(path)


def _read(path: str) -> str:
    try:
        # Nobody waits for the other end of a pipe.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            _check(path, os.fstat(file.fileno()))
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise _refused(path, "a file that this user can read", error.strerror or "none") from None
    if len(content) > _MAX_BYTES:
        raise _refused(path, "the secret, and at most a newline after it", f"more than {_MAX_BYTES} bytes")
    text = content.decode("utf-8", "replace")
    return text.removesuffix("\n").removesuffix("\r")


def _check(path: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise _refused(path, "a regular file", "something else")
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        mode = f"{stat.S_IMODE(status.st_mode):04o}"
        raise _refused(path, "a file that only its owner can read, mode 0600", f"mode {mode}")


def _refused(path: str, expected: str, found: str) -> Refusal:
    way_out = (
        f"correct {_VARIABLE}, or the file (chmod 600), and run it again; in AWX the credential of the type "
        "'SFMC hand-in' makes it. Nothing was changed"
    )
    return Refusal(_RULE, path, expected, found, way_out)
