# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trust information: what another program wrote is read, and whatever else comes does no harm."""

from __future__ import annotations

import typing as t

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._directory.trust_info import (
    TrustRecord,
    parse_trust_information,
)
from ansible_collections.syncready.m365.tests.directories.faults_forest import trust_information

# Five records, written by Samba's own marshalling.
BY_SAMBA = bytes.fromhex(
    "01000000050000001d000000000000000000056936c0d501000c00000066616272696b616d2e636f6d21000000010000000000056936c0d501"
    "00100000007461696c7370696e746f79732e636f6d21000000000000000000056936c0d50101100000006c61622e66616272696b616d2e636f"
    "6d45000000000000000000056936c0d50102180000000104000000000005150000007c803f4843b6798a0aecb3cc0c00000066616272696b61"
    "6d2e636f6d0800000046414252494b414d46000000020000000000056936c0d501021800000001040000000000051500000001000000020000"
    "000300000011000000656d65612e66616272696b616d2e636f6d04000000454d4541"
)


def test_what_samba_writes_is_read() -> None:
    information = parse_trust_information(BY_SAMBA)
    assert information.complete
    assert information.records == (
        TrustRecord("top_level_name", "fabrikam.com", True),
        TrustRecord("top_level_name", "tailspintoys.com", False),
        TrustRecord("exclusion", "lab.fabrikam.com", True),
        TrustRecord("domain", "fabrikam.com", True, "FABRIKAM", "S-1-5-21-1212121212-2323232323-3434343434"),
        TrustRecord("domain", "emea.fabrikam.com", False, "EMEA", "S-1-5-21-1-2-3"),
    )
    assert information.routes() == ("fabrikam.com",)
    assert information.exclusions() == ("lab.fabrikam.com",)


def test_the_sample_routes_what_it_says() -> None:
    information = parse_trust_information(trust_information())
    assert information.complete
    assert information.routes() == ("fabrikam.local", "fabrikam.com")
    assert information.exclusions() == ("lab.fabrikam.com",)


def test_another_version_is_not_guessed() -> None:
    assert parse_trust_information(b"\x02" + BY_SAMBA[1:]) == parse_trust_information(b"")
    assert not parse_trust_information(b"").complete


def test_an_unknown_record_is_kept_apart() -> None:
    body = bytes(12) + b"\x09" + b"whatever"
    value = (1).to_bytes(4, "little") * 2 + len(body).to_bytes(4, "little") + body
    information = parse_trust_information(value)
    assert information.records == (TrustRecord("other", "", True),)
    assert information.complete
    assert information.routes() == ()


def test_a_number_of_records_without_end_ends() -> None:
    empty = (0).to_bytes(4, "little")
    value = (1).to_bytes(4, "little") + b"\xff\xff\xff\xff" + empty * 50_000
    assert parse_trust_information(value) == parse_trust_information(b"")


def test_a_damaged_record_does_not_spoil_the_next() -> None:
    start = 8 + 4
    damaged = bytearray(BY_SAMBA)
    # The length of the first name leads far beyond its record.
    damaged[start + 13 : start + 17] = b"\xff\xff\xff\x7f"
    information = parse_trust_information(bytes(damaged))
    assert not information.complete
    assert information.records == parse_trust_information(BY_SAMBA).records[1:]


@given(st.binary(max_size=200))
def test_nothing_raises(value: bytes) -> None:
    parse_trust_information(value)


@given(st.integers(0, len(BY_SAMBA) - 1))
def test_a_value_that_was_cut_off_is_not_complete(end: int) -> None:
    information = parse_trust_information(BY_SAMBA[:end])
    assert not information.complete
    assert information.records == parse_trust_information(BY_SAMBA).records[: len(information.records)]


@given(st.lists(st.tuples(st.integers(0, len(BY_SAMBA) - 1), st.integers(0, 255)), max_size=8))
def test_changed_bytes_do_no_harm(changes: list[tuple[int, int]]) -> None:
    value = bytearray(BY_SAMBA)
    for place, byte in changes:
        value[place] = byte
    information = parse_trust_information(bytes(value))
    assert all(record.name for record in information.records if record.kind == "top_level_name")


_names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30)


def _record(kind: int, flags: int, data: bytes) -> bytes:
    body = flags.to_bytes(4, "little") + bytes(8) + bytes([kind]) + data
    return len(body).to_bytes(4, "little") + body


@given(st.lists(st.tuples(st.sampled_from([0, 1]), st.integers(0, 15), _names), max_size=20))
def test_every_record_that_is_written_is_read(rows: list[tuple[int, int, str]]) -> None:
    records: list[bytes] = []
    for kind, flags, name in rows:
        raw = name.encode()
        records.append(_record(kind, flags, len(raw).to_bytes(4, "little") + raw))
    value = (1).to_bytes(4, "little") + len(records).to_bytes(4, "little") + b"".join(records)
    information = parse_trust_information(value)
    assert information.complete
    kinds: dict[int, t.Any] = {0: "top_level_name", 1: "exclusion"}
    assert [(r.kind, r.enabled, r.name) for r in information.records] == [
        (kinds[kind], not flags & 7, name) for kind, flags, name in rows
    ]
