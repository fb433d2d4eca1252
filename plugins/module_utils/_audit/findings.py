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
MAX_HOLDERS = 1000

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
    snapshot.run("CREATE INDEX IF NOT EXISTS clash_members_clash ON clash_members (clash)")
    question = _FINDINGS if limit is None else f"{_FINDINGS} LIMIT {int(limit)}"
    for row in snapshot.ask(question):
        yield row[0], _finding(snapshot, row, holders)


def _finding(snapshot: Snapshot, row: Row, with_holders: bool) -> Finding:
    _rowid, rule, severity, outcome, attribute, value, message, kind, why, clash, waiver, *rest = row
    drift, oid, *reference = rest
    holders: tuple[Holder, ...] = ()
    total = 0
    if clash is not None and with_holders:
        holders, total = _holders(snapshot, clash, oid)
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


def _holders(snapshot: Snapshot, clash: int, oid: int) -> tuple[tuple[Holder, ...], int]:
    question = (
        "SELECT c.attributes, o.standing, o.dn, o.guid, o.kind, o.name FROM clash_members c JOIN objects o USING (oid) "
        "WHERE c.clash = ? AND c.oid <> ? ORDER BY o.dn, o.guid LIMIT ?"
    )
    holders = tuple(
        Holder(ObjectReference(*reference), tuple(attributes.split(",")), standing == "judged")
        for attributes, standing, *reference in snapshot.ask(question, (clash, oid, MAX_HOLDERS))
    )
    if len(holders) < MAX_HOLDERS:
        return holders, len(holders)
    total = snapshot.count("SELECT count(*) FROM clash_members WHERE clash = ? AND oid <> ?", (clash, oid))
    return holders, total
