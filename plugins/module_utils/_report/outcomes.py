# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of the objects of a plan, for people and programs: a table, lines, a sample, and before and after."""

from __future__ import annotations

import json
import typing as t

from .._model.cells import escape
from .._model.text import shown
from .._remediation.outcomes import Outcome

COLUMNS = (
    "DISTINGUISHEDNAME",
    "COMMONNAME",
    "OBJECTCLASS",
    "OBJECTGUID",
    "STATE",
    "REASON",
    "MESSAGE",
    "CHANGES",
    "RULES",
)
# A result of a task may have 700,000 characters; the sample and the differences get a part of them each.
_BUDGET = 200_000

T = t.TypeVar("T")


def rows(outcomes: t.Iterable[Outcome]) -> t.Iterator[tuple[dict[str, t.Any], list[str]]]:
    """Yield each outcome as a line for programs and as the cells of a table for people."""
    for one in outcomes:
        value = one.as_dict()
        lines = []
        for change in value["changes"]:
            lines += [f"- {change['attribute']}: {text}" for text in change["remove"]]
            lines += [f"+ {change['attribute']}: {text}" for text in change["add"]]
        reference = one.object
        cells = [
            reference.dn,
            reference.name,
            reference.kind,
            reference.guid or "",
            one.state,
            one.reason,
            one.message,
            "\n".join(lines),
            "\n".join(one.rules),
        ]
        yield value, [escape(cell.replace("\0", "\\0")) for cell in cells]


def difference(outcome: Outcome) -> dict[str, str]:
    """Return what of an object is there before and after, in the form that Ansible shows."""
    before, after = [], []
    for change in outcome.changes:
        before += [f"{change.attribute}: {_text(value)}" for value in change.delete]
        after += [f"{change.attribute}: {_text(value)}" for value in change.add]
    name = shown(outcome.object.dn)
    return {
        "before_header": name,
        "after_header": name,
        "before": "".join(line + "\n" for line in before),
        "after": "".join(line + "\n" for line in after),
    }


def differences(outcomes: t.Iterable[Outcome]) -> list[dict[str, str]]:
    """Return before and after of every object that was, or would be, changed."""
    return [difference(one) for one in outcomes if one.state == "changed" and one.changes]


def capped(items: t.Sequence[T], limit: int) -> list[T]:
    """Return the first items, no more than a task result has room for."""
    kept: list[T] = []
    room = _BUDGET
    for item in items[:limit]:
        room -= len(json.dumps(item))
        if room < 0:
            break
        kept.append(item)
    return kept


def _text(value: bytes) -> str:
    return shown(value.decode("utf-8", "backslashreplace"))
