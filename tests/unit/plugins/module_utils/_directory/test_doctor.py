# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor: each broken set-up is named rightly, and what cannot be checked any more is skipped."""

from __future__ import annotations

import datetime
import socket
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory import (
    dns,
    doctor,
    doctor_network,
    doctor_session,
    ldap_auth_spnego,
    ldap_connection,
)
from ansible_collections.syncready.m365.plugins.module_utils._directory.doctor import Check, failure
from ansible_collections.syncready.m365.plugins.module_utils._directory.doctor_steps import STEPS, bad_options, diagnose
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_errors import bind_error, search_error
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_options import LdapOptions
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_root import RootDse
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import OptionError
from ansible_collections.syncready.m365.tests.support import certificates
from ansible_collections.syncready.m365.tests.support import ldap_messages as ldap
from ansible_collections.syncready.m365.tests.support.ldap_peer import PASSWORD, SUFFIX, Line, Peer, person

NAMES = [step.name for step in STEPS]


def _stamp(seconds: float = 0) -> list[bytes]:
    moment = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=seconds)
    return [moment.strftime("%Y%m%d%H%M%S.0Z").encode()]


@pytest.fixture
def healthy(peer: Peer, plain_peer: Peer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Peer:
    """A domain controller with which nothing is wrong, whatever the network here."""
    settings = tmp_path / "krb5.conf"
    settings.write_text("[libdefaults]\ndns_lookup_kdc = false\ndns_lookup_realm = false\n")
    monkeypatch.setenv("KRB5_CONFIG", str(settings))
    monkeypatch.setattr(doctor_network, "query_services", lambda _name: [])
    peer.root["currentTime"] = _stamp()
    peer.root["supportedControl"] = []
    peer.entries = {
        SUFFIX: {"objectClass": [b"domainDNS"]},
        f"CN=Users,{SUFFIX}": {"objectClass": [b"container"]},
        **dict([person(1, allowedAttributesEffective=[b"mail"])]),
        f"CN=Partitions,CN=Configuration,{SUFFIX}": {"objectClass": [b"crossRefContainer"]},
        f"CN=Deleted Objects,{SUFFIX}": {"objectClass": [b"container"]},
        "CN=Default Query Policy,CN=Query-Policies,CN=Directory Service,CN=Windows NT,CN=Services,"
        f"CN=Configuration,{SUFFIX}": {"lDAPAdminLimits": [b"MaxPageSize=1000", b"MaxQueryDuration=120"]},
        **{
            f"CN={name},CN=Schema,CN=Configuration,{SUFFIX}": {"lDAPDisplayName": [name.encode()]}
            for name in ("objectClass", "mail", "userPrincipalName")
        },
    }
    return peer


def _run(peer: Peer, **changes: t.Any) -> dict[str, Check]:
    checks = diagnose(LdapOptions(**peer.options(**{"server": "localhost", **changes})))
    assert all(PASSWORD not in check.message + check.what_to_do for check in checks)
    assert all(check.message.endswith(".") and "\n" not in check.message for check in checks), checks
    names = [check.check for check in checks]
    assert names == NAMES
    return dict(zip(names, checks, strict=True))


def _first_failed(checks: dict[str, Check]) -> Check:
    failed = [check for check in checks.values() if check.status == "failed"]
    assert len(failed) == 1, failed
    assert failed[0].what_to_do, failed[0]
    assert failed[0].code
    return failed[0]


def test_a_healthy_connection(healthy: Peer) -> None:
    checks = _run(healthy)
    assert [check for check in checks.values() if check.status == "failed"] == []
    assert checks["tls"].status == checks["bind"].status == checks["reading"].status == "ok"
    assert "CONTOSO\\audit" in checks["identity"].message
    assert "not demanded" in checks["protection"].message
    assert "1000 entries" in checks["limits"].message


BROKEN: dict[str, tuple[dict[str, t.Any], str, str, str]] = {
    "wrong password": ({"password": "wrong"}, "bind", "BAD_CREDENTIALS", "password"),
    "unknown name": ({"server": "dc1.contoso.invalid"}, "name_resolution", "NAME_NOT_RESOLVED", "spelling"),
    "unknown authority": ({"ca_cert": None}, "tls", "UNTRUSTED_CERTIFICATE", "ca_cert"),
    "start_tls on the port of TLS": ({"tls_mode": "start_tls", "read_timeout": 2}, "tls", "NO_TLS", "ldaps"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_options(healthy: Peer, case: str) -> None:
    changes, name, code, words = BROKEN[case]
    checks = _run(healthy, **changes)
    check = _first_failed(checks)
    assert (check.check, check.code) == (name, code)
    assert words in check.what_to_do
    later = NAMES[NAMES.index(name) + 1 :]
    assert all(checks[other].status == "skipped" for other in later if other != "clock"), checks


def test_nobody_listens(healthy: Peer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    check = _first_failed(_run(healthy, port=port))
    assert (check.check, check.code) == ("reachability", "REFUSED")


def test_a_firewall_that_drops(healthy: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_arguments: t.Any) -> t.NoReturn:
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", connect)
    check = _first_failed(_run(healthy))
    assert (check.check, check.code) == ("reachability", "UNREACHABLE")
    assert "opened" in check.what_to_do


def test_no_way_to_the_network(healthy: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_arguments: t.Any) -> t.NoReturn:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket, "create_connection", connect)
    assert "Network is unreachable" in _first_failed(_run(healthy)).message


def test_a_certificate_for_another_name(healthy: Peer, tmp_path: Path) -> None:
    healthy.pair = certificates.issue(healthy.authority, tmp_path / "other", ["dc9.contoso.local"])
    check = _first_failed(_run(healthy))
    assert (check.check, check.code) == ("tls", "HOST_NAME_MISMATCH")
    assert _run(healthy, cert_validation="ignore_hostname")["tls"].status == "warning"


def test_a_certificate_that_has_expired(healthy: Peer, tmp_path: Path) -> None:
    healthy.pair = certificates.issue(healthy.authority, tmp_path / "other", ["localhost"], (-10, -1))
    check = _first_failed(_run(healthy))
    assert (check.check, "expired" in check.message) == ("tls", True)
    assert _run(healthy, cert_validation="ignore")["tls"].status == "warning"


def test_a_certificate_that_soon_expires(healthy: Peer, tmp_path: Path) -> None:
    healthy.pair = certificates.issue(healthy.authority, tmp_path / "other", ["localhost"], (-10, 11))
    check = _run(healthy)["tls"]
    assert (check.status, "10 days" in check.message or "11 days" in check.message) == ("warning", True)


@pytest.mark.parametrize(
    ("data", "code"),
    [("532", "PASSWORD_EXPIRED"), ("533", "ACCOUNT_DISABLED"), ("775", "ACCOUNT_LOCKED"), ("701", "ACCOUNT_EXPIRED")],
)
def test_accounts_that_may_not_sign_in(healthy: Peer, data: str, code: str) -> None:
    healthy.bind_answer = (49, f"80090308: LdapErr: DSID-0C090439, comment: error, data {data}, v4563")
    check = _first_failed(_run(healthy))
    assert (check.check, check.code) == ("bind", code)


def test_signing_is_demanded(healthy: Peer) -> None:
    healthy.bind_answer = (
        8,
        "00002028: LdapErr: DSID-0C090259, comment: The server requires binds to turn on integrity",
    )
    check = _first_failed(_run(healthy))
    assert (check.check, check.code) == ("bind", "STRONGER_AUTH_REQUIRED")


def test_what_the_server_demands(healthy: Peer) -> None:
    healthy.channel_binding = True
    text = _run(healthy)["protection"].message
    assert "channel binding (inside TLS): demanded" in text


def test_what_the_server_demands_is_not_asked_with_a_dn(healthy: Peer) -> None:
    checks = _run(healthy, username=f"CN=audit,{SUFFIX}")
    assert checks["protection"].status == "skipped"


@pytest.mark.parametrize(
    ("seconds", "protocol", "status"),
    [
        (600, "simple", "warning"),
        (-600, "simple", "warning"),
        (600, "negotiate", "failed"),
        (90, "simple", "warning"),
        (20, "simple", "ok"),
    ],
)
def test_clocks(seconds: float, protocol: t.Any, status: str) -> None:
    options = LdapOptions(server="dc1", username="a", password="b", auth_protocol=protocol)
    patient = doctor.Patient(options)
    patient.root = RootDse(time=datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=seconds))
    (check,) = doctor_session.clock(patient)
    assert check.status == status
    assert ("ahead of" if seconds > 0 else "behind") in check.message
    assert (check.what_to_do != "") == (status != "ok")


def test_servers_that_are_not_what_they_should_be(healthy: Peer) -> None:
    healthy.root["supportedCapabilities"].append(b"1.2.840.113556.1.4.1920")
    assert "read-only" in _run(healthy)["root_dse"].message
    healthy.root["supportedCapabilities"] = [b"1.2.840.113556.1.4.800"]
    healthy.root["isSynchronized"] = [b"FALSE"]
    assert _run(healthy)["root_dse"].status == "warning"
    healthy.root["supportedCapabilities"] = []
    check = _run(healthy)["root_dse"]
    assert (check.status, "not a domain controller" in check.message) == ("warning", True)


def test_an_account_that_sees_nothing(healthy: Peer) -> None:
    healthy.entries = {}
    check = _first_failed(_run(healthy))
    assert (check.check, check.code) == ("reading", "NO_RIGHTS")


def test_nobody_was_signed_in(healthy: Peer) -> None:
    healthy.who = ""
    check = _first_failed(_run(healthy))
    assert (check.check, check.code) == ("identity", "BAD_CREDENTIALS")


def test_an_address_for_a_name(healthy: Peer) -> None:
    checks = _run(healthy, server="127.0.0.1")
    assert checks["name_resolution"].status == "warning"
    assert checks["srv_records"].status == "skipped"


def test_limits_below_the_default(healthy: Peer) -> None:
    (policy,) = [values for dn, values in healthy.entries.items() if dn.startswith("CN=Default Query Policy")]
    policy["lDAPAdminLimits"] = [b"MaxPageSize=200", b"MaxQueryDuration=30", b"MaxValRange=500"]
    check = _run(healthy)["limits"]
    assert check.status == "warning"
    assert "200 entries" in check.message and "30 seconds" in check.message and "500 values" in check.message
    policy["lDAPAdminLimits"] = [b"MaxPageSize=1000"]
    assert _run(healthy, page_size=5000)["limits"].status == "warning"
    policy["lDAPAdminLimits"] = []
    assert "cannot be read" in _run(healthy)["limits"].message


def test_where_the_account_may_write(healthy: Peer) -> None:
    def find(request: ldap.Search) -> list[str]:
        if b"organizationalUnit" in request.filter:
            return [dn for dn in healthy.entries if dn.startswith("OU=")]
        if request.scope == 1 and "allowedAttributesEffective" in request.attributes:
            return [dn for dn in healthy.entries if dn.startswith("CN=user") and dn.partition(",")[2] == request.base]
        return original(request)

    original, healthy.find = healthy.find, find  # type: ignore[method-assign]
    both = [b"mail", b"userPrincipalName", b"cn"]
    places: dict[str, list[bytes]] = {}
    for number, name in enumerate(("A", "B", "C", "D", "E")):
        healthy.entries[f"OU={name},{SUFFIX}"] = {}
        places[f"CN=user{number},OU={name},{SUFFIX}"] = both

    def writing(**rights: list[bytes]) -> tuple[str, str]:
        for dn, values in places.items():
            healthy.entries[dn] = {"allowedAttributesEffective": rights.get(dn[12:13], values)}
        check = _run(healthy)["writing"]
        return check.status, check.message

    status, text = writing()
    assert (status, "userPrincipalName, mail in all 5 places" in text) == ("ok", True), text
    assert "mailNickname" not in text  # the schema does not have it
    assert "UPN suffixes of the forest: no" in text
    status, text = writing(B=[b"mail"], D=[])
    assert (status, "in 3 of 5 places" in text) == ("warning", True), text
    assert f"not userPrincipalName in OU=B,{SUFFIX}" in text and f"none in OU=D,{SUFFIX}" in text
    status, text = writing(A=[], B=[], C=[], D=[], E=[])
    assert (status, "may write nothing" in text) == ("ok", True), text
    healthy.entries[f"CN=Partitions,CN=Configuration,{SUFFIX}"]["allowedAttributesEffective"] = [b"uPNSuffixes"]
    assert "UPN suffixes of the forest: yes" in writing()[1]


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        ((0, ""), "ok", "may follow changes"),
        ((50, "00002105: SecErr"), "ok", "no replication rights"),
        ((3, ""), "ok", "may follow changes"),
        ((53, "not now"), "warning", "53"),
    ],
)
def test_replication_rights(healthy: Peer, answer: tuple[int, str], status: str, words: str) -> None:
    def on_search(request: ldap.Search, line: Line) -> t.Iterator[bytes]:
        if "1.2.840.113556.1.4.841" in request.controls:
            return iter([ldap.result(request.number, 0x65, *answer)])
        return original(request, line)

    healthy.root["supportedControl"] = [b"1.2.840.113556.1.4.841"]
    original, healthy.on_search = healthy.on_search, on_search  # type: ignore[method-assign]
    check = _run(healthy)["dirsync"]
    assert (check.status, words in check.message) == (status, True)


def test_a_child_domain_without_a_domain_controller(healthy: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    def on_search(request: ldap.Search, line: Line) -> t.Iterator[bytes]:
        if request.base.startswith("CN=Partitions") and request.scope == 1:
            cross = {"nCName": [f"DC=child,{SUFFIX}".encode()], "dnsRoot": [b"child.contoso.local"]}
            answers = [ldap.entry(request.number, f"CN=CHILD,CN=Partitions,CN=Configuration,{SUFFIX}", cross)]
            return iter([*answers, ldap.result(request.number, 0x65, cookie=b"")])
        return original(request, line)

    monkeypatch.setattr(
        "ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_topology.find_servers",
        lambda _name: [],
    )
    original, healthy.on_search = healthy.on_search, on_search  # type: ignore[method-assign]
    check = _run(healthy)["domains"]
    assert (check.status, check.code) == ("failed", "NO_DOMAIN_CONTROLLER")
    assert "child.contoso.local" in check.message
    checks = _run(healthy, domains=("contoso.local",))
    assert (checks["domains"].status, "1 more" in checks["domains"].message) == ("ok", True)
    assert _run(healthy, domain_controllers={"CHILD.contoso.local": "dc3"})["domains"].status == "ok"


def test_a_server_that_dies_meanwhile(healthy: Peer) -> None:
    def on_search(request: ldap.Search, line: Line) -> t.Iterator[bytes]:
        if "allowedAttributesEffective" in request.attributes:
            line.client.close()
            return iter(())
        return original(request, line)

    original, healthy.on_search = healthy.on_search, on_search  # type: ignore[method-assign]
    checks = _run(healthy)
    assert checks["writing"].code == "CONNECTION_LOST"


# SRV records, Kerberos, libraries


def _srv(monkeypatch: pytest.MonkeyPatch, result: list[dns.Service] | Exception) -> None:
    def query(_name: str) -> list[dns.Service]:
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(doctor_network, "query_services", query)


def test_srv_records(healthy: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [dns.Service(0, 1, 389, "localhost")]
    _srv(monkeypatch, found)
    assert _run(healthy, domain_realm="contoso.local")["srv_records"].status == "ok"
    checks = _run(healthy, server="", domain_realm="contoso.local")
    assert (checks["srv_records"].status, checks["bind"].status) == ("ok", "ok")
    _srv(monkeypatch, [dns.Service(0, 1, 389, "dc7.contoso.local")])
    check = _run(healthy, domain_realm="contoso.local")["srv_records"]
    assert (check.status, "but not localhost" in check.message) == ("warning", True)


@pytest.mark.parametrize("result", [[], dns.DnsError("192.0.2.53 did not answer")])
def test_no_srv_records(healthy: Peer, monkeypatch: pytest.MonkeyPatch, result: t.Any) -> None:
    _srv(monkeypatch, result)
    check = _first_failed(_run(healthy, server="", domain_realm="contoso.local"))
    assert (check.check, check.code) == ("srv_records", "NO_DOMAIN_CONTROLLER")
    assert _run(healthy, domain_realm="contoso.local")["srv_records"].status == "warning"


def test_libraries(healthy: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (ldap_auth_spnego, doctor_network):
        monkeypatch.setattr(module, "missing_for_kerberos", lambda: ["gssapi"])
    check = _first_failed(_run(healthy, auth_protocol="kerberos"))
    assert (check.check, check.code) == ("libraries", "MISSING_LIBRARY")
    assert "pip install" in check.what_to_do
    assert _run(healthy, auth_protocol="negotiate")["libraries"].status == "warning"
    monkeypatch.setattr(ldap_auth_spnego, "SPNEGO_MISSING", True)
    assert "pyspnego" in _first_failed(_run(healthy, auth_protocol="ntlm")).message
    assert _run(healthy)["protection"].status == "skipped"
    monkeypatch.setattr(ldap_connection, "LDAP3_MISSING", True)
    assert "ldap3" in _first_failed(_run(healthy)).message


def test_kerberos_settings(healthy: Peer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "krb5.conf"
    file.write_text("[libdefaults]\n  default_realm = CONTOSO.LOCAL\n")
    monkeypatch.setattr(doctor_network, "missing_for_kerberos", list)
    monkeypatch.setattr(ldap_auth_spnego, "missing_for_kerberos", list)
    ticket: list[str | None] = ["audit@CONTOSO.LOCAL"]
    monkeypatch.setattr(doctor_network, "_ticket", lambda: ticket[0])
    patient = doctor.Patient(LdapOptions(server="dc1", auth_protocol="kerberos"))
    monkeypatch.setenv("KRB5_CONFIG", str(file))
    (check,) = doctor_network.kerberos(patient)
    assert (check.status, "CONTOSO.LOCAL; there is a ticket for audit" in check.message) == ("ok", True)
    file.write_text("[libdefaults]\n")
    (check,) = doctor_network.kerberos(patient)
    assert (check.status, "no default realm" in check.message) == ("warning", True)
    ticket[0] = None
    (check, *rest) = doctor.run([STEPS[1]], patient)
    assert (check.status, check.code, "kinit" in check.what_to_do) == ("failed", "NO_TICKET", True)
    assert rest == []


def test_half_of_the_credentials() -> None:
    with pytest.raises(OptionError) as raised:
        LdapOptions(server="dc1.contoso.local", username="audit")
    checks = bad_options(failure("options", raised.value))
    assert (checks[0].check, checks[0].status, "password" in checks[0].message) == ("options", "failed", True)
    assert {check.status for check in checks[1:]} == {"skipped"}
    assert [check.check for check in checks[1:]] == NAMES


def test_advice_stands_apart_from_what_happened() -> None:
    errors = [
        bind_error("dc1:636", "u", 49, f"80090308: x, data {data}, v1", tls=True) for data in ("52e", "532", "775")
    ]
    errors += [search_error("dc1:636", "DC=x", code, "", read=5) for code in (3, 10, 32, 50, 51, 53)]
    for error in errors:
        check = failure("bind", error)
        assert check.what_to_do and check.what_to_do[0].isupper(), error
        assert check.message.endswith("."), error
