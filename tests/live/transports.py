# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same tests over LDAP and through WinRM: a test that uses the fixture ``over`` runs once for each."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_options import LdapOptions
from ansible_collections.syncready.m365.plugins.module_utils._directory.winrm import WinrmDirectory
from ansible_collections.syncready.m365.tests.lab import accounts, image
from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD
from ansible_collections.syncready.m365.tests.support import applying
from ansible_collections.syncready.m365.tests.winrm_host import host
from ansible_collections.syncready.m365.tests.winrm_host.programs import Programs
from ansible_collections.syncready.m365.tests.winrm_host.security import Rules
from ansible_collections.syncready.m365.tests.winrm_host.server import Settings, WinrmServer


class ThroughWinrm(WinrmDirectory):
    """Takes the options of LDAP, and goes through the WinRM server of the tests."""

    server: t.ClassVar[WinrmServer]

    def __init__(self, options: LdapOptions, *, fast: bool = True) -> None:
        """Connect and sign in."""
        super().__init__(host.winrm_options(type(self).server, dataclasses.replace(options, ca_cert=None)))


@pytest.fixture(scope="module", params=["ldap", "winrm"])
def over(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[str]:
    """The transport that the tests of a module use: in this process, and in the playbooks that they run."""
    if request.param == "ldap":
        yield "ldap"
        return
    from . import conftest

    programs = Programs({"LDAPTLS_CACERT": str(image.authority() / "ca.pem")})
    with pytest.MonkeyPatch.context() as patch, WinrmServer(Settings(Rules(), programs)) as server:
        patch.setenv("NTLM_USER_FILE", str(host.write_users(tmp_path_factory.mktemp("winrm"))))
        patch.setattr(ThroughWinrm, "server", server, raising=False)
        for module in (request.module, conftest, applying):
            if hasattr(module, "LdapDirectory"):
                patch.setattr(module, "LdapDirectory", ThroughWinrm)
        for name, value in {
            "TRANSPORT": "winrm",
            "WINRM_HOST": "127.0.0.1",
            "WINRM_PORT": str(server.port),
            "WINRM_SCHEME": "http",
            "WINRM_USER": f"CONTOSO\\{accounts.AUDIT}",
            "WINRM_PASSWORD": PASSWORD,
            "AUTH_PROTOCOL": "simple",
            "TLS_MODE": "ldaps",
        }.items():
            patch.setenv(f"SYNCREADY_{name}", value)
        yield "winrm"
        assert server.seen.actions
