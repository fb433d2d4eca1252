# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What kind of object an entry is, by its object classes."""

from __future__ import annotations

import typing as t

Kind = t.Literal[
    "user",
    "inetOrgPerson",
    "contact",
    "group",
    "computer",
    "service_account",
    "dynamic_group",
    "public_folder",
    "other",
]

_BY_CLASS: tuple[tuple[bytes, Kind], ...] = (
    # The order decides: a managed service account is a computer, a computer is a user.
    (b"msds-managedserviceaccount", "service_account"),
    (b"msds-groupmanagedserviceaccount", "service_account"),
    (b"msds-delegatedmanagedserviceaccount", "service_account"),
    (b"computer", "computer"),
    (b"inetorgperson", "inetOrgPerson"),
    (b"user", "user"),
    (b"contact", "contact"),
    (b"group", "group"),
    (b"msexchdynamicdistributionlist", "dynamic_group"),
    (b"publicfolder", "public_folder"),
)
_known: dict[tuple[bytes, ...], Kind] = {}


def kind_of(object_classes: list[bytes]) -> Kind:
    """Return the kind of an object. The order of its classes and auxiliary classes do not matter."""
    key = tuple(object_classes)
    known = _known.get(key)
    if known is not None:
        return known
    classes = {value.strip().lower() for value in object_classes}
    kind: Kind = next((kind for name, kind in _BY_CLASS if name in classes), "other")
    _known[key] = kind
    return kind


# Kinds that log on, and so have a sAMAccountName that is also an implicit user principal name.
ACCOUNTS: frozenset[Kind] = frozenset(("user", "inetOrgPerson", "computer", "service_account"))
PEOPLE: frozenset[Kind] = frozenset(("user", "inetOrgPerson"))
JUDGED: frozenset[Kind] = frozenset(("user", "inetOrgPerson", "contact", "group"))
ADDRESS_ONLY: frozenset[Kind] = frozenset(("dynamic_group", "public_folder"))

# Every object that is of a kind other than "other" has one of these classes.
CLASSES = ("user", "contact", "group", "msExchDynamicDistributionList", "publicFolder")
