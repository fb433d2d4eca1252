# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a dirty directory to one in which only people have something to decide, by one playbook, as AWX runs it."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible_collections.syncready.m365.tests.lab import accounts
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD
from ansible_collections.syncready.m365.tests.support import playbooks, secrecy
from ansible_collections.syncready.m365.tests.support.applying import state_dir
from ansible_collections.syncready.m365.tests.test_roles import POLICIES, STEPS

# Values that differ in case alone were written past the checks of the domain controller, which cannot tell them apart.
UNDELETABLE = "proxy-repeated"
LATER = [
    "upn-missing",
    "upn-not-routable",
    "upn-unknown-tld",
    "upn-unverified-domain",
    "upn-suffix-not-registered",
    "upn-differs-from-primary",
]


def _planned(run: playbooks.Run) -> dict[str, int]:
    plans = run.artifacts["syncready_outcome"]["plans"].get("contoso", {})
    return {step: plan["objects"] for step, plan in plans.items()}


def test_from_dirty_to_ready(lab: Lab, tmp_path: Path) -> None:
    dc = lab.sample()
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text(PASSWORD, encoding="utf-8")
    variables: dict[str, t.Any] = {
        **POLICIES,
        "syncready_mode": "apply",
        "syncready_server": dc.address,
        "syncready_username": f"{accounts.CHANGE}@{dc.forest.domain}",
        "syncready_password": f"{{{{ lookup('ansible.builtin.file', '{secret}') }}}}",
        "syncready_ca_cert": str(dc.layout.authority),
        "syncready_domains": dc.forest.domain,
        "syncready_verified_domains": "contoso.com, fabrikam.com",
        "syncready_state_dir": str(state_dir(tmp_path)),
        "syncready_ticket": "CHG0012345",
        "syncready_approver": "Anna Berg",
        "directory_cleanup_excluded_rules": [UNDELETABLE],
        "attribute_preparation_excluded_rules": [UNDELETABLE, *LATER],
    }

    def run(name: str, arguments: str = "") -> playbooks.Run:
        return playbooks.run(
            "syncready.m365.prepare",
            tmp_path / "runs",
            variables={**variables, "syncready_report_dir": str(tmp_path / name)},
            arguments=arguments,
        ).assert_clean()

    rehearsal = run("rehearsal", "--check --diff")
    first = run("first")
    assert list(_planned(rehearsal)) == STEPS
    assert _planned(rehearsal) == _planned(first)
    assert rehearsal.changed == first.changed
    assert sum(_planned(first).values()) > 100
    # What the rehearsal said would be left is left.
    assert rehearsal.artifacts["syncready_outcome"]["hosts"] == first.artifacts["syncready_outcome"]["hosts"]

    with secrecy.Watch(PASSWORD) as watch:
        second = run("second", "-vvv")
    assert second.changed == {}
    assert set(_planned(second).values()) <= {0}

    # The errors that are left need a person, and the report says which decision.
    (last,) = second.results("Audit what is left")
    (text,) = ["\n".join(one["msg"]) for one in second.results("Show how it stands")]
    errors = [one for one in last["summary"]["decisions"] if one["severity"] == "error"]
    assert errors
    for one in errors:
        assert one["rule"] in text
        assert one["decision"] in text
    (before,) = rehearsal.results("Audit how the directory is before anything is changed")
    assert last["summary"]["severity"]["error"] < before["summary"]["severity"]["error"] / 2

    written = (tmp_path / "first" / "readiness_report" / "report.txt").read_text(encoding="utf-8")
    assert "to undo it: ansible-playbook syncready.m365.rollback" in written
    assert "CHG0012345" in written

    # The password is nowhere, and what only a person may know is not where numbers go.
    for one in (rehearsal, first, second):
        secrecy.assert_unsaid(one, PASSWORD)
        assert "@" not in json.dumps(one.artifacts)
        assert "CN=" not in json.dumps(one.artifacts)
    assert watch.leaks == set()
    assert "AnsiballZ_remediation" in watch.seen
    for place in ("runs", "rehearsal", "first", "second", "state"):
        assert secrecy.files_with(tmp_path / place, secrecy.forms_of(PASSWORD), at_least=5) == []
