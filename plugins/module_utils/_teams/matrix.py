# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shape of a feature matrix: which Teams feature works with a mailbox in which location, and why."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

Location = t.Literal[
    "exchange_online",
    "exchange_online_dedicated_vnext",
    "exchange_online_dedicated_legacy",
    "exchange_on_premises",
    "external",
    "none",
    "unknown",
    "inconsistent",
]
LOCATIONS: tuple[Location, ...] = t.get_args(Location)
# The locations that a matrix has a row for, in its order.
MATRIX_LOCATIONS: tuple[Location, ...] = LOCATIONS[:4]
# Locations that nothing in the directory shows: they must be named.
DEDICATED: tuple[Location, ...] = LOCATIONS[1:3]
LOCATION_TITLES: t.Mapping[Location, str] = {
    "exchange_online": "Exchange Online",
    "exchange_online_dedicated_vnext": "Exchange Online Dedicated vNext",
    "exchange_online_dedicated_legacy": "Exchange Online Dedicated - Legacy",
    "exchange_on_premises": "Exchange on-premises",
    "external": "external",
    "none": "no mailbox",
    "unknown": "unknown",
    "inconsistent": "inconsistent",
}

Feature = t.Literal[
    "ediscovery",
    "legal_hold",
    "retention",
    "team_and_channel_management",
    "meetings",
    "profile_picture",
    "call_history",
    "contacts",
    "outlook_contacts",
    "voicemail",
    "connectors",
    "tabs",
    "bots",
    "out_of_office",
]
FEATURES: tuple[Feature, ...] = t.get_args(Feature)
FEATURE_TITLES: t.Mapping[Feature, str] = {
    "ediscovery": "eDiscovery",
    "legal_hold": "Legal hold",
    "retention": "Retention",
    "team_and_channel_management": "Team and channel management",
    "meetings": "Create and view meetings",
    "profile_picture": "Modify user profile picture",
    "call_history": "Call history",
    "contacts": "Manage contacts",
    "outlook_contacts": "Access Outlook contacts",
    "voicemail": "Voicemail",
    "connectors": "Add and configure connectors",
    "tabs": "Add and configure tabs",
    "bots": "Add and configure bots",
    "out_of_office": "Modify Out of Office settings",
}

Support = t.Literal["supported", "not_supported", "conditional"]
ConditionId = t.Literal[
    "teams_licence",
    "synchronized",
    "exchange_2016_cu3",
    "published_externally",
    "oauth",
    "hybrid_writeback",
    "ews_service_principal_names",
    "environment",
    "delegation",
    "hybrid_configuration",
    "exchange_online_plan_1",
    "owa_photo_policy",
    "connector_owner",
    "ediscovery_allowed_list",
]


@dataclass(frozen=True)
class Cell:
    """What an edition says about one feature in one location.

    Attributes:
        support: the answer. A conditional one without conditions works within the limits that its footnotes name.
        footnotes: the numbers that the edition prints in the cell.
        conditions: what must hold.
        notes: ids of ``Edition.notes``: what belongs to the cell and is not printed there.
    """

    support: Support
    footnotes: tuple[int, ...] = ()
    conditions: tuple[ConditionId, ...] = ()
    notes: tuple[str, ...] = ()


def yes(*footnotes: int, notes: tuple[str, ...] = ()) -> Cell:
    """Return a cell for what is supported."""
    return Cell("supported", footnotes, (), notes)


def no(*footnotes: int, notes: tuple[str, ...] = ()) -> Cell:
    """Return a cell for what is not supported."""
    return Cell("not_supported", footnotes, (), notes)


def conditional(*footnotes: int, conditions: tuple[ConditionId, ...] = (), notes: tuple[str, ...] = ()) -> Cell:
    """Return a cell for what is supported on conditions or within limits."""
    return Cell("conditional", footnotes, conditions, notes)


@dataclass(frozen=True)
class Footnote:
    """A footnote in our words, and what is to be said about its own wording."""

    text: str
    remark: str = ""


@dataclass(frozen=True)
class Advisory:
    """Something to know or to do that is in no cell.

    Attributes:
        id: a stable word.
        text: what to know or to do.
        reason: what happens otherwise, or why it is so.
        source: where it is said.
        locations: where mailboxes must be for it to matter; empty: anywhere.
        remark: what is to be said about the source's own wording.
    """

    id: str
    text: str
    reason: str
    source: str
    locations: tuple[Location, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class Edition:
    """One edition of the document.

    Attributes:
        id: "seed" or "newest".
        name: the year by which people know it.
        date: of its text, ISO form.
        source: title and place.
        rows: feature to its cells, in the order of ``MATRIX_LOCATIONS``.
        footnotes: by number.
        notes: id to text of what is to be said about cells: contradictions, and statements made elsewhere.
        advisories: in the order of the document; those from elsewhere at the end.
        remarks: faults of the document that belong to no cell, footnote or advisory.
    """

    id: str
    name: str
    date: str
    source: str
    rows: t.Mapping[Feature, tuple[Cell, Cell, Cell, Cell]]
    footnotes: t.Mapping[int, Footnote]
    notes: t.Mapping[str, str]
    advisories: tuple[Advisory, ...]
    remarks: tuple[str, ...] = ()

    def cell(self, location: Location, feature: Feature) -> Cell:
        """Return a cell; the location is one of ``MATRIX_LOCATIONS`` and the feature one of ``rows``."""
        return self.rows[feature][MATRIX_LOCATIONS.index(location)]
