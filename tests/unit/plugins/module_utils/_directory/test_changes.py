# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes: as LDIF for an import by hand, and as the message that goes out."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._directory import ldap_modify
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Modification
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif_changes import ChangeFile, change_record
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import (
    ConflictError,
    DirectoryError,
    OutputError,
)
from ansible_collections.syncready.m365.plugins.module_utils._model.finding import Change

DN = "CN=Partitions,CN=Configuration,DC=contoso,DC=local"


def test_a_record() -> None:
    record = change_record(
        DN,
        [
            Modification("uPNSuffixes", (b"old.example",), (b"a.example", " ü".encode())),
            Modification("mail", (), (b"x",)),
        ],
    )
    assert record.decode() == (
        f"dn: {DN}\nchangetype: modify\ndelete: uPNSuffixes\nuPNSuffixes: old.example\n-\nadd: uPNSuffixes\n"
        "uPNSuffixes: a.example\nuPNSuffixes:: IMO8\n-\nadd: mail\nmail: x\n-\n"
    )


def _unfolded(record: bytes) -> list[bytes]:
    return record.replace(b"\n ", b"").split(b"\n")[:-1]


def _plain(rest: bytes) -> bytes:
    if rest.startswith(b": "):
        return base64.b64decode(rest[2:], validate=True)
    assert rest.startswith(b" ")
    return rest[1:]


@given(st.binary(min_size=1, max_size=200), st.text(min_size=1, max_size=120))
def test_every_value_survives(value: bytes, name: str) -> None:
    name = name.encode("utf-8", "ignore").decode() or "x"
    lines = _unfolded(change_record(name, [Modification("uPNSuffixes", (value,))]))
    assert _plain(lines[0].removeprefix(b"dn:")) == name.encode()
    assert lines[1:3] == [b"changetype: modify", b"delete: uPNSuffixes"]
    assert _plain(lines[3].removeprefix(b"uPNSuffixes:")) == value
    assert lines[4:] == [b"-"]


@given(st.binary(min_size=1, max_size=300))
def test_lines_are_safe_and_folded(value: bytes) -> None:
    record = change_record("CN=x", [Modification("mail", (), (value,))])
    assert record.isascii()
    assert all(len(line) <= 76 for line in record.split(b"\n"))
    assert b"\0" not in record and b"\r" not in record


def test_the_file(tmp_path: Path) -> None:
    path = tmp_path / "change.ldif"
    for _run in range(2):
        file = ChangeFile(str(path))
        file.add(DN, [Modification("uPNSuffixes", (), (b"a.example",))])
        file.add("CN=b", [Modification("mail", (b"old",), (b"new",))])
        assert file.differs() is (not path.exists())
        file.publish()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().count(b"\n\ndn: ") == 1
    assert [item.name for item in tmp_path.iterdir()] == ["change.ldif"]


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = ChangeFile(str(tmp_path / "nowhere" / "change.ldif"))
    with pytest.raises(OutputError, match=r"nowhere/change\.ldif"):
        file.publish()
    with pytest.raises(OutputError, match=str(tmp_path)):
        ChangeFile(str(tmp_path)).differs()
    assert list(tmp_path.iterdir()) == []


def test_an_export_takes_changes_only_into_a_file(tmp_path: Path) -> None:
    export = tmp_path / "export.ldif"
    export.write_text("dn: CN=a\nobjectClass: user\n", encoding="utf-8")
    changes = [Modification("mail", (), (b"x",))]
    with pytest.raises(DirectoryError) as caught:
        LdifDirectory(str(export)).modify("CN=a", changes)
    assert caught.value.code == "READ_ONLY_SOURCE"
    file = ChangeFile(str(tmp_path / "change.ldif"))
    LdifDirectory(str(export), changes=file).modify("CN=a", changes)
    assert file.content() == change_record("CN=a", changes)


def test_a_proposed_change_becomes_bytes() -> None:
    change = Change("mail", remove=("ä",), add=("b",))
    assert Modification.from_change(change) == Modification("mail", ("ä".encode(),), (b"b",))


def test_the_message() -> None:
    sent = ldap_modify.modify_request(5, "CN=a", [Modification("mail", (b"x",), (b"y", b"z"))])
    # Written by hand from RFC 4511: deletions first, then additions.
    delete = bytes.fromhex("30 10 0a0101 300b 0404 6d61696c 3103 0401 78")
    add = bytes.fromhex("30 13 0a0100 300e 0404 6d61696c 3106 0401 79 0401 7a")
    body = bytes.fromhex("0404 434e3d61") + bytes([0x30, len(delete) + len(add)]) + delete + add
    expected = bytes.fromhex("020105") + bytes([0x66, len(body)]) + body
    assert sent == bytes([0x30, len(expected)]) + expected


@pytest.mark.parametrize(
    ("code", "error_code"),
    [
        (16, "CONFLICT"),
        (20, "CONFLICT"),
        (50, "NO_RIGHTS"),
        (32, "NO_SUCH_OBJECT"),
        (10, "REFERRAL"),
        (19, "VALUE_REFUSED"),
        (21, "VALUE_REFUSED"),
        (68, "VALUE_REFUSED"),
        (11, "LIMIT_EXCEEDED"),
        (51, "SERVER_BUSY"),
        (53, "MODIFY_FAILED"),
        (80, "MODIFY_FAILED"),
    ],
)
def test_refusals_have_names(code: int, error_code: str) -> None:
    error = ldap_modify.modify_error("dc1", "CN=a", code, "00002098: \x1b[31mno")
    assert error.code == error_code
    assert "CN=a" in str(error)
    assert "\x1b" not in str(error)
    assert isinstance(error, ConflictError) is (error_code == "CONFLICT")
