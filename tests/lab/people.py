# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Any number of made-up users, the same for the same number, for measurements and tests of size."""

from __future__ import annotations

import random
import typing as t
import uuid

from . import ldif
from .forest import Forest

_GIVEN = "Anna Ben Carla David Eva Finn Greta Hugo Ines Jonas Käthe Lukas Mia Noah Olga Paul Rosa Stefan".split()
_SURNAMES = (
    "Müller Schmidt Weber Wagner Becker Schulz Hoffmann Koch Richter Klein Wolf Braun Larsen Novak Silva".split()
)
_UNITS = 8
_ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_ORGANISATION = "Exchange Administrative Group (FYDIBOHF23SPDLT)"


def users(forest: Forest, number: int, exchange: bool = True) -> t.Iterator[ldif.Entry]:
    """Yield organizational units and users as a directory shows them: about 20 attributes, 1 kB each.

    Args:
        forest: the domain they live in.
        number: how many users.
        exchange: whether they have mailboxes on premises.
    """
    dice = random.Random(number)
    sid = _sid_bytes(forest.sid)
    for unit in range(_UNITS):
        yield (
            f"OU=Unit{unit},{forest.dn}",
            _values({"objectClass": ["top", "organizationalUnit"], "ou": [f"Unit{unit}"]}),
        )
    for i in range(number):
        given, surname, login = dice.choice(_GIVEN), dice.choice(_SURNAMES), f"u{i:06d}"
        address = f"{given}.{surname}{i}".lower().translate(_ASCII)
        name = f"{given} {surname} {i}"
        attributes: dict[str, list[str | bytes]] = {
            "objectClass": ["top", "person", "organizationalPerson", "user"],
            "cn": [name],
            "sn": [surname],
            "givenName": [given],
            "displayName": [f"{surname}, {given}"],
            "sAMAccountName": [login],
            "userPrincipalName": [f"{address}@contoso.com"],
            "mail": [f"{address}@contoso.com"],
            "proxyAddresses": [
                f"SMTP:{address}@contoso.com",
                f"smtp:{login}@contoso.com",
                f"X500:/o=Contoso/ou=External/cn=Recipients/cn={login}",
            ],
            "department": [f"Department {i % 40}"],
            "telephoneNumber": [f"+49 30 5550{i:06d}"],
            "objectGUID": [uuid.UUID(int=dice.getrandbits(128)).bytes_le],
            "objectSid": [sid + (200000 + i).to_bytes(4, "little")],
            "userAccountControl": ["512"],
            "uSNChanged": [str(100000 + i)],
            "whenChanged": ["20260101120000.0Z"],
        }
        if exchange:
            attributes |= {
                "mailNickname": [address],
                "msExchRecipientTypeDetails": ["1"],
                "msExchMailboxGuid": [uuid.UUID(int=dice.getrandbits(128)).bytes_le],
                "msExchHomeServerName": [f"/o=Contoso/ou={_ORGANISATION}/cn=Configuration/cn=Servers/cn=EX{i % 4}"],
                "legacyExchangeDN": [f"/o=Contoso/ou={_ORGANISATION}/cn=Recipients/cn={login}"],
                "extensionAttribute1": [f"cc{i % 100}"],
            }
        yield f"CN={name},OU=Unit{i % _UNITS},{forest.dn}", _values(attributes)


def _values(attributes: t.Mapping[str, t.Iterable[str | bytes]]) -> ldif.Attributes:
    return {name: [v.encode() if isinstance(v, str) else v for v in values] for name, values in attributes.items()}


def _sid_bytes(text: str) -> bytes:
    """Return the SID of a domain with room for one more part, which the caller appends."""
    parts = [int(part) for part in text.split("-")[2:]]
    head = bytes([1, len(parts)]) + parts[0].to_bytes(6, "big")
    return head + b"".join(part.to_bytes(4, "little") for part in parts[1:])
