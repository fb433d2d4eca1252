# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The organisation learns from configuration objects, in any order, and tells the version of a mailbox."""

from __future__ import annotations

import itertools
import random

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._exchange.builds import label_of
from ansible_collections.syncready.m365.plugins.module_utils._exchange.location import MailboxAttributes, locate
from ansible_collections.syncready.m365.plugins.module_utils._exchange.objects import (
    AuthServer,
    PartnerApplication,
    says_disabled,
)
from ansible_collections.syncready.m365.plugins.module_utils._exchange.organisation import Organisation
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.tests.support.audits import Values, entry

EXCHANGE = "CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=local"
ORG = f"CN=Contoso,{EXCHANGE}"
GROUP = f"CN=Exchange Administrative Group (FYDIBOHF23SPDLT),CN=Administrative Groups,{ORG}"
ONLINE = "00000002-0000-0ff1-ce00-000000000000"


def server_dn(name: str) -> str:
    return f"CN={name},CN=Servers,{GROUP}"


def database_dn(name: str) -> str:
    return f"CN={name},CN=Databases,{GROUP}"


def dag_dn(name: str) -> str:
    return f"CN={name},CN=Database Availability Groups,{GROUP}"


def legacy(server: str, organisation: str = "Contoso") -> str:
    return (
        f"/o={organisation}/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Configuration/cn=Servers/cn={server}"
    )


def server(name: str, serial: str | None, **more: Values) -> Entry:
    return entry(server_dn(name), objectClass=["top", "server", "msExchExchangeServer"], serialNumber=serial, **more)


def database(name: str, owner: str | None, master: str | None) -> Entry:
    return entry(
        database_dn(name),
        objectClass=["top", "msExchMDB", "msExchPrivateMDB"],
        msExchOwningServer=owner,
        msExchMasterServerOrAvailabilityGroup=master,
    )


def copy(of: str, on: str, link: str | None = "") -> Entry:
    return entry(
        f"CN={on},{database_dn(of)}",
        objectClass=["top", "msExchMDBCopy"],
        msExchHostServerLink=server_dn(on) if link == "" else link,
    )


def forest() -> list[Entry]:
    return [
        entry(ORG, objectClass=["top", "msExchOrganizationContainer"]),
        server("EX16", "Version 15.1 (Build 30544.27)"),
        server("EX16OLD", "Version 15.1 (Build 30466.34)"),
        server("EX19", None, versionNumber=(7 << 28) + (15 << 22) + (2 << 16) + 0x8000 + 792),
        server("EXSE", "Version 15.2 (Build 32562.17)"),
        server("EXBLANK", None),
        entry(dag_dn("DAG1"), objectClass=["top", "msExchMDBAvailabilityGroup"]),
        database("DB16", server_dn("EX16"), server_dn("EX16")),
        copy("DB16", "EX16"),
        # Spelling differs and means nothing.
        database("DBSE", server_dn("EXSE").upper(), server_dn("exse")),
        database("DAG-A", server_dn("EXSE"), dag_dn("DAG1")),
        copy("DAG-A", "EXSE"),
        copy("DAG-A", "EX16OLD"),
        database("DAG-B", server_dn("EXSE"), dag_dn("DAG1")),
        copy("DAG-B", "EXSE", None),
        copy("DAG-B", "EX19", None),
        database("DAG-C", server_dn("EXSE"), dag_dn("DAG1")),
        copy("DAG-C", "EXSE"),
        copy("DAG-C", "EXBLANK"),
        database("DAG-D", server_dn("EXSE"), dag_dn("DAG1")),
        database("DBBLANK", server_dn("EXBLANK"), server_dn("EXBLANK")),
        database("DBSILENT", None, None),
    ]


def organisation(entries: list[Entry]) -> Organisation:
    found = Organisation()
    for item in entries:
        found.learn(item, {value.lower() for value in item.attributes["objectclass"]})
    return found


CASES = [
    (database_dn("DB16"), None, "2016 CU3"),
    (database_dn("DB16").lower().replace(",", ", "), None, "2016 CU3"),
    (database_dn("DBSE"), None, "SE RTM"),
    # The lowest of the servers that hold a copy, whoever owns it.
    (database_dn("DAG-A"), legacy("EXSE"), "2016 CU2"),
    (database_dn("DAG-B"), None, "2019 CU8"),
    # A copy on a server of which nothing is known may be the lowest.
    (database_dn("DAG-C"), legacy("EXSE"), None),
    # The source holds no copies: the owner is what is known.
    (database_dn("DAG-D"), None, "SE RTM"),
    # The database decides, even where its server has no version.
    (database_dn("DBBLANK"), legacy("EXSE"), None),
    # A database that says nothing, or that is not there: the name of the server decides.
    (database_dn("DBSILENT"), legacy("EX19"), "2019 CU8"),
    (database_dn("GONE"), legacy("ex19", "CONTOSO"), "2019 CU8"),
    (None, legacy("EX16"), "2016 CU3"),
    (None, legacy("EX16", "Old"), None),
    (None, legacy("GONE"), None),
    (None, "EX16", None),
    (None, None, None),
]


@pytest.mark.parametrize(("home", "home_server", "label"), CASES)
def test_version_of_a_mailbox(home: str | None, home_server: str | None, label: str | None) -> None:
    build = organisation(forest()).mailbox_build(home, home_server)
    assert (label_of(build) if build else None) == label


def test_order_does_not_matter() -> None:
    expected = organisation(forest())
    for seed in range(20):
        entries = forest()
        random.Random(seed).shuffle(entries)
        assert organisation(entries) == expected


def test_a_server_belongs_to_its_organisation() -> None:
    # Two organisations may hold a server of one name.
    old = server_dn("EX16").replace(ORG, f"CN=Old,{EXCHANGE}")
    entries = [*forest(), entry(old, objectClass="msExchExchangeServer", serialNumber="Version 14.3 (Build 30123.4)")]
    for arrangement in (entries, entries[::-1]):
        found = organisation(arrangement)
        assert [str(found.mailbox_build(None, legacy("EX16", name))) for name in ("Contoso", "Old")] == [
            "15.1.544.27",
            "14.3.123.4",
        ]


def test_an_empty_source_knows_nothing() -> None:
    found = Organisation()
    assert not found.is_known
    assert found.mailbox_build(database_dn("DB16"), legacy("EX16")) is None


def test_a_comma_in_the_name_of_a_database() -> None:
    dn = f"CN=Mailbox Database\\, Sales,CN=Databases,{GROUP}"
    item = entry(dn, objectClass=["msExchPrivateMDB"], msExchOwningServer=server_dn("EX16"))
    found = organisation([*forest(), item])
    found.shown = {"homemdb"}
    mailbox = MailboxAttributes(1, None, dn, legacy("EX16"), True, "none", True)
    assert locate(mailbox, found).notes == ()
    assert str(found.mailbox_build(dn, None)) == "15.1.544.27"


def test_schema_version() -> None:
    schema = "CN=Schema,CN=Configuration,DC=contoso,DC=local"
    assert organisation([entry(f"CN=Mail,{schema}", objectClass=["attributeSchema"])]).schema_version is None
    marker = f"CN=ms-Exch-Schema-Version-Pt,{schema}"
    assert organisation([entry(marker, objectClass=["attributeSchema"], rangeUpper=17003)]).schema_version == 17003
    assert organisation([entry(marker, objectClass=["attributeSchema"])]).schema_version == 0


def test_hybrid_and_oauth_objects() -> None:
    auth = f"CN=Auth Configuration,{ORG}"
    entries = [
        # The containers prove nothing.
        entry(f"CN=Hybrid Configuration,{ORG}", objectClass=["top", "msExchContainer"]),
        entry(auth, objectClass=["top", "msExchContainer"]),
    ]
    found = organisation([*forest(), *entries])
    assert (found.hybrid, found.auth_servers, found.partner_applications) == (None, {}, {})
    entries += [
        entry(
            f"CN=Hybrid Configuration,CN=Hybrid Configuration,{ORG}",
            objectClass=["msExchCoexistenceRelationship"],
            msExchCoexistenceDomains=["fabrikam.com", "contoso.com"],
            msExchCoexistenceOnPremisesSmartHost="mail.contoso.com",
        ),
        entry(
            f"CN=EvoSts,CN=Auth Servers,{auth}",
            objectClass=["msExchAuthAuthServer"],
            msExchAuthIssuerName="https://sts.windows.net/x/",
            msExchAuthApplicationIdentifier="5b6a7c8d-0000-4000-8000-00000000c0de",
            msExchAuthFlags=1,
        ),
        entry(
            f"CN=Exchange Online,CN=Partner Applications,{auth}",
            objectClass=["msExchAuthPartnerApplication"],
            msExchAuthApplicationIdentifier="{" + ONLINE.upper() + "}",
            msExchAuthFlags=0,
        ),
        entry(
            f"CN=EWS (Default Web Site),CN=HTTP,CN=Protocols,{server_dn('EX16')}",
            objectClass=["msExchVirtualDirectory", "msExchWebServicesVirtualDirectory"],
            msExchExternalHostName="https://mail.contoso.com/EWS/Exchange.asmx",
        ),
    ]
    found = organisation([*forest(), *entries])
    assert found.hybrid is not None
    assert (found.hybrid.domains, found.hybrid.smart_host) == (("contoso.com", "fabrikam.com"), "mail.contoso.com")
    (auth_server,), (partner,) = found.auth_servers.values(), found.partner_applications.values()
    assert (auth_server.name, auth_server.has_own_application) == ("EvoSts", True)
    assert (partner.is_exchange_online, says_disabled(partner.flags)) == (True, True)
    assert found.external_urls == {"web_services": {"https://mail.contoso.com/EWS/Exchange.asmx"}}


@pytest.mark.parametrize(
    ("application", "own"),
    [(None, False), ("", False), (ONLINE, False), ("*", False), ("{5B6A7C8D-0000-4000-8000-00000000C0DE}", True)],
)
def test_mark_of_the_dedicated_hybrid_application(application: str | None, own: bool) -> None:
    assert AuthServer("EvoSts", None, None, None, application, None).has_own_application is own


def test_flags_that_are_not_there_say_nothing() -> None:
    assert not says_disabled(None)
    assert not PartnerApplication("x", None, None).is_exchange_online
    assert [says_disabled(flags) for flags in (0, 1, 2, 3)] == [True, False, True, False]


def test_of_two_organisations_the_choice_is_always_the_same() -> None:
    names = [entry(f"CN={name},{EXCHANGE}", objectClass="msExchOrganizationContainer") for name in ("B", "A", "C")]
    assert {organisation(list(order)).name for order in itertools.permutations(names)} == {"A"}
