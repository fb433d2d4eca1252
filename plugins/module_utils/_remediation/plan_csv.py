# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan as a table: IdFix's eight columns first, then ours.

A cell that a spreadsheet would take for a formula has an apostrophe in front, which reading takes away; an empty cell
is no value at all. A table that IdFix wrote has no such apostrophes, and is read as it stands.
"""

from __future__ import annotations

import csv
import io
import re
import typing as t
import uuid

from .._model.cells import escape, is_dangerous, unescape
from .._model.dn import rdn_value
from .._model.finding import ObjectReference
from .._model.text import shown
from .._rules.attributes import AUDIT_ATTRIBUTES
from .._rules.catalogue import CATALOGUE
from .errors import PlanError
from .identity import directory_key
from .plan import Action, PlanHeader, PlanRow
from .plan_original import Original
from .plan_sheet import IDFIX_COLUMNS, Table, read_table

COLUMNS = (*IDFIX_COLUMNS, "RULE", "WHY", "OBJECTGUID", "FINGERPRINT", "ROW", "PLAN", "DIRECTORY")
# A table of findings may be filled in by hand and used as a plan.
_ALSO_KNOWN = ("SEVERITY", "OUTCOME", "MESSAGE", "HOLDERS", "REPAIR", "WAIVER")
_READ = ("DISTINGUISHEDNAME", "COMMONNAME", "OBJECTCLASS", "ATTRIBUTE", "VALUE", "UPDATE", "ACTION", "OBJECTGUID")

_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")
_DN = re.compile(r"[A-Za-z][A-Za-z0-9.-]*=.*[^,]\Z", re.DOTALL)
# What becomes of a formula that a spreadsheet could not work out.
_FORMULA_ERROR = re.compile(r"#(?:NAME\?|REF!|VALUE!|N/A|DIV/0!|NUM!|NULL!|#+)\Z", re.IGNORECASE)
_SHORTENED = re.compile(r"-?\d(?:[.,]\d+)?E\+\d+\Z")
_SPELLING = {name.lower(): name for name in AUDIT_ATTRIBUTES}

# Never changed by a plan: they decide about identity and rights, or are no text.
UNTOUCHABLE = frozenset(
    "objectguid objectsid objectclass objectcategory admincount useraccountcontrol unicodepwd userpassword "
    "ntsecuritydescriptor member memberof primarygroupid sidhistory serviceprincipalname msds-allowedtodelegateto "
    "msds-allowedtoactonbehalfofotheridentity altsecurityidentities msds-keycredentiallink grouptype "
    "iscriticalsystemobject samaccounttype pwdlastset lockouttime cn name distinguishedname".split()
)


def sheet(header: PlanHeader, rows: t.Sequence[PlanRow]) -> bytes:
    """Return a plan as a table.

    Raises:
        PlanError: a value holds a null character, which no table can hold.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    key = directory_key(header.directory)
    for number, row in enumerate(rows, 1):
        reference = row.object
        errors = dict.fromkeys(CATALOGUE[rule].idfix or rule if rule in CATALOGUE else rule for rule in row.rules)
        cells: tuple[str | None, ...] = (
            reference.dn,
            reference.name,
            reference.kind,
            row.attribute,
            ", ".join(errors),
            row.value,
            row.update,
            row.action,
            "\n".join(row.rules),
            row.why,
            reference.guid,
            "\n".join(row.fingerprints),
            str(number),
            header.plan_id,
            key,
        )
        if any(cell and "\0" in cell for cell in cells):
            raise PlanError(f"Row {number} of the plan holds a null character, which no table can hold.")
        writer.writerow([_written(cell) for cell in cells])
    # Excel takes a file for UTF-8 only with a byte order mark.
    return out.getvalue().encode("utf-8-sig")


def parse_sheet(
    data: bytes, path: str, header: PlanHeader | None = None, rows: t.Sequence[PlanRow] | None = None
) -> tuple[PlanHeader, tuple[PlanRow, ...], t.Literal["csv", "idfix"], tuple[str, ...]]:
    """Return header, rows, form and notes of a table.

    Args:
        data: the bytes of the file.
        path: its name, for messages.
        header: of the plan it was made from, where that is given.
        rows: of the plan it was made from.

    Raises:
        PlanError: a row says something unusable, or something that the plan it was made from does not say.
    """
    table = read_table(data, path, (*COLUMNS, *_ALSO_KNOWN))
    original = Original(rows, faithful=table.faithful) if rows is not None else None
    reader = _Reader(table, original)
    parsed: list[PlanRow] = []
    seen: dict[tuple[str, str, str | None, str | None], tuple[int, PlanRow]] = {}
    for number, cells in table.rows:
        row = reader.row(number, cells)
        if row is None:
            continue
        # Values that are added have nothing else to tell them apart.
        key = (row.object.key, row.attribute.lower(), row.value, row.update if row.value is None else None)
        if row.action and key in seen:
            before, other = seen[key]
            if (other.update, other.action) != (row.update, row.action):
                reader.problem(number, "ACTION", f"row {before} says something else about the same value.")
            continue
        if row.action:
            seen[key] = (number, row)
        parsed.append(row)
    reader.finish(path)
    return reader.header(header, path), tuple(parsed), "idfix" if table.idfix else "csv", reader.notes()


def unusable(row: PlanRow) -> tuple[str, str] | None:
    """Return the column and the reason why a row can never be applied, or None where it can."""
    if not _ATTRIBUTE.match(row.attribute):
        return "ATTRIBUTE", f"'{shown(row.attribute)}' is no name of an attribute."
    if row.attribute.lower() in UNTOUCHABLE:
        return "ATTRIBUTE", f"{row.attribute} is never changed by a plan."
    if not row.object.guid and not _DN.match(row.object.dn):
        return "DISTINGUISHEDNAME", f"'{shown(row.object.dn)}' is no DN."
    if row.action == "EDIT" and row.value is None and row.update is None:
        return "UPDATE", "EDIT needs a new value."
    if row.action == "REMOVE" and row.value is None:
        return "VALUE", "REMOVE needs the value that is to go."
    # An export may hold an empty value, which goes away with a repair; no directory takes one.
    if row.update == "":
        return "UPDATE", "no directory holds an empty value."
    return None


class _Reader:
    """Makes rows of a plan out of the rows of a table, and collects what is wrong with them."""

    def __init__(self, table: Table, original: Original | None) -> None:
        self._table = table
        self._original = original
        self._problems: list[tuple[int, str, str]] = []
        self._failed_writes = 0
        self._added = 0
        self._plans: dict[str, None] = {}
        self._directories: dict[str, None] = {}

    def problem(self, number: int, column: str, text: str) -> None:
        """Note what is wrong with a cell."""
        self._problems.append((number, column, text))

    def row(self, number: int, cells: tuple[str, ...]) -> PlanRow | None:
        """Return a row, or None where it says nothing that can be used."""
        before = len(self._problems)
        values = {name: self._cell(number, name, cells) for name in self._table.columns}
        action = self._action(number, values.get("ACTION") or "")
        reference = self._reference(number, values)
        self._plans[values.get("PLAN") or ""] = None
        self._directories[values.get("DIRECTORY") or ""] = None
        attribute = (values["ATTRIBUTE"] or "").strip()
        row = PlanRow(
            reference,
            _SPELLING.get(attribute.lower(), attribute),
            values["VALUE"],
            # What REMOVE takes away is not written anew, whatever stands there.
            None if action == "REMOVE" and self._table.idfix else values["UPDATE"],
            action,
            tuple((values.get("RULE") or "").split()),
            tuple((values.get("FINGERPRINT") or "").split()),
            values.get("WHY") or "",
        )
        if len(self._problems) > before:
            return None
        if self._original is not None:
            found, problem = self._original.match(row, values.get("ROW"))
            if problem:
                self.problem(number, *problem)
                return None
            self._added += found is None
            row = found or row
        self._check(number, row)
        return row if len(self._problems) == before else None

    def _check(self, number: int, row: PlanRow) -> None:
        wrong = unusable(row)
        if wrong:
            self.problem(number, *wrong)
        elif row.action == "EDIT" and row.update is None:
            self.problem(number, "UPDATE", "EDIT needs a new value; say REMOVE to take the old one away.")
        elif row.action == "EDIT" and self._original is None and self._lossy(row):
            self.problem(
                number,
                "UPDATE",
                "it holds a question mark that may stand for a letter that was lost; save the table as 'CSV UTF-8'.",
            )

    def _lossy(self, row: PlanRow) -> bool:
        return not self._table.faithful and (row.update or "").count("?") > (row.value or "").count("?")

    def _cell(self, number: int, name: str, cells: tuple[str, ...]) -> str | None:
        cell = cells[self._table.columns[name]]
        if not cell:
            return None
        if name in _READ:
            if _FORMULA_ERROR.match(cell.strip()):
                self.problem(number, name, f"'{shown(cell)}' is what a spreadsheet makes of a broken formula.")
            elif name == "UPDATE" and _SHORTENED.match(cell.strip()):
                self.problem(number, name, f"'{shown(cell)}' is a number that a spreadsheet shortened.")
            elif is_dangerous(cell) and (not self._table.idfix or (name == "UPDATE" and cell[0] == "=")):
                self.problem(
                    number,
                    name,
                    f"it begins with {cell[0]!r}, so a spreadsheet takes it for a formula; put an apostrophe in front.",
                )
        return cell if self._table.idfix else unescape(cell)

    def _action(self, number: int, text: str) -> Action:
        word = text.strip().upper()
        if word in ("EDIT", "REMOVE", "COMPLETE", ""):
            return t.cast("Action", word)
        if word == "FAIL":
            # IdFix could not write it; nothing was decided anew.
            self._failed_writes += 1
            return ""
        if word == "UNDO":
            self.problem(
                number, "ACTION", "UNDO belongs to IdFix's own record of its changes; use the module rollback."
            )
        else:
            self.problem(number, "ACTION", f"'{shown(word)}' is no action; say EDIT, REMOVE, COMPLETE or nothing.")
        return ""

    def _reference(self, number: int, values: dict[str, str | None]) -> ObjectReference:
        dn = (values["DISTINGUISHEDNAME"] or "").strip()
        guid = (values.get("OBJECTGUID") or "").strip()
        if guid:
            try:
                guid = str(uuid.UUID(guid))
            except ValueError:
                self.problem(number, "OBJECTGUID", f"'{shown(guid)}' is no GUID.")
        if not _DN.match(dn):
            self.problem(number, "DISTINGUISHEDNAME", f"'{shown(dn)}' is no DN.")
        return ObjectReference(
            dn, guid or None, values.get("OBJECTCLASS") or "", values.get("COMMONNAME") or rdn_value(dn)
        )

    def finish(self, path: str) -> None:
        """Raise what was found wrong, the first row in full and the others by their numbers."""
        if not self._problems:
            return
        number, column, text = self._problems[0]
        message = f"{path}, row {number}, column {column}: {text}"
        others = list(dict.fromkeys(row for row, _column, _text in self._problems[1:] if row != number))
        if others:
            names = ", ".join(str(row) for row in others[:10]) + (" and more" if len(others) > 10 else "")
            message += f" Wrong, too: {'row' if len(others) == 1 else 'rows'} {names}."
        raise PlanError(message, code="PLAN_ROW")

    def header(self, header: PlanHeader | None, path: str) -> PlanHeader:
        """Return the header of the plan; without the plan it was made from, as much as the table tells."""
        plans = [name for name in self._plans if name]
        keys = [name for name in self._directories if name]
        if len(plans) > 1 or len(keys) > 1:
            raise PlanError(f"{path} holds rows of several plans. Keep those of one.", code="PLAN_ROW")
        if header is not None:
            if plans and plans[0] != header.plan_id:
                raise PlanError(
                    f"{path} was made from the plan {shown(plans[0])}, not from {shown(header.plan_id)}.",
                    code="PLAN_ORIGINAL",
                )
            return header
        return PlanHeader(plans[0] if plans else "", {"key": keys[0]} if keys else {}, "", "")

    def notes(self) -> tuple[str, ...]:
        """Return what people should know about how the table was read."""
        said = []
        if self._failed_writes:
            said.append(
                f"{self._failed_writes} rows say FAIL, which IdFix could not write: nothing is done about them."
            )
        if self._added:
            said.append(f"{self._added} rows are not in the plan that the table was made from: people added them.")
        return tuple(said)


def _written(cell: str | None) -> str:
    if cell is None:
        return ""
    # An apostrophe alone is the empty text, which is not the same as none.
    return escape(cell) if cell else "'"
