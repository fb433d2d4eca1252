# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A directory in memory that behaves as a domain controller does, for tests of what is written.

It takes a modify as a whole or not at all, deletes values without regard to case, and lets no two objects have the same
sign-in name. It can be made to fail, to lose connections, and to be changed by somebody else at any moment.
"""

from __future__ import annotations

import copy
import typing as t
import uuid

from ansible_collections.syncready.m365.plugins.module_utils._directory.filters import parse_filter
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import (
    EVERYTHING,
    Modification,
    ReadStatistics,
    Scope,
    Selection,
)
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_root import RootDse
from ansible_collections.syncready.m365.plugins.module_utils._model.dn import is_at_or_below, normalise
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import ConflictError, DirectoryError
from ansible_collections.syncready.m365.plugins.module_utils._model.finding import ObjectReference
from ansible_collections.syncready.m365.plugins.module_utils._model.text import fold

DOMAIN = "DC=contoso,DC=local"
UNIQUE = ("userprincipalname", "samaccountname")
_NAMESPACE = uuid.UUID("3b9d4f60-52a1-4e7e-9a43-6a2c1a0d5f10")


class MemoryDirectory:
    """A directory in memory.

    Attributes:
        objects: DN to attributes (names in lower case) to values.
        modified: every change that was carried out, in its order.
        on_modify: is called before each change with its DN; may change the directory or raise.
        after_modify: is called after each change.
        lost: whether the connection is gone.
    """

    def __init__(self, key: str = "11111111-2222-3333-4444-555555555555") -> None:
        self.objects: dict[str, dict[str, list[bytes]]] = {}
        self.modified: list[tuple[str, tuple[Modification, ...]]] = []
        self.on_modify: t.Callable[[str], None] = lambda dn: None
        self.after_modify: t.Callable[[], None] = lambda: None
        self.lost = False
        self.closed = False
        self.statistics = ReadStatistics()
        self.root = RootDse(host="dc1.contoso.local", domain_dn=DOMAIN)
        self._key = key

    def add(
        self, name: str, attributes: t.Mapping[str, t.Sequence[str] | str], parent: str = DOMAIN
    ) -> ObjectReference:
        """Add a user and return its reference."""
        dn = f"CN={name},{parent}"
        guid = uuid.uuid5(_NAMESPACE, name)
        self.objects[dn] = {
            "objectclass": [b"top", b"person", b"user"],
            "objectguid": [guid.bytes_le],
            "cn": [name.encode()],
        }
        for attribute, values in attributes.items():
            texts = [values] if isinstance(values, str) else values
            self.objects[dn][attribute.lower()] = [text.encode() for text in texts]
        return ObjectReference(dn, str(guid), "user", name)

    def values(self, dn: str, attribute: str) -> list[str]:
        """Return the values of an attribute as text."""
        return [value.decode() for value in self.objects[dn].get(attribute.lower(), [])]

    def set(self, dn: str, attribute: str, *values: str) -> None:
        """Change an attribute past everything."""
        if values:
            self.objects[dn][attribute.lower()] = [value.encode() for value in values]
        else:
            self.objects[dn].pop(attribute.lower(), None)

    def dump(self) -> dict[str, dict[str, list[bytes]]]:
        """Return everything, values sorted."""
        return {
            dn: {name: sorted(values) for name, values in attributes.items() if values}
            for dn, attributes in copy.deepcopy(self.objects).items()
        }

    # The interface of a directory

    @property
    def root_dse(self) -> RootDse:
        return self.root

    def identity(self) -> dict[str, str]:
        return {"transport": "memory", "domain": "contoso.local", "domain_guid": self._key}

    def attribute_names(self) -> frozenset[str] | None:
        return None

    def search(
        self,
        base: str | None = None,
        scope: Scope = "subtree",
        selection: Selection = EVERYTHING,
        filter: str | None = None,  # noqa: A002
    ) -> t.Iterator[Entry]:
        if self.lost:
            raise DirectoryError("The connection broke.", code="CONNECTION_LOST")
        condition = parse_filter(filter) if filter else None
        wanted = None if selection.attributes is None else {name.lower() for name in selection.attributes}
        found = False
        for dn, attributes in list(self.objects.items()):
            if base is not None and not is_at_or_below(dn, base):
                continue
            if scope == "base" and base is not None and normalise(dn) != normalise(base):
                continue
            found = True
            if condition is not None and not condition.matches(Entry(dn, attributes)):
                continue
            yield Entry(
                dn,
                {name: list(values) for name, values in attributes.items() if wanted is None or name in wanted},
            )
        if scope == "base" and not found:
            raise DirectoryError("There is no such object.", code="BASE_NOT_FOUND")

    def modify(self, dn: str, changes: t.Sequence[Modification]) -> None:
        if self.lost:
            raise DirectoryError("The connection broke.", code="OUTCOME_UNKNOWN")
        self.on_modify(dn)
        if self.lost:
            raise DirectoryError("The connection broke.", code="OUTCOME_UNKNOWN")
        self.carry_out(dn, changes)
        if self.lost:
            raise DirectoryError("The connection broke.", code="OUTCOME_UNKNOWN")

    def carry_out(self, dn: str, changes: t.Sequence[Modification]) -> None:
        """Change an object: everything or nothing."""
        if dn not in self.objects:
            raise DirectoryError("There is no such object.", code="NO_SUCH_OBJECT")
        attributes = {name: list(values) for name, values in self.objects[dn].items()}
        for change in changes:
            name = change.attribute.lower()
            values = attributes.setdefault(name, [])
            for value in change.delete:
                match = next((one for one in values if one == value), None) or next(
                    (one for one in values if fold(one.decode()) == fold(value.decode())), None
                )
                if match is None:
                    raise ConflictError("no such value")
                values.remove(match)
            for value in change.add:
                if value in values or (values and name in (*UNIQUE, "mail", "displayname", "mailnickname")):
                    raise ConflictError("value exists")
                values.append(value)
        for name in UNIQUE:
            for value in attributes.get(name, []):
                for other, theirs in self.objects.items():
                    if other != dn and any(fold(one.decode()) == fold(value.decode()) for one in theirs.get(name, [])):
                        raise DirectoryError(f"{name} is taken", code="VALUE_REFUSED")
        self.objects[dn] = {name: values for name, values in attributes.items() if values}
        self.modified.append((dn, tuple(changes)))
        self.after_modify()

    def close(self) -> None:
        self.closed = True

    def again(self) -> MemoryDirectory:
        """Return the same directory over a new connection."""
        other = copy.copy(self)
        other.lost = False
        other.on_modify = lambda dn: None
        return other


def user(number: int) -> dict[str, t.Sequence[str] | str]:
    """Return the attributes of a made-up user."""
    return {
        "userPrincipalName": f"user{number}@contoso.local",
        "mail": f"user{number}@contoso.com",
        "proxyAddresses": [f"SMTP:user{number}@contoso.com", f"smtp:u{number}@contoso.com"],
        "displayName": f"User {number}",
        "sAMAccountName": f"user{number}",
    }
