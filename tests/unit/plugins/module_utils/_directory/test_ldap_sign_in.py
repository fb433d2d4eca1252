# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signing in: every refusal of a domain controller in words, and what protects the sign-in."""

from __future__ import annotations

import hashlib
import typing as t

import pytest
from cryptography.hazmat.primitives import hashes

from ansible_collections.syncready.m365.plugins.module_utils._directory import (
    ldap_auth_spnego,
    ldap_connection,
    ldap_options,
)
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap import LdapDirectory
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import (
    DirectoryError,
    OptionError,
    SyncreadyError,
)
from ansible_collections.syncready.m365.tests.support import certificates
from ansible_collections.syncready.m365.tests.support import ldap_messages as ldap
from ansible_collections.syncready.m365.tests.support.ldap_peer import PASSWORD, USER, Line, Peer

Connect = t.Callable[..., LdapDirectory]


def _refused(data: str) -> str:
    return f"80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data {data}, v4563"


def _fails(connect: Connect, peer: Peer, code: str, *words: str, **changes: t.Any) -> str:
    with pytest.raises(SyncreadyError) as raised:
        connect(peer, **changes)
    message = str(raised.value)
    assert raised.value.code == code, message
    for word in words:
        assert word in message
    assert PASSWORD not in message
    assert "\n" not in message
    return message


ANSWERS: list[tuple[tuple[int, str], str, str]] = [
    ((49, _refused("525")), "BAD_CREDENTIALS", "no such user"),
    ((49, _refused("52e")), "BAD_CREDENTIALS", "password is wrong"),
    ((49, _refused("52f")), "ACCOUNT_RESTRICTED", "restricted"),
    ((49, _refused("530")), "ACCOUNT_RESTRICTED", "at this time"),
    ((49, _refused("531")), "ACCOUNT_RESTRICTED", "from this computer"),
    ((49, _refused("532")), "PASSWORD_EXPIRED", "expired"),
    ((49, _refused("533")), "ACCOUNT_DISABLED", "disabled"),
    ((49, _refused("569")), "ACCOUNT_RESTRICTED", "logon"),
    ((49, _refused("701")), "ACCOUNT_EXPIRED", "expired"),
    ((49, _refused("773")), "PASSWORD_EXPIRED", "changed at the next logon"),
    ((49, _refused("775")), "ACCOUNT_LOCKED", "locked"),
    ((49, ""), "BAD_CREDENTIALS", "password is wrong"),
    ((49, _refused("80090346")), "CHANNEL_BINDING", "channel binding"),
    ((49, "80090346: LdapErr: DSID-0C0906B0, comment: AcceptSecurityContext"), "CHANNEL_BINDING", "may well be right"),
    ((8, "00002028: LdapErr: DSID-0C090259, comment: The server requires binds"), "STRONGER_AUTH_REQUIRED", "signing"),
    ((13, "confidentiality"), "STRONGER_AUTH_REQUIRED", "auth_protocol"),
    ((7, "SASL mechanism not supported"), "AUTH_NOT_SUPPORTED", "auth_protocol"),
    ((51, ""), "SERVER_BUSY", "again later"),
    ((34, "0000202F"), "BAD_CREDENTIALS", "user@domain"),
    ((80, "something new"), "BIND_FAILED", 'something new"'),
    ((99, "\x1b[31mred\x07\nsecond line"), "BIND_FAILED", "red second line"),
    ((80, f"you sent {PASSWORD}"), "BIND_FAILED", "you sent ***"),
]


@pytest.mark.parametrize(
    ("answer", "code", "words"), ANSWERS, ids=[f"{a[0]} {a[1][-14:-7]!r}" for a, _c, _w in ANSWERS]
)
def test_refusals(peer: Peer, connect: Connect, answer: tuple[int, str], code: str, words: str) -> None:
    peer.bind_answer = answer
    message = _fails(connect, peer, code, words, USER)
    assert "\x1b" not in message


def test_nothing_is_sent_in_clear_text(plain_peer: Peer, connect: Connect) -> None:
    with pytest.raises(OptionError, match="clear text"):
        connect(plain_peer, tls_mode="none")
    assert plain_peer.requests == []


def test_ntlm_seals_everything_without_tls(plain_peer: Peer, connect: Connect) -> None:
    directory = connect(plain_peer, tls_mode="none", auth_protocol="ntlm")
    assert sum(1 for _entry in directory.search()) == 5
    binds = [request for request in plain_peer.requests if isinstance(request, ldap.Bind)]
    assert [bind.mechanism for bind in binds] == ["GSS-SPNEGO"] * 2
    assert not any(PASSWORD.encode() in bind.secret for bind in binds)


def test_ntlm_with_a_wrong_password(plain_peer: Peer, connect: Connect) -> None:
    _fails(connect, plain_peer, "BAD_CREDENTIALS", "wrong", tls_mode="none", auth_protocol="ntlm", password="x")


def test_what_was_altered_on_the_way_is_no_answer(plain_peer: Peer, connect: Connect) -> None:
    directory = connect(plain_peer, tls_mode="none", auth_protocol="ntlm")
    original = Line._write

    def alter(self: Line, data: bytes) -> None:
        wrapped = bytearray(self._security.wrap(data).data)
        wrapped[20] ^= 1
        self.client.sendall(len(wrapped).to_bytes(4, "big") + wrapped)

    Line._write = alter  # type: ignore[method-assign]
    try:
        with pytest.raises(DirectoryError) as raised:
            list(directory.search())
    finally:
        Line._write = original  # type: ignore[method-assign]
    assert raised.value.code == "CONNECTION_LOST"


@pytest.fixture
def ntlm_peer(peer: Peer, plain_peer: Peer) -> Peer:
    """A server inside TLS that knows an account for NTLM."""
    return peer


@pytest.mark.parametrize("demanded", [True, False])
def test_channel_binding(ntlm_peer: Peer, connect: Connect, demanded: bool) -> None:
    ntlm_peer.channel_binding = demanded
    assert sum(1 for _entry in connect(ntlm_peer, auth_protocol="ntlm").search()) == 5


def test_channel_binding_of_another_connection(ntlm_peer: Peer, connect: Connect, tmp_path: t.Any) -> None:
    # As with somebody in between who ends TLS with a certificate of his own.
    ntlm_peer.channel_binding = True
    bindings = ntlm_peer.bindings()
    ntlm_peer.pair = certificates.issue(ntlm_peer.authority, tmp_path / "other", ["127.0.0.1"])
    ntlm_peer.bindings = lambda: bindings  # type: ignore[method-assign]
    _fails(connect, ntlm_peer, "CHANNEL_BINDING", "channel binding", auth_protocol="ntlm")


def test_channel_binding_left_out(ntlm_peer: Peer, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    ntlm_peer.channel_binding = True
    monkeypatch.setattr(ldap_auth_spnego, "_bindings", lambda _certificate: None)
    _fails(connect, ntlm_peer, "CHANNEL_BINDING", "channel binding", auth_protocol="ntlm")


@pytest.mark.parametrize(
    ("digest", "used"), [(hashes.SHA256(), "sha256"), (hashes.SHA384(), "sha384"), (hashes.SHA512(), "sha512")]
)
def test_the_digest_of_the_binding(tmp_path: t.Any, digest: hashes.HashAlgorithm, used: str) -> None:
    authority = certificates.authority(tmp_path)
    pair = certificates.issue(authority, tmp_path, ["dc1"], digest=digest)
    der = certificates.der(pair)
    assert ldap_auth_spnego._digest(der) == hashlib.new(digest.name, der).digest()
    assert ldap_auth_spnego._digest(b"no certificate") == hashlib.sha256(b"no certificate").digest()


def test_a_server_that_does_not_prove_itself(plain_peer: Peer, connect: Connect) -> None:
    def on_bind(request: ldap.Bind, line: Line) -> t.Iterator[bytes]:
        return iter([ldap.result(request.number, 0x61)])

    plain_peer.on_bind = on_bind  # type: ignore[method-assign]
    _fails(connect, plain_peer, "SERVER_UNPROVEN", "prove", tls_mode="none", auth_protocol="ntlm")


def test_a_sign_in_without_end(plain_peer: Peer, connect: Connect) -> None:
    class Context:
        complete = False

        def step(self, _token: bytes | None) -> bytes:
            return b"x"

    def on_bind(request: ldap.Bind, line: Line) -> t.Iterator[bytes]:
        return iter([ldap.result(request.number, 0x61, 14, tail=ldap.text(b"x", 0x87))])

    plain_peer.on_bind = on_bind  # type: ignore[method-assign]
    connection = ldap_connection.LdapConnection(
        ldap_options.LdapOptions(**plain_peer.options(tls_mode="none", auth_protocol="ntlm")), "127.0.0.1"
    )
    connection.open()
    with pytest.raises(DirectoryError, match="does not come to an end"):
        ldap_auth_spnego._exchange(Context(), connection)
    connection.close()


@pytest.mark.parametrize("words", [b"\xff\xff", b"NTLMSSP\0junk", b""])
def test_a_token_that_is_none(plain_peer: Peer, connect: Connect, words: bytes) -> None:
    def on_bind(request: ldap.Bind, line: Line) -> t.Iterator[bytes]:
        return iter([ldap.result(request.number, 0x61, 14, tail=ldap.text(words, 0x87))])

    plain_peer.on_bind = on_bind  # type: ignore[method-assign]
    _fails(connect, plain_peer, "BIND_FAILED", "ntlm", tls_mode="none", auth_protocol="ntlm")


# Certificates


@pytest.fixture
def client_certificate(peer: Peer, tmp_path: t.Any) -> certificates.Pair:
    """A client's certificate."""
    return certificates.issue(peer.authority, tmp_path, ["audit"], client=True)


def _with(pair: certificates.Pair, **changes: t.Any) -> dict[str, t.Any]:
    return {
        "username": None,
        "password": None,
        "certificate": str(pair.certificate_path),
        "certificate_key": str(pair.key_path),
        **changes,
    }


def test_a_certificate_that_signs_in_by_itself(
    peer: Peer, connect: Connect, client_certificate: certificates.Pair
) -> None:
    assert sum(1 for _entry in connect(peer, **_with(client_certificate)).search()) == 5
    assert not any(isinstance(request, ldap.Bind) for request in peer.requests)


@pytest.mark.parametrize("who", ["", None])
def test_a_server_that_wants_to_be_asked(
    peer: Peer, connect: Connect, client_certificate: certificates.Pair, who: str | None
) -> None:
    def on_bind(request: ldap.Bind, line: Line) -> t.Iterator[bytes]:
        peer.who = "u:CONTOSO\\audit"
        return iter([ldap.result(request.number, 0x61)])

    peer.who, peer.on_bind = who, on_bind  # type: ignore[method-assign]
    connect(peer, **_with(client_certificate))
    assert [request.mechanism for request in peer.requests if isinstance(request, ldap.Bind)] == ["EXTERNAL"]


def test_a_certificate_of_nobody(peer: Peer, connect: Connect, client_certificate: certificates.Pair) -> None:
    peer.who = ""
    _fails(connect, peer, "BAD_CREDENTIALS", "certificate", **_with(client_certificate))


def test_a_certificate_that_is_refused(peer: Peer, connect: Connect, client_certificate: certificates.Pair) -> None:
    peer.who, peer.bind_answer = "", (49, "80090317: LdapErr")
    _fails(connect, peer, "BAD_CREDENTIALS", "certificate's owner", **_with(client_certificate))


def test_certificates_as_text_and_keys_with_a_password(
    peer: Peer, connect: Connect, client_certificate: certificates.Pair
) -> None:
    text = {
        "certificate": client_certificate.certificate_path.read_text(),
        "certificate_key": certificates.encrypted_key(client_certificate, "Example-Key"),
    }
    connect(peer, **_with(client_certificate, **text, certificate_password="Example-Key"))
    both = client_certificate.certificate_path.read_text() + client_certificate.key_path.read_text()
    connect(peer, **_with(client_certificate, certificate=both, certificate_key=None))
    for password in (None, "wrong"):
        changes = _with(client_certificate, **text, certificate_password=password)
        message = _fails(connect, peer, "BAD_OPTION", "certificate_password", **changes)
        assert "wrong" not in message


# Libraries


def test_libraries_that_are_missing(peer: Peer, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ldap_auth_spnego, "missing_for_kerberos", lambda: ["gssapi", "krb5"])
    _fails(connect, peer, "MISSING_LIBRARY", "gssapi and krb5", "pyspnego[kerberos]", auth_protocol="kerberos")
    _fails(connect, peer, "MISSING_LIBRARY", "gssapi", auth_protocol="negotiate", username=None, password=None)
    monkeypatch.setattr(ldap_auth_spnego, "SPNEGO_MISSING", True)
    _fails(connect, peer, "MISSING_LIBRARY", "pyspnego", "auth_protocol ntlm", auth_protocol="ntlm")
    monkeypatch.setattr(ldap_connection, "LDAP3_MISSING", True)
    _fails(connect, peer, "MISSING_LIBRARY", "ldap3>=2.9.1", "transport ldap")


# Names for Kerberos


@pytest.mark.parametrize(
    ("protocol", "username", "realm", "name"),
    [
        ("kerberos", "audit@contoso.local", None, "audit@CONTOSO.LOCAL"),
        ("kerberos", "audit", None, "audit"),
        ("kerberos", "CONTOSO\\audit", "contoso.local", "audit@CONTOSO.LOCAL"),
        ("kerberos", "CONTOSO\\audit", None, "audit"),
        ("negotiate", "audit@contoso.local", None, "audit@CONTOSO.LOCAL"),
        ("negotiate", "CONTOSO\\audit", "contoso.local", "CONTOSO\\audit"),
        ("ntlm", "audit@contoso.local", None, "audit@contoso.local"),
        ("kerberos", None, None, None),
    ],
)
def test_names_of_users(protocol: t.Any, username: str | None, realm: str | None, name: str | None) -> None:
    options = ldap_options.LdapOptions(
        server="dc1", auth_protocol=protocol, username=username, password="x" if username else None, domain_realm=realm
    )
    assert ldap_auth_spnego._name(options) == name


class KerberosError(Exception):
    """As the Kerberos library raises it."""

    def __init__(self, code: int) -> None:
        super().__init__(f"secret {PASSWORD}")
        self.min_code = code & 0xFFFFFFFF


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (-1765328378, "BAD_CREDENTIALS", "does not know the user"),
        (-1765328377, "NO_SERVICE_NAME", "full DNS name"),
        (-1765328366, "ACCOUNT_DISABLED", "disabled"),
        (-1765328361, "PASSWORD_EXPIRED", "expired"),
        (-1765328360, "BAD_CREDENTIALS", "password is wrong"),
        (-1765328352, "NO_TICKET", "kinit"),
        (-1765328347, "CLOCK_SKEW", "clock"),
        (-1765328230, "KERBEROS_REALM", "krb5.conf"),
        (-1765328228, "KERBEROS_REALM", "firewall"),
        (-1765328189, "NO_TICKET", "kinit"),
        (12345, "BIND_FAILED", "KerberosError"),
    ],
)
def test_errors_of_kerberos(plain_peer: Peer, number: int, code: str, words: str) -> None:
    options = ldap_options.LdapOptions(**plain_peer.options(tls_mode="none", auth_protocol="ntlm"))
    connection = ldap_connection.LdapConnection(options, "dc1.contoso.local")
    with pytest.raises(ValueError) as raised:
        raise ValueError("wrapped") from KerberosError(number)
    made = ldap_auth_spnego._failed(connection, raised.value if number != 12345 else KerberosError(1))
    assert made.code == code
    assert words in str(made)
    assert PASSWORD not in str(made)


def test_kerberos_by_address(plain_peer: Peer, connect: Connect) -> None:
    _fails(connect, plain_peer, "NO_SERVICE_NAME", "DNS name", tls_mode="none", auth_protocol="kerberos")
