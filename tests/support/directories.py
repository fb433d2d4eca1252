# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random directories with many faults and collisions, and random policies to repair them by."""

from __future__ import annotations

import typing as t
import unicodedata
import uuid

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._remediation.policies import Policies
from ansible_collections.syncready.m365.tests.lab import ldif
from ansible_collections.syncready.m365.tests.lab.forest import Forest

from .audits import user

_MAX_ALIAS = 64
_NAMESPACE = uuid.UUID("7a5c0d9e-3f0b-4c58-9b52-0d4b7f3e6c11")

_LOCAL = st.sampled_from(["ann", "ANN", "bob", "b\u00f6b", "a b", "a&b", "ann.", ".ann", "o'neil", "\u6771", "x" * 65])
_DOMAIN = st.sampled_from(["contoso.com", "contoso.local", "fabrikam.com", "contoso.zz", "m\u00fcnchen.de"])
_ADDRESS = st.tuples(_LOCAL, _DOMAIN).map("@".join)
PERSON: st.SearchStrategy[dict[str, t.Any]] = st.fixed_dictionaries(
    {},
    optional={
        "userPrincipalName": _ADDRESS,
        "mail": _ADDRESS,
        "mailNickname": _LOCAL,
        "targetAddress": _ADDRESS.map("SMTP:{}".format),
        "proxyAddresses": st.lists(
            st.tuples(st.sampled_from(["SMTP:", "smtp:", "smtp:", "SMTP: ", "sip:", ""]), _ADDRESS).map("".join),
            max_size=4,
            unique=True,
        ),
        "displayName": st.sampled_from([" ", "Ann  Bee", "Ann\x00", "\u200bAnn", "Ann"]),
        "givenName": st.sampled_from(["Ann", "Zo\u00eb "]),
        "sn": st.just("Bee"),
        "c": st.sampled_from(["DE", "US"]),
        "countryCode": st.sampled_from(["0", "276"]),
        "msExchRecipientTypeDetails": st.sampled_from(["1", "4", "128", "2147483648"]),
        "userAccountControl": st.sampled_from(["512", "514"]),
        "whenCreated": st.sampled_from(["20200101000000.0Z", "20210101000000.0Z"]),
    },
)
POLICIES: st.SearchStrategy[Policies] = st.builds(
    Policies,
    suffix_map=st.sampled_from([{}, {"contoso.local": "contoso.com"}]),
    transliterate=st.booleans(),
    remove_invalid_characters=st.booleans(),
    rename_pattern=st.sampled_from([None, "{local}{n}", "{given}{n}"]),
    duplicate_winner=st.sampled_from([(), ("oldest",), ("mailbox_owner", "enabled", "primary")]),
    remove_secondary=st.booleans(),
    missing_upn=st.sampled_from([None, "contoso.com"]),
    missing_proxy=st.booleans(),
    missing_nickname=st.booleans(),
    primary_from=st.sampled_from([(), ("mail", "upn", "single")]),
    align_upn_with=st.sampled_from([None, "primary_smtp", "mail"]),
    align_mail=st.booleans(),
    display_name_from=st.sampled_from([None, "given_name_surname", "cn"]),
    tidy_names=st.booleans(),
    country_code_from_c=st.booleans(),
)


def entries(people: t.Sequence[dict[str, t.Any]]) -> list[Entry]:
    """Return people as a directory shows them, each with a name and a GUID of its own."""
    return [
        user(f"user{number}", objectGUID=uuid.UUID(int=number + 1).bytes_le, **person)
        for number, person in enumerate(people)
    ]


def crowd(number: int, start: int, *, refused: bool) -> list[dict[str, t.Any]]:
    """Return many people, the same for the same start.

    Args:
        number: how many.
        start: any number.
        refused: whether there may be values that a domain controller takes from nobody: sign-in names that another
            account has, and aliases that are too long.
    """
    people: list[dict[str, t.Any]] = []
    while len(people) < number:
        people += _some(start * 1000 + len(people))[: number - len(people)]
    taken: set[str] = set()
    for place, person in enumerate(people):
        # A domain controller cannot tell values of one object apart that differ in case or accents alone.
        proxies = person.get("proxyAddresses", [])
        person["proxyAddresses"] = list({_plain(value): value for value in proxies}.values())
        name = person.get("userPrincipalName")
        if not refused and len(person.get("mailNickname", "")) > _MAX_ALIAS:
            del person["mailNickname"]
        if name and not refused and name.casefold() in taken:
            local, _at, domain = name.partition("@")
            person["userPrincipalName"] = name = f"{local[:40]}{place}@{domain}"
        taken.add((name or "").casefold())
    return people


def _plain(value: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", value) if not unicodedata.combining(char)).casefold()


def _some(number: int) -> list[dict[str, t.Any]]:
    found: list[list[dict[str, t.Any]]] = []

    @seed(number)
    @settings(
        max_examples=3, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(st.lists(PERSON, min_size=40, max_size=60))
    def draw(people: list[dict[str, t.Any]]) -> None:
        found.append(people)

    draw()
    # The first example is always the simplest one.
    return found[-1]


def objects(forest: Forest, people: t.Sequence[dict[str, t.Any]]) -> list[ldif.Entry]:
    """Return people as objects of a domain, with the OU that they are in."""
    made: list[ldif.Entry] = [
        (f"OU=Staff,{forest.dn}", {"objectClass": [b"top", b"organizationalUnit"], "ou": [b"Staff"]})
    ]
    parts = [int(part) for part in forest.sid.split("-")[2:]]
    sid = bytes([1, len(parts)]) + parts[0].to_bytes(6, "big") + b"".join(n.to_bytes(4, "little") for n in parts[1:])
    for number, person in enumerate(people):
        name = f"user{number}".encode()
        attributes: ldif.Attributes = {
            "objectClass": [b"top", b"person", b"organizationalPerson", b"user"],
            "cn": [name],
            "sAMAccountName": [name],
            "userAccountControl": [b"512"],
            # Every account has one, and a domain controller lets nobody take it away.
            "countryCode": [b"0"],
            "objectGUID": [uuid.uuid5(_NAMESPACE, str(number)).bytes_le],
            "objectSid": [sid + (300_000 + number).to_bytes(4, "little")],
        }
        for attribute, value in person.items():
            values = value if isinstance(value, list) else [value]
            if values:
                attributes[attribute] = [text.encode() for text in values]
        made.append((f"CN=user{number},OU=Staff,{forest.dn}", attributes))
    return made
