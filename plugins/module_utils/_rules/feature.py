# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A feature of Microsoft 365 that depends on directory synchronization, what it needs, and what is known of a forest."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

Status = t.Literal["met", "missing", "unknown"]

# What an Exchange hybrid deployment writes back into the directory.
WRITEBACK_ATTRIBUTES = (
    "msDS-ExternalDirectoryObjectID",
    "msExchArchiveStatus",
    "msExchBlockedSendersHash",
    "msExchSafeRecipientsHash",
    "msExchSafeSendersHash",
    "msExchUCVoiceMailSettings",
    "msExchUserHoldPolicies",
    "proxyAddresses",
    "publicDelegates",
)
SENDER_ATTRIBUTES = ("msExchBlockedSendersHash", "msExchSafeRecipientsHash", "msExchSafeSendersHash")
SKYPE_ATTRIBUTE = "msRTCSIP-PrimaryUserAddress"
# Attributes of which it is counted how many users have a value.
COUNTED = ("thumbnailPhoto", "msExchSafeSendersHash", "publicDelegates", SKYPE_ATTRIBUTE)


@dataclass(frozen=True)
class FeatureFacts:
    """What is known of a forest. None means unknown.

    Attributes:
        synchronized: whether directory synchronization runs.
        sso_account: whether the computer account of seamless single sign-on is there.
        tenants: tenants that accounts of the synchronization name.
        servers: computers that they name.
        absent_attributes: attributes, in lower case, that the schema lacks; None where it is not shown.
        exchange_schema, organisation, hybrid: whether the schema is extended by Exchange, whether there is an
            organisation, whether the hybrid wizard was run.
        local_mailboxes, remote_mailboxes: mailboxes of people, here and in the cloud.
        resources, resources_without_nickname: room and equipment mailboxes, and those of them without mailNickname.
        security_groups: groups that can be synchronized.
        smart_cards: accounts that must sign in with a smart card.
        with_values: attribute in lower case to the number of users that have a value; None for one that is not shown.
    """

    synchronized: bool | None = None
    sso_account: bool | None = None
    tenants: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    absent_attributes: frozenset[str] | None = None
    exchange_schema: bool | None = None
    organisation: bool | None = None
    hybrid: bool | None = None
    local_mailboxes: int | None = None
    remote_mailboxes: int | None = None
    resources: int | None = None
    resources_without_nickname: int | None = None
    security_groups: int | None = None
    smart_cards: int | None = None
    with_values: t.Mapping[str, int | None] | None = None

    def in_schema(self, *names: str) -> bool | None:
        """Return whether the schema has all of these attributes."""
        if self.absent_attributes is None:
            return None
        return not {name.lower() for name in names} & self.absent_attributes

    def users_with(self, name: str) -> int | None:
        """Return how many users have a value of one of the counted attributes."""
        return (self.with_values or {}).get(name.lower())


@dataclass(frozen=True)
class Prerequisite:
    """What a feature needs.

    Attributes:
        id: stable word, the same for the same need of several features.
        text: what must hold.
        status: whether it does.
        by_hand: what to look at where the directory does not show it; empty where it does.
    """

    id: str
    text: str
    status: Status
    by_hand: str = ""


@dataclass(frozen=True)
class Feature:
    """A feature with its prerequisites.

    Attributes:
        id: stable word.
        title: what people call it.
        prerequisites: what it needs.
        source: where Microsoft says so.
    """

    id: str
    title: str
    prerequisites: tuple[Prerequisite, ...]
    source: str

    @property
    def status(self) -> Status:
        """Return missing where one prerequisite is, else unknown where one is, else met."""
        found = {need.status for need in self.prerequisites}
        return "missing" if "missing" in found else "unknown" if "unknown" in found else "met"
