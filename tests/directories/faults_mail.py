# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of mail, mailNickname and targetAddress."""

from __future__ import annotations

import typing as t

from .chapter import OVER_SCHEMA, Chapter
from .labels import MAIL, NICK, PROXY, STRICT, TARGET, MailboxLabel
from .recipients import ROUTING

_LONG_DOMAIN = ".".join(["d" * 63, "e" * 63, "f" * 37, ROUTING])
_ERROR: dict[str, t.Any] = {"severity": "error", "outcome": "fallback"}
_INCONSISTENT_TARGET = MailboxLabel(3, "exchange_online", noted=True)

# mail ("{x}": the person's own word), what is wrong, rules.
_MAIL: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("{x}", "no at sign", ("mail-format",)),
    ("{x}@@contoso.com", "two at signs", ("mail-format",)),
    ("SMTP:{x}@contoso.com", "an address type where none belongs", ("mail-format",)),
    ("{x}@contoso.com;{x}@fabrikam.com", "two addresses", ("mail-format",)),
    ("<{x}@contoso.com>", "an address in brackets", ("mail-format",)),
    ("{x}.@contoso.com", "a dot before the at sign", ("mail-format",)),
    ("{x}@con_toso.com", "an underscore in the domain", ("mail-format",)),
    ("{x} @contoso.com", "a space", ("mail-whitespace",)),
    ("{x}@contoso.com\u00a0", "a no-break space at the end", ("mail-whitespace",)),
    ("{x}(old)@contoso.com", "parentheses", ("mail-invalid-character",)),
    ("{x},<@contoso.com", "a comma and an angle bracket", ("mail-invalid-character",)),
    ('{x}"[]@contoso.com', "a quotation mark and square brackets", ("mail-invalid-character",)),
    ("{x}.müller@contoso.com", "an umlaut", ("mail-diacritic",)),
    ("{x}@münchen.contoso.com", "an umlaut in the domain", ("mail-diacritic",)),
    (
        "{x} ü;@contoso.local",
        "four things at once",
        ("mail-diacritic", "mail-invalid-character", "mail-not-routable", "mail-whitespace"),
    ),
    ("{x}@contoso.local", "a domain that is not routable", ("mail-not-routable",)),
    ("{x}@contoso", "a domain without a dot", ("mail-not-routable",)),
    ("{x}@contoso.comm", "no such top-level domain", ("mail-unknown-tld",)),
)
_NICKNAMES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (".{x}", "a dot at the beginning", ("nickname-leading-dot",)),
    ("..{x}", "two dots at the beginning", ("nickname-dot-placement", "nickname-leading-dot")),
    (".{x}.", "dots at both ends", ("nickname-dot-placement", "nickname-leading-dot")),
    ("{x}.", "a dot at the end", ("nickname-dot-placement",)),
    ("{x}..jr", "two dots inside", ("nickname-dot-placement",)),
    ("{x} jr", "a space", ("nickname-invalid-character",)),
    ("{x}@contoso", "an at sign", ("nickname-invalid-character",)),
    ("{x}(,)", "parentheses and a comma", ("nickname-invalid-character",)),
    ("{x}.ü", "an umlaut", ("nickname-invalid-character",)),
    ("{x} jr.", "a space, and a dot at the end", ("nickname-dot-placement", "nickname-invalid-character")),
    ("{x}!#$%&'*+-/=?^_`{|}~", "every character that is allowed: nothing to say", ()),
)
# targetAddress of a mail contact.
_TARGETS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("SMTP:{x} two@fabrikam.shop", "a space", ("target-whitespace",)),
    ("SMTP:{x}@fabrikam.shop ", "a space at the end", ("target-whitespace",)),
    ("SMTP:{x}\\two@fabrikam.shop", "a backslash", ("target-invalid-character",)),
    ("SMTP:{x}<(;>)@fabrikam.shop", "brackets and a semicolon", ("target-invalid-character",)),
    ('SMTP:{x}"@fabrikam.shop', "a quotation mark", ("target-invalid-character",)),
    ("SMTP:{x}.é@fabrikam.shop", "an accent", ("target-diacritic",)),
    ("SMTP:{x}@fabrikäm.shop", "an umlaut in the domain", ("target-diacritic",)),
    ("{x}@fabrikam.shop", "no address type", ("target-format",)),
    ("SMTP:{x}", "no at sign", ("target-format",)),
    ("smtp:{x}.@fabrikam.shop", "a dot before the at sign", ("target-format",)),
    ("SMTP:{x}@fabrikam..shop", "an empty label", ("target-format",)),
    ("SMTP:{x}@fabrikam.local", "a domain that is not routable", ("target-not-routable",)),
    ("SMTP:{x}@fabrikam.comm", "no such top-level domain", ("target-unknown-tld",)),
    (
        "SMTP:{x}&'two@fabrikam.net",
        "what the cloud rewrites in an address, and a domain of somebody else: nothing to say",
        (),
    ),
    ("SMTP:" + "t" * (257 - 6 - len(_LONG_DOMAIN)) + "@" + _LONG_DOMAIN, "257 characters", ("target-too-long",)),
    ("X400:c=DE;a= ;p=Fabrikam;s={x};", "another address type is nobody's mail address: nothing to say", ()),
)


class MailAttributes(Chapter):
    """Adds objects whose mail, nickname or target is malformed."""

    def add(self) -> None:
        """Add everything."""
        for template, about, rules in _MAIL:
            item = self.make.mailbox(f"Mail: {about}.")
            item.set(MAIL, self.filled(template, item))
            self.label(item, rules)
        for template, about, rules in _NICKNAMES:
            item = self.make.mailbox(f"Nickname: {about}.")
            item.set(NICK, self.filled(template, item))
            self.label(item, rules)
        for template, about, rules in _TARGETS:
            item = self.make.contact(f"Target: {about}.")
            item.set(TARGET, self.filled(template, item))
            self.label(item, rules)
        self._mail_alone()
        self._mail_differs()
        self._nickname_missing()
        self._targets_of_users()

    def _mail_alone(self) -> None:
        """Where no address is there, the cloud makes one from mail, so that its faults weigh more."""
        make = self.make
        for suffix, rule in (
            (" @contoso.com", "mail-whitespace"),
            ("@contoso.local", "mail-not-routable"),
            ("@contoso.comm", "mail-unknown-tld"),
        ):
            item = make.mailbox("Mail is malformed, and there is no address.").set(PROXY)
            item.set(MAIL, f"{item.login}{suffix}").expect(rule, **_ERROR).expect("proxy-missing")
        item = make.mailbox("Mail is malformed, and the addresses are none for mail.").set(
            PROXY, "sip:nobody.else@contoso.com"
        )
        item.set(MAIL, f"{item.login}@").expect("mail-format", **_ERROR).expect("proxy-missing")
        item = make.group("Plain Mail Group", "Mail is malformed, and there is no address.")
        item.set(MAIL, "plain(mail)@contoso.com").expect("mail-invalid-character", **_ERROR)
        item = make.plain_contact("Mail is malformed, and there is no address.")
        item.set(MAIL, f"{item.login}.ü@fabrikam.shop").expect("mail-diacritic", **_ERROR).expect(
            "target-missing", sets=(STRICT,)
        )
        item = make.plain_contact("A contact's domain is somebody else's: nothing to say.", partner="fabrikam.local")
        item.expect("target-missing", sets=(STRICT,))
        long = "m" * (257 - 1 - len(_LONG_DOMAIN)) + "@" + _LONG_DOMAIN
        make.mailbox("Mail of 257 characters.").set(MAIL, long).expect("mail-too-long").only_in_a_file(OVER_SCHEMA)
        item = make.group("Long Mail Group", "Mail of 257 characters, and there is no address.").set(
            MAIL, "n" + long[1:]
        )
        item.expect("mail-too-long", **_ERROR).only_in_a_file(OVER_SCHEMA)

    def _mail_differs(self) -> None:
        make = self.make
        item = make.mailbox("Mail and primary address differ.")
        item.set(MAIL, f"{item.login}.old@contoso.com").expect("mail-differs-from-primary")
        item = make.mailbox("Mail is a secondary address.")
        item.set(MAIL, f"{item.login}@{ROUTING}").expect("mail-differs-from-primary")
        group = make.mail_group("Renamed List", "Mail and primary address differ.").set(MAIL, "old.list@contoso.com")
        group.expect("mail-differs-from-primary")
        item = make.contact("Mail and primary address differ.")
        item.set(MAIL, f"{item.login}@fabrikam.app").expect("mail-differs-from-primary")
        item = make.resource("Canteen", "Mail and primary address differ.", type_details=4)
        item.set(MAIL, "canteen@fabrikam.com").expect("mail-differs-from-primary")

    def _nickname_missing(self) -> None:
        make, rule = self.make, "exchange-attribute-without-nickname"
        make.mailbox("A mailbox without nickname.").set(NICK).expect(rule)
        make.remote("A remote mailbox without nickname: type and target, one finding.").set(NICK).expect(rule)
        make.contact("A mail contact without nickname.").set(NICK).expect(rule)
        make.mail_group("No Nickname", "A mail-enabled group without nickname.").set(NICK).expect(rule)
        make.mail_group("No Nickname Rooms", "A room list without nickname.", type_details=268435456).set(NICK).expect(
            rule
        )
        item = make.mail_only("Hidden from the address lists, without nickname.").set(
            "msExchHideFromAddressLists", "TRUE"
        )
        item.expect(rule).expect("target-missing", sets=(STRICT,))
        item = make.plain_contact("A target alone, without nickname.")
        item.set(TARGET, f"SMTP:{item.login}@fabrikam.app").expect(rule)
        make.plain("Shown in the address lists, without nickname: nothing to say.").set(
            "msExchHideFromAddressLists", "FALSE"
        )
        for name, length, rules in (("Overlong", 65, ("nickname-too-long",)), ("Longest", 64, ())):
            group = make.mail_group(name, f"A nickname of {length} characters.").set(NICK, name[-1] * length)
            self.label(group, rules)
            if rules:
                group.only_in_a_file(OVER_SCHEMA)
        item = make.mailbox("A nickname of 65 characters.").set(NICK, "N" * 65).expect("nickname-too-long")
        item.only_in_a_file(OVER_SCHEMA)

    def _targets_of_users(self) -> None:
        make = self.make
        item = make.remote("A space in the target of a remote mailbox.")
        item.set(TARGET, f"SMTP:{item.login} two@{ROUTING}").expect("target-whitespace")
        item = make.remote("A target that is not routable; that it is no route is silent.")
        item.set(TARGET, f"SMTP:{item.login}@contoso.local").expect(
            "target-not-routable"
        ).mailbox = _INCONSISTENT_TARGET
        item = make.remote("A target without address type; that it is no route is silent.")
        item.set(TARGET, f"{item.login}@{ROUTING}").expect("target-format").mailbox = _INCONSISTENT_TARGET
        item = make.mail_user("A target that is not routable.")
        item.set(TARGET, f"SMTP:{item.login}@partner.internal").expect("target-not-routable")
        item = make.mail_user("The target of a mail user has no address type.")
        item.set(TARGET, f"{item.login}@fabrikam.app").expect("target-format")
        item = make.mail_user("The target of a mail user has 257 characters.")
        domain = ".".join(["d" * 63, "e" * 63, "g" * 50, "fabrikam.net"])
        item.set(TARGET, "SMTP:" + "u" * (257 - 6 - len(domain)) + "@" + domain).expect("target-too-long")
        make.contact("A mail contact without target.").set(TARGET).expect("target-missing", sets=(STRICT,))
