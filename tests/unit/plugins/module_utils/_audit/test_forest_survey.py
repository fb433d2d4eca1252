# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A look at a forest through exports that hold much, little, or next to nothing."""

from __future__ import annotations

import datetime
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._audit.forest import EXCHANGE_CLASSES
from ansible_collections.syncready.m365.plugins.module_utils._audit.forest_survey import Survey, survey
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._exchange import organisation
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._report.forest import survey_as_dict
from ansible_collections.syncready.m365.plugins.module_utils._report.limits import Cut
from ansible_collections.syncready.m365.tests.directories import ldif
from ansible_collections.syncready.m365.tests.support.audits import audit, entry, options_of, rule_options, user

SAMPLE = Path(__file__).resolve().parents[5] / "demo" / "contoso.ldif"
TODAY = datetime.date(2026, 11, 1)
CONF = "CN=Configuration,DC=contoso,DC=local"
ORGANISATION = f"CN=Contoso,CN=Microsoft Exchange,CN=Services,{CONF}"
SERVERS = f"CN=Servers,CN=Exchange Administrative Group (FYDIBOHF23SPDLT),CN=Administrative Groups,{ORGANISATION}"
HEAD = entry("DC=contoso,DC=local", objectClass=["top", "domainDNS"], msDS_Behavior_Version=7)
PARTITIONS = entry(f"CN=Partitions,{CONF}", objectClass=["top", "crossRefContainer"], uPNSuffixes=["contoso.com"])
CROSS_REF = entry(
    f"CN=CONTOSO,CN=Partitions,{CONF}",
    objectClass=["crossRef"],
    nCName="DC=contoso,DC=local",
    dnsRoot="contoso.local",
    systemFlags=3,
)
MSOL = user(
    "MSOL_1a2b",
    userPrincipalName=None,
    description="Account created by Microsoft Azure Active Directory Connect with installation identifier 1a2b running on "
    "computer SYNC01 configured to synchronize to tenant contoso.onmicrosoft.com. This account must have ...",
    lastLogonTimestamp=132_223_104_000_000_000,
)


def server(name: str, version: str) -> Entry:
    return entry(f"CN={name},{SERVERS}", objectClass=["top", "server", "msExchExchangeServer"], serialNumber=version)


def look(tmp_path: Path, entries: list[Entry], limit: int = 1000, **options: t.Any) -> tuple[Survey, dict[str, t.Any]]:
    path = tmp_path / "export.ldif"
    path.write_text("".join(ldif.record(item.dn, item.attributes) for item in entries), encoding="utf-8")
    verified = options.pop("verified", ("contoso.com", "fabrikam.com"))
    others = options.pop("others", {})
    rules = rule_options(verified, **options)
    seen = survey(LdifDirectory(str(path)), rules, others)
    return seen, survey_as_dict(seen, rules.domains, TODAY, Cut(limit))


def rules_in(result: dict[str, t.Any]) -> list[str]:
    return [row["rule"] for row in result["findings"]]


def test_an_export_of_some_users_shows_next_to_nothing(tmp_path: Path) -> None:
    seen, result = look(tmp_path, [user("ann"), user("bob")])
    assert result["forest"] == {
        "root_domain": None,
        "functional_level": None,
        "functional_level_name": None,
        "recycle_bin": None,
        "upn_uniqueness_checked": None,
        "ds_heuristics": None,
        "complete": False,
    }
    assert result["trusts"] is None
    assert result["exchange"]["schema"] is None
    assert result["exchange"]["servers"] is None
    assert result["exchange"]["hybrid"]["configured"] is None
    assert result["synchronization"] == {"live": None, "accounts": [], "anchored_users": None}
    assert result["address_policies"] == {"managed_recipients": None, "policies": []}
    assert result["upn_suffixes"] == [
        {"suffix": "contoso.com", "registered": None, "domain": False, "users": 2, "verdict": "verified"},
        {"suffix": "contoso.local", "registered": None, "domain": True, "users": 0, "verdict": "not-routable"},
    ]
    assert result["several_forests"] == {"trusted": None, "audited": [], "advice": []}
    assert result["findings"] == []
    assert {need.status for feature in seen.features for need in feature.prerequisites} == {"unknown"}


def test_three_versions_of_exchange(tmp_path: Path) -> None:
    entries = [
        HEAD,
        entry(ORGANISATION, objectClass=["top", "msExchOrganizationContainer"]),
        server("EX13", "Version 15.0 (Build 31497.2)"),
        server("EX16", "Version 15.1 (Build 30466.34)"),
        server("EXSE", "Version 15.2 (Build 32562.17)"),
        server("EXODD", "something else"),
    ]
    _seen, result = look(tmp_path, entries, minimum_exchange_build=(15, 1))
    assert [
        (row["name"], row["build"], row["version"], row["support"], row["qualifies_for_meetings"])
        for row in result["exchange"]["servers"]
    ] == [
        ("EX13", "15.0.1497.2", "2013 CU23", "ended", False),
        ("EX16", "15.1.466.34", "2016 CU2", "ended", False),
        ("EXODD", None, None, None, None),
        ("EXSE", "15.2.2562.17", "SE RTM", "supported", True),
    ]
    assert result["exchange"]["organisation"] == "Contoso"
    assert result["exchange"]["hybrid"]["configured"] is False
    assert result["exchange"]["oauth"]["configured"] is False
    assert [(row["rule"], row["object"]["name"]) for row in result["findings"]] == [
        ("forest-exchange-unsupported", "EX13"),
        ("forest-hybrid-missing", "Contoso"),
    ]


def test_live_synchronization(tmp_path: Path) -> None:
    _seen, result = look(tmp_path, [HEAD, MSOL, user("ann", mS_DS_ConsistencyGuid=bytes(16)), user("bob")])
    assert result["synchronization"] == {
        "live": True,
        "accounts": [
            {
                "name": "MSOL_1a2b",
                "dn": "CN=MSOL_1a2b,OU=Staff,DC=contoso,DC=local",
                "program": "connect",
                "server": "SYNC01",
                "tenant": "contoso.onmicrosoft.com",
                "enabled": True,
                "last_logon": "2020-01-01",
            }
        ],
        "anchored_users": 1,
    }
    assert rules_in(result) == ["forest-sync-live"]
    message = result["findings"][0]["message"]
    assert all(word in message for word in ("MSOL_1a2b", "SYNC01", "contoso.onmicrosoft.com", "1 users"))


def test_address_policies_and_their_recipients(tmp_path: Path) -> None:
    guid = bytes(range(16))
    mark, text = "{26491CFC-9E50-4857-861B-0CB8DF22B5D7}", "{03020100-0504-0706-0809-0A0B0C0D0E0F}"
    policy = entry(
        f"CN=Default Policy,CN=Recipient Policies,{ORGANISATION}",
        objectClass=["msExchRecipientPolicy"],
        objectGUID=guid,
    )
    entries = [
        policy,
        user("ann", msExchPoliciesIncluded=f"{text},{mark}"),
        user("bob", msExchPoliciesIncluded=[text, mark]),
        user("carl", msExchPoliciesIncluded=[text, mark], msExchPoliciesExcluded=mark),
        user("dora"),
    ]
    _seen, result = look(tmp_path, entries)
    assert result["address_policies"] == {
        "managed_recipients": 2,
        "policies": [{"guid": "03020100-0504-0706-0809-0a0b0c0d0e0f", "name": "Default Policy", "recipients": 2}],
    }


def test_other_forests_and_missing_suffixes(tmp_path: Path) -> None:
    entries = [HEAD, PARTITIONS, CROSS_REF, user("ann", userPrincipalName="ann@fabrikam.com")]
    _seen, result = look(tmp_path, entries, others={"northwind": frozenset({"contoso.com"})})
    assert result["missing_suffixes"] == ["fabrikam.com"]
    assert result["names"] == ["contoso.com", "contoso.local"]
    assert rules_in(result) == ["forest-suffix-clash", "forest-verified-domain-not-suffix", "forest-several"]
    assert len(result["several_forests"]["advice"]) > 5
    assert result["several_forests"]["audited"] == ["northwind"]


def test_results_are_small_and_say_so(tmp_path: Path) -> None:
    many = [user(f"u{number}", userPrincipalName=f"u@d{number}.example.com") for number in range(500)]
    path = tmp_path / "export.ldif"
    path.write_text("".join(ldif.record(item.dn, item.attributes) for item in many), encoding="utf-8")
    rules = rule_options()
    seen = survey(LdifDirectory(str(path)), rules, {})
    small, large = Cut(20), Cut(1000)
    assert len(survey_as_dict(seen, rules.domains, TODAY, small)["upn_suffixes"]) == 20
    assert len(survey_as_dict(seen, rules.domains, TODAY, large)["upn_suffixes"]) == 501
    assert (small.truncated, large.truncated) == (True, False)


def test_the_audit_finds_the_same(tmp_path: Path) -> None:
    for name, words in (("default", {"verified_domains": ["contoso.com", "fabrikam.com"]}), ("none", {})):
        options = options_of(words)
        _summary, findings = audit(SAMPLE, options)
        expected = {found.fingerprint for found in findings if found.rule.startswith("forest-")}
        seen = survey(LdifDirectory(str(SAMPLE)), options.rules, {})
        assert {found.fingerprint for found in seen.findings} == expected, name
        assert len(expected) == len(seen.findings) > 3


def test_forest_findings_disturb_no_count() -> None:
    summary, findings = audit([HEAD, MSOL, user("ann")])
    assert [found.rule for found in findings] == ["forest-sync-live"]
    assert summary.judged == 1
    assert summary.kind == {"forest": 1}
    assert summary.objects_with_findings == 0
    assert summary.rule == {"forest-sync-live": 1}
    assert summary.skipped == {"service account": 1}


@pytest.mark.parametrize("limit", [0, 1000])
def test_the_result_is_plain(limit: int) -> None:
    rules = rule_options()
    seen = survey(LdifDirectory(str(SAMPLE)), rules, {})
    result = survey_as_dict(seen, rules.domains, TODAY, Cut(limit))
    assert json.loads(json.dumps(result)) == result
    assert len(json.dumps(result)) < 100_000


def test_every_class_that_is_learned_is_asked_for() -> None:
    asked = {name.lower().encode() for name in EXCHANGE_CLASSES}
    assert set(organisation._LEARNERS) <= asked
