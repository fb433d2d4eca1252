# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One domain controller over LDAP and through WinRM, side by side: the same reports byte for byte, the same journals."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._remediation.journal_lines import read_lines
from ansible_collections.syncready.m365.tests.lab import accounts, dump, image
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD
from ansible_collections.syncready.m365.tests.support import playbooks
from ansible_collections.syncready.m365.tests.support.applying import state_dir
from ansible_collections.syncready.m365.tests.winrm_host import host
from ansible_collections.syncready.m365.tests.winrm_host.programs import Programs
from ansible_collections.syncready.m365.tests.winrm_host.security import Rules
from ansible_collections.syncready.m365.tests.winrm_host.server import Settings, WinrmServer

from .test_remediation import POLICIES, UNDELETABLE

Options = dict[str, t.Any]
TRANSPORTS = ("ldap", "winrm")
RULES: Options = {"verified_domains": ["contoso.com", "fabrikam.com"]}
PLAN: Options = {**RULES, "policies": POLICIES, "repair_rules": UNDELETABLE, "policy_managed_recipients": "allow"}
# What a line of a journal tells of the run itself, and of how the directory was reached.
OF_THE_RUN = frozenset(("time", "id", "previous", "seal", "transport", "winrm_host", "highest_usn", "journal", "path"))


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[WinrmServer]:
    """A WinRM host in front of whatever domain controller is asked for."""
    programs = Programs({"LDAPTLS_CACERT": str(image.authority() / "ca.pem")})
    with pytest.MonkeyPatch.context() as patch, WinrmServer(Settings(Rules(), programs)) as server:
        patch.setenv("NTLM_USER_FILE", str(host.write_users(tmp_path_factory.mktemp("winrm"))))
        yield server


def connection(dc: DomainController, windows: WinrmServer, transport: str) -> Options:
    """Return the options of a transport, as the account that may change things."""
    ways: dict[str, Options] = {
        "ldap": {"ca_cert": str(dc.layout.authority)},
        "winrm": {
            "tls_mode": "ldaps",
            "auth_protocol": "simple",
            "winrm_host": "127.0.0.1",
            "winrm_port": windows.port,
            "winrm_scheme": "http",
            "winrm_user": f"CONTOSO\\{accounts.AUDIT}",
            "winrm_password": PASSWORD,
        },
    }
    return {
        "transport": transport,
        "server": dc.address,
        "username": f"{accounts.CHANGE}@{dc.forest.domain}",
        "password": PASSWORD,
        "domains": [dc.forest.domain],
        **ways[transport],
    }


def run(folder: Path, tasks: t.Sequence[tuple[str, Options]]) -> list[Options]:
    """Run modules; return their results."""
    listed = [{"name": module, f"syncready.m365.{module}": options} for module, options in tasks]
    path = folder / "play" / "play.yml"
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": listed}]), encoding="utf-8")
    done = playbooks.run(path, folder).assert_clean()
    return [done.result(module) for module, _options in tasks]


def as_variables(options: Options) -> Options:
    """Return options as the playbooks of the collection take them."""
    return {f"syncready_{name}": value for name, value in options.items()}


def test_the_same_reports(module_lab: Lab, windows: WinrmServer, tmp_path: Path) -> None:
    """Findings, facts about Teams and the forest, and what a plan would change."""
    dc = module_lab.sample()
    forest = {}
    for transport in TRANSPORTS:
        way = connection(dc, windows, transport)
        reports = tmp_path / transport
        _audit, plan, teams, forest[transport] = run(
            tmp_path / f"run-{transport}",
            [
                ("audit_info", {**way, **RULES, "report_dir": str(reports / "audit")}),
                ("remediation", {**way, **PLAN, "report_dir": str(reports / "plan")}),
                ("teams_mailbox_facts", {**way, "report_dir": str(reports / "teams")}),
                ("forest_info", {**way, **RULES}),
            ],
        )
        assert plan["source"]["transport"] == teams["source"].pop("transport") == transport
        # What is left of both is compared.
        del forest[transport]["source"]
    ldap, winrm = (tmp_path / transport for transport in TRANSPORTS)
    for name in ("audit/findings.jsonl", "audit/findings.csv", "teams/teams.jsonl", "teams/teams.csv"):
        assert (ldap / name).read_bytes() == (winrm / name).read_bytes(), name
    assert (ldap / "teams" / "teams_matrix.csv").read_bytes() == (winrm / "teams" / "teams_matrix.csv").read_bytes()
    # The first line tells when and how the plan was made.
    rows, others = (path.joinpath("plan", "plan.jsonl").read_bytes().split(b"\n", 1)[1] for path in (ldap, winrm))
    assert rows == others
    assert rows.count(b"\n") > 100
    assert forest["ldap"] == forest["winrm"]


def test_the_playbooks_take_the_options(module_lab: Lab, windows: WinrmServer, tmp_path: Path) -> None:
    dc = module_lab.users(300)
    for transport in TRANSPORTS:
        for name in ("audit", "teams_report"):
            variables = as_variables({**connection(dc, windows, transport), **RULES})
            variables |= {"syncready_report_dir": str(tmp_path / transport / name), "syncready_hosts": "all"}
            playbooks.run(f"syncready.m365.{name}", tmp_path, variables=variables).assert_clean()
    ldap, winrm = (tmp_path / transport for transport in TRANSPORTS)
    for name in ("audit/findings.jsonl", "teams_report/teams.jsonl"):
        assert (ldap / name).read_bytes() == (winrm / name).read_bytes(), name


def timeless(item: t.Any) -> t.Any:
    """Return a part of a journal without what differs from run to run."""
    if isinstance(item, dict):
        return {name: timeless(value) for name, value in item.items() if name not in OF_THE_RUN}
    return [timeless(one) for one in item] if isinstance(item, list) else item


def journal_of(path: str) -> dict[str, list[t.Any]]:
    """Return what a journal says, by kind of line: how many changes are on their way at once is up to the transport."""
    lines: dict[str, list[t.Any]] = {}
    for body in read_lines(path).bodies:
        lines.setdefault(body["kind"], []).append(timeless(body))
    return lines


def test_the_same_journals(module_lab: Lab, windows: WinrmServer, tmp_path: Path) -> None:
    """One plan on two domain controllers from one image, and back again."""
    controllers = {transport: module_lab.sample() for transport in TRANSPORTS}
    way = connection(controllers["ldap"], windows, "ldap")
    (plan,) = run(tmp_path, [("remediation", {**way, **PLAN, "report_dir": str(tmp_path / "plan")})])
    journals, outcomes, held = {}, {}, {}
    for transport, dc in controllers.items():
        variables = as_variables(connection(dc, windows, transport))
        variables |= {
            "syncready_plan_path": str(tmp_path / "plan" / "plan.jsonl"),
            "syncready_plan_digest": plan["plan"]["digest"],
            "syncready_policy_managed_recipients": "allow",
            "syncready_state_dir": str(state_dir(tmp_path / transport)),
            "syncready_max_changes": -1,
            "syncready_max_changed_percent": 100,
            "syncready_report_dir": str(tmp_path / f"applied-{transport}"),
        }
        applied = playbooks.run("syncready.m365.apply_plan", tmp_path, variables=variables).assert_clean()
        done = applied.result("Apply the plan")
        assert done["counts"]["changed"] > 200
        between = dump.take(dc)
        variables["syncready_journal_path"] = done["journal"]
        variables["syncready_report_dir"] = str(tmp_path / f"undone-{transport}")
        # Values that were written past the checks of the domain controller it does not take back.
        undone = playbooks.run("syncready.m365.rollback", tmp_path, variables=variables).result("Take it back")
        assert undone["error_code"] == "PARTIAL"
        journals[transport] = [journal_of(result["journal"]) for result in (done, undone)]
        outcomes[transport] = [
            (tmp_path / f"{what}-{transport}" / "outcomes.jsonl").read_text(encoding="utf-8").replace(dc.address, "DC")
            for what in ("applied", "undone")
        ]
        held[transport] = (between, dump.take(dc))
    assert len(journals["ldap"][0]["intent"]) > 200
    assert journals["ldap"] == journals["winrm"]
    assert outcomes["ldap"] == outcomes["winrm"]
    for ldap, winrm in zip(held["ldap"], held["winrm"], strict=True):
        assert dump.differences(ldap, winrm) == {}
