# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""LDAP filters: read as RFC 4515 says, evaluated as Active Directory does."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._directory.filters import attribute_names, parse_filter
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import OptionError, SyncreadyError

GUID = uuid.UUID("6f3a1111-2222-3333-4444-55555555abcd")
SID = bytes.fromhex("010500000000000515000000010000000200000003000000f4010000")

JANE = Entry(
    "CN=Doe\\, Jane,OU=Staff,DC=contoso,DC=local",
    {
        "objectclass": [b"top", b"person", b"organizationalPerson", b"user"],
        "objectcategory": [b"CN=Person,CN=Schema,CN=Configuration,DC=contoso,DC=local"],
        "cn": [b"Doe, Jane"],
        "sn": ["Müller".encode()],
        "displayname": [b"Jane (Doe) * \\"],
        "description": [b" two  spaces "],
        "employeeid": [b"007"],
        "useraccountcontrol": [b"514"],
        "grouptype": [b"-2147483640"],
        "msexchrecipienttypedetails": [b"2147483648"],
        "whencreated": [b"20240131120000.0Z"],
        "msexchhidefromaddresslists": [b"TRUE"],
        "manager": [b"CN=Boss,OU=Staff,DC=contoso,DC=local"],
        "proxyaddresses": [b"SMTP:jane@contoso.com", b"smtp:doe@contoso.com"],
        "objectguid": [GUID.bytes_le],
        "objectsid": [SID],
        "thumbnailphoto": [b"\xff\xd8\xff"],
    },
    counts={"member": 3, "url": 0},
)

MATCHES = [
    ("(cn=doe, JANE)", True),
    ("(CN=Doe, Jane)", True),
    ("( cn=Doe, Jane)", True),
    ("(cn= Doe, Jane)", False),
    ("(cn=Doe)", False),
    ("(sn=MÜLLER)", True),
    (r"(sn=M\c3\bcller)", True),
    ("(sn=Muller)", True),
    ("(sn=\uff2d\uff35ller)", True),
    ("(sn=Mueller)", False),
    (r"(displayName=Jane \28Doe\29 \2a \5c)", True),
    ("(displayName=*)", True),
    (r"(displayName=Jane*\2a*)", True),
    (r"(displayName=*\2a)", False),
    ("(displayName=jane*doe*)", True),
    ("(displayName=*a*e*\\5c)", True),
    ("(sn=mu*LER)", True),
    ("(sn=Mul*ller)", False),
    ("(cn=doe, jane*doe, jane)", False),
    ("(description= two  spaces )", True),
    ("(telephoneNumber=*)", False),
    ("(member=*)", True),
    ("(url=*)", False),
    ("(distinguishedName=*)", True),
    (r"(distinguishedName=cn=doe\5c2c Jane, ou=staff,dc=contoso,dc=local)", True),
    ("(distinguishedName=CN=Jane,OU=Staff,DC=contoso,DC=local)", False),
    ("(manager=cn=boss, OU=Staff,DC=Contoso,DC=LOCAL)", True),
    ("(manager=CN=Boss)", False),
    ("(manager=CN=Boss*)", False),
    ("(!(manager=CN=Boss*))", False),
    ("(proxyAddresses=smtp:jane@contoso.com)", True),
    ("(proxyAddresses=*@CONTOSO.com)", True),
    ("(proxyAddresses=*@fabrikam.com)", False),
    ("(proxyAddresses~=smtp:doe@contoso.com)", True),
    ("(employeeID=007)", True),
    ("(employeeID=7)", False),
    ("(employeeID>=5)", True),
    ("(employeeID<=10)", True),
    ("(userAccountControl=514)", True),
    ("(userAccountControl=0514)", True),
    ("(userAccountControl>=66)", True),
    ("(userAccountControl<=66)", False),
    ("(userAccountControl=abc)", False),
    ("(!(userAccountControl=abc))", False),
    ("(|(userAccountControl=abc)(cn=*))", True),
    ("(&(userAccountControl=abc)(cn=*))", False),
    ("(!(&(userAccountControl=abc)(cn=x)))", True),
    ("(!(|(userAccountControl>=abc)(cn=x)))", False),
    ("(whenCreated>=20240101000000.0Z)", True),
    ("(whenCreated<=20240101000000.0Z)", False),
    ("(cn>=d)", True),
    ("(cn<=d)", False),
    ("(userAccountControl:1.2.840.113556.1.4.803:=2)", True),
    ("(userAccountControl:1.2.840.113556.1.4.803:=514)", True),
    ("(userAccountControl:1.2.840.113556.1.4.803:=3)", False),
    ("(userAccountControl:1.2.840.113556.1.4.804:=3)", True),
    ("(userAccountControl:1.2.840.113556.1.4.804:=1)", False),
    ("(groupType:1.2.840.113556.1.4.803:=2147483648)", True),
    ("(groupType:1.2.840.113556.1.4.803:=8)", True),
    ("(groupType:1.2.840.113556.1.4.803:=4)", False),
    ("(msExchRecipientTypeDetails:1.2.840.113556.1.4.803:=2147483648)", True),
    ("(userAccountControl:1.2.840.113556.1.4.803:=x)", False),
    ("(!(userAccountControl:1.2.840.113556.1.4.803:=x))", False),
    ("(!(userAccountControl:1.2.840.113556.1.4.803:=1))", True),
    ("(adminCount:1.2.840.113556.1.4.803:=1)", False),
    ("(!(adminCount:1.2.840.113556.1.4.803:=1))", True),
    ("(cn:2.5.13.2:=Doe, Jane)", False),
    ("(cn:dn:=Doe, Jane)", True),
    ("(cn:=Doe, Jane)", True),
    ("(:2.5.13.2:=x)", False),
    ("(!(givenName=x))", True),
    ("(!(givenName=*))", True),
    ("(!(cn=*))", False),
    ("(msExchHideFromAddressLists=true)", True),
    ("(objectClass=USER)", True),
    ("(objectClass=group)", False),
    ("(objectCategory=person)", True),
    ("(objectCategory=User)", True),
    ("(objectCategory=contact)", True),
    ("(objectCategory=group)", False),
    ("(objectCategory=CN=Person,CN=Schema,CN=Configuration,DC=contoso,DC=local)", True),
    ("(objectGUID=" + "".join(f"\\{byte:02x}" for byte in GUID.bytes_le) + ")", True),
    ("(objectGUID=6F3A1111-2222-3333-4444-55555555ABCD)", True),
    ("(objectGUID={6f3a1111-2222-3333-4444-55555555abcd})", True),
    ("(objectGUID=6f3a1111-2222-3333-4444-55555555abce)", False),
    (r"(objectGUID=\11\11\3a*\CD)", True),
    (r"(objectGUID=*\cd\ab)", False),
    ("(objectSid=S-1-5-21-1-2-3-500)", True),
    ("(objectSid=s-1-5-21-1-2-3-501)", False),
    ("(objectSid=" + "".join(f"\\{byte:02X}" for byte in SID) + ")", True),
    (r"(thumbnailPhoto=\ff\d8\ff)", True),
    (r"(thumbnailPhoto=\ff\d8*)", True),
    ("(&)", True),
    ("(|)", False),
    ("(&(objectClass=user)(|(cn=x)(sn=m*))(!(cn=y)))", True),
    (" ( & ( objectClass=user)\n ( ! (cn=y) ) ) ", True),
    ("(userCertificate;binary=*)", False),
]


@pytest.mark.parametrize(("text", "expected"), MATCHES)
def test_matches(text: str, expected: bool) -> None:
    assert parse_filter(text).matches(JANE) is expected


@pytest.mark.parametrize(
    ("name", "category", "expected"),
    [
        ("group", "CN=Group", True),
        ("organizationalUnit", "CN=Organizational-Unit", True),
        ("msExchDynamicDistributionList", "CN=ms-Exch-Dynamic-Distribution-List", True),
        ("msExchDynamicDistributionList", "CN=ms-Exch-Public-Folder", False),
        ("person", "CN=Person-Of-Old", False),
        ("domain", "CN=Domain-DNS", True),
    ],
)
def test_object_category(name: str, category: str, expected: bool) -> None:
    dn = f"{category},CN=Schema,CN=Configuration,DC=contoso,DC=local"
    entry = Entry("CN=x", {"objectcategory": [dn.encode()]})
    assert parse_filter(f"(objectCategory={name})").matches(entry) is expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it is empty, at its end"),
        ("cn=x", "does not begin with '('"),
        ("(cn=x", "a ')' is missing, at its end"),
        ("(cn=x))", "more text follows where the filter has ended, at character 7"),
        ("(cn=x)(cn=y)", "at character 7 ('(cn=y)')"),
        ("(cn)", "a comparison (attribute=value) is expected, at character 2 ('cn)')"),
        ("()", "a comparison"),
        ("(=x)", "the attribute is missing"),
        ("(cn=a(b)", "a ')' is missing, at character 6"),
        (r"(cn=a\b)", "at character 6"),
        (r"(cn=a\zz)", "two hexadecimal digits"),
        ("(!(cn=a)(cn=b))", "exactly one filter"),
        ("(!)", "exactly one filter"),
        ("(&(cn=a)x)", "a ')' is missing, at character 9 ('x)')"),
        ("(cn:1.2.3=x)", "needs ':='"),
        ("(:=x)", "needs ':='"),
        ("(cn:1.2:3.4:=x)", "more than one matching rule"),
        ("(c n=x)", "'c n' is no attribute name"),
        ("(cn>=a*)", "no meaning after '>='"),
        ("(cn>x)", "a comparison"),
        ("(" * 150 + "cn=x" + ")" * 150, "a comparison"),
        ("(!" * 150 + "(cn=x)" + ")" * 150, "nested more than 100 deep"),
    ],
)
def test_filters_that_cannot_be_read(text: str, words: str) -> None:
    with pytest.raises(OptionError) as caught:
        parse_filter(text)
    assert words in str(caught.value)
    assert repr(text) in str(caught.value)


def test_nested_membership_is_refused() -> None:
    with pytest.raises(OptionError, match="use the option for groups"):
        parse_filter("(|(cn=x)(memberOf:1.2.840.113556.1.4.1941:=CN=All,DC=contoso))")


def test_attribute_names() -> None:
    text = "(&(objectClass=user)(!(MAIL=*))(|(cn:dn:2.5.13.2:=x)(uid>=1)(userCertificate;binary=*)(mail=*)))"
    assert attribute_names(text) == {"objectclass", "mail", "cn", "uid", "usercertificate"}
    condition = parse_filter("(&(mail=*)(!(member=*))(member=CN=x))")
    assert condition.presence == {"mail"}
    assert condition.values == {"member"}
    assert condition.text.startswith("(&")


ANY = st.text(st.sampled_from("()&|!=<>~:*\\2aA. 1cn"), max_size=24) | st.text(max_size=12)


@given(ANY)
def test_any_text_is_a_filter_or_an_option_error(text: str) -> None:
    for candidate in (text, f"({text})", f"(cn={text})"):
        try:
            parse_filter(candidate).matches(JANE)
        except SyncreadyError as error:
            assert isinstance(error, OptionError)


def escape(value: bytes) -> str:
    """Write a value for a filter so that nothing in it is special."""
    return "".join(f"\\{byte:02x}" for byte in value)


@given(st.binary(min_size=1, max_size=12))
def test_every_value_finds_itself(value: bytes) -> None:
    for name in ("description", "objectguid", "objectsid", "manager"):
        entry = Entry("CN=x", {name: [b"other", value]})
        assert parse_filter(f"({name}={escape(value)})").matches(entry)
        assert not parse_filter(f"(!({name}={escape(value)}))").matches(entry)


@given(st.text(max_size=4), st.text(max_size=4), st.text(max_size=4))
@example("\u03b1\u03a3", "", "")
def test_parts_of_a_value_find_it(first: str, middle: str, last: str) -> None:
    entry = Entry("CN=x", {"description": [(first + "#" + middle + "#" + last).encode()]})
    for text in (f"{escape(first.encode())}*", f"*{escape(last.encode())}", f"*{escape(middle.encode())}*"):
        assert parse_filter(f"(description={text})").matches(entry)


TREES = st.recursive(
    st.sampled_from([("(cn=doe, jane)", True), ("(cn=x)", False), ("(userAccountControl=x)", None)]),
    lambda inner: (
        inner.map(lambda one: (f"(!{one[0]})", None if one[1] is None else not one[1]))
        | st.lists(inner, max_size=3).map(
            lambda parts: (
                f"(&{''.join(text for text, _value in parts)})",
                False if any(v is False for _t, v in parts) else None if any(v is None for _t, v in parts) else True,
            )
        )
        | st.lists(inner, max_size=3).map(
            lambda parts: (
                f"(|{''.join(text for text, _value in parts)})",
                True if any(v for _t, v in parts) else None if any(v is None for _t, v in parts) else False,
            )
        )
    ),
    max_leaves=8,
)


@given(TREES)
def test_three_valued_logic(tree: tuple[str, bool | None]) -> None:
    text, expected = tree
    assert parse_filter(text).matches(JANE) is (expected is True)
    assert parse_filter(f"(!{text})").matches(JANE) is (expected is False)
