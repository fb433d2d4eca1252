# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several changes on their way to a domain controller at once: the network's latency is paid once, not for each."""

from __future__ import annotations

import typing as t

from .._model.errors import DirectoryError
from .interface import Modification
from .ldap_connection import LdapConnection
from .ldap_errors import SUCCESS, LdapError, ldap_error
from .ldap_modify import modify_error, modify_request


def modify_each(
    connection: LdapConnection, items: t.Sequence[tuple[str, t.Sequence[Modification]]]
) -> list[DirectoryError | None]:
    """Send several modifies, each of another object, and return what became of each, in their order.

    Args:
        connection: signed in, to a server that takes changes.
        items: DN and changes of each object.

    Returns:
        None for what was done, else why not. With code OUTCOME_UNKNOWN the connection broke: that one, like those
        after it, may have been done or not.
    """
    numbers: list[int] = []
    broken = False
    for dn, changes in items:
        number = connection.ldap3.server.next_message_id()
        connection.wire.expect(number)
        numbers.append(number)
        try:
            connection.send(modify_request(number, dn, changes))
        except LdapError:
            broken = True
            break
    results: list[DirectoryError | None] = []
    for (dn, _changes), number in zip(items, numbers, strict=False):
        try:
            answer = connection.wire.wait(number).answer
        except LdapError:
            results.append(_unknown(connection, dn))
            continue
        assert answer is not None  # wait() returns when it is there
        results.append(None if answer.code == SUCCESS else modify_error(connection.where, dn, answer.code, answer.text))
    # Those that were never sent may be sent again by whoever looks first.
    results += [_unknown(connection, dn) for dn, _changes in items[len(results) :]]
    assert not broken or results[-1] is not None
    return results


def _unknown(connection: LdapConnection, dn: str) -> LdapError:
    message = (
        f"The connection to {connection.where} broke while {dn!r} was changed, so it is not known whether it was. "
        "Run it again: it looks first."
    )
    return ldap_error(message, "OUTCOME_UNKNOWN")
