# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables (CSV) as PowerShell, the admin centres and spreadsheets write them, row by row."""

from __future__ import annotations

import csv
import re
import typing as t

from .errors import TenantFileError
from .text import Text

Cells = dict[str, str]

_DELIMITERS = (",", ";", "\t", "|")
_NOT_A_NAME = re.compile(r"[^0-9a-z\u0080-\uffff]")
_DIGITS = re.compile(r"[0-9]")
_LETTERS = re.compile(r"[A-Za-z]")
_MANY_SHAPES = 50


def plain_name(name: str) -> str:
    """Return a column's name without case, blanks and signs: "User principal name" is "userprincipalname"."""
    return _NOT_A_NAME.sub("", name.lower())


class Table:
    """A table that is read once.

    Attributes:
        columns: the names of its columns as they are written.
        names: the same, plain.
        notes: what the reader should know about the file, in words.

    Raises:
        TenantFileError: the file is damaged or was cut off (also while it is read).
    """

    def __init__(self, path: str, text: Text) -> None:
        self.path = path
        self.notes: list[str] = []
        self._text = text
        head = self._head()
        self._reader = csv.reader(text.file, delimiter=_delimiter(head), strict=True)
        self._lines = self._first_lines
        self.columns = self._one_row(csv.reader([head], delimiter=_delimiter(head), strict=True)) or []
        while self.columns and not self.columns[-1].strip():
            self.columns.pop()
        self.names = [plain_name(name) for name in self.columns]
        twice = sorted({name for name in self.names if name and self.names.count(name) > 1})
        if twice:
            raise TenantFileError(f"{path} has two columns '{self.columns[self.names.index(twice[0])]}'. Take one out.")

    def _head(self) -> str:
        """Return the line with the names of the columns; what Excel and PowerShell put above it is passed over."""
        self._first_lines = 0
        for line in self._text.file:
            self._first_lines += 1
            if "\0" in line:
                raise TenantFileError(f"{self.path} is no text file. Give an export as CSV or JSON.")
            stripped = line.strip("\r\n \ufeff")
            if stripped.strip() and not stripped.startswith("#TYPE ") and not re.fullmatch(r'"?sep=.+', stripped):
                return stripped
        raise TenantFileError(f"{self.path} is empty. Export it again.")

    def rows(self) -> t.Iterator[tuple[int, Cells]]:
        """Yield the number of the line and plain column name to cell; lines without any cell are passed over.

        Raises:
            TenantFileError: the file is damaged or was cut off.
        """
        shapes: set[str] = set()
        last = ""
        while (row := self._one_row(self._reader)) is not None:
            if not any(cell.strip() for cell in row):
                continue
            line = self._first_lines + self._reader.line_num
            wanted = len(self.names)
            if len(row) < wanted:
                raise TenantFileError(
                    f"{self.path}, line {line}: {len(row)} of {wanted} cells are there. The file was cut off or damaged; "
                    "export it again."
                )
            if any(cell.strip() for cell in row[wanted:]):
                raise TenantFileError(
                    f"{self.path}, line {line}: {len(row)} cells stand under {wanted} heads. The file is damaged; export it "
                    "again."
                )
            if len(shapes) < _MANY_SHAPES:
                shapes.add(_shape(last))
            last = row[wanted - 1]
            yield line, dict(zip(self.names, row, strict=False))
        if not self._text.ends_in_line:
            self._check_last(last, shapes)

    def _one_row(self, reader: t.Any) -> list[str] | None:
        try:
            row: list[str] | None = next(reader, None)
        except csv.Error as error:
            line = self._first_lines + getattr(reader, "line_num", 0)
            why = "a quotation mark is never closed" if _unclosed(error) else str(error)
            raise TenantFileError(
                f"{self.path}, line {line}: {why}. The file was cut off or damaged; export it again."
            ) from None
        return row

    def _check_last(self, last: str, shapes: set[str]) -> None:
        """Look at a last line without an end: it may be complete all the same, or not."""
        shape = _shape(last)
        cut = (
            shape not in shapes
            and len(shapes) < _MANY_SHAPES
            and any(other.startswith(shape) for other in shapes if other)
        )
        if cut and len(shapes) <= 5:
            raise TenantFileError(
                f"{self.path} was cut off: its last line ends in the middle of '{self.columns[-1]}'. Export it again."
            )
        self.notes.append(f"The last line of {self.path} has no end. Make sure that the file is complete.")


def _unclosed(error: csv.Error) -> bool:
    return "unexpected end of data" in str(error) or "field larger than" in str(error)


def _delimiter(head: str) -> str:
    """Return what stands between the cells: the sign that makes the most names out of the first line."""
    best = max(_DELIMITERS, key=lambda sign: _width(head, sign))
    return best if _width(head, best) > 1 else ","


def _width(head: str, sign: str) -> int:
    try:
        return len(next(csv.reader([head], delimiter=sign), []))
    except csv.Error:
        return 0


def _shape(cell: str) -> str:
    """Return a cell with a 9 for every digit and an a for every letter: days and numbers of one kind look alike."""
    return _LETTERS.sub("a", _DIGITS.sub("9", cell))
