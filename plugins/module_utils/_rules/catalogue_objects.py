# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules across attributes and objects."""

from __future__ import annotations

from .rule import (
    CLOUD_SYNC,
    DEFAULT_CONFIGURATION,
    DESIGN_CONCEPTS,
    PROTECTED,
    RECIPIENT_TYPES,
    RESILIENCY,
    SYNC_ERRORS,
    TOPOLOGIES,
    Rule,
)

RULES = (
    Rule(
        "address-taken",
        "error",
        "quarantined",
        "policy",
        "An address of the object is another object's mail, proxy address, UPN or target. Info when no other holder is "
        "synchronized.",
        "Policy duplicate_winner says who keeps the address.",
        RESILIENCY,
        "Duplicate",
    ),
    Rule(
        "anchor-malformed",
        "error",
        "rejected",
        "person",
        "mS-DS-ConsistencyGuid of a user is not 16 bytes long.",
        "Find out what wrote it; the cloud matches the account by this value.",
        DESIGN_CONCEPTS,
        "",
    ),
    Rule(
        "anchor-duplicate",
        "error",
        "rejected",
        "person",
        "Two users hold the same mS-DS-ConsistencyGuid, or one holds the objectGUID of another that has none.",
        "Decide which account the cloud identity belongs to.",
        DESIGN_CONCEPTS,
        "",
    ),
    Rule(
        "anchor-differs",
        "info",
        "none",
        "none",
        "mS-DS-ConsistencyGuid of a user is not its objectGUID: a migrated account, matched by this value.",
        "Nothing to do.",
        DESIGN_CONCEPTS,
        "",
    ),
    Rule(
        "large-object",
        "error",
        "rejected",
        "person",
        "More than 15 values of userCertificate or userSMIMECertificate.",
        "Decide which certificates are no longer needed.",
        SYNC_ERRORS,
        "",
    ),
    Rule(
        "group-too-large",
        "error",
        "not_synced",
        "person",
        "A group with 250,000 members or more; with sync_client cloud_sync, more than 50,000.",
        "Decide how the group is divided.",
        CLOUD_SYNC,
        "",
    ),
    Rule(
        "not-synced",
        "info",
        "not_synced",
        "none",
        "The default filters of Microsoft Entra Connect or the sync scope leave the object out.",
        "Nothing to do, unless the object is to be synchronized.",
        DEFAULT_CONFIGURATION,
        "",
    ),
    Rule(
        "conflict-object",
        "warning",
        "not_synced",
        "person",
        "A replication conflict object (CNF in its DN).",
        "Decide which of the twins is the right one and delete the other.",
        DEFAULT_CONFIGURATION,
        "",
    ),
    Rule(
        "protected-account",
        "info",
        "none",
        "none",
        "adminCount is 1: the account is or was a member of a protected group.",
        "Never changed unless the user allows it.",
        PROTECTED,
        "",
    ),
    Rule(
        "mailbox-inconsistent",
        "warning",
        "confusing",
        "person",
        "The attributes of the mailbox do not agree on where it lives.",
        "Find out where the mailbox is and repair it with Exchange's own commands.",
        RECIPIENT_TYPES,
        "",
    ),
    Rule(
        "linked-mailbox-unresolved",
        "warning",
        "not_synced",
        "person",
        "msExchMasterAccountSid of a linked mailbox is nobody's in the audited forests. Info when its domain was not "
        "audited.",
        "Find the account that the mailbox belongs to, or disconnect the mailbox.",
        TOPOLOGIES,
        "",
    ),
)
