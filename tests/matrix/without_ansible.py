# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plugin of pytest that takes Ansible away: what passes without it need not run with each ansible-core again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

#: The version is read by `plugin_utils/__init__.py`, and by nobody else.
_KNOWN = {"ansible", "ansible._vendor", "ansible.release"}


class _NoAnsible(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.split(".")[0] == "ansible" and fullname not in _KNOWN:
            raise ModuleNotFoundError(f"{fullname}: this test is said to do without Ansible", name=fullname)
        return None


sys.meta_path.insert(0, _NoAnsible())
