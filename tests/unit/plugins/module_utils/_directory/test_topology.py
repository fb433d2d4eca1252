# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The topology from entries in any order; what is not shown is unknown."""

from __future__ import annotations

import random
import typing as t

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_root import RootDse
from ansible_collections.syncready.m365.plugins.module_utils._directory.topology import (
    Topology,
    functional_level_name,
    upn_check_is_on,
)
from ansible_collections.syncready.m365.plugins.module_utils._directory.topology_reader import TopologyReader
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._model.kinds import kind_of
from ansible_collections.syncready.m365.tests.directories.faults_forest import trust_information
from ansible_collections.syncready.m365.tests.support.audits import entry

CONF = "CN=Configuration,DC=contoso,DC=local"
PARTS = f"CN=Partitions,{CONF}"
SITE = f"CN=Vienna,CN=Sites,{CONF}"


def controller(name: str, domain: str, **more: t.Any) -> Entry:
    return entry(
        f"CN={name},OU=Domain Controllers,{domain}",
        objectClass=["top", "user", "computer"],
        sAMAccountName=f"{name}$",
        **more,
    )


def forest() -> list[Entry]:
    local, emea = "DC=contoso,DC=local", "DC=emea,DC=contoso,DC=local"
    return [
        entry(local, objectClass=["top", "domainDNS"], msDS_Behavior_Version=7, objectGUID=bytes(range(16))),
        entry(emea, objectClass=["top", "domainDNS"], msDS_Behavior_Version=6),
        entry(
            PARTS,
            objectClass=["top", "crossRefContainer"],
            uPNSuffixes=["contoso.com", "Fabrikam.com"],
            msDS_Behavior_Version=7,
            msDS_EnabledFeature=f"CN=Recycle Bin Feature,CN=Optional Features,CN=Directory Service,{CONF}",
        ),
        entry(f"CN=CONTOSO,{PARTS}", objectClass=["crossRef"], nCName=local, dnsRoot="contoso.local", systemFlags=3,
              nETBIOSName="CONTOSO"),
        entry(f"CN=EMEA,{PARTS}", objectClass=["crossRef"], nCName=emea, dnsRoot="emea.contoso.local", systemFlags=3,
              nETBIOSName="EMEA", trustParent=f"CN=contoso,{PARTS}"),
        entry(f"CN=APAC,{PARTS}", objectClass=["crossRef"], nCName="DC=apac,DC=contoso,DC=local", systemFlags=3,
              dnsRoot="apac.contoso.local", trustParent=f"CN=CONTOSO,{PARTS}"),
        entry(f"CN=Schema,{PARTS}", objectClass=["crossRef"], nCName=f"CN=Schema,{CONF}", dnsRoot="contoso.local",
              systemFlags=1),
        entry("OU=Stores,DC=contoso,DC=local", objectClass=["top", "organizationalUnit"], uPNSuffixes="contoso.app"),
        entry("OU=Staff,DC=contoso,DC=local", objectClass=["top", "organizationalUnit"]),
        controller("DC1", local, userAccountControl=532480, dNSHostName="dc1.contoso.local", operatingSystem="Windows"),
        controller("RODC1", emea, userAccountControl=83890176, primaryGroupID=521),
        controller("PC1", local, userAccountControl=4096),
        entry(f"CN=DC1,CN=Servers,{SITE}", objectClass=["server"],
              serverReference="cn=dc1,OU=Domain Controllers,DC=contoso,DC=local"),
        entry(f"CN=NTDS Settings,CN=DC1,CN=Servers,{SITE}", objectClass=["applicationSettings", "nTDSDSA"], options=1),
        entry(f"CN=DC9,CN=Servers,{SITE}", objectClass=["server"], dNSHostName="dc9.apac.contoso.local",
              serverReference="CN=DC9,OU=Domain Controllers,DC=apac,DC=contoso,DC=local"),
        entry(f"CN=NTDS Settings,CN=DC9,CN=Servers,{SITE}", objectClass=["applicationSettings", "nTDSDSARO"]),
        entry("CN=fabrikam.local,CN=System,DC=contoso,DC=local", objectClass=["trustedDomain"], trustPartner="Fabrikam.local",
              trustDirection=2, trustType=2, trustAttributes=8, msDS_TrustForestTrustInfo=trust_information()),
        entry("CN=emea.contoso.local,CN=System,DC=contoso,DC=local", objectClass=["trustedDomain"], trustDirection=3,
              trustPartner="emea.contoso.local", trustType=2, trustAttributes=32),
        entry("CN=OLD,CN=System,DC=emea,DC=contoso,DC=local", objectClass=["trustedDomain"], flatName="OLD", trustType=1,
              trustDirection=9),
        entry(f"CN=Directory Service,CN=Windows NT,CN=Services,{CONF}", objectClass=["nTDSService"],
              dSHeuristics="000000000100000000023"),
    ]  # fmt: skip


def read(entries: list[Entry], names: frozenset[str] | None = None, root: RootDse | None = None) -> Topology:
    reader = TopologyReader()
    for item in entries:
        classes = item.attributes["objectclass"]
        kind = kind_of(classes)
        if kind == "computer":
            reader.learn_account(item, kind)
        else:
            reader.learn(item, {name.lower() for name in classes})
    return reader.topology(root or RootDse(), lambda name: names is None or name in names)


def test_everything_in_any_order() -> None:
    found = read(forest())
    assert found.root is not None
    assert (found.root.dn, found.root_domain) == ("DC=contoso,DC=local", "contoso.local")
    assert [(d.dns, d.netbios, d.parent, d.functional_level) for d in found.domains] == [
        ("contoso.local", "CONTOSO", None, 7),
        ("apac.contoso.local", None, "contoso.local", None),
        ("emea.contoso.local", "EMEA", "contoso.local", 6),
    ]
    assert found.functional_level == 7
    assert [(c.name, c.domain, c.site, c.read_only, c.global_catalog) for c in found.controllers] == [
        ("DC9", "apac.contoso.local", "Vienna", True, False),
        ("DC1", "contoso.local", "Vienna", False, True),
        ("RODC1", "emea.contoso.local", None, True, None),
    ]
    assert found.forest_suffixes is not None
    assert found.forest_suffixes.values == ("contoso.com", "Fabrikam.com")
    assert found.suffixes() == {"contoso.com", "fabrikam.com", "contoso.app"}
    assert [(x.partner, x.kind, x.direction) for x in found.trusts or ()] == [
        ("emea.contoso.local", "within_forest", "bidirectional"),
        ("fabrikam.local", "forest", "outbound"),
        ("old", "external", None),
    ]
    assert [x.partner for x in found.forest_trusts()] == ["fabrikam.local"]
    assert [x.partner for x in found.outside_trusts()] == ["fabrikam.local", "old"]
    assert found.recycle_bin is True
    assert found.ds_heuristics == "000000000100000000023"
    assert found.schema == f"CN=Schema,{CONF}"
    entries = forest()
    for seed in range(5):
        random.Random(seed).shuffle(entries)
        assert read(entries + entries[:3]) == found


def test_a_trust_routes_what_lies_below_but_for_exclusions() -> None:
    (trust,) = read(forest()).forest_trusts()
    routed = {
        name: trust.routes_name(name)
        for name in (
            "fabrikam.com",
            "shop.fabrikam.com",
            "lab.fabrikam.com",
            "x.lab.fabrikam.com",
            "afabrikam.com",
            "com",
        )
    }
    assert [name for name, there in routed.items() if there] == ["fabrikam.com", "shop.fabrikam.com"]
    # A name that is switched off is not routed.
    assert not trust.routes_name("contoso.com")


def test_an_export_of_users_leaves_all_of_it_unknown() -> None:
    found = read([], frozenset({"samaccountname"}))
    assert found == Topology()
    assert found.trusts is None
    assert found.recycle_bin is None
    assert found.forest_suffixes is None


def test_what_an_export_left_out_is_unknown() -> None:
    partitions = entry(PARTS, objectClass=["crossRefContainer"])
    service = entry(f"CN=Directory Service,CN=Windows NT,CN=Services,{CONF}", objectClass=["nTDSService"])
    shown = read([partitions, service], None)
    assert (shown.recycle_bin, shown.ds_heuristics, shown.trusts) == (False, "", ())
    hidden = read([partitions, service], frozenset())
    assert (hidden.recycle_bin, hidden.ds_heuristics, hidden.trusts) == (None, None, None)
    # Where the container of the trusts is there and holds none, there is none.
    system = entry("CN=System,DC=contoso,DC=local", objectClass=["container"])
    assert read([system], frozenset()).trusts == ()
    other = entry(f"CN=System,{CONF}", objectClass=["container"])
    assert read([other], frozenset()).trusts is None


def test_the_root_without_the_configuration() -> None:
    heads = [item for item in forest() if item.attributes["objectclass"][-1] == b"domainDNS"]
    assert (read(heads).root_domain, read(heads[::-1]).root_domain) == ("contoso.local", "contoso.local")
    tree = entry("DC=northwind,DC=local", objectClass=["domainDNS"])
    assert read([*heads, tree]).root is None
    told = RootDse(root_domain_dn="DC=northwind,DC=local", configuration_dn="CN=Configuration,DC=northwind,DC=local")
    assert read([*heads, tree], root=told).root_domain == "northwind.local"


@pytest.mark.parametrize(
    ("heuristics", "on"),
    [
        (None, None),
        ("", True),
        ("0000000001", True),
        ("00000000010000000002", True),
        ("000000000100000000020", True),
        ("000000000100000000021", False),
        ("000000000100000000022", True),
        ("000000000100000000023", False),
        ("000000000100000000024", True),
        ("0000000001000000000250", False),
        ("00000000010000000002x", None),
        ("00000000010000000002\N{ARABIC-INDIC DIGIT ONE}", None),
    ],
)
def test_the_check_of_sign_in_names(heuristics: str | None, on: bool | None) -> None:
    assert upn_check_is_on(heuristics) is on


def test_functional_levels() -> None:
    assert functional_level_name(None) is None
    assert functional_level_name(7) == "Windows Server 2016"
    assert functional_level_name(10) == "Windows Server 2025"
    assert functional_level_name(99) == "99"
