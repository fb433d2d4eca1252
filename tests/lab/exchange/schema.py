# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exchange's schema extension as LDIF for a domain controller.

A domain controller takes attributes first and must reload its schema before a class may name them, so the
extension is a row of steps: each is one transaction, with a reload after it.
"""

from __future__ import annotations

import base64
import typing as t
import uuid

from . import configuration_attributes as configuration
from .attributes import BASE, MAIL_STORAGE, RECIPIENT, SKYPE, WINDOWS_2016, Attribute, Syntax
from .classes import (
    AUXILIARIES,
    CONTAINERS,
    COPIES,
    MAIL_RECIPIENT_MAY,
    OBJECTS,
    PARENTS,
    STRUCTURAL,
    USER_MAY,
    ObjectClass,
)

_SYNTAX: dict[Syntax, tuple[str, int]] = {
    "text": ("2.5.5.12", 64),
    "integer": ("2.5.5.9", 2),
    "large": ("2.5.5.16", 65),
    "boolean": ("2.5.5.8", 1),
    "octets": ("2.5.5.10", 4),
    "dn": ("2.5.5.1", 127),
    "sid": ("2.5.5.17", 4),
    "time": ("2.5.5.11", 24),
}
_DN_OBJECT_CLASS = "KwwCh3McAIVK"  # oMObjectClass of the syntax DN-DN, base64
_NAMESPACE = uuid.UUID("0f0f7d0e-6a2b-4b39-9d4e-3b1c7a5e2f11")

# Microsoft gives every generated schema identifier this prefix, followed by the parts of a GUID.
_OWN_ARC = "1.2.840.113556.1.8000.2554.46111.50231.7310.17216.43122.9961320.12345678"

_READABLE = "D:(A;;RPLCLORC;;;AU)(A;;RPWPCRCCDCLCLORCWOWDSDDTSW;;;DA)(A;;RPWPCRCCDCLCLORCWOWDSDDTSW;;;SY)"
"""Every signed-in user reads Exchange's configuration, domain administrators and the system change it."""

ATTRIBUTES: tuple[Attribute, ...] = (
    *RECIPIENT,
    *BASE,
    *MAIL_STORAGE,
    *SKYPE,
    *WINDOWS_2016,
    *configuration.SERVERS,
    *configuration.DATABASES,
    *configuration.HYBRID,
    *configuration.OAUTH,
    *configuration.ORGANISATION,
    configuration.VERSION_POINT,
)


def steps(schema_dn: str) -> list[str]:
    """Return the extension as LDIF texts, to be applied one after the other with a schema reload in between."""
    return [
        _join(_attribute(attribute, number, schema_dn) for number, attribute in enumerate(ATTRIBUTES, 1)),
        _join(_class(c, schema_dn) for c in AUXILIARIES),
        _join(_class(c, schema_dn) for c in CONTAINERS),
        _join(
            [
                *(_class(c, schema_dn) for c in OBJECTS),
                _modify("ms-Exch-Configuration-Container", "auxiliaryClass", ("msExchBaseClass",), schema_dn),
            ]
        ),
        _join(_class(c, schema_dn) for c in COPIES),
        _join(_attachments(schema_dn)),
        _join(_places(schema_dn)),
    ]


def _attachments(schema_dn: str) -> list[str]:
    storage, base = ("msExchMailStorage", "msExchBaseClass"), ("msExchBaseClass",)
    sip = tuple(name for name in USER_MAY if name.startswith("msRTCSIP-"))
    return [
        _modify("Mail-Recipient", "mayContain", MAIL_RECIPIENT_MAY, schema_dn),
        _modify("User", "auxiliaryClass", storage, schema_dn),
        _modify("User", "mayContain", USER_MAY, schema_dn),
        _modify("Group", "auxiliaryClass", storage, schema_dn),
        _modify("Group", "mayContain", USER_MAY, schema_dn),
        _modify("Contact", "auxiliaryClass", base, schema_dn),
        _modify("Contact", "mayContain", (*sip, "msExchMasterAccountSid", "msDS-ExternalDirectoryObjectId"), schema_dn),
    ]


def _places(schema_dn: str) -> list[str]:
    """Return where objects of the organisation may stand; the classes that are named must all exist before."""
    classes = (*CONTAINERS, *OBJECTS, *COPIES)
    result = [_modify(c.cn, "possSuperiors", c.below or PARENTS, schema_dn) for c in classes]
    domain = ("domainDNS", "organizationalUnit")
    return [*result, _modify("ms-Exch-System-Objects-Container", "possSuperiors", domain, schema_dn)]


def _attribute(attribute: Attribute, number: int, schema_dn: str) -> str:
    syntax, kind = _SYNTAX[attribute.syntax]
    lines = [
        f"dn: CN={attribute.cn},{schema_dn}",
        "changetype: add",
        "objectClass: top",
        "objectClass: attributeSchema",
        f"lDAPDisplayName: {attribute.name}",
        f"adminDisplayName: {attribute.cn}",
        f"adminDescription: {attribute.cn}",
        f"attributeID: {attribute.oid or f'{_OWN_ARC}.1.{number}'}",
        f"attributeSyntax: {syntax}",
        f"oMSyntax: {kind}",
        f"isSingleValued: {_boolean(attribute.single)}",
        f"searchFlags: {attribute.flags}",
        "showInAdvancedViewOnly: TRUE",
        f"isMemberOfPartialAttributeSet: {_boolean(attribute.catalog)}",
        _guid("schemaIDGUID", attribute.guid, attribute.name),
    ]
    if attribute.syntax == "dn":
        lines.append(f"oMObjectClass:: {_DN_OBJECT_CLASS}")
    if attribute.lower is not None:
        lines.append(f"rangeLower: {attribute.lower}")
    if attribute.upper is not None:
        lines.append(f"rangeUpper: {attribute.upper}")
    if attribute.property_set is not None:
        lines.append(_guid("attributeSecurityGUID", attribute.property_set, ""))
    if attribute.link is not None:
        lines.append(f"linkID: {attribute.link}")
        if attribute.link % 2:
            lines.append("systemFlags: 1")
    return "\n".join(lines)


def _class(c: ObjectClass, schema_dn: str) -> str:
    number = [x.name for x in (*AUXILIARIES, *CONTAINERS, *OBJECTS, *COPIES)].index(c.name)
    lines = [
        f"dn: CN={c.cn},{schema_dn}",
        "changetype: add",
        "objectClass: top",
        "objectClass: classSchema",
        f"lDAPDisplayName: {c.name}",
        f"adminDisplayName: {c.cn}",
        f"governsID: {c.oid or f'{_OWN_ARC}.2.{number}'}",
        f"subClassOf: {c.parent}",
        f"objectClassCategory: {c.category}",
        f"rDNAttID: {c.naming}",
        "showInAdvancedViewOnly: TRUE",
        "defaultHidingValue: TRUE",
        "systemOnly: FALSE",
        f"defaultObjectCategory: CN={c.cn},{schema_dn}",
        _guid("schemaIDGUID", c.guid, c.name),
    ]
    if c.category == STRUCTURAL:
        lines.append(f"defaultSecurityDescriptor: {_READABLE}")
    lines += [f"auxiliaryClass: {name}" for name in c.auxiliary]
    if c.category == STRUCTURAL and not c.auxiliary and c.parent == "top":
        lines.append("auxiliaryClass: msExchBaseClass")
    lines += [f"mayContain: {name}" for name in dict.fromkeys(c.may)]
    return "\n".join(lines)


def _modify(cn: str, attribute: str, values: tuple[str, ...], schema_dn: str) -> str:
    head = f"dn: CN={cn},{schema_dn}\nchangetype: modify\nadd: {attribute}\n"
    return head + "\n".join(f"{attribute}: {value}" for value in values)


def _guid(attribute: str, guid: str | None, name: str) -> str:
    """Return a GUID line; without a known GUID it follows from the name, so that two forests agree."""
    value = uuid.UUID(guid) if guid else uuid.uuid5(_NAMESPACE, name)
    return f"{attribute}:: {base64.b64encode(value.bytes_le).decode('ascii')}"


def _boolean(value: bool) -> str:
    return "TRUE" if value else "FALSE"


def _join(records: t.Iterable[str]) -> str:
    return "\n\n".join(records) + "\n"
