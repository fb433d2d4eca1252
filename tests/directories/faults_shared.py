# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses that two objects hold, in one attribute or across attributes."""

from __future__ import annotations

import typing as t

from .chapter import Chapter
from .labels import DISPLAY, MAIL, NICK, NOT_STRICT, OUT_OF_SCOPE, PROXY, STRICT, TARGET, UPN
from .model import Item
from .recipients import NOT_KNOWN

_INFO: dict[str, t.Any] = {"severity": "info", "outcome": "none"}


class SharedAddresses(Chapter):
    """Adds the holders of duplicates of proxyAddresses, mail, mailNickname and targetAddress."""

    def add(self) -> None:
        """Add everything."""
        self._proxies()
        self._other_types()
        self._mail()
        self._nicknames()
        self._targets()
        self._with_the_unjudged()

    def _all_hold(self, address: str, *items: Item) -> None:
        for number, item in enumerate(items):
            value = f"smtp:{address.upper() if number % 2 else address}"
            item.add(PROXY, value).expect("proxy-duplicate", value, holders=items)

    def _proxies(self) -> None:
        make = self.make
        about = "Somebody else has the same secondary address."
        self._all_hold("info.berlin@contoso.com", make.mailbox(about), make.mailbox(about))
        self._all_hold(
            "three@contoso.com", make.mailbox(about), make.mail_group("Third Holder", about), make.contact(about)
        )
        self._all_hold("same.ou@fabrikam.com", make.remote(about), make.resource("Front Desk", about, type_details=4))
        # The primary address of one is a secondary address of the other.
        first, second = (
            make.mailbox("Its primary address is another's secondary one."),
            make.mailbox("It has another's primary address."),
        )
        value = f"smtp:{first.login}@contoso.com"
        second.add(PROXY, value).expect("proxy-duplicate", value, holders=[first])
        first.expect("proxy-duplicate", first.text(PROXY), holders=[second])
        # A group without an Exchange type that kept its addresses.
        first, second = (
            make.group("Old List", "A security group that kept an address."),
            make.mail_group("New List", "It took over an address."),
        )
        first.set(PROXY, "SMTP:list@contoso.com").expect("proxy-duplicate", "SMTP:list@contoso.com", holders=[second])
        second.add(PROXY, "smtp:list@contoso.com").expect("proxy-duplicate", "smtp:list@contoso.com", holders=[first])

    def _other_types(self) -> None:
        make = self.make
        how: dict[str, t.Any] = {"severity": "warning", "outcome": "confusing"}
        for value in ("X500:/o=Contoso/ou=Old (Site)/cn=Recipients/cn=twin", "sip:twin@contoso.com"):
            pair = make.mailbox("Another has the same address of a type that is no mail."), make.mailbox("Its twin.")
            for number, item in enumerate(pair):
                own = value.upper() if number else value
                item.add(PROXY, own).expect("proxy-duplicate", own, holders=pair, **how)
        # The same text under two types is two addresses.
        first, second = (
            make.mailbox("Its sip address is nobody's mail address."),
            make.mailbox("Its mail address is another's sip address."),
        )
        first.add(PROXY, "sip:chatter@contoso.com")
        second.add(PROXY, "smtp:chatter@contoso.com")

    def _mail(self) -> None:
        make = self.make
        pair = make.mailbox("Another has the same mail."), make.mailbox("Another has the same mail.")
        for item in pair:
            item.set(MAIL, "mail.twin@contoso.com").expect("mail-duplicate", holders=pair)
        trio = (
            make.plain("Three have the same mail."),
            make.plain_contact("Three have the same mail."),
            make.group("Mail Trio", "Three have it."),
        )
        for number, item in enumerate(trio):
            item.set(MAIL, "Mail.Trio@contoso.com" if number else "mail.trio@contoso.com").expect(
                "mail-duplicate", holders=trio
            )
            if item.kind == "user":
                item.expect("proxy-missing")
                item.mailbox = NOT_KNOWN
            if item.kind != "group":
                item.expect("target-missing", sets=(STRICT,))
        # A contact that stands for a user of ours: mail and address clash, target and address do not again.
        user, contact = (
            make.mailbox("A contact stands for this user."),
            make.contact("A contact that stands for a user."),
        )
        address = f"{user.login}@contoso.com"
        contact.set(MAIL, address).set(PROXY, f"SMTP:{address}").set(TARGET, f"SMTP:{address}")
        pair = user, contact
        for item in pair:
            item.expect("mail-duplicate", holders=pair).expect("proxy-duplicate", f"SMTP:{address}", holders=pair)

    def _nicknames(self) -> None:
        make = self.make
        about = "Another has the same nickname."
        pair = make.mailbox(about), make.mail_group("Nick Twin", about)
        for number, item in enumerate(pair):
            item.set(NICK, "NickTwin" if number else "nicktwin").expect("nickname-duplicate", holders=pair)
        trio = make.mailbox(about), make.contact(about), make.remote(about)
        for item in trio:
            item.set(NICK, "nick.trio").expect("nickname-duplicate", holders=trio)

    def _targets(self) -> None:
        make = self.make
        about = "Another has the same target."
        for value, items in (
            ("SMTP:moved.twin@contoso.mail.onmicrosoft.com", (make.remote(about), make.remote(about))),
            ("SMTP:partner.twin@fabrikam.shop", (make.contact(about), make.mail_user(about))),
        ):
            for item in items:
                item.set(TARGET, value).expect("target-duplicate", holders=items)

    def _with_the_unjudged(self) -> None:
        make, items = self.make, self.forest.items
        system = next(item for item in items if item.dn.startswith("CN=DiscoverySearchMailbox"))
        dynamic, _other, dynamic_of_mail = (item for item in items if item.kind == "dynamic")
        folder = next(item for item in items if item.kind == "publicFolder")
        for other, what in (
            (system, "A mailbox of Exchange itself"),
            (dynamic, "A dynamic group"),
            (folder, "A public folder"),
        ):
            value = other.text(PROXY).lower()
            item = make.mailbox(f"{what} has the same address.")
            item.add(PROXY, value).expect("proxy-duplicate", value, holders=[other], **_INFO)
        item = make.mailbox("A dynamic group has the same mail.").set(MAIL, dynamic_of_mail.text(MAIL))
        item.expect("mail-duplicate", holders=[dynamic_of_mail], **_INFO).expect("mail-differs-from-primary")
        item = make.mailbox("A public folder has the same nickname.")
        item.set(NICK, folder.text(NICK)).expect("nickname-duplicate", holders=[folder], **_INFO)
        outside = make.mailbox("Out of scope under one set of options, with an address of another.", ou=OUT_OF_SCOPE)
        inside = make.mailbox("Another has the same address, who is out of scope under one set of options.")
        value = "smtp:scope.twin@contoso.com"
        for item, other in ((inside, outside), (outside, inside)):
            item.add(PROXY, value).expect("proxy-duplicate", value, holders=[other], sets=NOT_STRICT)
        outside.expect("not-synced", sets=(STRICT,))
        inside.expect("proxy-duplicate", value, holders=[outside], sets=(STRICT,), **_INFO)


class TakenAddresses(Chapter):
    """Adds pairs where an address of one attribute is another object's address in another attribute."""

    def add(self) -> None:
        """Add everything."""
        make, items = self.make, self.forest.items
        # The sign-in name of one is a secondary address of the other; the difference from the primary stays silent.
        first, second = (
            make.mailbox("Its sign-in name is another's address."),
            make.mailbox("It has another's sign-in name as address."),
        )
        first.set(UPN, "upn.taken@contoso.com")
        second.add(PROXY, "smtp:UPN.Taken@contoso.com")
        self._taken(first, UPN, second, PROXY, "smtp:UPN.Taken@contoso.com")
        # mail of one is a secondary address of the other.
        first, second = (
            make.mailbox("Its mail is another's address."),
            make.mail_group("Mail Holder", "It has another's mail as address."),
        )
        first.set(MAIL, "mail.taken@contoso.com")
        second.add(PROXY, "smtp:mail.taken@contoso.com")
        self._taken(first, MAIL, second, PROXY, "smtp:mail.taken@contoso.com")
        # mail of a contact is the sign-in name of a person without mail.
        first, second = (
            make.plain_contact("Its mail is somebody's sign-in name."),
            make.plain("Its sign-in name is a contact's mail."),
        )
        first.set(MAIL, second.text(UPN)).expect("target-missing", sets=(STRICT,))
        self._taken(first, MAIL, second, UPN)
        # A forwarding contact: the target is a user's address. The user holds it as sign-in name first of all.
        first, second = (
            make.contact("Forwards to a user of ours.", partner="contoso.com"),
            make.mailbox("A contact forwards to this user."),
        )
        first.set(TARGET, f"SMTP:{second.login}@contoso.com")
        self._taken(first, TARGET, second, UPN)
        # Two hold it as an address, a third as mail: the duplicate rule names the two, the third is taken from both.
        pair = (
            make.mailbox("Two share an address that a third has as mail."),
            make.mailbox("Two share an address that a third has as mail."),
        )
        third = make.plain("Its mail is an address that two others share.")
        third.set(MAIL, "pair.and.mail@contoso.com").expect("proxy-missing").expect("target-missing", sets=(STRICT,))
        third.mailbox = NOT_KNOWN
        value = "smtp:pair.and.mail@contoso.com"
        for item in pair:
            item.add(PROXY, value).expect("proxy-duplicate", value, holders=pair)
            item.expect("address-taken", value, attribute=PROXY, holders=[third])
        third.expect("address-taken", attribute=MAIL, holders=pair)
        # The other side is not judged: for information, and then the differences count.
        dynamic = [item for item in items if item.kind == "dynamic"][1]
        item = make.mailbox("Its sign-in name is the address of a dynamic group.").set(UPN, dynamic.text(MAIL))
        item.expect("address-taken", attribute=UPN, holders=[dynamic], **_INFO).expect("upn-differs-from-primary")
        system = next(item for item in items if item.dn.startswith("CN=Migration."))
        item = make.contact("Forwards to a mailbox of Exchange itself.", partner="contoso.com")
        item.set(TARGET, system.text(PROXY)).set(DISPLAY, "To the migration mailbox")
        item.expect("address-taken", attribute=TARGET, holders=[system], **_INFO)

    @staticmethod
    def _taken(first: Item, attribute: str, second: Item, other_attribute: str, value: str | None = None) -> None:
        first.expect("address-taken", attribute=attribute, holders=[second])
        second.expect("address-taken", value, attribute=other_attribute, holders=[first])
