# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Holding an edited table against the plan that it was made from.

What people may change is UPDATE and ACTION. A cell that says what a spreadsheet makes of the plan's cell by saving it
counts as not changed; where letters or digits got lost on the way, the row is refused.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._model.dn import normalise
from .plan import PlanRow

_Problem = tuple[str, str]
_BREAKS = (("\r\n", "\n"), ("\r", "\n"))


class Original:
    """A plan, looked up row by row.

    Args:
        rows: its rows.
        faithful: whether the edited table is in an encoding that can hold every letter.
    """

    def __init__(self, rows: t.Sequence[PlanRow], *, faithful: bool) -> None:
        self._rows = rows
        self._faithful = faithful
        self._by_key: dict[tuple[str, str, str | None], list[int]] = {}
        for place, row in enumerate(rows):
            self._by_key.setdefault(_key(row), []).append(place)

    def match(self, row: PlanRow, number: str | None) -> tuple[PlanRow | None, _Problem | None]:
        """Return the row as the plan has it, with UPDATE and ACTION of the table, or what is wrong.

        Args:
            row: the row of the table.
            number: its cell ROW.

        Returns:
            Neither, where the row is not in the plan: somebody added it.
        """
        if number is not None:
            if not number.strip().isdecimal() or not 0 < int(number) <= len(self._rows):
                return None, ("ROW", "the plan has no row of this number.")
            original = self._rows[int(number) - 1]
            problem = self._differs(row, original)
            return (None, problem) if problem else self._edited(row, original)
        places = self._by_key.get(_key(row), [])
        same = [place for place in places if self._rows[place].update == row.update]
        if not places:
            return None, None
        return self._edited(row, self._rows[(same or places)[0]])

    def _differs(self, row: PlanRow, original: PlanRow) -> _Problem | None:
        """Return what the table says about something that people may not change in it."""
        if row.object.guid != original.object.guid and (row.object.guid or original.object.guid is None):
            return "OBJECTGUID", "the plan has another object in this row."
        if normalise(row.object.dn) != normalise(original.object.dn) and not self._became(
            original.object.dn, row.object.dn
        ):
            return "DISTINGUISHEDNAME", "the plan has another object in this row."
        if row.attribute.lower() != original.attribute.lower():
            return "ATTRIBUTE", f"the plan has {original.attribute} in this row."
        if not self._became(original.value, row.value):
            return "VALUE", "the plan has another value in this row; leave the column VALUE as it is."
        return None

    def _edited(self, row: PlanRow, original: PlanRow) -> tuple[PlanRow | None, _Problem | None]:
        if self._became(original.update, row.update):
            return dataclasses.replace(original, action=row.action), None
        if _damaged(original.update, row.update, faithful=self._faithful):
            return None, (
                "UPDATE",
                "saving it lost letters or digits of the plan's value; save the table as 'CSV UTF-8', with the column as "
                "text.",
            )
        return dataclasses.replace(original, update=row.update, action=row.action), None

    def _became(self, original: str | None, cell: str | None) -> bool:
        """Return whether a cell is what saving makes of the plan's cell."""
        if original == cell:
            return True
        if original is None or cell is None:
            return False
        if _unbroken(original) == _unbroken(cell):
            return True
        return not self._faithful and _unbroken(original).encode("cp1252", "replace").decode("cp1252") == _unbroken(
            cell
        )


def _key(row: PlanRow) -> tuple[str, str, str | None]:
    return row.object.key, row.attribute.lower(), row.value


def _unbroken(text: str) -> str:
    for old, new in _BREAKS:
        text = text.replace(old, new)
    return text


def _damaged(original: str | None, cell: str | None, *, faithful: bool) -> bool:
    """Return whether a cell looks like what a spreadsheet made of a value, and not like what a person wrote."""
    if original is None or cell is None:
        return False
    if not faithful:
        try:
            original.encode("cp1252")
        except UnicodeEncodeError:
            return True
    try:
        return float(original) == float(cell.replace(",", "."))
    except ValueError:
        return False
