# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Journals: what was changed, lost or cut shows; what a crash leaves is understood; where they lie is checked first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Modification
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import SyncreadyError
from ansible_collections.syncready.m365.plugins.module_utils._model.finding import ObjectReference
from ansible_collections.syncready.m365.plugins.module_utils._remediation import state_dir
from ansible_collections.syncready.m365.plugins.module_utils._remediation.errors import JournalError, StateError
from ansible_collections.syncready.m365.plugins.module_utils._remediation.journal import read_journal
from ansible_collections.syncready.m365.plugins.module_utils._remediation.journal_lines import HEAD
from ansible_collections.syncready.m365.plugins.module_utils._remediation.journal_writer import JournalWriter
from ansible_collections.syncready.m365.plugins.module_utils._remediation.state_dir import StateDirectory, lay_marker
from ansible_collections.syncready.m365.plugins.module_utils._remediation.undo import UndoFile

DIRECTORY = {"domain_guid": "aa"}
ANNA = ObjectReference(
    "CN=Anna\\, B\u00e4r,DC=contoso,DC=local", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "user", "Anna"
)
CHANGES = (Modification("mail", (b"a@x.com",), ("\u00e4@x.com".encode(),)), Modification("displayName", (), (b" :x",)))


def written(path: Path, entries: int = 3, *, end: bool = True) -> bytes:
    """Write a journal and return its bytes."""
    journal = JournalWriter(str(path), {"directory": DIRECTORY})
    journal.begin({"ticket": "CHG1"})
    for number in range(entries):
        entry = journal.intend(ANNA, CHANGES)
        if number < entries - 1 or end:
            journal.conclude(entry, done=number != 1, reason="conflict" if number == 1 else "")
    if end:
        journal.end({})
    journal.close()
    return path.read_bytes()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("journal") / "apply-1.jsonl"
    written(path)
    return path


def attempt(path: Path, data: bytes) -> None:
    """Read a journal with other bytes; the head beside it stays."""
    path.write_bytes(data)
    read_journal(str(path))


class TestReading:
    def test_what_is_written_is_read(self, whole: Path) -> None:
        journal = read_journal(str(whole))
        assert [entry.done for entry in journal.entries] == [True, False, True]
        assert journal.entries[0].object == ANNA
        assert journal.entries[0].changes == CHANGES
        assert (journal.directory, journal.finished, journal.runs[0]["ticket"]) == (DIRECTORY, True, "CHG1")
        assert whole.stat().st_mode & 0o777 == 0o600
        assert whole.read_bytes().isascii()

    def test_a_missing_line_is_noticed(self, tmp_path: Path) -> None:
        path = tmp_path / "apply-1.jsonl"
        lines = written(path).splitlines(keepends=True)
        for number in range(len(lines)):
            with pytest.raises(JournalError):
                attempt(path, b"".join(lines[:number] + lines[number + 1 :]))
            with pytest.raises(JournalError):
                attempt(path, b"".join(lines[:number] + lines[number : number + 1] * 2 + lines[number + 1 :]))
            if number:
                swapped = [*lines[: number - 1], lines[number], lines[number - 1], *lines[number + 1 :]]
                with pytest.raises(JournalError):
                    attempt(path, b"".join(swapped))

    @given(st.data())
    @settings(deadline=None)
    def test_changed_bytes_are_noticed(self, whole: Path, data: st.DataObject) -> None:
        original = whole.read_bytes()
        try:
            place = data.draw(st.integers(0, len(original) - 1))
            new = data.draw(
                st.binary(min_size=1, max_size=5).filter(lambda one: one != original[place : place + len(one)])
            )
            with pytest.raises(JournalError):
                attempt(whole, original[:place] + new + original[place + len(new) :])
        finally:
            whole.write_bytes(original)

    @given(st.data())
    @settings(deadline=None)
    def test_a_cut_is_noticed(self, whole: Path, data: st.DataObject) -> None:
        original = whole.read_bytes()
        try:
            with pytest.raises(JournalError):
                attempt(whole, original[: data.draw(st.integers(0, len(original) - 1))])
        finally:
            whole.write_bytes(original)

    @given(st.binary(max_size=300))
    @settings(deadline=None)
    def test_any_bytes_are_no_journal(self, tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
        path = tmp_path_factory.getbasetemp() / "any.jsonl"
        path.write_bytes(data)
        with pytest.raises(JournalError):
            read_journal(str(path))

    def test_a_consistent_line_that_means_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "apply-1.jsonl"
        journal = JournalWriter(str(path), {"directory": DIRECTORY})
        journal._line({"kind": "result", "change": 7, "done": True, "reason": ""})
        journal.close()
        with pytest.raises(JournalError) as caught:
            read_journal(str(path))
        assert caught.value.code == "JOURNAL_FORMAT"


class TestCrash:
    def test_every_place_a_crash_may_cut(self, tmp_path: Path) -> None:
        """Without an end, the file may stop anywhere: what is whole counts, and writing goes on behind it."""
        path = tmp_path / "apply-1.jsonl"
        data = written(path, end=False)
        head = path.with_name(path.name + HEAD)
        head.unlink(missing_ok=True)
        first = data.index(b"\n") + 1
        for end in range(first, len(data) + 1, 5):
            path.write_bytes(data[:end])
            before = read_journal(str(path))
            assert not before.runs or not before.finished
            journal = JournalWriter(str(path), {"directory": DIRECTORY})
            journal.begin({})
            for entry in journal.journal.doubtful:
                journal.conclude(entry, done=False)
            journal.end({})
            journal.close()
            after = read_journal(str(path))
            assert len(after.entries) == len(before.entries)
            assert after.finished
            head.unlink()

    def test_zeros_at_the_end(self, tmp_path: Path) -> None:
        path = tmp_path / "apply-1.jsonl"
        data = written(path, end=False)
        path.write_bytes(data + b"\0" * 100)
        assert len(read_journal(str(path)).doubtful) == 1

    def test_an_altered_journal_is_not_gone_on_with(self, tmp_path: Path) -> None:
        path = tmp_path / "apply-1.jsonl"
        path.write_bytes(written(path).replace(b"CHG1", b"CHG2"))
        with pytest.raises(JournalError, match="line 2"):
            JournalWriter(str(path), {"directory": DIRECTORY})


class TestFullDisk:
    def test_what_does_not_fit_any_more(self, tmp_path: Path) -> None:
        """A disk that becomes full: the change is not announced, so it does not go out; what was written stays whole."""
        path = tmp_path / "apply-1.jsonl"
        program = (
            "import resource, signal, sys\n"
            f"sys.path[:0] = {[str(tmp_path), *sys.path]!r}\n"
            "from journal_parts import ANNA, CHANGES, DIRECTORY, JournalWriter, StateError\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))\n"
            f"journal = JournalWriter({str(path)!r}, {{'directory': DIRECTORY}})\n"
            "journal.begin({})\n"
            "try:\n"
            "    while True:\n"
            "        journal.intend(ANNA, CHANGES)\n"
            "        journal.sync()\n"
            "        print('announced')\n"
            "except StateError as error:\n"
            "    print(error.code, journal.broken)\n"
        )
        parts = tmp_path / "journal_parts.py"
        parts.write_text(Path(__file__).read_text(encoding="utf-8"), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        lines = done.stdout.split("\n")
        assert lines[-2] == "DISK_FULL True", done.stderr
        assert len(read_journal(str(path)).entries) == lines.count("announced") > 0

    def test_too_little_room(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        lay_marker(str(tmp_path))
        real = os.statvfs(tmp_path)

        class Little:
            f_bavail = 300
            f_frsize = 4096

        with StateDirectory(str(tmp_path)) as state:
            state.room_for(10)
            monkeypatch.setattr(os, "statvfs", lambda path: Little())
            with pytest.raises(StateError) as caught:
                state.room_for(100)
        assert caught.value.code == "DISK_FULL"
        assert real.f_frsize


class TestStateDirectory:
    def test_it_must_have_been_marked_before(self, tmp_path: Path) -> None:
        path = str(tmp_path / "state")
        with pytest.raises(StateError) as caught:
            StateDirectory(path)
        assert caught.value.code == "NO_STATE_DIR"
        os.mkdir(path)
        with pytest.raises(StateError, match="init_state") as caught:
            StateDirectory(path)
        assert caught.value.code == "NO_STATE_MARKER"
        assert lay_marker(path, "41") is True
        assert lay_marker(path, "42") is False
        StateDirectory(path, "42").close()
        StateDirectory(path).close()
        with pytest.raises(StateError, match="this very job"):
            StateDirectory(path, "41")

    def test_one_that_is_made_is_for_its_owner(self, tmp_path: Path) -> None:
        lay_marker(str(tmp_path / "a" / "state"))
        assert (tmp_path / "a" / "state").stat().st_mode & 0o777 == 0o700

    @pytest.mark.parametrize("content", ["", "x", "{}", "[]", json.dumps({"format": 9, "job": ""})])
    def test_a_damaged_mark(self, tmp_path: Path, content: str) -> None:
        (tmp_path / state_dir.MARKER).write_text(content)
        with pytest.raises(StateError) as caught:
            StateDirectory(str(tmp_path))
        assert caught.value.code == "NO_STATE_MARKER"

    def test_one_at_a_time(self, tmp_path: Path) -> None:
        lay_marker(str(tmp_path))
        with StateDirectory(str(tmp_path)):
            with pytest.raises(SyncreadyError) as caught:
                StateDirectory(str(tmp_path))
            assert caught.value.code == "STATE_DIR_BUSY"
        StateDirectory(str(tmp_path)).close()

    def test_one_that_cannot_be_written(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        lay_marker(str(tmp_path))

        def refuse(*_: t.Any) -> t.NoReturn:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "write", refuse)
        with pytest.raises(StateError, match="Permission denied"):
            StateDirectory(str(tmp_path))

    def test_its_journals(self, tmp_path: Path) -> None:
        lay_marker(str(tmp_path))
        with StateDirectory(str(tmp_path)) as state:
            path = state.journal_path("apply", "0123456789abcdef0123")
            written(Path(path))
            UndoFile(path.replace(".jsonl", ".undo.ldif")).publish([])
            (tmp_path / "apply-1.outcomes.jsonl").write_text("")
            assert state.journals() == [path]


def test_undo_ldif_holds_every_change_before_it_goes_out(tmp_path: Path) -> None:
    path = tmp_path / "apply-1.jsonl"
    written(path)
    undo = UndoFile(str(tmp_path / "apply-1.undo.ldif"))
    journal = read_journal(str(path))
    undo.rebuild(journal)
    text = Path(undo.path).read_text(encoding="ascii")
    # The change was made twice, so it was taken back in between.
    assert text.count("changetype: modify") == 1
    undo.append(journal.entries[1:2])
    text = Path(undo.path).read_text(encoding="ascii")
    assert text.count("changetype: modify") == 2
    # Names and values that are no plain text go as base64.
    assert "dn:: " in text
    assert "mail:: " in text
    assert "displayName:: " in text
    assert Path(undo.path).stat().st_mode & 0o777 == 0o600
