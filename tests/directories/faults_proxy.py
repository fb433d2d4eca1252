# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of proxyAddresses: format, characters, length, types."""

from __future__ import annotations

import typing as t

from .chapter import SAME_TWICE, Chapter, Label
from .labels import MAIL, PROXY, SHORT_LIST, STRICT, TARGET, UPN
from .model import Item
from .recipients import REMOTE_SHARED

_ROUTING = "contoso.mail.onmicrosoft.com"
_LONG_DOMAIN = ".".join(["d" * 63, "e" * 63, "f" * 37, _ROUTING])

# One secondary address ("{x}": the person's own word), what is wrong, label.
_SECONDARY: tuple[tuple[str, str, tuple[Label, ...]], ...] = (
    ("{x}.two@contoso.com", "no type", ("proxy-no-prefix",)),
    ("{x} and more", "no type, and no address either", ("proxy-no-prefix",)),
    ("smtp: {x}.two@contoso.com", "a space behind the type", ("proxy-whitespace",)),
    ("smtp:{x}.two@contoso.com ", "a space at the end", ("proxy-whitespace",)),
    ("smtp:{x} two@contoso.com", "a space inside", ("proxy-whitespace",)),
    ("smtp:{x}\u00a0two@contoso.com", "a no-break space", ("proxy-whitespace",)),
    ("smtp:{x}.two\u200b@contoso.com", "a zero-width space", ("proxy-whitespace",)),
    ("smtp:{x}<two@contoso.com", "an angle bracket", ("proxy-invalid-character",)),
    ("smtp:{x}(two);@contoso.com", "parentheses and a semicolon", ("proxy-invalid-character",)),
    ("smtp:{x},[two]@contoso.com", "comma and square brackets", ("proxy-invalid-character",)),
    ('smtp:{x}"two@contoso.com', "a quotation mark", ("proxy-invalid-character",)),
    (
        "smtp:{x}.two@contoso,com.net",
        "a comma in the domain, which silences the domain rules",
        ("proxy-invalid-character",),
    ),
    ("smtp:{x}:two@contoso.com", "a second colon", ("proxy-second-colon",)),
    ("smtp:smtp:{x}.two@contoso.com", "the type twice", ("proxy-second-colon",)),
    ("smtp:{x}.müller@contoso.com", "an umlaut", ("proxy-diacritic",)),
    ("smtp:{x}.two@münchen.contoso.com", "an umlaut in the domain", ("proxy-diacritic",)),
    ("smtp:{x}.日本@contoso.com", "Japanese letters", ("proxy-diacritic",)),
    (
        "smtp:{x} é;:two@contoso.com",
        "four kinds of characters, each with its own rule",
        (
            "proxy-diacritic",
            "proxy-invalid-character",
            "proxy-second-colon",
            "proxy-whitespace",
        ),
    ),
    ("smtp:{x}", "no at sign", ("proxy-format",)),
    ("smtp:{x}@@contoso.com", "two at signs", ("proxy-format",)),
    ("smtp:@fabrikam.com", "nothing before the at sign", ("proxy-format",)),
    ("smtp:.{x}.two@contoso.com", "a dot at the beginning", ("proxy-format",)),
    ("smtp:{x}.two.@contoso.com", "a dot before the at sign", ("proxy-format",)),
    ("smtp:{x}..two@contoso.com", "two dots", ("proxy-format",)),
    ("smtp:{x}.two@contoso..com", "an empty label", ("proxy-format",)),
    ("smtp:{x}.two@contoso-.com", "a hyphen at the end of a label", ("proxy-format",)),
    ("smtp:{x}.two@con_toso.com", "an underscore in the domain", ("proxy-format",)),
    ("smtp:{x}.two@con'toso.com", "an apostrophe in the domain", ("proxy-format",)),
    ("smtp:{x}.two@[10.20.30.40]", "an address in brackets", ("proxy-format",)),
    ("smtp:" + "p" * 65 + "@contoso.com", "65 characters before the at sign", ("proxy-format",)),
    ("smtp:{x}`two@contoso.com", "a backtick", ("proxy-rewritten-character",)),
    ("smtp:{x}&two@contoso.com", "an ampersand", ("proxy-rewritten-character",)),
    ("smtp:{x}|two=three?@contoso.com", "bar, equals sign, question mark", ("proxy-rewritten-character",)),
    ("smtp:{x}/two%@contoso.com", "slash and percent sign", ("proxy-rewritten-character",)),
    ("smtp:{x}'two@contoso.com", "an apostrophe", ("proxy-apostrophe",)),
    ("smtp:{x}'&two@contoso.com", "an apostrophe and an ampersand", ("proxy-apostrophe", "proxy-rewritten-character")),
    ("smtp:" + "q" * (257 - 6 - len(_LONG_DOMAIN)) + "@" + _LONG_DOMAIN, "257 characters", ("proxy-too-long",)),
    ("X500:/o=Contoso/cn=" + "y" * 238, "257 characters, another type", ("proxy-too-long",)),
    ("smtp:{x}@contoso.onmicrosoft.com", "a suffix that the cloud keeps for itself", ("proxy-reserved-suffix",)),
    ("smtp:{x}@corp.microsoftonline.com", "a suffix that the cloud keeps for itself", ("proxy-reserved-suffix",)),
    ("X400:c=DE;a= ;p=Contoso;o=Exchange;s={x};", "a type that the cloud does not know", ("proxy-legacy-type",)),
    ("MSMAIL:CONTOSO/PO1/{x}", "a type that the cloud does not know", ("proxy-legacy-type",)),
)


class AddressCharacters(Chapter):
    """Adds recipients one of whose addresses is malformed, or of a kind that the cloud drops."""

    def add(self) -> None:
        """Add everything."""
        for template, about, labels in _SECONDARY:
            item = self.make.mailbox(f"Secondary address: {about}.")
            value = self.filled(template, item)
            item.add(PROXY, value)
            self.label(item, labels, value)
        self._primaries()
        self._numbers()
        self._missing()

    def _primaries(self) -> None:
        make = self.make
        for character, rule in (
            (" ", "proxy-whitespace"),
            ("&", "proxy-rewritten-character"),
            ("ö", "proxy-diacritic"),
        ):
            item = make.mailbox("The primary address is malformed; that it differs from the sign-in name is silent.")
            value = f"SMTP:{item.login}{character}x@contoso.com"
            item.set(PROXY, value).expect(rule, value)
        item = make.mail_group("Research & Development", "An ampersand in the primary address of a group.")
        value = "SMTP:r&d@contoso.com"
        item.set(PROXY, value, f"smtp:{item.login}@contoso.com").expect("proxy-rewritten-character", value)
        item = make.mail_group("Cafe Team", "An accent in an address of a group.")
        item.add(PROXY, "smtp:café@contoso.com").expect("proxy-diacritic", "smtp:café@contoso.com")
        item = make.contact("Two at signs in an address of a contact.")
        value = f"smtp:{item.login}@@fabrikam.shop"
        item.add(PROXY, value).expect("proxy-format", value)
        item = make.mailbox("The reserved suffix in the primary address.")
        value = f"SMTP:{item.login}@contoso.onmicrosoft.com"
        item.set(PROXY, value, f"smtp:{item.login}@contoso.com")
        item.expect("proxy-reserved-suffix", value, severity="warning", outcome="fallback")
        item = make.remote_resource(
            "Night Shift", "The reserved suffix in the primary address.", type_details=REMOTE_SHARED, flags=100
        )
        value = f"SMTP:{item.login}@contoso.onmicrosoft.com"
        item.set(PROXY, value).expect("proxy-reserved-suffix", value, severity="warning", outcome="fallback")
        item = make.contact("The reserved suffix, of a partner's tenant.", partner="fabrikam.onmicrosoft.com")
        item.expect("proxy-reserved-suffix", item.text(PROXY))

    def _numbers(self) -> None:
        make = self.make
        item = make.mailbox("The same address twice: the secondary goes.")
        item.add(PROXY, f"smtp:{item.login.upper()}@contoso.com").only_in_a_file(SAME_TWICE)
        item.expect("proxy-repeated", f"smtp:{item.login.upper()}@contoso.com")
        group = make.mail_group("Twice", "The same address twice: the secondary goes.")
        group.add(PROXY, "smtp:twice@contoso.com").expect("proxy-repeated", "smtp:twice@contoso.com").only_in_a_file(
            SAME_TWICE
        )
        for about in ("No primary address.", "No primary address, and mail is another one."):
            item = make.mailbox(about)
            address = f"{item.login}@contoso.com" if "another" not in about else f"{item.login}.old@contoso.com"
            item.set(PROXY, f"smtp:{item.login}@contoso.com", f"smtp:{item.login}@{_ROUTING}").set(MAIL, address)
            item.expect("proxy-no-primary")
        make.mail_group("Headless", "No primary address of a group.").set(PROXY, "smtp:headless@contoso.com").expect(
            "proxy-no-primary"
        )
        item = make.contact("No primary address of a contact.")
        item.set(PROXY, f"smtp:{item.login}@fabrikam.shop").expect("proxy-no-primary")
        for about in ("Two primary addresses.", "Two primary addresses; the sign-in name is neither."):
            item = make.mailbox(about)
            item.add(PROXY, f"SMTP:{item.login}.two@contoso.com").expect("proxy-several-primaries")
            if "neither" in about:
                item.set(UPN, f"{item.text('sAMAccountName')}@fabrikam.com")
        item = make.mail_group("Janus", "Two primary addresses of a group.")
        item.add(PROXY, "SMTP:janus2@contoso.com").expect("proxy-several-primaries")
        item = make.mailbox("301 addresses are too many.")
        item.add(PROXY, *(f"X500:/o=Contoso/cn=Recipients/cn=toomany{number}" for number in range(299)))
        item.expect("proxy-too-many")
        item = make.mail_group("Collector", "More than 300 addresses.")
        item.add(PROXY, *(f"smtp:collector{number}@contoso.com" for number in range(301))).expect("proxy-too-many")

    def _missing(self) -> None:
        make = self.make
        make.mailbox("No address at all.").set(PROXY).expect("proxy-missing")
        make.remote("No address at all.").set(PROXY).expect("proxy-missing")
        item = make.mail_only("Mail, no Exchange type, no address.").set(PROXY).expect("proxy-missing")
        item.expect("target-missing", sets=(STRICT,))
        item = make.mailbox("Addresses, but none for mail.")
        item.set(PROXY, f"X500:/o=Contoso/cn={item.login}", f"sip:{item.login}@contoso.com").expect("proxy-missing")
        item = make.mailbox("The only address has no type.")
        item.set(PROXY, f"{item.login}@contoso.com").expect("proxy-missing").expect("proxy-no-prefix")
        item = (
            make.mailbox("No userAccountControl in the export counts as enabled.").set("userAccountControl").set(PROXY)
        )
        item.expect("proxy-missing").only_in_a_file("Every account has a userAccountControl.")
        make.resource("Storage Room", "No address, out of licence scope: nothing to say.", type_details=16).set(PROXY)
        item = make.mail_user("No address, out of licence scope: nothing to say.").set(PROXY)


class AddressDomains(Chapter):
    """Adds recipients with an address in a domain that the cloud does not take."""

    def add(self) -> None:
        """Add everything."""
        make = self.make
        error: dict[str, t.Any] = {"severity": "error", "outcome": "fallback"}
        warning: dict[str, t.Any] = {"severity": "warning", "outcome": "dropped"}
        rules = (
            ("contoso.local", "proxy-not-routable"),
            ("contoso.comm", "proxy-unknown-tld"),
            ("contoso.net", "proxy-unverified-domain"),
        )
        for domain, rule in rules:
            self._primary(make.mailbox("The domain of the primary address."), domain, rule, error)
            self._primary(make.remote("The domain of the primary address."), domain, rule, error)
            self._secondary(make.mailbox("The domain of a secondary address."), domain, rule, warning)
        for number, (domain, rule) in enumerate(rules):
            name = ("Room Paris 9", "Room Dublin 9", "Room Wien 9")[number]
            room = make.resource(name, "The domain of a room's primary address.", type_details=16)
            self._primary(room, domain, rule, warning)
            group = make.mail_group(f"Local List {number}", "The domain of a group's primary address.")
            self._primary(group, domain, rule, warning)
        disabled = make.mailbox("The domain of a disabled account's primary address.").set("userAccountControl", 514)
        self._primary(disabled, "contoso.local", "proxy-not-routable", warning)
        self._secondary(
            make.mail_group("Other List", "The domain of a secondary address."),
            "contoso.internal",
            "proxy-not-routable",
            warning,
        )
        self._secondary(make.mailbox("A domain without a dot."), "contoso", "proxy-not-routable", warning)
        for partner in ("fabrikam.local", "fabrikam.comm", "fabrikam.net"):
            for item in (
                make.contact("A domain that is not ours.", partner=partner),
                make.mail_user("A domain that is not ours.", partner=partner),
            ):
                if partner != "fabrikam.net":
                    item.expect("target-not-routable" if partner.endswith("local") else "target-unknown-tld")

    @staticmethod
    def _sets(rule: str) -> tuple[str, ...]:
        return (
            (*SHORT_LIST, "all_domains")
            if rule == "proxy-unverified-domain"
            else (*SHORT_LIST, "all_domains", "no_domains")
        )

    def _primary(self, item: Item, domain: str, rule: str, how: dict[str, t.Any]) -> None:
        value = f"SMTP:{item.login}@{domain}"
        item.set(PROXY, value).set(MAIL, f"{item.login}@{domain}").expect(rule, value, sets=self._sets(rule), **how)
        if item.kind == "user" and TARGET not in item.attributes:
            item.add(PROXY, f"smtp:{item.login}@{_ROUTING}")
        if rule != "proxy-unverified-domain":
            item.expect(rule.replace("proxy", "mail"))
        elif item.kind == "user" and item.attributes["userAccountControl"] == ["512"]:
            # Without a list the address is fine, and then it differs from the sign-in name.
            item.expect("upn-differs-from-primary", sets=("no_domains",))

    def _secondary(self, item: Item, domain: str, rule: str, how: dict[str, t.Any]) -> None:
        value = f"smtp:{item.login}@{domain}"
        item.add(PROXY, value).expect(rule, value, sets=self._sets(rule), **how)
