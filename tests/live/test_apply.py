# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans on a real directory: written, read back by another program, taken back; nothing of somebody else's overwritten."""

from __future__ import annotations

import concurrent.futures
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._model.finding import ObjectReference
from ansible_collections.syncready.m365.plugins.module_utils._remediation.guard import Settings
from ansible_collections.syncready.m365.plugins.module_utils._remediation.journal import read_journal
from ansible_collections.syncready.m365.plugins.module_utils._remediation.limits import Limits
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan import PlanRow
from ansible_collections.syncready.m365.plugins.module_utils._report.outcomes import differences
from ansible_collections.syncready.m365.tests.lab import accounts, client, dump, ldif
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.support import applying
from ansible_collections.syncready.m365.tests.support.applying import (
    apply,
    assert_complete,
    counts,
    people,
    roll_back,
    state_dir,
)

pytestmark = pytest.mark.usefixtures("over")

PEOPLE = 2000
ATTRIBUTES = ["userPrincipalName", "displayName", "proxyAddresses"]
Held = dict[str, dict[str, set[str]]]


@pytest.fixture(scope="module")
def crowd(module_lab: Lab) -> DomainController:
    """A domain controller with 2,000 people; each test leaves it as it was."""
    return module_lab.users(PEOPLE, model="standard")


@pytest.fixture(scope="module")
def rows(crowd: DomainController) -> list[PlanRow]:
    found = people(crowd, PEOPLE)
    assert len(found) == 3 * PEOPLE
    return found


def held(dc: DomainController) -> Held:
    """Return the values of the attributes that the plans change, read by another program."""
    found = client.search(dc, dc.forest.dn, "(&(sAMAccountName=u0*)(telephoneNumber=*))", ATTRIBUTES)
    return {dn: {name: {value.decode() for value in values} for name, values in item.items()} for dn, item in found}


def wanted(before: Held, rows: t.Iterable[PlanRow]) -> Held:
    after = {dn: {name: set(values) for name, values in item.items()} for dn, item in before.items()}
    for row in rows:
        values = after[row.object.dn][row.attribute]
        values -= {row.value or ""}
        values |= {row.update or ""}
    return after


def settled_usn(dc: DomainController, account: str = accounts.CHANGE) -> int:
    """Return highestCommittedUSN after an account signed in once, which the directory notes for itself."""
    client.search(dc, "", attributes=["1.1"], scope="base", account=accounts.get(dc, account))
    return client.highest_usn(dc)


def test_there_and_back(crowd: DomainController, rows: list[PlanRow], tmp_path: Path) -> None:
    state, before, whole = state_dir(tmp_path), held(crowd), dump.take(crowd)
    usn = settled_usn(crowd)
    rehearsal = apply(crowd, rows, state, check_mode=True)
    assert client.highest_usn(crowd) == usn
    assert held(crowd) == before
    first = apply(crowd, rows, state)
    assert counts(first) == counts(rehearsal) == {"changed": PEOPLE}
    assert differences(first.report.worst_first()) == differences(rehearsal.report.worst_first())
    # One write an object.
    assert client.highest_usn(crowd) == usn + PEOPLE
    assert held(crowd) == wanted(before, rows)
    assert first.journal is not None
    assert_complete(read_journal(first.journal), PEOPLE)
    usn = client.highest_usn(crowd)
    second = apply(crowd, rows, state)
    assert counts(second) == {"unchanged": PEOPLE}
    assert not second.changed
    assert client.highest_usn(crowd) == usn
    back = roll_back(crowd, first.journal, state)
    assert counts(back) == {"changed": PEOPLE}
    assert dump.differences(whole, dump.take(crowd)) == {}
    # A roll back can be taken back, too.
    assert back.journal is not None
    assert counts(apply(crowd, rows[:30], state, check_mode=True)) == {"changed": 10}


def test_the_undo_ldif_is_taken_by_ldapmodify(crowd: DomainController, rows: list[PlanRow], tmp_path: Path) -> None:
    before = held(crowd)
    execution = apply(crowd, rows[:300], state_dir(tmp_path))
    assert execution.undo_ldif is not None
    assert held(crowd) != before
    client.change(crowd, Path(execution.undo_ldif).read_text(), accounts.get(crowd, accounts.CHANGE))
    assert held(crowd) == before


def test_a_thousand_conflicts(crowd: DomainController, rows: list[PlanRow], tmp_path: Path) -> None:
    """Objects that somebody else changed since, a third of them only in case or accent."""
    before = held(crowd)
    theirs: dict[str, tuple[str, str]] = {}
    for number, row in enumerate(rows[1 : 3 * 1000 : 3]):
        old = row.value or ""
        new = (old + " (new)", old.upper(), old.replace("e", "\u00e9", 1).replace("i", "\u00ed", 1))[number % 3]
        new = new if new != old else old.swapcase()
        theirs[row.object.dn] = (old, new)
    records = [change_record(dn, "displayName", old, new) for dn, (old, new) in theirs.items()]
    client.change(crowd, "\n".join(records))
    try:
        execution = apply(crowd, rows[: 3 * 1000], state_dir(tmp_path))
        assert counts(execution) == {"conflict": 1000}
        assert {one.reason for one in execution.report.outcomes.values()} == {"changed_since"}
        now = held(crowd)
        for dn, (_old, new) in theirs.items():
            assert now[dn] == {**before[dn], "displayName": {new}}
    finally:
        client.change(crowd, "\n".join(change_record(dn, "displayName", new, old) for dn, (old, new) in theirs.items()))
    assert held(crowd) == before


def change_record(dn: str, attribute: str, old: str, new: str) -> str:
    lines = [ldif.line("dn", dn), "changetype: modify", f"delete: {attribute}", ldif.line(attribute, old.encode()), "-"]
    lines += [f"add: {attribute}", ldif.line(attribute, new.encode()), "-", ""]
    return "\n".join(lines)


def test_two_at_once(crowd: DomainController, rows: list[PlanRow], tmp_path: Path) -> None:
    """Two plans about the same objects: each object gets one of them as a whole, and both say which."""
    before = held(crowd)
    mine = rows[: 3 * 300]
    theirs = [
        PlanRow(row.object, row.attribute, row.value, (row.update or "").replace("fabrikam", "tailspin") + "x", "EDIT")
        for row in mine
    ]
    states = [state_dir(tmp_path / name) for name in ("one", "other")]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(apply, crowd, plan, state) for plan, state in zip((mine, theirs), states, strict=True)]
        found = [run.result() for run in runs]
    changed = [
        {outcome.object.dn for outcome in run.report.outcomes.values() if outcome.state == "changed"} for run in found
    ]
    assert changed[0] | changed[1] == {row.object.dn for row in mine}
    assert not changed[0] & changed[1]
    assert {name for run in found for name in counts(run)} == {"changed", "conflict"}
    now = held(crowd)
    for plan, written in zip((mine, theirs), changed, strict=True):
        result = wanted(before, plan)
        assert all(now[dn] == result[dn] for dn in written)
    for run, state in zip(found, states, strict=True):
        assert run.journal is not None
        roll_back(crowd, run.journal, state)
    assert held(crowd) == before


def test_values_that_move_between_people(crowd: DomainController, rows: list[PlanRow], tmp_path: Path) -> None:
    """A swap, a circle of three and a row, of names that no two may have at the same time."""
    before, whole = held(crowd), dump.take(crowd)
    names = rows[: 3 * 7 : 3]
    new = [names[i].value for i in (1, 0, 3, 4, 2, 6)] + ["somebody.new@contoso.com"]
    plan = [PlanRow(row.object, row.attribute, row.value, other, "EDIT") for row, other in zip(names, new, strict=True)]
    state = state_dir(tmp_path)
    execution = apply(crowd, plan, state)
    assert counts(execution) == {"changed": 7}
    assert held(crowd) == wanted(before, plan)
    assert counts(apply(crowd, plan, state)) == {"unchanged": 7}
    assert execution.journal is not None
    assert counts(roll_back(crowd, execution.journal, state)) == {"changed": 7}
    assert dump.differences(whole, dump.take(crowd)) == {}


def test_what_the_account_may_not_write(own_lab: Lab, tmp_path: Path) -> None:
    dc = own_lab.users(PEOPLE)
    rows = people(dc, 80)
    client.grant(dc, f"OU=Unit3,{dc.forest.dn}", f"(D;CI;WP;;;{{{accounts.CHANGE}}})")
    denied = {row.object.dn for row in rows if ",OU=Unit3," in row.object.dn}
    assert 0 < len(denied) < 80
    state = state_dir(tmp_path)
    rehearsal, run = apply(dc, rows, state, check_mode=True), apply(dc, rows, state)
    for execution in (rehearsal, run):
        assert counts(execution) == {"changed": 80 - len(denied), "refused": len(denied)}
        refused = [one for one in execution.report.outcomes.values() if one.state == "refused"]
        assert {one.object.dn for one in refused} == denied
        assert {one.reason for one in refused} == {"no_rights"}
        assert all("give it the right to write" in one.message for one in refused)
    # Enough of it is enough.
    refusing = [row for row in rows if row.object.dn in denied]
    execution = apply(dc, refusing, state, limits=Limits(None, None, max_errors=3, batch_size=4), digest="cd" * 32)
    assert counts(execution) == {"refused": 4, "left": len(denied) - 4}
    assert execution.report.left_by() == {"max_errors": len(denied) - 4}


def test_who_is_left_alone(own_lab: Lab, tmp_path: Path) -> None:
    dc = own_lab.users(PEOPLE)
    rows = people(dc, 30)
    objects = list(dict.fromkeys(row.object.dn for row in rows))
    policy = ["{26491CFC-9E50-4857-861B-0CB8DF22B5D7}", "0F0F7D0E-6A2B-4B39-9D4E-3B1C7A5E2F11"]
    client.write_raw(dc, {dn: {"adminCount": ["1"]} for dn in objects[:4]})
    client.write_raw(dc, {dn: {"msExchPoliciesIncluded": [",".join(policy)]} for dn in objects[4:9]})
    before = held(dc)
    state = state_dir(tmp_path)
    execution = apply(dc, rows, state, settings=Settings(exclude_attributes=frozenset(["mail"])))
    assert counts(execution) == {"changed": 21, "left": 9}
    assert execution.report.left_by() == {"protected_account": 4, "policy_managed": 5}
    now = held(dc)
    assert {dn for dn in before if now[dn] != before[dn]} == set(objects[9:])
    # The next run, allowed to, does the rest; the administrators of the domain may write them.
    execution = apply(dc, rows, state)
    assert counts(execution) == {"changed": 9, "unchanged": 21}


def test_limits(own_lab: Lab, tmp_path: Path) -> None:
    dc = own_lab.users(PEOPLE)
    rows = people(dc, 120)
    state = state_dir(tmp_path)
    execution = apply(dc, rows, state, limits=Limits(50, None, batch_size=20))
    assert counts(execution) == {"changed": 50, "left": 70}
    assert execution.report.left_by() == {"max_changes": 70}
    execution = apply(dc, rows, state, limits=Limits(None, 1, judged=1000, batch_size=20))
    assert counts(execution) == {"changed": 10, "unchanged": 50, "left": 60}
    (state / "STOP").touch()
    execution = apply(dc, rows, state, limits=Limits(None, None, stop_path=str(state / "STOP")))
    assert counts(execution) == {"left": 120}
    assert execution.report.stopped == "stop"
    (state / "STOP").unlink()
    execution = apply(dc, rows, state)
    assert counts(execution) == {"changed": 60, "unchanged": 60}
    assert execution.journal is not None
    assert_complete(read_journal(execution.journal), 120)


def test_one_that_is_gone_and_one_that_moved(own_lab: Lab, tmp_path: Path) -> None:
    dc = own_lab.users(PEOPLE)
    rows = people(dc, 3)
    gone, moved, _third = list(dict.fromkeys(row.object for row in rows))
    client.change(dc, f"{ldif.line('dn', gone.dn)}\nchangetype: delete\n")
    target = f"OU=Unit7,{dc.forest.dn}"
    client.change(
        dc,
        f"{ldif.line('dn', moved.dn)}\nchangetype: modrdn\nnewrdn: CN=Somebody\ndeleteoldrdn: 1\nnewsuperior: {target}\n",
    )
    execution = apply(dc, rows, state_dir(tmp_path))
    assert counts(execution) == {"changed": 2, "conflict": 1}
    outcomes = execution.report.outcomes
    assert outcomes[gone.key].reason == "missing"
    assert outcomes[moved.key].object.dn == f"CN=Somebody,{target}"


def test_by_name_alone(crowd: DomainController, rows: list[PlanRow], tmp_path: Path) -> None:
    """Rows of a table that IdFix exported have no GUIDs."""
    before = held(crowd)
    plan = [
        PlanRow(
            ObjectReference(row.object.dn, None, "user", row.object.name), row.attribute, row.value, row.update, "EDIT"
        )
        for row in rows[:30]
    ]
    state = state_dir(tmp_path)
    execution = apply(crowd, plan, state)
    assert counts(execution) == {"changed": 10}
    assert all(outcome.object.guid for outcome in execution.report.outcomes.values())
    assert execution.journal is not None
    assert counts(roll_back(crowd, execution.journal, state)) == {"changed": 10}
    assert held(crowd) == before
    assert applying.DIGEST[:16] in execution.journal
