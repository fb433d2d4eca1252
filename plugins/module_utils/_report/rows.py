# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings as plain values: for JSON, for CSV and for the results of modules."""

from __future__ import annotations

import typing as t

from .._model.cells import escape
from .._model.finding import Finding, ObjectReference
from .._rules.catalogue import CATALOGUE

# The first eight are those of IdFix, so that sheets and habits go on working; then ours.
CSV_COLUMNS = (
    "DISTINGUISHEDNAME",
    "COMMONNAME",
    "OBJECTCLASS",
    "ATTRIBUTE",
    "ERROR",
    "VALUE",
    "UPDATE",
    "ACTION",
    "RULE",
    "SEVERITY",
    "OUTCOME",
    "MESSAGE",
    "HOLDERS",
    "REPAIR",
    "WHY",
    "OBJECTGUID",
    "FINGERPRINT",
    "WAIVER",
)


def finding_as_dict(finding: Finding) -> dict[str, t.Any]:
    """Return a finding as plain values, the shape of a line of findings.jsonl."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "outcome": finding.outcome,
        "attribute": finding.attribute,
        "value": finding.value,
        "message": finding.message,
        "object": _object_as_dict(finding.object),
        "holders": [
            {**_object_as_dict(holder.object), "attributes": list(holder.attributes), "judged": holder.judged}
            for holder in finding.holders
        ],
        "holders_total": finding.holders_total,
        "repair": {
            "kind": finding.repair.kind,
            "changes": [
                {"attribute": change.attribute, "remove": list(change.remove), "add": list(change.add)}
                for change in finding.repair.changes
            ],
            "why": finding.repair.why,
        },
        "fingerprint": finding.fingerprint,
        "waiver": finding.waiver,
    }


def _object_as_dict(reference: ObjectReference | None) -> dict[str, str | None]:
    if reference is None:
        return {"dn": None, "guid": None, "kind": None, "name": None}
    return {"dn": reference.dn, "guid": reference.guid, "kind": reference.kind, "name": reference.name}


def finding_as_csv(finding: Finding) -> list[str]:
    """Return a finding as a row of findings.csv, its cells escaped."""
    reference = finding.object or ObjectReference("", None, "", "")
    more = finding.holders_total - len(finding.holders)
    holders = "\n".join([holder.object.dn for holder in finding.holders] + ([f"and {more} more"] if more > 0 else []))
    cells = (
        reference.dn,
        reference.name,
        reference.kind,
        finding.attribute or "",
        CATALOGUE[finding.rule].idfix or finding.rule,
        finding.value or "",
        "",
        "",
        finding.rule,
        finding.severity,
        finding.outcome,
        finding.message,
        holders,
        finding.repair.kind,
        finding.repair.why,
        reference.guid or "",
        finding.fingerprint,
        finding.waiver or "",
    )
    return [escape(cell) for cell in cells]
