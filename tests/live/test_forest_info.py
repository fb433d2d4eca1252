# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A look at real forests equals what the lab made them of, whichever transport looks."""

from __future__ import annotations

import datetime
import typing as t
from collections import Counter

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._audit.forest_survey import Survey, survey
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Directory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap import LdapDirectory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_options import LdapOptions
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._report.forest import survey_as_dict
from ansible_collections.syncready.m365.plugins.module_utils._report.limits import Cut
from ansible_collections.syncready.m365.tests.directories.frame import LONG_SUFFIX
from ansible_collections.syncready.m365.tests.directories.organisation import DATABASES, SERVERS, version_of
from ansible_collections.syncready.m365.tests.lab import accounts, client, ldif
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import DEFAULT_SAMPLE, Lab
from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD, Forest
from ansible_collections.syncready.m365.tests.lab.helper import command
from ansible_collections.syncready.m365.tests.support.audits import rule_options

pytestmark = pytest.mark.usefixtures("over")

TODAY = datetime.date(2026, 11, 1)
WITHOUT_EXCHANGE = Forest(
    "fabrikam.local", "FABRIKAM", "dc1", "S-1-5-21-1212121212-2323232323-3434343434", exchange=False
)
Plain = dict[str, t.Any]


# A read-only domain controller's account: PARTIAL_SECRETS_ACCOUNT, WORKSTATION_TRUST_ACCOUNT.
READ_ONLY = 0x4000000 | 0x1000
RECYCLE_BIN = "766ddcd8-acd0-445e-f3b9-a7f9b6744f2a"
BY_POLICY = "{26491cfc-9e50-4857-861b-0cb8df22b5d7}"


def look(directory: Directory, **options: t.Any) -> tuple[Survey, Plain]:
    rules = rule_options()
    seen = survey(directory, rules, {}, **options)
    directory.close()
    return seen, survey_as_dict(seen, rules.domains, TODAY, Cut(1000))


def connect(dc: DomainController, **more: t.Any) -> LdapDirectory:
    return LdapDirectory(
        LdapOptions(
            server=dc.address,
            username=f"{accounts.AUDIT}@{dc.forest.domain}",
            password=PASSWORD,
            ca_cert=str(dc.layout.authority),
            **more,
        )
    )


@pytest.fixture(scope="module")
def pair(module_lab: Lab) -> tuple[DomainController, DomainController]:
    """The two domains of the sample; in the root there is the account of a read-only domain controller as well."""
    root, child = module_lab.sample(), module_lab.sample(domain=1)
    dn = f"CN=RODC1,OU=Domain Controllers,{root.forest.dn}"
    attributes: dict[str, t.Sequence[str | bytes]] = {
        "objectClass": ["computer"],
        "sAMAccountName": ["RODC1$"],
        "dNSHostName": ["rodc1.contoso.local"],
        "userAccountControl": ["4096"],
    }
    client.change(root, ldif.add(dn, attributes))
    client.write_raw(
        root,
        {dn: {"userAccountControl": [str(READ_ONLY)], "primaryGroupID": ["521"], "isCriticalSystemObject": ["TRUE"]}},
    )
    return root, child


@pytest.fixture(scope="module")
def both(pair: tuple[DomainController, DomainController]) -> tuple[Plain, Plain]:
    """Return the sample as an ordinary user sees it over LDAP, and as its file shows it."""
    root, child = pair
    name = f"{accounts.AUDIT}@{root.forest.domain}"
    visitor = client.create_account(child, "visitor", attributes={"userPrincipalName": [name]})
    client.write_raw(child, {visitor.dn: {"isCriticalSystemObject": ["TRUE"]}})
    usn = client.highest_usn(root)
    _seen, live = look(connect(root, domain_controllers={child.forest.domain: child.address}))
    # The sign-in itself is noted; nothing else is written.
    assert client.highest_usn(root) - usn <= 1
    _seen, file = look(LdifDirectory(str(DEFAULT_SAMPLE.objects)))
    return live, file


def test_the_sample_is_seen_alike(both: tuple[Plain, Plain]) -> None:
    live, file = both
    for part in (
        "trusts",
        "address_policies",
        "synchronization",
        "several_forests",
        "names",
        "missing_suffixes",
        "domains",
    ):
        assert live[part] == file[part], part
    exchange = dict(live["exchange"])
    assert exchange == file["exchange"]

    def found(result: Plain) -> list[tuple[str, str, str | None]]:
        return [(row["rule"], row["object"]["dn"], row["value"]) for row in result["findings"]]

    assert found(live) == found(file)
    own = {row["suffix"]: row for row in file["upn_suffixes"]}
    for row in live["upn_suffixes"]:
        if row["suffix"] not in ("contoso.local", "emea.contoso.local"):
            assert row == own[row["suffix"]]


def test_the_forest_is_what_the_lab_made_of_it(
    both: tuple[Plain, Plain], pair: tuple[DomainController, DomainController]
) -> None:
    live, root = both[0], pair[0]

    def ask(condition: str, name: str) -> list[bytes]:
        """Return the values of an attribute in both domains, read by another program."""
        return [
            value
            for controller in pair
            for _dn, held in client.search(controller, controller.forest.dn, condition, [name])
            for values in held.values()
            for value in values
        ]

    assert [(row["dns_name"], row["netbios_name"], row["parent"]) for row in live["domains"]] == [
        ("contoso.local", "CONTOSO", None),
        ("emea.contoso.local", "EMEA", "contoso.local"),
    ]
    assert {row["functional_level"] for row in live["domains"]} == {int(client.root_dse(root, "domainFunctionality"))}
    assert live["forest"]["functional_level"] == int(client.root_dse(root, "forestFunctionality"))
    assert live["forest"]["upn_uniqueness_checked"] is False
    registered = {row["suffix"]: row["registered"] for row in live["upn_suffixes"] if row["registered"]}
    assert registered == {
        **{suffix: ["forest"] for suffix in ("contoso.com", "fabrikam.com", LONG_SUFFIX)},
        "contoso.app": ["OU=Stores,DC=contoso,DC=local"],
    }
    names = ask("(userPrincipalName=*)", "userPrincipalName")
    carried = Counter(name.decode().rpartition("@")[2].strip().lower() for name in names)
    for suffix in ("contoso.com", "fabrikam.com", "contoso.app"):
        (row,) = (row for row in live["upn_suffixes"] if row["suffix"] == suffix)
        assert row["users"] == carried[suffix], suffix
    (trust,) = (row for row in live["trusts"] if row["kind"] == "forest")
    assert (trust["domain"], trust["partner"], trust["direction"], trust["routed"], trust["excluded"]) == (
        "contoso.local",
        "fabrikam.local",
        "bidirectional",
        ["fabrikam.local", "fabrikam.com"],
        ["lab.fabrikam.com"],
    )
    exchange = live["exchange"]
    assert (exchange["schema"], exchange["schema_version"], exchange["organisation"]) == (True, 17003, "Contoso")
    assert {
        row["name"]: (row["version"], row["qualifies_for_meetings"], row["build"]) for row in exchange["servers"]
    } == {
        name: (
            server.label,
            server.qualifies,
            server.build.rpartition(".")[0] if server.style == "number" else server.build,
        )
        for name, server in SERVERS.items()
    }
    assert {row["name"]: (row["servers"], row["version"]) for row in exchange["databases"]} == {
        name: (sorted(database.copies or (database.owner,)), version_of(name)[0])
        for name, database in DATABASES.items()
    }
    assert exchange["hybrid"] == {"configured": True, "domains": ["contoso.com"], "smart_host": "mail.contoso.com"}
    assert [row["name"] for row in exchange["oauth"]["authorization_servers"]] == ["EvoSts"]
    assert [row["name"] for row in exchange["oauth"]["partner_applications"]] == ["Exchange Online"]
    managed = ask(f"(&(msExchPoliciesIncluded=*{BY_POLICY}*)(!(msExchPoliciesExcluded=*{BY_POLICY}*)))", "objectGUID")
    assert live["address_policies"]["managed_recipients"] == len(managed) > 100
    assert live["synchronization"]["live"] is True
    (connect_account,) = (row for row in live["synchronization"]["accounts"] if row["server"])
    assert (connect_account["server"], connect_account["program"]) == ("SYNC01", "connect")
    anchors = ask("(&(mS-DS-ConsistencyGuid=*)(objectClass=user)(!(isCriticalSystemObject=TRUE)))", "objectGUID")
    assert live["synchronization"]["anchored_users"] == len(anchors) > 5


def test_read_only_domain_controllers_are_marked(both: tuple[Plain, Plain]) -> None:
    known = {row["dns_name"]: (row["read_only"], row["domain"]) for row in both[0]["domain_controllers"]}
    assert known["rodc1.contoso.local"] == (True, "contoso.local")
    assert known["dc1.contoso.local"] == (False, "contoso.local")


def test_what_the_file_leaves_open_the_server_knows(both: tuple[Plain, Plain]) -> None:
    live, file = both
    assert live["forest"]["complete"] is True
    assert file["forest"]["complete"] is False
    assert (live["forest"]["recycle_bin"], file["forest"]["recycle_bin"]) == (False, None)
    assert live["forest"]["functional_level"] is not None
    names = {(row["dns_name"], row["read_only"]) for row in live["domain_controllers"]}
    assert {("dc1.contoso.local", False), ("dc1.emea.contoso.local", False)} <= names
    known = {row["dns_name"]: row for row in live["domain_controllers"]}
    assert known["dc1.contoso.local"]["site"] == "Default-First-Site-Name"
    assert known["dc1.contoso.local"]["global_catalog"] is True

    def needs(result: Plain) -> dict[tuple[str, str], str]:
        return {(row["id"], need["id"]): need["status"] for row in result["features"] for need in row["prerequisites"]}

    # What the file shows, the server shows too.
    for need, status in needs(file).items():
        assert status == "unknown" or needs(live)[need] == status, need


def test_a_part_of_the_forest_proves_no_absence(module_lab: Lab) -> None:
    dc = module_lab.sample()
    _seen, whole = look(connect(dc, domains=("contoso.local",)))
    assert whole["forest"]["complete"] is False
    assert whole["synchronization"]["live"] is True
    base = "OU=Stores,DC=contoso,DC=local"
    _seen, part = look(connect(dc, domains=("contoso.local",), search_bases=(base,)), partly=True)
    # Accounts of the synchronization and trusts are found wherever they are.
    assert part["synchronization"]["accounts"] == whole["synchronization"]["accounts"]
    assert part["trusts"] == whole["trusts"]
    assert part["forest"]["complete"] is False


def test_a_forest_without_exchange(module_lab: Lab) -> None:
    dc = module_lab.empty(WITHOUT_EXCHANGE)
    seen, result = look(connect(dc))
    assert result["forest"]["complete"] is True
    assert result["forest"]["root_domain"] == "fabrikam.local"
    assert result["forest"]["upn_uniqueness_checked"] is True
    assert result["forest"]["ds_heuristics"] == ""
    assert result["exchange"]["schema"] is False
    assert result["exchange"]["organisation"] is None
    assert result["exchange"]["servers"] is None
    assert result["trusts"] == []
    assert result["synchronization"] == {"live": False, "accounts": [], "anchored_users": 0}
    assert [row["rule"] for row in result["findings"]] == ["forest-non-routable-only", "forest-exchange-schema-missing"]
    assert [row["name"] for row in result["domain_controllers"]] == ["DC1"]
    status = {feature.id: feature.status for feature in seen.features}
    assert status["shared_address_list"] == status["mailbox_moves"] == "missing"
    by_need = {need.id: need.status for feature in seen.features for need in feature.prerequisites}
    assert by_need["synchronization"] == "missing"
    assert by_need["exchange_schema"] == "missing"
    assert by_need["writeback_attributes"] == "missing"
    assert by_need["sign_in_method"] == "unknown"


def test_an_empty_forest_with_the_schema_of_exchange(module_lab: Lab) -> None:
    dc = module_lab.empty()
    partitions = f"CN=Partitions,{dc.forest.configuration_dn}"
    feature = (
        f"dn:\nchangetype: modify\nadd: enableOptionalFeature\nenableOptionalFeature: {partitions}:{RECYCLE_BIN}\n"
    )
    # Samba takes it from the machine itself only.
    where = ["-H", f"{dc.layout.root}/private/sam.ldb", f"--configfile={dc.layout.settings}"]
    command(["ldbmodify", *where], input=feature)
    _seen, result = look(connect(dc))
    assert result["forest"]["recycle_bin"] is True
    assert result["exchange"]["schema"] is True
    assert result["exchange"]["organisation"] is None
    assert "forest-exchange-schema-missing" not in [row["rule"] for row in result["findings"]]
