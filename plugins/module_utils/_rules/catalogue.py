# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rule catalogue: what is checked, how bad it is, what the cloud does, how it may be repaired, and where it is said.

The rows stand in one file per chapter; this one puts them together and makes findings from them.
"""

from __future__ import annotations

from .._model.errors import OptionError
from .._model.finding import Finding, Outcome, Repair, RepairKind, Severity
from . import (
    catalogue_forest,
    catalogue_mail,
    catalogue_names,
    catalogue_objects,
    catalogue_proxies,
    catalogue_upn,
)
from .rule import Rule

CATALOGUE: dict[str, Rule] = {
    rule.id: rule
    for chapter in (
        catalogue_upn,
        catalogue_proxies,
        catalogue_mail,
        catalogue_names,
        catalogue_objects,
        catalogue_forest,
    )
    for rule in chapter.RULES
}

# Reports list the findings of an object in the order of the catalogue.
ORDER: dict[str, int] = {rule_id: place for place, rule_id in enumerate(CATALOGUE)}


def finding(
    rule_id: str,
    attribute: str | None,
    value: str | None,
    message: str,
    *,
    severity: Severity | None = None,
    outcome: Outcome | None = None,
    kind: RepairKind | None = None,
    why: str | None = None,
) -> Finding:
    """Return a finding of a rule; what is not said comes from the rule's row."""
    rule = CATALOGUE[rule_id]
    return Finding(
        rule=rule_id,
        severity=severity or rule.severity,
        outcome=outcome or rule.outcome,
        attribute=attribute,
        value=value,
        message=message,
        repair=Repair(kind or rule.repair, why or rule.how),
    )


def check_rule_ids(option: str, rule_ids: list[str] | dict[str, str]) -> None:
    """Raise OptionError when an option names a rule that does not exist."""
    unknown = sorted(set(rule_ids) - set(CATALOGUE))
    if unknown:
        raise OptionError(f"{option}: there is no rule {', '.join(unknown)}. The rules are listed in docs/rules.md.")
