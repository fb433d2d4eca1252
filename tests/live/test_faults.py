# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A domain controller that cannot be reached, refuses, dies or is cut off: one clear sentence, and never a result."""

from __future__ import annotations

import functools
import random
import threading
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Selection
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap import LdapDirectory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_options import LdapOptions
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import DirectoryError
from ansible_collections.syncready.m365.plugins.module_utils._rules.attributes import (
    AUDIT_ATTRIBUTES,
    COUNTED_ATTRIBUTES,
)
from ansible_collections.syncready.m365.tests.lab import client
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.lab.forest import CONTOSO, PASSWORD
from ansible_collections.syncready.m365.tests.lab.proxy import Fault, FaultProxy
from ansible_collections.syncready.m365.tests.support import certificates

from .conftest import Connect

PEOPLE = 5000
WHOLE = Selection(AUDIT_ATTRIBUTES, COUNTED_ATTRIBUTES)


@pytest.fixture(scope="module")
def large(module_lab: Lab) -> DomainController:
    """A domain controller with 5,000 people, a process for each connection."""
    return module_lab.users(PEOPLE, model="standard")


def _sentence(work: t.Callable[[], t.Any], *codes: str) -> str:
    """Return the message of the error that the work ends in."""
    with pytest.raises(DirectoryError) as raised:
        work()
    message = str(raised.value)
    assert raised.value.code in codes, message
    assert "\n" not in message and len(message) < 600
    assert message.endswith(".")
    assert PASSWORD not in message
    return message


def _read(directory: LdapDirectory) -> int:
    return sum(1 for _entry in directory.search(CONTOSO.dn, selection=WHOLE))


def _cut(through: FaultProxy, cuts: int, seed: str, read: t.Callable[[], int]) -> None:
    """Cut the connection at random bytes of a whole read: each must end in an error, and a whole one in its result."""
    whole = read()
    assert whole > PEOPLE
    total = through.passed["down"]
    chance = random.Random(seed)
    for _number in range(cuts):
        action: t.Literal["fin", "rst"] = chance.choice(("fin", "rst"))
        through.fault = Fault(action, chance.randrange(1, total - 2000))
        _sentence(read, "CONNECTION_LOST", "TLS_FAILED", "REFUSED")
    through.fault = None
    assert read() == whole


# The servers take different pieces, and Samba its time; ldap3's own way is slow, and meets the same connection.
@pytest.mark.parametrize(("fast", "cuts"), [(True, 100), (False, 5)], ids=["fast", "by ldap3"])
def test_cut_at_random_bytes(module_lab: Lab, fast: bool, cuts: int) -> None:
    server = module_lab.openldap(PEOPLE)
    with FaultProxy("127.0.0.1", server.tls_port) as proxy:
        options = LdapOptions(
            server=proxy.address,
            port=proxy.port,
            username=server.administrator,
            password=PASSWORD,
            ca_cert=str(server.authority),
        )

        def read() -> int:
            directory = LdapDirectory(options, fast=fast)
            try:
                return sum(1 for _entry in directory.search(CONTOSO.dn, selection=WHOLE))
            finally:
                directory.close()

        _cut(proxy, cuts, f"cuts {fast}", read)
    server.stop()


def test_cut_at_random_bytes_of_a_domain_controller(large: DomainController, connect: Connect) -> None:
    with FaultProxy(large.address, 636) as proxy:
        _cut(proxy, 12, "samba", lambda: _read(connect(large, server=proxy.address, port=proxy.port)))


def test_cut_inside_sealed_messages(large: DomainController, connect: Connect) -> None:
    ntlm = {"tls_mode": "none", "auth_protocol": "ntlm"}
    with FaultProxy(large.address, 389) as proxy:
        through = {"server": proxy.address, "port": proxy.port, **ntlm}
        _read(connect(large, **through))
        total = proxy.passed["down"]
        chance = random.Random("sealed cuts")
        for _number in range(5):
            proxy.fault = Fault("rst", chance.randrange(1, total - 2000))
            _sentence(lambda: _read(connect(large, **through)), "CONNECTION_LOST", "REFUSED")


def test_killed_in_mid_search(own_lab: Lab, connect: Connect) -> None:
    controller = own_lab.users(PEOPLE)
    directory = connect(controller)
    read = 0

    def work() -> None:
        nonlocal read
        for _entry in directory.search(CONTOSO.dn, selection=WHOLE):
            read += 1
            if read == 1500:
                controller.kill()

    _sentence(work, "CONNECTION_LOST")
    assert 1500 <= read < PEOPLE
    _sentence(lambda: list(directory.search(CONTOSO.dn)), "CONNECTION_LOST")
    _sentence(lambda: connect(controller), "REFUSED")


def test_frozen_in_mid_search(own_lab: Lab, connect: Connect) -> None:
    controller = own_lab.users(300)
    directory = connect(controller, read_timeout=2, page_size=50)
    search = directory.search(CONTOSO.dn, selection=WHOLE)
    next(search)
    controller.freeze()
    started = time.monotonic()
    try:
        assert "2 seconds" in _sentence(lambda: list(search), "TIMEOUT")
        assert time.monotonic() - started < 10
        assert "handshake" in _sentence(lambda: connect(controller, read_timeout=1), "TLS_FAILED")
    finally:
        controller.thaw()


def test_a_connection_that_hangs(large: DomainController, connect: Connect) -> None:
    with FaultProxy(large.address, 636, Fault("hang", 200_000)) as proxy:
        directory = connect(large, server=proxy.address, port=proxy.port, read_timeout=2)
        _sentence(lambda: _read(directory), "TIMEOUT")


def test_ended_while_nobody_asks(large: DomainController, connect: Connect) -> None:
    with FaultProxy(large.address, 636) as proxy:
        directory = connect(large, server=proxy.address, port=proxy.port)
        proxy.cut()
        _sentence(lambda: _read(directory), "CONNECTION_LOST")


def test_what_is_wrong_with_the_connection(large: DomainController, connect: Connect, tmp_path: Path) -> None:
    other = certificates.authority(tmp_path, "Other CA")
    cases: list[tuple[dict[str, t.Any], str, str]] = [
        ({"password": "wrong"}, "BAD_CREDENTIALS", "password"),
        ({"username": "nobody@contoso.local"}, "BAD_CREDENTIALS", "nobody@contoso.local"),
        ({"ca_cert": str(other.certificate_path)}, "UNTRUSTED_CERTIFICATE", "ca_cert"),
        ({"ca_cert": None}, "UNTRUSTED_CERTIFICATE", "ca_cert"),
        ({"port": 637}, "REFUSED", f"{large.address}:637"),
        ({"port": 389}, "TLS_FAILED", "start_tls"),
        ({"server": "dc1.contoso.invalid"}, "NAME_NOT_RESOLVED", "dc1.contoso.invalid"),
        ({"auth_protocol": "kerberos"}, "NO_SERVICE_NAME", "DNS name"),
        ({"auth_protocol": "ntlm", "tls_mode": "none", "password": "wrong"}, "BAD_CREDENTIALS", "password"),
        ({"port": 636, "tls_mode": "start_tls", "read_timeout": 3}, "NO_TLS", "ldaps"),
    ]
    for changes, code, words in cases:
        assert words in _sentence(functools.partial(connect, large, **changes), code), changes


def test_a_certificate_for_another_name(
    large: DomainController,
    connect: Connect,
    names: t.Callable[[DomainController], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import socket

    original = socket.getaddrinfo

    def resolve(host: t.Any, *arguments: t.Any, **named: t.Any) -> t.Any:
        return original(large.address if host == "dc9.fabrikam.local" else host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    for mode in ("ldaps", "start_tls"):
        message = _sentence(
            functools.partial(connect, large, server="dc9.fabrikam.local", tls_mode=mode), "HOST_NAME_MISMATCH"
        )
        assert "dc9.fabrikam.local" in message


def test_bases_that_are_not_there(large: DomainController, connect: Connect) -> None:
    directory = connect(large)
    _sentence(lambda: list(directory.search("OU=Nowhere,DC=contoso,DC=local")), "BASE_NOT_FOUND")
    message = _sentence(
        lambda: list(directory.search("DC=elsewhere,DC=local")), "BASE_NOT_FOUND", "REFERRAL", "SEARCH_FAILED"
    )
    assert "DC=elsewhere,DC=local" in message
    _sentence(lambda: list(directory.search("no dn at all")), "BAD_BASE", "SEARCH_FAILED", "BASE_NOT_FOUND")
    # The connection is still in order.
    assert _read(directory) > PEOPLE


def _descriptor(*sids: bytes) -> bytes:
    """Return a security descriptor that lets nobody but these do anything."""
    entries = b"".join(
        bytes((0, 0)) + (8 + len(sid)).to_bytes(2, "little") + (0xF01FF).to_bytes(4, "little") + sid for sid in sids
    )
    size = (8 + len(entries)).to_bytes(2, "little")
    header = bytes((1, 0)) + (0x8004).to_bytes(2, "little") + (0).to_bytes(12, "little") + (20).to_bytes(4, "little")
    return header + bytes((2, 0)) + size + len(sids).to_bytes(4, "little") + entries


def test_accounts_that_may_not(own_lab: Lab, connect: Connect) -> None:
    controller = own_lab.empty()
    account = client.create_account(controller, "held-back")
    user = {"username": "held-back@contoso.local"}
    assert sum(1 for _entry in connect(controller, **user).search()) > 100
    objects = [dn for dn, _values in client.search(controller, CONTOSO.dn, attributes=["1.1"]) if dn]
    # The part that one job is about may not be seen, the rest may.
    part = f"OU=Domain Controllers,{CONTOSO.dn}"
    system = bytes((1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0))
    client.write_raw(controller, {part: {"nTSecurityDescriptor": [_descriptor(system)]}})
    directory = connect(controller, search_bases=(part,), **user)
    assert part in _sentence(lambda: list(directory.search()), "NO_RIGHTS")
    # Nothing may be seen: no empty result, which would look like a directory in order.
    domain = [dn for dn in objects if not dn.endswith(CONTOSO.configuration_dn)]
    client.write_raw(controller, {dn: {"nTSecurityDescriptor": [_descriptor(system)]} for dn in domain})
    # The audit asks for some classes, others for everything.
    for selection in (Selection(), Selection(("cn",), classes=("user", "domainDNS"))):
        search = connect(controller, **user).search(selection=selection)
        assert "right to read" in _sentence(functools.partial(list, search), "NO_RIGHTS")
    client.write_raw(controller, {account.dn: {"userAccountControl": ["514"]}})
    _sentence(lambda: connect(controller, **user), "BAD_CREDENTIALS", "ACCOUNT_DISABLED")


def test_two_readers_do_not_disturb_each_other(large: DomainController, connect: Connect) -> None:
    counts: list[int] = []

    def work() -> None:
        counts.append(_read(connect(large)))

    threads = [threading.Thread(target=work) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(counts)) == 1 and len(counts) == 3
