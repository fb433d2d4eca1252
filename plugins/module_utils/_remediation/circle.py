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


def write(applier: Applier, group: Group) -> None:
    """Write the changes of a circle, or leave all of it.

    Raises:
        StateError: the journal cannot be written.
    """
    members = {step.key: step.change for step in group.steps}
    writes = _begin(applier, members)
    if writes is None:
        return
    if applier.check_mode:
        applier.send(writes)
        for one in writes:
            applier.record_write(one)
        return
    freed: dict[str, Write] = {}
    for step in group.steps:
        if step.name == "free":
            _free(applier, step, members, freed)
        elif step.name == "take":
            _take(applier, step, freed)
        elif step.key not in applier.report.outcomes:
            _whole(applier, step, freed)


def _begin(applier: Applier, members: dict[str, ObjectChange]) -> list[Write] | None:
    """Return what is to be written, or None where the circle may not be begun.

    All of its objects must be as the plan says, and there must be room for all of them.
    """
    if any(key in applier.doubts.half for key in members):
        # A cut run began it.
        return []
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


def _free(applier: Applier, step: Step, members: dict[str, ObjectChange], freed: dict[str, Write]) -> None:
    half = applier.doubts.half.get(step.key)
    if half is not None:
        # A cut run did it.
        freed[step.key] = Write(step.change, half.object, half.changes, "free", state="changed", written=True)
        return
    if step.key in applier.report.outcomes:
        return
    wanted = taken([change for key, change in members.items() if key != step.key])
    changes = []
    for one in step.change.changes:
        gone = [value for value in one.remove if (one.attribute, value) in wanted and value not in one.add]
        if gone:
            delete = tuple(value.encode("utf-8") for value in gone)
            add = (_stand_in(step.change.object),) if one.attribute.lower() == _MUST_BE_THERE else ()
            changes.append(Modification(one.attribute, delete, add))
    found = applier.reader.read([step.change.object]).get(step.key)
    reference = reference_of(found, step.change.object) if found is not None else step.change.object
    one_write = Write(step.change, reference, tuple(changes), "free", [_as_dict(change) for change in members.values()])
    applier.send([one_write])
    if one_write.written:
        freed[step.key] = one_write
    else:
        applier.record_write(one_write)


def _whole(applier: Applier, step: Step, freed: dict[str, Write]) -> None:
    if not all(_gave_up(applier, key, freed) for key in step.after):
        applier.leave(step.change, "dependency", "What it would take is still held by an object that was not changed.")
        return
    for one in applier.decide_all([step]):
        try:
            applier.send([one])
        finally:
            applier.record_write(one)


def _take(applier: Applier, step: Step, freed: dict[str, Write]) -> None:
    first = freed.get(step.key)
    if first is None:
        return
    if not applier.ready(step):
        _restore(applier, step, first)
        return
    found = applier.reader.read([step.change.object]).get(step.key)
    if found is None:
        applier.record(step.change, "conflict", "missing", "It is not there any more.", written=True)
        return
    decision = decide(found, _rest(step.change, first.changes), applier.settings.many_values)
    reference = reference_of(found, step.change.object)
    if decision.state == "conflict":
        message = f"{decision.attribute} of {shown(reference.dn)} was changed by somebody else: {decision.why}."
        applier.record(step.change, "conflict", "changed_since", message, first.changes, reference, written=True)
        return
    one = Write(step.change, reference, decision.changes, "take")
    try:
        if decision.changes:
            applier.send([one])
        else:
            one.state = "unchanged"
    finally:
        if one.state is None or one.state in ("changed", "unchanged"):
            applier.doubts.half.pop(step.key, None)
            one.changes = tuple(Modification.from_change(part) for part in step.change.changes)
            applier.record_write(one)
    if one.state not in ("changed", "unchanged"):
        _restore(applier, step, first)


def _restore(applier: Applier, step: Step, first: Write) -> None:
    """Give an object back what it gave up."""
    one = Write(step.change, first.reference, inverse(first.changes), "restore")
    applier.send([one])
    if one.written:
        applier.doubts.half.pop(step.key, None)
        message = "It exchanges values with objects that could not be changed, and has its own back."
        applier.record(step.change, "left", "dependency", message, (), first.reference, written=True)
    else:
        message = f"It gave up values and could not get them back: {one.message}"
        applier.record(step.change, "failed", one.reason, message, first.changes, first.reference, written=True)


def _gave_up(applier: Applier, key: str, freed: dict[str, Write]) -> bool:
    outcome = applier.report.outcomes.get(key)
    return key in freed or (outcome is not None and outcome.state in ("changed", "unchanged"))


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
