# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which objects are judged, which are the system's own, and which the synchronization leaves out.

Source: "Understanding the default configuration" of Microsoft Entra Connect Sync; decision guide of Cloud Sync.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._exchange.recipients import ROLE_GROUP, is_system_recipient
from .._model.finding import Finding
from .._model.kinds import ACCOUNTS, ADDRESS_ONLY, JUDGED
from .catalogue import finding
from .options import RuleOptions, SyncClient
from .subject import Subject

Standing = t.Literal["judged", "system", "left_out", "address_only", "other"]

_INTERDOMAIN_TRUST = 0x800
_SECURITY_GROUP = 0x80000000
_CONFLICT = re.compile(r"(?:\\0A|\n)CNF:", re.IGNORECASE)


@dataclass(frozen=True)
class Population:
    """Where an object stands.

    Attributes:
        standing: judged; system (skipped and counted); left_out (one finding says so); address_only (read for its
            addresses); other (no object of this audit).
        reason: why, for everything but judged.
        finding: the one finding of an object that is left out.
        waits_for_sam: the object is a user without sAMAccountName. It is left out when the source shows that
            attribute at all, which is known only at the end.
    """

    standing: Standing
    reason: str = ""
    finding: Finding | None = None
    waits_for_sam: bool = False


_JUDGED = Population("judged")
_OTHER = Population("other")


def population_of(subject: Subject, options: RuleOptions, in_sync_scope: bool) -> Population:
    """Return where an object stands: the system's own first, then conflict, sAMAccountName, filters, sync scope."""
    kind = subject.kind
    if kind in ADDRESS_ONLY:
        return Population("address_only", kind)
    if kind not in JUDGED and kind not in ACCOUNTS:
        return _OTHER
    if reason := _system_reason(subject):
        return Population("system", reason)
    dn = subject.entry.dn
    if "CNF:" in dn and _CONFLICT.search(dn):
        message = "A replication conflict made this twin of another object; it is not synchronized."
        return Population("left_out", "conflict object", finding("conflict-object", None, None, message))
    waits_for_sam = subject.is_person and subject.sam is None
    left_out = _filtered(subject, options.sync_client)
    if left_out is None and not in_sync_scope:
        left_out = Population("left_out", "sync scope", _not_synced("the sync scope leaves it out"))
    if left_out is None:
        return Population("judged", waits_for_sam=True) if waits_for_sam else _JUDGED
    return left_out if not waits_for_sam else Population("left_out", left_out.reason, left_out.finding, True)


def sam_missing() -> Finding:
    """Return the finding of a user that is left out because it has no sAMAccountName."""
    message = "The user has no sAMAccountName and is not synchronized."
    return finding("sam-missing", "sAMAccountName", None, message)


def linked_mailbox_unresolved(sid: str, domain_audited: bool) -> Finding:
    """Return the finding of a linked mailbox whose master account was not found."""
    if domain_audited:
        message = f"No account of the audited directory has the SID {sid}; the mailbox waits and is not synchronized."
        return finding("linked-mailbox-unresolved", "msExchMasterAccountSid", sid, message)
    message = f"The account with the SID {sid} is in a domain that was not audited."
    return finding("linked-mailbox-unresolved", "msExchMasterAccountSid", sid, message, severity="info", outcome="none")


def _not_synced(reason: str) -> Finding:
    return finding("not-synced", None, None, f"The object is not synchronized: {reason}.")


def _system_reason(subject: Subject) -> str | None:
    entry = subject.entry
    if subject.kind == "computer":
        return "computer"
    if subject.kind == "service_account":
        return "managed service account"
    if entry.has("iscriticalsystemobject"):
        return "critical system object"
    if subject.is_person and (entry.integer("useraccountcontrol") or 0) & _INTERDOMAIN_TRUST:
        return "trust account"
    sam = (subject.sam or "").lower()
    if sam.startswith(("aad_", "msol_")) or sam == "support_388945a0":
        return "service account"
    nickname = (subject.nickname or "").lower()
    if nickname.startswith("systemmailbox{"):
        return "Exchange system mailbox"
    if (sam.startswith("cas_") and "}" in sam) or (nickname.startswith("cas_") and "}" in nickname):
        return "Exchange system mailbox"
    if subject.is_person and is_system_recipient(subject.recipient_type):
        return "Exchange system mailbox"
    return None


def _filtered(subject: Subject, sync_client: SyncClient) -> Population | None:
    if subject.kind == "contact":
        reason = _contact_filter(subject)
    elif subject.kind == "group":
        too_large = _too_large(subject, sync_client)
        if too_large:
            return too_large
        reason = _group_filter(subject)
    else:
        return None
    return Population("left_out", "default filter", _not_synced(reason)) if reason else None


def _contact_filter(subject: Subject) -> str | None:
    primary = next((proxy.address for proxy in subject.smtp if proxy.is_primary), "")
    if subject.mail is None and not subject.proxies:
        return "a contact without mail and proxyAddresses"
    if "@" not in primary and "@" not in (subject.mail or ""):
        return 'a contact without "@" in its primary SMTP address or mail'
    if "(MSOL)" in (subject.display_name or "") and subject.entry.boolean("msexchhidefromaddresslists"):
        return "a hidden contact with (MSOL) in its displayName"
    return None


def _group_filter(subject: Subject) -> str | None:
    if subject.recipient_type == ROLE_GROUP:
        return "a role group of Exchange"
    group_type = subject.entry.integer("grouptype")
    if group_type is not None and not group_type & _SECURITY_GROUP and subject.mail is None and not subject.proxies:
        return "a distribution group that is not mail-enabled"
    return None


def _too_large(subject: Subject, sync_client: SyncClient) -> Population | None:
    members = subject.entry.number_of_values("member")
    limit = 50_000 if sync_client == "cloud_sync" else 249_999
    if members <= limit:
        return None
    at_least = "at least " if "member" in subject.entry.incomplete else ""
    message = f"The group has {at_least}{members} members, {limit} are allowed; it is not synchronized."
    return Population("left_out", "group too large", finding("group-too-large", "member", None, message))
