# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The snapshot: an SQLite file that holds the objects of one scan, their addresses, and the findings.

Memory stays small however large the directory is, uniqueness costs one index, and later runs and other forests can be
compared with it. Rows are loaded without indexes; those that the questions need are made afterwards.
"""

from __future__ import annotations

import json
import sqlite3
import typing as t
from pathlib import Path

from .._model.errors import OutputError

if t.TYPE_CHECKING:
    from .forest import Forest

FORMAT = 1
_BATCH = 2000
_PAGES_IN_MEMORY_KIB = 16_384

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE objects (
    oid INTEGER PRIMARY KEY, guid TEXT, dn TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    standing TEXT NOT NULL, reason TEXT NOT NULL, sid BLOB, upn_valid INTEGER NOT NULL, suffix INTEGER,
    anchor TEXT, identity TEXT NOT NULL
);
CREATE TABLE addresses (value TEXT NOT NULL, oid INTEGER NOT NULL, holds INTEGER NOT NULL);
CREATE TABLE keys (space INTEGER NOT NULL, value TEXT NOT NULL, oid INTEGER NOT NULL);
CREATE TABLE mailboxes (
    oid INTEGER PRIMARY KEY, type INTEGER, flags INTEGER, home INTEGER, server INTEGER, has_guid INTEGER NOT NULL,
    target TEXT NOT NULL, has_address INTEGER NOT NULL
);
CREATE TABLE texts (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE findings (
    oid INTEGER NOT NULL, rule TEXT NOT NULL, severity INTEGER NOT NULL, outcome TEXT NOT NULL, attribute TEXT,
    value TEXT, message TEXT NOT NULL, kind TEXT NOT NULL, why TEXT NOT NULL, clash INTEGER, waiver TEXT, drift TEXT
);
CREATE TABLE clash_members (clash INTEGER NOT NULL, oid INTEGER NOT NULL, attributes TEXT NOT NULL);
CREATE TABLE differing (
    oid INTEGER NOT NULL, rule TEXT NOT NULL, attribute TEXT NOT NULL, value TEXT NOT NULL,
    other_attribute TEXT NOT NULL, other_value TEXT NOT NULL
);
CREATE TABLE waiting (oid INTEGER NOT NULL, reason TEXT NOT NULL, sid BLOB);
"""

# What is added with a finding; how it drifted is known after all of them.
FINDING_COLUMNS = "oid, rule, severity, outcome, attribute, value, message, kind, why, clash, waiver"
_INSERTS = {
    "objects": "INSERT INTO objects VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
    "addresses": "INSERT INTO addresses VALUES (?,?,?)",
    "keys": "INSERT INTO keys VALUES (?,?,?)",
    "mailboxes": "INSERT INTO mailboxes VALUES (?,?,?,?,?,?,?,?)",
    "findings": "INSERT INTO findings VALUES (?,?,?,?,?,?,?,?,?,?,?,NULL)",
    "clash_members": "INSERT INTO clash_members VALUES (?,?,?)",
    "differing": "INSERT INTO differing VALUES (?,?,?,?,?,?)",
    "waiting": "INSERT INTO waiting VALUES (?,?,?)",
    "texts": "INSERT INTO texts VALUES (?,?)",
}
Table = t.Literal[
    "objects", "addresses", "keys", "mailboxes", "findings", "clash_members", "differing", "waiting", "texts"
]
Row = tuple[t.Any, ...]
# The same for rows whose objects are numbered from 1 and get their numbers by an addition.
_SHIFTED = {
    table: statement.replace("?", "?+{base}", 1)
    if table not in ("addresses", "keys")
    else statement.replace("?,?", "?,?+{base}", 1)
    for table, statement in _INSERTS.items()
}
_SHIFTED["keys"] = "INSERT INTO keys VALUES (?,?,?+{base})"
_SUFFIX, _HOME, _SERVER = 9, 3, 4


class Snapshot:
    """An SQLite file under construction or finished.

    Attributes:
        forest: what an audit learned of the forest while it filled the snapshot; it is not in the file.

    Args:
        path: where it is made; None keeps it in a nameless temporary file that is gone when it is closed.
        finished: whether it is there already, and is only read.

    Raises:
        OutputError: the file cannot be made or written, or read (also from every method).
    """

    def __init__(self, path: str | None = None, *, finished: bool = False) -> None:
        self.path = path
        self.forest: Forest | None = None
        self._reads = finished
        self._texts: dict[str, int] = {}
        self._rows: dict[Table, list[Row]] = {t.cast(Table, table): [] for table in _INSERTS}
        if finished:
            with self._errors():
                self.connection = sqlite3.connect(
                    f"{Path(path or '').absolute().as_uri()}?mode=ro", uri=True, isolation_level=None
                )
                try:
                    self.connection.execute("SELECT count(*) FROM meta")
                except sqlite3.Error:
                    self.connection.close()
                    raise
            return
        with self._errors():
            # An empty name is SQLite's own temporary file: it spills to disk only when it outgrows the memory.
            self.connection = sqlite3.connect(path or "", isolation_level=None)
            run = self.connection.execute
            run("PRAGMA journal_mode = OFF")
            run("PRAGMA synchronous = OFF")
            run("PRAGMA locking_mode = EXCLUSIVE")
            run(f"PRAGMA cache_size = -{_PAGES_IN_MEMORY_KIB}")
            run("PRAGMA temp_store = FILE")
            self.connection.executescript("BEGIN;" + _TABLES)

    def _errors(self) -> _Translated:
        return _Translated(self.path, self._reads)

    def add(self, table: Table, row: Row) -> None:
        """Append a row to a table."""
        rows = self._rows[table]
        rows.append(row)
        if len(rows) >= _BATCH:
            self._flush(table)

    def add_all(self, table: Table, rows: t.Iterable[Row]) -> None:
        """Append rows to a table."""
        waiting = self._rows[table]
        waiting.extend(rows)
        if len(waiting) >= _BATCH:
            self._flush(table)

    def _flush(self, table: Table) -> None:
        rows = self._rows[table]
        if rows:
            with self._errors():
                self.connection.executemany(_INSERTS[table], rows)
            rows.clear()

    def take_over(self, base: int, rows: t.Mapping[Table, list[Row]], texts: t.Sequence[str]) -> None:
        """Append rows that were made somewhere else.

        Args:
            base: is added to the numbers of their objects.
            rows: table to rows.
            texts: the texts that the rows know by their place, the first as 1.
        """
        numbers = [None, *(self.text_id(text) for text in texts)]
        for table, found in rows.items():
            if not found:
                continue
            if table == "objects":
                found = [
                    row if row[_SUFFIX] is None else (*row[:_SUFFIX], numbers[row[_SUFFIX]], *row[_SUFFIX + 1 :])
                    for row in found
                ]
            elif table == "mailboxes":
                found = [
                    (*row[:_HOME], numbers[row[_HOME] or 0], numbers[row[_SERVER] or 0], *row[_SERVER + 1 :])
                    for row in found
                ]
            self._flush(table)
            with self._errors():
                self.connection.executemany(_SHIFTED[table].format(base=int(base)), found)

    def text_id(self, text: str | None) -> int | None:
        """Return the number of a text that many objects share, as the DN of a database; None for None."""
        if text is None:
            return None
        number = self._texts.get(text)
        if number is None:
            number = self._texts[text] = len(self._texts) + 1
            self.add("texts", (number, text))
        return number

    def flush(self) -> None:
        """Hand all rows to SQLite, so that questions see them."""
        for table in self._rows:
            self._flush(table)

    def run(self, statement: str, parameters: t.Sequence[t.Any] = ()) -> None:
        """Execute a statement that returns nothing. Rows still waiting are written first."""
        self.flush()
        with self._errors():
            self.connection.execute(statement, parameters)

    def run_many(self, statement: str, rows: t.Iterable[Row]) -> None:
        """Execute a statement that returns nothing once for each row. Rows still waiting are written first."""
        self.flush()
        with self._errors():
            self.connection.executemany(statement, rows)

    def ask(self, question: str, parameters: t.Sequence[t.Any] = ()) -> t.Iterator[Row]:
        """Yield the rows of a question. Rows still waiting are written first."""
        self.flush()
        with self._errors():
            cursor = self.connection.execute(question, parameters)
            while rows := cursor.fetchmany(1000):
                yield from rows

    def count(self, question: str, parameters: t.Sequence[t.Any] = ()) -> int:
        """Return the single number that a question answers with."""
        return int(next(self.ask(question, parameters))[0])

    def has_table(self, name: str) -> bool:
        """Return whether there is a table of this name."""
        return bool(self.count("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)))

    def write_meta(self, name: str, value: object) -> None:
        """Keep a piece of information about the run, as JSON."""
        text = json.dumps(value, sort_keys=True, ensure_ascii=False)
        self.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, text))

    def read_meta(self, name: str) -> t.Any:
        """Return a piece of information about the run; None where it is not there."""
        for row in self.ask("SELECT value FROM meta WHERE name = ?", (name,)):
            return json.loads(row[0])
        return None

    def finish(self) -> None:
        """Write everything to the file, so that it can be opened by anybody."""
        self.flush()
        with self._errors():
            self.connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self.connection.close()


class _Translated:
    """Turns errors of SQLite into ours, which say what to do."""

    def __init__(self, path: str | None, reads: bool) -> None:
        self._where = path or "the temporary directory"
        self._reads = reads

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sqlite3.Error) and self._reads:
            raise OutputError(
                f"The snapshot {self._where} could not be read: {error}. Give one that an audit left."
            ) from None
        if isinstance(error, (sqlite3.Error, OSError)):
            full = "full" in str(error)
            hint = "Make room there" if full else "Check that the place exists, can be written and has room"
            raise OutputError(
                f"The snapshot in {self._where} could not be written: {error}. {hint}, then run the audit again.",
                code="DISK_FULL" if full else "OUTPUT_ERROR",
            ) from None
