# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users, groups and contacts of the tenant, as their exports show them.

Known are the answers of Microsoft Graph (JSON), what Get-MgUser, Get-MgGroup and the Exchange commands give as CSV or
JSON, and the tables of the admin centres. Columns may stand in any order; what is not there is unknown.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import re
import typing as t
import uuid
from dataclasses import dataclass

from .errors import TenantFileError
from .records import Record, Records, boolean, text, values
from .services import UNKNOWN, CloudRecipient, Services, recipient_of, services_of

CloudKind = t.Literal["user", "group", "contact"]

UPN = ("userprincipalname", "username", "signinname", "upn")
ID = ("id", "objectid", "userid", "azureadobjectid", "entraobjectid", "externaldirectoryobjectid")
_MAIL = ("mail", "primarysmtpaddress", "windowsemailaddress", "emailaddress", "email")
_PROXIES = ("proxyaddresses", "emailaddresses")
_IMMUTABLE = ("onpremisesimmutableid", "immutableid", "sourceanchor")
_SYNCED = ("onpremisessyncenabled", "dirsyncenabled", "directorysynced", "isdirsynced")
_ON_PREM_UPN = ("onpremisesuserprincipalname",)
_ON_PREM_DOMAIN = ("onpremisesdomainname",)
LICENCES = (
    "licenses",
    "licences",
    "assignedlicenses",
    "licensedetails",
    "skupartnumbers",
    "skupartnumber",
    "assignedplans",
)
_IS_LICENSED = ("islicensed", "licensed")
_ROLES = ("roles", "adminroles", "directoryroles", "roleassignments", "assignedroles")
_DELETED = ("deleteddatetime", "softdeletiontimestamp", "whensoftdeleted")
_NO_LICENCE = frozenset(("", "unlicensed", "none", "no", "false", "0", "{}", "[]"))

# Between two addresses in one cell stands one of these signs, and the next address begins with a type.
_BETWEEN_ADDRESSES = re.compile(r"\s*[+;,|\n]\s*(?=[A-Za-z][A-Za-z0-9]*:)|\s+(?=[A-Za-z][A-Za-z0-9]*:[^/\s])")
BETWEEN_WORDS = re.compile(r"\s*[+;,|\n]\s*")


@dataclass(frozen=True)
class CloudObject:
    """One object of the tenant. What the export does not tell is None.

    Attributes:
        id: its object id; its UPN or address where the export holds none.
        kind: user, group or contact.
        upn: userPrincipalName; None on groups and contacts.
        mail: the mail address.
        proxies: its addresses with their types.
        name: display name.
        immutable_id: the anchor, as the tenant writes it.
        synced: whether it comes from a directory.
        on_prem_upn: the userPrincipalName that the synchronization brought last.
        on_prem_domain: DNS name of the domain it comes from.
        licensed: whether it has a licence.
        guest: whether it is a guest.
        roles: the administrator roles that it holds.
        managed: whether its authority was moved to the cloud.
        exchange_managed: whether the authority over its Exchange attributes was.
        deleted: whether it lies in the recycle bin.
        services: which services it has a licence for, where they were asked for.
        recipient: what Exchange Online calls it, where that was asked for.
    """

    id: str
    kind: CloudKind
    upn: str | None = None
    mail: str | None = None
    proxies: tuple[str, ...] | None = None
    name: str = ""
    immutable_id: str | None = None
    synced: bool | None = None
    on_prem_upn: str | None = None
    on_prem_domain: str | None = None
    licensed: bool | None = None
    guest: bool = False
    roles: tuple[str, ...] | None = None
    managed: bool | None = None
    exchange_managed: bool | None = None
    deleted: bool = False
    services: Services = UNKNOWN
    recipient: CloudRecipient | None = None

    @property
    def primary(self) -> str | None:
        """The primary SMTP address: the value with the type in capitals, else mail."""
        for value in self.proxies or ():
            if value.startswith("SMTP:"):
                return value[5:]
        return self.mail

    @property
    def addresses(self) -> tuple[str, ...]:
        """All SMTP addresses, mail among them."""
        smtp = [value[5:] for value in self.proxies or () if value[:5].lower() == "smtp:"]
        return tuple(dict.fromkeys([*smtp, *([self.mail] if self.mail else [])]))

    @property
    def anchor(self) -> str | None:
        """The anchor as a GUID; None where there is none or it was not made of one."""
        return anchor_of(self.immutable_id)


def anchor_of(immutable_id: str | None) -> str | None:
    """Return the GUID that an immutable id was made of; None where it is none."""
    if not immutable_id or len(immutable_id) != 24:
        return None
    try:
        return str(uuid.UUID(bytes_le=base64.b64decode(immutable_id, validate=True)))
    except (binascii.Error, ValueError):
        return None


def immutable_id_of(guid: str) -> str:
    """Return the immutable id that is made of a GUID."""
    return base64.b64encode(uuid.UUID(guid).bytes_le).decode("ascii")


class ObjectExport:
    """An export of users, or of groups and contacts, read once.

    Args:
        path: the file.
        columns: field to the name of the column that holds it, where the file has names of its own.
        users: whether it should hold users; else groups and contacts.
        services: whether to find out which services users have a licence for, and what Exchange Online calls them.

    Attributes:
        count: how many objects were read.
        known: fields that at least one object has a value in. A table has columns that nobody asked for.
        notes: what the reader should know about the file, in words.

    Raises:
        TenantFileError: the file is damaged, was cut off, or is something else (also while it is read).
    """

    def __init__(
        self, path: str, columns: t.Mapping[str, str] | None = None, *, users: bool = True, services: bool = False
    ) -> None:
        self._records = Records(path, columns)
        self._users = users
        self._services = services
        self.count = 0
        self.known: set[str] = set()
        self.notes: list[str] = []

    def __iter__(self) -> t.Iterator[CloudObject]:
        nameless = 0
        for where, record in self._records:
            if not self.count and not nameless:
                self._check()
            item = _object(record, "user" if self._users else "group")
            if item is None:
                nameless += 1
                continue
            if item.upn is not None and "@" not in item.upn:
                raise TenantFileError(
                    f"{self._records.path}, {where}: '{item.upn[:80]}' is no userPrincipalName. The file is damaged or holds "
                    "something else than users."
                )
            if self._services:
                shown = services_of(record, item.licensed)
                item = dataclasses.replace(item, services=shown, recipient=recipient_of(record))
            self.count += 1
            self._learn(item)
            yield item
        self.notes += self._records.notes
        if nameless:
            what = "a userPrincipalName" if self._users else "an address"
            self.notes.append(f"{nameless} objects of {self._records.path} are without {what} and were passed over.")
        if not self.count:
            if self._records.names:
                self._check()
            if self._users:
                raise TenantFileError(f"{self._records.path} holds no users. Export it again.")

    def _check(self) -> None:
        names = self._records.names
        if self._users:
            if not any(name in names for name in UPN):
                raise self._records.foreign("users", "userPrincipalName")
        elif not any(name in names for name in (*_MAIL, *_PROXIES)):
            raise self._records.foreign("groups and contacts", "mail or proxyAddresses")

    def _learn(self, item: CloudObject) -> None:
        for field, value in (
            ("immutable_id", item.immutable_id),
            ("synced", item.synced),
            ("proxies", item.proxies),
            ("licensed", item.licensed is not None),
            ("roles", item.roles is not None),
            ("on_prem_upn", item.on_prem_upn),
        ):
            if value:
                self.known.add(field)


def _object(record: Record, usual: CloudKind) -> CloudObject | None:
    kind = _kind(record, usual)
    upn = text(record, UPN)
    proxies = values(record, _PROXIES, _BETWEEN_ADDRESSES)
    mail = text(record, _MAIL)
    if kind == "user" and upn is None:
        return None
    if kind != "user" and not proxies and mail is None:
        return None
    immutable = text(record, _IMMUTABLE)
    synced = boolean(record, _SYNCED)
    if synced is None and any(name in record for name in _SYNCED):
        # Graph has no value where there never was a synchronization.
        synced = False
    behaviour = record.get("onpremisessyncbehavior")
    managed = behaviour.get("isCloudManaged") if isinstance(behaviour, dict) else boolean(record, ("iscloudmanaged",))
    return CloudObject(
        id=text(record, ID) or upn or mail or (proxies or ("",))[0],
        kind=kind,
        upn=upn if kind == "user" else None,
        mail=mail,
        proxies=proxies,
        name=text(record, ("displayname", "name")) or "",
        immutable_id=immutable,
        synced=synced,
        on_prem_upn=text(record, _ON_PREM_UPN),
        on_prem_domain=text(record, _ON_PREM_DOMAIN),
        licensed=licensed(record),
        guest=(text(record, ("usertype",)) or "").lower() == "guest" or "#ext#@" in (upn or "").lower(),
        roles=_names(record, _ROLES),
        managed=managed if isinstance(managed, bool) else None,
        exchange_managed=boolean(record, ("isexchangecloudmanaged",)),
        deleted=text(record, _DELETED) is not None,
    )


def _kind(record: Record, usual: CloudKind) -> CloudKind:
    said = (text(record, ("odatatype", "objecttype", "recipienttypedetails", "recipienttype")) or "").lower()
    for word, kind in (("contact", "contact"), ("group", "group"), ("user", "user"), ("mailbox", "user")):
        if word in said:
            return t.cast(CloudKind, kind)
    if usual == "user":
        return usual
    if any(name in record for name in ("grouptypes", "grouptype", "securityenabled", "groupname")):
        return "group"
    return "user" if text(record, UPN) else "contact" if "givenname" in record or "surname" in record else usual


def licensed(record: Record) -> bool | None:
    """Return whether a record shows a licence; None where it does not tell."""
    said = boolean(record, _IS_LICENSED)
    if said is not None:
        return said
    for name in LICENCES:
        value = record.get(name)
        if isinstance(value, list):
            return bool(value)
        if isinstance(value, str):
            word = value.strip()
            if word.lower() in _NO_LICENCE:
                return False
            # "System.Object[]" is what a table shows of any list, an empty one too.
            return None if re.match(r"(?:System|Microsoft)\..*\[\]\s*\Z", word) else True
    return None


def _names(record: Record, fields: t.Iterable[str]) -> tuple[str, ...] | None:
    for field in fields:
        value = record.get(field)
        if isinstance(value, list):
            found = [item if isinstance(item, str) else str((item or {}).get("displayName") or "") for item in value]
            return tuple(name for name in found if name)
        if isinstance(value, str):
            words = BETWEEN_WORDS.split(value.strip())
            return tuple(word for word in words if word and word.lower() not in ("none", "user", "no"))
    return None
