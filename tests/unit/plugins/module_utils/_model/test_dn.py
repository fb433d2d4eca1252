# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Distinguished names: taken apart, compared, and never a crash."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._model import dn

SPLIT = [
    ("CN=Jane Doe,OU=Staff,DC=contoso,DC=local", "CN=Jane Doe", "OU=Staff,DC=contoso,DC=local", "Jane Doe"),
    (r"CN=Doe\, Jane,OU=Staff,DC=contoso", r"CN=Doe\, Jane", "OU=Staff,DC=contoso", "Doe, Jane"),
    (r"CN=Doe\2C Jane, OU=Staff", r"CN=Doe\2C Jane", "OU=Staff", "Doe, Jane"),
    (r"CN=Printer\0ACNF:6f3a,CN=Users", r"CN=Printer\0ACNF:6f3a", "CN=Users", "Printer\nCNF:6f3a"),
    (r"CN=M\C3\BCller,DC=contoso", r"CN=M\C3\BCller", "DC=contoso", "Müller"),
    (r"CN=\#1 \"a\"\+b\\,DC=contoso", r"CN=\#1 \"a\"\+b\\", "DC=contoso", '#1 "a"+b\\'),
    ("CN=A+B,DC=contoso", "CN=A+B", "DC=contoso", "A+B"),
    ("CN=Jane+employeeID=17,DC=contoso", "CN=Jane+employeeID=17", "DC=contoso", "Jane"),
    (r"CN=\ two \ ,DC=contoso", r"CN=\ two \ ", "DC=contoso", " two  "),
    ("CN = Jane , DC=contoso", "CN = Jane", "DC=contoso", "Jane"),
    ("DC=local", "DC=local", "", "local"),
    ("", "", "", ""),
    ("no equals sign", "no equals sign", "", "no equals sign"),
    ("CN=end\\", "CN=end\\", "", "end\\"),
    (r"CN=\FF\41,DC=x", r"CN=\FF\41", "DC=x", r"\xffA"),
]


@pytest.mark.parametrize(("name", "rdn", "above", "value"), SPLIT)
def test_split(name: str, rdn: str, above: str, value: str) -> None:
    assert dn.split_rdn(name) == (rdn, above)
    assert dn.parent(name) == above
    assert dn.rdn_value(name) == value


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("CN=Jane,OU=Staff,DC=contoso,DC=local", "contoso.local"),
        ("CN=Configuration, DC = Contoso , dc=LOCAL", "contoso.local"),
        ("DC=www,DC=contoso.com,CN=MicrosoftDNS,DC=DomainDnsZones,DC=contoso,DC=com", "domaindnszones.contoso.com"),
        (r"CN=Jane\,DC=fabrikam,DC=contoso,DC=com", "contoso.com"),
        (r"CN=Jane\\,DC=contoso,DC=com", "contoso.com"),
        (r"CN=Jane\,DC=contoso", ""),
        ("CN=Jane,O=Contoso", ""),
        ("", ""),
    ],
)
def test_dns_domain(name: str, domain: str) -> None:
    assert dn.dns_domain(name) == domain


SAME = [
    ("CN=Jane Doe,OU=Staff,DC=contoso,DC=com", "cn=jane doe, ou=STAFF , DC=Contoso,dc=COM"),
    (r"CN=Doe\, Jane,DC=contoso", r"cn=Doe\2c Jane,dc=contoso"),
    ("CN=Müller,DC=contoso", r"CN=M\c3\9cLLER,DC=contoso"),
    ("CN=ΟΔΟΣ,DC=contoso", "CN=οδος,DC=contoso"),
    ("CN=Jane+OU=Staff,DC=contoso", "ou=staff + cn=jane,dc=contoso"),
    (r"CN=A\+B,DC=contoso", "CN=a+b,DC=contoso"),
    (r"CN=a\=b,DC=contoso", "CN=a=b,DC=contoso"),
    (r"CN=\ x,DC=contoso", r"CN=\20x,DC=contoso"),
]

DIFFERENT = [
    ("CN=Jane,DC=contoso", "CN=Jane Doe,DC=contoso"),
    ("CN=Strasse,DC=contoso", "CN=Straße,DC=contoso"),
    ("CN=\u0131lk,DC=contoso", "CN=Ilk,DC=contoso"),
    ("CN=\u212a,DC=contoso", "CN=k,DC=contoso"),
    ("CN=José,DC=contoso", "CN=Jose,DC=contoso"),
    (r"CN=\ x,DC=contoso", "CN=x,DC=contoso"),
    (r"CN=a\,DC=contoso", "CN=a,DC=contoso"),
    (r"CN=a\2cb", r"CN=a\\2cb"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same_name(one: str, other: str) -> None:
    assert dn.normalise(one) == dn.normalise(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_names(one: str, other: str) -> None:
    assert dn.normalise(one) != dn.normalise(other)


@pytest.mark.parametrize(
    ("name", "base", "below"),
    [
        ("CN=Jane,OU=Staff,DC=contoso", "ou=staff, dc=contoso", True),
        ("OU=Staff,DC=contoso", "OU=Staff,DC=contoso", True),
        ("OU=Old Staff,DC=contoso", "Staff,DC=contoso", False),
        ("CN=Jane,OU=Staff,DC=contoso", "OU=Staff,DC=fabrikam", False),
        (r"CN=Jane\,OU=Staff,DC=contoso", "OU=Staff,DC=contoso", False),
        (r"CN=Jane\\,OU=Staff,DC=contoso", "OU=Staff,DC=contoso", True),
        ("CN=Jane", "", True),
    ],
)
def test_is_at_or_below(name: str, base: str, below: bool) -> None:
    assert dn.is_at_or_below(name, base) is below


NAMES = st.text(st.sampled_from('aBéß,=+\\ #"20cC\n;Σς\u0131x'), max_size=24) | st.text(max_size=24)


@given(NAMES)
@example("+ a=")
@example("B+a=")
@example("ß=+B=")
@example("a\\,\\")
def test_nothing_crashes_and_normalising_twice_changes_nothing(name: str) -> None:
    once = dn.normalise(name)
    assert dn.normalise(once) == once
    assert dn.is_at_or_below(name, name)
    rdn, rest = dn.split_rdn(name)
    assert len(rdn) + len(rest) <= len(name)
    dn.rdn_value(name).encode("utf-8")
    dn.dns_domain(name)


@given(NAMES.filter(lambda name: not name.endswith("\\")))
def test_a_usual_name_is_no_special_case(name: str) -> None:
    # The space sends the name the long way.
    assert dn.normalise(name) == dn.normalise(name + " ")


@given(NAMES)
def test_every_level_of_the_normalised_name_is_above(name: str) -> None:
    rest = once = dn.normalise(name)
    while rest:
        assert dn.is_at_or_below_normalised(once, rest)
        rest = dn.parent(rest)


def escaped(value: str, style: int) -> str:
    """Write a value as RFC 4514 allows it, in one of several ways."""
    result = ""
    for position, char in enumerate(value):
        edge = position in (0, len(value) - 1)
        if char in ',+"\\<>;=' or (char == " " and edge) or (char == "#" and position == 0) or ord(char) < 32:
            plain = style == 0 and ord(char) >= 32
            result += "\\" + char if plain else "".join(f"\\{byte:02X}" for byte in char.encode())
        elif style == 2:
            result += "".join(f"\\{byte:02x}" for byte in char.encode())
        else:
            result += char
    return result


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4))
def test_escaped_names_come_back(values: list[str]) -> None:
    spellings = [",".join(f"CN={escaped(value, style)}" for value in values) for style in (0, 1, 2)]
    for spelling in spellings:
        rest = spelling
        for value in values:
            assert dn.rdn_value(rest) == value
            rest = dn.parent(rest)
        assert rest == ""
    spaced = spellings[0].replace("CN=", " cn = ")
    assert len({dn.normalise(spelling) for spelling in [*spellings, spaced]}) == 1 or " cn = " in "".join(values)
