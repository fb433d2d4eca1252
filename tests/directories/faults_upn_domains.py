# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of userPrincipalName: its domain, and what it shares with others."""

from __future__ import annotations

import typing as t

from .chapter import BY_REPLICATION, Chapter, Label
from .labels import (
    ALL_DOMAINS,
    DOMAINS_GIVEN,
    IDN_DOMAIN,
    MAIL,
    NO_DOMAINS,
    NOT_STRICT,
    OUT_OF_SCOPE,
    PROXY,
    SAM,
    SHORT_LIST,
    STRICT,
    UPN,
)
from .model import Item, guid

_NOT_ROUTABLE = (
    "contoso.local",
    "contoso.local",
    "emea.contoso.local",
    "contoso",
    "localhost",
    "contoso.lan",
    "contoso.internal",
    "contoso.test",
    "contoso.corp",
    "contoso.localdomain",
    "contoso.invalid",
    "example.com",
    "home.arpa",
)
_UNKNOWN_TLD = ("contoso.comm", "fabrikam.an", "fabrikam.tp", "contoso.local2")
_NOT_REGISTERED = ("contoso.onmicrosoft.com", "fabrikam.onmicrosoft.com", "contoso.microsoftonline.com")
_GIVEN: dict[str, t.Any] = {"sets": DOMAINS_GIVEN}
_NONE: dict[str, t.Any] = {"sets": (NO_DOMAINS,)}


class SignInDomains(Chapter):
    """Adds users whose sign-in name has a domain that the cloud or the forest does not know."""

    def add(self) -> None:
        """Add everything."""
        for domain in _NOT_ROUTABLE:
            self._at(domain, "not routable", ("upn-not-routable",))
        for domain in _UNKNOWN_TLD:
            self._at(domain, "a top-level domain that does not exist", ("upn-unknown-tld",))
        for domain in _NOT_REGISTERED:
            self._at(domain, "no suffix of the forest", ("upn-suffix-not-registered",))
        unverified: tuple[Label, ...] = (("upn-unverified-domain", _GIVEN), ("upn-suffix-not-registered", _NONE))
        for domain in ("contoso.net", "sub.contoso.com", "con_toso.com", "home.contoso.com"):
            self._at(domain, "not verified", unverified)
        self._at(
            "a" * 63 + ".com", "a label of 63 characters is fine, the length is not", ("upn-too-long", *unverified)
        )
        self._depends_on_the_list()
        self._resources()

    def _at(self, domain: str, about: str, labels: tuple[Label, ...]) -> None:
        item = self.make.mailbox(f"Sign-in name: {about}.")
        item.set(UPN, f"{item.login}@{domain}")
        self.label(item, labels)

    def _depends_on_the_list(self) -> None:
        short: dict[str, t.Any] = {"sets": SHORT_LIST}
        for _turn in range(2):
            item = self.make.mailbox(
                "A domain that one list of verified domains holds, and a suffix of an OU.", ou="Stores"
            )
            address = f"{item.login}@contoso.app"
            item.set(UPN, address).set(MAIL, address).set(PROXY, f"SMTP:{address}")
            item.expect("upn-unverified-domain", **short)
            item.expect(
                "proxy-unverified-domain", severity="error", outcome="fallback", value=f"SMTP:{address}", **short
            )
        long_or_none: dict[str, t.Any] = {"sets": (ALL_DOMAINS, NO_DOMAINS)}
        labels: tuple[Label, ...] = (("upn-unverified-domain", short), ("upn-suffix-not-registered", long_or_none))
        self._at(IDN_DOMAIN, "an international domain in its ASCII form", labels)
        not_listed: dict[str, t.Any] = {"sets": (*SHORT_LIST, NO_DOMAINS)}
        labels = (("upn-not-routable", not_listed), ("upn-suffix-not-registered", {"sets": (ALL_DOMAINS,)}))
        self._at("fabrikam.lan", "an internal domain that one list of verified domains holds", labels)

    def _resources(self) -> None:
        make = self.make
        warning: dict[str, t.Any] = {"severity": "warning"}
        cases: tuple[tuple[Item, str, str], ...] = (
            (
                make.resource("Room Madrid 1", "A room: not routable.", type_details=16),
                "contoso.local",
                "upn-not-routable",
            ),
            (
                make.resource("Parking", "A shared mailbox: no such domain.", type_details=4),
                "contoso.comm",
                "upn-unknown-tld",
            ),
            (
                make.resource("Scanner", "Equipment: not verified.", type_details=32),
                "contoso.net",
                "upn-unverified-domain",
            ),
            (make.disabled("A disabled account: not routable."), "contoso.local", "upn-not-routable"),
            (make.disabled("A disabled account: not verified."), "contoso.net", "upn-unverified-domain"),
        )
        for item, domain, rule in cases:
            item.set(UPN, f"{item.login}@{domain}")
            item.expect(rule, **warning, sets=DOMAINS_GIVEN if "unverified" in rule else (*DOMAINS_GIVEN, NO_DOMAINS))
            if "unverified" in rule:
                item.expect("upn-suffix-not-registered", **_NONE)
        owner = make.plain("Owner of a linked mailbox.")
        assert owner.sid
        item = make.linked("A linked mailbox is a disabled account: not routable.", owner.sid)
        item.needs_identifiers = True
        item.set(UPN, f"{item.login}@contoso.local").expect("upn-not-routable", **warning)


class SignInTwins(Chapter):
    """Adds users whose sign-in name somebody else has, or that differs from the mail address."""

    def add(self) -> None:
        """Add everything."""
        self._duplicates()
        self._with_others()
        self._implicit()
        self._differs()

    def _shared(self, address: str, *items: Item) -> None:
        for number, item in enumerate(items):
            item.set(UPN, address.upper() if number % 2 else address).raw_write = True
        self.clash("upn-duplicate", items)

    def _duplicates(self) -> None:
        make, emea = self.make, self.forest.domains[1]
        about = "Somebody else has the same sign-in name."
        self._shared("shared.name@contoso.com", make.mailbox(about), make.mailbox(about))
        third = make.plain(about, kind="inetOrgPerson")
        self._shared("three.of.us@fabrikam.com", make.mailbox(about), make.plain(about, domain=emea), third)
        first, second = make.mailbox(about), make.mailbox(about + " It is the other's mail address, too.")
        self._shared(f"{first.login}@contoso.com", first, second)
        both = make.mailbox(about + " Not routable either."), make.mailbox(about + " Not routable either.")
        self._shared("both.local@contoso.local", *both)
        for item in both:
            item.expect("upn-not-routable")

    def _with_others(self) -> None:
        make, forest = self.make, self.forest
        info: dict[str, t.Any] = {"severity": "info", "outcome": "none"}
        system = next(item for item in forest.items if item.dn.startswith("CN=HealthMailbox"))
        item = make.plain("A mailbox of Exchange itself has the same sign-in name.")
        item.set(UPN, system.text(UPN)).raw_write = True
        item.expect("upn-duplicate", holders=[system], **info).expect("upn-not-routable")
        person = make.people.next()
        name = f"{person.name}\nCNF:{guid(person.login)}"
        parent = f"OU={person.place.ou},OU=Staff,{forest.root.dn}"
        left = make.forest.new(
            "user", parent, name, treatment="left_out", about="A conflict object that keeps a sign-in name."
        )
        left.login = person.login
        left.set(UPN, f"{left.login}@contoso.com").set(SAM, f"$DUPLICATE-{left.login[:6]}").set(
            "userAccountControl", 512
        )
        left.expect("conflict-object").only_in_a_file(BY_REPLICATION)
        item = make.mailbox("A conflict object has the same sign-in name; the difference from the address is reported.")
        item.set(UPN, left.text(UPN)).expect("upn-duplicate", holders=[left], **info).expect("upn-differs-from-primary")
        item.raw_write = True
        # Two judged holders and one out of scope: one list, the severest outcome.
        outside = make.plain("Out of the synchronization scope under one set of options.", ou=OUT_OF_SCOPE)
        outside.raw_write = True
        first, second = make.plain("Three hold this sign-in name."), make.plain("Three hold this sign-in name.")
        for holder in (first, second):
            holder.set(UPN, outside.text(UPN)).raw_write = True
            holder.expect("upn-duplicate", holders=[first, second, outside])
        outside.expect("upn-duplicate", holders=[first, second], sets=NOT_STRICT).expect("not-synced", sets=(STRICT,))

    def _implicit(self) -> None:
        make = self.make
        other = make.plain("Another's sign-in name is this account's name and domain.").set(SAM, "svc-scan")
        item = make.mailbox("The sign-in name is another account's name and domain.")
        item.set(UPN, "svc-scan@contoso.local").expect("upn-implicit-collision", holders=[other]).expect(
            "upn-not-routable"
        )
        item.raw_write = True
        krbtgt = next(item for item in self.forest.items if item.dn == f"CN=krbtgt,CN=Users,{self.forest.root.dn}")
        item = make.plain("The sign-in name is a system account's name and domain.")
        item.set(UPN, "krbtgt@contoso.local").expect("upn-implicit-collision", holders=[krbtgt]).expect(
            "upn-not-routable"
        )
        item.raw_write = True
        other = make.plain("Another's sign-in name is this account's name and domain.", domain=self.forest.domains[1])
        other.set(SAM, "svc-print")
        item = make.resource("Printing", "The sign-in name is another account's name and domain.", type_details=4)
        item.set(UPN, "SVC-Print@emea.contoso.local").expect("upn-implicit-collision", holders=[other])
        item.expect("upn-not-routable", severity="warning").raw_write = True
        item = make.plain("The sign-in name is the account's own name and domain, which is no collision.")
        item.set(UPN, f"{item.text(SAM)}@contoso.local").expect("upn-not-routable")
        item = make.plain("The account of that name is in the other domain, which is no collision.").set(SAM, "svc-fax")
        item.set(UPN, "svc-fax@emea.contoso.local").expect("upn-not-routable")

    def _differs(self) -> None:
        make = self.make
        for _turn in range(2):
            item = make.mailbox("Sign-in name and primary address differ.")
            item.set(UPN, f"{item.text(SAM)}@contoso.com").expect("upn-differs-from-primary")
        item = make.remote("Sign-in name and primary address have different domains.")
        item.set(UPN, f"{item.login}@fabrikam.com").expect("upn-differs-from-primary")
        item = make.mail_only("No Exchange type, but mail: in licence scope.")
        item.set(UPN, f"{item.text(SAM)}@contoso.com").expect("upn-differs-from-primary").expect(
            "target-missing", sets=(STRICT,)
        )
        item = make.mailbox("The sign-in name is a secondary address.")
        second = f"{item.text(SAM)}@contoso.com"
        item.set(UPN, second).add(PROXY, f"smtp:{second}").expect("upn-differs-from-primary")
        item = make.resource("Travel Desk", "Names differ, out of licence scope: nothing to say.", type_details=4)
        item.set(UPN, "traveldesk@contoso.com")
        item = make.mailbox("Names differ, but the account is disabled: nothing to say.")
        item.set(UPN, f"{item.text(SAM)}@contoso.com").set("userAccountControl", 514)
