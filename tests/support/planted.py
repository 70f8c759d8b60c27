# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tree with uses of client secrets in every format and place, and with what only looks like one."""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.keyturn.sfmc.tests.simulator.credentials import (
    make_client_id,
    make_new_secret,
    make_old_secret,
)

#: The id of the container `sync`.
DOCKER_ID = "c0ffee" + "0" * 58
LOG_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True)
class Expected:
    """A use that a scan has to report.

    ``key`` is empty where the format is ``text``, of which any expression will do that finds this place, or ``""``.
    """

    place: str
    kind: str
    format: str
    key: str
    secret: str
    client_id: str
    encoding: str = "plain"


@dataclass
class Credentials:
    """Two integrations, with all their secrets, and secrets that nobody knows. It prints as nothing."""

    crm: str = field(default_factory=make_client_id)
    forms: str = field(default_factory=make_client_id)
    active: str = field(default_factory=make_new_secret)
    staged: str = field(default_factory=make_new_secret)
    previous: str = field(default_factory=make_old_secret)
    of_forms: str = field(default_factory=make_new_secret)
    unknown: str = field(default_factory=make_new_secret)
    old_unknown: str = field(default_factory=make_old_secret)
    strangers: str = field(default_factory=make_old_secret)

    def __repr__(self) -> str:
        return "Credentials()"

    @property
    def integrations(self) -> list[dict[str, str]]:
        """Return what `secret_scan` is given as `integrations`."""
        return [
            {"client_id": self.crm, "auth_url": "https://mc1crm.auth.marketingcloudapis.com/"},
            {"client_id": self.forms, "auth_url": "https://mc2forms.auth.marketingcloudapis.com/"},
        ]

    @property
    def secrets(self) -> dict[str, dict[str, str]]:
        """Return what it is given as `secrets`."""
        return {
            self.crm: {"active": self.active, "staged": self.staged, "previous": self.previous},
            self.forms: {"active": self.of_forms},
        }

    @property
    def fingerprint_keys(self) -> dict[str, str]:
        """Return what it is given as `fingerprint_keys`."""
        return {self.crm: "a key of crm", self.forms: "a key of forms"}


class Planted:
    """The tree below ``root``; containers and processes of a host stand below ``machine``, outside of it.

    :ivar expected: the uses in files and archives.
    :ivar expected_elsewhere: those of processes and containers.
    :ivar mentions: places that name an integration and hold no secret.
    :ivar decoys: places that must not be reported at all.
    """

    def __init__(self, folder: Path) -> None:
        self.root, self.machine = folder / "tree", folder / "machine"
        self.proc, self.docker, self.podman = (self.machine / name for name in ("proc", "docker", "podman"))
        self.known = Credentials()
        self.expected: list[Expected] = []
        self.expected_elsewhere: list[Expected] = []
        self.mentions: list[str] = []
        self.decoys: list[str] = []
        #: Links by what they lead to: the file itself is reported, once.
        self.links: dict[str, str] = {}

    def file(self, path: str | bytes, content: str | bytes) -> str:
        """Write a file; return its place as it is reported."""
        raw = os.fsencode(self.root) + b"/" + os.fsencode(path)
        os.makedirs(os.path.dirname(raw), exist_ok=True)
        with open(raw, "wb") as stream:
            stream.write(content.encode("utf-8") if isinstance(content, str) else content)
        return raw.decode("utf-8", "backslashreplace")

    def use(
        self,
        place: str,
        file_format: str,
        key: str = "",
        *,
        secret: str = "active",
        client_id: str | None = None,
        kind: str = "file",
        encoding: str = "plain",
    ) -> None:
        """Expect a use there."""
        owner = self.known.crm if client_id is None else client_id
        self.expected.append(Expected(place, kind, file_format, key, secret, owner, encoding))

    def decoy(self, path: str, content: str | bytes) -> None:
        """Write a file that is nobody's business."""
        self.decoys.append(self.file(path, content))

    def mention(self, path: str, content: str) -> None:
        """Write a file that names an integration and holds no secret."""
        self.mentions.append(self.file(path, content))


def plant(folder: Path) -> Planted:
    """Make the tree below a new folder."""
    planted = Planted(folder)
    for make in (_lines, _trees, _code, _of_systems, _several, _copies, _encodings, _names, _texts):
        make(planted)
    _decoys(planted)
    _mentions(planted)
    _processes(planted)
    _containers(planted)
    return planted


def in_base64(text: str) -> str:
    """Return the base64 of a text."""
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def _lines(planted: Planted) -> None:
    """Formats in which a variable is a line."""
    known, use, file = planted.known, planted.use, planted.file
    use(
        file("opt/node/.env", f"PORT=8080\nSFMC_CLIENT_ID={known.crm}\nSFMC_CLIENT_SECRET={known.active}\n"),
        "dotenv",
        "SFMC_CLIENT_SECRET",
    )
    use(
        file("opt/laravel/.env.production", f"APP_KEY='x'\nMC_CLIENT_SECRET='{known.staged}'   # twice a year\n"),
        "dotenv",
        "MC_CLIENT_SECRET",
        secret="staged",
    )
    use(
        file("opt/mule/conf/sfmc.properties", f"http.port=8081\r\nsfmc.clientSecret = {known.active}\r\n"),
        "properties",
        "sfmc.clientSecret",
    )
    use(
        file("opt/fuel/fuelsdk.properties", f"clientId={known.crm}\nclientSecret={known.old_unknown}\n"),
        "properties",
        "clientSecret",
        secret="unknown",
    )
    use(
        file(
            "home/batch/.fuelsdk/config.python",
            f"[Web Services]\nappsignature = none\nclientid: {known.crm}\nclientsecret: {known.previous}\n",
        ),
        "ini",
        "Web Services.clientsecret",
        secret="previous",
    )


def _trees(planted: Planted) -> None:
    """Formats with a tree."""
    known, use, file = planted.known, planted.use, planted.file
    use(
        file("opt/mule/prod.yaml", f'sfmc:\n  client_id: {known.crm}\n  client_secret: "{known.active}"\n'),
        "yaml",
        "sfmc.client_secret",
    )
    use(
        file("opt/spring/application.yml", f"server: {{port: 8080}}\n---\nsfmc:\n  client-secret: {known.active}\n"),
        "yaml",
        "[1].sfmc.client-secret",
    )
    use(
        file("opt/net/appsettings.json", json.dumps({"Sfmc": {"ClientSecret": known.active}, "Size": 3}, indent=2)),
        "json",
        "Sfmc.ClientSecret",
    )
    use(
        file("opt/singer/config.json", json.dumps({"client_id": known.forms, "client_secret": known.unknown})),
        "json",
        "client_secret",
        secret="unknown",
        client_id=known.forms,
    )
    values = [{"key": "et_clientId", "value": known.crm}, {"key": "et_clientSecret", "value": known.active}]
    use(
        file("opt/postman/prod.postman_environment.json", json.dumps({"name": "prod", "values": values})),
        "json",
        "values[key=et_clientSecret].value",
    )
    use(
        file("opt/sync/settings.toml", f'[sfmc]\nclient_id = "{known.crm}"\nclient_secret = "{known.active}"\n'),
        "toml",
        "sfmc.client_secret",
    )
    use(
        file(
            "opt/net/App.config",
            f'<configuration>\n  <fuelSDK clientId="{known.crm}" clientSecret="{known.active}"/>\n</configuration>\n',
        ),
        "xml",
        "/configuration/fuelSDK/@clientSecret",
    )
    use(
        file(
            "opt/net/Web.config",
            f'<configuration><appSettings><add key="ClientId" value="{known.crm}"/>'
            f'<add key="ClientSecret" value="{known.old_unknown}"/></appSettings></configuration>',
        ),
        "xml",
        "/configuration/appSettings/add[@key='ClientSecret']/@value",
        secret="unknown",
    )
    use(
        file("opt/wso2/idp.xml", f"<idp>\n  <consumerSecret> {known.active} </consumerSecret>\n</idp>\n"),
        "xml",
        "/idp/consumerSecret",
    )
    use(
        file(
            "opt/k8s/secret.yml",
            f"apiVersion: v1\nkind: Secret\nmetadata: {{name: sfmc}}\ndata:\n  id: {in_base64(known.crm)}\n"
            f"  client-secret: {in_base64(known.active)}\n",
        ),
        "yaml",
        "data.client-secret",
        encoding="base64",
    )


def _code(planted: Planted) -> None:
    """Programs in languages."""
    known, use, file = planted.known, planted.use, planted.file
    use(
        file("opt/php/config.php", f"<?php\ndefine('SFMC_CLIENT_SECRET', '{known.active}');\n"),
        "php",
        "SFMC_CLIENT_SECRET",
    )
    use(
        file(
            "opt/php/sfmc.php",
            f"<?php\nreturn ['clientid' => '{known.crm}', 'clientsecret' => '{known.old_unknown}', 'x' => 1];\n",
        ),
        "php",
        "clientsecret",
        secret="unknown",
    )
    use(
        file("opt/jobs/start.sh", f"#!/bin/sh\nexport SFMC_CLIENT_SECRET='{known.active}' TZ=UTC\nexec node job.js\n"),
        "shell",
        "SFMC_CLIENT_SECRET",
    )
    use(
        file("opt/jobs/push.sh", f"#!/bin/sh\ncurl -s -d client_id={known.crm} -d client_secret={known.active} $URL\n"),
        "text",
    )
    use(
        file("opt/jobs/push.py", f'CLIENT_ID = "{known.crm}"\nCLIENT_SECRET = "{known.unknown}"\n'),
        "text",
        secret="unknown",
    )


def _of_systems(planted: Planted) -> None:
    """What cron and systemd read."""
    known, use, file = planted.known, planted.use, planted.file
    job = "*/5 * * * * deploy /opt/jobs/sync.sh\n"
    use(file("etc/cron.d/sync", f"SFMC_CLIENT_SECRET={known.active}\n{job}"), "crontab", "SFMC_CLIENT_SECRET")
    use(
        file("var/spool/cron/crontabs/deploy", f'MC_CLIENT_SECRET = "{known.active}"\n*/5 * * * * /opt/x\n'),
        "crontab",
        "MC_CLIENT_SECRET",
    )
    use(
        file(
            "etc/systemd/system/sync.service",
            f"[Unit]\nDescription=Sync\n[Service]\nEnvironment=TZ=UTC SFMC_CLIENT_SECRET={known.active}\n",
        ),
        "systemd_unit",
        "Service.Environment.SFMC_CLIENT_SECRET",
    )
    use(
        file(
            "etc/systemd/system/mule.service.d/override.conf",
            f'[Service]\nEnvironment="SFMC_CLIENT_SECRET={known.active}"\n',
        ),
        "systemd_unit",
        "Service.Environment.SFMC_CLIENT_SECRET",
    )
    use(
        file("etc/default/crm-sync", f'; of the unit\nSFMC_CLIENT_SECRET="{known.active}"\n'),
        "environment_file",
        "SFMC_CLIENT_SECRET",
    )


def _several(planted: Planted) -> None:
    """Several secrets, or one in several places, in one file."""
    known, use, file = planted.known, planted.use, planted.file
    credentials = {
        "crm": {"client_id": known.crm, "client_secret": known.active},
        "forms.eu": {"client_id": known.forms, "client_secret": known.of_forms},
    }
    place = file("home/dev/.mcdev-auth.json", json.dumps(credentials, indent=4))
    use(place, "json", "crm.client_secret")
    use(place, "json", "'forms.eu'.client_secret", client_id=known.forms)
    entries = [{"id": item["client_id"], "secret": item["client_secret"]} for item in credentials.values()]
    place = file("opt/list/credentials.json", json.dumps(entries))
    use(place, "json", f"[id={known.crm}].secret")
    use(place, "json", f"[id={known.forms}].secret", client_id=known.forms)
    members = json.dumps({"crm_secret": known.active, "forms_secret": known.of_forms})
    place = file("opt/map/.env", f"TZ=UTC\nSFMC='{members}'\n")
    use(place, "text")
    use(place, "text", client_id=known.forms)
    place = file("opt/twice/app.ini", f"[read]\nclientsecret={known.active}\n[write]\nclientsecret={known.active}\n")
    use(place, "ini", "read.clientsecret")
    use(place, "ini", "write.clientsecret")


def _copies(planted: Planted) -> None:
    """Backups, compressed files and archives."""
    known, use, file = planted.known, planted.use, planted.file
    yaml = f"sfmc:\n  client_secret: {known.previous}\n"
    dotenv = f"SFMC_CLIENT_SECRET={known.previous}\n"
    use(file("opt/mule/prod.yaml.bak", yaml), "yaml", "sfmc.client_secret", kind="backup", secret="previous")
    use(file("opt/node/.env~", dotenv), "dotenv", "SFMC_CLIENT_SECRET", kind="backup", secret="previous")
    use(file("opt/node/.env.2026-01-01", dotenv), "dotenv", "SFMC_CLIENT_SECRET", kind="backup", secret="previous")
    place = file("opt/mule/prod.yml.gz", gzip.compress(yaml.encode()))
    use(place, "", kind="archive", secret="previous")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme", "nothing")
        archive.writestr("conf/app.properties", f"sfmc.clientSecret={known.active}\n")
    use(f"{file('backup/app.zip', packed.getvalue())}!conf/app.properties", "", kind="archive")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        entry = tarfile.TarInfo("app/.env")
        entry.size = len(dotenv)
        tar.addfile(entry, io.BytesIO(dotenv.encode()))
    use(f"{file('backup/app.tar.gz', packed.getvalue())}!app/.env", "", kind="archive", secret="previous")


def _encodings(planted: Planted) -> None:
    """Other encodings than UTF-8."""
    known, use, file = planted.known, planted.use, planted.file
    xml = f'<?xml version="1.0" encoding="utf-16"?>\n<s><clientSecret>{known.active}</clientSecret></s>\n'
    use(file("opt/win/settings.xml", ("\ufeff" + xml).encode("utf-16-le")), "xml", "/s/clientSecret")
    yaml = f"name: Größe\nsfmc: {{client_secret: '{known.active}'}}\n"
    use(file("opt/win/settings.yml", ("\ufeff" + yaml).encode("utf-16-be")), "yaml", "sfmc.client_secret")
    # No format edits UTF-16 but for these two; it is reported all the same.
    use(file("opt/win/app.properties", f"\ufeffsfmc.clientSecret={known.active}\n".encode("utf-16-le")), "")
    latin = f"# für die Straße\n[sfmc]\nclientsecret = {known.active}\nname = Größe\n"
    use(file("opt/latin/app.ini", latin.encode("latin-1")), "ini", "sfmc.clientsecret")


def _names(planted: Planted) -> None:
    """Unusual names and ways."""
    known, use, file = planted.known, planted.use, planted.file
    dotenv = f"SFMC_CLIENT_SECRET={known.active}\n"
    # Its path cannot be declared.
    use(file(b"opt/stra\xdfe/.env", dotenv), "")
    deep = "/".join(f"folder-{number}" for number in range(40))
    use(file(f"srv/{deep}/.env", dotenv), "dotenv", "SFMC_CLIENT_SECRET")
    place = file("srv/releases/7/.env", dotenv)
    use(place, "dotenv", "SFMC_CLIENT_SECRET")
    link = planted.root / "srv/current"
    link.symlink_to("releases/7")
    planted.links[str(link / ".env")] = place


def _texts(planted: Planted) -> None:
    """What no format takes apart."""
    known, use, file = planted.known, planted.use, planted.file
    line = "2026-01-01T00:00:00Z INFO request 200 OK in 12 ms\n"
    half = line * (LOG_BYTES // len(line) // 2)
    use(file("var/log/app.log", f"{half}DEBUG token request client_secret={known.active}&grant_type=x\n{half}"), "text")
    use(file("etc/nginx/conf.d/sfmc.conf", f'server {{\n  set $sfmc_secret "{known.active}";\n}}\n'), "text")
    use(
        file(
            "opt/compose/docker-compose.yml",
            f"services:\n  sync:\n    environment:\n      - TZ=UTC\n      - SFMC_CLIENT_SECRET={known.active}\n",
        ),
        "text",
    )
    place = file("opt/old/.env", f"# SFMC_CLIENT_SECRET={known.previous}\nSFMC_CLIENT_SECRET={known.active}\n")
    use(place, "text", secret="previous")
    use(place, "dotenv", "SFMC_CLIENT_SECRET")
    basic = in_base64(f"{known.crm}:{known.active}")
    use(file("opt/http/headers.txt", f"Authorization: Basic {basic}\n"), "", encoding="base64")


def _decoys(planted: Planted) -> None:
    """What looks like a secret, in files that name no integration."""
    decoy, stranger = planted.decoy, planted.known.strangers
    long_name = "SFMC_" + "CLIENT_SECRET_OF_" * 3 + "PRODUCTION"
    long_name += "_" * (64 - len(long_name))
    decoy("opt/decoys/names.sh", f"#!/bin/sh\nexport SFMC_CLIENT_SECRET_PRODUCTION\nuse {long_name}\n")
    decoy("opt/decoys/postgres.env", f"client_secret={stranger}\nPGPASSWORD={stranger}\n")
    decoy("opt/decoys/keycloak.json", json.dumps({"client_id": "web", "client_secret": stranger}))
    decoy("opt/decoys/random.bin", bytes(range(256)) * 40)
    decoy("opt/decoys/comment.env", f"TZ=UTC\n# SFMC_CLIENT_SECRET={planted.known.unknown}\n")


def _mentions(planted: Planted) -> None:
    """What names an integration, and holds something else than its secret."""
    mention, crm, stranger = planted.mention, planted.known.crm, planted.known.strangers
    host = "mc1crm.auth.marketingcloudapis.com"
    placeholders = "changeme|<your secret>|${SFMC_SECRET}|{{ sfmc_secret }}|%SFMC_SECRET%|********|"
    placeholders += "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER|SFMC_CLIENT_SECRET_OLD|your-client-secret"
    for number, placeholder in enumerate(placeholders.split("|")):
        entry = {"client_id": crm, "client_secret": placeholder}
        mention(f"opt/mentions/placeholder{number}.json", json.dumps(entry))
    mention("opt/mentions/README.md", f"Use the client id {crm} with client_secret=abcdef0123456789abcdef01.\n")
    mention("opt/mentions/jwt.yml", f"client_id: {crm}\njwt_secret: {stranger}\nappsignature: {stranger}\n")
    mention("opt/mentions/hosts.txt", f"10.0.0.1 {host}\n")
    mention("opt/mentions/comment.ini", f"[sfmc]\nclientid={crm}\n; clientsecret={planted.known.unknown}\n")
    mention("opt/mentions/auth.py", f'CLIENT_ID = "{crm}"\nCLIENT_SECRET = os.environ["SFMC_CLIENT_SECRET"]\n')


def _processes(planted: Planted) -> None:
    """Processes as Linux shows them: three of one service, one in a container, one by itself."""
    known = planted.known
    variable = f"SFMC_CLIENT_SECRET={known.active}"
    for number in (101, 102, 103):
        _process(planted, number, ["PATH=/bin", variable], "0::/system.slice/mule.service\n", "/usr/bin/java")
    members = json.dumps({"secret": known.of_forms})
    group = f"0::/system.slice/docker-{DOCKER_ID}.scope\n"
    _process(planted, 201, [f"SFMC={members}"], group, "/app/sync")
    environment = [f"CLIENT_ID={known.crm}", f"CLIENT_SECRET={known.old_unknown}"]
    _process(planted, 301, environment, "0::/user.slice/user-0.slice/session-1.scope\n", "/opt/bin/push")
    _process(planted, 401, [f"client_secret={known.strangers}"], "0::/system.slice/other.service\n", "/usr/bin/other")
    for place, key, secret, client_id in (
        ("process of mule.service", "SFMC_CLIENT_SECRET", "active", known.crm),
        ("process of container sync", "SFMC", "active", known.forms),
        ("process of /opt/bin/push", "CLIENT_SECRET", "unknown", known.crm),
    ):
        planted.expected_elsewhere.append(Expected(place, "process", "", key, secret, client_id))


def _process(planted: Planted, number: int, environment: list[str], group: str, program: str) -> None:
    folder = planted.proc / str(number)
    folder.mkdir(parents=True)
    (folder / "environ").write_bytes(b"".join(line.encode() + b"\0" for line in environment))
    (folder / "cgroup").write_text(group)
    (folder / "stat").write_text(f"{number} (a program) S 1 1 1\n")
    (folder / "comm").write_text("a program\n")
    (folder / "exe").symlink_to(program)


def _containers(planted: Planted) -> None:
    """A container of docker, and one of podman."""
    known = planted.known
    members = json.dumps({"secret": known.of_forms})
    config = {"ID": DOCKER_ID, "Name": "/sync", "Config": {"Env": ["PATH=/bin", f"SFMC={members}"]}}
    _json_file(planted.docker / DOCKER_ID / "config.v2.json", config)
    _json_file(planted.podman / "containers.json", [{"id": "b" * 64, "names": ["crm"]}])
    process = {"env": [f"SFMC_CLIENT_SECRET={known.staged}"]}
    _json_file(planted.podman / ("b" * 64) / "userdata" / "config.json", {"process": process})
    for place, key, secret, client_id in (
        ("container sync", "SFMC", "active", known.forms),
        ("container crm", "SFMC_CLIENT_SECRET", "staged", known.crm),
    ):
        planted.expected_elsewhere.append(Expected(place, "container", "", key, secret, client_id))


def _json_file(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
