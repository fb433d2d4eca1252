# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A search in pieces that are not taken apart yet, so that other processes can do that."""

from __future__ import annotations

import typing as t

from .._model.entry import Entry

# About how many bytes a piece holds: enough to outweigh its way to another process, few enough to share the work.
PIECE = 256 * 1024


class Piece:
    """A part of the source's answer.

    Attributes:
        data: bytes, or lists and tuples of bytes and numbers: what ``marshal`` can carry.
    """

    __slots__ = ("data",)

    def __init__(self, data: t.Any) -> None:
        self.data = data


class Pieces(t.Protocol):
    """A search of a directory. What it reads is handed out in order; the pieces may be taken apart in any order.

    In the process that reads, ``items`` is read to its end, ``absorb`` is called for each piece in order, and at the
    end ``finish``. In a process that takes apart, ``entries`` is called, read to its end, and then ``report``.
    """

    def items(self) -> t.Generator[Entry | Piece, None, None]:
        """Yield pieces, and entries that are taken apart already.

        Raises:
            DirectoryError: not everything could be read.
        """

    def entries(self, piece: Piece, *, connected: bool) -> t.Iterator[Entry]:
        """Take a piece apart.

        Args:
            piece: the piece.
            connected: whether this is the process that reads, which may ask the source again.

        Raises:
            DirectoryError: the piece is damaged.
            NotAloneError: the source has to be asked, and this process cannot.
        """

    def report(self) -> t.Any:
        """Return what was noted in the piece that was taken apart last, in what ``marshal`` can carry."""

    def absorb(self, report: t.Any) -> None:
        """Take over what was noted in the next piece."""

    def finish(self) -> None:
        """Check that all is there.

        Raises:
            DirectoryError: it is not.
        """


class NotAloneError(Exception):
    """Only the process that is connected can take this piece apart."""


@t.runtime_checkable
class InPieces(t.Protocol):
    """A directory that can be searched in pieces."""

    def pieces(self, selection: t.Any) -> Pieces | None:
        """Return the search for everything the source holds; None where this cannot be done in pieces now."""
