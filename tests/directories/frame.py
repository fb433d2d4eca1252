# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The frame of a forest: domain heads, partitions, organizational units and the accounts of every domain."""

from __future__ import annotations

import typing as t

from .ldif import Value
from .model import Domain, Forest, Item, sid_bytes
from .places import PLACES

CONTOSO = ("contoso.local", "DC=contoso,DC=local", "CONTOSO", "S-1-5-21-1004336348-1177238915-682003330")
EMEA = ("emea.contoso.local", "DC=emea,DC=contoso,DC=local", "EMEA", "S-1-5-21-2025429265-1757981266-725345543")
SUFFIXES = ("contoso.com", "fabrikam.com")
# A suffix of exactly 48 characters, the longest that the cloud takes.
LONG_SUFFIX = "contoso-subsidiary-of-the-north1.onmicrosoft.com"
assert len(LONG_SUFFIX) == 48

# Name, last part of the SID, userAccountControl, whether it is marked as critical.
_BUILT_IN_USERS = (
    ("Administrator", 500, 512, True),
    ("Guest", 501, 66082, True),
    ("krbtgt", 502, 514, True),
)
# Name, groupType, last part of the SID (None: no fixed one), whether it is marked as critical.
_BUILT_IN_GROUPS = (
    ("Domain Admins", -2147483646, 512, True),
    ("Domain Users", -2147483646, 513, True),
    ("Domain Guests", -2147483646, 514, True),
    ("Domain Computers", -2147483646, 515, True),
    ("Domain Controllers", -2147483646, 516, True),
    ("Cert Publishers", -2147483644, 517, True),
    ("Group Policy Creator Owners", -2147483646, 520, True),
    ("Read-only Domain Controllers", -2147483646, 521, True),
    ("Protected Users", -2147483646, 525, True),
    ("RAS and IAS Servers", -2147483644, 553, True),
    ("DnsAdmins", -2147483644, None, False),
    ("DnsUpdateProxy", -2147483646, None, False),
)
_CATEGORIES = {
    "crossRefContainer": "Cross-Ref-Container",
    "crossRef": "Cross-Ref",
    "trustedDomain": "Trusted-Domain",
}
_ALIASES = {"Administrators": 544, "Users": 545, "Guests": 546, "Backup Operators": 551, "Remote Desktop Users": 555}


def domains(two: bool = True) -> list[Domain]:
    """Return the domains of the made-up forest: the root and, where `two`, its child."""
    return [Domain(*row) for row in ((CONTOSO, EMEA) if two else (CONTOSO,))]


class Frame:
    """Adds what a forest has before anybody works in it."""

    def __init__(self, forest: Forest, suffixes: t.Sequence[str] = SUFFIXES) -> None:
        self.forest = forest
        self._suffixes = suffixes

    def add(self) -> None:
        """Add domain heads, configuration, partitions, units, built-in accounts."""
        for domain in self.forest.domains:
            self._domain(domain)
        forest = self.forest
        self._other("configuration", forest.root.dn, "Configuration")
        schema = f"CN=Schema,{forest.configuration}"
        self._other("dMD", forest.configuration, "Schema")
        self._other("crossRefContainer", forest.configuration, "Partitions", {"uPNSuffixes": list(self._suffixes)})
        parts = f"CN=Partitions,{forest.configuration}"
        for name, target in (("Enterprise Configuration", forest.configuration), ("Enterprise Schema", schema)):
            self._other("crossRef", parts, name, {"nCName": target, "dnsRoot": forest.root.dns, "systemFlags": "1"})
        for domain in forest.domains:
            attributes: dict[str, Value | t.Sequence[Value]] = {
                "nCName": domain.dn,
                "dnsRoot": domain.dns,
                "nETBIOSName": domain.netbios,
                "systemFlags": "3",
            }
            if domain is not forest.root:
                attributes["trustParent"] = f"CN={forest.root.netbios},{parts}"
            self._other("crossRef", parts, domain.netbios, attributes)
        trust = {"trustPartner": "fabrikam.local", "flatName": "FABRIKAM", "trustDirection": "3", "trustType": "2"}
        self._other("trustedDomain", f"CN=System,{forest.root.dn}", "fabrikam.local", {**trust, "trustAttributes": "8"})

    def unit(self, name: str, parent: str | None = None, **attributes: Value | t.Sequence[Value]) -> Item:
        """Add an organizational unit."""
        return self.forest.new(
            "organizationalUnit",
            parent or self.forest.root.dn,
            name,
            naming="OU",
            treatment="other",
            category="Organizational-Unit",
            attributes=attributes,
            about="An organizational unit.",
        )

    def offices(self, domain: Domain) -> None:
        """Add the units in which the people of every place are."""
        self.unit("Staff", domain.dn)
        for place in PLACES.values():
            self.unit(place.ou, f"OU=Staff,{domain.dn}")

    def system_user(
        self,
        kind: str,
        parent: str,
        name: str,
        about: str,
        *,
        sam: str | None = None,
        uac: int = 514,
        **attributes: Value | int,
    ) -> Item:
        """Add an account that the audit skips."""
        item = self.forest.new(kind, parent, name, treatment="system", attributes=attributes, about=about)
        item.set("sAMAccountName", sam or name).set("userAccountControl", uac)
        return item.set("sAMAccountType", 805306368 if kind in ("user", "inetOrgPerson") else 805306369)

    def _domain(self, domain: Domain) -> None:
        label, _comma, parent = domain.dn.partition(",")
        item = self.forest.new(
            "domainDNS",
            parent,
            label[3:],
            naming="DC",
            treatment="other",
            classes=["top", "domain", "domainDNS"],
            category="Domain-DNS",
            attributes={"objectSid": sid_bytes(domain.sid), "msDS-Behavior-Version": "7"},
            about="The head of a domain.",
        )
        item.built_in = True
        for name in (
            "Users",
            "Computers",
            "System",
            "Builtin",
            "Managed Service Accounts",
            "ForeignSecurityPrincipals",
        ):
            kind = "builtinDomain" if name == "Builtin" else "container"
            extra = {"isCriticalSystemObject": "TRUE", "showInAdvancedViewOnly": "FALSE"}
            self.forest.new(
                kind, domain.dn, name, treatment="other", attributes=extra, about="A default container."
            ).built_in = True
        controllers = self.unit("Domain Controllers", domain.dn, isCriticalSystemObject="TRUE")
        controllers.built_in = True
        for user, rid, uac, critical in _BUILT_IN_USERS:
            item = self.system_user("user", f"CN=Users,{domain.dn}", user, "A built-in account.", uac=uac)
            self._well_known(item, f"{domain.sid}-{rid}", critical)
        for group, group_type, group_rid, critical in _BUILT_IN_GROUPS:
            about = (
                "A group of every domain."
                if critical
                else "A group that the DNS service makes; no mail, nothing wrong."
            )
            item = self.forest.new("group", f"CN=Users,{domain.dn}", group, about=about)
            item.set("sAMAccountName", group).set("groupType", group_type)
            self._well_known(item, f"{domain.sid}-{group_rid}" if group_rid else item.sid, critical)
        for alias, alias_rid in _ALIASES.items():
            item = self.forest.new("group", f"CN=Builtin,{domain.dn}", alias, about="A built-in group.")
            item.set("sAMAccountName", alias).set("groupType", -2147483643)
            self._well_known(item, f"S-1-5-32-{alias_rid}", True)
        server = f"DC-{domain.netbios}-1"
        item = self.system_user(
            "computer", controllers.dn, server, "A domain controller.", sam=f"{server}$", uac=532480, primaryGroupID=516
        )
        item.set("dNSHostName", f"{server.lower()}.{domain.dns}").set("isCriticalSystemObject", "TRUE").built_in = True

    @staticmethod
    def _well_known(item: Item, sid: str | None, critical: bool) -> None:
        assert sid is not None
        item.sid = sid
        item.set("objectSid", sid_bytes(sid)).built_in = True
        if critical:
            item.treatment = "system"
            item.set("isCriticalSystemObject", "TRUE")

    def _other(
        self, kind: str, parent: str, name: str, attributes: t.Mapping[str, Value | t.Sequence[Value]] | None = None
    ) -> None:
        category = {
            "crossRefContainer": "Cross-Ref-Container",
            "crossRef": "Cross-Ref",
            "trustedDomain": "Trusted-Domain",
        }.get(kind)
        item = self.forest.new(
            kind,
            parent,
            name,
            treatment="other",
            attributes=attributes,
            category=category,
            about="Part of the configuration.",
        )
        item.built_in = True
