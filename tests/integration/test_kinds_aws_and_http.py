# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dependents in AWS (moto's server) and behind any JSON API (stand-ins): one rotation, then a look at what it left."""

from __future__ import annotations

import base64
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.keyturn.sfmc.tests.integration.conftest import BringUp
from ansible_collections.keyturn.sfmc.tests.integration.operations import Operations, Outcome
from ansible_collections.keyturn.sfmc.tests.leaks.searcher import leaks
from ansible_collections.keyturn.sfmc.tests.simulator.tls import Authority
from ansible_collections.keyturn.sfmc.tests.standins.aws import REGION, Aws, aws
from ansible_collections.keyturn.sfmc.tests.standins.heroku import VERSION_3, Heroku
from ansible_collections.keyturn.sfmc.tests.standins.serving import Record, serving
from ansible_collections.keyturn.sfmc.tests.standins.settings_api import Settings
from ansible_collections.keyturn.sfmc.tests.testbed.declaration import (
    ConfigFile,
    Declaration,
    Dependent,
    Environment,
    Host,
    Integration,
)

ROOT = Path(__file__).resolve().parents[2]
HOST = "prod-cloud"
OTHER = "another-programs-password"
UNKNOWN = "what-somebody-put-there-by-hand"
POLICY = {"Version": "2012-10-17", "Statement": [{"Sid": "Orders", "Effect": "Deny", "Principal": "*", "Action": "x"}]}
ROLE = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


def _estate() -> Declaration:
    """One host of the environment, which stands for the controller."""
    mule = ConfigFile("/opt/mule/conf/sfmc.properties", "properties", "sfmc.clientSecret", 0o640)
    return Declaration(
        "cloud",
        (Environment("prod", (Integration("crm_sync", "CRM Sync", age_days=170),), "http"),),
        (Host(HOST, "prod", (Dependent("crm_sync", "mule", (mule,)),)),),
    )


def _environment(secret: str) -> dict[str, Any]:
    return {"Variables": {"SFMC_CLIENT_SECRET": secret, "DB_PASSWORD": OTHER, "EMPTY": ""}}


def _document(secret: str) -> str:
    """A JSON secret as people write it, with what must stay as it is."""
    return f'{{\n  "client_secret": "{secret}",\n  "database": {{"password": "{OTHER}"}},\n  "retries": 1.50\n}}\n'


@dataclass
class Cloud:
    """The other systems, with the active secret everywhere."""

    operations: Operations
    aws: Aws
    heroku: Heroku
    settings: Settings
    asked_of_heroku: Record
    token: str
    dependents: list[dict[str, Any]] = field(default_factory=list)
    functions: dict[str, dict[str, Any]] = field(default_factory=dict)
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    runs: list[Outcome] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def declare(self, dependent: str, kind: str, **options: Any) -> None:
        """Add a dependent."""
        self.dependents.append({"integration": "crm_sync", "name": dependent, "kind": kind, "options": options})

    def rotate(self, *arguments: str, collections: str = "", **environment: str) -> Outcome:
        """Run the rotation with what programs find their credentials and their collections in."""
        paths = collections or f"{ROOT}/.work/collections:{ROOT}/.work/ecosystem"
        settings = {"ANSIBLE_COLLECTIONS_PATH": paths, **self.aws.environment, **environment}
        before = len(self.aws.calls())
        run = self.operations.rotate(*arguments, env=settings)
        self.calls += self.aws.calls()[before:]
        self.runs.append(run)
        return run

    def tried(self, name: str, options: dict[str, Any]) -> Outcome:
        """Run the tasks of the kind http for a dependent, with other options than it declares."""
        task = {
            "ansible.builtin.include_role": {"name": "keyturn.sfmc.distribute", "tasks_from": "kinds/http.yml"},
            "vars": {
                "distribute_dependent": {"name": name, "client_id": self.operations.client_id("crm_sync")},
                "distribute_options": options,
            },
        }
        run = self.operations.play([task], "-vvvv")
        self.runs.append(run)
        assert run.status == 2, run
        return run

    def options(self, name: str) -> dict[str, Any]:
        """Return what a dependent declares."""
        (found,) = [each["options"] for each in self.dependents if each["name"] == name]
        return dict(found)

    # --- AWS ---------------------------------------------------------------------------------------------------------

    def secret(self, name: str) -> str:
        """Return the current text of a secret."""
        found = self.aws.client("secretsmanager").get_secret_value(SecretId=name, VersionStage="AWSCURRENT")
        return str(found["SecretString"])

    def parameter(self, name: str) -> dict[str, Any]:
        """Return a parameter with all that is known of it."""
        ssm = self.aws.client("ssm")
        (described,) = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [name]}])["Parameters"]
        value = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
        tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
        return {**described, "Value": value, "Tags": tags}

    def function(self, name: str) -> dict[str, Any]:
        """Return a function's configuration without what says when it changed."""
        found = self.aws.client("lambda").get_function(FunctionName=name)
        configuration = found["Configuration"]
        for changing in ("LastModified", "RevisionId", "LastUpdateStatus"):
            configuration.pop(changing, None)
        return {**configuration, "Code": found["Code"], "Tags": found.get("Tags")}

    def written(self) -> list[str]:
        """Return the calls of all runs that change something in AWS."""
        reading = ("Get", "Describe", "List")
        return [
            call for call in self.calls if not call.startswith("GET ") and not call.split(".")[-1].startswith(reading)
        ]

    def repair(self) -> None:
        """Put the active secret where something else was."""
        active = self.operations.secret("crm_sync")
        for name in ("prod/shared", "prod/binary"):
            self.aws.client("secretsmanager").put_secret_value(SecretId=name, SecretString=_document(active))
        self.aws.client("lambda").update_function_configuration(FunctionName="orders", Environment=_environment(active))

    def make(self) -> None:
        """Make everything in AWS."""
        active, url = self.operations.secret("crm_sync"), self.aws.url
        where = {"region": REGION, "endpoint_url": url}
        secrets, ssm = self.aws.client("secretsmanager"), self.aws.client("ssm")
        secrets.create_secret(Name="prod/whole", SecretString=active)
        self._functions(active)
        secrets.create_secret(
            Name="prod/shared",
            SecretString=_document(UNKNOWN),
            Description="Orders",
            KmsKeyId="alias/orders",
            Tags=[{"Key": "team", "Value": "orders"}],
        )
        secrets.put_resource_policy(SecretId="prod/shared", ResourcePolicy=json.dumps(POLICY))
        secrets.rotate_secret(
            SecretId="prod/shared",
            RotationLambdaARN=self.functions["orders"]["FunctionArn"],
            RotationRules={"AutomaticallyAfterDays": 30},
            RotateImmediately=False,
        )
        secrets.create_secret(Name="prod/binary", SecretBinary=active.encode())
        ssm.put_parameter(
            Name="/prod/secure",
            Value=active,
            Type="SecureString",
            KeyId="alias/orders",
            Tier="Advanced",
            Description="Orders",
            AllowedPattern="^SFMC_.*$",
            Tags=[{"Key": "team", "Value": "orders"}],
        )
        ssm.put_parameter(Name="/prod/plain", Value=_document(active), Type="String")
        self.parameters = {name: self.parameter(name) for name in ("/prod/secure", "/prod/plain")}
        self.declare("whole", "aws_secretsmanager", name="prod/whole", **where)
        self.declare("shared", "aws_secretsmanager", name="prod/shared", key="client_secret", **where)
        self.declare("binary", "aws_secretsmanager", name="prod/binary", key="client_secret", **where)
        self.declare("secure", "aws_ssm_parameter", name="/prod/secure", **where)
        self.declare("plain", "aws_ssm_parameter", name="/prod/plain", key="client_secret", **where)
        self.declare("function", "aws_lambda", name="orders", variable="SFMC_CLIENT_SECRET", **where)
        self.declare("image", "aws_lambda", name="billing", variable="SFMC_CLIENT_SECRET", **where)

    def _functions(self, active: str) -> None:
        functions, ec2 = self.aws.client("lambda"), self.aws.client("ec2")
        role = self.aws.client("iam").create_role(RoleName="orders", AssumeRolePolicyDocument=json.dumps(ROLE))
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as package:
            package.writestr("orders.py", "def handle(event, context): pass")
        arn = role["Role"]["Arn"]
        functions.create_function(
            FunctionName="orders",
            Runtime="python3.12",
            Handler="orders.handle",
            Code={"ZipFile": archive.getvalue()},
            Timeout=42,
            MemorySize=512,
            Description="Orders",
            VpcConfig={
                "SubnetIds": [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"][:2]],
                "SecurityGroupIds": [ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]],
            },
            Tags={"team": "orders"},
            Role=arn,
            Environment=_environment(UNKNOWN),
        )
        functions.create_function(
            FunctionName="billing",
            PackageType="Image",
            Code={"ImageUri": f"123456789012.dkr.ecr.{REGION}.amazonaws.com/billing:7"},
            Role=arn,
            Environment=_environment(active),
        )
        self.functions = {name: self.function(name) for name in ("orders", "billing")}


def _declare_apis(cloud: Cloud, heroku: str, settings: str, ca_path: Path) -> None:
    headers = {"Accept": VERSION_3, "Authorization": "Bearer {{ sfmc_console_token }}"}
    url = f"{heroku}/apps/orders/config-vars"
    cloud.declare(
        "heroku",
        "http",
        write={"url": url, "headers": headers, "body": {"SFMC_CLIENT_SECRET": "${secret}"}},
        read={},
        key="SFMC_CLIENT_SECRET",
        ca_path=str(ca_path),
    )
    cloud.declare(
        "heroku, not read",
        "http",
        write={"url": url, "headers": headers, "body": {"COPY": "${secret}"}},
        ca_path=str(ca_path),
    )
    cloud.declare(
        "settings",
        "http",
        write={
            "url": f"{settings}/settings",
            "method": "PUT",
            "headers": {"If-Match": "${version}"},
            "body": "${merged}",
        },
        read={"headers": {}, "version": "etag"},
        key="sfmc.client_secret",
        encoding="base64",
    )


@pytest.fixture(scope="module")
def cloud(bring_up_once: BringUp) -> Iterator[Cloud]:
    """Everything holds the active secret but three places, which somebody changed by hand; nothing has run yet."""
    operations = bring_up_once(_estate())
    operations.hand_in_active("crm_sync")
    active, ca_path = operations.secret("crm_sync"), operations.estate.root / "heroku-ca.pem"
    token = (operations.estate.root / "simulator" / "console-token").read_text().strip()
    authority = Authority()
    authority.write_certificate(ca_path)
    heroku = Heroku("orders", token, {"SFMC_CLIENT_SECRET": active, "DB_PASSWORD": OTHER})
    encoded = base64.b64encode(active.encode()).decode()
    settings = Settings({"sfmc": {"client_secret": encoded, "timeout": 1.5}, "others": [{"password": OTHER}]})
    with ExitStack() as stack:
        asked = Record(heroku.application)
        cloud = Cloud(operations, stack.enter_context(aws()), heroku, settings, asked, token)
        urls = stack.enter_context(serving(asked, authority)), stack.enter_context(serving(settings.application))
        cloud.make()
        _declare_apis(cloud, *urls, ca_path)
        operations.declare_host(HOST, lambda items: items.extend(cloud.dependents))
        _be_local(operations)
        yield cloud


def _be_local(operations: Operations) -> None:
    """Other systems are reached from the controller: docs/kinds.md."""
    path = operations.estate.root / "inventory" / "host_vars" / f"{HOST}.yml"
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    path.write_text(path.read_text() + yaml.safe_dump(local))


def _attested(cloud: Cloud) -> dict[str, str]:
    """Return the evidence of each dependent that is proved."""
    found = cloud.operations.rotation("crm_sync").attestations
    return {each.dependent.split("/")[1]: each.evidence for each in found}


def _failures(run: Outcome, task: str) -> list[str]:
    """Return what a task printed, each time."""
    return run.said.split(f"TASK [keyturn.sfmc.distribute : {task}]")[1:]


NAMES = {
    "whole": "token",
    "shared": "token",
    "binary": "token",
    "secure": "token",
    "plain": "token",
    "function": "token",
    "image": "token",
    "heroku": "token",
    "heroku, not read": "written",
    "settings": "token",
    "mule": "token",
}
#: Somebody changed them by hand, or at the same moment.
NOT_AT_FIRST = {"shared", "binary", "function", "settings"}


# The tests follow one rotation, in this order.


def test_i24_what_nobody_knows_is_refused_and_left_alone(cloud: Cloud) -> None:
    """I-23, too: a document that somebody changes at the same moment is not overwritten."""
    cloud.settings.interrupt = {"new": "from somebody else"}
    run = cloud.rotate("-vvvv", "--diff")
    assert run.status == 2, run
    assert cloud.secret("prod/shared") == _document(UNKNOWN)
    assert cloud.function("orders") == cloud.functions["orders"]
    assert run.said.count("I-24: only a secret that the journal knows is replaced") >= 2, run
    assert "Expected a text; found binary data" in run.said, run
    assert "Status code was 412" in run.said and cloud.settings.document["new"] == "from somebody else"
    assert set(_attested(cloud)) == set(NAMES) - NOT_AT_FIRST
    assert cloud.operations.sent("crm_sync") == ["generate"]


def test_a_missing_collection_is_named_with_the_way_out(cloud: Cloud) -> None:
    cloud.repair()
    run = cloud.rotate("--check", collections=f"{ROOT}/.work/collections")
    assert "amazon.aws.secretsmanager_secret on this controller" in run.said, run
    assert "amazon.aws.lambda_info on this controller" in run.said, run
    assert "ansible-galaxy collection install amazon.aws" in run.said, run


def test_a_missing_library_is_named(cloud: Cloud) -> None:
    """Both where a lookup needs it and where a module does."""
    folder = cloud.operations.estate.root / "without-boto3"
    folder.mkdir()
    (folder / "boto3.py").write_text("raise ImportError('no boto3 here')")
    run = cloud.rotate("--check", PYTHONPATH=str(folder))
    for task in ("Bring the secret to AWS Secrets Manager", "Bring the secret to a variable of an AWS Lambda function"):
        (said,) = [text for text in _failures(run, task) if "Failed to import the required Python library" in text][:1]
        assert "boto3" in said, run


def test_i31_check_mode_says_what_it_would_write_and_writes_nothing(cloud: Cloud) -> None:
    before = cloud.written()
    run = cloud.rotate("--check", "--diff")
    assert run.status == 0, run
    assert run.stdout.count(f"changed: [{HOST}]") == len(NOT_AT_FIRST), run
    assert cloud.written() == before


def test_the_rest_is_written_and_the_secret_activated_once(cloud: Cloud) -> None:
    run = cloud.rotate("-vvvv", "--diff")
    assert run.status == 0, run
    assert cloud.operations.sent("crm_sync") == ["generate", "activate"]
    assert _attested(cloud) == NAMES


def test_a_second_run_changes_nothing(cloud: Cloud) -> None:
    before = list(cloud.calls)
    run = cloud.rotate()
    assert (run.status, run.changed) == (0, 0), run
    assert cloud.calls == before, "nothing is due, so nothing was asked"


def test_i23_a_secret_gets_its_value_and_everything_else_of_it_stays(cloud: Cloud) -> None:
    secrets, new = cloud.aws.client("secretsmanager"), cloud.operations.secret("crm_sync")
    assert cloud.secret("prod/whole") == new
    assert cloud.secret("prod/shared") == _document(new), "every other byte as it was"
    described = secrets.describe_secret(SecretId="prod/shared")
    assert described["RotationEnabled"] and described["KmsKeyId"] == "alias/orders"
    assert described["Description"] == "Orders" and described["Tags"] == [{"Key": "team", "Value": "orders"}]
    assert json.loads(secrets.get_resource_policy(SecretId="prod/shared")["ResourcePolicy"]) == POLICY


def test_a_secret_is_compared_and_set(cloud: Cloud) -> None:
    """The label AWSCURRENT moves from the version that was read, and no label of ours stays."""
    moves = cloud.aws.bodies("secretsmanager.UpdateSecretVersionStage")
    (move,) = [each for each in moves if each["VersionStage"] == "AWSCURRENT" and each["SecretId"] == "prod/whole"]
    described = cloud.aws.client("secretsmanager").describe_secret(SecretId="prod/whole")
    assert described["VersionIdsToStages"] == {
        move["RemoveFromVersionId"]: ["AWSPREVIOUS"],
        move["MoveToVersionId"]: ["AWSCURRENT"],
    }
    assert {call for call in cloud.calls if call.startswith("secretsmanager.")} == {
        "secretsmanager.GetSecretValue",
        "secretsmanager.PutSecretValue",
        "secretsmanager.UpdateSecretVersionStage",
    }


def test_a_parameter_keeps_its_type_tier_key_and_all_else(cloud: Cloud) -> None:
    new = cloud.operations.secret("crm_sync")
    for name, value in (("/prod/secure", new), ("/prod/plain", _document(new))):
        now = cloud.parameter(name)
        changed = {"Value": value, "Version": 2, "LastModifiedDate": now["LastModifiedDate"]}
        assert now == {**cloud.parameters[name], **changed}


def test_a_parameters_description_is_given_again(cloud: Cloud) -> None:
    """AWS does not say that it keeps one that a request leaves out."""
    put = cloud.aws.bodies("AmazonSSM.PutParameter")
    assert {each["Name"]: each.get("Description") for each in put} == {"/prod/secure": "Orders", "/prod/plain": None}


@pytest.mark.parametrize("name", ["orders", "billing"])
def test_of_a_function_nothing_but_the_one_variable_changes(cloud: Cloud, name: str) -> None:
    environment = _environment(cloud.operations.secret("crm_sync"))
    path = f"/2015-03-31/functions/{name}"
    assert cloud.function(name) == {**cloud.functions[name], "Environment": environment}
    assert cloud.aws.bodies(f"PUT {path}/configuration")[-1:] == [{"Environment": environment}]
    assert f"PUT {path}/code" not in cloud.aws.calls()


def test_a_function_is_proved_when_aws_is_done_with_it(cloud: Cloud) -> None:
    """The first look after the change finds it under way."""
    configuration = "/2015-03-31/functions/billing/configuration"
    after = cloud.calls[cloud.calls.index(f"PUT {configuration}") + 1 :]
    assert after[:3] == ["GET /2015-03-31/functions/billing"] + [f"GET {configuration}"] * 2


def test_one_variable_of_an_app_is_set_over_verified_tls(cloud: Cloud) -> None:
    new = cloud.operations.secret("crm_sync")
    assert cloud.heroku.variables == {"SFMC_CLIENT_SECRET": new, "DB_PASSWORD": OTHER, "COPY": new}
    sent = [json.loads(each.body) for each in cloud.asked_of_heroku.asked if each.method == "PATCH"]
    assert sent == [{"SFMC_CLIENT_SECRET": new}, {"COPY": new}]


def test_i23_a_document_is_written_as_a_whole_with_one_member_replaced(cloud: Cloud) -> None:
    encoded = base64.b64encode(cloud.operations.secret("crm_sync").encode()).decode()
    sfmc = {"client_secret": encoded, "timeout": 1.5}
    assert cloud.settings.document == {
        "sfmc": sfmc,
        "others": [{"password": OTHER}],
        "new": "from somebody else",
    }


def test_a_certificate_that_nobody_vouches_for_is_refused(cloud: Cloud) -> None:
    asked = len(cloud.asked_of_heroku.asked)
    run = cloud.tried("heroku", {name: value for name, value in cloud.options("heroku").items() if name != "ca_path"})
    assert "CERTIFICATE_VERIFY_FAILED" in run.said, run
    assert len(cloud.asked_of_heroku.asked) == asked


def test_no_redirect_is_followed(cloud: Cloud) -> None:
    stranger = Record(Heroku("orders", cloud.token, {}).application)
    with serving(stranger) as elsewhere:
        cloud.heroku.moved_to = f"{elsewhere}/apps/orders/config-vars"
        run = cloud.tried("heroku", cloud.options("heroku"))
    assert "Status code was 307" in run.said, run
    assert stranger.asked == [], "neither the secret nor the token went there"


def test_i27_nothing_that_was_printed_holds_a_secret(cloud: Cloud) -> None:
    names = ("active", "previous")
    secrets = {name: cloud.operations.secret("crm_sync", name) for name in names}
    secrets.update(other=OTHER, token=cloud.token, unknown=UNKNOWN)
    printed = {f"run {n}": (run.stdout + run.stderr).encode() for n, run in enumerate(cloud.runs)}
    assert leaks(secrets, printed) == []
