# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which object of the directory is which account of the tenant.

Matched as the synchronization does it: by anchor first, then by the primary SMTP address, then by the sign-in name.
"""

from __future__ import annotations

import typing as t

from .._model.text import fold
from .cloud import CLOUD_PRIMARY, CLOUD_UPN
from .remembered import Remembered, remembered
from .snapshot import Row, Snapshot

SourceAnchor = t.Literal["ms_ds_consistency_guid", "object_guid"]
MatchedBy = t.Literal["immutable_id", "object_guid", "smtp", "upn", "none"]

_PEOPLE = "o.kind IN ('user', 'inetOrgPerson')"
_ANCHORS: dict[SourceAnchor, str] = {
    "ms_ds_consistency_guid": "coalesce(o.anchor, o.guid)",
    "object_guid": "o.guid",
}


def pair(snapshot: Snapshot, sign_in_attribute: str, source_anchor: SourceAnchor) -> None:
    """Fill the temporary tables ``pairs`` (oid, cid, how) and ``soft`` (oid, smtp, upn).

    Of ``soft`` both columns name the account that holds the address, or the name, as its own; only users of the
    tenant that no anchor matched are candidates.
    """
    snapshot.run("CREATE TEMP TABLE pairs (oid INTEGER PRIMARY KEY, cid INTEGER NOT NULL, how TEXT NOT NULL)")
    snapshot.run("CREATE TEMP TABLE soft (oid INTEGER PRIMARY KEY, smtp INTEGER, upn INTEGER)")
    snapshot.run(
        "INSERT INTO temp.pairs SELECT o.oid, min(c.cid), 'immutable_id' FROM objects o JOIN temp.cloud c "
        f"ON c.anchor = {_ANCHORS[source_anchor]} WHERE {_PEOPLE} AND c.kind = 'user' AND NOT c.deleted GROUP BY o.oid"
    )
    snapshot.run("CREATE INDEX temp.pairs_cid ON pairs (cid)")
    # A user whose anchor was filled after the tenant had been joined by objectGUID.
    snapshot.run(
        "INSERT INTO temp.pairs SELECT o.oid, min(c.cid), 'object_guid' FROM objects o JOIN temp.cloud c ON c.anchor = o.guid "
        f"WHERE {_PEOPLE} AND c.kind = 'user' AND NOT c.deleted AND o.oid NOT IN (SELECT oid FROM temp.pairs) "
        "AND c.cid NOT IN (SELECT cid FROM temp.pairs) GROUP BY o.oid"
    )
    snapshot.run("CREATE TEMP TABLE hard AS SELECT DISTINCT cid FROM temp.pairs")
    snapshot.run("CREATE UNIQUE INDEX temp.hard_cid ON hard (cid)")
    rows: list[Row] = []
    for item in remembered(snapshot, sign_in_attribute, ("judged", "left_out")):
        if snapshot.count("SELECT count(*) FROM temp.pairs WHERE oid = ?", (item.oid,)):
            continue
        smtp, upn = _candidates(snapshot, item)
        if item.standing == "judged":
            if smtp or upn:
                rows.append((item.oid, smtp, upn))
        elif (found := smtp or upn) and _synced_without_anchor(snapshot, found):
            # What is left out can only be there already; it is never matched anew.
            rows.append((item.oid, smtp, upn))
    snapshot.run_many("INSERT INTO temp.soft VALUES (?,?,?)", rows)
    snapshot.run_many(
        "INSERT INTO temp.pairs VALUES (?,?,?)",
        [(oid, smtp or upn, "smtp" if smtp else "upn") for oid, smtp, upn in rows],
    )


def _candidates(snapshot: Snapshot, item: Remembered) -> tuple[int | None, int | None]:
    subject = item.subject()
    primary = subject.primary
    address = primary.address if primary else subject.mail if not subject.smtp else None
    return (
        _holder(snapshot, address, CLOUD_PRIMARY),
        _holder(snapshot, subject.sign_in_name, CLOUD_UPN),
    )


def _holder(snapshot: Snapshot, value: str | None, bit: int) -> int | None:
    if value is None:
        return None
    question = (
        "SELECT v.cid FROM temp.cloud_values v JOIN temp.cloud c USING (cid) WHERE v.value = ? AND v.holds & ? "
        "AND c.kind = 'user' AND NOT c.deleted AND v.cid NOT IN (SELECT cid FROM temp.hard) ORDER BY v.cid LIMIT 1"
    )
    for row in snapshot.ask(question, (fold(value), bit)):
        return int(row[0])
    return None


def _synced_without_anchor(snapshot: Snapshot, cid: int) -> bool:
    question = "SELECT count(*) FROM temp.cloud WHERE cid = ? AND synced = 1 AND immutable_id IS NULL"
    return bool(snapshot.count(question, (cid,)))
