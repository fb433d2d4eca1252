# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What breaks plain pywinrm: of what is read, nothing is lost and nothing comes twice."""

from __future__ import annotations

import time
import typing as t

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory import winrm_client
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Selection
from ansible_collections.syncready.m365.plugins.module_utils._directory.winrm import WinrmDirectory
from ansible_collections.syncready.m365.plugins.module_utils._rules.attributes import (
    AUDIT_ATTRIBUTES,
    COUNTED_ATTRIBUTES,
)
from ansible_collections.syncready.m365.tests.lab import accounts, client, ldif
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.lab.forest import CONTOSO

from .conftest import Serve, Through
from .faults import BY_ACTION, Kind, Plan

WHOLE = Selection(AUDIT_ATTRIBUTES, COUNTED_ATTRIBUTES)
EACH = [(action, kind) for action, kinds in BY_ACTION.items() for kind in kinds]
FEW = Selection(("objectGUID", "cn", "mail", "proxyAddresses", "memberOf"))
Held = dict[str, dict[str, list[bytes]]]


@pytest.fixture(scope="module")
def large(module_lab: Lab) -> DomainController:
    """A domain controller with 5,000 people, a process for each connection."""
    return module_lab.users(5000, model="standard")


def _read(directory: WinrmDirectory, selection: Selection = WHOLE) -> Held:
    """Return what a search yields; nothing may come twice."""
    held: Held = {}
    for entry in directory.search(CONTOSO.dn, selection=selection):
        assert entry.dn not in held
        held[entry.dn] = entry.attributes
    return held


@pytest.fixture(scope="module")
def expected(large: DomainController) -> dict[str, str]:
    """The GUID of every object, read by another program."""
    account = client.Account(accounts.AUDIT, f"{accounts.AUDIT}@{large.forest.domain}")
    found = client.search(large, large.forest.dn, attributes=["objectGUID"], account=account)
    return {dn: b"".join(held.get("objectGUID", ())).hex() for dn, held in found if dn}


@pytest.mark.parametrize("run", range(20))
def test_five_thousand_entries_through_a_bad_network(
    large: DomainController, serve: Serve, through: Through, expected: dict[str, str], run: int
) -> None:
    transport = ("ntlm", "credssp")[run % 2]
    server = serve(large, most=(None, 100_000, 250_000)[run % 3])
    ldap = {"page_size": (1000, 300)[run // 2 % 2]}
    directory = through(server, large, ldap, transport=transport, compression=run % 4 != 3, operation_timeout_sec=2)
    server.faults.add(Plan(EACH[run][1], EACH[run][0]))
    server.faults.by_chance(f"run {run}", 0.06)
    held = _read(directory, FEW)
    server.faults.clear()
    assert {dn: b"".join(found.get("objectguid", ())).hex() for dn, found in held.items()} == expected
    assert server.faults.happened or EACH[run][0] in ("Create", "Command")
    directory.close()
    # A shell of which the answer was lost, or whose end was, ends by itself after a while.
    lost = sum(1 for action, _kind in server.faults.happened if action in ("Create", "Command", "Body"))
    assert len(server.shells) <= lost


@pytest.fixture(scope="module")
def people(people_dc: DomainController) -> Held:
    """What another program reads of a few people."""
    account = client.Account(accounts.AUDIT, f"{accounts.AUDIT}@{people_dc.forest.domain}")
    found = client.search(people_dc, people_dc.forest.dn, attributes=["cn", "objectGUID"], account=account)
    return {dn: {name.lower(): values for name, values in held.items()} for dn, held in found if dn}


@pytest.mark.parametrize(("action", "kind"), EACH, ids=[f"{action} {kind}" for action, kind in EACH])
def test_each_fault(
    people_dc: DomainController, serve: Serve, through: Through, people: Held, action: str, kind: Kind
) -> None:
    """Whatever happens, and whenever: at the beginning, on the way, twice in a row."""
    server = serve(people_dc)
    server.faults.add(Plan(kind, action))
    directory = through(server, people_dc, {"page_size": 40})
    names = Selection(("cn", "objectGUID"))
    for after, times in ((0, 1), (1, 1), (2, 2)):
        assert _read(directory, names) == people
        assert (action, kind) in server.faults.happened
        if action in ("Create", "Command"):
            break
        server.faults.clear()
        server.faults.add(Plan(kind, action, after, times))
    if kind == "send_timeout":
        # What may have been delivered is not sent again.
        assert server.seen.actions.count("Send") < 15


@pytest.mark.parametrize("transport", ["ntlm", "credssp"])
def test_a_connection_that_rested_too_long(
    people_dc: DomainController, serve: Serve, through: Through, transport: str
) -> None:
    """The server closes it, and what is sealed for it cannot be read on the next one."""
    server = serve(people_dc, idle_close=0.5)
    directory = through(server, people_dc, transport=transport)
    before = _read(directory)
    time.sleep(1.2)
    assert _read(directory) == before
    assert server.seen.statuses[400] >= 1
    assert server.seen.connections > 1


def test_a_connection_that_rests_is_made_anew_before(
    people_dc: DomainController, serve: Serve, through: Through, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(winrm_client, "IDLE_SECONDS", 0.3)
    server = serve(people_dc, idle_close=0.6)
    directory = through(server, people_dc)
    before = _read(directory)
    time.sleep(1.2)
    assert _read(directory) == before
    assert 400 not in server.seen.statuses


def test_all_connections_end_in_mid_search(large: DomainController, serve: Serve, through: Through) -> None:
    server = serve(large, most=50_000)
    directory = through(server, large)
    read = set()
    for number, entry in enumerate(directory.search(CONTOSO.dn, selection=WHOLE)):
        assert entry.dn not in read
        read.add(entry.dn)
        if number in (500, 1700, 4000):
            server.drop_connections()
        if number == 2500:
            server.kill_shells()
    assert read == set(_read(directory))
    assert server.seen.actions.count("Create") == 2


def test_a_search_within_a_search(own_lab: Lab, serve: Serve, through: Through) -> None:
    """Large groups are read part by part while the search that found them goes on."""
    controller = own_lab.users(5000)
    people = sorted(
        dn for dn, _held in client.search(controller, controller.forest.dn, "(objectClass=user)", ["1.1"]) if dn
    )[:4001]
    members: dict[str, t.Sequence[bytes | str]] = {"objectClass": ["group"], "member": people}
    name = "CN=Large,CN=Users,DC=contoso,DC=local"
    client.change(controller, ldif.add(name, members), client.administrator(controller))
    server = serve(controller)
    directory = through(server, controller)
    counts = {entry.dn: entry.counts for entry in directory.search(selection=WHOLE) if entry.counts}
    assert counts[name] == {"member": 4001}
    held = list(directory.search(name, "base", Selection(("member",))))
    assert sorted(held[0].texts("member")) == people
    assert server.seen.actions.count("Create") == 2
    # A search that nobody reads to its end leaves nothing behind.
    next(iter(directory.search(CONTOSO.dn, selection=WHOLE)))
    assert len(_read(directory)) > 5000
    directory.close()
    assert server.shells == {}


def test_a_slow_network(people_dc: DomainController, serve: Serve, through: Through) -> None:
    server = serve(people_dc, latency=0.05, most=3000)
    directory = through(server, people_dc)
    server.faults.add(Plan("timeout", "Receive", 1, 3), Plan("delay", "Receive", 2, seconds=1))
    assert len(_read(directory)) > 300
