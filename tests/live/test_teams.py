# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mailboxes and Teams on real domain controllers: as labelled, as in the file, in one scan, and without Exchange."""

from __future__ import annotations

import typing as t
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Directory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap import LdapDirectory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_options import LdapOptions
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._teams.users import UserAnswer
from ansible_collections.syncready.m365.tests.lab import accounts, client
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import DEFAULT_SAMPLE, Lab
from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD, Forest
from ansible_collections.syncready.m365.tests.support import playbooks
from ansible_collections.syncready.m365.tests.support.teams import (
    RECIPIENT_TYPES,
    as_label,
    census_of,
    labelled_answer,
    labelled_features,
)

from .conftest import Connect, options_for

pytestmark = pytest.mark.usefixtures("over")

WITHOUT_EXCHANGE = Forest(
    "fabrikam.local", "FABRIKAM", "dc1", "S-1-5-21-1212121212-2323232323-3434343434", exchange=False
)
Plain = dict[str, t.Any]


class Seen(t.NamedTuple):
    """What came of a directory: the answers by DN, the facts, and how many searches there were."""

    users: dict[str, UserAnswer]
    facts: Plain
    searches: int


def look(directory: Directory) -> Seen:
    """Return all answers, and count the searches that the directory was asked for."""
    searches = 0
    original = directory.search

    def search(*arguments: t.Any, **named: t.Any) -> t.Any:
        nonlocal searches
        searches += 1
        return original(*arguments, **named)

    directory.search = search  # type: ignore[method-assign]
    with census_of(directory) as (census, facts):
        return Seen({user.dn: user for user in census.users()}, facts.as_dict(), searches)


@pytest.fixture(scope="module")
def both_domains(module_lab: Lab) -> tuple[DomainController, DomainController]:
    """The two domains of the sample, with one account that both know by the same name."""
    root, child = module_lab.sample(), module_lab.sample(domain=1)
    client.change(
        child,
        f"dn: CN={accounts.AUDIT},CN=Users,{child.forest.dn}\nchangetype: modify\nreplace: userPrincipalName\n"
        f"userPrincipalName: {accounts.AUDIT}@{root.forest.domain}\n\n",
    )
    return root, child


@pytest.fixture(scope="module")
def live(both_domains: tuple[DomainController, DomainController]) -> Seen:
    """The sample as an ordinary account sees it over LDAP."""
    root, child = both_domains
    client.search(root, "", attributes=["1.1"], scope="base", account=accounts.get(root, accounts.AUDIT))
    usn = client.highest_usn(root)
    choices = options_for(root, domain_controllers={child.forest.domain: child.address})
    directory = LdapDirectory(LdapOptions(**choices))
    try:
        return look(directory)
    finally:
        directory.close()
        assert client.highest_usn(root) == usn


@pytest.fixture(scope="module")
def not_as_in_the_file(both_domains: tuple[DomainController, DomainController]) -> set[str]:
    """Return the DNs of objects that no domain controller holds as the file does."""
    names = set(DEFAULT_SAMPLE.ldif_only())
    for controller in both_domains:
        report = DEFAULT_SAMPLE.report(controller.layout.root)
        names |= set(report.failed) | set(report.different)
    return names


def rows_of_people() -> list[Plain]:
    return [row for row in DEFAULT_SAMPLE.rows() if row["kind"] in ("user", "inetOrgPerson") and "part" not in row]


def test_every_user_is_as_labelled(live: Seen, not_as_in_the_file: set[str]) -> None:
    wrong, rows, versions = [], Counter[int](), set()
    for row in rows_of_people():
        if row["dn"] in not_as_in_the_file:
            continue
        user, label = live.users[row["dn"]], labelled_answer(row)
        judged = row["treatment"] == "judged"
        features = labelled_features(label["location"], label["qualifies_for_meetings"], judged)
        if as_label(user) != label or user.group.features != features or user.group.synchronized is not judged:
            wrong.append((row["dn"], as_label(user), label))
        rows[label["row"]] += 1
        versions.add(label["exchange_version"])
    assert wrong == []
    assert set(rows) == set(range(1, 10))
    assert min(rows.values()) >= 2
    assert {"2010 SP3", "2013 CU23", "2016 CU2", "2016 CU3", "2019 CU15", "SE RTM"} <= versions


def test_every_recipient_type_is_there(both_domains: tuple[DomainController, DomainController]) -> None:
    name = "msExchRecipientTypeDetails"
    found = [
        value
        for controller in both_domains
        for base in (controller.forest.dn, controller.forest.configuration_dn)
        for _dn, held in client.search(controller, base, f"({name}=*)", [name])
        for values in held.values()
        for value in values
    ]
    assert RECIPIENT_TYPES - {int(value) for value in found} == set()


def test_the_file_says_the_same(live: Seen, not_as_in_the_file: set[str]) -> None:
    file = look(LdifDirectory(str(DEFAULT_SAMPLE.objects)))
    kept = {row["dn"] for row in DEFAULT_SAMPLE.rows() if row.get("built_in")}

    def plain(user: UserAnswer) -> tuple[t.Any, ...]:
        group = user.group
        rest = (group.left_out_by, group.system, group.notes, group.not_met, user.kind, user.name)
        return (as_label(user), group.features, group.synchronized, *rest, None if user.dn in kept else user.guid)

    compared = 0
    for dn, user in file.users.items():
        if dn not in not_as_in_the_file:
            assert plain(live.users[dn]) == plain(user), dn
            compared += 1
    assert compared > 550
    # What a domain controller is born with, and the accounts of the lab, are accounts of the system or have no mailbox.
    more = {user.group.location for dn, user in live.users.items() if dn not in file.users}
    assert more <= {"none"}
    for part in ("edition", "exchange", "footnotes", "notes", "advisories", "remarks", "differences"):
        assert live.facts[part] == file.facts[part], part
    states = {name: row["state"] for name, row in file.facts["conditions"].items()}
    assert {name: row["state"] for name, row in live.facts["conditions"].items()} == states
    assert {place: list(cells) for place, cells in live.facts["matrix"].items()} == {
        place: list(cells) for place, cells in file.facts["matrix"].items()
    }


def test_the_directory_is_read_once(live: Seen) -> None:
    # One call reads domains and configuration; nobody is looked up again.
    assert len(live.users) > 550
    assert live.searches == 1


def test_a_forest_without_exchange(own_lab: Lab, connect: Connect) -> None:
    controller = own_lab.empty(WITHOUT_EXCHANGE)
    client.create_account(controller, "adele", attributes={"mail": ["adele@fabrikam.com"]})
    client.create_account(controller, "mia")
    seen = look(connect(controller))
    found = {user.name: (user.group.location, user.group.row) for user in seen.users.values()}
    assert (found["adele"], found["mia"]) == (("unknown", 8), ("none", 9))
    assert seen.facts["exchange"]["schema"] == "absent"
    assert "schema of the directory does not know Exchange" in seen.facts["exchange"]["message"]
    assert (seen.facts["matrix"], seen.facts["conditions"]) == ({}, {})


def test_the_playbook_on_two_forests(own_lab: Lab, shared_dc: DomainController, tmp_path: Path) -> None:
    """One host for each forest, the connection in its variables; one of them knows nothing of Exchange."""
    inventory: Plain = {"all": {"hosts": {}}}
    for name, controller in (("contoso", shared_dc), ("fabrikam", own_lab.empty(WITHOUT_EXCHANGE))):
        inventory["all"]["hosts"][name] = {
            "syncready_server": controller.address,
            "syncready_username": f"{accounts.AUDIT}@{controller.forest.domain}",
            "syncready_password": PASSWORD,
            "syncready_ca_cert": str(controller.layout.authority),
            "syncready_domains": [controller.forest.domain],
            "syncready_report_dir": str(tmp_path / name),
        }
    variables = {
        "syncready_hosts": "all",
        "syncready_transport": "ldap",
        "syncready_teams_features": ["meetings", "tabs"],
    }
    runs = playbooks.run_three_ways("syncready.m365.teams_report", tmp_path, inventory=inventory, variables=variables)
    results = runs.first.results("Find the mailboxes and what Teams does there")
    facts = {row["source"]["forest"]: row["ansible_facts"]["syncready_teams"] for row in results}
    rich, poor = facts["contoso.local"], facts["fabrikam.local"]
    assert rich["exchange"]["schema"] == "present"
    assert rich["matrix"]["exchange_on_premises"]["meetings"]["support"] == "conditional"
    assert set(results[0]["users"][0]["features"]) == {"meetings", "tabs"}
    assert poor["exchange"]["schema"] == "absent"
    assert "does not know Exchange" in runs.first.stdout
    for name in ("contoso", "fabrikam"):
        assert (tmp_path / name / "teams_matrix.md").exists()
    assert PASSWORD not in runs.first.stdout
