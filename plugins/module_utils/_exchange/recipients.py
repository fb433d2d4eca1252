# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recipient types of Exchange: what msExchRecipientTypeDetails and msExchRemoteRecipientType say.

Source: RecipientTypeDetails enumeration (Exchange SDK). The values are 64-bit flags, one of which is set.
"""

from __future__ import annotations

RECIPIENT_TYPES: dict[int, str] = {
    1: "UserMailbox",
    2: "LinkedMailbox",
    4: "SharedMailbox",
    8: "LegacyMailbox",
    16: "RoomMailbox",
    32: "EquipmentMailbox",
    64: "MailContact",
    128: "MailUser",
    256: "MailUniversalDistributionGroup",
    512: "MailNonUniversalGroup",
    1024: "MailUniversalSecurityGroup",
    2048: "DynamicDistributionGroup",
    4096: "PublicFolder",
    8192: "SystemAttendantMailbox",
    16384: "SystemMailbox",
    32768: "MailForestContact",
    65536: "User",
    131072: "Contact",
    262144: "UniversalDistributionGroup",
    524288: "UniversalSecurityGroup",
    1048576: "NonUniversalGroup",
    2097152: "DisabledUser",
    4194304: "MicrosoftExchange",
    8388608: "ArbitrationMailbox",
    16777216: "MailboxPlan",
    33554432: "LinkedUser",
    268435456: "RoomList",
    536870912: "DiscoveryMailbox",
    1073741824: "RoleGroup",
    2147483648: "RemoteUserMailbox",
    4294967296: "Computer",
    8589934592: "RemoteRoomMailbox",
    17179869184: "RemoteEquipmentMailbox",
    34359738368: "RemoteSharedMailbox",
    68719476736: "PublicFolderMailbox",
    137438953472: "TeamMailbox",
    274877906944: "RemoteTeamMailbox",
    549755813888: "MonitoringMailbox",
    1099511627776: "GroupMailbox",
    2199023255552: "LinkedRoomMailbox",
    4398046511104: "AuditLogMailbox",
    8796093022208: "RemoteGroupMailbox",
}

MAIL_USER = 128
LINKED_USER = 33554432
ROLE_GROUP = 1073741824
LINKED_MAILBOXES = frozenset((2, 2199023255552))
REMOTE_MAILBOXES = frozenset((2147483648, 8589934592, 17179869184, 34359738368, 274877906944, 8796093022208))
LOCAL_MAILBOXES = frozenset((1, 2, 4, 8, 16, 32, 137438953472, 1099511627776, 2199023255552))
# Shared, room and equipment mailboxes, here or in the cloud: nobody signs in with them.
RESOURCE_MAILBOXES = frozenset((4, 16, 32, 2199023255552, 8589934592, 17179869184, 34359738368))
# Arbitration, discovery, monitoring, audit-log and public-folder mailboxes belong to Exchange itself.
SYSTEM_MAILBOXES = frozenset((8388608, 536870912, 549755813888, 4398046511104, 68719476736))
# The bit mask by which Microsoft Entra Connect leaves out Exchange's own recipients.
SYSTEM_RECIPIENT_MASK = 0x21C07000
# Types whose Exchange attributes people expect in the cloud: mailboxes and everything mail-enabled.
MAIL_RECIPIENTS = LOCAL_MAILBOXES | REMOTE_MAILBOXES | {64, 128, 256, 512, 1024, 2048, 32768, 268435456}


def is_system_recipient(recipient_type: int | None) -> bool:
    """Return whether a user of this type belongs to Exchange itself."""
    if recipient_type is None or recipient_type <= 0:
        return False
    return (
        bool(recipient_type & SYSTEM_RECIPIENT_MASK)
        or recipient_type in SYSTEM_MAILBOXES
        or recipient_type == LINKED_USER
    )


# msExchRemoteRecipientType, bits.
PROVISION_MAILBOX = 1
PROVISION_ARCHIVE = 2
MIGRATED = 4
DEPROVISION_MAILBOX = 8
DEPROVISION_ARCHIVE = 16
