# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All steps over a directory with very many findings: everything is in the report, and no result is too large for AWX."""

from __future__ import annotations

import json
from pathlib import Path

from ansible_collections.syncready.m365.tests.directories import volume
from ansible_collections.syncready.m365.tests.support import playbooks

from .test_roles import POLICIES, STEPS

USERS = 26_000
FINDINGS = 50_000
# AWX drops results of more than 700,000 characters; that must not be near.
RESULT = 100_000


def test_fifty_thousand_findings(tmp_path: Path) -> None:
    export, report = tmp_path / "volume.ldif", tmp_path / "report"
    with export.open("w", encoding="utf-8", newline="\n") as file:
        volume.write(file, USERS, faulty=1)
    variables = {
        **POLICIES,
        "syncready_ldif_path": str(export),
        "syncready_verified_domains": "contoso.com, fabrikam.com",
        "syncready_report_dir": str(report),
    }
    run = playbooks.run("syncready.m365.prepare", tmp_path, variables=variables).assert_clean()
    (before,) = run.results("Audit how the directory is before anything is changed")
    assert sum(before["summary"]["severity"].values()) >= FINDINGS
    (after,) = run.results("Audit what is left")
    assert after["summary"]["severity"]["error"] < before["summary"]["severity"]["error"]
    assert list(run.artifacts["syncready_outcome"]["plans"]["contoso"]) == STEPS
    assert sum(plan["objects"] for plan in run.artifacts["syncready_outcome"]["plans"]["contoso"].values()) > 10_000
    # Each finding is in the report.
    with (report / "audit" / "findings.jsonl").open(encoding="utf-8") as lines:
        assert sum(1 for _line in lines) == sum(after["summary"]["severity"].values())
    sizes = {len(json.dumps(event["event_data"]["res"])) for event in run.events if "res" in event["event_data"]}
    assert max(sizes) < RESULT
    assert len(json.dumps(run.artifacts)) < 10_000
