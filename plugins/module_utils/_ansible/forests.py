# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparing the forests of several audits: the options, and the work of audit_info where compare_snapshots is given."""

from __future__ import annotations

import contextlib
import re
import typing as t

from .._audit.findings import read_findings
from .._audit.forests_compare import Comparison, compare_forests
from .._audit.forests_persons import ForestJoin
from .._audit.options import AuditOptions
from .._audit.snapshot import Snapshot
from .._model.errors import OptionError
from .._model.version import VERSION
from .._report.files import ReportDirectory
from .._report.rows import CSV_COLUMNS, finding_as_csv, finding_as_dict
from .arguments import Spec
from .choices import Params, dns
from .wrapper import Result

_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")


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
    attribute = (params["forest_join_attribute"] or "").strip()
    if params["forest_join"] == "attribute" and not _ATTRIBUTE.match(attribute):
        raise OptionError("forest_join_attribute: name the LDAP attribute by which people are joined, as employeeID.")
    return ForestJoin(params["forest_join"], attribute, dns("galsync_ous", params["galsync_ous"]))


def join_attribute(params: Params) -> str | None:
    """Return the attribute that an audit keeps for a later comparison; None where none is wanted.

    Raises:
        OptionError: the attribute is missing or no attribute.
    """
    join = forest_join(params)
    return join.attribute if join.by == "attribute" else None


def compare(params: Params, options: AuditOptions) -> tuple[Result, Comparison]:
    """Compare the snapshots that the options name; write the report where there is a report_dir.

    Raises:
        SyncreadyError: something was wrong that a person can act on; no report was written then.
    """
    join = forest_join(params)
    with contextlib.ExitStack() as stack:
        report = ReportDirectory(params["report_dir"]) if params["report_dir"] else None
        if report is not None:
            stack.callback(report.discard)
        snapshot = Snapshot()
        stack.callback(snapshot.close)
        comparison = compare_forests(params["compare_snapshots"], join, options, snapshot)
        names = [forest["name"] for forest in comparison.forests]
        source = {"transport": "snapshots", "forests": ", ".join(names)}
        summary = {
            **comparison.summary.as_dict(),
            "forests": comparison.forests,
            "persons": comparison.persons,
            "notes": comparison.notes,
        }
        if report is not None:
            rows = ((finding_as_dict(found), finding_as_csv(found)) for _row, found in read_findings(snapshot))
            report.write_rows("forests", CSV_COLUMNS, rows)
            document = {"collection": f"syncready.m365 {VERSION}", "source": source, "summary": summary}
            report.write_json("forests.json", document)
        sample = [finding_as_dict(found) for _row, found in read_findings(snapshot, limit=params["max_returned"])]
        total = comparison.summary.findings + comparison.summary.waivers["waived"]
        result: dict[str, t.Any] = {
            "source": source,
            "summary": summary,
            "findings": sample,
            "truncated": len(sample) < total,
            "artifacts": report.publish() if report is not None else {},
        }
    return result, comparison
