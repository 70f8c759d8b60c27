# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the site of the documentation: every plugin and role, by ``antsibull-docs``, and the guides, by Sphinx.

It is in ``.work/site/html``. A warning counts as an error: a reference or a link that leads nowhere is one.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import yaml

from .tree import WORK, copy_for, private_environment, run

_HERE = Path(__file__).parent / "docsite"
_LINK = re.compile(r"\]\(([^)#:]+)((?:#[^)]*)?)\)")


def main() -> int:
    """Build it; return the exit status."""
    copy, site = copy_for("docs-site"), WORK / "site"
    shutil.rmtree(site, ignore_errors=True)
    source = site / "source"
    plugins = source / "collections"
    # antsibull-docs wants a folder that nobody else can write to.
    plugins.mkdir(parents=True, mode=0o700)
    env = private_environment(ANSIBLE_COLLECTIONS_PATH=str(copy.parents[2]))
    command = ["antsibull-docs", "collection", "--use-current", "--squash-hierarchy", "--fail-on-error"]
    status = run([*command, "--dest-dir", str(plugins), "keyturn.sfmc"], cwd=site, env=env)
    if status:
        return status
    _write_guides(copy, source)
    _write_index(source)
    build = ["sphinx-build", "-q", "-W", "--keep-going", "-j", "auto", "-c", str(_HERE)]
    status = run([*build, str(source), str(site / "html")], cwd=site, env=env)
    print(f"{site / 'html' / 'index.html'}" if not status else "no site: see the warnings above")
    return status


def _write_index(source: Path) -> None:
    """Write the first page: what it does not name of the guides follows, as docs/README.md has it."""
    shutil.copyfile(_HERE / "ansible.rst", source / "ansible.rst")
    index = (_HERE / "index.rst").read_text(encoding="utf-8")
    named = set(re.findall(r"guides/[\w-]+", index))
    text = "\n   ".join(page for page in in_order(source / "guides") if page not in named)
    (source / "index.rst").write_text(index.replace("THE-OTHER-GUIDES", text), encoding="utf-8")


def in_order(guides: Path) -> list[str]:
    """Return the guides as their list has them: users first, who changes the code last."""
    listed = re.findall(
        r"^\| \[[^]]*\]\(([\w-]+)\.md\)", (guides / "index.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    others = {path.stem for path in guides.glob("*.md")} - {"index", *listed}
    return [f"guides/{name}" for name in ("index", *listed, *sorted(others))]


def _write_guides(copy: Path, source: Path) -> None:
    """Write the pages for people where the site has them, with links that lead to their places there."""
    guides = Guides(copy.resolve())
    for path, place in guides.places.items():
        target = source / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(guides.text(path), encoding="utf-8")
    shutil.copytree(copy / "docs" / "images", source / "images", dirs_exist_ok=True)


class Guides:
    """The Markdown pages of a tree.

    :ivar places: where each of them is on the site.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._repository = yaml.safe_load((root / "galaxy.yml").read_text(encoding="utf-8"))["repository"]
        self.places = {root / "README.md": "readme.md"}
        for path in sorted((root / "docs").glob("*.md")):
            self.places[path] = f"guides/{'index' if path.stem == 'README' else path.stem}.md"
        for path in sorted((root / "roles").glob("*/README.md")):
            self.places[path] = f"roles/{path.parent.name}.md"

    def text(self, page: Path) -> str:
        """Return a page as the site has it. Sphinx draws no diagrams: their text is shown."""
        text = page.read_text(encoding="utf-8").replace("```mermaid", "```text")
        return _LINK.sub(lambda found: f"]({self._there(page, found[1])}{found[2]})", text)

    def _there(self, page: Path, link: str) -> str:
        """Return where a link of a page leads on the site: to a page or picture there, else to the repository."""
        aim = (page.parent / link).resolve()
        up = "../" * self.places[page].count("/")
        if aim in self.places:
            return up + self.places[aim]
        inside = aim.relative_to(self._root).as_posix()
        if inside.startswith("docs/images/"):
            return up + inside.removeprefix("docs/")
        return f"{self._repository}/blob/main/{inside}"


if __name__ == "__main__":
    sys.exit(main())
