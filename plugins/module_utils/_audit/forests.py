# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several forests in one place: the snapshots of their audits, copied together. No directory is asked."""

from __future__ import annotations

import bisect
import contextlib
import json
import os
import sqlite3
import typing as t
from dataclasses import dataclass
from pathlib import Path

from .._model.dn import dns_domain
from .._model.errors import OptionError
from .snapshot import Snapshot, Table

# What is copied: table, columns, and how many of the first ones are numbers of objects.
_COPIED: tuple[tuple[Table, str, int], ...] = (
    (
        "objects",
        "oid, guid, dn, kind, name, standing, reason, sid, upn_valid, NULL, anchor, identity",
        0,
    ),
    ("addresses", "value, oid, holds", 1),
    ("keys", "space, value, oid", 2),
    ("waiting", "oid, reason, sid", 0),
)
_FOREST = "forest"


class SnapshotFileError(OptionError):
    """A file is no snapshot of a complete audit."""

    code = "SNAPSHOT_FILE"


@dataclass(frozen=True)
class AuditedForest:
    """One forest of a comparison.

    Attributes:
        name: its name, made plain where two have the same.
        root: DN of its root domain, as far as the snapshot shows it.
        path: the snapshot.
        source: what was read.
        suffixes: suffixes that a UPN may have there, folded; None where the source does not tell.
        objects: judged objects.
        offset: what was added to the numbers of its objects.
    """

    name: str
    root: str
    path: str
    source: dict[str, str]
    suffixes: frozenset[str] | None
    objects: int
    offset: int


class Forests:
    """The forests that were copied together.

    Attributes:
        snapshot: holds all their objects, addresses and values.
        items: the forests in the order of their names.
    """

    def __init__(self, snapshot: Snapshot, items: t.Sequence[AuditedForest]) -> None:
        self.snapshot = snapshot
        self.items = tuple(items)
        self._offsets = [item.offset for item in items]

    def number_of(self, oid: int) -> int:
        """Return which of the forests an object belongs to."""
        return bisect.bisect_left(self._offsets, oid) - 1

    def of(self, oid: int) -> AuditedForest:
        """Return the forest of an object."""
        return self.items[self.number_of(oid)]


def bring_together(paths: t.Sequence[str], snapshot: Snapshot) -> Forests:
    """Copy the objects of several snapshots into an empty one.

    Raises:
        SnapshotFileError: a file is no snapshot of an audit, or two of them are of the same objects.
        OutputError: the copy could not be written.
    """
    seen: dict[str, str] = {}
    for path in paths:
        real = os.path.realpath(path)
        if real in seen:
            raise SnapshotFileError(f"compare_snapshots: {path} is named twice. Name one snapshot for each forest.")
        seen[real] = path
    if len(paths) < 2:
        raise SnapshotFileError("compare_snapshots: name the snapshots of two forests at least.")
    items: list[AuditedForest] = []
    with contextlib.ExitStack() as stack:
        sources = []
        for path in paths:
            sources.append(_Source(path))
            stack.callback(sources[-1].close)
        sources.sort(key=lambda source: (source.name, source.path))
        offset = 0
        snapshot.run("CREATE TABLE joins (oid INTEGER NOT NULL, value TEXT NOT NULL)")
        for source in sources:
            name = source.name
            if any(item.name == name for item in items):
                name = f"{name} ({source.path})"
            items.append(source.copy(snapshot, name, offset))
            offset = snapshot.count("SELECT coalesce(max(oid), 0) FROM objects") or offset
    snapshot.run("CREATE INDEX objects_guid ON objects (guid)")
    _refuse_twins(snapshot, items)
    return Forests(snapshot, items)


def _refuse_twins(snapshot: Snapshot, items: list[AuditedForest]) -> None:
    forests = Forests(snapshot, items)
    question = "SELECT min(oid), max(oid) FROM objects WHERE guid IS NOT NULL GROUP BY guid HAVING count(*) > 1"
    for first, last in snapshot.ask(question):
        one, other = forests.of(first), forests.of(last)
        if one is not other:
            raise SnapshotFileError(
                f"compare_snapshots: {one.path} and {other.path} hold the same objects, so they are of one forest. Name "
                "one snapshot for each forest."
            )


class _Source:
    """One snapshot, open for reading."""

    def __init__(self, path: str) -> None:
        self.path = path
        if not os.path.isfile(path):
            raise SnapshotFileError(
                f"compare_snapshots: there is no file {path}. Audit the forest with report_dir first."
            )
        try:
            self._connection = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)
        except sqlite3.Error as error:
            raise self._useless(error) from None
        try:
            self._learn()
        except SnapshotFileError:
            self.close()
            raise

    def _learn(self) -> None:
        """Read what the snapshot says of itself."""
        self._known: dict[str, t.Any] = {
            name: json.loads(value) for name, value in self._ask("SELECT name, value FROM meta")
        }
        if "source" not in self._known or "summary" not in self._known:
            raise self._useless("it has no end")
        source = self._known["source"]
        self.source: dict[str, str] = {str(name): str(value) for name, value in source.items()}
        domains = {domain for (dn,) in self._ask("SELECT dn FROM objects") if (domain := dns_domain(dn))}
        shortest = min(domains, key=lambda domain: (domain.count("."), domain), default="")
        self.root = self.source.get("forest") or shortest
        self.name = self.root or os.path.basename(self.path)

    def _useless(self, why: object) -> SnapshotFileError:
        return SnapshotFileError(
            f"compare_snapshots: {self.path} is no snapshot of a complete audit ({why}). Give the snapshot.sqlite that "
            "audit_info left in its report_dir."
        )

    def _ask(self, question: str) -> t.Iterator[tuple[t.Any, ...]]:
        try:
            cursor = self._connection.execute(question)
            while rows := cursor.fetchmany(1000):
                yield from rows
        except sqlite3.Error as error:
            raise self._useless(error) from None

    def copy(self, snapshot: Snapshot, name: str, offset: int) -> AuditedForest:
        """Copy everything that is compared; the numbers of the objects grow by ``offset``."""
        for table, columns, place in _COPIED:
            # What was said about the forest itself is said of all of them anew.
            where = f" WHERE standing <> '{_FOREST}'" if table == "objects" else ""
            for row in self._ask(f"SELECT {columns} FROM {table}{where}"):
                snapshot.add(table, (*row[:place], row[place] + offset, *row[place + 1 :]))
        if any(self._ask("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'joins'")):
            rows = ((oid + offset, value) for oid, value in self._ask("SELECT oid, value FROM joins"))
            snapshot.run_many("INSERT INTO joins VALUES (?, ?)", rows)
        suffixes = self._known.get("registered_suffixes")
        return AuditedForest(
            name=name,
            root=",".join(f"DC={label}" for label in self.root.split(".")) if self.root else "",
            path=self.path,
            source=self.source,
            suffixes=None if suffixes is None else frozenset(suffixes),
            objects=int(self._known["summary"].get("judged", 0)),
            offset=offset,
        )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
