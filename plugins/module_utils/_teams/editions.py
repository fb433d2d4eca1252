# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The editions of the matrix, and where they differ."""

from __future__ import annotations

import typing as t

from .edition_newest import NEWEST
from .edition_seed import SEED
from .matrix import Advisory, Cell, Edition, Feature, Location

EDITIONS: t.Mapping[str, Edition] = {"newest": NEWEST, "seed": SEED}


class CellDifference(t.NamedTuple):
    """A cell that the editions answer differently; None where one of them does not know the feature."""

    location: Location
    feature: Feature
    newest: Cell | None
    seed: Cell | None


def cell_differences(locations: t.Iterable[Location]) -> list[CellDifference]:
    """Return the cells of some locations (of ``MATRIX_LOCATIONS``) in which the editions differ.

    Footnotes count by what they say and not by their numbers.
    """
    found = []
    for location in locations:
        for feature in NEWEST.rows:
            cells = [edition.cell(location, feature) if feature in edition.rows else None for edition in (NEWEST, SEED)]
            if _meaning(NEWEST, cells[0]) != _meaning(SEED, cells[1]):
                found.append(CellDifference(location, feature, cells[0], cells[1]))
    return found


def _meaning(edition: Edition, cell: Cell | None) -> tuple[object, ...] | None:
    if cell is None:
        return None
    return (cell.support, cell.conditions, tuple(edition.footnotes[number].text for number in cell.footnotes))


def advisory_differences(locations: t.Collection[Location]) -> list[tuple[Advisory, Advisory]]:
    """Return the advisories that matter for some locations and say something else in the newest edition and the seed."""
    seed = {advisory.id: advisory for advisory in applicable(SEED, locations)}
    return [
        (advisory, seed[advisory.id])
        for advisory in applicable(NEWEST, locations)
        if advisory.id in seed and advisory.text != seed[advisory.id].text
    ]


def applicable(edition: Edition, locations: t.Collection[Location]) -> list[Advisory]:
    """Return the advisories of an edition that matter where mailboxes are in these locations."""
    return [
        advisory
        for advisory in edition.advisories
        if not advisory.locations or any(location in locations for location in advisory.locations)
    ]
