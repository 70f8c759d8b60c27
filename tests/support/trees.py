# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of every format with the same values in them: any tree, under any names."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import quoteattr

import tomlkit
import yaml
from hypothesis import strategies as st

Render = Callable[[Any], str]

names = st.text("aB0.-_[]'\"=/: é", min_size=1, max_size=4) | st.sampled_from(["id", "key", "name", "client_id", "8"])
shapes = st.dictionaries(
    names,
    st.recursive(
        st.just("@"),
        lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(names, inner, min_size=1, max_size=3),
        max_leaves=10,
    ),
    min_size=1,
    max_size=4,
)


def filled(shape: Any) -> Any:
    """Return a tree with another text in each of its leaves."""
    numbers = itertools.count(1)

    def fill(inner: Any) -> Any:
        if isinstance(inner, dict):
            return {name: fill(entry) for name, entry in inner.items()}
        if isinstance(inner, list):
            return [fill(entry) for entry in inner]
        return f"value-{next(numbers):04}-of-this-tree"

    return fill(shape)


def _php(tree: Any) -> str:
    def written(inner: Any) -> str:
        if isinstance(inner, dict):
            return "[" + ", ".join(f"{text(name)} => {written(entry)}" for name, entry in inner.items()) + "]"
        return "[" + ", ".join(map(written, inner)) + "]" if isinstance(inner, list) else text(inner)

    def text(value: str) -> str:
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"

    return f"<?php\n$config = {written(tree)};\n"


def _xml(tree: Any) -> str:
    """Elements with attributes; names that XML does not know become values of ``@name``."""

    def written(name: str, inner: Any) -> str:
        tag = name if name.isalpha() else "entry"
        said = "" if name.isalpha() else f" name={quoteattr(name)}"
        if isinstance(inner, dict):
            return f"<{tag}{said}>" + "".join(written(key, entry) for key, entry in inner.items()) + f"</{tag}>"
        if isinstance(inner, list):
            return "".join(written(name, entry) for entry in inner)
        return f"<{tag}{said}>{inner}</{tag}>" if len(name) % 2 else f"<{tag}{said} value={quoteattr(inner)}/>"

    return "<root>" + "".join(written(name, entry) for name, entry in tree.items()) + "</root>"


def _ini(tree: Any) -> str:
    lines = [
        f"[{section}]\nclient.secret = {text}\n{key} = other-{text}\n"
        for section, key, text in zip(("Web Services", "a.b", "'c'"), ("x", "'y'", "z.z"), _texts(tree), strict=False)
    ]
    return "".join(lines)


def _texts(tree: Any) -> list[str]:
    if isinstance(tree, str):
        return [tree]
    return [text for entry in (tree.values() if isinstance(tree, dict) else tree) for text in _texts(entry)]


def _assigned(line: str) -> Render:
    return lambda tree: "".join(line.format(f"NAME_{number}", text) for number, text in enumerate(_texts(tree)))


RENDERED: dict[str, Render] = {
    "json": json.dumps,
    "yaml": lambda tree: yaml.safe_dump(tree, allow_unicode=True, width=10_000, sort_keys=False),
    "toml": tomlkit.dumps,
    "php": _php,
    "xml": _xml,
    "ini": _ini,
    "dotenv": _assigned("{} = '{}'\n"),
    "properties": _assigned("sfmc.{} = {}\n"),
    "shell": _assigned("export {}={}\n"),
    "crontab": _assigned("{}={}\n"),
    "environment_file": _assigned('{}="{}"\n'),
    "systemd_unit": lambda tree: "[Service]\nType=simple\n" + _assigned('Environment="{}={}"\n')(tree),
}
