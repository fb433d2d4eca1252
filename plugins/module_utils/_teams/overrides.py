# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locations that nothing in the directory shows, named by OU, filter or domain."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._audit.snapshot import Snapshot
from .._directory.filters import parse_filter
from .._model.dn import is_at_or_below_normalised, normalise, split_rdn
from .._model.text import fold
from .._rules.population import Population
from .._rules.subject import Subject
from .matrix import Location

_BATCH = 2000


@dataclass(frozen=True)
class Override:
    """Where the mailboxes of some users are, whatever their attributes say.

    Attributes:
        location: where they are.
        ous: DNs of OUs; users in them and below are meant.
        filter: an LDAP filter; users that match it are meant.
        domains: domains of the primary SMTP address, or of mail where there is none.
    """

    location: Location
    ous: tuple[str, ...] = ()
    filter: str | None = None
    domains: tuple[str, ...] = ()


class Overrides:
    """Watches a scan and notes which users an override names, in a table of the snapshot: ``overrides``.

    Accounts of the system are never meant. The first override that names a user counts.

    Args:
        overrides: in the order in which they count.
        snapshot: takes the table.

    Raises:
        OptionError: a filter cannot be read.
        OutputError: the snapshot could not be written.
    """

    def __init__(self, overrides: t.Sequence[Override], snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._rules = [
            (
                override.location,
                tuple(normalise(ou) for ou in override.ous),
                frozenset(fold(domain) for domain in override.domains),
                parse_filter(override.filter) if override.filter else None,
            )
            for override in overrides
        ]
        self.attributes = tuple(
            sorted(
                {
                    name
                    for _location, _ous, _domains, condition in self._rules
                    if condition
                    for name in condition.attributes
                }
            )
        )
        # Container to the places of the rules whose OUs hold it; containers are few.
        self._containers: dict[str, frozenset[int]] = {}
        snapshot.run("CREATE TABLE overrides (oid INTEGER PRIMARY KEY, location TEXT NOT NULL)")
        self._rows: list[tuple[int, Location]] = []

    def observe(self, oid: int, subject: Subject, population: Population) -> None:
        """Look at an object."""
        if not self._rules or not subject.is_person or population.standing == "system":
            return
        named = self._named_by_container(subject.entry.dn)
        domain = _domain(subject)
        for place, (location, _ous, domains, condition) in enumerate(self._rules):
            if place in named or domain in domains or (condition is not None and condition.matches(subject.entry)):
                self._rows.append((oid, location))
                if len(self._rows) >= _BATCH:
                    self.finish()
                break

    def _named_by_container(self, dn: str) -> frozenset[int]:
        container = split_rdn(dn)[1]
        named = self._containers.get(container)
        if named is None:
            name = normalise(container)
            named = self._containers[container] = frozenset(
                place
                for place, (_location, ous, _domains, _filter) in enumerate(self._rules)
                if any(is_at_or_below_normalised(name, ou) for ou in ous)
            )
        return named

    def finish(self) -> None:
        """Write what was noted and is not written yet. To be called after the scan."""
        self._snapshot.run_many("INSERT INTO overrides VALUES (?, ?)", self._rows)
        self._rows.clear()


def _domain(subject: Subject) -> str:
    """Return the domain of the primary SMTP address, or of mail, folded; "" where there is neither."""
    primary = subject.primary
    address = primary.address if primary is not None else subject.mail
    return fold((address or "").rpartition("@")[2].strip())
