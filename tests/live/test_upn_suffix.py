# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""UPN suffixes on a real directory: what is written, what is refused, and what happens when two write at once."""

from __future__ import annotations

import concurrent.futures
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Modification
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap import LdapDirectory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_options import LdapOptions
from ansible_collections.syncready.m365.plugins.module_utils._directory.topology_search import topology_of
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import (
    ConflictError,
    DirectoryError,
    OptionError,
)
from ansible_collections.syncready.m365.plugins.module_utils._remediation.upn_suffixes import (
    Outcome,
    State,
    SuffixInUseError,
    SuffixRegister,
)
from ansible_collections.syncready.m365.tests.lab import accounts, client
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD
from ansible_collections.syncready.m365.tests.support import playbooks

pytestmark = pytest.mark.usefixtures("over")

OU = "OU=Stores,DC=contoso,DC=local"
Suffixes = set[str]


def options(dc: DomainController, account: str = accounts.CHANGE) -> LdapOptions:
    return LdapOptions(
        server=dc.address,
        username=f"{account}@{dc.forest.domain}",
        password=PASSWORD,
        ca_cert=str(dc.layout.authority),
        domains=(dc.forest.domain,),
    )


def partitions(dc: DomainController) -> str:
    return f"CN=Partitions,{dc.forest.configuration_dn}"


def registered(dc: DomainController, dn: str | None = None) -> Suffixes:
    """Return what is registered, read by another program."""
    found = client.search(dc, dn or partitions(dc), attributes=["uPNSuffixes"], scope="base")
    return {value.decode() for values in found[0][1].values() for value in values}


def settled_usn(dc: DomainController, *names: str) -> int:
    """Return highestCommittedUSN after the accounts signed in once, which the directory notes for itself."""
    for name in names or (accounts.CHANGE,):
        client.search(dc, "", attributes=["1.1"], scope="base", account=accounts.get(dc, name))
    return client.highest_usn(dc)


def allow(_name: str) -> None:
    """Let every suffix be registered."""


def apply(
    dc: DomainController,
    state: State,
    names: list[str],
    *,
    ou: str | None = None,
    account: str = accounts.CHANGE,
    force: bool = True,
    check_mode: bool = False,
    domains: tuple[str, ...] | None = ("contoso.local",),
) -> Outcome:
    directory = LdapDirectory(options(dc, account))
    try:
        register = SuffixRegister(directory, topology_of(directory), ou, account, domains)
        return register.apply(state, names, allow, force=force, check_mode=check_mode)
    finally:
        directory.close()


@pytest.mark.parametrize("ou", [None, OU])
def test_present_absent_exact(dc: DomainController, ou: str | None) -> None:
    before = registered(dc, ou)
    assert before
    outcome = apply(dc, "present", ["northwind.example", "tailspin.example"], ou=ou)
    assert set(outcome.added) == {"northwind.example", "tailspin.example"}
    assert registered(dc, ou) == before | {"northwind.example", "tailspin.example"}
    usn = client.highest_usn(dc)
    assert apply(dc, "present", ["NORTHWIND.example"], ou=ou).changes[0] == Modification("uPNSuffixes")
    assert client.highest_usn(dc) == usn
    assert apply(dc, "absent", ["Tailspin.Example", "nowhere.example"], ou=ou).removed == ("tailspin.example",)
    assert registered(dc, ou) == before | {"northwind.example"}
    outcome = apply(dc, "exact", ["northwind.example", "wingtip.example"], ou=ou)
    assert set(outcome.removed) == before
    assert registered(dc, ou) == {"northwind.example", "wingtip.example"}
    assert apply(dc, "exact", ["wingtip.example", "northwind.example"], ou=ou).removed == ()
    apply(dc, "exact", [], ou=ou)
    assert registered(dc, ou) == set()


@pytest.mark.parametrize("ou", [None, OU])
def test_check_mode_writes_nothing(shared_dc: DomainController, ou: str | None) -> None:
    usn, before = settled_usn(shared_dc), registered(shared_dc, ou)
    outcome = apply(shared_dc, "exact", ["northwind.example"], ou=ou, check_mode=True)
    assert outcome.after == ("northwind.example",)
    assert set(outcome.removed) == before
    assert client.highest_usn(shared_dc) == usn
    assert registered(shared_dc, ou) == before


def test_two_hundred_suffixes_in_one_write(dc: DomainController) -> None:
    names = [f"branch{number}.example" for number in range(200)]
    before = registered(dc)
    usn = settled_usn(dc)
    apply(dc, "present", names)
    assert client.highest_usn(dc) == usn + 1
    assert registered(dc) == before | set(names)
    assert apply(dc, "present", names).added == ()
    apply(dc, "absent", names)
    assert registered(dc) == before


def test_runs_at_once_lose_nothing(dc: DomainController) -> None:
    before = registered(dc)
    own = [[f"run{run}-{number}.example" for number in range(10)] + ["shared.example"] for run in range(4)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(apply, dc, "present", names) for names in own]:
            assert len(done.result().after) >= len(before) + 11
    assert registered(dc) == before | {name for names in own for name in names}
    client.change(dc, f"dn: {partitions(dc)}\nchangetype: modify\nadd: uPNSuffixes\nuPNSuffixes: kept.example\n-\n")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(apply, dc, "absent", names) for names in own]:
            done.result()
    assert registered(dc) == before | {"kept.example"}


def test_somebody_faster_is_seen(dc: DomainController, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading and writing somebody adds one of the suffixes; the rest is added, and nothing is lost."""
    before = registered(dc)
    original = LdapDirectory.modify
    calls = []

    def modify(self: LdapDirectory, dn: str, changes: t.Sequence[Modification]) -> None:
        calls.append(changes)
        if len(calls) == 1:
            client.change(dc, f"dn: {dn}\nchangetype: modify\nadd: uPNSuffixes\nuPNSuffixes: one.example\n-\n")
        original(self, dn, changes)

    monkeypatch.setattr(LdapDirectory, "modify", modify)
    outcome = apply(dc, "present", ["one.example", "two.example"])
    assert [len(changes[0].add) for changes in calls] == [2, 1]
    assert outcome.added == ("two.example",)
    assert registered(dc) == before | {"one.example", "two.example"}


def test_a_modify_does_all_or_nothing(dc: DomainController) -> None:
    directory = LdapDirectory(options(dc))
    before = registered(dc)
    with pytest.raises(ConflictError):
        directory.modify(partitions(dc), [Modification("uPNSuffixes", (b"never.example",), (b"new.example",))])
    assert registered(dc) == before
    with pytest.raises(DirectoryError) as caught:
        directory.modify(f"CN=Nobody,{dc.forest.dn}", [Modification("description", (), (b"x",))])
    assert caught.value.code == "NO_SUCH_OBJECT"
    with pytest.raises(DirectoryError) as caught:
        directory.modify(partitions(dc), [Modification("description", (), (b"x",))])
    assert caught.value.code == "NO_RIGHTS"
    directory.modify(partitions(dc), [Modification("uPNSuffixes", (b"contoso.com",), (b"Contoso.COM",))])
    assert registered(dc) == before - {"contoso.com"} | {"Contoso.COM"}
    directory.close()


@pytest.mark.parametrize("ou", [None, OU])
@pytest.mark.parametrize("check_mode", [True, False])
def test_missing_rights_are_named_before_anything_is_written(
    shared_dc: DomainController, ou: str | None, check_mode: bool
) -> None:
    usn = settled_usn(shared_dc, accounts.AUDIT)
    with pytest.raises(DirectoryError) as caught:
        apply(shared_dc, "present", ["northwind.example"], ou=ou, account=accounts.AUDIT, check_mode=check_mode)
    assert caught.value.code == "NO_RIGHTS"
    assert accounts.AUDIT in str(caught.value)
    assert (ou or "CN=Partitions") in str(caught.value)
    assert client.highest_usn(shared_dc) == usn
    assert apply(shared_dc, "present", ["contoso.com"], account=accounts.AUDIT).added == ()


def test_what_accounts_carry_stays(shared_dc: DomainController) -> None:
    usn = settled_usn(shared_dc)
    carried = client.search(shared_dc, shared_dc.forest.dn, "(userPrincipalName=*@fabrikam.com)", ["userPrincipalName"])
    assert carried
    with pytest.raises(SuffixInUseError) as caught:
        apply(shared_dc, "absent", ["fabrikam.com"], force=False, check_mode=True)
    (use,) = caught.value.uses
    assert (use.suffix, use.users) == ("fabrikam.com", len(carried))
    assert set(use.examples) <= {values[0].decode() for _dn, found in carried for values in found.values()}
    with pytest.raises(SuffixInUseError):
        apply(shared_dc, "exact", [], force=False)
    # A domain that cannot be reached may hold such accounts.
    with pytest.raises(DirectoryError, match=r"force.*emea\.contoso\.local|emea\.contoso\.local.*force"):
        apply(shared_dc, "absent", ["fabrikam.com"], force=False, domains=None)
    assert client.highest_usn(shared_dc) == usn


def test_only_an_organizational_unit_has_suffixes_of_its_own(shared_dc: DomainController) -> None:
    with pytest.raises(OptionError, match="CN=Users"):
        apply(shared_dc, "present", ["northwind.example"], ou=f"CN=Users,{shared_dc.forest.dn}")
    with pytest.raises(DirectoryError) as caught:
        apply(shared_dc, "present", ["northwind.example"], ou=f"OU=Nowhere,{shared_dc.forest.dn}")
    assert caught.value.code == "BASE_NOT_FOUND"


def test_the_module_three_ways(dc: DomainController, tmp_path: Path) -> None:
    connection = {
        "server": dc.address,
        "username": f"{accounts.CHANGE}@{dc.forest.domain}",
        "password": PASSWORD,
        "ca_cert": str(dc.layout.authority),
        "domains": [dc.forest.domain],
    }
    tasks = [
        {"name": "Add", "syncready.m365.upn_suffix": {**connection, "suffixes": ["northwind.com", "tailspin.org"]}},
        {
            "name": "Replace",
            "syncready.m365.upn_suffix": {
                **connection,
                "suffixes": ["wingtip.com"],
                "state": "exact",
                "ou": OU,
                "force": True,
            },
        },
    ]
    play = tmp_path / "play" / "play.yml"
    play.parent.mkdir()
    play.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    before = registered(dc)
    runs = playbooks.run_three_ways(play, tmp_path)
    assert runs.rehearsal.changed == {"contoso": 2}
    assert registered(dc) == before | {"northwind.com", "tailspin.org"}
    assert registered(dc, OU) == {"wingtip.com"}
    diff = runs.rehearsal.result("Add")["diff"][0]
    assert diff["before_header"] == partitions(dc)
    assert set(diff["after"].split()) - set(diff["before"].split()) == {"northwind.com", "tailspin.org"}
    assert runs.first.result("Add")["source"]["server"] == dc.forest.fqdn
    assert PASSWORD not in runs.first.stdout
