# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module user_principal_name: options, files, limits, what somebody else does meanwhile, and the way back."""

from __future__ import annotations

import csv
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._ansible import rollback, user_principal_name
from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import guarded_spec
from ansible_collections.syncready.m365.plugins.module_utils._ansible.assumed import assumed
from ansible_collections.syncready.m365.plugins.module_utils._ansible.user_principal_name import (
    EMPTY_RESULT,
    move_users,
    names_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.wrapper import Failure
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import OptionError, SyncreadyError
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan_files import read_plan
from ansible_collections.syncready.m365.plugins.module_utils._remediation.state_dir import lay_marker
from ansible_collections.syncready.m365.plugins.module_utils._remediation.upn_making import make_moves
from ansible_collections.syncready.m365.tests.support.memory import MemoryDirectory, user
from ansible_collections.syncready.m365.tests.support.sessions import module

MAP = {"contoso.local": "contoso.com"}
NO_LIMIT: dict[str, t.Any] = {"max_changes": -1, "max_changed_percent": 100}


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch) -> MemoryDirectory:
    made = MemoryDirectory()
    for number in range(20):
        made.add(f"u{number}", {**user(number), "userAccountControl": "512"})
    made.add("old", {**user(90), "proxyAddresses": "smtp:clash@contoso.com", "mail": "x@contoso.com"})
    made.add("clash", {**user(91), "userPrincipalName": "clash@contoso.local"})
    monkeypatch.setattr(user_principal_name, "open_directory", lambda _params: made.again())
    monkeypatch.setattr(rollback, "open_directory", lambda _params: made.again())
    return made


@pytest.fixture
def state(tmp_path: Path) -> str:
    path = str(tmp_path / "state")
    lay_marker(path)
    return path


def moved(*, check_mode: bool = False, **given: t.Any) -> dict[str, t.Any]:
    result = move_users(module(names_spec(), given, check_mode))
    assert set(result) == {*EMPTY_RESULT, "changed"}
    return result


def names(directory: MemoryDirectory) -> set[str]:
    return {directory.values(dn, "userPrincipalName")[0] for dn in directory.objects}


def test_there_again_and_back(directory: MemoryDirectory, state: str) -> None:
    whole = directory.dump()
    rehearsal = moved(suffix_map=MAP, state_dir=state, check_mode=True, **NO_LIMIT)
    assert directory.modified == []
    run = moved(suffix_map=MAP, state_dir=state, **NO_LIMIT)
    assert rehearsal["counts"] == run["counts"]
    assert rehearsal["diff"] == run["diff"]
    assert run["summary"] == {"chosen": 22, "as_wanted": 0, "to_move": 21, "held_back": 1}
    assert run["held_back_by"] == {"taken": 1}
    assert run["users"][0]["reason"] == "taken"
    assert run["users"][0]["holders"][0]["attributes"] == ["proxyAddresses"]
    assert names(directory) == {f"user{number}@contoso.com" for number in (*range(20), 90)} | {"clash@contoso.local"}
    assert {one["topic"] for one in run["touches"]} >= {"onedrive", "exchange"}
    second = moved(suffix_map=MAP, state_dir=state, **NO_LIMIT)
    assert second["changed"] is False
    assert (second["touches"], second["diff"], second["journal"]) == ([], [], None)
    back = {**guarded_spec(), "journal_path": {}, "objects": {"default": []}}
    undone = rollback.roll_back(module(back, {"journal_path": run["journal"], "state_dir": state, "max_changes": -1}))
    assert undone["counts"]["changed"] == 21
    assert directory.dump() == whole


def test_a_rehearsal_after_a_rehearsed_step(
    directory: MemoryDirectory, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_principal_name, "open_directory", lambda params: assumed(directory.again(), params))
    report = tmp_path / "report"
    chosen: dict[str, t.Any] = {"suffix_map": MAP, "state_dir": state, **NO_LIMIT}
    moved(check_mode=True, report_dir=str(report), **chosen)
    after = moved(check_mode=True, assume_applied=[str(report / "plan.jsonl")], **chosen)
    assert after["summary"] == {"chosen": 22, "as_wanted": 21, "to_move": 0, "held_back": 1}
    with pytest.raises(OptionError, match="assume_applied: what would be written then rests on steps"):
        moved(assume_applied=[str(report / "plan.jsonl")], **chosen)
    assert directory.modified == []


def test_the_files_are_there_before_the_first_name_changes(
    directory: MemoryDirectory, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "report"
    seen: list[bool] = []

    def look(_dn: str) -> None:
        seen.append(
            all((report / name).exists() for name in ("users.csv", "users.jsonl", "touches.json", "plan.jsonl"))
        )

    def opened(_params: t.Any) -> MemoryDirectory:
        copy = directory.again()
        copy.on_modify = look
        return copy

    monkeypatch.setattr(user_principal_name, "open_directory", opened)
    run = moved(suffix_map=MAP, state_dir=state, report_dir=str(report), max_returned=3, **NO_LIMIT)
    assert seen
    assert all(seen)
    assert run["users_truncated"]
    assert len(run["users"]) == 3
    assert set(run["artifacts"]) == {
        "users_csv", "users_jsonl", "touches_json", "plan_jsonl", "plan_csv", "outcomes_csv", "outcomes_jsonl",
        "handover_html", "handover_txt",
    }  # fmt: skip
    with (report / "users.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["MOVES"] for row in rows] == ["no"] + ["yes"] * 21
    assert rows[1]["DISPLAYNAME"].startswith("User ")
    lines = [json.loads(line) for line in (report / "users.jsonl").read_text().splitlines()]
    assert lines[:3] == run["users"]
    plan = read_plan(str(report / "plan.jsonl"))
    assert plan.digest == run["plan"]["digest"]
    assert len(plan.rows) == run["plan"]["rows"] == 21


def test_names_that_go_round_in_a_circle(directory: MemoryDirectory, state: str) -> None:
    """Each takes the name that another one gives up; no two hold one name at any moment, and the way back is exact."""
    for number in range(3):
        dn = f"CN=u{number},DC=contoso,DC=local"
        for name in ("mail", "proxyAddresses"):
            directory.set(dn, name)
        directory.set(dn, "userPrincipalName", f"user{(number + 1) % 3}@contoso.com")
    whole = directory.dump()
    chosen: dict[str, t.Any] = {"from": "samaccountname", "pattern": "{sam}@contoso.com", "state_dir": state}
    chosen["users"] = ["user0", "user1", "user2"]
    run = moved(**chosen, **NO_LIMIT)
    assert run["counts"]["changed"] == run["summary"]["to_move"] == 3
    for number in range(3):
        assert directory.values(f"CN=u{number},DC=contoso,DC=local", "userPrincipalName") == [
            f"user{number}@contoso.com"
        ]
    assert moved(**chosen, **NO_LIMIT)["changed"] is False
    back = {**guarded_spec(), "journal_path": {}, "objects": {"default": []}}
    rollback.roll_back(module(back, {"journal_path": run["journal"], "state_dir": state}))
    assert directory.dump() == whole


def test_a_limit(directory: MemoryDirectory, state: str) -> None:
    run = moved(suffix_map=MAP, state_dir=state, max_changes=5, max_changed_percent=100)
    assert run["counts"]["changed"] == 5
    assert run["left_by"] == {"max_changes": 16}
    assert moved(suffix_map=MAP, state_dir=state, **NO_LIMIT)["counts"]["changed"] == 16
    percent = moved(suffix_map={"contoso.com": "fabrikam.com"}, state_dir=state, max_changes=-1, max_changed_percent=10)
    assert percent["counts"]["changed"] == 2


def test_what_somebody_else_changed_is_a_conflict(
    directory: MemoryDirectory, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*arguments: t.Any) -> t.Any:
        result = make_moves(*arguments)
        directory.set("CN=u3,DC=contoso,DC=local", "userPrincipalName", "theirs@contoso.local")
        return result

    monkeypatch.setattr(user_principal_name, "make_moves", slow)
    with pytest.raises(Failure, match="20 changed, 1 conflict") as raised:
        moved(suffix_map=MAP, state_dir=state, report_dir=str(tmp_path / "report"), **NO_LIMIT)
    result = raised.value.result
    assert set(result) >= set(EMPTY_RESULT)
    assert result["summary"]["to_move"] == 21
    assert {"users_csv", "outcomes_csv"} <= set(result["artifacts"])
    assert "theirs@contoso.local" in names(directory)


def test_protected_accounts_move_where_it_is_allowed(directory: MemoryDirectory, state: str) -> None:
    directory.set("CN=u3,DC=contoso,DC=local", "adminCount", "1")
    chosen: dict[str, t.Any] = {"suffix_map": MAP, "users": ["user3"], "state_dir": state}
    assert moved(**chosen, **NO_LIMIT)["held_back_by"] == {"protected_account": 1}
    assert moved(protected_accounts="allow", **chosen, **NO_LIMIT)["counts"]["changed"] == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"suffix_map": {}}, "suffix_map: name at least one"),
        ({"suffix_map": {"contoso.local": 5}}, "suffix_map: '5' is no domain name"),
        ({"suffix_map": {"contoso.local": "contoso.lan"}}, "suffix_map: contoso.lan is a name for inside use"),
        ({"suffix_map": {"contoso.local": "con toso.com"}}, "suffix_map"),
        ({"suffix_map": MAP, "verified_domains": ["fabrikam.com"]}, "contoso.com is not among the verified domains"),
        ({"suffix_map": {**MAP, "contoso.com": "fabrikam.com"}}, "an old suffix and a new one"),
        ({"align": "mail"}, "Say which users are meant"),
        ({"from": "samaccountname", "pattern": "x@contoso.com", "users": ["a"]}, "pattern"),
        ({"suffix_map": MAP, "ous": ["Staff"]}, "ous: 'Staff' is no complete DN"),
        ({"suffix_map": MAP, "ldap_filter": "(cn=*"}, "filter"),
        ({"suffix_map": MAP, "federated_domains": [""]}, "federated_domains"),
    ],
)
def test_options_that_say_nothing_usable(directory: MemoryDirectory, given: dict[str, t.Any], words: str) -> None:
    with pytest.raises(OptionError) as raised:
        moved(**given)
    assert words in str(raised.value)


def test_without_a_journal_nothing_is_written(directory: MemoryDirectory) -> None:
    with pytest.raises(SyncreadyError, match="state_dir is missing"):
        moved(suffix_map=MAP)


def test_a_part_of_the_forest_is_said(directory: MemoryDirectory, state: str) -> None:
    run = moved(suffix_map=MAP, users=["user1"], state_dir=state, search_bases=["DC=contoso,DC=local"])
    assert "Not the whole forest was read" in " ".join(run["notes"])


def test_federated_domains_of_the_tenant_count(directory: MemoryDirectory, state: str, tmp_path: Path) -> None:
    export = tmp_path / "domains.json"
    domains = [
        {"id": name, "isVerified": True, "isInitial": False, "authenticationType": "Federated"}
        for name in ("contoso.com", "fabrikam.com")
    ]
    export.write_text(json.dumps({"value": domains}), encoding="utf-8")
    directory.set("CN=u3,DC=contoso,DC=local", "userPrincipalName", "user3@fabrikam.com")
    run = moved(
        suffix_map={"fabrikam.com": "contoso.com"}, tenant_domains_path=str(export), state_dir=state, **NO_LIMIT
    )
    assert run["held_back_by"] == {"federated_domains": 1}
    assert "onmicrosoft.com" in run["users"][0]["message"]
