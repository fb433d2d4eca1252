# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sample of two forests: contoso.local with accounts and mailboxes, fabrikam.local with some of the same people.

Each object is there for one reason. The labels say what a comparison must report, by the way people are joined.
"""

from __future__ import annotations

import typing as t
import uuid
from dataclasses import dataclass

from . import ldif

Attributes = dict[str, list[bytes]]
Join = t.Literal["none", "mail", "master_account", "attribute"]

JOINS: tuple[Join, ...] = ("none", "mail", "master_account", "attribute")
GALSYNC = "OU=GALSync,DC=contoso,DC=local"
JOIN_ATTRIBUTE = "employeeID"
SUFFIX = "contoso.com"
_SPACE = uuid.UUID("5d7b1c4e-2f13-4c4a-8a54-77f1f0b0a9d1")
_LINKED = "2"
_UNKNOWN_RID = 987654


@dataclass(frozen=True)
class Domain:
    """One of the two."""

    name: str
    sid: str

    @property
    def dn(self) -> str:
        """Distinguished name of the domain."""
        return ",".join(f"DC={label}" for label in self.name.split("."))


CONTOSO = Domain("contoso.local", "S-1-5-21-1004336348-1177238915-682003330")
FABRIKAM = Domain("fabrikam.local", "S-1-5-21-1212121212-2323232323-3434343434")
DOMAINS = (CONTOSO, FABRIKAM)


@dataclass(frozen=True)
class Expected:
    """One finding: the object it is on, the rule, its severity, and the other holders."""

    name: str
    rule: str
    severity: str
    holders: tuple[str, ...] = ()


def guid(name: str) -> bytes:
    """Return the objectGUID of an object, as a directory holds it."""
    return uuid.uuid5(_SPACE, name).bytes_le


def sid(domain: Domain, rid: int) -> bytes:
    """Return the SID of an account, as a directory holds it."""
    parts = [int(part) for part in domain.sid.split("-")[2:]] + [rid]
    return (
        bytes([1, len(parts) - 1]) + parts[0].to_bytes(6, "big") + b"".join(p.to_bytes(4, "little") for p in parts[1:])
    )


def _moved(name: str) -> dict[str, t.Any]:
    """Return the anchor of an account that was somebody else's before."""
    return {"mS-DS-ConsistencyGuid": guid(name)}


class _Maker:
    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self.entries: list[tuple[str, Attributes]] = []
        for name in ("Staff", "Partners", "GALSync"):
            self._add(f"OU={name},{domain.dn}", {"objectClass": ["top", "organizationalUnit"], "ou": [name]})

    def user(self, name: str, rid: int, address: str, *others: str, upn: str | None = None, **more: t.Any) -> None:
        values: dict[str, t.Any] = {
            "objectClass": ["top", "person", "organizationalPerson", "user"],
            "cn": name,
            "displayName": name,
            "sAMAccountName": f"{name}-{self._domain.name[0]}",
            "userPrincipalName": upn or f"{name}@{self._domain.name.replace('.local', '.com')}",
            "mail": address,
            "mailNickname": f"{name}.{self._domain.name[0]}",
            "proxyAddresses": [f"SMTP:{address}", *(f"smtp:{other}" for other in others)],
            "userAccountControl": "512",
            "objectGUID": guid(name),
            "objectSid": sid(self._domain, rid),
            **more,
        }
        self._add(f"CN={name},OU=Staff,{self._domain.dn}", values)

    def contact(self, name: str, unit: str, address: str) -> None:
        values = {
            "objectClass": ["top", "person", "organizationalPerson", "contact"],
            "cn": name,
            "displayName": name,
            "mail": address,
            "mailNickname": name,
            "targetAddress": f"SMTP:{address}",
            "proxyAddresses": [f"SMTP:{address}"],
            "objectGUID": guid(name),
        }
        self._add(f"CN={name},OU={unit},{self._domain.dn}", values)

    def _add(self, dn: str, values: t.Mapping[str, t.Any]) -> None:
        held = {name: value if isinstance(value, list) else [value] for name, value in values.items()}
        plain = {name: [v.encode() if isinstance(v, str) else v for v in found] for name, found in held.items()}
        self.entries.append((dn, plain))


def entries(domain: Domain) -> list[tuple[str, Attributes]]:
    """Return the objects of one of the forests: organizational units, users and contacts."""
    make = _Maker(domain)
    if domain is CONTOSO:
        make.user("ann", 200001, "ann@contoso.com", "sales@contoso.com")
        make.user("bob", 200002, "bob@contoso.com", "robert@contoso.com")
        make.user("owner", 200003, "owner@contoso.com", employeeID="E-17")
        make.user("greta", 200004, "greta@contoso.com", upn="greta@contoso.com")
        make.user("heidi", 200005, "heidi@contoso.com", "heidi.two@fabrikam.com")
        make.user("ivan", 200006, "ivan@contoso.com", mailNickname="ivan")
        make.user("jan", 200007, "jan@contoso.com")
        make.user("kim", 200008, "kim@contoso.com")
        make.user("lars", 200009, "lars@contoso.com", employeeID="E-1")
        # Two users with one number: nobody can tell which of them the third is.
        make.user("mona", 200010, "mona@contoso.com", "team@contoso.com", employeeID="E-2")
        make.user("mona-two", 200011, "mona.two@contoso.com", employeeID="e-2")
        make.contact("frank-copy", "GALSync", "frank@fabrikam.com")
        make.contact("fred-copy", "Partners", "fred@fabrikam.com")
        make.contact("nobody-copy", "GALSync", "nobody@fabrikam.com")
    else:
        make.user("ann-other", 200001, "ann.other@fabrikam.com", "SALES@contoso.com")
        make.user("bob-resource", 200002, "bob@contoso.com", "robert@contoso.com", upn="bob.resource@fabrikam.com")
        owner = sid(CONTOSO, 200003)
        linked: dict[str, t.Any] = {"userAccountControl": "514", "msExchRecipientTypeDetails": _LINKED}
        make.user(
            "owner-mailbox", 200003, "owner@contoso.com", msExchMasterAccountSid=owner, employeeID="e-17", **linked
        )
        make.user("greta-other", 200004, "greta.other@fabrikam.com", upn="GRETA@contoso.com")
        make.user("heidi-other", 200005, "heidi.other@fabrikam.com", upn="heidi.two@fabrikam.com")
        make.user("ivan-other", 200006, "ivan@fabrikam.com", mailNickname="Ivan")
        make.user("jan-moved", 200007, "jan.moved@fabrikam.com", **_moved("jan"))
        make.user("kim-moved", 200008, "kim@contoso.com", **_moved("kim"))
        make.user("lars-other", 200009, "lars.other@fabrikam.com", "lars@contoso.com", employeeID="E-1")
        make.user("mona-other", 200010, "mona.other@fabrikam.com", "team@contoso.com", employeeID="E-2")
        make.user("frank", 200012, "frank@fabrikam.com")
        make.user("fred", 200013, "fred@fabrikam.com")
        lost = sid(CONTOSO, _UNKNOWN_RID)
        make.user("lost-mailbox", 200014, "lost@fabrikam.com", msExchMasterAccountSid=lost, **linked)
    return make.entries


def write(domain: Domain, out: t.TextIO) -> None:
    """Write one of the forests as LDIF, with the objects that tell of the domain and its suffixes."""
    out.write(ldif.header(f"One of two forests, {domain.name}: nobody in it exists."))
    head: dict[str, list[ldif.Value]] = {
        "objectClass": ["top", "domain", "domainDNS"],
        "objectGUID": [guid(domain.name)],
        "objectSid": [sid(domain, 0)[:1] + bytes([4]) + sid(domain, 0)[2:-4]],
    }
    out.write(ldif.record(domain.dn, head))
    partitions = f"CN=Partitions,CN=Configuration,{domain.dn}"
    out.write(ldif.record(partitions, {"objectClass": ["top", "crossRefContainer"], "uPNSuffixes": [SUFFIX]}))
    cross_ref: dict[str, list[ldif.Value]] = {
        "objectClass": ["top", "crossRef"],
        "dnsRoot": [domain.name],
        "nCName": [domain.dn],
        "systemFlags": ["3"],
    }
    out.write(ldif.record(f"CN={domain.name.partition('.')[0].upper()},{partitions}", cross_ref))
    for dn, attributes in entries(domain):
        out.write(ldif.record(dn, {name: [_shown(value) for value in values] for name, values in attributes.items()}))


def _shown(value: bytes) -> ldif.Value:
    try:
        return value.decode("ascii")
    except UnicodeDecodeError:
        return value


def _pair(one: str, other: str, rule: str, severity: str = "error") -> list[Expected]:
    return [Expected(one, rule, severity, (other,)), Expected(other, rule, severity, (one,))]


def _always() -> list[Expected]:
    """Return what no way of joining people makes right."""
    return [
        *_pair("ann", "ann-other", "proxy-duplicate"),
        *_pair("greta", "greta-other", "upn-duplicate"),
        *_pair("heidi", "heidi-other", "address-taken"),
        *_pair("ivan", "ivan-other", "nickname-duplicate", "warning"),
        *_pair("jan", "jan-moved", "anchor-duplicate"),
        *_pair("mona", "mona-other", "proxy-duplicate"),
        *_contact("fred-copy", "fred"),
        Expected("lost-mailbox", "linked-mailbox-unresolved", "warning"),
        Expected("contoso.local", "forest-suffix-clash", "warning"),
        Expected("fabrikam.local", "forest-suffix-clash", "warning"),
    ]


def _contact(copy: str, person: str) -> list[Expected]:
    return [
        *_pair(copy, person, "proxy-duplicate"),
        *_pair(copy, person, "mail-duplicate"),
    ]


def _same_mail(one: str, other: str, addresses: int = 1) -> list[Expected]:
    return [*_pair(one, other, "proxy-duplicate") * addresses, *_pair(one, other, "mail-duplicate")]


def expected(join: Join, *, galsync: bool) -> list[Expected]:
    """Return what a comparison must report, and nothing else.

    Args:
        join: how people are joined.
        galsync: whether the OU with the contacts of the other forest is declared.
    """
    found = _always()
    if not galsync:
        found += _contact("frank-copy", "frank")
    if join != "mail":
        found += _same_mail("bob", "bob-resource", addresses=2)
        found += _same_mail("kim", "kim-moved") + _pair("kim", "kim-moved", "anchor-duplicate")
    if join == "none":
        found += _same_mail("owner", "owner-mailbox")
    if join != "attribute":
        found += _pair("lars", "lars-other", "proxy-duplicate")
    return found
