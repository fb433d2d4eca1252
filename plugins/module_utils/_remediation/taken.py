# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a value is free: in the whole directory, and among the other proposals.

Asked twice: ordinally without case, and under a fold that also drops diacritics and width, because Active Directory's
own matching does.
"""

from __future__ import annotations

import typing as t
import unicodedata

from .._audit.recorder import IMPLICIT, MAIL, NICKNAME, PROXY, TARGET, UPN
from .._audit.snapshot import Snapshot
from .._model.text import fold

# An address of one object must not be an address of another in any attribute; a sign-in name must not be another
# account's implicit name either.
_ADDRESS = UPN | PROXY | MAIL | TARGET
Space = t.Literal["sign_in", "address", "nickname"]
_HOLDS: dict[Space, int] = {"sign_in": _ADDRESS | IMPLICIT, "address": _ADDRESS, "nickname": 0}


def loose(text: str) -> str:
    """Return a form of a text that is equal for texts that differ in case, diacritics or width alone."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return fold("".join(c for c in decomposed if not unicodedata.combining(c)))


class Taken:
    """Knows every value of the directory, and those that proposals claim.

    Args:
        snapshot: the snapshot of an audit that is complete.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._claims: dict[tuple[bool, str], int] = {}
        self._released: dict[tuple[bool, str], set[int]] = {}
        self._refused: dict[tuple[bool, str], set[int]] = {}
        # Only values outside ASCII look different under the loose fold, and there are few of them.
        self._loose: dict[tuple[bool, str], set[int]] = {}
        foreign = "SELECT value, oid, holds FROM addresses WHERE value GLOB '*[^ -~]*' AND holds <> ?"
        for value, oid, _holds in snapshot.ask(foreign, (IMPLICIT,)):
            self._loose.setdefault((False, loose(value)), set()).add(oid)
        foreign = "SELECT value, oid FROM keys WHERE space = ? AND value GLOB '*[^ -~]*'"
        for value, oid in snapshot.ask(foreign, (NICKNAME,)):
            self._loose.setdefault((True, loose(value)), set()).add(oid)

    def is_free(self, space: Space, value: str, oid: int) -> bool:
        """Return whether no other object holds or is to get a value, in either way of comparing.

        A value that its holders give up in the same plan is free: the apply takes it away before it gives it anew.
        """
        nickname = space == "nickname"
        similar = loose(value)
        if self._claims.get((nickname, similar), oid) != oid:
            return False
        others = self._loose.get((nickname, similar), set()) | self._holders(space, value, similar)
        others -= {oid} | self._released.get((nickname, fold(value)), set())
        if others:
            self._refused.setdefault((nickname, fold(value)), set()).add(oid)
        return not others

    def _holders(self, space: Space, value: str, similar: str) -> set[int]:
        if space == "nickname":
            question = "SELECT oid FROM keys WHERE space = ? AND value IN (?, ?)"
            parameters: tuple[object, ...] = (NICKNAME, fold(value), similar)
        else:
            question = "SELECT oid FROM addresses WHERE value IN (?, ?) AND holds & ?"
            parameters = (fold(value), similar, _HOLDS[space])
        return {row[0] for row in self._snapshot.ask(question, parameters)}

    def claim(self, space: Space, value: str, oid: int) -> None:
        """Keep a value for an object."""
        self._claims[space == "nickname", loose(value)] = oid

    def release(self, space: Space, value: str, oid: int) -> None:
        """Note that an object gives a value up."""
        self._released.setdefault((space == "nickname", fold(value)), set()).add(oid)

    def forget(self, oid: int) -> None:
        """Forget what an object claimed and gave up: it is worked on anew."""
        self._claims = {key: owner for key, owner in self._claims.items() if owner != oid}
        for owners in self._released.values():
            owners.discard(oid)

    def forget_all(self) -> None:
        """Start over with the values of the directory alone."""
        self._claims.clear()
        self._released.clear()
        self._refused.clear()

    def newly_free(self) -> set[int]:
        """Return the objects that were refused a value which has become free since; each is told once."""
        found: set[int] = set()
        for key, oids in list(self._refused.items()):
            nickname, value = key
            space: Space = "nickname" if nickname else "sign_in"
            if not self._released.get(key) or self._holders(space, value, value) - self._released[key] - oids:
                continue
            if self._claims.get((nickname, loose(value))) is None:
                found |= oids
                del self._refused[key]
        return found
