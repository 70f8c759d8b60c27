# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""By its name and its first characters: the formats that a file may have, and whether it is a copy. Pure."""

import os
import re
from typing import List, Tuple

#: What programs and people put behind a name when they keep a copy.
_COPY = re.compile(
    r"(?:~|[._-](?:bak|bkp|bk|backup|old|orig|original|save|saved|sav|copy|prev|previous|disabled|rej)[0-9]*|"
    r"\.(?:rpmsave|rpmnew|rpmorig|dpkg-old|dpkg-dist|dpkg-new|dpkg-bak|dpkg-tmp|ucf-old|ucf-dist|ucf-new|"
    r"pacsave|pacnew|sw[op])|"
    r"[._-]?(?:19|20)[0-9]{2}-?[01][0-9]-?[0-3][0-9](?:[@T_.-]?[0-9:]{2,8}(?:[-:][0-9]{2})*)?Z?|"
    r"(?<=[a-z])\.[0-9]{1,5}| \([0-9a-z ]+\)| - [Cc]opy)\Z"
)
_FORM = re.compile(r"\.(?:j2|erb|tmpl|tpl|template|dist|sample|example|in|gz|gpg|local)\Z")

_BY_END = {
    "json": ("json",),
    "jsonc": ("json",),
    "webmanifest": ("json",),
    "yml": ("yaml",),
    "yaml": ("yaml",),
    "properties": ("properties",),
    "ini": ("ini", "dotenv"),
    "cfg": ("ini", "dotenv"),
    "cnf": ("ini", "dotenv"),
    "conf": ("ini", "dotenv", "toml", "json"),
    "python": ("ini",),
    "xml": ("xml",),
    "config": ("xml", "ini", "json", "dotenv"),
    "csproj": ("xml",),
    "php": ("php",),
    "phtml": ("php",),
    "inc": ("php", "ini"),
    "sh": ("shell",),
    "bash": ("shell",),
    "ksh": ("shell",),
    "zsh": ("shell",),
    "env": ("dotenv", "environment_file", "shell"),
    "toml": ("toml",),
    "tfvars": ("toml",),
}
_UNIT_ENDS = ("service", "socket", "timer", "mount", "automount", "path", "slice", "scope", "swap", "target")
_SHELL_NAMES = re.compile(
    r"\.?(?:profile|envrc|bash\.bashrc|(?:bash|zsh|k?sh)(?:rc|env|_profile|_login|_aliases)|zprofile|zlogin)"
)
_PROSE = ("md", "markdown", "rst", "txt", "adoc", "html", "htm", "tex", "org")
_CODE = (
    *("py", "js", "ts", "mjs", "cjs", "jsx", "tsx", "rb", "java", "kt", "go", "cs", "vb", "pl", "pm", "lua", "groovy"),
    *("gradle", "scala", "rs", "c", "h", "cpp", "swift", "ps1", "psm1", "bat", "cmd", "tf", "sql", "r", "m", "vbs"),
    *("ssjs", "amp", "jsp", "asp", "aspx", "cfm", "tcl", "awk", "fish", "csh", "dockerfile", "log", "hcl"),
)
_GUESSES = ("json", "xml", "ini", "dotenv", "toml", "yaml", "environment_file")


def is_copy(path: str) -> bool:
    """Tell whether a name says that the file is kept beside another one."""
    return _COPY.search(os.path.basename(path)) is not None


def beneath(path: str) -> str:
    """Return the name of the file that a copy was made of, or of the template."""
    folder, name = os.path.split(path)
    while True:
        shorter = _COPY.sub("", name)
        if shorter == name and not name.startswith(".env"):
            shorter = _FORM.sub("", name)
        if not shorter.strip(".") or shorter == name:
            return os.path.join(folder, name)
        name = shorter


def is_prose(path: str) -> bool:
    """Tell whether people read the file, and no program does."""
    return _end(path) in _PROSE


def _end(path: str) -> str:
    """Return what stands behind the last dot of a name; a name without one, as a whole."""
    return os.path.basename(beneath(path)).rpartition(".")[2].lower()


def formats_of(path: str, start: str) -> List[str]:
    """Return the formats that a file may have, the likeliest first; ``text`` is always one, and not named.

    :param start: its first characters.
    """
    named = _by_place(beneath(path)) or _by_start(start)
    if named:
        return list(named)
    end = _end(path)
    return [] if end in _PROSE + _CODE else list(_GUESSES)


def _by_place(path: str) -> Tuple[str, ...]:
    folder, name = os.path.split(path)
    end = name.rpartition(".")[2].lower() if "." in name else ""
    if re.search(r"(?:^|/)systemd(?:/|\Z)", folder) and (end in _UNIT_ENDS or folder.endswith(".d")):
        return ("systemd_unit",)
    if end in _UNIT_ENDS[:5] or (end == "conf" and re.search(r"\.(?:service|socket|timer)\.d\Z", folder)):
        return ("systemd_unit", "ini")
    if name == "crontab" or re.search(r"(?:^|/)(?:cron\.d|spool/cron(?:/crontabs|/tabs)?)\Z", folder):
        return ("crontab",)
    if re.search(r"(?:^|/)etc/(?:default|sysconfig|conf\.d)(?:/|\Z)", folder) or path.endswith("etc/environment"):
        return ("environment_file", "shell", "dotenv")
    if name.startswith(".env") and name != ".envrc":
        return ("dotenv", "environment_file", "shell")
    if _SHELL_NAMES.fullmatch(name) or re.search(r"(?:^|/)etc/profile\.d\Z", folder):
        return ("shell",)
    return _BY_END.get(end, ())


def _by_start(start: str) -> Tuple[str, ...]:
    start = start.lstrip("\ufeff\u00ef\u00bb\u00bf \t\r\n")
    for sign, named in (("<?php", ("php",)), ("<?xml", ("xml",)), ("{", ("json", "yaml"))):
        if start.startswith(sign):
            return named
    if re.match(r"#![^\n]*\b(?:ba|da|k|z|a)?sh\b", start):
        return ("shell",)
    return ()
