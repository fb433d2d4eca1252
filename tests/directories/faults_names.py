# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of logon names, display names and the address list."""

from __future__ import annotations

import typing as t

from .chapter import BAD_SAM, NO_EMPTY, NO_SAM, OVER_SAM, OVER_SCHEMA, TWIN_SAM, Chapter
from .labels import DISPLAY, GIVEN, SAM, SN, UPN
from .model import Item

_NONE: dict[str, t.Any] = {"severity": "info", "outcome": "none"}
_REJECTED: dict[str, t.Any] = {"severity": "error", "outcome": "rejected"}

_CONTROL: tuple[tuple[str, str], ...] = (
    ("Bell\u0007", "a control character"),
    ("Tab\tTab", "a tabulator"),
    ("Line\nBreak", "a line break"),
    ("Line\u2028Separator", "a line separator"),
    ("Paragraph\u2029Separator", "a paragraph separator"),
    ("Private\ue000Use", "a character of private use"),
    ("Non\ufdd0Character", "a code point that is no character"),
    ("\ufeffMark", "a byte order mark"),
    ("Zero\u200bWidth", "a zero-width space between Latin letters"),
    ("Zero\u200dJoiner", "a zero-width joiner between Latin letters"),
    ("Zero\u200cNonJoiner", "a zero-width non-joiner between Latin letters"),
    ("Left\u200eMark", "a direction mark between Latin letters"),
    ("Ελ\u200bένη", "a zero-width space between Greek letters"),
    ("田\u200d中", "a zero-width joiner between Japanese letters"),
)


class LogonNames(Chapter):
    """Adds users whose logon name breaks a rule."""

    def add(self) -> None:
        """Add everything."""
        make = self.make
        for name in ("a[b]c", 'q"u\\o', "p|l,u/s", "c:<e>q", "l=+;?*"):
            item = make.plain("Characters in the logon name that cannot be there; the sign-in name is fine.")
            item.set(SAM, name).expect("sam-invalid-character", **_NONE).only_in_a_file(BAD_SAM)
        make.plain("An apostrophe in the logon name; the sign-in name is fine: nothing to say.", place="Dublin").set(
            SAM, "o'dowd.p"
        )
        item = make.mailbox("An apostrophe in the logon name, and the sign-in name is malformed.", place="Dublin").set(
            SAM, "o'hara.s"
        )
        item.set(UPN, f"{item.login}@@contoso.com").expect("sam-invalid-character", **_REJECTED).expect("upn-format")
        item = make.mailbox(
            "An apostrophe in the logon name; the domain alone of the sign-in name is wrong.", place="Dublin"
        )
        item.set(SAM, "o'shea.d").set(UPN, f"{item.login}@contoso.local").expect("upn-not-routable")
        item = make.plain("A logon name of 21 characters; the sign-in name is fine.").set(SAM, "one-more-than-twenty1")
        item.expect("sam-too-long", **_NONE).only_in_a_file(OVER_SAM)
        item = make.plain("A logon name of 21 characters; the sign-in name has a space.", kind="inetOrgPerson")
        item.set(SAM, "one-more-than-twenty2").set(UPN, f"{item.login} x@contoso.com").expect(
            "sam-too-long", **_REJECTED
        )
        item.expect("upn-whitespace").only_in_a_file(OVER_SAM)
        item = make.plain("A logon name of 25 characters with a slash; the sign-in name is too long.")
        item.set(SAM, "slash/and-twenty-five-all").set(UPN, "z" * 65 + "@contoso.com").expect("upn-too-long")
        item.expect("sam-too-long", **_REJECTED).expect("sam-invalid-character", **_REJECTED).only_in_a_file(OVER_SAM)
        for text in ("$DUPLICATE-1f4", "$Duplicate-2a9c"):
            make.plain("A logon name that the directory made because of a twin.").set(SAM, text).expect(
                "sam-duplicate-marker"
            )
        for kind in ("user", "inetOrgPerson"):
            item = (
                make.plain("No logon name: left out, nothing else is said.", kind=kind)
                .set(SAM)
                .set(UPN, "no good@contoso.local")
            )
            item.expect("sam-missing").only_in_a_file(NO_SAM).treatment = "left_out"
        self._twins()

    def _twins(self) -> None:
        make, emea = self.make, self.forest.domains[1]
        pair = make.plain("A twin of the logon name, without a sign-in name."), make.plain("A twin of the logon name.")
        self._same("twin.one", pair)
        pair[0].set(UPN).expect("upn-missing", severity="error")
        pair = (
            make.plain("A twin of the logon name; its sign-in name is malformed."),
            make.plain("A twin of the logon name."),
        )
        self._same("twin.two", pair)
        pair[0].set(UPN, f"{pair[0].login}&co@contoso.com").expect("upn-invalid-character")
        for item in (
            make.plain("A twin of the logon name, but both have a sign-in name: nothing to say.") for _turn in range(2)
        ):
            item.set(SAM, "twin.three").only_in_a_file(TWIN_SAM)
        item = make.plain("The same logon name in the other domain, without a sign-in name: no twin.", domain=emea)
        item.set(SAM, "twin.three").set(UPN).expect("upn-missing", severity="info")

    def _same(self, name: str, pair: tuple[Item, Item]) -> None:
        for item in pair:
            item.set(SAM, name).only_in_a_file(TWIN_SAM).raw_write = True
        self.clash("sam-duplicate", pair)


class PersonNames(Chapter):
    """Adds objects with faults in displayName, givenName and sn."""

    def add(self) -> None:
        """Add everything."""
        make = self.make
        make.mailbox("A display name of one space.").set(DISPLAY, " ").expect("display-name-blank")
        make.mail_group("Blank Display", "A display name of blanks.").set(DISPLAY, "   ").expect("display-name-blank")
        item = make.contact("An empty display name.").set(DISPLAY, "").expect("display-name-blank")
        item.only_in_a_file(NO_EMPTY)
        make.plain("No display name at all, out of licence scope: nothing to say.").set(DISPLAY)
        item = make.mailbox("A display name of 257 characters.").set(DISPLAY, "D" * 257).expect("display-name-too-long")
        item.only_in_a_file(OVER_SCHEMA)
        make.mail_group("Long Display", "257 characters.").set(DISPLAY, "E" * 257).expect(
            "display-name-too-long"
        ).ldif_only = OVER_SCHEMA
        for attribute, rule in ((GIVEN, "given-name-too-long"), (SN, "surname-too-long")):
            for item in (make.mailbox("A name of 65 characters."), make.contact("A name of 65 characters.")):
                item.set(attribute, "N" * 65).expect(rule).only_in_a_file(OVER_SCHEMA)
        for attribute, text in (
            (DISPLAY, " Leading Blank"),
            (DISPLAY, "Trailing Blank "),
            (DISPLAY, "Doubled  Blank"),
            (GIVEN, "No\u00a0\u00a0Break"),
            (SN, "Mixed \u00a0Blank"),
            (SN, "Trailing\u00a0"),
        ):
            make.mailbox("Blanks too many in a name.").set(attribute, text).expect(
                "name-whitespace", attribute=attribute
            )
        make.mail_group("Blank Ends", "Blanks at the end.").set(DISPLAY, "Blank Ends ").expect(
            "name-whitespace", attribute=DISPLAY
        )
        make.mailbox("A single no-break space inside a name: nothing to say.").set(SN, "van\u00a0Dyk")
        for number, (text, about) in enumerate(_CONTROL):
            attribute = (DISPLAY, GIVEN, SN)[number % 3]
            make.mailbox(f"In a name: {about}.").set(attribute, text).expect(
                "name-control-character", attribute=attribute
            )
        item = make.contact("Blanks and a control character in one name.").set(DISPLAY, " Two\u0001Faults")
        item.expect("name-whitespace", attribute=DISPLAY).expect("name-control-character", attribute=DISPLAY)


class AddressList(Chapter):
    """Adds objects with gaps or faults in what the address list shows."""

    def add(self) -> None:
        """Add everything."""
        make = self.make
        for names in (
            ("title",),
            ("department", "mobile", "postalCode"),
            (DISPLAY,),
            (GIVEN, SN),
            ("c", "co", "countryCode"),
        ):
            item = make.mailbox("Gaps in the address list entry.").expect("gal-missing")
            for name in names:
                item.set(name)
        make.remote("A blank value is a gap.").set("title", "  ").expect("gal-missing")
        make.mailbox("The country as text alone is enough.").set("c").set("countryCode")
        make.mailbox("The country as a code alone is enough.").set("co")
        make.mailbox("A disabled account may have gaps.").set("title").set("userAccountControl", 514)
        for name, length in (
            ("title", 129),
            ("department", 65),
            ("postalCode", 41),
            ("mobile", 65),
            ("l", 129),
            ("streetAddress", 1025),
        ):
            for extra in (1, 0):
                item = make.mailbox(f"{name} of {length - 1 + extra} characters.").set(name, "9" * (length - 1 + extra))
                if extra:
                    item.expect("gal-too-long", attribute=name).only_in_a_file(OVER_SCHEMA)
        item = make.contact("A contact's department of 65 characters.").set("department", "9" * 65)
        item.expect("gal-too-long", attribute="department").only_in_a_file(OVER_SCHEMA)
        make.mailbox("The number is another country's.", place="Berlin").set("countryCode", 250).expect(
            "gal-country-mismatch"
        )
        item = make.plain("The number is another country's; the text is not judged.", place="Paris").set(
            "countryCode", 276
        )
        item.set("co", "Deutschland").expect("gal-country-mismatch")
        make.mailbox("The number is 0.", place="Wien").set("countryCode", 0).expect(
            "gal-country-mismatch", severity="info"
        )
        item = make.plain("No number.", place="Madrid").set("countryCode")
        item.expect("gal-country-mismatch", severity="info", shape="attribute")
        make.plain("A code that is no country's: nothing to compare.").set("c", "UK").set("countryCode", 826)
        make.contact("A contact's number is another country's.").set("c", "US").set("countryCode", 124).expect(
            "gal-country-mismatch"
        )
