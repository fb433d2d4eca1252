# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of the tests that go through WinRM."""

from __future__ import annotations

import socket
import ssl
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory import winrm_client
from ansible_collections.syncready.m365.plugins.module_utils._directory.winrm import WinrmDirectory
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.lab.fixtures import (
    dc,
    empty_dc,
    lab,
    module_dc,
    module_lab,
    own_lab,
    shared_dc,
)
from ansible_collections.syncready.m365.tests.support import certificates

from . import host, programs
from .server import WinrmServer

__all__ = ["dc", "empty_dc", "lab", "module_dc", "module_lab", "own_lab", "shared_dc"]

Serve = t.Callable[..., WinrmServer]
Through = t.Callable[..., WinrmDirectory]


def pytest_terminal_summary(terminalreporter: t.Any) -> None:
    """Say what ran behind the WinRM server."""
    terminalreporter.write_line(programs.described())


@pytest.fixture(scope="session")
def people_dc(lab: Lab) -> DomainController:
    """A domain controller with 300 people, to be read only."""
    return lab.users(300)


@pytest.fixture(autouse=True)
def ntlm_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Accounts that NTLM and CredSSP know."""
    monkeypatch.setenv("NTLM_USER_FILE", str(host.write_users(tmp_path)))


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long before another attempt."""
    monkeypatch.setattr(winrm_client, "_DELAYS", (0.0, 0.05, 0.1, 0.2, 0.4))
    monkeypatch.setattr(winrm_client, "_BUSY_DELAYS", (0.05, 0.1, 0.2, 0.4, 0.8))


@pytest.fixture
def serve() -> t.Iterator[Serve]:
    """A function that starts a WinRM server, which ends with the test."""
    made: list[WinrmServer] = []

    def work(*arguments: t.Any, **named: t.Any) -> WinrmServer:
        server = host.serve(*arguments, **named)
        made.append(server)
        return server

    yield work
    for server in made:
        server.close()


@pytest.fixture
def through() -> t.Iterator[Through]:
    """A function that opens a directory through a server; it is closed at the end."""
    made: list[WinrmDirectory] = []

    def work(
        server: WinrmServer, controller: DomainController, ldap: dict[str, t.Any] | None = None, **winrm: t.Any
    ) -> WinrmDirectory:
        directory = WinrmDirectory(host.winrm_options(server, host.ldap_options(controller, **(ldap or {})), **winrm))
        made.append(directory)
        return directory

    yield work
    for directory in made:
        directory.close()


@dataclass(frozen=True)
class Tls:
    """What HTTPS needs.

    Attributes:
        context: of the server.
        authority: file with the authority's certificate.
        client: certificate and key of a client.
        issuer: the authority.
    """

    context: ssl.SSLContext
    authority: str
    client: certificates.Pair
    issuer: certificates.Pair


@pytest.fixture
def tls(tmp_path: Path) -> Tls:
    """A certificate for 127.0.0.1 and winhost.contoso.local, and one for a client."""
    issuer = certificates.authority(tmp_path / "tls")
    own = certificates.issue(issuer, tmp_path / "tls", ["winhost.contoso.local", "127.0.0.1"])
    client = certificates.issue(issuer, tmp_path / "tls", ["audit"], client=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate_path, own.key_path)
    context.load_verify_locations(issuer.certificate_path)
    context.verify_mode = ssl.CERT_OPTIONAL
    return Tls(context, str(issuer.certificate_path), client, issuer)


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[str], None]:
    """A function that makes a name lead to this computer."""
    known: set[str] = set()
    original = socket.getaddrinfo

    def resolve(name: t.Any, *arguments: t.Any, **named: t.Any) -> t.Any:
        return original("127.0.0.1" if name in known else name, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known.add
