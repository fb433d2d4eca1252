# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Counting what a forest holds while it is scanned: who uses which suffix, what the synchronization left its marks on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .._exchange.address_policies import managing_policies
from .._exchange.recipients import LOCAL_MAILBOXES, REMOTE_MAILBOXES
from .._model.entry import Entry
from .._model.text import fold
from .._rules.objects import ANCHOR
from .._rules.population import Standing
from .._rules.subject import Subject
from .._rules.sync_accounts import SyncAccount, program_of, server_and_tenant

# What the census needs beside what the rules read. A description is read of the accounts of the synchronization only.
ACCOUNT_ATTRIBUTES = ("objectClass", "sAMAccountName", "userAccountControl", "description", "lastLogonTimestamp")

_ANCHOR = ANCHOR.lower()
_ACCOUNT_DISABLED = 0x2
_SECURITY_GROUP = 0x80000000
_ROOMS = frozenset((16, 8589934592, 2199023255552))
_EQUIPMENT = frozenset((32, 17179869184))
# The accounts of a synchronization are a handful; a directory full of look-alikes must not fill the result.
_MAX_ACCOUNTS = 100


@dataclass
class Census:
    """What was counted so far.

    Attributes:
        suffixes: suffix of userPrincipalName, folded, to the number of accounts that carry it, system accounts too.
        used_domains: domains of the sign-in names and primary SMTP addresses of judged people, folded.
        anchors: judged people with a filled mS-DS-ConsistencyGuid.
        policies: GUID of an address policy to the number of recipients that it manages.
        managed: recipients whose addresses a policy manages.
        accounts: accounts of the synchronization by DN.
        people: judged users.
        local_mailboxes, remote_mailboxes: mailboxes of judged people, here and in the cloud, by recipient type.
        rooms, equipment: room and equipment mailboxes, here or in the cloud.
        resources_without_nickname: those of them that have no mailNickname.
        security_groups: judged security groups.
        smart_cards: judged accounts that must sign in with a smart card.
    """

    suffixes: Counter[str] = field(default_factory=Counter)
    used_domains: set[str] = field(default_factory=set)
    anchors: int = 0
    policies: Counter[str] = field(default_factory=Counter)
    managed: int = 0
    accounts: dict[str, SyncAccount] = field(default_factory=dict)
    people: int = 0
    local_mailboxes: int = 0
    remote_mailboxes: int = 0
    rooms: int = 0
    equipment: int = 0
    resources_without_nickname: int = 0
    security_groups: int = 0
    smart_cards: int = 0

    def count(self, subject: Subject, standing: Standing) -> None:
        """Take note of one object of any kind that the audit knows."""
        entry = subject.entry
        if subject.sam is not None:
            self.count_account(entry, subject.sam)
        if subject.upn is not None:
            _local, at, suffix = subject.upn.rpartition("@")
            if at:
                self.suffixes[fold(suffix.strip())] += 1
        if "msexchpoliciesincluded" in entry.attributes:
            excluded = entry.texts("msexchpoliciesexcluded")
            managing = managing_policies(entry.texts("msexchpoliciesincluded"), excluded)
            self.policies.update(managing)
            self.managed += bool(managing)
        if standing != "judged":
            return
        if subject.is_person:
            self._count_person(subject)
        elif subject.kind == "group" and (entry.integer("grouptype") or 0) & _SECURITY_GROUP:
            self.security_groups += 1

    def count_account(self, entry: Entry, sam: str) -> None:
        """Keep an account if it is one of the synchronization."""
        program = program_of(sam)
        if program is None or len(self.accounts) >= _MAX_ACCOUNTS:
            return
        control = entry.integer("useraccountcontrol")
        server, tenant = server_and_tenant(entry.text("description"))
        self.accounts[entry.dn.lower()] = SyncAccount(
            dn=entry.dn,
            name=sam,
            program=program,
            server=server,
            tenant=tenant,
            enabled=None if control is None else not control & _ACCOUNT_DISABLED,
            last_logon=entry.integer("lastlogontimestamp"),
        )

    def _count_person(self, subject: Subject) -> None:
        entry = subject.entry
        self.people += 1
        if _ANCHOR in entry.attributes:
            self.anchors += 1
        if (entry.integer("useraccountcontrol") or 0) & 0x40000:
            self.smart_cards += 1
        for address in (subject.sign_in_name, subject.primary.address if subject.primary else None):
            if address is not None:
                _local, at, domain = address.rpartition("@")
                if at:
                    self.used_domains.add(fold(domain.strip()))
        kind = subject.recipient_type
        if kind is None:
            return
        self.local_mailboxes += kind in LOCAL_MAILBOXES
        self.remote_mailboxes += kind in REMOTE_MAILBOXES
        resource = kind in _ROOMS or kind in _EQUIPMENT
        self.rooms += kind in _ROOMS
        self.equipment += kind in _EQUIPMENT
        self.resources_without_nickname += resource and subject.nickname is None

    def sync_accounts(self) -> tuple[SyncAccount, ...]:
        """Return the accounts of the synchronization by name."""
        return tuple(sorted(self.accounts.values(), key=lambda account: (account.name.lower(), account.dn)))
