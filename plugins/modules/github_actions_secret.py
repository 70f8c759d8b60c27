#!/usr/bin/python
# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""keyturn.sfmc.github_actions_secret: looks at a secret of GitHub Actions, or gives it a new value."""

DOCUMENTATION = r"""
module: github_actions_secret
short_description: Replace the value of a GitHub Actions secret that exists
version_added: 1.0.0
description:
  - Gives a secret of a repository, of one of its environments or of an organization a new value. GitHub takes it in a
    sealed box that only GitHub can open, made with the public key that belongs to the place.
  - Creates nothing. A secret that does not exist is a failure, as it means that the name is wrong.
  - Who may use an organization's secret stays as it is, with the selected repositories.
  - The kind C(github_actions_secret) of the role C(distribute) uses it. The module C(github_secrets) of
    community.general 12.4.0 and later knows no environments, does not name an organization's selected repositories,
    and creates what does not exist.
author:
  - Keyturn (@keyturn)
requirements:
  - PyNaCl, on the host that runs the module
attributes:
  check_mode:
    description: Sees that the secret exists, and writes nothing.
    support: full
  diff_mode:
    description: Returns details about what has changed.
    support: none
  idempotent:
    description: GitHub shows no value, so that a value that is given is written.
    support: none
options:
  organization:
    description: The organization, or the user that owns the repository.
    type: str
    required: true
  repository:
    description: Name of the repository, without its owner. Without it the secret is the organization's.
    type: str
  environment:
    description: Name of an environment of the repository. Without it the secret is the repository's.
    type: str
  name:
    description: Name of the secret.
    type: str
    required: true
  value:
    description: The new value. Without it the module only looks.
    type: str
  token:
    description:
      - A token that may read and write secrets. Of a fine-grained token or an app that is the permission C(Secrets),
        for an environment C(Environments), for an organization the organization's C(Secrets).
    type: str
    required: true
  api_url:
    description: The API. C(https://HOST/api/v3) for a GitHub Enterprise Server.
    type: str
    default: https://api.github.com
  ca_path:
    description: File with the certificate authorities that are trusted.
    type: path
"""

EXAMPLES = r"""
- name: Give a secret of a repository a new value
  keyturn.sfmc.github_actions_secret:
    organization: example
    repository: web-shop
    name: SFMC_CLIENT_SECRET
    value: "{{ new_value }}"
    token: "{{ vault_github_token }}"
"""

RETURN = r"""
secret:
  description: What GitHub says of the secret, as it was before.
  returned: success
  type: dict
  sample:
    name: SFMC_CLIENT_SECRET
    created_at: "2026-01-10T20:59:22Z"
    updated_at: "2026-01-11T11:59:22Z"
"""

import base64
import json
import traceback
from typing import Any, Dict, List, Optional
from urllib.parse import quote

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.urls import fetch_url

from ansible_collections.keyturn.sfmc.plugins.module_utils._supported import unsupported

try:
    import nacl.public

    NACL_ERROR = None
except ImportError:
    NACL_ERROR = traceback.format_exc()

ARGUMENTS = {
    "organization": {"type": "str", "required": True},
    "repository": {"type": "str"},
    "environment": {"type": "str"},
    "name": {"type": "str", "required": True},
    "value": {"type": "str", "no_log": True},
    "token": {"type": "str", "required": True, "no_log": True},
    "api_url": {"type": "str", "default": "https://api.github.com"},
    "ca_path": {"type": "path"},
}  # type: Dict[str, Any]
PAGE = 100


class Secrets:
    """The secrets of a repository, an environment or an organization."""

    def __init__(self, module: AnsibleModule) -> None:
        """Take the place and the token from the module's parameters."""
        given = module.params
        # fetch_url has no argument for it: the token goes to this server alone.
        given["follow_redirects"] = "none"
        self._module = module
        self._headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": "Bearer " + given["token"],
            "Content-Type": "application/json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        self._folder = given["api_url"].rstrip("/") + folder_of(
            given["organization"], given["repository"], given["environment"]
        )
        self._shared = given["repository"] is None

    def look(self, name: str) -> Dict[str, Any]:
        """Return what GitHub says of a secret."""
        return self._call("GET", "/" + quote(name, safe=""))

    def write(self, name: str, value: str, seen: Dict[str, Any]) -> None:
        """Give a secret a value; who may use it stays as it was seen."""
        key = self._call("GET", "/public-key")
        body = {"encrypted_value": sealed(value, key["key"]), "key_id": key["key_id"]}  # type: Dict[str, Any]
        if self._shared:
            body["visibility"] = seen["visibility"]
            if seen["visibility"] == "selected":
                body["selected_repository_ids"] = self._selected(name)
        self._call("PUT", "/" + quote(name, safe=""), body)

    def _selected(self, name: str) -> List[int]:
        ids = []  # type: List[int]
        page = {"total_count": 1}  # type: Dict[str, Any]
        while len(ids) < page["total_count"]:
            number = len(ids) // PAGE + 1
            page = self._call("GET", f"/{quote(name, safe='')}/repositories?per_page={PAGE}&page={number}")
            if not page["repositories"]:
                break
            ids += [repository["id"] for repository in page["repositories"]]
        return ids

    def _call(self, method: str, path: str, body: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
        data = None if body is None else json.dumps(body)
        url = self._folder + path
        answer, info = fetch_url(
            self._module,
            url,
            data,
            self._headers,
            method,
            timeout=30,
            ca_path=self._module.params["ca_path"],
            use_netrc=False,
        )
        if not 200 <= info["status"] < 300:
            said = _said(info.get("body")) or info["msg"]
            self._module.fail_json(msg=f"{method} {url}: status {info['status']}: {said}")
        text = answer.read()
        return dict(json.loads(text)) if text else {}


def folder_of(organization: str, repository: Optional[str], environment: Optional[str]) -> str:
    """Return the path below which the API has the secrets of a place."""
    if repository is None:
        return f"/orgs/{quote(organization, safe='')}/actions/secrets"
    owned = f"/repos/{quote(organization, safe='')}/{quote(repository, safe='')}"
    if environment is None:
        return owned + "/actions/secrets"
    return f"{owned}/environments/{quote(environment, safe='')}/secrets"


def sealed(value: str, public_key: str) -> str:
    """Return a value in a sealed box, as libsodium makes it, in base64."""
    box = nacl.public.SealedBox(nacl.public.PublicKey(base64.b64decode(public_key)))
    return base64.b64encode(box.encrypt(value.encode("utf-8"))).decode("ascii")


def _said(body: Any) -> str:
    """Return the message in an answer, an empty text when there is none."""
    try:
        answer = json.loads(body or "")
    except ValueError:
        return ""
    return str(answer.get("message") or "") if isinstance(answer, dict) else ""


def main() -> None:
    """Look at the secret; write it when a value is given."""
    module = AnsibleModule(
        argument_spec=ARGUMENTS, required_by={"environment": ("repository",)}, supports_check_mode=True
    )
    refusal = unsupported(module.ansible_version)
    if refusal:
        module.fail_json(msg=str(refusal))
    if NACL_ERROR is not None:
        reason = "on the Python of the host that runs this module: it seals what GitHub takes"
        module.fail_json(
            msg=missing_required_lib("PyNaCl", reason=reason, url="https://pynacl.readthedocs.io"),
            exception=NACL_ERROR,
        )
    secrets = Secrets(module)
    name, value = module.params["name"], module.params["value"]
    seen = secrets.look(name)
    if value is not None and not module.check_mode:
        secrets.write(name, value, seen)
    module.exit_json(changed=value is not None, secret=seen)


if __name__ == "__main__":
    main()
