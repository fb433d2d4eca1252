# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A name server that knows the SRV records of some domains."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import typing as t

Record = tuple[int, int, int, str]


def encoded(name: str) -> bytes:
    """Return a name as it goes over the wire."""
    return b"".join(bytes((len(label),)) + label.encode() for label in name.split(".") if label) + b"\0"


class NameServer:
    """Answers questions for SRV records, over UDP and TCP on one port.

    Attributes:
        records: full name in lower case to priority, weight, port and host.
        code: result code of every answer.
        truncated: whether answers over UDP say that they are cut off.
        reply: if set, what is answered instead, made of the query.
    """

    def __init__(self, records: dict[str, list[Record]]) -> None:
        self.records = records
        self.code = 0
        self.truncated = False
        self.reply: t.Callable[[bytes], bytes] | None = None
        self.asked = {"udp": 0, "tcp": 0}
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._tcp.getsockname()[1])
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port))
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def answer(self, query: bytes, udp: bool) -> bytes:
        """Return the answer to a query."""
        if self.reply is not None:
            return self.reply(query)
        labels, position = [], 12
        while length := query[position]:
            labels.append(query[position + 1 : position + 1 + length].decode())
            position += 1 + length
        question = query[12 : position + 5]
        records = self.records.get(".".join(labels).lower())
        code = self.code or (3 if records is None else 0)
        flags = bytes((0x85 | (0x02 if udp and self.truncated else 0), 0x80 | code))
        # Another record stands before them, as aliases may.
        rows = [b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x02\xc0\x0c"]
        for priority, weight, port, host in records or ():
            data = b"".join(number.to_bytes(2, "big") for number in (priority, weight, port)) + encoded(host)
            rows.append(b"\xc0\x0c\x00\x21\x00\x01\x00\x00\x02\x58" + len(data).to_bytes(2, "big") + data)
        counts = b"\0\1" + len(rows).to_bytes(2, "big") + b"\0\0\0\0"
        return query[:2] + flags + counts + question + b"".join(rows)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            ready, _writable, _broken = select.select([self._udp, self._tcp], [], [], 0.05)
            for source in ready:
                with contextlib.suppress(OSError):
                    self._answer_udp() if source is self._udp else self._answer_tcp()

    def _answer_udp(self) -> None:
        query, address = self._udp.recvfrom(65535)
        self.asked["udp"] += 1
        self._udp.sendto(self.answer(query, True), address)

    def _answer_tcp(self) -> None:
        client, _address = self._tcp.accept()
        with client:
            query = client.recv(65535)[2:]
            self.asked["tcp"] += 1
            answer = self.answer(query, False)
            client.sendall(len(answer).to_bytes(2, "big"))
            client.sendall(answer)

    def __enter__(self) -> NameServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        self._tcp.close()
        self._udp.close()
