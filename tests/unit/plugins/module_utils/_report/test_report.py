# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports: complete or not there, readable by their owner alone, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import errno
import json
import os
import stat
import typing as t
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._model.cells import escape, unescape
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import OutputError
from ansible_collections.syncready.m365.plugins.module_utils._model.finding import (
    Change,
    Finding,
    Holder,
    ObjectReference,
    Repair,
)
from ansible_collections.syncready.m365.plugins.module_utils._report import files
from ansible_collections.syncready.m365.plugins.module_utils._report.rows import CSV_COLUMNS, finding_as_csv

IDFIX = ("DISTINGUISHEDNAME", "COMMONNAME", "OBJECTCLASS", "ATTRIBUTE", "ERROR", "VALUE", "UPDATE", "ACTION")


def finding(value: str = "SMTP:a@contoso.com") -> Finding:
    person = ObjectReference("CN=a,DC=contoso,DC=local", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "user", "a")
    other = ObjectReference("CN=b,DC=contoso,DC=local", None, "contact", "b")
    return Finding(
        "proxy-duplicate",
        "error",
        "quarantined",
        "proxyAddresses",
        value,
        "One other object holds this address too.",
        Repair("policy", "why", (Change("mail", ("x",), ("y",)),)),
        object=person,
        holders=(Holder(other, ("mail",), True),),
        holders_total=1,
    )


@given(st.text())
def test_escaping_is_undone_exactly(text: str) -> None:
    assert unescape(escape(text)) == text


@given(st.text())
def test_no_cell_is_a_formula(text: str) -> None:
    assert not escape(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"))


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_any_value_comes_back_from_the_table(value: str) -> None:
    row = finding_as_csv(finding(value))
    assert dict(zip(CSV_COLUMNS, map(unescape, row), strict=True))["VALUE"] == value


def test_first_columns_are_those_of_idfix() -> None:
    assert CSV_COLUMNS[:8] == IDFIX


def publish(path: Path, findings: list[Finding]) -> dict[str, dict[str, str]]:
    report = files.ReportDirectory(str(path))
    report.write_findings(findings)
    report.write_json("summary.json", {"a": 1})
    return report.publish()


def test_files_are_complete_and_private(tmp_path: Path) -> None:
    place = tmp_path / "new" / "report"
    artifacts = publish(place, [finding(), finding("=cmd|' /C calc'!A0\n\u202e")])
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert sorted(artifacts) == ["findings_csv", "findings_jsonl", "summary_json"]
    for artifact in artifacts.values():
        assert stat.S_IMODE(os.stat(artifact["path"]).st_mode) == 0o600
        assert len(artifact["sha256"]) == 64
    assert sorted(path.name for path in place.iterdir()) == ["findings.csv", "findings.jsonl", "summary.json"]
    lines = [json.loads(line) for line in (place / "findings.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines[0] == {
        "rule": "proxy-duplicate",
        "severity": "error",
        "outcome": "quarantined",
        "attribute": "proxyAddresses",
        "value": "SMTP:a@contoso.com",
        "message": "One other object holds this address too.",
        "object": {
            "dn": "CN=a,DC=contoso,DC=local",
            "guid": "6f9619ff-8b86-d011-b42d-00c04fc964ff",
            "kind": "user",
            "name": "a",
        },
        "holders": [
            {
                "dn": "CN=b,DC=contoso,DC=local",
                "guid": None,
                "kind": "contact",
                "name": "b",
                "attributes": ["mail"],
                "judged": True,
            }
        ],
        "holders_total": 1,
        "repair": {"kind": "policy", "changes": [{"attribute": "mail", "remove": ["x"], "add": ["y"]}], "why": "why"},
        "fingerprint": finding().fingerprint,
        "waiver": None,
    }
    with (place / "findings.csv").open(encoding="utf-8-sig", newline="") as table:
        rows = list(csv.reader(table))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert rows[1][CSV_COLUMNS.index("ERROR")] == "Duplicate"
    assert unescape(rows[2][5]) == "=cmd|' /C calc'!A0\n\u202e"


def test_line_separators_do_not_break_lines(tmp_path: Path) -> None:
    publish(tmp_path, [finding("a\u2028b\u0085c\n")])
    content = (tmp_path / "findings.jsonl").read_text(encoding="ascii")
    assert [json.loads(line)["value"] for line in content.splitlines()] == ["a\u2028b\u0085c\n"]


def test_report_of_before_stays_when_the_new_one_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(tmp_path, [finding()])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(_descriptor: int) -> t.NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    report = files.ReportDirectory(str(tmp_path))
    with pytest.raises(OutputError, match="Make room there") as caught:
        report.write_findings([finding("other")])
    report.discard()
    assert caught.value.code == "DISK_FULL"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_place_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="Give report_dir a directory"):
        files.ReportDirectory(str(tmp_path / "file"))


def test_what_a_killed_run_left_goes_after_a_day(tmp_path: Path) -> None:
    old, new = tmp_path / ".partial-old", tmp_path / ".partial-new"
    for place in (old, new):
        place.mkdir()
    os.utime(old, (0, 0))
    publish(tmp_path, [])
    assert not old.exists()
    assert new.exists()
