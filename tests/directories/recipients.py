# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recipients as Exchange and its hybrid wizard make them, and people without a mailbox."""

from __future__ import annotations

import typing as t

from .labels import DISPLAY, GIVEN, MAIL, MASTER_SID, NICK, PROXY, SAM, SN, TARGET, UPN, MailboxLabel
from .ldif import Value
from .model import SELF_SID, Domain, Forest, Item, guid, rdn, sid_bytes
from .names import People, Person
from .organisation import ADMIN_GROUP, DATABASES, ORGANISATION, Organisation, server_legacy_dn, version_of

ROUTING = "contoso.mail.onmicrosoft.com"
MAIL_DOMAIN = "contoso.com"
NORMAL, DISABLED = 512, 514
EXCHANGE_2010, EXCHANGE_2013 = 44220983382016, 88218628259840
ACCOUNT_TYPE = {"user": 805306368, "group": 268435456, "computer": 805306369}

REMOTE_USER, REMOTE_ROOM, REMOTE_EQUIPMENT, REMOTE_SHARED = 2147483648, 8589934592, 17179869184, 34359738368
_REMOTE_DISPLAY = {REMOTE_ROOM: -2147481850, REMOTE_EQUIPMENT: -2147481594}
_LOCAL_DISPLAY = {4: 0, 16: 7, 32: 8}
_JOBS = ("Engineer", "Buyer", "Accountant", "Team Lead", "Analyst", "Designer", "Nurse", "Clerk")
_DEPARTMENTS = ("Engineering", "Purchasing", "Finance", "Sales", "Research", "Human Resources")

ONLINE = MailboxLabel(3, "exchange_online")
EXTERNAL = MailboxLabel(4, "external")
NO_MAILBOX = MailboxLabel(9, "none")
NOT_KNOWN = MailboxLabel(8, "unknown")


def on_premises(database: str, **more: t.Any) -> MailboxLabel:
    """Return the label of a mailbox in a database of the organisation."""
    version, qualifies = version_of(database)
    return MailboxLabel(5, "exchange_on_premises", version, qualifies, **more)


class Recipients:
    """Makes one healthy object after the other; a fault is put in afterwards.

    What is made has a complete address-list entry, a verified UPN that equals the primary SMTP address, and the
    Exchange attributes that belong together, so that no rule has anything to say about it.
    """

    def __init__(self, forest: Forest, people: People, organisation: Organisation) -> None:
        self.forest = forest
        self.people = people
        self.organisation = organisation
        self._databases = tuple(DATABASES)
        self._count = 0

    def plain(self, about: str, *, place: str | None = None, **more: t.Any) -> Item:
        """An enabled person without mail. `more`: kind, ou, domain, name (the common name)."""
        return self._account(self.people.next(place), about, **more)

    def disabled(self, about: str, **more: t.Any) -> Item:
        """A person whose account is disabled, without mail."""
        return self.plain(about, **more).set("userAccountControl", DISABLED)

    def mail_only(self, about: str, **more: t.Any) -> Item:
        """A person with an address of a foreign mail system: mail and a primary address, no Exchange type."""
        item = self.plain(about, **more)
        item.mailbox = NOT_KNOWN
        return item.set(MAIL, f"{item.login}@{MAIL_DOMAIN}").set(PROXY, f"SMTP:{item.login}@{MAIL_DOMAIN}")

    def mailbox(self, about: str, *, database: str | None = None, type_details: int = 1, **more: t.Any) -> Item:
        """A person with a mailbox in a database of the organisation."""
        item = self.plain(about, **more)
        if database is None:
            database = self._databases[self._count % len(self._databases)]
            self._count += 1
        self._mail(item, type_details, 1073741824)
        self.put_in_database(item, database)
        return item.add(PROXY, f"smtp:{item.login}@{ROUTING}")

    def remote(self, about: str, *, flags: int = 4, type_details: int = REMOTE_USER, **more: t.Any) -> Item:
        """A person whose mailbox is in Exchange Online (flags 4: moved there, 1: made there)."""
        item = self.plain(about, **more)
        self._mail(item, type_details, _REMOTE_DISPLAY.get(type_details, -2147483642))
        self._to_the_cloud(item, flags)
        return item

    def linked(self, about: str, master_sid: str, *, type_details: int = 2, **more: t.Any) -> Item:
        """A disabled account with a mailbox that belongs to an account elsewhere."""
        item = self.mailbox(about, type_details=type_details, **more)
        return item.set("userAccountControl", DISABLED).set(MASTER_SID, sid_bytes(master_sid))

    def resource(
        self, name: str, about: str, *, type_details: int, database: str = "MDB-2019-A", **more: t.Any
    ) -> Item:
        """A shared (4), room (16) or equipment (32) mailbox of the organisation."""
        item = self._resource_account(name, about, **more)
        self._mail(item, type_details, _LOCAL_DISPLAY[type_details])
        self.put_in_database(item, database)
        return item.set(MASTER_SID, sid_bytes(SELF_SID))

    def remote_resource(self, name: str, about: str, *, type_details: int, flags: int, **more: t.Any) -> Item:
        """A shared, room or equipment mailbox in Exchange Online."""
        item = self._resource_account(name, about, **more)
        self._mail(item, type_details, _REMOTE_DISPLAY.get(type_details, -2147483642))
        self._to_the_cloud(item, flags)
        return item

    def mail_user(self, about: str, *, partner: str = "fabrikam.app", **more: t.Any) -> Item:
        """A person of ours whose mail goes to somebody else's system."""
        item = self.plain(about, **more)
        self._mail(item, 128, 6, domain=partner)
        item.mailbox = EXTERNAL
        return item.set(TARGET, f"SMTP:{item.login}@{partner}")

    def contact(self, about: str, *, partner: str = "fabrikam.shop", ou: str = "Partners", **more: t.Any) -> Item:
        """A mail contact."""
        person = self.people.next(more.pop("place", None))
        parent = self._ou(ou, person)
        item = self.forest.new("contact", parent, self._free_name(person, parent), about=about)
        item.login = person.login
        item.set(DISPLAY, person.name).set(GIVEN, person.given).set(SN, person.surname)
        self._mail(item, 64, 6, domain=partner)
        return item.set(TARGET, f"SMTP:{item.login}@{partner}")

    def plain_contact(self, about: str, **more: t.Any) -> Item:
        """A contact with an address and nothing of Exchange."""
        item = self.contact(about, **more)
        for name in [NICK, PROXY, TARGET, *(name for name in item.attributes if name.startswith("msExch"))]:
            item.set(name, None)
        return item.set("legacyExchangeDN", None)

    def group(
        self, name: str, about: str, *, group_type: int = -2147483646, ou: str = "Groups", sam: str | None = None
    ) -> Item:
        """A group without mail; global security unless said otherwise."""
        item = self.forest.new("group", self._ou(ou), name, about=about)
        item.set(SAM, sam or name).set("groupType", group_type).set("sAMAccountType", ACCOUNT_TYPE["group"])
        return item

    def mail_group(self, name: str, about: str, *, group_type: int = 8, type_details: int = 256, **more: t.Any) -> Item:
        """A mail-enabled group; universal distribution unless said otherwise."""
        item = self.group(name, about, group_type=group_type, **more)
        item.login = "".join(letter for letter in name.lower().replace(" ", "-") if letter.isalnum() or letter in "-.")
        item.set(DISPLAY, name)
        self._mail(item, type_details, 1073741833 if type_details == 1024 else 1)
        return item

    def put_in_database(self, item: Item, database: str) -> Item:
        """Give an object the three marks of a mailbox in a database, and the label that goes with it."""
        item.set("homeMDB", self.organisation.database_dn(database))
        item.set("msExchHomeServerName", server_legacy_dn(DATABASES[database].owner))
        item.set("msExchMailboxGuid", guid(f"mailbox {item.dn}").bytes_le).set("mDBUseDefaults", "TRUE")
        item.set("msExchVersion", EXCHANGE_2010 if database == "MDB-2010" else EXCHANGE_2013)
        item.mailbox = on_premises(database)
        return item

    def _to_the_cloud(self, item: Item, flags: int) -> None:
        item.add(PROXY, f"smtp:{item.login}@{ROUTING}")
        item.set(TARGET, f"SMTP:{item.login}@{ROUTING}").set("msExchRemoteRecipientType", flags)
        item.mailbox = ONLINE

    def _mail(self, item: Item, type_details: int, display_type: int, domain: str = MAIL_DOMAIN) -> None:
        address = f"{item.login}@{domain}"
        item.set(MAIL, address).set(PROXY, f"SMTP:{address}").set(NICK, item.login)
        short = guid(f"legacy {item.dn}").hex
        item.set("legacyExchangeDN", f"/o={ORGANISATION}/ou={ADMIN_GROUP}/cn=Recipients/cn={short}-{item.login[:20]}")
        item.set("msExchRecipientTypeDetails", type_details).set("msExchRecipientDisplayType", display_type)
        item.set("msExchVersion", EXCHANGE_2013)
        item.set("msExchPoliciesIncluded", str(guid("default policy")), "{26491cfc-9e50-4857-861b-0cb8df22b5d7}")

    def _account(
        self,
        person: Person,
        about: str,
        *,
        kind: str = "user",
        ou: str | None = None,
        domain: Domain | None = None,
        name: str | None = None,
    ) -> Item:
        parent = self._ou(ou, person, domain)
        item = self.forest.new(kind, parent, name or self._free_name(person, parent), about=about)
        item.login = person.login
        place = person.place
        phone = f"{place.phone} {person.number % 100:02}"
        values: dict[str, Value | int] = {
            DISPLAY: f"{person.surname}, {person.given}" if person.number % 3 == 1 else person.name,
            GIVEN: person.given,
            SN: person.surname,
            SAM: person.sam,
            UPN: f"{person.login}@{MAIL_DOMAIN}",
            "userAccountControl": NORMAL,
            "primaryGroupID": 513,
            "sAMAccountType": ACCOUNT_TYPE["user"],
            "title": _JOBS[person.number % len(_JOBS)],
            "department": _DEPARTMENTS[person.number % len(_DEPARTMENTS)],
            "company": "Contoso",
            "physicalDeliveryOfficeName": f"{place.ou} {1 + person.number % 9}.{person.number % 40:02}",
            "telephoneNumber": f"{phone} 1",
            "mobile": f"{phone} 2",
            "facsimileTelephoneNumber": f"{phone} 3",
            "streetAddress": f"{place.street} {1 + person.number % 90}",
            "l": place.l,
            "st": place.st,
            "postalCode": place.postal_code,
            "c": place.c,
            "co": place.co,
            "countryCode": place.country_code,
        }
        for attribute, value in values.items():
            item.set(attribute, value)
        item.mailbox = NO_MAILBOX
        return item

    def _free_name(self, person: Person, parent: str) -> str:
        name, number = person.name, 1
        while self.forest.has(f"CN={rdn(name)},{parent}"):
            number += 1
            name = f"{person.name} {number}"
        return name

    def _resource_account(self, name: str, about: str, *, ou: str = "Resources") -> Item:
        item = self.forest.new("user", self._ou(ou), name, about=about)
        item.login = "-".join("".join(c for c in word if c.isalnum()) for word in name.lower().split())
        item.set(DISPLAY, name).set(SAM, item.login[:20]).set(UPN, f"{item.login}@{MAIL_DOMAIN}")
        item.set("userAccountControl", DISABLED).set("primaryGroupID", 513).set("countryCode", 0)
        return item.set("sAMAccountType", ACCOUNT_TYPE["user"])

    def _ou(self, name: str | None, person: Person | None = None, domain: Domain | None = None) -> str:
        root = (domain or self.forest.root).dn
        if name is None:
            assert person is not None
            return f"OU={person.place.ou},OU=Staff,{root}"
        return name if "=" in name else f"OU={name},{root}"
