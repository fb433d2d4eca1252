# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Search entries taken apart: a run of messages in, entries out, in one loop without calls."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._model.entry import Entry
from .ldap_ber import SEARCH_ENTRY, BerError

# More different names than any schema has.
_MAX_NAMES = 20_000


@dataclass(frozen=True)
class Range:
    """A part of an attribute's values: from the first to the last; last is None where no value follows."""

    first: int
    last: int | None


class EntryParser:
    """Takes search entries apart.

    Args:
        counted: names in lower case of the attributes of which the values are counted and not kept.

    Attributes:
        ranges: of the entry that was yielded last, the attributes of which the server showed a part.
    """

    def __init__(self, counted: frozenset[str] = frozenset()) -> None:
        self.ranges: dict[str, Range] = {}
        self._counted = counted
        # What a server calls an attribute, to: what it is called here, whether it is counted, the range.
        self._names: dict[bytes, tuple[str, bool, Range | None]] = {}
        # Names that are neither counted nor a range: nearly all.
        self._plain: dict[bytes, str] = {}

    def entries(self, data: bytes) -> t.Iterator[Entry]:
        """Yield the entries of whole messages one after another; messages of other kinds are passed over.

        Raises:
            BerError: the bytes are no messages of that kind.
        """
        position = 0
        total = len(data)
        from_bytes = int.from_bytes
        plain = self._plain
        known: str | None
        try:
            while position < total:
                # The message, its number, the operation. Lengths of one byte are the rule, so they are read in place.
                length = data[position + 1]
                if length < 128:
                    position += 2
                else:
                    start = position + 2 + (length & 127)
                    length = from_bytes(data[position + 2 : start], "big")
                    position = start
                message_end = position + length
                position += 2 + data[position + 1]
                if message_end > total or position >= message_end:
                    raise BerError("a message is cut off")
                if data[position] != SEARCH_ENTRY:
                    position = message_end
                    continue
                length = data[position + 1]
                if length < 128:
                    position += 2
                else:
                    start = position + 2 + (length & 127)
                    length = from_bytes(data[position + 2 : start], "big")
                    position = start
                end = position + length
                # The name.
                length = data[position + 1]
                if length < 128:
                    position += 2
                else:
                    start = position + 2 + (length & 127)
                    length = from_bytes(data[position + 2 : start], "big")
                    position = start
                stop = position + length
                if stop > end or end > message_end:
                    raise BerError("a name is longer than its entry")
                attributes: dict[str, list[bytes]] = {}
                entry = Entry(data[position:stop].decode(), attributes)
                if self.ranges:
                    self.ranges = {}
                # The list of attributes.
                length = data[stop + 1]
                if length < 128:
                    position = stop + 2
                else:
                    position = stop + 2 + (length & 127)
                    length = from_bytes(data[stop + 2 : position], "big")
                if position + length != end:
                    raise BerError("the list of attributes does not fill its entry")
                while position < end:
                    # One attribute: its name, then the set of its values.
                    length = data[position + 1]
                    if length < 128:
                        # Nearly all are short and have one value. If so, every length in it is one byte.
                        start = position + 4 + data[position + 3]
                        size = data[start + 1]
                        last = start + 2 + size
                        if size > 1 and last == position + 2 + length and last <= end and data[start + 3] == size - 2:
                            known = plain.get(data[position + 4 : start])
                            if known is not None and known not in attributes:
                                attributes[known] = [data[start + 4 : last]]
                                position = last
                                continue
                        start = position + 2
                    else:
                        start = position + 2 + (length & 127)
                    length = data[start + 1]
                    position = start + 2
                    stop = position + length
                    if length > 127:
                        raise BerError("an attribute's name is too long")
                    name = data[position:stop]
                    length = data[stop + 1]
                    if length < 128:
                        position = stop + 2
                    else:
                        position = stop + 2 + (length & 127)
                        length = from_bytes(data[stop + 2 : position], "big")
                    last = position + length
                    if last > end:
                        raise BerError("an attribute is longer than its entry")
                    known = plain.get(name)
                    if known is None:
                        known = self._unusual(entry, name, data, position, last)
                        if known is None:
                            position = last
                            continue
                    values: list[bytes] = []
                    while position < last:
                        length = data[position + 1]
                        if length < 128:
                            position += 2
                        else:
                            start = position + 2 + (length & 127)
                            length = from_bytes(data[position + 2 : start], "big")
                            position = start
                        stop = position + length
                        values.append(data[position:stop])
                        position = stop
                    if position != last:
                        raise BerError("a value is longer than its attribute")
                    if known in attributes:
                        attributes[known].extend(values)
                    elif values:
                        attributes[known] = values
                position = message_end
                yield entry
        except (IndexError, UnicodeDecodeError):
            raise BerError("an entry is cut off or is not UTF-8") from None

    def entry(self, dn: str, attributes: t.Mapping[str, t.Sequence[bytes]]) -> Entry:
        """Return an entry that another decoder has taken apart already.

        Raises:
            BerError: an attribute's name is none.
        """
        self.ranges = {}
        entry = Entry(dn, {})
        for name, values in attributes.items():
            short, counted, part = self._known(name.encode("ascii", "replace"))
            if not values:
                continue
            if part is not None:
                self.ranges[short] = part
            if counted:
                entry.counts[short] = entry.counts.get(short, 0) + sum(1 for value in values if value)
            else:
                entry.attributes.setdefault(short, []).extend(values)
        return entry

    def _unusual(self, entry: Entry, name: bytes, data: bytes, position: int, end: int) -> str | None:
        """Count values, note a range, or learn a name; return the name where the values are still to be kept."""
        short, counted, part = self._known(name)
        if part is not None and position < end:
            self.ranges[short] = part
        if not counted:
            return short
        number = _count(data, position, end)
        if number:
            entry.counts[short] = entry.counts.get(short, 0) + number
        return None

    def _known(self, name: bytes) -> tuple[str, bool, Range | None]:
        known = self._names.get(name)
        if known is not None:
            return known
        try:
            text = name.decode("ascii").lower()
        except UnicodeDecodeError:
            raise BerError("an attribute's name is no name") from None
        short, *options = text.split(";")
        if not short:
            raise BerError("an attribute has no name")
        ranges = [option[6:] for option in options if option.startswith("range=")]
        part = _parse_range(ranges[0]) if ranges else None
        known = short, short in self._counted, part
        if len(self._names) < _MAX_NAMES:
            self._names[name] = known
            if part is None and not known[1]:
                self._plain[name] = short
        return known


def _parse_range(text: str) -> Range:
    first, _dash, last = text.partition("-")
    try:
        return Range(int(first), None if last == "*" else int(last))
    except ValueError:
        raise BerError("a range is malformed") from None


def _count(data: bytes, position: int, end: int) -> int:
    """Return how many values that are not empty a set holds."""
    number = 0
    while position < end:
        length = data[position + 1]
        position += 2
        if length > 127:
            start = position + (length & 127)
            length = int.from_bytes(data[position:start], "big")
            position = start
        position += length
        if length:
            number += 1
    if position != end:
        raise BerError("a value is longer than its attribute")
    return number
