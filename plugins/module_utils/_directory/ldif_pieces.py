# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An LDIF file in pieces that other processes can take apart."""

from __future__ import annotations

import contextlib
import typing as t

from .._model.entry import Entry
from .._model.errors import DirectoryError
from .ldif_blocks import INSIDE, Block, LdifFile
from .ldif_lines import Trailer
from .ldif_reader import LdifReader
from .pieces import Piece


class Keeper(t.Protocol):
    """The directory whose file it is."""

    def present(self, entries: t.Iterable[Entry], numbers: list[int]) -> t.Iterator[Entry]:
        """Yield the entries that are not deleted; add the numbers of all and of the deleted ones."""

    def no_class(self, entry: Entry) -> DirectoryError:
        """Return the error for an entry whose kind nobody can tell."""

    def passed(self, names: frozenset[str], root_dse: RootDse, referrals: int, numbers: list[int]) -> None:
        """Take note of what a whole pass met."""


RootDse = dict[str, list[bytes]]
# Names of attributes, the root DSE, referrals, what was said of further pages, numbers of entries and deleted ones.
Report = tuple[list[str], RootDse, int, "int | None", int, int]


class LdifPieces:
    """One pass over a file.

    Args:
        file: the file.
        reader: takes it apart.
        keeper: the directory.
        passing: attributes that are read and not handed out.
        size: about how many bytes a piece has.
    """

    def __init__(
        self, file: LdifFile, reader: LdifReader, keeper: Keeper, passing: t.Collection[str], size: int
    ) -> None:
        self._file = file
        self._reader = reader
        self._keeper = keeper
        self._passing = passing
        self._size = size
        self._numbers = [0, 0]
        self._reported: frozenset[str] = frozenset()
        # What the pieces reported so far.
        self._names: set[str] = set()
        self._root_dse: RootDse = {}
        self._trailer = Trailer(file.path)
        self._totals = [0, 0]

    def items(self) -> t.Generator[Piece, None, None]:
        """Yield the file from beginning to end. A piece never ends within a record.

        Raises:
            DirectoryError: it cannot be read to its end.
        """
        blocks: list[Block] = []
        size = 0
        with contextlib.closing(self._file.blocks()) as file:
            for block in file:
                blocks.append(block)
                size += len(block[0])
                if size >= self._size and block[2] != INSIDE:
                    yield Piece(blocks)
                    blocks = []
                    size = 0
        if blocks:
            yield Piece(blocks)

    def entries(self, piece: Piece, *, connected: bool) -> t.Iterator[Entry]:
        """Take a piece apart.

        Raises:
            DirectoryError: it is no part of a complete export.
        """
        self._numbers = [0, 0]
        self._reader.begin_part()
        for entry in self._keeper.present(self._reader.entries_of(piece.data), self._numbers):
            if not any(entry.attributes.get("objectclass", ())):
                raise self._keeper.no_class(entry)
            for name in self._passing:
                entry.attributes.pop(name, None)
            yield entry

    def report(self) -> Report:
        """Return what was noted in the piece that was taken apart last."""
        names = self._reader.names
        new = names - self._reported
        self._reported = names
        trailer = self._reader.trailer
        total, deleted = self._numbers
        return sorted(new), self._reader.root_dse, trailer.referrals, trailer.more, total, deleted

    def absorb(self, report: Report) -> None:
        """Take over what was noted in the next piece."""
        names, root_dse, referrals, more, total, deleted = report
        self._names.update(names)
        self._root_dse = self._root_dse or root_dse
        self._trailer.referrals += referrals
        if more is not None:
            self._trailer.more = more
        self._totals[0] += total
        self._totals[1] += deleted

    def finish(self) -> None:
        """Check that the file may end as it does.

        Raises:
            DirectoryError: it may not, or holds nothing.
        """
        self._trailer.check_end()
        self._keeper.passed(frozenset(self._names), self._root_dse, self._trailer.referrals, self._totals)
