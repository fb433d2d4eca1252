# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many findings may be left before an audit fails."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._model.finding import SEVERITIES, Severity
from .snapshot import Snapshot


@dataclass(frozen=True)
class Threshold:
    """A number of findings that is still accepted.

    Attributes:
        severity: which findings count; None for any severity.
        rule: which findings count; None for any rule.
        most: how many are accepted.
        of: all findings, or only those that are new or reverted since the run before. Waived ones never count.
    """

    severity: Severity | None
    rule: str | None
    most: int
    of: t.Literal["all", "new"] = "all"


def crossed(snapshot: Snapshot, thresholds: t.Iterable[Threshold]) -> list[str]:
    """Return the thresholds that were crossed, in words."""
    said = []
    for threshold in thresholds:
        conditions = ["waiver IS NULL"]
        parameters: list[t.Any] = []
        if threshold.severity is not None:
            conditions.append("severity = ?")
            parameters.append(SEVERITIES.index(threshold.severity))
        if threshold.rule is not None:
            conditions.append("rule = ?")
            parameters.append(threshold.rule)
        if threshold.of == "new":
            conditions.append("drift IN ('new', 'reverted')")
        number = snapshot.count(f"SELECT count(*) FROM findings WHERE {' AND '.join(conditions)}", parameters)
        if number > threshold.most:
            what = ", ".join(name for name in (threshold.rule, threshold.severity) if name)
            new = " new" if threshold.of == "new" else ""
            said.append(
                f"{what}: {number}{new} finding{'' if number == 1 else 's'}, {threshold.most} "
                f"{'is' if threshold.most == 1 else 'are'} allowed."
            )
    return said
