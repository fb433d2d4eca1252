# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal: what was going to be written, on the disk before it went out, and what became of it.

A journal belongs to one plan in one directory and goes on from run to run. Its lines, by ``kind``:

- ``open``: the first line: format, journal id, directory, plan, what it is for.
- ``run``: a run begins: when, ticket, approver, server.
- ``intent``: a change that goes out next: its number, the object, the exact values that go and come, which step it is.
- ``result``: what became of a change: ``done`` or ``not_done``, why, when.
- ``end``: the run came to its end, whatever that was. Without it, the run was cut.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._directory.interface import Modification
from .._model.finding import ObjectReference
from .errors import JournalError
from .journal_lines import read_lines

FORMAT = 1
# whole: all of a change. free: values go, so that another object can take them; take: the new ones come.
# restore: what was freed comes back, because the rest was not possible.
StepName = t.Literal["whole", "free", "take", "restore"]


@dataclass
class Entry:
    """A change in a journal.

    Attributes:
        number: its number in the journal.
        object: the object, as it was found right before.
        changes: what goes and what comes.
        step: which step of the object's change it is.
        run: the number of the run.
        done: whether it was written; None where nobody knows yet.
        reason: why not.
        cycle: the other changes that a step ``free`` was taken for; only there.
    """

    number: int
    object: ObjectReference
    changes: tuple[Modification, ...]
    step: StepName
    run: int
    done: bool | None = None
    reason: str = ""
    cycle: list[dict[str, t.Any]] = field(default_factory=list)


@dataclass
class Journal:
    """What a journal says.

    Attributes:
        path: the file.
        header: its first line.
        runs: its runs.
        entries: its changes in their order.
        finished: whether the last run came to its end.
    """

    path: str
    header: dict[str, t.Any]
    runs: list[dict[str, t.Any]]
    entries: list[Entry]
    finished: bool

    @property
    def directory(self) -> dict[str, str]:
        """The identity of the directory."""
        return dict(self.header["directory"])

    @property
    def doubtful(self) -> list[Entry]:
        """The changes of which nobody knows whether they were written."""
        return [entry for entry in self.entries if entry.done is None]


def read_journal(path: str) -> Journal:
    """Read a journal. A line at the end that a crash cut is passed over.

    Raises:
        JournalError: it is none, or a line is missing or was changed.
    """
    return interpret(path, read_lines(path).bodies)


def interpret(path: str, bodies: list[dict[str, t.Any]]) -> Journal:
    """Return what the checked lines of a journal say.

    Raises:
        JournalError: they are no journal.
    """
    if not bodies or bodies[0].get("kind") != "open" or bodies[0].get("format") != FORMAT:
        raise JournalError(f"{path} is no journal, or one of another version of the collection.", code="JOURNAL_FORMAT")
    journal = Journal(path, bodies[0], [], [], True)
    try:
        for body in bodies[1:]:
            _take(journal, body)
    except (KeyError, TypeError, IndexError, AttributeError, ValueError):
        raise JournalError(f"{path} says something that no journal says.", code="JOURNAL_FORMAT") from None
    return journal


def _take(journal: Journal, body: dict[str, t.Any]) -> None:
    kind = body["kind"]
    if kind == "run":
        journal.runs.append(body)
        journal.finished = False
    elif kind == "intent":
        changes = tuple(
            Modification(
                one["attribute"],
                tuple(value.encode("utf-8") for value in one["delete"]),
                tuple(value.encode("utf-8") for value in one["add"]),
            )
            for one in body["changes"]
        )
        journal.entries.append(
            Entry(
                body["change"],
                ObjectReference(**body["object"]),
                changes,
                body["step"],
                len(journal.runs),
                cycle=body.get("cycle", []),
            )
        )
    elif kind == "result":
        entry = journal.entries[body["change"] - 1]
        if entry.done is not None:
            raise ValueError
        entry.done, entry.reason = body["done"], body["reason"]
    elif kind == "end":
        journal.finished = True
