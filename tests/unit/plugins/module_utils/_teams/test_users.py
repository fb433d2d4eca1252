# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers for users: one scan, overrides, who is meant, and a directory without Exchange."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import (
    EVERYTHING,
    Directory,
    Scope,
    Selection,
)
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._teams.matrix import MATRIX_LOCATIONS, Location
from ansible_collections.syncready.m365.plugins.module_utils._teams.overrides import Override
from ansible_collections.syncready.m365.tests.support.audits import Entries, entry
from ansible_collections.syncready.m365.tests.support.teams import census_of, options, users_of

EXCHANGE = "CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=local"
GROUP = f"CN=Group,CN=Administrative Groups,CN=Contoso,{EXCHANGE}"
DATABASE = f"CN=DB1,CN=Databases,{GROUP}"
SERVER = f"CN=EX1,CN=Servers,{GROUP}"
REMOTE = 2147483648
LEGACY: Location = "exchange_online_dedicated_legacy"
VNEXT: Location = "exchange_online_dedicated_vnext"


def organisation(serial: str = "Version 15.2 (Build 32562.17)") -> list[Entry]:
    return [
        entry(f"CN=Contoso,{EXCHANGE}", objectClass="msExchOrganizationContainer"),
        entry(SERVER, objectClass="msExchExchangeServer", serialNumber=serial),
        entry(DATABASE, objectClass="msExchPrivateMDB", msExchOwningServer=SERVER),
    ]


def person(name: str, ou: str = "OU=Staff", **attributes: t.Any) -> Entry:
    return entry(
        f"CN={name},{ou},DC=contoso,DC=local",
        **{"objectClass": ["top", "person", "user"], "sAMAccountName": name.lower().replace(" ", "."), **attributes},
    )


def here(name: str, **more: t.Any) -> Entry:
    return person(
        name,
        **{
            "homeMDB": DATABASE,
            "msExchHomeServerName": "/o=Contoso/ou=x/cn=Configuration/cn=Servers/cn=EX1",
            "msExchMailboxGuid": b"0123456789abcdef",
            "msExchRecipientTypeDetails": 1,
            **more,
        },
    )


def cloud(name: str, **more: t.Any) -> Entry:
    target = f"SMTP:{name.lower()}@contoso.mail.onmicrosoft.com"
    return person(
        name, **{"msExchRecipientTypeDetails": REMOTE, "msExchRemoteRecipientType": 4, "targetAddress": target, **more}
    )


class Counting:
    """Passes everything on, and counts the searches."""

    def __init__(self, inner: Directory) -> None:
        self.statistics = inner.statistics
        self.searches = 0
        self._inner = inner

    def identity(self) -> dict[str, str]:
        return self._inner.identity()

    def search(
        self,
        base: str | None = None,
        scope: Scope = "subtree",
        selection: Selection = EVERYTHING,
        filter: str | None = None,  # noqa: A002
    ) -> Iterator[Entry]:
        self.searches += 1
        return self._inner.search(base, scope, selection, filter)

    def attribute_names(self) -> frozenset[str] | None:
        return self._inner.attribute_names()

    def close(self) -> None:
        self._inner.close()


def test_the_directory_is_read_once() -> None:
    directory = Counting(Entries([*organisation(), *(here(f"P{number}") for number in range(50)), cloud("C")]))
    chosen = options(overrides=(Override(LEGACY, filter="(title=Boss)"),), users=("p1", "c"))
    with census_of(t.cast(Directory, directory), chosen) as (census, facts):
        assert [user.name for user in census.users()] == ["C", "P1"]
        facts.as_dict()
    assert directory.searches == 1


def test_many_equal_users_are_one_group() -> None:
    with census_of([*organisation(), *(here(f"P{number}") for number in range(500))]) as (census, _facts):
        assert [group.users for group in census.groups] == [500]
        assert len(list(census.users())) == 500


def test_users_come_by_dn() -> None:
    names = ["Zoe", "Adele", "Mia"]
    assert list(users_of([cloud(name) for name in names])) == sorted(names)


def test_a_mailbox_here_and_one_in_the_cloud() -> None:
    found = users_of([*organisation(), here("Adele"), cloud("Mia"), person("Zoe")])
    adele, mia, zoe = (found[name].group for name in ("Adele", "Mia", "Zoe"))
    assert (adele.location, adele.version, adele.qualifies) == ("exchange_on_premises", "SE RTM", True)
    assert (mia.location, mia.version, mia.qualifies) == ("exchange_online", None, None)
    assert (zoe.location, zoe.row, set(zoe.features.values())) == ("none", 9, {"not_promised"})
    # No authorization server: Teams has no way to the mailbox.
    assert adele.features["meetings"] == "not_supported"
    assert adele.not_met["meetings"] == ("oauth", "hybrid_configuration")


def test_an_old_server() -> None:
    group = users_of([*organisation("Version 15.1 (Build 30466.34)"), here("Adele")])["Adele"].group
    assert (group.version, group.qualifies) == ("2016 CU2", False)
    assert group.not_met["meetings"][0] == "exchange_2016_cu3"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"isCriticalSystemObject": "TRUE"}, "critical system object"),
        ({"msExchRecipientTypeDetails": 8388608}, "Exchange system mailbox"),
        ({"sAMAccountName": "MSOL_0123"}, "service account"),
    ],
)
def test_accounts_of_the_system_are_counted_apart(changes: dict[str, str], reason: str) -> None:
    with census_of([*organisation(), here("Adele"), here("Odd", **changes)]) as (census, facts):
        odd = next(user for user in census.users() if user.name == "Odd").group
        counts = facts.as_dict()["counts"]
    assert (odd.system, odd.synchronized, odd.left_out_by) == (True, False, reason)
    assert (odd.location, odd.version) == ("exchange_on_premises", "SE RTM")
    assert (counts["users"], counts["system"]) == (1, {"exchange_on_premises": 1})
    assert counts["by_version"]["SE RTM"]["users"] == 1


def test_users_that_are_left_out_are_answered_for() -> None:
    entries = [
        *organisation(),
        here("Adele"),
        here("Outside", ou="OU=Leavers"),
        here("No Name", sAMAccountName=None),
        here("Twin\\0ACNF:2d119649-d585-55a7-b289-1eac8de11982"),
    ]
    chosen = options(sync_scope={"exclude": ["OU=Leavers,DC=contoso,DC=local"]})
    with census_of(entries, chosen) as (census, facts):
        reasons = {user.name[:7]: user.group.left_out_by for user in census.users()}
        for user in census.users():
            assert (user.group.location, user.group.version) == ("exchange_on_premises", "SE RTM")
            promised = "not_promised" not in user.group.features.values()
            assert promised is user.group.synchronized is (user.name == "Adele")
        known = facts.as_dict()
    assert reasons == {
        "Adele": "",
        "Outside": "sync scope",
        "No Name": "no sAMAccountName",
        "Twin\nCN": "conflict object",
    }
    assert known["counts"]["by_location"]["exchange_on_premises"] == {"users": 4, "synchronized": 1}
    cell = known["matrix"]["exchange_on_premises"]["tabs"]
    assert cell["users"] == {"supported": 1, "conditional": 0, "not_supported": 0, "not_promised": 3}
    assert known["conditions"]["synchronized"]["users"] == {"met": 0, "not_met": 3, "unknown": 1}


def test_mail_contacts_are_external_and_counted() -> None:
    contacts = [
        entry("CN=A,DC=contoso,DC=local", objectClass="contact", mail="a@fabrikam.com"),
        entry("CN=B,DC=contoso,DC=local", objectClass="contact", targetAddress="SMTP:b@fabrikam.com"),
        entry("CN=C,DC=contoso,DC=local", objectClass="contact"),
    ]
    target: dict[str, t.Any] = {"msExchRecipientTypeDetails": 128, "targetAddress": "SMTP:x@fabrikam.com"}
    with census_of([*contacts, person("Guest", **target)]) as (census, facts):
        assert [(user.name, user.group.location) for user in census.users()] == [("Guest", "external")]
        assert facts.as_dict()["counts"]["mail_contacts"] == 2


ADDRESS = {
    "mail": "adele@fabrikam.com",
    "proxyAddresses": ["smtp:adele@contoso.com", "SMTP:adele@Dedicated.contoso.com"],
}


@pytest.mark.parametrize(
    ("override", "meant"),
    [
        (Override(LEGACY, ous=("ou=staff, dc=contoso,dc=local",)), True),
        (Override(LEGACY, ous=("DC=contoso,DC=local",)), True),
        (Override(LEGACY, ous=("OU=Other,DC=contoso,DC=local",)), False),
        (Override(LEGACY, filter="(&(objectClass=user)(extensionAttribute1=dedicated))"), True),
        (Override(LEGACY, filter="(extensionAttribute1=other)"), False),
        (Override(LEGACY, domains=("dedicated.CONTOSO.com",)), True),
        # The primary address counts and neither the others nor mail.
        (Override(LEGACY, domains=("contoso.com", "fabrikam.com")), False),
        (Override(LEGACY), False),
    ],
)
def test_override(override: Override, meant: bool) -> None:
    user = here("Adele", extensionAttribute1="dedicated", **ADDRESS)
    group = users_of([*organisation(), user], options(overrides=(override,)))["Adele"].group
    if meant:
        assert (group.location, group.row, group.version, group.notes) == (LEGACY, 0, None, ())
        assert group.features["meetings"] == "not_supported"
        assert group.features["tabs"] == "supported"
    else:
        assert (group.location, group.row) == ("exchange_on_premises", 5)


def test_override_by_mail_where_there_is_no_primary_address() -> None:
    user = here("Adele", mail="adele@fabrikam.com")
    chosen = options(overrides=(Override(VNEXT, domains=("fabrikam.com",)),))
    assert users_of([user], chosen)["Adele"].group.location == VNEXT


def test_the_first_override_counts_and_none_is_for_the_system() -> None:
    everybody = Override(LEGACY, ous=("DC=contoso,DC=local",))
    chosen = options(overrides=(Override(VNEXT, filter="(title=Boss)"), everybody))
    boss, staff = cloud("Boss", title="Boss"), cloud("Staff")
    system = here("System", msExchRecipientTypeDetails=8388608)
    found = users_of([boss, staff, system], chosen)
    assert {name: user.group.location for name, user in found.items()} == {
        "Boss": VNEXT,
        "Staff": LEGACY,
        "System": "exchange_on_premises",
    }


def test_an_override_of_many_users() -> None:
    chosen = options(overrides=(Override(LEGACY, ous=("OU=Staff,DC=contoso,DC=local",)),))
    with census_of([*(cloud(f"P{number}") for number in range(4100)), person("Zoe", ou="OU=Other")], chosen) as (
        census,
        _facts,
    ):
        assert {group.location: group.users for group in census.groups} == {LEGACY: 4100, "none": 1}


def test_override_makes_the_location_present() -> None:
    chosen = options(overrides=(Override(LEGACY, ous=("DC=contoso,DC=local",)),))
    with census_of([cloud("Adele")], chosen) as (_census, facts):
        known = facts.as_dict()
    assert list(known["matrix"]) == [LEGACY]
    assert "legacy_features" in {advisory["id"] for advisory in known["advisories"]}
    assert "connectors_legacy_prose" in known["notes"]
    assert known["differences"]["cells"][0] == {
        "location": LEGACY,
        "feature": "ediscovery",
        "newest": {
            "support": "supported",
            "footnotes": ["eDiscovery and legal hold of channel messages work for every hosting option."],
            "conditions": [],
        },
        "seed": {
            "support": "conditional",
            "footnotes": ["eDiscovery and legal hold of channel messages work for every hosting option."],
            "conditions": ["ediscovery_allowed_list"],
        },
    }


GUID = "6f3a9c51-0d1e-4b7a-9c3d-1a2b3c4d5e6f"
NAMED = here(
    "Adele Vance",
    userPrincipalName="Adele@contoso.com",
    mail="adele.vance@contoso.com",
    proxyAddresses=["SMTP:adele.vance@contoso.com", "smtp:a=b@contoso.com", "X500:/o=Contoso/cn=adele"],
    objectGUID=GUID,
)


@pytest.mark.parametrize(
    "name",
    [
        GUID,
        "{" + GUID.upper() + "}",
        "cn=adele vance, OU=Staff,DC=contoso,DC=local",
        "adele@CONTOSO.com",
        "adele.vance",
        "CONTOSO\\Adele.Vance",
        " adele.vance@contoso.com ",
        "a=b@contoso.com",
    ],
)
def test_names_that_mean_a_user(name: str) -> None:
    with census_of([NAMED, cloud("Mia")], options(users=(name,))) as (census, _facts):
        assert [user.name for user in census.users()] == ["Adele Vance"]
        assert census.not_found == []


def test_names_that_mean_nobody() -> None:
    names = ("/o=Contoso/cn=adele", "Adele Vance", "CN=Adele Vance,DC=contoso,DC=local", "adele.vance", "contoso.com")
    with census_of([NAMED], options(users=names)) as (census, facts):
        assert len(list(census.users())) == 1
        assert census.not_found == [name for name in names if name != "adele.vance"]
        # The facts are about everybody.
        assert facts.as_dict()["counts"]["users"] == 1


def test_users_by_location() -> None:
    chosen = options(locations=frozenset({"exchange_online"}))
    with census_of([*organisation(), here("Adele"), cloud("Mia")], chosen) as (census, facts):
        assert [user.name for user in census.users()] == ["Mia"]
        assert list(facts.as_dict()["matrix"]) == ["exchange_online", "exchange_on_premises"]


class Unaware(Entries):
    """A directory whose schema does not know Exchange."""

    def __init__(self, entries: t.Iterable[Entry]) -> None:
        super().__init__(entries)
        self.statistics.absent_attributes = ("homeMDB", "msExchRecipientTypeDetails")


@pytest.mark.parametrize(("kind", "schema"), [(Unaware, "absent"), (Entries, "not_seen")])
def test_without_exchange(kind: type[Entries], schema: str) -> None:
    entries = [person("Adele", mail="adele@contoso.com"), person("Mia")]
    with census_of(kind(entries)) as (census, facts):
        found = {user.name: (user.group.location, user.group.row) for user in census.users()}
        known = facts.as_dict()
    assert found == {"Adele": ("unknown", 8), "Mia": ("none", 9)}
    assert known["exchange"]["schema"] == schema
    assert "may have a mailbox in the cloud" in known["exchange"]["message"]
    assert known["exchange"]["hybrid_configuration"] is None
    assert (known["matrix"], known["conditions"]) == ({}, {})


def test_an_export_without_the_configuration() -> None:
    with census_of([here("Adele")]) as (census, facts):
        group = next(census.users()).group
        known = facts.as_dict()
    assert (group.location, group.version, group.qualifies) == ("exchange_on_premises", None, None)
    # Nothing shows that OAuth is missing, so nothing is denied.
    assert group.features["meetings"] == "conditional"
    assert known["exchange"]["schema"] == "present"
    assert "does not hold the configuration" in known["exchange"]["message"]
    assert known["counts"]["by_version"] == {
        "unknown": {"users": 1, "qualifies_for_meetings": None, "support": "unknown"}
    }


def test_schema_alone_is_a_schema() -> None:
    marker = "CN=ms-Exch-Schema-Version-Pt,CN=Schema,CN=Configuration,DC=contoso,DC=local"
    with census_of([entry(marker, objectClass="attributeSchema", rangeUpper=17003), person("Mia")]) as (_census, facts):
        assert facts.as_dict()["exchange"]["schema"] == "present"


def test_signs_of_a_synchronization() -> None:
    account = person("MSOL_0123456789ab", sAMAccountName="MSOL_0123456789ab")
    anchored = here("Adele", mS_DS_ConsistencyGuid=b"0123456789abcdef")
    for entries, state in (([here("Adele")], "unknown"), ([here("Adele"), account], "met"), ([anchored], "met")):
        with census_of([*organisation(), *entries]) as (_census, facts):
            assert facts.as_dict()["conditions"]["synchronized"]["state"] == state


def test_an_empty_directory_has_facts() -> None:
    with census_of([entry("DC=contoso,DC=local", objectClass="domainDNS")]) as (census, facts):
        assert list(census.users()) == []
        known = facts.as_dict()
    assert known["counts"]["users"] == 0
    assert known["matrix"] == {}
    assert facts.rows == ()
    assert set(MATRIX_LOCATIONS).isdisjoint(known["counts"]["by_location"])
