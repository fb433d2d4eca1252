# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way to the directory, which may break and be made again."""

from __future__ import annotations

import time
import typing as t

from .._directory.interface import Directory, Modification
from .._model.errors import DirectoryError, SyncreadyError
from .identity import check_directory

# What a broken connection is called. What was on its way then may have been done.
LOST = frozenset(("OUTCOME_UNKNOWN", "CONNECTION_LOST", "TIMEOUT", "PROTOCOL_ERROR"))
BUSY = "SERVER_BUSY"
_BUSY_DELAYS = (0.5, 1.0, 2.0)
_RECONNECT_DELAYS = (0.2, 0.5, 1.0, 2.0, 4.0)

_T = t.TypeVar("_T")
Item = tuple[str, t.Sequence[Modification]]
Observer = t.Callable[[int, "DirectoryError | None"], bool]


class Link:
    """An open directory that can be opened again.

    Args:
        directory: the open directory; the caller closes it.
        reopen: opens it again; None where that is not possible.
        delays: seconds to wait before each attempt to open it again.

    Attributes:
        directory: the directory as it is open now.
        reconnected: how often it was opened again.
    """

    def __init__(
        self,
        directory: Directory,
        reopen: t.Callable[[], Directory] | None = None,
        delays: t.Sequence[float] = _RECONNECT_DELAYS,
    ) -> None:
        self.directory = directory
        self.reconnected = 0
        self._reopen = reopen
        self._delays = delays
        self._first = directory

    def again(self, error: DirectoryError) -> None:
        """Open the directory again.

        Args:
            error: why; it is raised where nothing helps.

        Raises:
            DirectoryError: it cannot be opened.
            PlanError: another directory answers now.
        """
        if self._reopen is None:
            raise error
        identity = self.directory.identity()
        for delay in self._delays:
            time.sleep(delay)
            try:
                directory = self._reopen()
            except DirectoryError:
                continue
            try:
                check_directory(identity, directory.identity(), "The run")
            except SyncreadyError:
                directory.close()
                raise
            if directory.root_dse.host != self.directory.root_dse.host:
                # Another domain controller may not know yet what was written here.
                directory.close()
                continue
            self.close()
            self.directory = directory
            self.reconnected += 1
            return
        raise error

    def ask(self, question: t.Callable[[], _T]) -> _T:
        """Return the answer to a question that may be asked again: when the server is busy, or the connection breaks.

        Raises:
            DirectoryError: there was no answer.
        """
        delays = list(_BUSY_DELAYS)
        lost = 0
        while True:
            try:
                return question()
            except DirectoryError as error:
                if error.code == BUSY and delays:
                    time.sleep(delays.pop(0))
                elif error.code in LOST and lost < 3:
                    lost += 1
                    self.again(error)
                else:
                    raise

    def modify_each(self, items: t.Sequence[Item], observer: Observer) -> list[DirectoryError | None]:
        """Send changes of different objects, several of them on their way at once where the directory can.

        Args:
            items: DN and changes of each object.
            observer: is told what became of each, by its place; says whether more may be sent.

        Returns:
            For each None, or why it was not changed. Shorter than ``items`` where the observer ended it.
        """
        together = getattr(self.directory, "modify_each", None)
        try:
            if together is not None:
                return list(together(items, observer))
        except DirectoryError as error:
            return [error] * len(items)
        results: list[DirectoryError | None] = []
        for dn, changes in items:
            try:
                self.directory.modify(dn, changes)
                results.append(None)
            except DirectoryError as error:
                results.append(error)
            if not observer(len(results) - 1, results[-1]):
                break
        return results

    def send(self, items: t.Sequence[Item], observer: Observer | None = None) -> list[DirectoryError | None]:
        """Do as ``modify_each``, and try again what the server was too busy for: that, and nothing else."""
        told: Observer = observer or (lambda _place, _error: True)
        going = True

        def listen(place: int, error: DirectoryError | None) -> bool:
            nonlocal going
            going = told(place, error) and going
            return going

        results = self.modify_each(items, listen)
        for delay in _BUSY_DELAYS:
            busy = [number for number, error in enumerate(results) if error is not None and error.code == BUSY]
            if not busy or not going:
                break
            time.sleep(delay)
            again = self.modify_each([items[one] for one in busy], _renumbered(listen, busy))
            for number, result in zip(busy, again, strict=False):
                results[number] = result
        return results

    def close(self) -> None:
        """Close what was opened again; the first directory belongs to the caller."""
        if self.directory is not self._first:
            self.directory.close()


def _renumbered(observer: Observer, places: t.Sequence[int]) -> Observer:
    return lambda place, error: observer(places[place], error)
