# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What breaks plain pywinrm: nothing is lost, nothing comes twice, no change is made twice or reported wrongly."""

from __future__ import annotations

import itertools
import time
import typing as t

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory import winrm_client
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Modification, Selection
from ansible_collections.syncready.m365.plugins.module_utils._directory.winrm import WinrmDirectory
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import ConflictError, DirectoryError
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
from .server import WinrmServer

WHOLE = Selection(AUDIT_ATTRIBUTES, COUNTED_ATTRIBUTES)
EACH = [(action, kind) for action, kinds in BY_ACTION.items() for kind in kinds]
FEW = Selection(("objectGUID", "cn", "mail", "proxyAddresses", "memberOf"))
Held = dict[str, dict[str, list[bytes]]]
OTHER = b"smtp:half.a.change@contoso.com"
CHANGE = {"username": f"{accounts.CHANGE}@contoso.local"}


@pytest.fixture(scope="module")
def large(module_lab: Lab) -> DomainController:
    """A domain controller with 5,000 people, a process for each connection."""
    return module_lab.users(5000, model="standard")


@pytest.fixture(scope="module")
def small(module_lab: Lab) -> DomainController:
    """A domain controller with 600 people whose names are changed."""
    return module_lab.users(600, model="standard")


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


# Changes


def _names(controller: DomainController) -> dict[str, bytes]:
    found = client.search(controller, controller.forest.dn, "(&(objectClass=user)(displayName=*))", ["displayName"])
    return {dn: held["displayName"][0] for dn, held in found if dn}


@pytest.mark.parametrize("run", range(2))
def test_five_hundred_changes_through_a_bad_network(
    small: DomainController, serve: Serve, through: Through, run: int
) -> None:
    before = dict(itertools.islice(_names(small).items(), 500))
    assert len(before) == 500
    server = serve(small)
    directory = through(server, small, CHANGE, operation_timeout_sec=2)
    server.faults.by_chance(f"changes {run}", 0.08)
    items = [(dn, [Modification("displayName", (name,), (name + b" %d" % run,))]) for dn, name in before.items()]
    told: list[int] = []

    def observe(place: int, _error: DirectoryError | None) -> bool:
        told.append(place)
        return True

    results = directory.modify_each(items, observe)
    server.faults.clear()
    assert told == list(range(500))
    assert len(results) == 500
    after = _names(small)
    for (dn, changes), error in zip(items, results, strict=True):
        if error is None:
            assert after[dn] == changes[0].add[0]
        else:
            assert error.code == "OUTCOME_UNKNOWN"
    assert sum(1 for error in results if error is None) > 480
    assert len(server.faults.happened) > 3


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("Body", "drop_request"),
        ("Send", "drop_before"),
        ("Send", "drop_after"),
        ("Send", "half_delivery"),
        ("Send", "kill_shell"),
        ("Send", "send_timeout"),
        ("Receive", "drop_after"),
        ("Receive", "kill_shell"),
        ("Receive", "garbage"),
    ],
)
def test_one_change_in_doubt(small: DomainController, serve: Serve, through: Through, action: str, kind: Kind) -> None:
    """The answer is lost, or the request was: the change is made once, and known to be made."""
    dn, name = next(iter(_names(small).items()))
    server = serve(small)
    directory = through(server, small, CHANGE)
    server.faults.add(Plan(kind, action))
    directory.modify(dn, [Modification("displayName", (name,), (b"In doubt",))])
    assert server.faults.happened == [(action, kind)]
    assert _names(small)[dn] == b"In doubt"
    with pytest.raises(ConflictError):
        directory.modify(dn, [Modification("displayName", (name,), (b"Twice",))])
    directory.modify(dn, [Modification("displayName", (b"In doubt",), (name,))])
    assert _names(small)[dn] == name


def test_half_a_change_is_no_change(small: DomainController, serve: Serve, through: Through) -> None:
    """Two values go and one comes: of a line that was cut, nothing may be carried out."""
    dn, name = next(iter(_names(small).items()))
    server = serve(small)
    directory = through(server, small, CHANGE)
    for text in (b"a", b"b" * 50, b"c" * 200):
        server.faults.add(Plan("half_delivery", "Send"))
        directory.modify(
            dn, [Modification("displayName", (name,), (text,)), Modification("proxyAddresses", (), (OTHER,))]
        )
        found = client.search(small, dn, attributes=["displayName", "proxyAddresses"], scope="base")
        assert found[0][1]["displayName"] == [text]
        assert OTHER in found[0][1]["proxyAddresses"]
        back = [Modification("displayName", (text,), (name,)), Modification("proxyAddresses", (OTHER,))]
        directory.modify(dn, back)


def test_somebody_else_while_in_doubt(small: DomainController, serve: Serve, through: Through) -> None:
    (dn, name), *_others = _names(small).items()
    server = serve(small)
    directory = through(server, small, CHANGE)
    original = directory._server_for(dn)
    writer = directory._writer(original)
    changed = False

    class Meddling(type(writer._searcher)):  # type: ignore[misc]  # a class that is found out here
        def entries(self, *arguments: t.Any) -> t.Any:
            nonlocal changed
            if not changed:
                changed = True
                client.change(small, f"dn: {dn}\nchangetype: modify\nreplace: displayName\ndisplayName: Newer\n-\n")
            return super().entries(*arguments)

    original.searcher.__class__ = Meddling
    server.faults.add(Plan("kill_shell", "Send"))
    with pytest.raises(ConflictError, match="left alone"):
        directory.modify(dn, [Modification("displayName", (name,), (b"Ours",))])
    assert _names(small)[dn] == b"Newer"
    client.change(small, f"dn: {dn}\nchangetype: modify\nreplace: displayName\ndisplayName: {name.decode()}\n-\n")


def test_a_host_that_is_gone(small: DomainController, serve: Serve, through: Through) -> None:
    """Where no certainty can be had, nothing is reported as done."""
    names = dict(itertools.islice(_names(small).items(), 40))
    server: WinrmServer = serve(small)
    directory = through(server, small, CHANGE)

    def observe(place: int, error: DirectoryError | None) -> bool:
        if place == 15:
            server.close()
        return True

    items = [(dn, [Modification("displayName", (name,), (name + b" x",))]) for dn, name in names.items()]
    try:
        results = directory.modify_each(items, observe)
        after = _names(small)
        assert [error is None for error in results[:16]] == [True] * 16
        assert {error.code for error in results[16:] if error is not None} == {"OUTCOME_UNKNOWN"}
        assert all(error is not None for error in results[16:])
        assert all(after[dn] == changes[0].add[0] for dn, changes in items[:16])
    finally:
        after = _names(small)
        for dn, name in names.items():
            if after[dn] != name:
                text = f"dn: {dn}\nchangetype: modify\nreplace: displayName\ndisplayName: {name.decode()}\n-\n"
                client.change(small, text)


def test_an_observer_that_has_seen_enough(small: DomainController, serve: Serve, through: Through) -> None:
    names = dict(itertools.islice(_names(small).items(), 60))
    directory = through(serve(small), small, CHANGE)
    items = [(dn, [Modification("displayName", (name,), (name,))]) for dn, name in names.items()]
    assert len(directory.modify_each(items, lambda place, _error: place < 5)) == 16


def test_large_values_take_several_steps(own_lab: Lab, serve: Serve, through: Through) -> None:
    controller = own_lab.users(300)
    server = serve(controller)
    account = f"Administrator@{controller.forest.domain}"
    directory = through(server, controller, {"username": account})
    dn = f"CN=lab-audit,CN=Users,{controller.forest.dn}"
    photo = bytes(range(256)) * 390
    for fault in (None, Plan("drop_after", "Send", 1), Plan("half_delivery", "Send", 1)):
        if fault is not None:
            server.faults.add(fault)
        directory.modify(dn, [Modification("thumbnailPhoto", (), (photo,))])
        found = client.search(controller, dn, attributes=["thumbnailPhoto"], scope="base")
        assert found[0][1]["thumbnailPhoto"] == [photo]
        directory.modify(dn, [Modification("thumbnailPhoto", (photo,))])
    with pytest.raises(DirectoryError, match="empty value"):
        directory.modify(dn, [Modification("description", (b"",))])


def test_a_slow_network(people_dc: DomainController, serve: Serve, through: Through) -> None:
    server = serve(people_dc, latency=0.05, most=3000)
    directory = through(server, people_dc)
    server.faults.add(Plan("timeout", "Receive", 1, 3), Plan("delay", "Receive", 2, seconds=1))
    assert len(_read(directory)) > 300
