# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module audit_info on the sample in domain controllers: what its labels say, three ways, and no password anywhere."""

from __future__ import annotations

import json
import typing as t
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.tests.lab import client
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import DEFAULT_SAMPLE, Lab
from ansible_collections.syncready.m365.tests.support import certificates, playbooks, secrecy
from ansible_collections.syncready.m365.tests.unit.plugins.module_utils._audit.test_sample import Line, expected

PLAYBOOK = Path(__file__).resolve().parent / "playbooks" / "audit.yml"
CANARY = "Kanarienvogel-7q%Zt+42"
WRONG = "Zaunkoenig-5w&Yr=17"


@pytest.fixture(scope="module")
def domains(module_lab: Lab) -> tuple[DomainController, DomainController]:
    """The two domains of the sample, with one account that both know by the same name and password."""
    root, child = module_lab.sample(), module_lab.sample(domain=1)
    name = f"canary@{root.forest.domain}"
    for controller in (root, child):
        made = client.create_account(controller, "canary", password=CANARY, attributes={"userPrincipalName": [name]})
        # The audit passes over it: the labels know nothing of it.
        client.write_raw(controller, {made.dn: {"isCriticalSystemObject": ["TRUE"]}})
    return root, child


@pytest.fixture
def variables(domains: tuple[DomainController, DomainController], tmp_path: Path) -> dict[str, t.Any]:
    """How the playbook reaches them; the password is in a file."""
    root, child = domains
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text(CANARY, encoding="utf-8")
    work = tmp_path / "work"
    work.mkdir()
    return {
        "server": root.address,
        "ca_cert": str(root.layout.authority),
        "username": f"canary@{root.forest.domain}",
        "password_file": str(secret),
        "domain_controllers": {child.forest.domain: child.address},
        "work_dir": str(work),
    }


def test_three_ways(variables: dict[str, t.Any], tmp_path: Path) -> None:
    playbooks.run_three_ways(PLAYBOOK, tmp_path, variables=variables)


@pytest.mark.usefixtures("over")
def test_the_labels_of_the_sample(
    domains: tuple[DomainController, DomainController], variables: dict[str, t.Any], tmp_path: Path
) -> None:
    playbooks.run(PLAYBOOK, tmp_path, variables=variables).assert_clean()
    not_loaded = set(DEFAULT_SAMPLE.ldif_only())
    for controller in domains:
        report = DEFAULT_SAMPLE.report(controller.layout.root)
        not_loaded |= set(report.failed) | set(report.different)
    found: Counter[Line] = Counter()
    for text in Path(variables["work_dir"], "report", "findings.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(text)
        holders = tuple(sorted(holder["dn"] for holder in row["holders"]))
        words = tuple(row[name] for name in ("rule", "severity", "outcome", "attribute", "value"))
        line: Line = (row["object"]["dn"], *words, holders)
        found[line] += 1
    wanted = expected("default")

    def loaded(lines: Counter[Line]) -> Counter[Line]:
        """Return the lines about objects that a domain controller can hold as they are."""
        return Counter({line: n for line, n in lines.items() if not not_loaded & {line[0], *line[-1]}})

    assert sum(loaded(wanted).values()) > 500
    assert sorted((loaded(wanted) - found).elements(), key=str) == []
    grave = Counter({line: n for line, n in loaded(found).items() if line[2] in ("error", "warning")})
    assert sorted((grave - wanted).elements(), key=str) == []


def test_no_password_anywhere(variables: dict[str, t.Any], tmp_path: Path) -> None:
    """Not in what is printed at -vvv, in the events, in any file of a run or report, or in the list of processes."""
    other = certificates.authority(tmp_path / "other", "Other CA")
    wrong = tmp_path / "wrong"
    wrong.write_text(WRONG, encoding="utf-8")
    good = {
        "transport": "ldap",
        "server": variables["server"],
        "ca_cert": variables["ca_cert"],
        "username": variables["username"],
        "password": "{{ lookup('ansible.builtin.file', password_file) }}",
        "domain_controllers": variables["domain_controllers"],
    }
    ways: dict[str, dict[str, t.Any]] = {
        "well": {},
        "sealed": {"auth_protocol": "ntlm", "tls_mode": "none", "domains": ["contoso.local"]},
        "unknown authority": {"ca_cert": str(other.certificate_path)},
        "wrong password": {"password": f"{{{{ lookup('ansible.builtin.file', '{wrong}') }}}}"},
        "bad option": {"search_bases": ["OU=Nowhere,DC=fabrikam,DC=local"]},
        "password for a name": {"username": "{{ lookup('ansible.builtin.file', password_file) }}"},
    }
    modules: dict[str, dict[str, t.Any]] = {
        "audit_info": {"report_dir": f"{variables['work_dir']}/report"},
        "connection_info": {"fail_on": "none"},
    }
    tasks = [
        {"name": f"{module} {way}", f"syncready.m365.{module}": {**good, **options, **changes}, "ignore_errors": True}
        for way, changes in ways.items()
        for module, options in modules.items()
    ]
    play = tmp_path / "play" / "play.yml"
    play.parent.mkdir()
    play.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    with secrecy.Watch(CANARY, WRONG) as watch:
        run = playbooks.run(play, tmp_path / "runs", variables=variables, arguments="-vvv")
    assert run.status == "successful", run.stdout
    codes = {way: run.result(f"audit_info {way}")["error_code"] for way in ways}
    assert codes["well"] is codes["sealed"] is None
    assert codes["unknown authority"] == "UNTRUSTED_CERTIFICATE"
    assert codes["wrong password"] == "BAD_CREDENTIALS"
    assert codes["bad option"] and codes["password for a name"]
    # What is looked through does hold what was given, if it is no secret.
    user = variables["username"]
    assert user in run.stdout and user in json.dumps(run.events)
    assert secrecy.files_with(tmp_path / "runs", [user.encode()])
    secrecy.assert_unsaid(run, CANARY, WRONG)
    forms = secrecy.forms_of(CANARY, WRONG)
    assert secrecy.files_with(tmp_path / "runs", forms) == []
    assert secrecy.files_with(Path(variables["work_dir"]), forms, at_least=4) == []
    assert watch.leaks == set()
    assert "AnsiballZ_audit_info" in watch.seen
