# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs on the controller. Every action and lookup comes by here first, so this is where an old core is refused.

This file is read by a Python that is too old for the others: its grammar is that of 3.6.
"""

import sys

from ansible.release import __version__

from ansible_collections.keyturn.sfmc.plugins.module_utils._supported import unsupported

_refusal = unsupported(__version__, sys.version_info[:2])
if _refusal is not None:
    # Not above: whoever only imports what is pure is not to load Ansible for it.
    from ansible.errors import AnsibleError

    raise AnsibleError(str(_refusal))
