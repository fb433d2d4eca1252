# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An audit in numbers."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from .._directory.interface import Directory, ReadStatistics
from .._model.finding import OUTCOMES, SEVERITIES
from .._rules.catalogue import CATALOGUE
from .snapshot import Snapshot
from .suffix_data import data_date
from .waivers import WaiverIndex


@dataclass
class Summary:
    """What was read and found. Waived findings are counted as waived only.

    Attributes:
        judged: objects that the rules judged.
        left_out: objects that the synchronization leaves out, by reason.
        skipped: accounts of the system and address-only objects, by reason.
        not_read: entries that the source held and that are no objects (deleted ones, referrals), by reason.
        findings: all findings but waived ones.
        severity: findings by severity.
        outcome: findings by outcome.
        rule: findings by rule; rules without findings are not listed.
        decisions: what is left to do: for each rule, severity and kind of repair, the findings and what to decide or do.
        kind: findings by kind of object.
        judged_kind: judged objects by kind.
        objects_with_findings: judged objects with at least one error or warning.
        waivers: waived findings, and waivers that expired or accepted nothing.
        suffix_data: version of the list of top-level domains; it ends in its date.
        absent_attributes: attributes that the rules read and that the schema of the directory does not have.
        load: what a server had to do for it: searches, pages, entries, bytes, seconds; empty without a server.
        seconds: duration of the whole audit.
        scan_seconds: the part of it that reading and judging single objects took.
    """

    judged: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    not_read: dict[str, int] = field(default_factory=dict)
    findings: int = 0
    severity: dict[str, int] = field(default_factory=dict)
    outcome: dict[str, int] = field(default_factory=dict)
    rule: dict[str, int] = field(default_factory=dict)
    decisions: list[dict[str, object]] = field(default_factory=list)
    kind: dict[str, int] = field(default_factory=dict)
    judged_kind: dict[str, int] = field(default_factory=dict)
    objects_with_findings: int = 0
    waivers: dict[str, int] = field(default_factory=dict)
    suffix_data: str = "unknown"
    absent_attributes: list[str] = field(default_factory=list)
    load: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    scan_seconds: float = 0.0

    def as_dict(self) -> dict[str, object]:
        """Return the summary as plain values."""
        return dataclasses.asdict(self)


def summarise(snapshot: Snapshot, directory: Directory | None, waivers: WaiverIndex) -> Summary:
    """Count what the snapshot holds. Without a directory, nothing was read."""
    statistics = directory.statistics if directory is not None else ReadStatistics()
    open_ones = "FROM findings WHERE waiver IS NULL"
    severity = {SEVERITIES[rank]: n for rank, n in snapshot.ask(f"SELECT severity, count(*) {open_ones} GROUP BY 1")}
    outcome: dict[str, int] = dict(snapshot.ask(f"SELECT outcome, count(*) {open_ones} GROUP BY 1"))
    skipped = "SELECT reason, count(*) FROM objects WHERE standing {} GROUP BY 1 ORDER BY 1"
    return Summary(
        judged=snapshot.count("SELECT count(*) FROM objects WHERE standing = 'judged'"),
        left_out=dict(snapshot.ask(skipped.format("= 'left_out'"))),
        skipped=dict(snapshot.ask(skipped.format("IN ('system', 'address_only')"))),
        not_read=dict(sorted(statistics.skipped.items())),
        findings=sum(severity.values()),
        severity={name: severity.get(name, 0) for name in SEVERITIES},
        outcome={name: outcome[name] for name in OUTCOMES if name in outcome},
        rule=dict(snapshot.ask(f"SELECT rule, count(*) {open_ones} GROUP BY 1 ORDER BY 1")),
        decisions=_decisions(snapshot),
        kind=dict(
            snapshot.ask(
                "SELECT o.kind, count(*) FROM findings f JOIN objects o USING (oid) WHERE f.waiver IS NULL "
                "GROUP BY 1 ORDER BY 1"
            )
        ),
        judged_kind=dict(
            snapshot.ask("SELECT kind, count(*) FROM objects WHERE standing = 'judged' GROUP BY 1 ORDER BY 1")
        ),
        objects_with_findings=snapshot.count(
            "SELECT count(DISTINCT f.oid) FROM findings f JOIN objects o USING (oid) "
            "WHERE f.waiver IS NULL AND f.severity < 2 AND o.standing <> 'forest'"
        ),
        waivers={
            "waived": snapshot.count("SELECT count(*) FROM findings WHERE waiver IS NOT NULL"),
            "expired": waivers.expired,
            "unused": waivers.unused,
        },
        suffix_data=data_date(),
        absent_attributes=list(statistics.absent_attributes),
        load=statistics.load(),
    )


def _decisions(snapshot: Snapshot) -> list[dict[str, object]]:
    """Return what is left, the severest first. The words are the rule's: they name nobody."""
    question = (
        "SELECT severity, rule, kind, count(*) FROM findings WHERE waiver IS NULL "
        "GROUP BY 1, 2, 3 ORDER BY 1, 4 DESC, 2, 3"
    )
    return [
        {
            "rule": rule,
            "severity": SEVERITIES[rank],
            "repair": kind,
            "findings": number,
            "decision": CATALOGUE[rule].how,
        }
        for rank, rule, kind, number in snapshot.ask(question)
    ]
