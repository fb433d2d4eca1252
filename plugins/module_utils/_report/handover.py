# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sheet that is handed over after a change: what was planned, done and left, and how to take it back.

As plain text, for a ticket. Values of a directory are hostile: nothing in them breaks a line or turns the text around.
"""

from __future__ import annotations

import itertools
import json
import shlex
import typing as t

from .._model.text import shown
from .handover_words import reason_words
from .html_parts import Applied, Plain
from .html_words import STATE_WORDS

MAX_TEXT_OBJECTS = 50
MAX_TEXT_VALUE = 300
_CALM = ("changed", "unchanged")
_GONE_BACK = "What Microsoft 365 did with the values in the meantime is not undone by this."
Rows = list[tuple[str, t.Any]]


def title_of(applied: Applied) -> str:
    """Return what stands above the sheet."""
    what = "Roll back" if applied.purpose == "rollback" else "Change"
    if applied.rehearsal:
        what = f"Rehearsal of a {what.lower()}"
    ticket = applied.run.get("ticket")
    return f"{what}{f' {ticket}' if ticket else ''}: {applied.directory or 'a directory'}"


def verdict_of(applied: Applied) -> Plain:
    """Return how it ended: ``state`` (ready, warnings, not-ready), ``headline`` and ``sentence``."""
    counts = applied.counts
    planned, changed = counts["planned"], counts["changed"]
    bad = counts["conflict"] + counts["refused"] + counts["failed"]
    open_ones = bad + counts["left"]
    numbers = f"{changed} of {planned} objects"
    rest = f" {open_ones} need a decision." if open_ones else ""
    if applied.rehearsal:
        return {"state": "warnings", "headline": "Rehearsal", "sentence": f"A run would change {numbers}.{rest}"}
    if applied.error:
        return {"state": "not-ready", "headline": "It broke", "sentence": f"{numbers} were changed. {applied.error}"}
    if applied.change_ldif:
        sentence = (
            f"Nothing was changed yet. The changes of {numbers} wait for an import in {applied.change_ldif}.{rest}"
        )
        return {"state": "warnings", "headline": "To be imported", "sentence": sentence}
    if open_ones:
        state = "not-ready" if bad else "warnings"
        return {"state": state, "headline": "Done in part", "sentence": f"{numbers} were changed.{rest}"}
    if not changed:
        return {"state": "ready", "headline": "Nothing to do", "sentence": "Everything was as it should be already."}
    return {"state": "ready", "headline": "Done", "sentence": f"{numbers} were changed and verified."}


def rows_of(applied: Applied) -> Rows:
    """Return who did what, when and where; values are as they are, not made safe."""
    run, plan = applied.run, applied.plan
    return [
        ("Ticket", run.get("ticket")),
        ("Approved by", run.get("approver")),
        ("When", run.get("when")),
        ("Domain controller", run.get("server")),
        ("Account", run.get("account")),
        ("Job", run.get("job")),
        ("Plan", plan.get("path") or plan.get("plan")),
        ("Plan id", plan.get("plan") if plan.get("path") else None),
        ("Digest of the plan", plan.get("digest")),
        ("Plan made", " by ".join(plan[name] for name in ("created", "collection") if plan.get(name))),
        ("Policies of the plan", plan.get("policies")),
        ("Journal that is taken back", plan.get("taken_back")),
        ("Journal", applied.journal),
        ("Undo LDIF", applied.undo_ldif),
        ("Changed by all runs of this journal", applied.changed_by_all),
    ]


def left_rows(applied: Applied) -> list[Plain]:
    """Return what is left: ``state``, ``reason``, ``number`` of objects, ``what`` happened, and what to ``decide``."""
    rows = []
    for state, reason, number in applied.left:
        what, decide = reason_words(reason)
        rows.append({"state": state, "reason": reason, "number": number, "what": what, "decide": decide})
    return rows


def undo_task(applied: Applied) -> str:
    """Return the task that takes the change back, or ""."""
    if not applied.journal or not applied.undo:
        return ""
    # A YAML text in double quotes takes what JSON takes.
    lines = ["- name: Take the change back", "  syncready.m365.rollback:"]
    lines += [f"    {name}: {json.dumps(value)}" for name, value in applied.undo.items()]
    return "\n".join(lines).replace("\x7f", "\\u007f")


def undo_commands(applied: Applied) -> list[str]:
    """Return the commands that take the change back by hand."""
    if not applied.undo_ldif:
        return []
    return [f"ldifde -i -f {json.dumps(applied.undo_ldif)}", f"ldapmodify -f {shlex.quote(applied.undo_ldif)}"]


def sheet(applied: Applied) -> str:
    """Return the sheet as plain text. ``outcomes`` is read once."""
    verdict = verdict_of(applied)
    head = _cut(title_of(applied))
    lines = [head, "=" * min(len(head), 100), "", shown(f"{verdict['headline']}. {verdict['sentence']}"), ""]
    lines += [f"{name}: {_cut(str(value), 2000)}" for name, value in rows_of(applied) if value not in (None, "")]
    lines += ["", "Numbers (objects)", f"  planned: {applied.counts['planned']}"]
    lines += [
        f"  {STATE_WORDS[name][0].lower()}: {applied.counts[name]}" for name in STATE_WORDS if applied.counts[name]
    ]
    if applied.stopped:
        lines += ["", f"The run ended early: {shown(applied.stopped)}. {reason_words(applied.stopped)[0]}"]
    left = left_rows(applied)
    if left:
        lines += ["", "What is left, and what to decide"]
        for row in left:
            lines += [
                f"  {row['number']} x {STATE_WORDS[row['state']][0].lower()} ({shown(row['reason'])}): {row['what']}"
            ]
            lines += [f"      {row['decide']}"]
    if applied.unrepaired:
        lines += ["", "Objects with findings that the plan does not change"]
        lines += [f"  {number} x {shown(reason)}" for reason, number in applied.unrepaired.items()]
    lines += _way_back(applied)
    lines += _attention(applied)
    if applied.notes:
        lines += ["", "Notes", *(f"  {shown(note)}" for note in applied.notes)]
    lines += ["", "Files", *(f"  {name}: {shown(path)}" for name, path in applied.files.items())]
    return "\n".join(lines) + "\n"


def _way_back(applied: Applied) -> list[str]:
    if applied.rehearsal:
        return []
    lines = ["", "How to take it back"]
    task, commands = undo_task(applied), undo_commands(applied)
    if task:
        lines += ["  With the journal; what somebody changed since then is left alone and listed:", ""]
        lines += [f"    {line}" for line in task.split("\n")] + [""]
    if commands:
        lines += ["  By hand, on a domain controller or with LDAP tools:", ""]
        lines += [f"    {shown(line)}" for line in commands] + [""]
    if task or commands:
        return [*lines, f"  {_GONE_BACK}"]
    return [*lines, "  Nothing was written, so there is nothing to take back."]


def _attention(applied: Applied) -> list[str]:
    """Return the objects that somebody must look at, as many as a ticket has room for."""
    total = sum(applied.counts[name] for name in STATE_WORDS if name not in _CALM)
    if not total:
        return []
    lines = ["", "Objects that somebody must look at"]
    found = (one for one in applied.outcomes if one["state"] not in _CALM)
    for one in itertools.islice(found, MAX_TEXT_OBJECTS):
        lines.append(f"  [{STATE_WORDS[one['state']][0].lower()}] {_cut(one['object']['dn'])}")
        if one["message"]:
            lines.append(f"      {_cut(one['message'])}")
        for change in one["changes"]:
            lines += [f"      - {change['attribute']}: {_cut(text)}" for text in change["remove"][:5]]
            lines += [f"      + {change['attribute']}: {_cut(text)}" for text in change["add"][:5]]
    if total > MAX_TEXT_OBJECTS:
        where = applied.files.get("outcomes.csv")
        lines.append(f"  and {total - MAX_TEXT_OBJECTS} more" + (f", all in {shown(where)}" if where else ""))
    return lines


def _cut(text: str, most: int = MAX_TEXT_VALUE) -> str:
    more = len(text) - most
    return shown(text) if more <= 0 else f"{shown(text[:most])} ... ({more} more characters)"
