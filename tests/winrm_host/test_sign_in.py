# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every way to sign in to a WinRM host, with the real pywinrm: the same directory, and nothing readable on the way."""

from __future__ import annotations

import functools
import hashlib
import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import EVERYTHING
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap import LdapDirectory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_options import LdapOptions
from ansible_collections.syncready.m365.plugins.module_utils._directory.winrm_options import WinrmOptions
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import DirectoryError, OptionError
from ansible_collections.syncready.m365.tests.lab import client
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD
from ansible_collections.syncready.m365.tests.support import certificates

from . import kerberos
from .conftest import Serve, Through, Tls
from .security import Rules

Held = dict[str, dict[str, list[bytes]]]
AUDIT = "lab-audit"


def _held(directory: LdapDirectory) -> Held:
    return {
        entry.dn: entry.attributes for entry in directory.search(directory.root_dse.domain_dn, selection=EVERYTHING)
    }


@pytest.fixture(scope="module")
def expected(people_dc: DomainController) -> Held:
    """What another program reads."""
    account = client.Account(AUDIT, f"{AUDIT}@{people_dc.forest.domain}")
    found = client.search(people_dc, people_dc.forest.dn, account=account)
    return {dn: {name.lower(): values for name, values in held.items() if values} for dn, held in found if dn}


@pytest.mark.parametrize("transport", ["ntlm", "credssp"])
@pytest.mark.parametrize("user", [f"CONTOSO\\{AUDIT}", f"{AUDIT}@contoso.local"])
def test_sealed_over_http(
    people_dc: DomainController, serve: Serve, through: Through, expected: Held, transport: str, user: str
) -> None:
    server = serve(people_dc, record=True)
    directory = through(server, people_dc, {"page_size": 50}, transport=transport, user=user)
    assert _held(directory) == expected
    assert server.seen.sealed > 5
    assert server.seen.clear == 0
    wire = b"".join(server.seen.wire)
    for word in (b"Envelope", b"CommandId", PASSWORD.encode()):
        assert word not in wire
    assert server.seen.connections == 1
    assert server.seen.statuses.get(400) is None


def test_kerberos(
    own_lab: Lab,
    serve: Serve,
    through: Through,
    called: t.Callable[[str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    controller = own_lab.users(300)
    name, keys = kerberos.join(controller, tmp_path)
    called(name)
    monkeypatch.setenv("KRB5_CONFIG", str(controller.layout.kerberos))
    monkeypatch.setenv("KRB5_KTNAME", str(keys))
    monkeypatch.setenv("KRB5RCACHENAME", "none:")
    monkeypatch.delenv("KRB5CCNAME", raising=False)
    server = serve(controller, rules=Rules(schemes=("Negotiate",), name=name), record=True)
    sign_in: dict[str, t.Any] = {"host": name, "transport": "kerberos", "user": f"{AUDIT}@contoso.local"}
    directory = through(server, controller, **sign_in)
    assert os.environ["KRB5CCNAME"].startswith("FILE:")
    folder = Path(os.environ["KRB5CCNAME"].removeprefix("FILE:")).parent
    assert folder.stat().st_mode & 0o077 == 0
    assert len(_held(directory)) > 300
    assert server.seen.sealed > 5
    assert server.seen.clear == 0
    assert b"CommandId" not in b"".join(server.seen.wire)
    directory.close()
    assert not folder.exists()
    assert "KRB5CCNAME" not in os.environ
    # A ticket of the user's own, and one that can be handed on.
    ticket = tmp_path / "ticket"
    account = client.Account(AUDIT, f"CN={AUDIT},CN=Users,{controller.forest.dn}")
    client.kerberos_ticket(controller, account, ticket)
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{ticket}")
    own = {**sign_in, "password": None, "user": None}
    assert len(_held(through(server, controller, **own))) > 300
    delegating = through(server, controller, **{**sign_in, "kerberos_delegation": True})
    assert len(_held(delegating)) > 300
    delegating.close()
    # What may be wrong.
    cases: list[tuple[dict[str, t.Any], str, str]] = [
        ({"password": "wrong"}, "BAD_CREDENTIALS", "password"),
        ({"user": "nobody@contoso.local"}, "BAD_CREDENTIALS", "nobody@contoso.local"),
        ({"host": "dc9.contoso.local"}, "NO_SERVICE_NAME", "HTTP/dc9.contoso.local"),
        ({"kinit_cmd": "no-such-kinit"}, "NO_KINIT", "no-such-kinit"),
    ]
    called("dc9.contoso.local")
    for changes, code, words in cases:
        message = _sentence(functools.partial(through, server, controller, **{**sign_in, **changes}), code)
        assert words in message
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/nothing")
    _sentence(functools.partial(through, server, controller, **own), "NO_TICKET")


def _sentence(work: t.Callable[[], t.Any], code: str) -> str:
    with pytest.raises(DirectoryError) as raised:
        work()
    message = str(raised.value)
    assert raised.value.code == code, message
    assert "\n" not in message and message.endswith(".") and len(message) < 600
    assert PASSWORD not in message
    return message


@pytest.mark.parametrize("transport", ["ntlm", "credssp", "basic", "ssl"])
def test_inside_tls(people_dc: DomainController, serve: Serve, through: Through, tls: Tls, transport: str) -> None:
    user = AUDIT if transport in ("basic", "ssl") else f"CONTOSO\\{AUDIT}"
    server = serve(people_dc, tls.context, Rules(users={AUDIT: PASSWORD}))
    directory = through(server, people_dc, scheme="https", transport=transport, user=user, ca_trust_path=tls.authority)
    assert len(_held(directory)) > 300
    assert server.seen.sealed == 0


def test_sealed_inside_tls_where_it_is_wanted(
    people_dc: DomainController, serve: Serve, through: Through, tls: Tls
) -> None:
    server = serve(people_dc, tls.context)
    directory = through(server, people_dc, scheme="https", ca_trust_path=tls.authority, message_encryption="always")
    assert len(_held(directory)) > 300
    assert server.seen.clear == 0


@pytest.mark.parametrize("transport", ["certificate", "ssl"])
def test_a_client_certificate(
    people_dc: DomainController, serve: Serve, through: Through, tls: Tls, transport: str
) -> None:
    server = serve(people_dc, tls.context, Rules(schemes=("Certificate",)))
    own: dict[str, t.Any] = {
        "scheme": "https",
        "transport": transport,
        "user": None,
        "password": None,
        "ca_trust_path": tls.authority,
        "cert_pem": str(tls.client.certificate_path),
        "cert_key_pem": str(tls.client.key_path),
    }
    assert len(_held(through(server, people_dc, **own))) > 300
    refused = serve(people_dc, tls.context, Rules(schemes=("Negotiate",)))
    assert "certificate" in _sentence(functools.partial(through, refused, people_dc, **own), "BAD_CREDENTIALS")


def test_bound_to_the_channel(
    people_dc: DomainController, serve: Serve, through: Through, tls: Tls, tmp_path: Path
) -> None:
    own = (tmp_path / "tls" / "winhost.contoso.local.pem").read_bytes()
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    digest = hashlib.sha256(x509.load_pem_x509_certificate(own).public_bytes(Encoding.DER)).digest()
    https: dict[str, t.Any] = {"scheme": "https", "ca_trust_path": tls.authority}
    server = serve(people_dc, tls.context, Rules(binding=b"tls-server-end-point:" + digest))
    assert len(_held(through(server, people_dc, **https))) > 300
    _sentence(functools.partial(through, server, people_dc, send_cbt=False, **https), "BAD_CREDENTIALS")
    other = serve(people_dc, tls.context, Rules(binding=b"tls-server-end-point:" + digest[::-1]))
    _sentence(functools.partial(through, other, people_dc, **https), "BAD_CREDENTIALS")


def test_what_is_wrong_with_the_certificate(
    people_dc: DomainController,
    serve: Serve,
    through: Through,
    tls: Tls,
    called: t.Callable[[str], None],
    tmp_path: Path,
) -> None:
    server = serve(people_dc, tls.context)
    other = certificates.authority(tmp_path / "other", "Other CA")
    https: dict[str, t.Any] = {"scheme": "https"}
    work = functools.partial(through, server, people_dc, **https)
    assert "winrm_ca_trust_path" in _sentence(work, "UNTRUSTED_CERTIFICATE")
    wrong = functools.partial(work, ca_trust_path=str(other.certificate_path))
    assert "winrm_ca_trust_path" in _sentence(wrong, "UNTRUSTED_CERTIFICATE")
    called("dc9.contoso.local")
    named = functools.partial(work, host="dc9.contoso.local", ca_trust_path=tls.authority)
    assert "another name" in _sentence(named, "HOST_NAME_MISMATCH")
    assert server.seen.actions == []
    assert len(_held(work(server_cert_validation="ignore"))) > 300
    plain = serve(people_dc)
    _sentence(functools.partial(through, plain, people_dc, **https), "NO_TLS")


@pytest.mark.parametrize("transport", ["ntlm", "credssp"])
def test_a_wrong_password_is_tried_once(
    people_dc: DomainController, serve: Serve, through: Through, transport: str
) -> None:
    server = serve(people_dc)
    work = functools.partial(through, server, people_dc, transport=transport, password="wrong")
    message = _sentence(work, "BAD_CREDENTIALS")
    assert "winrm_password" in message and "wrong" not in message.replace("the password is wrong", "")
    assert server.seen.connections == 1
    assert server.seen.actions == []


def test_a_host_that_takes_no_clear_text(people_dc: DomainController, serve: Serve, through: Through) -> None:
    server = serve(people_dc, rules=Rules(users={AUDIT: PASSWORD}))
    told: dict[str, t.Any] = {"transport": "basic", "user": AUDIT, "allow_unencrypted": True}
    _sentence(functools.partial(through, server, people_dc, **told), "ENCRYPTION_REQUIRED")
    lax = serve(people_dc, rules=Rules(users={AUDIT: PASSWORD}, unencrypted=True))
    assert len(_held(through(lax, people_dc, **told))) > 300


LDAP = LdapOptions(server="dc1.contoso.local", auth_protocol="negotiate", tls_mode="none")
REFUSED: dict[str, tuple[dict[str, t.Any], str]] = {
    "basic over http": ({"transport": "basic", "scheme": "http"}, "clear text"),
    "ssl over http": ({"transport": "ssl", "scheme": "http"}, "clear text"),
    "never over http": ({"scheme": "http", "message_encryption": "never"}, "clear text"),
    "always without keys": ({"transport": "basic", "message_encryption": "always"}, "winrm_message_encryption"),
    "certificate over http": ({"transport": "certificate", "scheme": "http"}, "https"),
    "certificate without one": ({"transport": "certificate"}, "winrm_cert_pem"),
    "no password": ({"password": None}, "winrm_password"),
    "Kerberos and DOMAIN\\name": ({"transport": "kerberos", "user": "CONTOSO\\audit"}, "user@DOMAIN"),
    "Kerberos and an address": ({"transport": "kerberos", "host": "192.0.2.7"}, "DNS name"),
    "no host": ({"host": ""}, "winrm_host"),
    "a URL": ({"host": "https://dc1"}, "winrm_scheme"),
    "timeouts the wrong way round": ({"operation_timeout_sec": 30, "read_timeout_sec": 30}, "winrm_read_timeout_sec"),
    "a timeout that hosts do not take": ({"operation_timeout_sec": 61, "read_timeout_sec": 70}, "1 to 60"),
    "no such port": ({"port": 70000}, "winrm_port"),
    "no such file": ({"ca_trust_path": "/no/such/file.pem"}, "/no/such/file.pem"),
    "a quotation mark": ({"transport": "kerberos", "kinit_args": "-f 'x"}, "winrm_kinit_args"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_before_anything_is_sent(case: str) -> None:
    changes, words = REFUSED[case]
    values: dict[str, t.Any] = {"host": "dc1.contoso.local", "user": "audit@contoso.local", "password": "x", **changes}
    with pytest.raises(OptionError, match=words.replace("\\", "\\\\")):
        WinrmOptions(ldap=LDAP, **values)


def test_a_certificate_cannot_sign_in_behind_the_host() -> None:
    pem = "-----BEGIN CERTIFICATE-----"
    behind = LdapOptions(server="dc1.contoso.local", auth_protocol="certificate", certificate=pem)
    with pytest.raises(OptionError, match="auth_protocol"):
        WinrmOptions("dc1.contoso.local", behind, user="audit@contoso.local", password="x")


def test_what_is_taken() -> None:
    told = WinrmOptions("dc1", LDAP, scheme="http", transport="basic", user="a", password="b", allow_unencrypted=True)
    assert told.endpoint == "http://dc1:5985/wsman"
    usual = WinrmOptions("dc1.contoso.local", LDAP, user="a@contoso.local", password="secret word")
    assert usual.endpoint == "https://dc1.contoso.local:5986/wsman"
    assert not usual.sealed
    assert "secret word" not in repr(usual)
