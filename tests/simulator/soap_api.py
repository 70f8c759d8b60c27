# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SOAP host, as far as the packages of an account are read there: ``Retrieve`` of ``AccountUser``."""

from __future__ import annotations

import uuid
from xml.etree import ElementTree

from flask import Blueprint, Response, request

from .account_users import API, BadRequest, Row, selected, users
from .effects import Caller
from .exchange import exchange, the_host, the_world
from .tokens import Token

blueprint = Blueprint("soap_api", __name__)
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


@blueprint.post("/Service.asmx")
def service() -> Response:
    """Answer one envelope; the token is in its header."""
    world = the_world()
    envelope = _read()
    value = "" if envelope is None else (envelope.findtext(".//{http://exacttarget.com}fueloauth") or "")
    living = world.tokens.find(value, world.clock.now(), the_host().subdomain)
    client_id = living.package.client_id if living else None
    which = world.which(living.package, living.made_with.value)[0] if living else "unknown"

    def act(by: Caller) -> Response:
        outcome, response = _answered(envelope, living)
        world.effects.add("account_users", client_id, outcome, by, which)
        return response

    return exchange("account_users", client_id, which, request.headers.get("User-Agent", "unknown"), act)


def _read() -> ElementTree.Element | None:
    try:
        # Only tests ask here, over loopback.
        return ElementTree.fromstring(request.get_data())
    except ElementTree.ParseError:
        return None


def _answered(envelope: ElementTree.Element | None, living: Token | None) -> tuple[str, Response]:
    if envelope is None or request.headers.get("SOAPAction", "").strip('"') != "Retrieve":
        return "refused", _fault("Client", "Unable to determine SOAPAction.")
    if living is None:
        return "rejected", _fault("Client", "Token Expired")
    rules = the_world().switches
    if rules.account_users_scope and rules.account_users_scope not in living.scopes:
        return "refused", _without_scope(rules.account_users_refusal)
    wanted = envelope.find(f".//{{{API}}}RetrieveRequest")
    if wanted is None or wanted.findtext(f"{{{API}}}ObjectType") != "AccountUser":
        return "refused", _message("Error: unknown ObjectType", [], [])
    properties = [each.text or "" for each in wanted.findall(f"{{{API}}}Properties")]
    try:
        rows = selected(users(the_world(), living.package.enterprise_id), wanted.find(f"{{{API}}}Filter"))
    except BadRequest as error:
        return "refused", _message(f"Error: The Request Property(s) {error} do not match with the fields", [], [])
    return "accepted", _page(rows, properties, wanted.findtext(f"{{{API}}}ContinueRequest") or "")


def _page(rows: list[Row], properties: list[str], continues: str) -> Response:
    """Answer a part of the rows. The number of those before stands in the request's id, so that nothing is kept."""
    number = continues.rpartition("-")[2]
    begins = int(number) if number.isdecimal() else 0
    ends = begins + max(1, the_world().switches.account_users_page)
    status = "OK" if ends >= len(rows) else "MoreDataAvailable"
    return _message(status, rows[begins:ends], properties, ends)


def _without_scope(how: str) -> Response:
    if how == "403":
        return Response("", 403)
    if how == "fault":
        return _fault("Client", "User does not have the proper authorization: insufficient permissions")
    return _message("Error: API Permission Failed.", [], [])


def _message(status: str, rows: list[Row], properties: list[str], ends: int = 0) -> Response:
    envelope, body = _envelope()
    message = ElementTree.SubElement(body, f"{{{API}}}RetrieveResponseMsg")
    ElementTree.SubElement(message, f"{{{API}}}OverallStatus").text = status
    ElementTree.SubElement(message, f"{{{API}}}RequestID").text = f"{uuid.UUID(int=0)}"[:24] + f"{ends:012d}"
    for row in rows:
        result = ElementTree.SubElement(message, f"{{{API}}}Results")
        ElementTree.SubElement(result, f"{{{API}}}PartnerKey").set(f"{{{XSI}}}nil", "true")
        for name in (each for each in properties if each in row):
            ElementTree.SubElement(result, f"{{{API}}}{name}").text = row[name]
    return _xml(envelope, 200)


def _fault(code: str, text: str) -> Response:
    envelope, body = _envelope()
    fault = ElementTree.SubElement(body, f"{{{ENVELOPE}}}Fault")
    ElementTree.SubElement(fault, "faultcode").text = f"soap:{code}"
    ElementTree.SubElement(fault, "faultstring").text = text
    return _xml(envelope, 500)


def _envelope() -> tuple[ElementTree.Element, ElementTree.Element]:
    envelope = ElementTree.Element(f"{{{ENVELOPE}}}Envelope")
    return envelope, ElementTree.SubElement(envelope, f"{{{ENVELOPE}}}Body")


def _xml(root: ElementTree.Element, status: int) -> Response:
    return Response(ElementTree.tostring(root, "utf-8", xml_declaration=True), status, mimetype="text/xml")
