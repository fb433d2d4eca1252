# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fault proxy against a plain echo: what it promises to break, it breaks there and nowhere else."""

from __future__ import annotations

import socket
import threading
import time
import typing as t

import pytest

from .proxy import Fault, FaultProxy


@pytest.fixture
def echo() -> t.Iterator[int]:
    """A server that sends back what it gets; gives its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                while data := connection.recv(65536):
                    connection.sendall(data)
            except OSError:
                pass

    def accept() -> None:
        while True:
            try:
                connection, _other = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield int(listener.getsockname()[1])
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def _connect(proxy: FaultProxy) -> socket.socket:
    connection = socket.create_connection((proxy.address, proxy.port), timeout=5)
    connection.settimeout(1)
    return connection


def _read(connection: socket.socket) -> bytes:
    """Read until the end, an error, or silence."""
    got = b""
    while data := connection.recv(65536):
        got += data
    return got


def test_without_a_fault_everything_passes(echo: int) -> None:
    with FaultProxy("127.0.0.1", echo) as proxy, _connect(proxy) as connection:
        payload = bytes(range(256)) * 2000
        threading.Thread(target=_send_quietly, args=(connection, payload, True)).start()
        assert _read(connection) == payload
        assert proxy.passed == {"up": len(payload), "down": len(payload)}
        assert proxy.connections == 1


@pytest.mark.parametrize("after", [0, 1, 999, 1000, 70001])
def test_fin_comes_after_exactly_so_many_bytes(echo: int, after: int) -> None:
    with FaultProxy("127.0.0.1", echo, Fault("fin", after)) as proxy, _connect(proxy) as connection:
        threading.Thread(target=_send_quietly, args=(connection, b"x" * 100000)).start()
        assert len(_read(connection)) == after


@pytest.mark.parametrize("after", [0, 1, 500])
def test_rst_is_a_reset(echo: int, after: int) -> None:
    with FaultProxy("127.0.0.1", echo, Fault("rst", after)) as proxy, _connect(proxy) as connection:
        connection.sendall(b"x" * 1000)
        with pytest.raises(ConnectionResetError):
            _read(connection)


def test_hang_keeps_the_connection_and_is_silent(echo: int) -> None:
    with FaultProxy("127.0.0.1", echo, Fault("hang", 500)) as proxy, _connect(proxy) as connection:
        connection.sendall(b"x" * 1000)
        got = b""
        with pytest.raises(TimeoutError):
            while True:
                got += connection.recv(65536)
        assert len(got) == 500
        connection.sendall(b"still there")


def test_drop_upwards_starves_the_server_alone(echo: int) -> None:
    with FaultProxy("127.0.0.1", echo, Fault("drop", 10, "up")) as proxy, _connect(proxy) as connection:
        connection.sendall(b"0123456789abcdef")
        assert connection.recv(100) == b"0123456789"
        connection.sendall(b"more")
        with pytest.raises(TimeoutError):
            connection.recv(100)


def test_delay_is_there_in_both_directions(echo: int) -> None:
    with FaultProxy("127.0.0.1", echo, delay=0.1) as proxy, _connect(proxy) as connection:
        start = time.monotonic()
        connection.sendall(b"x")
        assert connection.recv(1) == b"x"
        assert 0.2 <= time.monotonic() - start < 1


def test_delay_does_not_narrow_the_line(echo: int) -> None:
    payload = b"x" * 8_000_000
    with FaultProxy("127.0.0.1", echo, delay=0.1) as proxy, _connect(proxy) as connection:
        start = time.monotonic()
        threading.Thread(target=_send_quietly, args=(connection, payload, True)).start()
        assert len(_read(connection)) == len(payload)
        assert time.monotonic() - start < 3  # in pieces that wait for one another it would be over 20


def test_the_fault_can_change_between_connections_and_cut_ends_open_ones(echo: int) -> None:
    with FaultProxy("127.0.0.1", echo) as proxy:
        first = _connect(proxy)
        first.sendall(b"x")
        assert first.recv(1) == b"x"
        proxy.fault = Fault("rst", 0)
        second = _connect(proxy)
        second.sendall(b"x")
        with pytest.raises(ConnectionResetError):
            second.recv(1)
        first.sendall(b"y")
        assert first.recv(1) == b"y"
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            first.recv(1)
        first.close()
        second.close()


def _send_quietly(connection: socket.socket, data: bytes, end: bool = False) -> None:
    try:
        connection.sendall(data)
        if end:
            connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass
