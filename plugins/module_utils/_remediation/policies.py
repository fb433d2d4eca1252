# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies: what the user decided may be done. All are off until chosen."""

from __future__ import annotations

import re
import string
import typing as t
from dataclasses import dataclass, field

from .._model.errors import OptionError

Winner = t.Literal["mailbox_owner", "enabled", "primary", "verified_domain", "oldest"]
PrimarySource = t.Literal["mail", "upn", "single"]
Alignment = t.Literal["primary_smtp", "mail"]
DisplayNameSource = t.Literal["given_name_surname", "cn"]

WINNERS: tuple[Winner, ...] = t.get_args(Winner)
PRIMARY_SOURCES: tuple[PrimarySource, ...] = t.get_args(PrimarySource)

_PATTERN_WORDS = frozenset(("local", "n", "sam", "given", "surname"))
_LITERAL = re.compile(r"[A-Za-z0-9._-]*\Z")


@dataclass(frozen=True)
class Policies:
    """The decisions that proposals may rest on.

    Attributes:
        suffix_map: domain to the domain that takes its place, both in lower case and ASCII.
        transliterate: write letters outside ASCII in ASCII letters.
        remove_invalid_characters: take characters out that are not allowed.
        rename_pattern: how a name that is taken is changed: "{local}{n}" and the like; None: a person decides.
        duplicate_winner: who keeps a value that several hold, by these questions in order; empty: a person decides.
        remove_secondary: take secondary addresses away whose domain the cloud does not accept.
        missing_upn: suffix of the UPN that is made from sAMAccountName.
        missing_proxy: make the primary address from mail, else from the UPN.
        missing_nickname: make an alias from the primary address, else from sAMAccountName.
        primary_from: which address becomes the primary, by these sources in order.
        align_upn_with: what the UPN follows in licence scope.
        align_mail: mail follows the primary address.
        display_name_from: what a blank displayName is made from.
        tidy_names: take surplus blanks away from names.
        country_code_from_c: countryCode follows c.
    """

    suffix_map: dict[str, str] = field(default_factory=dict)
    transliterate: bool = False
    remove_invalid_characters: bool = False
    rename_pattern: str | None = None
    duplicate_winner: tuple[Winner, ...] = ()
    remove_secondary: bool = False
    missing_upn: str | None = None
    missing_proxy: bool = False
    missing_nickname: bool = False
    primary_from: tuple[PrimarySource, ...] = ()
    align_upn_with: Alignment | None = None
    align_mail: bool = False
    display_name_from: DisplayNameSource | None = None
    tidy_names: bool = False
    country_code_from_c: bool = False

    def __post_init__(self) -> None:
        if self.rename_pattern is not None:
            check_pattern(self.rename_pattern)


def check_pattern(pattern: str) -> None:
    """Raise OptionError where a rename pattern is not usable: it must count, and use known words only."""
    try:
        parts = list(string.Formatter().parse(pattern))
    except ValueError:
        raise OptionError(f"rename_pattern: '{pattern}' is no pattern; write for example {{local}}{{n}}.") from None
    words = {word for _text, word, _form, _conversion in parts if word is not None}
    unknown = sorted(words - _PATTERN_WORDS)
    if unknown or any(form or conversion for _text, _word, form, conversion in parts):
        raise OptionError(
            f"rename_pattern: '{pattern}' may use {', '.join(sorted('{' + word + '}' for word in _PATTERN_WORDS))} only."
        )
    if "n" not in words:
        raise OptionError(f"rename_pattern: '{pattern}' needs {{n}}, a number, or two names could become one.")
    if not all(_LITERAL.match(text) for text, _word, _form, _conversion in parts):
        raise OptionError(f"rename_pattern: '{pattern}' may hold letters, digits and . - _ beside its words.")
