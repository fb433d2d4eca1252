# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A step rehearsed after another finds what it finds once the other was taken, on a domain controller."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory.filters import escape_value
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Selection
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap import LdapDirectory
from ansible_collections.syncready.m365.plugins.module_utils._remediation.assumed import AssumedDirectory
from ansible_collections.syncready.m365.plugins.module_utils._remediation.assumptions import Assumptions, Step
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan import PlanRow
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan_files import read_plan
from ansible_collections.syncready.m365.tests.lab import client, dump, ldif
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.support import applying, playbooks
from ansible_collections.syncready.m365.tests.support.applying import state_dir

from .test_remediation import POLICIES, UNDELETABLE, Task, _findings, _play

pytestmark = pytest.mark.usefixtures("over")

FIRST = {"suffix_map": POLICIES["suffix_map"], "align_mail": True, "tidy_names": True}


@pytest.fixture(scope="module")
def module_dc(module_lab: Lab, over: str) -> DomainController:
    """A domain controller with the sample in it, fresh for each transport."""
    return module_lab.sample()


def _steps(folder: Path, state: Path, name: str, assumptions: Task) -> list[Task]:
    """Return the tasks that look at the second step: its audit, its plan, its rehearsal."""
    return [
        {"name": "Audit", "module": "audit_info", "report_dir": str(folder / f"audit-{name}"), **assumptions},
        {
            "name": "Plan",
            "module": "remediation",
            "policies": POLICIES,
            "repair_rules": UNDELETABLE,
            "report_dir": str(folder / f"plan-{name}"),
            **assumptions,
        },
        {
            "name": "Rehearse",
            "module": "remediation",
            "mode": "apply",
            "plan_path": str(folder / f"plan-{name}" / "plan.jsonl"),
            "state_dir": str(state),
            "max_changes": -1,
            "max_changed_percent": 100,
            **assumptions,
        },
    ]


def _rows(folder: Path) -> list[dict[str, t.Any]]:
    return [json.loads(line) for line in (folder / "plan.jsonl").read_text(encoding="utf-8").splitlines()[1:]]


def test_second_step_rehearsed_and_real(module_dc: DomainController, tmp_path: Path) -> None:
    dc, state = module_dc, state_dir(tmp_path)
    first = tmp_path / "first" / "plan.jsonl"
    plan = {
        "name": "First",
        "module": "remediation",
        "policies": FIRST,
        "repair_rules": UNDELETABLE,
        "report_dir": str(first.parent),
    }
    before = dump.take(dc)
    tasks = _steps(tmp_path, state, "assumed", {"assume_applied": [str(first)]})
    rehearsal = playbooks.run(_play(tmp_path, dc, plan, *tasks), tmp_path, arguments="--check --diff").assert_clean()
    assert dump.differences(before, dump.take(dc)) == {}
    assert rehearsal.result("First")["plan"]["objects"] > 20
    _compare_filters(dc, read_plan(str(first)).rows)

    apply = {
        "name": "Apply",
        "module": "remediation",
        "mode": "apply",
        "plan_path": str(first),
        "state_dir": str(state),
        "max_changes": -1,
        "max_changed_percent": 100,
    }
    done = playbooks.run(_play(tmp_path, dc, apply), tmp_path).assert_clean().result("Apply")
    assert done["counts"]["changed"] == done["counts"]["planned"] == rehearsal.result("First")["plan"]["objects"]
    real = playbooks.run(
        _play(tmp_path, dc, *_steps(tmp_path, state, "real", {})), tmp_path, arguments="--check --diff"
    ).assert_clean()
    assert _findings(tmp_path / "audit-assumed") == _findings(tmp_path / "audit-real") != []
    assert _rows(tmp_path / "plan-assumed") == _rows(tmp_path / "plan-real") != []
    told, found = rehearsal.result("Rehearse"), real.result("Rehearse")
    assert told["counts"] == found["counts"]
    assert told["counts"]["changed"] == told["counts"]["planned"] > 20
    assert told["diff"] == found["diff"]

    # What was applied in the meantime is no conflict; what somebody else changed is one, and is said.
    dn = next(row["object"]["dn"] for row in _rows(first.parent) if row["attribute"] == "userPrincipalName")
    whole = dump.take(dc)
    parts = [ldif.line("dn", dn), "changetype: modify", "replace: userPrincipalName"]
    client.change(dc, "\n".join([*parts, "userPrincipalName: somebody.else@contoso.com", ""]))
    audit = {"name": "Audit", "module": "audit_info", "assume_applied": [str(first)]}
    result = playbooks.run(_play(tmp_path, dc, audit), tmp_path).result("Audit")
    (warning,) = result["warnings"]
    assert "(1 objects)" in warning
    assert "are passed over" in warning
    assert list(dump.differences(whole, dump.take(dc))) == [dn]


def _compare_filters(dc: DomainController, rows: t.Sequence[PlanRow]) -> None:
    """Search by old and new values: a holder of an old one is not found any more, one of a new one is."""
    directory = AssumedDirectory(LdapDirectory(applying.options(dc)), Assumptions([Step("plan", rows)]))
    selection = Selection(("cn",))
    try:
        compared = 0
        for row in rows:
            if not row.value or not row.update or row.value.lower() == row.update.lower():
                continue
            old = f"({row.attribute}={escape_value(row.value)})"
            new = f"(&(objectClass=*)({row.attribute}={escape_value(row.update)}))"
            # Values that were written past the checks of the domain controller are not in its index.
            if row.object.dn not in {
                entry.dn for entry in directory.underlying.search(filter=old, selection=selection)
            }:
                continue
            compared += 1
            assert row.object.dn not in {entry.dn for entry in directory.search(filter=old, selection=selection)}
            found = list(directory.search(filter=new, selection=selection))
            assert row.object.dn in {entry.dn for entry in found}
            assert {name for entry in found for name in entry.attributes} == {"cn"}
            if compared == 10:
                return
        raise AssertionError(f"only {compared} values could be compared")
    finally:
        directory.close()
