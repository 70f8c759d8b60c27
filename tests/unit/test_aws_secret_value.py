# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The value of a secret in AWS is compared and set; what somebody else wrote stays."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from ansible_collections.keyturn.sfmc.plugins.modules.aws_secret_value import Refused, replaced

OLD, NEW, OTHER = "the-old-value", "the-new-value", "from-somebody-else"


class Conflict(ClientError):
    """AWS refuses to move a label from a version that does not have it."""

    def __init__(self, label: str = "") -> None:
        super().__init__({"Error": {"Code": "InvalidParameterException", "Message": label}}, "UpdateSecretVersionStage")


class Secret:
    """Secrets Manager with one secret: versions in the order in which they came, and labels."""

    def __init__(self, **value: Any) -> None:
        self.versions = [value]
        self.labels = {"AWSCURRENT": "0"}
        self.interrupted = False
        self.refused: set[str] = set()

    def get_secret_value(self, SecretId: str, VersionStage: str) -> dict[str, Any]:
        version = self.labels[VersionStage]
        return {**self.versions[int(version)], "VersionId": version}

    def put_secret_value(self, SecretId: str, SecretString: str, VersionStages: list[str]) -> dict[str, Any]:
        self.versions.append({"SecretString": SecretString})
        version = str(len(self.versions) - 1)
        self.labels.update(dict.fromkeys(VersionStages, version))
        if self.interrupted:
            self.versions.append({"SecretString": OTHER})
            self.labels["AWSCURRENT"] = str(len(self.versions) - 1)
        return {"VersionId": version}

    def update_secret_version_stage(
        self, SecretId: str, VersionStage: str, RemoveFromVersionId: str, MoveToVersionId: str | None = None
    ) -> None:
        if self.labels[VersionStage] != RemoveFromVersionId or VersionStage in self.refused:
            raise Conflict(VersionStage)
        del self.labels[VersionStage]
        if MoveToVersionId:
            self.labels[VersionStage] = MoveToVersionId

    @property
    def value(self) -> Any:
        return self.versions[int(self.labels["AWSCURRENT"])]


def test_the_value_is_replaced_and_no_label_of_ours_stays() -> None:
    secret = Secret(SecretString=OLD)
    assert replaced(secret, "s", NEW, OLD, False) == (True, "1")
    assert secret.value == {"SecretString": NEW} and set(secret.labels) == {"AWSCURRENT"}
    assert replaced(secret, "s", NEW, OLD, False) == (False, "1"), "again is no change"


def test_i31_check_mode_only_looks() -> None:
    secret = Secret(SecretString=OLD)
    assert replaced(secret, "s", NEW, OLD, True) == (True, "0")
    assert len(secret.versions) == 1


def test_i23_what_somebody_wrote_in_between_stays() -> None:
    before, meanwhile = Secret(SecretString=OTHER), Secret(SecretString=OLD)
    meanwhile.interrupted = True
    with pytest.raises(Refused, match="somebody else"):
        replaced(before, "s", NEW, OLD, False)
    with pytest.raises(Conflict):
        replaced(meanwhile, "s", NEW, OLD, False)
    assert before.value == meanwhile.value == {"SecretString": OTHER}


@pytest.mark.parametrize("refused", [{"AWSCURRENT"}, {"AWSCURRENT", "KEYTURN_WAITING"}])
def test_a_version_that_may_not_become_the_current_one_keeps_no_label_of_ours(refused: set[str]) -> None:
    """What failed first is what is said, also when the label cannot be taken off again."""
    secret = Secret(SecretString=OLD)
    secret.refused = refused
    with pytest.raises(Conflict, match="AWSCURRENT"):
        replaced(secret, "s", NEW, OLD, False)
    assert secret.value == {"SecretString": OLD}
    assert ("KEYTURN_WAITING" in secret.labels) == ("KEYTURN_WAITING" in refused)


def test_binary_data_is_refused() -> None:
    secret = Secret(SecretBinary=OLD.encode())
    with pytest.raises(Refused, match="binary data"):
        replaced(secret, "s", NEW, OLD, False)
