# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a module is: what it writes, what is read of it, and in which words it is shown."""

from __future__ import annotations

import os
import stat
import time
import types
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._ansible.progress import ProgressFile
from ansible_collections.syncready.m365.plugins.plugin_utils._progress import ProgressAction, Watch, in_words, read_word
from ansible_collections.syncready.m365.tests.support.audits_for_reports import run_audit_module
from ansible_collections.syncready.m365.tests.support.nights import Night

WRITING = {"changed": 80, "conflict": 2, "refused": 0, "failed": 0, "left": 1, "unchanged": 0}


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ({"step": "reading", "done": 0, "seconds": 0.1}, "reading the directory"),
        (
            {"step": "reading", "done": 120_000, "seconds": 50.0},
            "reading the directory: 120,000 objects, 2,400 a second",
        ),
        (
            {"step": "reading", "done": 120_000, "seconds": 50.0, "part": 0.25},
            "reading the directory: 120,000 objects, 2,400 a second, 25 %, about 2 min left",
        ),
        ({"step": "reading", "done": 500, "seconds": 0.1, "part": 0.01}, "reading the directory: 500 objects, 1 %"),
        ({"step": "comparing", "done": 0, "seconds": 3.0}, "comparing all objects"),
        ({"step": "something", "done": 0, "seconds": 3.0}, "something"),
        (
            {"decided": 90, "planned": 200, "counts": WRITING, "estimate": {"objects": 180, "seconds": 90.0}},
            "writing: 90 of 200 objects, 80 changed, 2 in conflict, 1 left alone, about 50 s left",
        ),
        (
            {
                "decided": 190,
                "planned": 200,
                "counts": {"changed": 20},
                "estimate": {"objects": 200, "seconds": 100.0},
                "rehearsal": True,
            },
            "rehearsing: 190 of 200 objects, 20 would change, about 5 s left",
        ),
        ({"step": "planning", "done": 0, "seconds": 3.0}, "making the plan"),
        (
            {
                "decided": 0,
                "planned": 20_000,
                "counts": {"changed": 0},
                "estimate": {"objects": 20_000, "seconds": 9000},
            },
            "writing: 0 of 20,000 objects, 0 changed, about 2 h 30 min left",
        ),
        ({"step": "reading\x1b[2J", "done": 1, "seconds": 1}, ""),
        ({"step": "reading", "done": "many", "seconds": 1}, ""),
        ({"planned": 3}, ""),
        ({}, ""),
    ],
)
def test_words(word: dict[str, t.Any], line: str) -> None:
    assert in_words(word) == line


def test_what_one_writes_the_other_reads(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    progress = ProgressFile(str(path))
    progress.tell("reading", 500, 0.5)
    word = read_word(str(path), 0)
    assert word is not None
    assert (word["step"], word["done"], word["part"]) == ("reading", 500, 0.5)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    # Not more often than somebody reads; but a new step at once.
    progress.tell("reading", 1000)
    assert read_word(str(path), 0) == word
    progress.tell("comparing")
    assert in_words(read_word(str(path), 0) or {}) == "comparing all objects"


@pytest.mark.parametrize("content", [None, "", "{", "[1]", '"text"', "\xff"])
def test_what_is_no_word_is_passed_over(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "progress.json"
    if content is not None:
        path.write_text(content, encoding="latin-1")
    assert read_word(str(path), 0) is None


def test_the_word_of_an_earlier_run_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    path.write_text('{"step": "reading", "done": 1, "seconds": 1}', encoding="ascii")
    os.utime(path, (1, 1))
    assert read_word(str(path), time.time() - 5) is None


@pytest.mark.parametrize(("transport", "async_val"), [("ssh", 0), ("local", 60)])
def test_what_cannot_be_read_from_here_is_not_asked_for(transport: str, async_val: int) -> None:
    action = ProgressAction.__new__(ProgressAction)
    action._connection = types.SimpleNamespace(transport=transport)
    action._task = types.SimpleNamespace(async_val=async_val)
    arguments: dict[str, t.Any] = {"state_dir": "/srv/state"}
    assert action._place(arguments) is None
    assert arguments == {"state_dir": "/srv/state"}


def test_the_module_is_told_where_to_leave_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible.constants.DEFAULT_LOCAL_TMP", str(tmp_path))
    action = ProgressAction.__new__(ProgressAction)
    action._connection = types.SimpleNamespace(transport="local")
    action._task = types.SimpleNamespace(async_val=0)
    arguments: dict[str, t.Any] = {}
    path, folder = action._place(arguments) or ("", None)
    assert arguments == {"progress_path": path}
    assert folder is not None and Path(path).parent == Path(folder)
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    assert action._place({"progress_path": "/srv/word.json"}) == ("/srv/word.json", None)


def test_nothing_depends_on_the_file(tmp_path: Path) -> None:
    ProgressFile(str(tmp_path / "none" / "progress.json")).tell("reading", 1)
    ProgressFile(None).tell("reading", 1)
    assert list(tmp_path.iterdir()) == []
    assert run_audit_module(progress_path=str(tmp_path / "none" / "x.json"))["summary"]["judged"] > 0


def test_lines_come_now_and_then_and_only_when_there_is_news() -> None:
    said: list[str] = []
    words = iter([{"step": "reading", "done": number // 3, "seconds": 0.1} for number in range(1000)])
    watch = Watch(lambda: next(words), said.append, 0.01)
    time.sleep(2.5)
    watch.close()
    number = len(said)
    assert 2 <= number <= 8
    assert len(set(said)) == number
    time.sleep(0.5)
    assert len(said) == number


def test_an_audit_says_how_much_of_an_export_it_has_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export = Night(set(range(3000))).write(tmp_path / "x.ldif")
    told: list[tuple[str, int, float | None]] = []
    monkeypatch.setattr(ProgressFile, "tell", lambda _self, step, done=0, part=None: told.append((step, done, part)))
    run_audit_module(ldif_path=str(export), progress_path="x", processes=1)
    assert [step for step, _done, _part in dict.fromkeys((step, 0, 0) for step, _d, _p in told)] == [
        "reading",
        "comparing",
        "reporting",
    ]
    reading = [(done, part) for step, done, part in told if step == "reading"]
    assert [done for done, _part in reading] == [500, 1000, 1500, 2000, 2500, 3000]
    parts = [part for _done, part in reading if part is not None]
    assert len(parts) == 6
    assert parts == sorted(parts)
    assert 0 < parts[0] <= parts[-1] <= 1
