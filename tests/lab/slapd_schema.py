# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A schema that lets OpenLDAP pass for Active Directory when it is read."""

from __future__ import annotations

from .exchange.attributes import Syntax
from .exchange.classes import CONTAINERS, COPIES, OBJECTS
from .exchange.schema import ATTRIBUTES

# Own arc: OpenLDAP compares none of these numbers with anything.
_OWN_ARC = "1.2.840.113556.1.8000.2554.46111.50231.7310.17216.43122.9961320.12345678.9"

_KIND: dict[Syntax, str] = {
    "text": "EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15",
    "integer": "EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27",
    "large": "EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27",
    "boolean": "EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7",
    "octets": "EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40",
    "sid": "EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40",
    "dn": "EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12",
    "time": "EQUALITY generalizedTimeMatch ORDERING generalizedTimeOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24",
}
_SINGLE = {True: " SINGLE-VALUE", False: ""}

# What Active Directory has and OpenLDAP's own schemas lack. A star: several values.
_ACTIVE_DIRECTORY: dict[Syntax, str] = {
    "text": "sAMAccountName userPrincipalName proxyAddresses* legacyExchangeDN department company uPNSuffixes* ipPhone "
    "otherTelephone* wWWHomePage servicePrincipalName* displayNamePrintable employeeID nETBIOSName "
    "dnsRoot* dNSHostName division comment scriptPath homeDirectory ldapServiceName",
    "integer": "userAccountControl countryCode groupType sAMAccountType adminCount primaryGroupID instanceType "
    "systemFlags domainFunctionality forestFunctionality domainControllerFunctionality "
    "msDS-Behavior-Version objectVersion",
    "large": "uSNChanged uSNCreated pwdLastSet lastLogonTimestamp accountExpires highestCommittedUSN",
    "boolean": "isCriticalSystemObject isDeleted isSynchronized isGlobalCatalogReady showInAdvancedViewOnly",
    "octets": "objectGUID mS-DS-ConsistencyGuid thumbnailPhoto",
    "sid": "objectSid sIDHistory*",
    "dn": "objectCategory memberOf* managedBy assistant showInAddressBook* nCName trustParent "
    "defaultNamingContext rootDomainNamingContext configurationNamingContext schemaNamingContext dsServiceName "
    "serverName",
    "time": "whenChanged whenCreated",
}

_CLASSES = (
    ("user", "organizationalPerson"),
    ("computer", "user"),
    ("contact", "organizationalPerson"),
    ("group", "top"),
    ("container", "top"),
    ("domainDNS", "domain"),
    ("configuration", "top"),
    ("crossRefContainer", "top"),
    ("crossRef", "top"),
    *((c.name, "top") for c in (*CONTAINERS, *OBJECTS, *COPIES)),
)


def text() -> str:
    """Return the schema in the form of slapd.conf."""
    names: dict[str, tuple[Syntax, bool]] = {}
    for syntax, words in _ACTIVE_DIRECTORY.items():
        for word in words.split():
            names.setdefault(word.rstrip("*"), (syntax, not word.endswith("*")))
    for attribute in ATTRIBUTES:
        names.setdefault(attribute.name, (attribute.syntax, attribute.single))
    unique = {name.lower(): name for name in names}
    lines = [
        f"attributetype ( {_OWN_ARC}.1.{number} NAME '{name}' {_KIND[names[name][0]]}{_SINGLE[names[name][1]]} )"
        for number, name in enumerate(unique.values(), 1)
    ]
    # What an object of a class may hold is not said: the server is filled without that check, and only read.
    lines += [
        f"objectclass ( {_OWN_ARC}.2.{number} NAME '{name}' SUP {parent} STRUCTURAL )"
        for number, (name, parent) in enumerate(_CLASSES, 1)
    ]
    return "\n".join(lines) + "\n"


def known() -> frozenset[str]:
    """Return the names, in lower case, that entries may have beyond those of OpenLDAP's own schemas."""
    own = {word.rstrip("*").lower() for words in _ACTIVE_DIRECTORY.values() for word in words.split()}
    return frozenset(own | {attribute.name.lower() for attribute in ATTRIBUTES} | _STANDARD)


_STANDARD = frozenset(
    "objectclass cn sn givenname displayname mail title description telephonenumber facsimiletelephonenumber mobile "
    "homephone pager streetaddress l st c postalcode physicaldeliveryofficename manager secretary info member ou dc o "
    "initials co employeenumber usercertificate usersmimecertificate roomnumber preferredlanguage".split()
)
