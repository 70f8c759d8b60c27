# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX checks and hides beyond what its modules say: written from its source, release 24.6.1.

`awx/main/fields.py` (credential types), `awx/api/serializers.py` (types in use, playbooks of a project, rules of
schedules), `awx/api/views/__init__.py` (surveys), `awx/main/models/notifications.py` (what notifications hide).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.tests.standins.controller.specification import Field, Resource
from ansible_collections.keyturn.sfmc.tests.standins.standin import Mistake

HIDDEN = "$encrypted$"
_JSON_TYPES: dict[str, tuple[type, ...]] = {"bool": (bool,), "int": (int,), "str": (str, int), "dict": (dict, str)}
_INPUT_WORDS = {"type", "format", "choices", "id", "label", "help_text", "multiline", "secret", "default"}
_SECRETS_OF_NOTIFICATIONS = {"slack": {"token"}, "webhook": {"password"}, "email": {"password"}, "pagerduty": {"token"}}
#: Roles that people are granted on an object.
ROLES = {
    "job_templates": ("admin_role", "execute_role", "read_role"),
    "workflow_job_templates": ("admin_role", "execute_role", "read_role", "approval_role"),
}


def check_fields(resource: Resource, body: Mapping[str, Any]) -> None:
    """Refuse fields that no module sends, and values of another type or beyond the choices."""
    for name, value in body.items():
        field = resource.fields.get(name)
        if field is None:
            raise Mistake(400, {name: ["This field is not one that the collection's modules know."]})
        if value is not None and not _fits(field, value):
            raise Mistake(400, {name: [f"{value!r} is not of the type {field.type}."]})


def _fits(field: Field, value: Any) -> bool:
    if field.relation:
        return isinstance(value, int) and not isinstance(value, bool)
    if field.choices and value not in (*field.choices, ""):
        return False
    types = _JSON_TYPES.get(field.type, (object,))
    return isinstance(value, types) and (field.type == "bool" or not isinstance(value, bool) or field.type == "raw")


def blank(field: Field) -> Any:
    """Return what AWX shows of a field that nobody has given."""
    if field.relation:
        return None
    return {"bool": False, "int": 0, "dict": {}}.get(field.type, "")


def check_credential_type(body: Mapping[str, Any]) -> None:
    """Refuse inputs and injectors that AWX refuses; say the type of each input, as AWX does."""
    names = set()
    for given in body["inputs"].get("fields", []):
        if set(given) - _INPUT_WORDS or not {"id", "label"} <= set(given):
            raise Mistake(400, {"inputs": [f"{given} does not match the schema."]})
        given.setdefault("type", "string")
        names.add(given["id"])
    injectors = body["injectors"]
    files = injectors.get("file", {})
    if set(injectors) - {"file", "env", "extra_vars"} or any(not re.fullmatch(_FILE, name) for name in files):
        raise Mistake(400, {"injectors": ["Additional properties are not allowed."]})
    if "template" in files and len(files) > 1:
        raise Mistake(400, {"injectors": ["Must use multi-file syntax when injecting multiple files"]})
    for name in injectors.get("env", {}):
        if name.startswith("ANSIBLE_") or name in ("PATH", "PYTHONPATH"):
            raise Mistake(400, {"injectors": [f"Environment variable {name} is not allowed in credentials."]})
    used = set(re.findall(r"{{ (\w+) }}|{% if (\w+) %}", json.dumps(injectors)))
    if {name for pair in used for name in pair if name} - names:
        raise Mistake(400, {"injectors": ["uses an undefined field"]})


_FILE = r"template(\.[a-zA-Z_]+[a-zA-Z0-9_]*)?"


def check_rrule(text: str) -> None:
    """Refuse what AWX refuses of a schedule."""
    if not re.match(r"DTSTART(;[^:]+:\d+T\d+|:\d+T\d+Z) ", text) or "RRULE:" not in text:
        raise Mistake(400, {"rrule": ["Valid DTSTART required in rrule."]})
    if "INTERVAL" not in text or "SECONDLY" in text:
        raise Mistake(400, {"rrule": ["INTERVAL required in rrule"]})


def check_survey(body: Any) -> None:
    """Refuse a survey that AWX refuses."""
    if not isinstance(body, dict) or set(body) < {"name", "description", "spec"} or not body["spec"]:
        raise Mistake(400, {"error": "Field missing from survey spec."})
    for question in body["spec"]:
        for word in ("type", "question_name", "variable", "required"):
            if word not in question:
                raise Mistake(400, {"error": f"'{word}' missing from survey question"})
        choices = question.get("choices")
        if question["type"] == "multiplechoice" and not choices:
            raise Mistake(400, {"error": "multiplechoice must specify choices"})
        if choices and question.get("default") and question["default"] not in choices:
            raise Mistake(400, {"error": "Default choice must be answered from the choices listed."})
    variables = [question["variable"] for question in body["spec"]]
    if len(set(variables)) < len(variables):
        raise Mistake(400, {"error": "'variable' duplicated in survey question"})


def check_credentials_together(types: Iterable[str]) -> None:
    """Refuse two credentials of one type on a template, other than Vault's."""
    others = [name for name in types if name != "Vault"]
    if len(set(others)) < len(others):
        raise Mistake(400, {"msg": "Cannot assign multiple credentials of one type."})


def secret_inputs(credential_type: Mapping[str, Any]) -> set[str]:
    """Return the inputs of a type that are never shown."""
    return {given["id"] for given in credential_type["inputs"].get("fields", []) if given.get("secret")}


def secret_words(notification_type: str) -> set[str]:
    """Return what is never shown of a notification."""
    return _SECRETS_OF_NOTIFICATIONS.get(notification_type, set())


def hidden(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return values as AWX shows them."""
    return {name: HIDDEN if name in names and value else value for name, value in values.items()}


def kept(given: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as AWX keeps them: what comes hidden stays what it was."""
    return {name: before.get(name, "") if value == HIDDEN else value for name, value in given.items()}
