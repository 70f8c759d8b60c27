# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/inventory.md: each place that is known to hold a secret leads to an example that the readers take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._dependents import host_dependents
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._kinds import KINDS

DOCS = Path(__file__).resolve().parents[2] / "docs"
#: Who is known to keep a client secret of SFMC, wherever.
KNOWN = (
    *("mcdev", "mcdata", "FuelSDK for Python", "FuelSDK for Java", "FuelSDK for C#", "FuelSDK for PHP", "PHP programs"),
    *("MuleSoft", "Spring", "Node", "Python", "Laravel", "shell scripts", "cron", "systemd", "Singer", "Meltano"),
    *(".NET", "WSO2", "Salesforce AuthProvider", "Postman", "JSON arrays", "map in one variable", "same secret twice"),
    *("AWS Secrets Manager", "SSM", "AWS Lambda", "Azure Key Vault", "Azure Function", "Google Secret Manager"),
    *("HashiCorp Vault", "Kubernetes Secret", "GitHub", "GitLab", "Heroku", "Segment", "RudderStack", "Fivetran"),
    *("Boomi", "Jitterbit", "Zapier", "AppExchange", "CloudPages", "script activities"),
)
CRM = {"client_id": "0a1b2c3d4e5f6g7h8i9j0k1l", "subdomain": "mc1"}


def _rows() -> Iterator[tuple[str, list[str]]]:
    """Yield who, and where the examples are: page and anchor."""
    text = (DOCS / "inventory.md").read_text(encoding="utf-8")
    table = text.split("\n## An example for every place\n")[1].split("\n### ")[0]
    for line in table.splitlines():
        if line.startswith("| ") and not line.startswith("| who |"):
            who, _where, examples = line.strip("| ").split(" | ")
            yield who, re.findall(r"\]\(([^)]*)\)", examples)


ROWS = list(_rows())


def _section(link: str) -> str:
    """Return the text below the headline that a link leads to, up to the next one of the same rank or above."""
    page, _hash, anchor = link.partition("#")
    lines = (DOCS / (page or "inventory.md")).read_text(encoding="utf-8").splitlines()
    found: list[str] = []
    rank = 0
    for line in lines:
        headline = re.match(r"(##+) (.*)", line)
        if headline and rank and len(headline[1]) <= rank:
            break
        if headline and re.sub(r"[^\w\- ]", "", headline[2].lower()).replace(" ", "-") == anchor:
            rank = len(headline[1])
        if rank:
            found.append(line)
    assert found, f"{link} leads nowhere"
    return "\n".join(found)


def _entries(section: str) -> list[dict[str, Any]]:
    """Return the dependents that a section declares."""
    entries: list[dict[str, Any]] = []
    for text in re.findall(r"^```yaml\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
        said = yaml.safe_load(text)
        listed = said.get("sfmc_dependents", []) if isinstance(said, dict) else said
        entries += [entry for entry in listed if "integration" in entry]
    return entries


@pytest.mark.parametrize("who", KNOWN)
def test_everybody_who_is_known_has_a_row(who: str) -> None:
    assert any(who in row for row, _links in ROWS), f"{who} is in no row of docs/inventory.md"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_in_a_row(kind: str) -> None:
    assert any(f"kinds.md#{kind}" in links for _row, links in ROWS) or kind == "files"


@pytest.mark.parametrize(("who", "links"), ROWS, ids=[who for who, _links in ROWS])
def test_its_example_is_a_legal_declaration(who: str, links: list[str]) -> None:
    assert links, f"{who} has no example"
    for link in links:
        entries = _entries(_section(link))
        assert entries, f"{link} declares nothing"
        host = {"sfmc_integrations": {"crm_sync": CRM}, "sfmc_dependents": entries}
        assert len(host_dependents(host, "h1")) == len(entries)
