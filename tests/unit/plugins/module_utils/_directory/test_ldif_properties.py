# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every LDIF file, however it is folded, encoded, cut into chunks, or damaged."""

from __future__ import annotations

import base64
import os
import tempfile
import typing as t
from pathlib import Path
from unittest import mock

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._directory import ldif
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Selection
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif_reader import LdifReader
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import SyncreadyError

Attributes = list[tuple[str, list[bytes]]]
Records = list[tuple[str, Attributes]]
Draw = t.Callable[[int], int]
EVERYTHING = Selection()
Seen = t.Union[list[tuple[str, dict[str, list[bytes]], dict[str, int], frozenset[str], str]], str]  # noqa: UP007

NAMES = st.sampled_from(["cn", "givenName", "proxyAddresses", "member", "objectGUID", "x-1"])
VALUES = st.binary(max_size=40) | st.text(max_size=20).map(str.encode) | st.just(b"Jane Doe") | st.just(b"x" * 200)
RECORDS: st.SearchStrategy[Records] = st.lists(
    st.tuples(
        st.text(min_size=1, max_size=12).map(lambda name: "CN=" + name),
        st.lists(st.tuples(NAMES, st.lists(VALUES, min_size=1, max_size=4)), max_size=4),
    ),
    min_size=1,
    max_size=4,
)


def may_be_plain(value: bytes) -> bool:
    """Return whether a value may stand in LDIF as it is, in UTF-8."""
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return value[:1] not in (b" ", b":", b"<") and not any(sign in value for sign in b"\0\r\n")


def attribute_line(name: str, value: bytes, draw: Draw) -> bytes:
    """Write one value, in one of the ways that LDIF has for it."""
    spaces = b" " * (0, 1, 1, 1, 2)[draw(5)]
    if may_be_plain(value) and draw(3):
        line = name.encode() + b":" + spaces + value
    else:
        line = name.encode() + b"::" + spaces + base64.b64encode(value)
    if draw(2):
        return line
    parts = []
    while line:
        # A fold may stand anywhere but before the first byte: within a name, a mark, a character.
        cut = 1 + draw(30)
        parts.append(line[:cut])
        line = line[cut:]
    return b"\n ".join(parts)


def written(records: Records, draw: Draw) -> bytes:
    """Write records as LDIF, each time differently."""
    blocks = [b"version: 1"] if draw(2) else []
    for dn, attributes in records:
        lines = [attribute_line("dn", dn.encode(), draw)]
        if draw(4) == 0:
            lines.insert(0, b"# a comment\n  that is folded: x\n# another\xff")
        if draw(2):
            lines.append(b"changetype: add")
        lines.append(b"objectClass: user")
        for name, values in attributes:
            for value in values:
                if draw(8) == 0:
                    lines.append(b"# comment: x")
                lines.append(attribute_line(name if draw(2) else name.upper(), value, draw))
        blocks.append(b"\n".join(lines))
    text = b"".join(block + b"\n" * (2 + draw(2) * draw(3)) for block in blocks)
    if draw(2):
        text = text.rstrip(b"\n")
    if draw(2):
        text = text.replace(b"\n", b"\r\n")
    return b"\xef\xbb\xbf" + text if draw(2) else text


def with_file(data: bytes, use: t.Callable[[str], Seen]) -> Seen:
    handle, path = tempfile.mkstemp(suffix=".ldif")
    try:
        os.write(handle, data)
        os.close(handle)
        return use(path)
    finally:
        Path(path).unlink()


def seen(path: str, chunk_size: int | None = None, selection: Selection = EVERYTHING) -> Seen:
    """Return all that a pass shows: the entries, or the sentence of the error."""
    try:
        entries: list[Entry] = list(LdifDirectory(path, chunk_size=chunk_size).search(selection=selection))
    except SyncreadyError as error:
        message = str(error).replace(path, "FILE")
        assert message.startswith("FILE")
        assert error.code.startswith("LDIF_")
        message.encode("utf-8")
        return message
    return [(e.dn, e.attributes, e.counts, e.incomplete, e.origin) for e in entries]


class CarefulReader(LdifReader):
    """A reader that never takes the quick way."""

    @staticmethod
    def _rows(text: bytes) -> list[bytes] | None:
        return None


def seen_carefully(path: str, selection: Selection) -> Seen:
    with mock.patch.object(ldif, "LdifReader", CarefulReader):
        return seen(path, selection=selection)


SELECTIONS = [
    Selection(),
    Selection(("objectClass", "cn", "objectGUID")),
    Selection(("cn", "proxyAddresses"), ("member",)),
    Selection(None, ("proxyaddresses", "cn")),
]


@given(RECORDS, st.data())
@settings(deadline=None)
def test_what_was_written_is_read(records: Records, data: st.DataObject) -> None:
    text = written(records, lambda number: data.draw(st.integers(0, number - 1)))
    chunk_size = data.draw(st.none() | st.integers(1, 60))
    result = with_file(text, lambda path: seen(path, chunk_size))
    expected: list[tuple[str, dict[str, list[bytes]], dict[str, int], frozenset[str]]] = []
    for dn, attributes in records:
        values: dict[str, list[bytes]] = {"objectclass": [b"user"]}
        for name, added in attributes:
            values.setdefault(name.lower(), []).extend(added)
        expected.append((dn, values, {}, frozenset()))
    if all("\ndel:" not in dn.lower() for dn, _attributes in records):
        assert [entry[:4] for entry in result] == expected
    numbers = [int(entry[4].removeprefix("line ")) for entry in result if isinstance(entry, tuple)]
    lines = text.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    assert all(lines[number - 1].lower().startswith(b"d") for number in numbers)


# Pieces of LDIF, whole and broken, to put together at random.
PIECES = st.sampled_from(
    [
        b"dn: CN=a,DC=contoso", b"dn:: Q049YQ==", b"dn:", b"dn: CN=\xfc", b"objectClass: user", b"OBJECTCLASS: top",
        b"cn: Jane", b"cn:Jane", b"cn:  Jane", b"cn:: SmFuZQ==", b"cn:: SmFuZ", b"cn::SmFuZQ==", b"cn: J\xc3\xbc",
        b"cn: \xfc", b"cn:", b"cn", b" x", b"  x", b" ", b"", b"", b"", b"# comment", b"# a: \xff", b"#",
        b"member;range=0-1: a", b"member;range=2-*: b", b"member: c", b"member:", b"member:: AA==",
        b"userCertificate;binary:: AAE=", b"photo:< file:///x", b"changetype: add", b"changetype: delete",
        b"isDeleted: TRUE", b"version: 1", b"search: 2", b"result: 0 Success", b"result: 4 Size", b"ref: ldap://x",
        b"pagedresults: cookie=", b"pagedresults: cookie=A", b"# pagedresults: cookie=A", b"control: 1.2 false",
        b"proxyAddresses: SMTP:a@contoso.com", b"\tx: y", b"a b: c", b"x:y: z", b"-", b"\x00", b"a: b\rc",
    ]
)  # fmt: skip
JUMBLES = st.lists(PIECES, max_size=14).map(b"\n".join) | st.binary(max_size=80)
STARTED = st.tuples(st.sampled_from([b"", b"dn: CN=x\nobjectClass: user\n", b"\xef\xbb\xbf", b"\xff\xfe"]), JUMBLES)


@given(STARTED, st.sampled_from(SELECTIONS), st.booleans())
@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@example((b"dn: CN=x\nobjectClass: user\n", b"cn: a\ncn:: SmFuZ\n\n"), SELECTIONS[0], False)
def test_chunks_and_the_quick_way_change_nothing(
    parts: tuple[bytes, bytes], selection: Selection, windows: bool
) -> None:
    text = b"".join(parts).replace(b"\n", b"\r\n" if windows else b"\n")
    no_text = b"\0" in text or b"\r" in text.replace(b"\r\n", b"") or text[:2] == b"\xff\xfe"

    def use(path: str) -> Seen:
        whole = seen(path, selection=selection)
        assert seen_carefully(path, selection) == whole
        for chunk_size in (1, 2, 3, 7, 20):
            found = seen(path, chunk_size, selection)
            # Of several faults, a byte that no text has is told first, in the chunk where it is.
            assert found == whole or (no_text and isinstance(found, str) and isinstance(whole, str))
        return whole

    with_file(text, use)


@given(st.lists(PIECES, max_size=12).map(b"\n".join), st.sampled_from(["utf-16-le", "utf-16-be"]), st.data())
@settings(deadline=None)
def test_utf16_gives_the_same_as_utf8(text: bytes, encoding: str, data: st.DataObject) -> None:
    plain = (b"dn: CN=x\nobjectClass: user\n" + text).decode("utf-8", "ignore")
    chunk_size = data.draw(st.none() | st.integers(1, 9))
    encoded = ("\ufeff" + plain).encode(encoding)
    wide, narrow = with_file(encoded, lambda path: seen(path, chunk_size)), with_file(plain.encode(), seen)
    no_text = "\0" in plain or "\r" in plain
    assert wide == narrow or (no_text and isinstance(wide, str) and isinstance(narrow, str))
