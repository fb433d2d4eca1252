# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenant's side in an audit: names that differ, reported where neither side has a fault of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._audit.cloud import TenantFiles
from ansible_collections.syncready.m365.plugins.module_utils._audit.cloud_findings import TenantOptions
from ansible_collections.syncready.m365.plugins.module_utils._audit.options import AuditOptions, SyncScope
from ansible_collections.syncready.m365.plugins.module_utils._tenant.errors import TenantFileError
from ansible_collections.syncready.m365.tests.support import tenant_cases
from ansible_collections.syncready.m365.tests.support.audits import audit, rule_options
from ansible_collections.syncready.m365.tests.support.tenant_cases import OUTSIDE, World

RULE = "upn-differs-from-cloud"
DIFFERING = frozenset(("upn_licensed", "upn_waits_for_change", "upn_pending", "upn_quarantined", "upn_cloud_managed"))


def options(path: str | None) -> AuditOptions:
    tenant = TenantOptions(TenantFiles(users=path), "contoso.onmicrosoft.com", upn_sync_enabled=False)
    return AuditOptions(rule_options(), sync_scope=SyncScope(exclude=(OUTSIDE,)), tenant=tenant)


def test_names_that_differ(tmp_path: Path) -> None:
    world = tenant_cases.build(400, 2)
    path = world.write(tmp_path, "graph")["tenant_users_path"]
    with_tenant = audit(world.entries, options(path))[1]
    without = audit(world.entries, options(None))[1]
    found = {item.object.name: item for item in with_tenant if item.rule == RULE and item.object}
    # Whoever cannot be told from another by a role or an object of the tenant is matched here as anybody else.
    expected = {
        name
        for name, kinds in world.expected("graph").items()
        if kinds & DIFFERING or (kinds & {"upn_at_match"} and not kinds & {"soft_match_guest"})
    }
    assert set(found) == expected
    assert {(item.severity, item.outcome, item.attribute, item.repair.kind) for item in found.values()} == {
        ("warning", "confusing", "userPrincipalName", "none")
    }
    name = next(name for name, kinds in world.expected("graph").items() if "upn_licensed" in kinds)
    assert (found[name].value, found[name].message) == (
        f"{name}.new@contoso.com",
        f"The sign-in name in the tenant is {name}@contoso.com.",
    )
    # Nothing else changes.
    assert {item.fingerprint for item in with_tenant if item.rule != RULE} == {item.fingerprint for item in without}


def test_silent_where_the_name_has_a_fault_of_its_own(tmp_path: Path) -> None:
    world = World()
    world.directory("ann", upn="an$n@contoso.com")
    world.cloud("ann", upn="other@contoso.com")
    world.directory("bob", upn="bob.new@contoso.com")
    world.cloud("bob", on_prem_upn="bob.new@contoso.com")
    path = world.write(tmp_path, "graph")["tenant_users_path"]
    found = audit(world.entries, options(path))[1]
    assert [item.object.name for item in found if item.rule == RULE and item.object] == ["bob"]


def test_a_damaged_export_fails_the_audit(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    path.write_text('{"value": [{"userPrincipalName": "a@b.c"')
    with pytest.raises(TenantFileError, match="was cut off"):
        audit([], options(str(path)))
