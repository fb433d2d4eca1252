# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of a plan that say COMPLETE: findings that somebody accepted. They become waivers."""

from __future__ import annotations

import datetime
import typing as t

from .plan import PlanRow

_DAYS = 365


def waivers(rows: t.Iterable[PlanRow], reason: str, today: datetime.date) -> tuple[list[dict[str, str]], int]:
    """Return the waivers, in the shape that ``waivers_path`` takes, and how many rows name no finding.

    Args:
        rows: the rows of a plan.
        reason: why they are accepted.
        today: the day; the waivers end a year later.
    """
    expires = (today + datetime.timedelta(days=_DAYS)).isoformat()
    made: list[dict[str, str]] = []
    unnamed = 0
    for row in rows:
        if row.action != "COMPLETE":
            continue
        for fingerprint in row.fingerprints:
            made.append({"fingerprint": fingerprint, "reason": reason, "expires": expires})
        if not row.fingerprints:
            target = row.object.guid or row.object.dn
            made.extend({"rule": rule, "object": target, "reason": reason, "expires": expires} for rule in row.rules)
            unnamed += not row.rules
    return made, unnamed
