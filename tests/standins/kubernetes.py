# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kubernetes API server with Secrets and workloads, and controllers that take a few looks to finish a rollout.

Written from https://kubernetes.io/docs/reference/using-api/api-concepts/ (discovery, patches, resource versions),
/docs/reference/kubernetes-api/config-and-storage-resources/secret-v1/ and the pages of Deployment, StatefulSet and
DaemonSet. A patch that names a resource version which is not the present one is a conflict.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask, request

from ansible_collections.keyturn.sfmc.tests.standins.standin import Answer, Mistake, Standin, body_with

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
_MERGE_PATCH = "application/merge-patch+json"
_GROUPS = {
    "/api/v1": {"secrets": "Secret"},
    "/apis/apps/v1": {"deployments": "Deployment", "statefulsets": "StatefulSet", "daemonsets": "DaemonSet"},
}
_REPLICAS = 2


class Kubernetes(Standin):
    """One namespace.

    :param secrets: the data of each Secret, in base64.
    :param workloads: names by kind.
    :ivar stuck: names of workloads whose rollout stands still before the last Pod.
    :ivar started_with: the data of all Secrets at the moment of each restart, by workload.
    """

    def __init__(
        self, token: str, namespace: str, secrets: Mapping[str, Mapping[str, str]], workloads: Mapping[str, str]
    ) -> None:
        self._token, self._namespace = token, namespace
        self._version = 100
        self.objects: dict[tuple[str, str], dict[str, Any]] = {}
        self.started_with: dict[str, list[dict[str, Any]]] = {}
        self.stuck: set[str] = set()
        self._rollouts: dict[tuple[str, str], Iterator[dict[str, Any]]] = {}
        for name, data in secrets.items():
            labels = {"labels": {"team": "web"}, "annotations": {"example.com/note": "made by hand"}}
            self._add("Secret", name, {"type": "Opaque", "data": dict(data)}, labels)
        for name, kind in workloads.items():
            template = {"metadata": {"labels": {"app": name}, "annotations": {"example.com/keep": "yes"}}}
            spec: dict[str, Any] = {"template": template, "replicas": _REPLICAS}
            if kind == "StatefulSet":
                spec["updateStrategy"] = {"type": "RollingUpdate"}
            self._add(kind, name, {"spec": spec, "status": _complete(kind, 1)}, {"generation": 1})
        super().__init__()

    def object(self, kind: str, name: str) -> dict[str, Any]:
        """Return an object as it is now."""
        return copy.deepcopy(self.objects[kind, name])

    def change_data(self, name: str, data: Mapping[str, str]) -> None:
        """Change keys of a Secret, as somebody else."""
        secret = self.objects["Secret", name]
        secret["data"].update(data)
        secret["metadata"]["resourceVersion"] = self._next_version()

    def route(self, app: Flask) -> None:
        """Add discovery, and reading and patching of objects."""
        app.before_request(self._check_token)
        app.add_url_rule("/version", view_func=lambda: {"major": "1", "minor": "34", "gitVersion": "v1.34.0"})
        app.add_url_rule("/apis", view_func=_groups)
        for path, kinds in _GROUPS.items():
            app.add_url_rule(path, path, _resources, defaults={"path": path})
            for plural, kind in kinds.items():
                one = f"{path}/namespaces/{self._namespace}/{plural}/<name>"
                app.add_url_rule(one, f"get {plural}", self._get, defaults={"kind": kind}, methods=["GET"])
                app.add_url_rule(one, f"patch {plural}", self._patch, defaults={"kind": kind}, methods=["PATCH"])

    def _add(self, kind: str, name: str, content: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
        known = {"name": name, "namespace": self._namespace, "resourceVersion": self._next_version(), **metadata}
        version = "v1" if kind == "Secret" else "apps/v1"
        self.objects[kind, name] = {"apiVersion": version, "kind": kind, "metadata": known, **content}

    def _next_version(self) -> str:
        self._version += 1
        return str(self._version)

    def _check_token(self) -> None:
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            raise _failure(401, "Unauthorized", "Unauthorized")

    def _get(self, kind: str, name: str) -> Answer:
        found = self._found(kind, name)
        rollout = self._rollouts.get((kind, name))
        if rollout is not None:
            found["status"] = next(rollout)
        return found

    def _patch(self, kind: str, name: str) -> Answer:
        found = self._found(kind, name)
        if request.mimetype != _MERGE_PATCH:
            raise _failure(415, "UnsupportedMediaType", f"the stand-in takes {_MERGE_PATCH} only")
        patch = body_with(lambda given: "metadata" in given, _failure(400, "BadRequest", "no object"))
        wanted = patch["metadata"].get("resourceVersion")
        if wanted not in (None, found["metadata"]["resourceVersion"]):
            text = f'Operation cannot be fulfilled on {kind.lower()}s "{name}": the object has been modified; please'
            raise _failure(409, "Conflict", f"{text} apply your changes to the latest version and try again")
        patched = _merged(found, patch)
        patched["metadata"]["resourceVersion"] = self._next_version()
        if patched.get("spec") != found.get("spec"):
            generation = patched["metadata"]["generation"] = found["metadata"]["generation"] + 1
            self._rollouts[kind, name] = _rollout(kind, generation, name in self.stuck)
            held = {
                each: copy.deepcopy(secret["data"]) for (what, each), secret in self.objects.items() if what == "Secret"
            }
            self.started_with.setdefault(name, []).append(held)
        self.objects[kind, name] = patched
        return patched

    def _found(self, kind: str, name: str) -> dict[str, Any]:
        if (kind, name) not in self.objects:
            raise _failure(404, "NotFound", f'{kind.lower()}s "{name}" not found')
        return self.objects[kind, name]


def _complete(kind: str, generation: int) -> dict[str, Any]:
    """Return the status of a workload all of whose Pods are new and ready."""
    seen = {"observedGeneration": generation}
    if kind == "Deployment":
        replicas = {"replicas": _REPLICAS, "updatedReplicas": _REPLICAS, "availableReplicas": _REPLICAS}
        return {**seen, **replicas, "conditions": [_progressing("NewReplicaSetAvailable")]}
    if kind == "StatefulSet":
        replicas = {"replicas": _REPLICAS, "updatedReplicas": _REPLICAS, "readyReplicas": _REPLICAS}
        return {**seen, **replicas, "updateRevision": f"r{generation}", "currentRevision": f"r{generation}"}
    nodes = {"desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberReady": 3}
    return {**seen, **nodes}


def _rollout(kind: str, generation: int, stuck: bool) -> Iterator[dict[str, Any]]:
    """Yield the status that each look at a workload finds, from its restart on."""
    yield _complete(kind, generation - 1)
    half = _complete(kind, generation)
    if kind == "Deployment":
        # With maxSurge 0: every old Pod is still there and ready, no new one was asked for yet.
        half.update(updatedReplicas=0, conditions=[_progressing("ReplicaSetUpdated")])
    elif kind == "StatefulSet":
        half.update(updatedReplicas=1, currentRevision=f"r{generation - 1}")
    else:
        half.update(updatedNumberScheduled=1)
    yield half
    yield half
    while True:
        yield half if stuck else _complete(kind, generation)


def _progressing(reason: str) -> dict[str, str]:
    return {"type": "Progressing", "status": "True", "reason": reason}


def _merged(target: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    merged = copy.deepcopy(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value)
    return merged


def _groups() -> Answer:
    apps = {"groupVersion": "apps/v1", "version": "v1"}
    groups = [{"name": "apps", "versions": [apps], "preferredVersion": apps}]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def _resources(path: str) -> Answer:
    resources = [
        {
            "name": plural,
            "singularName": kind.lower(),
            "namespaced": True,
            "kind": kind,
            "verbs": ["get", "list", "patch"],
        }
        for plural, kind in _GROUPS[path].items()
    ]
    version = path.removeprefix("/apis/").removeprefix("/api/")
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources}


def _failure(status: int, reason: str, message: str) -> Mistake:
    body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
    return Mistake(status, {**body, "message": message, "reason": reason, "code": status})
