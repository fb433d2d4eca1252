# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which service plans and which products of Microsoft give which of the services that Teams needs.

The ids and names are those of Microsoft's list "Product names and service plan identifiers for licensing". A product that
is not here is not guessed at: what it gives is unknown.
"""

from __future__ import annotations

import re
import typing as t

Service = t.Literal["teams", "exchange_online", "exchange_online_plan_1", "sharepoint_online", "onedrive"]
SERVICES: tuple[Service, ...] = t.get_args(Service)

Gives = frozenset[Service]
_NOTHING: Gives = frozenset()
_TEAMS: Gives = frozenset(("teams",))
# A kiosk mailbox is one, and is less than Plan 1.
_KIOSK: Gives = frozenset(("exchange_online",))
_EXCHANGE: Gives = frozenset(("exchange_online", "exchange_online_plan_1"))
_ONEDRIVE: Gives = frozenset(("onedrive",))
# OneDrive comes with SharePoint Online.
_SHAREPOINT: Gives = frozenset(("sharepoint_online", "onedrive"))
_SUITE = _TEAMS | _EXCHANGE | _SHAREPOINT
_FRONTLINE = _TEAMS | _KIOSK | _SHAREPOINT
_WITHOUT_TEAMS = _EXCHANGE | _SHAREPOINT

PLAN_IDS: t.Mapping[str, Gives] = {
    "57ff2da0-773e-42df-b2af-ffb7a2317929": _TEAMS,  # TEAMS1
    "304767db-7d23-49e8-a945-4a7eb65f9f28": _TEAMS,  # TEAMS_GOV
    "495922d5-f138-498b-8967-4acdcdfb2a74": _TEAMS,  # TEAMS_GCCHIGH
    "9953b155-8aef-4c56-92f3-72b0487fce41": _TEAMS,  # TEAMS_AR_GCCHIGH
    "ec0dd2de-a877-4059-a9b8-5838b5629b2a": _TEAMS,  # TEAMS_DOD
    "fd500458-c24c-478e-856c-a6067a8376cd": _TEAMS,  # TEAMS_AR_DOD
    "9aaf7827-d63c-4b61-89c3-182f06f82e5c": _EXCHANGE,  # EXCHANGE_S_STANDARD
    "efb87545-963c-4e0d-99df-69c6916d9eb0": _EXCHANGE,  # EXCHANGE_S_ENTERPRISE
    "e9b4930a-925f-45e2-ac2a-3f7788ca6fdd": _EXCHANGE,  # EXCHANGE_S_STANDARD_GOV
    "8c3069c0-ccdb-44be-ab77-986203a67df2": _EXCHANGE,  # EXCHANGE_S_ENTERPRISE_GOV
    "fc52cc4b-ed7d-472d-bbe7-b081c23ecc56": _EXCHANGE,  # EXCHANGE_S_STANDARD_MIDMARKET
    "4a82b400-a79f-41a4-b4e2-e94f5787b113": _KIOSK,  # EXCHANGE_S_DESKLESS
    "113feb6c-3fe4-4440-bddc-54d774bf0318": _NOTHING,  # EXCHANGE_S_FOUNDATION
    "922ba911-5694-4e99-a794-73aed9bfeec8": _NOTHING,  # EXCHANGE_S_FOUNDATION_GOV
    "da040e0a-b393-4bea-bb76-928b3fa1cf5a": _NOTHING,  # EXCHANGE_S_ARCHIVE
    "176a09a6-7ec5-4039-ac02-b2791c6ba793": _NOTHING,  # EXCHANGE_S_ARCHIVE_ADDON
    "c7699d2e-19aa-44de-8edf-1736da088ca1": _SHAREPOINT,  # SHAREPOINTSTANDARD
    "5dbe027f-2339-4123-9542-606e4d348a72": _SHAREPOINT,  # SHAREPOINTENTERPRISE
    "63038b2c-28d0-45f6-bc36-33062963b498": _SHAREPOINT,  # SHAREPOINTENTERPRISE_EDU
    "153f85dd-d912-4762-af6c-d6e0fb4f6692": _SHAREPOINT,  # SHAREPOINTENTERPRISE_GOV
    "6b5b6a67-fc72-4a1f-a2b5-beecf05de761": _SHAREPOINT,  # SHAREPOINTENTERPRISE_MIDMARKET
    "902b47e5-dcb2-4fdc-858b-c63a90a2bdb9": _SHAREPOINT,  # SHAREPOINTDESKLESS
    "b1aeb897-3a19-46e2-8c27-a609413cf193": _SHAREPOINT,  # SHAREPOINTDESKLESS_GOV
    "e95bec33-7c88-4a70-8e19-b10bd9d0c014": _NOTHING,  # SHAREPOINTWAC, Office for the web
    "e03c7e47-402c-463c-ab25-949079bedb21": _NOTHING,  # SHAREPOINTWAC_EDU
    "fe71d6c3-a2ea-4499-9778-da042bf08063": _NOTHING,  # SHAREPOINT_PROJECT
    "13696edf-5a08-49f6-8134-03083ed8ba30": _ONEDRIVE,  # ONEDRIVESTANDARD
    "afcafa6a-d966-4462-918c-ec0b4e0fe642": _ONEDRIVE,  # ONEDRIVEENTERPRISE
}

# By name, since the clouds of governments and schools have names of their own with an ending.
_PLAN_NAMES: tuple[tuple[re.Pattern[str], Gives], ...] = (
    (re.compile(r"TEAMS1\Z|TEAMS_(?:AR_)?(?:GOV|GCCHIGH|DOD)\Z"), _TEAMS),
    (re.compile(r"EXCHANGE_S_(?:STANDARD|ENTERPRISE)(?:_[A-Z_]+)?\Z"), _EXCHANGE),
    (re.compile(r"EXCHANGE_S_DESKLESS(?:_[A-Z_]+)?\Z"), _KIOSK),
    (re.compile(r"EXCHANGE_S_(?:FOUNDATION|ARCHIVE)(?:_[A-Z_]+)?\Z"), _NOTHING),
    (re.compile(r"SHAREPOINT(?:STANDARD|ENTERPRISE|DESKLESS)(?:_[A-Z_]+)?\Z"), _SHAREPOINT),
    (re.compile(r"SHAREPOINT(?:WAC|STORAGE|_PROJECT)(?:_[A-Z_]+)?\Z"), _NOTHING),
    (re.compile(r"ONEDRIVE(?:STANDARD|ENTERPRISE)(?:_[A-Z_]+)?\Z"), _ONEDRIVE),
)
# The beginning of the name of a plan, or the service that Graph puts it under, to what it may give all the same.
_FAMILIES: t.Mapping[str, Gives] = {
    "exchange": _EXCHANGE,
    "sharepoint": _SHAREPOINT,
    "onedrive": _ONEDRIVE,
    "teamspaceapi": _TEAMS,
    "teams": _TEAMS,
}

# String ID, GUID where it is listed, and the names in the admin centres.
_PRODUCTS: tuple[tuple[str, str, tuple[str, ...], Gives], ...] = (
    ("SPE_E3", "05e9a617-0261-4cee-bb44-138d3ef5d965", ("Microsoft 365 E3",), _SUITE),
    ("SPE_E5", "06ebc4ee-1bb5-47dd-8120-11324bc54e06", ("Microsoft 365 E5",), _SUITE),
    ("STANDARDPACK", "18181a46-0d4e-45cd-891e-60aabd171b4e", ("Office 365 E1",), _SUITE),
    ("ENTERPRISEPACK", "6fd2c87f-b296-42f0-b197-1e91e994b900", ("Office 365 E3",), _SUITE),
    ("ENTERPRISEPREMIUM", "c7df2760-2c81-4ef7-b578-5b5392b571df", ("Office 365 E5",), _SUITE),
    (
        "ENTERPRISEPREMIUM_NOPSTNCONF",
        "26d45bd9-adf1-46cd-a9e1-51e9a5524128",
        ("Office 365 E5 without Audio Conferencing",),
        _SUITE,
    ),
    ("O365_BUSINESS_ESSENTIALS", "3b555118-da6a-4418-894f-7df1e2096870", ("Microsoft 365 Business Basic",), _SUITE),
    ("O365_BUSINESS_PREMIUM", "f245ecc8-75af-4f8e-b61f-27d8114de5f3", ("Microsoft 365 Business Standard",), _SUITE),
    ("SPB", "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", ("Microsoft 365 Business Premium",), _SUITE),
    ("M365EDU_A3_FACULTY", "", ("Microsoft 365 A3 for faculty",), _SUITE),
    ("M365EDU_A3_STUDENT", "", ("Microsoft 365 A3 for students",), _SUITE),
    ("M365EDU_A5_FACULTY", "", ("Microsoft 365 A5 for faculty",), _SUITE),
    ("M365EDU_A5_STUDENT", "", ("Microsoft 365 A5 for students",), _SUITE),
    ("STANDARDPACK_GOV", "", ("Office 365 G1 GCC",), _SUITE),
    ("ENTERPRISEPACK_GOV", "", ("Office 365 G3 GCC",), _SUITE),
    ("M365_G3_GOV", "", ("Microsoft 365 G3 GCC",), _SUITE),
    ("SPE_F1", "66b55226-6b4f-492c-910c-a3b7a3c9d993", ("Microsoft 365 F3",), _FRONTLINE),
    ("DESKLESSPACK", "4b585984-651b-448a-9e53-3b10f069cf7f", ("Office 365 F3",), _FRONTLINE),
    (
        "O365_w/o Teams Bundle_M3",
        "c2fe850d-fbbb-4858-b67d-bd0c6e746da3",
        ("Microsoft 365 E3 EEA (no Teams)",),
        _WITHOUT_TEAMS,
    ),
    (
        "O365_w/o Teams Bundle_M5",
        "3271cf8e-2be5-4a09-a549-70fd05baaa17",
        ("Microsoft 365 E5 EEA (no Teams)",),
        _WITHOUT_TEAMS,
    ),
    (
        "O365_w/o Teams Bundle_E3",
        "d711d25a-a21c-492f-bd19-aae1e8ebaf30",
        ("Office 365 E3 EEA (no Teams)",),
        _WITHOUT_TEAMS,
    ),
    ("Microsoft_365_E3_(no_Teams)", "", ("Microsoft 365 E3 (no Teams)",), _WITHOUT_TEAMS),
    (
        "Microsoft_365_E5_(no_Teams)",
        "18a4bd3f-0b5b-4887-b04f-61dd0ee15f5e",
        ("Microsoft 365 E5 (no Teams)",),
        _WITHOUT_TEAMS,
    ),
    (
        "Microsoft_Teams_Enterprise_New",
        "7e31c0d9-9551-471d-836f-32ee72be4a01",
        ("Microsoft Teams Enterprise",),
        _TEAMS,
    ),
    ("Microsoft_Teams_EEA_New", "", ("Microsoft Teams EEA",), _TEAMS),
    ("EXCHANGESTANDARD", "4b9405b0-7788-4568-add1-99614e613b69", ("Exchange Online (Plan 1)",), _EXCHANGE),
    ("EXCHANGEENTERPRISE", "19ec0d23-8335-4cbd-94ac-6050e30712fa", ("Exchange Online (Plan 2)",), _EXCHANGE),
    ("EXCHANGEDESKLESS", "80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82", ("Exchange Online Kiosk",), _KIOSK),
    ("SHAREPOINTSTANDARD", "", ("SharePoint (Plan 1)", "SharePoint Online (Plan 1)"), _SHAREPOINT),
    ("SHAREPOINTENTERPRISE", "", ("SharePoint (Plan 2)", "SharePoint Online (Plan 2)"), _SHAREPOINT),
    ("WACONEDRIVESTANDARD", "", ("OneDrive for Business (Plan 1)",), _ONEDRIVE),
    ("WACONEDRIVEENTERPRISE", "", ("OneDrive for Business (Plan 2)",), _ONEDRIVE),
    ("O365_BUSINESS", "", ("Microsoft 365 Apps for business",), _ONEDRIVE),
    ("OFFICESUBSCRIPTION", "", ("Microsoft 365 Apps for enterprise",), _ONEDRIVE),
    (
        "EXCHANGEARCHIVE_ADDON",
        "ee02fd1b-340e-4a4b-b355-4a514e4c8943",
        ("Exchange Online Archiving for Exchange Online",),
        _NOTHING,
    ),
    (
        "EXCHANGEARCHIVE",
        "90b5e015-709a-4b8b-b08e-3200f994494c",
        ("Exchange Online Archiving for Exchange Server",),
        _NOTHING,
    ),
    ("AAD_PREMIUM", "078d2b04-f1bd-4111-bbd4-b4b1b354cef4", ("Microsoft Entra ID P1",), _NOTHING),
    ("AAD_PREMIUM_P2", "84a661c4-e949-4bd2-a560-ed7766fcaf2b", ("Microsoft Entra ID P2",), _NOTHING),
    ("EMS", "efccb6f7-5641-4e0e-bd10-b4976e1bf68e", ("Enterprise Mobility + Security E3",), _NOTHING),
    ("EMSPREMIUM", "b05e124f-c7cc-45a0-a6aa-8cf78c946968", ("Enterprise Mobility + Security E5",), _NOTHING),
    ("INTUNE_A", "061f9ace-7d42-4136-88ac-31dc755f143f", ("Intune", "Microsoft Intune Plan 1"), _NOTHING),
    ("RIGHTSMANAGEMENT", "c52ea49f-fe5d-4e95-93ba-1de91d380f89", ("Azure Information Protection Plan 1",), _NOTHING),
    (
        "POWER_BI_STANDARD",
        "a403ebcc-fae0-4ca2-8c8c-7a907fd6c235",
        ("Power BI (free)", "Microsoft Power BI Free", "Microsoft Fabric (Free)"),
        _NOTHING,
    ),
    ("POWER_BI_PRO", "f8a1db68-be16-40ed-86d5-cb42ce701560", ("Power BI Pro", "Microsoft Power BI Pro"), _NOTHING),
    ("FLOW_FREE", "f30db892-07e9-47e9-837c-80727f46fd3d", ("Microsoft Power Automate Free",), _NOTHING),
    ("MCOMEETADV", "0c266dff-15dd-4b49-8397-2bb16070ed52", ("Microsoft 365 Audio Conferencing",), _NOTHING),
    ("MCOEV", "e43b5b99-8dfb-405f-9987-dc307f34bcbd", ("Microsoft Teams Phone Standard",), _NOTHING),
    ("Microsoft_365_Copilot", "639dec6b-bb19-468b-871c-c5c441c4b0cb", ("Microsoft 365 Copilot",), _NOTHING),
)
_NOT_A_NAME = re.compile(r"[^0-9a-z]")


def _bare(name: str) -> str:
    # Portals, programs and spreadsheets differ in blanks, underscores and brackets.
    return _NOT_A_NAME.sub("", name.lower())


_BY_NAME: t.Mapping[str, Gives] = {
    _bare(name): gives
    for part_number, guid, titles, gives in _PRODUCTS
    for name in (part_number, guid, *titles)
    if name
}


def product_gives(name: str) -> Gives | None:
    """Return what a product gives, by its GUID, its string ID or its name in the admin centres; None: not known."""
    return _BY_NAME.get(_bare(name))


def plan_gives(name: str) -> Gives | None:
    """Return what a service plan gives, by its id or its name; None where it is not known."""
    known = PLAN_IDS.get(name.lower())
    if known is not None:
        return known
    upper = name.upper()
    return next((gives for pattern, gives in _PLAN_NAMES if pattern.match(upper)), None)


def family_may_give(service: str) -> Gives:
    """Return what an unknown plan may give, by the service that it belongs to or the beginning of its name."""
    lower = service.lower()
    return next((gives for family, gives in _FAMILIES.items() if lower.startswith(family)), _NOTHING)
