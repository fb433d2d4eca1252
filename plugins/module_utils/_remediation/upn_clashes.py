# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of the moves may be made together: registered suffixes, names that are taken, and what the tenant says.

A name is taken when another object holds it as an address or as its implicit name (sAMAccountName and the domain), and
does not give it up itself in the same run. Two users who would get the same name both keep the old one.
"""

from __future__ import annotations

import typing as t

from .._audit.across import unregistered
from .._audit.forest import Forest
from .._audit.recorder import IMPLICIT, MAIL, PROXY, TARGET, UPN
from .._audit.snapshot import Snapshot
from .._model.finding import ObjectReference
from .._model.text import fold, shown
from .taken import loose
from .upn_moves import Move

_ATTRIBUTES = (
    (UPN, "userPrincipalName"),
    (PROXY, "proxyAddresses"),
    (MAIL, "mail"),
    (TARGET, "targetAddress"),
    (IMPLICIT, "sAMAccountName"),
)
_SHOWN = 5


def hold_unsynchronized(moves: t.Sequence[Move], snapshot: Snapshot) -> None:
    """Hold users back of whom only the whole directory told that the synchronization leaves them out."""
    for move in moves:
        for standing, reason in snapshot.ask("SELECT standing, reason FROM objects WHERE oid = ?", (move.oid,)):
            if standing != "judged":
                move.hold_back("not_synchronized", f"The synchronization leaves it out ({reason}).")


def hold_unregistered(moves: t.Sequence[Move], forest: Forest) -> dict[str, int]:
    """Hold users back whose new suffix the forest does not know. Returns these suffixes, and how many users each."""
    found: dict[str, int] = {}
    for move in moves:
        suffix = move.suffix
        if move.moves and suffix is not None and not forest.is_registered(fold(suffix)):
            move.hold_back("upn-suffix-not-registered", f"{unregistered(suffix)} The module upn_suffix registers it.")
            found[suffix] = found.get(suffix, 0) + 1
    return found


def hold_licensed(moves: t.Sequence[Move], snapshot: Snapshot) -> None:
    """Hold users back whose account in the tenant is synchronized and licensed; after ``pair``."""
    question = (
        "SELECT c.upn FROM temp.pairs p JOIN temp.cloud c USING (cid) WHERE p.oid = ? AND c.synced = 1 "
        "AND coalesce(c.licensed, 1) <> 0"
    )
    for move in moves:
        if move.moves:
            for (upn,) in snapshot.ask(question, (move.oid,)):
                move.hold_back(
                    "licensed_in_tenant",
                    f"{shown(upn or 'Its account')} is synchronized and licensed in the tenant, and keeps its name there "
                    "unless SynchronizeUpnForManagedUsers is on. State upn_sync_enabled when it is.",
                )


def hold_taken(moves: t.Sequence[Move], snapshot: Snapshot, others: t.Mapping[str, Snapshot] | None = None) -> None:
    """Hold users back whose new name is not free.

    Args:
        moves: all moves.
        snapshot: the objects of the directory with their addresses.
        others: path to the snapshot of another forest.
    """
    snapshot.run("CREATE INDEX IF NOT EXISTS addresses_value ON addresses (value, oid, holds)")
    table = _Table(snapshot)
    for path, other in (others or {}).items():
        _hold_elsewhere(moves, path, other)
    # What a user gives up another may take, unless the first keeps it after all: until nothing more comes back.
    moving = {move.oid: move for move in moves if move.moves}
    while True:
        held = [move for move in moving.values() if _is_taken(move, table, moving)]
        if not held:
            held = _claimed_twice(moving.values())
        if not held:
            return
        for move in held:
            moving.pop(move.oid)


class _Table:
    """The addresses of a directory, asked ordinally and under the fold that drops diacritics and width."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._foreign: dict[str, list[tuple[int, int, str]]] = {}
        for oid, holds, value in snapshot.ask("SELECT oid, holds, value FROM addresses WHERE value GLOB '*[^ -~]*'"):
            self._foreign.setdefault(loose(value), []).append((oid, holds, value))

    def holders(self, name: str) -> t.Iterator[tuple[int, int, str]]:
        """Yield the number of each object that holds a name, in which attributes, and the value there."""
        values = dict.fromkeys((fold(name), loose(name)))
        for value in values:
            for oid, holds in self._snapshot.ask("SELECT oid, holds FROM addresses WHERE value = ?", (value,)):
                yield oid, holds, value
        yield from (item for item in self._foreign.get(loose(name), ()) if item[2] not in values)

    def reference(self, oid: int) -> ObjectReference:
        """Return an object."""
        question = "SELECT dn, guid, kind, name FROM objects WHERE oid = ?"
        dn, guid, kind, name = next(iter(self._snapshot.ask(question, (oid,))))
        return ObjectReference(dn, guid, kind, name)


def _is_taken(move: Move, table: _Table, moving: t.Mapping[int, Move]) -> bool:
    if move.new is None:
        return False
    found: dict[int, int] = {}
    for oid, holds, value in table.holders(move.new):
        if oid == move.oid:
            continue
        other = moving.get(oid)
        if other is not None and other.old is not None and fold(other.old) == value:
            holds &= ~UPN
        if holds:
            found[oid] = found.get(oid, 0) | holds
    if not found:
        return False
    for oid in sorted(found)[:_SHOWN]:
        move.holders.append((table.reference(oid), _attributes(found[oid])))
    implicit = all(holds == IMPLICIT for holds in found.values())
    who = "; ".join(f"{shown(one.dn)} ({', '.join(attributes)})" for one, attributes in move.holders)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    if implicit:
        move.hold_back(
            "upn-implicit-collision",
            f"{shown(move.new)} is the implicit sign-in name (sAMAccountName and the domain) of {who}{more}.",
        )
    else:
        move.hold_back("taken", f"{shown(move.new)} is held by {who}{more}.")
    return True


def _claimed_twice(moving: t.Iterable[Move]) -> list[Move]:
    claims: dict[str, list[Move]] = {}
    for move in moving:
        if move.new is not None:
            claims.setdefault(loose(move.new), []).append(move)
    held = []
    for several in claims.values():
        if len(several) < 2:
            continue
        for move in several:
            others = [one for one in several if one is not move]
            move.holders += [(one.object, ("userPrincipalName",)) for one in others[:_SHOWN]]
            move.hold_back(
                "claimed_twice",
                f"{shown(move.new or '')} would also become the name of {shown(others[0].object.dn)}"
                + (f" and {len(others) - 1} more." if len(others) > 1 else "."),
            )
            held.append(move)
    return held


def _hold_elsewhere(moves: t.Sequence[Move], path: str, other: Snapshot) -> None:
    question = (
        "SELECT o.dn, o.guid, o.kind, o.name FROM addresses a JOIN objects o USING (oid) WHERE a.value = ? "
        f"AND a.holds & {UPN}"
    )
    for move in moves:
        if not move.moves or move.new is None:
            continue
        for row in other.ask(question, (fold(move.new),)):
            reference = ObjectReference(*row)
            if reference.guid is not None and reference.guid == move.object.guid:
                continue
            move.holders.append((reference, ("userPrincipalName",)))
            move.hold_back(
                "taken_in_other_forest", f"{shown(move.new)} is the name of {shown(reference.dn)} in {shown(path)}."
            )


def _attributes(holds: int) -> tuple[str, ...]:
    return tuple(name for bit, name in _ATTRIBUTES if holds & bit)
