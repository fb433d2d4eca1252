# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The session in which a module writes: options, directory for journals, result, and what an export gives."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import (
    guarded_spec,
    writing_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.rollback import roll_back
from ansible_collections.syncready.m365.plugins.module_utils._ansible.wrapper import Failure
from ansible_collections.syncready.m365.plugins.module_utils._ansible.writing import EMPTY_WRITING, WritingSession
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Directory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif_changes import ChangeFile
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import DirectoryError, SyncreadyError
from ansible_collections.syncready.m365.plugins.module_utils._model.finding import ObjectReference
from ansible_collections.syncready.m365.plugins.module_utils._remediation.journal import read_journal
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan import PlanHeader, PlanRow
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan_files import (
    finished,
    read_plan,
    write_plan,
)
from ansible_collections.syncready.m365.plugins.module_utils._remediation.state_dir import lay_marker
from ansible_collections.syncready.m365.tests.support import change_files
from ansible_collections.syncready.m365.tests.support.memory import MemoryDirectory
from ansible_collections.syncready.m365.tests.support.sessions import module, renamed, twenty_users

SAMPLE = Path(__file__).resolve().parents[5] / "demo" / "contoso.ldif"


def rolled_back(*, check_mode: bool = False, **given: t.Any) -> dict[str, t.Any]:
    spec = {**guarded_spec(), "journal_path": {}, "objects": {"default": []}}
    return roll_back(module(spec, given, check_mode))


def write(
    directory: Directory, rows: list[PlanRow], *, judged: int | None = None, check_mode: bool = False, **given: t.Any
) -> dict[str, t.Any]:
    header = finished(
        PlanHeader("p1", dict(directory.identity()), "2026-11-25T08:00:00Z", "syncready.m365 1.0.0"), rows
    )
    with WritingSession(module(writing_spec(), given, check_mode), directory) as session:
        result = session.apply_rows(header, rows, judged)
    assert set(EMPTY_WRITING) <= set(result)
    return result


@pytest.fixture
def state(tmp_path: Path) -> str:
    path = str(tmp_path / "state")
    lay_marker(path)
    return path


@pytest.fixture
def directory() -> MemoryDirectory:
    return twenty_users()


class TestResult:
    def test_a_rehearsal_and_its_run(self, directory: MemoryDirectory, state: str) -> None:
        rows = renamed(directory, range(5))
        rehearsal = write(directory, rows, judged=20, check_mode=True, state_dir=state, max_changed_percent=100)
        assert directory.modified == []
        run = write(directory, rows, judged=20, state_dir=state, max_changed_percent=100, ticket="CHG1", approver="Eva")
        assert rehearsal["changed"] and run["changed"]
        assert rehearsal["counts"] == run["counts"] == {**EMPTY_WRITING["counts"], "planned": 5, "changed": 5}
        assert rehearsal["diff"] == run["diff"]
        assert run["diff"][0] == {
            "before_header": "CN=u0,DC=contoso,DC=local",
            "after_header": "CN=u0,DC=contoso,DC=local",
            "before": "displayName: User 0\n",
            "after": "displayName: Person 0\n",
        }
        assert rehearsal["journal"] is None
        journal = read_journal(run["journal"])
        assert (journal.runs[0]["ticket"], journal.runs[0]["approver"]) == ("CHG1", "Eva")
        assert "replication" in run["notes"][0]
        lines = Path(run["artifacts"]["outcomes_jsonl"]["path"]).read_text().splitlines()
        assert [json.loads(line) for line in lines] == run["outcomes"]
        again = write(directory, rows, judged=20, state_dir=state)
        assert not again["changed"]
        assert again["diff"] == []
        assert again["counts"]["unchanged"] == 5

    def test_a_partial_failure_has_the_whole_result(self, directory: MemoryDirectory, state: str) -> None:
        rows = renamed(directory, range(3))
        directory.set("CN=u1,DC=contoso,DC=local", "displayName", "Theirs")

        def refuse(dn: str) -> None:
            if dn.startswith("CN=u2"):
                raise DirectoryError("The account may not.", code="NO_RIGHTS")

        directory.on_modify = refuse
        with pytest.raises(Failure, match=r"1 changed, 1 conflict, 1 refused of 3 objects.*outcomes\.csv") as raised:
            write(directory, rows, judged=100, state_dir=state)
        result = raised.value.result
        assert raised.value.code == "PARTIAL"
        assert result["changed"] is True
        assert set(EMPTY_WRITING) <= set(result)
        assert [one["state"] for one in result["outcomes"]] == ["refused", "conflict", "changed"]
        table = Path(result["artifacts"]["outcomes_csv"]["path"]).read_text(encoding="utf-8-sig")
        assert table.count("CN=u") == 4  # once each, and once in a message

    def test_it_is_cut_short(self, directory: MemoryDirectory, state: str) -> None:
        rows = renamed(directory, range(10))
        result = write(directory, rows, judged=20, state_dir=state, max_returned=3, max_changed_percent=100)
        assert len(result["outcomes"]) == len(result["diff"]) == 3
        assert result["truncated"]
        lines = Path(result["artifacts"]["outcomes_jsonl"]["path"]).read_text().splitlines()
        assert len(lines) == 10

    def test_large_values_fit_into_a_result(self, directory: MemoryDirectory, state: str) -> None:
        rows = []
        for row in renamed(directory, range(20)):
            directory.set(row.object.dn, "url", *(f"https://{number}.contoso.com/{'x' * 900}" for number in range(60)))
            rows += [
                PlanRow(row.object, "url", value, None, "REMOVE") for value in directory.values(row.object.dn, "url")
            ]
        result = write(directory, rows, state_dir=state, max_changed_percent=100)
        assert result["counts"]["changed"] == 20
        assert result["truncated"]
        assert len(json.dumps(result)) < 700_000

    def test_the_limit_in_percent_counts_for_itself(self, directory: MemoryDirectory, state: str) -> None:
        result = write(directory, renamed(directory, range(5)), state_dir=state, max_changed_percent=10)
        assert result["counts"]["changed"] == 2
        assert result["left_by"] == {"max_changed_percent": 3}
        assert result["stopped"] == ""

    def test_values_do_no_harm(self, directory: MemoryDirectory, state: str) -> None:
        (row,) = renamed(directory, [0])
        value = "=cmd|' /C calc'!A0\x1b[31m"
        result = write(directory, [PlanRow(row.object, "displayName", "User 0", value, "EDIT")], state_dir=state)
        assert "\x1b" not in result["diff"][0]["after"]
        table = Path(result["artifacts"]["outcomes_csv"]["path"]).read_text(encoding="utf-8-sig")
        assert not re.search(r'(?:^|,)"[=+@]', table)


class TestStateDirectory:
    def test_it_is_needed(self, directory: MemoryDirectory, tmp_path: Path) -> None:
        rows = renamed(directory, [0])
        for check_mode in (False, True):
            with pytest.raises(SyncreadyError, match="state_dir is missing") as raised:
                write(directory, rows, check_mode=check_mode)
            assert raised.value.code == "NO_STATE_DIR"
            with pytest.raises(SyncreadyError, match="no directory") as raised:
                write(directory, rows, check_mode=check_mode, state_dir=str(tmp_path / "nowhere"))
            (tmp_path / "unmarked").mkdir(exist_ok=True)
            with pytest.raises(SyncreadyError, match="init_state") as raised:
                write(directory, rows, check_mode=check_mode, state_dir=str(tmp_path / "unmarked"))
            assert raised.value.code == "NO_STATE_MARKER"
        assert directory.modified == []

    def test_marking_it_writes_nothing_else(
        self, directory: MemoryDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows, path = renamed(directory, [0]), str(tmp_path / "state")
        monkeypatch.setenv("JOB_ID", "17")
        with pytest.raises(SyncreadyError, match="another job") as raised:
            write(directory, rows, state_dir=path, init_state=True)
        assert raised.value.code == "NO_STATE_MARKER"
        # In the same job it is still not known whether it outlives it.
        with pytest.raises(SyncreadyError, match="this very job"):
            write(directory, rows, state_dir=path, init_state=True)
        assert directory.modified == []
        monkeypatch.setenv("JOB_ID", "18")
        assert write(directory, rows, state_dir=path, init_state=True)["changed"]

    def test_one_run_at_a_time(self, directory: MemoryDirectory, state: str) -> None:
        with WritingSession(module(writing_spec(), {"state_dir": state}), directory):
            with pytest.raises(SyncreadyError) as raised:
                write(directory, renamed(directory, [0]), state_dir=state)
        assert raised.value.code == "STATE_DIR_BUSY"

    @pytest.mark.parametrize("deadline", ["2026-11-30T23:30:00", "tonight"])
    def test_options_are_refused_before_anything_else(
        self, directory: MemoryDirectory, state: str, deadline: str
    ) -> None:
        with pytest.raises(SyncreadyError, match="deadline"):
            write(directory, renamed(directory, [0]), state_dir=state, deadline=deadline)
        assert directory.modified == []

    def test_a_stop_file(self, directory: MemoryDirectory, state: str) -> None:
        Path(state, "STOP").touch()
        result = write(directory, renamed(directory, range(3)), judged=100, state_dir=state)
        assert (result["changed"], result["stopped"]) == (False, "stop")
        assert result["left_by"] == {"stop": 3}
        assert "stop" in result["notes"][0]


class TestPlans:
    def test_of_another_directory(self, directory: MemoryDirectory, state: str, tmp_path: Path) -> None:
        rows = renamed(directory, [0])
        header = PlanHeader("p1", MemoryDirectory("99999999-2222-3333-4444-555555555555").identity(), "", "")
        path = str(tmp_path / "plan.jsonl")
        write_plan(path, header, rows)
        with WritingSession(module(writing_spec(), {"state_dir": state}), directory) as session:
            with pytest.raises(SyncreadyError, match="was made for contoso") as raised:
                session.apply_plan(read_plan(path), 1)
        assert raised.value.code == "WRONG_DIRECTORY"
        assert directory.modified == []

    def test_a_cut_run_is_finished_first(self, directory: MemoryDirectory, state: str) -> None:
        """Another plan meets what a cut run left: in doubt, and between two steps."""
        one, other = renamed(directory, [0, 1])
        swap = [
            PlanRow(one.object, "userPrincipalName", "user0@contoso.local", "user1@contoso.local", "EDIT"),
            PlanRow(other.object, "userPrincipalName", "user1@contoso.local", "user0@contoso.local", "EDIT"),
        ]

        class Killed(BaseException):
            pass

        def kill() -> None:
            raise Killed

        directory.after_modify = kill
        with pytest.raises(Killed):
            write(directory, swap, judged=100, state_dir=state)
        directory.after_modify = lambda: None
        assert directory.values(one.object.dn, "userPrincipalName") == []
        result = write(directory, renamed(directory, [5]), judged=100, state_dir=state)
        assert result["counts"]["changed"] == 1
        assert [one["counts"]["changed"] for one in result["settled"]] == [1] or result["settled"]
        assert directory.values(one.object.dn, "userPrincipalName") == ["user1@contoso.local"]
        assert directory.values(other.object.dn, "userPrincipalName") == ["user0@contoso.local"]
        assert write(directory, swap, judged=100, state_dir=state)["counts"]["unchanged"] == 2

    def test_the_way_back(self, directory: MemoryDirectory, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
        before = directory.dump()
        done = write(directory, renamed(directory, range(6)), judged=20, state_dir=state, max_changed_percent=100)
        directory.set("CN=u3,DC=contoso,DC=local", "displayName", "Theirs")
        monkeypatch.setattr(
            "ansible_collections.syncready.m365.plugins.module_utils._ansible.rollback.open_directory",
            lambda params: directory.again(),
        )
        name = Path(done["journal"]).name
        one: dict[str, t.Any] = {"state_dir": state, "journal_path": name, "objects": ["u5"]}
        rehearsal = rolled_back(check_mode=True, **one)
        result = rolled_back(**one)
        assert rehearsal["counts"] == result["counts"]
        assert rehearsal["diff"] == result["diff"]
        assert result["diff"][0]["after"] == "displayName: User 5\n"
        assert result["counts"]["changed"] == 1
        with pytest.raises(Failure) as raised:
            rolled_back(state_dir=state, journal_path=name)
        assert raised.value.code == "PARTIAL"
        assert raised.value.result["counts"] == {
            **EMPTY_WRITING["counts"],
            "planned": 6,
            "changed": 4,
            "unchanged": 1,
            "conflict": 1,
        }
        directory.set("CN=u3,DC=contoso,DC=local", "displayName", "Person 3")
        assert rolled_back(state_dir=state, journal_path=name)["counts"]["changed"] == 1
        assert not rolled_back(state_dir=state, journal_path=done["journal"])["changed"]
        assert directory.dump() == before
        strange: list[tuple[list[str], str]] = [(["u19"], "u19"), ([" "], "objects")]
        for objects, says in strange:
            with pytest.raises(SyncreadyError, match=says):
                rolled_back(state_dir=state, journal_path=name, objects=objects)
        with pytest.raises(SyncreadyError) as nothing:
            rolled_back(state_dir=state, journal_path="apply-none.jsonl")
        assert nothing.value.code == "JOURNAL_UNREADABLE"


class TestExport:
    """An export is never touched: its changes become a file."""

    @pytest.fixture
    def rows(self) -> list[PlanRow]:
        found = LdifDirectory(str(SAMPLE)).search(filter="(&(objectClass=user)(userPrincipalName=*)(displayName=*))")
        people = [entry for entry in found if entry.attributes.get("objectguid")][:40]
        rows = []
        for number, entry in enumerate(people):
            reference = ObjectReference(entry.dn, entry.guid, "user", entry.text("cn") or "")
            other = people[number ^ 1].text("userprincipalname")
            rows.append(PlanRow(reference, "userPrincipalName", entry.text("userprincipalname"), other, "EDIT"))
            rows.append(
                PlanRow(
                    reference, "displayName", entry.text("displayname"), f"{entry.text('displayname')} \u2713", "EDIT"
                )
            )
        return rows

    def write(self, rows: list[PlanRow], changes: Path | None, **given: t.Any) -> dict[str, t.Any]:
        directory = LdifDirectory(str(SAMPLE), changes=ChangeFile(str(changes)) if changes else None)
        path = str(changes) if changes else None
        return write(
            directory,
            rows,
            transport="ldif",
            ldif_path=str(SAMPLE),
            change_ldif_path=path,
            max_changed_percent=100,
            protected_accounts="allow",
            policy_managed_recipients="allow",
            **given,
        )

    @pytest.mark.parametrize("journal", [False, True])
    def test_there_and_back(self, rows: list[PlanRow], tmp_path: Path, state: str, journal: bool) -> None:
        before, changes = SAMPLE.read_bytes(), tmp_path / "change.ldif"
        given = {"state_dir": state} if journal else {}
        rehearsal = self.write(rows, changes, check_mode=True, **given)
        assert not changes.exists()
        result = self.write(rows, changes, **given)
        assert rehearsal["changed"] and result["changed"]
        assert rehearsal["counts"] == result["counts"]
        assert result["counts"]["changed"] == 40
        assert rehearsal["diff"] == result["diff"]
        assert result["change_ldif"] == str(changes)
        assert changes.stat().st_mode & 0o777 == 0o600
        assert "ldifde" in result["notes"][0]
        # Swaps: no two may have the same name at any moment.
        copy, back = tmp_path / "after.ldif", tmp_path / "back.ldif"
        change_files.imported(SAMPLE, changes, copy)
        for row in rows:
            assert row.update in change_files.values(copy, row.object.dn, row.attribute)
        change_files.imported(copy, Path(result["undo_ldif"]), back)
        assert _contents(back) == _contents(SAMPLE)
        assert SAMPLE.read_bytes() == before
        again = self.write(rows, changes, **given)
        assert again["changed"] is False

    def test_a_roll_back_of_an_import(self, rows: list[PlanRow], tmp_path: Path, state: str) -> None:
        changes, copy, back = tmp_path / "change.ldif", tmp_path / "after.ldif", tmp_path / "back.ldif"
        done = self.write(rows, changes, state_dir=state)
        change_files.imported(SAMPLE, changes, copy)
        result = rolled_back(
            transport="ldif",
            ldif_path=str(copy),
            change_ldif_path=str(tmp_path / "rollback.ldif"),
            journal_path=done["journal"],
        )
        assert result["counts"]["changed"] == 40
        change_files.imported(copy, tmp_path / "rollback.ldif", back)
        assert _contents(back) == _contents(SAMPLE)

    def test_without_a_file(self, rows: list[PlanRow]) -> None:
        assert self.write(rows, None, check_mode=True)["counts"]["changed"] == 40
        with pytest.raises(SyncreadyError) as raised:
            self.write(rows, None)
        assert raised.value.code == "READ_ONLY_SOURCE"

    def test_nothing_to_do(self, tmp_path: Path) -> None:
        result = self.write([], tmp_path / "change.ldif")
        assert not result["changed"]
        assert not (tmp_path / "change.ldif").exists()


def _contents(export: Path) -> dict[str, dict[str, list[bytes]]]:
    found = LdifDirectory(str(export)).search()
    return {entry.dn: {name: sorted(values) for name, values in entry.attributes.items() if values} for entry in found}
