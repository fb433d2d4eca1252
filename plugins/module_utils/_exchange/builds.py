# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the version of an Exchange server is called, and what it is good for."""

from __future__ import annotations

import bisect
import datetime
import re
import typing as t

from .._model.errors import OptionError
from .build_tables import SUPPORT_ENDS, TABLES

Support = t.Literal["supported", "ended", "unknown"]

# "Version 15.1 (Build 32106.2)"; older servers write more behind the numbers.
_SERIAL_NUMBER = re.compile(r"\s*Version\s+(\d{1,4})\.(\d{1,4})\s*\(Build\s+(\d{1,6})\.(\d{1,6})", re.IGNORECASE)
_PLAIN = re.compile(r"\d{1,5}(?:\.\d{1,5}){1,3}\Z", re.ASCII)
# The directory holds the build with this added to it.
_RAW_OFFSET = 30_000
_PACKED_FORM = 7


class Build(t.NamedTuple):
    """The version of a server. ``revision`` is None where the source does not say it.

    The first three numbers tell cumulative updates apart; comparing builds means comparing them (``order``).
    """

    major: int
    minor: int
    build: int
    revision: int | None = None

    @property
    def order(self) -> tuple[int, int, int]:
        """What builds are compared by."""
        return self[:3]

    def __str__(self) -> str:
        return ".".join(str(part) for part in self if part is not None)


MEETINGS_FLOOR = Build(15, 1, 544, 27)
DELEGATION_FLOOR = Build(15, 0, 1365, 1)
_SE_FLOOR = Build(15, 2, 2562, 17)

_SERIES: dict[tuple[int, ...], tuple[list[tuple[int, int, int]], list[str]]] = {}
for _table in TABLES:
    # Service packs of 2010 have minor versions of their own; later products have one minor version each.
    _first = _table[0][2]
    _key: tuple[int, ...] = _first[:1] if _first[0] == 14 else _first[:2]
    _SERIES[_key] = ([row[2][:3] for row in _table], [f"{row[0]} {row[1]}" for row in _table])


def parse_serial_number(text: str) -> Build | None:
    """Return the build that serialNumber of a server names, or None where it is no such text.

    Servers write their build number with 30000 added; both forms are understood.
    """
    found = _SERIAL_NUMBER.match(text)
    if found is None:
        return None
    major, minor, build, revision = (int(part) for part in found.groups())
    return Build(major, minor, build - _RAW_OFFSET if build >= _RAW_OFFSET else build, revision)


def parse_minimum_build(text: str | None) -> tuple[int, ...] | None:
    """Return the numbers of a build as people write it ("15.1.2507.6", "15.1"), None where there is no text.

    Raises:
        OptionError: it is no such text.
    """
    if text is None or not text.strip():
        return None
    if not _PLAIN.match(text.strip()):
        raise OptionError(f"minimum_exchange_build: '{text}' is no build; give numbers such as 15.1.2507.6.")
    return tuple(int(part) for part in text.strip().split("."))


def unpack_version_number(number: int) -> Build | None:
    """Return the build that versionNumber of a server holds, or None where it is not packed. It has no revision."""
    number &= 0xFFFFFFFF
    if number >> 28 != _PACKED_FORM:
        return None
    return Build(number >> 22 & 0x3F, number >> 16 & 0x3F, number & 0x7FFF)


def build_of(serial_number: str | None, version_number: int | None) -> Build | None:
    """Return the build of a server from serialNumber, else from versionNumber, else None."""
    build = parse_serial_number(serial_number) if serial_number is not None else None
    if build is None and version_number is not None:
        build = unpack_version_number(version_number)
    return build


def label_of(build: Build) -> str:
    """Return what a build is called ("2016 CU3"); the plain build where it is older or newer than what is known.

    A build between two known ones has the name of the lower one.
    """
    series = _SERIES.get(build[:2]) or _SERIES.get(build[:1])
    if series is None:
        return str(build)
    builds, labels = series
    place = bisect.bisect_right(builds, build.order)
    if place == 0 or build.order > builds[-1]:
        return str(build)
    return labels[place - 1]


def product_of(build: Build) -> str | None:
    """Return the product that a build belongs to ("2016", "SE"), whether or not the build itself is known."""
    if build[:2] == (15, 2):
        return "SE" if build.order >= _SE_FLOOR.order else "2019"
    by_minor = {(15, 0): "2013", (15, 1): "2016"}
    return by_minor.get(build[:2]) or {8: "2007", 14: "2010"}.get(build.major)


def qualifies_for_meetings(build: Build) -> bool:
    """Return whether a mailbox on such a server meets the version floor for meetings: Exchange 2016 CU3 or later."""
    return build.order >= MEETINGS_FLOOR.order


def support_of(build: Build, today: datetime.date) -> Support:
    """Return whether Microsoft supports the product of a build on a day."""
    product = product_of(build)
    if product is None:
        # Before 2007 nothing is supported; of what comes after the tables nothing is known.
        return "ended" if build.major < 14 else "unknown"
    return "supported" if today <= SUPPORT_ENDS[product] else "ended"
