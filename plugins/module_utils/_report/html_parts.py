# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report in HTML is made of, as plain values.

A report shows one directory or several. A directory is a ``Part``: it comes from an audit that has just ended, or from a
snapshot that another run left.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

Plain = dict[str, t.Any]

# The page holds the severest findings, for a browser on an ordinary laptop. The tables hold all of them.
MAX_FINDINGS = 100_000
MAX_OUTCOMES = 5_000


@dataclass
class Count:
    """A name with its findings by severity, the severest first.

    Attributes:
        name: of a rule, an OU or an object.
        numbers: how many errors, warnings and infos.
        note: what else to say about it.
    """

    name: str
    numbers: tuple[int, int, int]
    note: str = ""

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.numbers)


@dataclass
class Part:
    """One directory in a report.

    Attributes:
        name: what people call it.
        created: when it was read, in ISO 8601.
        source: what was read.
        summary: the audit in numbers (``Summary.as_dict``).
        rules: findings by rule, the most first.
        ous: findings by OU, the most first.
        offenders: the objects with the most findings, the worst first.
        findings: all findings in the shape of ``finding_as_dict``, the severest first; read once.
        forest: what module forest_info says of the forest (``survey_as_dict``), where that is known.
        teams: what is known of Teams and the mailboxes (``Facts.as_dict``), where that is known.
        drift: how the findings differ from those of an earlier run (``Drift.as_dict``), where there was one.
        crossed: thresholds that were crossed, in words.
        across: where this stands for what lies between directories, and is none itself: how people were joined, in
            numbers, and ``notes`` in words.
    """

    name: str
    created: str
    source: t.Mapping[str, str]
    summary: Plain
    rules: t.Sequence[Count] = ()
    ous: t.Sequence[Count] = ()
    offenders: t.Sequence[Count] = ()
    findings: t.Iterable[Plain] = ()
    forest: Plain | None = None
    teams: Plain | None = None
    drift: Plain | None = None
    crossed: t.Sequence[str] = ()
    across: Plain | None = None


@dataclass
class Applied:
    """What a plan, or a roll back, did: the sheet that is handed over after a change.

    Attributes:
        counts: objects by state, and how many were ``planned``.
        outcomes: what became of each object, the worst first, in the shape of a line of outcomes.jsonl.
        purpose: "apply" or "rollback".
        rehearsal: whether nothing was written, because it was check mode.
        directory: what people call the directory.
        plan: of the plan, ``plan`` (its id), ``digest``, ``path``, ``created``, ``collection`` and ``policies``; of a roll
            back ``taken_back``, the path of the journal.
        run: when, by which server, account and job, ticket, approver.
        left: state, reason and number of the objects that did not become what was wanted, the worst first.
        unrepaired: how many objects with findings the plan does not change, by the reason.
        stopped: the limit that ended the run early, or "".
        error: what broke the run, in words, or "".
        journal: path of the journal.
        undo: options of the roll back that takes the change back; empty where the journal cannot do that alone.
        undo_ldif: path of the file that takes everything back by hand.
        change_ldif: path of the changes that wait for an import.
        changed_by_all: objects that all runs of the journal changed; None where that is not known.
        notes: what else to know.
        files: name to path of the files with the complete lists.
    """

    counts: t.Mapping[str, int]
    outcomes: t.Iterable[Plain] = ()
    purpose: t.Literal["apply", "rollback"] = "apply"
    rehearsal: bool = False
    directory: str = ""
    plan: t.Mapping[str, str] = field(default_factory=dict)
    run: t.Mapping[str, str] = field(default_factory=dict)
    left: t.Sequence[tuple[str, str, int]] = ()
    unrepaired: t.Mapping[str, int] = field(default_factory=dict)
    stopped: str = ""
    error: str = ""
    journal: str | None = None
    undo: t.Mapping[str, t.Any] = field(default_factory=dict)
    undo_ldif: str | None = None
    change_ldif: str | None = None
    changed_by_all: int | None = None
    notes: t.Sequence[str] = ()
    files: t.Mapping[str, str] = field(default_factory=dict)
