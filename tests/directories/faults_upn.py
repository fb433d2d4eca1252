# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of userPrincipalName: format, characters, dots, length."""

from __future__ import annotations

import typing as t

from .chapter import BAD_SAM, OVER_SAM, Chapter, Label
from .labels import SAM, UPN

# Sign-in name ("{x}": the person's own word), what is wrong, labels.
_FORMAT: tuple[tuple[str, str], ...] = (
    ("{x}", "no at sign"),
    ("{x}@@contoso.com", "two at signs in a row"),
    ("{x}@contoso.com@fabrikam.com", "two at signs"),
    ("{x} a@b@contoso.com", "two at signs and a space: a broken format is reported alone"),
    ("@contoso.com", "nothing before the at sign"),
    ("{x}@", "nothing behind the at sign"),
    ("{x}@contoso..com", "an empty label in the domain"),
    ("{x}@.contoso.com", "an empty label at the beginning of the domain"),
    ("{x}@contoso.com.", "an empty label at the end of the domain"),
    ("{x}@-contoso.com", "a label that begins with a hyphen"),
    ("{x}@contoso-.com", "a label that ends with a hyphen"),
    ("{x}@" + "a" * 64 + ".com", "a label of 64 characters"),
    ("{x}@10.20.30.40", "a top-level domain of digits alone"),
    ("{x}@[10.20.30.40]", "an address in brackets"),
)
_CHARACTERS: tuple[tuple[str, str, tuple[Label, ...]], ...] = (
    ("{x}@contoso.com ", "a space at the end", ("upn-whitespace",)),
    (" {x}@contoso.com", "a space at the beginning", ("upn-whitespace",)),
    ("{x} jr@contoso.com", "a space inside", ("upn-whitespace",)),
    ("{x}@contoso.com\n", "a line break at the end", ("upn-whitespace",)),
    ("{x}@contoso.com\r\n", "a carriage return and a line break at the end", ("upn-whitespace",)),
    ("\t{x}@contoso.com", "a tabulator at the beginning", ("upn-whitespace",)),
    ("{x}\u00a0jr@contoso.com", "a no-break space", ("upn-whitespace",)),
    ("{x}\u200b@contoso.com", "a zero-width space", ("upn-whitespace",)),
    ("\ufeff{x}@contoso.com", "a byte order mark", ("upn-whitespace",)),
    ("{x}\u200e@contoso.com", "a hidden direction mark", ("upn-whitespace",)),
    ("{x} jr@contoso.local", "a space, and a domain that is not routable", ("upn-whitespace", "upn-not-routable")),
    ("{x}@contoso.local ", "a space in the domain silences the domain rules", ("upn-whitespace",)),
    ("{x}\\ab@contoso.com", "a backslash", ("upn-invalid-character",)),
    ("CONTOSO\\{x}@contoso.com", "a NetBIOS name in front", ("upn-invalid-character",)),
    ("{x}%1@contoso.com", "a percent sign", ("upn-invalid-character",)),
    ("{x}&co@contoso.com", "an ampersand", ("upn-invalid-character",)),
    ("{x}*+@contoso.com", "asterisk and plus", ("upn-invalid-character",)),
    ("{x}/=?@contoso.com", "slash, equals sign, question mark", ("upn-invalid-character",)),
    ("{x}{}|@contoso.com", "braces and a bar", ("upn-invalid-character",)),
    ("{x}<a>@contoso.com", "angle brackets", ("upn-invalid-character",)),
    ("{x}(a);@contoso.com", "parentheses and a semicolon", ("upn-invalid-character",)),
    ("smtp:{x}@contoso.com", "an address type in front", ("upn-invalid-character",)),
    ("{x},[a]@contoso.com", "comma and square brackets", ("upn-invalid-character",)),
    ('{x}"@contoso.com', "a quotation mark", ("upn-invalid-character",)),
    ("{x}& a@contoso.com", "an ampersand and a space", ("upn-invalid-character", "upn-whitespace")),
    ("ü&{x}@contoso.com", "an umlaut and an ampersand", ("upn-diacritic", "upn-invalid-character")),
    ("ü.{x}@contoso.com", "an umlaut", ("upn-diacritic",)),
    ("u\u0308.{x}@contoso.com", "an umlaut of two characters", ("upn-diacritic",)),
    ("ł.{x}@contoso.com", "a stroked letter", ("upn-diacritic",)),
    ("иван.{x}@contoso.com", "Cyrillic letters", ("upn-diacritic",)),
    ("\uff41.{x}@contoso.com", "a full-width letter", ("upn-diacritic",)),
    ("{x}@münchen.contoso.com", "an umlaut in the domain, which silences the domain rules", ("upn-diacritic",)),
    ("ü.{x}@contoso.local", "an umlaut before a domain that is not routable", ("upn-diacritic", "upn-not-routable")),
    ("{x}$@contoso.com", "a dollar sign", ("upn-unexpected-character",)),
    ("{x}`@contoso.com", "a backtick", ("upn-unexpected-character",)),
    ("ü{x}$@contoso.com", "an umlaut and a dollar sign", ("upn-diacritic", "upn-unexpected-character")),
    (
        "{x}$@contoso.local",
        "a dollar sign before a domain that is not routable",
        ("upn-unexpected-character", "upn-not-routable"),
    ),
    ("{x}.@contoso.com", "a dot before the at sign", ("upn-local-part-ending",)),
    ("{x}.@contoso.local", "a dot before the at sign, not routable", ("upn-local-part-ending", "upn-not-routable")),
    (".{x}@contoso.com", "a dot at the beginning", ("upn-dot-placement",)),
    ("{x}..jr@contoso.com", "two dots", ("upn-dot-placement",)),
    (".{x}.@contoso.com", "dots at both ends", ("upn-dot-placement", "upn-local-part-ending")),
    ("{x}..@contoso.com", "two dots before the at sign", ("upn-dot-placement", "upn-local-part-ending")),
    (
        ".{x}&@contoso.local",
        "a dot, an ampersand, not routable",
        ("upn-dot-placement", "upn-invalid-character", "upn-not-routable"),
    ),
    ("{x}@con!toso.com", "an exclamation mark in the suffix", ("upn-suffix-character",)),
    ("{x}@contoso$.com", "a dollar sign in the suffix", ("upn-suffix-character",)),
    ("{x}@con&toso.com", "an ampersand in the suffix: the suffix rule takes it", ("upn-suffix-character",)),
    ("{x}@o'neil.contoso.com", "an apostrophe in the suffix", ("upn-suffix-character",)),
    (
        "{x}&@con`toso.com",
        "an ampersand before, a backtick in the suffix",
        ("upn-invalid-character", "upn-suffix-character"),
    ),
    ("u" * 65 + "@contoso.com", "65 characters before the at sign", ("upn-too-long",)),
    (
        "&" + "u" * 64 + "@contoso.com",
        "65 characters, one an ampersand",
        ("upn-invalid-character", "upn-too-long"),
    ),
    (
        "{x}@a" + "contoso-subsidiary-of-the-north1.onmicrosoft.com",
        "49 characters behind the at sign, and a suffix that is not registered",
        ("upn-suffix-not-registered", "upn-too-long"),
    ),
    (
        "v" * 66 + "@" + "b" * 30 + ".onmicrosoft.com",
        "113 in all, 66 before",
        ("upn-suffix-not-registered", "upn-too-long"),
    ),
    ("w" * 64 + "@" + "c" * 33 + ".onmicrosoft.com", "114 in all", ("upn-suffix-not-registered", "upn-too-long")),
)


class SignInCharacters(Chapter):
    """Adds users whose sign-in name is malformed."""

    def add(self) -> None:
        """Add everything."""
        for template, about in _FORMAT:
            self._case(template, about, ("upn-format",))
        for template, about, labels in _CHARACTERS:
            self._case(template, about, labels)
        item = self.make.plain("Sign-in name: no at sign; an inetOrgPerson.", kind="inetOrgPerson")
        item.set(UPN, item.login).expect("upn-format")
        item = self.make.disabled("Sign-in name: a space; a disabled account.")
        item.set(UPN, f"{item.login} old@contoso.com").expect("upn-whitespace")
        item = self.make.mailbox("Sign-in name: a space. The last object class is an auxiliary one.")
        item.set("objectClass", "top", "person", "organizationalPerson", "user", "posixAccount")
        item.set(UPN, f" {item.login}@contoso.com").expect("upn-whitespace")
        self._missing()

    def _case(self, template: str, about: str, labels: tuple[Label, ...]) -> None:
        item = self.make.mailbox(f"Sign-in name: {about}.")
        item.set(UPN, self.filled(template, item))
        self.label(item, labels)

    def _missing(self) -> None:
        make = self.make
        for _turn in range(2):
            make.mailbox("No sign-in name, in licence scope.").set(UPN).expect("upn-missing", severity="warning")
        make.mailbox("A blank sign-in name is none.").set(UPN, "  ").expect("upn-missing", severity="warning")
        make.remote("No sign-in name, mailbox in Exchange Online.").set(UPN).expect("upn-missing", severity="warning")
        make.plain("No sign-in name, out of licence scope.").set(UPN).expect("upn-missing", severity="info")
        make.plain("No sign-in name.", kind="inetOrgPerson").set(UPN).expect("upn-missing", severity="info")
        room = make.resource("Room Wien 3", "A room without a sign-in name.", type_details=16)
        room.set(UPN).expect("upn-missing", severity="info")
        rejected: dict[str, t.Any] = {"severity": "error", "outcome": "rejected"}
        item = make.mailbox("No sign-in name, and an apostrophe in the logon name.", place="Dublin")
        item.set(UPN).set(SAM, "d'arcy.k").expect("upn-missing", severity="error").expect(
            "sam-invalid-character", **rejected
        )
        item = make.plain("No sign-in name, and a logon name of 21 characters.")
        item.set(UPN).set(SAM, "twenty-one-characters").only_in_a_file(OVER_SAM)
        item.expect("upn-missing", severity="error").expect("sam-too-long", **rejected)
        item = make.plain("No sign-in name, and a slash in the logon name.")
        item.set(UPN).set(SAM, "tem/porary").only_in_a_file(BAD_SAM)
        item.expect("upn-missing", severity="error").expect("sam-invalid-character", **rejected)
