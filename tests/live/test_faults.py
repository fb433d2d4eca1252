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
CUTS = 100


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


@pytest.mark.parametrize("fast", [True, False], ids=["fast", "by ldap3"])
def test_cut_at_random_bytes(large: DomainController, connect: Connect, fast: bool) -> None:
    with FaultProxy(large.address, 636) as proxy:
        through = {"server": proxy.address, "port": proxy.port}
        whole = _read(connect(large, fast, **through))
        assert whole > PEOPLE
        total = proxy.passed["down"]
        chance = random.Random(f"cuts {fast}")
        # ldap3's own way is slow, and meets the same connection: fewer cuts show as much.
        for _number in range(CUTS if fast else CUTS // 10):
            action: t.Literal["fin", "rst"] = chance.choice(("fin", "rst"))
            proxy.fault = Fault(action, chance.randrange(1, total - 2000))
            _sentence(lambda: _read(connect(large, fast, **through)), "CONNECTION_LOST", "TLS_FAILED", "REFUSED")
        proxy.fault = None
        assert _read(connect(large, fast, **through)) == whole


def test_cut_inside_sealed_messages(large: DomainController, connect: Connect) -> None:
    ntlm = {"tls_mode": "none", "auth_protocol": "ntlm"}
    with FaultProxy(large.address, 389) as proxy:
        through = {"server": proxy.address, "port": proxy.port, **ntlm}
        _read(connect(large, **through))
        total = proxy.passed["down"]
        chance = random.Random("sealed cuts")
        for _number in range(10):
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


def test_accounts_that_may_not(own_lab: Lab, connect: Connect) -> None:
    controller = own_lab.empty()
    account = client.create_account(controller, "held-back")
    user = {"username": "held-back@contoso.local"}
    assert sum(1 for _entry in connect(controller, **user).search()) > 100
    base = controller.forest.dn
    client.grant(controller, base, "(D;CI;RPLCLORC;;;{held-back})", "(D;;RPLCLORC;;;{held-back})")
    directory = connect(controller, **user)
    code = "NO_RIGHTS", "BASE_NOT_FOUND"
    _sentence(lambda: list(directory.search()), *code)
    client.change(
        controller,
        f"dn: {account.dn}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 514\n\n",
    )
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
