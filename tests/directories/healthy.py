# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A healthy hybrid directory of any size: what Exchange, Connect and people make, without an error or a warning.

The list of verified domains that belongs to it is contoso.com and fabrikam.com. Some objects raise information
(apostrophes in addresses, migrated anchors, protected accounts, role groups), as healthy directories do.
"""

from __future__ import annotations

import typing as t

from .frame import Frame, domains
from .labels import ANCHOR, MAIL, NICK, PROXY, SAM, UPN
from .model import Forest, Item, guid
from .names import People
from .organisation import ADMIN_GROUP, Organisation
from .recipients import REMOTE_EQUIPMENT, REMOTE_ROOM, REMOTE_SHARED, ROUTING, Recipients
from .system_accounts import SystemAccounts

ABOUT = "A healthy hybrid directory: nobody in it exists."
_PARTNERS = (
    "fabrikam.app",
    "fabrikam.shop",
    "fabrikam.store",
    "fabrikam.xn--p1ai",
    "xn--fbrikm-iua.com",
    "xn--fabrikm-7wa.xn--vermgensberatung-pwb",
    "mail.fabrikam.co.uk",
    "fabrikam.museum",
    "fabrikam.travelersinsurance",
    "fabrikam.onmicrosoft.com",
)
_ROOMS = ("Berlin", "Wien", "Paris", "Dublin", "Madrid", "Redmond")
_DATABASES = ("MDB-2016-B", "MDB-2016-D", "MDB-2019-A", "DAG1-DB1", "MDB-SE")


def build(objects: int = 2000) -> Forest:
    """Return a directory of exactly that many objects; at least 1,000."""
    if objects < 1000:
        raise ValueError("a healthy directory has at least 1,000 objects here")
    forest = Forest(*domains())
    frame = Frame(forest)
    frame.add()
    organisation = Organisation(forest)
    organisation.add()
    for domain in forest.domains:
        frame.offices(domain)
    for unit in ("Resources", "Groups", "Partners", "Microsoft Exchange Security Groups"):
        frame.unit(unit)
    forest.new("msExchSystemObjectsContainer", forest.root.dn, "Microsoft Exchange System Objects", treatment="other")
    make = Recipients(forest, People(), organisation)
    system = SystemAccounts(frame, make)
    system.add(health_mailboxes=16, computers=40)
    system.addresses_only()
    maker = _Maker(make)
    maker.resources()
    maker.foreign()
    maker.groups()
    maker.others()
    while len(forest.items) < objects:
        maker.person()
    maker.fill_groups()
    return forest


class _Maker:
    """Makes the objects in turn."""

    def __init__(self, make: Recipients) -> None:
        self._make = make
        self._people: list[Item] = []
        self._groups: list[Item] = []

    def person(self) -> None:
        """Add one person: two mailboxes on premises for each one in the cloud."""
        number = len(self._people)
        domain = self._make.forest.domains[number % 7 == 3]
        if number % 3 == 2:
            item = self._make.remote("In the cloud.", flags=(4, 1, 6, 3)[number % 4], domain=domain)
            if number % 4 in (0, 2):
                item.set("msExchMailboxGuid", guid(f"kept {item.dn}").bytes_le)
        else:
            item = self._make.mailbox("On premises.", database=_DATABASES[number % len(_DATABASES)], domain=domain)
            if number % 5 == 0:
                item.set("msExchRemoteRecipientType", 2).set("msExchArchiveGUID", guid(f"archive {item.dn}").bytes_le)
        self._addresses(item, number)
        self._anchor(item, number)
        if number % 97 == 0:
            item.set("adminCount", 1)
        self._people.append(item)

    def _addresses(self, item: Item, number: int) -> None:
        login = item.login
        if number % 6 == 1:
            word = f"{login[:1]}.o'{login[1:]}"
            item.set(UPN, f"{word}@contoso.com").set(MAIL, f"{word}@contoso.com").set(NICK, word)
            item.set(PROXY, f"SMTP:{word}@contoso.com", f"smtp:{login}@{ROUTING}")
        cloud = f"/o=ExchangeLabs/ou={ADMIN_GROUP}/cn=Recipients/cn={guid(login).hex}-{login[:8]}"
        extra: tuple[tuple[int, str], ...] = (
            (2, f"X500:{cloud}"),
            (3, f'x500:/o=Contoso/ou=First Administrative Group/cn=Recipients/cn={login} (O\'Neil, "old")'),
            (4, f"sip:{login}@contoso.com"),
            (5, f"eum:{number + 10000};phone-context=Main.contoso.local"),
            (7, f"smtp:{login}.old@fabrikam.com"),
            (11, f"X400:c=DE;a= ;p=Contoso;o=Exchange;s={login};"),
            (13, f"smtp:{login}@contoso.onmicrosoft.com"),
            (17, f"SPO:SPO_{guid(item.dn)}@SPO_{guid('tenant')}"),
        )
        item.add(PROXY, *(value for divisor, value in extra if number % divisor == 0))
        if number % 10 == 0:
            fabrikam = f"{login}@fabrikam.com"
            kept = [value for value in item.attributes[PROXY] if not str(value).startswith("SMTP:")]
            item.set(PROXY, *kept, f"SMTP:{fabrikam}").set(MAIL, fabrikam).set(UPN, fabrikam.upper())

    @staticmethod
    def _anchor(item: Item, number: int) -> None:
        own: t.Any = item.attributes["objectGUID"][0]
        item.set(ANCHOR, guid(f"elsewhere {item.dn}").bytes_le if number % 20 == 0 else own)

    def resources(self) -> None:
        """Add shared, room and equipment mailboxes here and in the cloud."""
        make = self._make
        for number in range(30):
            make.resource(f"Desk {number} & Partners", "Shared.", type_details=4, database=_DATABASES[number % 5])
            make.remote_resource(
                f"Post Box {number}", "Shared, in the cloud.", type_details=REMOTE_SHARED, flags=(97, 100)[number % 2]
            )
            place = _ROOMS[number % len(_ROOMS)]
            make.resource(f"Room {place} {number}", "A room.", type_details=16)
            make.remote_resource(
                f"Hall {place} {number}", "A room.", type_details=REMOTE_ROOM, flags=(33, 36)[number % 2]
            )
        for number in range(10):
            make.resource(f"Projector {number}", "Equipment.", type_details=32)
            make.remote_resource(
                f"Van {number}", "Equipment.", type_details=REMOTE_EQUIPMENT, flags=(65, 68)[number % 2]
            )

    def foreign(self) -> None:
        """Add contacts and mail users whose addresses are somebody else's."""
        make = self._make
        for number in range(120):
            contact = make.contact("A partner.", partner=_PARTNERS[number % len(_PARTNERS)])
            if number % 9 == 0:
                contact.add(PROXY, f"X500:/o=Fabrikam/ou=Exchange/cn=Recipients/cn={contact.login} (extern)")
        for number in range(20):
            make.mail_user("A guest worker.", partner=_PARTNERS[number % 9])
        for _turn in range(5):
            make.plain_contact("Written down by hand.")

    def groups(self) -> None:
        """Add groups of every kind, nested in one another later."""
        make = self._make
        for number in range(30):
            self._groups.append(
                make.group(f"Role {number}", "Security.", group_type=(-2147483646, -2147483640)[number % 2])
            )
            self._groups.append(make.mail_group(f"List {number}", "Distribution."))
            self._groups.append(
                make.mail_group(f"Team {number}", "Mail-enabled security.", group_type=-2147483640, type_details=1024)
            )
        make.mail_group("Rooms in Berlin", "A room list.", type_details=268435456)
        for name in ("Organization Management", "Recipient Management", "View-Only Organization Management"):
            group = make.group(name, "A role group.", group_type=-2147483640, ou="Microsoft Exchange Security Groups")
            group.set("msExchRecipientTypeDetails", 1073741824).treatment = "left_out"
        for name in ("Exchange Servers", "Exchange Trusted Subsystem", "Exchange Windows Permissions"):
            make.group(name, "Of Exchange.", group_type=-2147483640, ou="Microsoft Exchange Security Groups")
        for name in ("ADSyncAdmins", "ADSyncOperators", "ADSyncBrowse", "ADSyncPasswordSet"):
            make.group(name, "Of Connect.", group_type=-2147483644, ou=f"CN=Users,{make.forest.root.dn}")

    def others(self) -> None:
        """Add people without mailbox, other classes, linked mailboxes."""
        make, emea = self._make, self._make.forest.domains[1]
        for number in range(30):
            self._anchor(make.plain("No mail.", domain=emea if number % 2 else None), number + 1)
            if number % 3 == 0:
                make.disabled("Left the company.")
        for _turn in range(5):
            make.mailbox("Of another class.", kind="inetOrgPerson", database="MDB-SE")
            make.mail_only("Mail with another system.")
            owner = make.plain("Owns a linked mailbox.", domain=emea)
            assert owner.sid
            make.linked("A linked mailbox.", owner.sid, database="MDB-2019-A")
        for number in range(5):
            item = make.plain("Works with a service.").set(SAM, f"svc-app{number}").set("sn").set("givenName")
            item.set(UPN, f"svc-app{number}@contoso.com")

    def fill_groups(self) -> None:
        """Give the groups members: people, and other groups."""
        count = len(self._groups)
        for number, group in enumerate(self._groups):
            members = [person.dn for person in self._people[number::count]]
            group.set("member", *members, self._groups[(number + 1) % count].dn)
