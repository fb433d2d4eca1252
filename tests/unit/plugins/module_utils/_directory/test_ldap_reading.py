# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading from a server that does what domain controllers do, and what only bad ones do."""

from __future__ import annotations

import sys
import time
import typing as t

import ldap3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Selection
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap import LdapDirectory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_options import LdapOptions
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import DirectoryError
from ansible_collections.syncready.m365.tests.support import ldap_messages as ldap
from ansible_collections.syncready.m365.tests.support.ldap_peer import PASSWORD, SUFFIX, Line, Peer, person

Connect = t.Callable[..., LdapDirectory]
BOTH = pytest.mark.parametrize("fast", [True, False], ids=["fast", "by ldap3"])
NAMES = Selection(("cn", "objectClass"))


def _names(directory: LdapDirectory, **search: t.Any) -> list[str]:
    return [entry.text("cn") or "" for entry in directory.search(**{"selection": NAMES, **search})]


def _fails(directory: LdapDirectory, code: str, *words: str, **search: t.Any) -> str:
    with pytest.raises(DirectoryError) as raised:
        _names(directory, **search)
    message = str(raised.value)
    assert raised.value.code == code, message
    for word in words:
        assert word in message
    assert PASSWORD not in message
    assert "\n" not in message
    return message


@BOTH
def test_pages(peer: Peer, connect: Connect, fast: bool) -> None:
    peer.entries = dict(person(number) for number in range(2503))
    directory = connect(peer, fast)
    assert _names(directory) == [f"user{number:05d}" for number in range(2503)]
    assert directory.statistics.entries == 2503
    assert directory.statistics.pages >= 3
    assert directory.statistics.searches >= 3


@BOTH
def test_values_come_as_they_are(peer: Peer, connect: Connect, fast: bool) -> None:
    values = [bytes(range(256)), b"", "Müller 由美子".encode(), b" x ", b"\n"]
    peer.entries = dict([person(1, proxyAddresses=values, mail=[])])
    (entry,) = list(connect(peer, fast).search(SUFFIX, selection=Selection(("proxyAddresses", "mail", "cn"))))
    assert entry.attributes == {"proxyaddresses": values, "cn": [b"user00001"]}
    assert entry.dn == "CN=user00001,OU=Staff,DC=contoso,DC=local"


@BOTH
def test_long_attributes_are_read_to_their_end(peer: Peer, connect: Connect, fast: bool) -> None:
    peer.range_limit = 7
    members = [f"CN=m{number}".encode() for number in range(40)]
    peer.entries = dict([person(1, member=members, description=members[:7], info=members[:8]), person(2)])
    selection = Selection(("cn", "member", "description", "info"))
    first, second = list(connect(peer, fast).search(SUFFIX, selection=selection))
    assert first.attributes["member"] == members
    assert first.attributes["description"] == members[:7]
    assert first.attributes["info"] == members[:8]
    assert first.incomplete == frozenset()
    assert second.attributes == {"cn": [b"user00002"]}


@BOTH
@pytest.mark.parametrize("number", [0, 1, 15, 16, 17, 1499, 1500, 1501, 4000])
def test_values_are_counted_in_parts(peer: Peer, connect: Connect, fast: bool, number: int) -> None:
    values = [b"x%d" % index for index in range(number)]
    peer.entries = dict([person(1, member=values, userCertificate=values), person(2)])
    selection = Selection(("cn",), ("member", "userCertificate"))
    first, second = list(connect(peer, fast).search(SUFFIX, selection=selection))
    assert first.counts == ({"member": number, "usercertificate": number} if number else {})
    assert first.attributes == {"cn": [b"user00001"]}
    assert second.counts == {}
    asked = [request for request in peer.requests if isinstance(request, ldap.Search) and "cn" in request.attributes]
    assert all("member" not in request.attributes for request in asked)


def test_a_range_while_the_next_page_is_on_its_way(peer: Peer, connect: Connect) -> None:
    peer.page_limit = 2
    peer.range_limit = 3
    members = [b"m%d" % number for number in range(10)]
    peer.entries = dict(person(number, member=members) for number in range(9))
    entries = list(connect(peer).search(SUFFIX, selection=Selection(("cn", "member"))))
    assert [entry.attributes["member"] for entry in entries] == [members] * 9


def test_two_searches_at_once(peer: Peer, connect: Connect) -> None:
    peer.page_limit = 3
    peer.entries = dict(person(number) for number in range(20))
    directory = connect(peer)
    pairs = list(zip(_read(directory), _read(directory), strict=True))
    assert [one for one, _two in pairs] == [two for _one, two in pairs] == [f"user{n:05d}" for n in range(20)]


def _read(directory: LdapDirectory) -> t.Iterator[str]:
    for entry in directory.search(SUFFIX, selection=NAMES):
        yield entry.text("cn") or ""


def test_a_search_that_is_given_up_leaves_the_connection_in_order(peer: Peer, connect: Connect) -> None:
    peer.page_limit = 2
    peer.entries = dict(person(number) for number in range(20))
    directory = connect(peer)
    for _round in range(3):
        search = _read(directory)
        assert next(search) == "user00000"
        search.close()  # type: ignore[attr-defined]
    assert len(list(_read(directory))) == 20


@BOTH
@pytest.mark.parametrize(
    ("answer", "code", "word"),
    [
        ((3, ""), "LIMIT_EXCEEDED", "time limit"),
        ((4, "00002023: LdapErr"), "LIMIT_EXCEEDED", "size limit"),
        ((11, "00002024: LdapErr"), "LIMIT_EXCEEDED", "administrative limit"),
        ((10, "0000202B: RefErr"), "REFERRAL", "domain_controllers"),
        ((53, "00000057: LdapErr: cookie"), "SEARCH_LOST", "Run it again"),
        ((12, "00002040: SvcErr"), "SEARCH_LOST", "Run it again"),
        ((51, "0000200E: busy"), "SERVER_BUSY", "Try again"),
        ((52, ""), "SERVER_BUSY", "Try again"),
        ((1, "000004DC: LdapErr: DSID-0C090A5C, comment: ..."), "NOT_SIGNED_IN", "sign-in"),
        ((50, "00002098: SecErr"), "NO_RIGHTS", "right"),
        ((80, "anything"), "SEARCH_FAILED", "80 other"),
        ((8, "00002028: LdapErr"), "STRONGER_AUTH_REQUIRED", "tls_mode"),
    ],
)
def test_an_error_on_the_second_page(
    peer: Peer, connect: Connect, fast: bool, answer: tuple[int, str], code: str, word: str
) -> None:
    peer.entries = dict(person(number) for number in range(2000))
    peer.search_answer = {2: answer}
    peer.referrals = ("ldap://dc2.contoso.local/DC=contoso,DC=local",)
    directory = connect(peer, fast)
    message = _fails(directory, code, word)
    if code in ("LIMIT_EXCEEDED", "SEARCH_LOST", "SEARCH_FAILED"):
        assert "2000 entries" in message or "1000 entries" in message


@BOTH
def test_no_such_base(peer: Peer, connect: Connect, fast: bool) -> None:
    def on_search(request: ldap.Search, line: Line) -> t.Iterator[bytes]:
        if request.base.startswith("OU=Nowhere"):
            return iter([ldap.result(request.number, 0x65, 32, "0000208D: NameErr: DSID-0310028D, problem 2001")])
        return original(request, line)

    original, peer.on_search = peer.on_search, on_search  # type: ignore[method-assign]
    _fails(connect(peer, fast), "BASE_NOT_FOUND", "'OU=Nowhere,DC=contoso,DC=local'", base=f"OU=Nowhere,{SUFFIX}")


def test_a_part_of_the_configuration_that_is_not_there_is_no_error(peer: Peer, connect: Connect) -> None:
    def on_search(request: ldap.Search, line: Line) -> t.Iterator[bytes]:
        if "CN=Services" in request.base:
            return iter([ldap.result(request.number, 0x65, 32)])
        return original(request, line)

    original, peer.on_search = peer.on_search, on_search  # type: ignore[method-assign]
    assert len(_names(connect(peer))) == 5


@BOTH
def test_a_server_that_leaves_the_paging_out(peer: Peer, connect: Connect, fast: bool) -> None:
    def on_search(request: ldap.Search, line: Line) -> t.Iterator[bytes]:
        if request.page:
            request.controls.clear()
        return original(request, line)

    original, peer.on_search = peer.on_search, on_search  # type: ignore[method-assign]
    with pytest.raises(DirectoryError) as raised:
        _names(connect(peer, fast))
    assert raised.value.code == "NO_PAGING"


def test_pages_without_end_and_without_entries(peer: Peer, connect: Connect) -> None:
    directory = connect(peer)

    def on_search(request: ldap.Search, line: Line) -> t.Iterator[bytes]:
        return iter([ldap.result(request.number, 0x65, cookie=b"more")])

    peer.on_search = on_search  # type: ignore[method-assign]
    _fails(directory, "PROTOCOL_ERROR", "without end")


@pytest.mark.parametrize("other", [0, 1, 77, 2**31 - 1])
def test_an_answer_with_another_number(peer: Peer, connect: Connect, other: int) -> None:
    directory = connect(peer)

    def on_search(request: ldap.Search, line: Line) -> t.Iterator[bytes]:
        yield ldap.entry(other, *person(1))
        yield ldap.result(request.number, 0x65, cookie=b"")

    peer.on_search = on_search  # type: ignore[method-assign]
    with pytest.raises(DirectoryError) as raised:
        _names(directory)
    assert raised.value.code in ("PROTOCOL_ERROR", "CONNECTION_LOST")


def test_the_server_says_that_it_ends(peer: Peer, connect: Connect) -> None:
    directory = connect(peer)

    def on_search(request: ldap.Search, line: Line) -> t.Iterator[bytes]:
        yield ldap.entry(request.number, *person(1))
        yield ldap.notice(f"shutting down {PASSWORD}")

    peer.on_search = on_search  # type: ignore[method-assign]
    _fails(directory, "CONNECTION_LOST", "ended the connection", 'shutting down ***"', "not complete")


@pytest.mark.parametrize(
    "junk",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x30\x84\x7f\xff\xff\xff\x02",
        b"\x30\x80",
        b"\x30\x05\x02\x01\x01\x64\x7f",
        b"\x30\x03\x02\x01\x02",
        b"\x00" * 50,
    ],
)
def test_junk(peer: Peer, connect: Connect, junk: bytes) -> None:
    directory = connect(peer)

    def on_search(request: ldap.Search, line: Line) -> t.Iterator[bytes]:
        yield ldap.entry(request.number, *person(1))
        yield junk

    peer.on_search = on_search  # type: ignore[method-assign]
    _fails(directory, "PROTOCOL_ERROR")


def test_a_damaged_entry(peer: Peer, connect: Connect) -> None:
    directory = connect(peer)

    def on_search(request: ldap.Search, line: Line) -> t.Iterator[bytes]:
        whole = bytearray(ldap.entry(request.number, *person(1)))
        place = whole.index(b"objectClass") - 1
        whole[place] = 120
        yield bytes(whole)
        yield ldap.result(request.number, 0x65, cookie=b"")

    peer.on_search = on_search  # type: ignore[method-assign]
    _fails(directory, "PROTOCOL_ERROR", "damaged")


def test_a_server_that_falls_silent(peer: Peer, connect: Connect) -> None:
    directory = connect(peer, read_timeout=1)

    def on_search(request: ldap.Search, line: Line) -> t.Iterator[bytes]:
        yield ldap.entry(request.number, *person(1))

    peer.on_search = on_search  # type: ignore[method-assign]
    started = time.monotonic()
    _fails(directory, "TIMEOUT", "nothing for 1 second")
    assert time.monotonic() - started < 5


@pytest.fixture(scope="module")
def cut_peer(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Peer]:
    """A server whose connections are cut."""
    with Peer(tmp_path_factory.mktemp("cut")) as made:
        made.entries = dict(person(number) for number in range(300))
        made.page_limit = 100
        yield made


@BOTH
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True))
def test_cut_at_any_byte(cut_peer: Peer, fast: bool, share: float) -> None:
    cut_peer.cut_after = None
    total = _bytes_of_a_run(cut_peer)
    cut_peer.cut_after = max(1, int(total * share))
    try:
        with pytest.raises(DirectoryError) as raised:
            _run(cut_peer, fast)
    finally:
        cut_peer.cut_after = None
    message = str(raised.value)
    assert raised.value.code in ("CONNECTION_LOST", "TLS_FAILED"), message
    assert message.count("\n") == 0


def _run(peer: Peer, fast: bool) -> int:
    directory = LdapDirectory(LdapOptions(**peer.options()), fast=fast)
    try:
        return sum(1 for _entry in directory.search(SUFFIX))
    finally:
        directory.close()


_TOTALS: dict[int, int] = {}


def _bytes_of_a_run(peer: Peer) -> int:
    if id(peer) not in _TOTALS:
        sent: list[Line] = []
        original = Line.run

        def run(self: Line) -> None:
            sent.append(self)
            original(self)

        Line.run = run  # type: ignore[method-assign]
        try:
            assert _run(peer, True) == 300
        finally:
            Line.run = original  # type: ignore[method-assign]
        _TOTALS[id(peer)] = sent[0].sent
    return _TOTALS[id(peer)]


def test_an_older_or_newer_ldap3_that_reads_by_itself(peer: Peer, connect: Connect) -> None:
    peer.entries = dict(person(number) for number in range(1500))
    directory = connect(peer)
    searcher = directory._main.searcher
    connection = directory._main.connection.ldap3
    original = connection.search

    def search(*arguments: t.Any, **named: t.Any) -> t.Any:
        hook, connection.post_send_search = connection.post_send_search, connection.strategy.post_send_search
        try:
            return original(*arguments, **named)
        finally:
            connection.post_send_search = hook

    connection.search = search
    assert len(_names(directory)) == 1500
    assert not searcher.fast


def test_a_name_that_ldap3_does_not_have_any_more(
    peer: Peer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Connection(ldap3.Connection):
        """Has the hook under another name."""

        def __getattribute__(self, name: str) -> t.Any:
            if name == "post_send_search" and sys._getframe(1).f_code.co_name == "_allows_fast":
                raise AttributeError(name)
            return super().__getattribute__(name)

    monkeypatch.setattr(ldap3, "Connection", Connection)
    directory = connect(peer)
    assert not directory._main.searcher.fast
    assert len(_names(directory)) == 5


def test_max_rate(peer: Peer, connect: Connect) -> None:
    peer.entries = dict(person(number) for number in range(60))
    directory = connect(peer, max_rate=40)
    started = time.monotonic()
    assert len(_names(directory, base=SUFFIX)) == 60
    assert time.monotonic() - started >= 1.0
    sizes = [request.page[0] for request in peer.requests if isinstance(request, ldap.Search) and request.page]
    assert max(sizes) <= 40


def test_what_the_server_had_to_do(peer: Peer, connect: Connect) -> None:
    directory = connect(peer)
    _names(directory)
    asked = sum(1 for request in peer.requests if isinstance(request, ldap.Search))
    load = directory.statistics.load()
    assert load["pages"] == load["searches"] == asked
    assert load["bytes"] > 1000


def test_references_to_other_servers_are_counted_and_left(peer: Peer, connect: Connect) -> None:
    def on_search(request: ldap.Search, line: Line) -> t.Iterator[bytes]:
        answers = list(original(request, line))
        if request.scope and request.base == SUFFIX:
            answers.insert(1, ldap.reference(request.number, "ldap://child.contoso.local/DC=child,DC=contoso,DC=local"))
        return iter(answers)

    original, peer.on_search = peer.on_search, on_search  # type: ignore[method-assign]
    directory = connect(peer)
    assert len(_names(directory)) == 5
    assert directory.statistics.skipped == {"referral": 1}


def test_only_what_lies_below_the_search_bases(peer: Peer, connect: Connect) -> None:
    peer.entries = {
        SUFFIX: {"objectClass": [b"domainDNS"], "cn": [b"head"]},
        f"OU=A,{SUFFIX}": {"objectClass": [b"organizationalUnit"], "cn": [b"A"]},
        f"OU=AA,OU=A,{SUFFIX}": {"objectClass": [b"organizationalUnit"], "cn": [b"AA"]},
        f"OU=B,{SUFFIX}": {"objectClass": [b"organizationalUnit"], "cn": [b"B"]},
    }
    # This server knows no filters: its answer for OUs with suffixes is everything.
    directory = connect(peer, search_bases=(f"ou=aa,OU=A,{SUFFIX}", f"OU=A,{SUFFIX}"))
    bases = [(r.base, r.scope) for r in peer.requests if isinstance(r, ldap.Search)]
    names = _names(directory)
    assert sorted(names) == ["A", "AA", "B", "head", "head"]
    bases = [(r.base, r.scope) for r in peer.requests if isinstance(r, ldap.Search)][len(bases) :]
    assert (f"OU=A,{SUFFIX}", 2) in bases
    assert not any(base.lower().startswith("ou=aa") for base, _scope in bases)


def test_classes_become_a_filter(peer: Peer, connect: Connect) -> None:
    directory = connect(peer)
    selection = Selection(("cn",), classes=("user", "group"))
    list(directory.search(SUFFIX, selection=selection, filter="(mail=*)"))
    last = peer.requests[-1]
    assert isinstance(last, ldap.Search)
    assert b"user" in last.filter and b"group" in last.filter and b"mail" in last.filter


def test_identity(peer: Peer, connect: Connect) -> None:
    peer.entries[SUFFIX] = {"objectGUID": [bytes(range(16))], "objectSid": [b"\x01\x01\0\0\0\0\0\x05\x15\0\0\0"]}
    identity = connect(peer).identity()
    assert identity == {
        "transport": "ldap",
        "server": "dc1.contoso.local",
        "domain": "contoso.local",
        "forest": "contoso.local",
        "domains": "contoso.local",
        "highest_usn": "1000",
        "domain_guid": "03020100-0504-0706-0809-0a0b0c0d0e0f",
        "domain_sid": "S-1-5-21",
    }
