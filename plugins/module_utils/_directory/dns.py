# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SRV records, asked for as any program does that has no DNS library: domain controllers register themselves there."""

from __future__ import annotations

import os
import random
import re
import secrets
import socket
import typing as t
from dataclasses import dataclass

_SRV = 33
_IN = 1
_PORT = 53
_TIMEOUT = 3.0
_MAX_POINTERS = 50
_NAMESERVER = re.compile(r"\s*nameserver\s+(\S+)", re.IGNORECASE)


class DnsError(Exception):
    """The name servers did not answer, or with something that is no answer."""


@dataclass(frozen=True)
class Service:
    """A SRV record: who offers a service, and in which order to try."""

    priority: int
    weight: int
    port: int
    host: str


def name_servers(path: str = "/etc/resolv.conf") -> list[str]:
    """Return the addresses of the name servers of this computer."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return [found.group(1) for line in file if (found := _NAMESERVER.match(line))]
    except OSError:
        return []


def find_servers(domain: str) -> list[str]:
    """Return the domain controllers of a domain by DNS, best first; none where DNS does not know any."""
    try:
        services = query_services(f"_ldap._tcp.dc._msdcs.{domain}")
    except DnsError:
        return []
    return [service.host for service in in_order(services)]


def in_order(services: t.Iterable[Service]) -> list[Service]:
    """Return services in the order to try them: by priority, then by chance according to weight (RFC 2782)."""
    # A key drawn in this way comes first with a probability in proportion to the weight.
    return sorted(services, key=lambda service: (service.priority, -(random.random() ** (1 / (service.weight + 0.01)))))


def query_services(name: str, servers: t.Sequence[str] | None = None, port: int = _PORT) -> list[Service]:
    """Return the SRV records of a name; none where the name does not exist.

    Args:
        name: the full name of the service (``_ldap._tcp.dc._msdcs.contoso.local``).
        servers: addresses of name servers; None for those of this computer.
        port: where they listen.

    Raises:
        DnsError: no name server answered, or the last one refused.
    """
    query = _query(name)
    problem = "this computer has no name servers"
    for server in name_servers() if servers is None else servers:
        try:
            reply = _ask(query, server, port)
            code = reply[3] & 0x0F
            if code == 3:
                return []
            if code == 0:
                return _services(reply)
            problem = f"{server} refused (code {code})"
        except OSError:
            problem = f"{server} did not answer"
        except (DnsError, IndexError, UnicodeDecodeError):
            problem = f"{server} sent something that is no answer"
    raise DnsError(problem)


def _query(name: str) -> bytes:
    labels = [label.encode("idna" if not label.isascii() else "ascii") for label in name.rstrip(".").split(".")]
    if any(not 0 < len(label) < 64 for label in labels):
        raise DnsError(f"{name} is no DNS name")
    question = b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
    # One question, recursion wanted, and (EDNS) room for a long answer.
    extension = b"\0" + (41).to_bytes(2, "big") + (4096).to_bytes(2, "big") + b"\0\0\0\0" + b"\0\0"
    flags = b"\x01\0" + b"\0\x01" + b"\0\0" + b"\0\0" + b"\0\x01"
    return secrets.token_bytes(2) + flags + question + _SRV.to_bytes(2, "big") + _IN.to_bytes(2, "big") + extension


def _ask(query: bytes, server: str, port: int) -> bytes:
    family, _type, _protocol, _name, address = socket.getaddrinfo(
        server, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST
    )[0]
    with socket.socket(family, socket.SOCK_DGRAM) as udp:
        udp.settimeout(_TIMEOUT)
        udp.connect(address)
        udp.send(query)
        reply = udp.recv(65535)
        while reply[:2] != query[:2]:
            reply = udp.recv(65535)
    if len(reply) < 12 or not reply[2] & 0x80:
        raise DnsError("no reply")
    return _ask_tcp(query, family, address) if reply[2] & 0x02 else reply


def _ask_tcp(query: bytes, family: int, address: t.Any) -> bytes:
    """Ask once more where the answer was too long for a datagram."""
    with socket.socket(family, socket.SOCK_STREAM) as tcp:
        tcp.settimeout(_TIMEOUT)
        tcp.connect(address)
        tcp.sendall(len(query).to_bytes(2, "big") + query)
        data = b""
        while len(data) < 2 or len(data) < 2 + int.from_bytes(data[:2], "big"):
            piece = tcp.recv(65535)
            if not piece:
                raise DnsError("cut off")
            data += piece
    reply = data[2:]
    if len(reply) < 12 or reply[:2] != query[:2]:
        raise DnsError("no reply")
    return reply


def _services(reply: bytes) -> list[Service]:
    questions, answers = (int.from_bytes(reply[at : at + 2], "big") for at in (4, 6))
    position = 12
    for _number in range(questions):
        _name, position = _name_at(reply, position)
        position += 4
    services = []
    for _number in range(answers):
        _name, position = _name_at(reply, position)
        kind = int.from_bytes(reply[position : position + 2], "big")
        length = int.from_bytes(reply[position + 8 : position + 10], "big")
        position += 10
        if position + length > len(reply):
            raise DnsError("cut off")
        if kind == _SRV:
            priority, weight, port = (
                int.from_bytes(reply[position + at : position + at + 2], "big") for at in (0, 2, 4)
            )
            host, _end = _name_at(reply, position + 6)
            if host:
                services.append(Service(priority, weight, port, host))
        position += length
    return services


def _name_at(reply: bytes, position: int) -> tuple[str, int]:
    """Return a name and the position after it; names may go on elsewhere in the reply."""
    labels: list[str] = []
    end = 0
    pointers = 0
    while True:
        length = reply[position]
        if length & 0xC0 == 0xC0:
            end = end or position + 2
            pointers += 1
            if pointers > _MAX_POINTERS:
                raise DnsError("a name without end")
            position = int.from_bytes(reply[position : position + 2], "big") & 0x3FFF
        elif length == 0:
            return ".".join(labels), end or position + 1
        else:
            label = reply[position + 1 : position + 1 + length]
            labels.append(label.decode("ascii"))
            position += 1 + length


def resolves(host: str) -> list[str]:
    """Return the addresses of a host, none where its name is not known."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return list(dict.fromkeys(str(address[4][0]) for address in found))


def kerberos_settings() -> str | None:
    """Return the path of the Kerberos settings, None where there are none."""
    for path in (os.environ.get("KRB5_CONFIG", "").split(":")[0], "/etc/krb5.conf"):
        if path and os.path.isfile(path):
            return path
    return None
