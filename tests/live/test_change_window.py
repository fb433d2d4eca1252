# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change window by the playbooks alone: audit, plan, apply what was approved, take it back. Each is rehearsed, run and
run again, as AWX runs it."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.syncready.m365.tests.lab import accounts, dump
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD
from ansible_collections.syncready.m365.tests.support import playbooks
from ansible_collections.syncready.m365.tests.support.applying import state_dir

from .test_prepare import LATER, UNDELETABLE


def test_a_change_window(lab: Lab, tmp_path: Path) -> None:
    dc = lab.sample()
    before = dump.take(dc)
    state = state_dir(tmp_path)
    variables: dict[str, t.Any] = {
        "syncready_server": dc.address,
        "syncready_username": f"{accounts.CHANGE}@{dc.forest.domain}",
        "syncready_ca_cert": str(dc.layout.authority),
        "syncready_domains": dc.forest.domain,
        "syncready_verified_domains": "contoso.com, fabrikam.com",
        "syncready_state_dir": str(state),
        "syncready_max_changes": -1,
        "syncready_max_changed_percent": 100,
        "syncready_tidy_names": True,
        "syncready_missing_nickname": True,
        "attribute_preparation_excluded_rules": [UNDELETABLE, *LATER],
    }

    def three(name: str, playbook: str, arguments: str = "", **more: t.Any) -> playbooks.ThreeRuns:
        return playbooks.run_three_ways(
            f"syncready.m365.{playbook}",
            tmp_path / "runs",
            variables={**variables, "syncready_report_dir": str(tmp_path / name), **more},
            environment={"SYNCREADY_PASSWORD": PASSWORD},
            arguments=arguments,
        )

    three("audit", "audit")
    planned = three("plan", "prepare", "--tags preflight,attribute_preparation")
    (plan,) = planned.second.results("Plan or apply the repairs of the step")
    assert plan["counts"]["planned"] > 20
    assert dump.differences(before, dump.take(dc)) == {}

    applied = three(
        "applied",
        "apply_plan",
        syncready_plan_path=plan["artifacts"]["plan_jsonl"]["path"],
        syncready_plan_digest=plan["plan"]["digest"],
        syncready_ticket="CHG0012345",
        syncready_approver="Anna Berg",
    )
    assert applied.first.changed == {"contoso": 1}
    (written,) = applied.first.results("Apply the plan")
    assert len(dump.differences(before, dump.take(dc))) == written["counts"]["changed"] == plan["counts"]["planned"]

    back = three("back", "rollback", syncready_journal_path=Path(written["journal"]).name)
    assert back.first.changed == {"contoso": 1}
    assert dump.differences(before, dump.take(dc)) == {}
