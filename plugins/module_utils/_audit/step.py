# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens to one object of a scan: it is placed, judged and recorded."""

from __future__ import annotations

import typing as t

from .._model.entry import Entry
from .._model.finding import Finding
from .._rules.judge import judge
from .._rules.options import RuleOptions
from .._rules.population import Population
from .._rules.subject import Subject
from .._rules.upn import judge_upn
from .forest import Forest
from .reading import ObjectReader
from .recorder import Recorder, Sink
from .scope import Scopes


class Observer(t.Protocol):
    """Sees every object of a scan beside the recorder.

    Attributes:
        attributes: names of the attributes that it needs.
    """

    attributes: tuple[str, ...]

    def observe(self, oid: int, subject: Subject, population: Population) -> None:
        """Look at an object, whose number in the snapshot is ``oid``."""


class Step:
    """Takes the objects of a scan one after another.

    Args:
        sink: takes the rows.
        rules: the options of the rules.
        scopes: which objects are synchronized, and who gets a licence.
        forest: takes what the objects tell of the forest.
        judging: whether to apply the rules.
        observer: sees each object too.

    Attributes:
        reader: knows what the objects showed.
        recorder: numbers the objects.
    """

    def __init__(
        self,
        sink: Sink,
        rules: RuleOptions,
        scopes: Scopes,
        forest: Forest,
        *,
        judging: bool,
        observer: Observer | None = None,
    ) -> None:
        self.reader = ObjectReader(rules, scopes, forest)
        self.recorder = Recorder(sink, rules, judging=judging)
        self._rules = rules
        self._scopes = scopes
        self._judging = judging
        self._observer = observer

    def take(self, entry: Entry) -> int:
        """Judge and record an object; return its number, 0 where the audit does not know objects of its kind.

        Raises:
            EntryError: a text value is not UTF-8.
            OutputError: the snapshot could not be written.
        """
        known = self.reader.take(entry)
        if known is None:
            return 0
        subject, population, place = known
        findings: list[Finding] = []
        if self._judging and population.standing == "judged":
            subject.in_licence_scope = self._scopes.in_licence_scope(subject, place)
            findings = judge(subject, self._rules)
        elif self._judging and population.standing == "left_out" and subject.is_person:
            # Whether its sign-in name is valid matters to a twin; its findings do not.
            judge_upn(subject, self._rules, [])
        oid = self.recorder.record(subject, population, place, findings)
        if self._observer is not None:
            self._observer.observe(oid, subject, population)
        return oid
