# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Which declared dependent of this host holds a place, however its key is spelled."""

from typing import Any, Dict, List, Mapping, Tuple

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents import documents
from ansible_collections.keyturn.sfmc.plugins.module_utils._file_snapshot import real_path
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import Declared, Use, shown

_Span = Tuple[int, int]
_SUFFIX = ".service"


class DeclaredPlaces:
    """The files and services of the declared dependents. Links are followed once, when it is made."""

    def __init__(self, declared: Declared) -> None:
        #: Name of the dependent, its client id and the file, by the real path as it is printed.
        self._files: Dict[str, List[Tuple[str, str, Mapping[str, Any]]]] = {}
        self._services: Dict[str, str] = {}
        self._last: Tuple[bytes, Dict[Tuple[str, str, str], List[_Span]]] = (b"", {})
        for dependent in declared:
            name, client_id = dependent["name"], dependent.get("client_id") or ""
            for file in dependent.get("files") or ():
                self._files.setdefault(_real(file["path"]), []).append((name, client_id, file))
            for service in dependent.get("services") or ():
                self._services.setdefault(_plain(service), name)

    def name_of(self, use: Use, content: bytes) -> str:
        """Return the name of the dependent that holds this place of a file; empty where none does.

        :param content: what the file holds; the place is compared with what a declared key finds there.
        """
        if not self._files or not use["path"] or use["kind"] not in ("file", "backup"):
            return ""
        own: List[_Span] = []
        for name, client_id, file in self._files.get(_real(use["path"]), ()):
            file_format, key, encoding = file["format"], file.get("key") or "", file.get("encoding") or "plain"
            if file_format == "text" and not key:
                if use["secret"] not in ("unknown", "none") and client_id in ("", use["client_id"]):
                    return name
                continue
            own = own or self._spans(use["format"], use["key"], use["encoding"], content)
            if _meet(own, self._spans(file_format, key, encoding, content)):
                return name
        return ""

    def service_of(self, name: str) -> str:
        """Return the name of the dependent that restarts this service or container; empty where none does."""
        return self._services.get(_plain(name), "")

    def _spans(self, file_format: str, key: str, encoding: str, content: bytes) -> List[_Span]:
        if not file_format or not key:
            return []
        if self._last[0] is not content:
            self._last = (content, {})
        found = self._last[1]
        asked = (file_format, key, encoding)
        if asked not in found:
            try:
                found[asked] = documents.locate(file_format, content, key, "", None, encoding).spans
            except (Refusal, RecursionError, ValueError, OverflowError):
                found[asked] = []
        return found[asked]


def _meet(own: List[_Span], others: List[_Span]) -> bool:
    return any(start < other_end and other_start < end for start, end in own for other_start, other_end in others)


def _real(path: str) -> str:
    """Return the path of the file itself, as it is printed; a folder that cannot be looked into leaves it as it is."""
    try:
        return shown(real_path(path))
    except (OSError, ValueError):
        return path


def _plain(service: str) -> str:
    return service[: -len(_SUFFIX)] if service.endswith(_SUFFIX) else service.lstrip("/")
