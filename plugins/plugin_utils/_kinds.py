# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of dependents that are no files: their `options` in `sfmc_dependents`, and what tells two places apart.

`roles/distribute/tasks/kinds/` has a file for each, which says how the secret gets there.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils import _kinds_apis, _kinds_aws, _kinds_clouds
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._hidden import texts_of
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._http import is_private
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._kind import ENCODING, KEY, NEEDED, TEXT, Kind
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._placing import check_marks
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.model import MANUAL

_HEADERS: Mapping[str, Any] = {"type": "dict", "no_log": True}
_STATUS: Mapping[str, Any] = {"type": "list", "elements": "int"}

KINDS: Mapping[str, Kind] = {
    "command": Kind(
        {
            "write": {"type": "list", "elements": "str", "required": True},
            "read": {"type": "list", "elements": "str"},
            "timeout": {"type": "float", "default": 60},
        },
        member=("write", "read"),
    ),
    "http": Kind(
        {
            "write": {
                "type": "dict",
                "required": True,
                "options": {
                    "url": NEEDED,
                    "method": {"type": "str", "default": "PATCH", "choices": ["PATCH", "POST", "PUT"]},
                    "headers": _HEADERS,
                    "body": {"type": "raw", "required": True},
                    "body_format": {"type": "str", "default": "json", "choices": ["form-urlencoded", "json", "raw"]},
                    "status_code": _STATUS,
                },
            },
            "read": {
                "type": "dict",
                "options": {
                    "url": TEXT,
                    "headers": _HEADERS,
                    "status_code": _STATUS,
                    "value": TEXT,
                    "version": TEXT,
                },
            },
            "key": KEY,
            "encoding": ENCODING,
            "ca_path": TEXT,
            "timeout": {"type": "int", "default": 30},
        },
        document=("write.url",),
        member=("write.body", "read.url", "read.value", "key"),
        digested=("write.body",),
        urls=("write.url", "read.url"),
        template="write",
    ),
    MANUAL: Kind({"where": NEEDED, "instructions": TEXT}, member=("where",)),
    **_kinds_apis.KINDS,
    **_kinds_aws.KINDS,
    **_kinds_clouds.KINDS,
}
#: A kind of one's own: its options are its own affair, but for this one.
_OWN = Kind({"place": {"type": "raw"}}, document=("place",))


def task_file(kind: str, own: object) -> str:
    """Return where the tasks of a kind are, as the role `distribute` includes them.

    :param own: the folder `sfmc_kinds` with kinds of one's own.
    """
    return f"kinds/{kind}.yml" if kind in KINDS else f"{own}/{kind}.yml"


def places_of(kind: str, options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the registry calls the place of a dependent that is no file: `kind#option=value#option=value`.

    A kind of one's own is told apart by its option `place`, if it has one.
    """
    known = _known(kind)
    said = {name: _named(name, options, known) for name in known.identity}
    return ("#".join([kind, *(f"{name}={text}" for name, text in said.items() if text)]),)


def document_of(kind: str, options: Mapping[str, Any]) -> str | None:
    """Return what tells the document of a dependent from all others, None when it is none that others write, too.

    A kind of one's own has its option `place` for that.
    """
    known = _known(kind)
    said = [_named(name, options, known) for name in known.document]
    return json.dumps([kind, *said]) if any(said) else None


def check_options(kind: str, options: Mapping[str, Any], proof: str, offender: str) -> None:
    """Refuse what an argument specification cannot tell.

    :raises Refusal: a write without the secret in it; a URL that would carry a secret in clear over a network, or that
        a secret or a credential is part of; what is in a file in place of its path; an option that a soak contradicts.
    """
    _check_urls(kind, options, offender)
    template = KINDS[kind].template
    if template:
        check_marks(options[template], options.get("read") is not None, f"{offender}.{template}")
    for name in KINDS[kind].files:
        said = options.get(name)
        if said is not None and not (isinstance(said, str) and said.isprintable() and "{" not in said):
            # As an option it would be a credential, and each of its texts be masked in what a module reads.
            raise Refusal(
                "a file with credentials is named by its path",
                f"{offender}.{name}",
                "the path of a file on the dependent's host",
                "a text that is no path" if isinstance(said, str) else f"a {type(said).__name__}",
                "put the content into a file that only the user of the connection can read, and name that file",
            )

    for name, value in KINDS[kind].not_with_soak:
        if proof == "soak" and options.get(name) == value:
            raise Refusal(
                "I-17: the former secret stays for the whole soak",
                f"{offender}.{name}",
                f"another value than {value}, or another `proof` than soak",
                f"{value} with `proof: soak`",
                "leave the option out: what reads the place now and then has to find what it had",
            )


def _check_urls(kind: str, options: Mapping[str, Any], offender: str) -> None:
    for name in KINDS[kind].urls:
        url = _at(options, name)
        if url is not None and (not is_private(url) or "@" in urlsplit(url).netloc or "${" in url):
            raise Refusal(
                "secrets travel over TLS, and plain http only over loopback",
                f"{offender}.{name}",
                "an https URL without user, password and marks such as ${secret}",
                f"a URL of the scheme {url.split('://')[0]!r}" if "://" in url else "a URL without a scheme",
                "correct the URL; credentials belong in `headers`",
            )


def credentials_of(kind: str, options: Mapping[str, Any]) -> list[str]:
    """Return the texts that let us in at another system, and each of their words: nothing of them may be shown."""
    if kind not in KINDS:
        return []
    queries = [urlsplit(str(url)).query for url in (_at(options, name) for name in KINDS[kind].urls) if url]
    values = [value for query in queries for _name, value in parse_qsl(query)]
    return [*_credentials(KINDS[kind].options, options), *values]


def _credentials(known: Mapping[str, Any], options: Mapping[str, Any]) -> Iterator[str]:
    for name, said in known.items():
        if said.get("no_log"):
            for text in texts_of(options.get(name)):
                yield from dict.fromkeys((text, *text.split()))
        elif "options" in said and isinstance(options.get(name), Mapping):
            yield from _credentials(said["options"], options[name])


def declared_texts(kind: str, options: Mapping[str, Any]) -> list[str]:
    """Return the texts of options that are no credentials: messages may repeat them."""
    if kind not in KINDS:
        return texts_of(options.get("place"))
    return list(_declared_texts(KINDS[kind].options, options))


def _declared_texts(known: Mapping[str, Any], options: Mapping[str, Any]) -> Iterator[str]:
    for name, said in known.items():
        if "options" in said and isinstance(options.get(name), Mapping):
            yield from _declared_texts(said["options"], options[name])
        # What is raw (a body) may hold anything, and the query of a URL a credential.
        elif not said.get("no_log") and said.get("type") != "raw":
            yield from (text.partition("?")[0] if "://" in text else text for text in texts_of(options.get(name)))


def _known(kind: str) -> Kind:
    return KINDS.get(kind, _OWN)


def _named(name: str, options: Mapping[str, Any], kind: Kind) -> str:
    """Return an option as part of a place's name; an empty text when it is not set."""
    said = _at(options, name)
    if said in (None, "", False):
        return ""
    if name in kind.digested:
        return _checksum(json.dumps(said, sort_keys=True, default=str))
    if name in kind.urls:
        # A query may hold a credential.
        url, mark, query = str(said).partition("?")
        return _escaped(url) + (f"?{_checksum(query)}" if mark else "")
    return _escaped(shlex.join(map(str, said)) if isinstance(said, list) else str(said))


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("#", "%23")


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]


def _at(options: Mapping[str, Any], name: str) -> Any:
    said: Any = options
    for step in name.split("."):
        said = (said or {}).get(step)
    return said
