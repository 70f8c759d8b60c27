# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API of AWX, made of what the modules of `awx.awx` say of it.

Endpoints, fields, types, choices and relations are read from the installed modules when a test starts
(`specification.py`). What no module says, `rules.py` adds from AWX's own source: what is checked and what is hidden.
AWX itself is not run anywhere: what passes here fits the collection's modules and those rules, no more.
"""
