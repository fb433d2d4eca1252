# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules about the forest itself."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._model.finding import ObjectReference
from ansible_collections.syncready.m365.plugins.module_utils._rules.catalogue import CATALOGUE
from ansible_collections.syncready.m365.plugins.module_utils._rules.forest import (
    ExchangeFacts,
    ForestFacts,
    ServerFacts,
    SuffixFacts,
    TrustFacts,
    judge_forest,
    missing_suffixes,
)
from ansible_collections.syncready.m365.plugins.module_utils._rules.sync_accounts import SyncAccount
from ansible_collections.syncready.m365.tests.support.audits import rule_options


def place(dn: str) -> ObjectReference:
    return ObjectReference(dn, None, "forest", dn.partition(",")[0][3:])


ROOT, PARTITIONS, SERVICE = place("DC=contoso,DC=local"), place("CN=Partitions,CN=C"), place("CN=Directory Service")
STORES, ORGANISATION, TRUST = place("OU=Stores"), place("CN=Contoso"), place("CN=fabrikam.local,CN=System")
FACTS = ForestFacts(
    root=ROOT,
    partitions=PARTITIONS,
    directory_service=SERVICE,
    dns_domains=frozenset({"contoso.local"}),
    registered=(SuffixFacts(PARTITIONS, ("Contoso.com",)), SuffixFacts(STORES, ("contoso.app",))),
    heuristics="",
    upn_check=True,
)
MSOL = SyncAccount("CN=MSOL_1", "MSOL_1", "connect", "SYNC01", "contoso.onmicrosoft.com")


def found(
    verified: tuple[str, ...] = ("contoso.com",), minimum: tuple[int, ...] | None = None, **changes: t.Any
) -> t.Any:
    """Return rule, DN of the object, attribute and value of each finding."""
    bound = judge_forest(dataclasses.replace(FACTS, **changes), rule_options(verified).domains, minimum)
    for _reference, finding in bound:
        assert finding.outcome in ("none", "confusing")
        assert finding.repair.kind == "person"
        assert finding.severity == CATALOGUE[finding.rule].severity
    return [(finding.rule, reference.dn, finding.attribute, finding.value) for reference, finding in bound]


def test_a_forest_without_fault() -> None:
    assert found() == []


def test_verified_domains_in_use() -> None:
    used = frozenset(
        {"contoso.com", "fabrikam.com", "northwind.com", "münchen.example.net", "contoso.app", "contoso.local"}
    )
    verified = ("contoso.com", "fabrikam.com", "münchen.example.net", "unused.com", "contoso.app")
    assert found(verified, used_domains=used) == [
        ("forest-verified-domain-not-suffix", PARTITIONS.dn, "uPNSuffixes", None)
    ]
    facts = dataclasses.replace(FACTS, used_domains=used)
    assert missing_suffixes(facts, rule_options(verified).domains) == ["fabrikam.com", "xn--mnchen-3ya.example.net"]
    # Both forms of a name are the same domain.
    registered = (SuffixFacts(PARTITIONS, ("MÜNCHEN.example.net", "fabrikam.com", "contoso.com", "contoso.app")),)
    assert found(verified, used_domains=used, registered=registered) == []
    assert found(verified, used_domains=used, partitions=None) == []


def test_nothing_routable() -> None:
    inside = (SuffixFacts(PARTITIONS, ("contoso.lan", "contoso")),)
    assert found(registered=inside) == [("forest-non-routable-only", PARTITIONS.dn, "uPNSuffixes", None)]
    assert found(registered=()) == [("forest-non-routable-only", PARTITIONS.dn, "uPNSuffixes", None)]
    assert found(registered=(), dns_domains=frozenset({"ad.contoso.com"})) == []
    # A domain of the Internet is routable, verified or not; a verified one is, whatever it looks like.
    assert found(("fabrikam.com",), registered=(SuffixFacts(PARTITIONS, ("contoso.com",)),)) == []
    assert found(("contoso.lan",), registered=inside) == []
    assert found(registered=(), partitions=None) == []


def test_uniqueness_check() -> None:
    text = "000000000100000000021"
    assert found(upn_check=False, heuristics=text) == [("forest-upn-uniqueness-off", SERVICE.dn, "dSHeuristics", text)]
    assert found(upn_check=None, heuristics=None) == []
    assert found(upn_check=False, heuristics=text, directory_service=None) == []


def servers(*builds: tuple[int, ...] | None) -> tuple[ServerFacts, ...]:
    return tuple(
        ServerFacts(place(f"CN=EX{number}"), build, "2016 CU1", None if build is None else build >= (15, 1, 544))
        for number, build in enumerate(builds)
    )


def exchange(**more: t.Any) -> ExchangeFacts:
    base: dict[str, t.Any] = {"organisation": ORGANISATION, "schema": True, "hybrid": True, "oauth": True}
    return ExchangeFacts(**{**base, **more})


def test_exchange_schema() -> None:
    assert found(exchange=ExchangeFacts(schema=False)) == [("forest-exchange-schema-missing", ROOT.dn, None, None)]
    assert found(exchange=ExchangeFacts(schema=None)) == []


@pytest.mark.parametrize(
    ("builds", "minimum", "where"),
    [
        ([(15, 1, 396), (15, 1, 466)], None, ["CN=Contoso"]),
        ([(15, 1, 396), (15, 1, 544)], None, []),
        ([(15, 1, 396), None], None, []),
        ([], None, []),
        ([(15, 0, 1497), (15, 1, 2507), (15, 2, 1748)], (15, 1, 2507, 6), ["CN=EX0"]),
        ([(15, 0, 1497), (15, 1, 2507), (15, 2, 1748)], (15, 2), ["CN=EX0", "CN=EX1"]),
        ([(15, 0, 1497), None], (15, 1), ["CN=EX0"]),
        ([(15, 0, 1497)], (15, 1), ["CN=EX0", "CN=Contoso"]),
    ],
)
def test_old_servers(builds: list[tuple[int, ...] | None], minimum: tuple[int, ...] | None, where: list[str]) -> None:
    result = found(minimum=minimum, exchange=exchange(servers=servers(*builds)))
    assert result == [("forest-exchange-unsupported", dn, None, None) for dn in where]


@pytest.mark.parametrize(
    ("hybrid", "oauth", "words"),
    [
        (False, True, "no hybrid configuration."),
        (True, False, "no objects for OAuth."),
        (False, False, "no hybrid configuration and no objects for OAuth."),
        (None, None, ""),
    ],
)
def test_hybrid(hybrid: bool | None, oauth: bool | None, words: str) -> None:
    facts = dataclasses.replace(FACTS, exchange=exchange(hybrid=hybrid, oauth=oauth))
    result = judge_forest(facts, rule_options().domains)
    assert [finding.rule for _reference, finding in result] == (["forest-hybrid-missing"] if words else [])
    assert all(finding.message.endswith(words) for _reference, finding in result)
    # Without an organisation nothing is missing.
    without = dataclasses.replace(FACTS, exchange=exchange(organisation=None, hybrid=hybrid, oauth=oauth))
    assert judge_forest(without, rule_options().domains) == []


def test_other_forests() -> None:
    trust = TrustFacts(TRUST, "fabrikam.local", frozenset({"contoso.app"}))
    result = found(forest_trusts=(trust,), other_forests={"northwind": frozenset({"contoso.com", "northwind.com"})})
    assert result == [
        ("forest-suffix-clash", PARTITIONS.dn, "uPNSuffixes", "Contoso.com"),
        ("forest-suffix-clash", STORES.dn, "uPNSuffixes", "contoso.app"),
        ("forest-several", TRUST.dn, None, None),
        ("forest-several", ROOT.dn, None, None),
    ]


def test_synchronization() -> None:
    assert found(accounts=(MSOL,)) == [("forest-sync-live", ROOT.dn, None, None)]
    assert found(anchors=3) == [("forest-sync-live", ROOT.dn, None, None)]
    for changes in ({"server": None}, {"tenant": None}, {"name": "AAD_1"}):
        assert found(accounts=(dataclasses.replace(MSOL, **changes),)) == []
