# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor names what is wrong: on a real domain controller, and on a scripted peer what that one cannot show."""

from __future__ import annotations

import contextlib
import datetime
import socket
import types
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import directory_spec
from ansible_collections.syncready.m365.plugins.module_utils._ansible.connection import examine
from ansible_collections.syncready.m365.plugins.module_utils._ansible.wrapper import Failure, Result
from ansible_collections.syncready.m365.plugins.module_utils._directory import (
    dns,
    doctor_network,
    ldap_auth_spnego,
    ldap_connection,
)
from ansible_collections.syncready.m365.tests.lab import client
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD
from ansible_collections.syncready.m365.tests.support import certificates
from ansible_collections.syncready.m365.tests.support.ldap_peer import PASSWORD as PEER_PASSWORD
from ansible_collections.syncready.m365.tests.support.ldap_peer import SUFFIX, USER, Peer, person

from .conftest import options_for

SECRETS = (PASSWORD, PEER_PASSWORD, "not-the-password")


def run(options: dict[str, t.Any]) -> tuple[str, Result]:
    """Run the module's work in this process; return its error code, "" where nothing failed, and its result."""
    params = {name: spec.get("default") for name, spec in directory_spec().items()}
    module = types.SimpleNamespace(params={**params, "fail_on": "failed", **options})
    try:
        return "", examine(t.cast(t.Any, module))
    except Failure as failure:
        assert not any(secret in f"{failure}{failure.result}" for secret in SECRETS)
        return failure.code, {**failure.result, "msg": str(failure)}


def named(options: dict[str, t.Any], check: str, code: str, *words: str) -> Result:
    """Assert that exactly one check fails, with this code, and that it says what to do."""
    found, result = run(options)
    failed = [row for row in result["checks"] if row["status"] == "failed"]
    assert [row["check"] for row in failed] == [check], result["checks"]
    assert found == code, result["msg"]
    assert failed[0]["what_to_do"], failed
    text = f"{failed[0]['message']} {failed[0]['what_to_do']}"
    assert all(word in text for word in words), text
    assert "\n" not in result["msg"] and result["msg"].endswith((".", ".)"))
    return result


@pytest.fixture(scope="module")
def server(module_lab: Lab) -> DomainController:
    """A domain controller with nobody in it but its own accounts, and one that is disabled."""
    controller = module_lab.empty()
    client.create_account(controller, "left", attributes={"userAccountControl": ["514"]})
    return controller


@pytest.fixture(autouse=True)
def no_name_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The machine's own name servers and Kerberos settings have no part in this."""
    settings = tmp_path / "krb5.conf"
    settings.write_text("[libdefaults]\ndefault_realm = CONTOSO.LOCAL\ndns_lookup_kdc = false\n", encoding="utf-8")
    monkeypatch.setenv("KRB5_CONFIG", str(settings))
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/no-ticket")
    monkeypatch.setattr(doctor_network, "query_services", lambda _name: [])


def test_a_domain_controller_in_order(
    server: DomainController, names: t.Callable[[DomainController], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    names(server)
    found = [dns.Service(0, 1, 389, server.forest.fqdn)]
    monkeypatch.setattr(doctor_network, "query_services", lambda _name: found)
    code, result = run(options_for(server, server=server.forest.fqdn, auth_protocol="kerberos"))
    assert (code, result["ready"]) == ("", True), result["checks"]
    status = {row["check"]: row["status"] for row in result["checks"]}
    assert {name for name in status if status[name] == "ok"} >= {
        *("options", "libraries", "kerberos", "srv_records", "name_resolution", "reachability", "tls", "root_dse"),
        *("clock", "bind", "identity", "protection", "reading", "domains", "limits", "dirsync"),
    }
    text = {row["check"]: row["message"] for row in result["checks"]}
    assert "signing (LDAP without TLS): demanded" in text["protection"]
    assert "channel binding (inside TLS): not demanded" in text["protection"]
    assert "lab-audit" in text["identity"]
    assert "dc1.contoso.local is a writable domain controller" in text["root_dse"]


def test_what_the_account_may_write(server: DomainController) -> None:
    code, result = run(options_for(server, username="lab-change@contoso.local"))
    (writing,) = [row for row in result["checks"] if row["check"] == "writing"]
    assert (code, "proxyAddresses" in writing["message"]) == ("", True), writing
    assert "UPN suffixes of the forest: yes" in writing["message"]


LIVE: dict[str, tuple[dict[str, t.Any], str, str, tuple[str, ...]]] = {
    "wrong password": ({"password": "not-the-password"}, "bind", "BAD_CREDENTIALS", ("password",)),
    "wrong password by NTLM without TLS": (
        {"password": "not-the-password", "auth_protocol": "ntlm", "tls_mode": "none"},
        *("bind", "BAD_CREDENTIALS", ("password",)),
    ),
    "unknown user": ({"username": "nobody@contoso.local"}, "bind", "BAD_CREDENTIALS", ("nobody@contoso.local",)),
    "unknown authority": ({"ca_cert": None}, "tls", "UNTRUSTED_CERTIFICATE", ("ca_cert",)),
    "closed port": ({"port": 637}, "reachability", "REFUSED", (":637", "port")),
    "TLS on the port without": ({"port": 389}, "tls", "TLS_FAILED", ("start_tls",)),
    "StartTLS on the port with TLS": (
        {"port": 636, "tls_mode": "start_tls", "read_timeout": 2},
        *("tls", "NO_TLS", ("ldaps",)),
    ),
    "no such name": ({"server": "dc1.contoso.invalid"}, "name_resolution", "NAME_NOT_RESOLVED", ("spelling",)),
    "no SRV record": (
        {"server": None, "domain_realm": "contoso.local"},
        *("srv_records", "NO_DOMAIN_CONTROLLER", ("domain_realm",)),
    ),
    "no ticket": (
        {"username": None, "password": None, "auth_protocol": "kerberos"},
        *("kerberos", "NO_TICKET", ("kinit",)),
    ),
    "password without a user": ({"username": None}, "options", "BAD_OPTION", ("username",)),
    "user without a password": ({"password": None}, "options", "BAD_OPTION", ("password",)),
    "clear text": ({"tls_mode": "none"}, "options", "BAD_OPTION", ("clear text",)),
    "global catalog": ({"port": 3269}, "options", "BAD_OPTION", ("global catalog",)),
    "a key without a certificate": ({"certificate_key": "/etc/hostname"}, "options", "BAD_OPTION", ("certificate",)),
    "no such domain": ({"domains": ["fabrikam.local"]}, "domains", "BAD_OPTION", ("fabrikam.local",)),
}


@pytest.mark.parametrize("case", LIVE)
def test_a_broken_set_up(server: DomainController, case: str) -> None:
    changes, check, code, words = LIVE[case]
    result = named(options_for(server, **changes), check, code, *words)
    names = [row["check"] for row in result["checks"]]
    # What needs a sign-in is not tried without one.
    if check not in ("domains",):
        assert {row["status"] for row in result["checks"] if row["check"] in names[names.index("bind") + 1 :]} == {
            "skipped"
        }


def test_a_disabled_account(server: DomainController) -> None:
    named(options_for(server, username="left@contoso.local"), "bind", "ACCOUNT_DISABLED", "left@contoso.local")


def test_another_authority(server: DomainController, tmp_path: Path) -> None:
    other = certificates.authority(tmp_path, "Other CA")
    named(options_for(server, ca_cert=str(other.certificate_path)), "tls", "UNTRUSTED_CERTIFICATE", "ca_cert")


def test_a_certificate_for_another_name(server: DomainController, monkeypatch: pytest.MonkeyPatch) -> None:
    original = socket.getaddrinfo

    def resolve(host: t.Any, *arguments: t.Any, **named_ones: t.Any) -> t.Any:
        return original(server.address if host == "dc9.contoso.local" else host, *arguments, **named_ones)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    named(options_for(server, server="dc9.contoso.local"), "tls", "HOST_NAME_MISMATCH", "dc9.contoso.local")


def test_a_firewall_that_drops() -> None:
    """A listener whose queue is full drops what comes, as a firewall does."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _number in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        options = {"server": "127.0.0.1", "port": listener.getsockname()[1], "connection_timeout": 1}
        named({**options, "username": "a", "password": "b"}, "reachability", "UNREACHABLE", "firewall")


def test_a_frozen_domain_controller(own_lab: Lab) -> None:
    controller = own_lab.empty()
    controller.freeze()
    try:
        named(options_for(controller, read_timeout=1), "tls", "TLS_FAILED", "handshake")
    finally:
        controller.thaw()


def test_missing_libraries(server: DomainController, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(ldap_auth_spnego, "SPNEGO_MISSING", True)
        named(options_for(server, auth_protocol="ntlm"), "libraries", "MISSING_LIBRARY", "pip install", "pyspnego")
    monkeypatch.setattr(ldap_connection, "LDAP3_MISSING", True)
    named(options_for(server), "libraries", "MISSING_LIBRARY", "pip install", "ldap3")


# What a Samba domain controller cannot show.


@pytest.fixture
def peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Peer]:
    """A scripted server that looks like a Windows domain controller."""
    users = tmp_path / "users"
    users.write_text(f":{USER}:{PEER_PASSWORD}\n", encoding="utf-8")
    monkeypatch.setenv("NTLM_USER_FILE", str(users))
    with Peer(tmp_path) as made:
        made.root["currentTime"] = [_stamp(0)]
        configuration = f"CN=Configuration,{SUFFIX}"
        made.entries = {
            SUFFIX: {"objectClass": [b"domainDNS"]},
            **dict([person(1)]),
            f"CN=Partitions,{configuration}": {"objectClass": [b"crossRefContainer"]},
        }
        yield made


def _stamp(seconds: float) -> bytes:
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y%m%d%H%M%S.0Z").encode()


@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        ("532", "PASSWORD_EXPIRED", "expired"),
        ("773", "PASSWORD_EXPIRED", "changed at the next logon"),
        ("775", "ACCOUNT_LOCKED", "locked"),
        ("533", "ACCOUNT_DISABLED", "disabled"),
        ("701", "ACCOUNT_EXPIRED", "expired"),
        ("531", "ACCOUNT_RESTRICTED", "workstations"),
    ],
)
def test_accounts_that_windows_tells_apart(peer: Peer, data: str, code: str, word: str) -> None:
    peer.bind_answer = (49, f"80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext, data {data}, v4563")
    named(peer.options(), "bind", code, word)


def test_signing_is_demanded(peer: Peer) -> None:
    words = "00002028: LdapErr: DSID-0C090259, comment: The server requires binds to turn on integrity checking"
    peer.bind_answer = (8, words)
    named(peer.options(auth_protocol="ntlm"), "bind", "STRONGER_AUTH_REQUIRED", "tls_mode none")


def test_channel_binding_is_demanded_behind_something_that_ends_tls(peer: Peer, tmp_path: Path) -> None:
    # The server demands a binding to its own certificate; what it meets is one to that of the machine between.
    own = certificates.issue(peer.authority, tmp_path / "own", ["127.0.0.1"])
    shown, bindings = peer.pair, peer.bindings
    peer.channel_binding = True

    def of_the_server() -> t.Any:
        peer.pair = own
        try:
            return bindings()
        finally:
            peer.pair = shown

    assert run(peer.options(auth_protocol="ntlm"))[0] == ""
    peer.bindings = of_the_server  # type: ignore[method-assign]
    named(peer.options(auth_protocol="ntlm"), "bind", "CHANNEL_BINDING", "channel binding", "simple")


def test_a_clock_ten_minutes_off(peer: Peer) -> None:
    peer.root["currentTime"] = [_stamp(600)]
    result = named(peer.options(auth_protocol="negotiate"), "clock", "CLOCK_SKEW", "behind", "NTP")
    assert next(row for row in result["checks"] if row["check"] == "bind")["status"] == "ok"
    code, result = run(peer.options())
    (clock,) = [row for row in result["checks"] if row["check"] == "clock"]
    assert (code, clock["status"]) == ("", "warning")


def test_an_account_that_sees_nobody(peer: Peer) -> None:
    peer.entries = {}
    named(peer.options(), "reading", "NO_RIGHTS", "right to read")


@pytest.mark.parametrize(
    ("answer", "code", "word"),
    [
        ((4, "00002023: SizeLimitExceeded"), "LIMIT_EXCEEDED", "size limit"),
        ((11, "00002024: AdminLimitExceeded"), "LIMIT_EXCEEDED", "page_size"),
        ((3, "00002022: TimeLimitExceeded"), "LIMIT_EXCEEDED", "time limit"),
        ((51, "0000200E: busy"), "SERVER_BUSY", "later"),
    ],
)
def test_limits_that_the_account_runs_into(peer: Peer, answer: tuple[int, str], code: str, word: str) -> None:
    # Nobody is found before the limit is hit.
    peer.search_answer = {1: answer}
    find = peer.find
    peer.find = lambda request: find(request) if request.scope == 0 else [SUFFIX]  # type: ignore[method-assign]
    peer.shown = lambda request, dn: b""  # type: ignore[method-assign]
    named(peer.options(), "reading", code, word)
