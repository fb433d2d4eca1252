# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report in HTML as a text: what it holds, and that nothing hostile is more than text in it. A browser reads it elsewhere."""

from __future__ import annotations

import base64
import hashlib
import html.parser
import json
import re
import sys
import typing as t
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._audit.snapshot import Snapshot
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import (
    OptionError,
    OutputError,
    SyncreadyError,
)
from ansible_collections.syncready.m365.plugins.module_utils._report import html_data
from ansible_collections.syncready.m365.plugins.module_utils._report.html import render
from ansible_collections.syncready.m365.plugins.module_utils._report.html_data import script_json
from ansible_collections.syncready.m365.plugins.module_utils._report.html_filters import boxes, moment
from ansible_collections.syncready.m365.plugins.module_utils._report.html_snapshot import part_of
from ansible_collections.syncready.m365.plugins.module_utils._report.mask import Mask, shape_of
from ansible_collections.syncready.m365.tests.support import pages
from ansible_collections.syncready.m365.tests.support.audits_for_reports import run_audit_module, snapshot_of_sample

ALLOWED = set(
    "html head meta title style body a header div p h1 h2 h3 h4 button nav ul ol li main section svg path circle rect span bdi "
    "dl dt dd table thead tbody tr th td details summary form label input fieldset legend select option aside kbd noscript "
    "script footer pre del ins br sup strong em wbr".split()
)


class Reader(html.parser.HTMLParser):
    """Takes a page apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.blocks: dict[str, list[str]] = {"script": [], "style": []}
        self._inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in self.blocks:
            self.blocks[self._inside].append(data)
        else:
            self.texts.append(data)


@pytest.fixture(scope="module")
def hostile() -> Reader:
    part = pages.hostile_part()
    return Reader(render([part, pages.part([], name=pages.HOSTILE[2])], applied=pages.applied(pages.HOSTILE)))


def test_hostile_texts_make_no_element_and_no_handler(hostile: Reader) -> None:
    assert hostile.tags - ALLOWED == set()
    names = {name for name, _value in hostile.attributes}
    assert [name for name in names if name.startswith("on") or name in ("src", "style", "srcdoc", "formaction")] == []
    assert {value for name, value in hostile.attributes if name == "href"} <= {
        f"#{name}" for name in ("overview", "drift", "applied", "forests", "teams", "findings")
    }
    assert len(hostile.blocks["script"]) == 2


def test_what_turns_text_around_is_spelled_out(hostile: Reader) -> None:
    text = "".join(hostile.texts)
    assert "abc" in text
    assert "U+202E" in text
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069\x00-\x08\x1b]", text)


def test_only_its_own_script_and_style_may_run(hostile: Reader) -> None:
    (policy,) = [value for name, value in hostile.attributes if name == "content" and "default-src" in str(value)]
    for kind, block in (("script-src", hostile.blocks["script"][1]), ("style-src", hostile.blocks["style"][0])):
        digest = base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in str(policy)
    assert "default-src 'none'" in str(policy)
    assert "unsafe" not in str(policy)


def test_nothing_comes_from_elsewhere() -> None:
    page = render([pages.part([pages.finding()])])
    reader = Reader(page)
    assert not {"link", "img", "iframe", "object"} & reader.tags
    own = reader.blocks["script"][1] + reader.blocks["style"][0]
    assert not re.search(r"https?:|url\(|@import|fetch\(|XMLHttp|innerHTML|eval\(|document\.write", own)


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_data_stays_inside_its_element(value: t.Any) -> None:
    text = script_json(value)
    assert not re.search(r"[<>&]", text)
    assert text.isascii()
    assert json.loads(text) == value


def decoded(data: dict[str, t.Any], row: int) -> dict[str, t.Any]:
    """Return a finding of the page's data as it was, as far as the page keeps it."""
    columns = {name: values[row] for name, values in data["columns"].items()}
    texts = data["texts"]
    name = columns["rdn"].partition("=")[2] if columns["name"] == 0 else columns["name"]
    ou = texts[columns["ou"]]
    return {
        "rule": data["rules"][columns["rule"]][0],
        "severity": data["severities"][columns["severity"]][0],
        "outcome": data["outcomes"][columns["outcome"]][0],
        "attribute": texts[columns["attribute"]],
        "value": None if columns["value"] == 0 else columns["value"],
        "message": texts[columns["message"]],
        "object": {
            "dn": columns["rdn"] + ("," + ou if ou else ""),
            "guid": columns["guid"] or None,
            "kind": texts[columns["kind"]],
            "name": name,
        },
        "why": texts[columns["why"]],
        "repair": data["repairs"][columns["repair"]][0],
        "fingerprint": columns["fingerprint"],
        "waiver": texts[columns["waiver"]],
        "drift": None if columns["drift"] < 0 else data["drift"][columns["drift"]][0],
    }


def test_every_finding_of_the_sample_comes_back_from_the_page(tmp_path: Path) -> None:
    path = snapshot_of_sample(tmp_path / "x.sqlite")
    lines = [
        json.loads(line) for line in (tmp_path / "report" / "findings.jsonl").read_text(encoding="ascii").splitlines()
    ]
    snapshot = Snapshot(str(path), finished=True)
    reader = Reader(render([part_of(snapshot, Mask())]))
    snapshot.close()
    data = json.loads(reader.blocks["script"][0])
    assert len(lines) > 500
    for row, line in enumerate(lines):
        wanted = {
            name: line[name]
            for name in ("rule severity outcome attribute value message object fingerprint waiver".split())
        }
        wanted |= {"why": line["repair"]["why"], "repair": line["repair"]["kind"], "drift": line["drift"]}
        assert decoded(data, row) == wanted
        holders = data["holders"].get(str(row), {"n": [], "total": 0})
        assert holders["total"] == line["holders_total"]
        assert [holder[0] for holder in holders["n"]] == [one["dn"] for one in line["holders"]][:20]


def test_numbers_of_several_directories_are_added_up() -> None:
    first = [pages.finding(number) for number in range(9)]
    second = [pages.finding(number, name=f"Other {number}") for number in range(30)]
    page = render([pages.part(first), pages.part(second, name="fabrikam.local")])
    data = json.loads(Reader(page).blocks["script"][0])
    assert data["parts"] == ["contoso.local", "fabrikam.local"]
    assert data["columns"]["part"] == [0] * 9 + [1] * 30
    text = " ".join(Reader(page).texts)
    errors = sum(one["severity"] == "error" for one in first + second)
    assert f"{errors} errors in 2\u202f000 judged objects in 2 directories" in text


@pytest.mark.parametrize(
    ("severities", "headline"),
    [((), "Ready"), (("info",), "Ready"), (("warning", "info"), "Ready, with warnings"), (("error",), "Not ready")],
)
def test_verdict(severities: tuple[str, ...], headline: str) -> None:
    found = [pages.finding(number, severity=severity) for number, severity in enumerate(severities)]
    page = render([pages.part(found)])
    assert re.search(r'<p class="headline">(.*?)</p>', page).group(1) == headline  # type: ignore[union-attr]


def test_a_page_that_does_not_hold_all_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_data, "MAX_FINDINGS", 10)
    found = [pages.finding(number) for number in range(25)]
    page = render([pages.part(found), pages.part(found[:2])])
    data = json.loads(Reader(page).blocks["script"][0])
    assert data["columns"]["part"] == [0] * 8 + [1] * 2
    assert "severest 10 of\n27 findings" in page


def test_the_hand_over_says_how_to_undo() -> None:
    sheet = pages.applied(["a", "b"])
    page = render([pages.part([])], applied=sheet)
    text = "".join(Reader(page).texts)
    for piece in ("syncready.m365.rollback", sheet.journal, 'ldifde -i -f "/srv/syncready/apply-1.undo.ldif"', "Adele"):
        assert str(piece) in text
    sheet.journal = sheet.undo_ldif = None
    assert "nothing to take back" in render([pages.part([])], applied=sheet)


def test_a_file_that_is_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="could not be read"):
        Snapshot(str(tmp_path / "none.sqlite"), finished=True)
    (tmp_path / "text.sqlite").write_text("no database, but long enough to be looked at" * 30, encoding="utf-8")
    with pytest.raises(OutputError, match="could not be read"):
        Snapshot(str(tmp_path / "text.sqlite"), finished=True)
    half = Snapshot(str(tmp_path / "half.sqlite"))
    half.finish()
    half.close()
    snapshot = Snapshot(str(tmp_path / "half.sqlite"), finished=True)
    with pytest.raises(OptionError, match="no snapshot of an audit"):
        part_of(snapshot, Mask())
    snapshot.close()


def test_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(SyncreadyError, match="pip install Jinja2") as raised:
        run_audit_module(report_dir=str(tmp_path / "report"))
    assert raised.value.code == "MISSING_LIBRARY"
    assert not (tmp_path / "report").exists()
    assert run_audit_module()["summary"]["judged"] > 0


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=3))
def test_pieces_of_a_bar_stay_in_it(numbers: list[int]) -> None:
    found = boxes(numbers, sum(numbers))
    assert [box.place for box in found] == [place for place, number in enumerate(numbers) if number]
    assert all(box.width >= 1 and 0 <= box.x <= 1000 for box in found)
    assert sum(box.width for box in found) <= 1003


def test_moments_are_in_utc() -> None:
    assert moment("2026-11-25T01:30:00+02:00") == "24 November 2026, 23:30 UTC"
    assert moment("<nonsense>\u202e") == "<nonsense>[U+202E]"


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("SMTP:Anna.Berg7@contoso.com", "XXXX:Xxxx.Xxxx0@contoso.com"),
        ("anna berg@@contoso", "xxxx xxxx@@xxxxxxx"),
        ("\u202eAnna\u00fc", "\u202eXxxxx"),
        ("/o=Contoso/cn=anna", "/x=Xxxxxxx/xx=xxxx"),
        ("", ""),
    ],
)
def test_a_shape_hides_letters_and_keeps_signs(value: str, shape: str) -> None:
    assert shape_of(value) == shape
