# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of docs/awx.md, drawn from the data that the role `awx` makes its objects of.

    python -m ansible_collections.keyturn.sfmc.tests.support.awx_pictures

writes them anew; a test sees that they are what this draws.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import yaml

ROOT = Path(__file__).absolute().parents[2]
IMAGES = ROOT / "docs" / "images"
PREFIX = "SFMC"
#: What a credential of each kind opens, in the order of its dot.
_DOTS = {"store": "opens the store", "hosts": "reaches hosts", "provider": "opens sfmc_provider"}
_GROUPS = {
    "execute": "sfmc_awx_execute may launch",
    "hand_in": "sfmc_awx_hand_in may launch",
    "approve": "sfmc_awx_approve may launch, and answers approvals",
}
_STYLE = """
  svg { color-scheme: light dark; font-family: system-ui, sans-serif; font-size: 14px }
  .paper { fill: #ffffff } text { fill: #1f2328 } .soft { fill: #59636e; font-size: 12px } .head { font-weight: 600 }
  .box { fill: #f6f8fa; stroke: #818b98 } .group { fill: none; stroke: #d1d9e0 }
  .person { fill: #fff3d6; stroke: #9a6700 } .line { stroke: #59636e; fill: none; stroke-width: 1.5 }
  .tip { fill: #59636e } .store { fill: #0969da } .hosts { fill: #1a7f37 } .provider { fill: #bc4c00 }
  .none { fill: none; stroke: #d1d9e0 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117 } text { fill: #e6edf3 } .soft { fill: #9198a1 }
    .box { fill: #161b22; stroke: #7d8590 } .group { stroke: #3d444d }
    .person { fill: #3a2d0a; stroke: #d29922 } .line { stroke: #9198a1 } .tip { fill: #9198a1 }
    .store { fill: #58a6ff } .hosts { fill: #3fb950 } .provider { fill: #f0883e } .none { stroke: #3d444d }
  }
"""


class _Loader(yaml.SafeLoader):
    """Reads `!unsafe` as what it marks."""


_Loader.add_constructor("!unsafe", lambda _loader, node: str(node.value))


def data() -> dict[str, Any]:
    """Return the objects as the role has them."""
    text = (ROOT / "roles" / "awx" / "vars" / "main.yml").read_text(encoding="utf-8")
    return dict(yaml.load(text, _Loader))


def pictures() -> dict[str, str]:
    """Return each picture by the name of its file."""
    objects = data()
    return {"awx-objects.svg": _objects(objects), "awx-workflow.svg": _workflow(objects)}


# --- the workflow ----------------------------------------------------------------------------------------------------


def _workflow(objects: dict[str, Any]) -> str:
    templates = {each["name"]: each for each in objects["__awx_job_templates"]}
    step, width, top = 162, 138, 44
    parts = [_text(20, 26, f"{PREFIX} {objects['__awx_made']['workflow_job_templates'][0]}", "head")]
    for place, node in enumerate(objects["__awx_nodes"]):
        left = 20 + place * step
        parts.append(_node(left, top, width, node, templates.get(node.get("template", ""))))
        if place:
            parts.append(_arrow(left - (step - width), top + 45, left, top + 45))
    parts.append(_legend(20, 166))
    parts.append(
        _text(20, 196, "Round: a person answers, or the time runs out and nothing of the rest is done.", "soft")
    )
    width_of_all = 20 + len(objects["__awx_nodes"]) * step
    return _svg(width_of_all, 212, "The workflow: its nodes in order, and what each can open", parts)


def _node(left: int, top: int, width: int, node: dict[str, Any], template: dict[str, Any] | None) -> str:
    if template is None:
        first, _blank, rest = node["name"].partition(" ")
        lines = [
            _text(left + width // 2, top + 38, first, "head middle"),
            _text(left + width // 2, top + 58, rest, "middle"),
        ]
        return "".join([_box(left, top, width, 90, "person", 26), *lines])
    sliced = "in slices" if template.get("sliced") else ""
    return "".join(
        [
            _box(left, top, width, 90, "box", 6),
            _text(left + width // 2, top + 34, node["name"], "head middle"),
            _text(left + width // 2, top + 54, sliced, "soft middle"),
            _dots(left + width // 2 - 20, top + 72, template["gets"]),
        ]
    )


# --- all objects -----------------------------------------------------------------------------------------------------


def _objects(objects: dict[str, Any]) -> str:
    parts: list[str] = []
    chain = ["project", "inventory of the project", "inventory", "execution environment"]
    for place, name in enumerate(chain):
        parts += [
            _box(20 + place * 285, 20, 255, 44, "box", 6),
            _text(147 + place * 285, 47, f"{PREFIX} {name}", "middle"),
        ]
    parts += [_arrow(275 + place * 285, 42, 305 + place * 285, 42) for place in range(2)]
    parts += [
        _text(
            20, 92, "All job templates run a playbook of one line of the project, in the execution environment,", "soft"
        )
    ]
    parts += [_text(20, 110, "on the inventory. A dot is a credential that a job template has:", "soft")]
    parts.append(_legend(440, 106))
    top = 132
    for who, title in _GROUPS.items():
        chips = [each for each in objects["__awx_job_templates"] if each["by"] == who]
        rows = (len(chips) + 3) // 4
        parts += [_box(20, top, 1110, 44 + rows * 52, "group", 8), _text(36, top + 26, title, "soft")]
        parts += list(_chips(chips, top + 40))
        top += 60 + rows * 52
    parts += list(_others(objects, top))
    return _svg(1150, top + 122, "What the role awx makes in AWX", parts)


def _chips(chips: list[dict[str, Any]], top: int) -> Iterator[str]:
    for place, each in enumerate(chips):
        left, row = 36 + (place % 4) * 272, top + (place // 4) * 52
        yield _box(left, row, 256, 42, "box", 6)
        yield _text(left + 14, row + 26, f"{PREFIX} {each['name']}")
        yield _dots(left + 200, row + 21, each["gets"])


def _others(objects: dict[str, Any], top: int) -> Iterator[str]:
    """Draw what starts jobs, and the types of credentials."""
    made = objects["__awx_made"]
    columns = {
        "Workflow": made["workflow_job_templates"],
        "Schedules": [each["name"] for each in objects["__awx_schedules"]],
        "Types of credentials": [each["name"] for each in objects["__awx_credential_types"]],
        "Told of failures and approvals": ["each of sfmc_awx_notifications"],
    }
    for place, (title, names) in enumerate(columns.items()):
        left = 20 + place * 282
        yield _box(left, top, 264, 102, "box", 6)
        yield _text(left + 14, top + 28, title, "head")
        for line, name in enumerate(names):
            yield _text(left + 14, top + 54 + line * 24, f"{PREFIX} {name}" if "awx_" not in name else name)


# --- elements --------------------------------------------------------------------------------------------------------


def _svg(width: int, height: int, title: str, parts: list[str]) -> str:
    return (
        "<!-- Drawn by tests/support/awx_pictures.py from roles/awx/vars/main.yml -->\n"
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}  .middle {{ text-anchor: middle }}\n</style>\n"
        f'<rect class="paper" width="{width}" height="{height}"/>\n' + "".join(parts) + "</svg>\n"
    )


def _box(left: int, top: int, width: int, height: int, kind: str, round_: int) -> str:
    return f'<rect class="{kind}" x="{left}" y="{top}" width="{width}" height="{height}" rx="{round_}"/>\n'


def _text(left: int, base: int, text: str, kind: str = "") -> str:
    return f'<text class="{kind}" x="{left}" y="{base}">{escape(text)}</text>\n' if text else ""


def _arrow(left: int, top: int, right: int, bottom: int) -> str:
    tip = f"{right},{bottom} {right - 8},{bottom - 4} {right - 8},{bottom + 4}"
    return f'<path class="line" d="M{left} {top}H{right - 6}"/><polygon class="tip" points="{tip}"/>\n'


def _dots(left: int, middle: int, gets: list[str]) -> str:
    """Draw a dot for each kind of credential, hollow where there is none: the place says it as well as the colour."""
    kinds = [kind if kind in gets else "none" for kind in _DOTS]
    return "".join(
        f'<circle class="{kind}" cx="{left + place * 20}" cy="{middle}" r="6"/>' for place, kind in enumerate(kinds)
    )


def _legend(left: int, middle: int) -> str:
    parts = []
    for place, (kind, said) in enumerate(_DOTS.items()):
        at = left + place * 180
        parts.append(f'<circle class="{kind}" cx="{at + 6}" cy="{middle}" r="6"/>')
        parts.append(_text(at + 18, middle + 4, f"{('first', 'second', 'third')[place]}: {said}", "soft"))
    return "".join(parts)


if __name__ == "__main__":
    for file, drawing in pictures().items():
        (IMAGES / file).write_text(drawing, encoding="utf-8")
