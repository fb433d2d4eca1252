# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several changes on their way to a domain controller at once: the network's latency is paid once, not for each."""

from __future__ import annotations

import itertools
import typing as t

from .._model.errors import DirectoryError
from .interface import Modification
from .ldap_connection import LdapConnection
from .ldap_errors import SUCCESS, LdapError, ldap_error
from .ldap_modify import modify_error, modify_request

# Changes on their way at once: enough to hide the network, few enough for a domain controller that others use, too.
IN_FLIGHT = 8

Item = tuple[str, t.Sequence[Modification]]
# Is told what became of each item, by its place, as soon as that is known; says whether more may be sent.
Observer = t.Callable[[int, "DirectoryError | None"], bool]


def modify_each(
    connection: LdapConnection, items: t.Sequence[Item], observer: Observer | None = None
) -> list[DirectoryError | None]:
    """Send several modifies, each of another object, and return what became of each, in their order.

    Args:
        connection: signed in, to a server that takes changes.
        items: DN and changes of each object.
        observer: is told of each answer, and may end the sending.

    Returns:
        None for what was done, else why not. With code OUTCOME_UNKNOWN the connection broke: that one, like those
        after it, may have been done or not. Shorter than ``items`` where the observer ended it: the rest was not sent.
    """
    numbers: list[int] = []
    results: list[DirectoryError | None] = []
    going = True
    try:
        while len(results) < len(numbers) or (going and len(numbers) < len(items)):
            while going and len(numbers) < len(items) and len(numbers) - len(results) < IN_FLIGHT:
                number = connection.ldap3.server.next_message_id()
                connection.wire.expect(number)
                numbers.append(number)
                connection.send(modify_request(number, *items[len(numbers) - 1]))
            place = len(results)
            answer = connection.wire.wait(numbers[place]).answer
            if answer is None:
                raise AssertionError("wait() returns when the answer is there")
            dn = items[place][0]
            results.append(
                None if answer.code == SUCCESS else modify_error(connection.where, dn, answer.code, answer.text)
            )
            if observer is not None:
                going = observer(place, results[-1]) and going
    except LdapError:
        # Those that were never sent may be sent again by whoever looks first.
        unknown = items[len(results) :] if going else items[len(results) : len(numbers)]
        results += [_unknown(connection, dn) for dn, _changes in unknown]
    return results


def modify_all(
    connections: t.Sequence[LdapConnection], items: t.Sequence[Item], observer: Observer | None = None
) -> list[DirectoryError | None]:
    """Do as ``modify_each`` with a connection for each item; neighbours that have the same one go together."""
    results: list[DirectoryError | None] = []
    for connection, group in itertools.groupby(range(len(items)), lambda number: connections[number]):
        part = [items[number] for number in group]
        found = modify_each(connection, part, shifted(observer, len(results)))
        results += found
        if len(found) < len(part):
            break
    return results


def shifted(observer: Observer | None, start: int) -> Observer | None:
    """Return an observer that is told places from a start on."""
    return (lambda place, error: observer(start + place, error)) if observer is not None else None


def _unknown(connection: LdapConnection, dn: str) -> LdapError:
    message = (
        f"The connection to {connection.where} broke while {dn!r} was changed, so it is not known whether it was. "
        "Run it again: it looks first."
    )
    return ldap_error(message, "OUTCOME_UNKNOWN")
