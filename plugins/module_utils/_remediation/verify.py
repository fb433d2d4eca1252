# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the changes to an object keep the two promises: what was proposed is repaired, and nothing new breaks."""

from __future__ import annotations

from collections import Counter

from .._model.entry import Entry
from .._model.finding import Finding
from .._model.kinds import Kind
from .._model.text import fold
from .._rules.catalogue import finding
from .._rules.judge import judge
from .._rules.options import RuleOptions
from .._rules.population import population_of
from .._rules.subject import Subject

# Rules that need other objects. Whether they still hold is decided by who holds the values, not by judging the object.
SET_RULES = frozenset(
    (
        "upn-duplicate",
        "upn-implicit-collision",
        "proxy-duplicate",
        "mail-duplicate",
        "nickname-duplicate",
        "target-duplicate",
        "address-taken",
        "sam-duplicate",
        "anchor-duplicate",
        "upn-suffix-not-registered",
        "mailbox-inconsistent",
        "linked-mailbox-unresolved",
    )
)

_Key = tuple[str, "str | None", "str | None"]


class Judgement:
    """What the rules say of one state of an object.

    Args:
        entry: the object in that state.
        kind: its kind.
        in_licence_scope: whether it is in licence scope in that state.
        options: options of the rules.
        standing_findings: findings by rules that need other objects and that still hold.
    """

    def __init__(
        self, entry: Entry, kind: Kind, in_licence_scope: bool, options: RuleOptions, standing_findings: list[Finding]
    ) -> None:
        self.subject = Subject(entry, kind, options.sign_in_attribute.lower())
        self.subject.in_licence_scope = in_licence_scope
        self.judged = population_of(self.subject, options, True).standing == "judged"
        self.findings = judge(self.subject, options) + standing_findings
        self.findings += _differences(self.subject, options, self.findings)

    @property
    def keys(self) -> set[_Key]:
        """The findings by rule, attribute and value."""
        return {(found.rule, found.attribute, found.value) for found in self.findings}

    def counts(self) -> Counter[tuple[str, str | None]]:
        """How often each rule is broken by each attribute."""
        return Counter((found.rule, found.attribute) for found in self.findings)

    def faults(self, attribute: str, value: str) -> list[Finding]:
        """Return the errors and warnings about a value."""
        return [
            found
            for found in self.findings
            if found.attribute == attribute and found.value == value and found.severity != "info"
        ]


def _differences(subject: Subject, options: RuleOptions, findings: list[Finding]) -> list[Finding]:
    """Return the findings about values that differ, as the audit would report them."""
    primary = subject.primary
    if primary is None:
        return []
    faulty = {(found.attribute, found.value) for found in findings if found.severity != "info"}
    if ("proxyAddresses", primary.raw) in faulty:
        return []
    address = fold(primary.address)
    pairs = []
    if subject.mail is not None:
        pairs.append(("mail-differs-from-primary", "mail", subject.mail))
    mail_signs_in = options.sign_in_attribute.lower() == "mail"
    if subject.in_licence_scope and subject.sign_in_name is not None and not mail_signs_in:
        pairs.append(("upn-differs-from-primary", options.sign_in_attribute, subject.sign_in_name))
    return [
        finding(rule, attribute, value, "It differs from the primary SMTP address.")
        for rule, attribute, value in pairs
        if fold(value) != address and (attribute, value) not in faulty
    ]


def new_faults(before: Judgement, after: Judgement) -> list[tuple[str, str | None]]:
    """Return rule and attribute of what the second state breaks more often than the first."""
    return sorted((after.counts() - before.counts()).elements(), key=str)


def repaired(before: Judgement, after: Judgement) -> list[Finding]:
    """Return the findings of the first state that the second does not have."""
    left = after.keys
    return [found for found in before.findings if (found.rule, found.attribute, found.value) not in left]
