# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rehearsal takes for done: plans in their order, and UPN suffixes; and what that makes of an object."""

from __future__ import annotations

import dataclasses
import re
import typing as t
import uuid

from .._directory.filters import Filter, escape_value, parse_filter
from .._model.dn import normalise
from .._model.entry import Entry, guid_text
from .._model.text import fold
from .compare import decide
from .one_object import changed_entry
from .plan import ObjectChange, PlanRow, by_object

SUFFIXES = "upnsuffixes"
PARTITIONS = b"crossrefcontainer"
_AND = re.compile(r"\(\s*&")


class Step:
    """One plan that is taken for applied.

    Args:
        name: what people know it by.
        rows: its rows; only those that change something are kept, without what is for people.

    Attributes:
        name: as above.
        changes: one for each object.
        met: keys of the objects that were read.
        conflicts: keys of those that did not hold what the plan found there.
    """

    def __init__(self, name: str, rows: t.Iterable[PlanRow]) -> None:
        self.name = name
        self.changes = tuple(by_object(dataclasses.replace(row, rules=(), fingerprints=(), why="") for row in rows))
        self.met: set[str] = set()
        self.conflicts: set[str] = set()
        self._by_guid: dict[bytes, ObjectChange] = {}
        self._by_name: dict[str, ObjectChange] = {}
        for change in self.changes:
            if change.object.guid:
                self._by_guid[uuid.UUID(change.object.guid).bytes_le] = change
            else:
                self._by_name[normalise(change.object.dn)] = change

    def change_of(self, entry: Entry) -> ObjectChange | None:
        """Return what the plan changes on an object, by its GUID, else by its name; None where that is nothing."""
        values = entry.attributes.get("objectguid")
        found = self._by_guid.get(values[0]) if values else None
        if found is None and values and len(values[0]) != 16 and self._by_guid:
            text = guid_text(values[0])
            found = self._by_guid.get(uuid.UUID(text).bytes_le) if text else None
        named = self._by_name.get(normalise(entry.dn)) if self._by_name else None
        if found is None or named is None:
            return found or named
        # A table may name the same object in two ways.
        rows = (dataclasses.replace(row, object=found.object) for row in (*found.rows, *named.rows))
        return next(by_object(rows))

    def apply(self, entry: Entry, change: ObjectChange) -> Entry:
        """Return an object after the plan; as it is where it does not hold what the plan found there."""
        key = change.object.key
        self.met.add(key)
        decision = decide(entry, change)
        if decision.state == "conflict":
            self.conflicts.add(key)
        return changed_entry(entry, decision.changes) if decision.state == "apply" else entry


class Assumptions:
    """Plans and suffixes.

    Args:
        steps: the plans in the order in which they would be applied.
        suffixes: UPN suffixes that the forest would have registered.

    Attributes:
        attributes: names in lower case of all attributes that change.
        spelled: the same names as they are asked for.
        shown: of them those that an object was given a value of, as far as objects were read.
    """

    def __init__(self, steps: t.Sequence[Step], suffixes: t.Sequence[str] = ()) -> None:
        self.steps = tuple(steps)
        self.suffixes = tuple(suffixes)
        names = {
            one.attribute.lower(): one.attribute for step in steps for change in step.changes for one in change.changes
        }
        if suffixes:
            names[SUFFIXES] = "uPNSuffixes"
        self.attributes = frozenset(names)
        self.spelled = tuple(names.values())
        self.shown: set[str] = set()

    @property
    def needed(self) -> tuple[str, ...]:
        """The attributes that must be read of each object, so that it is known what becomes of it."""
        names = (*self.spelled, "objectGUID")
        return (*names, "objectClass") if self.suffixes else names

    def of(self, entry: Entry) -> Entry | None:
        """Return an object as it would be; None where nothing is assumed of it. It may be the same as before."""
        result = None
        for step in self.steps:
            change = step.change_of(entry)
            if change is not None:
                result = step.apply(result or entry, change)
        if self.suffixes and PARTITIONS in {value.lower() for value in entry.attributes.get("objectclass", ())}:
            result = self._with_suffixes(result or entry)
        if result is not None and result is not entry:
            self.shown.update(name for name in self.attributes if name in result.attributes)
        return result

    def _with_suffixes(self, entry: Entry) -> Entry:
        held = entry.attributes.get(SUFFIXES, [])
        known = {fold(value.decode("utf-8", "backslashreplace")) for value in held}
        added = [name.encode("utf-8") for name in self.suffixes if fold(name) not in known]
        attributes = {**entry.attributes, SUFFIXES: [*held, *added]}
        return Entry(entry.dn, attributes, entry.counts, entry.incomplete, entry.origin)

    def candidates(self, condition: Filter) -> list[str]:
        """Return terms for a filter, each for objects that may match a condition with the values that they get.

        An object that does not match now, and whose new values fulfil none of the comparisons, will not match then;
        unless something is negated, where every object counts whose attributes the condition looks at.
        """
        negated = "!" in condition.text
        eased = condition if negated else parse_filter(_AND.sub("(|", condition.text))
        added: dict[str, tuple[str, dict[str, list[bytes]]]] = {}
        for step in self.steps:
            for change in step.changes:
                reference = change.object
                for one in change.changes:
                    name = one.attribute.lower()
                    if name in condition.attributes:
                        _term, values = added.setdefault(reference.key, (_term_of(reference.guid, reference.dn), {}))
                        values.setdefault(name, []).extend(value.encode("utf-8") for value in one.add)
        terms = [term for term, values in added.values() if negated or eased.matches(Entry("", values))]
        if self.suffixes and SUFFIXES in condition.attributes:
            terms.append("(objectClass=crossRefContainer)")
        return terms

    def words(self) -> str:
        """Return in short what is assumed."""
        return ", ".join((*(f"plan {step.name}" for step in self.steps), *(f"suffix {name}" for name in self.suffixes)))


def _term_of(guid: str | None, dn: str) -> str:
    if guid:
        return guid_term(guid)
    return f"(distinguishedName={escape_value(dn)})"


def guid_term(guid: str) -> str:
    """Return the part of a filter that one object matches."""
    return "(objectGUID=" + "".join(f"\\{byte:02x}" for byte in uuid.UUID(guid).bytes_le) + ")"
