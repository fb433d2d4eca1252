# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module remediation."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import typing as t

from ansible.module_utils.basic import AnsibleModule

from .._directory.interface import Directory, Modification
from .._directory.ldif import LdifDirectory
from .._model.errors import OptionError
from .._remediation.accepted import waivers
from .._remediation.making import MadePlan, make_plan
from .._remediation.outcomes import Outcome
from .._remediation.plan import ObjectChange, PlanHeader, PlanRow, by_object
from .._remediation.plan_files import Plan, read_plan, write_plan, write_sheet
from .._report import outcomes
from .._report.files import ReportDirectory
from .arguments import rules_spec
from .assumed import refuse_assumptions, tell_passed_over
from .choices import Params, audit_options, open_directory
from .policies import Choice, policies_of
from .progress import ProgressFile
from .wrapper import Failure, Result
from .writing import EMPTY_WRITING, WritingSession, lay_marker_for, settings_of

EMPTY_RESULT: Result = {**EMPTY_WRITING, "plan": {}, "summary": {}, "unrepaired": {}}
# How many processes work says nothing about the outcome.
_RULE_OPTIONS = frozenset(rules_spec()) - {"processes"}
_PLAN_ONLY = ("plan_digest", "original_plan_path")


def remediate(module: AnsibleModule) -> Result:
    """Make a plan, or apply one.

    Raises:
        SyncreadyError: something was wrong before anything was written.
        Failure: not everything became as the plan wants; it has the full result.
    """
    params = module.params
    choice = Choice(params)
    if params["mode"] == "plan":
        return _plan(module, choice)
    refuse_assumptions(module)
    if params["plan_path"]:
        return _apply_file(module, choice)
    for name in _PLAN_ONLY:
        if params[name]:
            raise OptionError(f"{name} needs plan_path, the file of the plan.")
    return _apply_now(module, choice)


def _plan(module: AnsibleModule, choice: Choice) -> Result:
    params = module.params
    for name in ("plan_path", *_PLAN_ONLY):
        if params[name]:
            raise OptionError(f"{name} belongs to mode=apply. A new plan is written into report_dir.")
    with contextlib.ExitStack() as stack:
        directory = open_directory(params)
        stack.callback(directory.close)
        stack.callback(tell_passed_over, module, directory)
        lay_marker_for(params)
        made = _made(directory, params, choice)
        result = _described(made, directory, params)
        result["artifacts"], result["plan"] = _written(params, made, stack)
    return result


def _described(made: MadePlan, directory: Directory, params: Params) -> Result:
    planned = [_outcome(change) for change in by_object(made.proposals.rows)]
    most = max(params["max_returned"], 0)
    diff = [outcomes.difference(one) for one in planned[:most]]
    shown = outcomes.capped(diff, most)
    sample = outcomes.capped([one.as_dict() for one in planned[:most]], most)
    notes = []
    if made.live and planned:
        notes.append(
            "A synchronization is at work: the changes of this plan reach the cloud at its next cycle, and a roll back "
            "here does not undo what the cloud did then."
        )
    return {
        **EMPTY_RESULT,
        "changed": False,
        "source": directory.identity(),
        "summary": made.summary.as_dict(),
        "unrepaired": made.proposals.unrepaired,
        "counts": {**EMPTY_WRITING["counts"], "planned": len(planned)},
        "outcomes": sample,
        "diff": shown,
        "truncated": len(sample) < len(planned) or len(shown) < len(planned),
        "notes": notes,
    }


def _written(params: Params, made: MadePlan, stack: contextlib.ExitStack) -> tuple[Result, Result]:
    """Write the plan where there is a report_dir; return the artifacts, and what is said of the plan."""
    artifacts: Result = {}
    digest = ""
    if params["report_dir"]:
        report = ReportDirectory(params["report_dir"])
        stack.callback(report.discard)
        write_plan(report.file("plan.jsonl"), made.header, made.proposals.rows)
        write_sheet(report.file("plan.csv"), made.header, made.proposals.rows)
        artifacts = report.publish()
        digest = artifacts["plan_jsonl"]["sha256"]
    return artifacts, _said_of(made.header, digest)


def _said_of(header: PlanHeader, digest: str) -> Result:
    return {
        "plan_id": header.plan_id,
        "digest": digest,
        "rows": header.rows,
        "objects": header.objects,
        "created": header.created,
    }


def _apply_now(module: AnsibleModule, choice: Choice) -> Result:
    """Make a plan of the directory as it is, and apply it at once."""
    params = module.params
    with contextlib.ExitStack() as stack:
        directory = open_directory(params)
        stack.callback(directory.close)
        stack.callback(tell_passed_over, module, directory)
        # What a cut run left is finished first, so that the plan rests on the outcome.
        session = stack.enter_context(WritingSession(module, directory))
        made = _made(directory, params, choice)
        report = ReportDirectory(params["report_dir"]) if params["report_dir"] else None
        digest = ""
        if report is not None:
            stack.callback(report.discard)
            write_plan(report.file("plan.jsonl"), made.header, made.proposals.rows)
            write_sheet(report.file("plan.csv"), made.header, made.proposals.rows)
            digest = report.digest("plan.jsonl")
        more: Result = {
            "plan": _said_of(made.header, digest),
            "summary": made.summary.as_dict(),
            "unrepaired": made.proposals.unrepaired,
        }
        session.told.unrepaired = made.proposals.unrepaired
        with _completed(more):
            result = session.apply_rows(made.header, made.proposals.rows, made.summary.judged, report, digest)
    return {**EMPTY_RESULT, **result, **more}


def _apply_file(module: AnsibleModule, choice: Choice) -> Result:
    """Apply a plan that a person reviewed."""
    params = module.params
    original = read_plan(params["original_plan_path"]) if params["original_plan_path"] else None
    plan = read_plan(params["plan_path"], digest=params["plan_digest"], original=original)
    chosen = tuple(row for row in plan.rows if choice.row(row))
    with contextlib.ExitStack() as stack:
        directory = open_directory(params)
        stack.callback(directory.close)
        stack.callback(tell_passed_over, module, directory)
        session = stack.enter_context(WritingSession(module, directory, plan.digest))
        report = ReportDirectory(params["report_dir"]) if params["report_dir"] else None
        notes = list(plan.notes)
        if report is not None:
            stack.callback(report.discard)
        notes += _accept(params, plan, chosen, report)
        more: Result = {
            "plan": _said_of(plan.header, plan.digest),
            "summary": {},
            "unrepaired": {},
        }
        session.told.notes = notes
        with _completed(more, notes):
            result = session.apply_plan(dataclasses.replace(plan, rows=chosen), None, report)
    return {**EMPTY_RESULT, **result, **more, "notes": notes + result["notes"]}


def _accept(params: Params, plan: Plan, rows: t.Sequence[PlanRow], report: ReportDirectory | None) -> list[str]:
    """Write the waivers of rows that say COMPLETE; return what to know about them."""
    reason = f"Accepted in plan {plan.header.plan_id or plan.digest[:16]}"
    reason += "".join(f", {name} {params[name]}" for name in ("ticket", "approver") if params[name]) + "."
    made, unnamed = waivers(rows, reason, datetime.date.today())
    notes = []
    if unnamed:
        notes.append(f"{unnamed} rows say COMPLETE and name no rule, so no waiver can be made of them.")
    if made and report is None:
        notes.append("Rows say COMPLETE; with report_dir they are written as waivers.")
    elif made and report is not None:
        report.write_json("waivers.json", made)
        notes.append("Rows say COMPLETE: waivers.json holds them for waivers_path.")
    return notes


class _completed:
    """Adds to the result of a run that failed what the plan said."""

    def __init__(self, more: Result, notes: t.Sequence[str] = ()) -> None:
        self._more = more
        self._notes = list(notes)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Failure):
            error.result.update({**self._more, "notes": self._notes + error.result.get("notes", [])})


def _made(directory: Directory, params: Params, choice: Choice) -> MadePlan:
    words = {
        "policies": {name: value for name, value in (params["policies"] or {}).items() if value},
        "options": {name: params[name] for name in sorted(_RULE_OPTIONS) if params[name]},
    }
    progress = ProgressFile(params["progress_path"])

    def tell(step: str, done: int) -> None:
        read = directory.part_read if step == "reading" and isinstance(directory, LdifDirectory) else None
        progress.tell(step, done, read)

    return make_plan(
        directory, audit_options(params), policies_of(params), settings_of(params), choice.finding, words, tell
    )


def _outcome(change: ObjectChange) -> Outcome:
    modifications = tuple(
        Modification(
            one.attribute,
            tuple(value.encode("utf-8") for value in one.remove),
            tuple(value.encode("utf-8") for value in one.add),
        )
        for one in change.changes
    )
    rules = tuple(dict.fromkeys(rule for row in change.rows for rule in row.rules))
    return Outcome(change.object, "left", "planned", "It was not written: this is a plan.", modifications, rules)
