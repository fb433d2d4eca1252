# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenant beside the directory: what its exports say, laid into the snapshot's file to be asked."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._model.text import fold
from .._tenant.assignments import read_licences, read_roles, read_services
from .._tenant.domains import CloudDomain, read_domains
from .._tenant.objects import CloudObject, ObjectExport
from .._tenant.services import NO_SERVICES, UNKNOWN, Services
from .snapshot import Row, Snapshot

# What a value is to the object of the tenant that holds it: bits of ``cloud_values.holds``.
CLOUD_UPN, CLOUD_PRIMARY, CLOUD_OTHER = 1, 2, 4
_BATCH = 2000

_TABLES = (
    "CREATE TEMP TABLE cloud (cid INTEGER PRIMARY KEY, id TEXT NOT NULL, kind TEXT NOT NULL, upn TEXT, "
    "name TEXT NOT NULL, primary_address TEXT, addresses_known INTEGER NOT NULL, immutable_id TEXT, anchor TEXT, "
    "synced INTEGER, on_prem_upn TEXT, on_prem_domain TEXT, licensed INTEGER, guest INTEGER NOT NULL, roles TEXT, "
    "managed INTEGER, exchange INTEGER, deleted INTEGER NOT NULL)",
    "CREATE TEMP TABLE cloud_values (value TEXT NOT NULL, cid INTEGER NOT NULL, holds INTEGER NOT NULL)",
)
_SERVICES = (
    "CREATE TEMP TABLE cloud_services (cid INTEGER PRIMARY KEY, teams INTEGER, exchange_online INTEGER, "
    "exchange_online_plan_1 INTEGER, sharepoint_online INTEGER, onedrive INTEGER, recipient TEXT)"
)


@dataclass(frozen=True)
class TenantFiles:
    """The exports of a tenant; None where there is none.

    Attributes:
        users: its users.
        objects: its groups and contacts.
        domains: its domains.
        licences: who has a licence, where the export of users does not say.
        roles: who holds an administrator role.
        columns: field to the name of the column that holds it, for files with names of their own.
    """

    users: str | None = None
    objects: str | None = None
    domains: str | None = None
    licences: str | None = None
    roles: str | None = None
    columns: t.Mapping[str, str] = field(default_factory=dict)


@dataclass
class Tenant:
    """What is known of a tenant.

    Attributes:
        domains: its domains.
        known: fields of users that at least one has a value in.
        users: users that were read.
        objects: groups and contacts that were read.
        repeated: objects that the files hold more than once.
        notes: what the reader should know about the files, in words.
    """

    domains: tuple[CloudDomain, ...] = ()
    known: set[str] = field(default_factory=set)
    users: int = 0
    objects: int = 0
    repeated: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def verified(self) -> tuple[str, ...]:
        """Names of the verified domains."""
        return tuple(domain.name for domain in self.domains if domain.verified)

    @property
    def initial_domain(self) -> str | None:
        """The domain that the tenant began with."""
        return next((domain.name for domain in self.domains if domain.initial), None)

    def is_federated(self, domain: str) -> bool:
        """Return whether sign-in for a domain goes to another place, as far as that is known."""
        return any(item.federated for item in self.domains if item.name == domain.lower())


def load_tenant(files: TenantFiles, snapshot: Snapshot, *, services: bool = False) -> Tenant:
    """Read the exports into the snapshot's temporary tables ``cloud`` and ``cloud_values``.

    Args:
        files: the exports.
        snapshot: takes the tables.
        services: whether to fill ``cloud_services`` as well: which services users have a licence for, and what Exchange
            Online calls them.

    Raises:
        TenantFileError: a file is damaged, was cut off, or is something else.
        OutputError: the tables could not be written.
    """
    for statement in _TABLES:
        snapshot.run(statement)
    if services:
        snapshot.run(_SERVICES)
    tenant = Tenant(read_domains(files.domains, files.columns) if files.domains else ())
    loader = _Loader(
        snapshot,
        read_licences(files.licences, files.columns) if files.licences else None,
        read_roles(files.roles, files.columns) if files.roles else None,
        read_services(files.licences, files.columns) if files.licences and services else None,
        services,
    )
    for path, users in ((files.users, True), (files.objects, False)):
        if path is None:
            continue
        export = ObjectExport(path, files.columns, users=users, services=services)
        loader.load(export)
        tenant.notes += export.notes
        if users:
            tenant.known, tenant.users = export.known, export.count
        else:
            tenant.objects = export.count
    tenant.repeated = loader.repeated
    if files.licences:
        tenant.known.add("licensed")
    if files.roles:
        tenant.known.add("roles")
    if tenant.users and not tenant.known & {"synced", "immutable_id"}:
        tenant.notes.append(
            "No user of the export comes from a directory. If the tenant is synchronized already, export "
            "OnPremisesSyncEnabled and OnPremisesImmutableId as well."
        )
    snapshot.run("CREATE INDEX temp.cloud_anchor ON cloud (anchor)")
    snapshot.run("CREATE INDEX temp.cloud_values_value ON cloud_values (value, cid, holds)")
    return tenant


class _Loader:
    def __init__(
        self,
        snapshot: Snapshot,
        licences: dict[str, bool] | None,
        roles: dict[str, tuple[str, ...]] | None,
        licence_services: dict[str, Services] | None,
        with_services: bool,
    ) -> None:
        self._snapshot = snapshot
        self._licences = licences
        self._roles = roles
        self._licence_services = licence_services
        self._with_services = with_services
        self._ids: set[str] = set()
        self._number = 0
        self.repeated = 0

    def load(self, export: ObjectExport) -> None:
        """Write all objects of an export; one that was there already is counted and passed over."""
        rows: list[Row] = []
        values: list[Row] = []
        services: list[Row] = []
        for item in export:
            key = fold(item.id)
            if key in self._ids:
                self.repeated += 1
                continue
            self._ids.add(key)
            self._number += 1
            rows.append(self._row(item))
            values += [(value, self._number, holds) for value, holds in _values(item).items()]
            if self._with_services:
                services.append((self._number, *self._services_of(item), item.recipient))
            if len(rows) >= _BATCH:
                self._write(rows, values, services)
        self._write(rows, values, services)

    def _services_of(self, item: CloudObject) -> Services:
        if self._licence_services is None:
            return item.services
        keys = [fold(key) for key in (item.id, item.upn) if key]
        own = item.services if item.services != UNKNOWN else NO_SERVICES
        return next((self._licence_services[key] for key in keys if key in self._licence_services), own)

    def _write(self, rows: list[Row], values: list[Row], services: list[Row]) -> None:
        self._snapshot.run_many(f"INSERT INTO temp.cloud VALUES ({','.join('?' * 18)})", rows)
        self._snapshot.run_many("INSERT INTO temp.cloud_values VALUES (?,?,?)", values)
        if services:
            self._snapshot.run_many("INSERT INTO temp.cloud_services VALUES (?,?,?,?,?,?,?)", services)
        rows.clear()
        values.clear()
        services.clear()

    def _row(self, item: CloudObject) -> Row:
        keys = [fold(key) for key in (item.id, item.upn) if key]
        licensed, roles = item.licensed, item.roles
        if self._licences is not None and item.kind == "user":
            licensed = next((self._licences[key] for key in keys if key in self._licences), licensed or False)
        if self._roles is not None and item.kind == "user":
            roles = next((self._roles[key] for key in keys if key in self._roles), roles or ())
        return (
            self._number,
            item.id,
            item.kind,
            item.upn,
            item.name,
            item.primary,
            item.proxies is not None or item.mail is not None,
            item.immutable_id,
            item.anchor,
            item.synced,
            item.on_prem_upn,
            item.on_prem_domain.lower() if item.on_prem_domain else None,
            licensed,
            item.guest,
            None if roles is None else ", ".join(roles),
            item.managed,
            item.exchange_managed,
            item.deleted,
        )


def _values(item: CloudObject) -> dict[str, int]:
    held: dict[str, int] = {}
    if item.upn:
        held[fold(item.upn)] = CLOUD_UPN
    primary = fold(item.primary) if item.primary else None
    for address in item.addresses:
        value = fold(address)
        held[value] = held.get(value, 0) | (CLOUD_PRIMARY if value == primary else CLOUD_OTHER)
    return held
