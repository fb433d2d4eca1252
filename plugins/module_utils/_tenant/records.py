# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The records of an export, whatever its form: plain name to value, JSON and tables alike."""

from __future__ import annotations

import re
import typing as t

from .errors import TenantFileError
from .graph_json import JsonObjects
from .tables import Table, plain_name
from .text import open_text

Record = dict[str, t.Any]

# PowerShell writes the type of a value where a table cannot hold the value itself.
_TYPE_NAME = re.compile(r"(?:System|Microsoft)\.[A-Za-z0-9_.`]+(?:\[[^\]]*\])*\s*\Z")
_TRUE = frozenset(("true", "yes", "1", "on", "vrai", "oui", "wahr", "ja"))
_FALSE = frozenset(("false", "no", "0", "off", "faux", "non", "falsch", "nein"))


class Records:
    """The records of a file.

    Args:
        path: the file.
        columns: plain name of a field to the name that the file has for it, for files with names of their own.

    Attributes:
        notes: what the reader should know about the file, in words; complete when all was read.
        encoding: the encoding of the file.
        names: plain names of the columns of a table, and of what the records of JSON held so far.

    Raises:
        TenantFileError: the file cannot be read, is damaged, or was cut off (also while it is read).
    """

    def __init__(self, path: str, columns: t.Mapping[str, str] | None = None) -> None:
        self.path = path
        self.notes: list[str] = []
        self.names: dict[str, str] = {}
        self.is_table = False
        self._renamed = {plain_name(theirs): plain_name(ours) for ours, theirs in (columns or {}).items()}
        self._text = open_text(path)
        self.encoding = self._text.encoding

    def close(self) -> None:
        """Close the file."""
        self._text.file.close()

    def __iter__(self) -> t.Iterator[tuple[str, Record]]:
        """Yield where a record stands, in words, and the record."""
        try:
            beginning = self._text.file.read(4096).lstrip("\ufeff \t\r\n")[:1]
            self._text.file.seek(0)
            if beginning in ("{", "["):
                yield from self._json()
            else:
                yield from self._table()
        except UnicodeDecodeError:
            raise TenantFileError(f"{self.path} changed while it was read. Read it again.") from None
        except OSError as error:
            raise TenantFileError(f"{self.path} cannot be read: {error.strerror or error}.") from None
        finally:
            self.close()

    def _json(self) -> t.Iterator[tuple[str, Record]]:
        known: dict[str, str] = {}
        for number, value in JsonObjects(self.path, self._text).objects():
            record: Record = {}
            for name, item in value.items():
                plain = known.get(name)
                if plain is None:
                    plain = known[name] = self._plain(name)
                    self.names.setdefault(plain, name)
                record[plain] = item
            yield f"object {number}", record

    def _table(self) -> t.Iterator[tuple[str, Record]]:
        table = Table(self.path, self._text)
        self.is_table = True
        renamed = {name: self._plain(name) for name in table.names}
        self.names.update((renamed[name], column) for name, column in zip(table.names, table.columns, strict=True))
        for line, cells in table.rows():
            yield f"line {line}", {renamed[name]: cell for name, cell in cells.items()}
        self.notes += table.notes

    def _plain(self, name: str) -> str:
        plain = plain_name(name)
        return self._renamed.get(plain, plain)

    def foreign(self, what: str, needed: str) -> TenantFileError:
        """Return the error of a file that is something else than it should be."""
        shown = ", ".join(list(self.names.values())[:8]) or "nothing"
        more = ", ..." if len(self.names) > 8 else ""
        return TenantFileError(
            f"{self.path} is no export of {what}: {needed} is missing. It holds {shown[:200]}{more}. Export it again, or "
            "name its columns in tenant_columns."
        )


def text(record: Record, names: t.Iterable[str]) -> str | None:
    """Return the first of some fields that holds a text; None where none does."""
    for name in names:
        value = record.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value.strip() and not _TYPE_NAME.match(value):
            return value.strip()
    return None


def boolean(record: Record, names: t.Iterable[str]) -> bool | None:
    """Return the first of some fields that says true or false; None where none does."""
    for name in names:
        value = record.get(name)
        if isinstance(value, bool):
            return value
        word = str(value).strip().lower() if value is not None else ""
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
    return None


def values(record: Record, names: t.Iterable[str], split: re.Pattern[str]) -> tuple[str, ...] | None:
    """Return the values of the first of some fields that is there; None where none is, or its type is all it shows.

    Args:
        record: the record.
        names: the fields.
        split: what stands between two values in one cell.
    """
    for name in names:
        if name not in record:
            continue
        value = record[name]
        if value is None:
            return ()
        if isinstance(value, str):
            if _TYPE_NAME.match(value):
                return None
            value = split.split(value.strip().strip("{}"))
        if isinstance(value, list):
            return tuple(item.strip() for item in value if isinstance(item, str) and item.strip())
    return None
