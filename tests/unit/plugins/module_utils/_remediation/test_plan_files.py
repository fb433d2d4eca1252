# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans as files: what is written is what is read, whatever a spreadsheet did in between, and nothing else is."""

from __future__ import annotations

import csv
import hashlib
import io
import typing as t
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._model.finding import ObjectReference
from ansible_collections.syncready.m365.plugins.module_utils._remediation.errors import PlanError
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan import Action, PlanHeader, PlanRow
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan_csv import COLUMNS, parse_sheet, sheet
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan_files import (
    Plan,
    finished,
    parse_plan,
    read_plan,
    write_plan,
    write_sheet,
)

HEADER = PlanHeader(
    "plan-1",
    {"transport": "ldap", "domain": "contoso.local", "domain_guid": "aa"},
    "2026-11-25T00:00:00+00:00",
    "x 1.0",
)
ANNA = ObjectReference(
    "CN=Anna\\, Berg,OU=Staff,DC=contoso,DC=local", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "user", "Anna"
)
ROWS = (
    PlanRow(ANNA, "mail", "anna @contoso.com", "anna@contoso.com", "EDIT", ("mail-character",), ("f1",), "a space"),
    PlanRow(ANNA, "proxyAddresses", "smtp:x@contoso.com", None, "REMOVE", ("proxy-duplicate",)),
    PlanRow(ANNA, "displayName", None, "=1+1", "EDIT"),
    PlanRow(ANNA, "userPrincipalName", "-anna@contoso.com", "'anna@contoso.com", "EDIT", ("a", "b"), ("f2", "f3")),
    PlanRow(ANNA, "telephoneNumber", "+49 30 1", None, "COMPLETE"),
    PlanRow(ANNA, "department", "a\nb;\"c\",d\te", "a b", ""),
)  # fmt: skip

# Any text that UTF-8 can hold, but for the null character, which no directory and no table holds.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
VALUE = TEXT.filter(bool) | st.text("=+-@'\t\r\n\";, a\u00e4\u0142\uff1d", min_size=1, max_size=8)
NAMES = st.lists(st.text("abc-123", min_size=1, max_size=8), max_size=3).map(tuple)


@st.composite
def rows(draw: st.DrawFn) -> PlanRow:
    guid = draw(st.none() | st.uuids().map(str))
    reference = ObjectReference("CN=" + draw(VALUE) + ",DC=contoso,DC=local", guid, draw(TEXT), draw(VALUE))
    actions: tuple[Action, ...] = ("EDIT", "REMOVE", "COMPLETE", "")
    action = draw(st.sampled_from(actions))
    value = draw(VALUE if action == "REMOVE" else st.none() | VALUE)
    update = draw(VALUE if action == "EDIT" else st.none() | VALUE)
    attribute = draw(st.sampled_from(("mail", "proxyAddresses", "displayName", "extensionAttribute1")))
    return PlanRow(reference, attribute, value, update, action, draw(NAMES), draw(NAMES), draw(TEXT))


def unlike(found: t.Iterable[PlanRow]) -> list[PlanRow]:
    """Return rows without a second one about the same value."""
    kept: dict[tuple[str | None, ...], PlanRow] = {}
    for row in found:
        kept.setdefault((row.object.key, row.attribute, row.value, row.update if row.value is None else None), row)
    return list(kept.values())


PLANS = st.lists(rows(), max_size=6).map(unlike)


def stripped(row: PlanRow) -> PlanRow:
    """Return a row as a table holds it: the DN without spaces at its ends."""
    reference = row.object
    return PlanRow(
        ObjectReference(reference.dn.strip(), reference.guid, reference.kind, reference.name),
        row.attribute, row.value, row.update, row.action, row.rules, row.fingerprints, row.why,
    )  # fmt: skip


def read_bytes(data: bytes, original: Plan | None = None) -> tuple[PlanRow, ...]:
    header, found = (original.header, original.rows) if original else (None, None)
    return parse_sheet(data, "plan.csv", header, found)[1]


def original(found: t.Sequence[PlanRow]) -> Plan:
    return Plan(finished(HEADER, found), tuple(found), "", "plan.jsonl", "jsonl")


def saved(
    data: bytes, delimiter: str = ";", encoding: str = "cp1252", newline: str = "\r\n", **options: t.Any
) -> bytes:
    """Return a table as a spreadsheet saves it."""
    cells = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline, **options)
    order = list(range(len(cells[0])))
    for row in cells:
        writer.writerow([row[place] for place in reversed(order)])
    return out.getvalue().encode(encoding, "replace")


class TestJsonLines:
    @given(PLANS)
    @settings(deadline=None)
    def test_what_is_written_is_read(self, tmp_path_factory: pytest.TempPathFactory, found: list[PlanRow]) -> None:
        path = str(tmp_path_factory.mktemp("plan") / "plan.jsonl")
        header = write_plan(path, HEADER, found)
        plan = read_plan(path)
        assert (plan.header, plan.rows, plan.form) == (header, tuple(found), "jsonl")
        data = Path(path).read_bytes()
        assert data.isascii()
        assert plan.digest == hashlib.sha256(data).hexdigest()
        assert Path(path).stat().st_mode & 0o777 == 0o600

    def test_every_changed_byte_is_noticed(self, tmp_path: Path) -> None:
        path = tmp_path / "plan.jsonl"
        write_plan(str(path), HEADER, ROWS[:2])
        data = path.read_bytes()
        body = data.index(b"\n") + 1
        for place in range(body, len(data), 7):
            changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
            with pytest.raises(PlanError):
                parse_plan(changed, "plan.jsonl")
        for end in (len(data) - 1, body, data.rindex(b"\n", 0, -1) + 1):
            with pytest.raises(PlanError) as caught:
                parse_plan(data[:end], "plan.jsonl")
            assert caught.value.code == "PLAN_ALTERED"

    def test_only_the_approved_file_is_taken(self, tmp_path: Path) -> None:
        path = str(tmp_path / "plan.jsonl")
        write_plan(path, HEADER, ROWS)
        digest = read_plan(path).digest
        assert read_plan(path, digest=f"SHA256:{digest.upper()}".lower()).rows == ROWS
        with pytest.raises(PlanError, match="approved") as caught:
            read_plan(path, digest="0" * 64)
        assert caught.value.code == "PLAN_DIGEST"

    @pytest.mark.parametrize(
        ("attribute", "value", "update", "action"),
        [
            ("objectGUID", "a", "b", "EDIT"),
            ("userAccountControl", "512", "66048", "EDIT"),
            ("member", None, "CN=x", "EDIT"),
            ("mail;binary", "a", "b", "EDIT"),
            ("mail", None, None, "EDIT"),
            ("mail", None, None, "REMOVE"),
        ],
    )
    def test_what_no_plan_may_say(
        self, tmp_path: Path, attribute: str, value: str | None, update: str | None, action: t.Any
    ) -> None:
        path = str(tmp_path / "plan.jsonl")
        write_plan(path, HEADER, [PlanRow(ANNA, attribute, value, update, action)])
        with pytest.raises(PlanError, match="line 2"):
            read_plan(path)


class TestTable:
    @given(PLANS)
    @settings(deadline=None)
    @example(list(ROWS))
    def test_what_is_written_is_read(self, found: list[PlanRow]) -> None:
        data = sheet(HEADER, found)
        assert read_bytes(data) == tuple(stripped(row) for row in found)

    @given(PLANS, st.sampled_from(",;\t"), st.sampled_from(("utf-8-sig", "utf-8", "utf-16", "cp1252")))
    @settings(suppress_health_check=[HealthCheck.filter_too_much], deadline=None)
    @example(list(ROWS), ";", "cp1252")
    def test_a_spreadsheet_in_between(self, found: list[PlanRow], delimiter: str, encoding: str) -> None:
        plan = original(found)
        data = saved(sheet(plan.header, found), delimiter, encoding)
        try:
            assert read_bytes(data, plan) == plan.rows
        except PlanError as error:
            # Letters that Windows-1252 lacks may be lost for good; then the row is refused, and never misread.
            assert encoding == "cp1252", error

    def test_line_breaks_of_another_kind(self) -> None:
        data = sheet(HEADER, ROWS).replace(b"a\nb", b"a\r\nb")
        assert read_bytes(data, original(ROWS)) == ROWS

    def test_directory_and_plan_go_with_the_table(self) -> None:
        header, found, form, _notes = parse_sheet(sheet(HEADER, ROWS), "plan.csv")
        assert (header.plan_id, header.directory, form) == ("plan-1", {"key": "aa"}, "csv")
        assert len(found) == len(ROWS)

    def test_people_may_change_update_and_action(self) -> None:
        edited = [list(row) for row in csv.reader(io.StringIO(sheet(HEADER, ROWS).decode("utf-8-sig"), newline=""))]
        edited[1][6] = "anna.berg@contoso.com"
        edited[2][7] = ""
        out = io.StringIO(newline="")
        csv.writer(out).writerows([*edited[:3], [""] * len(COLUMNS), edited[4]])
        first, second, third = read_bytes(out.getvalue().encode("utf-8-sig"), original(ROWS))
        assert (first.update, first.value, first.rules) == ("anna.berg@contoso.com", ROWS[0].value, ROWS[0].rules)
        assert second.action == ""
        assert third == ROWS[3]

    @pytest.mark.parametrize(
        ("row", "column", "text", "says"),
        [
            (2, "VALUE", "anna@contoso.com", "row 2, column VALUE"),
            (3, "ATTRIBUTE", "mail", "row 3, column ATTRIBUTE"),
            (2, "DISTINGUISHEDNAME", "CN=Other,DC=contoso,DC=local", "row 2, column DISTINGUISHEDNAME"),
            (2, "OBJECTGUID", "6f9619ff-8b86-d011-b42d-00c04fc964fe", "row 2, column OBJECTGUID"),
            (2, "OBJECTGUID", "6f9619ff", "row 2, column OBJECTGUID"),
            (2, "ROW", "99", "row 2, column ROW"),
            (2, "ACTION", "EDITT", "row 2, column ACTION"),
            (2, "ACTION", "UNDO", "row 2, column ACTION.*rollback"),
            (2, "UPDATE", "=cmd|' /C calc'!A0", "row 2, column UPDATE.*formula"),
            (2, "UPDATE", "@SUM(1)", "row 2, column UPDATE.*formula"),
            (2, "UPDATE", "#NAME?", "row 2, column UPDATE.*formula"),
            (2, "UPDATE", "4,93012E+11", "row 2, column UPDATE.*shortened"),
            (2, "UPDATE", "", "row 2, column UPDATE.*REMOVE"),
            (2, "PLAN", "plan-2", "several plans"),
        ],
    )
    def test_a_row_that_says_something_else(self, row: int, column: str, text: str, says: str) -> None:
        cells = [list(one) for one in csv.reader(io.StringIO(sheet(HEADER, ROWS).decode("utf-8-sig"), newline=""))]
        cells[row - 1][COLUMNS.index(column)] = text
        out = io.StringIO(newline="")
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows(cells)
        with pytest.raises(PlanError, match=says):
            read_bytes(out.getvalue().encode("utf-8-sig"), original(ROWS))

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (b"", "row 1"),
            (b"a,b\r\n1,2\r\n", "row 1: these are not the columns"),
            (b"DISTINGUISHEDNAME,ATTRIBUTE,VALUE,UPDATE,ACTION,COLOUR\r\n", "row 1.*COLOUR"),
            (b"DISTINGUISHEDNAME,ATTRIBUTE,VALUE,VALUE,UPDATE,ACTION\r\n", "two columns VALUE"),
            (b"DISTINGUISHEDNAME,ATTRIBUTE,VALUE,ACTION\r\n", "column UPDATE is missing"),
            (b'ATTRIBUTE;VALUE;UPDATE;ACTION;DISTINGUISHEDNAME\r\nmail;"a;b;EDIT;"CN=x,DC=y"\r\n', "row 2"),
            (b"ATTRIBUTE;VALUE;UPDATE;ACTION;DISTINGUISHEDNAME\r\nmail;a;b\r\n", "row 2: it ends before the column ACTION"),
            (b"ATTRIBUTE;VALUE;UPDATE;ACTION;DISTINGUISHEDNAME\r\nmail;a;b;EDIT;CN=x,DC=y;z\r\n", "row 2.*more cells"),
            (b"ATTRIBUTE;VALUE;UPDATE;ACTION;DISTINGUISHEDNAME\r\nmail;a;b;EDIT;nobody\r\n", "row 2.*no DN"),
            (b"PK\x03\x04rest", "workbook"),
            (b"ATTRIBUTE\x00;x", "null characters"),
            (b"ATTRIBUTE;VALUE;UPDATE;ACTION;DISTINGUISHEDNAME\r\nmail;Jos\x81;b;EDIT;CN=x,DC=y\r\n", "UTF-8"),
            (
                b"ATTRIBUTE;VALUE;UPDATE;ACTION;DISTINGUISHEDNAME\r\n"
                b"displayName;Jos;Jo?;EDIT;CN=x,DC=y\r\nmail;a;;EDIT;CN=x,DC=y\r\n",
                "row 2, column UPDATE.*lost.*Wrong, too: row 3",
            ),
            (
                b"ATTRIBUTE;VALUE;UPDATE;ACTION;DISTINGUISHEDNAME\r\nmail;a;b;EDIT;CN=x,DC=y\r\nmail;a;c;EDIT;CN=X,DC=y\r\n",
                "row 3, column ACTION: row 2 says something else",
            ),
        ],
    )  # fmt: skip
    def test_a_table_that_is_none(self, data: bytes, says: str) -> None:
        with pytest.raises(PlanError, match=says):
            read_bytes(data)

    def test_letters_that_saving_lost(self) -> None:
        row = PlanRow(ANNA, "displayName", "Micha\u0142 ", "Micha\u0142", "EDIT")
        plan = original([row])
        data = saved(sheet(plan.header, [row]))
        # Question marks in the place of letters: what the plan had is known.
        assert read_bytes(data, plan) == (row,)
        # A letter that looks alike in its place is no edit of a person.
        with pytest.raises(PlanError, match=r"UPDATE.*lost"):
            read_bytes(data.replace(b"Micha?;", b"Michal;"), plan)

    def test_digits_that_saving_lost(self) -> None:
        row = PlanRow(ANNA, "postalCode", " 01234", "01234", "EDIT")
        plan = original([row])
        data = saved(sheet(plan.header, [row]))
        with pytest.raises(PlanError, match=r"UPDATE.*lost"):
            read_bytes(data.replace(b";01234;", b";1234;"), plan)

    def test_no_table_of_another_plan(self, tmp_path: Path) -> None:
        path = str(tmp_path / "plan.csv")
        write_sheet(path, PlanHeader("plan-2", {}, "", ""), ROWS)
        with pytest.raises(PlanError, match="plan-2") as caught:
            read_plan(path, original=original(ROWS))
        assert caught.value.code == "PLAN_ORIGINAL"

    @given(st.binary(max_size=200) | st.binary(max_size=80).map(lambda data: sheet(HEADER, ROWS[:2])[:400] + data))
    @settings(deadline=None)
    def test_any_bytes_give_rows_or_a_sentence(self, data: bytes) -> None:
        try:
            read_bytes(data)
        except PlanError as error:
            assert str(error).startswith("plan.csv")


def as_idfix(cells: t.Iterable[t.Sequence[str]], newline: str = "\r\n") -> bytes:
    """Return a table as IdFix writes it: quotation marks around a cell with a comma, and none doubled."""
    head = "DISTINGUISHEDNAME,COMMONNAME,OBJECTCLASS,ATTRIBUTE,ERROR,VALUE,UPDATE,ACTION"
    lines = [",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in cells]
    return newline.join([head, *lines, ""]).encode("utf-8")


IDFIX = [
    ("CN=Anna\\, B,OU=A,DC=contoso,DC=local", "Anna, B", "user", "mail", "Format, Character", "a b@x.com", "ab@x.com", "EDIT"),
    ("CN=Ben,DC=contoso,DC=local", "Ben", "user", "proxyAddresses", "Duplicate", "smtp:b@x.com", "", "REMOVE"),
    ("CN=Carl,DC=contoso,DC=local", "Carl", "contact", "displayName", "Blank", "", "Carl", "EDIT"),
    ("CN=Dora,DC=contoso,DC=local", "Dora", "group", "proxyAddresses", "Character", 'smtp:"d"@x.com', "smtp:d@x.com", "edit"),
    ("CN=Eva,DC=contoso,DC=local", "Eva", "user", "displayName", "Character", 'say "x", then y', "say x then y", "Edit"),
    ("CN=Finn,DC=contoso,DC=local", "Finn", "user", "mail", "Duplicate", "f@x.com", "f@x.com", "COMPLETE"),
    ("CN=Gina,DC=contoso,DC=local", "Gina", "user", "mail", "Format", "g@x", "", "FAIL"),
    ("CN=Hugo,DC=contoso,DC=local", "Hugo", "user", "displayName", "Character", "Hu\r\ngo", "Hugo", "EDIT"),
    ("CN=Jan,DC=contoso,DC=local", "J\u00e4n", "user", "displayName", "Length", "=J\u00e4n", "J\u00e4n", ""),
]  # fmt: skip


class TestIdFix:
    def check(self, found: tuple[PlanRow, ...]) -> None:
        assert [row.action for row in found] == ["EDIT", "REMOVE", "EDIT", "EDIT", "EDIT", "COMPLETE", "", "EDIT", ""]
        assert [row.object.dn for row in found] == [cells[0] for cells in IDFIX]
        assert [row.value for row in found] == [cells[5] or None for cells in IDFIX]
        assert [row.update for row in found if row.action == "EDIT"] == [c[6] for c in IDFIX if c[7].upper() == "EDIT"]
        assert {row.object.guid for row in found} == {None}

    def test_an_export(self) -> None:
        header, found, form, notes = parse_sheet(as_idfix(IDFIX), "idfix.csv")
        assert (form, header.directory) == ("idfix", {})
        assert len(notes) == 1
        assert "FAIL" in notes[0]
        self.check(found)

    @pytest.mark.parametrize("delimiter", [",", ";"])
    def test_an_export_that_a_spreadsheet_saved(self, delimiter: str) -> None:
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=delimiter)
        writer.writerow(COLUMNS[:8])
        writer.writerows(IDFIX)
        self.check(read_bytes(out.getvalue().encode("cp1252")))

    def test_names_of_a_turkish_system(self) -> None:
        data = as_idfix(IDFIX[:2]).decode().replace("DISTINGUISHEDNAME", "D\u0130ST\u0130NGU\u0130SHEDNAME").encode()
        assert [row.action for row in read_bytes(data)] == ["EDIT", "REMOVE"]

    @given(
        st.lists(
            st.tuples(
                st.sampled_from([cells[0] for cells in IDFIX]),
                st.text("ab ,\"", max_size=5),
                st.sampled_from(("user", "group")),
                st.sampled_from(("mail", "displayName")),
                st.just("Character, Format"),
                st.text("ab \",;@\n", max_size=8),
                st.text("ab \",;@\n", min_size=1, max_size=8),
                st.sampled_from(("EDIT", "COMPLETE", "")),
            ),
            min_size=1,
            max_size=3,
        )
    )  # fmt: skip
    def test_never_misread(self, cells: list[tuple[str, ...]]) -> None:
        """Whatever stands in the cells, they are read as they were, or the row is refused."""
        data = as_idfix(cells)
        try:
            found = read_bytes(data)
        except PlanError:
            return
        written = {(row[0], row[3], row[5] or None, row[6]) for row in cells if row[7] == "EDIT"}
        read = {(row.object.dn, row.attribute, row.value, row.update) for row in found if row.action == "EDIT"}
        # Quotation marks alone around a cell may have been put there by a spreadsheet.
        if b'""' not in data:
            assert read <= written
