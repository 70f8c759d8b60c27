# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in a file is found at any place and in any encoding, in little memory, and no file stops a scan."""

from __future__ import annotations

import base64
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._scan import _contents, _gentle
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._contents import DIFFERS, WHOLE
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._naming import uses_in
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._pieces import PIECE
from ansible_collections.keyturn.sfmc.plugins.module_utils._scan._walk import GONE
from ansible_collections.keyturn.sfmc.tests.unit.scan._engine import Estate, Naming, contents, examined, found

ESTATE = Estate()
SECRET = ESTATE.new[0]
MEGABYTE = 1024 * 1024


def _as_base64(secret: bytes) -> bytes:
    return base64.b64encode(b"id:" + secret)


FORMS = {
    "plain": lambda secret: secret,
    "base64": _as_base64,
    "utf-16": lambda secret: secret.decode().encode("utf-16"),
    "utf-16-le": lambda secret: secret.decode().encode("utf-16-le"),
    "utf-16-be": lambda secret: secret.decode().encode("utf-16-be"),
}


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.sampled_from([0, 10, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 77, WHOLE + 12345]),
    place=st.floats(0, 1),
    near=st.integers(-80, 80),
    line_ends=st.booleans(),
)
def test_a_secret_is_found_wherever_it_stands(
    tmp_path: Path, form: str, size: int, place: float, near: int, line_ends: bool
) -> None:
    """At any place, of which many are at the border of two pieces."""
    written = FORMS[form](SECRET.encode())
    filling = (b"key = value\n" if line_ends else b"0123456789ab") * (size // 12 + 1)
    at = min(size, max(0, int(place * size) // PIECE * PIECE + near))
    path = tmp_path / "file"
    path.write_bytes(filling[:at] + b" " + written + b" " + filling[at:size])
    naming = Naming(written.replace(b"\0", b"").decode("latin-1").strip("\xff\xfe"))
    result = contents(ESTATE, naming).examine(found(path))
    assert [use["secret"] for use in result.uses] == ["active"]
    assert result.skipped == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=3000), repeated=st.integers(1, 100))
def test_nothing_is_claimed_of_other_contents(tmp_path: Path, content: bytes, repeated: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(content * repeated)
    sought = ESTATE.sought()
    assert contents(ESTATE, lambda *asked: uses_in(*asked[:2], sought, *asked[2:])).examine(found(path)).uses == []


def test_a_file_is_named_as_a_whole_once(tmp_path: Path) -> None:
    path = tmp_path / "file"
    content = b"a = b\n" * 100_000 + SECRET.encode() + b"\n" + SECRET.encode()
    path.write_bytes(content)
    naming = Naming(SECRET)
    contents(ESTATE, naming).examine(found(path))
    assert naming.asked == [(content, str(path), str(path), "file")]


def test_a_large_file_is_named_in_parts_with_its_lines_and_without_a_key(tmp_path: Path) -> None:
    path = tmp_path / "large"
    before = b"a line of a log\n" * (WHOLE // 16 + 5000)
    path.write_bytes(before + SECRET.encode() + b"\n" + before)
    naming = Naming(SECRET)
    result = contents(ESTATE, naming).examine(found(path))
    assert [(use["line"], use["key"], use["format"], use["kind"], use["path"]) for use in result.uses] == [
        (before.count(b"\n") + 1, "", "", "file", str(path))
    ]
    assert max(len(content) for content, *_rest in naming.asked) <= 2 * PIECE


def test_a_large_file_that_is_declared_is_named_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(b"a line of a file\n" * (WHOLE // 16) + SECRET.encode())
    result = contents(ESTATE, Naming(SECRET), whole=[str(path)]).examine(found(path))
    assert [use["format"] for use in result.uses] == ["text"]


def test_mentions_of_a_large_file_are_one(tmp_path: Path) -> None:
    path = tmp_path / "large"
    line = f"asked for {ESTATE.client_ids[0]}\n".encode()
    path.write_bytes(line * (2 * WHOLE // len(line)))
    assert [use["secret"] for use in examined(path, ESTATE).uses] == ["none"]


def test_a_large_file_with_a_secret_is_no_mention_beside(tmp_path: Path) -> None:
    path = tmp_path / "large"
    line = f"asked for {ESTATE.client_ids[0]}\n".encode()
    path.write_bytes(line * (2 * WHOLE // len(line)) + SECRET.encode())
    assert [use["secret"] for use in examined(path, ESTATE, SECRET).uses] == ["active"]


def test_uses_of_one_file_are_bounded_and_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_contents, "MANY", 20)
    path = tmp_path / "large"
    path.write_bytes((SECRET.encode() + b"\n" + b"x" * (PIECE - 100) + b"\n") * 60)
    result = examined(path, ESTATE, SECRET)
    assert len(result.uses) == 20
    assert result.skipped[0] == (str(path), "more than 20 uses in one file")


def test_a_large_file_without_a_hit_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        for _number in range(24):
            file.write(b"2026-11-26 INFO nothing here\n" * (MEGABYTE // 29))
    examiner = contents(ESTATE, Naming(SECRET))
    tracemalloc.start()
    try:
        assert examiner.examine(found(path)).uses == []
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < WHOLE + 2 * MEGABYTE


def test_a_sparse_file_of_five_gigabytes_is_skipped_without_being_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "disk.img"
    with path.open("wb") as file:
        file.truncate(5 * 1024**3)
    monkeypatch.setattr(_contents.os, "open", _never)
    assert examined(path, ESTATE).skipped == [(str(path), "larger than 64 MB")]


def _never(*_arguments: object) -> int:
    raise AssertionError("it was opened")


def test_what_grows_meanwhile_is_read_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x\n" * PIECE)
    seen = found(path)
    path.write_bytes(b"x\n" * 8 * MEGABYTE)
    result = contents(ESTATE, Naming(), max_bytes=MEGABYTE).examine(seen)
    assert result.bytes == MEGABYTE


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\x7fELF\x02\x01\x01\0", "program"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "photo"),
        (b"SQLite format 3\0", "database"),
        (b"MZ\x90\0", "windows program"),
        (b"\xca\xfe\xba\xbe\0\0\0\x34", "class"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_binaries_are_said_and_not_searched(tmp_path: Path, head: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(head + SECRET.encode())
    result = examined(path, ESTATE, SECRET)
    assert result.uses == []
    assert result.skipped == [(str(path), "no text: a program, an image, a database or the like")]


@pytest.mark.parametrize("start", ["MZ_KEY=1\n", "RIFF=1\n", "PACKAGE=x\n", "GIF89 = a\n", "ID3: tag\n"])
def test_text_that_begins_like_a_binary_is_searched(tmp_path: Path, start: str) -> None:
    path = tmp_path / "file.env"
    path.write_text(start + SECRET)
    assert len(examined(path, ESTATE, SECRET).uses) == 1


def test_an_unknown_file_with_zeros_is_searched(tmp_path: Path) -> None:
    path = tmp_path / "store.bin"
    path.write_bytes(b"\0\1\2\3" * 50 + SECRET.encode() + b"\0")
    assert len(examined(path, ESTATE, SECRET).uses) == 1


def test_a_file_that_vanished_is_said(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    seen = found(path)
    path.unlink()
    assert contents(ESTATE, Naming()).examine(seen).skipped == [(str(path), GONE)]


def test_a_file_that_may_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    seen = found(path)

    def refusing(*_arguments: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(_contents.os, "open", refusing)
    assert contents(ESTATE, Naming()).examine(seen).skipped == [(str(path), "permission denied")]


@pytest.mark.parametrize("size", [1000, 3 * PIECE])
def test_a_file_that_changes_while_it_is_read_is_said_and_what_was_read_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    path = tmp_path / "file"
    path.write_bytes(SECRET.encode() + b"\n" + b"x" * size)
    seen = found(path)
    read = os.read

    def growing(descriptor: int, count: int) -> bytes:
        with path.open("ab") as file:
            file.write(b"y")
        return read(descriptor, count)

    monkeypatch.setattr(_contents.os, "read", growing)
    result = contents(ESTATE, Naming(SECRET)).examine(seen)
    monkeypatch.undo()
    assert len(result.uses) == 1
    assert result.skipped == [(str(path), DIFFERS)]


def test_a_pipe_in_the_place_of_a_file_does_not_block(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    seen = found(path)
    path.unlink()
    os.mkfifo(path)
    assert contents(ESTATE, Naming()).examine(seen).skipped == [(str(path), DIFFERS)]


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    seen = found(path)
    path.unlink()
    (tmp_path / "other").write_bytes(SECRET.encode())
    path.symlink_to("other")
    result = contents(ESTATE, Naming(SECRET)).examine(seen)
    assert result.uses == []
    assert result.skipped != []


def test_a_gentle_scan_lets_go_of_what_it_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, ...]] = []
    monkeypatch.setattr(_gentle.os, "posix_fadvise", lambda *told_of: told.append(told_of))
    path = tmp_path / "file"
    path.write_bytes(b"x")
    examined(path, ESTATE)
    assert told == []
    examined(path, ESTATE, gentle=True)
    assert [advice for _descriptor, _start, _length, advice in told] == [os.POSIX_FADV_DONTNEED]
