# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the chapters of faults share: a way to write a case as one row."""

from __future__ import annotations

import typing as t

from .model import Forest, Item
from .recipients import Recipients

# A label: the name of the rule, or the name and what differs from the catalogue's row.
Label = str | tuple[str, dict[str, t.Any]]

# Why a domain controller refuses an object.
OVER_SCHEMA = "The value is longer than the schema of Active Directory allows."
OVER_SAM = "A logon name of a user has at most 20 characters."
BAD_SAM = "A logon name cannot hold these characters."
NO_SAM = "A domain controller makes a logon name where none is given."
SAME_TWICE = "Active Directory takes two values that differ by case alone for one."
TWIN_SAM = "A logon name exists once in a domain."
NO_EMPTY = "Active Directory refuses an empty value."
DEAD_LINK = "A link leads to an object that exists."
BY_REPLICATION = "Replication alone makes a conflict object."


class Chapter:
    """Makes the faulty objects of one chapter of the catalogue."""

    def __init__(self, make: Recipients) -> None:
        self.make = make
        self.forest: Forest = make.forest

    @staticmethod
    def filled(template: str, item: Item) -> str:
        """Return the template with ``{x}`` replaced by the word that the addresses of the object are made of."""
        return template.replace("{x}", item.login)

    @staticmethod
    def label(item: Item, labels: t.Iterable[Label], value: str | None = None) -> Item:
        """Give the object its labels; `value` where the attribute has several."""
        for label in labels:
            rule, more = (label, {}) if isinstance(label, str) else label
            item.expect(rule, **{"value": value, **more} if value is not None else more)
        return item

    @staticmethod
    def clash(rule: str, items: t.Sequence[Item], **more: t.Any) -> None:
        """Label every one of the objects with a finding that names the others."""
        for item in items:
            item.expect(rule, holders=items, **more)
