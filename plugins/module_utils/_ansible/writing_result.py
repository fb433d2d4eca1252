# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of a module that writes many objects: numbers, a sample, the differences, the files with everything."""

from __future__ import annotations

import typing as t

from .._directory.interface import Directory
from .._model.errors import SyncreadyError
from .._remediation.outcomes import STATES
from .._remediation.run import Errand, Execution
from .._remediation.state_dir import StateDirectory
from .._report import outcomes
from .._report.files import ReportDirectory
from .choices import Params
from .handover import Told, write_handover
from .wrapper import Failure, Result

EMPTY_WRITING: Result = {
    "source": {},
    "counts": dict.fromkeys(("planned", *STATES), 0),
    "left_by": {},
    "reasons": {},
    "outcomes": [],
    "truncated": False,
    "diff": [],
    "estimate": {"objects": 0, "seconds": 0.0},
    "stopped": "",
    "journal": None,
    "undo_ldif": None,
    "change_ldif": None,
    "settled": [],
    "notes": [],
    "artifacts": {},
}


class Shaped:
    """A run on its way to a result.

    Args:
        execution: what the run did.
        settled: what was finished of cut runs before it.
        directory: what was written.
        params: the options.
        check_mode: whether it was a rehearsal.
        errand: what the run was for.
        told: what the hand-over says besides.
    """

    def __init__(
        self,
        execution: Execution,
        settled: t.Sequence[Execution],
        directory: Directory,
        params: Params,
        check_mode: bool,
        errand: Errand,
        told: Told,
    ) -> None:
        self._execution = execution
        self._settled = settled
        self._directory = directory
        self._params = params
        self._check_mode = check_mode
        self._errand = errand
        self._told = told

    def result(self, place: t.Callable[[], ReportDirectory | None]) -> Result:
        """Return the result.

        Args:
            place: gives the report that takes the full lists; it is published. Where it cannot be made, the result says
                so, and what was written all the same.

        Raises:
            Failure: not everything became as planned; it has the result.
        """
        execution = self._execution
        found = execution.report
        listed = found.worst_first()
        most = max(self._params["max_returned"], 0)
        everything = [one.as_dict() for one in listed[:most]]
        sample = outcomes.capped(everything, most)
        diff = outcomes.differences(listed)
        shown_diff = outcomes.capped(diff[:most], most)
        error = found.error
        artifacts: dict[str, t.Any] = {}
        notes = self._notes()
        try:
            report = place()
            if report is not None:
                report.write_rows("outcomes", outcomes.COLUMNS, outcomes.rows(listed))
                notes += write_handover(
                    report,
                    execution,
                    self._errand,
                    self._told,
                    self._directory,
                    self._params,
                    check_mode=self._check_mode,
                    notes=[*notes, *self._finished_first()],
                )
                artifacts = report.publish()
        except SyncreadyError as failed:
            error = error or failed
        settled_changed = any(one.changed for one in self._settled)
        result: Result = {
            "changed": execution.changed or settled_changed,
            "source": self._directory.identity(),
            "counts": found.counts(),
            "left_by": found.left_by(),
            "reasons": found.reasons(),
            "outcomes": sample,
            "truncated": len(sample) < len(listed) or len(shown_diff) < len(diff),
            "diff": shown_diff,
            "estimate": {"objects": found.estimate[0], "seconds": round(found.estimate[1], 1)},
            "stopped": found.stopped,
            "journal": execution.journal,
            "undo_ldif": execution.undo_ldif,
            "change_ldif": execution.change_ldif,
            "settled": [{"journal": one.journal, "counts": one.report.counts()} for one in self._settled],
            "notes": notes,
            "artifacts": artifacts,
        }
        if error is not None:
            raise Failure(f"{error} {_numbers(found.counts())}", error.code, result)
        if found.bad or found.unsettled:
            where = artifacts.get("outcomes_csv", {}).get("path")
            tail = f" They are listed in {where}." if where else ""
            raise Failure(f"Not everything became as planned: {_numbers(found.counts())}{tail}", "PARTIAL", result)
        return result

    def report_directory(
        self, state: StateDirectory | None, purpose: t.Literal["apply", "rollback"], digest: str
    ) -> ReportDirectory | None:
        """Return where the full lists go when no report is made anyway; None where there is no place for them.

        Raises:
            OutputError: it cannot be made.
        """
        if self._params["report_dir"]:
            return ReportDirectory(self._params["report_dir"])
        name = "rehearsal" if self._check_mode else "outcomes"
        if state is not None:
            return ReportDirectory(state.journal_path(purpose, digest).removesuffix("jsonl") + name)
        if self._params["change_ldif_path"] and self._execution.change_ldif:
            return ReportDirectory(self._params["change_ldif_path"].removesuffix(".ldif") + "." + name)
        return None

    def _finished_first(self) -> list[str]:
        return [
            f"A run that had been cut was finished first ({one.report.counts()['changed']} objects changed); its journal is "
            f"{one.journal}."
            for one in self._settled
        ]

    def _notes(self) -> list[str]:
        execution = self._execution
        notes = []
        counts = execution.report.counts()
        if execution.change_ldif:
            notes.append(
                f"Nothing was changed yet: import {execution.change_ldif} with ldifde -i -f, or ldapmodify -f."
            )
        elif execution.changed and not self._check_mode:
            notes.append(
                f"The changes were written on {self._directory.root_dse.host or 'one domain controller'}; others, and "
                "the server that synchronizes, see them after replication."
            )
        if counts["left"] and execution.report.stopped:
            notes.append(
                f"The run ended early ({execution.report.stopped}); the same call goes on with the objects that are left."
            )
        return notes


def _numbers(counts: t.Mapping[str, int]) -> str:
    said = ", ".join(f"{number} {state}" for state, number in counts.items() if number and state != "planned")
    return f"{said or 'nothing done'} of {counts['planned']} objects."
