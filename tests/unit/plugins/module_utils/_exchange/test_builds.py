# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds of Exchange: parsing, labels, the floor for meetings, support."""

from __future__ import annotations

import datetime
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._exchange.build_tables import TABLES
from ansible_collections.syncready.m365.plugins.module_utils._exchange.builds import (
    Build,
    build_of,
    label_of,
    parse_serial_number,
    product_of,
    qualifies_for_meetings,
    support_of,
    unpack_version_number,
)


def build(text: str) -> Build:
    major, minor, number, revision = (int(part) for part in text.split("."))
    return Build(major, minor, number, revision)


@pytest.mark.parametrize(
    ("serial", "expected"),
    [
        ("Version 15.1 (Build 32106.2)", "15.1.2106.2"),
        ("Version 15.1 (Build 31531.3)", "15.1.1531.3"),
        ("Version 15.1 (Build 30544.27)", "15.1.544.27"),
        ("Version 15.1 (Build 544.27)", "15.1.544.27"),
        ("Version 15.2 (Build 30464.5)", "15.2.464.5"),
        ("Version 15.2 (Build 32562.17)", "15.2.2562.17"),
        ("Version 15.0 (Build 31497.2)", "15.0.1497.2"),
        ("Version 14.3 (Build 30123.4)", "14.3.123.4"),
        ("Version 6.5 (Build 7638.2: Service Pack 2)", "6.5.7638.2"),
        ("  version 15.01 (build 01779.002)", "15.1.1779.2"),
    ],
)
def test_serial_number(serial: str, expected: str) -> None:
    assert str(parse_serial_number(serial)) == expected


@pytest.mark.parametrize(
    "text", ["", "15.1.2106.2", "Version 15.1", "Version x.y (Build 1.2)", "Version 15.1 (Build 2106)"]
)
def test_what_is_no_serial_number(text: str) -> None:
    assert parse_serial_number(text) is None


@pytest.mark.parametrize(("number", "expected"), [(1942063232, "15.1.2176"), (1942127384, "15.2.792")])
def test_version_number(number: int, expected: str) -> None:
    assert str(unpack_version_number(number)) == expected


@pytest.mark.parametrize("number", [0, 7638, -1, 2**40])
def test_what_is_no_version_number(number: int) -> None:
    assert unpack_version_number(number) is None


@given(st.integers(0, 63), st.integers(0, 63), st.integers(0, 0x7FFF))
def test_version_number_holds_what_was_packed(major: int, minor: int, number: int) -> None:
    packed = (7 << 28) + (major << 22) + (minor << 16) + 0x8000 + number
    assert unpack_version_number(packed) == Build(major, minor, number)


@given(st.integers(1, 99), st.integers(0, 99), st.integers(0, 29999), st.integers(0, 9999))
def test_both_forms_of_the_serial_number_mean_the_same(major: int, minor: int, number: int, revision: int) -> None:
    plain = parse_serial_number(f"Version {major}.{minor} (Build {number}.{revision})")
    raw = parse_serial_number(f"Version {major}.{minor} (Build {number + 30000}.{revision})")
    assert plain == raw == Build(major, minor, number, revision)


def test_serial_number_comes_first() -> None:
    packed = (7 << 28) + (15 << 22) + (1 << 16) + 0x8000 + 544
    assert build_of("Version 15.2 (Build 32562.17)", packed) == build("15.2.2562.17")
    assert build_of("unreadable", packed) == Build(15, 1, 544)
    assert build_of(None, packed) == Build(15, 1, 544)
    assert build_of(None, None) is None


# The tables of the facts once more, written down apart from the data: product, level, build.
KNOWN = """
2010 RTM 14.0.639.21; 2010 SP1 14.1.218.15; 2010 SP2 14.2.247.5; 2010 SP3 14.3.123.4; 2010 SP3 RU32 14.3.513.0
2013 RTM 15.0.516.32; 2013 CU1 15.0.620.29; 2013 CU2 15.0.712.24; 2013 CU3 15.0.775.38; 2013 SP1 15.0.847.32
2013 CU5 15.0.913.22; 2013 CU6 15.0.995.29; 2013 CU7 15.0.1044.25; 2013 CU8 15.0.1076.9; 2013 CU9 15.0.1104.5
2013 CU10 15.0.1130.7; 2013 CU11 15.0.1156.6; 2013 CU12 15.0.1178.4; 2013 CU13 15.0.1210.3; 2013 CU14 15.0.1236.3
2013 CU15 15.0.1263.5; 2013 CU16 15.0.1293.2; 2013 CU17 15.0.1320.4; 2013 CU18 15.0.1347.2; 2013 CU19 15.0.1365.1
2013 CU20 15.0.1367.3; 2013 CU21 15.0.1395.4; 2013 CU22 15.0.1473.3; 2013 CU23 15.0.1497.2
2016 RTM 15.1.225.42; 2016 CU1 15.1.396.30; 2016 CU2 15.1.466.34; 2016 CU3 15.1.544.27; 2016 CU4 15.1.669.32
2016 CU5 15.1.845.34; 2016 CU6 15.1.1034.26; 2016 CU7 15.1.1261.35; 2016 CU8 15.1.1415.2; 2016 CU9 15.1.1466.3
2016 CU10 15.1.1531.3; 2016 CU11 15.1.1591.10; 2016 CU12 15.1.1713.5; 2016 CU13 15.1.1779.2; 2016 CU14 15.1.1847.3
2016 CU15 15.1.1913.5; 2016 CU16 15.1.1979.3; 2016 CU17 15.1.2044.4; 2016 CU18 15.1.2106.2; 2016 CU19 15.1.2176.2
2016 CU20 15.1.2242.4; 2016 CU21 15.1.2308.8; 2016 CU22 15.1.2375.7; 2016 CU23 15.1.2507.6
2019 RTM 15.2.221.12; 2019 CU1 15.2.330.5; 2019 CU2 15.2.397.3; 2019 CU3 15.2.464.5; 2019 CU4 15.2.529.5
2019 CU5 15.2.595.3; 2019 CU6 15.2.659.4; 2019 CU7 15.2.721.2; 2019 CU8 15.2.792.3; 2019 CU9 15.2.858.5
2019 CU10 15.2.922.7; 2019 CU11 15.2.986.5; 2019 CU12 15.2.1118.7; 2019 CU13 15.2.1258.12; 2019 CU14 15.2.1544.4
2019 CU15 15.2.1748.10; SE RTM 15.2.2562.17
"""
LABELS = [item.strip().rpartition(" ")[::2] for line in KNOWN.strip().splitlines() for item in line.split(";")]


def test_tables_hold_what_is_known() -> None:
    rows = [
        (f"{product} {level}", ".".join(map(str, numbers)))
        for table in TABLES
        for product, level, numbers, _day in table
    ]
    assert rows == LABELS


def test_tables_are_in_order() -> None:
    for table in TABLES:
        builds = [row[2][:3] for row in table]
        assert builds == sorted(set(builds))
        days = [datetime.date.fromisoformat(row[3]) for row in table]
        assert all(earlier < later for earlier, later in itertools.pairwise(days))


@pytest.mark.parametrize(("label", "text"), LABELS)
def test_label_and_floor(label: str, text: str) -> None:
    number = build(text)
    assert label_of(number) == label
    assert product_of(number) == label.partition(" ")[0]
    low = ("2010", "2013", "2016 RTM", "2016 CU1", "2016 CU2")
    new_enough = not label.startswith(low[:2]) and label not in low[2:]
    assert qualifies_for_meetings(number) is new_enough


@pytest.mark.parametrize(
    ("text", "label"),
    [
        # Security updates change the revision, or nothing that the directory shows.
        ("15.1.2507.72", "2016 CU23"),
        ("15.2.2562.46", "SE RTM"),
        # Between two known builds.
        ("15.1.543.99", "2016 CU2"),
        ("15.1.2048.9", "2016 CU17"),
        ("15.2.2561.0", "2019 CU15"),
        ("14.3.200.0", "2010 SP3"),
        ("14.2.9999.0", "2010 SP2"),
        # Older or newer than the tables.
        ("15.1.200.0", "15.1.200.0"),
        ("15.1.3000.1", "15.1.3000.1"),
        ("15.0.1600.1", "15.0.1600.1"),
        ("15.2.9000.1", "15.2.9000.1"),
        ("15.3.1.1", "15.3.1.1"),
        ("8.3.83.6", "8.3.83.6"),
        ("6.5.7638.2", "6.5.7638.2"),
    ],
)
def test_label_of_other_builds(text: str, label: str) -> None:
    assert label_of(build(text)) == label


def test_a_build_without_revision_is_the_cumulative_update() -> None:
    # 15.1.544 alone must not count as older than 15.1.544.27.
    assert label_of(Build(15, 1, 544)) == "2016 CU3"
    assert qualifies_for_meetings(Build(15, 1, 544))
    assert not qualifies_for_meetings(Build(15, 1, 543))
    assert qualifies_for_meetings(Build(15, 2, 1))
    assert qualifies_for_meetings(Build(16, 0, 1))


@pytest.mark.parametrize(
    ("text", "day", "support"),
    [
        ("8.3.83.6", "2017-04-11", "supported"),
        ("8.3.83.6", "2017-04-12", "ended"),
        ("14.3.123.4", "2026-11-25", "ended"),
        ("15.0.1497.2", "2023-04-11", "supported"),
        ("15.0.1497.2", "2023-04-12", "ended"),
        ("15.1.2507.6", "2025-10-14", "supported"),
        ("15.1.2507.6", "2025-10-15", "ended"),
        ("15.2.1748.10", "2025-10-15", "ended"),
        ("15.2.2562.17", "2035-12-31", "supported"),
        ("15.2.2562.17", "2036-01-01", "ended"),
        ("15.2.9000.1", "2026-11-25", "supported"),
        ("6.5.7638.2", "2026-11-25", "ended"),
        ("16.0.1.1", "2026-11-25", "unknown"),
    ],
)
def test_support(text: str, day: str, support: str) -> None:
    assert support_of(build(text), datetime.date.fromisoformat(day)) == support
