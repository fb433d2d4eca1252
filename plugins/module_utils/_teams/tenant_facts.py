# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an export of the tenant says of all users together, as plain numbers."""

from __future__ import annotations

import typing as t
from collections import Counter

from .._tenant.products import SERVICES, Service
from .matrix import LOCATIONS, Advisory
from .tenant import TenantSide
from .users import Group

_MAX_NOTES = 20
# Advisories that ask for licences: all of these services, for every user.
_LICENCES: t.Mapping[str, tuple[Service, ...]] = {
    "full_experience": ("exchange_online", "sharepoint_online"),
    "exchange_online_licence": ("exchange_online",),
    "sharepoint_online": ("sharepoint_online",),
    "onedrive_for_chats": ("onedrive",),
    "file_compliance": ("sharepoint_online", "onedrive"),
}


def tenant_as_dict(side: TenantSide, groups: t.Sequence[Group]) -> dict[str, t.Any]:
    """Return what is known of the tenant.

    Args:
        side: the tenant.
        groups: the users of the directory, without accounts of the system.
    """
    # Who is left out has no account that matters.
    here = [group for group in groups if group.synchronized]
    matched = [(group.account, group.users) for group in here if group.account is not None]
    how: Counter[str] = Counter()
    for account, users in matched:
        how[account.matched_by] += users
    return {
        "accounts": side.tenant.users,
        "users": sum(group.users for group in here),
        "matched": sum(how.values()),
        "matched_by": dict(sorted(how.items())),
        "undecided": side.undecided,
        "synchronized": _numbers((account.is_synchronized, users) for account, users in matched),
        "services": {
            service: _numbers((getattr(account.services, service), users) for account, users in matched)
            for service in SERVICES
        },
        "settled": _settled(groups),
        "notes": side.tenant.notes[:_MAX_NOTES],
    }


def licence_numbers(advisory: Advisory, groups: t.Iterable[Group]) -> dict[str, int] | None:
    """Return how many synchronized users have the licences that an advisory asks for; None where it asks for none."""
    services = _LICENCES.get(advisory.id)
    if services is None:
        return None
    found: Counter[str] = Counter()
    for group in groups:
        if group.synchronized and (not advisory.locations or group.location in advisory.locations):
            found[_answer(_all_of(group, services))] += group.users
    return {answer: found[answer] for answer in ("yes", "no", "unknown")}


def _all_of(group: Group, services: t.Iterable[Service]) -> bool | None:
    if group.account is None:
        return None
    held = [getattr(group.account.services, service) for service in services]
    return False if False in held else None if None in held else True


def _settled(groups: t.Iterable[Group]) -> dict[str, int]:
    """Return how many mailboxes the tenant put into which location."""
    found: Counter[str] = Counter()
    for group in groups:
        if group.settled_by is not None:
            found[group.location] += group.users
    return {location: found[location] for location in LOCATIONS if location in found}


def _numbers(values: t.Iterable[tuple[bool | None, int]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for value, users in values:
        found[_answer(value)] += users
    return {answer: found[answer] for answer in ("yes", "no", "unknown")}


def _answer(value: bool | None) -> str:
    return "unknown" if value is None else "yes" if value else "no"
