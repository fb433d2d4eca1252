# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many processes judge: what the option says, where the computer can do it."""

from __future__ import annotations

import os
import threading

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import rules_spec
from ansible_collections.syncready.m365.plugins.module_utils._ansible.choices import processes_of
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import OptionError


@pytest.mark.parametrize(
    ("processors", "wanted", "number"),
    [(1, None, 1), (1, 4, 1), (2, None, 2), (2, 1, 1), (2, 3, 3), (8, None, 2), (8, 8, 8)],
)
def test_the_number(processors: int, wanted: int | None, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(processors)))
    assert processes_of({"processes": wanted}) == number


def test_one_where_processes_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    assert processes_of({"processes": 4}) == 1


def test_one_beside_other_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1})
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert processes_of({"processes": None}) == 1
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("wanted", [0, -1, 65])
def test_a_number_that_is_none(wanted: int) -> None:
    with pytest.raises(OptionError, match=f"processes is {wanted}"):
        processes_of({"processes": wanted})


def test_a_module_without_the_option() -> None:
    assert processes_of({}) >= 1


def test_the_environment() -> None:
    assert rules_spec()["processes"]["fallback"][1] == ["SYNCREADY_PROCESSES"]
