# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Config files as one finds them: comments, other keys, other secrets around the ones that matter (pure)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Slot(NamedTuple):
    """One secret in a file; ``mark`` stands for its value."""

    key: str
    client_id: str
    auth_url: str
    mark: str


def render(
    file_format: str, slots: Sequence[Slot], others: Sequence[str], line_end: str, byte_order_mark: bool
) -> bytes:
    """Return a file's content with the marks of the slots.

    :param others: at least two secrets that have nothing to do with the slots.
    """
    text = _RENDERERS[file_format](slots, others).replace("\n", line_end)
    content = text.encode("latin-1" if file_format == "properties" else "utf-8")
    return _BYTE_ORDER_MARK + content if byte_order_mark else content


def split(content: bytes, marks: Sequence[str]) -> tuple[bytes, ...]:
    """Return the pieces of a content around the marks, in the order of ``marks``; each occurs once."""
    return tuple(re.split(b"|".join(re.escape(mark.encode("ascii")) for mark in marks), content))


def join(pieces: Sequence[bytes], values: Sequence[str]) -> bytes:
    """Return the content with values between the pieces."""
    filled = [piece + value.encode("ascii") for piece, value in zip(pieces[:-1], values, strict=True)]
    return b"".join(filled) + pieces[-1]


def values_between(pieces: Sequence[bytes], content: bytes) -> tuple[str, ...] | None:
    """Return the values that stand between the pieces; None when anything else changed.

    A value is of the alphabet of secrets, so that this needs no parser of any format.
    """
    pattern = rb"([A-Za-z0-9_-]*)".join(re.escape(piece) for piece in pieces)
    found = re.fullmatch(pattern, content)
    return tuple(value.decode("ascii") for value in found.groups()) if found else None


def _sibling(key: str, name: str) -> str:
    """Return the key beside the secret's for something else: ``SFMC_CLIENT_SECRET``, ``id``: ``SFMC_CLIENT_ID``."""
    for secret, other in (("SECRET", name.upper()), ("Secret", name.capitalize()), ("secret", name)):
        if secret in key:
            return key.replace(secret, other)
    return f"{key}_{name}"


def _dotenv(slots: Sequence[Slot], others: Sequence[str]) -> str:
    lines = [
        "# Settings of the application. Managed by the platform team; ask in #platform before a change.",
        "APP_ENV=production",
        'APP_NAME="Größe & Söhne"   # shown in the header',
        f"DATABASE_URL='postgres://app:{others[0]}@db.internal.example:5432/app'",
        "",
        "  # --- Marketing Cloud ---",
    ]
    for slot in slots:
        lines += [
            f"{_sibling(slot.key, 'id')}={slot.client_id}",
            f"{_sibling(slot.key, 'auth_url')}={slot.auth_url}",
            f'export {slot.key}="{slot.mark}"   # rotated twice a year',
        ]
    lines += ["", f"PAYMENT_API_SECRET={others[1]}", "LOG_LEVEL = info", "EMPTY="]
    return "\n".join(lines) + "\n"


def _properties(slots: Sequence[Slot], others: Sequence[str]) -> str:
    lines = [
        "# Konfiguration für die Straße der Daten (latin-1)",
        "! written by hand, 2024-03-11",
        "http.port=8081",
        "banner = line one \\",
        "         line two",
        f"db.password:{others[0]}",
        "",
    ]
    for slot in slots:
        lines += [
            f"{_sibling(slot.key, 'id')}={slot.client_id}",
            f"{slot.key} = {slot.mark}",
            f"{_sibling(slot.key, 'url')}={slot.auth_url.replace(':', chr(92) + ':')}",
        ]
    # No line end at the end of the file, as editors leave it.
    return "\n".join([*lines, "", f"keystore.password {others[1]}", "retry.max=3"])


def _ini(slots: Sequence[Slot], others: Sequence[str]) -> str:
    sections: dict[str, list[str]] = {"Logging": ["level = INFO", "format = %(levelname)s"]}
    for slot in slots:
        section, _dot, name = slot.key.rpartition(".")
        sections.setdefault(section, []).extend(
            [
                "; the package of this program",
                f"{_sibling(name, 'id')}: {slot.client_id}",
                f"{name} = {slot.mark}",
                f"auth_url = {slot.auth_url}",
            ]
        )
    sections["Database"] = ["user = batch", f"password = {others[0]}", f"clientsecret = {others[1]}"]
    text = "".join(f"[{section}]\n" + "\n".join(lines) + "\n\n" for section, lines in sections.items())
    return f"# Read by the nightly run at 02:00\n{text}"


def _json(slots: Sequence[Slot], others: Sequence[str]) -> str:
    tree: dict[str, Any] = {"$comment": "Größe: reviewed", "version": 1.10, "logging": {"level": "info", "files": []}}
    for slot in slots:
        steps = [name or int(index) for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", slot.key)]
        parent: Any = tree
        for step, following in zip(steps[:-1], steps[1:], strict=True):
            parent = _child(parent, step, following)
        name = str(steps[-1])
        parent[_sibling(name, "id")] = slot.client_id
        parent[name] = slot.mark
        parent["auth_url"] = slot.auth_url
    tree["database"] = {"user": "app", "password": others[0]}
    tree["payment"] = {"client_secret": others[1], "retries": 3, "sandbox": False, "webhook": None}
    return json.dumps(tree, indent=2, ensure_ascii=False).replace('"retries": 3', '"retries" :3') + "\n"


def _child(parent: Any, step: str | int, following: str | int) -> Any:
    """Return what stands at a step of a key, made when missing; lists are filled up to the entry."""
    empty: Any = [] if isinstance(following, int) else {}
    if isinstance(step, int):
        while len(parent) <= step:
            parent.append({"name": f"entry {len(parent)}"})
        return parent[step]
    return parent.setdefault(step, empty)


def _yaml(slots: Sequence[Slot], others: Sequence[str]) -> str:
    text = f"# Größe: reviewed\ndatabase: {{user: app, password: '{others[0]}'}}\n"
    for slot in slots:
        section, _dot, name = slot.key.rpartition(".")
        text += f'{section}:\n  {_sibling(name, "id")}: {slot.client_id}\n  {name}: "{slot.mark}"   # twice a year\n'
    return f"{text}payment:\n  client_secret: {others[1]}\n  retries: 3\n"


def _toml(slots: Sequence[Slot], others: Sequence[str]) -> str:
    text = f'# Größe: reviewed\ntitle = "sync"\n[database]\npassword = "{others[0]}"\n'
    for slot in slots:
        section, _dot, name = slot.key.rpartition(".")
        text += f"[{section}]\n{_sibling(name, 'id')} = '{slot.client_id}'\n{name} = \"{slot.mark}\" # twice a year\n"
    return f'{text}[payment]\nclient_secret = "{others[1]}"\nretries = 3\n'


def _xml(slots: Sequence[Slot], others: Sequence[str]) -> str:
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<configuration>", "  <!-- Größe: reviewed -->"]
    for slot in slots:
        _root, _top, element, attribute = slot.key.split("/")
        lines.append(f'  <{element} clientId="{slot.client_id}" {attribute.lstrip("@")}="{slot.mark}"/>')
    lines += [f'  <database password="{others[0]}"/>', f"  <payment><secret>{others[1]}</secret></payment>"]
    return "\n".join([*lines, "</configuration>"]) + "\n"


def _php(slots: Sequence[Slot], others: Sequence[str]) -> str:
    lines = ["<?php", "// Größe: reviewed", "return [", f"    'database' => ['password' => '{others[0]}'],"]
    for slot in slots:
        lines += [f"    '{_sibling(slot.key, 'id')}' => '{slot.client_id}',", f"    '{slot.key}' => '{slot.mark}',"]
    return "\n".join([*lines, f"    'payment' => ['client_secret' => '{others[1]}'],", "];"]) + "\n"


def _shell(slots: Sequence[Slot], others: Sequence[str]) -> str:
    lines = ["#!/bin/sh", "# Read by the jobs of the night", f"DB_PASSWORD='{others[0]}'"]
    for slot in slots:
        lines += [f"export {_sibling(slot.key, 'id')}={slot.client_id} {slot.key}='{slot.mark}'  # twice a year"]
        lines += ["cat >/dev/null <<EOF", f"{slot.key}=not this one", "EOF"]
    return "\n".join([*lines, f'PAYMENT_SECRET="{others[1]}"', 'if [ -n "${DEBUG:-}" ]; then set -x; fi']) + "\n"


def _crontab(slots: Sequence[Slot], others: Sequence[str]) -> str:
    lines = ["# m h dom mon dow user command", "SHELL=/bin/sh", f'DB_PASSWORD="{others[0]}"']
    for slot in slots:
        lines += [f"{_sibling(slot.key, 'id')} = {slot.client_id}", f"{slot.key}={slot.mark}"]
    return "\n".join([*lines, f"*/5 * * * * deploy /opt/jobs/sync --key {others[1]} >/dev/null 2>&1"]) + "\n"


def _environment_file(slots: Sequence[Slot], others: Sequence[str]) -> str:
    lines = ["# Named by EnvironmentFile= of a unit", f'DB_PASSWORD="{others[0]}"']
    for slot in slots:
        lines += [f"{_sibling(slot.key, 'id')}={slot.client_id}", f'{slot.key}="{slot.mark}"']
    return "\n".join([*lines, "; payment", f"PAYMENT_SECRET={others[1]}"]) + "\n"


def _systemd_unit(slots: Sequence[Slot], others: Sequence[str]) -> str:
    lines = ["[Unit]", "Description=Sync", "", "[Service]", f"Environment=DB_PASSWORD={others[0]}"]
    for slot in slots:
        name = slot.key.rpartition(".")[2]
        lines.append(f'Environment="{_sibling(name, "id")}={slot.client_id}" "{name}={slot.mark}"')
    return "\n".join([*lines, f"ExecStart=/opt/sync/bin/sync --key {others[1]}", "Restart=always"]) + "\n"


def _text(slots: Sequence[Slot], others: Sequence[str]) -> str:
    """A format of nobody's; the key is an expression for the line of the slot: ``^crm\\|...$``."""
    lines = [f"db|{others[0]}|internal"]
    lines += [f"{slot.key.lstrip('^').partition(chr(92))[0]}|{slot.client_id}|{slot.mark}|prod" for slot in slots]
    return "\n".join([*lines, f"payment|{others[1]}|internal"]) + "\n"


_RENDERERS = {
    "crontab": _crontab,
    "dotenv": _dotenv,
    "environment_file": _environment_file,
    "ini": _ini,
    "json": _json,
    "php": _php,
    "properties": _properties,
    "shell": _shell,
    "systemd_unit": _systemd_unit,
    "text": _text,
    "toml": _toml,
    "xml": _xml,
    "yaml": _yaml,
}
