# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module audit_info."""

from __future__ import annotations

import contextlib
import datetime
import typing as t

from ansible.module_utils.basic import AnsibleModule

from .._audit.drift import Drift, gone_list
from .._audit.findings import read_findings
from .._audit.options import AuditOptions
from .._audit.scan import Scanned, run_audit
from .._audit.snapshot import FORMAT, Snapshot
from .._audit.summary import Summary
from .._audit.thresholds import crossed
from .._directory.interface import Directory
from .._model.version import VERSION
from .._remediation.assumed import export_of
from .._report.files import ReportDirectory
from .._report.html import check_html, render
from .._report.html_snapshot import name_of, part_of
from .._report.mask import Mask
from .._report.rows import CSV_COLUMNS, GONE_COLUMNS, dict_as_csv, finding_as_dict, gone_as_csv
from .arguments import Spec, directory_spec
from .assumed import NAMES as ASSUMED
from .assumed import assumes, tell_passed_over
from .audit_drift import EarlierRuns, drift_spec, thresholds_of
from .audit_preview import beside_spec, check_preview, write_preview
from .audit_report import forest_of, keep_for_reports
from .choices import audit_options, open_directory
from .forests import compare
from .progress import ProgressFile
from .wrapper import Failure, Result

EMPTY_RESULT: Result = {
    "source": {},
    "summary": {},
    "findings": [],
    "truncated": False,
    "drift": {},
    "gone": [],
    "crossed": [],
    "artifacts": {},
}


def audit_spec() -> Spec:
    """Return the options of the module itself."""
    return {
        **drift_spec(),
        "report_dir": {"type": "path"},
        "report_detail": {"type": "str", "choices": ["full", "pseudonymous"], "default": "full"},
        "max_returned": {"type": "int", "default": 100},
        "progress_path": {"type": "path"},
        "fail_on": {"type": "str", "choices": ["none", "warning", "error"], "default": "none"},
    }


# Options that say nothing about the audit itself, or that the report names elsewhere.
_NOT_REPORTED = frozenset((*directory_spec(), *audit_spec()))
# Of them, those that decide which objects are read; the waivers and exports of a day are no choice of rules.
_COMPARED_TOO = ("domains", "search_bases")
_NOT_COMPARED = frozenset(("waivers_path", *beside_spec(), *ASSUMED))


def audit(module: AnsibleModule) -> Result:
    """Audit the directory that the options name; write the report where there is a report_dir.

    Raises:
        SyncreadyError: something was wrong that a person can act on; no report was written then.
        Failure: the audit is complete, and ``fail_on`` or a threshold was crossed.
    """
    params = module.params
    options = audit_options(params)
    thresholds = thresholds_of(params)
    mask = Mask(params["report_detail"])
    if params["compare_snapshots"]:
        return compare(params, options)
    planned = check_preview(params)
    if params["report_dir"]:
        check_html()
    with contextlib.ExitStack() as stack:
        runs = EarlierRuns(params, _compared(params), stack)
        directory = open_directory(params)
        stack.callback(directory.close)
        stack.callback(tell_passed_over, module, directory)
        report = ReportDirectory(params["report_dir"]) if params["report_dir"] else None
        if report is not None:
            stack.callback(report.discard)
        # A snapshot holds every name.
        snapshot = Snapshot(report.file("snapshot.sqlite") if report is not None and not mask.hides else None)
        stack.callback(snapshot.close)
        progress = ProgressFile(params["progress_path"])
        summary = _run(directory, options, snapshot, params, runs, progress)
        progress.tell("reporting")
        drift = runs.compare(snapshot, options)
        over = crossed(snapshot, thresholds)
        if report is not None:
            write_preview(params, options, snapshot, report, planned)
            _write(report, snapshot, mask, _document(directory.identity(), params, summary), drift, over)
        result = _result(directory, snapshot, mask, summary, drift, params["max_returned"])
        result["crossed"] = over
        result["artifacts"] = report.publish() if report is not None else {}
        # What is assumed is not there: it must not be what the next run is compared with.
        if not module.check_mode and not assumes(params):
            runs.keep(snapshot, mask)
    for text in runs.warnings:
        module.warn(text)
    return _judged(result, summary, params["fail_on"])


def _run(
    directory: Directory,
    options: AuditOptions,
    snapshot: Snapshot,
    params: dict[str, t.Any],
    runs: EarlierRuns,
    progress: ProgressFile,
) -> Summary:
    """Audit; find the earlier run of the same directory once it is known which one it is."""
    keep = keep_for_reports(snapshot, directory, options, bool(params["search_bases"]))

    def scanned(found: Scanned) -> None:
        source = directory.identity()
        runs.find(source, found, name_of(source, forest_of(found)))
        if params["report_dir"]:
            keep(found)

    export = export_of(directory)
    expected = None if export is not None else runs.expected(directory.identity())

    def tell(step: str, done: int) -> None:
        part = None
        if step == "reading":
            part = export.part_read if export is not None else done / expected if expected else None
        progress.tell(step, done, part)

    return run_audit(directory, options, snapshot, scanned=scanned, tell=tell if params["progress_path"] else None)


def _write(
    report: ReportDirectory,
    snapshot: Snapshot,
    mask: Mask,
    document: dict[str, t.Any],
    drift: Drift | None,
    over: list[str],
) -> None:
    plain = (mask.finding(finding_as_dict(finding)) for _row, finding in read_findings(snapshot))
    report.write_rows("findings", CSV_COLUMNS, ((line, dict_as_csv(line)) for line in plain))
    if drift is not None:
        report.write_rows("gone", GONE_COLUMNS, ((line, gone_as_csv(line)) for line in gone_list(snapshot)))
        document["drift"] = drift.as_dict()
    report.write_json("summary.json", {**document, "crossed": over})
    report.write_text("report.html", render([part_of(snapshot, mask, over)], hides=mask.hides))


def _result(
    directory: Directory, snapshot: Snapshot, mask: Mask, summary: Summary, drift: Drift | None, limit: int
) -> Result:
    sample = [mask.finding(finding_as_dict(finding)) for _row, finding in read_findings(snapshot, limit=limit)]
    gone = list(gone_list(snapshot, limit))
    total = summary.findings + summary.waivers["waived"]
    return {
        "source": directory.identity(),
        "summary": summary.as_dict(),
        "findings": sample,
        "gone": gone,
        "drift": drift.as_dict() if drift is not None else {},
        "truncated": len(sample) < total or (drift is not None and len(gone) < drift.gone),
    }


def _compared(params: dict[str, t.Any]) -> dict[str, t.Any]:
    names = sorted(set(params) - _NOT_REPORTED - _NOT_COMPARED | set(_COMPARED_TOO))
    return {name: params[name] for name in names}


def _document(source: dict[str, str], params: dict[str, t.Any], summary: Summary) -> dict[str, t.Any]:
    return {
        "format": FORMAT,
        "collection": f"syncready.m365 {VERSION}",
        "created": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "source": source,
        "options": {name: value for name, value in sorted(params.items()) if name not in _NOT_REPORTED},
        "summary": summary.as_dict(),
    }


def _judged(result: Result, summary: Summary, fail_on: str) -> Result:
    """Fail with the whole result where more findings are left than are accepted."""
    where = result["artifacts"].get("findings_csv", {}).get("path")
    tail = f" They are listed in {where}." if where else " Give report_dir to have them listed."
    counted = {"none": (), "warning": ("error", "warning"), "error": ("error",)}[fail_on]
    number = sum(summary.severity[name] for name in counted)
    if number:
        words = " and ".join(f"{summary.severity[name]} of severity {name}" for name in counted)
        raise Failure(f"The directory is not ready: {words} found (fail_on: {fail_on}).{tail}", "FAIL_ON", result)
    if result["crossed"]:
        raise Failure(f"A threshold was crossed. {' '.join(result['crossed'])}{tail}", "THRESHOLD", result)
    return result
