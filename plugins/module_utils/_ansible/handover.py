# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hand-over of a run that writes: handover.html for people, handover.txt for the ticket."""

from __future__ import annotations

import datetime
import json
import os
import typing as t
from collections import Counter
from dataclasses import dataclass, field, replace

from .._directory.interface import Directory
from .._directory.ldif import LdifDirectory
from .._model.errors import SyncreadyError
from .._remediation.journal import read_journal
from .._remediation.outcomes import Outcome
from .._remediation.plan import PlanHeader
from .._remediation.run import Errand, Execution
from .._remediation.undo import standing
from .._report.files import ReportDirectory
from .._report.handover import sheet
from .._report.html_handover import render_handover
from .._report.html_parts import Applied
from .choices import Params

# What a roll back may change without being told how many.
_DEFAULT_CHANGES = 100


@dataclass
class Told:
    """What a hand-over says beside what the run itself knows.

    Attributes:
        header: of the plan; None for a roll back.
        unrepaired: how many objects with findings the plan does not change, by the reason.
        notes: what to know about the plan.
    """

    header: PlanHeader | None = None
    unrepaired: t.Mapping[str, int] = field(default_factory=dict)
    notes: t.Sequence[str] = ()


def write_handover(
    report: ReportDirectory,
    execution: Execution,
    errand: Errand,
    told: Told,
    directory: Directory,
    params: Params,
    *,
    check_mode: bool,
    notes: t.Sequence[str],
) -> list[str]:
    """Write handover.txt and handover.html into a report; return what to know about them.

    Raises:
        OutputError: they cannot be written.
    """
    applied = _applied(execution, errand, told, directory, params, check_mode)
    files = ("outcomes.csv", "outcomes.jsonl", "handover.html")
    applied.notes = [*told.notes, *notes]
    applied.files = {name: os.path.join(report.path, name) for name in files}
    listed = execution.report.worst_first()

    def outcomes() -> t.Iterator[dict[str, t.Any]]:
        return (one.as_dict() for one in listed)

    try:
        page = render_handover(replace(applied, outcomes=outcomes()))
    except SyncreadyError as error:
        # The directory was written already, and the text says the same.
        applied.files.pop("handover.html")
        report.write_text("handover.txt", sheet(replace(applied, outcomes=outcomes())))
        return [f"handover.html was not written: {error}"] if error.code == "MISSING_LIBRARY" else [str(error)]
    report.write_text("handover.html", page)
    report.write_text("handover.txt", sheet(replace(applied, outcomes=outcomes())))
    return []


def _applied(
    execution: Execution, errand: Errand, told: Told, directory: Directory, params: Params, check_mode: bool
) -> Applied:
    found = execution.report
    source = directory.identity()
    server = directory.root_dse.host or ""
    run = {
        "when": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "server": server,
        "account": params.get("username") or params.get("winrm_user") or "",
        "job": errand.run.get("job", ""),
        "ticket": errand.run.get("ticket", ""),
        "approver": errand.run.get("approver", ""),
    }
    changed = None if check_mode else _changed_by_all(execution.journal)
    return Applied(
        counts=found.counts(),
        purpose=errand.purpose,
        rehearsal=check_mode,
        directory=source.get("domain") or os.path.basename(source.get("path", "")) or server,
        plan=_plan(errand, told.header),
        run=run,
        left=_left(found.worst_first()),
        unrepaired=told.unrepaired,
        stopped=found.stopped,
        error=str(found.error) if found.error else "",
        journal=execution.journal,
        undo=_undo(execution, directory, server, params, changed or 0),
        undo_ldif=None if check_mode else execution.undo_ldif,
        change_ldif=None if check_mode else execution.change_ldif,
        changed_by_all=changed,
    )


def _left(outcomes: t.Iterable[Outcome]) -> list[tuple[str, str, int]]:
    numbers = Counter((one.state, one.reason) for one in outcomes if one.state not in ("changed", "unchanged"))
    return [(state, reason, number) for (state, reason), number in numbers.items()]


def _plan(errand: Errand, header: PlanHeader | None) -> dict[str, str]:
    if errand.purpose == "rollback":
        return {"taken_back": str(errand.about.get("path", ""))}
    plan = {name: str(value) for name, value in errand.about.items() if value}
    if header is not None:
        plan |= {"created": header.created, "collection": header.collection}
        if header.policies:
            plan["policies"] = json.dumps(header.policies, sort_keys=True)
    return plan


def _changed_by_all(path: str | None) -> int | None:
    """Return how many objects a journal changed that were not put back; None where nobody knows."""
    if path is None:
        return None
    try:
        return len({entry.object.key for entry in standing(read_journal(path).entries)})
    except SyncreadyError:
        return None


def _undo(execution: Execution, directory: Directory, server: str, params: Params, changed: int) -> dict[str, t.Any]:
    """Return the options of the roll back; an export is taken back with the undo LDIF alone."""
    if execution.journal is None or isinstance(directory, LdifDirectory):
        return {}
    undo: dict[str, t.Any] = {"server": server} if server else {}
    if params["state_dir"]:
        undo["state_dir"] = os.path.abspath(params["state_dir"])
    undo["journal_path"] = execution.journal
    if changed > _DEFAULT_CHANGES:
        undo["max_changes"] = changed
    return undo
