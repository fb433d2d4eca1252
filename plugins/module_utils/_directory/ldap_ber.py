# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of BER that LDAP messages are made of: walked and written without a library.

Libraries decode some thousand entries a second; this walk does ten times that. Whatever the bytes are, it ends with
an entry or with a BerError: no length reaches past its surroundings, and nothing is recursive.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

SEQUENCE = 0x30
BIND_REQUEST = 0x60
BIND_RESPONSE = 0x61
SEARCH_ENTRY = 0x64
SEARCH_DONE = 0x65
MODIFY_RESPONSE = 0x67
SEARCH_REFERENCE = 0x73
EXTENDED_REQUEST = 0x77
EXTENDED_RESPONSE = 0x78
INTERMEDIATE = 0x79

PAGED_RESULTS = b"1.2.840.113556.1.4.319"
_CONTROLS = 0xA0
_REFERRAL = 0xA3
_SASL_CREDENTIALS = 0x87
_EXTENDED_NAME = 0x8A
_EXTENDED_VALUE = 0x8B
# More than four bytes of length would be a message of gigabytes.
_MAX_LENGTH_BYTES = 4

Buffer: t.TypeAlias = "bytes | bytearray"


class BerError(Exception):
    """The bytes are no LDAP message."""


@dataclass(frozen=True)
class Answer:
    """What a server says at the end of an operation.

    Attributes:
        code: result code.
        matched: the DN up to which the name that was asked for exists.
        text: diagnostic message.
        referrals: where the server sends the client.
        cookie: the place of the next page; None where the answer says nothing about pages.
        credentials: the server's part of a SASL exchange.
        name: what an extended answer is about (an OID).
        value: what an extended answer holds.
    """

    code: int
    matched: str = ""
    text: str = ""
    referrals: tuple[str, ...] = ()
    cookie: bytes | None = None
    credentials: bytes | None = None
    name: str = ""
    value: bytes | None = None


def head(buffer: Buffer, position: int, end: int) -> tuple[int, int, int]:
    """Return tag, start and end of the content of the element at a position.

    Raises:
        BerError: the element is malformed or reaches past the end.
    """
    if position + 2 > end:
        raise BerError("an element is cut off")
    tag = buffer[position]
    length = buffer[position + 1]
    start = position + 2
    if length > 127:
        number = length & 127
        if not 0 < number <= _MAX_LENGTH_BYTES or start + number > end:
            raise BerError("a length is malformed")
        length = int.from_bytes(buffer[start : start + number], "big")
        start += number
    if start + length > end:
        raise BerError("an element is longer than what it is part of")
    return tag, start, start + length


def message_end(buffer: Buffer, position: int, have: int, limit: int) -> int:
    """Return where the message at a position ends, which may be beyond what is there; 0 where too little is there.

    Raises:
        BerError: this is no LDAP message, or it is longer than the limit.
    """
    if have - position < 2:
        return 0
    if buffer[position] != SEQUENCE:
        raise BerError("a message does not begin with a sequence")
    length = buffer[position + 1]
    start = position + 2
    if length > 127:
        number = length & 127
        if not 0 < number <= _MAX_LENGTH_BYTES:
            raise BerError("the length of a message is malformed")
        if have - start < number:
            return 0
        length = int.from_bytes(buffer[start : start + number], "big")
        start += number
    if length > limit:
        raise BerError(f"a message of {length} bytes is larger than anything a directory sends")
    return start + length


def message_parts(buffer: Buffer, position: int, end: int) -> tuple[int, int, int]:
    """Return message id, tag of the operation and position of the operation of a whole message.

    Raises:
        BerError: the message is malformed.
    """
    _tag, start, stop = head(buffer, position, end)
    tag, first, last = head(buffer, start, stop)
    if tag != 0x02 or not 0 < last - first <= 4:
        raise BerError("a message has no number")
    if last >= stop:
        raise BerError("a message holds nothing")
    return int.from_bytes(buffer[first:last], "big", signed=True), buffer[last], last


def parse_answer(buffer: Buffer, position: int, end: int) -> Answer:
    """Return the result of an operation from the whole message that closes it.

    Raises:
        BerError: the message is malformed.
    """
    _id, _tag, operation = message_parts(buffer, position, end)
    _tag, _start, stop = head(buffer, position, end)
    _tag, inner, inner_end = head(buffer, operation, stop)
    values: dict[str, t.Any] = {}
    tag, first, last = head(buffer, inner, inner_end)
    if tag != 0x0A or not 0 < last - first <= 4:
        raise BerError("an answer has no result code")
    code = int.from_bytes(buffer[first:last], "big")
    tag, first, matched_end = head(buffer, last, inner_end)
    matched = _text(buffer, first, matched_end)
    tag, first, next_part = head(buffer, matched_end, inner_end)
    text = _text(buffer, first, next_part)
    while next_part < inner_end:
        tag, first, last = head(buffer, next_part, inner_end)
        if tag == _REFERRAL:
            values["referrals"] = tuple(_strings(buffer, first, last))
        elif tag == _SASL_CREDENTIALS:
            values["credentials"] = bytes(buffer[first:last])
        elif tag == _EXTENDED_NAME:
            values["name"] = _text(buffer, first, last)
        elif tag == _EXTENDED_VALUE:
            values["value"] = bytes(buffer[first:last])
        next_part = last
    if inner_end < stop:
        values["cookie"] = _paging_cookie(buffer, inner_end, stop)
    return Answer(code, matched, text, **values)


def _text(buffer: Buffer, start: int, end: int) -> str:
    return bytes(buffer[start:end]).decode("utf-8", "replace")


def _strings(buffer: Buffer, position: int, end: int) -> t.Iterator[str]:
    while position < end:
        _tag, start, position = head(buffer, position, end)
        yield _text(buffer, start, position)


def _paging_cookie(buffer: Buffer, position: int, end: int) -> bytes | None:
    """Return the cookie of the paged results control, None where there is no such control."""
    tag, position, end = head(buffer, position, end)
    if tag != _CONTROLS:
        return None
    while position < end:
        tag, start, stop = head(buffer, position, end)
        position = stop
        _tag, first, last = head(buffer, start, stop)
        if bytes(buffer[first:last]) != PAGED_RESULTS:
            continue
        while last < stop:
            tag, first, last = head(buffer, last, stop)
            if tag == 0x04:
                _tag, start, stop = head(buffer, first, last)
                _tag, _size, size_end = head(buffer, start, stop)
                _tag, first, last = head(buffer, size_end, stop)
                return bytes(buffer[first:last])
    return None


def element(tag: int, *contents: bytes) -> bytes:
    """Return an element with the given contents one after another."""
    content = b"".join(contents)
    length = len(content)
    if length < 128:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + content


def integer(number: int, tag: int = 0x02) -> bytes:
    """Return an integer that is not negative."""
    return element(tag, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def simple_bind(message_id: int, name: str, password: str) -> bytes:
    """Return a simple bind as a message."""
    operation = element(BIND_REQUEST, integer(3), element(0x04, name.encode()), element(0x80, password.encode()))
    return element(SEQUENCE, integer(message_id), operation)


def sasl_bind(message_id: int, mechanism: str, credentials: bytes | None) -> bytes:
    """Return one step of a SASL bind as a message."""
    parts = [element(0x04, mechanism.encode())]
    if credentials is not None:
        parts.append(element(0x04, credentials))
    operation = element(BIND_REQUEST, integer(3), element(0x04), element(0xA3, *parts))
    return element(SEQUENCE, integer(message_id), operation)


def extended_request(message_id: int, name: str) -> bytes:
    """Return an extended request without a value as a message."""
    return element(SEQUENCE, integer(message_id), element(EXTENDED_REQUEST, element(0x80, name.encode())))
