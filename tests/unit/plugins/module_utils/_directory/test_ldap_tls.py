# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS: what is wrong with a certificate is found and said, and verification is on unless somebody switches it off."""

from __future__ import annotations

import contextlib
import socket
import threading
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap import LdapDirectory
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import DirectoryError, OptionError
from ansible_collections.syncready.m365.tests.support import certificates
from ansible_collections.syncready.m365.tests.support import ldap_messages as ldap
from ansible_collections.syncready.m365.tests.support.ldap_peer import PASSWORD, Line, Peer

Connect = t.Callable[..., LdapDirectory]
MODES = pytest.mark.parametrize("mode", ["ldaps", "start_tls"])


@pytest.fixture
def either(peer: Peer, plain_peer: Peer, mode: str) -> Peer:
    """A server that speaks TLS from the beginning, or begins it when asked."""
    if mode == "start_tls":
        plain_peer.authority, plain_peer.pair = peer.authority, peer.pair
        return plain_peer
    return peer


def _fails(connect: Connect, peer: Peer, code: str, *words: str, **changes: t.Any) -> None:
    with pytest.raises(DirectoryError) as raised:
        connect(peer, **changes)
    message = str(raised.value)
    assert raised.value.code == code, message
    for word in words:
        assert word in message
    assert "\n" not in message


@MODES
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_good_certificate(either: Peer, connect: Connect, mode: str, host: str) -> None:
    directory = connect(either, tls_mode=mode, server=host)
    assert sum(1 for _entry in directory.search()) == 5


@MODES
def test_an_authority_that_is_not_known(either: Peer, connect: Connect, mode: str, tmp_path: Path) -> None:
    other = certificates.authority(tmp_path / "other", "Other CA")
    for trusted in (None, str(other.certificate_path)):
        _fails(connect, either, "UNTRUSTED_CERTIFICATE", "authority", "ca_cert", tls_mode=mode, ca_cert=trusted)
    assert not any(isinstance(request, ldap.Bind) for request in either.requests)
    connect(either, tls_mode=mode, ca_cert=None, cert_validation="ignore")


@MODES
@pytest.mark.parametrize("names", [["dc9.contoso.local"], ["127.0.0.9"], ["*.localhost"], ["localhost.contoso.local"]])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_certificate_for_another_name(
    either: Peer, connect: Connect, mode: str, names: list[str], host: str, tmp_path: Path
) -> None:
    either.pair = certificates.issue(either.authority, tmp_path / "other", names)
    _fails(connect, either, "HOST_NAME_MISMATCH", "not for this", "server", tls_mode=mode, server=host)
    assert not any(isinstance(request, ldap.Bind) for request in either.requests)
    connect(either, tls_mode=mode, server=host, cert_validation="ignore_hostname")


@MODES
@pytest.mark.parametrize(("days", "words"), [((-20, -1), "expired"), ((1, 20), "not valid yet")])
def test_a_certificate_of_another_time(
    either: Peer, connect: Connect, mode: str, days: tuple[int, int], words: str, tmp_path: Path
) -> None:
    either.pair = certificates.issue(either.authority, tmp_path / "other", ["127.0.0.1"], days)
    _fails(connect, either, "UNTRUSTED_CERTIFICATE", words, tls_mode=mode)
    _fails(connect, either, "UNTRUSTED_CERTIFICATE", words, tls_mode=mode, cert_validation="ignore_hostname")


def test_a_server_that_signed_its_own_certificate(peer: Peer, connect: Connect, tmp_path: Path) -> None:
    own = certificates.authority(tmp_path / "own", "dc1.contoso.local")
    peer.pair = own
    _fails(connect, peer, "UNTRUSTED_CERTIFICATE", "ca_cert")


def test_authorities_in_every_form(peer: Peer, connect: Connect, tmp_path: Path) -> None:
    folder = tmp_path / "authorities"
    folder.mkdir()
    (folder / "README").write_text("no certificate")
    (folder / "ours.crt").write_bytes(peer.authority.certificate_path.read_bytes())
    for form in (folder, peer.authority.certificate_path, peer.authority.certificate_path.read_text()):
        connect(peer, ca_cert=str(form))


@pytest.mark.parametrize("content", ["", "junk", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_authorities_that_are_none(peer: Peer, connect: Connect, tmp_path: Path, content: str) -> None:
    file = tmp_path / "bad.pem"
    file.write_text(content)
    empty = tmp_path / "empty"
    empty.mkdir()
    for value in (str(file), str(empty), *([content] if "BEGIN" in content else [])):
        with pytest.raises(OptionError, match="ca_cert") as raised:
            connect(peer, ca_cert=value)
        assert "BEGIN" not in str(raised.value)


@pytest.mark.parametrize("words", [b"HTTP/1.1 400 Bad Request\r\n\r\n", ldap.notice("no TLS here")])
def test_a_server_without_tls(peer: Peer, connect: Connect, words: bytes) -> None:
    def serve() -> None:
        client, _address = listener.accept()
        with client, contextlib.suppress(OSError):
            client.recv(1000)
            client.sendall(words)
            client.recv(1000)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        _fails(connect, peer, "NO_TLS", "does not speak TLS", "start_tls", port=listener.getsockname()[1])


def test_an_ldap_server_without_tls(plain_peer: Peer, connect: Connect) -> None:
    _fails(connect, plain_peer, "TLS_FAILED", "start_tls")


def test_a_server_that_closes_instead(connect: Connect, peer: Peer) -> None:
    def hang_up() -> None:
        caller, _address = listener.accept()
        caller.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=hang_up, daemon=True).start()
        _fails(connect, peer, "TLS_FAILED", "during the TLS handshake", port=listener.getsockname()[1])


def test_a_server_that_never_shakes_hands(connect: Connect, peer: Peer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        _fails(connect, peer, "TLS_FAILED", "handshake", port=listener.getsockname()[1], read_timeout=1)


def test_start_tls_is_refused(plain_peer: Peer, connect: Connect) -> None:
    def on_extended(request: ldap.Extended, line: Line) -> t.Iterator[bytes]:
        request.name = "refused"
        return iter([ldap.result(request.number, 0x78, 52, "00000000: LdapErr: Error initializing SSL/TLS")])

    plain_peer.on_extended = on_extended  # type: ignore[method-assign]
    _fails(connect, plain_peer, "NO_TLS", "StartTLS", "ldaps", tls_mode="start_tls")
    assert PASSWORD.encode() not in b"".join(
        request.secret for request in plain_peer.requests if isinstance(request, ldap.Bind)
    )


def test_start_tls_on_the_port_for_tls(peer: Peer, connect: Connect) -> None:
    _fails(connect, peer, "NO_TLS", "StartTLS", tls_mode="start_tls", read_timeout=2)


def test_nobody_listens(peer: Peer, connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    _fails(connect, peer, "REFUSED", f"127.0.0.1:{port}", "nothing listens", port=port)


def test_nobody_answers(peer: Peer, connect: Connect) -> None:
    # A listener whose queue is full drops what comes, as a firewall does.
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = []
        for _number in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
            fillers.append(filler)
        port = listener.getsockname()[1]
        _fails(connect, peer, "UNREACHABLE", "within 1 second", "firewall", port=port, connection_timeout=1)
        for filler in fillers:
            filler.close()


def test_no_such_name(peer: Peer, connect: Connect) -> None:
    _fails(connect, peer, "NAME_NOT_RESOLVED", "dc1.contoso.invalid", server="dc1.contoso.invalid")
