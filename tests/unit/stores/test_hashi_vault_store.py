# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The store in HashiCorp Vault: logins, refusals, deleted versions, sizes; over a stand-in of the documented API."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores import vault_access
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._stores.contract import Conflict
from ansible_collections.keyturn.sfmc.tests.simulator.tls import Authority
from ansible_collections.keyturn.sfmc.tests.standins.serving import serving
from ansible_collections.keyturn.sfmc.tests.standins.vault import Vault

from .conftest import TOKEN, Place

NAME = "0a1b2c3d4e5f6g7h8i9j0k1l"
PATH = f"keyturn/{NAME}"


def _other(place: Place, **settings: Any) -> Place:
    return Place({**place.settings, **settings})


def test_a_deleted_document_is_made_again_in_the_place_of_its_latest_version(in_vault: Place, vault: Vault) -> None:
    """I-7: its numbers stay, so that a late holder of one is refused all the same."""
    first = in_vault().save(NAME, {"n": 1}, None)
    vault.gone.add((PATH, int(first)))
    assert in_vault().load(NAME) is None
    assert in_vault().names() == []
    second = in_vault().save(NAME, {"n": 2}, None)
    assert int(second) == int(first) + 1
    with pytest.raises(Conflict):
        in_vault().save(NAME, {"n": 3}, first)


def test_a_destroyed_document_is_made_again_in_the_place_of_its_latest_version(in_vault: Place, vault: Vault) -> None:
    """I-7: Vault names no time of deletion for it; taken for one that never was, it could never be saved again."""
    first = in_vault().save(NAME, {"n": 1}, None)
    vault.destroyed.add((PATH, int(first)))
    assert in_vault().load(NAME) is None
    assert in_vault().names() == []
    assert int(in_vault().save(NAME, {"n": 2}, None)) == int(first) + 1


@pytest.mark.parametrize("mount", ["teams/kv", "/teams/kv/"])
def test_a_mount_of_several_words_has_documents_where_its_policy_lets_them_be(
    monkeypatch: pytest.MonkeyPatch, mount: str
) -> None:
    """MOUNT/data/PATH/CLIENT_ID, as docs/stores.md says; messages name the place as `vault kv get` takes it."""
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    with Vault("teams/kv", "", TOKEN, ("", ""), {}) as served:
        place = Place({"kind": "hashi_vault", "url": served.url, "mount": mount, "path": "/web/keyturn/"})
        place().prove_writable(NAME)
        place().save(NAME, {"n": 1}, None)
        assert set(served.versions) == {f"web/keyturn/{NAME}", f"web/keyturn/writable/{NAME}"}
        assert place().names() == [NAME]
        assert place().where(NAME) == f"{served.url} teams/kv/web/keyturn/{NAME}"
        assert served.mistakes == []


def test_an_engine_that_takes_no_write_without_check_and_set_is_a_store(in_vault: Place, vault: Vault) -> None:
    """I-5, I-7: `cas_required` is what a team asks for that wants what this store rests on."""
    vault.strict = True
    for _again in range(2):
        in_vault().prove_writable(NAME)
    assert in_vault().save(NAME, {"n": 1}, None) == "1"


def test_what_shows_that_it_can_be_written_leaves_nothing_legible(in_vault: Place, vault: Vault) -> None:
    """I-5, I-25: written as large as a document becomes, destroyed, and listed nowhere."""
    in_vault().save(NAME, {"n": "x" * 1000}, None)
    in_vault().prove_writable(NAME)
    (written,) = [call for call in vault.writes() if call.path.endswith(f"data/keyturn/writable/{NAME}")]
    assert len(written.body["data"]["document"]) > 65_536
    assert vault.versions[f"keyturn/writable/{NAME}"] == [{}]
    assert in_vault().names() == [NAME]


def test_a_large_document_is_packed_and_one_that_the_storage_does_not_take_is_refused(
    in_vault: Place, vault: Vault
) -> None:
    """I-5: before anything is generated."""
    large = {"n": "x" * 2_000_000}
    version = in_vault().save(NAME, large, None)
    stored = in_vault().load(NAME)
    assert stored is not None and stored.document == large
    assert len(vault.current(PATH)["document"]) < 10_000
    vault.largest = 60_000
    for act in (
        lambda: in_vault().prove_writable(NAME),
        lambda: in_vault().save(NAME, {"n": secrets.token_hex(40_000)}, version),
    ):
        with pytest.raises(Refusal, match=r"I-5.*too large.*max_entry_size"):
            act()


TROUBLES: dict[str, tuple[Callable[[Vault], object], dict[str, Any], str]] = {
    "sealed": (lambda vault: setattr(vault, "sealed", True), {}, "sealed"),
    "no such mount": (lambda vault: None, {"mount": "nowhere"}, "no engine at nowhere/"),
    "no permission": (
        lambda vault: setattr(vault, "refused", ("secret/data/keyturn/",)),
        {},
        r"permission denied|may create and update",
    ),
    "another namespace": (lambda vault: None, {"namespace": "team"}, "no engine at secret/"),
    "nobody listens": (lambda vault: None, {"url": "http://127.0.0.1:9"}, "no connection"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_what_vault_refuses_is_said_with_a_way_out_and_without_the_token(
    in_vault: Place, vault: Vault, trouble: str
) -> None:
    """I-5, I-27, I-44."""
    bring_about, settings, said = TROUBLES[trouble]
    bring_about(vault)
    store = _other(in_vault, **settings)
    for act in (
        lambda: store().load(NAME),
        lambda: store().save(NAME, {"n": 1}, "1"),
        lambda: store().prove_writable(NAME),
    ):
        with pytest.raises(Refusal, match=said) as caught:
            act()
        assert TOKEN not in str(caught.value)
        assert not isinstance(caught.value, Conflict)
        assert caught.value.way_out


def test_a_token_that_may_only_read_is_found_out_before_anything_is_generated(
    in_vault: Place, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-5: the probe's path is open, the document's is not."""
    monkeypatch.setattr(vault, "refused", (f"secret/data/{PATH}",))
    with pytest.raises(Refusal, match=r"I-5.*create and update.*nothing was generated"):
        in_vault().prove_writable(NAME)
    assert vault.versions == {}


def test_version_1_of_the_engine_has_no_check_and_set_and_is_refused(
    in_vault: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-7: its answers name no version."""
    monkeypatch.setattr(vault_access.VaultKv, "write", lambda *_arguments: {})
    monkeypatch.setattr(vault_access.VaultKv, "read", lambda *_arguments: {"data": {"document": "{}"}})
    for act in (lambda: in_vault().prove_writable(NAME), lambda: in_vault().load(NAME)):
        with pytest.raises(Refusal, match="I-7: documents lie in a KV engine of version 2"):
            act()


def test_a_write_whose_answer_is_lost_is_seen_to_have_worked(in_vault: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """I-7: whether it was saved is read from the document."""
    write = vault_access.VaultKv.write

    def lost(*_arguments: Any) -> Any:
        raise vault_access.NoAnswer("rule", "offender", "expected", "no answer in time", "way out")

    def losing(kv: vault_access.VaultKv, *arguments: Any) -> Any:
        write(kv, *arguments)
        lost()

    with monkeypatch.context() as patched:
        patched.setattr(vault_access.VaultKv, "write", losing)
        assert in_vault().save(NAME, {"n": 1}, None) == "1"
        patched.setattr(vault_access.VaultKv, "write", lost)
        with pytest.raises(Refusal, match="no answer in time"):
            in_vault().save(NAME, {"n": 2}, "1")


def test_a_write_that_a_gateway_lost_the_answer_of_is_seen_to_have_worked(in_vault: Place, vault: Vault) -> None:
    """I-5, I-20: an error of a proxy does not say that nothing was written."""
    vault.breaks = True
    assert in_vault().save(NAME, {"n": 1}, None) == "1"


@pytest.mark.parametrize("answer", [502, 200], ids=["bad gateway", "a page"])
def test_what_stands_before_vault_is_not_taken_for_its_answer(in_vault: Place, answer: int) -> None:
    """I-20, I-44: nothing is known of the document, and no secret is said to be kept or not."""

    def page(_environ: Any, start: Any) -> list[bytes]:
        start(f"{answer} somehow", [("Content-Type", "text/html")])
        return [b"<html>hush</html>"]

    with serving(page) as url:
        for act in (
            lambda: _other(in_vault, url=url)().load(NAME),
            lambda: _other(in_vault, url=url)().names(),
            lambda: _other(in_vault, url=url)().save(NAME, {"n": 1}, "1"),
            lambda: _other(in_vault, url=url)().prove_writable(NAME),
        ):
            with pytest.raises(Refusal, match=r"expected an answer.*proxies|Expected an answer.*proxies") as caught:
                act()
            assert "hush" not in str(caught.value) and "nothing was changed" not in str(caught.value)


def test_a_proxy_that_takes_no_document_of_that_size_is_told_apart(in_vault: Place) -> None:
    """I-5, I-44."""

    def proxy(_environ: Any, start: Any) -> list[bytes]:
        start("413 Request Entity Too Large", [("Content-Type", "text/html")])
        return [b"<h1>413 Request Entity Too Large</h1>"]

    with serving(proxy) as url, pytest.raises(Refusal, match=r"I-5.*too large.*proxy"):
        _other(in_vault, url=url)().save(NAME, {"n": 1}, "1")


def test_a_redirect_to_plain_http_is_not_followed(in_vault: Place) -> None:
    """I-27: a standby whose `api_addr` is plain http would have the token and the document sent in clear."""

    def standby(environ: Any, start: Any) -> list[bytes]:
        start("307 Temporary Redirect", [("Location", f"http://active.example.com:8200{environ['PATH_INFO']}")])
        return []

    with serving(standby) as url, pytest.raises(Refusal, match=r"secrets travel over TLS.*api_addr"):
        _other(in_vault, url=url)().save(NAME, {"n": 1}, "1")


def test_a_token_of_an_approle_that_has_ended_is_replaced(
    vault: Vault, in_vault: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-5: a run that waits outlasts a token of minutes, and what it has generated has to be kept."""
    file = tmp_path / "credentials.json"
    file.write_text(json.dumps({"role_id": "us", "secret_id": "hush"}))
    monkeypatch.setattr(vault, "_role", ("us", "hush"))
    store = _other(in_vault, credentials_file=str(file))()
    assert store.load(NAME) is None
    vault.renew_token(f"hvs.{secrets.token_hex(12)}")
    assert store.save(NAME, {"n": 1}, None) == "1"
    vault.refused = ("secret/data/",)
    for _again in range(3):
        with pytest.raises(Refusal, match="permission denied"):
            store.load(NAME)
    logins = [call for call in vault.calls if call.path.endswith("approle/login")]
    assert len(logins) == 3, "a policy that forbids is not asked again and again"


def test_a_certificate_that_is_not_trusted_is_refused(in_vault: Place) -> None:
    with serving(lambda *_arguments: [], Authority()) as url, pytest.raises(Refusal, match=r"sfmc_store\.ca_path"):
        _other(in_vault, url=url)().load(NAME)


CREDENTIALS: dict[str, tuple[str | None, str]] = {
    "no file": (None, "No such file"),
    "no JSON": ("hush", "no JSON"),
    "other names": ('{"user": "hush"}', "other names"),
    "a secret id alone": ('{"secret_id": "hush"}', "other names"),
}


@pytest.mark.parametrize("what", CREDENTIALS)
def test_credentials_that_are_none_are_refused_and_not_shown(
    in_vault: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """I-27: the file that KEYTURN_VAULT_CREDENTIALS names goes before VAULT_TOKEN."""
    text, said = CREDENTIALS[what]
    file = tmp_path / "credentials.json"
    if text is not None:
        file.write_text(text)
    monkeypatch.setenv("KEYTURN_VAULT_CREDENTIALS", str(file))
    with pytest.raises(Refusal, match=said) as caught:
        in_vault()
    assert "hush" not in str(caught.value) and str(file) in caught.value.offender


def test_an_approle_that_vault_does_not_know_is_refused(in_vault: Place, tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    file.write_text(json.dumps({"role_id": "somebody", "secret_id": "hush"}))
    with pytest.raises(Refusal, match="auth/approle") as caught:
        _other(in_vault, credentials_file=str(file))().load(NAME)
    assert "hush" not in str(caught.value)


def test_without_hvac_a_token_or_tls_nothing_is_sent(in_vault: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refusal, match="secrets travel over TLS"):
        _other(in_vault, url="http://vault.example.com")()
    monkeypatch.delenv("VAULT_TOKEN")
    with pytest.raises(Refusal, match="VAULT_TOKEN"):
        in_vault()
    monkeypatch.setattr(vault_access, "HAS_HVAC", False)
    with pytest.raises(Refusal, match=r"hvac.*execution environment"):
        in_vault()
