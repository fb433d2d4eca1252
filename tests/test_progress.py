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

from ansible_collections.syncready.m365.tests.support import applying, change_files, playbooks
from ansible_collections.syncready.m365.tests.support.nights import Night

ROOT = Path(__file__).resolve().parents[1]
LINE = re.compile(r"\[contoso\] reading the directory: [\d,]+ objects.* \d+ %")


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Night(set(range(40_000))).write(tmp_path_factory.mktemp("export") / "x.ldif")


def play(folder: Path, options: dict[str, t.Any], variables: dict[str, t.Any], module: str = "audit_info") -> Path:
    tasks = [{"name": "Audit", f"syncready.m365.{module}": options, "register": "audit"}]
    file = folder / "play" / "play.yml"
    file.parent.mkdir(exist_ok=True)
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


def test_an_apply_and_its_roll_back_show_how_much_is_done(tmp_path: Path) -> None:
    number = 3_000
    faults = {(user, "upn-invalid-character"): 0 for user in range(number)}
    source = Night(set(range(number)), faults).write(tmp_path / "source.ldif")
    options: dict[str, t.Any] = {
        "transport": "ldif",
        "ldif_path": str(source),
        "state_dir": str(applying.state_dir(tmp_path)),
        "change_ldif_path": str(tmp_path / "changes.ldif"),
        "max_changes": -1,
        # Long enough to be shown.
        "max_write_rate": 600,
    }
    apply = {
        **options,
        "mode": "apply",
        "verified_domains": ["contoso.com"],
        "policies": {"invalid_characters": "remove"},
        "max_changed_percent": 100,
    }
    variables = {"syncready_progress_seconds": 0.1}
    file = play(tmp_path, apply, variables, "remediation")
    rehearsal = playbooks.run(file, tmp_path, arguments="--check").assert_clean()
    assert any("rehearsing: " in line for _place, line in lines_of(rehearsal)), rehearsal.stdout
    run = playbooks.run(file, tmp_path).assert_clean()
    applied = run.result("Audit")
    assert applied["counts"]["changed"] == number
    _assert_shown(run, number)
    assert any(re.search("reading the|comparing all|making the", line) for _place, line in lines_of(run)), run.stdout
    imported = tmp_path / "imported.ldif"
    change_files.imported(source, tmp_path / "changes.ldif", imported)
    back = {**options, "ldif_path": str(imported), "change_ldif_path": str(tmp_path / "back.ldif")}
    back["journal_path"] = applied["journal"]
    undone = playbooks.run(play(tmp_path, back, variables, "rollback"), tmp_path).assert_clean()
    assert undone.result("Audit")["counts"]["changed"] == number
    _assert_shown(undone, number)


def _assert_shown(run: playbooks.Run, planned: int) -> None:
    """Make sure that lines of a run that writes came while it ran, and say more and more."""
    shown = [(place, line) for place, line in lines_of(run) if "writing: " in line]
    assert shown, run.stdout
    kinds = [event["event"] for event in run.events]
    assert all(kinds.index("runner_on_start") < place < kinds.index("runner_on_ok") for place, _line in shown)
    decided = []
    for _place, line in shown:
        found = re.search(rf"\[contoso\] writing: ([\d,]+) of {planned:,} objects, ([\d,]+) changed", line)
        assert found, line
        decided.append(int(found.group(1).replace(",", "")))
    assert decided == sorted(decided)
    assert 0 <= decided[0] <= planned


@pytest.mark.parametrize(
    ("module", "options", "key"),
    [
        ("audit_info", "", "summary"),
        ("remediation", "", "plan"),
        ("rollback", f"journal_path=/does/not/exist state_dir={ROOT}", "counts"),
    ],
)
def test_the_module_works_without_the_plugin(tmp_path: Path, module: str, options: str, key: str) -> None:
    place = tmp_path / "ansible_collections" / "syncready" / "m365"
    (place / "plugins").mkdir(parents=True)
    for name in ("galaxy.yml", "meta"):
        (place / name).symlink_to(ROOT / name)
    for folder in ("modules", "module_utils", "doc_fragments"):
        (place / "plugins" / folder).symlink_to(ROOT / "plugins" / folder)
    command = [str(Path(sys.executable).parent / "ansible"), "localhost", "-m", f"syncready.m365.{module}", "-a"]
    command.append(f"transport=ldif ldif_path={ROOT / 'demo' / 'contoso.ldif'} {options}")
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(tmp_path),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    }
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    _head, arrow, body = done.stdout.partition("=> ")
    assert arrow, done.stdout + done.stderr
    result = json.loads(body)
    assert key in result
    assert result["error_code"] == ("NO_STATE_MARKER" if module == "rollback" else None)
