#!/usr/bin/env python3
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the vault password of the scenario's estate; before there is one, something that opens nothing."""

import os
from pathlib import Path

password = Path(os.environ.get("KEYTURN_ESTATE", "."), "vault-password")
print(password.read_text(encoding="utf-8").strip() if password.is_file() else "no estate yet")
