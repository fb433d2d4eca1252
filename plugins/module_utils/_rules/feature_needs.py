# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each feature needs, as far as Microsoft says it, and what to look at by hand where a directory does not show it."""

from __future__ import annotations

import typing as t

from .feature import SENDER_ATTRIBUTES, SKYPE_ATTRIBUTE, WRITEBACK_ATTRIBUTES, FeatureFacts, Prerequisite, Status


def _need(name: str, text: str, holds: bool | None, by_hand: str) -> Prerequisite:
    status: Status = "unknown" if holds is None else "met" if holds else "missing"
    return Prerequisite(name, text, status, "" if holds else by_hand)


def _some(name: str, text: str, number: int | None, by_hand: str) -> Prerequisite:
    """Return the need that there is at least one of something, with how many there are."""
    shown = text if number is None else f"{text} There are {number}."
    return _need(name, shown, None if number is None else number > 0, by_hand)


def _synchronized(facts: FeatureFacts) -> Prerequisite:
    return _need(
        "synchronization",
        "Directory synchronization runs.",
        facts.synchronized,
        "Set up Microsoft Entra Connect or cloud sync, or ask whoever runs it: an account that was made by hand for the "
        "synchronization does not show as one.",
    )


def _exchange(facts: FeatureFacts) -> t.Iterator[Prerequisite]:
    yield _need(
        "exchange_schema",
        "The schema is extended by Exchange.",
        facts.exchange_schema,
        "Look in the schema for mailNickname; the Exchange setup extends it (PrepareSchema).",
    )
    yield _need(
        "exchange_organisation",
        "There is an Exchange organisation.",
        facts.organisation,
        "Look below CN=Microsoft Exchange,CN=Services of the configuration.",
    )
    yield _need(
        "hybrid_configuration",
        "The Hybrid Configuration wizard was run.",
        facts.hybrid,
        "Run Get-HybridConfiguration in the Exchange Management Shell.",
    )


def seamless_sso(facts: FeatureFacts) -> t.Iterator[Prerequisite]:
    """Yield what the feature of this name needs."""
    where = f" on {', '.join(facts.servers)}" if facts.servers else ""
    yield _synchronized(facts)
    yield _need(
        "sso_account",
        "The computer account AZUREADSSOACC is in the forest.",
        facts.sso_account,
        "Switch seamless single sign-on on in Microsoft Entra Connect, once in every forest with a domain administrator of "
        "it; that makes the account.",
    )
    yield _need(
        "one_tenant",
        "One tenant alone uses seamless single sign-on with this forest.",
        False if len(facts.tenants) > 1 else None,
        "Make sure that no second tenant is connected to the forest.",
    )
    yield _need(
        "sign_in_method",
        "Password hash synchronization or pass-through authentication is in use.",
        None,
        f"Look at the sign-in method in Microsoft Entra Connect{where}.",
    )
    yield _need(
        "connect_version",
        "Microsoft Entra Connect is 1.1.644.0 or later.",
        None,
        f"Look at the version of Microsoft Entra Connect{where}.",
    )
    yield _need(
        "intranet_zone",
        "A group policy puts https://autologon.microsoftazuread-sso.com into the intranet zone.",
        None,
        "Look at the group policies of the computers (Site to Zone Assignment List).",
    )
    yield _need(
        "modern_authentication",
        "Modern authentication is on, and Office is 16.0.8730 or later.",
        None,
        "Look at the tenant's settings and at the versions of Office.",
    )


def skype(facts: FeatureFacts) -> t.Iterator[Prerequisite]:
    """Yield what the feature of this name needs."""
    yield _synchronized(facts)
    yield _need(
        "skype_schema",
        "The schema is extended by Skype for Business.",
        facts.in_schema(SKYPE_ATTRIBUTE),
        f"Look in the schema for {SKYPE_ATTRIBUTE}.",
    )
    yield _some(
        "skype_users",
        "Users are enabled for Skype for Business here.",
        facts.users_with(SKYPE_ATTRIBUTE),
        "Run Get-CsUser in the Skype for Business Management Shell.",
    )
    yield _need(
        "skype_topology",
        "With several forests, accounts and servers are in an account and a resource forest: no other topology works.",
        None,
        "Look at where the servers and the accounts are.",
    )


def shared_gal(facts: FeatureFacts) -> t.Iterator[Prerequisite]:
    """Yield what the feature of this name needs."""
    yield _synchronized(facts)
    yield from _exchange(facts)


def other_mail_systems(facts: FeatureFacts) -> t.Iterator[Prerequisite]:
    """Yield what the feature of this name needs."""
    yield _synchronized(facts)
    yield _need(
        "recipients_of_other_systems",
        "The recipients of the other mail systems are in this directory, as contacts or mail users.",
        None,
        "Ask whoever runs the other mail systems how their recipients get into the directory; look at their targetAddress.",
    )


def service_offerings(facts: FeatureFacts) -> t.Iterator[Prerequisite]:
    """Yield what the feature of this name needs."""
    yield _synchronized(facts)
    yield _writeback_schema(facts, WRITEBACK_ATTRIBUTES)
    yield _two_way(facts)
    yield from _exchange(facts)


def _writeback_schema(facts: FeatureFacts, names: t.Sequence[str]) -> Prerequisite:
    return _need(
        "writeback_attributes",
        f"The schema has the attributes that are written back: {', '.join(names)}.",
        facts.in_schema(*names),
        "Look in the schema for each of them; the Exchange setup and the domain controllers' own schema bring them.",
    )


def _two_way(facts: FeatureFacts) -> Prerequisite:
    where = f" on {', '.join(facts.servers)}" if facts.servers else ""
    return _need(
        "two_way_synchronization",
        "Two-way synchronization is switched on (Exchange hybrid deployment).",
        None,
        f"Look at the optional features of Microsoft Entra Connect{where}; with cloud sync, at Exchange hybrid writeback "
        "(agent 1.1.1107.0 or later, started again after the schema was extended).",
    )


def mailbox_moves(facts: FeatureFacts) -> t.Iterator[Prerequisite]:
    """Yield what the feature of this name needs."""
    yield _synchronized(facts)
    yield from _exchange(facts)
    yield _some(
        "mailboxes_here",
        "There are mailboxes on premises.",
        facts.local_mailboxes,
        "Run Get-Mailbox in the Exchange Management Shell.",
    )
    yield _need(
        "migration_endpoint",
        "The migration endpoint (MRS proxy) of a server answers from the Internet.",
        None,
        "Run Test-MigrationServerAvailability against the tenant.",
    )


def senders(facts: FeatureFacts) -> t.Iterator[Prerequisite]:
    """Yield what the feature of this name needs."""
    yield _synchronized(facts)
    yield _need(
        "sender_attributes",
        f"The schema has the attributes for it: {', '.join(SENDER_ATTRIBUTES)}.",
        facts.in_schema(*SENDER_ATTRIBUTES),
        "Look in the schema for each of them; the Exchange setup brings them.",
    )
    yield _some(
        "safe_senders",
        "Users have a list of safe senders in the directory.",
        facts.users_with("msExchSafeSendersHash"),
        "Run Update-SafeList in the Exchange Management Shell, which writes the lists of Outlook into the directory.",
    )


def delegation(facts: FeatureFacts) -> t.Iterator[Prerequisite]:
    """Yield what the feature of this name needs."""
    yield _synchronized(facts)
    yield _writeback_schema(facts, ("publicDelegates",))
    yield _some(
        "delegates",
        "Users have delegates in publicDelegates.",
        facts.users_with("publicDelegates"),
        "Run Get-Mailbox and look at GrantSendOnBehalfTo.",
    )
    yield _two_way(facts)
    yield _need(
        "connect_delegates",
        "Microsoft Entra Connect is 1.1.552 or later; cloud sync does not write publicDelegates.",
        None,
        "Look at the program that synchronizes, and its version.",
    )


def smart_card(facts: FeatureFacts) -> t.Iterator[Prerequisite]:
    """Yield what the feature of this name needs."""
    number = "" if facts.smart_cards is None else f" {facts.smart_cards} accounts must use a smart card here."
    yield _synchronized(facts)
    yield _need(
        "own_authentication",
        f"The smart card or multifactor authentication solution takes part in signing in to the cloud.{number}",
        None,
        "Look at the sign-in method (federation, certificate-based authentication) and at the solution's own documents.",
    )


def photos(facts: FeatureFacts) -> t.Iterator[Prerequisite]:
    """Yield what the feature of this name needs."""
    yield _synchronized(facts)
    yield _need(
        "photos",
        "Photos of high resolution are in the mailboxes or in the tenant; the directory holds thumbnails alone.",
        None,
        "Look at the photos in the mailboxes, or in the Microsoft 365 admin center.",
    )


def thumbnails(facts: FeatureFacts) -> t.Iterator[Prerequisite]:
    """Yield what the feature of this name needs."""
    yield _synchronized(facts)
    yield _some(
        "thumbnails",
        "Users have a thumbnailPhoto (100 KB at the most).",
        facts.users_with("thumbnailPhoto"),
        "Search for (thumbnailPhoto=*).",
    )


def rooms(facts: FeatureFacts) -> t.Iterator[Prerequisite]:
    """Yield what the feature of this name needs."""
    missing = facts.resources_without_nickname
    yield _synchronized(facts)
    yield _some(
        "room_mailboxes",
        "There are room or equipment mailboxes, told by msExchRecipientTypeDetails.",
        facts.resources,
        "Run Get-Mailbox -RecipientTypeDetails RoomMailbox,EquipmentMailbox in the Exchange Management Shell.",
    )
    yield _need(
        "room_nicknames",
        "Every one of them has a mailNickname.",
        None if missing is None or not facts.resources else missing == 0,
        "Give them one with Set-Mailbox -Alias.",
    )


def security_groups(facts: FeatureFacts) -> t.Iterator[Prerequisite]:
    """Yield what the feature of this name needs."""
    yield _synchronized(facts)
    yield _some(
        "security_groups",
        "There are security groups that can be synchronized.",
        facts.security_groups,
        "Search for groups that are neither built in nor left out by the synchronization.",
    )
