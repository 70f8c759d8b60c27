# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Every format by its name, imported when it is asked for: a host compiles anew, in each call, what it imports."""

from typing import Callable, Dict

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import Format


def _crontab() -> Format:
    from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._crontab import Crontab

    return Crontab()


def _dotenv() -> Format:
    from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._dotenv import Dotenv

    return Dotenv()


def _environment_file() -> Format:
    from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._environment_file import EnvironmentFile

    return EnvironmentFile()


def _ini() -> Format:
    from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._ini import Ini

    return Ini()


def _json() -> Format:
    from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._json import Json

    return Json()


def _php() -> Format:
    from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._php import Php

    return Php()


def _properties() -> Format:
    from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._properties import Properties

    return Properties()


def _shell() -> Format:
    from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._shell import Shell

    return Shell()


def _systemd_unit() -> Format:
    from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._systemd_unit import SystemdUnit

    return SystemdUnit()


def _toml() -> Format:
    from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._toml import Toml

    return Toml()


def _xml() -> Format:
    from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._xml import Xml

    return Xml()


def _yaml() -> Format:
    from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._yaml import Yaml

    return Yaml()


#: Makes a format, by the name that files declare.
MAKERS: Dict[str, Callable[[], Format]] = {
    "crontab": _crontab,
    "dotenv": _dotenv,
    "environment_file": _environment_file,
    "ini": _ini,
    "json": _json,
    "php": _php,
    "properties": _properties,
    "shell": _shell,
    "systemd_unit": _systemd_unit,
    "toml": _toml,
    "xml": _xml,
    "yaml": _yaml,
}
