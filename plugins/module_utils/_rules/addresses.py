# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Taking an address apart and saying what is wrong with its parts.

The same few tests serve userPrincipalName, SMTP proxy addresses, mail and SMTP targets; the modules of these
attributes turn the answers into findings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .characters import hidden, is_hidden, strip_hidden

# An address that no rule about characters, format, length or periods has anything to say about. Most values of a
# directory match, so that the slow tests run for the odd ones only. A property test holds both to the same answer.
# 113 characters in all: the shortest limit, so longer addresses take the slow way.
CLEAN = re.compile(
    r"(?=.{3,113}\Z)"
    r"(?P<local>[A-Za-z0-9_-](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9_-])){0,63})"
    r"@(?P<domain>(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)\Z"
)

_LDH = re.compile(r"[A-Za-z0-9.-]*\Z")


@dataclass(frozen=True)
class Address:
    """An address with exactly one "@" and something on both sides of it."""

    local: str
    domain: str


def split(text: str) -> Address | None:
    """Return the parts of an address, or None where there is not exactly one "@" with something on both sides."""
    local, at, domain = text.partition("@")
    if not at or "@" in domain or not strip_hidden(local) or not strip_hidden(domain):
        return None
    return Address(local, domain)


# An address in angle brackets, as mail programs show it behind a name.
_ANGLE_BRACKETS = re.compile(r"<[^<>]*@[^<>]*>\s*\Z")


def format_fault(text: str) -> str | None:
    """Return what breaks the format of an address of any attribute, in words, or None."""
    address = split(text)
    if address is None:
        return 'there is not exactly one "@" between two parts'
    if _ANGLE_BRACKETS.search(text):
        return "the address stands in angle brackets"
    return domain_fault(address.domain)


def domain_fault(domain: str) -> str | None:
    """Return what is wrong with the form of a domain, in words, or None.

    White space at its ends is reported by another rule and does not count here.
    """
    name = strip_hidden(domain)
    if name.startswith("[") and name.endswith("]"):
        return "the domain is a bracketed address"
    labels = name.split(".")
    for label in labels:
        if not label:
            return "a label of the domain is empty"
        if len(label) > 63:
            return f"the label {label[:20]}... of the domain is longer than 63 characters"
        if label[0] == "-" or label[-1] == "-":
            return f"the label {label} of the domain has a hyphen at its edge"
    if labels[-1].isascii() and labels[-1].isdigit():
        return f"the top-level domain {labels[-1]} is a number"
    return None


def local_part_fault(local: str) -> str | None:
    """Return what is wrong with the form of a mail address's local part, in words, or None."""
    name = strip_hidden(local)
    if name.startswith(".") or name.endswith("."):
        return 'the part before the "@" has a period at its edge'
    if ".." in name:
        return 'the part before the "@" holds two periods in a row'
    if len(local) > 64:
        return f'the part before the "@" has {len(local)} characters, 64 are allowed'
    return None


def stray_domain_characters(domain: str, reported: frozenset[str]) -> str:
    """Return the ASCII characters of a domain that do not belong there and that no other rule reports."""
    if _LDH.match(domain):
        return ""
    stray = (c for c in domain if c.isascii() and not _LDH.match(c) and c not in reported and not is_hidden(c))
    return "".join(dict.fromkeys(stray))


def hidden_only_at_ends(text: str) -> bool:
    """Return whether all hidden characters of a text stand at its ends, so that taking them away is safe."""
    return not hidden(strip_hidden(text))
