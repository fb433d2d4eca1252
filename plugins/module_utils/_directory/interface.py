# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every transport offers: a directory that is searched and changed, and that knows no rule."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._model.entry import Entry
from .._model.finding import Change
from .ldap_root import RootDse

Scope = t.Literal["base", "one_level", "subtree"]


@dataclass(frozen=True)
class Selection:
    """Which attributes of an entry are wanted.

    Attributes:
        attributes: names in any case; None means all that the source shows.
        counted: names of which only the number of values is wanted (``Entry.counts``); they may have
            hundreds of thousands of values.
        classes: object classes; an object that has none of them need not be read. Empty: every object is wanted.
    """

    attributes: tuple[str, ...] | None = None
    counted: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


# All attributes with all their values.
EVERYTHING = Selection()


@dataclass
class ReadStatistics:
    """What was read so far.

    Attributes:
        entries: entries that were handed out.
        skipped: entries that the source held and that are no objects to look at, by reason.
        absent_attributes: wanted attributes that the schema of the source does not know.
        searches: how many searches a server was asked; 0 where there is no server.
        pages: how many answers they came in.
        bytes: how many bytes of answers came, as far as that is known.
        seconds: how long the server took for its answers, added up.
    """

    entries: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    absent_attributes: tuple[str, ...] = ()
    searches: int = 0
    pages: int = 0
    bytes: int = 0
    seconds: float = 0.0

    def load(self) -> dict[str, float]:
        """Return what a server had to do for this, in numbers; nothing where there is no server."""
        if not self.searches:
            return {}
        return {
            "searches": self.searches,
            "pages": self.pages,
            "entries": self.entries,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 2),
        }


@dataclass(frozen=True)
class Modification:
    """What one modify does to one attribute: exact values that go, and values that come.

    Attributes:
        attribute: LDAP name.
        delete: values that must be there; where one is not, nothing of the whole modify happens.
        add: values that must not be there.
    """

    attribute: str
    delete: tuple[bytes, ...] = ()
    add: tuple[bytes, ...] = ()

    @classmethod
    def from_change(cls, change: Change) -> Modification:
        """Return a proposed change in the form in which it is sent: its texts as UTF-8."""
        delete = tuple(value.encode("utf-8") for value in change.remove)
        return cls(change.attribute, delete, tuple(value.encode("utf-8") for value in change.add))


class Directory(t.Protocol):
    """A directory, wherever it is. A transport gives the same bytes as any other for the same object."""

    statistics: ReadStatistics

    @property
    def root_dse(self) -> RootDse:
        """What the server says of itself; of a file, what it holds of that, which may be nothing."""

    def identity(self) -> dict[str, str]:
        """Return a small, stable description of the source, for reports (transport, server or file, domain)."""

    def search(
        self,
        base: str | None = None,
        scope: Scope = "subtree",
        selection: Selection = EVERYTHING,
        filter: str | None = None,  # noqa: A002
    ) -> t.Iterator[Entry]:
        """Yield the entries below a base (None: everything the source holds) that match an LDAP filter.

        Raises:
            DirectoryError: not everything could be read. Entries that were yielded before are then part of an
                incomplete answer and must not be used as a result.
        """

    def attribute_names(self) -> frozenset[str] | None:
        """Return the names in lower case of all attributes that the source shows; None where it hides none.

        An object that is read without an attribute that is not among them does not lack it: it is unknown.
        """

    def modify(self, dn: str, changes: t.Sequence[Modification]) -> None:
        """Change one object in one step: all changes or none.

        Raises:
            ConflictError: a value to delete is not there, or a value to add is: somebody was faster.
            DirectoryError: the object could not be changed; the message says whether that is certain.
        """

    def close(self) -> None:
        """Let go of files and connections. Further calls do nothing."""


def shows_absence(directory: Directory, name: str) -> bool:
    """Return whether an object that was read without this attribute certainly lacks it."""
    names = directory.attribute_names()
    return names is None or name.lower() in names
