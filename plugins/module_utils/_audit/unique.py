# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that only one object may hold, asked of the whole directory at once.

The rows of a value come together by an index, so the cost is linear and the order of the scan does not matter.
"""

from __future__ import annotations

import itertools
import json
import operator
import typing as t
from dataclasses import dataclass

from .._model.finding import Finding
from .._model.text import fold
from .._rules.catalogue import finding
from .._rules.options import RuleOptions
from .._rules.subject import Proxy
from .recorder import IMPLICIT, MAIL, NICKNAME, OTHER_PROXY, OTHER_TARGET, PROXY, TARGET, UPN, finding_row
from .snapshot import Row, Snapshot

_Identity = tuple["str | None", "str | None", "str | None", "str | None", "str | None", list[str]]
_ADDRESS_BITS = UPN | PROXY | MAIL | TARGET


@dataclass(frozen=True)
class Member:
    """One object that holds a value, by number, with the bits that say in which attributes."""

    oid: int
    holds: int
    standing: str
    upn_valid: bool
    identity: str

    @property
    def judged(self) -> bool:
        return self.standing == "judged"


class Uniqueness:
    """Finds values that several objects hold, and writes a finding for every judged holder."""

    def __init__(self, snapshot: Snapshot, options: RuleOptions) -> None:
        self._snapshot = snapshot
        self._options = options
        self._clashes = 0
        self._mail_signs_in = options.sign_in_attribute.lower() == "mail"
        self._names = {
            UPN: options.sign_in_attribute,
            PROXY: "proxyAddresses",
            MAIL: "mail",
            TARGET: "targetAddress",
            IMPLICIT: "sAMAccountName",
        }

    def run(self) -> None:
        """Write all findings about values that are not the only ones of their kind."""
        snapshot = self._snapshot
        snapshot.run("CREATE INDEX IF NOT EXISTS addresses_value ON addresses (value, oid, holds)")
        snapshot.run("CREATE INDEX IF NOT EXISTS keys_value ON keys (space, value, oid)")
        shared = (
            "SELECT a.value, a.oid, a.holds, o.standing, o.upn_valid, o.identity FROM addresses a "
            "JOIN objects o ON o.oid = a.oid WHERE a.value IN "
            "(SELECT value FROM addresses GROUP BY value HAVING min(oid) <> max(oid)) ORDER BY a.value, a.oid"
        )
        for value, rows in itertools.groupby(snapshot.ask(shared), operator.itemgetter(0)):
            self._address(value, _merge(rows))
        shared = (
            "SELECT k.space, k.value, k.oid, 0, o.standing, o.upn_valid, o.identity FROM keys k "
            "JOIN objects o ON o.oid = k.oid WHERE (k.space, k.value) IN "
            "(SELECT space, value FROM keys GROUP BY space, value HAVING min(oid) <> max(oid)) "
            "ORDER BY k.space, k.value, k.oid"
        )
        for (space, value), rows in itertools.groupby(snapshot.ask(shared), operator.itemgetter(0, 1)):
            self._key(space, value, _merge(row[1:] for row in rows))

    def _address(self, value: str, members: list[Member]) -> None:
        self._of_one_attribute(value, members, UPN, "upn-duplicate", "sign-in name")
        self._of_one_attribute(value, members, PROXY, "proxy-duplicate", "address")
        # Where mail is the sign-in name, the first rule has named pairs of users already.
        users = sum(bool(member.holds & UPN) for member in members) if self._mail_signs_in else 0
        silent = UPN if users > 1 else 0
        self._of_one_attribute(value, members, MAIL, "mail-duplicate", "mail address", silent)
        self._of_one_attribute(value, members, TARGET, "target-duplicate", "target address")
        self._taken(value, members)
        self._implicit(members)

    def _of_one_attribute(
        self, value: str, members: list[Member], bit: int, rule: str, what: str, silent: int = 0
    ) -> None:
        """Report on every judged holder but those that hold the value as a ``silent`` attribute too."""
        holders = [member for member in members if member.holds & bit]
        if len(holders) < 2 or not any(member.judged for member in holders):
            return
        clash = self._clash((member, member.holds & _ADDRESS_BITS) for member in holders)
        judged = sum(member.judged for member in holders)
        for member in holders:
            if member.judged and not member.holds & silent:
                message = _message(what, len(holders) - 1, judged - 1)
                raw = _raw_value(member, bit, value)
                self._write(member, _duplicate(rule, self._names[bit], raw, message, judged > 1), clash)

    def _taken(self, value: str, members: list[Member]) -> None:
        """Report an address that other objects hold in other attributes only."""
        holders = [member for member in members if member.holds & _ADDRESS_BITS]
        if len(holders) < 2:
            return
        by_bits: dict[int, list[Member]] = {}
        for member in holders:
            by_bits.setdefault(member.holds & _ADDRESS_BITS, []).append(member)
        for bits, group in by_bits.items():
            others = [member for other, found in by_bits.items() if not other & bits for member in found]
            if not others or not any(member.judged for member in group):
                continue
            clash = self._clash((member, member.holds & _ADDRESS_BITS) for member in others)
            judged = sum(member.judged for member in others)
            first = next(bit for bit in (UPN, PROXY, MAIL, TARGET) if bits & bit)
            for member in group:
                if member.judged:
                    message = _message("address", len(others), judged, "in another attribute")
                    raw = _raw_value(member, first, value)
                    self._write(
                        member, _duplicate("address-taken", self._names[first], raw, message, judged > 0), clash
                    )

    def _implicit(self, members: list[Member]) -> None:
        """Report a UPN that is also another account's sAMAccountName@domain, and twins of one sAMAccountName."""
        accounts = [member for member in members if member.holds & IMPLICIT]
        if not accounts:
            return
        # The account's implicit name works whether or not it is synchronized; only what was left out counts less.
        clash = self._clash((member, IMPLICIT) for member in accounts)
        for member in members:
            others = [account for account in accounts if account.oid != member.oid]
            if not member.judged or not others:
                continue
            if member.holds & UPN and self._options.signs_in_with_upn:
                serious = any(account.standing in ("judged", "system") for account in others)
                message = f"The name is also the implicit name (sAMAccountName@domain) of {_objects(len(others))}."
                raw = _raw_value(member, UPN, "")
                self._write(
                    member, _duplicate("upn-implicit-collision", self._names[UPN], raw, message, serious), clash
                )
            if member.holds & IMPLICIT:
                self._same_sam(member, others, clash)

    def _same_sam(self, member: Member, others: list[Member], clash: int) -> None:
        twins = [other for other in others if not (member.upn_valid and other.upn_valid)]
        if not twins:
            return
        message = f"{_objects(len(twins)).capitalize()} of the domain has the same sAMAccountName."
        sam = json.loads(member.identity)[4]
        serious = any(other.judged for other in twins)
        self._write(member, _duplicate("sam-duplicate", "sAMAccountName", sam, message, serious), clash)

    def _key(self, space: int, value: str, members: list[Member]) -> None:
        rule, attribute, what = {
            NICKNAME: ("nickname-duplicate", "mailNickname", "alias"),
            OTHER_PROXY: ("proxy-duplicate", "proxyAddresses", "address"),
            OTHER_TARGET: ("target-duplicate", "targetAddress", "target address"),
        }[space]
        judged = sum(member.judged for member in members)
        if not judged:
            return
        clash = self._clash((member, attribute) for member in members)
        for member in members:
            if not member.judged:
                continue
            message = _message(what, len(members) - 1, judged - 1)
            raw = _raw_key(member, space, value)
            found = _duplicate(rule, attribute, raw, message, judged > 1)
            if space == OTHER_PROXY and judged > 1:
                found = finding(
                    rule, attribute, raw, message, severity="warning", outcome="confusing", kind="person", why=_WHOSE
                )
            self._write(member, found, clash)

    def _clash(self, members: t.Iterable[tuple[Member, int | str]]) -> int:
        """Write who holds a value, once for all findings about it."""
        self._clashes += 1
        self._snapshot.add_all(
            "clash_members",
            [
                (self._clashes, member.oid, held if isinstance(held, str) else self._attributes(held))
                for member, held in members
            ],
        )
        return self._clashes

    def _attributes(self, holds: int) -> str:
        names = dict.fromkeys(name for bit, name in self._names.items() if holds & bit)
        return ",".join(names)

    def _write(self, member: Member, found: Finding, clash: int) -> None:
        self._snapshot.add("findings", finding_row(member.oid, found, clash))


_WHOSE = "Decide which object the value belongs to."


def _merge(rows: t.Iterable[Row]) -> list[Member]:
    """Return the holders of one value, each once."""
    members: dict[int, Member] = {}
    for _value, oid, holds, standing, upn_valid, identity in rows:
        earlier = members.get(oid)
        bits = holds | (earlier.holds if earlier else 0)
        members[oid] = Member(oid, bits, standing, bool(upn_valid), identity)
    return list(members.values())


def _duplicate(rule: str, attribute: str, value: str | None, message: str, serious: bool) -> Finding:
    if serious:
        return finding(rule, attribute, value, message)
    return finding(rule, attribute, value, message, severity="info", outcome="none")


def _message(what: str, others: int, judged: int, how: str = "") -> str:
    tail = f" {how}" if how else ""
    text = f"{_objects(others).capitalize()} {'holds' if others == 1 else 'hold'} this {what} too{tail}."
    if judged:
        return text
    return text + (" It is not synchronized." if others == 1 else " None of them is synchronized.")


def _objects(number: int) -> str:
    return "one other object" if number == 1 else f"{number} other objects"


def _raw_value(member: Member, bit: int, value: str) -> str | None:
    """Return the value of an attribute as the object holds it."""
    sign_in_name, mail, _nickname, target, _sam, proxies = t.cast(_Identity, json.loads(member.identity)[:6])
    if bit == PROXY:
        # Of several spellings of one address the first in order of spelling, whatever the order of the source.
        return min(raw for raw in proxies if (proxy := Proxy(raw)).is_smtp and fold(proxy.address) == value)
    values: dict[int, str | None] = {UPN: sign_in_name, MAIL: mail, TARGET: target}
    return values[bit]


def _raw_key(member: Member, space: int, value: str) -> str | None:
    _sign_in_name, _mail, nickname, target, _sam, proxies = t.cast(_Identity, json.loads(member.identity)[:6])
    if space == OTHER_PROXY:
        return min(
            raw for raw in proxies if (proxy := Proxy(raw)).type and fold(f"{proxy.type}:{proxy.address}") == value
        )
    return nickname if space == NICKNAME else target
