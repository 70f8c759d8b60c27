# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps Ansible itself from showing what modules and lookups are given and return (I-27).

At -vvv the connection ssh shows each result as it comes, and ANSIBLE_DEBUG the arguments of each module as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ansible import constants as C
from ansible.utils.display import Display


@contextmanager
def undebugged() -> Iterator[None]:
    """Show nothing of what ANSIBLE_DEBUG shows."""
    before = C.DEFAULT_DEBUG
    C.DEFAULT_DEBUG = False
    try:
        yield
    finally:
        C.DEFAULT_DEBUG = before


@contextmanager
def quiet() -> Iterator[None]:
    """Show nothing of what -v shows either, and log nothing of it."""
    display = Display()
    before = {name: value for name, value in vars(display).items() if name in ("verbosity", "log_verbosity")}
    vars(display).update(dict.fromkeys(before, 0))
    try:
        with undebugged():
            yield
    finally:
        vars(display).update(before)
