# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From findings to a ready directory and back, through the modules, as AWX runs them, on a domain controller."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.tests.lab import accounts, client, dump
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD
from ansible_collections.syncready.m365.tests.support import playbooks
from ansible_collections.syncready.m365.tests.support.applying import state_dir

pytestmark = pytest.mark.usefixtures("over")


@pytest.fixture(scope="module")
def module_dc(module_lab: Lab, over: str) -> DomainController:
    """A domain controller with the sample in it, fresh for each transport."""
    return module_lab.sample()


Task = dict[str, t.Any]

# Values that differ in case alone were written past the checks of the domain controller, which cannot tell them apart.
UNDELETABLE = {"exclude": ["proxy-repeated"]}

POLICIES = {
    "suffix_map": {"contoso.local": "contoso.com", "emea.contoso.local": "contoso.com"},
    "transliterate": True,
    "invalid_characters": "remove",
    "rename_pattern": "{local}{n}",
    "duplicate_winner": ["mailbox_owner", "enabled", "primary", "verified_domain", "oldest"],
    "unusable_secondaries": "remove",
    "missing_upn": "contoso.com",
    "missing_proxy": True,
    "missing_nickname": True,
    "primary_from": ["mail", "upn", "single"],
    "align_upn_with": "primary_smtp",
    "align_mail": True,
    "display_name_from": "given_name_surname",
    "tidy_names": True,
    "country_code_from_c": True,
}


def _play(folder: Path, dc: DomainController, *tasks: Task) -> Path:
    connection = {
        "server": dc.address,
        "username": f"{accounts.CHANGE}@{dc.forest.domain}",
        "password": PASSWORD,
        "ca_cert": str(dc.layout.authority),
        "domains": [dc.forest.domain],
    }
    rules = {"verified_domains": ["contoso.com", "fabrikam.com"]}
    listed = []
    for task in tasks:
        options = dict(task)
        name, module = options.pop("name"), options.pop("module")
        more = {} if module == "rollback" else rules
        listed.append({"name": name, f"syncready.m365.{module}": {**connection, **more, **options}})
    path = folder / "play" / "play.yml"
    path.parent.mkdir(exist_ok=True)
    play = {"hosts": "all", "gather_facts": False, "tasks": listed}
    path.write_text(json.dumps([play]), encoding="utf-8")
    return path


def _findings(folder: Path) -> list[dict[str, t.Any]]:
    return [json.loads(line) for line in (folder / "findings.jsonl").read_text(encoding="utf-8").splitlines()]


def test_there_and_back(module_dc: DomainController, tmp_path: Path) -> None:
    dc = module_dc
    state = state_dir(tmp_path)
    whole = dump.take(dc)
    planned = playbooks.run(
        _play(
            tmp_path,
            dc,
            {"name": "Audit", "module": "audit_info", "report_dir": str(tmp_path / "before")},
            {
                "name": "Plan",
                "module": "remediation",
                "policies": POLICIES,
                "repair_rules": UNDELETABLE,
                "policy_managed_recipients": "allow",
                "report_dir": str(tmp_path / "plan"),
            },
        ),
        tmp_path,
    ).assert_clean()
    assert planned.changed == {}
    plan = planned.result("Plan")
    assert dump.differences(whole, dump.take(dc)) == {}
    rows = [json.loads(line) for line in (tmp_path / "plan" / "plan.jsonl").read_text().splitlines()[1:]]
    assert len(rows) == plan["plan"]["rows"] > 100
    promised = {fingerprint for row in rows for fingerprint in row["fingerprints"]}
    before = {found["fingerprint"] for found in _findings(tmp_path / "before")}
    assert promised <= before

    apply = _play(
        tmp_path,
        dc,
        {
            "name": "Apply",
            "module": "remediation",
            "mode": "apply",
            "plan_path": str(tmp_path / "plan" / "plan.jsonl"),
            "plan_digest": plan["plan"]["digest"],
            "policy_managed_recipients": "allow",
            "state_dir": str(state),
            "max_changes": -1,
            "max_changed_percent": 100,
            "ticket": "CHG0012345",
            "approver": "Anna Berg",
        },
    )
    moved = client.highest_usn(dc)
    rehearsal = playbooks.run(apply, tmp_path, arguments="--check --diff").assert_clean()
    assert client.highest_usn(dc) == moved
    first = playbooks.run(apply, tmp_path).assert_clean()
    told, done = rehearsal.result("Apply"), first.result("Apply")
    assert told["counts"] == done["counts"]
    assert told["diff"] == done["diff"] != []
    assert done["counts"]["changed"] == done["counts"]["planned"] == plan["plan"]["objects"]
    second = playbooks.run(apply, tmp_path).assert_clean()
    assert second.changed == {}

    again = playbooks.run(
        _play(
            tmp_path,
            dc,
            {"name": "Audit", "module": "audit_info", "report_dir": str(tmp_path / "after")},
            {
                "name": "Plan",
                "module": "remediation",
                "policies": POLICIES,
                "repair_rules": UNDELETABLE,
                "policy_managed_recipients": "allow",
                "report_dir": str(tmp_path / "plan2"),
            },
        ),
        tmp_path,
    ).assert_clean()
    assert again.result("Plan")["plan"]["rows"] == 0
    after = _findings(tmp_path / "after")
    assert not promised & {found["fingerprint"] for found in after}
    known = {(found["object"]["guid"], found["rule"], found["attribute"]) for found in _findings(tmp_path / "before")}
    assert {(found["object"]["guid"], found["rule"], found["attribute"]) for found in after} <= known

    back = _play(
        tmp_path,
        dc,
        {
            "name": "Back",
            "module": "rollback",
            "journal_path": done["journal"],
            "state_dir": str(state),
            "max_changes": -1,
        },
    )
    moved = client.highest_usn(dc)
    assert playbooks.run(back, tmp_path, arguments="--check --diff").result("Back")["counts"]["planned"] == 208
    assert client.highest_usn(dc) == moved
    undone = playbooks.run(back, tmp_path).result("Back")
    # The sample holds duplicate sign-in names, written past the checks of the domain controller. It does not take them
    # back, and it says so; everything else is as before, value by value.
    refused = {
        one["object"]["dn"]: {change["attribute"].lower() for change in one["changes"]}
        for one in undone["outcomes"]
        if one["state"] == "refused"
    }
    assert undone["error_code"] == "PARTIAL"
    assert undone["counts"]["changed"] + len(refused) == 208
    left = dump.differences(whole, dump.take(dc))
    assert {dn: set(names) for dn, names in left.items()} == refused
    assert set().union(*refused.values()) <= {"userprincipalname", "countrycode"}
    assert len(refused) <= 10


def test_values_that_cannot_be_told_apart(module_dc: DomainController, tmp_path: Path) -> None:
    whole = dump.take(module_dc)
    task = {
        "name": "Apply",
        "module": "remediation",
        "mode": "apply",
        "repair_rules": {"include": ["proxy-repeated"]},
        "state_dir": str(state_dir(tmp_path)),
        "policy_managed_recipients": "allow",
        "max_changed_percent": 100,
    }
    result = playbooks.run(_play(tmp_path, module_dc, task), tmp_path).assert_clean().result("Apply")
    assert result["counts"]["left"] == result["reasons"]["indistinguishable"] == result["counts"]["planned"] == 2
    assert dump.differences(whole, dump.take(module_dc)) == {}


def test_in_one_go(module_dc: DomainController, tmp_path: Path) -> None:
    play = _play(
        tmp_path,
        module_dc,
        {
            "name": "Apply",
            "module": "remediation",
            "mode": "apply",
            "policies": {"tidy_names": True},
            "repair_rules": {"include": ["name-whitespace", "name-control-character"]},
            "state_dir": str(state_dir(tmp_path)),
            "report_dir": str(tmp_path / "report"),
            "max_changed_percent": 100,
        },
    )
    runs = playbooks.run_three_ways(play, tmp_path)
    result = runs.first.result("Apply")
    assert result["counts"]["changed"] > 0
    assert {rule for one in result["outcomes"] for rule in one["rules"]} <= {
        "name-whitespace",
        "name-control-character",
    }
    assert (tmp_path / "report" / "plan.jsonl").exists()


@pytest.fixture(scope="module")
def small_plan(module_dc: DomainController, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan without policies."""
    folder = tmp_path_factory.mktemp("plan")
    task = {"name": "Plan", "module": "remediation", "report_dir": str(folder / "plan")}
    playbooks.run(_play(folder, module_dc, task), folder).assert_clean()
    return folder / "plan" / "plan.jsonl"


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ({"plan_digest": "ab" * 32}, "PLAN_DIGEST", "is not the plan that was approved"),
        ({"state_dir": None}, "NO_STATE_DIR", "state_dir is missing"),
        ({"max_changes": 1}, None, ""),
    ],
)
def test_limits(
    module_dc: DomainController, small_plan: Path, tmp_path: Path, options: Task, code: str | None, words: str
) -> None:
    whole = dump.take(module_dc)
    task = {
        "name": "Apply",
        "module": "remediation",
        "mode": "apply",
        "plan_path": str(small_plan),
        "state_dir": str(state_dir(tmp_path)),
        "max_changed_percent": 100,
        **options,
    }
    run = playbooks.run(_play(tmp_path, module_dc, {name: value for name, value in task.items() if value}), tmp_path)
    result = run.result("Apply")
    assert result["error_code"] == code
    if code is None:
        assert result["counts"]["changed"] == 1
        assert result["left_by"] == {"max_changes": result["counts"]["left"]}
        assert len(dump.differences(whole, dump.take(module_dc))) == 1
    else:
        assert words in result["msg"]
        assert dump.differences(whole, dump.take(module_dc)) == {}
