# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""LDIF as ``ldapsearch`` writes it: folded lines, base64 where RFC 2849 asks for it."""

from __future__ import annotations

import base64
import re
import typing as t

Value = str | bytes

# A line of ldapsearch ends at this column; the rest follows on lines that begin with one space.
LINE_WIDTH = 78

# Safe strings: printable ASCII that neither begins with space, colon or "<" nor ends with a space.
_SAFE = re.compile(r"[!-9;=-~](?:[ -~]*[!-~])?\Z")

# The order in which a person would expect the attributes; those that are not named come last, by name.
_ORDER = [
    "objectClass",
    "cn",
    "sn",
    "c",
    "l",
    "st",
    "title",
    "description",
    "postalCode",
    "physicalDeliveryOfficeName",
    "telephoneNumber",
    "facsimileTelephoneNumber",
    "givenName",
    "distinguishedName",
    "instanceType",
    "whenCreated",
    "displayName",
    "uSNCreated",
    "member",
    "memberOf",
    "uSNChanged",
    "co",
    "department",
    "company",
    "proxyAddresses",
    "homeMDB",
    "streetAddress",
    "garbageCollPeriod",
    "mDBUseDefaults",
    "mailNickname",
    "targetAddress",
    "name",
    "objectGUID",
    "userAccountControl",
    "countryCode",
    "primaryGroupID",
    "objectSid",
    "adminCount",
    "sAMAccountName",
    "sAMAccountType",
    "groupType",
    "legacyExchangeDN",
    "userPrincipalName",
    "objectCategory",
    "isCriticalSystemObject",
    "mail",
    "mobile",
    "mS-DS-ConsistencyGuid",
]
_POSITION = {name: number for number, name in enumerate(_ORDER)}


def line(name: str, value: Value) -> str:
    """Return one attribute line with its folds and line end. Bytes always become base64, text only where it must."""
    if isinstance(value, str) and (not value or _SAFE.match(value)):
        text = f"{name}: {value}" if value else f"{name}:"
    else:
        raw = value.encode("utf-8") if isinstance(value, str) else value
        text = f"{name}:: {base64.b64encode(raw).decode('ascii')}"
    if len(text) <= LINE_WIDTH:
        return text + "\n"
    pieces = [text[:LINE_WIDTH]]
    step = LINE_WIDTH - 1
    pieces += [text[start : start + step] for start in range(LINE_WIDTH, len(text), step)]
    return "\n ".join(pieces) + "\n"


def record(dn: str, attributes: t.Mapping[str, t.Sequence[Value]]) -> str:
    """Return one entry, its attributes in a natural order, with the empty line that ends it."""
    names = sorted(attributes, key=lambda name: (_POSITION.get(name, len(_ORDER)), name.lower()))
    lines = [line("dn", dn)]
    lines += [line(name, value) for name in names for value in attributes[name]]
    return "".join(lines) + "\n"


def header(about: str) -> str:
    """Return the beginning of a file: what it is as a comment, and the version line of RFC 2849."""
    return "".join(f"# {text}\n" for text in about.splitlines()) + "version: 1\n\n"
