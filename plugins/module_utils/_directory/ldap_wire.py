# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answers of a domain controller, read from the socket and sorted by the request they belong to."""

from __future__ import annotations

import dataclasses
import ssl
import time
import typing as t

from .ldap_ber import (
    INTERMEDIATE,
    SEARCH_ENTRY,
    SEARCH_REFERENCE,
    Answer,
    BerError,
    message_end,
    message_parts,
    parse_answer,
)
from .ldap_errors import LdapError, ldap_error, said

_PIECE = 256 * 1024
# An entry of Active Directory has at most some megabytes, a page a thousand entries of that kind at the very worst.
MAX_MESSAGE = 64 * 1024 * 1024
MAX_PAGE = 256 * 1024 * 1024
_TIMEOUTS = (TimeoutError, BlockingIOError, ssl.SSLWantReadError)


class Socket(t.Protocol):
    """What is read from: a socket, one inside TLS, or one with sealed content."""

    def recv(self, size: int) -> bytes:
        """Return some bytes, none at the end."""

    def sendall(self, data: bytes) -> None:
        """Send all bytes."""


class Page:
    """What came for one request.

    Attributes:
        parts: whole messages with search entries, references and intermediate answers.
        references: how many references to other servers are among them.
        entries: how many search entries are among them.
        answer: the end of the operation, None before it came.
        bytes: how much came.
        asked: when the request went out (monotonic seconds).
        answered: when the end came.
    """

    __slots__ = ("answer", "answered", "asked", "bytes", "entries", "parts", "references", "unwanted")

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.references = 0
        self.entries = 0
        self.answer: Answer | None = None
        self.bytes = 0
        self.asked = time.monotonic()
        self.answered = 0.0
        self.unwanted = False


class Wire:
    """Reads one connection. Several requests may be open at once.

    Args:
        get_socket: returns the socket; it changes when protection begins.
        server: the server's name, for errors.
        read_timeout: seconds that the socket waits, for errors.
        secrets: what must not come back in a text: a server may repeat anything that it was sent.
    """

    def __init__(
        self,
        get_socket: t.Callable[[], Socket | None],
        server: str,
        read_timeout: int,
        secrets: t.Sequence[str] = (),
    ) -> None:
        self._get_socket = get_socket
        self._server = server
        self._read_timeout = read_timeout
        self._buffer = bytearray()
        self._open: dict[int, Page] = {}
        self._broken: LdapError | None = None
        self._secrets = tuple(secret for secret in secrets if secret)

    def clean(self, text: str) -> str:
        """Return a text of the server without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def expect(self, message_id: int) -> None:
        """Say that a request with this number is on its way or will be."""
        self._open[message_id] = Page()

    def forget(self, message_id: int) -> None:
        """Let the answers to a request pass unseen: nobody waits for them any more."""
        page = self._open.get(message_id)
        if page is not None:
            if page.answer is not None:
                del self._open[message_id]
            else:
                page.unwanted = True
                page.parts.clear()

    def wait(self, message_id: int) -> Page:
        """Return everything that comes for a request, when its end is there.

        Raises:
            LdapError: the connection broke before, or what came is no LDAP.
        """
        page = self._open[message_id]
        while page.answer is None:
            if self._broken is not None:
                raise self._broken
            try:
                self._receive()
            except LdapError as error:
                self._broken = error
                raise
        del self._open[message_id]
        return page

    def _receive(self) -> None:
        source = self._get_socket()
        try:
            if source is None:
                raise ConnectionError
            data = source.recv(_PIECE)
        except _TIMEOUTS:
            message = f"{self._server} sent nothing for {self._read_timeout} seconds in the middle of an answer."
            raise self._lost(message, "TIMEOUT") from None
        except OSError:
            raise self._lost(f"The connection to {self._server} broke in the middle of an answer.") from None
        if not data:
            raise self._lost(f"{self._server} closed the connection in the middle of an answer.")
        self._buffer += data
        try:
            self._sort()
        except BerError as error:
            message = f"What {self._server} sent is no LDAP ({error}). Check server, port and tls_mode."
            raise ldap_error(message, "PROTOCOL_ERROR") from None

    @staticmethod
    def _lost(what: str, code: str = "CONNECTION_LOST") -> LdapError:
        return ldap_error(f"{what} What was read is not complete and not used; run it again.", code)

    def _sort(self) -> None:
        """Hand the whole messages in the buffer to their pages; neighbours of one page stay one piece."""
        buffer = self._buffer
        have = len(buffer)
        position = 0
        run_start = 0
        run: Page | None = None
        while end := message_end(buffer, position, have, MAX_MESSAGE):
            if end > have:
                break
            message_id, tag, _operation = message_parts(buffer, position, end)
            page = self._open.get(message_id)
            if page is None or page.answer is not None:
                raise self._stray(message_id, buffer, position, end)
            if page is not run:
                self._keep(run, buffer, run_start, position)
                run, run_start = page, position
            if tag == SEARCH_ENTRY:
                page.entries += 1
            elif tag == SEARCH_REFERENCE:
                page.references += 1
            elif tag != INTERMEDIATE:
                self._keep(page, buffer, run_start, position)
                run = None
                answer = parse_answer(buffer, position, end)
                page.answer = dataclasses.replace(answer, text=self.clean(answer.text)) if answer.text else answer
                page.answered = time.monotonic()
                page.bytes += end - position
                if page.unwanted:
                    del self._open[message_id]
            position = end
        self._keep(run, buffer, run_start, position)
        del buffer[:position]

    def _keep(self, page: Page | None, buffer: bytearray, start: int, end: int) -> None:
        if page is None or end == start:
            return
        page.bytes += end - start
        if page.bytes > MAX_PAGE:
            message = f"One page of {self._server} is larger than {MAX_PAGE >> 20} MB: lower page_size."
            raise ldap_error(message, "PAGE_TOO_LARGE")
        if not page.unwanted:
            page.parts.append(bytes(buffer[start:end]))

    def _stray(self, message_id: int, buffer: bytearray, position: int, end: int) -> LdapError:
        if message_id == 0:
            text = self.clean(parse_answer(buffer, position, end).text)
            return self._lost(f"{self._server} ended the connection.{said(text)}")
        message = f"{self._server} answered a request that was not made (number {message_id})."
        return ldap_error(message, "PROTOCOL_ERROR")
