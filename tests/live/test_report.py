# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people look at, from a domain controller: the report, one for two forests, drift through journals, the hand-over."""

from __future__ import annotations

import base64
import json
import re
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.tests.directories import two_forests
from ansible_collections.syncready.m365.tests.lab import accounts, client
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD
from ansible_collections.syncready.m365.tests.support import playbooks
from ansible_collections.syncready.m365.tests.support.applying import state_dir

Plain = dict[str, t.Any]
RULES = ["name-whitespace", "name-control-character"]


@pytest.fixture(scope="module")
def module_dc(module_lab: Lab) -> DomainController:
    """A domain controller with the sample in it."""
    return module_lab.sample()


def play(folder: Path, dc: DomainController | None, *tasks: Plain) -> Path:
    """Write a playbook of tasks on a domain controller; a task names its module."""
    connection: Plain = {}
    if dc is not None:
        connection = {
            "server": dc.address,
            "username": f"{accounts.CHANGE}@{dc.forest.domain}",
            "password": PASSWORD,
            "ca_cert": str(dc.layout.authority),
            "domains": [dc.forest.domain],
        }
    listed = []
    for task in tasks:
        options = dict(task)
        name, module = options.pop("name"), options.pop("module")
        rules = {} if module == "rollback" else {"verified_domains": ["contoso.com", "fabrikam.com"]}
        listed.append({"name": name, f"syncready.m365.{module}": {**connection, **rules, **options}})
    path = folder / "play" / "play.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": listed}]), encoding="utf-8")
    return path


def findings(folder: Path) -> list[Plain]:
    return [json.loads(line) for line in (folder / "findings.jsonl").read_text(encoding="ascii").splitlines()]


def page(folder: Path, name: str = "report.html") -> str:
    return (folder / name).read_text(encoding="utf-8")


def words(html: str) -> str:
    """Return what of a page is text."""
    without = re.sub(r"<(style|script)[^>]*>.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", without)).replace("\u202f", "")


def test_the_page_of_an_audit_over_ldap(module_dc: DomainController, tmp_path: Path) -> None:
    audit = {"name": "Audit", "module": "audit_info", "report_dir": str(tmp_path / "contoso")}
    facts = {"name": "Facts", "module": "forest_info"}
    run = playbooks.run(play(tmp_path, module_dc, audit, facts), tmp_path).assert_clean()
    html = page(tmp_path / "contoso")
    text = words(html)
    forest = run.result("Facts")
    # What is known of the forest, of Exchange, and of Teams and the mailboxes.
    for piece in (
        "a domain controller",
        f"Root domain {forest['forest']['root_domain']}",
        f"Functional level {forest['forest']['functional_level_name']}",
        f"Organization {forest['exchange']['organisation']}",
        "UPN suffixes",
        "Teams and the mailboxes",
        "Where the mailboxes are",
        "What Teams does with them",
        "Worst offenders",
    ):
        assert piece in text, piece
    for row in forest["upn_suffixes"][:10]:
        if row["suffix"]:
            assert f"{row['suffix']} {row['users']} " in text
    users = re.search(r"(\d+) users, (\d+) of them synchronized", text)
    assert users is not None and int(users.group(1)) > 30
    assert re.search(r'id="teams".*<td class="cell (supported|conditional|not_supported)">', html, re.DOTALL)
    _beside_another_forest(tmp_path)


def _beside_another_forest(folder: Path) -> None:
    """One report of the forest that was read over LDAP and of another one that came as an export."""
    domain = two_forests.FABRIKAM
    export = folder / f"{domain.name}.ldif"
    with export.open("w", encoding="utf-8") as out:
        two_forests.write(domain, out)
    tasks: list[Plain] = [
        {
            "name": "Audit",
            "module": "audit_info",
            "transport": "ldif",
            "ldif_path": str(export),
            "report_dir": str(folder / "fabrikam"),
        },
        {
            "name": "Compare",
            "module": "audit_info",
            "compare_snapshots": [str(folder / name / "snapshot.sqlite") for name in ("contoso", "fabrikam")],
            "report_dir": str(folder / "both"),
        },
    ]
    run = playbooks.run(play(folder, None, *tasks), folder).assert_clean()
    result = run.result("Compare")
    html = page(folder / "both")
    found = re.search(r'id="data">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    data = json.loads(found.group(1))
    assert data["parts"][:2] == ["contoso.local", "fabrikam.local"]
    numbers = [data["columns"]["part"].count(number) for number in range(3)]
    assert numbers == [
        len(findings(folder / "contoso")),
        len(findings(folder / "fabrikam")),
        result["summary"]["findings"] + result["summary"]["waivers"]["waived"],
    ]
    text = words(html)
    assert "a domain controller" in text and "an export" in text
    assert "in 2 directories" in text


def write_value(dc: DomainController, dn: str, attribute: str, value: str) -> None:
    """Set a value as somebody does by hand."""

    def coded(name: str, content: str) -> str:
        return f"{name}:: {base64.b64encode(content.encode()).decode()}\n"

    client.change(dc, coded("dn", dn) + f"changetype: modify\nreplace: {attribute}\n" + coded(attribute, value) + "-\n")


def test_repairs_that_were_reverted(module_dc: DomainController, tmp_path: Path) -> None:
    dc, state = module_dc, str(state_dir(tmp_path))

    def audit(number: int) -> Plain:
        folder = str(tmp_path / f"night{number}")
        return {"name": "Audit", "module": "audit_info", "state_dir": state, "report_dir": folder}

    apply = {
        "name": "Apply",
        "module": "remediation",
        "mode": "apply",
        "state_dir": state,
        "policies": {"tidy_names": True},
        "repair_rules": {"include": RULES},
        "max_changed_percent": 100,
        "ticket": "CHG0012345",
        "approver": "Anna Berg",
    }
    run = playbooks.run(play(tmp_path, dc, audit(1), apply), tmp_path).assert_clean()
    applied = run.result("Apply")
    repaired = [
        (one["object"], change["attribute"], change["remove"][0])
        for one in applied["outcomes"]
        for change in one["changes"]
        if one["state"] == "changed"
    ]
    assert len({one["guid"] for one, _attribute, _value in repaired}) >= 4
    fingerprints: dict[tuple[str, str, str], set[str]] = {}
    for found in findings(tmp_path / "night1"):
        if found["rule"] in RULES:
            key = (found["object"]["guid"], found["attribute"], found["value"])
            fingerprints.setdefault(key, set()).add(found["fingerprint"])

    def of(*some: tuple[Plain, str, str]) -> set[str]:
        return set().union(*(fingerprints[one["guid"], attribute, value] for one, attribute, value in some))

    def drift(number: int) -> dict[str, set[str]]:
        states: dict[str, set[str]] = {}
        for found in findings(tmp_path / f"night{number}"):
            states.setdefault(found["drift"] or "", set()).add(found["fingerprint"])
        return states

    # Somebody undoes one repair by hand, and a roll back takes back all repairs of another object.
    by_hand = repaired[0]
    others = [item for item in repaired if item[0]["guid"] != by_hand[0]["guid"]]
    taken_back = [item for item in others if item[0]["guid"] == others[0][0]["guid"]]
    later = next(item for item in others if item not in taken_back)
    write_value(dc, by_hand[0]["dn"], by_hand[1], by_hand[2])
    back = {
        "name": "Back",
        "module": "rollback",
        "journal_path": applied["journal"],
        "state_dir": state,
        "objects": [taken_back[0][0]["guid"]],
    }
    run = playbooks.run(play(tmp_path, dc, back, audit(2)), tmp_path).assert_clean()
    assert run.result("Back")["counts"]["changed"] == 1
    _look_at_hand_overs(dc, applied, run.result("Back"))
    second = drift(2)
    # What the roll back took back was never gone; what somebody undid after the repair was reverted.
    assert second["reverted"] == of(by_hand)
    assert of(*taken_back) <= second["known"]
    gone = json.loads((tmp_path / "night2" / "summary.json").read_text())["drift"]["gone_by"]
    still_repaired = of(*repaired) - of(by_hand) - of(*taken_back)
    assert gone["repaired"] == len(still_repaired)
    assert "new" not in second
    assert "Reverted 1 " in words(page(tmp_path / "night2"))

    # The night after: what was gone comes back. What was reverted before is known now, in a rehearsal as in the run.
    write_value(dc, later[0]["dn"], later[1], later[2])
    file = play(tmp_path, dc, audit(3))
    for arguments in ("--check", ""):
        playbooks.run(file, tmp_path, arguments=arguments).assert_clean()
        third = drift(3)
        assert third["reverted"] == of(later)
        assert of(by_hand, *taken_back) <= third["known"]
        assert "new" not in third
    # Left for other tests as it was found.
    playbooks.run(play(tmp_path, dc, {**back, "objects": []}), tmp_path)


def _look_at_hand_overs(dc: DomainController, applied: Plain, back: Plain) -> None:
    """Both sheets say where it was done, for which ticket, and how to undo it."""
    for result, ticket in ((applied, "CHG0012345"), (back, None)):
        text = Path(result["artifacts"]["handover_txt"]["path"]).read_text(encoding="utf-8")
        html = words(Path(result["artifacts"]["handover_html"]["path"]).read_text(encoding="utf-8"))
        host = dc.forest.fqdn
        for sheet in (text, html):
            assert host in sheet
            assert result["journal"] in sheet
            assert result["undo_ldif"] in sheet
            assert ticket is None or (ticket in sheet and "Anna Berg" in sheet)
        assert f'server: "{host}"' in text
