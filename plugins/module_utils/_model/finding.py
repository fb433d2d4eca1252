# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plain values that the layers hand to one another: findings, repairs, changes."""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass, field

Severity = t.Literal["error", "warning", "info"]
Outcome = t.Literal[
    "rejected",
    "quarantined",
    "fallback",
    "rewritten",
    "dropped",
    "not_synced",
    "confusing",
    "cosmetic",
    "none",
]
RepairKind = t.Literal["auto", "policy", "person", "none"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
OUTCOMES: tuple[Outcome, ...] = t.get_args(Outcome)


@dataclass(frozen=True)
class Change:
    """One attribute of one object: exact values that go and exact values that come."""

    attribute: str
    remove: tuple[str, ...] = ()
    add: tuple[str, ...] = ()


@dataclass(frozen=True)
class Repair:
    """How a finding may be repaired.

    Attributes:
        kind: auto (deterministic), policy (only when the user chose the policy that decides it), person or none.
        why: what is done, which policy decides, or which decision a person must take.
        changes: the proposed changes; empty where nothing is proposed.
    """

    kind: RepairKind
    why: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class ObjectReference:
    """Which object is meant. ``guid`` is None where the source does not hold objectGUID."""

    dn: str
    guid: str | None
    kind: str
    name: str

    @property
    def key(self) -> str:
        """The object's name in fingerprints: its GUID, else its DN without case."""
        return self.guid or "dn:" + self.dn.lower()


@dataclass(frozen=True)
class Holder:
    """Another object that holds the same value, and in which of its attributes."""

    object: ObjectReference
    attributes: tuple[str, ...]
    judged: bool


@dataclass(frozen=True)
class Finding:
    """One broken rule on one value.

    Rules make findings without an object; the audit binds them to one (``object``).

    Attributes:
        rule: id of the rule in the catalogue.
        severity: how bad it is.
        outcome: what the cloud does with the value.
        attribute: LDAP name of the attribute, None where the finding is about the object as a whole.
        value: the value as text; None where the finding is about a missing or too numerous value, or the object.
        message: one sentence in plain words.
        repair: how it may be repaired.
        object: the object, once the audit bound it.
        holders: the other objects that hold the value, each once.
        holders_total: how many there are, where ``holders`` is cut short.
        waiver: the reason of the waiver that accepts this finding, else None.
        drift: what it is beside the findings of an earlier run ("new", "known", "reverted", "waived"); None without one.
    """

    rule: str
    severity: Severity
    outcome: Outcome
    attribute: str | None
    value: str | None
    message: str
    repair: Repair
    object: ObjectReference | None = None
    holders: tuple[Holder, ...] = field(default=())
    holders_total: int = 0
    waiver: str | None = None
    drift: str | None = None

    @property
    def fingerprint(self) -> str:
        """The same from run to run: made of rule, object, attribute and value."""
        return fingerprint(self.rule, self.object.key if self.object else "", self.attribute, self.value)


def fingerprint(rule: str, object_key: str, attribute: str | None, value: str | None) -> str:
    """Return the fingerprint of a finding: 32 hexadecimal digits."""
    parts = (rule, object_key, *("\x00" if part is None else part for part in (attribute, value)))
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
