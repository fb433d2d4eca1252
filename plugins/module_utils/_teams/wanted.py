# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding the users that somebody named."""

from __future__ import annotations

import json
import typing as t

from .._model.dn import normalise
from .._model.text import fold
from .._rules.subject import Proxy


class Wanted:
    """The users that were asked for, by objectGUID, DN, sign-in name, sAMAccountName or SMTP address.

    Args:
        names: as people write them; none: everybody is wanted, and the object is false.
    """

    def __init__(self, names: t.Sequence[str]) -> None:
        self._keys: dict[str, list[str]] = {}
        for name in names:
            self._keys.setdefault(_key(name), []).append(name)
        self._has_dns = any(_is_dn(name) for name in names)
        self._missing = set(self._keys)

    def __bool__(self) -> bool:
        return bool(self._keys)

    def includes(self, dn: str, guid: str | None, identity: str) -> bool:
        """Return whether a user is wanted.

        Args:
            dn: the distinguished name.
            guid: objectGUID as text.
            identity: the column of the snapshot.
        """
        sign_in_name, mail, _nickname, _target, sam, proxies = json.loads(identity)[:6]
        found = {fold(name) for name in (guid, sign_in_name, mail, sam) if name}
        found.update(fold(proxy.address) for raw in proxies if (proxy := Proxy(raw)).is_smtp)
        if self._has_dns:
            found.add(normalise(dn))
        found &= self._keys.keys()
        self._missing -= found
        return bool(found)

    @property
    def not_found(self) -> list[str]:
        """The names that no user had so far, as they were written."""
        return [name for key, names in self._keys.items() if key in self._missing for name in names]


def _key(name: str) -> str:
    name = name.strip()
    # "DOMAIN\\name" and a GUID in braces are what other tools print.
    if _is_dn(name):
        return normalise(name)
    return fold(name.strip("{}").rpartition("\\")[2])


def _is_dn(name: str) -> bool:
    # An address may hold an equals sign, but no comma.
    return "=" in name and "," in name
