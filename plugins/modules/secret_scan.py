#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""keyturn.sfmc.secret_scan: the thin main; the work is in module_utils/_scan."""

DOCUMENTATION = r"""
module: secret_scan
short_description: Find where on this host client ids and client secrets stand
version_added: 1.0.0
description:
  - Searches files, the environments of running processes, and those of containers, for the client ids, the active,
    staged and previous secrets, the hosts of the tenants, values of the form that SFMC gives to secrets, and values at
    keys that are named like a client secret.
  - Says of each place which integration and which secret it is, whether a dependent of C(sfmc_dependents) holds it, and
    format and key with which it can be declared. Secrets are shown as fingerprints only.
  - Finds secrets as they are, in base64 whatever stands before them in it, in UTF-16 with or without a mark, in
    backups, and in what gzip, bzip2, xz, zip and tar packed, in up to three layers such as a C(tar.gz) in a C(zip).
  - Each real file is read once. Links to files outside of O(roots) are followed, links to folders are not. Only files
    that have several names are told apart by what they are, so the report has one of the names.
  - Left out are file systems of the network below a root, views of the system such as C(/proc), what is larger than
    O(max_bytes), programs, images, databases and other binaries by their first bytes, stores of packages and of version
    control (C(node_modules), C(__pycache__), C(.git/objects), C(.git/lfs), C(.hg/store), C(.svn/pristine),
    C(.npm/_cacache), C(.cache/pip), C(.m2/repository), C(.gradle/caches)), layers of images of containers, and
    Ansible's own temporary folders.
    A root that is itself on a file system of the network is searched, as somebody named it. RV(left_out) says what was
    left out, and why; compiled classes, programs and images within archives are left out without a word.
  - A file of more than 6 MB is named in parts unless it is declared - its places have lines but no format and key, and
    a value that SFMC did not form is not taken for a secret there when the client id stands far away from it.
  - A host gets the secrets of those integrations alone that it declares. Those of others are found by their form.
  - Nothing is changed on the host but the file O(state).
  - The host needs Python 3.6 or later.
author:
  - Keyturn (@keyturn)
attributes:
  check_mode:
    description: Searches as well, and does not write O(state).
    support: full
  diff_mode:
    description: Returns details about what has changed.
    support: none
  idempotent:
    description: Changes nothing but O(state).
    support: full
  action_group:
    description: Use C(group/keyturn.sfmc.sfmc) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - keyturn.sfmc.sfmc
options:
  integration:
    description:
      - Name in C(sfmc_integrations) or client id of the one integration that is looked for.
      - Without it, all that this host declares.
    type: str
  roots:
    description: Folders or files to search, as absolute paths. One that does not exist is named in RV(left_out).
    type: list
    elements: str
    default: [/etc, /home, /opt, /root, /srv, /usr/local, /var/lib, /var/spool/cron, /var/www]
  exclude:
    description:
      - Globs of what is left out. One with a slash is about whole paths, such as V(/var/log/*.log); one without is
        about names of files and folders anywhere, such as V(*.tmp). A V(*) stands for slashes too.
    type: list
    elements: str
    default: []
  max_bytes:
    description: Larger files are left out, and what comes out of an archive is not read beyond it.
    type: int
    default: 67108864
  processes:
    description: Whether environments of running processes are searched. Those of other users take O(ignore:become).
    type: bool
    default: true
  containers:
    description: Whether environments of the containers of docker and podman are searched.
    type: bool
    default: true
  gentle:
    description:
      - Takes processor and disk only while nothing else wants them (C(nice) 19, I/O class idle), and asks the system
        not to keep what was read in memory. What other programs had read before may leave the memory with it.
    type: bool
    default: false
  state:
    description:
      - A file on the host in which a scan leaves what the next one needs to read only what has changed since. It holds
        no secret, and only its owner can read it (mode 0600). The folder must be there.
      - A file is taken as unchanged when its times are older than the beginning of the last scan, in a folder that the
        last scan went through. Whenever something else is sought, declared or told than the last time, everything is
        read; so it is when the file is damaged or another user could have written it, which is named in RV(left_out).
      - An empty text for none.
    type: path
    default: ""
  full:
    description: Reads everything, whatever O(state) says.
    type: bool
    default: false
  known:
    description: Filled in by the controller from the journals; a task does not give it.
    type: list
    elements: str
    default: []
  integrations:
    description: Filled in by the controller from the inventory; a task does not give it.
    type: list
    elements: dict
    suboptions:
      client_id:
        description: Client id of an integration.
        type: str
        required: true
      auth_url:
        description: Where its tenant gives out tokens.
        type: str
        required: true
  secrets:
    description: Filled in by the controller from the store; a task does not give it.
    type: dict
  fingerprint_keys:
    description: Filled in by the controller from the store; a task does not give it.
    type: dict
  declared:
    description: Filled in by the controller from the inventory; a task does not give it.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of a dependent of this host.
        type: str
        required: true
      client_id:
        description: Client id of its integration.
        type: str
        required: true
      files:
        description: Its files.
        type: list
        elements: dict
        default: []
        suboptions:
          path:
            description: Path of the file.
            type: str
            required: true
          format:
            description: Format of the file.
            type: str
            required: true
          key:
            description: Where in it the secret stands.
            type: str
          encoding:
            description: How the secret is written there.
            type: str
            default: plain
            choices: [plain, base64]
      services:
        description: Services and containers that its restart names.
        type: list
        elements: str
        default: []
"""

EXAMPLES = r"""
- name: See where secrets stand
  keyturn.sfmc.secret_scan:
    roots: [/etc, /opt, /srv, /home]
    exclude: ["/srv/media/*", "*.iso"]
  register: scan

- name: The same every night, out of the way, and of what has changed only
  keyturn.sfmc.secret_scan:
    roots: [/etc, /opt, /srv, /home]
    gentle: true
    state: /var/lib/keyturn-scan.json
  register: scan

- name: Show what nobody declared
  ansible.builtin.debug:
    msg: "{{ scan.uses | rejectattr('declared') | map(attribute='place') | list }}"
"""

RETURN = r"""
uses:
  description: Places that hold a secret.
  returned: success
  type: list
  elements: dict
  sample:
    - place: /opt/app/.env
      kind: file
      path: /opt/app/.env
      format: dotenv
      encoding: plain
      key: SFMC_CLIENT_SECRET
      line: 12
      client_id: 0a1b2c3d4e5f6g7h8i9j0k1l
      secret: active
      fingerprint: 1f0c3ab5d2e4
      declared: ""
      service: ""
  contains:
    place:
      description: What a person reads. A member of an archive stands behind an exclamation mark.
      type: str
      returned: always
      sample: /backup/app.zip!conf/app.properties
    kind:
      description: One of V(file), V(backup), V(archive), V(process), V(container).
      type: str
      returned: always
      sample: file
    path:
      description: The file itself; empty for processes and containers. Bytes that are no UTF-8 stand as C(\\xNN).
      type: str
      returned: always
      sample: /opt/app/.env
    format:
      description: Format with which the place can be declared; empty where nothing edits it.
      type: str
      returned: always
      sample: dotenv
    encoding:
      description: How the secret is written there, V(plain) or V(base64).
      type: str
      returned: always
      sample: plain
    key:
      description: Key with which the place can be declared.
      type: str
      returned: always
      sample: SFMC_CLIENT_SECRET
    line:
      description: Line of the place, 0 where there is none.
      type: int
      returned: always
      sample: 12
    client_id:
      description: Which integration it is; empty where that is not known.
      type: str
      returned: always
      sample: 0a1b2c3d4e5f6g7h8i9j0k1l
    secret:
      description: Which secret it is - V(active), V(staged), V(previous), V(unknown), or V(none) for a mention.
      type: str
      returned: always
      sample: active
    fingerprint:
      description: The secret as far as it is shown; empty where the integration is not known.
      type: str
      returned: always
      sample: 1f0c3ab5d2e4
    declared:
      description: Name of the dependent of this host that holds exactly this place; empty where none does.
      type: str
      returned: always
      sample: mule runtime
    service:
      description: Service or container of a process.
      type: str
      returned: always
      sample: mule.service
mentions:
  description: Places that name a client id or a host of the tenant and hold no secret, in the form of RV(uses).
  returned: success
  type: list
  elements: dict
  sample: []
looked_at:
  description:
    - The places of earlier discoveries that this scan has looked at, or that are gone. What was left out is none of
      them, so that a scan that sees less forgets nothing.
  returned: success
  type: list
  elements: str
  sample: [/opt/app/.env]
searched_for:
  description: The client ids of the integrations that were sought.
  returned: success
  type: list
  elements: str
  sample: [8mc4example7client2id6aa]
left_out:
  description: What was not searched, and why; at most 200 lines, 40 for each reason.
  returned: success
  type: list
  elements: dict
  sample:
    - place: /var/log/huge.log
      why: larger than 64 MB
left_out_more:
  description: How many more there were, by their reason.
  returned: when there were more than the list holds
  type: dict
  sample: {"larger than 64 MB": 3}
scanned:
  description:
    - How much was looked at; C(unchanged) counts the files for which the result of the last scan stands.
  returned: success
  type: dict
  sample:
    files: 20000
    bytes: 1073741824
    seconds: 3.1
    unchanged: 0
    processes: 120
    containers: 0
    full: true
"""

from typing import Any, Dict

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Sought
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan.scan import MAX_BYTES, Order, scan

_INTEGRATION = {
    "client_id": {"type": "str", "required": True},
    "auth_url": {"type": "str", "required": True},
}
_FILE = {
    "path": {"type": "str", "required": True},
    "format": {"type": "str", "required": True},
    "key": {"type": "str", "no_log": False},
    "encoding": {"type": "str", "default": "plain", "choices": ["plain", "base64"]},
}
_DEPENDENT = {
    "name": {"type": "str", "required": True},
    "client_id": {"type": "str", "required": True},
    "files": {"type": "list", "elements": "dict", "default": [], "options": _FILE},
    "services": {"type": "list", "elements": "str", "default": []},
}
_ROOTS = ["/etc", "/home", "/opt", "/root", "/srv", "/usr/local", "/var/lib", "/var/spool/cron", "/var/www"]
ARGUMENTS = {
    "integration": {"type": "str"},
    "roots": {"type": "list", "elements": "str", "default": _ROOTS},
    "exclude": {"type": "list", "elements": "str", "default": []},
    "max_bytes": {"type": "int", "default": MAX_BYTES},
    "processes": {"type": "bool", "default": True},
    "containers": {"type": "bool", "default": True},
    "gentle": {"type": "bool", "default": False},
    "state": {"type": "path", "default": ""},
    "full": {"type": "bool", "default": False},
    "known": {"type": "list", "elements": "str", "default": []},
    "integrations": {"type": "list", "elements": "dict", "options": _INTEGRATION},
    "secrets": {"type": "dict", "no_log": True},
    "fingerprint_keys": {"type": "dict", "no_log": True},
    "declared": {"type": "list", "elements": "dict", "options": _DEPENDENT},
}


def _order(given: Dict[str, Any], check_mode: bool) -> Order:
    options = {name: given[name] for name in Order._fields if name != "check_mode"}
    return Order(check_mode=check_mode, **options)


def main() -> None:
    """Search this host once."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    given = module.params
    sought = Sought(given["integrations"] or [], given["secrets"] or {}, given["fingerprint_keys"] or {})
    try:
        result = scan(_order(given, module.check_mode), sought, given["declared"] or [])
    except Refusal as refusal:
        module.fail_json(msg=str(refusal), refusal=refusal.as_dict())
    module.exit_json(**result)


if __name__ == "__main__":
    main()
