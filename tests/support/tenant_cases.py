# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A directory and its tenant, with labelled mismatches of every kind among people who match."""

from __future__ import annotations

import base64
import json
import typing as t
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry

from . import tenants
from .audits import user
from .tenants import Person, Shape

INITIAL = "contoso.onmicrosoft.com"
OUTSIDE = "OU=Leavers,DC=contoso,DC=local"
_SPACE = uuid.UUID("0f7b5a36-33c8-4f0e-9df8-4f4f4c1f7a11")
# The admin centre shows no anchors.
_NO_ANCHORS: tuple[Shape, ...] = ("admin_centre",)


def guid(name: str) -> uuid.UUID:
    """Return the GUID of a made-up object."""
    return uuid.uuid5(_SPACE, name)


def immutable_id(value: uuid.UUID) -> str:
    """Return the anchor of a GUID, made here by hand."""
    return base64.b64encode(value.bytes_le).decode("ascii")


@dataclass
class World:
    """Both sides, and what a comparison must say.

    Attributes:
        entries: objects of the directory.
        people: users of the tenant.
        groups: addresses of groups of the tenant.
        roles: id of a user of the tenant to the role it holds.
        labels: name of an object, or id of an account without one, to shape to the kinds that must come.
    """

    entries: list[Entry] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    labels: dict[str, dict[Shape, frozenset[str]]] = field(default_factory=dict)

    def expect(self, key: str, *kinds: str, instead: dict[Shape, tuple[str, ...]] | None = None) -> None:
        """Note which kinds must come, and which in some shapes in their place."""
        self.labels[key] = {shape: frozenset((instead or {}).get(shape, kinds)) for shape in tenants.SHAPES}

    def expected(self, shape: Shape) -> dict[str, frozenset[str]]:
        """Return what must come in one shape, and nothing else."""
        return {key: kinds[shape] for key, kinds in self.labels.items() if kinds[shape]}

    def directory(self, name: str, *, upn: str | None = None, primary: str | None = None, **more: t.Any) -> None:
        """Add a user to the directory."""
        address = primary or f"{name}@contoso.com"
        values: dict[str, t.Any] = {
            "objectGUID": guid(name).bytes_le,
            "userPrincipalName": upn or f"{name}@contoso.com",
            "mail": address,
            "mailNickname": name,
            "proxyAddresses": [f"SMTP:{address}", f"smtp:{name}@fabrikam.com"],
            **more,
        }
        self.entries.append(user(name, **values))

    def cloud(self, name: str, *, primary: str | None = None, also: tuple[str, ...] = (), **more: t.Any) -> None:
        """Add a user to the tenant: synchronized and matched by objectGUID unless said otherwise."""
        address = primary or f"{name}@contoso.com"
        proxies = (
            f"SMTP:{address}",
            f"smtp:{name}@fabrikam.com",
            f"smtp:{name}@{INITIAL}",
            *(f"smtp:{a}" for a in also),
        )
        values: dict[str, t.Any] = {
            "id": str(guid("cloud " + name)),
            "upn": f"{name}@contoso.com",
            "proxies": proxies,
            "name": name,
            "immutable_id": immutable_id(guid(name)),
            "on_prem_domain": "contoso.local",
            **more,
        }
        if values.get("synced") is False:
            values = {**values, "on_prem_domain": None}
            if "immutable_id" not in more:
                values["immutable_id"] = None
        elif "on_prem_upn" not in more:
            values["on_prem_upn"] = values["upn"]
        self.people.append(Person(**values))

    def write(self, folder: Path, shape: Shape) -> dict[str, str]:
        """Write the exports and return the options that name them."""
        folder.mkdir(exist_ok=True)
        objects, roles = folder / "objects.json", folder / "roles.csv"
        rows = [
            {
                "@odata.type": "#microsoft.graph.group",
                "id": str(guid(mail)),
                "mail": mail,
                "proxyAddresses": [f"SMTP:{mail}"],
            }
            for mail in self.groups
        ]
        objects.write_text(json.dumps({"value": rows}), encoding="utf-8")
        lines = [f"{key};{role}" for key, role in self.roles.items()]
        roles.write_text("\n".join(["PrincipalId;Role", *lines, ""]), encoding="utf-8")
        return {
            "tenant_users_path": str(tenants.write_users(folder / "users", shape, self.people)),
            "tenant_objects_path": str(objects),
            "tenant_roles_path": str(roles),
        }


Case = t.Callable[[World, str], None]


def _suffix(world: World, name: str) -> None:
    world.directory(name, upn=f"{name}@contoso.local")
    world.cloud(name, upn=f"{name}@{INITIAL}", on_prem_upn=f"{name}@contoso.local")
    world.expect(name, "upn_suffix_not_verified")


def _invalid(world: World, name: str) -> None:
    world.directory(name, upn=f"{name} x@contoso.com")
    world.cloud(name, upn=f"{name}@{INITIAL}", on_prem_upn=f"{name} x@contoso.com")
    world.expect(name, "upn_invalid")


def _licensed(world: World, name: str) -> None:
    world.directory(name, upn=f"{name}.new@contoso.com")
    world.cloud(name, on_prem_upn=f"{name}.new@contoso.com", licensed=True)
    world.expect(name, "upn_licensed")


def _waits(world: World, name: str) -> None:
    world.directory(name, upn=f"{name}.new@contoso.com")
    world.cloud(name, on_prem_upn=f"{name}.new@contoso.com")
    world.expect(name, "upn_waits_for_change")


def _pending(world: World, name: str) -> None:
    world.directory(name, upn=f"{name}.new@contoso.com")
    world.cloud(name, on_prem_upn=f"{name}@contoso.com")
    world.expect(name, "upn_pending", instead={"admin_centre": ("upn_waits_for_change",)})


def _case(world: World, name: str) -> None:
    world.directory(name, upn=f"{name.upper()}@contoso.com")
    world.cloud(name)
    world.expect(name, "upn_case_differs")


def _quarantined(world: World, name: str) -> None:
    world.directory(name, primary=f"{name}.primary@contoso.com")
    world.cloud(
        name, upn=f"{name}1234@{INITIAL}", primary=f"{name}.primary@contoso.com", on_prem_upn=f"{name}@contoso.com"
    )
    world.cloud(f"{name}-holder", also=(f"{name}@contoso.com",), synced=False)
    world.expect(name, "upn_quarantined", "address_collision")


def _soft(world: World, name: str) -> None:
    world.directory(name)
    world.cloud(name, synced=False)
    world.expect(name, "soft_match")


def _soft_role(world: World, name: str) -> None:
    world.directory(name)
    world.cloud(name, synced=False)
    world.roles[str(guid("cloud " + name))] = "User Administrator"
    world.expect(name, "soft_match_role")


def _guest(world: World, name: str) -> None:
    world.directory(name)
    world.cloud(name, upn=f"{name}_contoso.com#EXT#@{INITIAL}", synced=False, guest=True)
    world.expect(name, "soft_match_guest", "upn_at_match")


def _type(world: World, name: str) -> None:
    world.directory(name)
    world.groups.append(f"{name}@contoso.com")
    world.expect(name, "object_type_mismatch")


def _two_accounts(world: World, name: str) -> None:
    world.directory(name, primary=f"{name}.mail@contoso.com", proxyAddresses=[f"SMTP:{name}.mail@contoso.com"])
    world.cloud(f"{name}.mail", synced=False)
    world.cloud(name, synced=False)
    world.expect(name, "matches_differ", "soft_match", "upn_at_match")


def _two_objects(world: World, name: str) -> None:
    address = f"{name}@contoso.com"
    one, other = f"{name}-one", f"{name}-other"
    world.directory(one, primary=address, proxyAddresses=[f"SMTP:{address}"])
    world.directory(other, upn=address)
    world.cloud(name, synced=False)
    world.expect(one, "two_for_one", "soft_match", "upn_at_match")
    world.expect(other, "two_for_one", "soft_match")


def _collision(world: World, name: str) -> None:
    world.directory(name)
    world.cloud(f"{name}-holder", also=(f"{name}@contoso.com",), synced=False)
    world.expect(name, "address_collision")


def _moves(world: World, name: str) -> None:
    shared = f"{name}.desk@contoso.com"
    world.directory(name, proxyAddresses=[f"SMTP:{name}@contoso.com", f"smtp:{shared}"])
    world.cloud(name)
    world.directory(f"{name}-before")
    world.cloud(f"{name}-before", also=(shared,))
    world.expect(name, "address_moves")


def _not_in_tenant(world: World, name: str) -> None:
    world.directory(name)
    world.expect(name, "not_in_tenant")


def _not_in_directory(world: World, name: str) -> None:
    world.cloud(name)
    world.expect(str(guid("cloud " + name)), "not_in_directory")


def _primary(world: World, name: str) -> None:
    world.directory(name, primary=f"{name}.new@contoso.com")
    world.cloud(name)
    world.expect(name, "primary_differs")


def _leaves(world: World, name: str) -> None:
    world.directory(name)
    world.entries[-1].dn = f"CN={name},{OUTSIDE}"
    world.cloud(name)
    world.expect(name, "leaves_scope")


def _anchor(world: World, name: str) -> None:
    world.directory(name)
    world.cloud(name, immutable_id=immutable_id(guid("another " + name)))
    world.expect(name, "anchor_differs", instead=dict.fromkeys(_NO_ANCHORS, ()))


def _object_guid(world: World, name: str) -> None:
    world.directory(name, mS_DS_ConsistencyGuid=guid("another " + name).bytes_le)
    world.cloud(name)
    world.expect(name, "anchor_is_object_guid", instead=dict.fromkeys(_NO_ANCHORS, ()))


def _managed(world: World, name: str) -> None:
    world.directory(name, upn=f"{name}.new@contoso.com")
    world.cloud(name, on_prem_upn=f"{name}@contoso.com", managed=True)
    world.expect(
        name,
        "cloud_managed",
        "upn_cloud_managed",
        instead={"get_mguser": ("upn_pending",), "admin_centre": ("upn_waits_for_change",)},
    )


def _hard(world: World, name: str) -> None:
    world.directory(name)
    world.cloud(name, synced=False, immutable_id=immutable_id(guid(name)))
    world.expect(name, "hard_match", instead=dict.fromkeys(_NO_ANCHORS, ("soft_match",)))


def _hard_role(world: World, name: str) -> None:
    world.directory(name)
    world.cloud(name, synced=False, immutable_id=immutable_id(guid(name)))
    world.roles[str(guid("cloud " + name))] = "Global Administrator"
    world.expect(name, "hard_match_role", instead=dict.fromkeys(_NO_ANCHORS, ("soft_match_role",)))


CASES: tuple[Case, ...] = (
    _suffix,
    _invalid,
    _licensed,
    _waits,
    _pending,
    _case,
    _quarantined,
    _soft,
    _soft_role,
    _guest,
    _type,
    _two_accounts,
    _two_objects,
    _collision,
    _moves,
    _not_in_tenant,
    _not_in_directory,
    _primary,
    _leaves,
    _anchor,
    _object_guid,
    _managed,
    _hard,
    _hard_role,
)


def build(users: int, each: int) -> World:
    """Return a world of that many users of the tenant, with ``each`` examples of every mismatch among them."""
    world = World()
    for place, case in enumerate(CASES):
        for number in range(each):
            case(world, f"case{place:02}n{number:03}")
    number = 0
    while len(world.people) < users:
        name = f"user{number:06}"
        migrated: dict[str, t.Any] = {"mS_DS_ConsistencyGuid": guid("old " + name).bytes_le} if number % 7 == 0 else {}
        if number % 11 == 3:
            # Whoever is in the tenant alone is nobody's fault.
            world.cloud(f"cloud-only-{name}", synced=False)
        else:
            world.directory(name, **migrated)
            anchor = immutable_id(guid("old " + name if migrated else name))
            world.cloud(name, immutable_id=anchor, licensed=number % 2 == 0)
        number += 1
    return world
