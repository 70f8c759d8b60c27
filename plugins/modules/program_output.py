#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""keyturn.sfmc.program_output: runs a program that has to end in time."""

DOCUMENTATION = r"""
module: program_output
short_description: Run a program with a time limit, and return what it prints
version_added: 1.0.0
description:
  - For the kind C(command) of dependents. Like C(ansible.builtin.command) with C(argv) and C(stdin), but a program that
    does not end in time is ended, with all that it started in its session; and a failure is told with the last lines
    of its standard error.
  - No shell is involved, and nothing in the arguments is expanded.
author:
  - Keyturn (@keyturn)
attributes:
  check_mode:
    description: The program is not run.
    support: none
  diff_mode:
    description: Returns details about what has changed.
    support: none
  idempotent:
    description: That is the program's affair.
    support: none
options:
  argv:
    description: The program and its arguments.
    type: list
    elements: str
    required: true
  stdin:
    description: What the program gets on its standard input, as it is. Without it there is nothing to read.
    type: str
  timeout:
    description: Seconds after which it is ended.
    type: float
    default: 60
"""

EXAMPLES = r"""
- name: Ask a program for what it keeps
  keyturn.sfmc.program_output:
    argv: [/usr/local/bin/keeper, get, sfmc]
    timeout: 10
  register: kept
  no_log: true
"""

RETURN = r"""
stdout:
  description: What it printed, without line ends after it.
  returned: success
  type: str
  sample: ready
rc:
  description: Its status.
  returned: when it ended by itself
  type: int
  sample: 0
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.keyturn.sfmc.plugins.module_utils._program import NotEnded, ended, last_lines
from ansible_collections.keyturn.sfmc.plugins.module_utils._supported import unsupported

ARGUMENTS = {
    "argv": {"type": "list", "elements": "str", "required": True},
    "stdin": {"type": "str", "no_log": True},
    "timeout": {"type": "float", "default": 60},
}


def main() -> None:
    """Run the program, or say why it did not work."""
    module = AnsibleModule(argument_spec=ARGUMENTS)
    refusal = unsupported(module.ansible_version)
    if refusal:
        module.fail_json(msg=str(refusal))
    argv, timeout = module.params["argv"], module.params["timeout"]
    if not argv:
        module.fail_json(msg="argv: expected a program, found nothing")
    try:
        status, output, errors = ended(argv, module.params["stdin"], timeout)
    except NotEnded:
        module.fail_json(msg=f"{argv[0]}: it did not end within {timeout:g} s, and was ended")
    except (OSError, ValueError) as error:
        module.fail_json(msg=f"{argv[0]}: it could not be started: {getattr(error, 'strerror', None) or error}")
    if status != 0:
        said = last_lines(errors)
        module.fail_json(msg=f"{argv[0]}: status {status}" + (f": {said}" if said else ""), rc=status)
    module.exit_json(changed=True, rc=status, stdout=output.rstrip("\r\n"))


if __name__ == "__main__":
    main()
