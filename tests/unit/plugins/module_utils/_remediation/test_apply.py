# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Applying plans to a directory in memory: nothing of somebody else's is overwritten, nothing is done twice or lost."""

from __future__ import annotations

import contextlib
import datetime
import random
import typing as t
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Modification
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_root import RootDse
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import (
    DirectoryError,
    OptionError,
    SyncreadyError,
)
from ansible_collections.syncready.m365.plugins.module_utils._model.finding import ObjectReference
from ansible_collections.syncready.m365.plugins.module_utils._model.text import fold
from ansible_collections.syncready.m365.plugins.module_utils._remediation.apply import Applier
from ansible_collections.syncready.m365.plugins.module_utils._remediation.guard import Settings
from ansible_collections.syncready.m365.plugins.module_utils._remediation.journal import Journal, read_journal
from ansible_collections.syncready.m365.plugins.module_utils._remediation.journal_writer import JournalWriter
from ansible_collections.syncready.m365.plugins.module_utils._remediation.limits import Limits, parse_deadline
from ansible_collections.syncready.m365.plugins.module_utils._remediation.link import Link
from ansible_collections.syncready.m365.plugins.module_utils._remediation.outcomes import Report
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan import ObjectChange, PlanRow, by_object
from ansible_collections.syncready.m365.plugins.module_utils._remediation.rollback import way_back
from ansible_collections.syncready.m365.plugins.module_utils._remediation.undo import undo_path
from ansible_collections.syncready.m365.tests.support import change_files
from ansible_collections.syncready.m365.tests.support.memory import MemoryDirectory, user

NO_LIMITS = Limits(None, None, max_errors=None)
CAREFUL = Settings()
EVERYTHING = Settings(protected_accounts=True, policy_managed_recipients=True)


class Killed(BaseException):
    """Our process ends here."""


def edit(reference: ObjectReference, attribute: str, old: str | None, new: str | None) -> PlanRow:
    return PlanRow(reference, attribute, old, new, "EDIT" if new is not None else "REMOVE", ("some-rule",))


def apply(
    directory: MemoryDirectory,
    changes: t.Sequence[ObjectChange] | t.Sequence[PlanRow],
    path: Path | None = None,
    *,
    limits: Limits = NO_LIMITS,
    what: Settings = CAREFUL,
    reopen: t.Callable[[], MemoryDirectory] | None = None,
    check_mode: bool = False,
) -> Report:
    listed = [one for one in changes if isinstance(one, ObjectChange)]
    listed += by_object(one for one in changes if isinstance(one, PlanRow))
    journal = None
    if path is not None:
        journal = JournalWriter(str(path), {"directory": directory.identity()})
    link = Link(directory, reopen, delays=(0, 0))
    try:
        if journal is not None:
            journal.begin({})
        return Applier(link, what, limits, journal, check_mode=check_mode).run(listed)
    finally:
        if journal is not None:
            journal.close()


def counts(report: Report) -> dict[str, int]:
    return {name: number for name, number in report.counts().items() if number and name != "planned"}


def roll_back(directory: MemoryDirectory, path: Path) -> Report:
    back = path.with_name("rollback-1.jsonl")
    return apply(directory, way_back([read_journal(str(path))]), back, what=EVERYTHING)


def people(number: int) -> tuple[MemoryDirectory, list[ObjectReference]]:
    directory = MemoryDirectory()
    return directory, [directory.add(f"u{i}", user(i)) for i in range(number)]


def renamed(references: t.Iterable[ObjectReference]) -> list[PlanRow]:
    """Return a plan that moves users into another domain, three attributes each."""
    rows = []
    for reference in references:
        i = reference.name[1:]
        rows.append(edit(reference, "userPrincipalName", f"user{i}@contoso.local", f"user{i}@contoso.com"))
        rows.append(edit(reference, "displayName", f"User {i}", f"Person {i}"))
        rows.append(edit(reference, "proxyAddresses", f"smtp:u{i}@contoso.com", f"smtp:u{i}@fabrikam.com"))
    return rows


class TestOneObject:
    @pytest.mark.parametrize(
        ("attribute", "now", "old", "new", "state"),
        [
            ("mail", ["a@x"], "a@x", "b@x", "changed"),
            ("mail", ["b@x"], "a@x", "b@x", "unchanged"),
            ("mail", ["A@x"], "a@x", "b@x", "conflict"),
            ("mail", ["c@x"], "a@x", "b@x", "conflict"),
            ("mail", [], "a@x", "b@x", "conflict"),
            ("mail", [], None, "b@x", "changed"),
            ("mail", ["c@x"], None, "b@x", "conflict"),
            ("mail", ["B@x"], None, "b@x", "conflict"),
            ("mail", ["a@x"], "a@x", None, "changed"),
            ("mail", [], "a@x", None, "unchanged"),
            ("mail", ["A@x"], "a@x", None, "conflict"),
            ("mail", ["\u00e1@x"], "a@x", None, "conflict"),
            ("mail", ["a@x"], "a@x", "A@x", "changed"),
            ("mail", ["a@x"], "a@x", "a@x", "unchanged"),
            ("proxyAddresses", ["smtp:a@x", "SMTP:b@x"], "smtp:a@x", "SMTP:a@x", "changed"),
            ("proxyAddresses", ["smtp:a@x", "smtp:z@x"], "smtp:a@x", "smtp:Z@x", "conflict"),
            ("proxyAddresses", ["smtp:b@x", "smtp:z@x"], "smtp:a@x", "smtp:b@x", "unchanged"),
            ("proxyAddresses", ["smtp:A@x", "smtp:z@x"], "smtp:a@x", None, "conflict"),
            ("proxyAddresses", ["smtp:z@x"], "smtp:a@x", None, "unchanged"),
            ("proxyAddresses", ["smtp:z@x"], None, "smtp:a@x", "changed"),
            ("proxyAddresses", ["smtp:\u00e4@x"], None, "smtp:a@x", "conflict"),
        ],
    )
    def test_by_what_it_holds(
        self, tmp_path: Path, attribute: str, now: list[str], old: str | None, new: str | None, state: str
    ) -> None:
        directory = MemoryDirectory()
        reference = directory.add("Anna", {attribute: now})
        before = directory.dump()
        report = apply(directory, [edit(reference, attribute, old, new)], tmp_path / "apply-1.jsonl")
        assert counts(report) == {state: 1}
        if state == "changed":
            assert sorted(directory.values(reference.dn, attribute)) == sorted(
                [value for value in now if value != old] + ([new] if new else [])
            )
            assert counts(apply(directory, [edit(reference, attribute, old, new)])) == {"unchanged": 1}
            assert counts(roll_back(directory, tmp_path / "apply-1.jsonl")) == {"changed": 1}
        assert directory.dump() == before

    def test_a_value_that_no_domain_controller_tells_apart_from_another(self) -> None:
        directory = MemoryDirectory()
        reference = directory.add("Anna", {"proxyAddresses": ["smtp:a@x", "SMTP:A@x"]})
        report = apply(directory, [edit(reference, "proxyAddresses", "smtp:a@x", None)])
        assert report.left_by() == {"indistinguishable": 1}
        # Where the value itself is gone, somebody changed it.
        directory.set(reference.dn, "proxyAddresses", "SMTP:A@x")
        assert counts(apply(directory, [edit(reference, "proxyAddresses", "smtp:a@x", None)])) == {"conflict": 1}

    def test_all_or_nothing(self) -> None:
        directory, (one,) = people(1)
        rows = renamed([one])
        directory.set(one.dn, "displayName", "Somebody else's")
        report = apply(directory, rows)
        assert counts(report) == {"conflict": 1}
        assert report.outcomes[one.key].message.startswith("displayName of CN=u0")
        assert directory.modified == []

    def test_what_is_half_done_by_hand_is_completed(self) -> None:
        directory, (one,) = people(1)
        directory.set(one.dn, "userPrincipalName", "user0@contoso.com")
        assert counts(apply(directory, renamed([one]))) == {"changed": 1}
        assert [change.attribute for _dn, changes in directory.modified for change in changes] == [
            "displayName",
            "proxyAddresses",
        ]

    def test_one_that_moved_is_found(self, tmp_path: Path) -> None:
        directory, (one,) = people(1)
        directory.objects["CN=New Name,OU=Elsewhere,DC=contoso,DC=local"] = directory.objects.pop(one.dn)
        report = apply(directory, renamed([one]), tmp_path / "apply-1.jsonl")
        assert counts(report) == {"changed": 1}
        assert report.outcomes[one.key].object.dn == "CN=New Name,OU=Elsewhere,DC=contoso,DC=local"

    def test_another_one_of_the_same_name_is_not_taken(self) -> None:
        directory, (one,) = people(1)
        directory.objects[one.dn]["objectguid"] = [b"0123456789abcdef"]
        assert apply(directory, renamed([one])).outcomes[one.key].reason == "missing"

    def test_by_name_alone(self, tmp_path: Path) -> None:
        directory, (one,) = people(1)
        nameless = ObjectReference(one.dn.upper(), None, "user", "x")
        report = apply(
            directory, renamed([ObjectReference(one.dn, None, "user", one.name)]), tmp_path / "apply-1.jsonl"
        )
        assert counts(report) == {"changed": 1}
        (outcome,) = list(report.outcomes.values())
        assert outcome.object.guid == one.guid
        back = edit(nameless, "displayName", "Person 0", "User 0")
        assert counts(apply(directory, [back])) == {"changed": 1}


class TestLeftAlone:
    def test_protected_accounts(self) -> None:
        directory, (one, other) = people(2)
        directory.set(one.dn, "adminCount", "1")
        directory.set(other.dn, "adminCount", "0")
        report = apply(directory, renamed([one, other]))
        assert counts(report) == {"changed": 1, "left": 1}
        assert report.left_by() == {"protected_account": 1}
        assert counts(apply(directory, renamed([one]), what=Settings(protected_accounts=True))) == {"changed": 1}

    def test_recipients_that_exchange_manages(self) -> None:
        directory, (one, other) = people(2)
        marks = ["{26491cfc-9e50-4857-861b-0cb8df22b5d7}", "aaaaaaaa-1111-2222-3333-444444444444"]
        directory.set(one.dn, "msExchPoliciesIncluded", *marks)
        directory.set(other.dn, "msExchPoliciesIncluded", *marks)
        name = edit(other, "displayName", "User 1", "Somebody")
        report = apply(directory, [*renamed([one]), name])
        assert counts(report) == {"changed": 1, "left": 1}
        assert report.left_by() == {"policy_managed": 1}
        assert counts(apply(directory, renamed([one]), what=Settings(policy_managed_recipients=True))) == {"changed": 1}

    def test_attributes_of_somebody_else(self) -> None:
        directory, (one,) = people(1)
        report = apply(directory, renamed([one]), what=Settings(exclude_attributes=frozenset(["displayname"])))
        assert report.left_by() == {"excluded_attribute": 1}
        assert directory.modified == []


class TestLimits:
    @pytest.mark.parametrize(
        ("limits", "changed", "reason"),
        [
            (Limits(3, None), 3, "max_changes"),
            (Limits(0, None), 0, "max_changes"),
            (Limits(3, None, batch_size=2), 3, "max_changes"),
            (Limits(None, 5, judged=80), 4, "max_changed_percent"),
            (Limits(100, 5, judged=3), 1, "max_changed_percent"),
            (Limits(2, 50, judged=10), 2, "max_changes"),
            (Limits(100, 100, judged=10), 10, None),
        ],
    )
    def test_numbers(self, tmp_path: Path, limits: Limits, changed: int, reason: str | None) -> None:
        directory, references = people(10)
        rehearsal = apply(directory, renamed(references), limits=limits, check_mode=True)
        assert directory.modified == []
        report = apply(directory, renamed(references), tmp_path / "apply-1.jsonl", limits=limits)
        assert counts(rehearsal) == counts(report)
        assert report.counts()["changed"] == changed == len(directory.modified)
        assert report.left_by() == ({reason: 10 - changed} if reason else {})
        # The next run goes on from there.
        report = apply(directory, renamed(references), tmp_path / "apply-1.jsonl")
        assert counts(report) == {"changed": 10 - changed, "unchanged": changed} if 0 < changed < 10 else True
        assert len(directory.modified) == 10

    def test_a_file_named_stop(self, tmp_path: Path) -> None:
        directory, references = people(10)
        stop = tmp_path / "STOP"
        directory.after_modify = lambda: stop.touch() if len(directory.modified) == 3 else None
        report = apply(directory, renamed(references), limits=Limits(None, None, batch_size=4, stop_path=str(stop)))
        assert counts(report) == {"changed": 4, "left": 6}
        assert report.stopped == "stop"

    def test_the_deadline(self) -> None:
        directory, references = people(10)
        now = datetime.datetime.now(datetime.timezone.utc)
        assert counts(apply(directory, renamed(references), limits=Limits(None, None, deadline=now))) == {"left": 10}
        later = now + datetime.timedelta(hours=1)
        assert counts(apply(directory, renamed(references), limits=Limits(None, None, deadline=later))) == {
            "changed": 10
        }

    def test_too_many_errors(self, tmp_path: Path) -> None:
        directory, references = people(40)

        def refuse(dn: str) -> None:
            raise DirectoryError("no", code="NO_RIGHTS")

        directory.on_modify = refuse
        report = apply(
            directory, renamed(references), tmp_path / "apply-1.jsonl", limits=Limits(None, None, max_errors=3)
        )
        assert counts(report) == {"refused": 3, "left": 37}
        assert report.left_by() == {"max_errors": 37}
        assert all(entry.done is False for entry in read_journal(str(tmp_path / "apply-1.jsonl")).entries)

    def test_the_speed(self) -> None:
        directory, references = people(6)
        started = datetime.datetime.now()
        apply(directory, renamed(references), limits=Limits(None, None, max_write_rate=20))
        assert (datetime.datetime.now() - started).total_seconds() > 0.2

    @pytest.mark.parametrize(
        "text", ["2026-11-30", "2026-11-30T23:30:00", "tomorrow", "", "23:30+01:00", "2026-11-30+01:00"]
    )
    def test_a_deadline_that_is_none(self, text: str) -> None:
        with pytest.raises(OptionError, match="deadline"):
            parse_deadline(text)

    @pytest.mark.parametrize("text", ["2026-11-30T22:30:00Z", "2026-11-30T23:30+01:00", " 2026-11-30 23:30:00+01:00 "])
    def test_a_deadline(self, text: str) -> None:
        assert parse_deadline(text) == datetime.datetime(2026, 11, 30, 22, 30, tzinfo=datetime.timezone.utc)

    @pytest.mark.parametrize(
        "values",
        [
            {"max_changes": -1},
            {"max_changed_percent": 101},
            {"batch_size": 0},
            {"max_errors": 0},
            {"max_write_rate": 0},
        ],
    )
    def test_numbers_that_mean_nothing(self, values: dict[str, t.Any]) -> None:
        with pytest.raises(OptionError, match=next(iter(values))):
            Limits(**values)

    def test_a_read_only_domain_controller(self) -> None:
        directory, references = people(1)
        directory.root = RootDse(host="rodc1", read_only=True)
        with pytest.raises(SyncreadyError) as caught:
            apply(directory, renamed(references))
        assert caught.value.code == "READ_ONLY_DC"


class TestOthers:
    def test_whoever_was_faster_wins(self, tmp_path: Path) -> None:
        directory, references = people(4)

        def interfere(dn: str) -> None:
            if dn == references[1].dn:
                directory.set(dn, "displayName", "Theirs")
            elif dn == references[2].dn:
                # The very same change.
                directory.set(dn, "displayName", "Person 2")
                directory.set(dn, "userPrincipalName", "user2@contoso.com")
                directory.set(dn, "proxyAddresses", "SMTP:user2@contoso.com", "smtp:u2@fabrikam.com")

        directory.on_modify = interfere
        report = apply(directory, renamed(references), tmp_path / "apply-1.jsonl")
        assert [one.state for one in report.outcomes.values()] == ["changed", "conflict", "unchanged", "changed"]
        assert directory.values(references[1].dn, "userPrincipalName") == ["user1@contoso.local"]
        assert [entry.done for entry in read_journal(str(tmp_path / "apply-1.jsonl")).entries] == [
            True,
            False,
            False,
            True,
        ]

    def test_what_is_changed_right_after_shows(self, tmp_path: Path) -> None:
        directory, references = people(2)

        def interfere() -> None:
            if len(directory.modified) == 2:
                directory.set(references[0].dn, "displayName", "Theirs")

        directory.after_modify = interfere
        report = apply(directory, renamed(references), tmp_path / "apply-1.jsonl")
        assert [one.reason for one in report.outcomes.values()] == ["verification", ""]
        assert report.changed
        report = roll_back(directory, tmp_path / "apply-1.jsonl")
        assert counts(report) == {"changed": 1, "conflict": 1}
        assert directory.values(references[0].dn, "displayName") == ["Theirs"]

    def test_busy_is_tried_again_and_a_constraint_never(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("time.sleep", lambda seconds: None)
        directory, references = people(2)
        tries: list[str] = []

        def answer(dn: str) -> None:
            tries.append(dn)
            if dn == references[0].dn and len(tries) < 4:
                raise DirectoryError("busy", code="SERVER_BUSY")
            if dn == references[1].dn:
                raise DirectoryError("no", code="VALUE_REFUSED")

        directory.on_modify = answer
        report = apply(directory, renamed(references))
        assert [one.state for one in report.outcomes.values()] == ["changed", "refused"]
        assert (tries.count(references[0].dn), tries.count(references[1].dn)) == (3, 1)


class TestLostConnection:
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_it_is_read_back(self, tmp_path: Path, when: str) -> None:
        directory, references = people(12)
        before = directory.dump()

        def lose() -> None:
            if len(directory.modified) == 5:
                directory.lost = True

        if when == "after":
            directory.after_modify = lose
        else:
            directory.on_modify = lambda dn: lose()
        report = apply(directory, renamed(references), tmp_path / "apply-1.jsonl", reopen=directory.again)
        assert counts(report) == {"changed": 12}
        assert len({dn for dn, _changes in directory.modified}) == len(directory.modified) == 12
        check_complete(read_journal(str(tmp_path / "apply-1.jsonl")), 12)
        directory.lost, directory.after_modify = False, lambda: None
        roll_back(directory.again(), tmp_path / "apply-1.jsonl")
        assert directory.dump() == before

    def test_it_does_not_come_back(self, tmp_path: Path) -> None:
        directory, references = people(12)
        path = tmp_path / "apply-1.jsonl"

        def lose() -> None:
            if len(directory.modified) == 5:
                directory.lost = True

        directory.after_modify = lose
        report = apply(directory, renamed(references), path, limits=Limits(None, None, batch_size=4))
        assert counts(report) == {"changed": 4, "failed": 4, "left": 4}
        assert report.reasons() == {"unknown": 4, "aborted": 4}
        assert report.error is not None
        assert not read_journal(str(path)).finished
        # The same call looks what was done, and goes on.
        report = apply(directory.again(), renamed(references), path)
        assert counts(report) == {"changed": 8, "unchanged": 4}
        check_complete(read_journal(str(path)), 12)
        assert len(directory.modified) == 12

    def test_another_directory_answers(self, tmp_path: Path) -> None:
        directory, references = people(2)
        directory.on_modify = lambda dn: setattr(directory, "lost", True)
        report = apply(
            directory, renamed(references), tmp_path / "apply-1.jsonl", reopen=lambda: MemoryDirectory("other")
        )
        assert report.error is not None
        assert report.error.code == "WRONG_DIRECTORY"


def check_complete(journal: Journal, done: int) -> None:
    """Make sure that each change is in a journal exactly once, as done or not done."""
    assert journal.finished
    assert journal.doubtful == []
    whole = [entry.object.key for entry in journal.entries if entry.done and entry.step in ("whole", "take")]
    assert len(whole) == len(set(whole)) == done


@st.composite
def moves(draw: st.DrawFn) -> list[list[int]]:
    """Return lists of users: in each, everybody takes the names of the next; in some, the last takes the first's."""
    numbers = draw(st.permutations(range(9)))
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=5))
    found, start = [], 0
    for size in sizes:
        if part := list(numbers[start : start + size]):
            found.append(part)
        start += size
    return found


def exchange(references: list[ObjectReference], chains: list[list[int]], closed: list[bool]) -> list[PlanRow]:
    """Return a plan in which users take over names and addresses from one another."""
    rows = []
    for chain, circle in zip(chains, closed, strict=True):
        for place, number in enumerate(chain):
            last = place == len(chain) - 1
            target: t.Any = (
                "new" + str(number) if last and not (circle and len(chain) > 1) else chain[(place + 1) % len(chain)]
            )
            one = references[number]
            rows.append(edit(one, "userPrincipalName", f"user{number}@contoso.local", f"user{target}@contoso.local"))
            rows.append(edit(one, "sAMAccountName", f"user{number}", f"user{target}"))
            rows.append(edit(one, "mail", f"user{number}@contoso.com", f"user{target}@contoso.com"))
            rows.append(edit(one, "proxyAddresses", f"SMTP:user{number}@contoso.com", f"SMTP:user{target}@contoso.com"))
            rows.append(edit(one, "displayName", f"User {number}", f"Person {number}"))
    return rows


def no_two_hold_the_same(directory: MemoryDirectory) -> None:
    for attribute in ("userprincipalname", "samaccountname", "mail", "proxyaddresses"):
        held = [fold(value.decode()) for one in directory.objects.values() for value in one.get(attribute, [])]
        assert len(held) == len(set(held)), attribute


class TestMoves:
    @given(moves(), st.lists(st.booleans(), min_size=5, max_size=5), st.integers(1, 10))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    def test_values_that_move(
        self, tmp_path_factory: pytest.TempPathFactory, chains: list[list[int]], closed: list[bool], batch_size: int
    ) -> None:
        path = tmp_path_factory.mktemp("moves") / "apply-1.jsonl"
        directory, references = people(9)
        before = directory.dump()
        directory.after_modify = lambda: no_two_hold_the_same(directory)
        rows = exchange(references, chains, closed[: len(chains)])
        number = sum(len(chain) for chain in chains)
        limits = Limits(None, None, batch_size=batch_size)
        assert counts(apply(directory, rows, limits=limits, check_mode=True)) == {"changed": number}
        assert counts(apply(directory, rows, path, limits=limits)) == {"changed": number}
        check_complete(read_journal(str(path)), number)
        assert counts(apply(directory, rows, path, limits=limits)) == {"unchanged": number}
        assert counts(roll_back(directory, path)) == {"changed": number}
        assert directory.dump() == before

    @given(moves(), st.lists(st.booleans(), min_size=5, max_size=5), st.integers(0, 8), st.booleans())
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    def test_one_that_cannot_be_changed(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        chains: list[list[int]],
        closed: list[bool],
        one: int,
        late: bool,
    ) -> None:
        """Nobody takes what another could not give up, and nobody is left between two steps."""
        path = tmp_path_factory.mktemp("moves") / "apply-1.jsonl"
        directory, references = people(9)
        before = directory.dump()
        directory.after_modify = lambda: no_two_hold_the_same(directory)

        def refuse(dn: str) -> None:
            if dn == references[one].dn:
                raise DirectoryError("no", code="NO_RIGHTS")

        if late:
            directory.on_modify = refuse
        else:
            directory.set(references[one].dn, "displayName", "Theirs")
            before = directory.dump()
        report = apply(directory, exchange(references, chains, closed[: len(chains)]), path)
        assert report.unsettled == []
        assert directory.values(references[one].dn, "mail") == [f"user{one}@contoso.com"]
        assert all(directory.values(reference.dn, "userPrincipalName") for reference in references)
        directory.on_modify = lambda dn: None
        assert set(counts(roll_back(directory, path))) <= {"changed"}
        assert directory.dump() == before

    def test_a_circle_is_begun_only_where_there_is_room_for_it(self, tmp_path: Path) -> None:
        directory, references = people(9)
        rows = exchange(references, [[0], [1, 2, 3]], [False, True])
        report = apply(directory, rows, tmp_path / "apply-1.jsonl", limits=Limits(3, None))
        assert counts(report) == {"changed": 1, "left": 3}
        assert report.left_by() == {"max_changes": 3}


class TestKilled:
    @given(st.data())
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    def test_the_same_call_finishes(self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
        """Our process ends at any moment, several times; each change is made once, and can be taken back."""
        path = tmp_path_factory.mktemp("killed") / "apply-1.jsonl"
        directory, references = people(9)
        before = directory.dump()
        chains = data.draw(moves())
        closed = data.draw(st.lists(st.booleans(), min_size=len(chains), max_size=len(chains)))
        rows = exchange(references, chains, closed)
        number = sum(len(chain) for chain in chains)
        limits = Limits(None, None, batch_size=data.draw(st.integers(1, 6)))
        for _kill in range(data.draw(st.integers(1, 3))):
            with pytest.MonkeyPatch.context() as patch:
                killer = Killer(data.draw(st.integers(1, 25)), sometimes=data.draw(st.booleans()))
                patch.setattr(JournalWriter, "_line", killer.line(JournalWriter._line))
                directory.on_modify = killer.modify
                with contextlib.suppress(Killed):
                    apply(directory, rows, path, limits=limits)
            no_two_hold_the_same(directory)
        directory.on_modify = lambda dn: None
        report = apply(directory, rows, path, limits=limits)
        assert report.error is None
        assert set(counts(report)) <= {"changed", "unchanged"}
        check_complete(read_journal(str(path)), number)
        assert sum(1 for dn, _changes in directory.modified) == sum(
            1 for entry in read_journal(str(path)).entries if entry.done
        )
        assert counts(roll_back(directory, path)) == {"changed": number}
        assert directory.dump() == before

    def test_another_plan_finishes_what_was_left_between_two_steps(self, tmp_path: Path) -> None:
        directory, references = people(4)
        path = tmp_path / "apply-1.jsonl"
        rows = exchange(references, [[0, 1, 2]], [True])

        def kill() -> None:
            if len(directory.modified) == 2:
                raise Killed

        directory.after_modify = kill
        with pytest.raises(Killed):
            apply(directory, rows, path)
        assert directory.values(references[0].dn, "userPrincipalName") == []
        directory.after_modify = lambda: None
        report = apply(directory, [edit(references[3], "displayName", "User 3", "Other")], path)
        assert report.unsettled == []
        assert [directory.values(one.dn, "mail")[0][:5] for one in references] == ["user1", "user2", "user0", "user3"]
        assert all(directory.values(one.dn, "userPrincipalName") for one in references)


class Killer:
    """Ends our process after a number of lines of the journal, or, sometimes, when a change is about to go out."""

    def __init__(self, lines: int, *, sometimes: bool) -> None:
        self._left = lines
        self._dice = random.Random(lines) if sometimes else None

    def line(self, real: t.Callable[[JournalWriter, dict[str, t.Any]], None]) -> t.Callable[..., None]:
        def line(writer: JournalWriter, body: dict[str, t.Any]) -> None:
            self._left -= 1
            if self._left < 0:
                raise Killed
            real(writer, body)

        return line

    def modify(self, dn: str) -> None:
        if self._dice is not None and self._dice.random() < 0.1:
            raise Killed


class TestCheckMode:
    def test_rights_are_foreseen(self) -> None:
        directory, references = people(3)
        directory.root = RootDse(host="dc1", domain_dn="DC=contoso,DC=local", active_directory=True)
        for one in references[:2]:
            directory.set(
                one.dn, "allowedAttributesEffective", "userPrincipalName", "displayName", "proxyAddresses", "mail"
            )
        report = apply(directory, renamed(references), check_mode=True)
        assert counts(report) == {"changed": 2, "refused": 1}
        assert directory.modified == []


class TestUndo:
    @given(moves(), st.lists(st.booleans(), min_size=5, max_size=5), st.integers(0, 8))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    def test_the_undo_ldif_takes_back_what_stands(
        self, tmp_path_factory: pytest.TempPathFactory, chains: list[list[int]], closed: list[bool], one: int
    ) -> None:
        """After a run in which one object refused, a second one, a roll back, and the same run again."""
        path = tmp_path_factory.mktemp("undo") / "apply-1.jsonl"
        directory, references = people(9)
        before = directory.dump()
        rows = exchange(references, chains, closed[: len(chains)])

        def refuse(dn: str) -> None:
            if dn == references[one].dn:
                raise DirectoryError("no", code="NO_RIGHTS")

        directory.on_modify = refuse
        apply(directory, rows, path)
        directory.on_modify = lambda dn: None
        apply(directory, rows, path)
        roll_back(directory, path)
        apply(directory, rows, path)
        directory.after_modify = lambda: no_two_hold_the_same(directory)
        for dn, parts in change_files.records(Path(undo_path(str(path))).read_text(encoding="ascii")):
            directory.carry_out(
                dn,
                [
                    Modification(name, *((tuple(values), ()) if operation == "delete" else ((), tuple(values))))
                    for operation, name, values in parts
                ],
            )
        assert directory.dump() == before
