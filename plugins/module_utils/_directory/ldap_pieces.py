# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a domain controller holds, in pieces that other processes can take apart."""

from __future__ import annotations

import typing as t

from .._model.entry import Entry
from .ldap_ber import BerError
from .ldap_entries import EntryParser
from .ldap_errors import LdapError
from .pieces import PIECE, NotAloneError, Piece

Complete = t.Callable[[Entry, EntryParser], None]


class LdapPieces:
    """One reading of all that a directory holds.

    Args:
        read: yields messages with search entries, or entries, until all is read.
        counted: names in lower case of the attributes of which the values are counted.
        complete: asks the server of an object for the values that it cut off.
        damaged: returns the error for an answer that cannot be taken apart.
        absorbed: is told how many entries were in the next piece.
    """

    def __init__(
        self,
        read: t.Callable[[], t.Iterator[Entry | bytes]],
        counted: frozenset[str],
        complete: Complete,
        damaged: t.Callable[[BerError], LdapError],
        absorbed: t.Callable[[int], None],
    ) -> None:
        self._read = read
        self._parser = EntryParser(counted)
        self._complete = complete
        self._damaged = damaged
        self._absorbed = absorbed
        self._number = 0

    def items(self) -> t.Generator[Entry | Piece, None, None]:
        """Yield what comes, in order.

        Raises:
            LdapError: not everything could be read.
        """
        for item in self._read():
            yield item if isinstance(item, Entry) else Piece(item)

    def entries(self, piece: Piece, *, connected: bool) -> t.Iterator[Entry]:
        """Take messages apart.

        Raises:
            LdapError: they are damaged, or values that were cut off could not be read.
            NotAloneError: there are such values, and the server cannot be asked from here.
        """
        self._number = 0
        parser = self._parser
        try:
            for entry in parser.entries(piece.data):
                self._number += 1
                if parser.ranges:
                    if not connected:
                        raise NotAloneError
                    self._complete(entry, parser)
                yield entry
        except BerError as error:
            raise self._damaged(error) from None

    def report(self) -> int:
        """Return how many entries the piece held that was taken apart last."""
        return self._number

    def absorb(self, report: int) -> None:
        """Take over the number of entries of the next piece."""
        self._absorbed(report)

    def finish(self) -> None:
        """Do nothing: the reading itself has checked that all came."""


def joined(parts: t.Iterable[bytes]) -> t.Iterator[bytes]:
    """Yield messages in pieces of a good size."""
    waiting: list[bytes] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= PIECE:
            yield b"".join(waiting)
            waiting = []
            size = 0
    if waiting:
        yield b"".join(waiting)
