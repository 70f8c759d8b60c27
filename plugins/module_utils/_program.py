# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""A program on this host: given a text, ended in time, quoted from the end of what it says."""

import os
import signal
import subprocess
from typing import List, Optional, Tuple

_LINES = 3
#: For the kernel to end a process that it was told to.
_GRACE = 5


class NotEnded(Exception):
    """A program went on for too long."""


def ended(argv: List[str], given: Optional[str], timeout: float) -> Tuple[int, str, str]:
    """Run a program; return its status and what it printed.

    :raises NotEnded: it did not end in time; it is ended now.
    :raises OSError: it could not be started.
    """
    process = subprocess.Popen(  # pylint: disable=ansible-bad-function  # no AnsibleModule here
        argv,
        stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A session of its own: what it started is ended with it.
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(None if given is None else given.encode("utf-8"), timeout=timeout)
    except subprocess.TimeoutExpired:
        end(process)
        raise NotEnded() from None
    return process.returncode, output.decode("utf-8", "replace"), errors.decode("utf-8", "replace")


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a program that has a session of its own, with all that it started there."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(_GRACE)
    except (OSError, subprocess.TimeoutExpired):
        # Another user's, or one that waits for a disk. What it holds open is not waited for.
        pass


def last_lines(text: str) -> str:
    """Return the end of what a program said, in whole lines."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join(lines[-_LINES:])
