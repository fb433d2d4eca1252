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
from .._model.text import fold
from .world import World

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
    """Knows every value of the directory at one stage, and those that proposals claim.

    Args:
        world: the stage.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._claims: dict[tuple[bool, str], int] = {}
        # Only values outside ASCII look different under the loose fold, and there are few of them.
        self._loose: dict[tuple[bool, str], set[int]] = {}
        foreign = "SELECT oid, value FROM addresses WHERE value GLOB '*[^ -~]*' AND holds <> ?"
        for oid, value in world.holders(foreign, (IMPLICIT,)):
            self._loose.setdefault((False, loose(value)), set()).add(oid)
        foreign = "SELECT oid, value FROM keys WHERE space = ? AND value GLOB '*[^ -~]*'"
        for oid, value in world.holders(foreign, (NICKNAME,)):
            self._loose.setdefault((True, loose(value)), set()).add(oid)

    def is_free(self, space: Space, value: str, oid: int) -> bool:
        """Return whether no other object holds or is to get a value, in either way of comparing."""
        key = (space == "nickname", loose(value))
        if self._claims.get(key, oid) != oid or self._loose.get(key, set()) - {oid}:
            return False
        if space == "nickname":
            question = "SELECT oid FROM keys WHERE space = ? AND value IN (?, ?)"
            parameters: tuple[object, ...] = (NICKNAME, fold(value), key[1])
        else:
            question = "SELECT oid FROM addresses WHERE value IN (?, ?) AND holds & ?"
            parameters = (fold(value), key[1], _HOLDS[space])
        return all(row[0] == oid for row in self._world.holders(question, parameters))

    def claim(self, space: Space, value: str, oid: int) -> None:
        """Keep a value for an object."""
        self._claims[space == "nickname", loose(value)] = oid
