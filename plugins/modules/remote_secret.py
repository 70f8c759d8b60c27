#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of keyturn.sfmc.remote_secret; the work is done by the action plugin of that name."""

DOCUMENTATION = r"""
module: remote_secret
short_description: Bring the desired client secret to a place of another system, with that system's own modules
version_added: 1.0.0
description:
  - For dependents that are no files - a secret manager, a function's environment, a vendor's API. The task files of the
    role C(distribute) use it, one for each kind; so does a kind of your own.
  - Reads what stands there with a module or a lookup of another collection, replaces it only when the journal knows it,
    writes with a module, reads it back, asks SFMC for a fresh token, restarts and checks what the dependent declares.
  - Whatever the other module is given and returns stays inside of this task. It is neither registered nor logged, and
    its messages are shown without secrets.
author:
  - Keyturn (@keyturn)
attributes:
  check_mode:
    description: Reads, reports whether it would write, and writes nothing.
    support: full
  diff_mode:
    description: Returns details about what has changed.
    support: none
  idempotent:
    description: A second run changes nothing, unless the place can only be written.
    support: full
  action_group:
    description: Use C(group/keyturn.sfmc.sfmc) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - keyturn.sfmc.sfmc
options:
  integration:
    description: Name in C(sfmc_integrations) or client id of the integration.
    type: str
    required: true
  dependent:
    description: Name of the dependent in this host's C(sfmc_dependents).
    type: str
    required: true
  distributing:
    description:
      - Whether this is part of a distribution, to which alone the staged secret is given before anything was written.
    type: bool
    default: false
  read:
    description: How the place is read. Without it the place can only be written, and the proof is a weaker one.
    type: dict
    suboptions:
      module:
        description: Module that reads it.
        type: str
      arguments:
        description: Its arguments.
        type: dict
        default: {}
      lookup:
        description: Lookup that reads it, on the controller. Either this or a module.
        type: str
      terms:
        description: Its terms.
        type: list
        elements: raw
        default: []
      options:
        description: Its options.
        type: dict
        default: {}
      json:
        description:
          - Where in the result the answer of an API stands as a JSON text, such as C(content) for
            C(ansible.builtin.uri). It is read from there, and is found as C(json).
          - What is written back as C(${merged}) has to survive that, so numbers that Python does not keep and repeated
            names are refused then.
        type: str
      value:
        description:
          - Where the value stands in the result, such as C(resources[0].data.secret). An empty text is all of it.
        type: str
        default: ""
      version:
        description: Where in the result the version stands that a write has to name.
        type: str
      keep:
        description:
          - What stands beside the value and stays - names, each with where it is in the result. After a write it has to
            be as it was.
        type: dict
        default: {}
      state:
        description: How to see that the system is done with an earlier change; until then it is read again.
        type: dict
        suboptions:
          at:
            description: Where in the result its state stands.
            type: str
            required: true
          busy:
            description: The state as long as it is not done.
            type: str
            required: true
          done:
            description: The state when it is done. Any other one is refused.
            type: str
            required: true
          delay:
            description: Seconds between two looks.
            type: float
            default: 2
          timeout:
            description: Seconds after which it counts as stuck.
            type: float
            default: 300
      settle:
        description: For how many seconds after a write the old value may still be seen, where a system takes its time.
        type: float
        default: 0
      placeholder:
        description:
          - What the system shows in place of a secret that it never gives back. A place that shows it is written
            without a look at what it holds, and the proof is a weaker one; what stands beside it is still kept.
        type: str
        default: ""
      expected:
        description:
          - What else the result must say, by paths such as those of O(read.value). Anything else is another place than
            the declared one.
        type: dict
        default: {}
      unexpected:
        description: What the result must not say, by paths.
        type: dict
        default: {}
  describe:
    description:
      - What else a write has to know. It is asked before a write and after it; what O(describe.keep) names has to be as
        it was.
    type: dict
    suboptions:
      module:
        description: Module that tells.
        type: str
        required: true
      arguments:
        description: Its arguments.
        type: dict
        default: {}
      keep:
        description: Names, each with where in the result stands what a write has to know.
        type: dict
        required: true
      default:
        description: What the names stand for where nothing stands.
        type: dict
        default: {}
  write:
    description: How it is written.
    type: dict
    required: true
    suboptions:
      module:
        description: Module that writes it.
        type: str
        required: true
      arguments:
        description:
          - Its arguments. C(${secret}) stands for the secret, as it is encoded there; C(${merged}) for what was read
            with the secret in it; C(${version}) for the version that was read.
          - C(${present}) stands for the value as it was read, and C(${name}) for what O(read.keep) or O(describe.keep)
            calls so.
        type: dict
        required: true
  after:
    description:
      - What a kind does to restart what reads its secret at start, where a restart is owed, in this order. It is done
        once the secret is proved, before what the dependent itself declares in C(restart) and C(check).
      - None of it is given the secret.
    type: list
    elements: dict
    default: []
    suboptions:
      module:
        description: Module that does it.
        type: str
        required: true
      each:
        description: Done once for each of these mappings, whose members are marks in the arguments, such as C(${name}).
        type: list
        elements: dict
        default: [{}]
      arguments:
        description: Its arguments.
        type: dict
        required: true
      expected:
        description: What its result must say, by paths.
        type: dict
        default: {}
  key:
    description:
      - Where the secret stands in a JSON object, in the key syntax of JSON files. The other members stay.
      - Without it, the whole value is the secret.
    type: str
  encoding:
    description: How the secret is encoded there.
    type: str
    default: plain
    choices: [plain, base64]
"""

EXAMPLES = r"""
- name: Bring the secret to a key of a secret in Vault
  keyturn.sfmc.remote_secret:
    integration: crm_sync
    dependent: order service
    key: client_secret
    read:
      module: community.hashi_vault.vault_kv2_get
      arguments: {url: "https://vault.example.com:8200", path: prod/sfmc}
      value: secret
      version: metadata.version
    write:
      module: community.hashi_vault.vault_kv2_write
      arguments:
        url: https://vault.example.com:8200
        path: prod/sfmc
        data: "${merged}"
        cas: "${version}"
  register: distribute_placed
"""

RETURN = r"""
dependents:
  description: The evidence of this one dependent.
  returned: always
  type: list
  elements: dict
  sample:
    - name: order service
      client_id: 0a1b2c3d4e5f6g7h8i9j0k1l
      fingerprint: 1f0c3ab5d2e4
      place: "hashi_vault_kv2#url=https://vault.example.com:8200#path=prod/sfmc#key=client_secret"
      changed: true
      restarted: false
      proof:
        outcome: accepted
        scopes: [email_read]
        expires_in: 1079
      refusal: null
version:
  description: What stood at O(read.version) when the place was last read. After a write that is the version written.
  returned: always; null without O(read.version)
  type: raw
  sample: 7
"""
