# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attributes of one object on a real directory, and the way back by journal, both through their modules."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.tests.lab import accounts, client, dump, ldif
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD
from ansible_collections.syncready.m365.tests.support import playbooks
from ansible_collections.syncready.m365.tests.support.applying import apply, people, state_dir

pytestmark = pytest.mark.usefixtures("over")

Task = dict[str, t.Any]


@pytest.fixture(scope="module")
def crowd(module_lab: Lab, over: str) -> DomainController:
    return module_lab.users(2000, model="standard")


def play(folder: Path, dc: DomainController, module: str, *tasks: Task, ignored: bool = False) -> Path:
    connection = {
        "server": dc.address,
        "username": f"{accounts.CHANGE}@{dc.forest.domain}",
        "password": PASSWORD,
        "ca_cert": str(dc.layout.authority),
        "domains": [dc.forest.domain],
    }
    listed = [
        {"name": task.pop("name"), f"syncready.m365.{module}": {**connection, **task}, "ignore_errors": ignored}
        for task in tasks
    ]
    path = folder / "play" / "play.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": listed}]), encoding="utf-8")
    return path


def values(dc: DomainController, dn: str, name: str) -> set[str]:
    found = client.search(dc, dn, attributes=[name], scope="base")
    return {value.decode() for values in found[0][1].values() for value in values}


def test_three_ways(crowd: DomainController, tmp_path: Path) -> None:
    one, other = list(dict.fromkeys(row.object for row in people(crowd, 2)))
    whole = dump.take(crowd)
    login, upn = values(crowd, one.dn, "sAMAccountName"), values(crowd, one.dn, "userPrincipalName")
    path = play(
        tmp_path,
        crowd,
        "object_attributes",
        {"name": "Add", "object": one.guid, "attributes": {"proxyAddresses": ["smtp:extra@contoso.com"]}},
        {"name": "Set", "object": next(iter(login)), "attributes": {"displayName": "Anna \u2013 Berg", "sn": "Berg"}},
        {"name": "Exact", "object": other.dn, "attributes": {"mailNickname": ["somebody"]}, "state": "exact"},
        {"name": "Gone", "object": next(iter(upn)), "attributes": {"givenName": []}, "state": "exact"},
    )
    runs = playbooks.run_three_ways(path, tmp_path)
    assert runs.rehearsal.changed == {"contoso": 4}
    assert "smtp:extra@contoso.com" in values(crowd, one.dn, "proxyAddresses")
    assert values(crowd, one.dn, "displayName") == {"Anna \u2013 Berg"}
    assert values(crowd, other.dn, "mailNickname") == {"somebody"}
    assert values(crowd, one.dn, "givenName") == set()
    for name in ("Add", "Set", "Exact", "Gone"):
        assert runs.rehearsal.result(name)["diff"] == runs.first.result(name)["diff"] != []
        assert runs.rehearsal.result(name)["attributes"] == runs.first.result(name)["attributes"]
    assert set(dump.differences(whole, dump.take(crowd))) == {one.dn, other.dn}
    assert PASSWORD not in runs.first.stdout


def test_what_is_refused(crowd: DomainController, tmp_path: Path) -> None:
    one, other = list(dict.fromkeys(row.object for row in people(crowd, 12)))[10:]
    (mail,) = values(crowd, other.dn, "mail")
    client.change(
        crowd,
        f"{ldif.line('dn', one.dn)}\nchangetype: modify\nreplace: facsimileTelephoneNumber\nfacsimileTelephoneNumber: 1\n-\n",
    )
    cases: list[tuple[str, Task, str]] = [
        ("NO_RIGHTS", {"facsimileTelephoneNumber": "2"}, "right to write"),
        ("INVALID_VALUE", {"mail": mail}, "holds it already"),
        ("INVALID_VALUE", {"userPrincipalName": "no address@contoso.com"}, "allow_invalid"),
        ("BAD_OPTION", {"noSuchThing": "x"}, "noSuchThing"),
        ("BAD_OPTION", {"whenCreated": "x"}, "only the system"),
        ("BAD_OPTION", {"userAccountControl": 512}, "never changes"),
    ]
    usn = client.highest_usn(crowd)
    tasks: list[Task] = [
        {"name": says, "object": one.dn, "attributes": attributes} for _code, attributes, says in cases
    ]
    path = play(tmp_path, crowd, "object_attributes", *tasks, ignored=True)
    for arguments in ("--check", ""):
        run = playbooks.run(path, tmp_path, arguments=arguments)
        for code, _attributes, says in cases:
            result = run.result(says)
            assert (result["error_code"], result["changed"]) == (code, False), result
            assert says in result["msg"]
    # Signing in may be noted by the directory; the object is as it was.
    assert values(crowd, one.dn, "facsimileTelephoneNumber") == {"1"}
    assert client.highest_usn(crowd) - usn < 3


def test_the_way_back(crowd: DomainController, tmp_path: Path) -> None:
    rows = people(crowd, 60)[3 * 20 :]
    whole = dump.take(crowd)
    state = state_dir(tmp_path)
    done = apply(crowd, rows, state)
    assert done.journal is not None
    changed = dump.take(crowd)
    common = {"state_dir": str(state), "journal_path": Path(done.journal).name, "ticket": "CHG0012345"}
    path = play(
        tmp_path,
        crowd,
        "rollback",
        {"name": "One", **common, "objects": [rows[0].object.dn]},
        {"name": "All", **common},
    )
    rehearsal = playbooks.run(path, tmp_path, arguments="--check --diff").assert_clean()
    assert dump.differences(changed, dump.take(crowd)) == {}
    first = playbooks.run(path, tmp_path).assert_clean()
    assert rehearsal.result("One")["counts"] == first.result("One")["counts"]
    assert rehearsal.result("One")["diff"] == first.result("One")["diff"]
    assert first.result("One")["counts"]["changed"] == 1
    # In the rehearsal the one was not taken back before all were.
    assert rehearsal.result("All")["counts"]["changed"] == 40
    assert first.result("All")["counts"] == {
        **rehearsal.result("All")["counts"],
        "changed": 39,
        "unchanged": 1,
    }
    assert dump.differences(whole, dump.take(crowd)) == {}
    second = playbooks.run(path, tmp_path).assert_clean()
    assert second.changed == {}
    assert first.result("All")["source"]["server"] == crowd.forest.fqdn
