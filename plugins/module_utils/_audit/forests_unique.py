# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that people of different forests hold: the rules of one forest, asked between persons."""

from __future__ import annotations

import typing as t

from .._model.finding import Finding
from .._rules.options import RuleOptions
from .forests import Forests
from .forests_persons import Persons
from .unique import Member, Uniqueness


class UniquenessAcross(Uniqueness):
    """Reports what no audit of one forest could see. What it saw already is left to it.

    Args:
        forests: the forests that were copied together.
        persons: who is one person with whom.
        options: the options of the rules.
    """

    def __init__(self, forests: Forests, persons: Persons, options: RuleOptions) -> None:
        super().__init__(forests.snapshot, options)
        self._forests = forests
        self._persons = persons
        self._reported: frozenset[int] = frozenset()
        self._holders: dict[int, list[int]] = {}

    def _address(self, value: str, members: list[Member]) -> None:
        for view in self._views(members):
            super()._address(value, view)
        self._holders.clear()

    def _key(self, space: int, value: str, members: list[Member]) -> None:
        for view in self._views(members):
            super()._key(space, value, view)
        self._holders.clear()

    def _views(self, members: list[Member]) -> t.Iterator[list[Member]]:
        """Yield the holders of a value as each person sees them: the own other objects are not among them."""
        if len({self._forests.number_of(member.oid) for member in members}) < 2:
            return
        by_person: dict[int, list[Member]] = {}
        for member in members:
            by_person.setdefault(self._persons.of(member.oid), []).append(member)
        if len(by_person) < 2:
            return
        single = frozenset(group[0].oid for group in by_person.values() if len(group) == 1)
        if single:
            self._reported = single
            yield members
        for person, group in by_person.items():
            if len(group) < 2:
                continue
            others = [member for other, found in by_person.items() if other != person for member in found]
            for member in group:
                self._reported = frozenset((member.oid,))
                yield sorted([member, *others], key=lambda item: item.oid)

    def _clash(self, members: t.Iterable[tuple[Member, int | str]]) -> int:
        listed = list(members)
        number = super()._clash(listed)
        self._holders[number] = [member.oid for member, _held in listed]
        return number

    def _write(self, member: Member, found: Finding, clash: int) -> None:
        here = self._forests.number_of(member.oid)
        if member.oid in self._reported and any(self._forests.number_of(oid) != here for oid in self._holders[clash]):
            super()._write(member, found, clash)
