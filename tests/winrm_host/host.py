# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""WinRM hosts in front of the lab's domain controllers, and the options that lead through them."""

from __future__ import annotations

import ssl
import typing as t
from pathlib import Path

from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_options import LdapOptions
from ansible_collections.syncready.m365.plugins.module_utils._directory.winrm_options import WinrmOptions
from ansible_collections.syncready.m365.tests.lab import accounts
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD

from .programs import Programs
from .security import Rules
from .server import Settings, WinrmServer

NAMES = (accounts.AUDIT, accounts.CHANGE, "Administrator")


def write_users(folder: Path, domain: str = "CONTOSO", realm: str = "contoso.local") -> Path:
    """Write the accounts for NTLM in both forms of their names; NTLM_USER_FILE must name the file."""
    path = folder / "ntlm-users"
    path.touch(mode=0o600)
    lines = [f"{domain}:{name}:{PASSWORD}\n:{name}@{realm}:{PASSWORD}\n" for name in NAMES]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def environment(controller: DomainController) -> dict[str, str]:
    """Return what a program on the host needs to reach a domain controller by its name and to trust it."""
    return {**controller.environment(), "LDAPTLS_CACERT": str(controller.layout.authority)}


def serve(
    controller: DomainController | None = None,
    context: ssl.SSLContext | None = None,
    rules: Rules | None = None,
    programs: Programs | None = None,
    **settings: t.Any,
) -> WinrmServer:
    """Start a WinRM server whose programs reach a domain controller."""
    known = environment(controller) if controller is not None else {}
    return WinrmServer(Settings(rules or Rules(), programs or Programs(known), **settings), context)


def ldap_options(controller: DomainController, account: str = accounts.AUDIT, **changes: t.Any) -> LdapOptions:
    """Return how the host reaches the domain controller.

    By name and password inside TLS: that is what .NET can do on every system.
    """
    values: dict[str, t.Any] = {
        "server": controller.forest.fqdn,
        "tls_mode": "ldaps",
        "auth_protocol": "simple",
        "username": f"{account}@{controller.forest.domain}",
        "password": PASSWORD,
        "read_timeout": 30,
        **changes,
    }
    return LdapOptions(**values)


def winrm_options(server: WinrmServer, ldap: LdapOptions, **changes: t.Any) -> WinrmOptions:
    """Return how the server is reached: sealed by NTLM over http, unless something else is said."""
    values: dict[str, t.Any] = {
        "host": "127.0.0.1",
        "port": server.port,
        "scheme": "http",
        "transport": "ntlm",
        "user": f"CONTOSO\\{accounts.AUDIT}",
        "password": PASSWORD,
        "operation_timeout_sec": 5,
        "read_timeout_sec": 10,
        **changes,
    }
    return WinrmOptions(ldap=ldap, **values)
