# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a sign-in name becomes: by a map of suffixes, after an address, or by a pattern. Pure functions of one user."""

from __future__ import annotations

import string
import typing as t

from .._model.dn import dns_domain
from .._model.errors import OptionError
from .._rules.domains import ascii_form
from .._rules.subject import Subject

DEFAULT_PATTERN = "{sam}@{suffix}"
_WORDS = frozenset(("sam", "suffix", "domain"))


class NoName(Exception):
    """There is no new name for a user.

    Attributes:
        reason: a stable word.
        message: why, in words.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class NewName(t.Protocol):
    """One way to make new names."""

    #: What the plan says of it.
    why: str

    def of(self, subject: Subject) -> str | None:
        """Return the name that a user gets, None where the user is not concerned.

        Raises:
            NoName: the user has nothing to make it of.
        """

    def later(self, name: str) -> str | None:
        """Return what a name becomes where the name alone tells it; otherwise None."""


class MappedSuffix:
    """The part after the last "@" is replaced, and nothing else.

    Args:
        suffixes: old suffix to new one, both in lower case and ASCII.

    Raises:
        OptionError: a new suffix is an old one as well, so that each run would move users on.
    """

    why = "The suffix map moves it."

    def __init__(self, suffixes: t.Mapping[str, str]) -> None:
        self.suffixes = {old: new for old, new in suffixes.items() if old != new}
        for new in self.suffixes.values():
            if new in self.suffixes:
                raise OptionError(
                    f"suffix_map: {new} is an old suffix and a new one, so a second run would move users again. Do it in "
                    "two tasks."
                )

    def of(self, subject: Subject) -> str | None:
        return self.later(subject.upn) if subject.upn is not None else None

    def later(self, name: str) -> str | None:
        local, at, suffix = name.rpartition("@")
        new = self.suffixes.get(ascii_form(suffix) or suffix.lower()) if at else None
        return f"{local}@{new}" if new is not None else None


class Aligned:
    """The name is an address that the user has already.

    Args:
        address: which one.
    """

    why = "It follows the mail address."

    def __init__(self, address: t.Literal["primary_smtp", "mail"]) -> None:
        self._address = address

    def of(self, subject: Subject) -> str | None:
        if self._address == "mail":
            if subject.mail is None:
                raise NoName("no_mail", "It has no mail, which its sign-in name would follow.")
            return subject.mail
        if subject.primary is None:
            raise NoName(
                "no_primary_address", "It has not exactly one primary SMTP address, which its name would follow."
            )
        return subject.primary.address

    def later(self, name: str) -> str | None:
        return None


class FromAccountName:
    """The name is made of sAMAccountName.

    Args:
        pattern: with the words {sam}, {suffix} (of the present UPN) and {domain} (of the account).

    Raises:
        OptionError: the pattern is unusable.
    """

    why = "It is made of sAMAccountName."

    def __init__(self, pattern: str) -> None:
        try:
            parts = list(string.Formatter().parse(pattern))
        except ValueError:
            raise OptionError(f"pattern: '{pattern}' is no pattern; write for example {{sam}}@contoso.com.") from None
        words = {word for _text, word, _form, _conversion in parts if word is not None}
        if words - _WORDS or any(form or conversion for _text, _word, form, conversion in parts):
            raise OptionError(f"pattern: '{pattern}' may use {{sam}}, {{suffix}} and {{domain}} only.")
        local, at, suffix = pattern.rpartition("@")
        if not at or "{sam}" not in local or not suffix or "{sam}" in suffix:
            raise OptionError(
                f"pattern: '{pattern}' needs {{sam}} before its last @, or all users would get one name, and a suffix after "
                "it."
            )
        self._pattern = pattern

    def of(self, subject: Subject) -> str | None:
        if subject.sam is None:
            raise NoName("no_sam_account_name", "It has no sAMAccountName, which its name would be made of.")
        suffix = (subject.upn or "").rpartition("@")[2]
        if not suffix and "{suffix}" in self._pattern:
            raise NoName(
                "no_suffix", "It has no sign-in name whose suffix could be kept. Name a suffix in the pattern."
            )
        return self._pattern.format(sam=subject.sam, suffix=suffix, domain=dns_domain(subject.entry.dn))

    def later(self, name: str) -> str | None:
        return None
