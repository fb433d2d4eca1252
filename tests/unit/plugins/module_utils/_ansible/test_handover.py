# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hand-over after an apply or a roll back: planned, done, left, how to undo; and no value does its reader harm."""

from __future__ import annotations

import html
import json
import re
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import (
    guarded_spec,
    writing_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.rollback import roll_back
from ansible_collections.syncready.m365.plugins.module_utils._ansible.wrapper import Failure
from ansible_collections.syncready.m365.plugins.module_utils._ansible.writing import WritingSession
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import DirectoryError
from ansible_collections.syncready.m365.plugins.module_utils._remediation.outcomes import STATES
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan import PlanHeader, PlanRow
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan_files import finished
from ansible_collections.syncready.m365.plugins.module_utils._remediation.state_dir import lay_marker
from ansible_collections.syncready.m365.plugins.module_utils._report import handover
from ansible_collections.syncready.m365.plugins.module_utils._report.handover_words import REASONS, reason_words
from ansible_collections.syncready.m365.plugins.module_utils._report.html_handover import render_handover
from ansible_collections.syncready.m365.tests.support import pages
from ansible_collections.syncready.m365.tests.support.memory import MemoryDirectory, user
from ansible_collections.syncready.m365.tests.support.sessions import module, renamed, twenty_users

PACKAGE = Path(__file__).resolve().parents[5] / "plugins" / "module_utils" / "_remediation"
BASE = "DC=contoso,DC=local"


@pytest.fixture
def state(tmp_path: Path) -> str:
    path = str(tmp_path / "state")
    lay_marker(path)
    return path


@pytest.fixture
def directory() -> MemoryDirectory:
    return twenty_users()


def write(
    directory: MemoryDirectory, rows: list[PlanRow], check_mode: bool = False, **given: t.Any
) -> dict[str, t.Any]:
    header = PlanHeader(
        "plan-17",
        dict(directory.identity()),
        "2026-11-25T08:00:00+00:00",
        "syncready.m365 1.0.0",
        policies={"tidy_names": True},
    )
    given = {"max_changed_percent": 100, **given}
    with WritingSession(module(writing_spec(), given, check_mode), directory) as session:
        session.told.unrepaired = {"a person must decide": 4}
        return session.apply_rows(finished(header, rows), rows, 20)


def sheets(result: dict[str, t.Any]) -> tuple[str, str]:
    """Return the text and the page of a result."""
    text, page = (Path(result["artifacts"][name]["path"]) for name in ("handover_txt", "handover_html"))
    assert {path.stat().st_mode & 0o777 for path in (text, page)} == {0o600}
    return text.read_text(encoding="utf-8"), page.read_text(encoding="utf-8")


def task_in(text: str) -> dict[str, t.Any]:
    """Return the task that the text says takes the change back."""
    found = re.search(r"^    - name: Take the change back\n(?:      .*\n)+", text, re.MULTILINE)
    assert found, text
    (task,) = yaml.safe_load(found.group())
    options: dict[str, t.Any] = task["syncready.m365.rollback"]
    return options


def test_everything_is_in_it(directory: MemoryDirectory, state: str, tmp_path: Path) -> None:
    rows = renamed(directory, range(6))
    directory.set(f"CN=u1,{BASE}", "displayName", "Theirs")

    def refuse(dn: str) -> None:
        if dn.startswith("CN=u2,"):
            raise DirectoryError("The account may not.", code="NO_RIGHTS")

    directory.on_modify = refuse
    given: dict[str, t.Any] = {"ticket": "CHG0012345", "approver": "Eva Lang", "username": "svc-change@contoso.local"}
    with pytest.raises(Failure) as raised:
        write(directory, rows, state_dir=state, report_dir=str(tmp_path / "report"), max_changes=4, **given)
    result = raised.value.result
    assert result["counts"] == {
        "planned": 6,
        "changed": 3,
        "unchanged": 0,
        "conflict": 1,
        "refused": 1,
        "failed": 0,
        "left": 1,
    }
    text, page = sheets(result)
    for piece in (
        "Change CHG0012345: contoso.local",
        "Done in part. 3 of 6 objects were changed. 3 need a decision.",
        "Approved by: Eva Lang",
        "Domain controller: dc1.contoso.local",
        "Account: svc-change@contoso.local",
        "Plan: plan-17",
        "Plan made: 2026-11-25T08:00:00+00:00 by syncready.m365 1.0.0",
        'Policies of the plan: {"tidy_names": true}',
        f"Journal: {result['journal']}",
        f"Undo LDIF: {result['undo_ldif']}",
        "Changed by all runs of this journal: 3",
        "  planned: 6",
        "  done: 3",
        "  1 x refused (no_rights)",
        "  1 x conflict (changed_since)",
        "  1 x left (max_changes)",
        "  4 x a person must decide",
        "  [conflict] CN=u1,DC=contoso,DC=local",
        f"ldapmodify -f {result['undo_ldif']}",
        f"outcomes.csv: {result['artifacts']['outcomes_csv']['path']}",
        *reason_words("no_rights"),
        *reason_words("changed_since"),
        *reason_words("max_changes"),
    ):
        assert piece in text
    assert re.search(r"Digest of the plan: [0-9a-f]{64}\n", text)
    assert "password" not in text
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for piece in (
        "Change CHG0012345: contoso.local",
        "Eva Lang",
        "dc1.contoso.local",
        "Done in part",
        "4: a person must",
    ):
        assert piece in plain
    # What somebody must look at comes first, and everything is listed.
    assert [plain.find(f"u{number} DC=contoso") > 0 for number in range(6)] == [True] * 6
    assert task_in(text) == {"server": "dc1.contoso.local", "state_dir": state, "journal_path": result["journal"]}


def test_the_way_back_that_it_names_works(
    directory: MemoryDirectory, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = directory.dump()
    text, _page = sheets(write(directory, renamed(directory, range(6)), state_dir=state))
    monkeypatch.setattr(
        "ansible_collections.syncready.m365.plugins.module_utils._ansible.rollback.open_directory",
        lambda params: directory.again(),
    )
    spec = {**guarded_spec(), "journal_path": {}, "objects": {"default": []}}
    result = roll_back(module(spec, {**task_in(text), "ticket": "CHG2"}))
    assert result["counts"]["changed"] == 6
    assert directory.dump() == before
    back, page = sheets(result)
    assert back.startswith("Roll back CHG2: contoso.local\n")
    assert f"Journal that is taken back: {task_in(text)['journal_path']}" in back
    assert "Done. 6 of 6 objects were changed and verified." in back
    # A roll back can be taken back, too.
    assert task_in(back)["journal_path"] == result["journal"]
    assert "Roll back CHG2" in page


def test_it_names_all_that_the_journal_changed(state: str) -> None:
    directory = MemoryDirectory()
    for number in range(130):
        directory.add(f"u{number}", user(number))
    rows = renamed(directory, range(130))
    first, _page = sheets(write(directory, rows, state_dir=state))
    assert "Changed by all runs of this journal: 100\n" in first
    assert "max_changes" not in task_in(first)
    second, _page = sheets(write(directory, rows, state_dir=state))
    assert "Changed by all runs of this journal: 130\n" in second
    assert task_in(second)["max_changes"] == 130


def test_a_rehearsal_says_that_it_is_one(directory: MemoryDirectory, state: str, tmp_path: Path) -> None:
    for given in ({}, {"report_dir": str(tmp_path / "report")}):
        result = write(directory, renamed(directory, range(3)), check_mode=True, state_dir=state, ticket="C1", **given)
        text, page = sheets(result)
        assert text.startswith("Rehearsal of a change C1: contoso.local\n")
        assert "A run would change 3 of 3 objects." in text
        for sheet in (text, page):
            assert "take it back" not in sheet
    assert directory.modified == []


def test_a_second_run_says_that_nothing_was_to_do(directory: MemoryDirectory, state: str) -> None:
    rows = renamed(directory, range(3))
    write(directory, rows, state_dir=state)
    text, _page = sheets(write(directory, rows, state_dir=state))
    assert "Nothing to do. Everything was as it should be already." in text
    # What the first one did can be taken back all the same.
    assert "Changed by all runs of this journal: 3" in text
    assert task_in(text)


def test_a_cut_run_that_was_finished_first_is_named(directory: MemoryDirectory, state: str) -> None:
    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    directory.after_modify = kill
    with pytest.raises(Killed):
        write(directory, renamed(directory, [0]), state_dir=state)
    directory.after_modify = lambda: None
    result = write(directory, renamed(directory, [5]), state_dir=state)
    text, page = sheets(result)
    (settled,) = result["settled"]
    for sheet in (text, page):
        assert "A run that had been cut was finished first" in sheet
        assert settled["journal"] in sheet


def test_without_the_template_library(directory: MemoryDirectory, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    result = write(directory, renamed(directory, range(3)), state_dir=state)
    assert result["counts"]["changed"] == 3
    assert "handover_html" not in result["artifacts"]
    assert "Done." in Path(result["artifacts"]["handover_txt"]["path"]).read_text(encoding="utf-8")
    assert any("handover.html was not written" in note for note in result["notes"])


def test_hostile_values_stay_text(tmp_path: Path) -> None:
    texts = [text for text in pages.HOSTILE if len(text) < 1000]
    for text in texts:
        applied = pages.applied([text] * 6)
        applied.directory = text
        applied.journal = f"/srv/{text}.jsonl"
        applied.undo = {"journal_path": applied.journal}
        applied.undo_ldif = f"/srv/{text}.undo.ldif"
        applied.notes = [text]
        applied.error = text
        applied.files = {"outcomes.csv": f"/srv/{text}"}
        sheet = handover.sheet(applied)
        assert not re.search(r"[^\n -~\u00a1-\uffff]|[\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]", sheet), repr(
            text
        )
        # No value begins a line of its own.
        assert [line for line in sheet.split("\n") if line.startswith(("nothing", "feed", "<", "separators"))] == []
        page = render_handover(applied)
        page.encode("utf-8")
        assert "<img" not in page and "<script" not in page and "<svg onload" not in page
        visible = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
        assert not re.search(r"[\x00-\x08\x1b\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]", visible), repr(text)
    assert "script-src 'none'" in html.unescape(page)


def test_long_lists_are_cut_and_say_where_the_rest_is() -> None:
    applied = pages.applied([f"person.{number}@contoso.com" for number in range(12_000)])
    applied.files = {"outcomes.csv": "/srv/report/outcomes.csv"}
    sheet = handover.sheet(applied)
    assert sheet.count("\n  [") == handover.MAX_TEXT_OBJECTS
    assert "and 7950 more, all in /srv/report/outcomes.csv" in sheet
    assert len(sheet) < 20_000
    page = render_handover(applied)
    assert page.count("<del>") == 5_000
    assert "outcomes.csv holds all of them" in page
    assert max(map(len, handover.sheet(pages.applied(["x" * 10_000] * 6)).split("\n"))) < 2_100


def test_every_reason_of_the_applier_has_words() -> None:
    """A reason that is written down somewhere in the code says what to decide."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.glob("*.py"))
    found = set(re.findall(r'"(?:left|conflict|refused|failed)",\s+(?:reason = )?"([a-z_]{5,})"', source))
    found |= set(re.findall(r'leave\([a-z_.]+, "([a-z_]+)"', source))
    assert {"changed_since", "missing", "no_rights", "dependency", "aborted"} <= found
    assert found - {*STATES, *REASONS} == set()
    for words in json.loads(json.dumps(list(REASONS.values()))):
        assert all(text.endswith(".") for text in words)
