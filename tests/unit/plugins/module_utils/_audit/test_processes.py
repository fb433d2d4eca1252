# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several processes find what one finds, to the byte, or fail in one clear sentence; none is left behind."""

from __future__ import annotations

import base64
import dataclasses
import functools
import os
import signal
import subprocess
import sys
import tempfile
import time
import typing as t
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._audit import processes, step
from ansible_collections.syncready.m365.plugins.module_utils._audit.findings import read_findings
from ansible_collections.syncready.m365.plugins.module_utils._audit.options import AuditOptions
from ansible_collections.syncready.m365.plugins.module_utils._audit.scan import run_audit
from ansible_collections.syncready.m365.plugins.module_utils._audit.snapshot import Snapshot
from ansible_collections.syncready.m365.plugins.module_utils._audit.workers import WorkerError, Workers
from ansible_collections.syncready.m365.plugins.module_utils._directory import ldap_pieces
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Directory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap import LdapDirectory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_options import LdapOptions
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import SyncreadyError
from ansible_collections.syncready.m365.plugins.module_utils._rules.judge import judge
from ansible_collections.syncready.m365.tests.support.audits import rule_options
from ansible_collections.syncready.m365.tests.support.ldap_peer import Peer, person

SAMPLE = Path(__file__).resolve().parents[5] / "demo" / "contoso.ldif"
ROOT = Path(__file__).resolve().parents[8]
TABLES = ("objects", "addresses", "keys", "mailboxes", "texts", "findings", "clash_members", "differing", "waiting")


@pytest.fixture(autouse=True)
def others_begin_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "BEFORE_OTHERS", 1)


@pytest.fixture
def at_work(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that gets the number of processes each time that some are made."""
    made: list[int] = []

    class Counted(Workers):
        def __init__(self, number: int, work: t.Any) -> None:
            made.append(number)
            super().__init__(number, work)

    monkeypatch.setattr(processes, "Workers", Counted)
    return made


@pytest.fixture(autouse=True)
def none_is_left_behind() -> t.Iterator[None]:
    yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def outcome(directory: Directory, number: int) -> dict[str, t.Any]:
    """Return all that an audit leaves."""
    options = dataclasses.replace(AuditOptions(rule_options()), processes=number)
    snapshot = Snapshot()
    try:
        summary = run_audit(directory, options, snapshot).as_dict()
        for name in ("seconds", "scan_seconds", "load", "objects_per_second"):
            summary.pop(name, None)
        rows = {table: list(snapshot.ask(f"SELECT rowid, * FROM {table} ORDER BY rowid")) for table in TABLES}
        statistics = directory.statistics
        return {
            "summary": summary,
            "rows": rows,
            "findings": list(read_findings(snapshot)),
            "forest": snapshot.forest
            and (snapshot.forest.census, snapshot.forest.exchange, snapshot.forest.dns_domains),
            "read": (statistics.entries, statistics.skipped, statistics.pages),
            "shown": directory.attribute_names(),
        }
    finally:
        snapshot.close()


@functools.cache
def of_sample() -> dict[str, t.Any]:
    return outcome(LdifDirectory(str(SAMPLE)), 1)


@pytest.mark.parametrize("number", [2, 3])
@pytest.mark.parametrize("chunk", [300, 5000, 60_000])
def test_the_sample(number: int, chunk: int, at_work: list[int]) -> None:
    expected = of_sample()
    assert outcome(LdifDirectory(str(SAMPLE), chunk_size=chunk), number) == expected
    assert at_work == [number]


_NAMES = st.sampled_from(["ann", "ANN", "bob", "b\u00f6b", "eve ", "o'neil", "x" * 70])
_ADDRESSES = st.builds("{}@{}".format, _NAMES, st.sampled_from(["contoso.com", "fabrikam.com", "contoso.local"]))
_OBJECT = st.fixed_dictionaries(
    {"objectClass": st.sampled_from([["user"], ["contact"], ["group"], ["computer"], ["organizationalUnit"], ["x"]])},
    optional={
        "userPrincipalName": _ADDRESSES.map(lambda text: [text]),
        "sAMAccountName": st.sampled_from([["ann"], ["bob"], ["MSOL_0123456789ab"]]),
        "mail": _ADDRESSES.map(lambda text: [text]),
        "proxyAddresses": st.lists(
            st.tuples(st.sampled_from(["SMTP:", "smtp:", "sip:", "X500:", ""]), _ADDRESSES).map("".join), max_size=4
        ),
        "homeMDB": st.sampled_from([["CN=DB1,CN=Databases,DC=contoso"], ["CN=DB2,CN=Databases,DC=contoso"]]),
        "userAccountControl": st.sampled_from([["512"], ["514"], ["8192"]]),
        "isDeleted": st.just(["TRUE"]),
        "uPNSuffixes": st.just(["fabrikam.com"]),
        "dnsRoot": st.just(["contoso.local"]),
    },
)


def ldif(objects: t.Sequence[dict[str, list[str]]]) -> str:
    lines = []
    for number, attributes in enumerate(objects):
        lines.append(f"dn: CN=n{number},OU=Staff{number % 3},DC=contoso,DC=local")
        for name, values in attributes.items():
            lines += [f"{name}:: {base64.b64encode(value.encode()).decode()}" for value in values]
        lines.append("")
    return "\n".join(lines) + "\n"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_OBJECT, min_size=1, max_size=20), st.integers(2, 3), st.sampled_from([1, 200, 4000]))
def test_random_directories(objects: list[dict[str, list[str]]], number: int, chunk: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.ldif"
        path.write_text(ldif(objects), encoding="utf-8")
        results = []
        for many in (1, number):
            try:
                results.append(outcome(LdifDirectory(str(path), chunk_size=chunk), many))
            except SyncreadyError as error:
                results.append({"error": (type(error), str(error), error.code)})
        assert results[0] == results[1]


def people(count: int) -> list[dict[str, list[str]]]:
    return [
        {"objectClass": ["user"], "sAMAccountName": [f"u{n}"], "userPrincipalName": [f"u{n}@contoso.com"]}
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (150, "dn: CN=x,DC=contoso,DC=local\nobjectClass: user\nno line of LDIF\n\n"),
        (150, "dn: CN=x,DC=contoso,DC=local\nobjectClass: user\nmail:: /w==\n\n"),
        (150, "dn: CN=x,DC=contoso,DC=local\ncn: x\n\n"),
        (400, "result: 4 Size limit exceeded\n\n"),
        (400, "# pagedresults: cookie=abc=\n\n"),
        (400, "dn: CN=x,DC=contoso,DC=local\nobjectClass: us"),
        (300, "dn: CN=x,DC=contoso,DC=local\nobjectClass: user\ncn: a\0b\n\n"),
    ],
)
def test_the_same_error(place: int, wrong: str, tmp_path: Path) -> None:
    records = ldif(people(400)).split("\n\n")
    text = "\n\n".join(records[:place]) + "\n\n" + wrong + "\n\n".join(records[place:])
    path = tmp_path / "export.ldif"
    path.write_text(text, encoding="utf-8")
    told = []
    for number in (1, 2):
        try:
            outcome(LdifDirectory(str(path), chunk_size=1000), number)
            told.append(("complete", ""))
        except SyncreadyError as error:
            told.append((error.code, str(error)))
    assert told[0] == told[1]
    assert told[0][0] != "complete" or place == 400


def _export(tmp_path: Path) -> LdifDirectory:
    path = tmp_path / "export.ldif"
    path.write_text(ldif(people(400)), encoding="utf-8")
    return LdifDirectory(str(path), chunk_size=1000)


def test_a_process_that_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = os.getpid()

    def dies(subject: t.Any, rules: t.Any) -> t.Any:
        if os.getpid() != parent and subject.sam == "u333":
            os.kill(os.getpid(), signal.SIGKILL)
        return judge(subject, rules)

    monkeypatch.setattr(step, "judge", dies)
    with pytest.raises(WorkerError, match="processes 1") as raised:
        outcome(_export(tmp_path), 2)
    assert raised.value.code == "WORKER_LOST"


def test_a_fault_of_ours_is_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = os.getpid()

    def breaks(subject: t.Any, rules: t.Any) -> t.Any:
        if os.getpid() != parent and subject.sam == "u333":
            raise KeyError("u333")
        return judge(subject, rules)

    monkeypatch.setattr(step, "judge", breaks)
    with pytest.raises(RuntimeError, match="KeyError: 'u333'"):
        outcome(_export(tmp_path), 2)


def test_no_room_for_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fork
    made: list[int] = []

    def fork() -> int:
        if made:
            raise OSError(11, "Resource temporarily unavailable")
        made.append(real())
        return made[0]

    monkeypatch.setattr(os, "fork", fork)
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(WorkerError, match="Resource temporarily unavailable"):
        Workers(2, lambda data: data)
    assert made
    assert len(os.listdir("/proc/self/fd")) == before


def test_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Snapshot.take_over
    calls = []

    def interrupts(self: Snapshot, *args: t.Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        real(self, *args)

    monkeypatch.setattr(Snapshot, "take_over", interrupts)
    with pytest.raises(KeyboardInterrupt):
        outcome(_export(tmp_path), 2)


def test_a_child_keeps_two_pipes_and_nothing_else(tmp_path: Path) -> None:
    with (tmp_path / "open").open("wb"):
        workers = Workers(2, lambda _data: sorted(map(int, os.listdir("/proc/self/fd"))))
        try:
            for _item, numbers in workers.in_order(iter(range(4)), lambda item: item + 1):
                # Its pipes, and the listing.
                assert numbers[:3] == [0, 1, 2]
                assert len(numbers) == 6
        finally:
            workers.close()


def test_large_pieces_both_ways() -> None:
    workers = Workers(2, lambda data: data * 3)
    try:
        items = [bytes([number]) * 3_000_000 for number in range(12)]
        found = list(workers.in_order(iter(items), lambda item: item))
    finally:
        workers.close()
    assert [(item, item * 3) for item in items] == found


# A shell may have made its children ignore SIGINT.
_KILLED = """
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from ansible_collections.syncready.m365.plugins.module_utils._audit.workers import Workers
workers = Workers(2, lambda data: time.sleep(0.2) or os.getpid())
def items():
    while True:
        yield 1
for _item, pid in workers.in_order(items(), lambda item: item):
    print(pid, flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_no_child_outlives_its_parent(how: signal.Signals) -> None:
    command = [sys.executable, "-c", _KILLED]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        children = {int(parent.stdout.readline()) for _number in range(4)}
        assert len(children) == 2
        parent.send_signal(how)
        parent.wait(30)
    until = time.monotonic() + 30
    while any(_alive(child) for child in children):
        assert time.monotonic() < until
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    # Who is dead and not yet taken note of by its new parent counts as gone.
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


# The server of these tests has threads, which the copies of the process do not use.
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("range_limit", [0, 3])
def test_over_ldap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, range_limit: int, at_work: list[int]) -> None:
    monkeypatch.setattr(ldap_pieces, "PIECE", 2000)
    with Peer(tmp_path) as peer:
        peer.page_limit = 40
        if range_limit:
            peer.range_limit = range_limit
        address = [
            b"SMTP:same@contoso.com",
            b"smtp:a@contoso.com",
            b"smtp:b@fabrikam.com",
            b"x500:/o=c",
            b"sip:a@b.com",
        ]
        peer.entries = dict(
            person(number, objectClass=[b"user"], **({"proxyAddresses": address} if number % 7 == 0 else {}))
            for number in range(300)
        )
        results = []
        for number in (1, 2, 3):
            directory = LdapDirectory(LdapOptions(**peer.options()))
            results.append(outcome(directory, number))
            directory.close()
    assert results[0]["rows"]["objects"]
    assert results[0] == results[1] == results[2]
    assert at_work == [2, 3]
