# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uses of client secrets in every format and place."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile

from ansible_collections.keyturn.sfmc.tests.support.planted_tree import Planted, in_base64

LOG_BYTES = 5 * 1024 * 1024


def lines(planted: Planted) -> None:
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


def trees(planted: Planted) -> None:
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
        "sfmc.client-secret",
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


def code(planted: Planted) -> None:
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


def of_systems(planted: Planted) -> None:
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


def several(planted: Planted) -> None:
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


def copies(planted: Planted) -> None:
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


def encodings(planted: Planted) -> None:
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


def names(planted: Planted) -> None:
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


def texts(planted: Planted) -> None:
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
