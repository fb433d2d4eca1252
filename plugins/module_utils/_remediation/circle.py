# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that go round: one object gives its values up first, the others follow, and it gets its new ones last.

Where the others cannot follow, it gets back what it had. A sAMAccountName cannot be absent, so a name that nobody has
stands in for it meanwhile.
"""

from __future__ import annotations

import dataclasses
import hashlib
import typing as t

from .._directory.interface import Modification
from .._model.finding import Change, ObjectReference
from .._model.text import shown
from .compare import decide
from .fetch import reference_of
from .journal import Entry
from .order import Group, Step, ordered, taken
from .plan import ObjectChange
from .undo import inverse
from .writer import Write

if t.TYPE_CHECKING:
    from .apply import Applier

_MUST_BE_THERE = "samaccountname"
HELD = "What it would take is still held by an object that was not changed."


def write(applier: Applier, group: Group) -> None:
    """Write the changes of a circle, or leave all of it as it was.

    Raises:
        StateError: the journal cannot be written.
    """
    members = {step.key: step.change for step in group.steps}
    writes = _begin(applier, group, members)
    if writes is None:
        return
    if applier.check_mode:
        applier.send(writes)
        for one in writes:
            applier.record_write(one)
        return
    done = _done_before(applier, members)
    for step in group.steps:
        if step.name == "free":
            went_well = _free(applier, step, members, done)
        elif step.name == "take":
            went_well = _take(applier, step, done)
        else:
            went_well = step.key in applier.report.outcomes or _whole(applier, step, done)
        if not went_well:
            if applier.writer.error is None:
                _unwind(applier, members, done)
            break
    _leave_the_rest(applier, members)


def _begin(applier: Applier, group: Group, members: dict[str, ObjectChange]) -> list[Write] | None:
    """Return what is to be written, or None where the circle may not be begun.

    All of its objects must be as the plan says, and there must be room for all of them.
    """
    if any(key in applier.doubts.half for key in members):
        # A cut run began it.
        return applier.decide_all([Step(change) for change in members.values()]) if applier.check_mode else []
    outside = {key for step in group.steps for key in step.after} - members.keys()
    if not applier.gave_up(outside):
        for change in members.values():
            applier.leave(change, "dependency", HELD)
        return None
    room, name = applier.governor.room()
    if room < len(members):
        for change in members.values():
            applier.leave(change, name)
        return None
    writes = applier.decide_all([Step(change) for change in members.values()])
    outcomes = applier.report.outcomes
    held = [key for key in members if key in outcomes and outcomes[key].state != "unchanged"]
    if not held:
        return writes
    names = ", ".join(shown(members[key].object.dn) for key in held)
    for key, change in members.items():
        if key not in outcomes:
            applier.leave(change, "dependency", f"It exchanges values with {names}, which cannot be changed.")
    return None


def _done_before(applier: Applier, members: dict[str, ObjectChange]) -> list[Write]:
    """Return what a cut run wrote of a circle and did not take back."""
    if applier.journal is None or not any(key in applier.doubts.half for key in members):
        return []
    begun = min(entry.number for key, entry in applier.doubts.half.items() if key in members)
    done: dict[str, list[Write]] = {}
    for entry in applier.journal.journal.entries[begun - 1 :]:
        change = members.get(entry.object.key)
        if change is None or not entry.done:
            continue
        written = done.setdefault(entry.object.key, [])
        if entry.step == "restore":
            written.pop()
        else:
            written.append(Write(change, entry.object, entry.changes, entry.step, state="changed", written=True))
            written[-1].number = entry.number
    return sorted((one for written in done.values() for one in written), key=lambda one: one.number)


def _free(applier: Applier, step: Step, members: dict[str, ObjectChange], done: list[Write]) -> bool:
    if step.key in applier.doubts.half or step.key in applier.report.outcomes:
        # A cut run did it, or there is nothing to be done.
        return True
    wanted = taken([change for key, change in members.items() if key != step.key])
    found = applier.reader.read([step.change.object]).get(step.key)
    if found is None or decide(found, step.change, applier.settings.many_values).state != "apply":
        applier.record(step.change, "conflict", "changed_since", "Somebody else changed it at this moment.")
        return False
    changes = []
    for one in step.change.changes:
        current = found.attributes.get(one.attribute.lower(), [])
        gone = [value for value in one.remove if (one.attribute, value) in wanted and value not in one.add]
        delete = tuple(value for text in gone if (value := text.encode("utf-8")) in current)
        if delete:
            add = (_stand_in(step.change.object),) if one.attribute.lower() == _MUST_BE_THERE else ()
            changes.append(Modification(one.attribute, delete, add))
    if not changes:
        return True
    reference = reference_of(found, step.change.object)
    return _send(
        applier,
        Write(step.change, reference, tuple(changes), "free", [_as_dict(change) for change in members.values()]),
        done,
    )


def _whole(applier: Applier, step: Step, done: list[Write]) -> bool:
    for one in applier.decide_all([step]):
        return _send(applier, one, done)
    return applier.report.outcomes[step.key].state == "unchanged"


def _take(applier: Applier, step: Step, done: list[Write]) -> bool:
    if step.key in applier.report.outcomes:
        return True
    first = next((one for one in done if one.step == "free" and one.reference.key == step.key), None)
    found = applier.reader.read([step.change.object]).get(step.key)
    if found is None:
        applier.record(step.change, "conflict", "missing", "It is not there any more.", written=first is not None)
        return False
    rest = _rest(step.change, first.changes) if first is not None else step.change
    decision = decide(found, rest, applier.settings.many_values)
    reference = reference_of(found, step.change.object)
    if decision.state == "conflict":
        message = f"{decision.attribute} of {shown(reference.dn)} was changed by somebody else: {decision.why}."
        applier.record(step.change, "conflict", "changed_since", message, (), reference, written=first is not None)
        return False
    whole = tuple(Modification.from_change(part) for part in step.change.changes)
    if not decision.changes:
        applier.doubts.half.pop(step.key, None)
        applier.record(step.change, "changed", "", "", whole, reference, written=True)
        return True
    return _send(applier, Write(step.change, reference, decision.changes, "take"), done, whole)


def _send(applier: Applier, one: Write, done: list[Write], shown_changes: tuple[Modification, ...] = ()) -> bool:
    """Write one step; return whether the circle may go on."""
    try:
        applier.send([one])
    finally:
        if one.step != "free" or one.state not in ("changed", None):
            sent = one.changes
            one.changes = shown_changes or sent
            applier.record_write(one)
            one.changes = sent
    if one.written:
        done.append(one)
        if one.step == "free":
            applier.doubts.half[one.reference.key] = one.as_entry()
    return one.state in ("changed", "unchanged")


def _unwind(applier: Applier, members: dict[str, ObjectChange], done: list[Write]) -> None:
    """Take back what was written of a circle, the last first."""
    failed: dict[str, str] = {}
    for one in reversed(done):
        back = Write(one.change, one.reference, inverse(one.changes), "restore")
        applier.send([back])
        if one.step != "free" and back.written:
            applier.governor.changed -= 1
        if one.step == "free" and back.written:
            applier.doubts.half.pop(one.reference.key, None)
        if not back.written:
            failed[one.reference.key] = back.message
        if back.state is None or applier.writer.error is not None:
            break
    for one in done:
        key = one.reference.key
        outcome = applier.report.outcomes.get(key)
        if key in failed:
            message = f"It was changed with others that could not be, and could not be put back: {failed[key]}"
            applier.record(one.change, "failed", "unsettled", message, one.changes, one.reference, written=True)
        elif outcome is None or outcome.state in ("changed", "unchanged"):
            message = "It exchanges values with objects that could not be changed, and has its own back."
            applier.record(one.change, "left", "dependency", message, (), one.reference, written=True)


def _leave_the_rest(applier: Applier, members: dict[str, ObjectChange]) -> None:
    for key, change in members.items():
        if key not in applier.report.outcomes:
            if applier.writer.error is not None:
                applier.leave(change, "aborted", "The connection broke before it was its turn.")
            else:
                applier.leave(change, "dependency", "It exchanges values with objects that could not be changed.")


def _rest(change: ObjectChange, freed: t.Sequence[Modification]) -> ObjectChange:
    """Return what is still to be changed after the first step."""
    gone = {(one.attribute.lower(), value.decode("utf-8")) for one in freed for value in one.delete}
    stand_in = {one.attribute.lower(): [value.decode("utf-8") for value in one.add] for one in freed}
    changes = []
    for one in change.changes:
        name = one.attribute.lower()
        remove = [value for value in one.remove if (name, value) not in gone] + stand_in.get(name, [])
        changes.append(Change(one.attribute, tuple(remove), one.add))
    rows = tuple(
        dataclasses.replace(row, value=None) if (row.attribute.lower(), row.value) in gone else row
        for row in change.rows
    )
    return ObjectChange(change.object, tuple(changes), rows)


def _stand_in(reference: ObjectReference) -> bytes:
    return b"sr-" + hashlib.sha256(reference.key.encode("utf-8")).hexdigest()[:14].encode("ascii")


def _as_dict(change: ObjectChange) -> dict[str, t.Any]:
    return {
        "object": dataclasses.asdict(change.object),
        "changes": [dataclasses.asdict(one) for one in change.changes],
    }


def from_journal(entry: Entry) -> Group:
    """Return the circle that a cut run began, as the journal holds it."""
    changes = []
    for one in entry.cycle:
        parts = tuple(Change(part["attribute"], tuple(part["remove"]), tuple(part["add"])) for part in one["changes"])
        changes.append(ObjectChange(ObjectReference(**one["object"]), parts, ()))
    groups = ordered(changes)
    steps = tuple(step for group in groups for step in group.steps)
    return Group(steps, len(changes))
