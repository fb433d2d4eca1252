# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The accounts that every domain controller of the lab has besides the administrator."""

from __future__ import annotations

import typing as t

from . import client
from .controller import DomainController

AUDIT = "lab-audit"
"""An ordinary user: reads what every user may read, writes nothing."""

CHANGE = "lab-change"
"""Writes the attributes that a remediation changes, on every object of the domain, and the forest's UPN suffixes."""

DELEGATED: tuple[str, ...] = (
    "userPrincipalName", "mail", "proxyAddresses", "mailNickname", "targetAddress", "displayName", "givenName", "sn",
    "countryCode", "uPNSuffixes",
)  # fmt: skip
_OF_EXCHANGE = frozenset({"mailNickname", "targetAddress"})


def create(controller: DomainController) -> None:
    """Create the accounts and give them their rights.

    They are marked as critical system objects, which no audit judges: a directory with the lab's accounts in it has
    the same findings as one without.
    """
    made = [client.create_account(controller, name) for name in (AUDIT, CHANGE)]
    client.write_raw(controller, {account.dn: {"isCriticalSystemObject": ["TRUE"]} for account in made})
    delegated = [name for name in DELEGATED if controller.forest.exchange or name not in _OF_EXCHANGE]
    entries = [f"(OA;CI;WP;{{{name}}};;{{{CHANGE}}})" for name in delegated]
    client.grant(controller, controller.forest.dn, *entries)
    client.grant(controller, f"CN=Partitions,{controller.forest.configuration_dn}", entries[-1])


def get(controller: DomainController, name: str) -> client.Account:
    """Return one of the accounts."""
    return client.Account(name, f"CN={name},CN=Users,{controller.forest.dn}")


def rights() -> t.Mapping[str, str]:
    """Return what to tell a person about each account."""
    return {AUDIT: "reads", CHANGE: "reads, and writes what a remediation changes", "Administrator": "everything"}
