# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CSV that IdFix exports.

It puts a cell in quotation marks where it holds a comma, and only there; it doubles no quotation mark inside and takes
no care of line breaks. So a record is read by what it must be: its cells, written that way again, give the very same text.
"""

from __future__ import annotations

import csv
import io
import re
import typing as t

from .errors import PlanError

# Lines that one record may go over. A value with more line breaks is none that anybody meant.
_MAX_LINES = 50
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")
_DN = re.compile(r"[A-Za-z][A-Za-z0-9.-]*=")
_ACTIONS = frozenset(("", "EDIT", "REMOVE", "COMPLETE", "UNDO", "FAIL"))


def records(text: str, columns: t.Mapping[str, int], path: str) -> list[tuple[int, list[str]]] | None:
    """Return the records below the head with the number of each, or None where a spreadsheet saved the file again.

    Raises:
        PlanError: a record is broken, or may be read in two ways.
    """
    if '""' in text and _saved_again(text, len(columns)):
        return None
    lines = [line for line in _LINE.findall(text) if line]
    found: list[tuple[int, list[str]]] = []
    number = 1
    place = 1
    while place < len(lines):
        number += 1
        if not lines[place].strip():
            place += 1
            continue
        cells, used = _record(lines, place, columns, path, number)
        found.append((number, cells))
        place += used
    return found


def strict_records(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Return the records below the head of a table, with the number of each.

    Raises:
        csv.Error: the quotes do not fit; its argument is the number of the record.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[tuple[int, list[str]]] = []
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if number > 1:
                records.append((number, cells))
    except csv.Error:
        raise csv.Error(number + 1) from None
    return records


def _saved_again(text: str, width: int) -> bool:
    """Return whether the text is a table by the usual rules, in which a quotation mark is doubled."""
    try:
        return all(len(cells) in (0, width) for _number, cells in strict_records(text, ","))
    except csv.Error:
        return False


def _record(
    lines: list[str], place: int, columns: t.Mapping[str, int], path: str, number: int
) -> tuple[list[str], int]:
    record = ""
    for used, line in enumerate(lines[place : place + _MAX_LINES], 1):
        record += line
        ways = _ways(record.rstrip("\r\n"), columns)
        if len(ways) > 1:
            raise PlanError(
                f"{path}, record {number}: its commas and quotation marks can be read in two ways. Open the file in a "
                "spreadsheet, correct the row, and save it as CSV.",
                code="PLAN_ROW",
            )
        if ways:
            return ways[0], used
    raise PlanError(
        f"{path}, record {number}: it does not have {len(columns)} cells, so it is broken.", code="PLAN_ROW"
    )


def _ways(record: str, columns: t.Mapping[str, int]) -> list[list[str]]:
    """Return the ways to read a record, two at the most."""
    pieces = record.split(",")
    width = len(columns)
    if len(pieces) < width:
        return []
    names = sorted(columns, key=lambda name: columns[name])
    found: list[list[str]] = []

    def go_on(start: int, cells: list[str]) -> None:
        if len(found) > 1:
            return
        if len(cells) == width:
            if start == len(pieces):
                found.append(cells)
            return
        left = len(pieces) - start
        name = names[len(cells)]
        # As many pieces must be left as there are cells to come.
        for end in range(start + 1, start + left - (width - len(cells) - 1) + 1):
            cell = _cell(pieces[start:end])
            if cell is not None and _fits(name, cell):
                go_on(end, [*cells, cell])

    go_on(0, [])
    return found


def _cell(pieces: list[str]) -> str | None:
    if len(pieces) == 1:
        return pieces[0]
    joined = ",".join(pieces)
    return joined[1:-1] if joined[0] == joined[-1] == '"' and len(joined) > 2 else None


def _fits(name: str, cell: str) -> bool:
    if name == "DISTINGUISHEDNAME":
        return bool(_DN.match(cell))
    if name == "ATTRIBUTE":
        return bool(_ATTRIBUTE.match(cell))
    if name == "ACTION":
        return cell.strip().upper() in _ACTIONS
    if name == "OBJECTCLASS":
        return cell == "" or bool(_ATTRIBUTE.match(cell))
    return True
