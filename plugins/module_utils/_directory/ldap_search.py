# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Searching in pages: the next page is on its way while this one is taken apart, and every page's result is checked."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass

from .._model.entry import Entry
from .._model.errors import OptionError
from .interface import ReadStatistics, Scope
from .ldap_ber import Answer, BerError
from .ldap_connection import LdapConnection
from .ldap_entries import EntryParser
from .ldap_errors import SUCCESS, LdapError, ldap_error, search_error
from .ldap_wire import Page

PAGED_RESULTS = "1.2.840.113556.1.4.319"
_SCOPES = {"base": "BASE", "one_level": "LEVEL", "subtree": "SUBTREE"}
# A server may send pages without entries while it looks for some; not without end.
_MAX_EMPTY_PAGES = 1000

Control = tuple[str, bool, "bytes | None"]


@dataclass(frozen=True)
class Request:
    """A search.

    Attributes:
        base: DN of the object where it begins.
        scope: how far it goes.
        filter: LDAP filter.
        attributes: what to ask for.
        controls: what else to tell the server: OID, whether it must understand it, value.
        page_size: entries to ask for at once; None for what the options say.
        time_limit: seconds after which the server is to give up; 0 for its own limit.
        in_pages: whether to ask for pages; one object needs none.
    """

    base: str
    scope: Scope = "subtree"
    filter: str = "(objectClass=*)"
    attributes: tuple[str, ...] = ("*",)
    controls: tuple[Control, ...] = ()
    page_size: int | None = None
    time_limit: int = 0
    in_pages: bool = True

    @property
    def paged(self) -> bool:
        """Whether the answer comes in pages."""
        return self.in_pages and self.scope != "base"


class Pace:
    """Keeps reading below a number of entries a second.

    Attributes:
        limited: whether there is such a number.

    Args:
        max_rate: that number; None for no limit.
    """

    def __init__(self, max_rate: int | None) -> None:
        self._max_rate = max_rate
        self.limited = bool(max_rate)
        self._start = time.monotonic()
        self._entries = 0

    def size(self, page_size: int) -> int:
        """Return how many entries to ask for at once: never more than a second may have."""
        return min(page_size, self._max_rate) if self._max_rate else page_size

    def wait(self, entries: int) -> None:
        """Take note of entries that were read, and wait until more may be asked for."""
        if not self._max_rate:
            return
        self._entries += entries
        delay = self._start + self._entries / self._max_rate - time.monotonic()
        if delay > 0:
            time.sleep(delay)


class Searcher:
    """Searches on one connection.

    Several searches may be open at once; each yields from its own pages.

    Args:
        connection: signed in.
        statistics: what was read is added to it.
        pace: the speed limit.
        fast: read answers from the socket; False leaves it all to ldap3, which is many times slower.

    Attributes:
        fast: whether answers are read from the socket. It becomes false with a version of ldap3 that does not let
            a request be sent without waiting for the answer.
    """

    def __init__(
        self, connection: LdapConnection, statistics: ReadStatistics, pace: Pace, *, fast: bool = True
    ) -> None:
        self._connection = connection
        self._statistics = statistics
        self._pace = pace
        self.fast = fast and _allows_fast(connection.ldap3)

    def entries(self, request: Request, parser: EntryParser) -> t.Iterator[Entry]:
        """Yield the entries of a search.

        Raises:
            LdapError: not everything could be read.
            OptionError: the filter cannot be read.
        """
        reader = self._pages_fast if self.fast else self._pages_plain
        self._statistics.searches += 1
        read = 0
        empty = 0
        try:
            for page in reader(request, parser):
                before = read
                for entry in page:
                    read += 1
                    yield entry
                empty = empty + 1 if read == before else 0
                if empty > _MAX_EMPTY_PAGES:
                    raise self._endless()
        except BerError as error:
            raise self.damaged(error) from None

    def messages(self, request: Request) -> t.Iterator[tuple[int, list[bytes]]]:
        """Yield the pages of a search as they came: how many entries, and the messages that hold them.

        To be called only where ``fast`` is true and there is no speed limit.

        Raises:
            LdapError: not everything could be read.
        """
        self._statistics.searches += 1
        empty = 0
        for page in self._pages_whole(request):
            empty = 0 if page.entries else empty + 1
            if empty > _MAX_EMPTY_PAGES:
                raise self._endless()
            yield page.entries, page.parts

    def _endless(self) -> LdapError:
        return ldap_error(f"{self._connection.where} sends pages without entries without end.", "PROTOCOL_ERROR")

    def damaged(self, error: BerError) -> LdapError:
        """Return the error for an answer that cannot be taken apart."""
        message = f"What {self._connection.where} sent is damaged ({error}). Nothing of it is used; run it again."
        return ldap_error(message, "PROTOCOL_ERROR")

    def _pages_fast(self, request: Request, parser: EntryParser) -> t.Iterator[t.Iterator[Entry]]:
        for page in self._pages_whole(request):
            yield (entry for part in page.parts for entry in parser.entries(part))
            self._pace.wait(page.entries)
        if not self.fast:
            yield from self._pages_plain(request, parser, sent=True)

    def _pages_whole(self, request: Request) -> t.Iterator[Page]:
        """Yield the pages of a search, none where this ldap3 has waited for the first answer itself."""
        wire = self._connection.wire
        paged = request.paged
        statistics = self._statistics
        read = 0
        number: int | None = self._send(request, None, paged)
        if number is None:
            self.fast = False
            return
        try:
            while True:
                page = wire.wait(number)
                number = None
                statistics.pages += 1
                statistics.bytes += page.bytes
                statistics.seconds += page.answered - page.asked
                if page.references:
                    statistics.skipped["referral"] = statistics.skipped.get("referral", 0) + page.references
                cookie = self._check(request, page.answer, read, paged)
                if cookie:
                    number = self._send(request, cookie, paged)
                yield page
                read += page.entries
                if not cookie:
                    return
                if number is None:
                    raise AssertionError("the same ldap3 sent the page before")
        finally:
            if number is not None:
                wire.forget(number)

    def _check(self, request: Request, answer: Answer | None, read: int, paged: bool) -> bytes:
        """Return the place of the next page, empty at the end."""
        if answer is None:
            raise AssertionError("the page is complete")
        where = self._connection.where
        if answer.code != SUCCESS:
            raise search_error(where, request.base, answer.code, answer.text, read=read)
        if not paged:
            return b""
        if answer.cookie is None:
            message = f"{where} did not answer in pages though it was told to, so nobody can tell whether it was all."
            raise ldap_error(message, "NO_PAGING")
        return answer.cookie

    def _send(self, request: Request, cookie: bytes | None, paged: bool) -> int | None:
        """Send a request for a page; return its number, None where ldap3 has read the answer already."""
        connection = self._connection.ldap3
        wire = self._connection.wire
        numbers: list[int] = []

        def sent(message_id: int) -> int:
            wire.expect(message_id)
            numbers.append(message_id)
            return message_id

        original = connection.post_send_search
        connection.post_send_search = sent
        try:
            self._search(request, cookie, paged)
        finally:
            connection.post_send_search = original
        if not numbers:
            return None
        # ldap3 keeps each request until it has read the answer, which it will never do.
        outstanding = getattr(connection.strategy, "_outstanding", None)
        if isinstance(outstanding, dict):
            outstanding.pop(numbers[0], None)
        return numbers[0]

    def _search(self, request: Request, cookie: bytes | None, paged: bool) -> None:
        page_size = self._pace.size(request.page_size or self._connection.options.page_size)
        try:
            self._connection.ldap3.search(
                request.base,
                request.filter,
                _SCOPES[request.scope],
                dereference_aliases="NEVER",
                attributes=list(request.attributes),
                time_limit=request.time_limit,
                controls=list(request.controls) or None,
                paged_size=page_size if paged else None,
                paged_criticality=True,
                paged_cookie=cookie,
            )
        except Exception as error:
            raise self._failed(request, error) from None

    def _failed(self, request: Request, error: Exception) -> Exception:
        name = type(error).__name__
        if "Filter" in name:
            return OptionError(f"The filter {request.filter} cannot be read. Check its parentheses and escapes.")
        if "Socket" in name or "Session" in name or "Timeout" in name or isinstance(error, OSError):
            message = (
                f"The connection to {self._connection.where} broke in the middle of an answer. What was read is not "
                "complete and not used; run it again."
            )
            return ldap_error(message, "CONNECTION_LOST")
        return ldap_error(
            f"The search below {request.base!r} on {self._connection.where} could not be made ({name}).",
            "SEARCH_FAILED",
        )

    def _pages_plain(
        self, request: Request, parser: EntryParser, *, sent: bool = False
    ) -> t.Iterator[t.Iterator[Entry]]:
        """Do as _pages_fast with nothing but what ldap3 documents."""
        connection = self._connection.ldap3
        paged = request.paged
        statistics = self._statistics
        read = 0
        cookie: bytes | None = None
        while True:
            started = time.monotonic()
            if not sent:
                self._search(request, cookie, paged)
            sent = False
            result, responses = connection.result, connection.response or []
            statistics.pages += 1
            statistics.seconds += time.monotonic() - started
            references = sum(1 for response in responses if response["type"] == "searchResRef")
            if references:
                statistics.skipped["referral"] = statistics.skipped.get("referral", 0) + references
            cookie = self._check(request, self._answer(result), read, paged)
            entries = [response for response in responses if response["type"] == "searchResEntry"]
            yield (parser.entry(response["raw_dn"].decode(), response["raw_attributes"]) for response in entries)
            read += len(entries)
            self._pace.wait(len(entries))
            if not cookie:
                return

    def _answer(self, result: dict[str, t.Any]) -> Answer:
        control = result.get("controls", {}).get(PAGED_RESULTS)
        cookie = control["value"]["cookie"] if control else None
        text = self._connection.wire.clean(result.get("message") or "")
        return Answer(result["result"], result.get("dn") or "", text, cookie=cookie)


def _allows_fast(connection: t.Any) -> bool:
    """Return whether this ldap3 has the names that sending without waiting needs."""
    return (
        callable(getattr(connection, "post_send_search", None))
        and callable(getattr(getattr(connection, "server", None), "next_message_id", None))
        and callable(getattr(getattr(connection, "socket", None), "recv", None))
    )
