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
from collections.abc import Iterator
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
    """Write the first page: what it does not name of the guides follows those that it does."""
    shutil.copyfile(_HERE / "ansible.rst", source / "ansible.rst")
    index = (_HERE / "index.rst").read_text(encoding="utf-8")
    named = set(re.findall(r"guides/[\w-]+", index))
    others = [f"guides/{path.stem}" for path in sorted((source / "guides").glob("*.md"))]
    text = "\n   ".join(page for page in others if page not in named)
    (source / "index.rst").write_text(index.replace("THE-OTHER-GUIDES", text), encoding="utf-8")


def _write_guides(copy: Path, source: Path) -> None:
    """Write the pages for people where the site has them, with links that lead to their places there."""
    places = dict(_places(copy))
    repository = yaml.safe_load((copy / "galaxy.yml").read_text(encoding="utf-8"))["repository"]
    for path, place in places.items():
        target = source / place
        target.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8")

        def there(found: re.Match[str], path: Path = path, place: str = place) -> str:
            return f"]({_target(path, place, found[1], places, copy, repository)}{found[2]})"

        # Sphinx draws no diagrams: their text is shown.
        target.write_text(_LINK.sub(there, text).replace("```mermaid", "```text"), encoding="utf-8")
    shutil.copytree(copy / "docs" / "images", source / "images", dirs_exist_ok=True)


def _places(copy: Path) -> Iterator[tuple[Path, str]]:
    yield copy / "README.md", "readme.md"
    for path in sorted((copy / "docs").glob("*.md")):
        yield path, f"guides/{'index' if path.stem == 'README' else path.stem}.md"
    for path in sorted((copy / "roles").glob("*/README.md")):
        yield path, f"roles/{path.parent.name}.md"


def _target(path: Path, place: str, link: str, places: dict[Path, str], copy: Path, repository: str) -> str:
    """Return where a link of a page leads on the site: to a page or picture there, else to the repository."""
    aim = (path.parent / link).resolve()
    inside = aim.relative_to(copy.resolve()).as_posix()
    up = "../" * place.count("/")
    known = {page.resolve(): name for page, name in places.items()}
    if aim in known:
        return up + known[aim]
    if inside.startswith("docs/images/"):
        return up + inside.removeprefix("docs/")
    return f"{repository}/blob/main/{inside}"


if __name__ == "__main__":
    sys.exit(main())
