# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fenced block of every page and of the roles' pages is what its language says, and what the collection takes.

| block | held here | run |
|---|---|---|
| commands | playbook, options and variables exist | ``tests/integration``: ``test_commands_of_pages.py``, or |
| | | ``test_getting_started.py`` for a page that is followed word by word |
| a command within a sentence | playbook, options and variables exist | no |
| YAML: plays, tasks | one ``ansible-playbook --syntax-check`` of them all | those of roles: ``test_examples.py`` |
| YAML: variables | the readers of the declarations themselves | no |
| a file with ``file=`` | parsed | ``test_places.py`` edits it |
| another language | parsed by its reference reader | no |

A block of a language that is not in the table of readers fails.
"""

from __future__ import annotations

import configparser
import json
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import javaproperties
import pytest
import tomlkit
import yaml
from ansible.cli.playbook import PlaybookCLI
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._accepted import accepted_places
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import host_dependents
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._hooks import hooks_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._integrations import host_integrations, host_waivers
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._run.wiring import provider_for
from ansible_collections.keyturn.sfmc.tests.gates import tree
from ansible_collections.keyturn.sfmc.tests.support.pages import PAGES, ROOT, SHELLS, Block, blocks

COLLECTIONS = f"{ROOT / '.work' / 'collections'}:{ROOT / '.work' / 'ecosystem'}"
BLOCKS = [block for page in PAGES for block in blocks(page)]
CRM = {"client_id": "0a1b2c3d4e5f6g7h8i9j0k1l", "subdomain": "mc1"}
_INVENTORY_PAGE = (ROOT / "docs" / "inventory.md").read_text(encoding="utf-8")
_POLICY = set(re.findall(r"`(sfmc_\w+)`", _INVENTORY_PAGE.split("\n## Policy\n")[1].split("\n## ")[0]))
_VARIABLES = set(re.findall(r"\bsfmc_[a-z_]+[a-z]\b", _INVENTORY_PAGE))
#: Commands within sentences and tables.
_INLINE = re.compile(r"`(ansible-playbook keyturn\.sfmc\.\w+[^`]*)`")
#: Where `make` is spoken of, alone or at the beginning of a line of a block.
_MAKE = re.compile(r"(?:`|^ *(?:\$ )?)make ((?:[A-Z_]+=\S+ )*)([a-z][a-z-]*)", re.MULTILINE)


def _ids(found: list[Block]) -> list[str]:
    """Name a block by its page and its number there: a line would change with each edit."""
    seen: dict[str, int] = {}
    names = []
    for block in found:
        seen[block.page] = seen.get(block.page, 0) + 1
        names.append(f"{block.page}-{seen[block.page]}")
    return names


# --- other languages ------------------------------------------------------------------------------------


def _ini(text: str) -> None:
    configparser.RawConfigParser(allow_no_value=True, strict=False).read_string(text)


def _shell(text: str) -> None:
    # A crontab has times before its commands, a unit's environment file comments of its own.
    lines = [line for line in text.splitlines() if not re.match(r"[*;]", line)]
    subprocess.run(["bash", "-n"], input="\n".join(lines), text=True, check=True, capture_output=True)


def _php(text: str) -> None:
    subprocess.run(["php", "-l"], input=text, text=True, check=True, capture_output=True)


def _mermaid(text: str) -> None:
    assert re.match(r"(stateDiagram-v2|sequenceDiagram|flowchart|graph)\b", text), "no diagram that is known"


def _hcl(text: str) -> None:
    """See that a policy of Vault has whole rules: there is no reader of HCL among the tools of the tests."""
    assert re.fullmatch(r'(?:\s*(?:#[^\n]*|path "[^"]+" \{[^{}]*\}))+\s*', text), "a rule that is not whole"


READERS: dict[str, Callable[[str], object]] = {
    "hcl": _hcl,
    "ini": _ini,
    "json": json.loads,
    "mermaid": _mermaid,
    "php": _php,
    "properties": javaproperties.loads,
    "python": lambda text: compile(text, "page", "exec"),
    "sh": _shell,
    "text": str,
    "toml": tomlkit.parse,
    "xml": lambda text: ElementTree.fromstring(text.strip()),
    "yaml": lambda text: list(yaml.safe_load_all(text)),
}


@pytest.mark.parametrize("block", BLOCKS, ids=_ids(BLOCKS))
def test_a_block_is_what_its_language_says(block: Block) -> None:
    if block.language in SHELLS:
        assert bool(block.commands) != (block.mark == "shown"), f"{block.where}: neither a command nor marked as shown"
        assert block.mark != "shown" or not re.search(r"^\$ ", block.text, re.MULTILINE), f"{block.where}: not typed"
    else:
        assert block.language in READERS, f"{block.where}: nobody reads {block.language!r}; say which language it is"
        READERS[block.language](block.text)


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_a_page_has_no_block_that_nobody_looks_at(page: Path) -> None:
    """Markdown has two more ways to write a block; what is in such a one is held by no test."""
    text = re.sub(r"^( *)```.*?^\1```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert not re.search(r"^ *~~~", text, re.MULTILINE), "fence it with ```"
    indented = [line for line in text.splitlines() if re.match(r" {4}\S", line)]
    nested = [line for line in indented if re.match(r" +(?:[-*]|\d+\.|<) ?", line)]
    assert page.name == "CHANGELOG.md" or indented == nested, f"fence it with ```: {indented}"


@pytest.mark.parametrize("block", [each for each in BLOCKS if each.language == "text"], ids=lambda block: block.where)
def test_a_text_holds_no_command(block: Block) -> None:
    assert not re.search(r"^(?:\$ |ansible-|make |pip )", block.text, re.MULTILINE), f"{block.where}: a console block"


# --- YAML: variables ------------------------------------------------------------------------------------


def _yaml() -> Iterator[tuple[Block, Any]]:
    for block in BLOCKS:
        if block.language == "yaml" and "/conf/" not in block.file and "/srv/" not in block.file:
            for document in yaml.safe_load_all(block.text):
                yield block, document


def _variables(document: Any) -> dict[str, Any] | None:
    """Return a document as variables of a host; None for what is something else."""
    if isinstance(document, dict) and set(document) == {"files"}:
        return {"sfmc_dependents": [{"integration": "crm_sync", **document}]}
    if isinstance(document, dict) and any(name.startswith("sfmc_") for name in document):
        return document
    if isinstance(document, list) and "integration" in document[0]:
        return {"sfmc_dependents": document}
    return None


_READ = [(block, _variables(document)) for block, document in _yaml()]
DECLARATIONS = [(block, variables) for block, variables in _READ if variables]


@pytest.mark.parametrize(("block", "variables"), DECLARATIONS, ids=_ids([block for block, _said in DECLARATIONS]))
def test_variables_of_a_page_are_what_the_collection_reads(
    block: Block, variables: dict[str, Any], tmp_path: Path
) -> None:
    for name in ("spool", "kinds/spool"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.yml").touch()
    text = yaml.safe_dump(variables, width=1000).replace("{{ inventory_dir }}", str(tmp_path))
    text = re.sub(r"'\{\{ vault_\w*webhook \}\}'", "https://hooks.example.com/", text)
    said = {"sfmc_kinds": str(tmp_path), "sfmc_integrations": {"crm_sync": CRM}, **yaml.safe_load(text)}
    assert {name for name in variables if name.startswith("sfmc_")} <= _VARIABLES, f"{block.where}: no such variable"
    for integration in said["sfmc_integrations"].values():
        # Where a page leads to the simulator, its address is not there yet.
        if "lookup" in str(integration.get("auth_url", "")):
            integration["auth_url"] = "http://127.0.0.1:1"
    for integration in host_integrations(said, "h1"):
        provider_for(integration)
    assert len(host_dependents(said, "h1")) == len(said.get("sfmc_dependents", []))
    assert len(accepted_places(said, "h1")) == len(said.get("sfmc_accepted_places", []))
    assert len(host_waivers(said, "h1")) == len(said.get("sfmc_waived", {}))
    assert len(hooks_of(said.get("sfmc_notify", []), 7)) == len(said.get("sfmc_notify", []))


# --- YAML: plays, tasks, inventories --------------------------------------------------------------------


def _is_play(document: Any) -> bool:
    return isinstance(document, list) and any(
        key in document[0] for key in ("hosts", "ansible.builtin.import_playbook")
    )


def _is_inventory(document: Any) -> bool:
    return isinstance(document, dict) and all(
        isinstance(group, dict) and "hosts" in group for group in document.values()
    )


OTHERS = [(block, document) for block, document in _yaml() if _variables(document) is None and not block.file]


def test_plays_and_tasks_of_pages_are_such(tmp_path: Path) -> None:
    """One process for all: what it says of a file has the page's name in it."""
    files = []
    for number, (block, document) in enumerate(OTHERS):
        if isinstance(document, list):
            path = tmp_path / f"{number}-{block.where.replace('/', '-')}.yml"
            play = [] if _is_play(document) else [{"hosts": "all", "gather_facts": False, "tasks": document}]
            path.write_text(yaml.safe_dump(play) if play else block.text, encoding="utf-8")
            files.append(str(path))
    assert len(files) > 5, "the plays of the roles' pages alone are more"
    ended = subprocess.run(
        ["ansible-playbook", "-i", "all,", "--syntax-check", *files],
        env=tree.environment(ANSIBLE_COLLECTIONS_PATH=COLLECTIONS, ANSIBLE_NOCOLOR="1"),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert all(f"playbook: {file}" in ended.stdout for file in files), ended.stdout


@pytest.mark.parametrize(("block", "document"), OTHERS, ids=_ids([block for block, _document in OTHERS]))
def test_other_yaml_is_a_play_tasks_or_an_inventory(block: Block, document: Any, tmp_path: Path) -> None:
    if isinstance(document, list):
        # Held by the test above.
        assert all(isinstance(item, dict) for item in document), block.where
        return
    if not _is_inventory(document):
        # A text of a config file, in the page of the formats alone.
        assert block.page == "docs/formats.md", f"{block.where}: neither variables, play, tasks nor inventory"
        return
    path = tmp_path / "hosts.yml"
    path.write_text(block.text, encoding="utf-8")
    assert InventoryManager(DataLoader(), [str(path)]).get_hosts(), f"{block.where}: an inventory without a host"


# --- commands -------------------------------------------------------------------------------------------


def _spoken() -> Iterator[tuple[str, str]]:
    """Yield page and text of each command for a playbook of the collection, in blocks and in sentences."""
    for block in BLOCKS:
        for command in block.commands:
            if command.text.startswith("ansible-playbook keyturn.sfmc."):
                yield block.page, " ".join(command.text.replace("\\\n", " ").split())
    for page in PAGES:
        for text in _INLINE.findall(page.read_text(encoding="utf-8")):
            yield str(page.relative_to(ROOT)), text


SPOKEN = sorted(set(_spoken()))


@pytest.mark.parametrize(("page", "text"), SPOKEN, ids=[f"{page} {text}" for page, text in SPOKEN])
def test_a_command_names_what_there_is(page: str, text: str) -> None:
    words = shlex.split(text.partition(" > ")[0], comments=True)
    command = PlaybookCLI(words)
    command.init_parser()
    options = command.parser.parse_args(words[1:])
    playbooks = [ROOT / "playbooks" / f"{name.removeprefix('keyturn.sfmc.')}.yml" for name in options.args]
    for playbook in playbooks:
        assert playbook.is_file(), f"{page}: there is no playbook {playbook.stem}"
    known = _POLICY.union(*(re.findall(r"sfmc_[a-z_]+", playbook.read_text("utf-8")) for playbook in playbooks))
    for given in options.extra_vars or []:
        assert set(_names(given)) <= known, f"{page}: {text}: no such variable"


@pytest.mark.parametrize(("page", "text"), SPOKEN, ids=[f"{page} {text}" for page, text in SPOKEN])
def test_a_command_has_no_day_that_passes(page: str, text: str) -> None:
    """A secret that was generated on a fixed day has ended one day; an acknowledgement until then is refused."""
    assert not re.search(r"=20\d\d-\d\d", text), f"{page}: {text}: say DATE, and what day it is"


SELDOM = [command.text for block in BLOCKS if block.not_run for command in block.commands]


@pytest.mark.parametrize("text", [text for text in SELDOM if "pytest " in text or " -m " in text])
def test_a_command_for_whoever_changes_the_code_names_tests_tools_and_variables_that_there_are(text: str) -> None:
    for path in re.findall(r" (tests/\S+)", text):
        assert (ROOT / path).exists(), path
    for module in re.findall(r" -m ansible_collections\.keyturn\.sfmc\.(\S+)", text):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), module
    for variable in re.findall(r"\b(KEYTURN_[A-Z_]+)=", text):
        assert any(f'"{variable}"' in path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")), text


MADE = sorted({(page, target) for page in PAGES for _set, target in _MAKE.findall(page.read_text(encoding="utf-8"))})


@pytest.mark.parametrize(("page", "target"), MADE, ids=[f"{page.relative_to(ROOT)} {target}" for page, target in MADE])
def test_make_has_what_a_page_names(page: Path, target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    gates = re.findall(r"^GATES := (.*)$", makefile, re.MULTILINE)[0].split()
    assert target in gates or re.search(rf"^{target}:", makefile, re.MULTILINE), f"{page.name}: make {target}"


def _names(given: str) -> list[str]:
    """Return the variables that one ``-e`` gives; a file's are not seen."""
    if given.startswith("@"):
        return []
    if given.startswith(("{", "[")):
        return list(yaml.safe_load(given))
    return [word.partition("=")[0] for word in shlex.split(given) if "=" in word]
