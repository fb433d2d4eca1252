# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be written to an object, by what it holds right now: everything, nothing, or a conflict.

Values are compared byte by byte. Active Directory itself matches without case (and, on Windows, without accents) when
it deletes a value, so this is where a change of case alone by somebody else is noticed.
"""

from __future__ import annotations

import typing as t
import unicodedata
from dataclasses import dataclass

from .._directory.interface import Modification
from .._model.entry import Entry
from .._model.finding import Change
from .._model.text import fold
from .plan import ObjectChange, PlanRow

State = t.Literal["apply", "unchanged", "conflict"]

# Attributes of recipients that hold several values; all others that plans change hold one, unless the schema says more.
MANY_VALUES = frozenset(
    "proxyaddresses othertelephone othermobile otherhomephone otheripphone otherpager otherfacsimiletelephonenumber "
    "othermailbox url upnsuffixes postofficebox showinaddressbook msexchpoliciesincluded msexchpoliciesexcluded "
    "extensioncustomattribute1 extensioncustomattribute2 extensioncustomattribute3 extensioncustomattribute4 "
    "extensioncustomattribute5 departmentnumber carlicense seealso description publicdelegates authorig unauthorig "
    "msexchdelegatelistlink dlmemsubmitperms dlmemrejectperms".split()
)


@dataclass(frozen=True)
class Decision:
    """What is to be done with an object.

    Attributes:
        state: write, nothing to do, or somebody changed it.
        changes: what to write.
        attribute: which attribute somebody changed.
        why: how, in words.
    """

    state: State
    changes: tuple[Modification, ...] = ()
    attribute: str = ""
    why: str = ""


def decide(
    entry: Entry, change: ObjectChange, many_values: t.Container[str] = MANY_VALUES, *, freed: bool = False
) -> Decision:
    """Return what is to be written.

    Args:
        entry: the object as it is now.
        change: what a plan wants of it.
        many_values: names in lower case of attributes that may hold several values.
        freed: whether the old values were taken away already, in a first step.
    """
    changes: list[Modification] = []
    for one in change.changes:
        rows = [row for row in change.rows if row.attribute.lower() == one.attribute.lower()]
        decision = _attribute(entry, one, rows, one.attribute.lower() in many_values, freed)
        if decision.state == "conflict":
            return decision
        changes += decision.changes
    return Decision("apply", tuple(changes)) if changes else Decision("unchanged")


def holds(entry: Entry, changes: t.Iterable[Modification]) -> State:
    """Return how an object stands to a change that may have been written: "unchanged" when it was (everything is as
    it would be), "apply" when it was not, "conflict" when it is in neither state."""
    before = after = True
    for one in changes:
        current = set(entry.attributes.get(one.attribute.lower(), ()))
        gone, come = set(one.delete) - set(one.add), set(one.add) - set(one.delete)
        before = before and gone <= current and not come & current
        after = after and come <= current and not gone & current
    return "unchanged" if after else "apply" if before else "conflict"


def _attribute(entry: Entry, change: Change, rows: list[PlanRow], several: bool, freed: bool) -> Decision:
    name = change.attribute
    current = list(entry.attributes.get(name.lower(), ()))
    remove = [value.encode("utf-8") for value in dict.fromkeys(change.remove)]
    add = [value.encode("utf-8") for value in dict.fromkeys(change.add)]
    kept = [value for value in remove if value in add]
    gone = [value for value in remove if value not in add]
    come = [value for value in add if value not in remove]

    def conflict(why: str) -> Decision:
        return Decision("conflict", (), name, why)

    if name.lower() in entry.incomplete or any(value not in current for value in kept):
        return conflict("a value that should stay is not there" if kept else "the source does not show all values")
    missing = [value for value in gone if value not in current]
    present = [value for value in come if value in current]
    if not missing and not present:
        left = [value for value in current if value not in gone]
        if come and not several and left:
            return conflict("it has another value now")
        if any(_alike(value, other) for value in come for other in left):
            return conflict("it has a value now that differs from the new one in case or accents alone")
        return Decision("apply", (Modification(name, tuple(gone), tuple(come)),) if gone or come else ())
    if len(missing) == len(gone) and len(present) == len(come):
        if not several and len(current) > len(add):
            return conflict("it has another value now")
        if any(_alike(value, other) for value in gone for other in current if other not in add):
            return conflict("a value that was to go is there in another spelling")
        return Decision("unchanged")
    if freed and len(missing) == len(gone) and not present:
        if not several and current:
            return conflict("it has another value now")
        return Decision("apply", (Modification(name, (), tuple(come)),))
    return _by_rows(name, current, rows, conflict) if several and rows else conflict("its value is another one now")


def _by_rows(name: str, current: list[bytes], rows: list[PlanRow], conflict: t.Callable[[str], Decision]) -> Decision:
    """Decide row by row, where some of the values are as they were and others are as they should be."""
    olds = {row.value for row in rows if row.value is not None}
    if any(row.update in olds for row in rows if row.action == "EDIT"):
        return conflict("some of its values are other ones now")
    delete: list[bytes] = []
    add: list[bytes] = []
    for row in rows:
        old = row.value.encode("utf-8") if row.value is not None else None
        new = row.update.encode("utf-8") if row.action == "EDIT" and row.update is not None else None
        if old in current and new not in current:
            delete.append(old)
            if new is not None:
                add.append(new)
        elif old in current:
            return conflict("the old value and the new one are both there")
        elif old is None and new not in current:
            add.append(t.cast(bytes, new))
        elif new is not None and new not in current:
            return conflict("a value is another one now")
        elif new is None and old is not None and any(_alike(old, other) for other in current):
            return conflict("a value that was to go is there in another spelling")
    left = [value for value in current if value not in delete]
    if any(_alike(value, other) for value in add for other in left):
        return conflict("it has a value now that differs from the new one in case or accents alone")
    return Decision("apply", (Modification(name, tuple(delete), tuple(add)),) if delete or add else ())


def _alike(one: bytes, other: bytes) -> bool:
    """Return whether a domain controller may take two values for the same."""
    return one == other or _plain(one) == _plain(other)


def _plain(value: bytes) -> str | bytes:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return value
    if text.isascii():
        return text.lower()
    return fold("".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char)))
