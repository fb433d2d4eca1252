# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directory at one stage of a plan: what the audit saw, with some objects in another state.

A plan is rehearsed before anybody reads it. Only objects that have findings, or share a value, can change or be touched
by a change; they are judged again, with each other, by the very rules of the audit. All others stay in the snapshot.
"""

from __future__ import annotations

import typing as t

from .._audit import across
from .._audit.findings import read_findings
from .._audit.options import AuditOptions
from .._audit.recorder import Recorder, finding_row
from .._audit.scope import Scopes
from .._audit.settle import settle
from .._audit.snapshot import FINDING_COLUMNS, Row, Snapshot
from .._audit.unique import Uniqueness
from .._model.entry import Entry
from .._model.finding import Finding, ObjectReference
from .._model.kinds import kind_of
from .._model.text import fold
from .._rules.catalogue import finding
from .._rules.judge import judge
from .._rules.population import Population
from .._rules.subject import Subject
from .details import Details

Findings = dict[int, tuple[ObjectReference, list[Finding]]]

# What proposals never change is taken over from the audit.
_KEPT = ("anchor-duplicate", "linked-mailbox-unresolved")
_TOUCHED = "SELECT oid FROM findings WHERE oid IN (SELECT oid FROM objects) UNION SELECT oid FROM clash_members"


class World:
    """One stage: the first is the audit itself, each later one has some entries replaced.

    Args:
        audit: the snapshot of a complete audit.
        details: the objects of the audit that can change.
        options: the options of the audit.
        scopes: the scopes of the audit.
        replaced: entries that are no longer what the audit saw, by number.
    """

    def __init__(
        self,
        audit: Snapshot,
        details: Details,
        options: AuditOptions,
        scopes: Scopes,
        replaced: dict[int, Entry] | None = None,
    ) -> None:
        self._audit = audit
        self._details = details
        self._options = options
        self._scopes = scopes
        self._replaced = replaced or {}
        self._suffixes: list[str] | None = audit.read_meta("registered_suffixes")
        self._group: frozenset[int] = frozenset()
        self._stage: Snapshot | None = None
        if replaced is not None:
            self._group = frozenset(row[0] for row in audit.ask(_TOUCHED))
            self._stage = Snapshot()
            self._judge()

    def close(self) -> None:
        """Let go of what the stage keeps on disk."""
        if self._stage is not None:
            self._stage.close()

    def after(self, replaced: dict[int, Entry]) -> World:
        """Return the stage that follows when some more entries are replaced."""
        changed = {**self._replaced, **replaced}
        return World(self._audit, self._details, self._options, self._scopes, changed)

    # What proposals ask.

    def entry(self, oid: int) -> Entry | None:
        """Return an object as it is at this stage; None where it was not read a second time."""
        return self._replaced.get(oid) or self._details.entry(oid)

    def subject(self, oid: int) -> Subject | None:
        """Return an object as the rules see it at this stage; None where it was not read a second time."""
        entry = self.entry(oid)
        return self.subject_of(entry) if entry is not None else None

    def subject_of(self, entry: Entry) -> Subject:
        """Return an entry as the rules see it."""
        kind = kind_of(entry.attributes.get("objectclass", []))
        subject = Subject(entry, kind, self._options.rules.sign_in_attribute.lower())
        subject.in_licence_scope = self._scopes.in_licence_scope(subject, self._scopes.place(entry.dn))
        return subject

    def holders(self, question: str, parameters: t.Sequence[t.Any]) -> t.Iterator[Row]:
        """Yield the rows of a question about ``addresses`` or ``keys``; the first column is the object's number."""
        for row in self._audit.ask(question, parameters):
            if row[0] not in self._group:
                yield row
        if self._stage is not None:
            yield from self._stage.ask(question, parameters)

    def findings(self) -> Findings:
        """Return the findings that nobody accepted, by object, in the order of the DNs."""
        snapshot = self._stage or self._audit
        numbers: dict[str, int] = dict(
            snapshot.ask(
                "SELECT dn || char(0) || coalesce(guid, ''), oid FROM objects WHERE oid IN (SELECT oid FROM findings)"
            )
        )
        found: Findings = {}
        for _row, item in read_findings(snapshot, holders=False):
            if item.object is not None and item.waiver is None:
                oid = numbers[f"{item.object.dn}\0{item.object.guid or ''}"]
                found.setdefault(oid, (item.object, []))[1].append(item)
        return dict(sorted(found.items(), key=lambda entry: (entry[1][0].dn, entry[1][0].guid or "")))

    def sharing(self, oid: int) -> set[int]:
        """Return the other objects that share a value with one."""
        question = (
            "SELECT DISTINCT b.oid FROM clash_members a JOIN clash_members b ON b.clash = a.clash "
            "WHERE a.oid = ? AND b.oid <> a.oid"
        )
        return {row[0] for row in (self._stage or self._audit).ask(question, (oid,))}

    # How a stage is made.

    def _judge(self) -> None:
        stage = t.cast(Snapshot, self._stage)
        rules = self._options.rules
        recorder = Recorder(stage, rules)
        for oid, standing in list(self._audit.ask(f"SELECT oid, standing FROM objects WHERE oid IN ({_TOUCHED})")):
            subject = self.subject(oid) if standing == "judged" else None
            if subject is None:
                self._copy(oid)
                continue
            findings = judge(subject, rules)
            recorder.record(subject, Population("judged"), self._scopes.place(subject.entry.dn), findings, oid)
            self._suffix(oid, subject)
        marks = ",".join("?" * len(_KEPT))
        for row in list(self._audit.ask(f"SELECT {FINDING_COLUMNS} FROM findings WHERE rule IN ({marks})", _KEPT)):
            stage.add("findings", row)
        Uniqueness(stage, rules).run()
        across.escalate_missing_upns(stage)
        if self._audit.forest is not None:
            across.judge_mailboxes(stage, self._audit.forest)
        across.judge_differences(stage)
        settle(stage, self._options)

    def _copy(self, oid: int) -> None:
        """Take an object over as the audit saw it."""
        stage = t.cast(Snapshot, self._stage)
        for table in ("objects", "addresses", "keys"):
            stage.add_all(t.cast(t.Any, table), list(self._audit.ask(f"SELECT * FROM {table} WHERE oid = ?", (oid,))))
        # What follows from the values of others comes anew.
        kept = list(self._audit.ask(f"SELECT {FINDING_COLUMNS} FROM findings WHERE oid = ? AND clash IS NULL", (oid,)))
        stage.add_all("findings", [row for row in kept if row[1] not in _KEPT])

    def _suffix(self, oid: int, subject: Subject) -> None:
        suffix = subject.suffix_to_check
        if suffix is None or self._suffixes is None or fold(suffix) in self._suffixes:
            return
        found = finding(
            "upn-suffix-not-registered", "userPrincipalName", subject.sign_in_name, across.unregistered(suffix)
        )
        t.cast(Snapshot, self._stage).add("findings", finding_row(oid, found))
