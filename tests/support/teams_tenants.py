# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A directory with mailboxes and its tenant with licences, and what must be said of each labelled user.

The ids of products and plans are spelt out here apart from the code.
"""

from __future__ import annotations

import csv
import json
import typing as t
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry

from . import tenants
from .audits import entry
from .tenant_cases import guid, immutable_id
from .tenants import Person

# graph: licences as Graph answers them; graph_plans: service plans as Graph answers them; the others are tables.
Shape = t.Literal["graph", "graph_plans", "get_mguser", "admin_centre"]
SHAPES: tuple[Shape, ...] = t.get_args(Shape)

EXCHANGE = "CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=local"
_GROUP = f"CN=Group,CN=Administrative Groups,CN=Contoso,{EXCHANGE}"
DATABASE = f"CN=DB1,CN=Databases,{_GROUP}"
_SERVER = f"CN=EX1,CN=Servers,{_GROUP}"
OUTSIDE = "OU=Leavers,DC=contoso,DC=local"
REMOTE = 2147483648

TEAMS, EXCHANGE_2, KIOSK, SHAREPOINT_2, SHAREPOINT_KIOSK, FOUNDATION = (
    "57ff2da0-773e-42df-b2af-ffb7a2317929",
    "efb87545-963c-4e0d-99df-69c6916d9eb0",
    "4a82b400-a79f-41a4-b4e2-e94f5787b113",
    "5dbe027f-2339-4123-9542-606e4d348a72",
    "902b47e5-dcb2-4fdc-858b-c63a90a2bdb9",
    "113feb6c-3fe4-4440-bddc-54d774bf0318",
)
# String ID to GUID, name in the admin centre, and service plans.
PRODUCTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "SPE_E5": (
        "06ebc4ee-1bb5-47dd-8120-11324bc54e06",
        "Microsoft 365 E5",
        (TEAMS, EXCHANGE_2, SHAREPOINT_2, FOUNDATION),
    ),
    "SPE_F1": ("66b55226-6b4f-492c-910c-a3b7a3c9d993", "Microsoft 365 F3", (TEAMS, KIOSK, SHAREPOINT_KIOSK)),
    "Microsoft_365_E5_(no_Teams)": (
        "18a4bd3f-0b5b-4887-b04f-61dd0ee15f5e",
        "Microsoft 365 E5 (no Teams)",
        (EXCHANGE_2, SHAREPOINT_2),
    ),
    "EMS": ("efccb6f7-5641-4e0e-bd10-b4976e1bf68e", "Enterprise Mobility + Security E3", (FOUNDATION,)),
    "CONTOSO_SPECIAL": (
        "11111111-2222-3333-4444-555555555555",
        "Contoso Special",
        ("99999999-2222-3333-4444-555555555555",),
    ),
}
_SERVICES = {
    TEAMS: "TeamspaceAPI",
    EXCHANGE_2: "exchange",
    KIOSK: "exchange",
    SHAREPOINT_2: "SharePoint",
    SHAREPOINT_KIOSK: "SharePoint",
    FOUNDATION: "exchange",
}

Y, N = True, False
ALL = (Y, Y, Y, Y, Y)
NONE = (N, N, N, N, N)
UNKNOWN = (None, None, None, None, None)


@dataclass(frozen=True)
class Account:
    """A user of the tenant."""

    person: Person
    products: tuple[str, ...] = ()
    taken_out: tuple[str, ...] = ()
    recipient: str | None = None


@dataclass(frozen=True)
class Label:
    """What must be said of a user.

    Attributes:
        location: where the mailbox is.
        settled_by: what of the tenant decided that.
        synchronized: what the tenant says; "absent" for a user without an account.
        services: teams, Exchange Online, at least Plan 1, SharePoint Online, OneDrive.
        meetings, ediscovery: answers of the edition of 2023.
        note: whether the two sides do not fit.
    """

    location: str
    synchronized: bool | str | None
    services: tuple[bool | None, ...]
    meetings: str
    ediscovery: str
    settled_by: str | None = None
    note: bool = False


@dataclass
class World:
    """Both sides and the labels by name and shape."""

    entries: list[Entry] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    labels: dict[str, dict[Shape, Label]] = field(default_factory=dict)

    def add(
        self,
        name: str,
        attributes: dict[str, t.Any] | None,
        account: Account | None,
        label: Label,
        instead: dict[Shape, Label] | None = None,
        ou: str = "OU=Staff,DC=contoso,DC=local",
    ) -> None:
        """Add a user of both sides; without attributes it is one of the tenant alone."""
        if attributes is not None:
            values = {
                "objectClass": ["top", "person", "user"],
                "objectGUID": guid(name).bytes_le,
                "sAMAccountName": name,
                "userPrincipalName": f"{name}@contoso.com",
                **attributes,
            }
            self.entries.append(entry(f"CN={name},{ou}", **values))
            self.labels[name] = {shape: (instead or {}).get(shape, label) for shape in SHAPES}
        if account is not None:
            self.accounts.append(account)

    def write(self, path: Path, shape: Shape) -> Path:
        """Write the export of the tenant."""
        return write(path, shape, self.accounts)


def in_tenant(name: str, *products: str, mail: bool = True, **more: t.Any) -> Account:
    """Return the account of a user of the directory, matched by its immutable id unless said otherwise."""
    own = {key: more.pop(key) for key in ("taken_out", "recipient") if key in more}
    values: dict[str, t.Any] = {
        "id": str(guid("cloud " + name)),
        "upn": f"{name}@contoso.com",
        "proxies": (f"SMTP:{name}@contoso.com",) if mail else (),
        "name": name,
        "immutable_id": immutable_id(guid(name)),
        **more,
    }
    return Account(Person(**values), products, **own)


def build() -> World:
    """Return the labelled users."""
    world = World()
    world.entries += [
        entry(f"CN=Contoso,{EXCHANGE}", objectClass="msExchOrganizationContainer"),
        entry(_SERVER, objectClass="msExchExchangeServer", serialNumber="Version 15.2 (Build 32562.17)"),
        entry(DATABASE, objectClass="msExchPrivateMDB", msExchOwningServer=_SERVER),
    ]
    here, maybe = "exchange_on_premises", "conditional"
    no, yes, nothing = "not_supported", "supported", "not_promised"

    def on_premises(name: str) -> dict[str, t.Any]:
        return {
            **mail(name),
            "homeMDB": DATABASE,
            "msExchHomeServerName": "/o=Contoso/ou=x/cn=Configuration/cn=Servers/cn=EX1",
            "msExchMailboxGuid": b"0123456789abcdef",
            "msExchRecipientTypeDetails": 1,
        }

    def mail(name: str) -> dict[str, t.Any]:
        return {"mail": f"{name}@contoso.com", "proxyAddresses": [f"SMTP:{name}@contoso.com"]}

    def own(name: str, *products: str, label: Label, instead: t.Any = None, **more: t.Any) -> None:
        world.add(name, on_premises(name), in_tenant(name, *products, **more), label, instead)

    # OAuth is not there, so that meetings are never supported; licences and synchronization show in not_met.
    own("full", "SPE_E5", "EMS", label=Label(here, Y, ALL, no, yes))
    own("kiosk", "SPE_F1", label=Label(here, Y, (Y, Y, N, Y, Y), no, no))
    own("noteams", "Microsoft_365_E5_(no_Teams)", label=Label(here, Y, (N, Y, Y, Y, Y), no, yes))
    own("unlicensed", label=Label(here, Y, NONE, no, no))
    own(
        "takenout",
        "SPE_E5",
        taken_out=(TEAMS, EXCHANGE_2, SHAREPOINT_2),
        label=Label(here, Y, NONE, no, no),
        # The admin centre does not show what was taken out of a licence.
        instead={"admin_centre": Label(here, Y, ALL, no, yes)},
    )
    own(
        "special",
        "CONTOSO_SPECIAL",
        label=Label(here, Y, UNKNOWN, no, maybe),
        instead={"graph_plans": Label(here, Y, NONE, no, no)},
    )
    own("waiting", "SPE_E5", synced=False, immutable_id=None, label=Label(here, N, ALL, no, yes))
    own(
        "both",
        "SPE_E5",
        recipient="UserMailbox",
        label=Label(here, Y, ALL, no, yes, note=True),
        instead={"admin_centre": Label(here, Y, ALL, no, yes)},
    )
    world.add("absent", on_premises("absent"), None, Label(here, "absent", UNKNOWN, no, maybe))

    # The directory shows an address and no mailbox.
    world.add("made", mail("made"), in_tenant("made", "SPE_E5"), Label("exchange_online", Y, ALL, yes, yes, "licence"))
    world.add("nowhere", mail("nowhere"), in_tenant("nowhere"), Label("unknown", Y, NONE, nothing, nothing))
    world.add(
        "shared",
        mail("shared"),
        in_tenant("shared", recipient="SharedMailbox"),
        Label("exchange_online", Y, NONE, yes, yes, "recipient_type"),
        {"admin_centre": Label("unknown", Y, NONE, nothing, nothing)},
    )
    world.add(
        "forwarded",
        mail("forwarded"),
        in_tenant("forwarded", recipient="MailUser"),
        Label("external", Y, NONE, nothing, nothing, "recipient_type"),
        {"admin_centre": Label("unknown", Y, NONE, nothing, nothing)},
    )
    world.add(
        "nobody",
        mail("nobody"),
        in_tenant("nobody", recipient="User"),
        Label("none", Y, NONE, nothing, nothing, "recipient_type"),
        {"admin_centre": Label("unknown", Y, NONE, nothing, nothing)},
    )
    world.add("gone", mail("gone"), None, Label("unknown", "absent", UNKNOWN, nothing, nothing))
    # The directory shows nothing at all.
    world.add(
        "hidden", {}, in_tenant("hidden", "SPE_F1"), Label("exchange_online", Y, (Y, Y, N, Y, Y), yes, yes, "licence")
    )
    world.add("bare", {}, in_tenant("bare", "EMS", mail=False), Label("none", Y, NONE, nothing, nothing))
    # The directory says that it is in the cloud, and the cloud has none.
    remote = {
        "msExchRecipientTypeDetails": REMOTE,
        "msExchRemoteRecipientType": 4,
        "targetAddress": "SMTP:remote@contoso.mail.onmicrosoft.com",
    }
    world.add(
        "remote",
        {**mail("remote"), **remote},
        in_tenant("remote", recipient="MailUser"),
        Label("exchange_online", Y, NONE, yes, yes, note=True),
        {"admin_centre": Label("exchange_online", Y, NONE, yes, yes)},
    )
    _undecided(world, on_premises, mail)
    return world


def _undecided(
    world: World, on_premises: t.Callable[[str], dict[str, t.Any]], mail: t.Callable[[str], dict[str, t.Any]]
) -> None:
    """Add users whose account may be somebody else's, and one who is left out."""
    unsure = Label("exchange_on_premises", "absent", UNKNOWN, "not_supported", "conditional")
    alone: dict[str, t.Any] = {"synced": False, "immutable_id": None}
    for name in ("twin1", "twin2"):
        attributes = {**on_premises(name), **mail("twin")}
        account = in_tenant("twin", "SPE_E5", **alone) if name == "twin1" else None
        world.add(name, attributes, account, unsure)
    guest = in_tenant("guest", "SPE_E5", upn="guest_contoso.com#EXT#@contoso.onmicrosoft.com", guest=True, **alone)
    world.add("guest", on_premises("guest"), guest, unsure)
    # The address is one account's, and the name another's.
    first = in_tenant("differing", "SPE_E5", upn="other@contoso.com", **alone)
    second = in_tenant("second", "SPE_E5", upn="differing@contoso.com", mail=False, **alone)
    world.add("differing", on_premises("differing"), first, unsure)
    world.add("second", None, second, unsure)
    # The account carries the anchor of another object; the admin centre shows no anchors.
    stolen = in_tenant("stolen", "SPE_E5", immutable_id=immutable_id(guid("somebody else")))
    certain = Label("exchange_on_premises", Y, ALL, "not_supported", "supported")
    world.add("stolen", on_premises("stolen"), stolen, unsure, {"admin_centre": certain})
    # Where the anchor is not shown, an account that is synchronized already is the one of its address.
    left = Label("exchange_on_premises", Y, ALL, "not_promised", "not_promised")
    world.add("left", on_premises("left"), in_tenant("left", "SPE_E5"), left, ou=OUTSIDE)


def write(path: Path, shape: Shape, accounts: Iterable[Account]) -> Path:
    """Write an export in one of the shapes."""
    if shape in ("graph", "graph_plans"):
        records = [_graph(account, plans=shape == "graph_plans") for account in accounts]
        path.write_text(json.dumps({"value": records}), encoding="utf-8")
        return path
    rows = [_get_mguser(account) if shape == "get_mguser" else _admin_centre(account) for account in accounts]
    text = tenants.table_text(list(rows[0]), rows, quoting=csv.QUOTE_ALL)
    path.write_bytes(text.encode("utf-16" if shape == "get_mguser" else "utf-8-sig"))
    return path


def _graph(account: Account, plans: bool) -> dict[str, t.Any]:
    record = tenants.as_graph(account.person)
    del record["assignedLicenses"]
    if plans:
        held = [plan for name in account.products for plan in PRODUCTS[name][2] if plan not in account.taken_out]
        # What somebody had once stays in the list.
        states = [*((plan, "Enabled") for plan in held), *((plan, "Deleted") for plan in (TEAMS, KIOSK, SHAREPOINT_2))]
        record["assignedPlans"] = [
            {"servicePlanId": plan, "capabilityStatus": state, "service": _SERVICES.get(plan, "SomethingElse")}
            for plan, state in states
        ]
    else:
        record["assignedLicenses"] = [
            {"skuId": PRODUCTS[name][0], "disabledPlans": list(account.taken_out)} for name in account.products
        ]
    if account.recipient:
        record["recipientTypeDetails"] = account.recipient
    return record


def _get_mguser(account: Account) -> dict[str, str]:
    (row,) = tenants.get_mguser_rows([account.person])
    return {
        **row,
        "Licenses": ";".join(account.products),
        "DisabledPlans": ";".join(account.taken_out),
        "RecipientTypeDetails": account.recipient or "",
    }


def _admin_centre(account: Account) -> dict[str, str]:
    (row,) = tenants.admin_centre_rows([account.person])
    return {**row, "Licenses": "+".join(PRODUCTS[name][1] for name in account.products) or "Unlicensed"}
