# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SFMC's SOAP call for the API users of an account's packages: the request, and what each answer means. Pure.

Source of the table of answers: docs/fidelity.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import HttpRequest

#: Names of packages, the account's users among them, come by 2500 in an answer.
MAX_ANSWER_BYTES = 16 * 1024 * 1024
#: The answer is one page; the token is dead; the package may not read users; nothing is known.
PAGE, EXPIRED, FORBIDDEN, UNKNOWN = "page", "expired", "forbidden", "unknown"

_SERVICE = "/Service.asmx"
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_API = "http://exacttarget.com/wsdl/partnerAPI"
_AUTH = "http://exacttarget.com"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PROPERTIES = (
    "AccountUserID",
    "UserID",
    "Name",
    "Email",
    "ActiveFlag",
    "IsAPIUser",
    "MustChangePassword",
    "CreatedDate",
    "ModifiedDate",
    "LastSuccessfulLogin",
)
#: How SFMC names the user of a package.
SUFFIX = " app user"
_NO_PERMISSION = re.compile(r"permission|not authori[sz]ed|insufficient|access denied", re.IGNORECASE)
_DEAD_TOKEN = re.compile(r"token expired|login failed|invalid token", re.IGNORECASE)
#: What may be a token or a secret that an answer quotes.
_LONG_WORD = re.compile(r"[\w.~+/=-]{20,}")


class Page(NamedTuple):
    """What one call came to. `more` tells whether there is another page, `request_id` asks for it."""

    outcome: str
    detail: str = ""
    rows: tuple[dict[str, str], ...] = ()
    request_id: str = ""
    more: bool = False


class _NotSafe(ValueError):
    """A document type in an answer: entities could make much out of little, or read files."""


def retrieve_request(url: str, access_token: str, continues: str = "") -> HttpRequest:
    """Build `Retrieve AccountUser` for the users of installed packages.

    :param continues: `request_id` of the page before; empty begins.
    """
    body = ElementTree.tostring(_envelope(access_token, continues), encoding="utf-8", xml_declaration=True)
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": "Retrieve", "Accept": "text/xml"}
    return HttpRequest("POST", url + _SERVICE, headers, body)


def _envelope(access_token: str, continues: str) -> ElementTree.Element:
    envelope = ElementTree.Element(f"{{{_ENVELOPE}}}Envelope")
    header = ElementTree.SubElement(envelope, f"{{{_ENVELOPE}}}Header")
    ElementTree.SubElement(header, f"{{{_AUTH}}}fueloauth").text = access_token
    body = ElementTree.SubElement(envelope, f"{{{_ENVELOPE}}}Body")
    request = _child(_child(body, "RetrieveRequestMsg"), "RetrieveRequest")
    _child(request, "ObjectType", "AccountUser")
    for name in _PROPERTIES:
        _child(request, "Properties", name)
    # As the public devtools ask: other users of that name, which SFMC makes for itself, must change their password.
    condition = _part(request, "Filter", "ComplexFilterPart")
    _simple(condition, "LeftOperand", "Name", "like", SUFFIX)
    _child(condition, "LogicalOperator", "AND")
    _simple(condition, "RightOperand", "MustChangePassword", "equals", "false")
    if continues:
        _child(request, "ContinueRequest", continues)
    _child(request, "QueryAllAccounts", "true")
    return envelope


def _child(parent: ElementTree.Element, name: str, text: str | None = None) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{_API}}}{name}")
    child.text = text
    return child


def _part(parent: ElementTree.Element, name: str, kind: str) -> ElementTree.Element:
    part = _child(parent, name)
    # A name of the schema as a value: the prefix is written out where it is declared.
    part.set(f"{{{_XSI}}}type", f"api:{kind}")
    part.set("xmlns:api", _API)
    return part


def _simple(parent: ElementTree.Element, name: str, prop: str, operator: str, value: str) -> None:
    part = _part(parent, name, "SimpleFilterPart")
    _child(part, "Property", prop)
    _child(part, "SimpleOperator", operator)
    _child(part, "Value", value)


def classify(status: int, body: bytes) -> Page:
    """Say what an answer means. Never raises for what stands in it."""
    if 300 <= status < 400:
        return Page(UNKNOWN, f"HTTP {status}: the answer points to another place, which is never followed")
    if status in (401, 403):
        return Page(EXPIRED if status == 401 else FORBIDDEN, f"HTTP {status}")
    try:
        root = _parsed(body)
    except _NotSafe:
        return Page(UNKNOWN, f"HTTP {status} with a document type: a web page, or not SOAP")
    except (expat.ExpatError, ElementTree.ParseError, ValueError, LookupError):
        return Page(UNKNOWN, f"HTTP {status} that is no whole XML: cut off, or not the answer of a SOAP host")
    fault = next(_named(root, "Fault"), None)
    if fault is not None:
        return _refused(f"HTTP {status}, fault", _text(fault, "faultstring"))
    message = next(_named(root, "RetrieveResponseMsg"), None)
    if status != 200 or message is None:
        return Page(UNKNOWN, f"HTTP {status} in a form that no document describes")
    return _page(message)


def _page(message: ElementTree.Element) -> Page:
    overall = _text(message, "OverallStatus")
    if overall not in ("OK", "MoreDataAvailable"):
        return _refused("status", overall)
    rows = tuple({_local(child): (child.text or "").strip() for child in row} for row in _named(message, "Results"))
    return Page(PAGE, "", rows, _text(message, "RequestID"), overall == "MoreDataAvailable")


def _refused(what: str, said: str) -> Page:
    shown = _LONG_WORD.sub("(hidden)", " ".join(said.split()))[:120] or "without a text"
    detail = f"{what} {shown}"
    if _DEAD_TOKEN.search(said):
        return Page(EXPIRED, detail)
    return Page(FORBIDDEN if _NO_PERMISSION.search(said) else UNKNOWN, detail)


def _parsed(body: bytes) -> ElementTree.Element:
    """Return the root of a document without a document type, in whatever encoding it hides one."""
    guard = expat.ParserCreate()

    def refuse(*_said: object) -> None:
        raise _NotSafe

    guard.StartDoctypeDeclHandler = refuse
    guard.EntityDeclHandler = refuse
    guard.Parse(body, True)
    return ElementTree.fromstring(body)


def _named(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (each for each in element.iter() if _local(each) == name)


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: ElementTree.Element, name: str) -> str:
    found = next(_named(element, name), None)
    return (found.text or "").strip() if found is not None else ""
