# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# mypy: disable-error-code="import-not-found, import-untyped"
"""What the schema of a domain controller says about attributes, as far as loading a sample needs it."""

from __future__ import annotations

import typing as t

import ldb

_CONSTRUCTED = 4
_DN_SYNTAXES = frozenset({"2.5.5.1", "2.5.5.7", "2.5.5.14"})

NEVER = frozenset(
    "distinguishedname instancetype objectcategory usncreated usnchanged "
    "replpropertymetadata ntsecuritydescriptor".split()
)
"""Attributes that only the server can know, in lower case."""

OWNED = frozenset(
    "name whencreated whenchanged samaccounttype primarygroupid pwdlastset badpwdcount "
    "badpasswordtime lastlogon lastlogoff lastlogontimestamp logoncount codepage dscorepropagationdata "
    "msds-behavior-version creationtime admincount iscriticalsystemobject showinadvancedviewonly".split()
)
"""Attributes that the server fills by itself or lets nobody write; a sample's values are put there at the end."""

INVENTED = frozenset(
    "samaccountname countrycode iscriticalsystemobject useraccountcontrol grouptype samaccounttype primarygroupid "
    "showinadvancedviewonly".split()
)
"""Attributes that the server gives new objects: where a sample's object has none, the loaded one has none either."""

IDENTITY = frozenset({"objectguid", "objectsid", "objectclass"})


class SchemaFacts:
    """Syntax and kind of every attribute of a running or stopped domain controller."""

    def __init__(self, database: t.Any) -> None:
        self._links: set[str] = set()
        self._derived: set[str] = set()
        self._known: set[str] = set()
        self._mandatory: dict[str, set[str]] = {}
        for row in database.search(
            database.get_schema_basedn(),
            scope=ldb.SCOPE_ONELEVEL,
            expression="(objectClass=attributeSchema)",
            attrs=["lDAPDisplayName", "attributeSyntax", "systemFlags", "linkID"],
        ):
            name = str(row["lDAPDisplayName"]).lower()
            self._known.add(name)
            if str(row["attributeSyntax"]) in _DN_SYNTAXES:
                self._links.add(name)
            if int(str(row.get("systemFlags", "0"))) & _CONSTRUCTED or int(str(row.get("linkID", "0"))) % 2:
                self._derived.add(name)

        kinds = ["mustContain", "systemMustContain"]
        for row in database.search(
            database.get_schema_basedn(),
            scope=ldb.SCOPE_ONELEVEL,
            expression="(objectClass=classSchema)",
            attrs=["lDAPDisplayName", *kinds],
        ):
            names = {str(value).lower() for kind in kinds for value in row.get(kind, ())}
            self._mandatory[str(row["lDAPDisplayName"]).lower()] = names

    def mandatory(self, classes: t.Iterable[bytes]) -> set[str]:
        """Return the attributes, in lower case, that an object of some classes cannot be made without."""
        return {name for c in classes for name in self._mandatory.get(c.decode().lower(), ())}

    def knows(self, name: str) -> bool:
        """Return whether the schema has the attribute."""
        return name.lower() in self._known

    def points_to_objects(self, name: str) -> bool:
        """Return whether the values are names of other objects, which must be there first."""
        return name.lower() in self._links

    def is_derived(self, name: str) -> bool:
        """Return whether the server computes the values: back links and constructed attributes."""
        return name.lower() in self._derived or name.lower() in NEVER
