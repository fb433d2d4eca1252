# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A long module shows how far it is, in AWX as in a terminal, and works without what shows it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.tests.support import playbooks
from ansible_collections.syncready.m365.tests.support.nights import Night

ROOT = Path(__file__).resolve().parents[1]
LINE = re.compile(r"\[contoso\] reading the directory: [\d,]+ objects.* \d+ %")


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Night(set(range(40_000))).write(tmp_path_factory.mktemp("export") / "x.ldif")


def play(folder: Path, options: dict[str, t.Any], variables: dict[str, t.Any]) -> Path:
    tasks = [{"name": "Audit", "syncready.m365.audit_info": options, "register": "audit"}]
    file = folder / "play" / "play.yml"
    file.parent.mkdir()
    content = [{"hosts": "all", "gather_facts": False, "vars": variables, "tasks": tasks}]
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def lines_of(run: playbooks.Run) -> list[tuple[int, str]]:
    """Return where in the events a line of the progress stands, and the line."""
    return [
        (place, event["stdout"]) for place, event in enumerate(run.events) if "[contoso] " in event.get("stdout", "")
    ]


def test_awx_shows_it_while_the_task_runs(tmp_path: Path, export: Path) -> None:
    file = play(tmp_path, {"transport": "ldif", "ldif_path": str(export)}, {"syncready_progress_seconds": 0.1})
    run = playbooks.run(file, tmp_path, environment={"ANSIBLE_LOCAL_TEMP": str(tmp_path / "local")}).assert_clean()
    shown = lines_of(run)
    kinds = [event["event"] for event in run.events]
    assert shown
    assert {run.events[place]["event"] for place, _line in shown} == {"verbose"}
    assert all(kinds.index("runner_on_start") < place < kinds.index("runner_on_ok") for place, _line in shown)
    assert any(LINE.search(line) for _place, line in shown), shown
    result = run.result("Audit")
    assert result["summary"]["judged"] == 40_000
    assert result["changed"] is False
    # The file that both shared is gone.
    assert list(tmp_path.rglob("syncready-progress-*")) == []


def test_nothing_is_shown_where_nobody_wants_it(tmp_path: Path, export: Path) -> None:
    file = play(tmp_path, {"transport": "ldif", "ldif_path": str(export)}, {"syncready_progress_seconds": "{{ 0 }}"})
    run = playbooks.run(file, tmp_path, arguments="--check").assert_clean()
    assert lines_of(run) == []
    assert run.result("Audit")["summary"]["judged"] == 40_000


def test_a_failure_stays_what_it_is(tmp_path: Path) -> None:
    file = play(tmp_path, {"transport": "ldif", "ldif_path": "/does/not/exist"}, {"syncready_progress_seconds": 0.1})
    run = playbooks.run(file, tmp_path)
    assert run.status == "failed"
    assert run.result("Audit")["error_code"] == "LDIF_UNREADABLE"
    assert "Traceback" not in run.stdout


def test_the_module_works_without_the_plugin(tmp_path: Path) -> None:
    place = tmp_path / "ansible_collections" / "syncready" / "m365"
    (place / "plugins").mkdir(parents=True)
    for name in ("galaxy.yml", "meta"):
        (place / name).symlink_to(ROOT / name)
    for folder in ("modules", "module_utils", "doc_fragments"):
        (place / "plugins" / folder).symlink_to(ROOT / "plugins" / folder)
    command = [str(Path(sys.executable).parent / "ansible"), "localhost", "-m", "syncready.m365.audit_info", "-a"]
    command.append(f"transport=ldif ldif_path={ROOT / 'demo' / 'contoso.ldif'}")
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(tmp_path),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    }
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    _head, arrow, body = done.stdout.partition("=> ")
    assert arrow, done.stdout + done.stderr
    assert json.loads(body)["summary"]["judged"] > 0
