# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``ansible-test sanity`` of the whole collection, no ignores, in virtual environments that it makes itself.

``ansible-test`` cleans the environment of what it starts and downloads a bootstrap script for pip from a place of its
own. Both fail where only a package registry is reachable. So it gets a home below ``.work`` with two files in it:
pip's configuration as it is in force here (also what came from environment variables), and a bootstrap script that
uses the pip which Python itself carries. The user's own home is left alone.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import requests

from .cores import LEFT_OUT
from .tree import copy_for, private_environment, run

#: A requirement that pip does not look for in its index: `name @ https://...`, without the digest behind it.
_ADDRESS = re.compile(r"^[^#\n]+@ (https?://[^#\s]+)", re.MULTILINE)
BOOTSTRAP = '''\
"""Stands in for get-pip.py: installs pip with the copy that Python carries, then what was asked for."""
import ensurepip
import os
import subprocess
import sys

ensurepip.bootstrap()
os.environ.pop("PIP_CONFIG_FILE", None)  # ensurepip points it at nothing
wanted = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install"] + wanted))
'''


def ansible_test() -> Path:
    """Return the folder of the installed ansible-test."""
    spec = importlib.util.find_spec("ansible_test")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("ansible_test is not installed: run `make setup`")
    return Path(spec.submodule_search_locations[0])


def pip_versions() -> set[str]:
    """Return the versions of pip that the installed ansible-test knows; each names a bootstrap script."""
    source = (ansible_test() / "_internal" / "python_requirements.py").read_text("utf-8")
    return set(re.findall(r"\bpip='([0-9.]+)'", source))


def write_bootstraps(home: Path) -> None:
    """Write the bootstrap scripts that are missing where ansible-test looks for downloaded ones."""
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in pip_versions():
        script = cache / f"get_pip_{version.replace('.', '_')}.py"
        if not script.exists():
            script.write_text(BOOTSTRAP, "utf-8")


def pip_settings(listing: str) -> Iterator[tuple[str, str, str]]:
    """Yield section, option and value for each line of ``pip config list``; ``:env:`` stands for all commands.

    A variable of the environment beats a file, and pip lists variables first: so the first one to come wins.
    """
    seen = set()
    for line in listing.splitlines():
        name, equals, quoted = line.partition("=")
        section, dot, option = name.rpartition(".")
        if not (equals and dot) or option in ("config-file", "require-virtualenv"):
            continue
        section = "global" if section == ":env:" else section
        if (section, option) not in seen:
            seen.add((section, option))
            yield section, option, str(ast.literal_eval(quoted))


def write_pip_config(home: Path) -> None:
    """Write pip's settings, as they are in force here, to the configuration file of the private home."""
    pip = [sys.executable, "-m", "pip"]
    listing = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, check=True).stdout
    cache = subprocess.run([*pip, "cache", "dir"], capture_output=True, text=True, check=False).stdout.strip()
    # Its progress would bury what ansible-test has to say.
    sections: dict[str, dict[str, str]] = {"global": {"quiet": "1", **({"cache-dir": cache} if cache else {})}}
    for section, option, value in pip_settings(listing):
        sections.setdefault(section, {})[option] = value
    path = home / ".config" / "pip" / "pip.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    # A registry's address may hold a password.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        for section, options in sections.items():
            print(f"[{section}]", file=file)
            for option, value in options.items():
                # pip.conf is read without interpolation; a list of values stands on indented lines.
                print(f"{option} = " + value.replace("\n", "\n    "), file=file)


def unreachable_tests(requirements: Path) -> Iterator[tuple[str, str]]:
    """Yield each sanity test that needs a package from a place of its own, if that cannot be reached, and its address.

    :param requirements: folder of ansible-test with a file `sanity.<test>.txt` for each test.
    """
    for path in sorted(requirements.glob("sanity.*.txt")):
        for address in _ADDRESS.findall(path.read_text("utf-8")):
            try:
                requests.head(address, timeout=10, allow_redirects=True)
            except requests.RequestException:
                yield path.name.split(".")[1], address


def main() -> int:
    """Run all sanity tests on a copy of the tree; return the exit status."""
    environment = private_environment()
    home = Path(environment["HOME"])
    write_bootstraps(home)
    write_pip_config(home)
    copy = copy_for("sanity")
    # ansible-test asks git for the files of the nearest repository: without one of its own, the copy would be a
    # folder that the project's own repository ignores, and every test would be skipped.
    subprocess.run(["git", "init", "--quiet", str(copy)], env=environment, check=True)
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    command = ["ansible-test", "sanity", "--venv", "--python", version, "--requirements", "--color", "no"]
    for name, address in unreachable_tests(ansible_test() / "_data" / "requirements"):
        print(f"{LEFT_OUT}{name}, which needs {address}, and nothing answers there", flush=True)
        command += ["--skip-test", name]
    return run(command, cwd=copy, env=environment)


if __name__ == "__main__":
    sys.exit(main())
