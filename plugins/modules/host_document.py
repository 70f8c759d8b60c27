#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""keyturn.sfmc.host_document: reads and writes the encrypted documents of a store on a host."""

DOCUMENTATION = r"""
module: host_document
short_description: Read or write an encrypted document of the store C(host_file)
version_added: 1.0.0
description:
  - The collection calls it for C(sfmc_store) of the kind C(host_file), on the host that C(sfmc_store.host) names. A
    playbook does not need it.
  - A document comes and goes as an Ansible Vault text, which the controller makes and opens. The host sees
    nothing else.
  - It is written privately and whole, under a lock, and only in the place of the version that the caller has seen.
  - The host needs Python 3.6 or later.
author:
  - Keyturn (@keyturn)
attributes:
  check_mode:
    description: The collection does not ask for a change in check mode; whoever else does gets one.
    support: none
  diff_mode:
    description: Returns details about what has changed.
    support: none
  idempotent:
    description: A document is written in the place of one version, and that once.
    support: none
options:
  path:
    description: Folder of the documents. It is made with mode 0700 when the first one is written.
    type: path
    required: true
  do:
    description: What to do. C(prove) writes a file beside the document and takes it away again.
    type: str
    required: true
    choices: [names, load, save, prove]
  name:
    description: Name of the document.
    type: str
    default: ""
  document:
    description: The encrypted text to write.
    type: str
    default: ""
  expected:
    description: The version that is replaced, the SHA-256 of its text; empty to make a new document.
    type: str
    default: ""
"""

EXAMPLES = r"""
- name: Name the documents of a store on a bastion
  keyturn.sfmc.host_document:
    path: /var/lib/keyturn
    do: names
  register: documents
"""

RETURN = r"""
names:
  description: The names of all documents.
  returned: for C(names)
  type: list
  elements: str
  sample: [account-mc1, 0a1b2c3d4e5f6g7h8i9j0k1l]
document:
  description: The encrypted text, nothing where there is no such document.
  returned: for C(load)
  type: str
  sample: $ANSIBLE_VAULT;1.1;AES256
saved:
  description: Whether it was written; not, where the document has another version than expected.
  returned: for C(save)
  type: bool
  sample: true
read_back:
  description: The version that is there afterwards, read from the disk.
  returned: for C(save)
  type: str
  sample: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
refusal:
  description: The rule that was broken, what broke it, what was expected and found, and the way out.
  returned: when a step was refused
  type: dict
  sample: {rule: "I-5: secrets are generated only when the store can keep them"}
"""

from typing import Any, Dict

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.keyturn.sfmc.plugins.module_utils._document_folder import DocumentFolder, version_of
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._supported import unsupported

ARGUMENTS = {
    "path": {"type": "path", "required": True},
    "do": {"type": "str", "required": True, "choices": ["names", "load", "save", "prove"]},
    "name": {"type": "str", "default": ""},
    "document": {"type": "str", "default": "", "no_log": True},
    "expected": {"type": "str", "default": ""},
}


def _done(given: Dict[str, Any]) -> Dict[str, Any]:
    folder, name, content = DocumentFolder(given["path"]), given["name"], given["document"].encode("utf-8")
    if given["do"] == "names":
        return {"changed": False, "names": folder.names()}
    if given["do"] == "load":
        present = folder.read(name)
        return {"changed": False, "document": None if present is None else present.decode("utf-8", "replace")}
    if given["do"] == "prove":
        folder.prove(name, content)
        return {"changed": False}
    saved = folder.replace(name, content, given["expected"] or None)
    present = folder.read(name) or b""
    return {"changed": saved, "saved": saved, "read_back": version_of(present)}


def main() -> None:
    """Do what is asked for, or say why not."""
    module = AnsibleModule(argument_spec=ARGUMENTS)
    try:
        refusal = unsupported(module.ansible_version)
        if refusal:
            raise refusal
        result = _done(module.params)
    except Refusal as refusal:
        module.fail_json(msg=str(refusal), refusal=refusal.as_dict())
    module.exit_json(**result)


if __name__ == "__main__":
    main()
