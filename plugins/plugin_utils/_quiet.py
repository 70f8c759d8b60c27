# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps Ansible itself from showing what modules and lookups are given and return (I-27).

At -vvv the connection ssh shows each result as it comes, and ANSIBLE_DEBUG the arguments of each module as well.
What is shown all the same, by a task of somebody else or by a fault of ours, ansible-core masks from 2.22 on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ansible import constants as C
from ansible.utils.display import Display

try:
    from ansible.module_utils.secrets import register_secrets
except ImportError:  # ansible-core before 2.22
    register_secrets = None

#: The core takes what it is told out of everything that it shows, the inside of words too.
_SHORTEST_MASKED = 8


def masked_by_core(texts: Iterable[str]) -> None:
    """Have ansible-core show `$REDACTED$` in the place of these texts from now on, where it can: the second net."""
    if register_secrets is not None:
        register_secrets([text for text in texts if len(text) >= _SHORTEST_MASKED])


def warn_of_kept_files() -> None:
    """Say what ANSIBLE_KEEP_REMOTE_FILES keeps, when a module gets a secret as an argument."""
    if C.config.get_config_value("DEFAULT_KEEP_REMOTE_FILES"):
        Display().warning("ANSIBLE_KEEP_REMOTE_FILES leaves module arguments, secrets among them, on the hosts")


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
