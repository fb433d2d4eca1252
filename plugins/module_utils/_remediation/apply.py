# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a plan to a changed directory: read again, compare, journal, write, look. Never a value that somebody else wrote.

Whatever happens is an outcome of an object or the end of the run; both are in the report. The same call goes on where a
run ended, or was cut.
"""

from __future__ import annotations

import time
import typing as t

from .._directory.interface import Modification
from .._model.errors import DirectoryError, SyncreadyError
from .._model.finding import ObjectReference
from .._model.text import shown
from . import circle
from .compare import Decision, decide
from .doubts import Doubts
from .fetch import ObjectReader, reference_of, resolved
from .guard import Settings, may_write, spared
from .journal import Journal
from .journal_writer import JournalWriter
from .limits import Governor, Limits
from .link import Link
from .order import Group, Step, batches, ordered
from .outcomes import Outcome, Progress, Report, State
from .plan import ObjectChange
from .undo import UndoFile, undo_path
from .writer import Write, Writer


class Applier:
    """Applies changes.

    Args:
        link: the way to the directory.
        settings: what may be changed.
        limits: what ends the run.
        journal: where intents and results go; None for a file of changes and in check mode.
        known: what a journal says, in check mode.
        check_mode: only say what would be done.
        observer: is told after each batch how far the run is.

    Attributes:
        written: what was written without a journal, in its order: DN and changes.
    """

    def __init__(
        self,
        link: Link,
        settings: Settings,
        limits: Limits,
        journal: JournalWriter | None = None,
        *,
        known: Journal | None = None,
        check_mode: bool = False,
        observer: t.Callable[[Progress], None] | None = None,
    ) -> None:
        self.link = link
        self.settings = settings
        self.limits = limits
        self.journal = journal
        self._known = journal.journal if journal is not None else known
        self.check_mode = check_mode
        self.written: list[tuple[str, t.Sequence[Modification]]] = []
        self._observer = observer or (lambda _progress: None)
        self.report = Report(0)
        self.governor = Governor(limits, 0)
        self.doubts = Doubts()
        self._foreseen = False

    def run(self, changes: t.Sequence[ObjectChange]) -> Report:
        """Apply changes, one for each object. What breaks the run is in the report, with all that was done before.

        Raises:
            SyncreadyError: something was wrong before anything was written.
        """
        self.report = report = Report(len({change.object.key for change in changes}))
        self.governor = Governor(self.limits, len(changes))
        report.estimate = self.governor.estimate()
        names = {one.attribute for change in changes for one in change.changes}
        if self._known is not None:
            names |= {one.attribute for entry in self._known.entries for one in entry.changes}
        root = self.link.directory.root_dse
        if root.read_only:
            raise DirectoryError(
                f"{root.host} is a read-only domain controller: name a writable one as server.", code="READ_ONLY_DC"
            )
        # What the account may not write is known beforehand only where it is asked for, which costs the server something.
        self._foreseen = self.check_mode and root.active_directory
        self.reader = ObjectReader(self.link, sorted(names), rights=self._foreseen)
        self.reader.preload([change.object for change in changes])
        changes = resolved(changes, self.reader)
        undo = None
        if self._known is not None:
            self.doubts.look(self._known, self.reader, self.journal)
        if self.journal is not None:
            undo = UndoFile(undo_path(self.journal.path))
            undo.rebuild(self.journal.journal)
        self.undo = undo
        self.writer = Writer(self.link, self.reader, self.governor, self.journal, undo, self.doubts.pending)
        self._tell()
        try:
            self._settle(changes)
            for group in batches(ordered(changes), self.limits.batch_size, report.outcomes):
                self._group(group)
        except SyncreadyError as error:
            report.error = error
        if report.error is None:
            report.error = self.writer.error
        for change in changes:
            if change.object.key not in report.outcomes:
                self.leave(change, report.stopped or "aborted", str(report.error or ""))
        self._finish()
        return report

    # Outcomes

    def record(
        self,
        change: ObjectChange,
        state: State,
        reason: str = "",
        message: str = "",
        changes: tuple[Modification, ...] = (),
        reference: ObjectReference | None = None,
        *,
        written: bool = False,
    ) -> None:
        """Note what became of an object."""
        rules = tuple(dict.fromkeys(rule for row in change.rows for rule in row.rules))
        self.report.outcomes[change.object.key] = Outcome(
            reference or change.object, state, reason, message, changes, rules, written
        )

    def record_write(self, write: Write) -> None:
        """Note what became of a write that was the last of its object."""
        if write.state is None:
            # The journal broke.
            state: State = "failed" if write.sent else "left"
            reason = "unknown" if write.sent else "aborted"
            self.record(write.change, state, reason, "", write.changes, write.reference)
            return
        self.record(
            write.change,
            write.state,
            write.reason,
            write.message,
            write.changes,
            write.reference,
            written=write.written,
        )

    def leave(self, change: ObjectChange, reason: str, message: str = "") -> None:
        """Note that an object is left alone."""
        self.record(change, "left", reason, message)

    def gave_up(self, keys: t.Iterable[str]) -> bool:
        """Return whether objects have given up what others wait for."""
        outcomes = self.report.outcomes
        return all(key in outcomes and outcomes[key].state in ("changed", "unchanged") for key in keys)

    # Batches

    def _settle(self, changes: t.Sequence[ObjectChange]) -> None:
        """Take over what a cut run had done, and finish what it left between two steps."""
        by_key = {change.object.key: change for change in changes}
        for entry in self.doubts.found:
            change = by_key.get(entry.object.key)
            if change is not None and entry.step in ("whole", "take"):
                self.record(change, "changed", "found", "", entry.changes, entry.object, written=True)
                self.governor.changed += 1
        for entry in list(self.doubts.half.values()) if self.journal is not None else ():
            if entry.object.key not in by_key:
                self._group(circle.from_journal(entry))

    def _group(self, group: Group) -> None:
        report = self.report
        steps = {step.key: step for step in group.steps}
        if not report.stopped:
            report.stopped = self.governor.closed(len(steps)) or ""
            room, name = self.governor.room()
            if not report.stopped and room <= 0:
                report.stopped = name
            if self.writer.error is not None:
                report.stopped = "aborted"
        if report.stopped:
            for step in steps.values():
                if step.key not in report.outcomes:
                    self.leave(step.change, report.stopped)
            return
        started = time.monotonic()
        before = self.governor.changed
        if any(step.name == "free" for step in group.steps):
            circle.write(self, group)
        else:
            self._write(group.steps)
        self.governor.timed(self.governor.changed - before, time.monotonic() - started)
        self._tell()

    def _write(self, steps: t.Sequence[Step]) -> None:
        waiting = [step for step in steps if self.gave_up(step.after)]
        for step in steps:
            if not self.gave_up(step.after):
                self.leave(step.change, "dependency", circle.HELD)
        writes = self.decide_all(waiting)
        room, name = self.governor.room()
        allowed = writes[: int(min(room, len(writes)))]
        for write in writes[len(allowed) :]:
            self.leave(write.change, name)
        try:
            self.send(allowed)
        finally:
            for write in allowed:
                self.record_write(write)

    def decide_all(self, steps: t.Sequence[Step]) -> list[Write]:
        """Read objects again and return what is to be written; note what became of those that need nothing."""
        found = self.reader.read([step.change.object for step in steps])
        writes = []
        for step in steps:
            entry = found.get(step.key)
            if entry is None:
                self.record(
                    step.change, "conflict", "missing", "It is not there any more, or the account may not see it."
                )
                continue
            reference = reference_of(entry, step.change.object)
            left = spared(step.change, entry, self.settings)
            if left:
                self.record(step.change, "left", *left, reference=reference)
                continue
            freed = step.key in self.doubts.half
            decision = decide(entry, step.change, self.settings.many_values, freed=freed)
            if decision.state == "apply":
                if self._foreseen and not may_write(entry, decision.changes):
                    message = f"The account may not change {shown(reference.dn)}: give it the right to write."
                    self.record(step.change, "refused", "no_rights", message, decision.changes, reference)
                    self.governor.errors += 1
                else:
                    writes.append(Write(step.change, reference, decision.changes, follows=bool(step.after)))
            elif decision.state == "unchanged":
                self.record(step.change, "unchanged", reference=reference)
            else:
                self.record(
                    step.change, "conflict", "changed_since", _conflict(reference, decision), reference=reference
                )
        return writes

    def send(self, writes: t.Sequence[Write]) -> None:
        """Write a batch, or, in check mode, say that it would be written.

        Raises:
            StateError: the journal cannot be written.
        """
        if self.check_mode:
            for write in writes:
                write.state = "changed"
        elif writes:
            self.writer.write(writes)
            for one in writes:
                if one.written and self.journal is None:
                    self.written.append((one.reference.dn, one.changes))
        for one in writes:
            if one.state == "changed" and one.step in ("whole", "take"):
                self.governor.changed += 1
                self.doubts.half.pop(one.reference.key, None)

    def _tell(self) -> None:
        report = self.report
        # What was measured so far says more about the rest than the guess at the beginning.
        self._observer(Progress(len(report.outcomes), report.planned, report.counts(), self.governor.estimate()))

    def _finish(self) -> None:
        report = self.report
        self.report.unsettled = sorted(entry.object.dn for entry in self.doubts.half.values())
        if self.journal is None or self.journal.broken:
            return
        try:
            for entry in self.doubts.pending.values():
                self.journal.conclude(entry, done=False, reason="not_written")
            self.doubts.pending.clear()
            if self.undo is not None:
                self.undo.rebuild(self.journal.journal)
            if not self.journal.journal.doubtful:
                self.journal.end({"counts": report.counts(), "stopped": report.stopped})
        except SyncreadyError as error:
            report.error = report.error or error


def _conflict(reference: ObjectReference, decision: Decision) -> str:
    return f"{decision.attribute} of {shown(reference.dn)} is no longer as the plan says: {decision.why}. It was left alone."
