# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading known objects again by their GUIDs, many in one search.

The search is written here and not by ldap3, whose way with a long filter takes longer than the server's answer.
"""

from __future__ import annotations

import typing as t
import uuid

from .._model.entry import Entry
from . import ldap_ber as ber
from .interface import ReadStatistics
from .ldap_connection import LdapConnection
from .ldap_entries import EntryParser
from .ldap_errors import SUCCESS, LdapError, ldap_error, search_error
from .ldap_ranges import complete
from .ldap_search import Searcher

_SEARCH_REQUEST = 0x63
_ENUMERATED, _BOOLEAN, _TEXT = 0x0A, 0x01, 0x04
_OR, _EQUAL = 0xA1, 0xA3
_SUBTREE = 2
# Of one search; far below what any server gives without pages.
_MOST = 100


def search_request(message_id: int, base: str, guids: t.Iterable[str], attributes: t.Iterable[str]) -> bytes:
    """Return a search for objects with given GUIDs below a base, as a message."""
    name = ber.element(_TEXT, b"objectGUID")
    terms = [ber.element(_EQUAL, name, ber.element(_TEXT, uuid.UUID(guid).bytes_le)) for guid in guids]
    operation = ber.element(
        _SEARCH_REQUEST,
        ber.element(_TEXT, base.encode("utf-8")),
        ber.integer(_SUBTREE, _ENUMERATED),
        ber.integer(0, _ENUMERATED),
        ber.integer(0),
        ber.integer(0),
        ber.element(_BOOLEAN, b"\x00"),
        ber.element(_OR, *terms),
        ber.element(ber.SEQUENCE, *(ber.element(_TEXT, attribute.encode("ascii")) for attribute in attributes)),
    )
    return ber.element(ber.SEQUENCE, ber.integer(message_id), operation)


def entries_of(
    connection: LdapConnection,
    searcher: Searcher,
    statistics: ReadStatistics,
    base: str,
    guids: t.Sequence[str],
    attributes: t.Sequence[str],
    counted: frozenset[str],
) -> t.Iterator[Entry]:
    """Yield the objects below a base that have one of some GUIDs.

    Raises:
        LdapError: not everything could be read.
    """
    for start in range(0, len(guids), _MOST):
        parser = EntryParser(counted)
        try:
            for part in _parts_of(connection, statistics, base, guids[start : start + _MOST], attributes):
                for entry in parser.entries(part):
                    if parser.ranges:
                        complete(searcher, entry, parser.ranges, counted)
                    statistics.entries += 1
                    yield entry
        except ber.BerError as error:
            message = f"What {connection.where} sent is damaged ({error}). Nothing of it is used; run it again."
            raise ldap_error(message, "PROTOCOL_ERROR") from None


def _parts_of(
    connection: LdapConnection,
    statistics: ReadStatistics,
    base: str,
    guids: t.Sequence[str],
    attributes: t.Sequence[str],
) -> list[bytes]:
    """Return the entries of one search as they came."""
    number = connection.ldap3.server.next_message_id()
    connection.wire.expect(number)
    try:
        connection.send(search_request(number, base, guids, attributes))
    except LdapError:
        connection.wire.forget(number)
        raise ldap_error(f"The connection to {connection.where} broke. Run it again.", "CONNECTION_LOST") from None
    page = connection.wire.wait(number)
    statistics.searches += 1
    statistics.pages += 1
    statistics.bytes += page.bytes
    statistics.seconds += page.answered - page.asked
    answer = page.answer
    if answer is None:
        raise AssertionError("wait() returns when the answer is there")
    if answer.code != SUCCESS:
        raise search_error(connection.where, base, answer.code, answer.text, read=0)
    return page.parts
