# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run that was cut left behind: changes of which nobody knows, and objects between two steps."""

from __future__ import annotations

from .compare import holds
from .fetch import ObjectReader
from .journal import Entry
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

    def look(self, journal: JournalWriter, reader: ObjectReader) -> None:
        """Look what became of every change without a result, and note it in the journal.

        Raises:
            DirectoryError: the objects could not be read.
            StateError: the journal cannot be written.
        """
        doubtful = journal.journal.doubtful
        if doubtful:
            objects = reader.read([entry.object for entry in doubtful])
            for entry in doubtful:
                now = objects.get(entry.object.key)
                state = holds(now, entry.changes) if now is not None else "conflict"
                if state == "unchanged":
                    journal.conclude(entry, done=True, reason="found")
                    self.found.append(entry)
                elif state == "apply":
                    self.pending[entry.object.key, entry.step, entry.changes] = entry
                else:
                    journal.conclude(entry, done=False, reason="changed_since" if now is not None else "missing")
            journal.sync()
        for entry in journal.journal.entries:
            if entry.done:
                if entry.step == "free":
                    self.half[entry.object.key] = entry
                else:
                    self.half.pop(entry.object.key, None)
