# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML: files, keys and values that are refused."""

from __future__ import annotations

import codecs

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._xml_scanner import MAX_DEPTH
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import read_value, replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from ._support import NEW, WHERE


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"\xef\xbb\xbf<?xml version='1.0' encoding='ISO-8859-1'?><a>x</a>", "line 1, column 1"),
        (codecs.BOM_UTF16_LE + "<?xml version='1.0' encoding='UTF-8'?><a>x</a>".encode("utf-16-le"), "offset 0"),
        (codecs.BOM_UTF16_LE + "<?xml version='1.0' encoding='UTF-16BE'?><a>x</a>".encode("utf-16-le"), "column 1"),
        (codecs.BOM_UTF16_LE + "<?xml version='1.0' encoding='latin1'?><a>x</a>".encode("utf-16-le"), "column 31"),
        (codecs.BOM_UTF16_LE + "<?xml version='1.0' encoding='cp1252'?><a>x</a>".encode("utf-16-le"), "column 31"),
        (codecs.BOM_UTF16_LE + "<?xml version='1.0' encoding='iso-8859-1'?><a/>".encode("utf-16-le"), "offset 3"),
        (b"<?xml version='1.0' encoding='UTF-16'?><a>xy</a>", "line 1, column 1"),
        (b"<?xml version='1.0' encoding='UTF-16'?><a>x</a>", "offset 46"),
        ("<a>x</a>".encode("utf-16-le"), "offset 1"),
        ("<a>x</a>".encode("utf-32"), "offset 2"),
        (b"<?xml version='1.0' encoding='US-ASCII'?><a>\xe9</a>", "offset 44"),
        (b"<?xml version='1.0' encoding='windows-1252'?><a>\x81</a>", "offset 48"),
        (b"<?xml version='1.0' encoding='Shift_JIS'?><a>x</a>", "line 1, column 31"),
        (b"<?xml version='1.0' encoding='UTF-7'?><a>x</a>", "line 1, column 31"),
        (b"<?xml version='1.0'?><a>\xe9</a>", "offset 24"),
        (b"<?xml encoding='UTF-8'?><a>x</a>", "line 1, column 1"),
        (b"<?xml version='2.0'?><a>x</a>", "line 1, column 1"),
        (b"<?xml version='1.2'?><a>x</a>", "line 1, column 16"),
        ("<?xml version='1.1'?>\n<a>x\u2028</a>".encode(), "line 2, column 5"),
        (b"", "line 1, column 1"),
        (b"a: x\n", "line 1, column 1"),
        (b"\n<?xml version='1.0'?><a>x</a>", "line 2, column 1"),
        ("\ufeff\ufeff<a>x</a>".encode(), "line 1, column 1"),
    ],
)
def test_a_file_whose_encoding_is_in_doubt_is_refused(content: bytes, found: str) -> None:
    with pytest.raises(Refusal) as refused:
        replace_value("xml", content, "/a", NEW, WHERE)
    assert found in refused.value.found


@pytest.mark.parametrize(
    ("content", "key", "found"),
    [
        ("<r><a>x</a><a>y</a></r>", "/r/a", "2 entries for 'a'"),
        ("<r><a/><a><b>x</b></a></r>", "/r/a/b", "2 entries for 'a'"),
        ("<r xmlns:p='u'><a>x</a><p:a>y</p:a></r>", "/r/a", "2 entries for 'a'"),
        ("<r xmlns:p='u'><a>x</a><p:a>y</p:a></r>", "/r/a[1]", "2 entries for 'a'"),
        ("<r xmlns:p='u' s='x' p:s='y'/>", "/r/@s", "2 entries for '@s'"),
        ("<r><a k='1'>x</a><a k='1'>y</a></r>", "/r/a[@k='1']", "2 entries with the same text"),
        ("<r><a><i>1</i>x</a><a><i> 1 </i>y</a></r>", "/r/a[i='1']", "2 entries with the same text"),
        ("<r><a k='1'>x</a></r>", "/r/a[@k='2']", "no entry with such a text"),
        ("<r><a k='1'>x</a></r>", "/r/b[@k='1']", "no entry with such a text"),
        ("<r><a>x</a></r>", "/r/b", "the first 1 of its 2 parts exist"),
        ("<r><a>x</a></r>", "/r/a/@b", "the first 2 of its 3 parts exist"),
        ("<r><a>x</a><a>y</a></r>", "/r/a[3]", "the first 1 of its 2 parts exist"),
        ("<r><a>x</a></r>", "/r/A", "the first 1 of its 2 parts exist"),
        ("<r><a>x</a></r>", "/s/a", "no such key"),
        ("<r xmlns:p='u'><p:a>x</p:a></r>", "/r/q:a", "the first 1 of its 2 parts exist"),
        ("<r><a>x</a></r>", "/r", "an element with elements in it"),
        ("<r>x<a/></r>", "/r", "an element with elements in it"),
        ("<a><!-- x -->y</a>", "/a", "a text with a comment"),
        ("<a>x<?y?></a>", "/a", "a processing instruction in it"),
        ("<a>${sfmc.secret}</a>", "/a", "a placeholder"),
        ("<a>\n  #{secret}\n</a>", "/a", "a placeholder"),
        ("<a>\n  ![c2VjcmV0]\n</a>", "/a", "a placeholder"),
        ("<a>{COQLCE6DU6GtcS5P=}</a>", "/a", "an encrypted value"),
        ("<a>until May {COQLCE6DU6GtcS5P=}</a>", "/a", "an encrypted value"),
        ("<a k='{{ secret }}'/>", "/a/@k", "a placeholder"),
        ("<a>$ctx:secret</a>", "/a", "a placeholder"),
        ("<a>$(SfmcSecret)</a>", "/a", "a placeholder"),
        ("<a>@string/sfmc_secret</a>", "/a", "a placeholder"),
        ("<a k='&#36;{secret}'/>", "/a/@k", "a placeholder"),
        ("<a>x</a>", "a", "the key 'a'"),
        ("<a>x</a>", "//a", "the key '//a'"),
        ("<a>x</a>", "/a//b", "the key '/a//b'"),
        ("<a>x</a>", "/", "the key '/'"),
        ("<a>x</a>", "", "the key ''"),
        ("<a>x</a>", "/@k", "the key '/@k'"),
        ("<a>x</a>", "/a/", "the key '/a/'"),
        ("<a>x</a>", "/*", "the key '/*'"),
        ("<a>x</a>", "/a/..", "the key '/a/..'"),
        ("<a>x</a>", "/a/text()", "the key '/a/text()'"),
        ("<a>x</a>", "/a[0]", "the key '/a[0]'"),
        ("<a>x</a>", "/a[b]", "the key '/a[b]'"),
        ("<a>x</a>", "/a[@b=c]", "the key '/a[@b=c]'"),
        ("<a>x</a>", "/a/@b/c", "the key '/a/@b/c'"),
        ("<a>x</a>", "/a/@b[1]", "the key '/a/@b[1]'"),
    ],
)
def test_i24_a_key_in_doubt_is_refused(content: str, key: str, found: str) -> None:
    for act in (lambda: read_value("xml", content.encode(), key, WHERE), lambda: _replace(content, key)):
        with pytest.raises(Refusal) as refused:
            act()
        assert found in refused.value.found


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("<a>x", "line 1, column 5"),
        ("<a>x</a></a>", "line 1, column 9"),
        ("<a>x</b>", "line 1, column 5"),
        ("<a>x</A>", "line 1, column 5"),
        ("<a>x</a>\n<b/>", "line 2, column 1"),
        ("<a>x</a>\n x", "line 2, column 2"),
        ("x<a>x</a>", "line 1, column 1"),
        ("<!-- x -->", "line 1, column 11"),
        ("<a>x</a><!-- -- -->", "line 1, column 9"),
        ("<a>x</a><!-- x --->", "line 1, column 9"),
        ("<a>x</a><!-- x", "line 1, column 9"),
        ("<a>x</a><?x y", "line 1, column 9"),
        ("<a>x</a><?xml version='1.0'?>", "line 1, column 9"),
        ("<?x?y?><a>x</a>", "line 1, column 1"),
        ("<![CDATA[x]]><a>x</a>", "line 1, column 1"),
        ("<a>x<![CDATA[y]></a>", "line 1, column 5"),
        ("<a>x]]></a>", "line 1, column 5"),
        ("<a>x & y</a>", "line 1, column 6"),
        ("<a>x &nbsp; y</a>", "line 1, column 6"),
        ("<a>\r\n x&#0;</a>", "line 2, column 3"),
        ("<a>x&#xD800;</a>", "line 1, column 5"),
        ("<a>x&#1114112;</a>", "line 1, column 5"),
        ("<a>x&#99999999999999999999;</a>", "line 1, column 5"),
        ("<a>x\x01</a>", "line 1, column 5"),
        ("<a>x\ufffe</a>", "line 1, column 5"),
        ("<a>x<</a>", "line 1, column 5"),
        ("<a>x< b/></a>", "line 1, column 5"),
        ("<a>x<1/></a>", "line 1, column 5"),
        ("<a b>x</a>", "line 1, column 3"),
        ("<a b=c>x</a>", "line 1, column 3"),
        ("<a b='<'>x</a>", "line 1, column 3"),
        ("<a b='&'>x</a>", "line 1, column 7"),
        ("<a b='c'd='e'>x</a>", "line 1, column 9"),
        ("<a b='c' b='d'>x</a>", "line 1, column 10"),
        ("<a b='c>x</a>", "line 1, column 3"),
        ("<!DOCTYPE a [<!ENTITY e 'x'>]><a>x</a>", "line 1, column 1"),
        ("<!DOCTYPE a SYSTEM 'a.dtd' [<!ATTLIST a b CDATA 'c'>]><a>x</a>", "line 1, column 1"),
        ("<!DOCTYPE a><!DOCTYPE a><a>x</a>", "line 1, column 13"),
        ("<a>x</a><!DOCTYPE a>", "line 1, column 9"),
        ("<a>x<!DOCTYPE a></a>", "line 1, column 5"),
        ("<!ELEMENT a><a>x</a>", "line 1, column 1"),
        ("<a>" * (MAX_DEPTH + 1) + "x", f"column {3 * MAX_DEPTH + 1}"),
    ],
)
def test_a_malformed_file_is_refused_by_its_place(content: str, place: str) -> None:
    with pytest.raises(Refusal) as refused:
        _replace(content, "/a")
    assert refused.value.found == f"something else in {place}" or place in refused.value.found


def _replace(content: str, key: str) -> bytes:
    return replace_value("xml", content.encode(), key, NEW, WHERE)


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("<a>x</a>", " y"),
        ("<a>x</a>", "y "),
        ("<a>x</a>", "${y}"),
        ("<a>x</a>", "{y}"),
        ("<a><![CDATA[x]]></a>", "]]>"),
    ],
)
def test_a_value_on_which_programs_disagree_is_refused(content: str, value: str) -> None:
    with pytest.raises(Refusal) as refused:
        replace_value("xml", content.encode(), "/a", value, WHERE)
    assert value not in refused.value.found


def test_a_character_that_only_newer_readers_take_for_a_part_of_a_name_is_refused() -> None:
    with pytest.raises(Refusal, match="can no longer be read"):
        _replace("<a><\U00010400/></a>", "/a/\U00010400")
