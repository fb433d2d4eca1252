# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The attributes that Exchange and Skype for Business add to the schema, as far as synchronization meets them.

Identifiers, syntaxes and limits are those of real forests where public schema documentation was at hand. Elsewhere the
object identifier and the linkID are the lab's own: nothing that reads a directory looks at them.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

Syntax = t.Literal["text", "integer", "large", "boolean", "octets", "dn", "sid", "time"]

PUBLIC_INFORMATION = "e48d0154-bcf8-11d1-8702-00c04fb96050"
"""Property set that every user may read and an owner may write."""
EXCHANGE_INFORMATION = "1f298a89-de98-47b8-b5cd-572ad53d267e"

_EXCHANGE = "1.2.840.113556.1.4.7000.102."
_BASE = "1.2.840.113556.1.2."


@dataclass(frozen=True)
class Attribute:
    """One attributeSchema object.

    Attributes:
        name: lDAPDisplayName.
        syntax: kind of value.
        oid: attributeID; None for one of the lab's own.
        single: whether it holds one value at most.
        lower, upper: smallest and largest length (text, octets) or value (numbers).
        flags: searchFlags.
        guid: schemaIDGUID; None for one that follows from the name.
        property_set: attributeSecurityGUID.
        catalog: whether the global catalog has it.
        link: linkID of a linked attribute (even: forward, odd: backward).
        common_name: cn of the schema object; empty for one that follows from the name.
    """

    name: str
    syntax: Syntax = "text"
    oid: str | None = None
    single: bool = True
    lower: int | None = None
    upper: int | None = None
    flags: int = 0
    guid: str | None = None
    property_set: str | None = EXCHANGE_INFORMATION
    catalog: bool = False
    link: int | None = None
    common_name: str = ""

    @property
    def cn(self) -> str:
        """Common name of the schema object (``ms-Exch-Mailbox-Guid``)."""
        if self.common_name:
            return self.common_name
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", self.name)
        return words if words.startswith("ms-") else f"ms-Exch-{words[0].upper()}{words[1:]}"


def _public(name: str, syntax: Syntax = "text", **more: t.Any) -> Attribute:
    return Attribute(name, syntax, property_set=PUBLIC_INFORMATION, catalog=True, **more)


RECIPIENT: tuple[Attribute, ...] = (
    _public("mailNickname", oid=_BASE + "447", lower=1, upper=64, flags=5, guid="bf9679b3-0de6-11d0-a285-00aa003049e2"),
    _public(
        "targetAddress", oid=_BASE + "352", lower=1, upper=1123, flags=1, guid="f0f8ff9f-1191-11d0-a060-00aa006c33ed"
    ),
    Attribute(
        "msExchRecipientTypeDetails",
        "large",
        _EXCHANGE + "50855",
        flags=1,
        guid="069ba1f8-540a-42a9-bf26-a7dd35475346",
        catalog=True,
    ),
    Attribute(
        "msExchRecipientDisplayType",
        "integer",
        _EXCHANGE + "50730",
        flags=1,
        guid="b893abb0-767e-4f20-915f-3857bbc96afe",
        catalog=True,
    ),
    Attribute("msExchRemoteRecipientType", "large", _EXCHANGE + "51611", flags=1, catalog=True),
    _public(
        "msExchHideFromAddressLists",
        "boolean",
        oid=_EXCHANGE + "73",
        flags=16,
        guid="a21c0b96-b093-11d2-aa06-00c04f8eedd8",
    ),
    *(
        _public(
            f"extensionAttribute{number}",
            oid=f"{_BASE}{422 + number if number <= 10 else 588 + number}",
            lower=1,
            upper=1024 if number <= 10 else 2048,
            flags=16,
            common_name=f"ms-Exch-Extension-Attribute-{number}",
        )
        for number in range(1, 16)
    ),
    *(
        Attribute(f"msExchExtensionCustomAttribute{number}", single=False, upper=2048, catalog=True)
        for number in range(1, 6)
    ),
    Attribute("publicDelegates", "dn", single=False, link=14, common_name="ms-Exch-Public-Delegates"),
    Attribute("publicDelegatesBL", "dn", single=False, link=15, common_name="ms-Exch-Public-Delegates-BL"),
    Attribute("authOrig", "dn", single=False, link=110),
    Attribute("authOrigBL", "dn", single=False, link=111),
    Attribute("unauthOrig", "dn", single=False, link=114),
    Attribute("unauthOrigBL", "dn", single=False, link=115),
    Attribute("dLMemSubmitPerms", "dn", single=False, link=112),
    Attribute("dLMemSubmitPermsBL", "dn", single=False, link=113),
    Attribute("dLMemRejectPerms", "dn", single=False, link=116),
    Attribute("dLMemRejectPermsBL", "dn", single=False, link=117),
    Attribute("altRecipient", "dn", link=126),
    Attribute("altRecipientBL", "dn", single=False, link=127),
    Attribute("deliverAndRedirect", "boolean"),
    Attribute("msExchRequireAuthToSendTo", "boolean", catalog=True),
    Attribute("msExchSenderHintTranslations", single=False),
    Attribute("msExchModerationFlags", "integer"),
    Attribute("msExchEnableModeration", "boolean"),
    Attribute("msExchModeratedByLink", "dn", single=False),
    Attribute("msExchBypassModerationLink", "dn", single=False),
    Attribute("msExchSafeSendersHash", "octets"),
    Attribute("msExchSafeRecipientsHash", "octets"),
    Attribute("msExchBlockedSendersHash", "octets"),
    Attribute("msExchUCVoiceMailSettings", single=False),
    Attribute("msExchGroupMemberCount", "integer"),
    Attribute("msExchGroupExternalMemberCount", "integer"),
    Attribute("msExchPreviousRecipientTypeDetails", "large"),
)
"""What every mail recipient (user, group, contact, public folder) may hold."""

BASE: tuple[Attribute, ...] = (
    Attribute("msExchVersion", "large", _EXCHANGE + "50853", flags=1, catalog=True),
    Attribute(
        "msExchPoliciesExcluded",
        oid=_EXCHANGE + "50051",
        single=False,
        guid="61c47258-454e-11d3-aa72-00c04f8eedd8",
        property_set=PUBLIC_INFORMATION,
    ),
    Attribute(
        "msExchPoliciesIncluded",
        oid=_EXCHANGE + "50050",
        single=False,
        guid="61c47253-454e-11d3-aa72-00c04f8eedd8",
        property_set=PUBLIC_INFORMATION,
    ),
)
"""What every object that Exchange knows may hold, its configuration included."""

MAIL_STORAGE: tuple[Attribute, ...] = (
    _public("homeMDB", "dn", oid=_BASE + "244", link=32, guid="bf967987-0de6-11d0-a285-00aa003049e2"),
    _public("homeMDBBL", "dn", oid=_BASE + "393", single=False, link=33, guid="bf967988-0de6-11d0-a285-00aa003049e2"),
    _public("msExchHomeServerName", oid=_EXCHANGE + "47", flags=25, guid="a284f30e-b093-11d2-aa06-00c04f8eedd8"),
    _public(
        "msExchMailboxGuid",
        "octets",
        oid=_EXCHANGE + "11058",
        lower=16,
        upper=16,
        flags=9,
        guid="9333af48-b09e-11d2-aa06-00c04f8eedd8",
    ),
    Attribute("msExchArchiveGUID", "octets", _EXCHANGE + "51443", lower=16, upper=16, flags=1, catalog=True),
    Attribute("msExchArchiveName", single=False, upper=512),
    Attribute("msExchArchiveStatus", "integer"),
    Attribute("msExchArchiveDatabaseLink", "dn"),
    Attribute("msExchArchiveAddress"),
    Attribute("msExchArchiveQuota", "large"),
    Attribute("msExchArchiveWarnQuota", "large"),
    Attribute("msExchDisabledArchiveGUID", "octets", lower=16, upper=16),
    Attribute("msExchMasterAccountSid", "sid", flags=1, catalog=True, common_name="ms-Exch-Master-Account-Sid"),
    Attribute("msExchUserCulture", upper=128),
    Attribute("msExchUserAccountControl", "integer", catalog=True),
    Attribute("msExchUserHoldPolicies", single=False),
    Attribute("msExchLitigationHoldDate", "time"),
    Attribute("msExchLitigationHoldOwner"),
    Attribute("msExchElcMailboxFlags", "integer"),
    Attribute("msExchMobileMailboxFlags", "integer"),
    Attribute("msExchTextMessagingState", "integer", single=False),
    Attribute("msExchUMEnabledFlags", "integer"),
    Attribute("msExchUMDtmfMap", single=False),
    Attribute("msExchMailboxSecurityDescriptor", "octets"),
    Attribute("msExchMailboxAuditEnable", "boolean"),
    Attribute("msExchMailboxMoveStatus", "integer"),
    Attribute("msExchMailboxMoveFlags", "integer"),
    Attribute("msExchMailboxMoveTargetMDBLink", "dn"),
    Attribute("msExchWhenMailboxCreated", "time"),
    Attribute("msExchRBACPolicyLink", "dn"),
    Attribute("msExchMailboxTemplateLink", "dn"),
    Attribute("msExchDelegateListLink", "dn", single=False),
    Attribute("msExchResourceCapacity", "integer"),
    Attribute("msExchResourceDisplay"),
    Attribute("msExchResourceMetaData", single=False),
    Attribute("msExchResourceSearchProperties", single=False),
    Attribute("mDBUseDefaults", "boolean"),
    Attribute("mDBStorageQuota", "integer"),
    Attribute("mDBOverQuotaLimit", "integer"),
    Attribute("mDBOverHardQuotaLimit", "integer"),
    Attribute("protocolSettings", single=False),
    Attribute("internetEncoding", "integer"),
)
"""What an object with a mailbox may hold."""

SKYPE: tuple[Attribute, ...] = (
    Attribute(
        "msRTCSIP-PrimaryUserAddress", flags=1, catalog=True, upper=454, common_name="ms-RTC-SIP-PrimaryUserAddress"
    ),
    Attribute("msRTCSIP-UserEnabled", "boolean", flags=1, catalog=True, common_name="ms-RTC-SIP-UserEnabled"),
    Attribute("msRTCSIP-DeploymentLocator", catalog=True, common_name="ms-RTC-SIP-DeploymentLocator"),
    Attribute("msRTCSIP-Line", catalog=True, common_name="ms-RTC-SIP-Line"),
    Attribute("msRTCSIP-OptionFlags", "integer", common_name="ms-RTC-SIP-OptionFlags"),
    Attribute("msRTCSIP-FederationEnabled", "boolean", common_name="ms-RTC-SIP-FederationEnabled"),
)

WINDOWS_2016: tuple[Attribute, ...] = (
    Attribute(
        "msDS-ExternalDirectoryObjectId",
        oid="1.2.840.113556.1.4.2310",
        upper=256,
        property_set=None,
        guid="bd29bf90-66ad-40e1-887b-10df070419a6",
        common_name="ms-DS-External-Directory-Object-Id",
    ),
)
"""Newer Windows schemas have it and Samba's base schema lacks it."""
