# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forest under construction: domains, identifiers and the objects with their labels."""

from __future__ import annotations

import typing as t
import uuid
from dataclasses import dataclass, field

from .labels import ALL_SETS, RULES, Expected, MailboxLabel, Shape
from .ldif import Value

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "directories.syncready.m365")

# judged: the rules look at it. system: skipped and counted. left_out: one finding that says so.
# addresses_only: its addresses count as taken. other: no class that the audit knows.
Treatment = t.Literal["judged", "system", "left_out", "addresses_only", "other"]

CLASSES: dict[str, list[str]] = {
    "user": ["top", "person", "organizationalPerson", "user"],
    "inetOrgPerson": ["top", "person", "organizationalPerson", "user", "inetOrgPerson"],
    "computer": ["top", "person", "organizationalPerson", "user", "computer"],
    "managed": ["top", "person", "organizationalPerson", "user", "computer", "msDS-ManagedServiceAccount"],
    "gmsa": ["top", "person", "organizationalPerson", "user", "computer", "msDS-GroupManagedServiceAccount"],
    "contact": ["top", "person", "organizationalPerson", "contact"],
    "group": ["top", "group"],
    "dynamic": ["top", "msExchBaseClass", "msExchDynamicDistributionList"],
    "publicFolder": ["top", "publicFolder"],
}
_CATEGORY = {
    "user": "Person",
    "inetOrgPerson": "Person",
    "computer": "Computer",
    "managed": "ms-DS-Managed-Service-Account",
    "gmsa": "ms-DS-Group-Managed-Service-Account",
    "contact": "Person",
    "group": "Group",
    "dynamic": "ms-Exch-Dynamic-Distribution-List",
    "publicFolder": "ms-Exch-Public-Folder",
}
USER_LIKE = ("user", "inetOrgPerson", "computer", "managed", "gmsa")
SELF_SID = "S-1-5-10"


def guid(key: str) -> uuid.UUID:
    """Return the GUID that belongs to a key, for ever."""
    return uuid.uuid5(_NAMESPACE, key)


def sid_bytes(text: str) -> bytes:
    """Return a security identifier in its binary form."""
    parts = [int(part) for part in text.split("-")[2:]]
    raw = bytes([1, len(parts) - 1]) + parts[0].to_bytes(6, "big")
    return raw + b"".join(part.to_bytes(4, "little") for part in parts[1:])


def rdn(value: str) -> str:
    """Return a name escaped for a distinguished name, as Active Directory escapes it."""
    escaped = "".join("\\" + letter if letter in ',+"\\<>;=' else letter for letter in value)
    escaped = escaped.replace("\n", "\\0A")
    if escaped.startswith((" ", "#")):
        escaped = "\\" + escaped
    return escaped[:-1] + "\\ " if escaped.endswith(" ") and len(escaped) > 1 else escaped


@dataclass
class Domain:
    """A domain of the forest: DNS name, root, security identifier, and the next relative identifier."""

    dns: str
    dn: str
    netbios: str
    sid: str
    next_rid: int = 1104

    def new_sid(self) -> str:
        """Return a security identifier that was not given yet."""
        self.next_rid += 1
        return f"{self.sid}-{self.next_rid - 1}"


@dataclass
class Item:
    """An object and its labels.

    Attributes:
        about: one sentence: what the object is there for.
        login: the word that its addresses are made of; empty where it has none.
        ldif_only: why no domain controller would take the object as it is; None where one does.
        raw_write: a domain controller refuses the value, but it can be put past its checks.
        built_in: every domain has the object from birth.
        needs_identifiers: the labels hold for the GUIDs and SIDs of the file only.
        part: "main", or "large" for what is too big for the committed file.
    """

    dn: str
    kind: str
    treatment: Treatment
    about: str
    attributes: dict[str, list[Value]]
    sid: str | None = None
    login: str = ""
    expected: list[Expected] = field(default_factory=list)
    mailbox: MailboxLabel | None = None
    ldif_only: str | None = None
    raw_write: bool = False
    built_in: bool = False
    needs_identifiers: bool = False
    part: str = "main"

    @property
    def guid(self) -> uuid.UUID:
        """The objectGUID."""
        return uuid.UUID(bytes_le=t.cast(bytes, self.attributes["objectGUID"][0]))

    def set(self, name: str, *values: Value | int | None) -> Item:
        """Give an attribute these values instead of its own; None or nothing takes it away."""
        kept: list[Value] = [str(value) if isinstance(value, int) else value for value in values if value is not None]
        if kept:
            self.attributes[name] = kept
        else:
            self.attributes.pop(name, None)
        return self

    def add(self, name: str, *values: Value) -> Item:
        """Add values to an attribute."""
        self.attributes.setdefault(name, []).extend(values)
        return self

    def text(self, name: str) -> str:
        """Return the first value of an attribute as a label shows it; bytes as hexadecimal digits."""
        value = self.attributes[name][0]
        return value if isinstance(value, str) else value.hex()

    def expect(
        self,
        rule: str,
        value: str | None = None,
        *,
        attribute: str | None = None,
        severity: str | None = None,
        outcome: str | None = None,
        shape: Shape | None = None,
        sets: tuple[str, ...] = ALL_SETS,
        holders: t.Iterable[Item] = (),
    ) -> Item:
        """Label the object with a finding; what is not given comes from the catalogue and the object itself."""
        row = RULES[rule]
        attribute = attribute or row.attribute
        severity = severity or row.severity
        outcome = outcome or row.outcome
        shape = shape or row.shape
        if severity is None or outcome is None or (attribute is None) != (shape == "object"):
            raise ValueError(f"the label {rule} of {self.dn} lacks severity, outcome or attribute")
        if shape == "value" and value is None:
            assert attribute is not None
            if len(self.attributes[attribute]) != 1:
                raise ValueError(f"the label {rule} of {self.dn} lacks the value")
            value = self.text(attribute)
        others = tuple(other.dn for other in holders if other is not self)
        self.expected.append(Expected(rule, severity, outcome, attribute, value, sets, others))
        return self

    def only_in_a_file(self, reason: str) -> Item:
        """Mark the object as one that no domain controller takes."""
        self.ldif_only = reason
        return self


class Forest:
    """Collects the objects of the directory in the order of their making."""

    def __init__(self, *domains: Domain) -> None:
        self.domains = domains
        self.items: list[Item] = []
        self._dns: set[str] = set()

    @property
    def root(self) -> Domain:
        """The root domain."""
        return self.domains[0]

    @property
    def configuration(self) -> str:
        """Distinguished name of the configuration partition."""
        return f"CN=Configuration,{self.root.dn}"

    def has(self, dn: str) -> bool:
        """Return whether an object of that name was made."""
        return dn.lower() in self._dns

    def domain_of(self, dn: str) -> Domain:
        """Return the domain whose partition holds the name."""
        matches = [domain for domain in self.domains if dn.lower().endswith(domain.dn.lower())]
        return max(matches, key=lambda domain: len(domain.dn))

    def new(
        self,
        kind: str,
        parent: str,
        name: str,
        *,
        about: str = "",
        treatment: Treatment = "judged",
        attributes: t.Mapping[str, Value | int | t.Sequence[Value]] | None = None,
        classes: t.Sequence[str] | None = None,
        naming: str = "CN",
        category: str | None = None,
    ) -> Item:
        """Add an object with what the directory gives every object, security principals their identifier too."""
        dn = f"{naming}={rdn(name)},{parent}"
        if self.has(dn):
            raise ValueError(f"{dn} is there already")
        self._dns.add(dn.lower())
        identity = guid(dn)
        day = identity.int % 3000
        domain = self.domain_of(dn)
        schema = f"CN=Schema,{self.configuration}"
        item = Item(dn, kind, treatment, about, {})
        made = f"{2015 + day // 365}{1 + day % 12:02}{1 + day % 28:02}{7 + day % 11:02}{day % 60:02}00.0Z"
        item.set("objectClass", *(classes or CLASSES.get(kind, ["top", kind])))
        item.set({"CN": "cn", "OU": "ou", "DC": "dc"}[naming], name).set("name", name).set("distinguishedName", dn)
        item.set("objectGUID", identity.bytes_le).set("whenCreated", made).set("instanceType", 4)
        item.set("objectCategory", f"CN={category or _CATEGORY.get(kind, kind)},{schema}")
        if kind in USER_LIKE or kind == "group":
            item.sid = domain.new_sid()
            item.set("objectSid", sid_bytes(item.sid))
        for attribute, given in (attributes or {}).items():
            item.set(attribute, *([given] if isinstance(given, (str, bytes, int)) else given))
        self.items.append(item)
        return item
