# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Distinguished names (RFC 4514 as Active Directory writes it): taking apart and comparing.

Nothing here raises: a malformed name is taken apart as far as it goes, and compares equal only to itself.
"""

from __future__ import annotations

import re
import typing as t

from .text import fold

# An RDN ends at the first comma that no backslash stands before. A backslash at the very end stands for itself.
_RDN = re.compile(r"(?:[^\\,]+|\\.)*\\?", re.DOTALL)
# Escaped bytes in a row are one piece of UTF-8; any other escaped character stands for itself.
_ESCAPE = re.compile(r"((?:\\[0-9A-Fa-f]{2})+)|\\(.)", re.DOTALL)
# A plus sign joins two parts of an RDN only where each has an attribute type: "CN=A+B" is one name.
_TYPE = re.compile(r" *[A-Za-z][A-Za-z0-9.-]* *=")
_AVA_END = re.compile(r"((?:[^\\+]+|\\.|\+(?! *[A-Za-z][A-Za-z0-9.-]* *=))*\\?)(?:\+|\Z)", re.DOTALL)
# Signs that only a name may hold which is not in the form that normalise() returns, apart from case.
_UNUSUAL = re.compile(r"[\\+]| ,|, | =|= ")


def split_rdn(dn: str) -> tuple[str, str]:
    """Return the first RDN and the DN of the parent, as they are written.

    Spaces around the comma between them are dropped. A name of one RDN has the parent "".
    """
    if "\\" not in dn:
        rdn, _comma, rest = dn.partition(",")
    else:
        end = _RDN.match(dn).end()  # type: ignore[union-attr]  # it matches the empty text, too
        rdn, rest = dn[:end], dn[end + 1 :]
    return _strip(rdn), rest.lstrip(" ")


def parent(dn: str) -> str:
    """Return the DN of the object above, or "" where there is none."""
    return split_rdn(dn)[1]


def rdn_value(dn: str) -> str:
    """Return the name of an object: the value of its first RDN, without escapes.

    Of a conflict object this is "NAME", a line feed, "CNF:GUID".
    """
    rdn = split_rdn(dn)[0]
    if "+" in rdn:
        rdn = _AVA_END.match(rdn).group(1)  # type: ignore[union-attr]  # it matches the empty text, too
    kind, equals, value = rdn.partition("=")
    return _unescape(_strip(value if equals else kind))


def dns_domain(dn: str) -> str:
    """Return the DNS name of the domain that a DN ends with, in lower case ("contoso.local"), or ""."""
    labels: list[str] = []
    parts = dn.split(",")
    while parts:
        # A comma after a backslash belongs to a value, so what stands behind it is no part of the domain.
        if len(parts) > 1 and _ends_escaping(parts[-2]):
            break
        kind, _equals, label = parts.pop().partition("=")
        if kind.strip(" ") not in ("DC", "dc", "Dc", "dC"):
            break
        labels.append(fold(label.strip(" ")))
    return ".".join(reversed(labels))


def normalise(dn: str) -> str:
    """Return a DN in a form that is equal for every spelling of the same name.

    Case, spaces around commas, equals and plus signs, the way of escaping and the order within an RDN do not
    matter. In the result a comma always separates two RDNs: a comma in a value is escaped otherwise.
    """
    if not _UNUSUAL.search(dn) and dn[:1] != " " and dn[-1:] != " ":
        return fold(dn)
    rdns = []
    rest = dn
    while True:
        end = _RDN.match(rest).end()  # type: ignore[union-attr]
        rdns.append(_normalise_rdn(rest[:end]))
        if end == len(rest):
            return ",".join(rdns)
        rest = rest[end + 1 :]


def is_at_or_below(dn: str, base: str) -> bool:
    """Return whether an object is the base or stands below it. Everything stands below ""."""
    return is_at_or_below_normalised(normalise(dn), normalise(base))


def is_at_or_below_normalised(dn: str, base: str) -> bool:
    """Do as is_at_or_below for two names that normalise() returned."""
    return not base or dn == base or dn.endswith("," + base)


def _normalise_rdn(rdn: str) -> str:
    # Without an attribute type at its beginning this is no RDN of several parts, whatever else it is.
    if "+" not in rdn or not _TYPE.match(rdn):
        return _normalise_ava(rdn)
    parts = []
    position = 0
    while True:
        # It matches the empty text, too.
        found = t.cast("re.Match[str]", _AVA_END.match(rdn, position))
        parts.append(_normalise_ava(found.group(1)))
        position = found.end()
        if position == found.end(1):
            return "+".join(sorted(parts))


def _normalise_ava(ava: str) -> str:
    kind, equals, value = ava.partition("=")
    return _normalise_part(kind) + equals + _normalise_part(value)


def _normalise_part(part: str) -> str:
    text = fold(_strip(part))
    if "\\" in text or "+" in text:
        text = fold(_unescape(text)).replace("\\", "\\5c").replace(",", "\\2c").replace("+", "\\2b")
        if text[:1] == " ":
            text = "\\20" + text[1:]
        if text[-1:] == " ":
            text = text[:-1] + "\\20"
    return text


def _strip(text: str) -> str:
    """Drop spaces at both ends, but not a last one that is escaped."""
    stripped = text.strip(" ")
    return stripped + " " if _ends_escaping(stripped) and text.lstrip(" ") != stripped else stripped


def _ends_escaping(text: str) -> bool:
    """Return whether the next character after a text would be escaped: it ends with an odd run of backslashes."""
    return text[-1:] == "\\" and (len(text) - len(text.rstrip("\\"))) % 2 == 1


def _unescape(text: str) -> str:
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(found: re.Match[str]) -> str:
    pairs = found.group(1)
    if pairs is None:
        return found.group(2)
    # Bytes that are no UTF-8 show as "\xff", so that the text can always be written.
    return bytes.fromhex(pairs.replace("\\", "")).decode("utf-8", "backslashreplace")
