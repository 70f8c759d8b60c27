# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of awx.awx say of the API: read from their source, not from any knowledge of ours."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Options of modules that steer the module and are no field of an object.
_STEERING = {
    "state", "new_name", "copy_from", "wait", "interval", "update_project", "update_secrets", "lookup_organization",
    "destroy_current_nodes", "workflow_nodes", "survey_spec", "approval_node", "credential_type_name",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A field of an object: its type and choices as the module's argument_spec has them."""

    type: str
    choices: tuple[Any, ...]
    relation: str
    """The endpoint of the object that it names by number; empty for a plain value."""


@dataclass(frozen=True)
class Resource:
    """A kind of object: where it is, its fields, and what is associated with it."""

    endpoint: str
    type: str
    fields: dict[str, Field]
    associations: dict[str, str]
    """Lists of other objects, with the endpoint of these."""


def resources(modules: Path) -> dict[str, Resource]:
    """Return what the modules of a folder make, by endpoint."""
    found: dict[str, Resource] = {}
    assert modules.is_dir(), f"the collection awx.awx is not installed: no {modules}"
    for path in sorted(modules.glob("*.py")):
        main = _main(ast.parse(path.read_text(encoding="utf-8")))
        endpoint = _endpoint(main) if main else None
        if main and endpoint:
            found[endpoint] = _resource(path.stem, endpoint, main)
    return found


def _main(tree: ast.Module) -> ast.FunctionDef | None:
    return next((node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "main"), None)


def _endpoint(main: ast.FunctionDef) -> str | None:
    """Return where the module makes its objects: the constant that it hands to create_or_update_if_needed."""
    for call in _calls(main, "create_or_update_if_needed", "create_if_needed"):
        for keyword in call.keywords:
            if keyword.arg == "endpoint" and isinstance(keyword.value, ast.Constant):
                return str(keyword.value.value)
    return None


def _resource(name: str, endpoint: str, main: ast.FunctionDef) -> Resource:
    options = _options(main)
    relations = {**dict(_relations(main)), "name": "", "unified_job_template": "unified_job_templates"}
    lists = {option for option, given in options.items() if given.get("type") == "list"}
    fields = {
        option: Field(given.get("type", "str"), tuple(given.get("choices", ())), relations.get(option, ""))
        for option, given in options.items()
        if option not in _STEERING and option not in lists
    }
    for sent in _sent(main) - set(fields) - lists:
        fields[sent] = Field("raw", (), "")
    associations = {each: _associated(each, relations) for each in lists - _STEERING}
    return Resource(endpoint, name, fields, associations)


def _options(main: ast.FunctionDef) -> dict[str, dict[str, Any]]:
    """Return the argument_spec: every option with those of its words that are constants."""
    for node in ast.walk(main):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "argument_spec":
            assert isinstance(node.value, ast.Call)
            return {str(word.arg): _constants(word.value) for word in node.value.keywords}
    return {}


def _constants(given: ast.expr) -> dict[str, Any]:
    assert isinstance(given, ast.Call)
    found = {}
    for word in given.keywords:
        try:
            found[str(word.arg)] = ast.literal_eval(word.value)
        except ValueError:
            continue
    return found


def _relations(main: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """Yield options that name another object, with its endpoint: those that the module resolves to a number."""
    variables = dict(_read(main))
    for call in _calls(main, "resolve_name_to_id", "get_one"):
        if call.args and isinstance(call.args[0], ast.Constant):
            named = [*call.args[1:2], *(word.value for word in call.keywords if word.arg == "name_or_id")]
            for each in named:
                text = ast.unparse(each)
                yield variables.get(text, text.rpartition("'")[0].rpartition("'")[2] or text), str(call.args[0].value)
    # The module of projects has a table of them.
    for table in (node for node in ast.walk(main) if isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple)):
        for row in table.iter.elts:  # type: ignore[attr-defined]
            if isinstance(row, ast.Tuple) and len(row.elts) == 3:
                yield ast.literal_eval(row.elts[1]), ast.literal_eval(row.elts[2])


def _read(main: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """Yield local variables with the option that they are read from."""
    for node in ast.walk(main):
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and node.value.args):
            continue
        if ast.unparse(node.value.func) == "module.params.get" and isinstance(node.value.args[0], ast.Constant):
            yield ast.unparse(node.targets[0]), str(node.value.args[0].value)


def _sent(main: ast.FunctionDef) -> set[str]:
    """Return further fields that the module sends: constants that it puts under a name of their own."""
    found = set()
    for node in (each for each in ast.walk(main) if isinstance(each, ast.Assign)):
        target = node.targets[0]
        if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant) and _is_body(target.value):
            found.add(str(target.slice.value))
        elif isinstance(node.value, ast.Dict) and _is_body(target):
            found |= {str(key.value) for key in node.value.keys if isinstance(key, ast.Constant)}
    return found


def _is_body(name: ast.expr) -> bool:
    """Tell whether a variable is what is sent, and not what is searched for or associated."""
    text = ast.unparse(name)
    return text.endswith(("_fields", "_params")) and "search" not in text and "association" not in text


def _associated(name: str, relations: dict[str, str]) -> str:
    if name in relations:
        return relations[name]
    if name.startswith("notification_templates"):
        return "notification_templates"
    return {"galaxy_credentials": "credentials"}.get(name, "workflow_job_template_nodes" if "_nodes" in name else name)


def _calls(main: ast.FunctionDef, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(main):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
            yield node
