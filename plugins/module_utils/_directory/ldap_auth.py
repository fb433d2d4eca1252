# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way to sign in that the options name."""

from __future__ import annotations

from . import ldap_auth_certificate, ldap_auth_simple
from .ldap_connection import LdapConnection


def sign_in(connection: LdapConnection) -> None:
    """Sign in on an open connection.

    Raises:
        LdapError: the server refused, or the connection broke.
        MissingLibraryError: a library is missing that this way needs.
    """
    protocol = connection.options.protocol
    if protocol == "simple":
        ldap_auth_simple.sign_in(connection)
    elif protocol == "certificate":
        ldap_auth_certificate.sign_in(connection)
    else:
        # What it brings along takes longer to load than all the rest, so only those who need it wait for it.
        from . import ldap_auth_spnego

        ldap_auth_spnego.sign_in(connection)
