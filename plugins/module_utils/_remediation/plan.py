# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan is: rows that people read and sign, and what they come to for each object.

A row is one value of one attribute of one object: what is there, and what shall be there instead. All rows of an object
are written in one step, or none of them.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._model.finding import Change, ObjectReference

FORMAT = 1

# IdFix's words: EDIT writes the update (an added value has no old one), REMOVE takes the value away, COMPLETE accepts
# the finding (it becomes a waiver), an empty action does nothing.
Action = t.Literal["EDIT", "REMOVE", "COMPLETE", ""]


@dataclass(frozen=True)
class PlanRow:
    """One value that changes.

    Attributes:
        object: the object.
        attribute: LDAP name.
        value: the value that is there, exactly; None where one is added.
        update: the value that takes its place; None where it is taken away.
        action: what is to be done.
        rules: the rules that the row repairs.
        fingerprints: the findings that the row repairs.
        why: the reason in words.
    """

    object: ObjectReference
    attribute: str
    value: str | None
    update: str | None
    action: Action
    rules: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class PlanHeader:
    """What a plan says of itself.

    Attributes:
        plan_id: names the plan.
        directory: identity of the directory it was made for; it is refused elsewhere.
        created: when, ISO 8601 in UTC.
        collection: name and version of the collection that made it.
        policies: the policies that were chosen, by option name.
        options: the rule options, as far as they differ from the defaults.
        rows: number of rows.
        objects: number of objects.
        digest: SHA-256 over the rows.
    """

    plan_id: str
    directory: dict[str, str]
    created: str
    collection: str
    policies: dict[str, t.Any] = field(default_factory=dict)
    options: dict[str, t.Any] = field(default_factory=dict)
    rows: int = 0
    objects: int = 0
    digest: str = ""


@dataclass(frozen=True)
class ObjectChange:
    """All that changes on one object, in one step."""

    object: ObjectReference
    changes: tuple[Change, ...]
    rows: tuple[PlanRow, ...]


def by_object(rows: t.Iterable[PlanRow]) -> t.Iterator[ObjectChange]:
    """Yield what changes on each object, in the order in which the objects first appear; rows without an effect are
    passed over."""
    grouped: dict[str, list[PlanRow]] = {}
    for row in rows:
        if row.action in ("EDIT", "REMOVE"):
            grouped.setdefault(row.object.key, []).append(row)
    for items in grouped.values():
        yield ObjectChange(items[0].object, _changes(items), tuple(items))


def _changes(rows: list[PlanRow]) -> tuple[Change, ...]:
    removed: dict[str, list[str]] = {}
    added: dict[str, list[str]] = {}
    for row in rows:
        if row.value is not None:
            removed.setdefault(row.attribute, []).append(row.value)
        if row.action == "EDIT" and row.update is not None:
            added.setdefault(row.attribute, []).append(row.update)
    names = dict.fromkeys((*removed, *added))
    return tuple(Change(name, tuple(removed.get(name, ())), tuple(added.get(name, ()))) for name in names)
