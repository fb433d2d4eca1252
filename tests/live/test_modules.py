# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's playbook on domain controllers: the same report as from the file, or none, and no password in it."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.tests.lab import client
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import DEFAULT_SAMPLE, Lab
from ansible_collections.syncready.m365.tests.lab.proxy import Fault, FaultProxy
from ansible_collections.syncready.m365.tests.support import playbooks, secrecy

AUDIT = "syncready.m365.audit"
SECRET = "Rotkehlchen-3x!Bn=58"
Variables = dict[str, t.Any]


@pytest.fixture(scope="module")
def domains(module_lab: Lab) -> tuple[DomainController, DomainController]:
    """The two domains of the sample, with one account that both know by the same name and password."""
    root, child = module_lab.sample(), module_lab.sample(domain=1)
    name = f"warden@{root.forest.domain}"
    for controller in (root, child):
        made = client.create_account(controller, "warden", password=SECRET, attributes={"userPrincipalName": [name]})
        # The audit passes over it: the file knows nothing of it.
        client.write_raw(controller, {made.dn: {"isCriticalSystemObject": ["TRUE"]}})
    return root, child


@pytest.fixture
def variables(domains: tuple[DomainController, DomainController], tmp_path: Path) -> Variables:
    """Variables of the playbook; the password comes from the environment, as a credential of AWX does."""
    root, child = domains
    return {
        "syncready_server": root.address,
        "syncready_username": f"warden@{root.forest.domain}",
        "syncready_ca_cert": str(root.layout.authority),
        "syncready_domain_controllers": {child.forest.domain: child.address},
        "syncready_verified_domains": ["contoso.com", "fabrikam.com"],
        "syncready_report_dir": str(tmp_path / "report"),
    }


def _lines(report: Path, own: t.Collection[str]) -> dict[tuple[str, ...], str]:
    """Return the lines of a report; GUIDs of objects that every domain controller is born with say nothing."""
    rows: dict[tuple[str, ...], str] = {}
    for text in (report / "findings.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(text)
        for item in (row["object"], *row["holders"]):
            if item["dn"] in own:
                item["guid"] = None
        if row["object"]["dn"] in own:
            row["fingerprint"] = None
        row["holders"].sort(key=str)
        key = (row["object"]["dn"], row["rule"], str(row["attribute"]), str(row["value"]))
        assert key not in rows
        rows[key] = json.dumps(row, sort_keys=True, ensure_ascii=False)
    return rows


def test_the_report_equals_that_of_the_file(
    domains: tuple[DomainController, DomainController], variables: Variables, tmp_path: Path
) -> None:
    reports = [DEFAULT_SAMPLE.report(one.layout.root) for one in domains]
    own = {dn for report in reports for dn in report.kept}
    not_loaded = set(DEFAULT_SAMPLE.ldif_only())
    for report in reports:
        not_loaded |= set(report.failed) | set(report.different)
    live = playbooks.run(AUDIT, tmp_path, variables=variables, environment={"SYNCREADY_PASSWORD": SECRET})
    live.assert_clean()
    by_file = {
        "syncready_ldif_path": str(DEFAULT_SAMPLE.objects),
        "syncready_verified_domains": variables["syncready_verified_domains"],
        "syncready_report_dir": str(tmp_path / "file"),
    }
    playbooks.run(AUDIT, tmp_path, variables=by_file).assert_clean()
    over_ldap, over_ldif = _lines(tmp_path / "report", own), _lines(tmp_path / "file", own)
    assert len(over_ldap) > 500
    differing = {key for key in over_ldap.keys() | over_ldif.keys() if over_ldap.get(key) != over_ldif.get(key)}
    assert {key for key in differing if key[0] not in not_loaded} == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"syncready_username": "nobody@contoso.local"}, "BAD_CREDENTIALS"),
        ({"syncready_ca_cert": None}, "UNTRUSTED_CERTIFICATE"),
        ({"cut": 300_000}, "CONNECTION_LOST"),
    ],
    ids=["no such user", "unknown authority", "cut in mid-search"],
)
def test_what_fails_leaves_no_report(
    domains: tuple[DomainController, DomainController],
    variables: Variables,
    tmp_path: Path,
    changes: Variables,
    code: str,
) -> None:
    with FaultProxy(domains[0].address, 636) as proxy:
        given: Variables = {**variables, **changes}
        environment = {"SYNCREADY_PASSWORD": SECRET}
        if given.pop("cut", 0):
            proxy.fault = Fault("rst", changes["cut"])
            given["syncready_server"] = proxy.address
            environment["SYNCREADY_PORT"] = str(proxy.port)
            given["syncready_domains"] = ["contoso.local"]
        given = {name: value for name, value in given.items() if value is not None}
        run = playbooks.run(AUDIT, tmp_path, variables=given, environment=environment)
    assert run.status == "failed"
    result = run.result("Audit the directory")
    assert result["error_code"] == code, result
    assert result["artifacts"] == {} and result["summary"] == {} and result["findings"] == []
    assert "\n" not in result["msg"] and "Traceback" not in run.stdout
    assert [path.name for path in (tmp_path / "report").glob("*")] == []


def test_a_password_of_the_environment_is_left_nowhere(variables: Variables, tmp_path: Path) -> None:
    with secrecy.Watch(SECRET) as watch:
        run = playbooks.run(
            AUDIT, tmp_path / "runs", variables=variables, environment={"SYNCREADY_PASSWORD": SECRET}, arguments="-vvv"
        )
    run.assert_clean()
    secrecy.assert_unsaid(run, SECRET)
    assert variables["syncready_report_dir"] in run.stdout
    assert watch.leaks == set()
    assert "AnsiballZ_audit_info" in watch.seen
    forms = secrecy.forms_of(SECRET)
    assert secrecy.files_with(tmp_path / "report", forms, at_least=4) == []
    # ansible-runner writes down, twice, the environment that it was given itself: neither is the collection's.
    own = {"run1/env/envvars", "run1/artifacts/command"}
    found = secrecy.files_with(tmp_path / "runs", forms)
    assert {
        re.sub(r"/artifacts/[^/]+/", "/artifacts/", str(path.relative_to(tmp_path / "runs"))) for path in found
    } <= own
