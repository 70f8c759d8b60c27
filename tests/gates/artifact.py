# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the collection's artifact; look into it; import it as Galaxy would; install it and run the demo from there.

python -m ...gates.artifact build     all of it, with the artifact in dist/
python -m ...gates.artifact import    builds one aside, looks into it, runs galaxy-importer over it
python -m ...gates.artifact demo      builds one aside, installs it into an empty folder, runs the demo from there
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from . import contents, first_page
from .tree import ROOT, WORK, copy_for, environment, files, private_environment, run

#: As Galaxy and the automation platform run it. Left out are ansible-test in an image, which needs a container engine
#: (sanity is a gate of its own), and flake8, which is off there too: its E203 is against the layout that `format` asks.
_IMPORTER = {
    "GALAXY_IMPORTER_CHECK_CHANGELOG": "true",
    "GALAXY_IMPORTER_CHECK_REQUIRED_TAGS": "true",
    "GALAXY_IMPORTER_REQUIRE_V1_OR_GREATER": "true",
    "GALAXY_IMPORTER_RUN_ANSIBLE_DOC": "true",
    "GALAXY_IMPORTER_RUN_ANSIBLE_LINT": "true",
}
_INSTALLED = "ansible_collections.keyturn.sfmc.tests.demo"


def is_noted(root: Path) -> bool:
    """Tell whether the changelog has the version of galaxy.yml, and nothing waits to be gathered into it."""
    version = yaml.safe_load((root / "galaxy.yml").read_text("utf-8"))["version"]
    changelog = yaml.safe_load((root / "changelogs" / "changelog.yaml").read_text("utf-8"))
    return version in changelog["releases"] and not [*(root / "changelogs" / "fragments").glob("*.y*ml")]


def name() -> str:
    """Return the artifact's name, by galaxy.yml."""
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text("utf-8"))
    return f"{galaxy['namespace']}-{galaxy['name']}-{galaxy['version']}.tar.gz"


def built(output: Path, gate: str) -> Path | None:
    """Build the artifact into a folder, and look into it; return it, or None when anything is wrong."""
    command = ["ansible-galaxy", "collection", "build", "--force", "--output-path", str(output), "."]
    collection = copy_for(gate)
    first_page.write_for_galaxy(collection)
    if run(command, cwd=collection, env=private_environment()) != 0:
        return None
    artifact = output / name()
    found = contents.names(artifact)
    shipped = [str(path) for path in files() if path.parts[0] in ("playbooks", "plugins", "roles")]
    wrong = list(contents.complaints(found, shipped))
    if wrong == [f"{each}: expected in the artifact, not found" for each in contents.BY_A_RELEASE]:
        print("before a release there is no CHANGELOG.md: make release-notes writes it")
        wrong = []
    print(*wrong, f"{artifact.name}: {len(found)} files, {len(wrong)} complaints", sep="\n", flush=True)
    return None if wrong else artifact


def imported(artifact: Path) -> int:
    """Import an artifact; an error or a warning that the importer only mentions counts as a failure too."""
    done = subprocess.run(
        [sys.executable, "-m", "galaxy_importer.main", artifact.name],
        cwd=artifact.parent,
        env=private_environment(**_IMPORTER),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(done.stdout, flush=True)
    (artifact.parent / "importer_result.json").unlink(missing_ok=True)
    complaints = [line for line in done.stdout.splitlines() if line.startswith(("ERROR", "WARNING"))]
    return 1 if complaints else done.returncode


def demonstrated(artifact: Path) -> int:
    """Install an artifact into an empty folder and run the demo there, with nothing of the checkout on its path."""
    with tempfile.TemporaryDirectory(prefix="keyturn-installed-") as folder:
        place = Path(folder)
        settings = environment(HOME=folder)
        settings.pop("PYTHONPATH", None)
        install = ["ansible-galaxy", "collection", "install", str(artifact), "-p", folder, "--offline"]
        # As the documentation has it: the folder stands where Ansible looks for collections.
        settings["ANSIBLE_COLLECTIONS_PATH"] = folder
        if run(install, cwd=place, env=settings) != 0:
            return 1
        settings["PYTHONPATH"] = folder
        where = subprocess.run(
            [sys.executable, "-c", f"import {_INSTALLED} as demo; print(demo.__file__)"],
            cwd=place,
            env=settings,
            capture_output=True,
            text=True,
            check=False,
        )
        if not Path(where.stdout.strip()).is_relative_to(place):
            print(f"expected the demo below {folder}, found {where.stdout}{where.stderr}")
            return 1
        return run([sys.executable, "-m", _INSTALLED], cwd=place, env=settings)


def aside(gate: str) -> Path | None:
    """Build an artifact where nobody looks for it."""
    output = WORK / gate
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    return built(output, gate)


def main(arguments: list[str]) -> int:
    """Do what the first argument says; return the exit status."""
    match arguments:
        case ["build"]:
            artifact = built(ROOT / "dist", "build")
            status = 1 if artifact is None else imported(artifact) or demonstrated(artifact)
            if not is_noted(ROOT):
                print(
                    "not to be published: the changelog lacks this version or a fragment; make release-notes, and again"
                )
            return status
        case ["import"]:
            artifact = aside("import")
            return 1 if artifact is None else imported(artifact)
        case ["demo"]:
            artifact = aside("artifact")
            return 1 if artifact is None else demonstrated(artifact)
    print("expected: build | import | demo", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
