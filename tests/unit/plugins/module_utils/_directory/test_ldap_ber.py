# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""LDAP messages taken apart: what is right comes out whole, what is not ends in one kind of error."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._directory import ldap_ber as ber
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_entries import EntryParser, Range
from ansible_collections.syncready.m365.tests.support import ldap_messages as ldap

NAMES = st.sampled_from(["cn", "mail", "proxyAddresses", "objectGUID", "homeMDB", "x" * 60])
VALUES = st.lists(st.binary(max_size=300), max_size=4)
ENTRIES = st.lists(
    st.tuples(st.text(max_size=80), st.dictionaries(NAMES, VALUES, max_size=4), st.booleans()), max_size=5
)


def _read(data: bytes, counted: frozenset[str] = frozenset()) -> list[tuple[str, dict[str, list[bytes]]]]:
    return [(entry.dn, entry.attributes) for entry in EntryParser(counted).entries(data)]


@given(ENTRIES)
def test_what_was_written_is_read(entries: list[tuple[str, dict[str, list[bytes]], bool]]) -> None:
    data = b"".join(
        ldap.entry(number + 1, dn, attributes, wide) for number, (dn, attributes, wide) in enumerate(entries)
    )
    expected = [
        (dn, {name.lower(): values for name, values in attributes.items() if values})
        for dn, attributes, _wide in entries
    ]
    assert _read(data) == expected


@given(ENTRIES, st.data())
def test_what_was_cut_is_never_read_as_something_else(
    entries: list[tuple[str, dict[str, list[bytes]], bool]], data: st.DataObject
) -> None:
    messages = [ldap.entry(7, dn, attributes, wide) for dn, attributes, wide in entries]
    whole = b"".join(messages)
    cut = whole[: data.draw(st.integers(0, max(0, len(whole) - 1)))]
    ends = [sum(len(message) for message in messages[:number]) for number in range(len(messages) + 1)]
    if len(cut) in ends:
        assert len(_read(cut)) == ends.index(len(cut))
    else:
        with pytest.raises(ber.BerError):
            _read(cut)


@settings(max_examples=500)
@given(st.binary(max_size=400))
def test_any_bytes_end_in_entries_or_in_one_error(data: bytes) -> None:
    for work in (
        lambda: _read(data, frozenset(("cn",))),
        lambda: ber.parse_answer(data, 0, len(data)),
        lambda: ber.message_parts(data, 0, len(data)),
        lambda: ber.message_end(data, 0, len(data), 1000),
    ):
        with contextlib.suppress(ber.BerError):
            work()


@settings(max_examples=500)
@given(ENTRIES, st.data())
def test_one_altered_byte_ends_in_entries_or_in_one_error(
    entries: list[tuple[str, dict[str, list[bytes]], bool]], data: st.DataObject
) -> None:
    altered = bytearray(b"".join(ldap.entry(7, dn, attributes, wide) for dn, attributes, wide in entries))
    if altered:
        altered[data.draw(st.integers(0, len(altered) - 1))] = data.draw(st.integers(0, 255))
        with contextlib.suppress(ber.BerError):
            _read(bytes(altered), frozenset(("mail",)))


def test_other_messages_between_entries_are_passed_over() -> None:
    data = (
        ldap.entry(1, "CN=a", {"cn": [b"a"]})
        + ldap.reference(1, "ldap://b")
        + ldap.entry(1, "CN=c", {"cn": [b"c"]}, wide=True)
    )
    assert [dn for dn, _attributes in _read(data)] == ["CN=a", "CN=c"]


def test_values_that_are_counted_are_not_kept() -> None:
    parser = EntryParser(frozenset(("member",)))
    data = ldap.entry(1, "CN=g", {"member": [b"a", b"bb", b""], "cn": [b"g"], "member;range=0-1": [b"x"]})
    (entry,) = list(parser.entries(data))
    assert entry.counts == {"member": 3}
    assert entry.attributes == {"cn": [b"g"]}
    assert parser.ranges == {"member": Range(0, 1)}


@pytest.mark.parametrize(
    ("option", "part"),
    [("range=0-1499", Range(0, 1499)), ("RANGE=1500-*", Range(1500, None)), ("binary;range=3-4", Range(3, 4))],
)
def test_ranges(option: str, part: Range) -> None:
    parser = EntryParser()
    data = ldap.entry(1, "CN=g", {"member": [], f"member;{option}": [b"a"]}) + ldap.entry(1, "CN=h", {"cn": [b"h"]})
    first, ranges, second = None, None, None
    for entry in parser.entries(data):
        if first is None:
            first, ranges = entry, parser.ranges
        else:
            second = entry
    assert first is not None and first.attributes == {"member": [b"a"]} and ranges == {"member": part}
    assert second is not None and parser.ranges == {}


@pytest.mark.parametrize("option", ["range=", "range=a-b", "range=1"])
def test_a_range_that_is_none(option: str) -> None:
    with pytest.raises(ber.BerError):
        _read(ldap.entry(1, "CN=g", {f"member;{option}": [b"a"]}))


def test_options_of_names_are_dropped_and_values_joined() -> None:
    data = ldap.entry(1, "CN=g", {"userCertificate;binary": [b"a"], "usercertificate": [b"b"], "CN;lang-de": []})
    assert _read(data) == [("CN=g", {"usercertificate": [b"a", b"b"]})]


def test_another_decoder_gives_the_same() -> None:
    attributes: dict[str, t.Any] = {
        "cn": [b"a"],
        "member;range=0-1": [b"x", b"y"],
        "mail": [],
        "userCertificate": [b"c"],
    }
    parser = EntryParser(frozenset(("usercertificate",)))
    (read,) = list(parser.entries(ldap.entry(1, "CN=g", attributes)))
    ranges = parser.ranges
    made = parser.entry("CN=g", attributes)
    assert (made.dn, made.attributes, made.counts, parser.ranges) == (read.dn, read.attributes, read.counts, ranges)


@given(
    st.integers(0, 200),
    st.text(max_size=200),
    st.none() | st.binary(max_size=200),
    st.lists(st.text(max_size=30), max_size=3),
)
def test_the_end_of_an_operation(code: int, words: str, cookie: bytes | None, referrals: list[str]) -> None:
    data = ldap.result(5, 0x65, code, words, cookie=cookie, referrals=referrals, tail=ldap.text(b"token", 0x87))
    answer = ber.parse_answer(data, 0, len(data))
    assert (answer.code, answer.text, answer.cookie, answer.referrals) == (code, words, cookie, tuple(referrals))
    assert answer.credentials == b"token"
    assert ber.message_parts(data, 0, len(data))[:2] == (5, 0x65)
    assert ber.message_end(data, 0, len(data), 10**6) == len(data)


@given(st.integers(1, 2**31 - 1), st.text(max_size=300), st.text(max_size=300))
def test_requests_that_are_written_are_read_by_a_server(number: int, name: str, secret: str) -> None:
    bind = ldap.read_request(ber.simple_bind(number, name, secret))
    assert bind == ldap.Bind(number, name, None, secret.encode())
    step = ldap.read_request(ber.sasl_bind(number, "GSS-SPNEGO", secret.encode()))
    assert step == ldap.Bind(number, "", "GSS-SPNEGO", secret.encode())
    assert ldap.read_request(ber.extended_request(number, "1.2.3")) == ldap.Extended(number, "1.2.3")


def test_a_message_without_end_is_refused_before_it_is_read() -> None:
    with pytest.raises(ber.BerError, match="larger than anything"):
        ber.message_end(b"\x30\x84\x7f\xff\xff\xff", 0, 6, 1 << 20)
    with pytest.raises(ber.BerError):
        ber.message_end(b"\x30\x80", 0, 2, 1 << 20)
    with pytest.raises(ber.BerError):
        ber.message_end(b"HTTP/1.1 400", 0, 12, 1 << 20)
    assert ber.message_end(b"\x30\x84\x00", 0, 3, 1 << 20) == 0
