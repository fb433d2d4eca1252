# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An LDIF file as a stream of records that are not taken apart yet: encodings, line ends, blank lines, limits."""

from __future__ import annotations

import codecs
import hashlib
import os
import stat
import typing as t

from .._model.errors import DirectoryError

SYNTAX = "LDIF_SYNTAX"
EMPTY = "LDIF_EMPTY"
UNREADABLE = "LDIF_UNREADABLE"
INCOMPLETE = "LDIF_INCOMPLETE"
NOT_AN_EXPORT = "LDIF_NOT_AN_EXPORT"

# Where a block ends.
INSIDE, RECORD_END, CUT_END = 0, 1, 2

# The text of a record or of some of its lines (line feeds between the lines, none at the ends, folds as they are),
# the number of its first line, and where it ends: inside a record, with the record, or with the record at the end
# of a file that has no line end there.
Block = tuple[bytes, int, int]

_CHUNK = 256 * 1024
_MAX_LINE = 64 * 1024 * 1024

_FOREIGN = (
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"PK\x03\x04", "a zip archive or an Office document: unpack it, or export the directory as LDIF"),
    (b"BZh", "a bzip2 archive: unpack it first"),
    (b"\xfd7zXZ\x00", "an xz archive: unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive: unpack it first"),
    (b"ElfFile\x00", "a Windows event log, not an export: export the directory with ldifde or ldapsearch"),
    (b"SQLite format 3\x00", "an SQLite database, not an export: give the LDIF that ldifde or ldapsearch wrote"),
)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def problem(path: str, line: int, text: str, code: str = SYNTAX) -> DirectoryError:
    """Return the error for something that is wrong at a line of a file."""
    return DirectoryError(f"{path}, line {line}: {text}", code=code)


class LdifFile:
    """A file that can be read from its beginning any number of times, as long as nobody changes it.

    Attributes:
        path: as it was given.
        size: in bytes.
        utf16: whether the file holds UTF-16 text; the blocks are UTF-8 all the same.
        sha256: the digest of the file in hexadecimal, once it was read to its end; else None.
        position: how many bytes the reading that began last has taken.
    """

    def __init__(self, path: str, chunk: int = _CHUNK) -> None:
        """Look at a file.

        Args:
            path: where it is.
            chunk: how many bytes to read at a time; a few times as many are held in memory.

        Raises:
            DirectoryError: the file cannot be read, is empty, or is something else by its first bytes.
        """
        self.path = path
        self.sha256: str | None = None
        self.position = 0
        self._chunk = chunk
        with self._open() as file:
            self._stamp = self._look(file)
            head = self._read(file, 16)
        self.size = self._stamp[0]
        if not head:
            raise DirectoryError(f"{path} is empty: export the directory again.", code=EMPTY)
        for magic, what in _FOREIGN:
            if head.startswith(magic):
                raise DirectoryError(f"{path} is {what}.", code=NOT_AN_EXPORT)
        self._bom, self._encoding = next(((bom, name) for bom, name in _BOMS if head.startswith(bom)), (b"", "utf-8"))
        self.utf16 = self._encoding != "utf-8"

    def digest(self) -> str:
        """Return the SHA-256 of the file in hexadecimal, reading it for that if nobody has read it yet.

        Raises:
            DirectoryError: the file cannot be read, or is no longer the one that was opened.
        """
        if self.sha256 is None:
            digest = hashlib.sha256()
            with self._open() as file:
                self._check_unchanged(file)
                while data := self._read(file, self._chunk):
                    digest.update(data)
                self._check_unchanged(file)
            self.sha256 = digest.hexdigest()
        return self.sha256

    def blocks(self) -> t.Generator[Block, None, None]:
        """Yield the file from beginning to end; see Block.

        A record of usual size is one block. A long one comes in parts of whole lines, so that a group with
        hundreds of thousands of members takes no more memory than any other.

        Raises:
            DirectoryError: the file cannot be read to its end, or holds what no text file holds.
        """
        decoder = codecs.getincrementaldecoder(self._encoding)("surrogatepass") if self.utf16 else None
        digest = hashlib.sha256()
        line = 1
        tail = held = b""
        skip = len(self._bom)
        self.position = 0
        with self._open() as file:
            self._check_unchanged(file)
            while raw := self._read(file, max(self._chunk, len(tail), skip)):
                digest.update(raw)
                self.position += len(raw)
                if skip:
                    raw, skip = raw[skip:], 0
                text = tail + held + (raw if decoder is None else decoder.decode(raw).encode("utf-8", "surrogatepass"))
                held = b""
                if b"\r" in text:
                    # A carriage return at the end waits for what follows it.
                    whole = text.rstrip(b"\r")
                    held = text[len(whole) :]
                    # A file that was copied as text once or twice too often has several before each line feed.
                    text = whole.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n")
                if b"\r" in text or b"\0" in text or len(held) > 3:
                    raise self._no_text(text, line)
                end = text.rfind(b"\n\n")
                if end >= 0:
                    for piece in text[:end].split(b"\n\n"):
                        if body := piece.strip(b"\n"):
                            yield body, line if piece[0] != 10 else line + _leading(piece), RECORD_END
                        line += piece.count(b"\n") + 2
                    text = text[end + 2 :]
                if len(text) > self._chunk:
                    blank = _leading(text)
                    line, text = line + blank, text[blank:]
                    if (cut := _last_line_start(text)) > 0:
                        yield text[: cut - 1], line, INSIDE
                        line += text.count(b"\n", 0, cut)
                        text = text[cut:]
                    if len(text) > _MAX_LINE:
                        raise problem(
                            self.path,
                            line,
                            f"the line is longer than {_MAX_LINE >> 20} MiB, folds included, which no directory "
                            "writes: the file is no export, or damaged.",
                            NOT_AN_EXPORT,
                        )
                tail = text
            self._check_unchanged(file)
        self.sha256 = digest.hexdigest()
        if decoder is not None and decoder.getstate()[0]:
            raise self._cut_off(line + tail.count(b"\n"))
        if body := tail.strip(b"\n"):
            yield body, line + _leading(tail), RECORD_END if tail.endswith(b"\n") else CUT_END

    def _open(self) -> t.BinaryIO:
        try:
            # A pipe that nobody writes to must not hang the caller: it is refused by its kind before it is read.
            kind = os.stat(self.path).st_mode
            if stat.S_ISREG(kind):
                return open(self.path, "rb", buffering=0)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise DirectoryError(
                f"{self.path} cannot be read ({reason}): check the path, and that the user who runs this may read it.",
                code=UNREADABLE,
            ) from None
        what = "a directory" if stat.S_ISDIR(kind) else "no regular file"
        raise DirectoryError(
            f"{self.path} is {what}: give the path of the LDIF file that ldifde or ldapsearch wrote.", code=UNREADABLE
        )

    def _read(self, file: t.BinaryIO, size: int) -> bytes:
        try:
            return file.read(size)
        except OSError as error:
            raise DirectoryError(
                f"{self.path} could not be read to its end ({error.strerror}): copy it to a sound disk and try again.",
                code=UNREADABLE,
            ) from None

    @staticmethod
    def _look(file: t.BinaryIO) -> tuple[int, int, int, int]:
        seen = os.fstat(file.fileno())
        return seen.st_size, seen.st_mtime_ns, seen.st_ino, seen.st_dev

    def _check_unchanged(self, file: t.BinaryIO) -> None:
        if self._look(file) != self._stamp:
            raise DirectoryError(
                f"{self.path} was changed or replaced while it was in use: wait until the export is done, "
                "and start again.",
                code=INCOMPLETE,
            )

    def _no_text(self, text: bytes, line: int) -> DirectoryError:
        places = [place for place in (text.find(b"\0"), text.find(b"\r")) if place >= 0]
        place = min(places, default=len(text))
        line += text.count(b"\n", 0, place)
        if text[place : place + 1] == b"\0":
            return problem(
                self.path,
                line,
                "there is a NUL byte, so this is no LDIF but a binary file, or UTF-16 text without a byte order mark: "
                "export the directory again with ldifde or ldapsearch.",
                NOT_AN_EXPORT,
            )
        return problem(
            self.path,
            line,
            "a carriage return stands alone, without a line feed: the file was changed on its way; "
            "copy it again as binary, or export again.",
        )

    def _cut_off(self, line: int) -> DirectoryError:
        return problem(
            self.path,
            line,
            "the file ends in the middle of a character, so it was cut off: copy or export it again.",
            INCOMPLETE,
        )


def _leading(text: bytes) -> int:
    """Return the number of blank lines that a text begins with."""
    return len(text) - len(text.lstrip(b"\n"))


def _last_line_start(text: bytes) -> int:
    """Return where the last line begins that is no continuation of the line before, or 0."""
    place = text.rfind(b"\n")
    # What follows the last line feed is not known yet where the text ends with it.
    while place >= 0 and text[place + 1 : place + 2] in (b" ", b""):
        place = text.rfind(b"\n", 0, place)
    return place + 1
