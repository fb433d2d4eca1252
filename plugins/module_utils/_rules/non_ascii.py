# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rule non-ascii, for those who ask for it: any text outside ASCII that no other rule reports."""

from __future__ import annotations

from .._model.finding import Finding
from .attributes import NAMES, TEXT_ATTRIBUTES
from .catalogue import finding
from .name_characters import bad_name_characters
from .options import RuleOptions
from .subject import Proxy, Subject

# Other rules report every character outside ASCII in these, of SMTP values of the other two as well.
_REPORTED_WHOLLY = frozenset(("userprincipalname", "mail", "mailnickname"))
_ADDRESSES = frozenset(("proxyaddresses", "targetaddress"))


def judge_non_ascii(subject: Subject, options: RuleOptions, out: list[Finding]) -> None:
    """Report every value outside ASCII, where the user asked for it. To be called after all other rules."""
    if not options.non_ascii:
        return
    reported = {(found.rule, found.attribute, found.value) for found in out}
    for key in TEXT_ATTRIBUTES:
        values = subject.entry.attributes.get(key)
        if not values or key in _REPORTED_WHOLLY or all(value.isascii() for value in values):
            continue
        for text in dict.fromkeys(subject.entry.texts(key)):
            if text.isascii() or (key in _ADDRESSES and Proxy(text).type in (None, "smtp")):
                continue
            if not _unreported(text, NAMES[key], reported).isascii():
                out.append(finding("non-ascii", NAMES[key], text, "The value holds characters outside ASCII."))


def _unreported(text: str, attribute: str, reported: set[tuple[str, str | None, str | None]]) -> str:
    """Return the text without the characters that a finding about the same value names."""
    named = ""
    if ("name-control-character", attribute, text) in reported:
        named += "".join(bad_name_characters(text))
    if ("name-whitespace", attribute, text) in reported:
        named += "\u00a0"
    return "".join(character for character in text if character not in named)
