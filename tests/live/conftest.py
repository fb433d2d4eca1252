# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection against real servers of the lab."""

from __future__ import annotations

import os
import socket
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap import LdapDirectory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_options import LdapOptions
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.fixtures import (
    dc,
    empty_dc,
    lab,
    module_dc,
    module_lab,
    own_lab,
    shared_dc,
)
from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD
from ansible_collections.syncready.m365.tests.winrm_host import programs

from .transports import over

__all__ = ["dc", "empty_dc", "lab", "module_dc", "module_lab", "over", "own_lab", "shared_dc"]

OVER_LDAP = LdapDirectory
Connect = t.Callable[..., LdapDirectory]


def options_for(controller: DomainController, **changes: t.Any) -> dict[str, t.Any]:
    """Return options that reach a domain controller by its address, as the account that only reads."""
    return {
        "server": controller.address,
        "username": f"lab-audit@{controller.forest.domain}",
        "password": PASSWORD,
        "ca_cert": str(controller.layout.authority),
        "read_timeout": 30,
        **changes,
    }


def pytest_terminal_summary(terminalreporter: t.Any) -> None:
    """Say what ran behind the WinRM server."""
    terminalreporter.write_line(programs.described())


@pytest.fixture
def connect(request: pytest.FixtureRequest) -> t.Iterator[Connect]:
    """A function that connects to a domain controller; what it connected is closed at the end."""
    made: list[LdapDirectory] = []

    def work(controller: DomainController, fast: bool = True, **changes: t.Any) -> LdapDirectory:
        # A test that does not ask for a transport means LDAP, whatever the tests beside it use.
        transport = LdapDirectory if "over" in request.fixturenames else OVER_LDAP
        directory = transport(LdapOptions(**options_for(controller, **changes)), fast=fast)
        made.append(directory)
        return directory

    yield work
    for directory in made:
        directory.close()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> t.Callable[[DomainController], None]:
    """A function that makes a domain controller's names and Kerberos realm known to this process."""

    def know(controller: DomainController) -> None:
        forest = controller.forest
        known = {forest.fqdn, forest.domain}
        original = socket.getaddrinfo

        def resolve(host: t.Any, *arguments: t.Any, **named: t.Any) -> t.Any:
            return original(controller.address if host in known else host, *arguments, **named)

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        monkeypatch.setenv("KRB5_CONFIG", str(controller.layout.kerberos))
        monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/ticket")

    return know


def without_lab(environment: dict[str, str] | None = None) -> dict[str, str]:
    """Return the environment of this process without options of the collection, and with some variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SYNCREADY_")}
    return {**kept, **(environment or {})}
