# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes through what breaks plain pywinrm: each is made once or reported, and none is reported wrongly."""

from __future__ import annotations

import itertools
import struct
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Modification
from ansible_collections.syncready.m365.plugins.module_utils._directory.winrm import WinrmDirectory
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import ConflictError, DirectoryError
from ansible_collections.syncready.m365.plugins.module_utils._remediation.journal import read_journal
from ansible_collections.syncready.m365.plugins.module_utils._remediation.link import Link
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan import by_object
from ansible_collections.syncready.m365.plugins.module_utils._remediation.rollback import way_back
from ansible_collections.syncready.m365.plugins.module_utils._remediation.run import Errand, Execution, execute
from ansible_collections.syncready.m365.plugins.module_utils._remediation.state_dir import StateDirectory
from ansible_collections.syncready.m365.tests.lab import accounts, client
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.support import applying

from .conftest import Serve, Through
from .faults import Kind, Plan
from .server import WinrmServer

OTHER = b"smtp:half.a.change@contoso.com"
CHANGE = {"username": f"{accounts.CHANGE}@contoso.local"}
# What one change of the plan adds to an object's versions: three attributes, of each a value that goes and one that comes.
ONCE = 3 * 2


@pytest.fixture(scope="module")
def small(module_lab: Lab) -> DomainController:
    """A domain controller with 600 people whose names are changed."""
    return module_lab.users(600, model="standard")


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


def _written(controller: DomainController) -> dict[str, int]:
    """Return how often each person was written, by what the directory counts for replication."""
    found = client.search(controller, controller.forest.dn, "(sAMAccountName=u0*)", ["replPropertyMetaData"])
    return {dn: _versions(held["replPropertyMetaData"][0]) for dn, held in found if dn}


def _versions(data: bytes) -> int:
    """Return the sum of the versions of an object's attributes: each write raises those that it touches."""
    count = struct.unpack_from("<I", data, 8)[0]
    return sum(struct.unpack_from("<I", data, 16 + 48 * number + 4)[0] for number in range(count))


def test_a_plan_through_a_bad_network(small: DomainController, serve: Serve, through: Through, tmp_path: Path) -> None:
    """The whole way, with its journal: 500 objects, three attributes each, and back again."""
    rows = applying.people(small, 500)
    objects = {row.object.dn for row in rows}
    assert len(objects) == 500
    before, names = _written(small), _names(small)
    server = serve(small)
    server.faults.by_chance("a plan", 0.08)

    def work(changes: t.Sequence[t.Any], purpose: t.Literal["apply", "rollback"]) -> Execution:
        def reopen() -> WinrmDirectory:
            return through(server, small, CHANGE, operation_timeout_sec=2)

        link = Link(reopen(), reopen, delays=(0.1, 0.2, 0.5))
        with StateDirectory(str(applying.state_dir(tmp_path))) as kept:
            try:
                return execute(link, changes, Errand(purpose, applying.DIGEST), applying.ALL, applying.NO_LIMITS, kept)
            finally:
                link.close()

    first = work(list(by_object(rows)), "apply")
    assert len(server.faults.happened) > 3
    server.faults.clear()
    doubtful = {one.object.dn for one in first.report.outcomes.values() if one.state != "changed"}
    assert len(doubtful) < 20
    after = _written(small)
    for dn in objects - doubtful:
        assert after[dn] - before[dn] == ONCE, dn
    assert {dn for dn in after.keys() - objects if after[dn] != before[dn]} == set()
    # The same plan again makes what was not made, and nothing twice.
    second = work(list(by_object(rows)), "apply")
    assert applying.counts(second).keys() <= {"changed", "unchanged"}
    written = _written(small)
    assert {written[dn] - before[dn] for dn in objects} == {ONCE}
    assert second.journal is not None
    applying.assert_complete(read_journal(second.journal), 500)
    back = work(way_back([read_journal(second.journal)]), "rollback")
    assert applying.counts(back) == {"changed": 500}
    assert _names(small) == names


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
