# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signing in with the client certificate that TLS has shown to the server."""

from __future__ import annotations

from .ldap_connection import LdapConnection
from .ldap_errors import SUCCESS, bind_error, ldap_error

_EXTERNAL = "EXTERNAL"


def sign_in(connection: LdapConnection) -> None:
    """Have the server take the client certificate.

    With LDAPS Active Directory signs in whom the certificate names without being asked; with StartTLS, and on other
    servers, it is asked to (SASL EXTERNAL).

    Raises:
        LdapError: the server refused, or the connection broke.
    """
    if connection.options.tls_mode == "ldaps" and connection.who_am_i():
        return
    answer = connection.sasl_bind(_EXTERNAL, b"")
    if answer.code != SUCCESS:
        raise bind_error(connection.where, "the certificate's owner", answer.code, answer.text, tls=True)
    # A server that does not say is believed: it has accepted the certificate.
    if connection.who_am_i() == "":
        message = (
            f"{connection.where} accepted the connection but signed nobody in by the certificate: map it to an account "
            "and have the server trust its authority, or use another auth_protocol."
        )
        raise ldap_error(message, "BAD_CREDENTIALS")
