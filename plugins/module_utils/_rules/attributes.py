# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The attributes that the rules read."""

from __future__ import annotations

_TEXT = [
    "userPrincipalName",
    "sAMAccountName",
    "mail",
    "mailNickname",
    "proxyAddresses",
    "targetAddress",
    "displayName",
    "givenName",
    "sn",
    "title",
    "department",
    "physicalDeliveryOfficeName",
    "telephoneNumber",
    "mobile",
    "facsimileTelephoneNumber",
    "streetAddress",
    "l",
    "st",
    "postalCode",
    "c",
    "co",
]
_OTHER = [
    "cn",
    "objectClass",
    "objectGUID",
    "objectSid",
    "groupType",
    "userAccountControl",
    "isCriticalSystemObject",
    "adminCount",
    "countryCode",
    "mS-DS-ConsistencyGuid",
    "whenCreated",
    "msExchRecipientTypeDetails",
    "msExchRemoteRecipientType",
    "msExchMasterAccountSid",
    "msExchMailboxGuid",
    "msExchArchiveGUID",
    "msExchHomeServerName",
    "homeMDB",
    "legacyExchangeDN",
    "msExchHideFromAddressLists",
    "msExchPoliciesIncluded",
    "msExchPoliciesExcluded",
]
# What objects of the configuration tell about the forest and about Exchange.
_FOREST = [
    "uPNSuffixes",
    "dnsRoot",
    "nETBIOSName",
    "systemFlags",
    "nCName",
    "serialNumber",
    "versionNumber",
    "msExchOwningServer",
    "msExchMasterServerOrAvailabilityGroup",
    "msExchHostServerLink",
    "rangeUpper",
    "msExchCoexistenceDomains",
    "msExchCoexistenceOnPremisesSmartHost",
    "msExchAuthApplicationIdentifier",
    "msExchAuthAuthServerType",
    "msExchAuthFlags",
    "msExchAuthIssuerName",
    "msExchAuthMetadataUrl",
    "msExchAuthRealm",
    "msExchExternalHostName",
]

# Attributes of which only the number of values matters; a group may hold hundreds of thousands.
COUNTED_ATTRIBUTES = ("member", "userCertificate", "userSMIMECertificate")
AUDIT_ATTRIBUTES = tuple(_TEXT + _OTHER + _FOREST)

# Lower case to the spelling of the schema, for findings.
NAMES: dict[str, str] = {name.lower(): name for name in AUDIT_ATTRIBUTES + COUNTED_ATTRIBUTES}
TEXT_ATTRIBUTES = tuple(name.lower() for name in _TEXT)


def spelling(name: str) -> str:
    """Return the name of an attribute as the schema spells it; as given where it is not one that the rules know."""
    return NAMES.get(name.lower(), name)
