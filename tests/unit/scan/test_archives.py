# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is packed is searched with its members and layers; bombs and damaged archives end, and are said."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan import _archives
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._contents import Examined
from ansible_collections.keyturn.sfmc.tests.unit.scan._engine import Estate, Naming, contents, examined, found

ESTATE = Estate()
SECRET = ESTATE.new[0]
CONTENT = b"# settings\nSFMC_CLIENT_SECRET=" + SECRET.encode() + b"\n"
MEGABYTE = 1024 * 1024


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def tarred(*members: tuple[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def look(path: Path, content: bytes, **options: int) -> Examined:
    path.write_bytes(content)
    return examined(path, ESTATE, SECRET, **options)


def places(result: Examined) -> list[str]:
    """Return the places from the file's own name on; all of them are in one folder."""
    return [use["place"][len(os.path.dirname(use["place"].partition("!")[0])) + 1 :] for use in result.uses]


@pytest.mark.parametrize(
    ("name", "pack", "guessed"),
    [
        ("app.yml.gz", gzip.compress, "app.yml"),
        ("app.yml.bz2", bz2.compress, "app.yml"),
        ("app.yml.xz", lzma.compress, "app.yml"),
        ("packed", gzip.compress, "packed"),
        ("two.gz", lambda content: gzip.compress(b"x\n") + gzip.compress(content), "two"),
        ("padded.gz", lambda content: gzip.compress(content) + b"\0" * 100, "padded"),
        ("two.xz", lambda content: lzma.compress(b"x\n") + lzma.compress(content), "two"),
    ],
    ids=["gzip", "bzip2", "xz", "no-ending", "two-streams", "padded", "two-xz"],
)
def test_a_packed_file_is_searched_and_its_format_guessed_by_its_name(
    tmp_path: Path, name: str, pack: Callable[[bytes], bytes], guessed: str
) -> None:
    path = tmp_path / name
    path.write_bytes(pack(CONTENT))
    naming = Naming(SECRET)
    result = contents(ESTATE, naming).examine(found(path))
    assert [(use["place"], use["kind"]) for use in result.uses] == [(str(path), "archive")]
    assert [asked[1:] for asked in naming.asked] == [(str(tmp_path / guessed), str(path), "archive")]
    assert result.skipped == []


LAYERS = {
    "zip": ("a.zip", zipped(("conf/a.env", CONTENT), ("conf/b.env", b"x"))),
    "stored": ("a.jar", zipped(("conf/a.env", CONTENT), method=zipfile.ZIP_STORED)),
    "with-program-before": ("a.jar", b"#!/bin/sh\nexec java\n" + zipped(("conf/a.env", CONTENT))),
    "tar": ("a.tar", tarred(("conf/a.env", CONTENT))),
    "old-tar": ("a.tar", tarred(("conf/a.env", CONTENT), form=tarfile.GNU_FORMAT)),
    "tar-gz": ("a.tgz", gzip.compress(tarred(("x", b""), ("conf/a.env", CONTENT)))),
    "tar-bz2": ("a.tar.bz2", bz2.compress(tarred(("conf/a.env", CONTENT)))),
    "tar-xz": ("a.tar.xz", lzma.compress(tarred(("conf/a.env", CONTENT)))),
}


@pytest.mark.parametrize("kind", LAYERS)
def test_members_are_named_behind_their_archive(tmp_path: Path, kind: str) -> None:
    name, content = LAYERS[kind]
    result = look(tmp_path / name, content)
    assert [use["place"] for use in result.uses] == [f"{tmp_path}/{name}!conf/a.env"]
    assert result.skipped == []


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (zipped(("in.zip", zipped(("a.env", CONTENT)))), "outer!in.zip!a.env"),
        (zipped(("in.gz", gzip.compress(CONTENT))), "outer!in.gz"),
        (zipped(("in.tgz", gzip.compress(tarred(("a.env", CONTENT))))), "outer!in.tgz!a.env"),
        (tarred(("in.zip", zipped(("a.env", CONTENT)))), "outer!in.zip!a.env"),
        (gzip.compress(tarred(("in.zip", zipped(("a.env", CONTENT))))), "outer!in.zip!a.env"),
    ],
    ids=["zip-zip", "zip-gz", "zip-tgz", "tar-zip", "tgz-zip"],
)
def test_an_archive_within_an_archive_is_searched(tmp_path: Path, content: bytes, place: str) -> None:
    result = look(tmp_path / "outer", content)
    assert places(result) == [place]
    assert result.skipped == []


def test_what_is_packed_four_times_is_said(tmp_path: Path) -> None:
    content = CONTENT
    for _layer in range(4):
        content = gzip.compress(content)
    result = look(tmp_path / "matryoshka", content)
    assert result.uses == []
    assert [why for _place, why in result.skipped] == ["packed several times"]


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT], ids=["gnu", "pax"])
def test_long_and_foreign_names_of_a_tar_are_shown(tmp_path: Path, form: int) -> None:
    name = "d" * 150 + "/é/" + "n" * 120 + ".env"
    result = look(tmp_path / "a.tar", tarred((name, CONTENT), ("short", CONTENT), form=form))
    assert [use["place"].partition("!")[2] for use in result.uses] == [name, "short"]


def test_links_and_folders_in_a_tar_are_passed(tmp_path: Path) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for kind in (tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"kind-{kind.decode()}")
            info.type, info.linkname = kind, "elsewhere"
            archive.addfile(info)
        info = tarfile.TarInfo("a.env")
        info.size = len(CONTENT)
        archive.addfile(info, io.BytesIO(CONTENT))
    result = look(tmp_path / "a.tar", file.getvalue())
    assert places(result) == ["a.tar!a.env"]
    assert result.skipped == []


def test_a_large_member_is_found_in_its_middle(tmp_path: Path) -> None:
    filling = b"some line of a log\n" * (3 * MEGABYTE // 19)
    result = look(tmp_path / "a.zip", zipped(("log", filling + CONTENT + filling)))
    assert places(result) == ["a.zip!log"]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bzip2", "xz"])
def test_a_bomb_ends_and_is_said(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(pack(b"\n" * (48 * MEGABYTE)))
    tracemalloc.start()
    try:
        result = examined(path, ESTATE, max_bytes=64 * MEGABYTE)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [why for _place, why in result.skipped] == ["it unpacks to too much: the rest was not read"]
    assert peak < 24 * MEGABYTE


def test_a_bomb_in_many_members_ends_and_is_said(tmp_path: Path) -> None:
    members = [(f"m{number}", b"\n" * (2 * MEGABYTE)) for number in range(20)]
    result = look(tmp_path / "bomb.zip", zipped(*members))
    assert {why for _place, why in result.skipped} == {"it unpacks to too much: the rest was not read"}
    assert len(result.skipped) < 20


def test_a_member_that_is_too_large_hides_no_other(tmp_path: Path) -> None:
    text = b"".join(b"%032x\n" % (number**9 % 2**128) for number in range(40_000))
    content = zipped(("big", text), ("a.env", CONTENT))
    result = look(tmp_path / "a.zip", content, max_bytes=len(content))
    assert places(result) == ["a.zip!a.env"]
    assert result.skipped == [(f"{tmp_path}/a.zip!big", "it unpacks to too much: the rest was not read")]


def test_too_many_members_are_said_before_they_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_archives, "_MEMBERS", 10)
    members = [(f"m{number}", CONTENT) for number in range(11)]
    result = look(tmp_path / "a.zip", zipped(*members))
    assert result.uses == []
    assert [why for _place, why in result.skipped] == ["it has more than 10 members, or very long names"]
    result = look(tmp_path / "a.tar", tarred(*members))
    assert len(result.uses) == 10
    assert [why for _place, why in result.skipped] == ["it has more than 10 members: the rest was not read"]


def test_a_name_of_a_tar_that_is_a_bomb_is_not_held(tmp_path: Path) -> None:
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 40 * MEGABYTE
    content = gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + b"a" * (40 * MEGABYTE), 1)
    path = tmp_path / "a.tgz"
    path.write_bytes(content)
    tracemalloc.start()
    try:
        result = examined(path, ESTATE)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [why for _place, why in result.skipped] == [
        "it has a name that is longer than names get: the rest was not read"
    ]
    assert peak < 8 * MEGABYTE


def test_an_encrypted_member_is_said_and_the_others_are_searched(tmp_path: Path) -> None:
    content = bytearray(zipped(("locked", b"x"), ("a.env", CONTENT)))
    directory = content.rfind(b"PK\x01\x02", 0, content.rfind(b"PK\x01\x02"))
    content[directory + 8] |= 1
    result = look(tmp_path / "a.zip", bytes(content))
    assert places(result) == ["a.zip!a.env"]
    assert [place.rpartition("!")[2] for place, _why in result.skipped] == ["locked"]


@pytest.mark.parametrize(
    ("name", "head"),
    [("a.zst", b"\x28\xb5\x2f\xfd\x04"), ("a.7z", b"7z\xbc\xaf\x27\x1c\0"), ("a.rar", b"Rar!\x1a\x07")],
)
def test_what_is_not_unpacked_is_said(tmp_path: Path, name: str, head: bytes) -> None:
    result = look(tmp_path / name, head + bytes(100))
    assert [why.rpartition(",")[2] for _place, why in result.skipped] == [" which is not unpacked"]


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("a.gz", gzip.compress(b"x" + CONTENT)[:-8], "a.gz"),
        ("a.tar", tarred(("a.env", CONTENT), ("b.env", CONTENT))[:1500], "a.tar!a.env"),
        ("a.tgz", gzip.compress(tarred(("a.env", CONTENT), ("b", os.urandom(99_999))))[:60_000], "a.tgz!a.env"),
    ],
    ids=["gzip", "tar", "tar-gz"],
)
def test_what_stands_before_the_damage_is_found_and_the_damage_said(
    tmp_path: Path, name: str, content: bytes, place: str
) -> None:
    result = look(tmp_path / name, content)
    assert places(result) == [place]
    assert {why for _place, why in result.skipped} == {"damaged, or no archive: what could be read was searched"}


def test_a_zip_without_its_end_is_said(tmp_path: Path) -> None:
    result = look(tmp_path / "a.zip", zipped(("a.env", CONTENT))[:-12])
    assert [why for _place, why in result.skipped] == ["it is no zip, or damaged"]


@pytest.mark.parametrize("kind", [*LAYERS, "gzip"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_stops_a_scan(tmp_path: Path, kind: str, data: st.DataObject) -> None:
    name, content = LAYERS.get(kind, ("a.gz", gzip.compress(CONTENT)))
    damaged = bytearray(content)
    for _change in range(data.draw(st.integers(1, 4), label="changes")):
        damaged[data.draw(st.integers(0, len(damaged) - 1), label="at")] = data.draw(st.integers(0, 255), label="byte")
    end = data.draw(st.integers(0, len(damaged)), label="end")
    result = look(tmp_path / name, bytes(damaged[:end] if data.draw(st.booleans(), label="cut") else damaged))
    assert all(isinstance(why, str) and why for _place, why in result.skipped)
