# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module audit_info."""

from __future__ import annotations

import contextlib
import datetime
import typing as t

from ansible.module_utils.basic import AnsibleModule

from .._audit.findings import read_findings
from .._audit.scan import run_audit
from .._audit.snapshot import FORMAT, Snapshot
from .._audit.summary import Summary
from .._model.version import VERSION
from .._report.files import ReportDirectory
from .._report.rows import finding_as_dict
from .arguments import directory_spec
from .audit_preview import check_preview, write_preview
from .choices import audit_options, open_directory
from .forests import compare
from .wrapper import Failure, Result

EMPTY_RESULT: Result = {"source": {}, "summary": {}, "findings": [], "truncated": False, "artifacts": {}}
# Options that say nothing about the audit itself, or that the report names elsewhere.
_NOT_REPORTED = frozenset((*directory_spec(), "report_dir", "max_returned", "fail_on"))


def audit(module: AnsibleModule) -> Result:
    """Audit the directory that the options name; write the report where there is a report_dir.

    Raises:
        SyncreadyError: something was wrong that a person can act on; no report was written then.
        Failure: the audit is complete and ``fail_on`` was crossed.
    """
    params = module.params
    options = audit_options(params)
    if params["compare_snapshots"]:
        return compare(params, options)
    planned = check_preview(params)
    with contextlib.ExitStack() as stack:
        directory = open_directory(params)
        stack.callback(directory.close)
        report = ReportDirectory(params["report_dir"]) if params["report_dir"] else None
        if report is not None:
            stack.callback(report.discard)
        snapshot = Snapshot(report.file("snapshot.sqlite") if report else None)
        stack.callback(snapshot.close)
        summary = run_audit(directory, options, snapshot)
        if report is not None:
            report.write_findings(finding for _row, finding in read_findings(snapshot))
            write_preview(params, options, snapshot, report, planned)
            report.write_json("summary.json", _document(directory.identity(), params, summary))
        limit = params["max_returned"]
        sample = [finding_as_dict(finding) for _row, finding in read_findings(snapshot, limit=limit)]
        total = summary.findings + summary.waivers["waived"]
        snapshot.close()
        result: Result = {
            "source": directory.identity(),
            "summary": summary.as_dict(),
            "findings": sample,
            "truncated": len(sample) < total,
            "artifacts": report.publish() if report is not None else {},
        }
    return _judged(result, summary, params["fail_on"])


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
    """Fail with the whole result where findings of the given severity, or a worse one, are left."""
    counted = {"none": (), "warning": ("error", "warning"), "error": ("error",)}[fail_on]
    number = sum(summary.severity[name] for name in counted)
    if number:
        words = " and ".join(f"{summary.severity[name]} of severity {name}" for name in counted)
        where = result["artifacts"].get("findings_csv", {}).get("path")
        tail = f" They are listed in {where}." if where else " Give report_dir to have them listed."
        raise Failure(f"The directory is not ready: {words} found (fail_on: {fail_on}).{tail}", "FAIL_ON", result)
    return result
