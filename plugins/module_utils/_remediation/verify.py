# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the changes to an object keep the promises, as far as the object alone tells."""

from __future__ import annotations

import typing as t
from collections import Counter

from .._model.finding import Finding
from .._rules.judge import judge
from .._rules.options import RuleOptions
from .._rules.population import population_of
from .._rules.subject import Subject

# A rule, and the attribute that breaks it.
Fault = tuple[str, "str | None"]


class Judgement:
    """What the rules that need no other object say of one state of an object.

    Args:
        subject: the object in that state.
        options: options of the rules.
    """

    def __init__(self, subject: Subject, options: RuleOptions) -> None:
        self.judged = population_of(subject, options, True).standing == "judged"
        self.findings = judge(subject, options)

    def is_faulty(self, attribute: str, value: str) -> bool:
        """Return whether there is an error or a warning about a value."""
        return has_fault(self.findings, attribute, value)


def has_fault(findings: t.Iterable[Finding], attribute: str, value: str) -> bool:
    """Return whether there is an error or a warning about a value."""
    return any(found.attribute == attribute and found.value == value and found.severity != "info" for found in findings)


def new_faults(before: t.Iterable[Finding], after: t.Iterable[Finding]) -> list[Fault]:
    """Return rule and attribute of what the second state breaks more often than the first."""
    return sorted((_counts(after) - _counts(before)).elements(), key=str)


def repaired(before: t.Iterable[Finding], after: t.Iterable[Finding]) -> list[Finding]:
    """Return the findings of the first state that the second does not have."""
    left = {(found.rule, found.attribute, found.value) for found in after}
    return [found for found in before if (found.rule, found.attribute, found.value) not in left]


def _counts(findings: t.Iterable[Finding]) -> Counter[Fault]:
    return Counter((found.rule, found.attribute) for found in findings)
