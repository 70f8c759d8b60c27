#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""keyturn.sfmc.aws_secret_value: the value of a secret in AWS Secrets Manager, compared and set."""

DOCUMENTATION = r"""
module: aws_secret_value
short_description: Replace the value of a secret in AWS Secrets Manager, and nothing else of it
version_added: 1.0.0
description:
  - For the kind C(aws_secretsmanager) of dependents. The module C(community.aws.secretsmanager_secret) sets a secret as
    a whole, so that a resource policy or a rotation that it is not told of is taken away.
  - Compares and sets. The new version gets the label C(AWSCURRENT) only from the very version that holds the value
    which is to be replaced; if somebody else was faster, their value stays and the task fails.
  - The secret must exist and hold a text.
author:
  - Keyturn (@keyturn)
requirements:
  - boto3
attributes:
  check_mode:
    description: Reads, reports whether it would write, and writes nothing.
    support: full
  diff_mode:
    description: Returns details about what has changed.
    support: none
  idempotent:
    description: A second run changes nothing.
    support: full
options:
  name:
    description: Name or ARN of the secret.
    type: str
    required: true
  value:
    description: Its new value.
    type: str
    required: true
  replaces:
    description: The value that it has now.
    type: str
    required: true
  region:
    description: Region. Without it, what boto3 finds in the environment or in its files.
    type: str
  profile:
    description: Profile in the files of boto3.
    type: str
  endpoint_url:
    description: URL of another endpoint than that of the region.
    type: str
"""

EXAMPLES = r"""
- name: Replace the value of a secret
  keyturn.sfmc.aws_secret_value:
    name: prod/sfmc/crm-sync
    region: eu-west-1
    value: "{{ new_value }}"
    replaces: "{{ lookup('amazon.aws.secretsmanager_secret', 'prod/sfmc/crm-sync', region='eu-west-1') }}"
"""

RETURN = r"""
version_id:
  description: The version that is the current one now.
  returned: success
  type: str
  sample: 2f4d3c1b-0a9e-4f5d-8c7b-6a5e4d3c2b1a
"""

import traceback
from contextlib import suppress

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.keyturn.sfmc.plugins.module_utils._supported import unsupported

try:
    import boto3
    import botocore
except ImportError:
    BOTO3_IMPORT_ERROR = traceback.format_exc()
    FAILURES = ()
else:
    BOTO3_IMPORT_ERROR = ""
    FAILURES = (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError)

ARGUMENTS = {
    "name": {"type": "str", "required": True},
    "value": {"type": "str", "required": True, "no_log": True},
    "replaces": {"type": "str", "required": True, "no_log": True},
    "region": {"type": "str"},
    "profile": {"type": "str"},
    "endpoint_url": {"type": "str"},
}
CURRENT = "AWSCURRENT"
#: The label of a new version that is not the current one yet.
WAITING = "KEYTURN_WAITING"


class Refused(Exception):
    """The value that is there is not one to replace."""


def replaced(client, name, value, replaces, check_mode):
    """Replace the current value of a secret; return whether that was needed, and its current version."""
    now = client.get_secret_value(SecretId=name, VersionStage=CURRENT)
    if "SecretString" not in now:
        raise Refused("the secret holds binary data: expected a text")
    if now["SecretString"] == value:
        return False, now["VersionId"]
    if now["SecretString"] != replaces:
        raise Refused("the secret holds another value than the one to replace: somebody else has changed it")
    if check_mode:
        return True, now["VersionId"]
    new = client.put_secret_value(SecretId=name, SecretString=value, VersionStages=[WAITING])["VersionId"]
    try:
        client.update_secret_version_stage(
            SecretId=name, VersionStage=CURRENT, MoveToVersionId=new, RemoveFromVersionId=now["VersionId"]
        )
    except FAILURES:
        # What failed first is what is said; a version without a label is one that AWS drops by itself.
        with suppress(*FAILURES):
            _not_waiting(client, name, new)
        raise
    _not_waiting(client, name, new)
    return True, new


def _not_waiting(client, name, version_id):
    client.update_secret_version_stage(SecretId=name, VersionStage=WAITING, RemoveFromVersionId=version_id)


def main() -> None:
    """Replace the value, or say what AWS said."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    refusal = unsupported(module.ansible_version)
    if refusal:
        module.fail_json(msg=str(refusal))
    if BOTO3_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("boto3"), exception=BOTO3_IMPORT_ERROR)
    given = module.params
    try:
        session = boto3.session.Session(profile_name=given["profile"], region_name=given["region"])
        client = session.client("secretsmanager", endpoint_url=given["endpoint_url"])
        changed, version_id = replaced(client, given["name"], given["value"], given["replaces"], module.check_mode)
    except (Refused, *FAILURES) as error:
        module.fail_json(msg=f"{given['name']}: {error}")
    module.exit_json(changed=changed, version_id=version_id)


if __name__ == "__main__":
    main()
