# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of a run, so that a later one can say what is new: its findings, and those that were gone before.

A run is an SQLite file of its own, much smaller than a snapshot: it holds no object without a finding.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
import sqlite3
import typing as t

from .._model.errors import OutputError, SyncreadyError
from .._model.finding import SEVERITIES, ObjectReference
from .findings import read_findings
from .snapshot import Row, Snapshot

FORMAT = 1
_BATCH = 2000
_SUFFIX = ".sqlite"
_NAME = re.compile(r"\d{8}T\d{6}Z-\d{6}\.sqlite\Z")
_TIME = "%Y%m%dT%H%M%SZ"
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE findings (
    print BLOB PRIMARY KEY, severity INTEGER NOT NULL, rule TEXT NOT NULL, object TEXT NOT NULL, standing TEXT NOT NULL,
    waived INTEGER NOT NULL, text TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE past (print BLOB PRIMARY KEY, gone TEXT NOT NULL) WITHOUT ROWID;
"""

Plain = dict[str, t.Any]


class BaselineError(SyncreadyError):
    """What was kept of an earlier run cannot be used."""

    code = "BAD_BASELINE"


class Run:
    """A run that was kept.

    Args:
        path: the file.

    Raises:
        BaselineError: it cannot be read, or another version wrote it (also from every method).
    """

    def __init__(self, path: str) -> None:
        self.path = path
        # A path may hold signs that mean something in a URI.
        self._connection = sqlite3.connect(path, isolation_level=None)
        try:
            self._connection.execute("PRAGMA query_only = ON")
            self._meta = dict(self._connection.execute("SELECT name, value FROM meta"))
        except sqlite3.Error as error:
            self._connection.close()
            raise self._bad(str(error)) from None
        if json.loads(self._meta.get("format", "null")) != FORMAT:
            self._connection.close()
            raise self._bad("another version of the collection wrote it")

    def _bad(self, reason: str) -> BaselineError:
        return BaselineError(
            f"The run that was kept in {self.path} cannot be compared with: {reason}. Run once with baseline=reset, which "
            "compares with nothing and begins anew."
        )

    @property
    def created(self) -> str:
        """When it ended, in ISO 8601."""
        return str(json.loads(self._meta["created"]))

    @property
    def options(self) -> Plain:
        """The options that it ran with."""
        return dict(json.loads(self._meta["options"]))

    @property
    def objects(self) -> int:
        """How many objects it read."""
        return int(json.loads(self._meta["objects"]))

    def findings(self) -> t.Iterator[Row]:
        """Yield print, severity, rule, object, standing, waived and text of each finding, by print."""
        return self._ask("SELECT print, severity, rule, object, standing, waived, text FROM findings ORDER BY print")

    def past(self) -> t.Iterator[Row]:
        """Yield print and time of the findings that were gone before, by print."""
        return self._ask("SELECT print, gone FROM past ORDER BY print")

    def _ask(self, question: str) -> t.Iterator[Row]:
        try:
            yield from self._connection.execute(question)
        except sqlite3.Error as error:
            raise self._bad(str(error)) from None

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class Runs:
    """The runs that are kept of one directory.

    Args:
        place: where the runs of all directories lie; made where it does not exist.
        key: what tells the directory from every other one.
        name: what people call it.

    Raises:
        OutputError: the place cannot be read or written (also from every method).
    """

    def __init__(self, place: str, key: str, name: str) -> None:
        digest = hashlib.sha256(key.encode("utf-8")).hexdigest()[:12]
        readable = re.sub(r"[^A-Za-z0-9.-]+", "-", name)[:60].strip(".-") or "directory"
        self.path = os.path.join(place, f"{readable}-{digest}")
        try:
            # The name may have changed since, or not be known yet.
            there = sorted(one for one in os.listdir(place) if one.endswith(f"-{digest}"))
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unusable(error) from None
        if there:
            self.path = os.path.join(place, there[0])

    def names(self) -> list[str]:
        """Return the names of the runs, the oldest first."""
        try:
            return sorted(name for name in os.listdir(self.path) if _NAME.match(name))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unusable(error) from None

    def last(self) -> Run | None:
        """Return the last run; None where there is none."""
        names = self.names()
        return Run(os.path.join(self.path, names[-1])) if names else None

    def keep(
        self, snapshot: Snapshot, before: Run | None, options: Plain, shape: t.Callable[[t.Any], Plain], days: int
    ) -> str:
        """Keep a run; it is the last one then. Returns its path.

        Args:
            snapshot: after the audit, and after it was compared.
            before: what it was compared with; the findings that were gone before are taken over from it.
            options: that it ran with.
            shape: turns a finding into what is kept of it in words.
            days: how long to remember findings that are gone.
        """
        now = datetime.datetime.now(datetime.timezone.utc)
        name = _name(now.strftime(_TIME), self.names())
        path = os.path.join(self.path, name)
        try:
            os.makedirs(self.path, mode=0o700, exist_ok=True)
            os.close(os.open(path + ".new", os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
            connection = sqlite3.connect(path + ".new", isolation_level=None)
            try:
                connection.execute("PRAGMA journal_mode = OFF")
                connection.executescript("BEGIN;" + _TABLES)
                meta = {
                    "format": FORMAT,
                    "created": now.isoformat(timespec="milliseconds"),
                    "options": options,
                    "objects": snapshot.count("SELECT count(*) FROM objects"),
                }
                connection.executemany("INSERT INTO meta VALUES (?, ?)", [(k, json.dumps(v)) for k, v in meta.items()])
                _fill(connection, snapshot, before, shape, now, days)
                # SQLite itself brings it to the disk here.
                connection.execute("COMMIT")
            finally:
                connection.close()
            os.replace(path + ".new", path)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from None
        return path

    def prune(self, days: int) -> int:
        """Remove runs that are older than a number of days, but never the last one. Returns how many."""
        limit = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
        removed = 0
        try:
            for name in self.names()[:-1]:
                if name[:16] <= limit.strftime(_TIME):
                    os.unlink(os.path.join(self.path, name))
                    removed += 1
        except FileNotFoundError:
            # Another run was faster.
            return removed
        except OSError as error:
            raise self._unusable(error) from None
        return removed

    def _unusable(self, error: Exception) -> OutputError:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        full = (isinstance(error, OSError) and error.errno in (28, 122)) or "full" in str(error)
        return OutputError(
            f"The runs in {self.path} could not be kept or read: {reason}. "
            + ("Make room there." if full else "Give state_dir a directory that this user may write."),
            code="DISK_FULL" if full else "OUTPUT_ERROR",
        )


def _name(moment: str, names: list[str]) -> str:
    """Return the name of a new run, which comes after all others even where the clock was set back."""
    if names and names[-1][:16] >= moment:
        return f"{names[-1][:16]}-{int(names[-1][17:23]) + 1:06}{_SUFFIX}"
    return f"{moment}-000000{_SUFFIX}"


def _fill(
    connection: sqlite3.Connection,
    snapshot: Snapshot,
    before: Run | None,
    shape: t.Callable[[t.Any], Plain],
    now: datetime.datetime,
    days: int,
) -> None:
    elsewhere = "SELECT f.rowid, o.standing FROM findings f JOIN objects o USING (oid) WHERE o.standing <> 'judged'"
    standings: dict[int, str] = dict(snapshot.ask(elsewhere))
    rows: list[Row] = []
    insert = "INSERT OR IGNORE INTO findings VALUES (?,?,?,?,?,?,?)"
    for rowid, found in read_findings(snapshot, holders=False):
        words = shape(found)
        text = json.dumps(
            {name: words[name] for name in ("rule", "severity", "attribute", "value", "object", "fingerprint")}
        )
        row = (
            bytes.fromhex(found.fingerprint),
            SEVERITIES.index(found.severity),
            found.rule,
            object_print(found.object),
            standings.get(rowid, "judged"),
            int(found.waiver is not None),
            text,
        )
        rows.append(row)
        if len(rows) >= _BATCH:
            connection.executemany(insert, rows)
            rows.clear()
    connection.executemany(insert, rows)
    limit = (now - datetime.timedelta(days=days)).isoformat(timespec="seconds")
    old = (row for row in before.past() if row[1] >= limit) if before is not None else ()
    connection.executemany("INSERT INTO past VALUES (?, ?)", old)
    gone = "SELECT print FROM gone WHERE why = 'repaired'" if snapshot.has_table("gone") else "SELECT 1 WHERE 0"
    when = now.isoformat(timespec="seconds")
    connection.executemany("INSERT OR REPLACE INTO past VALUES (?, ?)", ((row[0], when) for row in snapshot.ask(gone)))
    connection.execute("DELETE FROM past WHERE print IN (SELECT print FROM findings)")


def object_print(reference: ObjectReference | None) -> str:
    """Return what tells an object from every other one and names nobody."""
    key = reference.key if reference else ""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
