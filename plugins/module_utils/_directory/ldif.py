# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The transport without a server: an export that ldifde or ldapsearch wrote, read from a file."""

from __future__ import annotations

import re
import typing as t

from .._model.dn import is_at_or_below_normalised, normalise
from .._model.entry import Entry
from .._model.errors import DirectoryError
from .filters import Filter, parse_filter
from .interface import Modification, ReadStatistics, Scope, Selection
from .ldap_root import RootDse
from .ldif_blocks import EMPTY, INCOMPLETE, LdifFile, problem
from .ldif_changes import ChangeFile
from .ldif_pieces import LdifPieces
from .ldif_reader import LdifReader
from .pieces import PIECE

_EVERYTHING = Selection()

# A deleted object keeps its mark wherever it was moved, or lies in the container of a naming context for them.
_DELETED = re.compile(r"(?:\\0a|\n)del:|(?:^|, *)cn=deleted objects, *(?:dc|cn=configuration)\b", re.IGNORECASE)


class LdifDirectory:
    """A directory that is an LDIF file. It knows what the file holds and nothing else.

    Every search is one pass over the file, from the beginning, with little memory however long the file is.

    Attributes:
        statistics: what was read by all searches; entries are added up, and what was skipped is what a single
            pass met. Reasons: "deleted" (deleted objects), "referral" (references to other servers).
        changes: what is to be changed, for an import by hand; None where nothing can be.
    """

    def __init__(self, path: str, *, chunk_size: int | None = None, changes: ChangeFile | None = None) -> None:
        """Look at a file.

        Args:
            path: where it is.
            changes: takes what is to be changed, for an import by hand; None: nothing can be changed.
            chunk_size: how many bytes to read at a time; only speed and memory depend on it.

        Raises:
            DirectoryError: the file cannot be read, is empty, or is something else by its first bytes.
        """
        self.statistics = ReadStatistics()
        self.changes = changes
        self._file = LdifFile(path) if chunk_size is None else LdifFile(path, chunk_size)
        self._piece = chunk_size or PIECE
        self._root_dse: dict[str, list[bytes]] = {}
        self._names: frozenset[str] | None = None

    def identity(self) -> dict[str, str]:
        """Return transport, path (as it was given), size in bytes and sha256 of the file.

        The digest comes with the first search that is read to its end; before that, the file is read for it.

        Raises:
            DirectoryError: the file cannot be read, or is no longer the one that was opened.
        """
        digest = self._file.digest()
        return {"transport": "ldif", "path": self._file.path, "size": str(self._file.size), "sha256": digest}

    @property
    def part_read(self) -> float:
        """How much of the file the search that began last has read, from 0 to 1."""
        return self._file.position / max(1, self._file.size)

    @property
    def root_dse(self) -> RootDse:
        """What a server said of itself, where a search has met it in the file.

        Most exports do not hold it. An export of several searches may.
        """
        return RootDse.of(Entry("", self._root_dse))

    def attribute_names(self) -> frozenset[str]:
        """Return the names in lower case of all attributes that any record of the file has.

        What is not among them the export does not show: no object lacks it, it is unknown. Empty before a search
        was read to its end.
        """
        return self._names or frozenset()

    def search(
        self,
        base: str | None = None,
        scope: Scope = "subtree",
        selection: Selection = _EVERYTHING,
        filter: str | None = None,  # noqa: A002  # the word of the interface
    ) -> t.Iterator[Entry]:
        """Yield the entries at or below a base that match an LDAP filter.

        Without a base (None or ""), all of the file is searched, whatever the scope.

        Deleted objects and the root DSE are never among them.

        Raises:
            OptionError: the filter cannot be read.
            DirectoryError: the file is no complete export, an entry has no objectClass although it is wanted,
                or the file holds nothing at or below the base (code BASE_NOT_FOUND).
        """
        condition = None if filter is None else parse_filter(filter)
        return self._search(base, scope, selection, condition)

    def modify(self, dn: str, changes: t.Sequence[Modification]) -> None:
        """Note a change of an object in the change file, which the caller publishes. Nothing else happens.

        Raises:
            DirectoryError: there is no change file (code READ_ONLY_SOURCE).
        """
        if self.changes is None:
            message = f"{self._file.path} is an export and cannot be changed: name a file for the changes."
            raise DirectoryError(message, code="READ_ONLY_SOURCE")
        self.changes.add(dn, changes)

    def close(self) -> None:
        """Do nothing: no file is open but while it is searched."""

    def _search(
        self, base: str | None, scope: Scope, selection: Selection, condition: Filter | None
    ) -> t.Iterator[Entry]:
        counted = frozenset(name.lower() for name in selection.counted)
        wanted = None if selection.attributes is None else frozenset(name.lower() for name in selection.attributes)
        needed = condition.values if condition is not None else frozenset()
        # What only the filter or this method needs is taken away again before an entry is handed out.
        passing = frozenset() if wanted is None else (needed | {"isdeleted"}) - wanted
        needed_counted = needed & counted
        presence = (
            frozenset() if condition is None or wanted is None else condition.presence - wanted - needed - counted
        )
        reader = LdifReader(
            self._file, None if wanted is None else wanted | passing, (counted | presence) - needed_counted
        )
        class_wanted = wanted is None or "objectclass" in wanted
        below = None if not base else normalise(base)
        statistics = self.statistics
        found = False
        numbers = [0, 0]
        for entry in self.present(reader.entries(), numbers):
            attributes = entry.attributes
            if below is not None:
                name = normalise(entry.dn)
                if not is_at_or_below_normalised(name, below):
                    continue
                found = True
                if not _in_scope(name, below, scope):
                    continue
            if class_wanted and not any(attributes.get("objectclass", ())):
                raise self.no_class(entry)
            if condition is not None:
                if not condition.matches(entry):
                    continue
                for name in needed_counted & attributes.keys():
                    entry.counts[name] = sum(1 for value in attributes.pop(name) if value)
                for name in presence:
                    entry.counts.pop(name, None)
            for name in passing:
                attributes.pop(name, None)
            statistics.entries += 1
            yield entry
        self._passed(reader.names, reader.root_dse, reader.referrals, numbers)
        if below is not None and not found:
            raise DirectoryError(
                f"{self._file.path} holds nothing at or below {base!r}: check the spelling, or export that part "
                "of the directory.",
                code="BASE_NOT_FOUND",
            )

    def pieces(self, selection: Selection) -> LdifPieces | None:
        """Return the search for every entry in pieces; None where all attributes are wanted."""
        if selection.attributes is None:
            return None
        wanted = frozenset(name.lower() for name in selection.attributes)
        if "objectclass" not in wanted:
            return None
        passing = frozenset(("isdeleted",)) - wanted
        counted = frozenset(name.lower() for name in selection.counted)
        return LdifPieces(self._file, LdifReader(self._file, wanted | passing, counted), self, passing, self._piece)

    def present(self, entries: t.Iterable[Entry], numbers: list[int]) -> t.Iterator[Entry]:
        """Yield the entries that are not deleted; add the numbers of all and of the deleted ones to ``numbers``."""
        for entry in entries:
            numbers[0] += 1
            if ("isdeleted" in entry.attributes and entry.boolean("isdeleted")) or _is_deleted(entry.dn):
                numbers[1] += 1
            else:
                yield entry

    def passed(
        self, names: frozenset[str], root_dse: dict[str, list[bytes]], referrals: int, numbers: list[int]
    ) -> None:
        """Take note of what a whole pass in pieces met.

        Raises:
            DirectoryError: no entry.
        """
        self.statistics.entries += numbers[0] - numbers[1]
        self._passed(names, root_dse, referrals, numbers)

    def _passed(
        self, names: frozenset[str], root_dse: dict[str, list[bytes]], referrals: int, numbers: list[int]
    ) -> None:
        total, deleted = numbers
        self._root_dse = self._root_dse or root_dse
        self._names = names
        self._note_skipped("deleted", deleted)
        self._note_skipped("referral", referrals)
        if total == deleted:
            raise self._empty(deleted)

    def _note_skipped(self, reason: str, number: int) -> None:
        if number:
            self.statistics.skipped[reason] = number

    def no_class(self, entry: Entry) -> DirectoryError:
        """Return the error for an entry whose kind nobody can tell."""
        line = int(entry.origin.rpartition(" ")[2])
        return problem(
            self._file.path,
            line,
            f"{entry.dn!r} has no objectClass, so nobody can tell what it is: export again with objectClass among "
            "the attributes, and with values.",
            INCOMPLETE,
        )

    def _empty(self, deleted: int) -> DirectoryError:
        what = f"{deleted} deleted objects and no other" if deleted else "no entry at all"
        return DirectoryError(
            f"{self._file.path} holds {what}: check the base, the filter and the rights of the export, "
            "and export the directory again.",
            code=EMPTY,
        )


def _is_deleted(dn: str) -> bool:
    # Nearly every name is done with after a look for two rare words.
    lowered = dn.lower()
    return ("deleted objects" in lowered or "del:" in lowered) and _DELETED.search(dn) is not None


def _in_scope(name: str, base: str, scope: Scope) -> bool:
    """Return whether the normalised name of an object at or below a base is in the scope of a search."""
    if scope == "subtree":
        return True
    if scope == "base":
        return name == base
    return name != base and "," not in name[: -len(base) - 1]
