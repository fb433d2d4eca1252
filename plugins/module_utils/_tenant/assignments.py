# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who has a licence and who holds an administrator role, where files of their own say so."""

from __future__ import annotations

import typing as t

from .._model.text import fold
from .errors import TenantFileError
from .objects import BETWEEN_WORDS, ID, LICENCES, UPN, licensed
from .records import Record, Records, text, values
from .services import Services, services_of

_PRINCIPAL = ("principalid", "memberid", "userid", "userobjectid", "objectid", "id")
_PRINCIPAL_NAME = ("userprincipalname", "principalname", "memberuserprincipalname", "username", "member", "upn")
_ROLE = ("role", "rolename", "roledisplayname", "directoryrole", "roledefinitionname", "roledefinitiondisplayname")


def read_licences(path: str, columns: t.Mapping[str, str] | None = None) -> dict[str, bool]:
    """Return object id and UPN (folded) of users to whether they have a licence.

    A file without any column for the licence is a list of those who have one.

    Raises:
        TenantFileError: the file is damaged, was cut off, or is something else.
    """
    records = Records(path, columns)
    found: dict[str, bool] = {}
    for _where, record in records:
        names = _keys(record, UPN, ID)
        if not names:
            raise records.foreign("licences", "id or userPrincipalName of a user")
        said = licensed(record)
        if said is None:
            said = not any(name in records.names for name in (*LICENCES, "islicensed", "licensed")) or "skuid" in record
        for name in names:
            # A user has a line for each licence.
            found[name] = found.get(name, False) or said
    if not found:
        raise TenantFileError(f"{path} holds no users. Export it again.")
    return found


def read_services(path: str, columns: t.Mapping[str, str] | None = None) -> dict[str, Services]:
    """Return object id and UPN (folded) of users to the services that their licences in the file give.

    Of those who are in a file without any column for the licence, the services are unknown.

    Raises:
        TenantFileError: the file is damaged, was cut off, or is something else.
    """
    found: dict[str, Services] = {}
    # Users with equal licences share one value.
    shared: dict[Services, Services] = {}
    for _where, record in Records(path, columns):
        said = services_of(record, licensed(record))
        for name in _keys(record, UPN, ID):
            both = said.with_licence(found[name]) if name in found else said
            found[name] = shared.setdefault(both, both)
    return found


def read_roles(path: str, columns: t.Mapping[str, str] | None = None) -> dict[str, tuple[str, ...]]:
    """Return object id and UPN (folded) of the holders of administrator roles to the names of their roles.

    Known are directoryRoles with their members and role assignments with their principals (JSON of Graph), and tables
    with one line for each holder and role.

    Raises:
        TenantFileError: the file is damaged, was cut off, or is something else.
    """
    records = Records(path, columns)
    found: dict[str, list[str]] = {}
    for _where, record in records:
        members = record.get("members")
        if isinstance(members, list):
            role = text(record, (*_ROLE, "displayname")) or "a role"
            holders = [member for member in members if isinstance(member, dict)]
        else:
            role, holders = _role(record), [_principal(record)]
            if not _keys(holders[0], _PRINCIPAL_NAME, _PRINCIPAL):
                raise records.foreign("role holders", "id or userPrincipalName of a role holder")
        for holder in holders:
            plain = {name.lower(): value for name, value in holder.items()}
            for key in _keys(plain, _PRINCIPAL_NAME, _PRINCIPAL):
                if role not in found.setdefault(key, []):
                    found[key].append(role)
    return {key: tuple(roles) for key, roles in found.items()}


def _role(record: Record) -> str:
    definition = record.get("roledefinition")
    if isinstance(definition, dict) and isinstance(definition.get("displayName"), str):
        return str(definition["displayName"])
    listed = values(record, ("roles", "directoryroles"), BETWEEN_WORDS)
    return text(record, (*_ROLE, "roledefinitionid")) or ", ".join(listed or ()) or "a role"


def _principal(record: Record) -> Record:
    principal = record.get("principal")
    if isinstance(principal, dict):
        return {name.lower(): value for name, value in principal.items()}
    if "principalid" in record:
        # The id of an assignment is not that of the user.
        return {name: value for name, value in record.items() if name not in ("id", "objectid")}
    return record


def _keys(record: Record, *fields: t.Iterable[str]) -> list[str]:
    found = (text(record, names) for names in fields)
    return [fold(key) for key in found if key]
