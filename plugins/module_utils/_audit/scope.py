# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which objects the synchronization takes, and which users get a licence."""

from __future__ import annotations

import typing as t

from .._directory import filters
from .._directory.interface import Directory, Selection
from .._model.dn import dns_domain, is_at_or_below_normalised, normalise, split_rdn
from .._model.entry import Entry
from .._model.errors import OptionError
from .._rules.subject import Subject
from .options import LicenceScope, SyncScope


class Place:
    """What the container of an object says about it.

    Attributes:
        dns_domain: DNS name of the domain, "" where the DN has no DC parts.
        synchronized: whether the sync scope takes it.
        in_licence_ou: whether it lies in an OU of the licence scope.
    """

    __slots__ = ("dns_domain", "in_licence_ou", "synchronized")

    def __init__(self, domain: str, synchronized: bool, in_licence_ou: bool) -> None:
        self.dns_domain = domain
        self.synchronized = synchronized
        self.in_licence_ou = in_licence_ou


class Scopes:
    """Answers for each object; containers are few, so their answers are remembered.

    Args:
        sync: which OUs are synchronized.
        licence: who gets a licence; None: as the directory suggests.
        members: normalised DNs of the members of the groups of the licence scope.
    """

    def __init__(self, sync: SyncScope, licence: LicenceScope | None, members: frozenset[str] = frozenset()) -> None:
        # Deepest first: the OU nearest to the object decides.
        rules = [(normalise(ou), True) for ou in sync.include] + [(normalise(ou), False) for ou in sync.exclude]
        self._sync_rules = sorted(rules, key=lambda rule: (-len(rule[0]), rule[1]))
        self._default = not sync.include
        self._licence = licence
        self._licence_ous = tuple(normalise(ou) for ou in licence.ous) if licence else ()
        self._filter = filters.parse_filter(licence.filter) if licence and licence.filter else None
        self._members = members
        self._places: dict[str, Place] = {}

    @property
    def attributes(self) -> tuple[str, ...]:
        """Attributes that the filter of the licence scope asks for."""
        return tuple(sorted(self._filter.attributes)) if self._filter is not None else ()

    def place(self, dn: str) -> Place:
        """Return what the container of an object says about it."""
        container = split_rdn(dn)[1]
        place = self._places.get(container)
        if place is None:
            place = self._places[container] = self._look(container)
        return place

    def _look(self, container: str) -> Place:
        name = normalise(container)
        synchronized = next(
            (taken for base, taken in self._sync_rules if is_at_or_below_normalised(name, base)), self._default
        )
        in_ou = any(is_at_or_below_normalised(name, ou) for ou in self._licence_ous)
        return Place(dns_domain(container), synchronized, in_ou)

    def in_licence_scope(self, subject: Subject, place: Place) -> bool:
        """Return whether a user will get a licence."""
        if self._licence is None:
            return subject.default_licence_scope
        if not subject.is_person:
            return False
        return (
            place.in_licence_ou
            or (bool(self._members) and normalise(subject.entry.dn) in self._members)
            or (self._filter is not None and self._filter.matches(subject.entry))
        )


def members_of(directory: Directory, groups: t.Sequence[str], option: str = "licence_scope") -> frozenset[str]:
    """Return the normalised DNs of all direct and nested members of some groups, which an option names.

    The members of a primary group (Domain Users) are not among them: a directory does not list them.

    Raises:
        DirectoryError: not everything could be read.
        OptionError: a group was not found.
    """
    found: set[str] = set()
    members: set[str] = set()
    given = {normalise(group): group for group in groups}
    wanted = set(given)
    while wanted:
        entries = _groups(directory, wanted)
        missing = wanted - set(entries)
        if missing and not found:
            raise OptionError(
                f"{option}: there is no group {given[sorted(missing)[0]]}. Give the DN of a group that the source holds."
            )
        found |= wanted
        level = {normalise(value) for entry in entries.values() for value in entry.texts("member")}
        members |= level
        # Only groups can be opened further; the next pass finds out which of the new members are.
        wanted = level - found if entries else set()
        wanted = _only_groups(directory, wanted) - found
    return frozenset(members)


_GROUP = Selection(("objectClass", "member"))


def _groups(directory: Directory, names: set[str]) -> dict[str, Entry]:
    matching = {}
    for entry in directory.search(selection=_GROUP, filter="(objectClass=group)"):
        name = normalise(entry.dn)
        if name in names:
            matching[name] = entry
    return matching


def _only_groups(directory: Directory, names: set[str]) -> set[str]:
    if not names:
        return set()
    selection = Selection(("objectClass",))
    groups = {normalise(entry.dn) for entry in directory.search(selection=selection, filter="(objectClass=group)")}
    return names & groups
