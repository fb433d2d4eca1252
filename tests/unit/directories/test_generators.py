# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The healthy directory and the one for measurements have the size and the shape that they promise."""

from __future__ import annotations

import collections
import io
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.tests.directories import healthy, ldif, volume
from ansible_collections.syncready.m365.tests.directories.__main__ import main
from ansible_collections.syncready.m365.tests.directories.model import Item
from ansible_collections.syncready.m365.tests.directories.names import People
from ansible_collections.syncready.m365.tests.directories.organisation import DATABASES
from ansible_collections.syncready.m365.tests.unit.directories.ldif_reader import read_ldif

UNIQUE = ("userPrincipalName", "mail", "mailNickname", "sAMAccountName", "targetAddress")


@pytest.fixture(scope="module")
def items() -> list[Item]:
    """The objects of the healthy directory."""
    return healthy.build().items


def test_healthy_has_exactly_that_many_objects(items: list[Item]) -> None:
    assert len(items) == 2000
    with pytest.raises(ValueError, match="at least 1,000"):
        healthy.build(10)


def test_healthy_holds_what_exchange_and_connect_make(items: list[Item]) -> None:
    addresses = [str(value) for item in items for value in item.attributes.get("proxyAddresses", [])]
    for start in ("X500:", "x500:", "sip:", "eum:", "SPO:", "X400:"):
        assert any(address.startswith(start) for address in addresses), start
    for part in ("@contoso.mail.onmicrosoft.com", "fabrikam.app", "fabrikam.shop", "xn--", "o'"):
        assert any(part in address for address in addresses), part
    kinds = {
        item.text("msExchRecipientTypeDetails") for item in items if "msExchRecipientTypeDetails" in item.attributes
    }
    assert {"1", "2", "4", "16", "32", "2147483648", "34359738368", "8388608", "549755813888"} <= kinds
    assert {"Österreich", "España", "日本"} <= {item.text("co") for item in items if "co" in item.attributes}


def test_healthy_values_are_unique(items: list[Item]) -> None:
    for name in UNIQUE:
        domains = collections.Counter(
            (item.text(name).lower(), item.dn[-24:] if name == "sAMAccountName" else "")
            for item in items
            if name in item.attributes and not item.built_in
        )
        assert not [value for value, count in domains.items() if count > 1], name


@pytest.mark.parametrize(("count", "share", "faulty"), [(1000, 0.01, 10), (5000, 0.1, 500), (100, 0.0, 0), (7, 1.0, 7)])
def test_volume_has_the_share_of_faults(count: int, share: float, faulty: int) -> None:
    out = io.StringIO()
    assert volume.write(out, count, share) == faulty
    users = [values for dn, values in read_ldif(out.getvalue()) if dn.startswith("CN=user")]
    assert len(users) == count
    assert {len(values["proxyAddresses"]) for values in users} == {3}
    rules = ("givenName", "sn", "displayName", *UNIQUE)
    assert all(name in values for values in users for name in rules)
    for name in ("objectGUID", "objectSid", *UNIQUE):
        assert len({values[name][0] for values in users}) == count


def test_volume_fills_the_address_list_when_asked() -> None:
    out = io.StringIO()
    volume.write(out, 20, 0, address_list=True)
    users = [values for dn, values in read_ldif(out.getvalue()) if dn.startswith("CN=user")]
    assert all(
        values["c"] == [b"DE"] and values["countryCode"] == [b"276"] and "postalCode" in values for values in users
    )


def test_volume_puts_mailboxes_into_databases_when_asked() -> None:
    out = io.StringIO()
    volume.write(out, 42, 0, on_premises=True)
    text = out.getvalue()
    # Two of three, evenly over the databases, whose servers are there.
    assert text.count("\nmsExchMailboxGuid:: ") == 28
    assert text.count("\ntargetAddress: ") == 14
    assert text.count("objectClass: msExchPrivateMDB\n") == len(DATABASES) == 14
    assert len({line for line in text.replace("\n ", "").splitlines() if line.startswith("homeMDB: ")}) == 14


def test_volume_writes_the_same_bytes_and_nothing_unsafe() -> None:
    texts = []
    for _turn in range(2):
        out = io.StringIO()
        volume.write(out, 500, 0.1)
        texts.append(out.getvalue())
    assert texts[0] == texts[1] and texts[0].isascii()
    assert max(len(line) for line in texts[0].split("\n")) <= ldif.LINE_WIDTH
    with pytest.raises(ValueError, match="between 0 and 1"):
        volume.write(io.StringIO(), 1, 2)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "a: plain\n"),
        ("", "a:\n"),
        (" lead", "a:: IGxlYWQ=\n"),
        ("trail ", "a:: dHJhaWwg\n"),
        (":colon", "a:: OmNvbG9u\n"),
        ("<url", "a:: PHVybA==\n"),
        ("in:side <x", "a: in:side <x\n"),
        ("line\nbreak", "a:: bGluZQpicmVhaw==\n"),
        ("é", "a:: w6k=\n"),
        (b"plain", "a:: cGxhaW4=\n"),
        ("x" * 80, "a: " + "x" * 75 + "\n " + "x" * 5 + "\n"),
    ],
)
def test_lines(value: str | bytes, written: str) -> None:
    assert ldif.line("a", value) == written


def test_people_never_repeat() -> None:
    people = People()
    made = [people.next() for _turn in range(3000)]
    assert len({person.login for person in made}) == len({person.sam for person in made}) == 3000
    assert all(person.login.isascii() and len(person.sam) <= 20 for person in made)


def test_the_command_line_writes_the_files(tmp_path: Path) -> None:
    main(["volume", "--count", "10", "--ldif", str(tmp_path / "v.ldif")])
    main(["healthy", "--count", "1000", "--ldif", str(tmp_path / "h.ldif")])
    main(["contoso", "--large", str(tmp_path / "l.ldif")])
    assert len(read_ldif((tmp_path / "h.ldif").read_text("utf-8"))) == 1000
    large = (tmp_path / "l.ldif").read_text("utf-8")
    assert [block.count("\nmember: ") for block in large.split("\ndn: ")[1:]] == [50_000, 50_001, 249_999, 250_000]
