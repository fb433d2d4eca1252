# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A directory read as if plans had been applied to it, so that the step after them can be rehearsed."""

from __future__ import annotations

import dataclasses
import typing as t

from .._directory.filters import Filter, parse_filter
from .._directory.interface import EVERYTHING, Directory, Modification, Scope, Selection
from .._directory.ldap_root import RootDse
from .._directory.ldif import LdifDirectory
from .._model.dn import normalise
from .._model.entry import Entry
from .._model.errors import DirectoryError
from .assumptions import Assumptions, guid_term

_AT_ONCE = 50


class AssumedDirectory:
    """A directory in which every read shows the values that plans would leave behind. It cannot be written.

    A filter that looks at attributes which the plans change is not left to a server alone: what it finds is judged
    again with the new values, and objects of the plans that match only with them are read beside. They are judged by
    the same rules as the entries of an export. No more than the plans is kept in memory.

    Args:
        underlying: the directory as it is. It is closed with this one.
        assumptions: what is taken for done.

    Attributes:
        statistics: of the underlying directory.
        underlying: as above.
        assumptions: as above.
    """

    def __init__(self, underlying: Directory, assumptions: Assumptions) -> None:
        self.underlying = underlying
        self.assumptions = assumptions
        self.statistics = underlying.statistics
        self._swept = False

    @property
    def root_dse(self) -> RootDse:
        """What the server says of itself."""
        return self.underlying.root_dse

    def identity(self) -> dict[str, str]:
        """Return the description of the underlying directory, and what is assumed (``assumed``)."""
        return {**self.underlying.identity(), "assumed": self.assumptions.words()}

    def attribute_names(self) -> frozenset[str] | None:
        """Return the names in lower case of all attributes that the source shows, or would; None where it hides none."""
        names = self.underlying.attribute_names()
        return None if names is None else names | self.assumptions.shown

    def search(
        self,
        base: str | None = None,
        scope: Scope = "subtree",
        selection: Selection = EVERYTHING,
        filter: str | None = None,  # noqa: A002  # the word of the interface
    ) -> t.Iterator[Entry]:
        """Yield the entries below a base that would match an LDAP filter.

        Raises:
            OptionError: the filter cannot be read.
            DirectoryError: not everything could be read.
        """
        condition = None if filter is None else parse_filter(filter)
        if condition is not None and condition.attributes.isdisjoint(self.assumptions.attributes):
            # Nothing that it looks at changes.
            return self._plain(base, scope, selection, filter, None)
        if condition is None or self.underlying.attribute_names() is not None:
            return self._plain(base, scope, selection, None, condition)
        return self._corrected(base, scope, selection, condition)

    def _plain(
        self, base: str | None, scope: Scope, selection: Selection, text: str | None, condition: Filter | None
    ) -> t.Iterator[Entry]:
        view = _View(selection, self.assumptions, condition)
        for entry in self.underlying.search(base, scope, view.wanted, text):
            after = self.assumptions.of(entry) or entry
            if condition is None or condition.matches(after):
                yield view.shown(after)
        self._swept = self._swept or (base is None and text is None)

    def _corrected(self, base: str | None, scope: Scope, selection: Selection, condition: Filter) -> t.Iterator[Entry]:
        """Yield what a server finds as far as it still matches, then what matches only now."""
        view = _View(selection, self.assumptions, condition)
        met: set[str] = set()
        for entry in self.underlying.search(base, scope, view.wanted, condition.text):
            after = self.assumptions.of(entry)
            if after is not None:
                met.add(normalise(entry.dn))
                if not condition.matches(after):
                    continue
            yield view.shown(after or entry)
        terms = self.assumptions.candidates(condition)
        for start in range(0, len(terms), _AT_ONCE):
            text = f"(|{''.join(terms[start : start + _AT_ONCE])})"
            for entry in self.underlying.search(base, scope, view.wanted, text):
                after = self.assumptions.of(entry)
                name = normalise(entry.dn)
                if after is not None and name not in met and condition.matches(after):
                    met.add(name)
                    yield view.shown(after)

    def read_known(self, base: str, guids: t.Sequence[str], selection: Selection) -> t.Iterator[Entry]:
        """Yield the objects below a base that have one of some GUIDs, as they come.

        Raises:
            DirectoryError: not everything could be read.
        """
        view = _View(selection, self.assumptions, None)
        quickly = getattr(self.underlying, "read_known", None)
        if quickly is not None:
            entries: t.Iterator[Entry] = quickly(base, guids, view.wanted)
        else:
            terms = "".join(guid_term(guid) for guid in guids)
            entries = self.underlying.search(base, "subtree", view.wanted, f"(|{terms})")
        for entry in entries:
            yield view.shown(self.assumptions.of(entry) or entry)

    def modify(self, dn: str, changes: t.Sequence[Modification]) -> None:
        """Note a change of an export, which is how a rehearsal finds out what its file would hold; else refuse.

        Raises:
            DirectoryError: a server would be written (code READ_ONLY_SOURCE).
        """
        if self.underlying.attribute_names() is None:
            raise DirectoryError(
                "The directory is read as if plans had been applied, so nothing is written to it. Leave assume_applied out.",
                code="READ_ONLY_SOURCE",
            )
        self.underlying.modify(dn, changes)

    def close(self) -> None:
        """Close the underlying directory. Further calls do nothing."""
        self.underlying.close()

    def warnings(self) -> list[str]:
        """Return what of the plans was passed over, in words; complete once everything was read that is to be read."""
        found = []
        for step in self.assumptions.steps:
            conflicts = [change for change in step.changes if change.object.key in step.conflicts]
            if conflicts:
                found.append(
                    f"assume_applied: {_counted(conflicts)} of the plan {step.name} are passed over, since the directory "
                    "does not hold the values that the plan found there. Applying it would make them conflicts."
                )
            missing = [change for change in step.changes if change.object.key not in step.met] if self._swept else []
            if missing:
                found.append(
                    f"assume_applied: {_counted(missing)} of the plan {step.name} are passed over, since these objects "
                    "are not in what is read."
                )
        return found


class _View:
    """What to read, so that what is asked for can be shown.

    Args:
        selection: what is asked for.
        assumptions: need attributes of their own.
        condition: needs some too.

    Attributes:
        wanted: what to read.
    """

    def __init__(self, selection: Selection, assumptions: Assumptions, condition: Filter | None) -> None:
        values = condition.values if condition is not None else frozenset()
        counted = {name.lower() for name in selection.counted}
        self._count = counted & (assumptions.attributes | values)
        self._asked: frozenset[str] | None = None
        names = selection.attributes
        if names is not None:
            asked = {name.lower() for name in names} - counted
            more = {name.lower(): name for name in assumptions.needed}
            if condition is not None:
                more.update({name: name for name in condition.attributes if name not in more})
            extra = [name for key, name in more.items() if key not in asked and key not in counted - self._count]
            if extra:
                self._asked = frozenset(asked)
            names = (*names, *extra)
        self.wanted = dataclasses.replace(
            selection,
            attributes=names,
            counted=tuple(name for name in selection.counted if name.lower() not in self._count),
        )

    def shown(self, entry: Entry) -> Entry:
        """Return an entry with what was asked for and nothing else."""
        if self._asked is None and not self._count:
            return entry
        asked, count = self._asked, self._count
        kept = {
            name: values
            for name, values in entry.attributes.items()
            if name not in count and (asked is None or name in asked)
        }
        counts = {**entry.counts, **{name: len(entry.attributes[name]) for name in count if name in entry.attributes}}
        return Entry(entry.dn, kept, counts, entry.incomplete, entry.origin)


def export_of(directory: Directory) -> LdifDirectory | None:
    """Return the export that a directory is, also below assumptions; None where a server is behind it."""
    underlying = directory.underlying if isinstance(directory, AssumedDirectory) else directory
    return underlying if isinstance(underlying, LdifDirectory) else None


def _counted(changes: t.Sequence[t.Any]) -> str:
    return f"{sum(len(change.rows) for change in changes)} rows ({len(changes)} objects)"
