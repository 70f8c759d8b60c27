# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML: edits of the files that programs really have, and the time that they take."""

from __future__ import annotations

import codecs
import time

import pytest

from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._format import Key, Only, Selector
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._xml_keys import parse_xpath
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._xml_scanner import MAX_DEPTH
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents.documents import replace_value
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from ._support import NEW, WHERE, Edit, prove_edit

FUELSDK = """<?xml version="1.0" encoding="utf-8" ?>
<configuration>
  <configSections>
    <section name="fuelSDK" type="FuelSDK.FuelSDKConfigurationSection, FuelSDK-CSharp" />
  </configSections>
  <!-- <fuelSDK clientSecret="x" /> -->
  <fuelSDK appSignature="none"
           clientId="0a1b2c3d4e5f6g7h8i9j0k1l"
           clientSecret="@@"
           authEndPoint='https://auth.exacttargetapis.com/v1/requestToken?a=1&amp;b=2' />
</configuration>
"""
WEB_CONFIG = """<?xml version="1.0"?>
<configuration xmlns="http://schemas.microsoft.com/.NetConfiguration/v2.0">
  <appSettings>
    <clear/>
    <add key="ClientId" value="0a1b2c3d4e5f6g7h8i9j0k1l"/>
    <add value="@@" key="ClientSecret"/>
    <!-- <add key="ClientSecret" value="x"/> -->
    <add key="Old.ClientSecret" value="y"/>
  </appSettings>
  <location path="admin"><appSettings><add key="ClientSecret" value="z"/></appSettings></location>
</configuration>
"""
AUTH_PROVIDER = """<?xml version="1.0" encoding="UTF-8"?>
<AuthProvider xmlns="http://soap.sforce.com/2006/04/metadata" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
    <consumerKey>0a1b2c3d4e5f6g7h8i9j0k1l</consumerKey>
    <consumerSecret>@@</consumerSecret>
    <executionUser xsi:nil="true"/>
</AuthProvider>
"""
JAVA_PROPERTIES = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!DOCTYPE properties SYSTEM "http://java.sun.com/dtd/properties.dtd">
<properties>
<comment>sfmc</comment>
<entry key="sfmc.clientId">0a1b2c3d4e5f6g7h8i9j0k1l</entry>
<entry key="sfmc.clientSecret">@@</entry>
</properties>
"""
SPRING = """<beans xmlns="http://www.springframework.org/schema/beans"
       xmlns:p="http://www.springframework.org/schema/p">
    <bean id="crm" class="com.example.Client" p:clientSecret="x"><property name="clientSecret" value="y"/></bean>
    <bean id="sfmc" class="com.example.Client" p:url="https://example.com/">
        <property name="clientId" value="0a1b2c3d4e5f6g7h8i9j0k1l"/>
        <property name="clientSecret"><value>@@</value></property>
    </bean>
</beans>
"""
LOG4J = """<?xml version="1.0" encoding="UTF-8" ?>
<!DOCTYPE log4j:configuration SYSTEM "log4j.dtd">
<log4j:configuration xmlns:log4j='http://jakarta.apache.org/log4j/'>
  <appender name="http" class="com.example.Appender"><param name="Secret" value='@@'/></appender>
  <root><priority value ="debug" /><appender-ref ref="http"/></root>
</log4j:configuration>
"""
MAVEN = """<settings xmlns="http://maven.apache.org/SETTINGS/1.0.0">
  <servers>
    <server><id>nexus</id><username>a</username><password>{COQLCE6DU6GtcS5P=}</password></server>
    <server>
      <id>sfmc</id>
      <password>@@</password>
    </server>
  </servers>
</settings>
"""
ANDROID = """<resources xmlns:tools="http://schemas.android.com/tools">
    <string name="app_name" translatable="false">It\\'s an <b>app</b></string>
    <string name="sfmc_secret">@@</string>
</resources>
"""
WSO2 = """<inSequence xmlns="http://ws.apache.org/ns/synapse">
  <salesforcemarketingcloud.init>
    <clientId>0a1b2c3d4e5f6g7h8i9j0k1l</clientId>
    <clientSecret>@@</clientSecret>
  </salesforcemarketingcloud.init>
</inSequence>
"""

_ESCAPED = "a&amp;b&lt;c&gt;d\"e'f"

EDITS = [
    Edit("FuelSDK for C#", FUELSDK, "/configuration/fuelSDK/@clientSecret", "old", "old", NEW, NEW),
    Edit(
        "Web.config",
        WEB_CONFIG,
        "/configuration/appSettings/add[@key='ClientSecret']/@value",
        "old",
        "old",
        NEW,
        NEW,
    ),
    Edit("Salesforce metadata", AUTH_PROVIDER, "/AuthProvider/consumerSecret", "old", "old", NEW, NEW),
    Edit("Java's properties", JAVA_PROPERTIES, '/properties/entry[@key="sfmc.clientSecret"]', "old", "old", NEW, NEW),
    Edit("Spring", SPRING, "/beans/bean[@id='sfmc']/property[@name='clientSecret']/value", "old", "old", NEW, NEW),
    Edit("log4j", LOG4J, "/configuration/appender/param[@name='Secret']/@value", "old", "old", NEW, NEW),
    Edit("the prefix in the key", LOG4J, "/log4j:configuration/appender/param/@value", "old", "old", NEW, NEW),
    Edit("Maven", MAVEN, "/settings/servers/server[id='sfmc']/password", "old", "old", NEW, NEW),
    Edit("a number", MAVEN, "/settings/servers/server[2]/password", "old", "old", NEW, NEW),
    Edit("Android", ANDROID, "/resources/string[@name='sfmc_secret']", "old", "old", NEW, NEW),
    Edit("WSO2", WSO2, "/inSequence/salesforcemarketingcloud.init/clientSecret", "old", "old", NEW, NEW),
    Edit(
        "a selector by a text below",
        "<r><c><i><n>a</n></i><s/></c><c><i><n>b</n></i><s>@@</s></c></r>",
        "/r/c[i/n='b']/s",
        "old",
        "old",
        NEW,
        NEW,
    ),
    Edit(
        "a selector by an attribute below",
        "<r><c><i n='a'/></c><c><i n='b'/><s>@@</s></c></r>",
        "/r/c[i/@n='b']/s",
        "old",
        "old",
        NEW,
        NEW,
    ),
    Edit(
        "a selector sees white space around a text",
        "<r><c><i>\n  b\n</i><s>@@</s></c><c/></r>",
        "/r/c[i='b']/s",
        "old",
        "old",
        NEW,
        NEW,
    ),
    Edit(
        "a selector sees decoded texts",
        "<r><a k='a&#x26;b'>@@</a><a k='c'/></r>",
        "/r/a[@k='a&b']",
        "old",
        "old",
        NEW,
        NEW,
    ),
    Edit("an attribute in any prefix", "<r xmlns:x='u' x:s='@@' t='v'/>", "/r/@s", "old", "old", NEW, NEW),
    Edit("an attribute in its prefix", "<r xmlns:x='u' s='v' x:s='@@'/>", "/r/@x:s", "old", "old", NEW, NEW),
    Edit(
        "a declaration of a prefix is no attribute of that name",
        "<r xmlns:s='u' s='@@'/>",
        "/r/@s",
        "old",
        "old",
        NEW,
        NEW,
    ),
    Edit("numbers count one name", "<r><b/><a/><b>@@</b><a>x</a></r>", "/r/b[2]", "old", "old", NEW, NEW),
    Edit("white space stays", "<r>\n  <a>\n    @@\n  </a>\n</r>", "/r/a", "old", "old", NEW, NEW),
    Edit("white space in CDATA stays", "<a>\n  <![CDATA[\n @@ ]]>\n  </a>", "/a", "old", "old", NEW, NEW),
    Edit("white space alone", "<a>\n  @@</a>", "/a", "", "", NEW, NEW),
    Edit("written-out white space belongs to the value", "<a>@@</a>", "/a", "&#32;old ", " old ", NEW, NEW),
    Edit("an empty element", "<r><a></a><b>@@</b></r>", "/r/b", "", "", NEW, NEW),
    Edit("an empty tag", "<r><a/><b@@<a/></r>", "/r/b", "/>", "", NEW, f">{NEW}</b>"),
    Edit("an empty tag with attributes", "<p:b xmlns:p='u' k='v' @@", "/b", "/>", "", NEW, f">{NEW}</p:b>"),
    Edit("an empty attribute", '<a k="@@" />', "/a/@k", "", "", NEW, NEW),
    Edit("an empty CDATA section", "<a>\n<![CDATA[@@]]></a>", "/a", "", "", NEW, NEW),
    Edit("an empty CDATA section and white space", "<a>@@</a>", "/a", " <![CDATA[]]> ", "  ", NEW, NEW),
    Edit("a text is escaped", "<a>@@</a>", "/a", "old", "old", "a&b<c>d\"e'f", _ESCAPED),
    Edit("references", "<a>@@</a>", "/a", "&#x6f;l&#0100;&amp;&lt;&gt;&quot;&apos;", "old&<>\"'", NEW, NEW),
    Edit("double quotes", '<a k="@@"/>', "/a/@k", "o'&quot;l>d", "o'\"l>d", "a&b<c>d\"e'f", "a&amp;b&lt;c>d&quot;e'f"),
    Edit("single quotes", "<a k='@@'/>", "/a/@k", 'o"&apos;ld', "o\"'ld", "a&b<c>d\"e'f", 'a&amp;b&lt;c>d"e&apos;f'),
    Edit("an attribute with a tab", "<a k='@@'/>", "/a/@k", "o\tl&#9;d", "o l\td", NEW, NEW),
    Edit("texts of several lines elsewhere", "<r k='o\r\nl'>\ro\r\nl<a>@@</a></r>", "/r/a", "old", "old", NEW, NEW),
    Edit("a CDATA section", "<a><![CDATA[@@]]></a>", "/a", "o&lt;ld]]", "o&lt;ld]]", "a&b<c>d]", "a&b<c>d]"),
    Edit("a text with CDATA sections", "<a> @@ </a>", "/a", "o<![CDATA[l<]]>d<![CDATA[]]>", "ol<d", NEW, NEW),
    Edit("spaces in tags", "<a\n\tk = \n'v'\r\n s =\t\"@@\"\n><b /></a\n>", "/a/@s", "old", "old", NEW, NEW),
    Edit("markup in other attributes", "<r><a b='-->' c=\"/>\"/><a b='@@'/></r>", "/r/a[2]/@b", "x>y", "x>y", "k", "k"),
    Edit(
        "the key in a comment",
        "<!-- <a>x</a> --><a>@@</a><!-- <a>x</a> -->\n<?x <a>y</a>?>",
        "/a",
        "old",
        "old",
        NEW,
        NEW,
    ),
    Edit("the key in CDATA", "<r><b><![CDATA[<a>x</a>]]></b><a>@@</a></r>", "/r/a", "old", "old", NEW, NEW),
    Edit("XML 1.1", "<?xml version='1.1' encoding='UTF-8'?>\n<a>@@</a>", "/a", "old", "old", NEW, NEW),
    Edit("byte order mark", "\ufeff<?xml version='1.0' encoding='UTF-8'?>\r\n<a>@@</a>", "/a", "old", "old", NEW, NEW),
    Edit("CRLF", "<r>\r\n  <a>\r\n@@\r\n</a>\r\n</r>\r\n", "/r/a", "old", "old", NEW, NEW),
    Edit("mixed line ends", "<r>\r<a>@@</a>\r\n</r>\n", "/r/a", "old", "old", NEW, NEW),
    Edit(
        "names beyond ASCII",
        "<\u00fc \u0434='\U0001f511'><\u00e9t\u00e9>@@</\u00e9t\u00e9></\u00fc>",
        "/\u00fc/\u00e9t\u00e9",
        "old",
        "old",
        NEW,
        NEW,
    ),
    Edit("an inner element of the same name", "<a><a><a>@@</a></a></a>", "/a/a/a", "old", "old", NEW, NEW),
    Edit("an attribute of an element with text and elements", "<a k='@@'>x<b/>y</a>", "/a/@k", "old", "old", NEW, NEW),
]


@pytest.mark.parametrize("edit", EDITS, ids=[edit.promise for edit in EDITS])
def test_i24_only_the_declared_value_changes(edit: Edit) -> None:
    prove_edit("xml", edit)


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("ISO-8859-1", "latin-1"),
        ("iso-8859-15", "iso-8859-15"),
        ("Windows-1252", "cp1252"),
        ("US-ASCII", "ascii"),
        ("utf8", "utf-8"),
        ("UTF-16", "utf-16"),
        ("utf-16LE", "utf-16"),
        (None, "utf-16"),
        (None, "utf-8-sig"),
        ("utf-8", "utf-8-sig"),
    ],
)
def test_every_other_byte_stays_in_any_declared_encoding(declared: str | None, codec: str) -> None:
    declaration = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
    letters = "" if codec == "ascii" else "\u00e9\u00df"
    template = f"{declaration}<r \u00e9='x'>{letters}<a>@@</a></r>" if letters else f"{declaration}<r><a>@@</a></r>"
    prove_edit("xml", Edit("", template, "/r/a", "old", "old", NEW, NEW), codec)


def test_utf_16_of_the_other_order() -> None:
    before, after = (
        codecs.BOM_UTF16_BE + f"<?xml version='1.0' encoding='UTF-16'?><\u0434>{value}</\u0434>".encode("utf-16-be")
        for value in ("old", NEW)
    )
    assert replace_value("xml", before, "/\u0434", NEW, WHERE) == after


@pytest.mark.parametrize(
    ("key", "steps"),
    [
        ("/x:a/@y:b", ("x:a", Only("x:a"), "@y:b")),
        ("/x:a[3]", ("x:a", 3)),
        ("/x:a[@y:b='c/d']", ("x:a", Selector(("@y:b",), "c/d"))),
        ('/x:a[ x:b/x:c = "d\'e" ]', ("x:a", Selector(("x:b", Only("x:b"), "x:c", Only("x:c")), "d'e", trimmed=True))),
    ],
)
def test_a_key_is_names_numbers_and_selectors(key: str, steps: Key) -> None:
    assert parse_xpath(key, WHERE) == steps


@pytest.mark.parametrize(
    "content",
    [
        "<k>x</k>" + "<a/>" * 100_000,
        "<k>x</k><a " + " ".join(f"a{number}='x'" for number in range(50_000)) + "/>",
        "<k>x</k>" + "&amp;" * 100_000,
        "<k>x</k>" + "<![CDATA[x]]>" * 100_000,
        "<k>x</k>" + "<!-- -->" * 100_000,
        "<k>x</k><a " + " " * 300_000 + "x",
        "<k>x</k><a b" + " " * 300_000 + "x",
        "<k>x</k>&#" + "0" * 300_000 + "x",
        "<k>x</k>" + "<!--" * 100_000,
        "<k>x</k>" + "<?a " * 100_000,
        "<k>x</k>" + "<" * 300_000,
        "<k>x</k>" + "".join(f"<p{number}:k/>" for number in range(50_000)),
        "<a>" * (MAX_DEPTH - 1) + "<k>x</k>" * 50_000 + "</a>" * (MAX_DEPTH - 1),
    ],
    ids=range(13),
)
@pytest.mark.parametrize("key", ["/r/k", "/r/a[x='1']/@y"])
def test_no_content_takes_more_than_linear_time(content: str, key: str) -> None:
    started = time.process_time()
    try:
        replace_value("xml", f"<r>{content}</r>".encode(), key, NEW, WHERE)
    except Refusal:
        pass
    assert time.process_time() - started < 5


def test_a_file_of_5_mb_takes_about_a_second() -> None:
    client = '<client id="c{0:06}" enabled="true">\n  <id>{1}</id>\n  <secret>{1}</secret>\n  <u>https://x/?a&amp;b</u>\n</client>\n'
    content = f"<clients>{''.join(client.format(number, 'a' * 24) for number in range(32_000))}</clients>"
    assert len(content) > 4_000_000
    started = time.process_time()
    replace_value("xml", content.encode(), "/clients/client[@id='c016000']/secret", NEW, WHERE)
    # Meant is 1 s; the bound leaves room for slow and busy machines, and still finds anything quadratic.
    assert time.process_time() - started < 8
