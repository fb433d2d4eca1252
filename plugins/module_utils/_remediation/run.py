# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run from beginning to end: what cut runs left, the journal, the changes, the files that tell of them."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass, field

from .._directory.ldif import LdifDirectory
from .._directory.ldif_changes import ChangeFile
from .._model.errors import DirectoryError
from .apply import Applier
from .assumed import export_of
from .guard import Settings
from .identity import directory_key
from .journal import Journal, read_journal
from .journal_writer import JournalWriter
from .limits import Limits
from .link import Link
from .outcomes import Progress, Report
from .plan import ObjectChange
from .state_dir import StateDirectory
from .undo import UndoFile, undo_path

# What a cut run began is finished whatever the limits of this one are.
_NO_LIMITS = Limits(None, None, max_errors=None)
_EVERYTHING = Settings(protected_accounts=True, policy_managed_recipients=True)


@dataclass(frozen=True)
class Errand:
    """What a run is for.

    Attributes:
        purpose: "apply" or "rollback".
        digest: what is applied, in hexadecimal digits; the same errand goes on with the same journal.
        about: what the first line of the journal says of it.
        run: what the journal says of this run: ticket, approver and the like.
    """

    purpose: t.Literal["apply", "rollback"]
    digest: str
    about: dict[str, t.Any] = field(default_factory=dict)
    run: dict[str, t.Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Execution:
    """What a run did.

    Attributes:
        report: what became of each object.
        changed: whether it changed (or, in check mode, would change) the directory, or the file of changes.
        journal: where the journal lies; None where there is none.
        undo_ldif: where the way back lies as LDIF.
        change_ldif: where the changes of an export lie.
    """

    report: Report
    changed: bool
    journal: str | None = None
    undo_ldif: str | None = None
    change_ldif: str | None = None


def settle(link: Link, state: StateDirectory, own: str | None, run: dict[str, t.Any]) -> list[Execution]:
    """Finish what cut runs left behind in this directory: look what became of their changes, and bring objects that
    are between two steps to the end.

    Args:
        link: the way to the directory.
        state: where the journals are.
        own: the journal that goes on anyway.
        run: what the journals say of this run.

    Raises:
        JournalError: a journal was changed.
        SyncreadyError: the objects could not be read, or a journal not be written.
    """
    here = directory_key(link.directory.identity())
    found = []
    for path in state.journals():
        if path == own:
            continue
        journal = read_journal(path)
        if journal.finished or directory_key(journal.directory) != here:
            continue
        writer = JournalWriter(path, {})
        try:
            writer.begin({**run, "settles": True})
            report = Applier(link, _EVERYTHING, _NO_LIMITS, writer).run([])
            if report.error is not None:
                raise report.error
            found.append(Execution(report, report.changed, path, undo_path(path)))
        finally:
            writer.close()
    return found


def execute(
    link: Link,
    changes: t.Sequence[ObjectChange],
    errand: Errand,
    settings: Settings,
    limits: Limits,
    state: StateDirectory | None,
    *,
    check_mode: bool = False,
    observer: t.Callable[[Progress], None] | None = None,
) -> Execution:
    """Apply changes. What breaks the run is in its report.

    Args:
        link: the way to the directory.
        changes: one for each object.
        errand: what the run is for.
        settings: what may be changed.
        limits: what ends the run.
        state: where the journal is kept; needed for a directory that is written itself.
        check_mode: only say what would be done.
        observer: is told how far the run is.

    Raises:
        SyncreadyError: something was wrong before anything was written.
    """
    export = export_of(link.directory)
    if export is not None:
        return _into_file(link, export, changes, errand, settings, limits, state, check_mode, observer)
    if state is None:
        raise AssertionError("a directory that is written needs a journal")
    path = state.journal_path(errand.purpose, errand.digest)
    if check_mode:
        known = read_journal(path) if os.path.exists(path) else None
        report = Applier(link, settings, limits, known=known, check_mode=True, observer=observer).run(changes)
        return Execution(report, report.changed, path if known else None, undo_path(path) if known else None)
    return _with_journal(link, changes, errand, settings, limits, state, path, observer)


def _with_journal(
    link: Link,
    changes: t.Sequence[ObjectChange],
    errand: Errand,
    settings: Settings,
    limits: Limits,
    state: StateDirectory,
    path: str,
    observer: t.Callable[[Progress], None] | None,
) -> Execution:
    if not changes and not os.path.exists(path):
        # Nothing to be done: no journal says so.
        return Execution(Applier(link, settings, limits, check_mode=True).run(changes), False)
    state.room_for(len(changes))
    writer = JournalWriter(path, {"directory": link.directory.identity(), "purpose": errand.purpose, **errand.about})
    try:
        writer.begin({**errand.run, "server": link.directory.root_dse.host})
        report = Applier(link, settings, limits, writer, observer=observer).run(changes)
    finally:
        writer.close()
    return Execution(report, report.changed, path, undo_path(path))


def _into_file(
    link: Link,
    directory: LdifDirectory,
    changes: t.Sequence[ObjectChange],
    errand: Errand,
    settings: Settings,
    limits: Limits,
    state: StateDirectory | None,
    check_mode: bool,
    observer: t.Callable[[Progress], None] | None,
) -> Execution:
    """Write the changes of an export as LDIF, for an import by hand. Check mode does all of it but for the files."""
    nowhere = directory.changes is None
    if nowhere and changes and not check_mode:
        raise DirectoryError(
            "An export cannot be changed. Give change_ldif_path to have the changes written for an import by hand "
            f"(objects to change: {len(changes)}).",
            code="READ_ONLY_SOURCE",
        )
    if directory.changes is None:
        directory.changes = ChangeFile(os.devnull)
    file = directory.changes
    execution = None
    if state is not None and not check_mode:
        path = state.journal_path(errand.purpose, errand.digest)
        execution = _with_journal(link, changes, errand, settings, limits, state, path, observer)
        report, written = execution.report, None
    else:
        applier = Applier(link, settings, limits, observer=observer)
        report, written = applier.run(changes), applier.written
    if not file.content():
        return execution or Execution(report, False)
    if nowhere:
        return Execution(report, True)
    changed = file.differs()
    undo = file.path.removesuffix(".ldif") + ".undo.ldif"
    if not check_mode:
        if changed:
            file.publish()
        if written is not None:
            UndoFile(undo).publish(written)
    journal = execution.journal if execution else None
    return Execution(report, changed, journal, execution.undo_ldif if execution else undo, file.path)


def journal_of(state: StateDirectory | None, name: str) -> Journal:
    """Return a journal by its path, or by its name in the state directory.

    Raises:
        JournalError: it cannot be read, or was changed.
    """
    if state is not None and os.path.basename(name) == name and not os.path.exists(name):
        name = os.path.join(state.path, name)
    return read_journal(name)
