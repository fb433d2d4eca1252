# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""LDAP messages as a server sees them: requests read, answers written. It shares no code with the collection."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

PAGED = "1.2.840.113556.1.4.319"


def tlv(tag: int, *contents: bytes, wide: bool = False) -> bytes:
    """Return an element; wide writes its length in four bytes, as Windows does."""
    content = b"".join(contents)
    if wide:
        return bytes((tag, 0x84)) + len(content).to_bytes(4, "big") + content
    if len(content) < 128:
        return bytes((tag, len(content))) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 + len(size))) + size + content


def number(value: int, tag: int = 2) -> bytes:
    """Return an integer."""
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def text(value: str | bytes, tag: int = 4) -> bytes:
    """Return an octet string."""
    return tlv(tag, value.encode() if isinstance(value, str) else value)


def message(number_of: int, operation: bytes, controls: bytes = b"", wide: bool = False) -> bytes:
    """Return a message."""
    return tlv(0x30, number(number_of), operation, tlv(0xA0, controls) if controls else b"", wide=wide)


def result(
    number_of: int,
    tag: int,
    code: int = 0,
    diagnostic: str = "",
    *,
    cookie: bytes | None = None,
    referrals: t.Sequence[str] = (),
    tail: bytes = b"",
    wide: bool = False,
) -> bytes:
    """Return the end of an operation; a cookie makes it one page of a search."""
    referral = tlv(0xA3, *(text(url) for url in referrals)) if referrals else b""
    controls = b""
    if cookie is not None:
        value = tlv(0x30, number(0), text(cookie))
        controls = tlv(0x30, text(PAGED), text(value))
    body = tlv(tag, number(code, 10), text(""), text(diagnostic), referral, tail, wide=wide)
    return message(number_of, body, controls, wide)


def entry(number_of: int, dn: str, attributes: t.Mapping[str, t.Sequence[bytes]], wide: bool = False) -> bytes:
    """Return a search entry."""
    rows = [
        tlv(0x30, text(name), tlv(0x31, *(text(value) for value in values), wide=wide), wide=wide)
        for name, values in attributes.items()
    ]
    return message(number_of, tlv(0x64, text(dn), tlv(0x30, *rows, wide=wide), wide=wide), wide=wide)


def reference(number_of: int, url: str) -> bytes:
    """Return a reference to another server."""
    return message(number_of, tlv(0x73, text(url)))


def notice(diagnostic: str) -> bytes:
    """Return the notice by which a server ends a connection."""
    body = tlv(0x78, number(52, 10), text(""), text(diagnostic), text("1.3.6.1.4.1.1466.20036", 0x8A))
    return message(0, body)


@dataclass
class Bind:
    """A request to sign in."""

    number: int
    name: str
    mechanism: str | None
    secret: bytes


@dataclass
class Search:
    """A request to search; the filter is as it came."""

    number: int
    base: str
    scope: int
    filter: bytes
    attributes: list[str]
    controls: dict[str, bytes] = field(default_factory=dict)

    @property
    def page(self) -> tuple[int, bytes] | None:
        """Size of the page and cookie, None where no pages are wanted."""
        value = self.controls.get(PAGED)
        if value is None:
            return None
        _tag, content, _rest = split(value)
        _tag, size, rest = split(content)
        _tag, cookie, _rest = split(rest)
        return int.from_bytes(size, "big"), cookie


@dataclass
class Extended:
    """An extended request."""

    number: int
    name: str


@dataclass
class Other:
    """Any other request, by the tag of its operation."""

    number: int
    tag: int
    content: bytes


Request = t.Union[Bind, Search, Extended, Other]  # noqa: UP007  (pylint takes "|" for arithmetic here)


def split(data: bytes) -> tuple[int, bytes, bytes]:
    """Return tag and content of the first element, and what follows."""
    length, start = data[1], 2
    if length > 127:
        start = 2 + (length & 127)
        length = int.from_bytes(data[2:start], "big")
    return data[0], data[start : start + length], data[start + length :]


def parts(data: bytes) -> list[tuple[int, bytes]]:
    """Return tag and content of all elements in a row."""
    found = []
    while data:
        tag, content, data = split(data)
        found.append((tag, content))
    return found


def whole(data: bytes) -> int:
    """Return the length of the first message, 0 where it is not all there."""
    if len(data) < 2:
        return 0
    length, start = data[1], 2
    if length > 127:
        start = 2 + (length & 127)
        if len(data) < start:
            return 0
        length = int.from_bytes(data[2:start], "big")
    return start + length if len(data) >= start + length else 0


def read_request(data: bytes) -> Request:
    """Return the request in a message."""
    rows = parts(split(data)[1])
    number_of = int.from_bytes(rows[0][1], "big")
    tag, content = rows[1]
    controls = {}
    if len(rows) > 2:
        for _tag, control in parts(rows[2][1]):
            pieces = parts(control)
            controls[pieces[0][1].decode()] = pieces[-1][1] if pieces[-1][0] == 4 and len(pieces) > 1 else b""
    if tag == 0x60:
        _version, name, choice = parts(content)
        if choice[0] == 0x80:
            return Bind(number_of, name[1].decode(), None, choice[1])
        sasl = parts(choice[1])
        return Bind(number_of, name[1].decode(), sasl[0][1].decode(), sasl[1][1] if len(sasl) > 1 else b"")
    if tag == 0x63:
        rows = parts(content)
        names = [value.decode() for _tag, value in parts(rows[7][1])]
        return Search(number_of, rows[0][1].decode(), rows[1][1][0], tlv(*rows[6]), names, controls)
    if tag == 0x77:
        return Extended(number_of, parts(content)[0][1].decode())
    return Other(number_of, tag, content)
