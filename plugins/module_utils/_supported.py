# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Which ansible-core and which Python of a controller are supported; meta/runtime.yml says the first one, too.

Ansible itself only warns of a core that is too old, and goes on.
"""

from typing import Optional, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

OLDEST_CORE = (2, 16)
#: What the oldest core itself asks of a controller.
OLDEST_PYTHON = (3, 10)
#: What `AnsibleModule.ansible_version` is where no controller says its own.
_NOT_TOLD = ("", "0.0")


def unsupported(core: str, python: Tuple[int, int] = OLDEST_PYTHON) -> Optional[Refusal]:
    """Return why nothing is begun here; None where all is well.

    :param core: version of ansible-core; a module that no controller started has nothing to refuse.
    :param python: version of the controller's Python.
    """
    if core in _NOT_TOLD or (_minor(core) >= OLDEST_CORE and python >= OLDEST_PYTHON):
        return None
    return Refusal(
        "keyturn.sfmc runs on versions that it supports",
        "this controller",
        "ansible-core {}.{} or later, on Python {}.{} or later".format(*OLDEST_CORE + OLDEST_PYTHON),
        f"ansible-core {core}" + ("" if python >= OLDEST_PYTHON else " on Python {}.{}".format(*python)),
        "install a newer ansible-core, or take another execution environment; docs/compatibility.md has the versions",
    )


def _minor(version: str) -> Tuple[int, int]:
    major, minor = version.split(".")[:2]
    return int(major), int(minor)
