# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exports of a tenant in tests: the same users as Graph answers them, as Get-MgUser and as the admin centre write them."""

from __future__ import annotations

import csv
import io
import json
import typing as t
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

Shape = t.Literal["graph", "get_mguser", "admin_centre"]
SHAPES: tuple[Shape, ...] = ("graph", "get_mguser", "admin_centre")


@dataclass(frozen=True)
class Person:
    """A user of the tenant as a test makes it up."""

    id: str
    upn: str
    proxies: tuple[str, ...] = ()
    name: str = "Somebody"
    immutable_id: str | None = None
    synced: bool = True
    on_prem_upn: str | None = None
    licensed: bool = False
    guest: bool = False
    managed: bool | None = None
    on_prem_domain: str | None = None

    @property
    def mail(self) -> str | None:
        """The primary SMTP address."""
        return next((value[5:] for value in self.proxies if value.startswith("SMTP:")), None)


def as_graph(person: Person) -> dict[str, t.Any]:
    """Return a user as Graph answers it."""
    record: dict[str, t.Any] = {
        "@odata.type": "#microsoft.graph.user",
        "id": person.id,
        "displayName": person.name,
        "userPrincipalName": person.upn,
        "mail": person.mail,
        "proxyAddresses": list(person.proxies),
        "onPremisesImmutableId": person.immutable_id,
        "onPremisesSyncEnabled": True if person.synced else None,
        "onPremisesUserPrincipalName": person.on_prem_upn,
        "onPremisesDomainName": person.on_prem_domain,
        "assignedLicenses": [{"disabledPlans": [], "skuId": "06ebc4ee-1bb5-47dd-8120-11324bc54e06"}]
        if person.licensed
        else [],
        "userType": "Guest" if person.guest else "Member",
    }
    if person.managed is not None:
        record["onPremisesSyncBehavior"] = {"isCloudManaged": person.managed}
    return record


def graph_text(people: Iterable[Person]) -> str:
    """Return one page of an answer of Graph."""
    context = "https://graph.microsoft.com/v1.0/$metadata#users"
    return json.dumps({"@odata.context": context, "value": [as_graph(person) for person in people]}, ensure_ascii=False)


_GET_MGUSER = (
    "Id",
    "DisplayName",
    "UserPrincipalName",
    "Mail",
    "ProxyAddresses",
    "OnPremisesImmutableId",
    "OnPremisesSyncEnabled",
    "OnPremisesUserPrincipalName",
    "OnPremisesDomainName",
    "Licenses",
    "UserType",
)
_ADMIN_CENTRE = (
    "Block credential",
    "City",
    "DirSyncEnabled",
    "Display name",
    "Licenses",
    "Object Id",
    "Proxy addresses",
    "Usage location",
    "User principal name",
    "When created",
)


def get_mguser_rows(people: Iterable[Person]) -> t.Iterator[dict[str, str]]:
    """Yield the rows of Get-MgUser | Select-Object ... | Export-Csv, lists joined by semicolons."""
    for person in people:
        yield {
            "Id": person.id,
            "DisplayName": person.name,
            "UserPrincipalName": person.upn,
            "Mail": person.mail or "",
            "ProxyAddresses": ";".join(person.proxies),
            "OnPremisesImmutableId": person.immutable_id or "",
            "OnPremisesSyncEnabled": "True" if person.synced else "",
            "OnPremisesUserPrincipalName": person.on_prem_upn or "",
            "OnPremisesDomainName": person.on_prem_domain or "",
            "Licenses": "SPE_E5;POWER_BI_STANDARD" if person.licensed else "",
            "UserType": "Guest" if person.guest else "Member",
        }


def admin_centre_rows(people: Iterable[Person]) -> t.Iterator[dict[str, str]]:
    """Yield the rows of the export of active users of the admin centre."""
    for person in people:
        yield {
            "Block credential": "False",
            "City": "München",
            "DirSyncEnabled": "True" if person.synced else "False",
            "Display name": person.name,
            "Licenses": "Microsoft 365 E5+Power BI (free)" if person.licensed else "Unlicensed",
            "Object Id": person.id,
            "Proxy addresses": "+".join(person.proxies),
            "Usage location": "DE",
            "User principal name": person.upn,
            "When created": "2024-03-01 08:30:00Z",
        }


def table_text(
    columns: Sequence[str],
    rows: Iterable[dict[str, str]],
    *,
    delimiter: str = ",",
    quoting: int = csv.QUOTE_MINIMAL,
    line_end: str = "\r\n",
) -> str:
    """Return rows as CSV."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, delimiter=delimiter, quoting=quoting, lineterminator=line_end)  # type: ignore[arg-type]
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write_users(path: Path, shape: Shape, people: Iterable[Person]) -> Path:
    """Write an export in one of the shapes, as its program saves it, and return its path."""
    if shape == "graph":
        path.write_text(graph_text(people), encoding="utf-8")
    elif shape == "get_mguser":
        # Windows PowerShell writes the type first, and UTF-16 where it is told "Unicode".
        table = table_text(_GET_MGUSER, get_mguser_rows(people), quoting=csv.QUOTE_ALL)
        path.write_bytes(
            ("#TYPE Selected.Microsoft.Graph.PowerShell.Models.MicrosoftGraphUser\r\n" + table).encode("utf-16")
        )
    else:
        table = table_text(_ADMIN_CENTRE, admin_centre_rows(people))
        path.write_bytes(table.encode("utf-8-sig"))
    return path
