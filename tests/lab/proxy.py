# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A TCP proxy that breaks connections on purpose: the network failures that a client must survive."""

from __future__ import annotations

import queue
import socket
import struct
import threading
import time
import typing as t
from dataclasses import dataclass

Action = t.Literal["fin", "rst", "hang", "drop"]
_PIECE = 65536


@dataclass(frozen=True)
class Fault:
    """What happens to a connection.

    Attributes:
        action: ``fin`` closes in order, ``rst`` resets, ``hang`` keeps the connection and lets nothing more through in
            either direction, ``drop`` swallows the rest of this direction while the other goes on.
        after: how many bytes of the chosen direction pass before it happens. They are the bytes of the wire: those of
            TLS, where there is TLS.
        direction: ``down`` counts what the server sends, ``up`` what the client sends.
    """

    action: Action
    after: int
    direction: t.Literal["down", "up"] = "down"


class FaultProxy:
    """Listens on a port of its own and passes everything on to a server.

    Attributes:
        fault: what happens to connections that begin from now on; None lets everything through.
        delay: seconds by which each piece is late, in each direction.
        connections: how many connections there were.
        passed: bytes that went through so far: ``up`` to the server, ``down`` from it.
    """

    def __init__(
        self,
        host: str,
        port: int,
        fault: Fault | None = None,
        delay: float = 0,
        listen: tuple[str, int] = ("127.0.0.1", 0),
    ) -> None:
        self.fault = fault
        self.delay = delay
        self.connections = 0
        self.passed = {"up": 0, "down": 0}
        self._target = (host, port)
        self._open: set[_Shared] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._listener = socket.create_server(listen, backlog=128)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """Address it listens on."""
        return str(self._listener.getsockname()[0])

    @property
    def port(self) -> int:
        """Port it listens on."""
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> FaultProxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and end all connections."""
        self._closed = True
        # A listener that is only closed would leave its thread in accept().
        _shutdown(self._listener)
        self._listener.close()
        self.cut()

    def cut(self, action: t.Literal["fin", "rst"] = "rst") -> None:
        """End every connection that is open now."""
        with self._lock:
            opened, self._open = self._open, set()
        for shared in opened:
            shared.end(action)

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _other = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._target, timeout=10)
                server.settimeout(None)
            except OSError:
                _end(client, "rst")
                continue
            for connection in (client, server):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            shared = _Shared((client, server))
            with self._lock:
                self.connections += 1
                self._open.add(shared)
            for direction, source, target in (("up", client, server), ("down", server, client)):
                pump = _Pump(self, direction, source, target, shared)
                threading.Thread(target=pump.run, daemon=True).start()

    def _count(self, direction: str, number: int) -> None:
        with self._lock:
            self.passed[direction] += number

    def _forget(self, shared: _Shared) -> None:
        with self._lock:
            self._open.discard(shared)


class _Shared:
    """What the two directions of a connection have in common."""

    def __init__(self, both: tuple[socket.socket, socket.socket]) -> None:
        self.both = both
        self.hanging = False
        self.ended = False
        self.running = 2

    def end(self, action: t.Literal["fin", "rst"]) -> None:
        """Close both sides. From now on no direction may close anything by itself: an end would go before a reset."""
        self.ended = True
        for connection in self.both:
            _end(connection, action)


class _Pump:
    """Carries one direction of one connection."""

    def __init__(
        self, proxy: FaultProxy, direction: str, source: socket.socket, target: socket.socket, shared: _Shared
    ) -> None:
        self._proxy = proxy
        self._direction = direction
        self._source = source
        self._target = target
        self._shared = shared
        fault = proxy.fault
        self._fault = fault if fault is not None and fault.direction == direction else None
        self._left = self._fault.after if self._fault else 0

    def run(self) -> None:
        try:
            self._carry()
        except OSError:
            self._end("rst")
        with self._proxy._lock:
            self._shared.running -= 1
            last = not self._shared.running
        if last:
            self._end("fin")

    def _carry(self) -> None:
        for data in self._pieces():
            if self._shared.hanging:
                continue  # what comes is lost
            if self._fault is not None and len(data) >= self._left:
                self._send(data[: self._left])
                self._strike(self._fault.action)
                return
            self._left -= len(data)
            self._send(data)
        if not self._shared.ended:
            _shutdown(self._target, socket.SHUT_WR)

    def _pieces(self) -> t.Iterator[bytes]:
        """Yield what comes, late by the delay. Late pieces do not wait for one another: the throughput stays."""
        if not self._proxy.delay:
            while data := self._source.recv(_PIECE):
                yield data
            return
        line: queue.Queue[tuple[float, bytes]] = queue.Queue(maxsize=1024)
        threading.Thread(target=self._read_ahead, args=(line,), daemon=True).start()
        while True:
            due, data = line.get()
            time.sleep(max(0.0, due - time.monotonic()))
            if not data:
                return
            yield data

    def _read_ahead(self, line: queue.Queue[tuple[float, bytes]]) -> None:
        data = b"begin"
        while data:
            try:
                data = self._source.recv(_PIECE)
            except OSError:
                data = b""
            line.put((time.monotonic() + self._proxy.delay, data))

    def _send(self, data: bytes) -> None:
        if data:
            self._target.sendall(data)
            self._proxy._count(self._direction, len(data))

    def _strike(self, action: Action) -> None:
        if action in ("fin", "rst"):
            self._end(action)
            return
        if action == "hang":
            self._shared.hanging = True
        while self._source.recv(_PIECE):
            pass

    def _end(self, action: t.Literal["fin", "rst"]) -> None:
        self._proxy._forget(self._shared)
        self._shared.end(action)


def _end(connection: socket.socket, action: t.Literal["fin", "rst"]) -> None:
    try:
        if action == "rst":
            # Closing with a linger time of zero sends a reset instead of an orderly end.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            _shutdown(connection)
        # The other thread of the connection may be waiting in recv(), which keeps the socket open until it returns.
        if action == "rst":
            _shutdown(connection, socket.SHUT_RD)
        connection.close()
    except OSError:
        pass


def _shutdown(connection: socket.socket, how: int = socket.SHUT_RDWR) -> None:
    try:
        connection.shutdown(how)
    except OSError:
        pass
