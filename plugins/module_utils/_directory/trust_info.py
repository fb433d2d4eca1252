# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names a forest trust routes: the value of msDS-TrustForestTrustInfo taken apart (MS-ADTS, trust information).

The value comes from another forest, so nothing in it is believed: whatever the bytes are, the answer is what could be
read of them, and whether that is all.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._model.entry import sid_text

RecordKind = t.Literal["top_level_name", "exclusion", "domain", "other"]

_VERSION = 1
# Flags, time and type of a record stand before its data.
_HEAD = 13
_TOP_LEVEL_NAME, _EXCLUSION, _DOMAIN = 0, 1, 2
_NAME_DISABLED = 0x7  # new, by an administrator, by a conflict
_SID_DISABLED = 0x3
# A forest has hundreds of names at the most; a value that says more is no help to anybody.
_MAX_RECORDS = 10_000


@dataclass(frozen=True)
class TrustRecord:
    """One record of the trust information.

    Attributes:
        kind: a top-level name that is routed with everything below it, an exclusion from one, a domain of the other
            forest, or something that this reader does not know.
        name: the DNS name; empty for "other".
        enabled: whether the record is in force.
        netbios: NetBIOS name of a domain, else empty.
        sid: SID of a domain as text, None where there is none.
    """

    kind: RecordKind
    name: str
    enabled: bool
    netbios: str = ""
    sid: str | None = None


@dataclass(frozen=True)
class TrustInformation:
    """All records that could be read, and whether those are all.

    Attributes:
        records: in the order of the value.
        complete: False when the value was damaged, cut off, or of a version that is not known.
    """

    records: tuple[TrustRecord, ...]
    complete: bool

    def routes(self) -> tuple[str, ...]:
        """Return the top-level names in force, in lower case, each once."""
        names = (r.name.lower() for r in self.records if r.kind == "top_level_name" and r.enabled)
        return tuple(dict.fromkeys(names))

    def exclusions(self) -> tuple[str, ...]:
        """Return the names that are not routed although they lie below a routed one, in lower case, each once."""
        names = (r.name.lower() for r in self.records if r.kind == "exclusion" and r.enabled)
        return tuple(dict.fromkeys(names))


class _Damaged(Exception):
    """A length leads beyond the end, or a text is no text."""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def take(self, size: int) -> bytes:
        end = self._place + size
        if end > len(self._data):
            raise _Damaged
        piece = self._data[self._place : end]
        self._place = end
        return piece

    def number(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def text(self) -> str:
        try:
            return self.take(self.number()).decode("utf-8").rstrip("\0")
        except UnicodeDecodeError:
            raise _Damaged from None


def parse_trust_information(value: bytes) -> TrustInformation:
    """Take a value of msDS-TrustForestTrustInfo apart. Never raises."""
    reader = _Reader(value)
    records: list[TrustRecord] = []
    complete = True
    try:
        if reader.number() != _VERSION:
            return TrustInformation((), False)
        count = reader.number()
        if count > _MAX_RECORDS:
            count, complete = _MAX_RECORDS, False
        for _number in range(count):
            # A record says how long it is, so a damaged one does not spoil the next.
            record = _record(reader.take(reader.number()))
            if record is None:
                complete = False
            else:
                records.append(record)
    except _Damaged:
        complete = False
    return TrustInformation(tuple(records), complete)


def _record(data: bytes) -> TrustRecord | None:
    """Return what a record says, None where it is damaged."""
    reader = _Reader(data)
    try:
        head = reader.take(_HEAD)
        flags, kind = int.from_bytes(head[:4], "little"), head[12]
        if kind in (_TOP_LEVEL_NAME, _EXCLUSION):
            name = reader.text()
            word: RecordKind = "top_level_name" if kind == _TOP_LEVEL_NAME else "exclusion"
            return TrustRecord(word, name, not flags & _NAME_DISABLED) if name else None
        if kind == _DOMAIN:
            sid = sid_text(reader.take(reader.number()))
            name, netbios = reader.text(), reader.text()
            return TrustRecord("domain", name, not flags & _SID_DISABLED, netbios, sid)
        return TrustRecord("other", "", not flags & _NAME_DISABLED)
    except _Damaged:
        return None
