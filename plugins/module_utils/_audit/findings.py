# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading findings back from a snapshot, in an order that does not depend on the scan."""

from __future__ import annotations

import typing as t

from .._model.finding import SEVERITIES, Finding, Holder, ObjectReference, Repair
from .._rules.catalogue import ORDER
from .snapshot import Row, Snapshot

# A value that thousands of objects share would otherwise be listed thousands of times thousands of times.
MAX_HOLDERS = 100
# Of such values, those that were met last are not looked up again for each of their objects.
_KEPT_CLASHES = 256

_FINDINGS = (
    "SELECT f.rowid, f.rule, f.severity, f.outcome, f.attribute, f.value, f.message, f.kind, f.why, f.clash, f.waiver, "
    "f.drift, "
    "o.oid, o.dn, o.guid, o.kind, o.name FROM findings f JOIN objects o USING (oid) "
    "LEFT JOIN temp.rule_order r ON r.rule = f.rule "
    "ORDER BY f.waiver IS NOT NULL, f.severity, o.dn, o.guid, r.place, f.attribute, f.value, f.message"
)


def read_findings(
    snapshot: Snapshot, *, limit: int | None = None, holders: bool = True
) -> t.Iterator[tuple[int, Finding]]:
    """Yield row number and finding: the severest first, by DN; waived ones last.

    Args:
        snapshot: the snapshot, after the audit.
        limit: how many at the most; None for all.
        holders: whether to look up the other holders of a value.
    """
    snapshot.run("CREATE TEMP TABLE IF NOT EXISTS rule_order (rule TEXT PRIMARY KEY, place INTEGER) WITHOUT ROWID")
    if not snapshot.count("SELECT count(*) FROM temp.rule_order"):
        for rule, place in ORDER.items():
            snapshot.run("INSERT INTO temp.rule_order VALUES (?, ?)", (rule, place))
    snapshot.run("CREATE INDEX IF NOT EXISTS clash_members_clash ON clash_members (clash, oid)")
    clashes = _Clashes(snapshot) if holders else None
    question = _FINDINGS if limit is None else f"{_FINDINGS} LIMIT {int(limit)}"
    for row in snapshot.ask(question):
        yield row[0], _finding(row, clashes)


def _finding(row: Row, clashes: _Clashes | None) -> Finding:
    _rowid, rule, severity, outcome, attribute, value, message, kind, why, clash, waiver, *rest = row
    drift, oid, *reference = rest
    holders: tuple[Holder, ...] = ()
    total = 0
    if clash is not None and clashes is not None:
        holders, total = clashes.beside(clash, oid)
    return Finding(
        rule=rule,
        severity=SEVERITIES[severity],
        outcome=outcome,
        attribute=attribute,
        value=value,
        message=message,
        repair=Repair(kind, why),
        object=ObjectReference(*reference),
        holders=holders,
        holders_total=total,
        waiver=waiver,
        drift=drift,
    )


class _Clashes:
    """Looks up who holds a value that several objects have."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._kept: dict[int, tuple[list[tuple[int, Holder]], int]] = {}

    def beside(self, clash: int, oid: int) -> tuple[tuple[Holder, ...], int]:
        """Return the holders beside an object, by DN and no more than MAX_HOLDERS of them, and how many there are."""
        first, total = self._kept.get(clash) or self._look_up(clash)
        others = tuple(holder for number, holder in first if number != oid)
        if total == len(first):
            return others[:MAX_HOLDERS], len(others)
        own = self._snapshot.count("SELECT count(*) FROM clash_members WHERE clash = ? AND oid = ?", (clash, oid))
        return others[:MAX_HOLDERS], total - own

    def _look_up(self, clash: int) -> tuple[list[tuple[int, Holder]], int]:
        question = (
            "SELECT c.oid, c.attributes, o.standing, o.dn, o.guid, o.kind, o.name "
            "FROM clash_members c JOIN objects o USING (oid) WHERE c.clash = ? ORDER BY o.dn, o.guid LIMIT ?"
        )
        first = [
            (oid, Holder(ObjectReference(*reference), tuple(attributes.split(",")), standing == "judged"))
            for oid, attributes, standing, *reference in self._snapshot.ask(question, (clash, MAX_HOLDERS + 1))
        ]
        if len(first) <= MAX_HOLDERS:
            return first, len(first)
        total = self._snapshot.count("SELECT count(*) FROM clash_members WHERE clash = ?", (clash,))
        if len(self._kept) == _KEPT_CLASHES:
            del self._kept[next(iter(self._kept))]
        self._kept[clash] = first, total
        return first, total
