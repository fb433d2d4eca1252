# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every playbook of ``tests/playbooks`` through ansible-runner, as AWX runs it: rehearsed, run, and run again.

A playbook there is complete in itself: it asserts what it expects, and writes only below the variable ``work_dir``, an
empty folder that its runs share. ``repository`` is this checkout.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.tests.support import playbooks

PLAYBOOKS = Path(__file__).resolve().parent / "playbooks"


@pytest.mark.parametrize("playbook", sorted(PLAYBOOKS.glob("*.yml")), ids=lambda playbook: playbook.stem)
def test_playbook(playbook: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    playbooks.run_three_ways(
        playbook, tmp_path, variables={"work_dir": str(work), "repository": str(PLAYBOOKS.parents[1])}
    )


# The harness itself: it must notice what it is there for.


#: Writes a playbook of these tasks, and returns it.
Play = t.Callable[[str], Path]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    def write(tasks: str) -> Path:
        file = tmp_path / "play" / "play.yml"
        file.parent.mkdir()
        file.write_text("- hosts: all\n  gather_facts: false\n  tasks:\n" + tasks, encoding="utf-8")
        return file

    return write


def test_results_and_artifacts_are_returned(play: Play, tmp_path: Path) -> None:
    tasks = """
    - name: Say
      ansible.builtin.debug:
        msg: "{{ word }} {{ lookup('env', 'JOB_ID') }} {{ lookup('env', 'CANARY') }}"
    - name: Leave
      ansible.builtin.set_stats:
        data: {answer: 42}
        per_host: false
"""
    run = playbooks.run(play(tasks), tmp_path, variables={"word": "hello"}, environment={"CANARY": "bird"})
    run.assert_clean()
    assert run.result("Say")["msg"] == "hello 42 bird"
    assert run.artifacts == {"answer": 42}
    assert run.changed == {}


def test_a_failure_is_noticed(play: Play, tmp_path: Path) -> None:
    run = playbooks.run(play("    - ansible.builtin.fail: {msg: no}\n"), tmp_path)
    with pytest.raises(AssertionError, match="the run ended failed"):
        run.assert_clean()


def test_a_warning_is_noticed(play: Play, tmp_path: Path) -> None:
    # Ansible warns of a condition that is a template.
    run = playbooks.run(play('    - ansible.builtin.debug: {msg: x}\n      when: "{{ true }}"\n'), tmp_path)
    assert "WARNING" in " ".join(run.complaints())
    with pytest.raises(AssertionError):
        run.assert_clean()


def test_a_result_that_awx_drops_is_noticed(play: Play, tmp_path: Path) -> None:
    run = playbooks.run(
        play("    - name: Much\n      ansible.builtin.debug: {msg: \"{{ 'x' * 700001 }}\"}\n"), tmp_path
    )
    assert run.complaints() == ["Much: the result was dropped, it is larger than MAX_EVENT_RES"]


def test_a_change_in_the_second_run_is_noticed(play: Play, tmp_path: Path) -> None:
    tasks = "    - ansible.builtin.debug: {msg: x}\n      changed_when: true\n"
    with pytest.raises(AssertionError, match="the second run changed something"):
        playbooks.run_three_ways(play(tasks), tmp_path)


def test_a_rehearsal_that_announces_something_else_is_noticed(play: Play, tmp_path: Path) -> None:
    tasks = "    - ansible.builtin.debug: {msg: x}\n      changed_when: ansible_check_mode\n"
    with pytest.raises(AssertionError, match="rehearsed"):
        playbooks.run_three_ways(play(tasks), tmp_path)
