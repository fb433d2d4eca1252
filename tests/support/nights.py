# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exports of a directory on several nights, with a label on everything that changes between them."""

from __future__ import annotations

import base64
import random
import typing as t
import uuid
from dataclasses import dataclass, field
from pathlib import Path

BASE = "OU=Staff,DC=contoso,DC=local"
#: Attribute, rule, and how a broken value of a user is written, by variant.
FAULTS: dict[str, tuple[str, t.Callable[[int, int], str]]] = {
    "upn-invalid-character": (
        "userPrincipalName",
        lambda number, variant: f"u{'&' * (variant + 1)}{number}@contoso.com",
    ),
    "display-name-blank": ("displayName", lambda number, variant: " " * (variant + 1)),
    "given-name-too-long": ("givenName", lambda number, variant: "g" * (65 + variant)),
}

#: Rule, objectGUID, value.
Key = tuple[str, str, str]


def guid_of(number: int) -> str:
    """Return the objectGUID of a user."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"user-{number}.contoso.com"))


@dataclass
class Night:
    """A directory at one time.

    Attributes:
        users: the numbers of the users that are there.
        faults: number of a user and rule to the variant of the broken value.
    """

    users: set[int] = field(default_factory=set)
    faults: dict[tuple[int, str], int] = field(default_factory=dict)

    def keys(self) -> set[Key]:
        """Return the findings that are expected."""
        return {key_of(number, rule, variant) for (number, rule), variant in self.faults.items()}

    def write(self, path: Path, seed: int = 0) -> Path:
        """Write an export, in an order of its own."""
        lines = [f"dn: DC=contoso,DC=local\nobjectClass: top\nobjectClass: domainDNS\nobjectGUID:: {_guid(-1)}\n"]
        order = sorted(self.users)
        random.Random(seed).shuffle(order)
        for number in order:
            values = {
                "sAMAccountName": f"u{number}",
                "userPrincipalName": f"u{number}@contoso.com",
                "displayName": f"User {number}",
            }
            for rule, (attribute, broken) in FAULTS.items():
                if (number, rule) in self.faults:
                    values[attribute] = broken(number, self.faults[number, rule])
            lines.append(
                f"dn: CN=User {number},{BASE}\nobjectClass: top\nobjectClass: person\nobjectClass: organizationalPerson\n"
                f"objectClass: user\nobjectGUID:: {_guid(number)}\n"
                + "".join(f"{name}:: {base64.b64encode(value.encode()).decode()}\n" for name, value in values.items())
            )
        path.write_text("\n".join(lines), encoding="utf-8")
        return path


def key_of(number: int, rule: str, variant: int) -> Key:
    """Return what tells a finding from every other one."""
    return rule, guid_of(number), FAULTS[rule][1](number, variant)


def _guid(number: int) -> str:
    return base64.b64encode(uuid.UUID(guid_of(number)).bytes_le).decode()


@dataclass
class Labels:
    """What is expected of a comparison."""

    new: set[Key] = field(default_factory=set)
    reverted: set[Key] = field(default_factory=set)
    known: set[Key] = field(default_factory=set)
    gone: dict[Key, str] = field(default_factory=dict)


def three_nights(users: int = 3000, changes: int = 500, seed: int = 1) -> tuple[list[Night], list[Labels]]:
    """Return three nights with a number of changes between each two, and what the second and third must show."""
    chance = random.Random(seed)
    first = Night(set(range(users)))
    rules = list(FAULTS)
    for number in range(0, users, 3):
        first.faults[number, chance.choice(rules)] = 0
    nights, labels = [first], []
    repaired: list[tuple[int, str]] = []
    fresh = users
    for _night in range(2):
        before = nights[-1]
        now = Night(set(before.users), dict(before.faults))
        label = Labels()
        touched: set[int] = set()
        earlier = list(repaired)
        for change in range(changes):
            kind = change % 5
            if kind == 0:
                # A fault appears on somebody who had none.
                number = chance.choice(sorted(now.users - touched - {one for one, _rule in now.faults}))
                rule = chance.choice([one for one in rules if (number, one) not in repaired])
                now.faults[number, rule] = 0
                label.new.add(key_of(number, rule, 0))
            elif kind == 1 or (kind == 2 and not earlier):
                # A fault is repaired.
                number, rule = chance.choice(sorted(one for one in now.faults if one[0] not in touched))
                label.gone[key_of(number, rule, now.faults.pop((number, rule)))] = "repaired"
                repaired.append((number, rule))
            elif kind == 2:
                # What was repaired the night before is undone: with the old value, or with another one.
                number, rule = next(one for one in earlier if one[0] not in touched and one not in now.faults)
                earlier.remove((number, rule))
                variant = chance.choice([0, 0, 7])
                now.faults[number, rule] = variant
                (label.reverted if variant == 0 else label.new).add(key_of(number, rule, variant))
            elif kind == 3:
                # Somebody with a fault leaves.
                number = chance.choice(sorted({one for one, _rule in now.faults} - touched))
                for rule in rules:
                    if (number, rule) in now.faults:
                        label.gone[key_of(number, rule, now.faults.pop((number, rule)))] = "object_gone"
                now.users.discard(number)
            else:
                # Somebody comes, with a fault.
                number, fresh = fresh, fresh + 1
                now.users.add(number)
                rule = chance.choice(rules)
                now.faults[number, rule] = 3
                label.new.add(key_of(number, rule, 3))
            touched.add(number)
        label.known = now.keys() & before.keys()
        nights.append(now)
        labels.append(label)
    return nights, labels
