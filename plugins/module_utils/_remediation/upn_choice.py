# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which users get another sign-in name: those below an OU, in a group, that a filter finds, or that a list names."""

from __future__ import annotations

import re
import typing as t

from .._directory.filters import parse_filter
from .._model.dn import is_at_or_below_normalised, normalise, split_rdn
from .._model.text import fold
from .._rules.subject import Subject

_GUID = re.compile(r"\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?\Z", re.IGNORECASE)


class UserChoice:
    """Chooses users. Every condition that is given must hold; without any, every user is chosen.

    Args:
        ous: DNs; users below one of them.
        members: normalised DNs of the members of groups; None: groups do not matter.
        ldap_filter: a filter that the users match.
        names: UPNs, sAMAccountNames, DNs or GUIDs.
        later: gives the name that a UPN has once it was changed; a list that is used again names the same users.

    Raises:
        OptionError: the filter is none.
    """

    def __init__(
        self,
        ous: t.Sequence[str] = (),
        members: frozenset[str] | None = None,
        ldap_filter: str | None = None,
        names: t.Sequence[str] = (),
        later: t.Callable[[str], str | None] = lambda _name: None,
    ) -> None:
        self._ous = tuple(normalise(ou) for ou in ous)
        self._members = members
        self._filter = parse_filter(ldap_filter) if ldap_filter else None
        self._names: dict[tuple[str, str], str] = {}
        self._later: dict[str, list[str]] = {}
        for name in names:
            kind, form = _form(name)
            self._names[kind, form] = name
            after = later(name.strip()) if kind == "upn" else None
            if after is not None:
                self._later.setdefault(fold(after), []).append(name)
        # Who answers to a name of the list, by number.
        self._found: dict[str, list[int]] = {name: [] for name in names}
        self._found_later: set[str] = set()
        self._containers: dict[str, bool] = {}

    @property
    def attributes(self) -> tuple[str, ...]:
        """Attributes that the filter looks at."""
        return tuple(sorted(self._filter.attributes)) if self._filter is not None else ()

    def chooses(self, oid: int, subject: Subject) -> bool:
        """Return whether a user is chosen; to be asked once for each."""
        dn = subject.entry.dn
        named = self._named(oid, subject) if self._found else True
        return (
            named
            and (not self._ous or self._below(dn))
            and (self._members is None or normalise(dn) in self._members)
            and (self._filter is None or self._filter.matches(subject.entry))
        )

    def _below(self, dn: str) -> bool:
        container = split_rdn(dn)[1]
        if (known := self._containers.get(container)) is None:
            name = normalise(container)
            known = any(is_at_or_below_normalised(name, ou) for ou in self._ous)
            self._containers[container] = known
        return known

    def _named(self, oid: int, subject: Subject) -> bool:
        upn = fold(subject.upn) if subject.upn is not None else None
        forms = [("dn", normalise(subject.entry.dn)), ("guid", subject.entry.guid), ("upn", upn)]
        if subject.sam is not None:
            forms.append(("sam", fold(subject.sam)))
        given = [self._names[kind, form] for kind, form in forms if form is not None and (kind, form) in self._names]
        for name in given:
            self._found[name].append(oid)
        after = self._later.get(upn, []) if upn is not None else []
        self._found_later.update(after)
        return bool(given or after)

    def ambiguous(self) -> dict[int, str]:
        """Return the users that share a name of the list with another one, with that name; after all were asked."""
        return {oid: name for name, oids in self._found.items() if len(oids) > 1 for oid in oids}

    def unknown(self) -> list[str]:
        """Return the names of the list that nobody has; after all users were asked."""
        return [name for name, oids in self._found.items() if not oids and name not in self._found_later]


def _form(name: str) -> tuple[str, str]:
    """Return what a name is, and the form in which it is compared."""
    text = name.strip()
    if _GUID.match(text):
        return "guid", text.strip("{}").lower()
    if "=" in text and "," in text:
        return "dn", normalise(text)
    if "@" in text:
        return "upn", fold(text)
    return "sam", fold(text)
