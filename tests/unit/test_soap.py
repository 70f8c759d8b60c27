# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token goes to its own tenant, and every answer of a SOAP host is a page, a refusal, or nothing known."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._soap import (
    EXPIRED,
    FORBIDDEN,
    PAGE,
    UNKNOWN,
    Page,
    classify,
    retrieve_request,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._tenant import tenant_url

AUTH = "https://mc1-xx.auth.marketingcloudapis.com"
OWN = "https://mc1-xx.soap.marketingcloudapis.com"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
API = "http://exacttarget.com/wsdl/partnerAPI"


def _answer(status: str, *rows: str, request_id: str = "r1") -> bytes:
    results = "".join(f"<Results>{row}</Results>" for row in rows)
    body = f"<OverallStatus>{escape(status)}</OverallStatus><RequestID>{request_id}</RequestID>{results}"
    message = f'<RetrieveResponseMsg xmlns="{API}">{body}</RetrieveResponseMsg>'
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{message}</s:Body></s:Envelope>'.encode()


def _fault(text: str) -> bytes:
    fault = f"<faultcode>s:Client</faultcode><faultstring>{escape(text)}</faultstring>"
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault>{fault}</s:Fault></s:Body></s:Envelope>'.encode()


@pytest.mark.parametrize(
    ("auth", "said", "goes_to"),
    (
        (AUTH, f"{OWN}/", OWN),
        (AUTH, OWN.upper().replace("HTTPS", "https"), OWN.upper().replace("HTTPS", "https")),
        (AUTH, "", OWN),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:9090/", "http://127.0.0.1:9090"),
    ),
    ids=("as said", "in capitals", "by its name", "a simulator", "a tunnel with another port"),
)
def test_a_token_goes_to_the_tenants_own_host(auth: str, said: str, goes_to: str) -> None:
    assert tenant_url(auth, "soap", said) == goes_to


@pytest.mark.parametrize(
    "said",
    (
        "https://mc2-xx.soap.marketingcloudapis.com/",
        "https://mc1-xx.soap.marketingcloudapis.com.evil.example/",
        "https://mc1-xx.rest.marketingcloudapis.com/",
        "https://evil.example/",
        "http://mc1-xx.soap.marketingcloudapis.com/",
        "http://127.0.0.1/",
        "https://user@mc1-xx.soap.marketingcloudapis.com/",
        "https://evil.example\\.soap.marketingcloudapis.com/",
    ),
)
def test_a_token_goes_to_no_other_host(said: str) -> None:
    with pytest.raises(Refusal):
        tenant_url(AUTH, "soap", said)


def test_a_simulator_cannot_send_a_token_away() -> None:
    with pytest.raises(Refusal, match="a token goes to the SOAP host"):
        tenant_url("http://127.0.0.1:8080", "soap", OWN)


@given(
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Z"))),
    st.text(st.characters(codec="ascii", categories=("L", "N", "P"))),
)
def test_the_envelope_says_what_was_meant_to_another_parser(token: str, continues: str) -> None:
    request = retrieve_request(OWN, token, continues)
    root = etree.fromstring(request.body or b"")
    names = {"s": SOAP, "a": API, "f": "http://exacttarget.com", "x": "http://www.w3.org/2001/XMLSchema-instance"}
    assert root.xpath("string(/s:Envelope/s:Header/f:fueloauth)", namespaces=names) == token
    asked = root.xpath("/s:Envelope/s:Body/a:RetrieveRequestMsg/a:RetrieveRequest", namespaces=names)[0]
    assert asked.xpath("string(a:ContinueRequest)", namespaces=names) == continues
    assert asked.xpath("string(a:ObjectType)", namespaces=names) == "AccountUser"
    part = asked.xpath("a:Filter/a:LeftOperand", namespaces=names)[0]
    prefix, _colon, kind = part.get(f"{{{names['x']}}}type").partition(":")
    assert (part.nsmap[prefix], kind) == (API, "SimpleFilterPart")
    assert part.xpath("string(a:Value)", namespaces=names) == " app user"
    assert request.headers["SOAPAction"] == "Retrieve"


def test_a_page_has_its_rows_and_says_whether_there_are_more() -> None:
    row = "<Name>A &amp; B app user</Name><PartnerKey/><ActiveFlag> true </ActiveFlag>"
    page = classify(200, _answer("MoreDataAvailable", row))
    assert page == Page(PAGE, "", ({"Name": "A & B app user", "PartnerKey": "", "ActiveFlag": "true"},), "r1", True)
    assert classify(200, _answer("OK")) == Page(PAGE, "", (), "r1", False)


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    (
        (500, _fault("Token Expired"), EXPIRED),
        (500, _fault("Login Failed"), EXPIRED),
        (401, b"", EXPIRED),
        (403, b"<html>", FORBIDDEN),
        (200, _answer("Error: API Permission Failed."), FORBIDDEN),
        (500, _fault("User does not have the proper authorization: insufficient permissions"), FORBIDDEN),
        (500, _fault("Server was unable to process request"), UNKNOWN),
        (200, _answer("Error: the Request Property(s) X do not match"), UNKNOWN),
        (200, _answer(""), UNKNOWN),
        (500, _answer("OK"), UNKNOWN),
        (200, b"<a/>", UNKNOWN),
        (200, b"", UNKNOWN),
        (200, _answer("OK", "<Name>x</Name>")[:-20], UNKNOWN),
        (200, b"<!DOCTYPE html><html></html>", UNKNOWN),
        (502, b"<html><body>Bad Gateway</body>", UNKNOWN),
        (429, b'{"message": "Rate limit exceeded"}', UNKNOWN),
        (307, _answer("OK"), UNKNOWN),
        (200, b"\xff\xfe\x00", UNKNOWN),
        (200, b'<?xml version="1.0" encoding="no-such"?><a/>', UNKNOWN),
        (200, b"<a>" * 200_000, UNKNOWN),
    ),
    ids=(
        "token expired",
        "login failed",
        "401",
        "403",
        "permission in the status",
        "permission in a fault",
        "another fault",
        "another status",
        "no status",
        "500 with a page",
        "other XML",
        "nothing",
        "cut off",
        "HTML",
        "HTML of a proxy",
        "JSON",
        "redirect",
        "no text",
        "unknown encoding",
        "deep",
    ),
)
def test_each_answer_has_a_meaning(status: int, body: bytes, outcome: str) -> None:
    page = classify(status, body)
    assert page.outcome == outcome and page.detail and not page.rows


@pytest.mark.parametrize("encoding", ("utf-8", "utf-16", "latin-1"))
def test_a_document_type_is_refused_in_every_encoding(encoding: str) -> None:
    bomb = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>'
    page = classify(200, bomb.encode(encoding))
    assert page.outcome == UNKNOWN and "document type" in page.detail


def test_what_looks_like_a_token_is_not_quoted() -> None:
    token = "eyJ" + "aB3.-_" * 10
    assert "aB3" not in classify(500, _fault(f"bad {token} given")).detail


@given(st.integers(100, 599), st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_answer_is_a_traceback(status: int, body: bytes) -> None:
    assert classify(status, body).outcome in (UNKNOWN, EXPIRED, FORBIDDEN)
