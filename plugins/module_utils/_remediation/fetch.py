# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading the objects of a plan again, by what never changes: their GUIDs, wherever they are now."""

from __future__ import annotations

import dataclasses
import typing as t
import uuid

from .._directory.interface import Modification, Selection
from .._model.dn import dns_domain, normalise
from .._model.entry import Entry
from .._model.errors import DirectoryError
from .._model.finding import ObjectReference
from .link import Link
from .plan import ObjectChange, by_object

# What every object is asked for beside the attributes that change.
ALWAYS = ("objectClass", "objectGUID", "adminCount", "msExchPoliciesIncluded", "msExchPoliciesExcluded")
RIGHTS = "allowedAttributesEffective"
_AT_ONCE = 50
_NOT_THERE = frozenset(("BASE_NOT_FOUND", "BAD_BASE"))


class ObjectReader:
    """Reads objects again.

    Args:
        link: the way to where they are.
        attributes: the attributes that change.
        rights: whether to ask which attributes the account may write.
    """

    def __init__(self, link: Link, attributes: t.Iterable[str], *, rights: bool = False) -> None:
        self._link = link
        names = [*ALWAYS, *attributes, *([RIGHTS] if rights else [])]
        self._selection = Selection(tuple({name.lower(): name for name in names}.values()))
        self._file: dict[str, Entry] | None = None

    def preload(self, references: t.Iterable[ObjectReference]) -> None:
        """Read the objects of a file in one pass; a server is asked batch by batch.

        Raises:
            DirectoryError: the file could not be read.
        """
        if self._link.directory.attribute_names() is None:
            return
        guids, names = {}, {}
        for reference in references:
            if reference.guid:
                guids[reference.guid] = reference
            else:
                names[normalise(reference.dn)] = reference
        self._file = {}
        for entry in self._link.directory.search(selection=self._selection):
            found = guids.get(entry.guid or "") or (names.get(normalise(entry.dn)) if names else None)
            if found is not None:
                self._file[found.key] = self._file[entry.guid or found.key] = entry

    def read(self, references: t.Sequence[ObjectReference]) -> dict[str, Entry]:
        """Return the objects by their keys. What is not among them is not there, or may not be seen.

        Raises:
            DirectoryError: they could not be read.
        """
        if self._file is not None:
            return {one.key: self._file[one.key] for one in references if one.key in self._file}
        return self._link.ask(lambda: self._read(references))

    def overlay(self, reference: ObjectReference, changes: t.Iterable[Modification]) -> None:
        """Take note of a change of an object of a file, which stays as it is: what follows must see it."""
        entry = self._file.get(reference.key) if self._file is not None else None
        if entry is not None:
            for one in changes:
                values = entry.attributes.get(one.attribute.lower(), [])
                entry.attributes[one.attribute.lower()] = [
                    *(value for value in values if value not in one.delete),
                    *one.add,
                ]

    def _read(self, references: t.Sequence[ObjectReference]) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        with_guid = [one for one in references if one.guid]
        by_domain: dict[str, list[ObjectReference]] = {}
        for one in with_guid:
            by_domain.setdefault(dns_domain(one.dn), []).append(one)
        for domain, members in by_domain.items():
            base = ",".join(f"DC={label}" for label in domain.split(".")) if domain else None
            self._by_guid(base, members, found)
        # An object may have moved to another domain, which is rare.
        self._by_guid(None, [one for one in with_guid if one.key not in found], found)
        for one in references:
            if not one.guid and (entry := self._by_name(one.dn)) is not None:
                found[one.key] = entry
        return found

    def _by_guid(self, base: str | None, references: t.Sequence[ObjectReference], found: dict[str, Entry]) -> None:
        for start in range(0, len(references), _AT_ONCE):
            part = {t.cast(str, one.guid): one for one in references[start : start + _AT_ONCE]}
            try:
                for entry in self._having(base, list(part)):
                    one = part.get(entry.guid or "")
                    if one is not None:
                        found[one.key] = entry
            except DirectoryError as error:
                if base is None or error.code not in _NOT_THERE:
                    raise

    def _having(self, base: str | None, guids: list[str]) -> t.Iterable[Entry]:
        quickly = getattr(self._link.directory, "read_known", None)
        if quickly is not None and base is not None:
            return t.cast("t.Iterable[Entry]", quickly(base, guids, self._selection))
        terms = "".join(f"(objectGUID={_escaped(guid)})" for guid in guids)
        condition = f"(|{terms})" if len(guids) > 1 else terms
        return self._link.directory.search(base, "subtree", self._selection, condition)

    def _by_name(self, dn: str) -> Entry | None:
        try:
            return next(iter(list(self._link.directory.search(dn, "base", self._selection))), None)
        except DirectoryError as error:
            if error.code in _NOT_THERE:
                return None
            raise


def resolved(changes: t.Sequence[ObjectChange], reader: ObjectReader) -> list[ObjectChange]:
    """Return changes of objects that are known by name alone as changes of what has that name now.

    Raises:
        DirectoryError: the objects could not be read.
    """
    nameless = [change for change in changes if not change.object.guid]
    if not nameless:
        return list(changes)
    found = reader.read([change.object for change in nameless])
    known = []
    for change in changes:
        entry = found.get(change.object.key)
        reference = reference_of(entry, change.object) if entry is not None else change.object
        rows = tuple(dataclasses.replace(row, object=reference) for row in change.rows)
        known.append(ObjectChange(reference, change.changes, rows))
    if len({change.object.key for change in known}) < len(known):
        # A table may name the same object in two ways.
        return list(by_object(row for change in known for row in change.rows))
    return known


def reference_of(entry: Entry, reference: ObjectReference) -> ObjectReference:
    """Return where an object is now, with what was known of it."""
    return ObjectReference(entry.dn, entry.guid or reference.guid, reference.kind, reference.name)


def _escaped(guid: str) -> str:
    return "".join(f"\\{byte:02x}" for byte in uuid.UUID(guid).bytes_le)
