# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opening a text file of the tenant's side, whatever program saved it: UTF-8, UTF-16 or Windows' own code page."""

from __future__ import annotations

import codecs
import typing as t

from .errors import TenantFileError

_CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What people hand in instead: files that begin like this are no text.
_KNOWN = (
    (b"PK\x03\x04", "a workbook or an archive", "Save the table as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save the table as CSV"),
    (b"\x1f\x8b", "packed", "Unpack it"),
    (b"%PDF", "a PDF document", "Export it as CSV or JSON"),
    (b"SQLite format 3", "a database", "Export it as CSV or JSON"),
)


class Text(t.NamedTuple):
    """A text file.

    Attributes:
        file: open for reading, line ends as they are.
        encoding: the name of its encoding.
        ends_in_line: whether its last line has an end.
    """

    file: t.TextIO
    encoding: str
    ends_in_line: bool


def open_text(path: str) -> Text:
    """Open a text file of any of the encodings that exports come in.

    Raises:
        TenantFileError: it cannot be read, is empty, no text, or ends in the middle of a character.
    """
    try:
        with open(path, "rb") as raw:
            encoding, tail = _look(raw, path)
        file = open(path, encoding=encoding, newline="")  # noqa: SIM115  (the caller closes it)
    except OSError as error:
        raise TenantFileError(f"{path} cannot be read: {error.strerror or error}.") from None
    return Text(file, encoding, tail.rstrip(b"\0").endswith((b"\n", b"\r")))


def _look(raw: t.BinaryIO, path: str) -> tuple[str, bytes]:
    """Return the encoding, and the last bytes of the file. All of it is read: a wrong guess would garble names."""
    head = raw.read(_CHUNK)
    if not head.strip(b"\0 \t\r\n" + codecs.BOM_UTF8):
        raise TenantFileError(f"{path} is empty. Export it again.")
    for beginning, what, remedy in _KNOWN:
        if head.startswith(beginning):
            raise TenantFileError(f"{path} is {what}, not an export as CSV or JSON. {remedy} and give that file.")
    guess = next((name for bom, name in _BOMS if head.startswith(bom)), None) or _without_mark(head)
    decoder = codecs.getincrementaldecoder(guess)()
    chunk, tail = head, b""
    try:
        while chunk:
            decoder.decode(chunk)
            tail = (tail + chunk)[-4:]
            chunk = raw.read(_CHUNK)
    except UnicodeDecodeError:
        if guess != "utf-8":
            raise TenantFileError(
                f"{path} is damaged: not all of it is {guess.upper()} text. Export it again."
            ) from None
        return _code_page(raw, path)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise TenantFileError(f"{path} was cut off: it ends in the middle of a character. Export it again.") from None
    return guess, tail


def _without_mark(head: bytes) -> str:
    """Return the encoding of a file without a byte order mark: every other byte of UTF-16 is zero in Latin text."""
    sample = head[:4000]
    pairs = max(1, len(sample) // 2)
    if sample[1::2].count(0) > pairs * 0.6:
        return "utf-16-le"
    if sample[0::2].count(0) > pairs * 0.6:
        return "utf-16-be"
    return "utf-8"


def _code_page(raw: t.BinaryIO, path: str) -> tuple[str, bytes]:
    """Return that the file is in Windows' code page, unless it holds what no text holds."""
    raw.seek(0)
    tail = b""
    while chunk := raw.read(_CHUNK):
        if b"\0" in chunk:
            raise TenantFileError(f"{path} is no text file. Give an export as CSV or JSON.")
        tail = (tail + chunk)[-4:]
    # Latin-1 has a character for every byte; the code page lacks five.
    return "cp1252" if _decodes(raw) else "latin-1", tail


def _decodes(raw: t.BinaryIO) -> bool:
    raw.seek(0)
    try:
        while chunk := raw.read(_CHUNK):
            chunk.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True
