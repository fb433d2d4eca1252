# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said on the way between the WinRM host's bridge and here: requests as lines, answers as JSON lines.

A request is one line of ASCII, ``NUMBER OPERATION NAME=VALUE ... end=1``. Texts and values are base64, which needs no
quoting. Numbers rise, so that a request which was sent twice is done once; ``end=1`` makes half a line no request.
"""

from __future__ import annotations

import binascii
import json
import typing as t
import zlib

from .interface import Modification
from .ldap_errors import LdapError, ldap_error
from .ldap_search import Control, Request

SCOPES = {"base": "Base", "one_level": "OneLevel", "subtree": "Subtree"}
# An entry has at most some megabytes.
MAX_LINE = 64 * 1024 * 1024
MAX_PAGE = 256 * 1024 * 1024
# What may be under way at once: more would fill the pipes of both directions, and each side would wait for the other.
MAX_BATCH = 32 * 1024

Reply = dict[str, t.Any]


def encode(value: str | bytes) -> str:
    """Return a text or bytes as base64."""
    data = value.encode("utf-8") if isinstance(value, str) else value
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def line(number: int, operation: str, *words: str) -> bytes:
    """Return a request."""
    return " ".join((str(number), operation, *words, "end=1\n")).encode("ascii")


def search_words(request: Request, page_size: int) -> list[str]:
    """Return what a search says."""
    words = [f"base={encode(request.base)}", f"filter={encode(request.filter)}", f"scope={SCOPES[request.scope]}"]
    words += [f"attribute={encode(name)}" for name in request.attributes]
    words += _controls(request.controls)
    if request.paged:
        words.append(f"page={page_size}")
    return words


def modify_words(dn: str, changes: t.Sequence[Modification]) -> list[str]:
    """Return what a modify says: deletions before additions, the object last.

    Raises:
        LdapError: a value is empty, which no directory holds and the bridge would take for all values.
    """
    words = []
    for change in changes:
        name = encode(change.attribute)
        for operation, values in (("Delete", change.delete), ("Add", change.add)):
            if not all(values):
                message = f"An empty value was to be written to {change.attribute} of {dn!r}, which no directory holds."
                raise ldap_error(message, "VALUE_REFUSED")
            if values:
                words.append(f"change={name}:{operation}:{','.join(encode(value) for value in values)}")
    words.append(f"dn={encode(dn)}")
    return words


def _controls(controls: t.Sequence[Control]) -> list[str]:
    return [f"control={oid}:{int(critical)}:{encode(value or b'')}" for oid, critical, value in controls]


class Splitter:
    """Cuts a stream of bytes into lines; a chunk may end anywhere."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes and return the lines that are complete now.

        Raises:
            LdapError: a line has no end.
        """
        lines = data.split(b"\n")
        if len(lines) > 1:
            lines[0] = b"".join((*self._parts, lines[0]))
            self._parts, self._size = [], 0
        rest = lines.pop()
        if rest:
            self._parts.append(rest)
            self._size += len(rest)
            if self._size > MAX_LINE:
                raise ldap_error("The WinRM host sends a line without an end, which is no answer.", "PROTOCOL_ERROR")
        return lines


def parse(data: bytes) -> Reply | None:
    """Return an answer, None for a line that is none: banners and the like come between."""
    if not data.startswith(b"{"):
        return None
    try:
        reply = json.loads(data)
    except ValueError:
        return None
    return reply if isinstance(reply, dict) and isinstance(reply.get("t"), str) else None


def unpack(reply: Reply) -> list[Reply]:
    """Return the entries of a page that came as gzip.

    Raises:
        LdapError: it is damaged.
    """
    try:
        unzip = zlib.decompressobj(31)
        data = unzip.decompress(binascii.a2b_base64(reply["b"]), MAX_PAGE)
        if not unzip.eof:
            raise ValueError
        return [json.loads(part) for part in data.split(b"\n") if part]
    except (ValueError, KeyError, TypeError, zlib.error):
        raise damaged() from None


def entry_of(reply: Reply) -> tuple[str, dict[str, list[bytes]]]:
    """Return DN and attributes of an entry.

    Raises:
        LdapError: it is damaged.
    """
    decode = binascii.a2b_base64
    try:
        attributes = {name: [decode(value) for value in values] for name, values in reply["a"].items()}
        return decode(reply["d"]).decode("utf-8"), attributes
    except (ValueError, KeyError, TypeError, AttributeError):
        raise damaged() from None


def text_of(reply: Reply, name: str) -> str:
    """Return a text of an answer, "" where it has none."""
    value = reply.get(name)
    try:
        return binascii.a2b_base64(value).decode("utf-8", "replace") if isinstance(value, str) else ""
    except ValueError:
        return ""


def damaged() -> LdapError:
    """Return that an answer cannot be read."""
    return ldap_error("What the WinRM host sent is damaged. Nothing of it is used; run it again.", "PROTOCOL_ERROR")
