# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts that belong to the system, and recipients that are read for their addresses only."""

from __future__ import annotations

from .frame import Frame
from .labels import DISPLAY, MAIL, NICK, PROXY, UPN
from .ldif import Value
from .model import Forest, Item, guid
from .recipients import NO_MAILBOX, Recipients, on_premises

# Exchange's own mailboxes: name, recipient type, alias or None for the name.
_EXCHANGE_MAILBOXES = (
    ("SystemMailbox{1f05a927-89c0-4725-adca-4527114196a1}", 8388608),
    ("SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}", 8388608),
    ("SystemMailbox{e0dc1c29-89c3-4034-b678-e6c29d823ed9}", 8388608),
    ("Migration.8f3e7716-2011-43e4-96b1-aba62d229136", 8388608),
    ("FederatedEmail.4c1f4d8b-8179-4148-93bf-00a95fa1e042", 8388608),
    ("DiscoverySearchMailbox{D919BA05-46A6-415f-80AD-7E09334BB852}", 536870912),
    ("AuditLog.8cc370d3-822a-4ab8-a926-bb94bd0641a9", 4398046511104),
    ("PF-Hierarchy", 68719476736),
)
# The rest of the mask and types that hardly anybody meets.
_ODD_TYPES = (
    ("Old System Mailbox", 16384),
    ("System Attendant Old", 8192),
    ("Plan Default", 16777216),
    ("MS Exchange", 4194304),
)


class SystemAccounts:
    """Adds what the audit skips without a finding, or knows by its addresses alone."""

    def __init__(self, frame: Frame, make: Recipients) -> None:
        self._frame = frame
        self._make = make
        self._forest: Forest = frame.forest
        self._users = f"CN=Users,{self._forest.root.dn}"

    def add(self, health_mailboxes: int = 4, computers: int = 3) -> None:
        """Add computers, service and trust accounts, Connect's accounts and Exchange's own recipients."""
        self._machines(computers)
        self._synchronization()
        for name, type_details in _EXCHANGE_MAILBOXES:
            self.exchange_mailbox(name, type_details)
        for name, type_details in _ODD_TYPES:
            about = "A recipient of Exchange itself, by the mask of Connect."
            item = self._frame.system_user("user", self._users, name, about, msExchRecipientTypeDetails=type_details)
            item.mailbox = NO_MAILBOX
        monitoring = self._forest.new(
            "container",
            f"CN=Microsoft Exchange System Objects,{self._forest.root.dn}",
            "Monitoring Mailboxes",
            treatment="other",
        )
        for number in range(health_mailboxes):
            name = f"HealthMailbox{guid(f'health {number}').hex}"
            self.exchange_mailbox(name, 549755813888, parent=monitoring.dn, sam=f"HM_{guid(name).hex[:12]}")
        item = self._frame.system_user(
            "user",
            self._users,
            "Exchange Online-ApplicationAccount",
            "Exchange's application account, a linked user.",
            sam=f"$N31000-{guid('application').hex[:12].upper()}",
            msExchRecipientTypeDetails=33554432,
        )
        item.mailbox = NO_MAILBOX
        item.set(UPN, f"Exchange_Online-ApplicationAccount@{self._forest.root.dns}")
        cas = f"CAS_{{{guid('cas')}}}"
        item = self._frame.system_user(
            "user", self._users, cas, "An account of the client access role.", sam="CAS_{7e3a4d5b9c0f11}"
        )
        item.set(NICK, cas).mailbox = NO_MAILBOX
        item = self._frame.system_user(
            "user", self._users, "Old Support", "Help account of old Windows.", sam="SUPPORT_388945a0"
        )
        item.mailbox = NO_MAILBOX

    def exchange_mailbox(
        self, name: str, type_details: int, *, parent: str | None = None, sam: str | None = None
    ) -> Item:
        """Add a mailbox of Exchange itself."""
        about = "A mailbox of Exchange itself."
        item = self._frame.system_user(
            "user",
            parent or self._users,
            name,
            about,
            sam=sam or f"SM_{guid(name).hex[:17]}",
            msExchRecipientTypeDetails=type_details,
        )
        address = f"{name.replace('{', '').replace('}', '')}@contoso.com"
        item.set(UPN, f"{name}@{self._forest.root.dns}").set(DISPLAY, name).set(NICK, name)
        item.set(MAIL, address).set(PROXY, f"SMTP:{address}").set("msExchHideFromAddressLists", "TRUE")
        self._make.put_in_database(item, "MDB-2019-A")
        item.mailbox = on_premises("MDB-2019-A")
        return item

    def _machines(self, computers: int) -> None:
        for domain in self._forest.domains:
            for number in range(1, computers + 1):
                name = f"PC-{domain.netbios}-{number:03}"
                item = self._frame.system_user(
                    "computer",
                    f"CN=Computers,{domain.dn}",
                    name,
                    "A computer.",
                    sam=f"{name}$",
                    uac=4096,
                    primaryGroupID=515,
                )
                item.set("dNSHostName", f"{name.lower()}.{domain.dns}")
                if number == 1:
                    item.set("msExchRecipientTypeDetails", 4294967296)
                    item.set("userCertificate", b"0\x82\x01\x0a" + guid(name).bytes * 4)
        services = f"CN=Managed Service Accounts,{self._forest.root.dn}"
        self._frame.system_user(
            "gmsa", services, "gmsa-sql", "A group managed service account.", sam="gmsa-sql$", uac=4096
        ).set("msDS-ManagedPasswordInterval", "30")
        self._frame.system_user("managed", services, "msa-web", "A managed service account.", sam="msa-web$", uac=4096)
        about = "The account of a trust with another domain."
        self._frame.system_user("user", self._users, "FABRIKAM$", about, uac=2080).set("isCriticalSystemObject", "TRUE")
        self._frame.system_user("user", self._users, "TAILSPIN$", about + " Not marked as critical.", uac=2080)
        sso = self._frame.system_user(
            "computer",
            f"CN=Computers,{self._forest.root.dn}",
            "AZUREADSSOACC",
            "Seamless sign-on.",
            sam="AZUREADSSOACC$",
            uac=4096,
        )
        sso.set("description", "Microsoft Azure Active Directory SSO")

    def _synchronization(self) -> None:
        for name, sam in (("AAD_4c1f4d8b8179", "AAD_4c1f4d8b8179"), ("MSOL_5b6a7c8d9e0f", "MSOL_5b6a7c8d9e0f")):
            item = self._frame.system_user(
                "user", self._users, name, "An account of the synchronization.", sam=sam, uac=66048
            )
            item.set(UPN, f"{sam}@{self._forest.root.dns}").mailbox = NO_MAILBOX
            if sam.startswith("MSOL"):
                text = (
                    "Account created by Microsoft Azure Active Directory Connect with installation identifier"
                    " 5b6a7c8d9e0f running on computer SYNC01 configured to synchronize to tenant"
                    " contoso.onmicrosoft.com. This account must have directory replication permissions."
                )
                item.set("description", text)

    def addresses_only(self) -> tuple[list[Item], list[Item]]:
        """Add dynamic distribution groups and mail-enabled public folders; return both."""
        dynamic = [
            self._addresses("dynamic", f"OU=Groups,{self._forest.root.dn}", name, 2048, 3)
            for name in ("Everyone in Berlin", "All Managers", "Warehouse Shift")
        ]
        system_objects = f"CN=Microsoft Exchange System Objects,{self._forest.root.dn}"
        folders = [
            self._addresses("publicFolder", system_objects, name, 4096, 2) for name in ("Job Offers", "Press Archive")
        ]
        return dynamic, folders

    def _addresses(self, kind: str, parent: str, name: str, type_details: int, display_type: int) -> Item:
        about = "A dynamic distribution group." if kind == "dynamic" else "A mail-enabled public folder."
        word = name.lower().replace(" ", "-")
        values: dict[str, Value | int] = {
            DISPLAY: name,
            NICK: word,
            MAIL: f"{word}@contoso.com",
            PROXY: f"SMTP:{word}@contoso.com",
            "msExchRecipientTypeDetails": type_details,
            "msExchRecipientDisplayType": display_type,
        }
        item = self._forest.new(kind, parent, name, treatment="addresses_only", attributes=values, about=about)
        item.login = word
        return item
