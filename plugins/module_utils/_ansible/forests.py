# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparing the forests of several audits: the options, and the work of audit_info where compare_snapshots is given."""

from __future__ import annotations

import contextlib
import typing as t

from .._audit.findings import read_findings
from .._audit.forests_compare import Comparison, compare_forests
from .._audit.forests_persons import ForestJoin
from .._audit.options import AuditOptions
from .._audit.snapshot import Snapshot
from .._audit.summary import Summary
from .._audit.thresholds import Threshold, crossed
from .._model.errors import OptionError
from .._model.version import VERSION
from .._report.files import ReportDirectory
from .._report.html import render
from .._report.html_environment import check_html
from .._report.html_snapshot import part_across, part_of
from .._report.mask import Mask
from .._report.rows import CSV_COLUMNS, dict_as_csv, finding_as_dict
from .arguments import Spec
from .choices import Params, dns, join_attribute
from .wrapper import Failure, Result


def forests_spec() -> Spec:
    """Return the options about several forests (fragment ``forest.compare``)."""
    return {
        "compare_snapshots": {"type": "list", "elements": "path", "default": []},
        "forest_join": {"type": "str", "choices": ["none", "mail", "master_account", "attribute"], "default": "none"},
        "forest_join_attribute": {"type": "str"},
        "galsync_ous": {"type": "list", "elements": "str", "default": []},
    }


def forest_join(params: Params) -> ForestJoin:
    """Return how the objects of one person are found.

    Raises:
        OptionError: the attribute is missing or no attribute, or an OU is no DN.
    """
    return ForestJoin(params["forest_join"], join_attribute(params) or "", dns("galsync_ous", params["galsync_ous"]))


def compare(params: Params, options: AuditOptions, thresholds: t.Sequence[Threshold], mask: Mask) -> Result:
    """Compare the snapshots that the options name; write the report where there is a report_dir.

    Raises:
        SyncreadyError: something was wrong that a person can act on; no report was written then.
        Failure: the comparison is complete, and ``fail_on`` or a threshold was crossed.
    """
    join = forest_join(params)
    if any(threshold.of == "new" for threshold in thresholds):
        raise OptionError("thresholds: a comparison has no earlier run, so nothing is new. Leave of out, or say all.")
    if params["report_dir"]:
        check_html()
    with contextlib.ExitStack() as stack:
        report = ReportDirectory(params["report_dir"]) if params["report_dir"] else None
        if report is not None:
            stack.callback(report.discard)
        snapshot = Snapshot()
        stack.callback(snapshot.close)
        comparison = compare_forests(params["compare_snapshots"], join, options, snapshot)
        over = crossed(snapshot, thresholds)
        names = [forest["name"] for forest in comparison.forests]
        source = {"transport": "snapshots", "forests": ", ".join(names)}
        summary = {
            **comparison.summary.as_dict(),
            "forests": comparison.forests,
            "persons": comparison.persons,
            "notes": comparison.notes,
        }
        if report is not None:
            plain = (mask.finding(finding_as_dict(found)) for _row, found in read_findings(snapshot))
            report.write_rows("forests", CSV_COLUMNS, ((line, dict_as_csv(line)) for line in plain))
            document = {"collection": f"syncready.m365 {VERSION}", "source": source, "summary": summary}
            report.write_json("forests.json", {**document, "crossed": over})
            report.write_text("report.html", _page(comparison, snapshot, join, mask, over))
        sample = [
            mask.finding(finding_as_dict(found))
            for _row, found in read_findings(snapshot, limit=params["max_returned"])
        ]
        total = comparison.summary.findings + comparison.summary.waivers["waived"]
        result: dict[str, t.Any] = {
            "source": source,
            "summary": summary,
            "findings": sample,
            "truncated": len(sample) < total,
            "crossed": over,
            "artifacts": report.publish() if report is not None else {},
        }
    return _judged(result, comparison.summary, params["fail_on"])


def _page(comparison: Comparison, snapshot: Snapshot, join: ForestJoin, mask: Mask, over: list[str]) -> str:
    """Return one report of all forests, from their snapshots, with what only the comparison sees."""
    with contextlib.ExitStack() as stack:
        parts = []
        snapshot.run("CREATE TEMP TABLE busy (oid INTEGER PRIMARY KEY)")
        for forest, offset in zip(comparison.forests, comparison.offsets, strict=True):
            one = Snapshot(forest["path"], finished=True)
            stack.callback(one.close)
            part = part_of(one, mask)
            part.name = forest["name"]
            parts.append(part)
            # What a forest says of itself has numbers, too, which are not copied.
            busy = one.ask(
                "SELECT DISTINCT f.oid FROM findings f JOIN objects o USING (oid) WHERE f.waiver IS NULL AND "
                "f.severity < 2 AND o.standing <> 'forest'"
            )
            snapshot.run_many("INSERT INTO temp.busy VALUES (?)", ((oid + offset,) for (oid,) in busy))
        about = {"join": join.by, "persons": comparison.persons, "notes": comparison.notes}
        summary = comparison.summary.as_dict()
        # Objects that have findings in their own forest are counted there.
        summary["objects_with_findings"] = snapshot.count(
            "SELECT count(DISTINCT f.oid) FROM findings f JOIN objects o USING (oid) WHERE f.waiver IS NULL AND "
            "f.severity < 2 AND o.standing <> 'forest' AND f.oid NOT IN (SELECT oid FROM temp.busy)"
        )
        return render([*parts, part_across(snapshot, mask, about, summary, over)], hides=mask.hides)


def _judged(result: Result, summary: Summary, fail_on: str) -> Result:
    counted = {"none": (), "warning": ("error", "warning"), "error": ("error",)}[fail_on]
    where = result["artifacts"].get("forests_csv", {}).get("path")
    tail = f" They are listed in {where}." if where else " Give report_dir to have them listed."
    if any(summary.severity[name] for name in counted):
        words = " and ".join(f"{summary.severity[name]} of severity {name}" for name in counted)
        raise Failure(
            f"The forests are not ready together: {words} found (fail_on: {fail_on}).{tail}", "FAIL_ON", result
        )
    if result["crossed"]:
        raise Failure(f"A threshold was crossed. {' '.join(result['crossed'])}{tail}", "THRESHOLD", result)
    return result
