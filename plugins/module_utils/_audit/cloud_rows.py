# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows of the comparison with the tenant, and what they come to in numbers."""

from __future__ import annotations

import json
import typing as t
from collections import Counter
from dataclasses import dataclass, field

from .._model.finding import SEVERITIES, ObjectReference, Severity
from .._rules.mismatches import MISMATCHES, Follows
from .cloud_names import Account
from .cloud_pairs import MatchedBy
from .snapshot import Row, Snapshot


@dataclass(frozen=True)
class Mismatch:
    """One thing that is wrong between an object and the tenant.

    Attributes:
        kind: of the catalogue of mismatches.
        message: what is wrong, in words, with the values.
        commands: commands for the tenant's side; empty where nothing is to be done there.
    """

    kind: str
    message: str
    commands: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return MISMATCHES[self.kind].severity

    @property
    def follows(self) -> Follows:
        """Whether it settles itself."""
        return MISMATCHES[self.kind].follows

    @property
    def advice(self) -> str:
        """What is to be done."""
        return MISMATCHES[self.kind].advice


@dataclass(frozen=True)
class MatchRow:
    """One object of the directory with its counterpart, or an account of the tenant that should have one.

    Attributes:
        oid: number of the object in the snapshot; None for an account without one.
        object: the object; None for an account without one.
        matched_by: how the two were matched.
        account: the account; None where the tenant has none.
        sign_in_name: of the object.
        cloud_upn: what the tenant would call the user.
        immutable_id: what the object's anchor is in the tenant.
        mismatches: what is wrong.
    """

    oid: int | None
    object: ObjectReference | None
    matched_by: MatchedBy
    account: Account | None
    sign_in_name: str | None = None
    cloud_upn: str | None = None
    immutable_id: str | None = None
    mismatches: tuple[Mismatch, ...] = ()

    @property
    def rank(self) -> int:
        """The severest mismatch: 0 is an error, 3 is none at all."""
        return min((SEVERITIES.index(item.severity) for item in self.mismatches), default=len(SEVERITIES))


@dataclass
class MatchSummary:
    """The comparison in numbers.

    Attributes:
        objects: judged users of the directory.
        matched_by: users by how they were matched.
        mismatches: mismatches by kind.
        severity: mismatches by severity.
        rows_with_mismatches: rows with at least one.
        cloud_only: accounts of the tenant that come from no directory and match nobody here.
        other_domains: synchronized accounts that come from domains that were not read.
    """

    objects: int = 0
    matched_by: Counter[str] = field(default_factory=Counter)
    mismatches: Counter[str] = field(default_factory=Counter)
    severity: Counter[str] = field(default_factory=Counter)
    rows_with_mismatches: int = 0
    cloud_only: int = 0
    other_domains: int = 0

    def count(self, row: MatchRow) -> None:
        """Take a row into the numbers."""
        if row.object is not None:
            self.matched_by[row.matched_by] += 1
        self.rows_with_mismatches += bool(row.mismatches)
        self.mismatches.update(item.kind for item in row.mismatches)
        self.severity.update(item.severity for item in row.mismatches)


def keep_rows(snapshot: Snapshot, rows: t.Iterable[tuple[MatchRow, t.Mapping[str, t.Any]]]) -> None:
    """Keep rows as plain values in the snapshot's file, to be read back with the severest first."""
    snapshot.run("CREATE TEMP TABLE match_rows (place INTEGER PRIMARY KEY, rank INTEGER NOT NULL, row TEXT NOT NULL)")
    waiting: list[Row] = []
    for place, (row, plain) in enumerate(rows):
        waiting.append((place, row.rank, json.dumps(plain)))
        if len(waiting) >= 1000:
            snapshot.run_many("INSERT INTO temp.match_rows VALUES (?,?,?)", waiting)
            waiting.clear()
    snapshot.run_many("INSERT INTO temp.match_rows VALUES (?,?,?)", waiting)


def read_rows(
    snapshot: Snapshot, limit: int | None = None, *, worst: int = len(SEVERITIES)
) -> t.Iterator[dict[str, t.Any]]:
    """Yield the rows that were kept, the severest first; ``worst`` 2 leaves those without a mismatch out."""
    question = "SELECT row FROM temp.match_rows WHERE rank <= ? ORDER BY rank, place LIMIT ?"
    for row in snapshot.ask(question, (worst, -1 if limit is None else limit)):
        yield json.loads(row[0])
