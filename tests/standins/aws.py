# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS as moto serves it, with a record of the requests.

moto is done with a change of a function at once. AWS is not: it says ``LastUpdateStatus: InProgress`` for a while
(https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html). So the first answer after a change says so here.

moto moves a staging label of a secret that is attached to one version to another without being told from which; AWS
does not, unless the request names the right one in `RemoveFromVersionId`
(https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html). And moto does not
keep requests apart that come at the same time. Both are mended here.
"""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import requests
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.secretsmanager.models import secretsmanager_backends

from ansible_collections.keyturn.sfmc.tests.standins.serving import Record, serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REGION = "eu-west-1"
#: The account that moto takes everybody for.
_ACCOUNT = "123456789012"
_CONFIGURATION = re.compile(r"/2015-03-31/functions/[^/]+/configuration")


class _SlowFunctions:
    """Says once after each change of a function that the change is under way."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._under_way: set[str] = set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        answer = self._application(environ, start_response)
        if not _CONFIGURATION.fullmatch(path):
            return answer
        if method == "PUT":
            self._under_way.add(path)
        elif path in self._under_way:
            self._under_way.remove(path)
            # As long as before: the length has been said already.
            return [b"".join(answer).replace(b'"Successful"', b'"InProgress"')]
        return answer


class _OneLabelOnce:
    """Refuses to move a label from where it is not attached, and answers for Secrets Manager one after the other."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if not target.startswith("secretsmanager."):
            return self._application(environ, start_response)
        with self._lock:
            if target == "secretsmanager.UpdateSecretVersionStage":
                body = environ["wsgi.input"].read()
                environ["wsgi.input"] = io.BytesIO(body)
                if _is_elsewhere(json.loads(body)):
                    start_response("400 Bad Request", [("Content-Type", "application/x-amz-json-1.1")])
                    said = "the staging label is attached to another version"
                    return [json.dumps({"__type": "InvalidParameterException", "message": said}).encode()]
            return [b"".join(self._application(environ, start_response))]


def _is_elsewhere(asked: dict[str, Any]) -> bool:
    """Tell whether a label is attached to a version that a request to move it does not name."""
    secret = secretsmanager_backends[_ACCOUNT][REGION].secrets.get(asked["SecretId"])
    if secret is None or not asked.get("MoveToVersionId"):
        return False
    holders = {name for name, kept in secret.versions.items() if asked["VersionStage"] in kept["version_stages"]}
    return bool(holders - {asked["MoveToVersionId"], asked.get("RemoveFromVersionId")})


@dataclass(frozen=True)
class Aws:
    """A running moto."""

    url: str
    record: Record

    def client(self, service: str) -> Any:
        """Return a client of boto3."""
        return boto3.client(service, region_name=REGION, endpoint_url=self.url, **_NOBODYS)

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment in which programs find their credentials."""
        return {name.upper(): value for name, value in _NOBODYS.items()}

    def calls(self) -> list[str]:
        """Return what was asked, in order, as services call it: ``secretsmanager.PutSecretValue``, ``PUT /path``."""
        return [each.headers.get("X_AMZ_TARGET") or f"{each.method} {each.path}" for each in self.record.asked]

    def bodies(self, call: str) -> list[Any]:
        """Return what was sent with a call, each time."""
        asked = zip(self.record.asked, self.calls(), strict=True)
        return [json.loads(each.body) for each, name in asked if name == call]


_NOBODYS = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing"}


@contextmanager
def aws() -> Iterator[Aws]:
    """Serve AWS within a ``with`` block."""
    record = Record(_OneLabelOnce(_SlowFunctions(DomainDispatcherApplication(create_backend_app))))
    with serving(record, request_handler=MotoRequestHandler) as url:
        # No function is ever run here.
        requests.post(f"{url}/moto-api/config", json={"lambda": {"use_docker": False}}, timeout=10).raise_for_status()
        yield Aws(url, record)
