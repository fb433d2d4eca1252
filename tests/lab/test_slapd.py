# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenLDAP dressed as Active Directory."""

from __future__ import annotations

import os
import subprocess

import pytest

from . import people
from .factory import Lab
from .forest import CONTOSO, PASSWORD
from .slapd import DirectoryServer


@pytest.fixture(scope="module")
def server(module_lab: Lab) -> DirectoryServer:
    """A server with 2,000 users."""
    return module_lab.openldap(2000)


def _search(server: DirectoryServer, *arguments: str, who: str = "") -> subprocess.CompletedProcess[str]:
    bind = ["-x", "-H", server.url, "-D", who or server.administrator, "-w", PASSWORD]
    environment = {**os.environ, "LDAPTLS_CACERT": str(server.authority), "LDAPTLS_REQCERT": "demand"}
    command = ["ldapsearch", *bind, "-LLL", "-o", "ldif-wrap=no", "-b", server.forest.dn, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_it_holds_the_users_and_says_what_a_client_asks_a_domain_controller(server: DirectoryServer) -> None:
    found = _search(server, "-E", "pr=1000/noprompt", "(objectClass=user)", "objectGUID")
    assert found.returncode == 0, found.stderr
    assert found.stdout.count("objectGUID:: ") == 2000
    root = _search(server, "-b", "", "-s", "base", "defaultNamingContext", "configurationNamingContext", "dnsHostName")
    assert f"defaultNamingContext: {CONTOSO.dn}" in root.stdout
    assert f"configurationNamingContext: {CONTOSO.configuration_dn}" in root.stdout


def test_values_are_those_that_were_given(server: DirectoryServer) -> None:
    entries = list(people.users(CONTOSO, 2000))
    expected = next(a for _dn, a in entries if a.get("sAMAccountName") == [b"u001234"])
    found = _search(server, "(sAMAccountName=u001234)", "mail", "proxyAddresses")
    lines = [f"mail: {expected['mail'][0].decode()}"]
    lines += [f"proxyAddresses: {value.decode()}" for value in expected["proxyAddresses"]]
    assert sorted(found.stdout.strip().splitlines()[1:]) == sorted(lines)


def test_limits_are_enforced_for_one_account(server: DirectoryServer) -> None:
    assert _search(server, "(objectClass=user)", "cn", who=server.limited).returncode == 4
    paged = _search(server, "-E", "pr=1000/noprompt", "(objectClass=user)", "cn", who=server.limited)
    assert paged.returncode == 0
    assert paged.stdout.count("\ndn:") + paged.stdout.startswith("dn:") == 2000
