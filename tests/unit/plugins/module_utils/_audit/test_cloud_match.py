# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directory against the tenant: what is labelled is found, and nothing else, in every shape of the export."""

from __future__ import annotations

import dataclasses
import random
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._audit import across
from ansible_collections.syncready.m365.plugins.module_utils._audit.cloud import TenantFiles, load_tenant
from ansible_collections.syncready.m365.plugins.module_utils._audit.cloud_match import CloudMatch, MatchOptions
from ansible_collections.syncready.m365.plugins.module_utils._audit.cloud_rows import MatchRow, MatchSummary
from ansible_collections.syncready.m365.plugins.module_utils._audit.options import SyncScope
from ansible_collections.syncready.m365.plugins.module_utils._audit.scan import scan
from ansible_collections.syncready.m365.plugins.module_utils._audit.scope import Scopes
from ansible_collections.syncready.m365.plugins.module_utils._audit.snapshot import Snapshot
from ansible_collections.syncready.m365.plugins.module_utils._rules.mismatches import MISMATCHES
from ansible_collections.syncready.m365.tests.support import tenant_cases, tenants
from ansible_collections.syncready.m365.tests.support.audits import Entries, rule_options
from ansible_collections.syncready.m365.tests.support.tenant_cases import INITIAL, OUTSIDE, World


def compare(world: World, folder: Path, shape: tenants.Shape, **choices: t.Any) -> tuple[list[MatchRow], MatchSummary]:
    """Return all rows and the summary of a comparison."""
    files = world.write(folder, shape)
    extra = choices.pop("files", {})
    rules = rule_options(**choices.pop("rules", {}))
    snapshot = Snapshot()
    try:
        names = {name.removeprefix("tenant_").removesuffix("_path"): path for name, path in files.items()}
        tenant = load_tenant(TenantFiles(**{**names, **extra}), snapshot)
        scopes = Scopes(SyncScope(exclude=(OUTSIDE,)), None)
        forest = scan(Entries(world.entries), rules, scopes, snapshot)
        across.leave_out_late(snapshot, forest)
        options = MatchOptions(
            rules, INITIAL, **{"upn_sync_enabled": False, "dns_domains": frozenset(["contoso.local"]), **choices}
        )
        match = CloudMatch(snapshot, tenant, options)
        return list(match.rows()), match.summary
    finally:
        snapshot.close()


def kinds(rows: list[MatchRow]) -> dict[str, frozenset[str]]:
    """Return the kinds of mismatch by the name of the object, or the id of the account."""
    found = {}
    for row in rows:
        if row.mismatches:
            key = row.object.name if row.object else row.account.id if row.account else ""
            assert key not in found
            found[key] = frozenset(item.kind for item in row.mismatches)
    return found


@pytest.fixture(scope="module")
def large() -> World:
    return tenant_cases.build(20_000, 20)


@pytest.mark.parametrize("shape", tenants.SHAPES)
def test_all_mismatches_among_20000_users_are_found_and_none_is_invented(
    large: World, shape: tenants.Shape, tmp_path: Path
) -> None:
    assert len(large.people) >= 20_000
    rows, summary = compare(large, tmp_path, shape)
    assert kinds(rows) == large.expected(shape)
    assert summary.rows_with_mismatches == len(large.expected(shape))
    labelled = {kind for found in large.expected("graph").values() for kind in found}
    assert len(labelled) >= 12
    assert labelled | {"upn_unclear", "upn_missing", "exchange_cloud_managed"} == set(MISMATCHES)


@pytest.mark.parametrize("shape", tenants.SHAPES)
def test_the_order_of_both_sides_does_not_matter(shape: tenants.Shape, tmp_path: Path) -> None:
    world = tenant_cases.build(400, 3)
    first, _summary = compare(world, tmp_path / "one", shape)
    random.Random(5).shuffle(world.entries)
    random.Random(6).shuffle(world.people)
    second, _summary = compare(world, tmp_path / "two", shape)
    assert kinds(first) == kinds(second) == world.expected(shape)


def one(tmp_path: Path, world: World, **choices: t.Any) -> MatchRow:
    """Return the row of the only object."""
    rows, _summary = compare(world, tmp_path, "graph", **choices)
    (row,) = [row for row in rows if row.object is not None]
    return row


def test_names_with_licences_unknown(tmp_path: Path) -> None:
    world = World()
    world.directory("ann", upn="ann.new@contoso.com")
    world.cloud("ann", on_prem_upn="ann.new@contoso.com", licensed=True)
    assert kinds([one(tmp_path, world, upn_sync_enabled=None)]) == {"ann": {"upn_unclear"}}
    assert kinds([one(tmp_path, world, upn_sync_enabled=True)]) == {"ann": {"upn_waits_for_change"}}
    row = one(tmp_path, world)
    (mismatch,) = row.mismatches
    assert (mismatch.kind, mismatch.follows) == ("upn_licensed", "no")
    (command,) = mismatch.commands
    assert row.account is not None
    assert command == f"Update-MgUser -UserId '{row.account.id}' -UserPrincipalName 'ann.new@contoso.com'"


def test_a_licence_file_decides(tmp_path: Path) -> None:
    world = World()
    world.directory("ann", upn="ann.new@contoso.com")
    world.cloud("ann", on_prem_upn="ann.new@contoso.com", licensed=False)
    licences = tmp_path / "licences.csv"
    licences.write_text("UserPrincipalName\nANN@contoso.com\n")
    assert kinds([one(tmp_path, world, files={"licences": str(licences)})]) == {"ann": {"upn_licensed"}}


def test_between_federated_domains_there_is_a_detour(tmp_path: Path) -> None:
    world = World()
    world.directory("o'neil", upn="o'neil@fabrikam.com")
    world.cloud("o'neil", on_prem_upn="o'neil@fabrikam.com", licensed=True)
    domains = tmp_path / "domains.csv"
    domains.write_text(
        "Id,IsVerified,AuthenticationType\ncontoso.com,True,Federated\nfabrikam.com,True,Federated\n"
        f"{INITIAL},True,Managed\n"
    )
    (mismatch,) = one(tmp_path, world, files={"domains": str(domains)}).mismatches
    assert [command.partition("-UserPrincipalName ")[2] for command in mismatch.commands] == [
        f"'o''neil@{INITIAL}'",
        "'o''neil@fabrikam.com'",
    ]


def test_alternate_sign_in(tmp_path: Path) -> None:
    world = World()
    world.directory("ann", upn="ann@contoso.local", primary="ann.lee@contoso.com")
    world.cloud("ann", upn="ann.lee@contoso.com", primary="ann.lee@contoso.com", on_prem_upn="ann@contoso.local")
    row = one(tmp_path, world, rules={"sign_in_attribute": "mail"})
    assert (row.sign_in_name, row.mismatches) == ("ann.lee@contoso.com", ())


def test_object_guid_as_anchor(tmp_path: Path) -> None:
    world = World()
    world.directory("ann", mS_DS_ConsistencyGuid=tenant_cases.guid("another").bytes_le)
    world.cloud("ann")
    row = one(tmp_path, world, source_anchor="object_guid")
    assert (row.matched_by, row.mismatches) == ("immutable_id", ())


def test_users_of_other_forests_are_nobodys_fault(tmp_path: Path) -> None:
    world = World()
    world.directory("ann")
    world.cloud("ann")
    world.cloud("bob", on_prem_domain="fabrikam.local")
    rows, summary = compare(world, tmp_path, "graph")
    assert kinds(rows) == {}
    assert (summary.other_domains, summary.cloud_only) == (1, 0)


def test_a_contact_whose_address_is_a_users_in_the_tenant(tmp_path: Path) -> None:
    world = World()
    world.cloud("ann", synced=False)
    world.directory("shadow", primary="ann@contoso.com", userPrincipalName=None, sAMAccountName=None)
    world.entries[0].attributes["objectclass"] = [b"top", b"person", b"contact"]
    rows, _summary = compare(world, tmp_path, "graph")
    assert kinds(rows) == {"shadow": {"object_type_mismatch"}}


def test_exchange_attributes_managed_in_the_cloud(tmp_path: Path) -> None:
    world = World()
    world.directory("ann", primary="ann.new@contoso.com")
    world.cloud("ann")
    files = world.write(tmp_path, "graph")
    users = Path(files["tenant_users_path"])
    managed = users.read_text().replace('"userType"', '"isExchangeCloudManaged": true, "userType"')
    other = tmp_path / "managed.json"
    other.write_text(managed)
    assert kinds([one(tmp_path, world, files={"users": str(other)})]) == {"ann": {"exchange_cloud_managed"}}


def test_every_kind_is_documented() -> None:
    page = (Path(__file__).resolve().parents[5] / "docs" / "tenant.md").read_text(encoding="utf-8")
    for kind, row in MISMATCHES.items():
        assert f"| `{kind}` | {row.severity} | {row.follows} | {row.advice} |" in page


def test_commands_only_where_nobody_must_decide_first(tmp_path: Path) -> None:
    world = tenant_cases.build(200, 1)
    rows, _summary = compare(world, tmp_path, "graph")
    with_commands: dict[str, set[frozenset[str]]] = {}
    for row in rows:
        every = frozenset(item.kind for item in row.mismatches)
        for item in row.mismatches:
            if item.commands:
                with_commands.setdefault(item.kind, set()).add(every)
    assert set(with_commands) == {
        "upn_licensed",
        "upn_waits_for_change",
        "upn_cloud_managed",
        "soft_match",
        "anchor_differs",
    }
    assert with_commands["soft_match"] == {frozenset(["soft_match"])}


def test_a_name_is_set_before_the_match(tmp_path: Path) -> None:
    world = World()
    world.directory("ann", upn="ann.lee@contoso.com")
    world.cloud("ann", synced=False)
    commands = {item.kind: item.commands for item in one(tmp_path, world).mismatches}
    assert commands["upn_at_match"][0].endswith("-UserPrincipalName 'ann.lee@contoso.com'")
    anchor = tenant_cases.immutable_id(tenant_cases.guid("ann"))
    assert commands["soft_match"][0].endswith(f"-OnPremisesImmutableId '{anchor}'")


def test_an_anchor_that_is_somebody_elses_is_released(tmp_path: Path) -> None:
    world = World()
    world.directory("ann")
    world.cloud("ann", immutable_id=tenant_cases.immutable_id(tenant_cases.guid("another")), id="1f-2")
    (mismatch,) = one(tmp_path, world).mismatches
    assert mismatch.commands == (
        "Invoke-MgGraphRequest -Method PATCH -Uri 'https://graph.microsoft.com/beta/users/1f-2' "
        "-ContentType 'application/json' -Body '{\"onPremisesObjectIdentifier\": null}'",
    )
    world.people[0] = dataclasses.replace(world.people[0], id="x/../groups")
    (mismatch,) = one(tmp_path, world).mismatches
    assert mismatch.commands == ()
