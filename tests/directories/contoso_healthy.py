# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The healthy part of the sample, and what looks wrong but is not."""

from __future__ import annotations

from .frame import LONG_SUFFIX
from .labels import DISPLAY, GIVEN, MAIL, NICK, PROXY, SAM, SN, STRICT, TARGET, UPN
from .model import Item
from .organisation import ADMIN_GROUP
from .recipients import REMOTE_EQUIPMENT, REMOTE_ROOM, REMOTE_SHARED, Recipients

UNIVERSAL, GLOBAL, LOCAL = 8, 2, 4
SECURITY = -2147483648


class Healthy:
    """Adds objects that raise nothing, or information alone where the catalogue says so."""

    def __init__(self, make: Recipients) -> None:
        self._make = make
        self._forest = make.forest

    def add(self) -> None:
        """Add everything."""
        people = self._people()
        self._resources()
        self._foreign()
        self._groups(people)

    def _people(self) -> list[Item]:
        make, emea = self._make, self._forest.domains[1]
        result = []
        for number in range(20):
            item = make.mailbox("A mailbox on premises.")
            if number % 4 == 0:
                legacy = f"/o=Contoso/ou=First Administrative Group/cn=Recipients/cn={item.login} (old)"
                item.add(PROXY, f"X500:{legacy}", f"sip:{item.login}@contoso.com")
            if number % 4 == 1:
                item.add(
                    PROXY, f"EUM:{4000 + number};phone-context=berlin.contoso.local", f"smtp:{item.login}@fabrikam.com"
                )
            result.append(item)
        for number in range(10):
            flags = (4, 1, 6, 3)[number % 4]
            result.append(make.remote("A mailbox in Exchange Online.", flags=flags))
        result += [
            make.mailbox("A mailbox on premises; the account is in the child domain.", domain=emea)
            for _turn in range(4)
        ]
        result += [make.plain("No mail at all.") for _turn in range(8)]
        result += [make.plain("No mail; child domain.", domain=emea) for _turn in range(4)]
        result += [make.disabled("A disabled account without mail.") for _turn in range(4)]
        for _turn in range(3):
            result.append(make.mail_only("Mail with another system.").expect("target-missing", sets=(STRICT,)))
        for _turn in range(2):
            result.append(make.mailbox("An inetOrgPerson with a mailbox.", kind="inetOrgPerson"))
        result.append(make.plain("An inetOrgPerson without mail.", kind="inetOrgPerson"))
        result += [make.mail_user("Their mail goes to a partner.") for _turn in range(4)]
        return result

    def _resources(self) -> None:
        make, emea = self._make, self._forest.domains[1]
        for number, name in enumerate(("Reception", "Invoices", "Job Applications")):
            database = ("MDB-2019-A", "MDB-2016-A", "DAG1-DB1")[number]
            make.resource(name, "A shared mailbox.", type_details=4, database=database)
        for name in ("Room Berlin 2.14", "Room Paris 1.01"):
            make.resource(name, "A room mailbox.", type_details=16)
        for name in ("Projector 3", "Van B-CO 1234"):
            make.resource(name, "An equipment mailbox.", type_details=32)
        for name, kind, flags in (
            ("Support", REMOTE_SHARED, 100),
            ("Returns", REMOTE_SHARED, 97),
            ("Room Dublin 4", REMOTE_ROOM, 36),
            ("Room Madrid 7", REMOTE_ROOM, 33),
            ("Laser Cutter", REMOTE_EQUIPMENT, 68),
            ("Drone 1", REMOTE_EQUIPMENT, 65),
        ):
            make.remote_resource(name, "A resource in Exchange Online.", type_details=kind, flags=flags)
        for type_details in (2, 2199023255552):
            owner = make.plain("The account of a linked mailbox.", domain=emea)
            assert owner.sid
            linked = make.linked(
                "A linked mailbox whose account is in the child domain.", owner.sid, type_details=type_details
            )
            linked.needs_identifiers = True

    def _foreign(self) -> None:
        make = self._make
        partners = (
            "fabrikam.shop",
            "fabrikam.app",
            "fabrikam.xn--p1ai",
            "xn--fbrikm-iua.com",
            "fabrikam.store",
            "mail.fabrikam.co.uk",
        )
        for partner in partners:
            make.contact(f"A mail contact at {partner}.", partner=partner)
        for _turn in range(3):
            make.plain_contact("A contact with an address and nothing of Exchange.").expect(
                "target-missing", sets=(STRICT,)
            )
        contact = make.contact("Mail of the contact goes to a foreign system by its own address type.")
        contact.set(TARGET, "NOTES:Contact Person/Fabrikam@FABRIKAM").add(
            PROXY, "NOTES:Contact Person (Fabrikam)/Fabrikam"
        )

    def _groups(self, people: list[Item]) -> None:
        make = self._make
        for number, name in enumerate(("Finance Readers", "VPN Users", "Printer Operators Berlin", "Payroll Editors")):
            group = make.group(
                name, "A security group without mail.", group_type=SECURITY + (UNIVERSAL, GLOBAL)[number % 2]
            )
            group.set("member", *(person.dn for person in people[number * 3 : number * 3 + 9]))
        for number, name in enumerate(("All Staff", "Sales", "Newsletter", "Works Council")):
            group = make.mail_group(name, "A distribution group.")
            group.set("member", *(person.dn for person in people[number * 4 : number * 4 + 7]))
        for name in ("Board", "Projects"):
            make.mail_group(name, "A mail-enabled security group.", group_type=SECURITY + UNIVERSAL, type_details=1024)
        make.mail_group("Old Global List", "A mail-enabled global group.", group_type=GLOBAL, type_details=512)
        make.mail_group("Meeting Rooms", "A room list.", type_details=268435456)


class Lookalikes:
    """Adds objects that a careless check calls wrong."""

    def __init__(self, make: Recipients) -> None:
        self._make = make

    def add(self) -> None:
        """Add everything."""
        self._names()
        self._limits()
        self._address_types()
        self._twins()

    def _named(self, item: Item, given: str, surname: str) -> Item:
        return item.set(GIVEN, given).set(SN, surname).set(DISPLAY, f"{given} {surname}")

    def _names(self) -> None:
        make = self._make
        for name in ("Guest Relations", "Administration Desk", "Krbtgt Watchers", "Msolutions Support"):
            make.resource(name, "The name begins like a system account's and is none.", type_details=4)
        for sam in ("support_388945a1", "cas_ino", "msolutions", "aad-team"):
            make.plain("The logon name looks like a system account's and is none.").set(SAM, sam)
        item = make.mailbox("A common surname that begins like a system account's.", name="Iwamoto Kenji")
        self._named(item, "Kenji", "Iwamoto")
        for name in ("Administration Team", "Guest Network Access"):
            make.mail_group(name, "The name begins like a system account's and is none.")
        item = make.mailbox("An apostrophe in name, sign-in name, address and legacy name is fine.", place="Dublin")
        word = "miles.o'neil"
        self._named(item, "Miles", "O'Neil").set(UPN, f"{word}@contoso.com").set(MAIL, f"{word}@contoso.com").set(
            NICK, word
        )
        legacy = f"X500:/o=Contoso/ou={ADMIN_GROUP}/cn=Recipients/cn=Miles O'Neil (Dublin)"
        item.set(SAM, "o'neil.m").set(PROXY, f"SMTP:{word}@contoso.com", legacy)
        item.expect("proxy-apostrophe", f"SMTP:{word}@contoso.com").expect("upn-sso-character", sets=(STRICT,))
        item = make.plain("Every character that a sign-in name may have.")
        item.set(UPN, "a'b.c-d_e!f#g^h~0@contoso.com").expect("upn-sso-character", sets=(STRICT,))
        make.mailbox("Accents in names are fine.", place="Paris").set(GIVEN, "Élève").set(SN, "Çà")
        for given, about in (
            (
                "\u0e2a\u0e21\u200b\u0e0a\u0e32\u0e22",
                "A zero-width space between Thai letters is a line break mark, and fine.",
            ),
            ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647", "A zero-width non-joiner in Persian is spelling, and fine."),
            ("\u05d3\u05e0\u05d4\u200f", "A direction mark beside Hebrew letters is fine."),
            ("\U0001f469\u200d\U0001f4bb", "A zero-width joiner inside an emoji is fine."),
        ):
            make.plain(about).set(GIVEN, given)
        item = make.mailbox("The last object class is an auxiliary one.")
        item.set("objectClass", "top", "person", "organizationalPerson", "user", "posixAccount")

    def _limits(self) -> None:
        make = self._make
        item = make.plain("A sign-in name of 64 + 1 + 48 characters, the longest there is.")
        item.set(UPN, "u" * 64 + "@" + LONG_SUFFIX)
        item = make.mailbox("A local part of exactly 64 characters, and 256 in the longest addresses.")
        local = "l" * 64
        item.set(UPN, f"{local}@contoso.com").set(MAIL, f"{local}@contoso.com").set(NICK, local)
        long_domain = ".".join(["d" * 63, "e" * 63, "f" * 36, "contoso.mail.onmicrosoft.com"])
        longest = "smtp:" + "m" * (256 - 5 - 1 - len(long_domain)) + "@" + long_domain
        assert len(longest) == 256 and len(long_domain) <= 253
        legacy = "X500:/o=Contoso/cn="
        item.set(PROXY, f"SMTP:{local}@contoso.com", longest, legacy + "x" * (256 - len(legacy)))
        item = make.contact("Targets and names at their limits.")
        target = "SMTP:" + "t" * (256 - 5 - 1 - len(long_domain)) + "@" + long_domain
        item.set(TARGET, target).set(DISPLAY, "D" * 256).set(GIVEN, "G" * 64).set(SN, "S" * 64)
        item = make.plain("A logon name of exactly 20 characters.")
        item.set(SAM, "exactly-twenty-chars")
        make.group("A group with a name that is far longer than twenty characters", "20 is a limit of users alone.")
        item = make.mailbox("300 addresses are allowed.")
        item.add(PROXY, *(f"X500:/o=Contoso/cn=Recipients/cn=many{number}" for number in range(298)))
        item = make.plain("15 certificates are allowed.")
        item.set("userCertificate", *(bytes([48, 130, 1, number]) * 8 for number in range(15)))

    def _address_types(self) -> None:
        item = self._make.mailbox("Addresses of other types are nobody's mail addresses.")
        item.add(
            PROXY,
            f"sip:{item.login}@contoso.local:5061",
            f"EUM:{item.login}@contoso.local;phone-context=Wien:1",
            'X500:/o=Contoso/ou=Exchange (Wien)/cn=Recipients/cn=smtp:old, "quoted" <x>',
            "NOTES:Some Body (Fabrikam)/Wien@FABRIKAM",
            "FAX:Some Body@+43 1 5550 99",
            f"SPO:SPO_{item.guid}@SPO_contoso",
        )
        item = self._make.mailbox("Capitals make no difference between sign-in name, mail and primary address.")
        item.set(UPN, f"{item.login.upper()}@CONTOSO.COM").set(MAIL, f"{item.login.title()}@Contoso.com")

    def _twins(self) -> None:
        make = self._make
        first = make.mailbox("Its twin differs by sharp s and double s: two different names.")
        second = make.mailbox("Its twin differs by sharp s and double s: two different names.")
        first.add(PROXY, "X500:/o=Contoso/cn=Recipients/cn=Straße")
        second.add(PROXY, "X500:/o=Contoso/cn=Recipients/cn=Strasse")
        first = make.plain("The same logon name in two domains is normal.")
        second = make.plain("The same logon name in two domains is normal.", domain=self._make.forest.domains[1])
        second.set(SAM, first.text(SAM))
        make.mailbox("An accent makes another name, not the same.").add(PROXY, "X500:/o=Contoso/cn=Recipients/cn=Jose")
        make.mailbox("An accent makes another name, not the same.").add(PROXY, "X500:/o=Contoso/cn=Recipients/cn=José")
