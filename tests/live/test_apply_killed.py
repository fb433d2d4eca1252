# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An apply whose process is killed, and one whose domain controller is: the same call finishes, and everything can be
taken back."""

from __future__ import annotations

import json
import os
import random
import resource
import threading
import time
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._remediation.errors import JournalError
from ansible_collections.syncready.m365.plugins.module_utils._remediation.journal import read_journal
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan import PlanRow
from ansible_collections.syncready.m365.tests.lab import client, dump
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.support.applying import (
    DIGEST,
    Process,
    apply,
    assert_complete,
    counts,
    people,
    roll_back,
    state_dir,
)

PEOPLE = 2000
KILLS = 50
CRASHES = 10
# What a journal of the plan has at its end, roughly: intent and result of each change.
BYTES = 850 * PEOPLE


@pytest.fixture
def crowd(own_lab: Lab) -> DomainController:
    return own_lab.users(PEOPLE, model="standard")


def size(path: Path) -> int:
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0


def finish(dc: DomainController, rows: list[PlanRow], state: Path, whole: dump.Directory) -> None:
    """Make the same call again, and take everything back."""
    execution = apply(dc, rows, state)
    assert execution.report.error is None
    assert set(counts(execution)) <= {"changed", "unchanged"}
    assert execution.journal is not None
    journal = read_journal(execution.journal)
    assert_complete(journal, PEOPLE)
    found = client.search(dc, dc.forest.dn, "(userPrincipalName=*@fabrikam.com)", ["displayName"])
    assert len(found) == PEOPLE
    assert counts(apply(dc, rows, state)) == {"unchanged": PEOPLE}
    assert counts(roll_back(dc, execution.journal, state)) == {"changed": PEOPLE}
    assert dump.differences(whole, dump.take(dc)) == {}


def test_our_process_is_killed(crowd: DomainController, tmp_path: Path) -> None:
    rows, whole = people(crowd, PEOPLE), dump.take(crowd)
    state = state_dir(tmp_path)
    path = state / f"apply-{DIGEST[:16]}.jsonl"
    chance = random.Random("kills")
    points = sorted(chance.randrange(1, BYTES) for _number in range(KILLS))
    killed = doubts = 0
    for point in points:
        # Some are killed before their first byte, and some in the middle of what they read.
        process = Process(lambda: apply(crowd, rows, state))
        least = max(point, size(path) + chance.randrange(200, 2000))
        if not process.kill_when(lambda: size(path) >= least):  # noqa: B023
            break
        killed += 1
        # Whatever the moment was, the journal can be read.
        doubts += bool(read_journal(str(path)).doubtful)
    assert killed == KILLS
    assert doubts > KILLS / 4
    finish(crowd, rows, state, whole)


_AWAY = ("OUTCOME_UNKNOWN", "CONNECTION_LOST", "UNREACHABLE", "REFUSED", "TLS_FAILED", "TIMEOUT")


def test_the_domain_controller_is_killed(crowd: DomainController, tmp_path: Path) -> None:
    """It comes back at once, some time later, or not before the run has given up."""
    rows, whole = people(crowd, PEOPLE), dump.take(crowd)
    state = state_dir(tmp_path)
    path = state / f"apply-{DIGEST[:16]}.jsonl"
    chance = random.Random("crashes")
    done = threading.Event()
    crashes = 0

    def crash() -> None:
        nonlocal crashes
        for number in range(1, CRASHES + 1):
            point = BYTES * number // (CRASHES + 1) + chance.randrange(BYTES // 50)
            while size(path) < point and not done.is_set():
                time.sleep(0.001)
            if done.is_set():
                return
            crowd.kill()
            crashes += 1
            time.sleep(chance.choice((0, 0.3)))
            crowd.start()

    thread = threading.Thread(target=crash)
    thread.start()
    try:
        # On a busy machine it takes a while to come back, and calls in between end in one of these.
        for _turn in range(300):
            execution = apply(crowd, rows, state)
            if execution.report.error is None:
                break
            assert execution.report.error.code in _AWAY
            time.sleep(0.1)
    finally:
        done.set()
        thread.join()
    assert crashes == CRASHES
    finish(crowd, rows, state, whole)


def test_a_disk_that_becomes_full(own_lab: Lab, tmp_path: Path) -> None:
    """What cannot be announced is not written; with room again, the same call goes on."""
    dc = own_lab.users(PEOPLE)
    rows = people(dc, 200)
    state = state_dir(tmp_path)
    path = state / f"apply-{DIGEST[:16]}.jsonl"
    said = tmp_path / "said"

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        execution = apply(dc, rows, state)
        error = execution.report.error
        said.write_text(f"{error.code if error else ''}: {error}\n{json.dumps(counts(execution))}", encoding="utf-8")

    assert Process(work).end() == 0
    message, numbers = said.read_text(encoding="utf-8").splitlines()
    assert message.startswith("DISK_FULL: ")
    assert "Make room there" in message
    found = json.loads(numbers)
    assert 0 < found["changed"] < 200
    assert found["left"] > 0
    journal = read_journal(str(path))
    written = client.search(dc, dc.forest.dn, "(userPrincipalName=*@fabrikam.com)", ["1.1"])
    announced = {entry.object.dn for entry in journal.entries}
    assert {dn for dn, _attributes in written} <= announced
    execution = apply(dc, rows, state)
    assert execution.report.error is None
    assert_complete(read_journal(str(path)), 200)
    assert counts(roll_back(dc, str(path), state)) == {"changed": 200}


def test_a_journal_that_was_changed_is_not_gone_on_with(own_lab: Lab, tmp_path: Path) -> None:
    dc = own_lab.users(PEOPLE)
    rows = people(dc, 20)
    state = state_dir(tmp_path)
    execution = apply(dc, rows[:30], state)
    assert execution.journal is not None
    path = Path(execution.journal)
    original = path.read_bytes()
    lines = original.splitlines(keepends=True)
    usn = client.highest_usn(dc)
    for content in (
        b"".join(lines[:5] + lines[6:]),
        b"".join(lines[:-1]),
        original.replace(b"fabrikam", b"tailspin", 1),
        b"".join([*lines[:4], lines[5], lines[4], *lines[6:]]),
    ):
        path.write_bytes(content)
        with pytest.raises(JournalError, match=r"line"):
            apply(dc, rows, state)
        with pytest.raises(JournalError, match=r"line"):
            roll_back(dc, execution.journal, state)
    assert client.highest_usn(dc) == usn
    path.write_bytes(original)
    assert counts(apply(dc, rows, state)) == {"changed": 10, "unchanged": 10}
