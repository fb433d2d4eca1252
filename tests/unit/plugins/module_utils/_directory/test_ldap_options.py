# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of a connection: what cannot work is refused before anything is sent, and the message names it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_options import LdapOptions
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import OptionError

GOOD: dict[str, t.Any] = {"server": "dc1.contoso.local", "username": "audit@contoso.local", "password": "Example-1"}
PEM = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n"

BAD: dict[str, tuple[dict[str, t.Any], str]] = {
    "no server": ({"server": ""}, "server is missing"),
    "a URL": ({"server": "ldaps://dc1.contoso.local"}, "server: 'ldaps://dc1.contoso.local' is a URL"),
    "server and port in one": ({"server": "dc1.contoso.local:636"}, "server: 'dc1.contoso.local:636'"),
    "spaces in the server": ({"server": "dc1 contoso"}, "server: 'dc1 contoso'"),
    "no password": ({"password": None}, "password is missing"),
    "empty password": ({"password": ""}, "password is missing"),
    "no username": ({"username": None}, "username is missing"),
    "neither": ({"username": None, "password": None}, "username and password are missing"),
    "half of ntlm": ({"auth_protocol": "ntlm", "password": None}, "password is missing"),
    "password alone for kerberos": ({"auth_protocol": "kerberos", "username": None}, "username is missing"),
    "clear text": ({"tls_mode": "none"}, "clear text"),
    "clear text, said twice": ({"tls_mode": "none", "auth_protocol": "simple"}, "clear text"),
    "certificate in clear text": (
        {"tls_mode": "none", "auth_protocol": "certificate", "certificate": PEM},
        "clear text",
    ),
    "certificate without one": ({"auth_protocol": "certificate"}, "certificate is missing"),
    "key without certificate": ({"certificate_key": PEM}, "certificate is missing"),
    "key's password without certificate": ({"certificate_password": "x"}, "certificate is missing"),
    "certificate that is no file": ({"certificate": "/nowhere/c.pem"}, "certificate: /nowhere/c.pem"),
    "authority that is no file": ({"ca_cert": "/nowhere/ca.pem"}, "ca_cert: /nowhere/ca.pem"),
    "global catalog": ({"port": 3269}, "global catalog"),
    "port": ({"port": 70000}, "port is 70000"),
    "page size": ({"page_size": 0}, "page_size is 0"),
    "rate": ({"max_rate": 0}, "max_rate is 0"),
    "timeout": ({"connection_timeout": 0}, "connection_timeout is 0"),
    "read timeout": ({"read_timeout": -1}, "read_timeout is -1"),
    "no domains": ({"domains": ()}, "domains is empty"),
    "domain controllers": ({"domain_controllers": {"child.contoso.local": "ldap://x"}}, "domain_controllers"),
    "null in the password": ({"password": "a\0b"}, "null character"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_options(case: str) -> None:
    changes, words = BAD[case]
    with pytest.raises(OptionError) as raised:
        LdapOptions(**{**GOOD, **changes})
    assert words in str(raised.value)
    assert "Example-1" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_decisions() -> None:
    assert LdapOptions(**GOOD).protocol == "simple"
    assert LdapOptions(**GOOD).effective_port == 636
    assert LdapOptions(**GOOD, tls_mode="start_tls").effective_port == 389
    assert LdapOptions(server="dc1", certificate=PEM).protocol == "certificate"
    assert LdapOptions(server="dc1", auth_protocol="kerberos", tls_mode="none").effective_port == 389
    assert LdapOptions(domain_realm="contoso.local", auth_protocol="kerberos").server == ""
    assert LdapOptions(**{**GOOD, "server": "2001:db8::1"}).has_address


def test_secrets_are_not_shown() -> None:
    shown = repr(LdapOptions(**GOOD, certificate=PEM, certificate_key=PEM, certificate_password="Example-2"))
    assert "Example" not in shown
    assert "BEGIN" not in shown
