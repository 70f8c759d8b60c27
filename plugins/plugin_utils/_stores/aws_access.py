# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS Secrets Manager over boto3: the few requests of the store, and what AWS's refusals mean.

A label (staging label) is attached to one version of a secret at most. To move it, a request names the version that it
is taken from; AWS refuses when it is attached elsewhere. That is the only compare-and-set that Secrets Manager has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._http import is_private

try:
    import boto3
    import botocore.config
    import botocore.exceptions as errors
except ImportError:
    HAS_BOTO3 = False
else:
    HAS_BOTO3 = True

_RULE = "a store in AWS Secrets Manager is one that AWS lets this run read and write"
#: Attached to each version that is written, until it has its own label; nobody reads it.
NEXT = "keyturn-next"
_MEANINGS = {
    "AccessDeniedException": ("a permission", "none", "give the policy of docs/stores.md to the user or role"),
    "LimitExceededException": (
        "fewer than 100 versions within 24 hours",
        "a quota of Secrets Manager that is used up",
        "wait until versions are a day old, and distribute in fewer batches (sfmc_serial): see docs/stores.md",
    ),
    "ThrottlingException": ("fewer requests in a second", "throttling", "run again later"),
    "InvalidRequestException": (
        "a secret that can be read and written",
        "one that is marked for deletion, or managed by another service",
        "aws secretsmanager restore-secret --secret-id NAME",
    ),
    "DecryptionFailure": ("a KMS key that may be used", "another one", "allow kms:Decrypt and kms:GenerateDataKey"),
    "EncryptionFailure": ("a KMS key that may be used", "another one", "allow kms:Decrypt and kms:GenerateDataKey"),
}
_CREDENTIALS = "give them by environment, profile (sfmc_store.profile) or role, as boto3 finds them"


class AwsSecrets:
    """Secrets of one region."""

    def __init__(self, client: Any) -> None:
        """Take boto3's client."""
        self._client = client

    def labels(self, name: str) -> dict[str, frozenset[str]] | None:
        """Return the labels of each version of a secret that has any; None when there is no such secret."""
        answer = self._asked(name, "describe_secret", {"ResourceNotFoundException"})
        if answer is None:
            return None
        return {version: frozenset(found) for version, found in answer.get("VersionIdsToStages", {}).items()}

    def value(self, name: str, **which: str) -> tuple[bytes, str] | None:
        """Return a binary value and its version; None when there is no such secret or version.

        :param which: `VersionStage` or `VersionId`.
        """
        answer = self._asked(name, "get_secret_value", {"ResourceNotFoundException"}, **which)
        return None if answer is None else (answer.get("SecretBinary", b""), answer["VersionId"])

    def create(self, name: str, description: str, **value: str) -> None:
        """Make a secret, if there is none yet."""
        self._call(
            name,
            lambda: self._client.create_secret(Name=name, Description=description, **value),
            {"ResourceExistsException"},
        )

    def put(self, name: str, version: str, **value: Any) -> bool:
        """Make a version, with a label that nobody reads; tell whether there is such a secret.

        A secret's first version gets AWSCURRENT, too: so does AWS.
        """
        given = {"ClientRequestToken": version, "VersionStages": [NEXT], **value}
        return self._asked(name, "put_secret_value", {"ResourceNotFoundException"}, **given) is not None

    def move(self, name: str, label: str, to: str | None, from_: str | None) -> bool:
        """Move a label; tell whether it was attached to `from_` (None: to nothing), and is now to `to` (None: so)."""
        versions = {"MoveToVersionId": to, "RemoveFromVersionId": from_}
        given = {option: version for option, version in versions.items() if version is not None}
        known = {"InvalidParameterException", "ResourceNotFoundException"}
        return self._asked(name, "update_secret_version_stage", known, VersionStage=label, **given) is not None

    def listed(self, prefix: str, label: str) -> list[str]:
        """Return the names of all secrets with this prefix that have a version with this label."""

        def pages() -> list[str]:
            found = self._client.get_paginator("list_secrets").paginate(Filters=[{"Key": "name", "Values": [prefix]}])
            secrets = [item for page in found for item in page["SecretList"]]
            return [
                item["Name"]
                for item in secrets
                if any(label in labels for labels in item.get("SecretVersionsToStages", {}).values())
            ]

        return [name for name in self._call(prefix, pages, set()) or [] if name.startswith(prefix)]

    def _asked(self, name: str, call: str, known: set[str], **given: Any) -> Any:
        return self._call(name, lambda: getattr(self._client, call)(SecretId=name, **given), known)

    def _call(self, name: str, call: Callable[[], Any], known: set[str]) -> Any:
        """Return an answer, None for an error whose code is known to the caller; Refusal for any other."""
        try:
            return call()
        except errors.ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in known:
                return None
            raise _refused(name, code) from None
        except errors.BotoCoreError as error:
            raise _unreached(name, error) from None


def aws_secrets(settings: Mapping[str, Any]) -> AwsSecrets:
    """Return the access that `sfmc_store` describes; credentials come from where boto3 looks."""
    if not HAS_BOTO3:
        raise Refusal(
            "a store in AWS Secrets Manager is reached over the Python library boto3",
            "sfmc_store.kind aws_secretsmanager",
            "boto3 in the Python that runs ansible",
            "no such module",
            "pip install boto3, or add it to the execution environment; nothing was changed",
        )
    try:
        session = boto3.session.Session(profile_name=settings.get("profile"), region_name=settings.get("region"))
        config = botocore.config.Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=10)
        client = session.client("secretsmanager", endpoint_url=settings.get("endpoint_url"), config=config)
    except (errors.BotoCoreError, ValueError) as error:
        raise _unreached("sfmc_store", error) from None
    # Also where the environment or the profile names it.
    if not is_private(client.meta.endpoint_url):
        raise Refusal(
            "secrets travel over TLS, and plain http only over loopback",
            "sfmc_store.endpoint_url, or AWS_ENDPOINT_URL",
            "an https URL, or none for AWS's own",
            "another one",
            "correct it; nothing was sent",
        )
    return AwsSecrets(client)


def _refused(name: str, code: str) -> Refusal:
    expected, found, way_out = _MEANINGS.get(code, ("another answer", code, f"look {code} up, or {_CREDENTIALS}"))
    return Refusal(_RULE, f"AWS secret {name}", expected, f"{found} ({code})", way_out)


def _unreached(name: str, error: Exception) -> Refusal:
    if isinstance(error, (errors.NoCredentialsError, errors.PartialCredentialsError, errors.ProfileNotFound)):
        return Refusal(_RULE, f"AWS secret {name}", "credentials of AWS", "none that are whole", _CREDENTIALS)
    found = type(error).__name__
    way_out = (
        "set sfmc_store.region or AWS_DEFAULT_REGION, check endpoint, network and proxies; then run again: it reads"
        " what was saved, and goes on"
    )
    return Refusal(_RULE, f"AWS secret {name}", "an answer of AWS", found, way_out)
