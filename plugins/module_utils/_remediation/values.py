# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Repairing one value by itself: what may be done to it under the policies, and nothing that a person must decide.

Every function returns the repaired text, or None where the policies that were chosen do not lead to a valid one. Whether
the result passes all rules and is free is asked elsewhere; nothing here shortens an address or joins two.
"""

from __future__ import annotations

import re
import unicodedata

from .._model.errors import SyncreadyError
from .._rules import characters
from .._rules.addresses import hidden_only_at_ends, split
from .._rules.domains import ascii_form
from .policies import Policies

_DOTS = re.compile(r"\.{2,}")


def transliterated(text: str) -> str:
    """Return a text in ASCII letters; what has none is left out.

    Raises:
        SyncreadyError: the package that knows the letters is missing.
    """
    try:
        from anyascii import anyascii
    except ImportError:
        raise SyncreadyError(
            "transliterate needs the Python package anyascii in the interpreter that runs the module: "
            "pip install anyascii.",
            code="MISSING_LIBRARY",
        ) from None
    composed = unicodedata.normalize("NFC", text)
    return "".join(c if c.isascii() else anyascii(c) for c in composed)


def plain(text: str | None) -> str:
    """Return a name as a piece of an address: ASCII letters, digits, hyphen and underscore, nothing else."""
    return re.sub(r"[^A-Za-z0-9_-]", "", transliterated(text)) if text else ""


def mapped_domain(domain: str, policies: Policies) -> str:
    """Return the domain that takes the place of another by the suffix map; itself where none does."""
    name = ascii_form(domain) or domain.lower()
    return policies.suffix_map.get(name, domain)


def repaired_sign_in_name(value: str, policies: Policies) -> str | None:
    """Return a sign-in name with everything repaired that the policies allow; None where a part cannot be."""
    return _repaired(value, policies, characters.UPN_BAD | characters.UPN_UNEXPECTED, ends_may_be_dots=True)


def repaired_address(address: str, policies: Policies) -> str | None:
    """Return a mail address (without a type) repaired, None where a part cannot be."""
    # What is invalid in a mail address a person must decide; only what the cloud rewrites may be taken out.
    return _repaired(address, policies, characters.REWRITTEN, ends_may_be_dots=False)


def _repaired(value: str, policies: Policies, removable: frozenset[str], *, ends_may_be_dots: bool) -> str | None:
    if not hidden_only_at_ends(value):
        return None
    parts = split(characters.strip_hidden(value))
    if parts is None:
        return None
    local, domain = parts.local, parts.domain
    if not value.isascii():
        if not policies.transliterate and not local.isascii():
            return None
        local = transliterated(local)
        in_ascii = ascii_form(domain)
        if in_ascii is None or (not domain.isascii() and not policies.transliterate):
            return None
        domain = in_ascii if not domain.isascii() else domain
    if characters.among(local, removable):
        if not policies.remove_invalid_characters:
            return None
        local = "".join(c for c in local if c not in removable)
    if ends_may_be_dots:
        local = local.rstrip(".")
    if not local:
        return None
    return f"{local}@{mapped_domain(domain, policies)}"


def repaired_nickname(value: str, policies: Policies) -> str | None:
    """Return an alias repaired, None where that needs a policy that was not chosen or nothing would be left."""
    text = value
    if not text.isascii() and policies.transliterate:
        text = transliterated(text)
    if not characters.ALIAS_OK.match(text):
        if not policies.remove_invalid_characters:
            return None
        text = "".join(c for c in text if characters.ALIAS_OK.match(c))
    text = _DOTS.sub(".", text).strip(".")
    return text or None


def nickname_from(text: str) -> str | None:
    """Return an alias made from an address's local part or an account name."""
    return repaired_nickname(text, Policies(transliterate=True, remove_invalid_characters=True))


def tidied(value: str) -> str:
    """Return a name without surplus blanks."""
    return re.sub(r"[ \u00a0]{2,}", " ", value).strip(" \u00a0")
