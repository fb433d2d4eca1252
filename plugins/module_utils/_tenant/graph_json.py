# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON as Microsoft Graph answers it, object by object: pages, several pages one after another, arrays, JSON Lines."""

from __future__ import annotations

import json
import typing as t

from .errors import TenantFileError
from .text import Text

Object = dict[str, t.Any]

_CHUNK = 1 << 18
_MAX_OBJECT = 64 << 20
_DECODER = json.JSONDecoder()
_NEXT = ("@odata.nextlink", "odata.nextlink", "nextlink")


class JsonObjects:
    """The objects of a file, read once.

    Args:
        path: the file, for messages.
        text: the open file.
    """

    def __init__(self, path: str, text: Text) -> None:
        self._path = path
        self._file = text.file
        self._buffer = ""
        self._place = 0
        self._read = 0
        self._ended = False
        self._more_pages = False

    def objects(self) -> t.Iterator[tuple[int, Object]]:
        """Yield number and value of each object.

        Raises:
            TenantFileError: the file is damaged, was cut off, or holds the first pages of a longer answer only.
        """
        for number, value in enumerate(self._values(), 1):
            if not isinstance(value, dict):
                raise TenantFileError(
                    f"{self._path}: element {number} is no object. Give the answer of Microsoft Graph."
                )
            yield number, value
        if self._more_pages:
            raise TenantFileError(
                f"{self._path} is not complete: it ends with a page that names a next one (@odata.nextLink). Fetch all "
                "pages and give them in one file."
            )

    def _values(self) -> t.Iterator[t.Any]:
        while sign := self._sign():
            if sign == "[":
                yield from self._array()
            elif sign == "{":
                yield from self._top_object()
            elif sign == ",":
                self._place += 1
            else:
                self._damaged()

    def _array(self) -> t.Iterator[t.Any]:
        self._place += 1
        while (sign := self._sign()) != "]":
            if sign == ",":
                self._place += 1
                continue
            value = self._value()
            if isinstance(value, dict) and _is_page(value):
                self._page_ends(value)
                yield from value["value"]
            else:
                yield value
        self._place += 1

    def _top_object(self) -> t.Iterator[t.Any]:
        """Yield the objects of a page, one by one; the object itself where it is no page."""
        self._place += 1
        rest: Object = {}
        page = False
        while (sign := self._sign()) != "}":
            if sign == ",":
                self._place += 1
                continue
            name = self._value()
            if not isinstance(name, str) or self._sign() != ":":
                self._damaged()
            self._place += 1
            if name.lower() == "value" and self._sign() == "[":
                page = True
                yield from self._array()
            else:
                rest[name] = self._value()
        self._place += 1
        if page:
            self._page_ends(rest)
        elif rest:
            if "error" in rest and isinstance(rest["error"], dict):
                raise TenantFileError(f"{self._path} holds an error message of Microsoft Graph. Ask it again.")
            yield rest

    def _page_ends(self, rest: Object) -> None:
        self._more_pages = any(name.lower() in _NEXT and value for name, value in rest.items())

    def _sign(self) -> str:
        """Return the next character that is no white space, without passing it; "" at the end of the file."""
        while True:
            buffer, place = self._buffer, self._place
            while place < len(buffer) and buffer[place] in " \t\r\n\ufeff":
                place += 1
            self._place = place
            if place < len(buffer):
                return buffer[place]
            if not self._fill():
                return ""

    def _value(self) -> t.Any:
        """Return the next value and pass it."""
        if not self._sign():
            self._cut_off()
        wanted = _CHUNK
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._place)
            except RecursionError:
                self._damaged()
            except ValueError:
                if self._ended or len(self._buffer) - self._place > _MAX_OBJECT:
                    self._broken()
            else:
                # A number at the very end of what was read may go on.
                if end < len(self._buffer) or self._ended:
                    self._place = end
                    return value
            # Twice as much each time, so that a large object is not read again and again.
            self._fill(wanted)
            wanted *= 2

    def _fill(self, wanted: int = _CHUNK) -> bool:
        more = self._file.read(wanted)
        if not more:
            self._ended = True
            return False
        self._read += self._place
        self._buffer = self._buffer[self._place :] + more
        self._place = 0
        return True

    def _broken(self) -> t.NoReturn:
        try:
            _DECODER.raw_decode(self._buffer, self._place)
        except json.JSONDecodeError as error:
            # At the end of what is there, or inside a string that never ends: something is missing.
            if error.pos >= len(self._buffer.rstrip()) - 1 or "Unterminated" in error.msg:
                self._cut_off()
            self._place = error.pos
        self._damaged()

    def _cut_off(self) -> t.NoReturn:
        raise TenantFileError(f"{self._path} was cut off: it ends in the middle of an object. Export it again.")

    def _damaged(self) -> t.NoReturn:
        if not self._sign():
            self._cut_off()
        raise TenantFileError(
            f"{self._path}, character {self._read + self._place + 1}: this is no JSON. The file is damaged or something "
            "else; export it again."
        )


def _is_page(value: Object) -> bool:
    return isinstance(value.get("value"), list) and not any(name.lower() == "id" for name in value)
