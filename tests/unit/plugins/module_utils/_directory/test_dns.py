# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SRV records: asked for, read whatever comes, tried in the right order."""

from __future__ import annotations

import contextlib
import typing as t
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._directory import dns
from ansible_collections.syncready.m365.tests.support.name_server import NameServer, encoded

NAME = "_ldap._tcp.dc._msdcs.contoso.local"
RECORDS = {NAME: [(0, 100, 389, "dc1.contoso.local"), (10, 100, 389, "dc2.contoso.local")]}


@pytest.fixture
def server() -> t.Iterator[NameServer]:
    """A name server."""
    with NameServer(dict(RECORDS)) as made:
        yield made


def _ask(server: NameServer, name: str = NAME) -> list[dns.Service]:
    return dns.query_services(name, ["127.0.0.1"], server.port)


def test_records(server: NameServer) -> None:
    expected = [dns.Service(0, 100, 389, "dc1.contoso.local"), dns.Service(10, 100, 389, "dc2.contoso.local")]
    assert _ask(server) == expected
    assert server.asked == {"udp": 1, "tcp": 0}


def test_a_name_that_does_not_exist(server: NameServer) -> None:
    assert _ask(server, "_ldap._tcp.dc._msdcs.fabrikam.local") == []


def test_an_answer_that_is_too_long_for_a_datagram(server: NameServer) -> None:
    server.truncated = True
    server.records[NAME] = [(0, 1, 389, f"dc{number}.contoso.local") for number in range(300)]
    assert len(_ask(server)) == 300
    assert server.asked == {"udp": 1, "tcp": 1}


def test_a_server_that_refuses(server: NameServer) -> None:
    server.code = 5
    with pytest.raises(dns.DnsError, match="refused"):
        _ask(server)


def test_the_next_server_is_asked(server: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(dns.query_services(NAME, ["127.0.0.99", "127.0.0.1"], server.port)) == 2
    with pytest.raises(dns.DnsError, match="no name servers"):
        dns.query_services(NAME, [])
    with pytest.raises(dns.DnsError, match="did not answer"):
        dns.query_services(NAME, ["127.0.0.99"], server.port)


@pytest.mark.parametrize(
    "reply",
    [
        lambda query: query[:2],
        lambda query: query[:2] + b"\x00" * 10,
        lambda query: query[:2] + b"\x80\x00" + b"\xff" * 8,
        lambda query: query[:2] + b"\x80\x00\0\0\0\1\0\0\0\0" + b"\xc0\x0c\x00\x21" + b"\0" * 6,
        lambda query: query[:2] + b"\x80\x00\0\0\0\1\0\0\0\0" + b"\xc0\x0c" + b"\x00\x21" + b"\0" * 8,
        lambda query: query[:2] + b"\x80\x00\0\0\0\1\0\0\0\0" + b"\x00\x00\x21\x00\x01\0\0\0\0\x00\xff\0\0",
    ],
)
def test_answers_that_are_none(server: NameServer, reply: t.Callable[[bytes], bytes]) -> None:
    server.reply = reply
    with pytest.raises(dns.DnsError, match="127"):
        _ask(server)


@given(st.binary(min_size=12, max_size=200))
def test_any_bytes_end_in_records_or_in_an_error(data: bytes) -> None:
    with contextlib.suppress(dns.DnsError, IndexError, UnicodeDecodeError):
        dns._services(data)


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".local"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises((dns.DnsError, UnicodeError)):
        dns.query_services(name, ["127.0.0.1"])


def test_the_order() -> None:
    services = [dns.Service(10, 0, 389, "last"), dns.Service(0, 90, 389, "often"), dns.Service(0, 10, 389, "seldom")]
    first = [dns.in_order(services)[0].host for _round in range(300)]
    assert set(first) == {"often", "seldom"}
    assert first.count("often") > 200
    assert {dns.in_order(services)[2].host for _round in range(20)} == {"last"}


def test_domain_controllers_of_a_domain(server: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    original = dns.query_services
    monkeypatch.setattr(dns, "query_services", lambda name: original(name, ["127.0.0.1"], server.port))
    assert dns.find_servers("contoso.local") == ["dc1.contoso.local", "dc2.contoso.local"]
    assert dns.find_servers("fabrikam.local") == []
    server.code = 2
    assert dns.find_servers("contoso.local") == []


def test_name_servers_of_this_computer(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text("# comment\nsearch contoso.local\nnameserver 192.0.2.53\n  nameserver\t2001:db8::53\nnameserver\n")
    assert dns.name_servers(str(file)) == ["192.0.2.53", "2001:db8::53"]
    assert dns.name_servers(str(tmp_path / "none")) == []


def test_encoding() -> None:
    assert dns._name_at(b"\0" * 3 + encoded("dc1.contoso.local"), 3) == ("dc1.contoso.local", 22)
