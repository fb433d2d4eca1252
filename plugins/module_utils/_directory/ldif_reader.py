# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The records of an LDIF export (RFC 2849 as ldifde and ldapsearch really write it) as entries.

Every record goes first through a quick reading that knows only the usual. What that cannot tell goes through the
careful reading, which knows every form and raises every error. Both give the same entry.
"""

from __future__ import annotations

import binascii
import contextlib
import typing as t

from .._model.entry import Entry
from .ldif_blocks import CUT_END, INSIDE, RECORD_END, Block, LdifFile
from .ldif_lines import Fault, Line, Trailer, decode_base64, split_lines

# Names that mean something of their own within a record: they are never just another attribute.
_SPECIAL = frozenset(("dn", "changetype", "result"))
# More different names than any schema has: a file that holds them is read, but carefully.
_MAX_NAMES = 20_000


class _Record:
    """A record whose DN is known, and that may have more lines."""

    __slots__ = ("attributes", "counts", "dn", "line", "ranges")

    def __init__(self, dn: str, line: int) -> None:
        self.dn = dn
        self.line = line
        self.attributes: dict[str, list[bytes]] = {}
        self.counts: dict[str, int] = {}
        self.ranges: dict[str, set[tuple[int, int]]] = {}

    def merge(self, attributes: dict[str, list[bytes]], counts: dict[str, int]) -> None:
        for name, values in attributes.items():
            self.attributes.setdefault(name, []).extend(values)
        for name, number in counts.items():
            self.counts[name] = self.counts.get(name, 0) + number

    def entry(self) -> Entry:
        incomplete = frozenset(name for name, ranges in self.ranges.items() if not _whole(ranges))
        for name in self.ranges.keys() & self.attributes.keys():
            # A server that cuts an attribute into ranges shows it once more, without a value.
            self.attributes[name] = [value for value in self.attributes[name] if value]
        return Entry(self.dn, self.attributes, self.counts, incomplete, f"line {self.line}")


class LdifReader:
    """One pass over an LDIF file.

    Attributes:
        root_dse: the attributes of the record with the empty DN, if the file has one (all of them, whatever
            is wanted). It is not among the entries.
        referrals: how many references to other servers the export lists instead of following them.
    """

    def __init__(self, file: LdifFile, wanted: frozenset[str] | None, counted: frozenset[str] = frozenset()) -> None:
        """Prepare to read.

        Args:
            file: the file.
            wanted: names in lower case of the attributes to keep; None for all.
            counted: names in lower case of the attributes to count only, whether they are wanted or not.
        """
        self.root_dse: dict[str, list[bytes]] = {}
        self.referrals = 0
        self._file = file
        self._wanted = wanted
        self._counted = counted
        self._trailer = Trailer(file.path)
        self._begun = False
        # What the lines of the file begin with (up to the first space), sorted by what to do with the line.
        self._plain: dict[bytes, str] = {}
        self._encoded: dict[bytes, str] = {}
        self._tallied: dict[bytes, str] = {}
        self._ignored: set[bytes] = set()
        self._names: set[str] = set()

    @property
    def names(self) -> frozenset[str]:
        """The attributes, in lower case, that at least one record read so far has."""
        return frozenset(self._names)

    def entries(self) -> t.Iterator[Entry]:
        """Yield the entries of the file, deleted ones too.

        Raises:
            DirectoryError: the file is no complete export; see the code.
        """
        # The file is closed at once where an entry ends the pass, whoever still holds the error.
        with contextlib.closing(self._file.blocks()) as blocks:
            yield from self.entries_of(blocks)
        self.finish()

    def entries_of(self, blocks: t.Iterable[Block]) -> t.Iterator[Entry]:
        """Yield the entries of a part of the file that begins and ends between two records.

        Raises:
            DirectoryError: the file is no complete export; see the code.
        """
        record: _Record | None = None
        for text, line, end in blocks:
            if record is None:
                if end == RECORD_END and (entry := self._quick_entry(text, line)) is not None:
                    self._begun = True
                    yield entry
                    continue
            elif end != CUT_END and record.dn and self._quick_lines(text, record):
                if end == RECORD_END:
                    yield record.entry()
                    record = None
                continue
            record = self._careful(text, line, end, record)
            if record is not None and end != INSIDE:
                if record.dn:
                    yield record.entry()
                else:
                    self.root_dse = self.root_dse or record.attributes
                record = None

    def finish(self) -> None:
        """Check that the file may end here, after all of it was read.

        Raises:
            DirectoryError: it may not.
        """
        self._trailer.check_end()
        self.referrals = self._trailer.referrals

    def begin_part(self) -> None:
        """Forget what was noted beside the entries of the part that was read last."""
        self._trailer = Trailer(self._file.path)
        self.root_dse = {}

    @property
    def trailer(self) -> Trailer:
        """What stood outside of the entries since the part began."""
        return self._trailer

    # The quick reading

    def _quick_entry(self, text: bytes, line: int) -> Entry | None:
        rows = self._rows(text)
        if rows is None:
            return None
        first = rows[0]
        skipped = 0
        while first[:1] == b"#" and skipped + 1 < len(rows) and not Trailer.concerns(first):
            skipped += 1
            first = rows[skipped]
        if skipped:
            line += text.count(b"\n", 0, text.find(b"\ndn:") + 1)
        del rows[: skipped + 1]
        try:
            if first[:4] == b"dn: ":
                dn = first[4:].decode("utf-8")
            elif first[:5] == b"dn:: ":
                dn = decode_base64(first[5:]).decode("utf-8")
            else:
                return None
        except (Fault, UnicodeDecodeError):
            return None
        attributes: dict[str, list[bytes]] = {}
        counts: dict[str, int] = {}
        if not dn or not self._take(rows, attributes, counts):
            return None
        return Entry(dn, attributes, counts, origin=f"line {line}")

    def _quick_lines(self, text: bytes, record: _Record) -> bool:
        rows = self._rows(text)
        attributes: dict[str, list[bytes]] = {}
        counts: dict[str, int] = {}
        if rows is None or not self._take(rows, attributes, counts):
            return False
        record.merge(attributes, counts)
        return True

    @staticmethod
    def _rows(text: bytes) -> list[bytes] | None:
        """Return the lines of a block without folds, or None where the careful reading has to look at them."""
        if text[:1] == b" ":
            return None
        if b"\n " in text:
            text = text.replace(b"\n ", b"")
        # More than one space after the colon is no part of the value.
        if b":  " in text:
            return None
        if not text.isascii():
            try:
                text.decode("utf-8")
            except UnicodeDecodeError:
                return None
        return text.split(b"\n")

    def _take(self, rows: list[bytes], attributes: dict[str, list[bytes]], counts: dict[str, int]) -> bool:
        """Sort the lines of a record into two mappings; return False where a line is not a usual one."""
        plain, encoded, tallied, ignored = self._plain, self._encoded, self._tallied, self._ignored
        decode = binascii.a2b_base64
        for row in rows:
            # The head of the line with its colons says what the line is; all but the first of a kind are known.
            head, _space, value = row.partition(b" ")
            name = plain.get(head)
            if name is None:
                if head in ignored:
                    continue
                name = encoded.get(head)
                if name is not None:
                    length = len(value)
                    try:
                        data = decode(value)
                    except binascii.Error:
                        return False
                    # The decoder passes over strange characters, so the length tells whether there were any.
                    if length & 3 or len(data) != length // 4 * 3 - value[-2:].count(b"="):
                        return False
                    value = data
                elif head in tallied:
                    # A server that cuts an attribute into ranges shows it once more, without a value.
                    if value:
                        name = tallied[head]
                        counts[name] = counts.get(name, 0) + 1
                    continue
                else:
                    usual = (head == b"changetype:" and value == b"add") or (
                        head[:1] == b"#" and not Trailer.concerns(row)
                    )
                    if not usual and not (self._learn(head) and self._take([row], attributes, counts)):
                        return False
                    continue
            values = attributes.get(name)
            if values is None:
                attributes[name] = [value]
            else:
                values.append(value)
        return True

    def _learn(self, head: bytes) -> bool:
        """Remember what the lines are that begin like this; return False where each must be looked at for itself."""
        line = Line.head(head)
        if line is None or line.kind == "url" or line.name in _SPECIAL:
            return False
        counted = line.name in self._counted
        ignored = not counted and self._wanted is not None and line.name not in self._wanted
        if line.value_range is not None and not ignored:
            return False
        if len(self._plain) + len(self._encoded) + len(self._tallied) + len(self._ignored) >= _MAX_NAMES:
            return False
        self._names.add(line.name)
        if ignored:
            self._ignored.add(head)
        elif counted:
            self._tallied[head] = line.name
        elif line.kind == "base64":
            self._encoded[head] = line.name
        else:
            self._plain[head] = line.name
        return True

    # The careful reading

    def _careful(self, text: bytes, first: int, end: int, record: _Record | None) -> _Record | None:
        """Read the lines of a block; return the record that they belong to, or None where they make none."""
        path = self._file.path
        rows = split_lines(path, text, first)
        for place, (number, row) in enumerate(rows):
            if row[:1] == b"#":
                self._trailer.take_comment(row, number)
                continue
            at_cut = end == CUT_END and place == len(rows) - 1
            try:
                line = Line.parse(row, self._file.utf16)
                if record is None:
                    record = self._outside(line, number)
                else:
                    self._inside(line, number, record, at_cut)
            except Fault as fault:
                raise fault.error(path, number, row, at_cut=at_cut, begun=self._begun) from None
        return record

    def _outside(self, line: Line, number: int) -> _Record | None:
        if line.name == "dn":
            try:
                record = _Record(line.data().decode("utf-8"), number)
            except UnicodeDecodeError:
                raise Fault("dn_encoding") from None
            self._begun = True
            return record
        if not self._trailer.take(line, number):
            raise Fault("no_dn")
        return None

    def _inside(self, line: Line, number: int, record: _Record, at_cut: bool) -> None:
        name = line.name
        if name == "dn":
            raise Fault("second_dn")
        if name == "changetype":
            if line.data().strip().lower() != b"add":
                raise Fault("change")
            return
        if name == "result":
            self._trailer.take(line, number)
            return
        if line.kind == "url":
            raise Fault("url")
        if not record.dn:
            counted, kept = False, True
        else:
            self._names.add(name)
            counted = name in self._counted
            kept = not counted and (self._wanted is None or name in self._wanted)
        if line.value_range is not None and (counted or kept):
            record.ranges.setdefault(name, set()).add(line.value_range)
        if counted and line.raw:
            record.counts[name] = record.counts.get(name, 0) + 1
        if kept:
            record.attributes.setdefault(name, []).append(line.data())
        elif at_cut:
            # Where the file may have been cut off, a value that is not wanted tells it, too.
            line.data()


def _whole(ranges: set[tuple[int, int]]) -> bool:
    """Return whether ranges of values (first and last, -1 for "*") leave no gap from the first value to the last."""
    expected = 0
    for first, last in sorted(ranges):
        if first > expected:
            return False
        if last < 0:
            return True
        expected = max(expected, last + 1)
    return False
