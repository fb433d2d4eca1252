# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The classes that Exchange adds to the schema, and what it changes in classes that are there already."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .attributes import BASE, MAIL_STORAGE, RECIPIENT, SKYPE, WINDOWS_2016, Attribute
from .configuration_attributes import DATABASES, HYBRID, OAUTH, ORGANISATION, SERVERS

_EXCHANGE = "1.2.840.113556.1.5.7000.62."

STRUCTURAL: t.Literal[1] = 1
AUXILIARY: t.Literal[3] = 3


@dataclass(frozen=True)
class ObjectClass:
    """One classSchema object.

    Attributes:
        name: lDAPDisplayName.
        parent: the class it derives from.
        category: structural or auxiliary.
        oid: governsID; None for one of the lab's own.
        guid: schemaIDGUID; None for one that follows from the name.
        auxiliary: auxiliary classes.
        may: attributes that an object of the class may hold.
        below: classes of objects that may be the parent of one of this class.
        naming: attribute of the relative name.
    """

    name: str
    parent: str = "top"
    category: t.Literal[1, 3] = STRUCTURAL
    oid: str | None = None
    guid: str | None = None
    auxiliary: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    naming: str = "cn"

    @property
    def cn(self) -> str:
        """Common name of the schema object."""
        return Attribute(self.name).cn


def _names(attributes: tuple[Attribute, ...]) -> tuple[str, ...]:
    """Return the names that an object may be given: back links are the server's to fill, but must be allowed too."""
    return tuple(attribute.name for attribute in attributes)


_ANYWHERE = (
    "container", "msExchContainer", "msExchConfigurationContainer", "msExchOrganizationContainer",
    "msExchAdminGroupContainer", "msExchAdminGroup",
)  # fmt: skip

AUXILIARIES: tuple[ObjectClass, ...] = (
    ObjectClass(
        "msExchBaseClass", category=AUXILIARY, oid=_EXCHANGE + "14", guid="d8782c34-46ca-11d3-aa72-00c04f8eedd8",
        may=_names(BASE),
    ),
    ObjectClass(
        "msExchMailStorage", category=AUXILIARY, oid=_EXCHANGE + "5", guid="03652000-a981-11d2-a9ff-00c04f8eedd8",
        may=_names(MAIL_STORAGE),
    ),
)  # fmt: skip


def _container(name: str, number: str | None = None, guid: str | None = None, may: tuple[str, ...] = ()) -> ObjectClass:
    return ObjectClass(
        name, "container", oid=_EXCHANGE + number if number else None, guid=guid, auxiliary=("msExchBaseClass",),
        may=("legacyExchangeDN", "objectVersion", *may),
    )  # fmt: skip


CONTAINERS: tuple[ObjectClass, ...] = (
    _container("msExchOrganizationContainer", "50020", "366a319c-a982-11d2-a9ff-00c04f8eedd8", _names(ORGANISATION)),
    _container("msExchContainer", "50010", "006c91da-a981-11d2-a9ff-00c04f8eedd8", _names(ORGANISATION)),
    _container("msExchAdminGroupContainer", "50019", "e7a44058-a980-11d2-a9ff-00c04f8eedd8"),
    ObjectClass(
        "msExchAdminGroup", oid=_EXCHANGE + "50011", guid="e768a58e-a980-11d2-a9ff-00c04f8eedd8",
        auxiliary=("msExchBaseClass",), may=("legacyExchangeDN", "displayName"),
    ),
    _container("msExchServersContainer", "50013", "346e5cba-a982-11d2-a9ff-00c04f8eedd8"),
    _container("msExchMDBContainer"),
    _container("msExchMDBAvailabilityGroupContainer"),
    _container("msExchRecipientPolicyContainer"),
    _container("msExchTransportSettings", may=_names(ORGANISATION)),
    _container("msExchAuthAuthConfig", may=_names(OAUTH)),
    _container("msExchSystemObjectsContainer"),
    _container("msExchProtocolCfgProtocolContainer"),
    _container("msExchClientAccessArray"),
)  # fmt: skip
"""Containers of the organisation. Each may stand below each: the lab does not teach Exchange its own layout."""

OBJECTS: tuple[ObjectClass, ...] = (
    ObjectClass(
        "msExchExchangeServer", "server", oid=_EXCHANGE + "50009", guid="01a9aa9c-a981-11d2-a9ff-00c04f8eedd8",
        may=("versionNumber", "serialNumber", "legacyExchangeDN", "networkAddress", *_names(SERVERS)),
    ),
    ObjectClass(
        "msExchMDB", oid=_EXCHANGE + "11002", guid="03d069d2-a981-11d2-a9ff-00c04f8eedd8",
        may=("homeMDBBL", "legacyExchangeDN", "displayName", "mDBStorageQuota", *_names(DATABASES)),
    ),
    ObjectClass("msExchMDBAvailabilityGroup", may=("displayName", "legacyExchangeDN", *_names(DATABASES))),
    ObjectClass("msExchCoexistenceRelationship", may=_names(HYBRID)),
    ObjectClass("msExchAuthAuthServer", may=("msExchCoexistenceDomains", *_names(OAUTH))),
    ObjectClass("msExchAuthPartnerApplication", may=_names(OAUTH)),
    ObjectClass("msExchAcceptedDomain", may=_names(ORGANISATION)),
    ObjectClass("msExchRecipientPolicy", may=_names(ORGANISATION)),
    ObjectClass("msExchFedTrust", may=_names(ORGANISATION)),
    ObjectClass("msExchFedOrgId", may=_names(ORGANISATION)),
    ObjectClass("msExchAvailabilityAddressSpace", may=_names(ORGANISATION)),
    ObjectClass("msExchConfigSettings", may=_names(ORGANISATION)),
    ObjectClass(
        "msExchDynamicDistributionList", auxiliary=("mailRecipient",),
        may=("displayName", "description", "mail", "managedBy", "legacyExchangeDN", *_names(ORGANISATION)),
        below=("organizationalUnit", "domainDNS", "builtinDomain"),
    ),
    ObjectClass(
        "publicFolder", auxiliary=("mailRecipient",),
        may=("displayName", "description", "mail", "legacyExchangeDN", *_names(MAIL_STORAGE)),
        below=("organizationalUnit", "domainDNS", "msExchSystemObjectsContainer"),
    ),
)  # fmt: skip

COPIES: tuple[ObjectClass, ...] = (
    ObjectClass(
        "msExchPrivateMDB", "msExchMDB", oid=_EXCHANGE + "11004", guid="36145cf4-a982-11d2-a9ff-00c04f8eedd8",
    ),
    ObjectClass("msExchPublicMDB", "msExchMDB"),
    ObjectClass("msExchMDBCopy", may=_names(DATABASES), below=("msExchPrivateMDB", "msExchPublicMDB", "msExchMDB")),
)  # fmt: skip

PARENTS: tuple[str, ...] = tuple(
    dict.fromkeys((*_ANYWHERE, *(c.name for c in CONTAINERS), "msExchCoexistenceRelationship"))
)
"""Where an object of the organisation may stand, unless its class says otherwise."""

MAIL_RECIPIENT_MAY: tuple[str, ...] = _names(RECIPIENT)
USER_MAY: tuple[str, ...] = _names(SKYPE) + _names(WINDOWS_2016)
"""Added to users, and as far as they have it (Skype's address) to contacts and groups."""
