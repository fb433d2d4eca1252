# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run that was cut left behind: changes of which nobody knows, and objects between two steps."""

from __future__ import annotations

from .compare import holds
from .fetch import ObjectReader
from .journal import Entry, Journal
from .journal_writer import JournalWriter
from .writer import Pending


class Doubts:
    """What a journal leaves open, looked up in the directory.

    Attributes:
        found: changes without a result that were made, as the objects show.
        pending: changes without a result that were not made: they may go out again under the same number.
        half: objects that gave up values and did not get their new ones yet, by key: the change that took them away.
    """

    def __init__(self) -> None:
        self.found: list[Entry] = []
        self.pending: dict[Pending, Entry] = {}
        self.half: dict[str, Entry] = {}

    def look(self, journal: Journal, reader: ObjectReader, writer: JournalWriter | None = None) -> None:
        """Look what became of every change without a result, and note it in the journal.

        Args:
            journal: what it says.
            reader: reads the objects.
            writer: takes the results; None where nothing is to be noted.

        Raises:
            DirectoryError: the objects could not be read.
            StateError: the journal cannot be written.
        """
        states: dict[int, bool] = {}
        doubtful = journal.doubtful
        objects = reader.read([entry.object for entry in doubtful]) if doubtful else {}
        for entry in doubtful:
            now = objects.get(entry.object.key)
            state = holds(now, entry.changes) if now is not None else "conflict"
            states[entry.number] = state == "unchanged"
            if state == "unchanged":
                self.found.append(entry)
            elif state == "apply":
                self.pending[entry.object.key, entry.step, entry.changes] = entry
                continue
            if writer is not None:
                reason = "found" if state == "unchanged" else "changed_since" if now is not None else "missing"
                writer.conclude(entry, done=state == "unchanged", reason=reason)
        if doubtful and writer is not None:
            writer.sync()
        for entry in journal.entries:
            if states.get(entry.number, entry.done):
                if entry.step == "free":
                    self.half[entry.object.key] = entry
                else:
                    self.half.pop(entry.object.key, None)
