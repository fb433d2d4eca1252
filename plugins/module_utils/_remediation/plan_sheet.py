# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables that people and spreadsheets wrote: bytes to rows of cells, whatever the settings of the spreadsheet were."""

from __future__ import annotations

import codecs
import csv
import io
import typing as t
from dataclasses import dataclass

from .._model.text import shown
from . import idfix_export
from .errors import PlanError

IDFIX_COLUMNS = (
    "DISTINGUISHEDNAME",
    "COMMONNAME",
    "OBJECTCLASS",
    "ATTRIBUTE",
    "ERROR",
    "VALUE",
    "UPDATE",
    "ACTION",
)
_NEEDED = frozenset(("DISTINGUISHEDNAME", "ATTRIBUTE", "VALUE", "UPDATE", "ACTION"))
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        columns: name of a column in capitals to its place.
        rows: number of the row, as a spreadsheet counts, and its cells, as many as there are columns. Empty rows are
            left out.
        faithful: whether the encoding is one that can hold every letter, so that none got lost on the way.
        idfix: whether IdFix wrote it, or a spreadsheet that opened what IdFix wrote.
    """

    columns: dict[str, int]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    faithful: bool
    idfix: bool


def read_table(data: bytes, path: str, known: t.Collection[str]) -> Table:
    """Read a table.

    Args:
        data: the bytes of the file.
        path: its name, for messages.
        known: names of the columns that may be there.

    Raises:
        PlanError: it is no table, or a row or column is not as it should be; the message names it.
    """
    text, faithful = _decode(data, path)
    separator = None
    first, _newline, rest = text.partition("\n")
    if first.strip().lower() in ("sep=;", "sep=,", "sep=\t".strip()) and len(first.strip()) > 3:
        separator, text = first.strip()[4:] or "\t", rest
    skipped = 0 if separator is None else 1
    delimiter, names = _header(text, path, separator)
    columns = _columns(names, path, known)
    idfix = set(columns) <= set(IDFIX_COLUMNS)
    raw: list[tuple[int, list[str]]] | None = None
    if idfix and delimiter == "," and '"' not in text.partition("\n")[0]:
        raw = idfix_export.records(text, columns, path)
    if raw is None:
        raw = _records(text, delimiter, path)
    rows = []
    for number, cells in raw:
        if any(cell.strip() for cell in cells):
            rows.append((number + skipped, _fitted(cells, columns, path, number + skipped)))
    return Table(columns, tuple(rows), faithful, idfix)


def _records(text: str, delimiter: str, path: str) -> list[tuple[int, list[str]]]:
    try:
        return idfix_export.strict_records(text, delimiter)
    except csv.Error as error:
        raise PlanError(
            f"{path}, row {error}: the quotation marks do not fit, so the row is broken (or a row before it was cut). "
            "Save the table from a spreadsheet again.",
            code="PLAN_ROW",
        ) from None


def _decode(data: bytes, path: str) -> tuple[str, bool]:
    """Return the text, and whether its encoding can hold every letter."""
    if data.startswith(_WORKBOOKS):
        raise PlanError(f"{path} is a workbook. Save it as CSV (best 'CSV UTF-8').", code="PLAN_FORMAT")
    faithful = True
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = data.decode("utf-16")
        elif data.startswith(codecs.BOM_UTF8):
            text = data.decode("utf-8-sig")
        else:
            # Plain ASCII may be what is left of a text whose other letters became question marks.
            text, faithful = data.decode("utf-8"), not data.isascii()
    except UnicodeDecodeError:
        try:
            text, faithful = data.decode("cp1252"), False
        except UnicodeDecodeError:
            raise PlanError(
                f"{path} is neither UTF-8 nor Windows-1252 text. Save it as 'CSV UTF-8'.", code="PLAN_FORMAT"
            ) from None
    if "\0" in text:
        raise PlanError(f"{path} is no table: it holds null characters. Save it as 'CSV UTF-8'.", code="PLAN_FORMAT")
    return text, faithful


def _header(text: str, path: str, separator: str | None) -> tuple[str, list[str]]:
    """Return the delimiter and the names of the columns."""
    for delimiter in (separator,) if separator else (",", ";", "\t"):
        try:
            names = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except (csv.Error, StopIteration):
            continue
        # A Turkish system writes the capital of "i" with a dot.
        names = [name.strip().upper().replace("\u0130", "I") for name in names]
        if "ATTRIBUTE" in names and len(names) > 1:
            return delimiter, names
    raise PlanError(
        f"{path}, row 1: these are not the columns of a plan. The first row must name them: {', '.join(IDFIX_COLUMNS)}.",
        code="PLAN_FORMAT",
    )


def _columns(names: list[str], path: str, known: t.Collection[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, name in enumerate(names):
        if name in columns:
            raise PlanError(f"{path}, row 1: there are two columns {shown(name)}. Remove one.", code="PLAN_COLUMN")
        if name:
            columns[name] = place
    unknown = [name for name in columns if name not in known]
    if unknown:
        raise PlanError(
            f"{path}, row 1: nobody knows the column {shown(unknown[0])}. Remove it, or correct its name.",
            code="PLAN_COLUMN",
        )
    missing = sorted(_NEEDED - columns.keys())
    if missing:
        raise PlanError(f"{path}, row 1: the column {missing[0]} is missing.", code="PLAN_COLUMN")
    # Cells are looked up by place: a head without a name has none, and its cells must be empty.
    return columns


def _fitted(cells: list[str], columns: dict[str, int], path: str, number: int) -> tuple[str, ...]:
    """Return the cells of a row, as many as there are columns.

    A spreadsheet may leave out empty cells at the end of a row; what people decide by must be there.
    """
    width = max(columns.values()) + 1
    named = set(columns.values())
    extra = [place for place, cell in enumerate(cells) if cell.strip() and place not in named]
    if extra:
        raise PlanError(
            f"{path}, row {number}: it has more cells than there are columns, so it is broken.", code="PLAN_ROW"
        )
    lacking = [name for name, place in columns.items() if place >= len(cells)]
    if any(name in _NEEDED for name in lacking):
        raise PlanError(
            f"{path}, row {number}: it ends before the column {lacking[0]}, so it is broken.", code="PLAN_ROW"
        )
    return tuple(cells[:width]) + ("",) * (width - len(cells))
