# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses of an object that something else in the tenant holds."""

from __future__ import annotations

import typing as t

from .._model.text import fold
from .._rules.subject import Subject
from .cloud import CLOUD_PRIMARY, CLOUD_UPN
from .cloud_names import Account
from .remembered import Remembered
from .snapshot import Snapshot

Collision = tuple[str, str]

_HOLDERS = (
    "SELECT v.cid, v.holds, c.kind, coalesce(c.upn, c.primary_address, c.id), c.synced, p.oid FROM temp.cloud_values v "
    "JOIN temp.cloud c USING (cid) LEFT JOIN temp.pairs p ON p.cid = v.cid "
    "WHERE v.value = ? AND NOT c.deleted ORDER BY v.cid, p.oid"
)
_AN = {"user": "a user", "group": "a group", "contact": "a contact"}


class Collisions:
    """Asks the tenant, which was loaded into the snapshot, and paired with it, before."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def of(self, item: Remembered, subject: Subject, account: Account | None) -> list[Collision]:
        """Return kind and message of each collision of a user, one for each account that holds one of its values.

        Args:
            item: the user.
            subject: the same, as the rules see it.
            account: its own account; None where it has none.
        """
        own = account.cid if account is not None else None
        primary = subject.primary
        leading = {fold(value) for value in (subject.sign_in_name, primary.address if primary else None) if value}
        found: dict[int, Collision] = {}
        for value in _values(subject):
            for cid, holds, kind, name, synced, paired in self._snapshot.ask(_HOLDERS, (value,)):
                if cid == own or cid in found:
                    continue
                if kind != "user":
                    found[cid] = ("object_type_mismatch", f"{value} is held by {_AN[kind]} of the tenant, {name}.")
                elif paired is None:
                    # Two accounts of the tenant that belong to one user; the address goes before the name.
                    both = (
                        account is not None
                        and account.synced is False
                        and value in leading
                        and holds & (CLOUD_UPN | CLOUD_PRIMARY)
                    )
                    words = f"{value} is held by {name}."
                    found[cid] = ("matches_differ" if both else "address_collision", words)
                elif paired != item.oid:
                    moves = synced and not self._holds(paired, value)
                    found[cid] = ("address_moves" if moves else "address_collision", f"{value} is held by {name}.")
        return list(found.values())

    def of_recipient(self, item: Remembered, subject: Subject) -> list[Collision]:
        """Return kind and message of each collision of a contact or group with a user of the tenant."""
        found: dict[int, Collision] = {}
        for value in _values(subject):
            for cid, _holds, kind, name, _synced, paired in self._snapshot.ask(_HOLDERS, (value,)):
                # What an object of the directory holds as well, the audit reports as a duplicate there.
                if kind == "user" and cid not in found and not (paired is not None and self._holds(paired, value)):
                    code = "object_type_mismatch" if paired is None else "address_collision"
                    found[cid] = (code, f"{value} is held by a user of the tenant, {name}.")
        return list(found.values())

    def _holds(self, oid: int, value: str) -> bool:
        return bool(self._snapshot.count("SELECT count(*) FROM addresses WHERE oid = ? AND value = ?", (oid, value)))


def _values(subject: Subject) -> t.Iterator[str]:
    values = [
        subject.sign_in_name if subject.is_person else None,
        *(proxy.address for proxy in subject.smtp),
        subject.mail,
    ]
    yield from dict.fromkeys(fold(value) for value in values if value and "@" in value)
