# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Service plans, licences and recipient types as exports show them."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._tenant.objects import ObjectExport
from ansible_collections.syncready.m365.plugins.module_utils._tenant.products import (
    SERVICES,
    plan_gives,
    product_gives,
)
from ansible_collections.syncready.m365.plugins.module_utils._tenant.services import Services, services_of

TEAMS = "57ff2da0-773e-42df-b2af-ffb7a2317929"
PLAN_1 = "9aaf7827-d63c-4b61-89c3-182f06f82e5c"
PLAN_2 = "efb87545-963c-4e0d-99df-69c6916d9eb0"
SHAREPOINT = "5dbe027f-2339-4123-9542-606e4d348a72"
FOUNDATION = "113feb6c-3fe4-4440-bddc-54d774bf0318"
STRANGE = "99999999-2222-3333-4444-555555555555"
E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"

Y, N = True, False
U = None
SUITE = (Y, Y, Y, Y, Y)
NOTHING = (N, N, N, N, N)
UNKNOWN = (U, U, U, U, U)


def plan(number: str, state: str = "Enabled", service: str = "x") -> dict[str, str]:
    return {"servicePlanId": number, "capabilityStatus": state, "service": service}


JSON_CASES: list[tuple[dict[str, t.Any], tuple[bool | None, ...]]] = [
    ({}, UNKNOWN),
    ({"assignedPlans": None, "assignedLicenses": None}, UNKNOWN),
    ({"assignedLicenses": []}, NOTHING),
    ({"assignedPlans": []}, NOTHING),
    ({"assignedLicenses": [{"skuId": E3}]}, SUITE),
    ({"assignedLicenses": [{"skuId": E3.upper(), "disabledPlans": None}]}, SUITE),
    ({"assignedLicenses": [{"skuId": E3, "disabledPlans": [TEAMS, STRANGE]}]}, (N, Y, Y, Y, Y)),
    # OneDrive comes with SharePoint Online.
    ({"assignedLicenses": [{"skuId": E3, "disabledPlans": [SHAREPOINT]}]}, (Y, Y, Y, N, N)),
    # What one licence lacks the other has.
    (
        {"assignedLicenses": [{"skuId": E3, "disabledPlans": [PLAN_2]}, {"skuPartNumber": "EXCHANGESTANDARD"}]},
        SUITE,
    ),
    ({"assignedLicenses": [{"skuId": STRANGE}]}, UNKNOWN),
    ({"assignedLicenses": [{"skuId": STRANGE, "disabledPlans": [TEAMS]}]}, (N, U, U, U, U)),
    ({"assignedLicenses": [{"skuId": STRANGE}, {"skuPartNumber": "EXCHANGEDESKLESS"}]}, (U, Y, U, U, U)),
    ({"assignedPlans": [plan(TEAMS), plan(PLAN_1), plan(SHAREPOINT)]}, SUITE),
    (
        {"assignedPlans": [plan(TEAMS, "Warning"), plan(PLAN_1, "Suspended"), plan(SHAREPOINT, "Deleted")]},
        (Y, N, N, N, N),
    ),
    ({"assignedPlans": [plan(TEAMS, "LockedOut"), plan(FOUNDATION, service="exchange")]}, NOTHING),
    # A plan that nobody knows may be a new one of the service that it belongs to.
    ({"assignedPlans": [plan(STRANGE, service="exchange")]}, (N, U, U, N, N)),
    ({"assignedPlans": [plan(STRANGE, service="SharePoint"), plan(TEAMS)]}, (Y, N, N, U, U)),
    ({"assignedPlans": [plan(STRANGE, service="TeamspaceAPI")]}, (U, N, N, N, N)),
    ({"assignedPlans": [plan(STRANGE, "Deleted", "exchange")]}, NOTHING),
    # Plans decide before licences, unless they were not asked for.
    ({"assignedPlans": [plan(PLAN_1)], "assignedLicenses": [{"skuId": E3}]}, (N, Y, Y, N, N)),
    ({"assignedPlans": [], "assignedLicenses": [{"skuId": E3}]}, SUITE),
    (
        {
            "licenseDetails": [
                {
                    "skuPartNumber": "SPE_E3",
                    "servicePlans": [
                        {"servicePlanName": "TEAMS1", "provisioningStatus": "Disabled"},
                        {"servicePlanName": "EXCHANGE_S_ENTERPRISE", "provisioningStatus": "Success"},
                        {"servicePlanName": "SHAREPOINTENTERPRISE", "provisioningStatus": "PendingInput"},
                        {"servicePlanName": "M365_COPILOT_TEAMS", "provisioningStatus": "Success"},
                    ],
                }
            ]
        },
        (N, Y, Y, Y, Y),
    ),
    ({"licenseDetails": [{"skuPartNumber": "SPE_E3"}]}, SUITE),
    ({"licenseDetails": [{"skuPartNumber": "SPE_E3", "servicePlans": [None, 1, [], {}]}]}, SUITE),
]


@pytest.mark.parametrize(("fields", "expected"), JSON_CASES)
def test_graph(fields: dict[str, t.Any], expected: tuple[bool | None, ...], tmp_path: Path) -> None:
    assert read_json(tmp_path, fields) == expected
    # PowerShell writes the same with capitals.
    capital = {name[:1].upper() + name[1:]: value for name, value in fields.items()}
    assert read_json(tmp_path, capital) == expected


def read_json(folder: Path, fields: dict[str, t.Any]) -> tuple[bool | None, ...]:
    path = folder / "users.json"
    path.write_text(json.dumps({"value": [{"userPrincipalName": "ann@contoso.com", **fields}]}))
    (found,) = ObjectExport(str(path), services=True)
    return tuple(found.services)


CELLS: list[tuple[str, str, tuple[bool | None, ...]]] = [
    ("Licenses", "SPE_E3", SUITE),
    ("Licenses", "contoso:ENTERPRISEPACK", SUITE),
    ("Licenses", "EMS;SPE_F1", (Y, Y, N, Y, Y)),
    ("Licenses", "Enterprise Mobility + Security E3", NOTHING),
    ("Licenses", "Enterprise Mobility + Security E3+Microsoft 365 E3", SUITE),
    ("Licenses", "Exchange Online (Plan 1) + SharePoint (Plan 2)", (N, Y, Y, Y, Y)),
    ("Licenses", "Microsoft 365 E3 (no Teams)+Microsoft Teams Enterprise", SUITE),
    ("Licenses", "Microsoft 365 E3+Contoso Special", SUITE),
    ("Licenses", "Contoso Special", UNKNOWN),
    ("Licenses", "Unlicensed", NOTHING),
    ("Licenses", "", NOTHING),
    ("Licenses", "System.Object[]", UNKNOWN),
    ("AssignedLicenses", E3, SUITE),
    ("AssignedLicenses", json.dumps([{"SkuId": E3, "DisabledPlans": [TEAMS]}]), (N, Y, Y, Y, Y)),
    ("SkuPartNumber", "EXCHANGEENTERPRISE", (N, Y, Y, N, N)),
    ("LicenseDetails", "SPE_E3", SUITE),
    ("AssignedPlans", f"{TEAMS};{STRANGE}", (Y, N, N, N, N)),
    ("AssignedPlans", "Microsoft.Graph.PowerShell.Models.IMicrosoftGraphAssignedPlan[]", UNKNOWN),
    ("AssignedPlans", json.dumps([plan(TEAMS), plan(PLAN_1, "Deleted")]), (Y, N, N, N, N)),
    ("ServicePlans", "TEAMS1|EXCHANGE_S_DESKLESS|SHAREPOINTSTANDARD_GOV", (Y, Y, N, Y, Y)),
    ("ServicePlans", "EXCHANGE_S_FOUNDATION,SHAREPOINTWAC,ONEDRIVESTANDARD", (N, N, N, N, Y)),
    # Add-ons that bear the name of a service do not give it, and leave it open where nothing else does.
    ("ServicePlans", "TEAMSPRO_CUST,ONEDRIVE_BASIC,INTUNE_A", (U, N, N, N, U)),
    ("ServicePlans", "exchange;TeamspaceAPI", (U, U, U, N, N)),
]


@pytest.mark.parametrize(("column", "cell", "expected"), CELLS)
def test_tables(column: str, cell: str, expected: tuple[bool | None, ...], tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    escaped = cell.replace('"', '""')
    path.write_text(f'"UserPrincipalName","{column}"\n"ann@contoso.com","{escaped}"\n')
    (found,) = ObjectExport(str(path), services=True)
    assert tuple(found.services) == expected
    # Who did not ask is told nothing.
    (plain,) = ObjectExport(str(path))
    assert (tuple(plain.services), plain.recipient) == (UNKNOWN, None)


@pytest.mark.parametrize(
    ("column", "said", "expected"),
    [
        ("RecipientTypeDetails", "UserMailbox", "mailbox"),
        ("RecipientTypeDetails", "SharedMailbox", "mailbox"),
        ("RecipientTypeDetails", "RoomMailbox", "mailbox"),
        ("RecipientType", "UserMailbox", "mailbox"),
        ("RecipientTypeDetails", "MailUser", "mail_user"),
        ("RecipientTypeDetails", "GuestMailUser", "mail_user"),
        ("RecipientTypeDetails", "User", "no_mailbox"),
        ("RecipientTypeDetails", "DisabledUser", "no_mailbox"),
        # The view of an organisation on premises.
        ("RecipientTypeDetails", "RemoteUserMailbox", None),
        ("RecipientTypeDetails", "", None),
        ("RecipientTypeDetails", "Colour", None),
        ("City", "UserMailbox", None),
    ],
)
def test_recipient_types(column: str, said: str, expected: str | None, tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text(f"UserPrincipalName,{column}\nann@contoso.com,{said}\n")
    (found,) = ObjectExport(str(path), services=True)
    assert found.recipient == expected


def test_columns_with_names_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text("Nutzer;Lizenzen;Art\nann@contoso.com;Microsoft 365 E3;UserMailbox\n")
    columns = {"userPrincipalName": "Nutzer", "licenses": "Lizenzen", "recipientTypeDetails": "Art"}
    (found,) = ObjectExport(str(path), columns, services=True)
    assert (tuple(found.services), found.recipient) == (SUITE, "mailbox")


def test_names_of_products_are_read_in_any_dress() -> None:
    for name in ("SPE_E3", "spe_e3", "Microsoft 365 E3", "MICROSOFT 365 E3", E3, E3.upper()):
        assert product_gives(name) == frozenset(SERVICES), name
    bundles = ("O365_w/o Teams Bundle_M3", "O365_w/o_Teams_Bundle_M3")
    assert product_gives(bundles[0]) == product_gives(bundles[1]) == frozenset(SERVICES) - {"teams"}
    assert product_gives("Microsoft 365 E3 EEA (no Teams)") == product_gives(bundles[0])
    assert product_gives("Contoso Special") is None
    # As a product it has OneDrive, as a plan it has nothing to do with it.
    assert product_gives("OFFICESUBSCRIPTION") == frozenset(("onedrive",))
    assert plan_gives("OFFICESUBSCRIPTION") is None


ANSWERS = st.sampled_from((True, False, None))
LICENCES = st.builds(Services, ANSWERS, ANSWERS, ANSWERS, ANSWERS, ANSWERS)


@given(LICENCES, LICENCES)
def test_two_licences_together(one: Services, two: Services) -> None:
    both = one.with_licence(two)
    assert both == two.with_licence(one)
    for first, second, together in zip(one, two, both, strict=True):
        assert (together is True) == (first is True or second is True)
        assert (together is False) == (first is False and second is False)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(("assignedplans", "assignedlicenses", "licensedetails", "serviceplans", "licenses")),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(("skuId", "servicePlans", "servicePlanId", "disabledPlans")), inner)
            ),
            max_leaves=8,
        ),
    ),
    st.sampled_from((True, False, None)),
)
def test_whatever_stands_there_is_read(record: dict[str, t.Any], licensed: bool | None) -> None:
    found = services_of(record, licensed)
    assert all(value in (True, False, None) for value in found)
    if licensed is False:
        assert tuple(found) == NOTHING
