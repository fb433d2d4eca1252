# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signing in with name and password, inside TLS only."""

from __future__ import annotations

from .ldap_connection import LdapConnection
from .ldap_errors import SUCCESS, bind_error, ldap_error


def sign_in(connection: LdapConnection) -> None:
    """Bind with name and password.

    Raises:
        LdapError: the server refused, or the connection broke.
    """
    if not connection.inside_tls:
        raise ldap_error("A password is not sent in clear text: use tls_mode ldaps or start_tls.", "CLEAR_TEXT")
    options = connection.options
    answer = connection.simple_bind(options.username or "", options.password or "")
    if answer.code != SUCCESS:
        raise bind_error(connection.where, connection.user, answer.code, answer.text, tls=True)
