# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One report from the snapshots of several forests: all they say of themselves, and what lies between them."""

from __future__ import annotations

import json
import os
import re
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._ansible.wrapper import Failure
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import OptionError
from ansible_collections.syncready.m365.plugins.module_utils._report.html_snapshot import BETWEEN
from ansible_collections.syncready.m365.tests.directories import two_forests
from ansible_collections.syncready.m365.tests.support.audits_for_reports import SAMPLE, run_audit_module


@pytest.fixture(scope="module")
def forests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both forests and the sample, each audited into a folder of its name."""
    place = tmp_path_factory.mktemp("forests")
    for domain in two_forests.DOMAINS:
        with (place / f"{domain.name}.ldif").open("w", encoding="utf-8") as out:
            two_forests.write(domain, out)
        run_audit_module(ldif_path=str(place / f"{domain.name}.ldif"), report_dir=str(place / domain.name))
    run_audit_module(ldif_path=str(SAMPLE), report_dir=str(place / "sample"))
    return place


NAMES = [domain.name for domain in two_forests.DOMAINS]


def snapshots(place: Path, names: t.Sequence[str] = NAMES) -> list[str]:
    return [str(place / name / "snapshot.sqlite") for name in names]


def compared(place: Path, target: Path, **options: t.Any) -> dict[str, t.Any]:
    return run_audit_module(compare_snapshots=snapshots(place), forest_join="mail", report_dir=str(target), **options)


def lines(path: Path) -> list[dict[str, t.Any]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def data_of(page: str) -> dict[str, t.Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    data: dict[str, t.Any] = json.loads(found.group(1))
    return data


def headline(page: str) -> str:
    found = re.search(r'<p class="headline">.*?</p><p>(.*?)</p>', page)
    assert found
    return found.group(1).replace("\u202f", "")


def test_it_holds_every_forest_and_what_lies_between(forests: Path, tmp_path: Path) -> None:
    result = compared(forests, tmp_path / "report")
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    data = data_of(page)
    assert data["parts"] == [*NAMES, BETWEEN]
    own = {name: lines(forests / name / "findings.jsonl") for name in NAMES}
    own[BETWEEN] = lines(tmp_path / "report" / "forests.jsonl")
    assert all(own.values())
    for number, name in enumerate(data["parts"]):
        rows = [row for row, part in enumerate(data["columns"]["part"]) if part == number]
        assert [data["columns"]["fingerprint"][row] for row in rows] == [one["fingerprint"] for one in own[name]]
    everything = [one for found in own.values() for one in found]
    errors = sum(one["severity"] == "error" and one["waiver"] is None for one in everything)
    judged = sum(json.loads((forests / name / "summary.json").read_text())["summary"]["judged"] for name in NAMES)
    # Nobody is counted twice: neither an object nor a directory.
    assert headline(page).startswith(f"{errors} errors in {judged} judged objects in 2 directories")
    busy = {
        one["object"]["dn"]
        for one in everything
        if one["severity"] != "info" and one["waiver"] is None and one["object"]["kind"] != "forest"
    }
    assert f'<span class="tile-number">{len(busy)}</span>' in page.partition("Objects to work on")[2][:80]
    assert "Side by side" in page
    assert result["artifacts"]["report_html"]["path"] == str(tmp_path / "report" / "report.html")
    assert not re.search(r"<bdi>(True|False|None)</bdi>", page)
    for piece in ("Worst offenders", "UPN suffixes", "People with objects in several forests"):
        assert piece in page


def test_every_file_is_closed_again(forests: Path, tmp_path: Path) -> None:
    before = set(os.listdir("/proc/self/fd"))
    compared(forests, tmp_path / "report")
    assert set(os.listdir("/proc/self/fd")) == before


def test_forests_with_one_name_stay_apart(forests: Path, tmp_path: Path) -> None:
    paths = snapshots(forests, [NAMES[0], "sample"])
    run_audit_module(compare_snapshots=paths, report_dir=str(tmp_path / "report"))
    parts = data_of((tmp_path / "report" / "report.html").read_text(encoding="utf-8"))["parts"]
    assert len(set(parts)) == 3
    assert all(name.startswith("contoso.local") for name in parts[:2])


def test_findings_about_a_forest_itself_belong_to_no_object(forests: Path, tmp_path: Path) -> None:
    run_audit_module(compare_snapshots=snapshots(forests, ["sample", NAMES[1]]), report_dir=str(tmp_path / "report"))
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    found = [
        one
        for path in (forests / "sample" / "findings.jsonl", forests / NAMES[1] / "findings.jsonl")
        for one in lines(path)
    ]
    assert sum(one["object"]["kind"] == "forest" and one["severity"] != "info" for one in found) > 2
    busy = {
        (one["object"]["guid"], one["object"]["dn"])
        for one in [*found, *lines(tmp_path / "report" / "forests.jsonl")]
        if one["severity"] != "info" and one["waiver"] is None and one["object"]["kind"] != "forest"
    }
    number = f"{len(busy):,}".replace(",", "\u202f")
    assert f'<span class="tile-number">{number}</span>' in page.partition("Objects to work on")[2][:80]


def test_without_names(forests: Path, tmp_path: Path) -> None:
    full = compared(forests, tmp_path / "full")
    masked = compared(forests, tmp_path / "masked", report_detail="pseudonymous")
    assert masked["summary"] == full["summary"]
    people = {
        one["object"]["name"]
        for name in NAMES
        for one in lines(forests / name / "findings.jsonl")
        if one["object"]["kind"] != "forest"
    }
    assert "ann" in people
    for file in (tmp_path / "masked").iterdir():
        content = file.read_text(encoding="utf-8")
        assert [name for name in people if f"CN={name}," in content or f">{name}<" in content] == [], file.name
    assert [one for one in masked["findings"] if one["object"]["name"] in people] == []


def test_thresholds(forests: Path, tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"A threshold was crossed\. error: ") as raised:
        compared(forests, tmp_path / "report", thresholds=[{"severity": "error", "rule": None, "max": 0, "of": "all"}])
    assert raised.value.code == "THRESHOLD"
    assert raised.value.result["crossed"]
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert raised.value.result["crossed"][0] in page
    with pytest.raises(OptionError, match="no earlier run"):
        new = {"severity": "error", "rule": None, "max": 0, "of": "new"}
        compared(forests, tmp_path / "report", thresholds=[new], state_dir=str(tmp_path))
