# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changing an object on a domain controller: one modify that does everything or nothing."""

from __future__ import annotations

import typing as t

from .._model.errors import ConflictError, DirectoryError
from . import ldap_ber as ber
from .interface import Modification
from .ldap_connection import LdapConnection
from .ldap_errors import (
    ADMIN_LIMIT,
    BUSY,
    CONSTRAINT,
    INVALID_DN,
    INVALID_SYNTAX,
    NO_RIGHTS,
    NO_SUCH_ATTRIBUTE,
    NO_SUCH_OBJECT,
    REFERRAL,
    SUCCESS,
    UNAVAILABLE,
    VALUE_EXISTS,
    LdapError,
    ldap_error,
    result_name,
    said,
)
from .ldap_root import RootDse

_MODIFY_REQUEST = 0x66
_ENUMERATED = 0x0A
_ADD, _DELETE = 0, 1
_ENTRY_EXISTS = 68


def modify(connection: LdapConnection, root: RootDse, dn: str, changes: t.Sequence[Modification]) -> None:
    """Send one modify: per attribute the values that go, then those that come.

    Args:
        connection: signed in.
        root: what the server says of itself.
        dn: the object.
        changes: at least one.

    Raises:
        ConflictError: a value to delete is not there, or a value to add is.
        LdapError: the server refused; nothing was changed. With code OUTCOME_UNKNOWN the connection broke, and it may
            have been.
    """
    require_writable(connection, root)
    number = connection.ldap3.server.next_message_id()
    connection.wire.expect(number)
    try:
        connection.send(modify_request(number, dn, changes))
        answer = connection.wire.wait(number).answer
    except LdapError as error:
        message = (
            f"The connection to {connection.where} broke while {dn!r} was changed, so it is not known whether it was. "
            "Run it again: it looks first."
        )
        raise ldap_error(message, "OUTCOME_UNKNOWN") from error
    if answer is None:
        raise AssertionError("wait() returns when it is there")
    if answer.code != SUCCESS:
        raise modify_error(connection.where, dn, answer.code, answer.text)


def require_writable(connection: LdapConnection, root: RootDse) -> None:
    """Make sure that a domain controller takes changes.

    Raises:
        LdapError: it is a read-only one.
    """
    if root.read_only:
        message = (
            f"{connection.where} is a read-only domain controller: name a writable one as server (or in "
            "domain_controllers for its domain)."
        )
        raise ldap_error(message, "READ_ONLY_DC")


def modify_request(message_id: int, dn: str, changes: t.Sequence[Modification]) -> bytes:
    """Return a modify as a message. Deletions stand before additions, so that a value can change its case."""
    parts = []
    for change in changes:
        for operation, values in ((_DELETE, change.delete), (_ADD, change.add)):
            if values:
                held = ber.element(0x31, *(ber.element(0x04, value) for value in values))
                attribute = ber.element(ber.SEQUENCE, ber.element(0x04, change.attribute.encode("ascii")), held)
                parts.append(ber.element(ber.SEQUENCE, ber.integer(operation, _ENUMERATED), attribute))
    operation_data = ber.element(
        _MODIFY_REQUEST, ber.element(0x04, dn.encode("utf-8")), ber.element(ber.SEQUENCE, *parts)
    )
    return ber.element(ber.SEQUENCE, ber.integer(message_id), operation_data)


def modify_error(server: str, dn: str, code: int, text: str) -> DirectoryError:
    """Return why an object was not changed, by the result code: the texts of servers differ."""
    if code in (NO_SUCH_ATTRIBUTE, VALUE_EXISTS):
        return ConflictError(
            f"{dn!r} is no longer as it was read: somebody else changed it in between. Nothing was written; run it again."
        )
    if code == NO_RIGHTS:
        message = f"The account may not change {dn!r} on {server}: give it the right to write, or use another account."
        return ldap_error(message, "NO_RIGHTS", code, text)
    if code == NO_SUCH_OBJECT:
        message = f"There is no object {dn!r} on {server}: it was moved or deleted, or the account may not see it."
        return ldap_error(message, "NO_SUCH_OBJECT", code, text)
    if code == REFERRAL:
        message = f"{server} does not take changes of {dn!r} and refers to another server: name one that does."
        return ldap_error(message, "REFERRAL", code, text)
    if code in (CONSTRAINT, INVALID_SYNTAX, INVALID_DN, _ENTRY_EXISTS):
        message = f"{server} refused a value for {dn!r} (result {result_name(code)}).{said(text)}"
        return ldap_error(message, "VALUE_REFUSED", code, text)
    if code == ADMIN_LIMIT:
        message = f"{dn!r} would hold more values than {server} keeps in one object. Remove some first."
        return ldap_error(message, "LIMIT_EXCEEDED", code, text)
    if code in (BUSY, UNAVAILABLE):
        message = f"{server} was busy or not available when {dn!r} was to be changed. Try again later."
        return ldap_error(message, "SERVER_BUSY", code, text)
    message = f"{server} did not change {dn!r} (result {result_name(code)}).{said(text)}"
    return ldap_error(message, "MODIFY_FAILED", code, text)
