# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the stand-in for PowerShell sends to the domain controller and reads from it."""

from __future__ import annotations

import base64
import binascii
import typing as t

from ansible_collections.syncready.m365.plugins.module_utils._directory import ldap_ber as ber

_SCOPES = {"Base": 0, "OneLevel": 1, "Subtree": 2}
_OPERATIONS = {"Add": 0, "Delete": 1, "Replace": 2}


class Refused(Exception):
    """An answer of kind ldap or client."""

    def __init__(self, kind: str, code: int, text: str = "", matched: str = "") -> None:
        super().__init__(text)
        self.kind, self.code, self.text, self.matched = kind, code, text, matched


def encoded(text: str) -> str:
    """Return a text as base64."""
    return base64.b64encode(text.encode()).decode()


def decoded(text: str) -> str:
    """Return what base64 holds, as text."""
    return base64.b64decode(text, validate=True).decode()


def control(text: str) -> tuple[str, bool, bytes]:
    """Return a control from its word."""
    oid, critical, value = text.split(":")
    return oid, critical == "1", base64.b64decode(value)


def search_operation(words: dict[str, t.Any]) -> bytes:
    """Return a search as it goes over the wire; ldap3 reads the filter."""
    from ldap3.operation import search
    from pyasn1.codec.ber import encoder

    ldap3_search: t.Any = search
    try:
        text = decoded(words.get("filter", "")) or "(objectClass=*)"
        tree = ldap3_search.parse_filter(text, None, True, False, None, False)
        condition = encoder.encode(ldap3_search.compile_filter(tree.elements[0]))
    except Exception:
        raise Refused("client", 87) from None
    attributes = [ber.element(0x04, base64.b64decode(name)) for name in words["attribute"]]
    return ber.element(
        0x63,
        ber.element(0x04, base64.b64decode(words.get("base", ""))),
        ber.integer(_SCOPES[words.get("scope", "Subtree")], 0x0A),
        ber.integer(0, 0x0A),
        ber.integer(int(words.get("size", 0))),
        ber.integer(0),
        ber.element(0x01, b"\x00"),
        condition,
        ber.element(ber.SEQUENCE, *attributes),
    )


def entry_lines(data: bytes, number: int) -> t.Iterator[bytes]:
    """Yield each entry of some messages as a line."""
    head = b'{"t":"e","i":%d,"d":"' % number
    encode = binascii.b2a_base64
    position, total = 0, len(data)

    def open_element(at: int) -> tuple[int, int]:
        length = data[at + 1]
        if length < 128:
            return at + 2, at + 2 + length
        start = at + 2 + (length & 127)
        return start, start + int.from_bytes(data[at + 2 : start], "big")

    while position < total:
        start, end = open_element(position)
        position = end
        operation = open_element(start)[1]
        if data[operation] != ber.SEARCH_ENTRY:
            continue
        start, stop = open_element(open_element(operation)[0])
        parts = [head, encode(data[start:stop], newline=False), b'","a":{']
        at, end = open_element(stop)
        comma = b'"'
        while at < end:
            inner, at = open_element(at)
            start, stop = open_element(inner)
            parts += (comma, data[start:stop], b'":[')
            comma = b',"'
            value, last = open_element(stop)
            values = []
            while value < last:
                start, value = open_element(value)
                values.append(encode(data[start:value], newline=False))
            if values:
                parts += (b'"', b'","'.join(values), b'"')
            parts.append(b"]")
        parts.append(b"}}")
        yield b"".join(parts)


def modify_operation(words: dict[str, t.Any]) -> bytes:
    """Return a change as it goes over the wire."""
    parts = []
    for text in words["change"]:
        name, operation, values = text.split(":")
        held = ber.element(
            0x31,
            *(ber.element(0x04, base64.b64decode(value, validate=True)) for value in values.split(",") if value),
        )
        attribute = ber.element(ber.SEQUENCE, ber.element(0x04, base64.b64decode(name)), held)
        parts.append(ber.element(ber.SEQUENCE, ber.integer(_OPERATIONS[operation], 0x0A), attribute))
    dn = base64.b64decode(words.get("dn", ""), validate=True)
    return ber.element(0x66, ber.element(0x04, dn), ber.element(ber.SEQUENCE, *parts))


def whole_message(number: int, operation: bytes, controls: t.Sequence[tuple[str, bool, bytes]]) -> bytes:
    """Return an operation with its controls as a whole message."""
    parts = [ber.integer(number), operation]
    if controls:
        elements = []
        for oid, critical, value in controls:
            inner = [ber.element(0x04, oid.encode()), ber.element(0x01, b"\xff" if critical else b"\x00")]
            if value:
                inner.append(ber.element(0x04, value))
            elements.append(ber.element(ber.SEQUENCE, *inner))
        parts.append(ber.element(0xA0, *elements))
    return ber.element(ber.SEQUENCE, *parts)
