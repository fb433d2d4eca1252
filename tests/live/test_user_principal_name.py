# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Thousands of users to another UPN suffix on a domain controller, and back, through the modules as AWX runs them."""

from __future__ import annotations

import csv
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.tests.lab import accounts, client, dump, ldif, people
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.lab.forest import CONTOSO, PASSWORD
from ansible_collections.syncready.m365.tests.support import playbooks
from ansible_collections.syncready.m365.tests.support.applying import state_dir

PEOPLE = 5000
# Users after those who move, by their number: who keeps the name, and why.
KEPT = {
    PEOPLE: "claimed_twice",
    PEOPLE + 1: "claimed_twice",
    PEOPLE + 2: "taken",
    PEOPLE + 4: "smart_card",
    PEOPLE + 5: "service_account",
    PEOPLE + 6: "protected_account",
}
SMITH = "contoso.local.smith@contoso.local"
Task = dict[str, t.Any]


def entries() -> t.Iterator[ldif.Entry]:
    """Yield 5,000 users of the inside suffix, and some who must keep it."""
    number = -1
    special: dict[int, dict[str, str]] = {
        0: {"userPrincipalName": SMITH},
        PEOPLE: {"userPrincipalName": "twin@contoso.local"},
        PEOPLE + 1: {"userPrincipalName": "twin@emea.contoso.local"},
        PEOPLE + 2: {"userPrincipalName": "wanted@contoso.local"},
        PEOPLE + 3: {"userPrincipalName": "holder@fabrikam.com", "proxyAddresses": "smtp:wanted@contoso.com"},
        PEOPLE + 4: {"userAccountControl": "262656"},
        PEOPLE + 5: {"servicePrincipalName": "HTTP/shop.contoso.com"},
        PEOPLE + 6: {"adminCount": "1"},
    }
    for dn, attributes in people.users(CONTOSO, PEOPLE + 7, exchange=False):
        if "sAMAccountName" in attributes:
            number += 1
            name = attributes["userPrincipalName"][0].replace(b"@contoso.com", b"@contoso.local")
            attributes = {**attributes, "userPrincipalName": [name]}
            attributes |= {key: [value.encode()] for key, value in special.get(number, {}).items()}
        yield dn, attributes


@pytest.fixture(scope="module")
def crowd(module_lab: Lab) -> DomainController:
    dc = module_lab.filled(f"suffix-users-{PEOPLE}", entries)
    client.change(
        dc,
        f"dn: CN=Partitions,{dc.forest.configuration_dn}\nchangetype: modify\nadd: uPNSuffixes\nuPNSuffixes: contoso.com\n",
    )
    return dc


def play(folder: Path, dc: DomainController, name: str, module: str, **options: t.Any) -> Path:
    connection = {
        "server": dc.address,
        "username": f"{accounts.CHANGE}@{dc.forest.domain}",
        "password": PASSWORD,
        "ca_cert": str(dc.layout.authority),
        "domains": [dc.forest.domain],
        "max_changes": -1,
    }
    path = folder / "play" / f"{module}.yml"
    path.parent.mkdir(exist_ok=True)
    tasks = [{"name": name, f"syncready.m365.{module}": {**connection, **options}}]
    path.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    return path


def names(dc: DomainController) -> dict[str, str]:
    """Return DN to sign-in name, read by another program."""
    found = client.search(dc, dc.forest.dn, "(telephoneNumber=*)", ["userPrincipalName"])
    return {dn: item["userPrincipalName"][0].decode() for dn, item in found}


def settled_usn(dc: DomainController) -> int:
    """Return highestCommittedUSN after the account signed in once, which the directory notes for itself."""
    client.search(dc, "", attributes=["1.1"], scope="base", account=accounts.get(dc, accounts.CHANGE))
    return client.highest_usn(dc)


def test_five_thousand_users_and_back(crowd: DomainController, tmp_path: Path) -> None:
    dc, state = crowd, state_dir(tmp_path)
    whole, before = dump.take(dc), names(dc)
    move = play(
        tmp_path,
        dc,
        "Move",
        "user_principal_name",
        suffix_map={"contoso.local": "contoso.com", "emea.contoso.local": "contoso.com"},
        verified_domains=["contoso.com", "fabrikam.com"],
        state_dir=str(state),
        report_dir=str(tmp_path / "report"),
        max_changed_percent=100,
    )
    usn = settled_usn(dc)
    rehearsal = playbooks.run(move, tmp_path, arguments="--check --diff").assert_clean().result("Move")
    assert client.highest_usn(dc) == usn
    first = playbooks.run(move, tmp_path).assert_clean().result("Move")
    assert rehearsal["counts"] == first["counts"]
    assert rehearsal["diff"] == first["diff"] != []
    assert first["counts"]["changed"] == first["counts"]["planned"] == PEOPLE
    assert first["held_back_by"] == {
        "claimed_twice": 2,
        # The accounts that the lab itself signs in with.
        "not_synchronized": 2,
        "protected_account": 1,
        "service_account": 1,
        "smart_card": 1,
        "taken": 1,
    }
    assert {one["topic"] for one in first["touches"]} >= {"onedrive", "sign_in", "authenticator"}

    after = names(dc)
    kept = {dn for dn, name in before.items() if after[dn] == name}
    assert len(kept) == len(KEPT) + 1
    moved = {dn: name for dn, name in before.items() if dn not in kept}
    assert {dn: after[dn] for dn in moved} == {
        dn: f"{name.rpartition('@')[0]}@contoso.com" for dn, name in moved.items()
    }
    assert SMITH in moved.values()
    assert "contoso.local.smith@contoso.com" in after.values()
    # Nothing else changed.
    assert {name for item in dump.differences(whole, dump.take(dc)).values() for name in item} == {"userprincipalname"}

    with (tmp_path / "report" / "users.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(row["MOVES"] == "yes" for row in rows) == PEOPLE
    assert all(row["DISPLAYNAME"] and row["MAIL"] for row in rows if row["MOVES"] == "yes")
    assert {row["REASON"] for row in rows if row["MOVES"] == "no"} == set(first["held_back_by"])
    wanted = next(row for row in rows if row["REASON"] == "taken")
    assert wanted["HOLDERS"].endswith("(proxyAddresses)")

    usn = client.highest_usn(dc)
    second = playbooks.run(move, tmp_path).assert_clean()
    assert second.changed == {}
    assert second.result("Move")["held_back_by"] == first["held_back_by"]
    assert client.highest_usn(dc) == usn

    back = play(tmp_path, dc, "Back", "rollback", journal_path=first["journal"], state_dir=str(state))
    undone = playbooks.run(back, tmp_path).assert_clean().result("Back")
    assert undone["counts"]["changed"] == PEOPLE
    assert dump.differences(whole, dump.take(dc)) == {}


def test_a_suffix_that_is_not_registered(crowd: DomainController, tmp_path: Path) -> None:
    usn = settled_usn(crowd)
    move = play(
        tmp_path,
        crowd,
        "Move",
        "user_principal_name",
        suffix_map={"contoso.local": "fabrikam.com"},
        state_dir=str(state_dir(tmp_path)),
    )
    result = playbooks.run(move, tmp_path).result("Move")
    assert result["error_code"] == "SUFFIX_NOT_REGISTERED"
    assert "upn_suffix" in result["msg"]
    assert client.highest_usn(crowd) == usn


def test_a_few_by_name_and_by_group(crowd: DomainController, tmp_path: Path) -> None:
    """The others are not touched; the group holds a group that holds the user."""
    dc = crowd
    before = names(dc)
    by_number = sorted(before)
    one, other = by_number[10], by_number[20]
    inner, outer = (f"CN=Pilot {word},OU=Unit0,{dc.forest.dn}" for word in ("inner", "outer"))
    for dn, member in ((inner, one), (outer, inner)):
        client.change(dc, ldif.add(dn, {"objectClass": ["group"], "member": [member]}))
    for chosen, options in ((one, {"groups": [outer]}), (other, {"users": [before[other]]})):
        task = {
            "suffix_map": {"contoso.local": "contoso.com"},
            "verified_domains": ["contoso.com"],
            "state_dir": str(state_dir(tmp_path)),
            **options,
        }
        runs = playbooks.run_three_ways(play(tmp_path, dc, "Move", "user_principal_name", **task), tmp_path)
        assert runs.first.result("Move")["summary"] == {"chosen": 1, "as_wanted": 0, "to_move": 1, "held_back": 0}
        assert runs.second.result("Move")["summary"] == {"chosen": 1, "as_wanted": 1, "to_move": 0, "held_back": 0}
        after = names(dc)
        assert {dn for dn in after if after[dn] != before[dn]} == {chosen}
        before = after
