# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs playbooks as AWX does: through ansible-runner, with a fresh private folder and AWX's settings for each run."""

from __future__ import annotations

import dataclasses
import itertools
import os
import re
import shutil
import sys
import typing as t
from pathlib import Path

import ansible_runner

#: What AWX sets. A result of more characters than MAX_EVENT_RES is dropped from the event without a word.
AWX_SETTINGS = {
    "ANSIBLE_FORCE_COLOR": "true",
    "ANSIBLE_HOST_KEY_CHECKING": "false",
    "ANSIBLE_RETRY_FILES_ENABLED": "false",
    "JOB_ID": "42",
    "MAX_EVENT_RES": "700000",
}

#: One host for each forest, as the collection wants it.
INVENTORY = {
    "all": {
        "hosts": {
            "contoso": {
                "ansible_connection": "local",
                "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            },
        },
    },
}

RESULTS = {
    "runner_on_ok",
    "runner_on_failed",
    "runner_on_unreachable",
    "runner_item_on_ok",
    "runner_item_on_failed",
}

WARNING = re.compile(r"\[(?:\w+ )?(?:WARNING|DEPRECATION WARNING|DEPRECATED)\]")


@dataclasses.dataclass(frozen=True)
class Run:
    """One run of a playbook.

    Attributes:
        status: ``successful``, ``failed``, ... in ansible-runner's words.
        stdout: all that was printed.
        events: all events, in their order.
        stats: what ``playbook_on_stats`` counted: ``ok``, ``changed``, ``failures``, ... to numbers by host.
    """

    status: str
    stdout: str
    events: list[dict[str, t.Any]]
    stats: dict[str, t.Any]

    @property
    def changed(self) -> dict[str, int]:
        """The number of changed tasks by host; hosts without a change are absent."""
        return dict(self.stats.get("changed", {}))

    @property
    def artifacts(self) -> dict[str, t.Any]:
        """What ``set_stats`` left for the next job of a workflow."""
        return dict(self.stats.get("artifact_data", {}))

    def results(self, task: str) -> list[dict[str, t.Any]]:
        """Return the results of a task, by its name, in the order of the events; those of its loop items come first."""
        return [
            event["event_data"]["res"]
            for event in self.events
            if event["event"] in RESULTS and event["event_data"].get("task") == task
        ]

    def result(self, task: str) -> dict[str, t.Any]:
        """Return the only result of a task.

        Raises:
            AssertionError: the task has not exactly one result.
        """
        results = self.results(task)
        assert len(results) == 1, f"{len(results)} results of the task {task!r} in:\n{self.stdout}"
        return results[0]

    def complaints(self) -> list[str]:
        """Return each warning, each deprecation, and each result that was dropped because of its size."""
        found = []
        for event in self.events:
            kind = event["event"]
            result = event.get("event_data", {}).get("res")
            where = event.get("event_data", {}).get("task", kind)
            if kind in {"warning", "deprecated", "system_warning"} or WARNING.search(event.get("stdout", "")):
                found.append(f"{where}: {event.get('stdout', kind)}")
            if kind in RESULTS and result == {}:
                found.append(f"{where}: the result was dropped, it is larger than MAX_EVENT_RES")
            if isinstance(result, dict):
                found += [f"{where}: {key}: {result[key]}" for key in ("warnings", "deprecations") if result.get(key)]
        if not found and WARNING.search(self.stdout):
            found.append(self.stdout)
        return found

    def assert_clean(self) -> Run:
        """Return the run itself, if it succeeded and nothing is to complain about.

        Raises:
            AssertionError: it failed, warned, or lost a result.
        """
        assert self.status == "successful", f"the run ended {self.status}:\n{self.stdout}"
        assert self.complaints() == [], self.stdout
        return self


@dataclasses.dataclass(frozen=True)
class ThreeRuns:
    """The same playbook rehearsed (``--check --diff``), run, and run again."""

    rehearsal: Run
    first: Run
    second: Run


def run(
    playbook: Path | str,
    folder: Path,
    *,
    variables: dict[str, t.Any] | None = None,
    inventory: dict[str, t.Any] | None = None,
    environment: dict[str, str] | None = None,
    arguments: str = "",
) -> Run:
    """Run a playbook once, in a private folder of its own.

    Args:
        playbook: a file, of which a copy is run with its folder beside it, or the full name of one of the collection
            (``syncready.m365.audit``).
        folder: where the private folder is made.
        variables: extra variables.
        inventory: the inventory as Ansible's YAML has it; the host ``contoso`` on this machine where none is given.
        environment: environment variables, beside AWX's.
        arguments: more of the command line (``--check --diff``).
    """
    private = next(place for number in itertools.count(1) if not (place := folder / f"run{number}").exists())
    project = private / "project"
    if isinstance(playbook, Path):
        shutil.copytree(playbook.parent, project)
        playbook = playbook.name
    else:
        project.mkdir(parents=True)
    outcome = ansible_runner.run(
        private_data_dir=str(private),
        playbook=playbook,
        inventory=INVENTORY if inventory is None else inventory,
        extravars=variables or {},
        envvars={
            **AWX_SETTINGS,
            "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
            "ANSIBLE_HOME": str(private / "home"),
            # The ansible-playbook of this environment, whatever else is on PATH.
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            **(environment or {}),
        },
        cmdline=arguments or None,
        quiet=True,
    )
    with outcome.stdout as printed:
        stdout = printed.read()
    events = list(outcome.events)
    stats = [event["event_data"] for event in events if event["event"] == "playbook_on_stats"]
    return Run(outcome.status, stdout, events, stats[0] if stats else {})


def run_three_ways(playbook: Path | str, folder: Path, **options: t.Any) -> ThreeRuns:
    """Rehearse a playbook, run it, and run it again; options are those of ``run``.

    Raises:
        AssertionError: one of the runs is not clean, the rehearsal announced another number of changes than the first
            run made, or the second run changed something.
    """
    arguments = options.pop("arguments", "")
    rehearsal = run(playbook, folder, arguments=f"{arguments} --check --diff".strip(), **options).assert_clean()
    first = run(playbook, folder, arguments=arguments, **options).assert_clean()
    second = run(playbook, folder, arguments=arguments, **options).assert_clean()
    assert rehearsal.changed == first.changed, f"rehearsed:\n{rehearsal.stdout}\nrun:\n{first.stdout}"
    assert second.changed == {}, f"the second run changed something:\n{second.stdout}"
    return ThreeRuns(rehearsal, first, second)
