# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conditions of the matrix, resolved by what the directory shows."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._audit.cloud import Tenant
from ansible_collections.syncready.m365.plugins.module_utils._audit.cloud_pairs import MatchedBy
from ansible_collections.syncready.m365.plugins.module_utils._exchange.builds import Build
from ansible_collections.syncready.m365.plugins.module_utils._exchange.objects import (
    ONLINE_APPLICATION,
    AuthServer,
    HybridConfiguration,
    PartnerApplication,
    Server,
)
from ansible_collections.syncready.m365.plugins.module_utils._exchange.organisation import Organisation
from ansible_collections.syncready.m365.plugins.module_utils._teams.conditions import (
    CONDITIONS,
    FOREST_RULES,
    Evidence,
    UserNumbers,
    is_of_user,
    resolve,
    user_states,
)
from ansible_collections.syncready.m365.plugins.module_utils._teams.matrix import ConditionId
from ansible_collections.syncready.m365.plugins.module_utils._teams.tenant import CloudAccount, TenantSide
from ansible_collections.syncready.m365.plugins.module_utils._tenant.services import Services


def evidence(signs: t.Sequence[str] = (), **fields: t.Any) -> Evidence:
    return Evidence(Organisation(**{"name": "Contoso", **fields}), list(signs))


def auth_server(flags: int | None = 1) -> dict[str, AuthServer]:
    return {"cn=evosts": AuthServer("EvoSts", "https://sts.windows.net/x/", None, None, None, flags)}


def partner(application: str | None = ONLINE_APPLICATION, flags: int | None = 1) -> dict[str, PartnerApplication]:
    return {"cn=online": PartnerApplication("Exchange Online", application, flags)}


def servers(*builds: Build | None) -> dict[str, Server]:
    return {f"cn=ex{number}": Server(f"EX{number}", "contoso", build) for number, build in enumerate(builds)}


OLD, CU19, SE = Build(15, 0, 1347, 2), Build(15, 0, 1365, 1), Build(15, 2, 2562, 17)
CASES: list[tuple[ConditionId, Evidence, str, str]] = [
    ("oauth", evidence(name=None), "unknown", "does not hold the configuration"),
    ("oauth", evidence(), "not_met", "no authorization server"),
    ("oauth", evidence(partner_applications=partner()), "not_met", "no authorization server"),
    ("oauth", evidence(auth_servers=auth_server()), "not_met", "no partner application"),
    ("oauth", evidence(auth_servers=auth_server(), partner_applications=partner("x")), "not_met", "not among"),
    # The directory alone never proves that it works.
    (
        "oauth",
        evidence(auth_servers=auth_server(), partner_applications=partner()),
        "unknown",
        "Configured, unconfirmed",
    ),
    ("oauth", evidence(auth_servers=auth_server(), partner_applications=partner(None)), "unknown", "unconfirmed"),
    ("oauth", evidence(auth_servers=auth_server(0), partner_applications=partner()), "unknown", "switched off"),
    ("oauth", evidence(auth_servers=auth_server(), partner_applications=partner(flags=2)), "unknown", "switched off"),
    ("hybrid_configuration", evidence(name=None), "unknown", "does not hold"),
    ("hybrid_configuration", evidence(), "not_met", "no hybrid configuration"),
    ("hybrid_configuration", evidence(hybrid=HybridConfiguration()), "met", "left its configuration"),
    ("published_externally", evidence(name=None), "unknown", "does not hold"),
    ("published_externally", evidence(), "unknown", "No virtual directory"),
    ("published_externally", evidence(external_urls={"web_services": set()}), "unknown", "No virtual directory"),
    (
        "published_externally",
        evidence(external_urls={"web_services": {"https://x"}}),
        "unknown",
        "whether these answer",
    ),
    ("delegation", evidence(), "unknown", "does not hold an Exchange server"),
    ("delegation", evidence(server_objects=servers(None)), "unknown", "does not hold an Exchange server"),
    ("delegation", evidence(server_objects=servers(OLD, None)), "not_met", "2013 CU18, older"),
    ("delegation", evidence(server_objects=servers(SE, OLD)), "unknown", "oldest server is 2013 CU18"),
    ("delegation", evidence(server_objects=servers(SE, CU19)), "unknown", "All servers are new enough"),
]


@pytest.mark.parametrize(("condition", "shown", "state", "piece"), CASES)
def test_condition_of_the_forest(condition: ConditionId, shown: Evidence, state: str, piece: str) -> None:
    resolution = resolve(condition, shown, UserNumbers())
    assert resolution.state == state
    assert piece in resolution.reason


def test_what_only_the_tenant_knows_is_unknown() -> None:
    shown = evidence(
        ["a sign"],
        auth_servers=auth_server(),
        partner_applications=partner(),
        hybrid=HybridConfiguration(),
        server_objects=servers(SE),
    )
    states = {name: rule(shown).state for name, rule in FOREST_RULES.items()}
    assert {name for name, state in states.items() if state != "unknown"} == {"hybrid_configuration"}
    for name, rule in FOREST_RULES.items():
        assert rule(shown).reason.endswith("."), name


@pytest.mark.parametrize(
    ("numbers", "state"),
    [
        ((5, 0, 0), "met"),
        ((5, 1, 0), "not_met"),
        ((5, 0, 1), "unknown"),
        ((5, 1, 1), "not_met"),
        ((0, 0, 0), "unknown"),
    ],
)
@pytest.mark.parametrize("condition", ["synchronized", "exchange_2016_cu3"])
def test_condition_of_users_is_met_when_all_meet_it(
    condition: ConditionId, numbers: tuple[int, int, int], state: str
) -> None:
    resolution = resolve(condition, evidence(["a sign"]), UserNumbers(*numbers))
    assert resolution.state == state
    assert str(sum(numbers)) in resolution.reason


def test_signs_of_a_synchronization_are_named() -> None:
    numbers = UserNumbers(met=1)
    assert "a sign and another" in resolve("synchronized", evidence(["a sign", "another"]), numbers).reason
    assert "Nothing in the directory" in resolve("synchronized", evidence(), numbers).reason


def tenant(cloud: str = "") -> TenantSide:
    return TenantSide(Tenant(), cloud, 0)


def account(synced: bool | None, how: MatchedBy = "smtp", **services: bool | None) -> CloudAccount:
    return CloudAccount(how, synced, Services(**services), None)


@pytest.mark.parametrize(
    ("synchronized", "found", "expected"),
    [
        (True, None, ("unknown", "unknown", "unknown")),
        (True, account(True, teams=True, exchange_online_plan_1=False), ("met", "met", "not_met")),
        (True, account(False, teams=False, exchange_online=True), ("not_met", "not_met", "unknown")),
        (True, account(None, teams=True), ("unknown", "met", "unknown")),
        (True, account(None, "immutable_id"), ("met", "unknown", "unknown")),
        (True, account(None, "object_guid"), ("met", "unknown", "unknown")),
        (False, account(True, teams=True), ("not_met", "met", "unknown")),
        (False, None, ("not_met", "unknown", "unknown")),
    ],
)
def test_states_of_a_user_beside_the_tenant(
    synchronized: bool, found: CloudAccount | None, expected: tuple[str, str, str]
) -> None:
    # Signs of a synchronization say nothing of a user whom the export should show and does not.
    shown = Evidence(Organisation(name="Contoso"), ["a sign"], tenant())
    states = user_states(synchronized, True, shown, found)
    names: tuple[ConditionId, ...] = ("synchronized", "teams_licence", "exchange_online_plan_1")
    assert tuple(states[name] for name in names) == expected
    assert all(is_of_user(name, shown) for name in names)
    assert not is_of_user("teams_licence", evidence())


def test_reasons_name_the_export_and_who_is_not_in_it() -> None:
    shown = Evidence(Organisation(name="Contoso"), ["a sign"], tenant())
    numbers = UserNumbers(met=3)
    numbers.add("unknown", 2, in_tenant=False)
    numbers.add("unknown")
    resolution = resolve("teams_licence", shown, numbers)
    assert (resolution.state, numbers.not_in_tenant) == ("unknown", 2)
    assert resolution.reason == (
        "By the export of the tenant, of 6 users with a mailbox on premises 3 have it and 0 have not; of 3 it does not "
        "tell (2 were not matched with an account)."
    )
    assert resolve("teams_licence", shown, UserNumbers(met=3)).state == "met"
    assert resolve("hybrid_writeback", shown, UserNumbers()).state == "unknown"


@pytest.mark.parametrize(
    ("synchronized", "qualifies", "signs", "expected"),
    [
        (True, True, ["x"], ("met", "met")),
        (True, False, ["x"], ("met", "not_met")),
        (True, None, [], ("unknown", "unknown")),
        (False, True, ["x"], ("not_met", "met")),
    ],
)
def test_states_of_a_user(
    synchronized: bool, qualifies: bool | None, signs: list[str], expected: tuple[str, str]
) -> None:
    states = user_states(synchronized, qualifies, evidence(signs))
    assert (states["synchronized"], states["exchange_2016_cu3"]) == expected
    assert set(states) == {name for name, condition in CONDITIONS.items() if condition.of_user}
