# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages name code and tests that exist, and every refusal that there is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_CORE = ROOT / "plugins" / "plugin_utils" / "_rotation"
#: Where the paths of the pages begin; `core` is short for the rotation's own folder.
_BELOW = (
    ROOT,
    ROOT / "plugins",
    ROOT / "plugins" / "plugin_utils",
    ROOT / "plugins" / "module_utils",
    ROOT / "tests",
)
#: A function, method or class of the file before it; three dots stand for the rest of a test's name.
_NAME = re.compile(r"_\w+|[a-z]\w*_\w*(?:\.\.\.)?|[A-Z][a-z]+[A-Z]\w+")
_METHOD = re.compile(r"[A-Z]\w+\.\w+")
_PAGES = ("architecture.md", "fidelity.md", "safety.md", "security.md")


def _quoted(page: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each cell of each table as `line: first words`, with what it quotes, in order."""
    for number, line in enumerate((ROOT / "docs" / page).read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("|"):
            for cell in line.split("|")[2:]:
                found = re.findall(r"`([^`]+)`", cell)
                if found:
                    yield page, f"{page}:{number}", found


CELLS = [cell for page in _PAGES for cell in _quoted(page)]


def _files(path: str, before: Path | None) -> list[Path]:
    """Return the files that a path of a page stands for; a bare name is beside the one before it."""
    if path.startswith("core/"):
        return [found for found in [_CORE / path[5:]] if found.exists()]
    below = [*_BELOW, *([before.parent] if before else []), _CORE]
    return [found for folder in below for found in sorted(folder.glob(path)) if found.exists()]


def _has_method(kind: str, method: str) -> bool:
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "plugins").rglob("*.py"))
    return any(re.search(rf"\bclass {kind}\b", text) and re.search(rf"\b{method}\b", text) for text in texts)


@pytest.mark.parametrize(("page", "where", "quoted"), CELLS, ids=[f"{where} {found[0]}" for _p, where, found in CELLS])
def test_what_a_page_names_is_there(page: str, where: str, quoted: list[str]) -> None:
    file: Path | None = None
    for text in quoted:
        if re.fullmatch(r"[\w/*.]+\.(?:py|yml)", text):
            found = _files(text, file)
            assert found, f"{where}: there is no file {text}"
            file = found[0]
        elif _METHOD.fullmatch(text):
            assert _has_method(*text.split(".")), f"{where}: no class has {text}"
        elif file is not None and _NAME.fullmatch(text) and not text.startswith("sfmc_"):
            name = text.removesuffix("...").rpartition(".")[2]
            assert re.search(rf"\b{name}", file.read_text(encoding="utf-8")), f"{where}: {file.name} has no {text}"


TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "plugins").rglob("*.py"))}


def _literals(node: ast.AST) -> list[str]:
    """Return the literal parts of a text that are long enough to be looked for."""
    texts = [str(part.value).strip() for part in ast.walk(node) if isinstance(part, ast.Constant)]
    return [text for text in texts if len(text) > 8]


def _constants() -> dict[str, list[str]]:
    """Return what is assigned to names in capitals anywhere: rules that several refusals share."""
    found: dict[str, list[str]] = {}
    for tree in TREES.values():
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                found.setdefault(node.targets[0].id, []).extend(_literals(node.value))
    return found


def _given(tree: ast.Module, parameter: str) -> Iterator[ast.expr]:
    """Yield what is given for a parameter of functions of a file, by whoever calls them in any file."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        names = [argument.arg for argument in function.args.args if argument.arg != "self"]
        if parameter in names:
            for call in (node for each in TREES.values() for node in ast.walk(each) if isinstance(node, ast.Call)):
                if ast.unparse(call.func).rpartition(".")[2] == function.name:
                    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
                    yield keywords.get(parameter) or call.args[names.index(parameter)]


def _first(call: ast.Call) -> ast.expr | None:
    """Return the rule of a call that makes a refusal; None for other calls, and for one that is made anew."""
    name = ast.unparse(call.func)
    if name != "Refusal" and not (name == "super().__init__" and len(call.args) == 5):
        return None
    return call.args[0] if call.args else None


def _rules() -> Iterator[tuple[str, list[str]]]:
    """Yield where each refusal is made, with the literal parts of its rule."""
    constants = _constants()
    for path, tree in TREES.items():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            rule = _first(call)
            if rule is None or path.name == "_refusal.py":
                continue
            texts = _literals(rule)
            if not texts and isinstance(rule, ast.Name):
                given = [*_given(tree, rule.id), rule]
                texts = [
                    text
                    for each in given
                    for text in _literals(each) or (constants.get(each.id, []) if isinstance(each, ast.Name) else [])
                ]
            yield f"{path.name}:{call.lineno}", texts


def _said_in_yaml() -> Iterator[tuple[str, list[str]]]:
    """Yield the rule of each refusal of a playbook or role: what stands before `Expected`, less whom it is about."""
    for folder in ("playbooks", "roles"):
        for path in sorted((ROOT / folder).rglob("*.yml")):
            text = " ".join(path.read_text(encoding="utf-8").split())
            for said in re.findall(r'(?:fail_msg|msg): (?:>-? )?"?([^"{}]{8,200}?)\. Expected ', text):
                yield f"{path.relative_to(ROOT)}: {said[:40]}", [re.sub(r"^(?:[A-Za-z_]+|this controller): ", "", said)]


RULES = [*_rules(), *_said_in_yaml()]


@pytest.mark.parametrize(("where", "rule"), RULES, ids=lambda value: value if isinstance(value, str) else "")
def test_i44_every_refusal_stands_in_the_list_for_those_who_get_it(where: str, rule: list[str]) -> None:
    """I-44: whoever looks a rule up finds when it comes and what to do."""
    page = " ".join((ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8").replace("`", "").split())
    assert rule, f"{where}: nobody can read its rule"
    assert [text for text in rule if text.replace("`", "") not in page] == [], where
