# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any text: by an expression, and by known secrets, against readings that are as simple as can be."""

from __future__ import annotations

import base64
import re
import string
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import (
    locate,
    read_value,
    replace_value,
)
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from ._support import (
    NEW,
    WHERE,
    Edit,
    line_ends,
    many_edits,
    may_be_replaced,
    printable,
    prove_edit,
    replaced_or_refused,
    secrets,
    some_examples,
)

OLD = "o-_1" * 8
OTHER = "x-_2" * 8

EDITS = [
    Edit("a line", "a\nsecret = @@;\nb\n", r"^secret = (.*);$", "old", "old", NEW, NEW),
    Edit("within a line", "<add key='secret' value='@@'/>", r"key='secret' value='([^']*)'", "old", "old", NEW, NEW),
    Edit("over lines", "secret:\n   @@\n", r"^secret:\s+(\S+)$", "old", "old", NEW, NEW),
    Edit("empty", "secret=@@\nb", r"^secret=(.*)$", "", "", NEW, NEW),
    Edit("empty at the end of the file", "b\nsecret=@@", r"^secret=(.*)$", "", "", NEW, NEW),
    Edit("the whole file", "@@", r"\A(.*)\Z", "old", "old", NEW, NEW),
    Edit("groups that are none", "k: @@\n", r"^(?:k|key)(?=:): (?P<s>[^\n]*)", "old", "old", NEW, NEW),
    Edit("flags", "KEY = @@\n", r"(?i)^key = (.*)$", "old", "old", NEW, NEW),
    Edit("all that is written", "k=@@\n", r"^k=(.*)$", "old", "old", "aZ09._~+/=-", "aZ09._~+/=-"),
    Edit("the value elsewhere stays", "old\nk=@@\nold", r"^k=(.*)$", "old", "old", NEW, NEW),
    Edit("CRLF", "a\r\nk=@@\r\nb\r\n", r"^k=(.*)$", "old", "old", NEW, NEW),
    Edit("CRLF before and within", "a\r\n\r\nk\r\n=@@\r\r\n\n", r"^k\n=([^\n]*)\n\n\n\Z", "old", "old", NEW, NEW),
    Edit("mixed line ends", "a\rk=@@\rb\r\nc\n", r"^k=(.*)$", "old", "old", NEW, NEW),
    Edit("byte order mark", "\ufeffk=@@\n", r"^k=(.*)$", "old", "old", NEW, NEW),
    Edit("UTF-8", "\u20ac\r\nk\u00fc=@@\u00df\n", r"^k\u00fc=(.*)\u00df$", "old", "old", NEW, NEW),
]


@pytest.mark.parametrize("edit", EDITS, ids=[edit.promise for edit in EDITS])
def test_i24_only_the_declared_value_changes(edit: Edit) -> None:
    prove_edit("text", edit)


def test_bytes_that_are_not_utf8_stay() -> None:
    content = b"\xe4\xff\x80\nk=old\n\xfc"
    assert replace_value("text", content, "^k=(.*)$", NEW, WHERE) == content.replace(b"old", NEW.encode())
    content = b"\xe4\xff\x80 " + OLD.encode() + b"\xfc"
    assert replace_value("text", content, None, NEW, WHERE, known=OLD.__eq__) == content.replace(
        OLD.encode(), NEW.encode()
    )


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("k=.*", "this one has 0"),
        ("(k)=(.*)", "this one has 2"),
        ("k=(", "unterminated subpattern"),
        ("k=(*)", "nothing to repeat"),
        ("k=(.)\\", "bad escape"),
        ("(?P=x)(a)", "unknown group name"),
        ("(a){99999999999999999999}", "repetition number is too large"),
        ("(?a)(?u)(a)", ""),
        ("(?L)(a)", ""),
        ("(" + "a" * 1000 + ")", "at most 1000 characters"),
        ("", "this one has 0"),
        (None, "this one has 0"),
    ],
)
def test_i44_a_key_that_is_no_expression_with_one_group_is_refused(key: str | None, found: str) -> None:
    with pytest.raises(Refusal, match="follows the key syntax") as refused:
        read_value("text", b"k=old", key, WHERE)
    assert found in refused.value.expected
    assert refused.value.__context__ is None


@pytest.mark.parametrize(
    ("content", "key", "found"),
    [
        ("a\nk=old\n", "^l=(.*)$", "no match"),
        ("a\nk=old\nb\r\nk=old\n", "^k=(.*)$", "2 matches, in the lines 2, 4"),
        ("k=old k=old\n", r"k=(\w*)", "2 matches, in the lines 1"),
        ("k=old\n" * 50, "^k=(.*)$", "10 matches or more, in the lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10"),
        ("a\n\n\nk=old\n\n\nk=old", r"\s+k=(.*)", "2 matches, in the lines 4, 7"),
        ("k\nl=old", "^k$|^m=(.*)$", "a match in which its group took no part"),
        ("k=old\0", "^k=(.*)$", "offset 5"),
    ],
)
def test_i24_an_expression_that_does_not_match_once_is_refused(content: str, key: str, found: str) -> None:
    for act in (
        lambda: read_value("text", content.encode(), key, WHERE),
        lambda: replace_value("text", content.encode(), key, NEW, WHERE),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert found in refused.value.found
        assert "old" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "key", "value"),
    [
        ("k=old", r"^k=(\w*)", NEW),
        ("k=old", r"^k=(.{3})$", NEW),
        ("k=old", r"^k=(.{3})", NEW),
        ("k=old", r"^k=(old)$", NEW),
        ("k=old l=", r"(?<!n-)_?(old|\w+)(?= l)", NEW),
        ("k=old", r"(\w+)$", "a=b"),
    ],
)
def test_i24_an_expression_that_would_not_find_the_new_secret_is_refused(content: str, key: str, value: str) -> None:
    assert read_value("text", content.encode(), key, WHERE) == "old"
    with pytest.raises(Refusal, match="only the declared key is edited") as refused:
        replace_value("text", content.encode(), key, value, WHERE)
    assert value not in str(refused.value)


@pytest.mark.parametrize("character", sorted(set(string.printable[:95]) - set(string.ascii_letters + string.digits)))
def test_a_character_that_may_need_quoting_is_refused(character: str) -> None:
    value = f"{NEW}{character}{NEW}"
    if character in "_.~+/=-":
        assert replace_value("text", b"k=old\n", "^k=(.*)$", value, WHERE) == f"k={value}\n".encode()
        return
    with pytest.raises(Refusal, match="nobody knows how they are quoted") as refused:
        replace_value("text", b"k=old\n", "^k=(.*)$", value, WHERE)
    assert value not in str(refused.value)


KNOWN = {OLD, OTHER}


@pytest.mark.parametrize(
    "template",
    [
        "@@",
        "curl -d client_secret=@@ https://x/\n",
        "'@@' \"@@\"\n@@\r\n# @@.\t@@=@@\n",
        f"a{'b' * 30} @@\n{OLD[:-1]} {OLD[1:]}",
        "\ufeff\u00fc@@\u00fc\n",
    ],
)
def test_i24_all_places_of_a_known_secret_change_and_nothing_else(template: str) -> None:
    before, after = (template.replace("@@", secret).encode() for secret in (OLD, NEW))
    located = locate("text", before, None, WHERE, known=KNOWN.__contains__)
    located.confirm()
    assert located.value == OLD
    assert located.replaced(NEW) == after
    assert located.replaced(OLD) == before
    assert read_value("text", after, "", WHERE, known=NEW.__eq__) == NEW


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("", "none among 0 texts"),
        ("a" * 19, "none among 0 texts"),
        ("a" * 20 + " " + "b" * 20, "none among 2 texts"),
        (f"x{OLD}", "none among 1 texts"),
        (f"{OLD}\n\n{OTHER} {OLD}", "2 known secrets, in the lines 1, 3"),
        (f"{OLD}\n" * 20 + OTHER, "2 known secrets, in the lines 1, 21"),
        (f"{OLD}\n\nx={OLD}\ny=x{OLD}\r\nx-{OLD}", "a part of a longer word, in the lines 4, 5"),
        (f"{OLD}\n{OLD}_{OLD}", "a part of a longer word, in the lines 2"),
    ],
)
def test_i24_no_known_secret_or_two_of_them_are_refused(content: str, found: str) -> None:
    for act in (
        lambda: read_value("text", content.encode(), None, WHERE, known=KNOWN.__contains__),
        lambda: replace_value("text", content.encode(), None, NEW, WHERE, known=KNOWN.__contains__),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert found in refused.value.found
        assert OLD not in str(refused.value)


@pytest.mark.parametrize("value", ["a" * 19, "a" * 20 + ".", "a" * 10 + "=" + "a" * 20, "a" * 20 + " "])
def test_a_value_that_would_not_be_found_again_is_refused(value: str) -> None:
    with pytest.raises(Refusal, match="would not be found again") as refused:
        replace_value("text", OLD.encode(), None, value, WHERE, known=KNOWN.__contains__)
    assert value not in str(refused.value)


def test_every_text_is_asked_about_once() -> None:
    asked = []

    def known(text: str) -> bool:
        asked.append(text)
        return text == OLD

    content = f"{OLD}\n{OTHER}\n{'a' * 19}\n{OTHER} {OLD}".encode()
    located = locate("text", content, None, WHERE, known=known)
    located.confirm()
    located.replaced(NEW)
    assert sorted(asked) == sorted([OLD, OTHER])


def test_a_key_goes_before_known_secrets() -> None:
    content = f"{OLD}\nk={OTHER}\n".encode()
    assert read_value("text", content, "^k=(.*)$", WHERE, known=KNOWN.__contains__) == OTHER


@pytest.mark.parametrize("content", ["a" * 2_000_000, f"{OTHER} " * 50_000, f"{OLD}\n" * 50_000, "\r\n" * 500_000])
def test_a_large_file_takes_less_than_a_second(content: str) -> None:
    content = f"k=<{OLD}>\n{content}"
    started = time.process_time()
    by_known = replace_value("text", content.encode(), None, NEW, WHERE, known=OLD.__eq__)
    by_expression = replace_value("text", content.encode(), "^k=<(.*)>$", NEW, WHERE)
    assert by_known == content.replace(OLD, NEW).encode()
    assert by_expression == content.replace(OLD, NEW, 1).encode()
    # The bound leaves room for slow and busy machines, and still finds anything quadratic.
    assert time.process_time() - started < 5


_WORDS = st.one_of(
    secrets,
    st.sampled_from([OLD, OLD, OLD[:-1], OLD[1:], "a" * 19, "a" * 20, ""]),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6),
)
_DOUBTFUL_WORDS = _WORDS | st.sampled_from([OTHER, f"x{OLD}", f"{OLD}-"])
_BETWEEN = st.sampled_from([" ", "=", "\n", "\r\n", "\r", '"', "'", ".", "/", ":", "\u00fc", "\ufeff", "\u2028"])


def _files(words: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(st.tuples(words, _BETWEEN), max_size=12).map(lambda pairs: "".join(a + b for a, b in pairs))


#: What stands before and after the secret; one in ten may make it doubtful which places are meant.
_SURROUNDINGS = st.sampled_from([_WORDS] * 9 + [_DOUBTFUL_WORDS]).flatmap(
    lambda words: st.tuples(_files(words), _files(words))
)
_ALPHABET = string.ascii_letters + string.digits + "_-"


def _runs(text: str) -> list[str]:
    """Split a text, character by character, into runs of the alphabet of secrets and of all others."""
    runs = [""]
    for character in text:
        if runs[-1] and (runs[-1][-1] in _ALPHABET) != (character in _ALPHABET):
            runs.append("")
        runs[-1] += character
    return runs


@many_edits
@given(_SURROUNDINGS, secrets)
def test_i24_a_simple_reading_sees_all_places_of_the_secret_change(surroundings: tuple[str, str], value: str) -> None:
    before, after = surroundings
    text = f"{before} {OLD} {after}".lstrip("\ufeff")
    runs = _runs(text)
    # Another known secret, or the secret as a part of a longer word.
    in_doubt = any(OLD in run and run != OLD for run in runs) or OTHER in runs
    try:
        edited = replace_value("text", text.encode(), None, value, WHERE, known=KNOWN.__contains__)
    except Refusal:
        assert in_doubt
        return
    assert not in_doubt
    assert edited.decode() == "".join(value if run == OLD else run for run in runs)


_TARGETS = st.sampled_from(["the_target", "the.target", "[the target]", "the + target", "the|target", "a"])
_NAMES = st.sampled_from(["secret", "client.secret", "a", "b", "[x]", "k k"])
_SIGNS = st.sampled_from(["=", ": ", " => '", "<", '="'])
_LINES = st.builds(
    "{}{}{}{}".format, _NAMES, _SIGNS, st.text("ab01-_ ='\"<>.", max_size=12), st.sampled_from(["", ";"])
)
_TEXTS = st.lists(st.tuples(_LINES | st.text(max_size=4), line_ends), max_size=6).map(
    lambda lines: "".join(line + end for line, end in lines).replace("\0", "")
)


@many_edits
@given(
    _TEXTS, _TARGETS, _SIGNS, secrets | printable, st.sampled_from(["", "'", '"', ";", ">"]), _TEXTS, line_ends, secrets
)
def test_i24_a_simple_reading_sees_the_match_change(
    before: str, name: str, sign: str, old: str, closing: str, after: str, line_end: str, value: str
) -> None:
    assume(not before.startswith("\ufeff"))
    start, end = f"{name}{sign}", f"{closing}{line_end}"
    content = f"{before}{start}{old}{end}{after}"
    key = f"^{re.escape(start)}(.*){re.escape(closing)}$"
    lines = re.split("\r\n|\r|\n", content)
    matching = [line for line in lines if line.startswith(start) and line.endswith(closing)]
    matching = [line for line in matching if len(line) >= len(start) + len(closing)]
    edited = replaced_or_refused("text", content.encode(), key, value)
    alone = len(matching) == 1 and may_be_replaced(matching[0][len(start) : len(matching[0]) - len(closing)])
    assert (edited is not None) == alone
    if edited is not None:
        found = matching[0][len(start) : len(matching[0]) - len(closing)]
        assert read_value("text", content.encode(), key, WHERE) == found
        whole = start + found + closing
        assert content.count(whole) >= 1
        assert edited.decode() in {
            content[:at] + start + value + closing + content[at + len(whole) :]
            for at in range(len(content))
            if content.startswith(whole, at)
        }


@some_examples
@given(st.text("()[]{}|?*+.^$\\abk=\n#<!:P>0", max_size=20), _TEXTS, secrets)
def test_any_expression_works_or_is_refused(key: str, content: str, value: str) -> None:
    assume(key and "{" not in key)
    try:
        edited = replace_value("text", content.encode(), key, value, WHERE)
    except Refusal:
        return
    assert value in edited.decode()


_BASE64_FILES = {
    "json": ('{"key": "', '"}', "key"),
    "toml": ('key = "', '"\n', "key"),
    "dotenv": ("key=", "\n", "key"),
    "text": ("key: ", "\n", "^key: (.*)$"),
}


def _encoded(secret: str) -> str:
    return base64.b64encode(secret.encode()).decode()


@pytest.mark.parametrize("format_name", _BASE64_FILES)
@pytest.mark.parametrize("line_end", ["", "\n", "\r\n"])
@some_examples
@given(old=secrets, new=secrets)
def test_i24_a_secret_in_base64_is_read_and_written(format_name: str, line_end: str, old: str, new: str) -> None:
    start, end, key = _BASE64_FILES[format_name]
    before, after = (f"{start}{_encoded(secret + line_end)}{end}".encode() for secret in (old, new))
    located = locate(format_name, before, key, WHERE, encoding="base64")
    located.confirm()
    assert located.value == old
    assert located.replaced(new) == after
    assert located.replaced(old) == before
    assert replace_value(format_name, after, key, old, WHERE, encoding="base64") == before
    assert read_value(format_name, before, key, WHERE) == _encoded(old + line_end)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (OLD, "not such base64"),
        ("n9" * 12, "base64 of something else"),
        (_encoded(OLD)[:-1], "not such base64"),
        (_encoded("a").replace("YQ==", "YR=="), "not such base64"),
        (_encoded(OLD) + " ", "not such base64"),
        (_encoded("a>?").replace("/", "_"), "not such base64"),
        (_encoded("a\nb"), "base64 of something else"),
        (_encoded("a\n\n"), "base64 of something else"),
        (_encoded("a\u00fc"), "base64 of something else"),
        (_encoded("a\0"), "base64 of something else"),
        ("\u00fc===", "not such base64"),
        ("====", "not such base64"),
    ],
)
def test_i24_what_is_not_base64_of_a_secret_is_refused(written: str, found: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_value("json", f'{{"key": "{written}"}}'.encode(), "key", WHERE, encoding="base64")
    assert found in refused.value.found
    assert written not in str(refused.value)
    assert refused.value.__context__ is None


@pytest.mark.parametrize("value", ["", "a\nb", "\u00fc"])
def test_i22_what_cannot_be_a_secret_is_not_written_in_base64(value: str) -> None:
    with pytest.raises(Refusal, match="I-22"):
        replace_value("json", b'{"key": ""}', "key", value, WHERE, encoding="base64")


def test_base64_needs_a_key() -> None:
    with pytest.raises(Refusal, match="found by a key"):
        read_value("text", OLD.encode(), None, WHERE, known=KNOWN.__contains__, encoding="base64")


def test_an_unknown_encoding_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refusal, match="one of plain, base64; found the encoding 'hex'"):
        read_value("json", b"{}", "key", WHERE, encoding="hex")
