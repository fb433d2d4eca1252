# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exports in the shape that ldifde and ldapsearch give them."""

from __future__ import annotations

import base64
import hashlib
import tracemalloc
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Directory, Scope, Selection
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import DirectoryError, OptionError

GUID = bytes(range(16))

LDIFDE = (
    "dn: CN=Jane Doe,OU=Staff,DC=contoso,DC=local\r\n"
    "changetype: add\r\n"
    "objectClass: top\r\n"
    "objectClass: person\r\n"
    "objectClass: organizationalPerson\r\n"
    "objectClass: user\r\n"
    "cn: Jane Doe\r\n"
    "sn:: TcO8bGxlcg==\r\n"
    "proxyAddresses: SMTP:jane.doe@contoso.com\r\n"
    "proxyAddresses: \r\n"
    " X500:/o=Contoso/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipien\r\n"
    " ts/cn=0123456789abcdef-Jane\r\n"
    "objectGUID:: AAECAwQFBgcICQoLDA0ODw==\r\n"
    "memberOf: CN=All,OU=Groups,DC=contoso,DC=local\r\n"
    "\r\n"
    "dn:: Q049TcO8bGxlcixPVT1TdGFmZixEQz1jb250b3NvLERDPWxvY2Fs\r\n"
    "changetype: add\r\n"
    "objectClass: user\r\n"
    "thumbnailPhoto:: \r\n"
    " /9j/4A\r\n"
    " ==\r\n"
    "\r\n"
    "\r\n"
    "dn: CN=Gone\\0ADEL:6f3a1111-2222-3333-4444-555555555555,CN=Deleted Objects,DC=contoso,DC=local\r\n"
    "changetype: add\r\n"
    "objectClass: user\r\n"
    "isDeleted: TRUE\r\n"
    "\r\n"
)

LDAPSEARCH = """\
# extended LDIF
#
# LDAPv3
# base <DC=contoso,DC=local> with scope subtree
# filter: (|(objectClass=user)(objectClass=group))
# requesting: ALL
# with pagedResults control: size=2
#

# Jane Doe, Staff, contoso.local
dn: CN=Jane Doe,OU=Staff,DC=contoso,DC=local
objectClass: top
objectClass: user
cn: Jane Doe
description:: IHR3byBzcGFjZXMg
proxyAddresses: X500:/o=Contoso/ou=Exchange Administrative Group (FYDIBOHF23SP
 DLT)/cn=Recipients/cn=Jane

# a name that is so long that the comment with it had to be folded by the tool: t
 he rest of it, contoso.local
dn: CN=All,OU=Groups,DC=contoso,DC=local
objectClass: group
member;range=0-1: CN=Jane Doe,OU=Staff,DC=contoso,DC=local
member;range=0-1: CN=John Doe,OU=Staff,DC=contoso,DC=local
cn: All

# search result
search: 2
result: 0 Success
control: 1.2.840.113556.1.4.319 false MA0CAQAECAEAAAD//////////w==
pagedresults: cookie=AQAAAP//////

# search reference
ref: ldap://ForestDnsZones.contoso.local/DC=ForestDnsZones,DC=contoso,DC=local

# Guests, contoso.local
dn: OU=Guests,DC=contoso,DC=local
objectClass: organizationalUnit
ou;lang-de: Gaeste
ou: Guests

# search result
search: 3
result: 0 Success
control: 1.2.840.113556.1.4.319 false MAUCAQAEAA==
pagedresults: cookie=

# numResponses: 6
# numEntries: 3
# numReferences: 1
"""


def write(path: Path, text: str | bytes, encoding: str = "utf-8") -> str:
    target = path / "export.ldif"
    target.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return str(target)


def read(path: str, chunk_size: int | None = None, **search: object) -> list[Entry]:
    directory: Directory = LdifDirectory(path, chunk_size=chunk_size)
    return list(directory.search(**search))  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("chunk_size", [1, 2, 7, 64, None])
def test_ldifde(tmp_path: Path, encoding: str, chunk_size: int | None) -> None:
    text = "\ufeff" + LDIFDE if encoding == "utf-16-be" else LDIFDE
    directory = LdifDirectory(write(tmp_path, text, encoding), chunk_size=chunk_size)
    jane, mueller = directory.search()
    assert jane.dn == "CN=Jane Doe,OU=Staff,DC=contoso,DC=local"
    assert jane.origin == "line 1"
    assert jane.attributes == {
        "objectclass": [b"top", b"person", b"organizationalPerson", b"user"],
        "cn": [b"Jane Doe"],
        "sn": ["Müller".encode()],
        "proxyaddresses": [
            b"SMTP:jane.doe@contoso.com",
            b"X500:/o=Contoso/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=0123456789abcdef-Jane",
        ],
        "objectguid": [GUID],
        "memberof": [b"CN=All,OU=Groups,DC=contoso,DC=local"],
    }
    assert mueller.dn == "CN=Müller,OU=Staff,DC=contoso,DC=local"
    assert mueller.origin == "line 16"
    assert mueller.attributes == {"objectclass": [b"user"], "thumbnailphoto": [b"\xff\xd8\xff\xe0"]}
    assert directory.statistics.entries == 2
    assert directory.statistics.skipped == {"deleted": 1}
    assert directory.attribute_names() >= {"sn", "memberof", "isdeleted"}


@pytest.mark.parametrize("chunk_size", [1, 5, 100, None])
def test_ldapsearch(tmp_path: Path, chunk_size: int | None) -> None:
    directory = LdifDirectory(write(tmp_path, LDAPSEARCH), chunk_size=chunk_size)
    jane, everybody, guests = directory.search()
    assert (jane.origin, everybody.origin, guests.origin) == ("line 11", "line 21", "line 37")
    assert jane.attributes["description"] == [b" two spaces "]
    assert jane.attributes["proxyaddresses"][0].endswith(b"(FYDIBOHF23SPDLT)/cn=Recipients/cn=Jane")
    assert len(everybody.attributes["member"]) == 2
    assert everybody.incomplete == {"member"}
    assert guests.attributes["ou"] == [b"Gaeste", b"Guests"]
    assert directory.statistics.skipped == {"referral": 1}


def test_ldapsearch_without_frame_and_without_last_line_end(tmp_path: Path) -> None:
    text = "dn: CN=Jane,DC=contoso\nobjectClass: user\n\n# refldap://DomainDnsZones.contoso.local/DC=x\n\n"
    text += "# pagedresults: cookie=AQAA\n\ndn: CN=John,DC=contoso\nobjectClass: user\n\n# pagedresults: cookie="
    directory = LdifDirectory(write(tmp_path, text))
    assert [entry.dn for entry in directory.search()] == ["CN=Jane,DC=contoso", "CN=John,DC=contoso"]
    assert directory.statistics.skipped == {"referral": 1}
    cut = text.rpartition("\n\n")[0]
    with pytest.raises(DirectoryError, match="line 6: the server had more pages") as caught:
        read(write(tmp_path, cut))
    assert caught.value.code == "LDIF_INCOMPLETE"


PLAIN = "dn: CN=Jane,DC=contoso\nobjectClass: user\n"


@pytest.mark.parametrize(
    ("line", "name", "values"),
    [
        ("cn: Jane", "cn", [b"Jane"]),
        ("CN:Jane", "cn", [b"Jane"]),
        ("cn:   Jane", "cn", [b"Jane"]),
        ("cn: Jane ", "cn", [b"Jane "]),
        ("cn: a:  b", "cn", [b"a:  b"]),
        ("cn: :x", "cn", [b":x"]),
        ("cn:", "cn", [b""]),
        ("cn: ", "cn", [b""]),
        ("cn::", "cn", [b""]),
        ("cn:: SmFuZQ==", "cn", [b"Jane"]),
        ("cn::SmFuZQ==", "cn", [b"Jane"]),
        ("cn::  SmFuZQ== ", "cn", [b"Jane"]),
        ("userCertificate;binary:: AAE=", "usercertificate", [b"\0\1"]),
        ("cn;lang-fr: Jeanne\ncn: Jane", "cn", [b"Jeanne", b"Jane"]),
        ("cn: Jane\nsn: Doe\ncn: J", "cn", [b"Jane", b"J"]),
        ("cn: Ja\n ne", "cn", [b"Jane"]),
        ("cn: Ja\n  ne\n ", "cn", [b"Ja ne"]),
        ("# cn: no\n  comment\ncn: yes", "cn", [b"yes"]),
        ("control: 1.2.840.113556.1.4.417 true\ncn: Jane", "cn", [b"Jane"]),
        ("cn: J\u00fcrgen", "cn", ["Jürgen".encode()]),
        ("2.5.4.3: Jane", "2.5.4.3", [b"Jane"]),
        ("ms-DS-ConsistencyGuid:: AAE=", "ms-ds-consistencyguid", [b"\0\1"]),
        ("cn: Jane\nmember;range=0-*: x", "cn", [b"Jane"]),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r\r\n"])
def test_lines(tmp_path: Path, line: str, name: str, values: list[bytes], newline: str) -> None:
    path = write(tmp_path, (PLAIN + line + "\n").replace("\n", newline))
    for selection in (Selection(), Selection((name.upper(), "objectClass"))):
        (entry,) = read(path, selection=selection)
        assert entry.attributes[name] == values
    (entry,) = read(path, selection=Selection(("objectClass",)))
    assert entry.attributes == {"objectclass": [b"user"]}


@pytest.mark.parametrize(
    ("lines", "number", "incomplete"),
    [
        ("member;range=0-1: a\nmember;range=0-1: b\n", 2, True),
        ("member;range=0-1: a\nmember;range=0-1: b\nmember: c\n", 3, True),
        ("member;range=0-1: a\nmember;range=0-1: b\nmember;range=2-*: c\n", 3, False),
        ("member;Range=2-*: c\nmember;RANGE=0-1: a\n", 2, False),
        ("member;range=0-1: a\nmember;range=3-*: c\n", 2, True),
        ("member;range=1-*: a\n", 1, True),
        ("member;range=0-*: a\nmember:\n", 1, False),
        ("member;range=all: a\n", 1, True),
        ("member: a\nmember:: Yg==\n", 2, False),
    ],
)
def test_ranges(tmp_path: Path, lines: str, number: int, incomplete: bool) -> None:
    path = write(tmp_path, PLAIN + lines)
    (entry,) = read(path)
    (counted,) = read(path, selection=Selection(("objectClass", "member"), ("MEMBER",)))
    assert len(entry.attributes["member"]) == number
    assert "member" not in counted.attributes
    assert entry.number_of_values("member") == counted.number_of_values("member") == number
    assert ("member" in entry.incomplete, "member" in counted.incomplete) == (incomplete, incomplete)


def test_root_dse_is_remembered_and_no_entry(tmp_path: Path) -> None:
    text = "dn:\nobjectClass: top\ndefaultNamingContext: DC=contoso,DC=local\n\n" + PLAIN
    directory = LdifDirectory(write(tmp_path, text))
    assert directory.root_dse.domain_dn == ""
    (entry,) = directory.search(selection=Selection(("cn",), ("defaultNamingContext",)))
    assert entry.dn == "CN=Jane,DC=contoso"
    assert directory.root_dse.domain_dn == "DC=contoso,DC=local"
    assert "defaultnamingcontext" not in directory.attribute_names()


@pytest.mark.parametrize(
    "lines",
    [
        "dn: CN=Gone,CN=deleted objects,CN=Configuration,DC=contoso\n",
        "dn: CN=Gone\\0aDEL:6f3a,CN=Lost,DC=contoso\n",
        "dn: CN=Deleted Objects,DC=contoso,DC=local\n",
        "dn: CN=Gone,DC=contoso\nisDeleted: true\n",
    ],
)
def test_deleted_objects_are_counted(tmp_path: Path, lines: str) -> None:
    # A deleted object may have no objectClass; nobody looks at it.
    directory = LdifDirectory(write(tmp_path, PLAIN + "\n" + lines))
    for _again in range(2):
        (entry,) = directory.search(selection=Selection(("objectClass",)))
        assert entry.attributes == {"objectclass": [b"user"]}
        assert directory.statistics.skipped == {"deleted": 1}
    assert directory.statistics.entries == 2


def test_not_deleted(tmp_path: Path) -> None:
    text = PLAIN + "isDeleted: FALSE\n\ndn: CN=x,OU=Deleted Objects,DC=contoso\nobjectClass: user\n\n"
    text += "dn: CN=Model:1,CN=Deleted Objects 2,DC=contoso\nobjectClass: user\n"
    assert len(read(write(tmp_path, text))) == 3


TREE = "".join(
    f"dn: {name}\nobjectClass: container\ncn: {number}\n\n"
    for number, name in enumerate(
        [
            "DC=contoso,DC=local",
            "OU=Staff,DC=contoso,DC=local",
            "CN=Jane,OU=Staff,DC=contoso,DC=local",
            r"CN=Doe\, Jane,ou=staff, DC=contoso,DC=local",
            "CN=Deep,CN=Jane,OU=Staff,DC=contoso,DC=local",
            "OU=Old Staff,DC=contoso,DC=local",
        ]
    )
)


@pytest.mark.parametrize(
    ("base", "scope", "numbers"),
    [
        (None, "subtree", "012345"),
        ("", "subtree", "012345"),
        ("OU=Staff,DC=contoso,DC=local", "subtree", "1234"),
        ("ou=STAFF, dc=contoso,dc=LOCAL", "base", "1"),
        ("OU=Staff,DC=contoso,DC=local", "one_level", "23"),
        (r"CN=Doe\2c Jane,OU=Staff,DC=contoso,DC=local", "base", "3"),
        ("OU=Old Staff,DC=contoso,DC=local", "one_level", ""),
        ("DC=local", "one_level", "0"),
    ],
)
def test_base_and_scope(tmp_path: Path, base: str | None, scope: Scope, numbers: str) -> None:
    entries = read(write(tmp_path, TREE), base=base, scope=scope)
    assert "".join(entry.text("cn") or "" for entry in entries) == numbers


def test_base_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DirectoryError, match="nothing at or below 'OU=Sales,DC=contoso'") as caught:
        read(write(tmp_path, TREE), base="OU=Sales,DC=contoso")
    assert caught.value.code == "BASE_NOT_FOUND"


def test_filter_takes_what_it_needs_and_leaves_nothing_behind(tmp_path: Path) -> None:
    text = "dn: CN=All,DC=contoso\nobjectClass: group\nadminCount: 1\nmember: CN=a\nmember: CN=b\n\n" + PLAIN
    path = write(tmp_path, text)
    selection = Selection(("objectClass",), ("member",))
    for condition in ("(adminCount=1)", "(&(member=cn=A)(adminCount=*))", "(member=*)", "(!(objectClass=user))"):
        (entry,) = read(path, selection=selection, filter=condition)
        assert (entry.attributes, entry.counts) == ({"objectclass": [b"group"]}, {"member": 2})
    (entry,) = read(path, selection=Selection(("objectClass",)), filter="(member=*)")
    assert (entry.attributes, entry.counts) == ({"objectclass": [b"group"]}, {})
    (entry,) = read(path, filter="(adminCount>=1)")
    assert len(entry.attributes["member"]) == 2


def test_bad_filter_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(OptionError):
        LdifDirectory(write(tmp_path, PLAIN)).search(filter="(cn=")


def test_identity(tmp_path: Path) -> None:
    path = write(tmp_path, LDIFDE)
    data = Path(path).read_bytes()
    expected = {
        "transport": "ldif",
        "path": path,
        "size": str(len(data)),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    assert LdifDirectory(path).identity() == expected
    directory = LdifDirectory(path, chunk_size=10)
    list(directory.search())
    assert directory.identity() == expected
    directory.close()
    directory.close()


def test_fold_between_the_halves_of_a_character(tmp_path: Path) -> None:
    half = "\ufeff" + PLAIN + "cn: x"
    data = half.encode("utf-16-le") + b"\x3d\xd8" + "\r\n ".encode("utf-16-le") + b"\x00\xde" + "\n".encode("utf-16-le")
    (entry,) = read(write(tmp_path, data))
    assert entry.text("cn") == "x\U0001f600"
    with pytest.raises(DirectoryError, match="line 3: the line holds half a character"):
        read(write(tmp_path, half.encode("utf-16-le") + b"\x3d\xd8\n\0"))


def test_members_of_a_huge_group_are_not_held(tmp_path: Path) -> None:
    number = 250_000
    path = tmp_path / "export.ldif"
    with path.open("wb") as file:
        file.write(b"dn: CN=All,DC=contoso\nobjectClass: group\n")
        file.writelines(b"member: CN=User %06d,OU=Staff,DC=contoso,DC=local\n" % place for place in range(number))
        file.write(b"cn: All\n\n" + PLAIN.encode())
    tracemalloc.start()
    try:
        everybody, jane = read(str(path), selection=Selection(("objectClass", "cn"), ("member",)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (everybody.counts, everybody.text("cn"), everybody.origin) == ({"member": number}, "All", "line 1")
    assert jane.origin == f"line {number + 5}"
    assert peak < 8 * 1024 * 1024
    assert len(read(str(path))[0].attributes["member"]) == number


def test_base64_group_members_are_counted(tmp_path: Path) -> None:
    member = base64.b64encode("CN=Müller".encode()).decode()
    (entry,) = read(write(tmp_path, PLAIN + f"member:: {member}\n" * 3), selection=Selection(("cn",), ("member",)))
    assert (entry.attributes, entry.counts) == ({}, {"member": 3})
