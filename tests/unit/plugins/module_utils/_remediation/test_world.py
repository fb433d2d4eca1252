# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rehearsal judges as the audit does."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._audit.options import AuditOptions
from ansible_collections.syncready.m365.plugins.module_utils._audit.scan import run_audit
from ansible_collections.syncready.m365.plugins.module_utils._audit.scope import Scopes
from ansible_collections.syncready.m365.plugins.module_utils._audit.snapshot import Snapshot
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._remediation.details import Details
from ansible_collections.syncready.m365.plugins.module_utils._remediation.world import World
from ansible_collections.syncready.m365.tests.support.audits import rule_options

SAMPLE = Path(__file__).resolve().parents[5] / "demo" / "contoso.ldif"

_PLAIN = AuditOptions(rule_options())


@pytest.mark.parametrize(
    "options",
    [
        _PLAIN,
        AuditOptions(rule_options(sign_in_attribute="mail")),
        AuditOptions(rule_options(third_party_migration=True, sync_client="cloud_sync")),
        dataclasses.replace(
            _PLAIN,
            disabled_rules=frozenset(("upn-duplicate", "mail-differs-from-primary")),
            severity_overrides={"address-taken": "info"},
        ),
    ],
)
def test_nothing_changed(options: AuditOptions) -> None:
    directory = LdifDirectory(str(SAMPLE))
    snapshot = Snapshot()
    run_audit(directory, options, snapshot)
    details = Details(snapshot)
    details.read(directory, options.rules)
    audited = World(snapshot, details, options, Scopes(options.sync_scope, options.licence_scope))
    rehearsed = audited.after({})
    expected = {oid: sorted(map(str, found)) for oid, (_reference, found) in audited.findings().items()}
    assert {oid: sorted(map(str, found)) for oid, (_reference, found) in rehearsed.findings().items()} == expected
    assert len(expected) > 100
    some = next(oid for oid, (_reference, found) in audited.findings().items() if found[0].rule == "proxy-duplicate")
    assert rehearsed.sharing(some) == audited.sharing(some) != set()
    rehearsed.close()
    snapshot.close()
