# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way to sign in that the options name."""

from __future__ import annotations

import typing as t

from . import ldap_auth_certificate, ldap_auth_simple, ldap_auth_spnego
from .ldap_connection import LdapConnection
from .ldap_options import AuthProtocol

_WAYS: dict[AuthProtocol, t.Callable[[LdapConnection], None]] = {
    "simple": ldap_auth_simple.sign_in,
    "certificate": ldap_auth_certificate.sign_in,
    "negotiate": ldap_auth_spnego.sign_in,
    "kerberos": ldap_auth_spnego.sign_in,
    "ntlm": ldap_auth_spnego.sign_in,
}


def sign_in(connection: LdapConnection) -> None:
    """Sign in on an open connection.

    Raises:
        LdapError: the server refused, or the connection broke.
        MissingLibraryError: a library is missing that this way needs.
    """
    _WAYS[connection.options.protocol](connection)
