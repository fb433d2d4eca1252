# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A directory server that does what a test tells it to: what no server at hand does by itself, or only by accident."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import typing as t
from pathlib import Path

import spnego
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from spnego.channel_bindings import GssChannelBindings

from . import certificates
from . import ldap_messages as ldap

Attributes = dict[str, list[bytes]]
SUFFIX = "DC=contoso,DC=local"
USER, PASSWORD = "audit@contoso.local", "Example-Passw0rd"
START_TLS = "1.3.6.1.4.1.1466.20037"
WHO_AM_I = "1.3.6.1.4.1.4203.1.11.3"

ROOT_DSE: Attributes = {
    "dnsHostName": [b"dc1.contoso.local"],
    "defaultNamingContext": [SUFFIX.encode()],
    "rootDomainNamingContext": [SUFFIX.encode()],
    "configurationNamingContext": [f"CN=Configuration,{SUFFIX}".encode()],
    "schemaNamingContext": [f"CN=Schema,CN=Configuration,{SUFFIX}".encode()],
    "namingContexts": [SUFFIX.encode(), f"CN=Configuration,{SUFFIX}".encode()],
    "highestCommittedUSN": [b"1000"],
    "isSynchronized": [b"TRUE"],
    "supportedCapabilities": [b"1.2.840.113556.1.4.800"],
    "domainFunctionality": [b"7"],
    "forestFunctionality": [b"7"],
}


def person(number: int, **attributes: list[bytes]) -> tuple[str, Attributes]:
    """Return a user."""
    name = f"user{number:05d}"
    return f"CN={name},OU=Staff,{SUFFIX}", {
        "objectClass": [b"top", b"person", b"organizationalPerson", b"user"],
        "cn": [name.encode()],
        "objectGUID": [number.to_bytes(16, "big")],
        "sAMAccountName": [name.encode()],
        **attributes,
    }


class Peer:
    """Listens on a loopback address until it is closed.

    Tests set its attributes, or replace its methods, before they connect.

    Attributes:
        entries: DN to attributes of the objects that every search below them finds.
        root: the root DSE.
        page_limit: entries in a page at the most.
        range_limit: values of an attribute at the most; more are shown in ranges, asked for or not.
        bind_answer: result code and message of every sign-in; None for signing in who knows the password.
        search_answer: result code and message at the end of a page, by the number of the page from 1.
        cut_after: bytes (of what TLS protects) after which the connection is cut; None for never.
        channel_binding: demanded of every SASL sign-in inside TLS.
        who: the answer to "who am I".
        requests: what was asked, in order.
    """

    def __init__(self, folder: Path, names: t.Sequence[str] = ("127.0.0.1", "localhost"), tls: bool = True) -> None:
        self.entries: dict[str, Attributes] = {}
        self.root: Attributes = dict(ROOT_DSE)
        self.page_limit = 1000
        self.range_limit = 1500
        self.bind_answer: tuple[int, str] | None = None
        self.search_answer: dict[int, tuple[int, str]] = {}
        self.referrals: tuple[str, ...] = ()
        self.cut_after: int | None = None
        self.channel_binding = False
        self.who: str | None = "u:CONTOSO\\audit"
        self.wide = True
        self.requests: list[ldap.Request] = []
        self.authority = certificates.authority(folder)
        self.pair = certificates.issue(self.authority, folder, names)
        self.tls = tls
        self._closed = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Port it listens on."""
        return int(self._listener.getsockname()[1])

    def options(self, **changes: t.Any) -> dict[str, t.Any]:
        """Return options by which a client reaches it."""
        return {
            "server": "127.0.0.1",
            "port": self.port,
            "username": USER,
            "password": PASSWORD,
            "ca_cert": str(self.authority.certificate_path),
            "read_timeout": 5,
            **changes,
        }

    def context(self) -> ssl.SSLContext:
        """Return the settings of TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pair.certificate_path, self.pair.key_path)
        context.load_verify_locations(self.authority.certificate_path)
        context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def bindings(self) -> GssChannelBindings:
        """Return the channel bindings that a client of this server must send."""
        certificate = x509.load_pem_x509_certificate(self.pair.certificate_path.read_bytes())
        algorithm = certificate.signature_hash_algorithm or hashes.SHA256()
        return GssChannelBindings(application_data=b"tls-server-end-point:" + certificate.fingerprint(algorithm))

    # What it answers; tests replace these.

    def on_bind(self, request: ldap.Bind, line: Line) -> t.Iterator[bytes]:
        """Answer a sign-in."""
        if self.bind_answer is not None:
            yield ldap.result(request.number, 0x61, *self.bind_answer)
        elif request.mechanism is None:
            good = request.secret == PASSWORD.encode()
            refused = (49, "80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data 52e, v4563")
            yield ldap.result(request.number, 0x61, *((0, "") if good else refused))
        elif request.mechanism == "GSS-SPNEGO":
            yield line.spnego_step(request)
        else:
            yield ldap.result(request.number, 0x61)

    def on_extended(self, request: ldap.Extended, line: Line) -> t.Iterator[bytes]:
        """Answer an extended request."""
        if request.name == WHO_AM_I and self.who is not None:
            yield ldap.result(request.number, 0x78, tail=ldap.text(self.who, 0x8B))
        elif request.name == START_TLS:
            yield ldap.result(request.number, 0x78, tail=ldap.text(START_TLS, 0x8A))
        else:
            yield ldap.result(request.number, 0x78, 2, "unknown request")

    def on_search(self, request: ldap.Search, line: Line) -> t.Iterator[bytes]:
        """Answer a search."""
        if not request.base and request.scope == 0:
            yield ldap.entry(request.number, "", self.root, self.wide)
            yield ldap.result(request.number, 0x65, wide=self.wide)
            return
        found = self.find(request)
        page = request.page
        if page is None:
            yield from (self.shown(request, dn) for dn in found)
            yield ldap.result(request.number, 0x65, wide=self.wide)
            return
        start = int(page[1] or b"0")
        size = min(page[0], self.page_limit)
        page_number = start // size + 1
        yield from (self.shown(request, dn) for dn in found[start : start + size])
        code, words = self.search_answer.get(page_number, (0, "")) if found else (0, "")
        cookie = str(start + size).encode() if start + size < len(found) and not code else b""
        yield ldap.result(
            request.number, 0x65, code, words, cookie=cookie, referrals=self.referrals if code else (), wide=self.wide
        )

    def find(self, request: ldap.Search) -> list[str]:
        """Return the DNs that a search finds: by the base and scope alone, whatever the filter."""
        base = request.base.lower()
        if request.scope == 0:
            return [dn for dn in self.entries if dn.lower() == base]
        return [dn for dn in self.entries if dn.lower() == base or dn.lower().endswith("," + base)]

    def shown(self, request: ldap.Search, dn: str) -> bytes:
        """Return an object as the search wants it, long attributes in ranges."""
        held = {name.lower(): (name, values) for name, values in self.entries[dn].items()}
        shown: dict[str, list[bytes]] = {}
        for wanted in [*self.entries[dn]] if "*" in request.attributes else request.attributes:
            name, _semicolon, option = wanted.partition(";")
            if name.lower() not in held:
                continue
            name, values = held[name.lower()]
            if not option.startswith("range="):
                if len(values) <= self.range_limit:
                    shown[name] = values
                    continue
                # The name itself comes too, empty.
                shown[name] = []
                option = "range=0-*"
            first, _dash, last = option[6:].partition("-")
            start = int(first)
            end = min(len(values) if last == "*" else int(last) + 1, start + self.range_limit)
            mark = "*" if end >= len(values) else str(end - 1)
            shown[f"{name};range={start}-{mark}"] = values[start:end]
        return ldap.entry(request.number, dn, shown, self.wide)

    # How it runs

    def answers(self, request: ldap.Request, line: Line) -> t.Iterator[bytes]:
        """Return the messages that answer a request."""
        if isinstance(request, ldap.Bind):
            return self.on_bind(request, line)
        if isinstance(request, ldap.Search):
            return self.on_search(request, line)
        if isinstance(request, ldap.Extended):
            return self.on_extended(request, line)
        return iter(())

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sockets.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        # What is no LDAP, or no token of NTLM, ends the connection, as with any server.
        with contextlib.suppress(Exception):
            if self.tls:
                client = self.context().wrap_socket(client, server_side=True)
                self._sockets.append(client)
            Line(self, client).run()
        with contextlib.suppress(OSError):
            client.close()

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and end all connections."""
        self._closed = True
        for source in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                source.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(OSError):
                source.close()


class Line:
    """One connection."""

    def __init__(self, peer: Peer, client: socket.socket) -> None:
        self.peer = peer
        self.client = client
        self.sent = 0
        self._security: t.Any = None
        self._sealed = False

    def run(self) -> None:
        """Answer until the client or the peer has enough."""
        data = b""
        while piece := self._receive():
            data += piece
            while length := ldap.whole(data):
                request, data = ldap.read_request(data[:length]), data[length:]
                self.peer.requests.append(request)
                for answer in self.peer.answers(request, self):
                    self.send(answer)
                if isinstance(request, ldap.Extended) and request.name == START_TLS:
                    self.client = self.peer.context().wrap_socket(self.client, server_side=True)
                    self.peer._sockets.append(self.client)
                if (
                    self._security is not None
                    and self._security.complete
                    and not isinstance(self.client, ssl.SSLSocket)
                ):
                    self._sealed = True

    def send(self, data: bytes) -> None:
        """Send bytes, as far as the connection is to last."""
        limit = self.peer.cut_after
        if limit is not None and self.sent + len(data) >= limit:
            self._write(data[: max(0, limit - self.sent)])
            self.client.shutdown(socket.SHUT_RDWR)
            raise OSError("cut")
        self.sent += len(data)
        self._write(data)

    def _write(self, data: bytes) -> None:
        if self._sealed:
            wrapped = self._security.wrap(data).data
            data = len(wrapped).to_bytes(4, "big") + wrapped
        self.client.sendall(data)

    def _receive(self) -> bytes:
        if not self._sealed:
            return self.client.recv(65536)
        head = self._exactly(4)
        return bytes(self._security.unwrap(self._exactly(int.from_bytes(head, "big"))).data) if head else b""

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            piece = self.client.recv(count - len(data))
            if not piece:
                return b""
            data += piece
        return data

    def spnego_step(self, request: ldap.Bind) -> bytes:
        """Answer one step of a sign-in by NTLM, with channel binding where that is demanded."""
        if self._security is None:
            inside = isinstance(self.client, ssl.SSLSocket)
            bindings = self.peer.bindings() if inside and self.peer.channel_binding else None
            bare = request.secret.startswith(b"NTLMSSP")
            self._security = spnego.server(
                protocol="ntlm" if bare else "negotiate",
                options=spnego.NegotiateOptions.none if bare else spnego.NegotiateOptions.use_negotiate,
                channel_bindings=bindings,
            )
        try:
            token = self._security.step(request.secret)
        except spnego.exceptions.BadBindingsError:
            words = "80090346: LdapErr: DSID-0C0906B0, comment: AcceptSecurityContext error, data 80090346, v4563"
            return ldap.result(request.number, 0x61, 49, words)
        except spnego.exceptions.SpnegoError:
            words = "80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data 52e, v4563"
            return ldap.result(request.number, 0x61, 49, words)
        code = 0 if self._security.complete else 14
        tail = ldap.text(token, 0x87) if token else b""
        return ldap.result(request.number, 0x61, code, tail=tail)
