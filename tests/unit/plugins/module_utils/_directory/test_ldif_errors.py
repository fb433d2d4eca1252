# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that are no complete export: each one clear sentence, and never a short answer."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory import ldif_blocks
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Selection
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import DirectoryError

JANE = b"dn: CN=Jane,DC=contoso\nobjectClass: user\n"
JOHN = b"dn: CN=John,DC=contoso\nobjectClass: user\n"
AFTER = JANE + b"\n"


EVERYTHING = Selection()


def failure(
    path: str | os.PathLike[str], chunk_size: int | None = None, selection: Selection = EVERYTHING
) -> DirectoryError:
    with pytest.raises(DirectoryError) as caught:
        list(LdifDirectory(os.fspath(path), chunk_size=chunk_size).search(selection=selection))
    message = str(caught.value)
    assert message.startswith(os.fspath(path))
    assert "\n" not in message
    assert message.endswith((".", ")"))
    return caught.value


LINES = [
    (b" dn: CN=x\n", 1, "LDIF_SYNTAX", "continuation"),
    (AFTER + b" dn: CN=x\n", 4, "LDIF_SYNTAX", "continuation"),
    (AFTER + b"cn: Jane\ndn: CN=x\n", 4, "LDIF_SYNTAX", "begins with 'cn: Jane' instead of 'dn:'"),
    (b"cn: Jane\ndn: CN=x\n", 1, "LDIF_NOT_AN_EXPORT", "csvde"),
    (b"DN,objectClass,cn\n", 1, "LDIF_NOT_AN_EXPORT", "csvde"),
    (b"<html>\n", 1, "LDIF_NOT_AN_EXPORT", "no LDIF"),
    (JANE + b"cn Jane\ncn: x\n", 3, "LDIF_SYNTAX", "name and a colon"),
    (JANE + b"cn: x\n y\n\tz\n", 5, "LDIF_SYNTAX", "name and a colon"),
    (JANE + b"description: x\n" + JOHN, 4, "LDIF_SYNTAX", "second 'dn:'"),
    (JANE + b"cn:: SmFu ZQ==\n", 3, "LDIF_SYNTAX", "value of 'cn' is no valid base64"),
    (JANE + b"cn:: SmFuZQ=\n", 3, "LDIF_SYNTAX", "value of 'cn' is no valid base64"),
    (JANE + b"cn:: SmF-ZQ==\n", 3, "LDIF_SYNTAX", "value of 'cn' is no valid base64"),
    (b"dn:: SmFu!!!!\nobjectClass: user\n", 1, "LDIF_SYNTAX", "value of 'dn' is no valid base64"),
    (b"dn:: /w==\nobjectClass: user\n", 1, "LDIF_SYNTAX", "DN is no UTF-8"),
    (JANE + b"cn: a\n b\nsn: M\xfcller\n", 5, "LDIF_SYNTAX", "ldifde -u"),
    (b"# x\n\ndn: CN=M\xfcller\nobjectClass: user\n", 3, "LDIF_SYNTAX", "ldifde -u"),
    (JANE + b"jpegPhoto:< file:///etc/passwd\n", 3, "LDIF_SYNTAX", "'jpegPhoto' stands in another file"),
    (JANE + b"# x\nchangetype: modify\nreplace: cn\ncn: x\n-\n", 4, "LDIF_NOT_AN_EXPORT", "'changetype: modify'"),
    (b"dn: CN=x\nchangetype: delete\n", 2, "LDIF_NOT_AN_EXPORT", "'changetype: delete'"),
    (b"dn: CN=x\ncontrol: 1.2 true\nchangetype: moddn\nnewrdn: CN=y\n", 3, "LDIF_NOT_AN_EXPORT", "moddn"),
    (b"dn: CN=x\nchangeType: modrdn\nnewrdn: CN=y\n", 2, "LDIF_NOT_AN_EXPORT", "modrdn"),
    (b"dn: CN=x\nchangetype:: bW9kaWZ5\n", 2, "LDIF_NOT_AN_EXPORT", "a change"),
    (b"version: 2\n" + JANE, 1, "LDIF_SYNTAX", "version"),
    (AFTER + b"# search result\nsearch: 2\nresult: 4 Size limit exceeded\n", 6, "LDIF_INCOMPLETE", "4 Size limit"),
    (AFTER + b"search: 2\nresult: 3 Time limit exceeded\n", 5, "LDIF_INCOMPLETE", "3 Time limit"),
    (AFTER + b"search: 2\nresult: 10 Referral\nref: ldap://dc\n", 5, "LDIF_INCOMPLETE", "10 Referral"),
    (b"search: 2\nresult: 32 No such object\n", 2, "LDIF_INCOMPLETE", "32 No such"),
    (JANE + b"result: 11 Administrative limit exceeded\n", 3, "LDIF_INCOMPLETE", "11 Administrative"),
    (AFTER + b"search: 2\nresult: 0 Success\npagedresults: cookie=AQ==\n", 6, "LDIF_INCOMPLETE", "more pages"),
    (AFTER + b"pagedresults: cookie=A\nPress [size] Enter for the next {5|size}", 5, "LDIF_INCOMPLETE", "noprompt"),
    (JANE + b"cn: a\0b\n", 3, "LDIF_NOT_AN_EXPORT", "NUL"),
    (AFTER + JOHN.decode().encode("utf-16-le"), 4, "LDIF_NOT_AN_EXPORT", "NUL"),
    (JANE + b"cn: a\rsn: b\n", 3, "LDIF_SYNTAX", "carriage return"),
    (JANE.replace(b"\n", b"\r"), 1, "LDIF_SYNTAX", "carriage return"),
    (JANE + b"cn: a\r\r\r\r\r\r\r\r", 3, "LDIF_SYNTAX", "carriage return"),
    (AFTER + b"dn: CN=Jane\nobjectCl", 5, "LDIF_INCOMPLETE", "cut off"),
    (AFTER + b"dn: CN=Jane\nobjectClass: user\ncn:: SmFuZ", 6, "LDIF_INCOMPLETE", "cut off"),
    (AFTER + b"dn: CN=Jane\nobjectClass: user\nphoto:: SmFu\n SmF", 6, "LDIF_INCOMPLETE", "cut off"),
    (AFTER + b"dn: CN=Bare\ncn: x\n", 4, "LDIF_INCOMPLETE", "'CN=Bare' has no objectClass"),
    (AFTER + b"dn: CN=Names\ncn:\nobjectClass:\n", 4, "LDIF_INCOMPLETE", "'CN=Names' has no objectClass"),
]


@pytest.mark.parametrize(("data", "line", "code", "words"), LINES)
@pytest.mark.parametrize("chunk_size", [1, 16, None])
def test_bad_lines(tmp_path: Path, data: bytes, line: int, code: str, words: str, chunk_size: int | None) -> None:
    path = tmp_path / "export.ldif"
    path.write_bytes(data)
    error = failure(path, chunk_size)
    assert error.code == code
    assert f", line {line}: " in str(error)
    assert words in str(error)
    if b"\0" not in data and b"\r" not in data:
        path.write_bytes(data.replace(b"\n", b"\r\n"))
        assert str(failure(path, chunk_size)) == str(error)


def test_a_cut_value_is_told_even_where_it_is_not_wanted(tmp_path: Path) -> None:
    path = tmp_path / "export.ldif"
    path.write_bytes(JANE + b"photo:: SmFuZ")
    assert failure(path, selection=Selection(("objectClass",))).code == "LDIF_INCOMPLETE"
    # A value that nobody wants and that is whole is not looked at.
    path.write_bytes(JANE + b"photo:: SmFuZ\n")
    assert len(list(LdifDirectory(str(path)).search(selection=Selection(("objectClass",))))) == 1


def test_an_entry_without_class_is_fine_where_no_class_is_wanted(tmp_path: Path) -> None:
    path = tmp_path / "export.ldif"
    path.write_bytes(b"dn: CN=x\ncn: x\n")
    assert len(list(LdifDirectory(str(path)).search(selection=Selection(("cn",))))) == 1


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "LDIF_EMPTY", "is empty"),
        (b"\n\n\r\n", "LDIF_EMPTY", "no entry at all"),
        (b"\xef\xbb\xbf", "LDIF_EMPTY", "no entry at all"),
        (b"\xff\xfe", "LDIF_EMPTY", "no entry at all"),
        (b"version: 1\n\n# nothing\n\nsearch: 2\nresult: 0 Success\n", "LDIF_EMPTY", "no entry at all"),
        (b"dn:\nobjectClass: top\n", "LDIF_EMPTY", "no entry at all"),
        (b"dn: CN=x\nobjectClass: top\nisDeleted: TRUE\n", "LDIF_EMPTY", "1 deleted objects and no other"),
        (gzip.compress(JANE), "LDIF_NOT_AN_EXPORT", "gzip"),
        (b"PK\x03\x04\x14\0", "LDIF_NOT_AN_EXPORT", "zip"),
        (b"ElfFile\x00\0\0", "LDIF_NOT_AN_EXPORT", "event log"),
        (b"SQLite format 3\x00", "LDIF_NOT_AN_EXPORT", "SQLite"),
        (b"\xff\xfe\0\0d\0\0\0", "LDIF_NOT_AN_EXPORT", "NUL"),
        ("\ufeffdn: CN=Jane\nobjectClass: user\n".encode("utf-16-le")[:-1], "LDIF_INCOMPLETE", "middle of a character"),
    ],
)
def test_bad_files(tmp_path: Path, data: bytes, code: str, words: str) -> None:
    path = tmp_path / "export.ldif"
    path.write_bytes(data)
    error = failure(path)
    assert error.code == code
    assert words in str(error)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    missing = tmp_path / "missing.ldif"
    assert "No such file" in str(failure(missing))
    assert failure(missing).code == "LDIF_UNREADABLE"
    assert "is a directory" in str(failure(tmp_path))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert "no regular file" in str(failure(pipe))
    assert failure("nul\0name").code == "LDIF_UNREADABLE"


def test_a_file_that_changes_while_it_is_in_use(tmp_path: Path) -> None:
    path = tmp_path / "export.ldif"
    path.write_bytes(AFTER + AFTER)
    directory = LdifDirectory(str(path), chunk_size=8)
    assert len(list(directory.search())) == 2
    entries = directory.search()
    next(entries)
    path.write_bytes(AFTER + AFTER + AFTER)
    for pending in (entries, directory.search()):
        with pytest.raises(DirectoryError, match="changed or replaced") as caught:
            list(pending)
        assert caught.value.code == "LDIF_INCOMPLETE"
    fresh = LdifDirectory(str(path))
    path.unlink()
    path.write_bytes(AFTER)
    with pytest.raises(DirectoryError, match="changed or replaced"):
        fresh.identity()


def test_an_endless_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ldif_blocks, "_MAX_LINE", 1 << 20)
    path = tmp_path / "export.ldif"
    for data in (b"cn: " + b"x" * (2 << 20), b"cn: x\n" + b" x\n" * (1 << 20)):
        path.write_bytes(JANE + data)
        error = failure(path)
        assert error.code == "LDIF_NOT_AN_EXPORT"
        assert "line 3: the line is longer than 1 MiB" in str(error)


def test_entries_before_the_fault_are_handed_out_first(tmp_path: Path) -> None:
    path = tmp_path / "export.ldif"
    path.write_bytes(AFTER + b"cn: x\n")
    entries = LdifDirectory(str(path)).search()
    assert next(entries).dn == "CN=Jane,DC=contoso"
    with pytest.raises(DirectoryError):
        next(entries)
