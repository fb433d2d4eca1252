# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One batch on its way into the directory: intent, write, result, and a look at what is there afterwards."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._directory.interface import Modification
from .._directory.ldap_words import meaning
from .._model.errors import ConflictError, DirectoryError
from .._model.finding import ObjectReference
from .._model.text import shown
from .compare import holds
from .fetch import ObjectReader
from .journal import Entry, StepName
from .journal_writer import JournalWriter
from .limits import Governor
from .link import BUSY, LOST, Link
from .outcomes import State
from .plan import ObjectChange
from .undo import UndoFile

_ROUNDS = 3
# Lines of the journal after which it is noted how many there are.
_UNNOTED = 500
_REFUSED = frozenset(("NO_RIGHTS", "VALUE_REFUSED", "LIMIT_EXCEEDED", "MODIFY_FAILED", "REFERRAL"))

Pending = tuple[str, StepName, tuple[Modification, ...]]


@dataclass
class Write:
    """A change that is about to be written.

    Attributes:
        change: what the plan wants of the object.
        reference: where the object is now.
        changes: what goes and what comes, in this step.
        step: which step it is.
        cycle: what the journal keeps beside a step ``free``.
        follows: whether it takes what another object gave up, so that it must be undone before that is.
        sent: whether it went out.
        state: what became of it; None while nobody knows.
        reason: a stable word for why.
        message: why, in words.
        written: whether it was written, whatever became of it then.
        number: its number in the journal, where a run before wrote it.
        settled: whether what became of it is counted and in the journal.
    """

    change: ObjectChange
    reference: ObjectReference
    changes: tuple[Modification, ...]
    step: StepName = "whole"
    cycle: list[dict[str, t.Any]] = field(default_factory=list)
    follows: bool = False
    sent: bool = False
    state: State | None = None
    reason: str = ""
    message: str = ""
    written: bool = False
    number: int = 0
    settled: bool = False
    _entry: Entry | None = None

    @property
    def pending(self) -> Pending:
        """What tells it from every other change."""
        return self.reference.key, self.step, self.changes

    def as_entry(self) -> Entry:
        """Return it as the journal has it; where there is no journal, as one would."""
        return self._entry or Entry(0, self.reference, self.changes, self.step, 0, done=True, cycle=self.cycle)


class Writer:
    """Writes batches.

    Args:
        link: the way to the directory.
        reader: reads objects again.
        governor: keeps speed and errors in bounds.
        journal: takes intents and results; None where nothing is written to a server.
        undo: takes what takes the changes back.
        pending: changes that a run before had intended and not written; they are not intended a second time.

    Attributes:
        error: what broke the connection for good.
    """

    def __init__(
        self,
        link: Link,
        reader: ObjectReader,
        governor: Governor,
        journal: JournalWriter | None = None,
        undo: UndoFile | None = None,
        pending: dict[Pending, Entry] | None = None,
    ) -> None:
        self._link = link
        self._reader = reader
        self._governor = governor
        self._journal = journal
        self._undo = undo
        self.pending = pending if pending is not None else {}
        self.error: DirectoryError | None = None

    def write(self, writes: t.Sequence[Write]) -> None:
        """Write a batch, of different objects that do not depend on one another. What became of each is noted on it.

        Raises:
            StateError: the journal cannot be written. What was not sent will not be.
        """
        self._intend(writes)
        size = self._governor.at_once(len(writes))
        for start in range(0, len(writes), size):
            part = writes[start : start + size]
            if self.error is not None:
                self._note(part, "left", "aborted", "The connection broke before it was its turn.")
            elif self._too_many():
                self._note(part, "left", "max_errors", "There were too many errors before it was its turn.")
            else:
                self._governor.pace(len(part))
                self._send(part)
                continue
            for one in part:
                self._conclude(one)
        self._verify([one for one in writes if one.state == "changed"])
        if self._journal is not None:
            self._journal.checkpoint(_UNNOTED)

    def _intend(self, writes: t.Sequence[Write]) -> None:
        if self._journal is None:
            return
        new = []
        for one in writes:
            one._entry = self.pending.pop(one.pending, None)
            if one._entry is None:
                one._entry = self._journal.intend(one.reference, one.changes, one.step, one.cycle)
                new.append(one._entry)
        self._journal.sync()
        if self._undo is None:
            return
        if any(one.follows or one.step != "whole" for one in writes):
            self._undo.rebuild(self._journal.journal)
        else:
            self._undo.append(new)

    def _too_many(self) -> bool:
        most = self._governor.limits.max_errors
        return most is not None and self._governor.errors >= most

    def _send(self, part: t.Sequence[Write]) -> None:
        def heard(place: int, error: DirectoryError | None) -> bool:
            one = part[place]
            # What needs a look at the object waits until nothing is on its way any more.
            if error is None or not (isinstance(error, ConflictError) or error.code in LOST or error.code == BUSY):
                self._answered(one, error)
                self._settle(one)
            return not self._too_many()

        for one in part:
            one.sent = True
        answers = self._link.send([(one.reference.dn, one.changes) for one in part], heard)
        for one in part[len(answers) :]:
            one.sent = False
        self._note(part[len(answers) :], "left", "max_errors", "There were too many errors before it was its turn.")
        lost = []
        for one, error in zip(part, answers, strict=False):
            if one.state is None and error is not None:
                if error.code in LOST:
                    lost.append(one)
                else:
                    self._answered(one, error)
        if lost:
            self._read_back(lost)
        for one in part:
            self._settle(one)

    def _settle(self, one: Write) -> None:
        """Count a write and note its result, once."""
        if not one.settled and one.state is not None:
            one.settled = True
            self._governor.errors += one.state in ("refused", "failed")
            self._conclude(one)

    def _answered(self, one: Write, error: DirectoryError | None, *, again: bool = False) -> None:
        if error is None:
            one.state, one.written = "changed", True
            self._reader.overlay(one.reference, one.changes)
        elif isinstance(error, ConflictError):
            self._beaten(one, again)
        elif error.code == "NO_SUCH_OBJECT":
            one.state, one.reason, one.message = "conflict", "missing", str(error)
        else:
            words = meaning(getattr(error, "windows_code", ""))
            one.state = "refused" if error.code in _REFUSED else "failed"
            one.reason = error.code.lower()
            one.message = f"{error} ({words})" if words else str(error)

    def _beaten(self, one: Write, again: bool) -> None:
        """Note that somebody was faster: with something else, or with the very same."""
        one.state, one.reason = "conflict", "changed_since"
        one.message = f"Somebody else changed {shown(one.reference.dn)} at this moment. Nothing was overwritten."
        try:
            entry = self._reader.read([one.reference]).get(one.reference.key)
        except DirectoryError:
            return
        if entry is not None and holds(entry, one.changes) == "unchanged":
            # Sent before a connection broke, it may have been carried out after all.
            one.state = "changed" if again else "unchanged"
            one.written = again
            one.reason, one.message = ("" if again else "done_by_other"), ""

    def _read_back(self, lost: list[Write]) -> None:
        """Find out what became of changes whose answer never came, and send those again that were not made."""
        try:
            for _round in range(_ROUNDS):
                self._link.again(_broken(lost[0]))
                found = self._reader.read([one.reference for one in lost])
                rest = []
                for one in lost:
                    entry = found.get(one.reference.key)
                    state = holds(entry, one.changes) if entry is not None else "conflict"
                    if state == "unchanged":
                        one.state, one.written = "changed", True
                    elif state == "conflict":
                        one.state, one.reason = "conflict", "changed_since" if entry is not None else "missing"
                        one.message = (
                            f"The connection broke while {shown(one.reference.dn)} was changed, and now it is neither as it "
                            "was nor as it should be: somebody else changed it."
                        )
                    else:
                        rest.append(one)
                lost = []
                answers = self._link.send([(one.reference.dn, one.changes) for one in rest])
                for one, error in zip(rest, answers, strict=True):
                    if error is not None and error.code in LOST:
                        lost.append(one)
                    else:
                        self._answered(one, error, again=True)
                if not lost:
                    return
            raise _broken(lost[0])
        except DirectoryError as error:
            self.error = error
            unknown = [one for one in lost if one.state is None]
            self._note(
                unknown,
                "failed",
                "unknown",
                "The connection broke while it was changed, and nobody could look whether it was. The same call again does.",
            )

    def _conclude(self, one: Write) -> None:
        # What nobody knows has no result: the next run looks.
        if self._journal is not None and one._entry is not None and one.reason != "unknown":
            self._journal.conclude(one._entry, done=one.written, reason=one.reason)

    def _verify(self, done: t.Sequence[Write]) -> None:
        """Read what was written; whoever writes after us, and a domain controller that changes values, show here."""
        if not done or self.error is not None or self._journal is None:
            return
        try:
            found = self._reader.read([one.reference for one in done])
        except DirectoryError as error:
            self.error = error
            return
        for one in done:
            entry = found.get(one.reference.key)
            if entry is None or holds(entry, one.changes) != "unchanged":
                one.state, one.reason = "failed", "verification"
                one.message = (
                    f"{shown(one.reference.dn)} was written, and read right after it is not as written: somebody else "
                    "changed it, or the domain controller did."
                )
                self._governor.errors += 1

    @staticmethod
    def _note(part: t.Iterable[Write], state: State, reason: str, message: str) -> None:
        for one in part:
            one.state, one.reason, one.message = state, reason, message


def _broken(one: Write) -> DirectoryError:
    return DirectoryError(
        f"The connection broke while {shown(one.reference.dn)} was changed, and could not be made again. Run the same call "
        "again: it looks what was done, and goes on.",
        code="OUTCOME_UNKNOWN",
    )
