# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The undo LDIF beside a journal: what takes every change back, for ``ldifde`` and ``ldapmodify``, newest change first.

While a run lasts, records are appended before their changes go out, so that a crash leaves none out; it may then hold
some whose change was never made. They change nothing: what they delete is not there (``ldapmodify -c`` goes on).
"""

from __future__ import annotations

import os
import typing as t

from .._directory.interface import Modification
from .._directory.ldif_changes import change_record
from .journal import Entry, Journal
from .journal_writer import writing

SUFFIX = ".undo.ldif"


def undo_path(journal_path: str) -> str:
    """Return where the undo LDIF of a journal lies."""
    return journal_path.removesuffix(".jsonl") + SUFFIX


def inverse(changes: t.Sequence[Modification]) -> tuple[Modification, ...]:
    """Return what takes changes back."""
    return tuple(Modification(one.attribute, one.add, one.delete) for one in reversed(changes))


def standing(entries: t.Iterable[Entry]) -> list[Entry]:
    """Return the changes that were, or may have been, written and still stand, in their order.

    What was taken back at once does not; and a change that was made again must have been taken back in between, by
    another journal or by hand, so that it stands once.
    """
    found: dict[tuple[str, tuple[Modification, ...]], Entry] = {}
    for entry in entries:
        key = entry.object.key
        if entry.done is False:
            continue
        if entry.step == "restore" and found.pop((key, inverse(entry.changes)), None) is not None:
            continue
        found.pop((key, entry.changes), None)
        found[key, entry.changes] = entry
    return list(found.values())


class UndoFile:
    """An undo LDIF that is written.

    Args:
        path: where it lies.

    Raises:
        StateError: it cannot be written (also from every method).
    """

    def __init__(self, path: str) -> None:
        self.path = path

    def append(self, entries: t.Iterable[Entry]) -> None:
        """Append what takes some changes back, and bring it to the disk."""
        content = b"".join(b"\n" + change_record(one.object.dn, inverse(one.changes)) for one in entries)
        with writing(self.path):
            with open(os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "ab") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())

    def rebuild(self, journal: Journal) -> None:
        """Write the file anew: whatever was, or may have been, written, the newest change first."""
        self.publish((one.object.dn, one.changes) for one in standing(journal.entries))

    def publish(self, written: t.Iterable[tuple[str, t.Sequence[Modification]]]) -> None:
        """Write the file anew from changes in the order in which they were made."""
        records = [change_record(dn, inverse(changes)) for dn, changes in written]
        work = self.path + ".new"
        with writing(self.path):
            with open(os.open(work, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
                file.write(b"# Takes the changes back, the newest first.\n")
                for record in reversed(records):
                    file.write(b"\n" + record)
                file.flush()
                os.fsync(file.fileno())
            os.replace(work, self.path)
