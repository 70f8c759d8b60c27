# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every store does."""

from __future__ import annotations

import pytest

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict

from .conftest import Open, Place

NAME = "0a1b2c3d4e5f6g7h8i9j0k1l"
DOCUMENT = {"journal": {"history": ["ä", None, 1.5, True]}, "secrets": {"active": "x" * 70_000}}


def test_nothing_is_loaded_before_anything_was_saved(open_store: Open) -> None:
    assert open_store().load(NAME) is None


def test_all_documents_are_named_and_nothing_else(open_store: Open) -> None:
    """I-39: what nobody declares any more is found."""
    assert open_store().names() == []
    for name in ("b", "a"):
        open_store().save(name, {"n": 1}, None)
    open_store().prove_writable("c")
    assert open_store().names() == ["a", "b"]


def test_what_was_saved_is_loaded_by_another_controller(open_store: Open) -> None:
    version = open_store().save(NAME, DOCUMENT, None)
    stored = open_store().load(NAME)
    assert stored is not None
    assert (stored.document, stored.version) == (DOCUMENT, version)


def test_what_was_read_ahead_is_the_latest_all_the_same(open_store: Open) -> None:
    """I-7: another controller may save in between; what is not there is no trouble."""
    first = open_store().save("a", {"n": 1}, None)
    store = open_store()
    store.read_ahead(["a", "never saved"])
    open_store().save("a", {"n": 2}, first)
    stored = store.load("a")
    assert stored is not None and stored.document == {"n": 2}
    assert store.load("never saved") is None


def test_a_document_is_replaced_by_whoever_saw_its_latest_version(open_store: Open) -> None:
    store = open_store()
    first = store.save(NAME, {"n": 1}, None)
    second = store.save(NAME, {"n": 2}, first)
    assert second != first
    stored = store.load(NAME)
    assert stored is not None and stored.document == {"n": 2}


def test_a_late_holder_of_an_old_version_is_refused_and_changes_nothing(open_store: Open) -> None:
    """I-7."""
    first = open_store().save(NAME, {"n": 1}, None)
    second = open_store().save(NAME, {"n": 2}, first)
    with pytest.raises(Conflict) as caught:
        open_store().save(NAME, {"n": 3}, first)
    assert caught.value.offender == open_store().where(NAME)
    stored = open_store().load(NAME)
    assert stored is not None and (stored.document, stored.version) == ({"n": 2}, second)


def test_a_version_that_was_there_before_the_same_content_came_back_is_old(open_store: Open) -> None:
    """I-7: the content does not make the version."""
    first = open_store().save(NAME, {"n": 1}, None)
    second = open_store().save(NAME, {"n": 2}, first)
    open_store().save(NAME, {"n": 1}, second)
    with pytest.raises(Conflict):
        open_store().save(NAME, {"n": 3}, first)


def test_a_document_is_created_once(open_store: Open) -> None:
    """I-7: two controllers that both saw nothing."""
    open_store().save(NAME, {"n": 1}, None)
    with pytest.raises(Conflict):
        open_store().save(NAME, {"n": 2}, None)
    stored = open_store().load(NAME)
    assert stored is not None and stored.document == {"n": 1}


def test_a_document_that_went_away_is_not_created_again_by_a_late_holder(open_store: Open) -> None:
    """I-7: a version of something that is not there is no version."""
    with pytest.raises(Conflict):
        open_store().save(NAME, {"n": 2}, "0" * 64)
    assert open_store().load(NAME) is None


def test_documents_do_not_touch_each_other(open_store: Open) -> None:
    open_store().save(NAME, {"n": 1}, None)
    open_store().save("account-mc1", {"n": 2}, None)
    stored = open_store().load(NAME)
    assert stored is not None and stored.document == {"n": 1}


@pytest.mark.parametrize("exists", [False, True])
def test_proving_that_it_can_be_written_changes_no_document(open_store: Open, exists: bool) -> None:
    """I-5."""
    version = open_store().save(NAME, {"n": 1}, None) if exists else None
    open_store().prove_writable(NAME)
    stored = open_store().load(NAME)
    assert (stored.version if stored else None) == version
    assert open_store().save(NAME, {"n": 2}, version)


def test_a_stored_document_does_not_show_itself(open_store: Open) -> None:
    """I-27."""
    open_store().save(NAME, {"secrets": {"active": "hush"}}, None)
    assert "hush" not in repr(open_store().load(NAME))


COUNT = """
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict
print("ready", flush=True)
sys.stdin.readline()
for _number in range(int(sys.argv[2])):
    while True:
        stored = store.load("counted")
        seen = stored.document["seen"] if stored else []
        try:
            store.save("counted", {"seen": [*seen, sys.argv[1]]}, stored.version if stored else None)
            break
        except Conflict:
            pass
"""


def test_processes_that_save_at_once_lose_nothing(open_store: Place) -> None:
    """I-7."""
    writers, times = open_store.writers
    processes = [open_store.process(COUNT, str(number), str(times)) for number in range(writers)]
    for process in processes:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in processes:
        process.communicate("go\n", timeout=60)
    assert [process.returncode for process in processes] == [0] * writers
    stored = open_store().load("counted")
    assert stored is not None
    expected = sorted(str(number) for number in range(writers) for _time in range(times))
    assert sorted(stored.document["seen"]) == expected
