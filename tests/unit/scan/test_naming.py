# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A use is named by the format and the key with which it can be declared, and by whose secret it is."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import locate
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._naming import uses_in
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._sought import shown

from ._known import KNOWN, SOUGHT, filled_in, told, uses_of

_VALUE = "([A-Za-z0-9_-]+)"
_WORD = r"(?<![\w.-])"


@pytest.mark.parametrize(
    ("name", "template", "found"),
    [
        pytest.param(
            ".env",
            "SFMC_CLIENT_SECRET={active}\nSFMC_CLIENT_SECRET={active}\n",
            [("text", rf"\ASFMC_CLIENT_SECRET={_VALUE}"), ("text", rf"\A(?:.*\n){{1}}SFMC_CLIENT_SECRET={_VALUE}")],
            id="a-name-twice",
        ),
        pytest.param(
            ".env",
            "# SFMC_CLIENT_SECRET={active}\nSFMC_CLIENT_SECRET=changeme\n",
            [("text", rf"^#[ \t]+SFMC_CLIENT_SECRET={_VALUE}")],
            id="an-ambiguous-line",
        ),
        pytest.param("a.json", r'{"client_secret": "\u0053{tail}"}', [("json", "client_secret")], id="escaped"),
        pytest.param("a.json", '// no\n{"s": "{active}"}', [("text", rf'{_WORD}s": "{_VALUE}')], id="not-its-format"),
        pytest.param("a.xml", "<a><!-- k={active} --></a>", [("text", rf"{_WORD}k={_VALUE}")], id="comment"),
        pytest.param("a.yml", "a: &x {active}\nb: *x\n", [("yaml", "a")], id="anchor"),
        pytest.param("a.yml", "{{- if x }}\nb: {active}\n", [("text", rf"{_WORD}b: {_VALUE}")], id="template"),
        pytest.param(
            "etc/default/x",
            "export SFMC_CLIENT_SECRET={active}\n",
            [("shell", "SFMC_CLIENT_SECRET")],
            id="not-what-its-folder-says",
        ),
        pytest.param("client_secret", "{active}", [("text", rf"^{_VALUE}")], id="nothing-else"),
        pytest.param("app.conf", "[sfmc]\nsecret={active}\n", [("ini", "sfmc.secret")], id="conf-ini"),
        pytest.param("app.conf", "SFMC_SECRET={active}\n", [("dotenv", "SFMC_SECRET")], id="conf-lines"),
        pytest.param("tool", "#!/bin/bash\nS={active}\n", [("shell", "S")], id="by-its-first-line"),
        pytest.param("tool", '<?xml version="1.0"?><a>{active}</a>', [("xml", "/a")], id="by-its-first-sign"),
        pytest.param("x.js", "const s = '{active}';", [("text", rf"{_WORD}s = '{_VALUE}")], id="code"),
        pytest.param("Dockerfile", "ENV C_SECRET {active}\n", [("text", f"{_WORD}C_SECRET {_VALUE}")], id="image"),
        pytest.param("a.ini", "[a]\nx={active}\n[a]\n", [("text", rf"{_WORD}x={_VALUE}")], id="not-another-format"),
        pytest.param("u.txt", "a={active}x\n", [("", "")], id="a-part-of-a-longer-word"),
        pytest.param(
            "u.txt",
            "{crm}|{active}|prod\n{forms}|{of_forms}|test\n",
            [("text", rf"^{{crm}}\|{_VALUE}"), ("text", rf"^{{forms}}\|{_VALUE}")],
            id="by-the-client-id",
        ),
    ],
)
def test_a_place_has_a_name_that_finds_it(name: str, template: str, found: list[tuple[str, str]]) -> None:
    template = template.replace("{tail}", KNOWN.active[1:])
    assert [use[:2] for use in told(name, template)] == found


@pytest.mark.parametrize(
    ("name", "beneath"),
    [
        ("app.yml.bak", "yaml"),
        ("app.yml~", "yaml"),
        ("app.yml.orig", "yaml"),
        ("app.yml.2026-01-01", "yaml"),
        ("app.yml.20260101", "yaml"),
        ("app.yml.4242.2026-01-01@10:11:12~", "yaml"),
        ("app.json.1", "json"),
        ("app.json (2)", "json"),
        (".env.2026-01-01", "dotenv"),
        (".env.bak", "dotenv"),
        ("app.properties.rpmsave", "properties"),
    ],
)
def test_a_copy_has_the_format_of_what_it_is_a_copy_of(name: str, beneath: str) -> None:
    template = '{"client_secret": "{active}"}' if beneath in ("json", "yaml") else "client_secret={active}\n"
    (use,) = uses_of(f"/opt/app/{name}", template)
    assert (use["kind"], use["format"], use["key"]) == ("backup", beneath, "client_secret")


def test_an_unknown_secret_is_of_the_client_id_beside_it() -> None:
    json = (
        '{"a": {"id": "{crm}", "client_secret": "{unknown}"}, "b": {"id": "{forms}", "client_secret": "{old_unknown}"}}'
    )
    lines = "CRM_CLIENT_ID={crm}\nFORMS_CLIENT_ID={forms}\nFORMS_CLIENT_SECRET={old_unknown}\n"
    tenant = "url=https://{host}/\nclient_secret={old_unknown}\n"
    assert [use[2:] for use in told("a.json", json)] == [("unknown", "{crm}"), ("unknown", "{forms}")]
    assert [use[2:] for use in told(".env", lines)] == [("unknown", "{forms}")]
    assert [use[2:] for use in told(".env", tenant)] == [("unknown", "{crm}")]


@pytest.mark.parametrize(
    ("name", "template", "key"),
    [
        ("a.xml", "<a id='{crm}'><clientSecret>{old_unknown}</clientSecret></a>", "/a/clientSecret"),
        ("a.xml", "<a id='{crm}'><entry key='clientSecret'>{old_unknown}</entry></a>", "/a/entry"),
        (
            "a.xml",
            "<a id='{crm}'><p><name>client_secret</name><value>{old_unknown}</value></p></a>",
            "/a/p/value",
        ),
        ("a.json", '{"id": "{crm}", "client_secret": {"value": "{old_unknown}"}}', "client_secret.value"),
        ("a.json", '{"id": "{crm}", "client_secret": ["{old_unknown}"]}', "client_secret[0]"),
        (
            "a.json",
            '{"env": [{"name": "ID", "value": "{crm}"}, {"id": 7, "name": "CLIENT_SECRET", "value": "{old_unknown}"}]}',
            "env[name=CLIENT_SECRET].value",
        ),
        ("a.json", '{"url": "https://x/?id={crm}&client_secret={old_unknown}&x=1"}', f"{_WORD}client_secret={_VALUE}"),
        ("a.sh", "sync --id={crm} --client-secret={old_unknown} --x\n", f"client-secret={_VALUE}"),
        ("c.php", "<?php\n$id = '{crm}';\nclass A { const CLIENT_SECRET = '{old_unknown}'; }", "CLIENT_SECRET"),
        (
            "a.service",
            "[Service]\nEnvironment=ID={crm} MC_CLIENT_SECRET={old_unknown}",
            "Service.Environment.MC_CLIENT_SECRET",
        ),
    ],
    ids=["element", "entry", "name-and-value", "value", "list", "environment", "address", "option", "constant", "unit"],
)
def test_an_unknown_secret_is_known_by_its_name_wherever_that_stands(name: str, template: str, key: str) -> None:
    ((_format, found, secret, client_id),) = told(name, template)
    assert (found, secret, client_id) == (key, "unknown", "{crm}")


def test_nobody_guesses_between_two_client_ids() -> None:
    (use,) = uses_of(".env", "A={crm}\nB={forms}\nclient_secret={old_unknown}\n")
    assert (use["secret"], use["client_id"], use["fingerprint"]) == ("unknown", "", "")


@pytest.mark.parametrize(
    ("name", "template"),
    [
        pytest.param(".env", "# SFMC_CLIENT_SECRET={unknown}\nid={crm}\n", id="a-comment"),
        pytest.param("x.js", "const id = '{crm}'; // '{unknown}'\n", id="a-comment-behind"),
        pytest.param("x.js", "/* '{unknown}'\n */ const id = '{crm}';\n", id="a-comment-of-lines"),
        pytest.param("x.xml", "<a id='{crm}'><!-- {unknown} --></a>", id="a-comment-of-xml"),
        pytest.param("x.py", "ID = '{crm}'\nCLIENT_SECRET = config.secret('client_secret')\n", id="a-call"),
        pytest.param(".env", "id={crm}\nclient_secret=settings.client_secret\n", id="a-reference"),
        pytest.param(".env", "id={crm}\nclient_secret_file=/run/secrets/client_secret_1\n", id="a-path"),
        pytest.param("a.json", '{"id": "{crm}", "auth_method": "client_secret_post"}', id="a-method"),
        pytest.param("a.json", '{"id": "{crm}", "client_secret": "client_secret_basic"}', id="a-name"),
        pytest.param("a.yml", "id: {crm}\njwt_secret: {strangers}\nclient_secret_id: {unknown}9\n", id="others"),
        pytest.param(".env", "ID={crm}\nAZURE_CLIENT_SECRET={strangers}\n", id="of-another-product"),
        pytest.param(".env", "ID={crm}\nX_CLIENT_ID=x.apps.com\nX_CLIENT_SECRET={strangers}\n", id="of-another-id"),
        pytest.param("a.sh", "ID={crm}\nX_CLIENT_ID=x.apps.com\nX_CLIENT_SECRET={strangers}\n", id="in-a-script"),
        pytest.param("a.yml", "a: {crm}\nb: {client_id: others-id, client_secret: {strangers}}\n", id="in-an-object"),
        pytest.param("a.yml", "client_id: {crm}\nclient_secret: {crm}\n", id="the-client-id"),
        pytest.param("a.yml", "id: {crm}\nclient_secret: required\n", id="a-word"),
        pytest.param("a.yml", "id: {crm}\nclient_secret: required|string|max:255\n", id="a-rule"),
        pytest.param("README.md", "{crm}: client_secret=0123456789abcdef0123abcd\n", id="prose"),
        pytest.param("a.yml", "id: {crm}\nclient_secret: !vault x\n", id="encrypted"),
    ],
)  # fmt: skip
def test_what_is_no_secret_is_no_use(name: str, template: str) -> None:
    assert [use["secret"] for use in uses_of(name, template)] == ["none"]


def test_what_names_no_integration_is_nothing() -> None:
    assert uses_of("keycloak.json", '{"client_id": "web", "client_secret": "{strangers}"}') == []
    assert uses_of("x.sh", "export SFMC_CLIENT_SECRET_PRODUCTION=${SFMC_CLIENT_SECRET_OLD}\n") == []


def test_a_mention_says_where_each_client_id_stands() -> None:
    found = uses_of("notes.md", "# Notes\n{forms} of https://{host}\n\nand {crm}, again {crm}\n")
    assert [(use["secret"], use["line"]) for use in found] == [("none", 2), ("none", 4)]
    assert [use["client_id"] for use in found] == [KNOWN.forms, KNOWN.crm]


@pytest.mark.parametrize("sign", ["=", ":", " ", "|", '": "'])
def test_a_key_shows_nothing_of_other_secrets_in_the_line(sign: str) -> None:
    """Neither a known one, nor what may be a password of somebody else."""
    line = f"admin{sign}hunter2{sign}{KNOWN.of_forms}{sign}pa-ss-word{sign}{KNOWN.active}{sign}x\n"
    for use in uses_in((line + "\n" + line).encode(), "x.dat", SOUGHT):
        assert not {"hunter2", "hunter", "ss-word", "admin"} & set(use["key"].replace("[", " ").split()), use["key"]
        assert "hunter" not in use["key"] and "ss-word" not in use["key"]


@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("a.json", '{"{{ x }}": {"client_secret": "{active}"}}'),
        ("a.txt", "{% if x %} s {active}\n{# s {active}\n"),
    ],
)
def test_no_key_is_a_template_where_it_is_declared(name: str, template: str) -> None:
    found = told(name, template)
    assert [use[0] for use in found] == ["text"] * len(found)
    assert not [use for use in found for sign in ("{{", "{%", "{#") if sign in use[1]]


@pytest.mark.parametrize(
    "template",
    [
        '{"{active}": {"client_secret": "{active}"}}',
        '{"{of_forms}": {"client_secret": "{active}"}}',
        '{"{unknown}": {"client_secret": "{active}"}}',
        '{"l": [{"id": "{of_forms}", "client_secret": "{active}"}]}',
    ],
    ids=["itself", "a-known-one", "an-unknown-one", "beside"],
)
def test_no_key_is_made_of_names_that_are_secrets(template: str) -> None:
    found = uses_of("a.json", template)
    assert "active" in [use["secret"] for use in found]
    secrets = (KNOWN.active, KNOWN.of_forms, KNOWN.unknown)
    assert not [value for value in secrets if value in repr([use["key"] for use in found])]


def test_lines_are_those_of_an_editor_whatever_ends_them() -> None:
    for line_end in ("\n", "\r\n", "\r"):
        content = line_end.join(["a=1", "", f"client_secret={KNOWN.active}"]).encode()
        (use,) = uses_in(content, "x.properties", SOUGHT)
        assert (use["format"], use["line"]) == ("properties", 3)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["no-mark", "mark"])
def test_utf_16_is_found_and_said_to_be_beyond_editing(encoding: str, mark: str) -> None:
    content = f"{mark}a=1\r\nclient_secret={KNOWN.active}\r\n".encode(encoding)
    (use,) = uses_in(content, "x.properties", SOUGHT)
    assert (use["format"], use["key"], use["line"], use["secret"]) == ("", "", 2, "active")


def test_a_secret_among_binary_data_is_found() -> None:
    for text in (KNOWN.active.encode(), KNOWN.active.encode("utf-16-le")):
        (use,) = uses_in(b"\x7fELF\0\0\1\2" + text + b"\0\0\xff", "/opt/bin/tool", SOUGHT)
        assert (use["format"], use["line"], use["secret"]) == ("", 0, "active")


@pytest.mark.parametrize("before", ["", "a", "ab", "user:", f"{KNOWN.crm}:"], ids=["0", "1", "2", "5", "client-id"])
@pytest.mark.parametrize("urlsafe", [False, True])
def test_base64_of_a_longer_text_is_found_at_each_alignment(before: str, urlsafe: bool) -> None:
    encode = base64.urlsafe_b64encode if urlsafe else base64.b64encode
    written = encode(f"{before}{KNOWN.active}:tail".encode()).decode()
    (use,) = uses_in(f"auth: Basic {written}\n".encode(), "x.yml", SOUGHT)
    assert (use["format"], use["encoding"], use["secret"], use["client_id"]) == ("", "base64", "active", KNOWN.crm)


def test_base64_of_just_the_secret_is_declared_as_such() -> None:
    written = base64.b64encode(f"{KNOWN.active}\n".encode()).decode()
    content = f"key='{written}' # x\n".encode()
    (use,) = uses_in(content, "x.pl", SOUGHT)
    assert (use["format"], use["encoding"]) == ("text", "base64")
    assert locate("text", content, use["key"], "x", None, "base64").value == KNOWN.active


def test_a_name_that_is_no_utf_8_is_shown_in_bytes() -> None:
    path = b"/opt/stra\xdfe/.env".decode("utf-8", "surrogateescape")
    (use,) = uses_in(filled_in("S={active}\n").encode(), path, SOUGHT)
    assert use["place"] == use["path"] == shown(path) == "/opt/stra\\xdfe/.env"
    assert (use["format"], use["key"]) == ("", "S")


def test_what_is_in_an_archive_has_a_key_and_no_format() -> None:
    content = filled_in("S={active}\n").encode()
    (use,) = uses_in(content, ".env", SOUGHT, "/backup/app.zip!.env", "archive")
    assert (use["place"], use["path"]) == ("/backup/app.zip!.env", "/backup/app.zip")
    assert (use["format"], use["key"], use["line"]) == ("", "S", 1)


def test_a_file_full_of_secrets_takes_a_bounded_time_and_report() -> None:
    content = filled_in("token request with {active} in a line of a log\n").encode() * 40_000
    found = uses_in(content, "/var/log/app.log", SOUGHT)
    assert [use["line"] for use in found] == list(range(1, 21))


def test_a_file_full_of_one_secret_does_not_hide_another_one() -> None:
    content = filled_in("token request with {active} in a line\n" * 100 + "and {of_forms}\n").encode()
    assert uses_in(content, "/var/log/app.log", SOUGHT)[-1]["client_id"] == KNOWN.forms


@pytest.mark.timeout(60)
def test_what_nearly_is_a_secret_takes_no_longer() -> None:
    """A minified file, and text that opens names and comments again and again: each is read in a few passes."""
    for nearly in ("word", "SFMC_", "client_secret=", "/*", "<!--", "a.", "_"):
        content = filled_in("{crm} " + nearly * (400_000 // len(nearly)) + "\n{active}\n").encode()
        (use,) = uses_in(content, "/opt/app/main.js", SOUGHT)
        assert (use["secret"], use["line"]) == ("active", 2)


def test_hundreds_of_credentials_in_one_file_are_all_named() -> None:
    entries = ", ".join(f'"c{number}": {{"client_secret": "{KNOWN.active}"}}' for number in range(300))
    found = uses_in(f"{{{entries}}}".encode(), "auth.json", SOUGHT)
    assert [use["key"] for use in found] == [f"c{number}.client_secret" for number in range(300)]


@pytest.mark.parametrize("secret", ["active", "unknown"])
def test_a_name_is_no_proof_in_a_file_that_has_the_secret_of_its_integration(secret: str) -> None:
    """Another product's client secret stands in many such files, as often as not at the same name."""
    ours = '"client_id": "{crm}", "client_secret": "{' + secret + '}"'
    uses = uses_of("config.json", '{"payment": {"client_secret": "{strangers}"}, "sfmc": {' + ours + "}}")
    assert [(use["key"], use["secret"]) for use in uses] == [("sfmc.client_secret", secret)]
