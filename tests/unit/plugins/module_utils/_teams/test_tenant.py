# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an export of the tenant settles: labelled users in every shape of the export."""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._audit.cloud import TenantFiles, load_tenant
from ansible_collections.syncready.m365.plugins.module_utils._audit.snapshot import Snapshot
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._teams.facts import Facts
from ansible_collections.syncready.m365.plugins.module_utils._teams.overrides import Override
from ansible_collections.syncready.m365.plugins.module_utils._teams.users import (
    Census,
    TeamsOptions,
    UserAnswer,
    take_census,
)
from ansible_collections.syncready.m365.tests.support import teams_tenants
from ansible_collections.syncready.m365.tests.support.audits import Entries, entry
from ansible_collections.syncready.m365.tests.support.teams import options, users_of
from ansible_collections.syncready.m365.tests.support.teams_tenants import (
    OUTSIDE,
    SHAPES,
    Account,
    Label,
    Shape,
    World,
    in_tenant,
)
from ansible_collections.syncready.m365.tests.support.tenant_cases import guid

SCOPE: dict[str, t.Any] = {"exclude": [OUTSIDE]}


@contextlib.contextmanager
def beside(
    entries: Iterable[Entry], path: Path, chosen: TeamsOptions | None = None, **files: t.Any
) -> Iterator[tuple[Census, Facts]]:
    """Give census and facts of entries with an export of the tenant beside them."""
    chosen = chosen or options(sync_scope=SCOPE)
    directory = Entries(entries)
    snapshot = Snapshot()
    try:
        tenant = load_tenant(TenantFiles(str(path), **files), snapshot, services=True)
        census = take_census(directory, chosen, snapshot, tenant)
        yield census, Facts(census, chosen, directory)
    finally:
        snapshot.close()


def as_label(answer: UserAnswer) -> Label:
    group = answer.group
    account = group.account
    return Label(
        group.location,
        "absent" if account is None else account.is_synchronized,
        teams_tenants.UNKNOWN if account is None else tuple(account.services),
        group.features["meetings"],
        group.features["ediscovery"],
        group.settled_by,
        any("export of the tenant" in note for note in group.notes),
    )


@pytest.fixture(scope="module")
def world() -> World:
    return teams_tenants.build()


@pytest.mark.parametrize("shape", SHAPES)
def test_every_user_is_as_labelled(world: World, shape: Shape, tmp_path: Path) -> None:
    with beside(world.entries, world.write(tmp_path / "users", shape)) as (census, _facts):
        found = {answer.name: as_label(answer) for answer in census.users()}
    expected = {name: labels[shape] for name, labels in world.labels.items()}
    assert {name: (found[name], label) for name, label in expected.items() if found[name] != label} == {}
    assert set(found) == set(expected)


@pytest.mark.parametrize("shape", SHAPES)
def test_conditions_say_that_the_export_says_it(world: World, shape: Shape, tmp_path: Path) -> None:
    with beside(world.entries, world.write(tmp_path / "users", shape)) as (_census, facts):
        known = facts.as_dict()
    labels = {name: label[shape] for name, label in world.labels.items()}
    here = [label for name, label in labels.items() if label.location == "exchange_on_premises" and name != "left"]

    def counted(place: int) -> dict[str, int]:
        values = [label.services[place] for label in here]
        absent = sum(label.synchronized == "absent" for label in here)
        return {
            "met": values.count(True),
            "not_met": values.count(False),
            "unknown": values.count(None),
            "not_in_tenant": absent,
        }

    for name, place in (("teams_licence", 0), ("exchange_online_plan_1", 2)):
        condition = known["conditions"][name]
        assert condition["users"] == counted(place), name
        assert condition["state"] == "not_met"
        assert condition["reason"].startswith(f"By the export of the tenant, of {len(here)} users with a mailbox on")
    synchronized = known["conditions"]["synchronized"]
    assert synchronized["users"]["met"] == sum(label.synchronized is True for label in here)
    # One waits to be synchronized, one is left out by the scope.
    assert synchronized["users"]["not_met"] == 2
    assert synchronized["users"]["unknown"] == sum(label.synchronized == "absent" for label in here)
    assert "were not matched with an account" in synchronized["reason"]


@pytest.mark.parametrize("shape", SHAPES)
def test_numbers_of_the_tenant(world: World, shape: Shape, tmp_path: Path) -> None:
    with beside(world.entries, world.write(tmp_path / "users", shape)) as (_census, facts):
        tenant = facts.as_dict()["tenant"]
    labels = [label[shape] for name, label in world.labels.items() if name != "left"]
    matched = [label for label in labels if label.synchronized != "absent"]
    assert tenant["accounts"] == len(world.accounts)
    assert (tenant["users"], tenant["matched"]) == (len(labels), len(matched))
    assert sum(tenant["matched_by"].values()) == len(matched)
    assert ("immutable_id" in tenant["matched_by"]) == (shape != "admin_centre")
    assert tenant["undecided"] == (4 if shape == "admin_centre" else 5)
    for place, service in enumerate(tenant["services"]):
        values = [label.services[place] for label in matched]
        expected = {"yes": values.count(True), "no": values.count(False), "unknown": values.count(None)}
        assert tenant["services"][service] == expected
    assert tenant["settled"] == {
        location: number
        for location in ("exchange_online", "external", "none")
        if (number := sum(label.location == location and label.settled_by is not None for label in labels))
    }


def test_advisories_count_the_licences(world: World, tmp_path: Path) -> None:
    with beside(world.entries, world.write(tmp_path / "users", "graph")) as (_census, facts):
        advisories = {advisory["id"]: advisory.get("users") for advisory in facts.as_dict()["advisories"]}
    labels = [label["graph"] for name, label in world.labels.items() if name != "left"]
    for name, place in (("exchange_online_licence", 1), ("sharepoint_online", 3), ("onedrive_for_chats", 4)):
        values = [label.services[place] for label in labels]
        expected = {"yes": values.count(True), "no": values.count(False), "unknown": values.count(None)}
        assert advisories[name] == expected, name
    assert advisories["full_experience"] == advisories["sharepoint_online"]
    assert {name for name, users in advisories.items() if users} == {
        "full_experience",
        "exchange_online_licence",
        "sharepoint_online",
        "onedrive_for_chats",
        "file_compliance",
    }


def test_the_directory_is_still_read_once(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    searches = []
    original = Entries.search

    def search(self: Entries, *arguments: t.Any, **named: t.Any) -> Iterator[Entry]:
        searches.append(arguments)
        return original(self, *arguments, **named)

    monkeypatch.setattr(Entries, "search", search)
    with beside(world.entries, world.write(tmp_path / "users", "graph")) as (census, facts):
        assert len(list(census.users())) == len(world.labels)
        assert facts.as_dict()["tenant"]["matched"]
    assert len(searches) == 1


def test_the_edition_of_2018_beside_the_tenant(world: World, tmp_path: Path) -> None:
    chosen = options("seed", SCOPE)
    with beside(world.entries, world.write(tmp_path / "users", "graph"), chosen) as (_census, facts):
        known = facts.as_dict()
    # Its only conditions are the version of Exchange and the list of the tenant's administrators.
    assert {name: row["state"] for name, row in known["conditions"].items()} == {
        "ediscovery_allowed_list": "unknown",
        "exchange_2016_cu3": "met",
    }
    assert {advisory["id"] for advisory in known["advisories"] if "users" in advisory} == {
        "full_experience",
        "sharepoint_online",
        "onedrive_for_chats",
        "file_compliance",
    }
    assert known["tenant"]["settled"] == {"exchange_online": 3, "external": 1, "none": 1}


def test_not_met_names_the_licence(world: World, tmp_path: Path) -> None:
    with beside(world.entries, world.write(tmp_path / "users", "graph")) as (census, _facts):
        not_met = {answer.name: answer.group.not_met for answer in census.users()}
    assert "teams_licence" in not_met["noteams"]["meetings"]
    assert "teams_licence" not in not_met["full"]["meetings"]
    assert not_met["kiosk"]["ediscovery"] == ("exchange_online_plan_1",)
    assert "ediscovery" not in not_met["absent"]
    assert "synchronized" in not_met["waiting"]["meetings"]


def one(
    path: Path, attributes: dict[str, t.Any], account: Account, chosen: TeamsOptions | None = None, **files: t.Any
) -> UserAnswer:
    """Return the answer for one user of a world with Exchange."""
    world = teams_tenants.build()
    base = world.entries[:4]
    world = World(entries=[*base])
    world.add("ann", attributes, account, Label("", None, (), "", ""))
    export = world.write(path / "one.json", "graph")
    with beside(world.entries, export, chosen, **files) as (census, _facts):
        return next(answer for answer in census.users() if answer.name == "ann")


MAIL = {"mail": "ann@contoso.com"}


def test_the_users_word_counts_before_the_tenants(tmp_path: Path) -> None:
    chosen = options(overrides=(Override("exchange_online_dedicated_legacy", domains=("contoso.com",)),))
    group = one(tmp_path, MAIL, in_tenant("ann", "SPE_E5"), chosen).group
    assert (group.location, group.row, group.settled_by) == ("exchange_online_dedicated_legacy", 0, None)
    assert group.account is not None and group.account.services.teams


@pytest.mark.parametrize(
    "attributes",
    [
        # Rows 7, 6 and 1: what does not fit is not decided by the tenant.
        {**MAIL, "msExchRecipientTypeDetails": 3},
        {**MAIL, "msExchMailboxGuid": b"0123456789abcdef"},
        {**MAIL, "msExchRecipientTypeDetails": teams_tenants.REMOTE, "homeMDB": teams_tenants.DATABASE},
    ],
)
def test_only_the_rows_without_a_mailbox_are_settled(attributes: dict[str, t.Any], tmp_path: Path) -> None:
    group = one(tmp_path, attributes, in_tenant("ann", "SPE_E5", recipient="UserMailbox")).group
    assert group.location in ("unknown", "inconsistent")
    assert group.settled_by is None


def bare(name: str = "ann", **attributes: t.Any) -> Entry:
    values: dict[str, t.Any] = {
        "objectClass": "user",
        "sAMAccountName": name,
        "userPrincipalName": f"{name}@contoso.com",
    }
    return entry(f"CN={name},OU=Staff,DC=contoso,DC=local", **{**values, **attributes})


@pytest.mark.parametrize(
    ("recipient", "location"),
    [(None, "unknown"), ("MailUser", "unknown"), ("User", "unknown"), ("UserMailbox", "exchange_online")],
)
def test_an_export_without_mailbox_attributes_proves_nothing(
    recipient: str | None, location: str, tmp_path: Path
) -> None:
    account = in_tenant("ann", "SPE_E5", immutable_id=None, recipient=recipient)
    path = teams_tenants.write(tmp_path / "users.json", "graph", [account])
    with beside([bare(mail="ann@contoso.com")], path) as (census, _facts):
        (answer,) = census.users()
    assert answer.group.location == location


def test_a_schema_without_exchange_leaves_the_cloud_alone(tmp_path: Path) -> None:
    account = in_tenant("ann", "SPE_E5", immutable_id=None)
    path = teams_tenants.write(tmp_path / "users.json", "graph", [account])
    directory = Entries([bare(mail="ann@contoso.com")])
    directory.statistics.absent_attributes = ("msExchRecipientTypeDetails",)
    snapshot = Snapshot()
    try:
        tenant = load_tenant(TenantFiles(str(path)), snapshot, services=True)
        (answer,) = take_census(directory, options(), snapshot, tenant).users()
    finally:
        snapshot.close()
    assert (answer.group.location, answer.group.settled_by) == ("exchange_online", "licence")


@pytest.mark.parametrize(
    ("upn", "state", "piece"),
    [
        ("x@contoso.onmicrosoft.com", "met", "commercial cloud or GCC"),
        ("y_fabrikam.com#EXT#@contoso.onmicrosoft.com", "met", "commercial"),
        ("x@contoso.onmicrosoft.us", "unknown", "GCC High"),
        ("x@contoso.partner.onmschina.cn", "not_met", "21Vianet"),
        ("x@contoso.onmicrosoft.de", "not_met", "Germany"),
        ("x@contoso.com", "unknown", "Only the tenant knows"),
    ],
)
def test_the_cloud_shows_in_sign_in_names(upn: str, state: str, piece: str, world: World, tmp_path: Path) -> None:
    accounts = [account for account in world.accounts if "EXT" not in account.person.upn]
    path = teams_tenants.write(tmp_path / "u.json", "graph", [*accounts, in_tenant("x", upn=upn, mail=False)])
    with beside(world.entries, path) as (_census, facts):
        environment = facts.as_dict()["conditions"]["environment"]
    assert (environment["state"], piece in environment["reason"]) == (state, True)
    assert "users" not in environment


def test_licences_in_a_file_of_their_own(tmp_path: Path) -> None:
    licences = tmp_path / "licences.csv"
    licences.write_text("UserPrincipalName,SkuPartNumber\nANN@contoso.com,EMS\nann@contoso.com,SPE_F1\n")
    account = in_tenant("ann")
    answer = one(tmp_path, MAIL, account, licences=str(licences))
    assert answer.group.account is not None
    assert tuple(answer.group.account.services) == (True, True, False, True, True)
    licences.write_text("UserPrincipalName,SkuPartNumber\nbob@contoso.com,SPE_E5\n")
    answer = one(tmp_path, MAIL, account, licences=str(licences))
    assert answer.group.account is not None
    assert tuple(answer.group.account.services) == teams_tenants.NONE
    # A list of those who have a licence does not say which one.
    licences.write_text("UserPrincipalName\nann@contoso.com\n")
    answer = one(tmp_path, MAIL, account, licences=str(licences))
    assert answer.group.account is not None
    assert tuple(answer.group.account.services) == teams_tenants.UNKNOWN


def test_without_the_column_an_anchor_shows_the_synchronization(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    person = in_tenant("ann").person
    path.write_text(f"UserPrincipalName,OnPremisesImmutableId\nann@contoso.com,{person.immutable_id}\n")
    by_anchor = bare(objectGUID=guid("ann").bytes_le)
    for directory, expected in ((by_anchor, True), (bare(), None)):
        with beside([directory], path) as (census, _facts):
            (answer,) = census.users()
        assert answer.group.account is not None
        assert answer.group.account.is_synchronized is expected


def test_the_anchor_that_was_chosen(tmp_path: Path) -> None:
    entries = [
        bare(
            objectGUID=guid("ann").bytes_le,
            mS_DS_ConsistencyGuid=guid("another").bytes_le,
        )
    ]
    account = in_tenant("ann", upn="someone@contoso.com", mail=False)
    path = teams_tenants.write(tmp_path / "users.json", "graph", [account])
    for anchor, how in (("object_guid", "immutable_id"), ("ms_ds_consistency_guid", "object_guid")):
        with beside(entries, path, options(source_anchor=anchor)) as (census, _facts):
            (answer,) = census.users()
        assert answer.group.account is not None and answer.group.account.matched_by == how


def test_accounts_of_the_system_are_left_alone(tmp_path: Path) -> None:
    account = in_tenant("MSOL_1", "SPE_E5", upn="msol_1@contoso.com", immutable_id=None)
    path = teams_tenants.write(tmp_path / "users.json", "graph", [account])
    with beside([bare("MSOL_1", mail="MSOL_1@contoso.com")], path) as (census, facts):
        (answer,) = census.users()
        assert answer.group.system and answer.group.account is None
        assert facts.as_dict()["tenant"]["users"] == 0


def test_without_an_export_nothing_is_said_of_it(world: World) -> None:
    for answer in users_of(Entries(world.entries)).values():
        assert (answer.group.account, answer.group.settled_by) == (None, None)
