# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles, each alone, and the playbook that takes them all, on the export of the sample directory."""

from __future__ import annotations

import copy
import json
import re
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.tests.support import playbooks

ROOT = Path(__file__).resolve().parents[1]
ROLES = [
    "preflight",
    "directory_cleanup",
    "attribute_preparation",
    "upn_preparation",
    "upn_match",
    "teams_readiness",
    "readiness_report",
]
STEPS = ["directory_cleanup", "attribute_preparation", "upn_preparation", "upn_alignment", "upn_repairs"]

# As a survey gives it: text.
POLICIES = {
    "syncready_suffix_map": "contoso.local=contoso.com, emea.contoso.local=contoso.com",
    "syncready_duplicate_winner": "mailbox_owner, enabled, primary, verified_domain, oldest",
    "syncready_rename_pattern": "{local}{n}",
    "syncready_transliterate": True,
    "syncready_invalid_characters": "remove",
    "syncready_primary_from": "mail, upn, single",
    "syncready_missing_proxy": True,
    "syncready_missing_nickname": True,
    "syncready_missing_upn": "contoso.com",
    "syncready_align_upn_with": "primary_smtp",
    "syncready_align_mail": True,
    "syncready_display_name_from": "given_name_surname",
    "syncready_tidy_names": True,
    "syncready_country_code_from_c": True,
    "syncready_unusable_secondaries": "remove",
    "syncready_max_changes": -1,
    "syncready_max_changed_percent": 100,
    "syncready_policy_managed_recipients": "allow",
}


def _variables(folder: Path, **more: t.Any) -> dict[str, t.Any]:
    return {
        "syncready_ldif_path": str(ROOT / "demo" / "contoso.ldif"),
        "syncready_verified_domains": "contoso.com, fabrikam.com",
        "syncready_report_dir": str(folder / "report"),
        **more,
    }


def _play(folder: Path, role: str) -> Path:
    file = folder / "play" / "play.yml"
    file.parent.mkdir()
    play = {"hosts": "all", "gather_facts": False, "roles": [f"syncready.m365.{role}"]}
    file.write_text(json.dumps([play]), encoding="utf-8")
    return file


@pytest.mark.parametrize("role", ROLES)
def test_a_role_alone_is_rehearsed_at_once(role: str, tmp_path: Path) -> None:
    run = playbooks.run(_play(tmp_path, role), tmp_path, variables=_variables(tmp_path), arguments="--check --diff")
    run.assert_clean()
    assert run.changed == {}
    assert (tmp_path / "report").exists() == (role != "upn_match")


def test_all_steps_are_planned_each_on_what_those_before_it_would_do(tmp_path: Path) -> None:
    runs = playbooks.run_three_ways("syncready.m365.prepare", tmp_path, variables=_variables(tmp_path, **POLICIES))
    assert runs.first.changed == {}
    numbers = [run.artifacts["syncready_outcome"]["hosts"] for run in (runs.rehearsal, runs.first, runs.second)]
    assert numbers[0] == numbers[1] == numbers[2]
    # The last run left the files.
    outcome = runs.second.artifacts["syncready_outcome"]
    assert list(outcome["plans"]["contoso"]) == STEPS
    (before,) = runs.second.results("Audit how the directory is before anything is changed")
    (after,) = runs.second.results("Audit what is left")
    assert after["summary"]["severity"]["error"] < before["summary"]["severity"]["error"] / 2
    assert not outcome["ready"]
    assert outcome["hosts"]["contoso"] == after["summary"]["severity"]
    page = (tmp_path / "report" / "readiness_report" / "report.html").read_text(encoding="utf-8")
    text = (tmp_path / "report" / "readiness_report" / "report.txt").read_text(encoding="utf-8")
    assert text.startswith("NOT READY")
    for decision in after["summary"]["decisions"]:
        assert decision["severity"] == "info" or decision["decision"] in text
        assert decision["severity"] == "info" or decision["rule"] in page
    assert "domains_verified" in text
    for plan in outcome["plans"]["contoso"].values():
        assert plan["digest"] in text
        assert plan["digest"] in page
    # Nobody is named where the numbers go.
    assert "@" not in json.dumps(outcome)
    assert "CN=" not in json.dumps(outcome)


def test_every_forest_is_prepared_by_itself_and_all_are_reported_together(tmp_path: Path) -> None:
    inventory = copy.deepcopy(playbooks.INVENTORY)
    (host,) = inventory["all"]["hosts"].values()
    # The second forest has nothing in it but itself.
    export = tmp_path / "fabrikam.ldif"
    export.write_text(
        "dn: DC=fabrikam,DC=local\nobjectClass: top\nobjectClass: domain\nobjectClass: domainDNS\ndc: fabrikam\n\n"
        "dn: OU=Staff,DC=fabrikam,DC=local\nobjectClass: top\nobjectClass: organizationalUnit\nou: Staff\n",
        encoding="utf-8",
    )
    inventory["all"]["hosts"]["fabrikam"] = {**host, "syncready_ldif_path": str(export)}
    host["syncready_ldif_path"] = str(ROOT / "demo" / "contoso.ldif")
    variables = {
        "syncready_verified_domains": "contoso.com, fabrikam.com",
        "syncready_report_dir": f"{tmp_path}/report/{{{{ inventory_hostname }}}}",
    }
    arguments = "--tags preflight,directory_cleanup,readiness_report"
    run = playbooks.run(
        "syncready.m365.prepare", tmp_path, inventory=inventory, variables=variables, arguments=arguments
    ).assert_clean()
    outcome = run.artifacts["syncready_outcome"]
    assert sorted(outcome["hosts"]) == ["contoso", "fabrikam"]
    assert outcome["hosts"]["contoso"]["error"] > 0
    assert outcome["hosts"]["fabrikam"]["error"] == 0
    assert not outcome["ready"]
    for name in ("contoso", "fabrikam"):
        assert (tmp_path / "report" / name / "audit" / "report.html").exists()
    pages = list((tmp_path / "report").rglob("readiness_report/report.txt"))
    texts = [page.read_text(encoding="utf-8") for page in pages]
    assert any("contoso" in text and "fabrikam" in text for text in texts)


def test_steps_on_an_export_wait_for_the_import(tmp_path: Path) -> None:
    variables = _variables(tmp_path, **POLICIES, syncready_mode="apply")
    run = playbooks.run(
        "syncready.m365.prepare",
        tmp_path,
        variables=variables,
        arguments="--tags preflight,directory_cleanup,attribute_preparation,readiness_report",
    )
    assert run.status == "failed"
    assert (tmp_path / "report" / "directory_cleanup" / "changes.ldif").exists()
    assert not (tmp_path / "report" / "attribute_preparation").exists()
    text = (tmp_path / "report" / "readiness_report" / "report.txt").read_text(encoding="utf-8")
    assert "ended early at: Make sure that the steps before this one were taken" in text
    assert "make a new export" in text


def test_a_run_ends_where_the_next_step_needs_something_gone(tmp_path: Path) -> None:
    run = playbooks.run(
        _play(tmp_path, "directory_cleanup"),
        tmp_path,
        variables=_variables(tmp_path, directory_cleanup_needs_gone="proxy-duplicate, upn-too-long"),
    )
    assert run.status == "failed"
    (refused,) = run.results("End here where errors are left that the next step needs gone")
    assert "proxy-duplicate, upn-too-long" in refused["msg"]


@pytest.mark.parametrize(
    ("more", "ended_at", "said"),
    [
        (
            {"preflight_thresholds": [{"severity": "error", "max": 10}]},
            "Audit how the directory is before anything is changed",
            "10",
        ),
        (
            {"syncready_mode": "apply", "syncready_window_end": "2026-01-31T02:00:00+00:00"},
            "End here where the step is not complete",
            "2026-01-31",
        ),
    ],
    ids=["a threshold", "the end of the window"],
)
def test_a_run_ends_at(more: dict[str, t.Any], ended_at: str, said: str, tmp_path: Path) -> None:
    run = playbooks.run(
        "syncready.m365.prepare",
        tmp_path,
        variables=_variables(tmp_path, **POLICIES, **more),
        arguments="--tags preflight,directory_cleanup,attribute_preparation,readiness_report",
    )
    assert run.status == "failed"
    assert not list(tmp_path.rglob("changes.ldif"))
    assert not (tmp_path / "report" / "attribute_preparation").exists()
    text = (tmp_path / "report" / "readiness_report" / "report.txt").read_text(encoding="utf-8")
    assert f"ended early at: {ended_at}" in text
    assert said in text
    if (handover := tmp_path / "report" / "directory_cleanup" / "handover.txt").exists():
        # One digest everywhere, that of the file.
        (step,) = run.results("Plan or apply the repairs of the step")
        digest = step["artifacts"]["plan_jsonl"]["sha256"]
        assert step["plan"]["digest"] == digest
        assert digest in text
        assert digest in handover.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("role", "wrong", "said"),
    [
        ("directory_cleanup", {"syncready_max_changes": "many"}, "syncready_max_changes"),
        ("directory_cleanup", {"syncready_mode": "go"}, "plan, apply"),
        ("directory_cleanup", {"directory_cleanup_mode": "go"}, "plan, apply"),
        ("preflight", {"syncready_verified_domains": {"contoso.com": True}}, "syncready_verified_domains"),
        ("preflight", {"preflight_thresholds": "many"}, "preflight_thresholds"),
        ("preflight", {"syncready_transport": "http"}, "ldap, winrm, ldif"),
        (
            "preflight",
            {"syncready_transport": "ldap", "syncready_server": "dc1.contoso.local", "syncready_username": "audit"},
            "password",
        ),
    ],
)
def test_a_wrong_variable_is_refused_and_named(role: str, wrong: dict[str, t.Any], said: str, tmp_path: Path) -> None:
    run = playbooks.run(_play(tmp_path, role), tmp_path, variables=_variables(tmp_path, **wrong))
    assert run.status == "failed"
    assert said in " ".join(
        event["event_data"]["res"].get("msg", "") for event in run.events if event["event"] == "runner_on_failed"
    )


def test_a_plan_is_approved_applied_and_handed_over(tmp_path: Path) -> None:
    variables = _variables(tmp_path, **POLICIES)
    planned = playbooks.run(_play(tmp_path, "directory_cleanup"), tmp_path, variables=variables).assert_clean()
    (plan,) = planned.results("Plan or apply the repairs of the step")
    place = tmp_path / "report" / "applied"
    approved = {
        **variables,
        "syncready_report_dir": str(place),
        "syncready_plan_path": plan["artifacts"]["plan_jsonl"]["path"],
        "syncready_plan_digest": plan["plan"]["digest"],
        "syncready_change_ldif_path": str(tmp_path / "changes.ldif"),
        "syncready_ticket": "CHG0012345",
        "syncready_approver": "<Anna Berg>",
    }
    applied = playbooks.run("syncready.m365.apply_plan", tmp_path, variables=approved).assert_clean()
    numbers = applied.artifacts["syncready_outcome"]["contoso"]
    assert numbers["digest"] == plan["plan"]["digest"]
    # Protected accounts are in the plan, and left alone when it is applied.
    assert numbers["counts"]["changed"] + numbers["counts"]["left"] == plan["counts"]["planned"] > 100
    text = (place / "handover.txt").read_text(encoding="utf-8")
    assert re.search(rf"^\W*left\W+{numbers['counts']['left']}\b", text, re.MULTILINE | re.IGNORECASE), text
    assert "CHG0012345" in text
    assert str(tmp_path / "changes.ldif") in text
    assert "undo.ldif" in text
    page = (place / "handover.html").read_text(encoding="utf-8")
    assert "&lt;Anna Berg&gt;" in page

    other = playbooks.run(
        "syncready.m365.apply_plan", tmp_path, variables={**approved, "syncready_plan_digest": "0" * 64}
    )
    assert other.status == "failed"
