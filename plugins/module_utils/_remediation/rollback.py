# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way back: what journals say was written, turned round. What somebody changed since is a conflict and stays."""

from __future__ import annotations

import typing as t
import uuid

from .._model.dn import normalise
from .._model.errors import OptionError
from .._model.finding import Change, ObjectReference
from .._model.text import fold, shown
from .journal import Entry, Journal
from .plan import ObjectChange, PlanRow


def way_back(journals: t.Iterable[Journal], objects: t.Sequence[str] = ()) -> list[ObjectChange]:
    """Return what takes back everything that journals say was, or may have been, written, the newest change first.

    Args:
        journals: in the order in which they were written.
        objects: DNs, GUIDs or names of the objects that are meant; empty: all.

    Raises:
        OptionError: an object is in no journal.
    """
    net: dict[str, _Net] = {}
    for journal in journals:
        for entry in journal.entries:
            # Where nobody knows, the comparison with what is there decides.
            if entry.done is not False:
                key = entry.object.key
                found = net.pop(key, None) or _Net()
                found.take(entry)
                # The object goes to the end: the newest change is undone first.
                net[key] = found
    chosen = [one for one in net.values() if one.changed]
    if objects:
        chosen = _chosen(chosen, objects)
    return [one.back() for one in reversed(chosen)]


class _Net:
    """What became of one object over all of its changes."""

    def __init__(self) -> None:
        self.object = ObjectReference("", None, "", "")
        self._attributes: dict[str, tuple[str, list[str], list[str]]] = {}

    def take(self, entry: Entry) -> None:
        """Take a change into account."""
        self.object = entry.object
        for one in entry.changes:
            _name, gone, come = self._attributes.setdefault(one.attribute.lower(), (one.attribute, [], []))
            for value in (item.decode("utf-8") for item in one.delete):
                if value in come:
                    come.remove(value)
                elif value not in gone:
                    gone.append(value)
            for value in (item.decode("utf-8") for item in one.add):
                if value in gone:
                    gone.remove(value)
                elif value not in come:
                    come.append(value)

    @property
    def changed(self) -> bool:
        """Whether anything is left to take back."""
        return any(gone or come for _name, gone, come in self._attributes.values())

    def back(self) -> ObjectChange:
        """Return what takes it back."""
        changes = tuple(
            Change(name, tuple(come), tuple(gone)) for name, gone, come in self._attributes.values() if gone or come
        )
        rows = tuple(row for change in changes for row in self._rows(change))
        return ObjectChange(self.object, changes, rows)

    def _rows(self, change: Change) -> t.Iterator[PlanRow]:
        for number in range(max(len(change.remove), len(change.add))):
            old = change.remove[number] if number < len(change.remove) else None
            new = change.add[number] if number < len(change.add) else None
            yield PlanRow(self.object, change.attribute, old, new, "EDIT" if new is not None else "REMOVE")


def _chosen(all_of_them: list[_Net], objects: t.Sequence[str]) -> list[_Net]:
    found: dict[int, _Net] = {}
    for text in objects:
        matching = [one for one in all_of_them if _is_meant(one.object, text)]
        if not matching:
            raise OptionError(
                f"objects: no journal says that {shown(text)} was changed. Give a DN, GUID or name from it."
            )
        if len(matching) > 1:
            names = ", ".join(shown(one.object.dn) for one in matching[:5])
            raise OptionError(f"objects: {shown(text)} may be any of {names}. Give a DN or GUID.")
        found[id(matching[0])] = matching[0]
    return [one for one in all_of_them if id(one) in found]


def _is_meant(reference: ObjectReference, text: str) -> bool:
    try:
        return reference.guid == str(uuid.UUID(text.strip()))
    except ValueError:
        pass
    return normalise(reference.dn) == normalise(text.strip()) or fold(reference.name) == fold(text.strip())
