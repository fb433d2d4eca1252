# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing a journal."""

from __future__ import annotations

import datetime
import os
import secrets
import typing as t

from .._directory.interface import Modification
from .._model.finding import ObjectReference
from .errors import StateError
from .journal import FORMAT, Entry, Journal, StepName, interpret
from .journal_lines import START, Lines, read_lines, seal, write_head


class JournalWriter:
    """A journal that is written.

    Args:
        path: the file; it is made, or gone on with.
        header: what its first line says, beside format and id.

    Attributes:
        journal: what it says so far.
        broken: whether it could not be written at some time; nothing is added then.

    Raises:
        JournalError: there is one, and it was changed.
        StateError: it cannot be written.
    """

    def __init__(self, path: str, header: dict[str, t.Any]) -> None:
        self.path = path
        self._previous = START
        self._count = self._noted = 0
        self._dirty = False
        self.broken = False
        with writing(path):
            exists = os.path.exists(path)
            lines = read_lines(path) if exists else None
            self._file = open(os.open(path, os.O_CREAT | os.O_RDWR, 0o600), "r+b", buffering=0)  # noqa: SIM115
            try:
                self.journal = self._opened(lines, header)
            except BaseException:
                self._file.close()
                raise

    def _opened(self, lines: Lines | None, header: dict[str, t.Any]) -> Journal:
        if lines is None or not lines.bodies:
            self._file.truncate(0)
            self._line({"kind": "open", "format": FORMAT, "id": secrets.token_hex(8), **header})
            self.sync()
            _sync_directory(self.path)
            return interpret(self.path, read_lines(self.path).bodies)
        # What a crash left of a line was never acted upon.
        self._file.truncate(lines.size)
        self._file.seek(lines.size)
        self._previous = lines.last
        self._count = len(lines.bodies)
        return interpret(self.path, lines.bodies)

    def begin(self, about: dict[str, t.Any]) -> None:
        """Begin a run.

        Raises:
            StateError: the journal cannot be written.
        """
        run = {"kind": "run", "run": len(self.journal.runs) + 1, "time": now(), **about}
        self._line(run)
        self.sync()
        self.journal.runs.append(run)
        self.journal.finished = False

    def intend(
        self,
        reference: ObjectReference,
        changes: t.Sequence[Modification],
        step: StepName = "whole",
        cycle: list[dict[str, t.Any]] | None = None,
    ) -> Entry:
        """Note a change that goes out next. It may go out after ``sync`` and not before.

        Raises:
            StateError: the journal cannot be written.
        """
        entry = Entry(
            len(self.journal.entries) + 1, reference, tuple(changes), step, len(self.journal.runs), cycle=cycle or []
        )
        body = {
            "kind": "intent",
            "change": entry.number,
            "time": now(),
            "object": _reference_as_dict(reference),
            "step": step,
            "changes": [
                {
                    "attribute": one.attribute,
                    "delete": [value.decode("utf-8") for value in one.delete],
                    "add": [value.decode("utf-8") for value in one.add],
                }
                for one in changes
            ],
        }
        if cycle:
            body["cycle"] = cycle
        self._line(body)
        self.journal.entries.append(entry)
        return entry

    def conclude(self, entry: Entry, *, done: bool, reason: str = "") -> None:
        """Note what became of a change.

        Raises:
            StateError: the journal cannot be written.
        """
        if entry.done is not None:
            raise AssertionError(f"change {entry.number} has its result already")
        self._line({"kind": "result", "change": entry.number, "done": done, "reason": reason, "time": now()})
        entry.done, entry.reason = done, reason

    def sync(self) -> None:
        """Bring everything to the disk.

        Raises:
            StateError: that was not possible.
        """
        if self._dirty:
            with writing(self.path):
                os.fsync(self._file.fileno())
                self._dirty = False

    def checkpoint(self, most: int = 0) -> None:
        """Bring everything to the disk, and note beside the journal how far it goes.

        Args:
            most: lines that may go unnoted; where there are no more, nothing is done. What is not on the disk yet goes
                there with the next intents; lost, it would be looked up.

        Raises:
            StateError: that was not possible.
        """
        if self._count - self._noted < most:
            return
        self.sync()
        with writing(self.path):
            write_head(self.path, self._count, self._previous)
        self._noted = self._count

    def end(self, about: dict[str, t.Any]) -> None:
        """End the run.

        Raises:
            StateError: the journal cannot be written.
        """
        self._line({"kind": "end", "time": now(), **about})
        self.checkpoint()
        self.journal.finished = True

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _line(self, body: dict[str, t.Any]) -> None:
        line, value = seal(body, self._previous)
        self.broken = True
        with writing(self.path):
            rest = memoryview(line)
            while rest:
                rest = rest[self._file.write(rest) or 0 :]
        self.broken = False
        self._previous = value
        self._count += 1
        self._dirty = True


def now() -> str:
    """Return the time as journals write it: ISO 8601 in UTC, with milliseconds."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")


def _reference_as_dict(reference: ObjectReference) -> dict[str, str | None]:
    return {"dn": reference.dn, "guid": reference.guid, "kind": reference.kind, "name": reference.name}


def _sync_directory(path: str) -> None:
    """Make sure that the name of a new file survives a crash."""
    descriptor = os.open(os.path.dirname(path) or ".", os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class writing:
    """Turns errors of the system into ours."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            full = error.errno in (28, 122, 27)
            hint = "Make room there" if full else "Give state_dir a directory that this user may write"
            raise StateError(
                f"{self._path} could not be written: {error.strerror or error}. {hint}, then run it again: it goes on from "
                "where it is.",
                code="DISK_FULL" if full else "BAD_STATE_DIR",
            ) from None
