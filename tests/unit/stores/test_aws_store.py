# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The store in AWS Secrets Manager: what services read, what is left half done, sizes; over moto."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._records import Record, Secrets, record_document
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import (
    Attestation,
    Dependent,
    Journal,
    Known,
    Rotation,
    Staged,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores import aws_access, aws_services
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.aws import LIMIT, needed_for_a_rotation
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.aws_access import AwsSecrets
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.packing import packed
from ansible_collections.keyturn.sfmc.tests.standins.aws import Aws
from ansible_collections.keyturn.sfmc.tests.unit.run._bench import START

from .conftest import Place

NAME = "0a1b2c3d4e5f6g7h8i9j0k1l"
A, B = secrets.token_urlsafe(30), secrets.token_urlsafe(30)
KEY = secrets.token_hex(16)


def _document(active: str | None = A, staged: str | None = None, **more: Any) -> dict[str, Any]:
    kept = {"active": active, "staged": staged}
    return {"fingerprint_key": KEY, "secrets": {name: text for name, text in kept.items() if text}, **more}


class Services:
    """A service that may read one secret, and nothing else."""

    def __init__(self, cloud: Aws, place: Place) -> None:
        self._client = cloud.client("secretsmanager")
        self._name = f"{place.settings['prefix']}services/{NAME}"

    def read(self, stage: str = "AWSCURRENT") -> str | None:
        """Return the client secret under a label."""
        try:
            answer = self._client.get_secret_value(SecretId=self._name, VersionStage=stage)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ResourceNotFoundException", error
            return None
        value = json.loads(answer["SecretString"])
        assert set(value) == {"client_id", "client_secret"} and value["client_id"] == NAME
        return str(value["client_secret"])


@pytest.fixture
def services(cloud: Aws, on_aws: Place) -> Services:
    """Return a service."""
    return Services(cloud, on_aws)


def test_services_follow_a_rotation_by_the_labels(on_aws: Place, services: Services) -> None:
    """Active under AWSCURRENT, staged under AWSPENDING, at each step of a rotation and on the way back."""
    store, version = on_aws(), None
    seen = []
    for active, staged in ((A, None), (A, B), (A, None), (A, B), (B, None), (A, None)):
        version = store.save(NAME, _document(active, staged), version)
        seen.append((services.read(), services.read("AWSPENDING")))
    assert seen == [(A, None), (A, B), (A, None), (A, B), (B, None), (A, None)]


def test_nothing_is_shown_to_services_before_an_active_secret_is_known(on_aws: Place, services: Services) -> None:
    """AWS gives AWSCURRENT to the first version of a secret, whatever it is: it has to be the active one."""
    version = on_aws().save(NAME, _document(None, B), None)
    assert services.read() is services.read("AWSPENDING") is None
    on_aws().save(NAME, _document(A, B), version)
    assert (services.read(), services.read("AWSPENDING")) == (A, B)


def test_the_document_is_in_nothing_that_services_read(cloud: Aws, on_aws: Place) -> None:
    """I-25: neither under any label of their secret, nor under AWSCURRENT of the document's own."""
    on_aws().save(NAME, _document(A, B, journal="hush"), None)
    client = cloud.client("secretsmanager")
    own = client.get_secret_value(SecretId=f"{on_aws.settings['prefix']}store/{NAME}", VersionStage="AWSCURRENT")
    assert A not in own["SecretString"] and "hush" not in own["SecretString"]
    kept = client.list_secret_version_ids(SecretId=f"{on_aws.settings['prefix']}services/{NAME}")["Versions"]
    values = [
        json.loads(
            client.get_secret_value(
                SecretId=f"{on_aws.settings['prefix']}services/{NAME}", VersionId=each["VersionId"]
            )["SecretString"]
        )
        for each in kept
    ]
    assert [set(value) for value in values] == [{"client_id", "client_secret"}] * 2


class Dies(BaseException):
    """The controller is gone."""


@pytest.mark.parametrize("at", range(1, 9))
def test_i13_what_a_killed_controller_left_is_completed_by_the_next(
    on_aws: Place, services: Services, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """I-7, I-13: it dies before one of its requests; the document says A or B, and services end with the same."""
    version = on_aws().save(NAME, _document(A, B), None)
    store, calls = on_aws(), 0
    original = AwsSecrets._call

    def dying(access: AwsSecrets, *arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at:
            raise Dies
        return original(access, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(AwsSecrets, "_call", dying)
        try:
            store.save(NAME, _document(B), version)
        except Dies:
            pass
        else:
            assert at > 5, "it was to die"
    on_aws().complete(NAME)
    stored = on_aws().load(NAME)
    assert stored is not None
    assert services.read() == stored.document["secrets"]["active"]
    assert services.read("AWSPENDING") == stored.document["secrets"].get("staged")


def test_a_save_that_services_could_not_follow_is_a_save_all_the_same_and_is_told(
    on_aws: Place, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-5: a secret that is kept is not taken for lost because a label did not move."""
    store = on_aws()
    version = store.save(NAME, _document(A), None)
    with monkeypatch.context() as patched:
        patched.setattr(AwsSecrets, "labels", _refused)
        store.save(NAME, _document(B), version)
        with pytest.raises(Refusal, match="permission"):
            store.complete(NAME)
    stored = on_aws().load(NAME)
    assert stored is not None and stored.document == _document(B)
    store.complete(NAME)
    assert services.read() == B


def _refused(*_arguments: Any) -> Any:
    raise aws_access._refused("a secret", "AccessDeniedException")


def test_a_late_controller_does_not_take_services_back(
    on_aws: Place, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-7: it has seen A, falls asleep before the labels, and wakes up when others have gone on to B."""
    put = AwsSecrets.put
    with monkeypatch.context() as killed:
        killed.setattr(aws_services.Services, "try_to_follow", lambda *_arguments: None)
        version = on_aws().save(NAME, _document(A), None)

    def sleeping(access: AwsSecrets, name: str, *arguments: Any, **more: Any) -> bool:
        monkeypatch.setattr(AwsSecrets, "put", put)
        on_aws().save(NAME, _document(B), version)
        return access.put(name, *arguments, **more)

    monkeypatch.setattr(AwsSecrets, "put", sleeping)
    on_aws().complete(NAME)
    assert services.read() == B


@pytest.mark.parametrize("dependents", [100, 2500, 6000])
def test_a_document_that_may_be_written_has_room_for_a_rotation(dependents: int) -> None:
    """I-5: where `prove_writable` lets a rotation begin, its last document fits; many dependents do."""
    before, after = _in_a_rotation(dependents)
    needed = needed_for_a_rotation(before)
    assert len(packed(after)) < needed
    assert (needed <= LIMIT) == (dependents <= 2500)


def test_a_document_without_room_is_refused_before_anything_is_generated(on_aws: Place) -> None:
    """I-5."""
    version = on_aws().save(NAME, {"n": secrets.token_hex(40_000)}, None)
    with pytest.raises(Refusal, match=r"I-5.*another kind of store"):
        on_aws().prove_writable(NAME)
    with pytest.raises(Refusal, match="I-5"):
        on_aws().save(NAME, {"n": secrets.token_hex(80_000)}, version)
    stored = on_aws().load(NAME)
    assert stored is not None and stored.version == version


def _in_a_rotation(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the document of so many dependents with nameless hosts, idle, and with all of them proved."""
    hosts = [f"ip-{secrets.randbelow(256)}-{secrets.randbelow(256)}-{index}.internal" for index in range(number)]
    places = ("/srv/shop/.env#SFMC_CLIENT_SECRET",)
    registry = tuple(Dependent(host, "shop", places) for host in hosts)
    kept = Secrets(KEY)
    known = Known(secrets.token_hex(8), START)
    journal = Journal(NAME, "crm", active=known, registry=registry, adopted=tuple(item.id for item in registry))
    staged = Staged(secrets.token_hex(8), START, START)
    proofs = tuple(
        Attestation(item.id, staged.fingerprint, places, START, "token", care=known.fingerprint) for item in registry
    )
    rotation = Rotation("r1", "due", START, START, staged, START, START, (), proofs)
    idle = record_document(Record(journal, kept))
    return idle, record_document(Record(replace(journal, rotation=rotation), kept))


TROUBLES: dict[str, tuple[dict[str, Any], str]] = {
    "no credentials": ({}, "credentials of AWS"),
    "no such profile": ({"profile": "nobody"}, "sfmc_store.profile"),
    "nobody listens": ({"endpoint_url": "http://127.0.0.1:9"}, "check endpoint, network"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_what_aws_or_its_library_refuses_is_said_with_a_way_out(
    on_aws: Place, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """I-44."""
    settings, said = TROUBLES[trouble]
    if not settings:
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(Refusal, match=said):
        Place({**on_aws.settings, **settings})().load(NAME)


@pytest.mark.parametrize("by", ["sfmc_store", "the environment"])
def test_an_endpoint_without_tls_is_refused_before_anything_is_sent(
    on_aws: Place, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """I-27: the document would travel in clear."""
    plain = "http://vpce.example.com"
    if by == "sfmc_store":
        settings = {**on_aws.settings, "endpoint_url": plain}
    else:
        settings = {name: value for name, value in on_aws.settings.items() if name != "endpoint_url"}
        monkeypatch.setenv("AWS_ENDPOINT_URL", plain)
    with pytest.raises(Refusal, match=r"secrets travel over TLS.*nothing was sent"):
        Place(settings)()


def test_without_a_region_it_is_said_which_variable_boto3_reads(on_aws: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """I-44: following the way out mends it."""
    settings = {name: value for name, value in on_aws.settings.items() if name != "region"}
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    with pytest.raises(Refusal, match="NoRegionError") as caught:
        Place(settings)()
    (variable,) = (word for word in caught.value.way_out.replace(",", "").split() if word.startswith("AWS_"))
    monkeypatch.setenv(variable, "eu-west-1")
    assert Place(settings)().load(NAME) is None


CODES: dict[str, str] = {
    "AccessDeniedException": "give the policy of docs/stores.md",
    "LimitExceededException": "fewer batches",
    "InvalidRequestException": "restore-secret",
    "SomethingElse": "SomethingElse",
}


@pytest.mark.parametrize("code", CODES)
def test_an_error_of_aws_is_no_missing_document(on_aws: Place, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """I-5, I-44: unknown is not nothing."""
    store = on_aws()

    def refusing(**_given: Any) -> Any:
        raise ClientError({"Error": {"Code": code, "Message": "hush"}}, "GetSecretValue")

    monkeypatch.setattr(store._secrets._client, "get_secret_value", refusing)  # type: ignore[attr-defined]
    with pytest.raises(Refusal, match=CODES[code]) as caught:
        store.load(NAME)
    assert "hush" not in str(caught.value)


def test_without_boto3_it_is_said_what_to_install(on_aws: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws_access, "HAS_BOTO3", False)
    with pytest.raises(Refusal, match=r"boto3.*execution environment"):
        on_aws()


def test_a_read_that_is_behind_is_made_good_by_the_version(on_aws: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """I-7: AWS is eventually consistent; a store does not take for current what it has itself replaced."""
    store = on_aws()
    first = store.save(NAME, {"n": 1}, None)
    second = store.save(NAME, {"n": 2}, first)
    value: Callable[..., Any] = AwsSecrets.value

    def behind(access: AwsSecrets, name: str, **which: str) -> Any:
        return value(access, name, **({"VersionId": first} if "VersionStage" in which else which))

    monkeypatch.setattr(AwsSecrets, "value", behind)
    stored = store.load(NAME)
    assert stored is not None and (stored.document, stored.version) == ({"n": 2}, second)
