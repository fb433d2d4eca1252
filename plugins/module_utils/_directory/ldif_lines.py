# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single lines of LDIF, what ldapsearch writes around the entries, and the sentences about what is wrong."""

from __future__ import annotations

import base64
import re
import typing as t

from .._model.errors import DirectoryError
from .ldif_blocks import INCOMPLETE, NOT_AN_EXPORT, SYNTAX, problem

_HEAD = re.compile(rb"([A-Za-z0-9][A-Za-z0-9._-]*)((?:;[A-Za-z0-9._=*-]*)*):([:<]?)")
_RANGE = re.compile(rb"range=([0-9]{1,10})-([0-9]{1,10}|\*)")
_PROMPT = b"Press [size] Enter for the next "
_KINDS: dict[bytes, t.Literal["text", "base64", "url"]] = {b"": "text", b":": "base64", b"<": "url"}

# What is wrong with a line: the error code, what it is, and what to do. {row} is the beginning of the line.
_FAULTS = {
    "continuation": (SYNTAX, "the record begins with a continuation line (a space): {again}"),
    "no_colon": (SYNTAX, "the line {row} is no LDIF: a name and a colon are missing. {again}"),
    "no_dn": (SYNTAX, "the record begins with {row} instead of 'dn:'. {again}"),
    "second_dn": (SYNTAX, "there is a second 'dn:' in the record, so the blank line before it was lost. {again}"),
    "base64": (SYNTAX, "the value of {row} is no valid base64. {again}"),
    "dn_encoding": (SYNTAX, "the DN is no UTF-8 text. {again}"),
    "encoding": (
        SYNTAX,
        "the line holds bytes that are not UTF-8, so the file was saved in another encoding: "
        "export it again (with ldifde -u), and do not save it with an editor.",
    ),
    "surrogate": (SYNTAX, "the line holds half a character. {again}"),
    "url": (
        SYNTAX,
        "the value of {row} stands in another file (a URL), which is never read: export with the values in the file.",
    ),
    "change": (
        NOT_AN_EXPORT,
        "{row} makes this record a change, not an object of an export: give the file that was exported from "
        "the directory, not one to be imported.",
    ),
    "version": (SYNTAX, "{row} is a version of LDIF that is not known; only 1 is. Export the directory again."),
    "prompt": (
        INCOMPLETE,
        "ldapsearch stopped here and asked whether to go on, so nobody knows whether the export is complete: export "
        "again without a question between the pages (ldapsearch -E pr=1000/noprompt).",
    ),
    "result": (
        INCOMPLETE,
        "the search that wrote this file did not come to its end ({row}), so the export is incomplete: export again, "
        "page by page (ldapsearch -E pr=1000/noprompt) and with an account and limits that let everything be read.",
    ),
}
_AGAIN = "The file is damaged or was edited: export the directory again with ldifde or ldapsearch."
_FOREIGN = "The file is no LDIF export (ldifde -f and ldapsearch write one; csvde and Export-Csv do not)."


class Fault(Exception):
    """Something is wrong with a line, by a key of the table of sentences."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def error(self, path: str, number: int, row: bytes, *, at_cut: bool = False, begun: bool = True) -> DirectoryError:
        """Return the error that a person sees.

        Args:
            path: the file.
            number: of the line.
            row: the line, without folds.
            at_cut: whether the file ends within the line, as far as anybody can tell.
            begun: whether a record was understood before.
        """
        if at_cut and self.key in ("no_colon", "base64"):
            return problem(
                path, number, "the file ends in the middle of a line, so it was cut off: export it again.", INCOMPLETE
            )
        code, sentence = _FAULTS[self.key]
        again = _AGAIN
        if not begun and self.key in ("no_colon", "no_dn"):
            code, again = NOT_AN_EXPORT, _FOREIGN
        if self.key in ("base64", "url"):
            row = row.partition(b":")[0]
        shown = repr(row[:40].decode("utf-8", "replace") + ("..." if len(row) > 40 else ""))
        return problem(path, number, sentence.format(row=shown, again=again), code)


class Line:
    """A line of a record, without folds.

    Attributes:
        name: in lower case, without options.
        kind: how the value is written.
        raw: the value as it is written, without the spaces before it.
        value_range: first and last index of a range option, the last one -1 for "*"; else None.
    """

    __slots__ = ("kind", "name", "raw", "value_range")

    def __init__(self, found: re.Match[bytes], raw: bytes) -> None:
        name, options, mark = found.groups()
        self.name = name.decode("ascii").lower()
        self.kind = _KINDS[mark]
        self.raw = raw
        self.value_range: tuple[int, int] | None = None
        for option in options.lower().split(b";"):
            if option.startswith(b"range="):
                bounds = _RANGE.fullmatch(option)
                # Of a range that nobody can read no value is known to be the first one.
                self.value_range = _bounds(bounds) if bounds else (1, 1)

    @classmethod
    def head(cls, head: bytes) -> Line | None:
        """Read the beginning of a line up to the first space; None where a value or nothing usual is in it."""
        found = _HEAD.fullmatch(head)
        return cls(found, b"") if found else None

    @classmethod
    def parse(cls, row: bytes, utf16: bool) -> Line:
        """Read a line.

        Args:
            row: the line, no comment.
            utf16: whether the file was UTF-16, where a fold may part the two halves of a character.

        Raises:
            Fault: it is no line of LDIF.
        """
        try:
            row.decode("utf-8")
        except UnicodeDecodeError:
            if not utf16:
                raise Fault("encoding") from None
            row = _joined_surrogates(row)
        found = _HEAD.match(row)
        if found is None:
            raise Fault("prompt" if row.startswith(_PROMPT) else "no_colon")
        return cls(found, row[found.end() :].lstrip(b" "))

    def data(self) -> bytes:
        """Return the value itself.

        Raises:
            Fault: it is not valid base64.
        """
        return decode_base64(self.raw) if self.kind == "base64" else self.raw


class Trailer:
    """What ldapsearch and others write outside of the entries, and what it says about the export as a whole.

    Attributes:
        referrals: how many references to other servers there were.
        more: the line that says that the server had more pages to give; 0 where one says that it had none, None where
            nothing was said.
    """

    _NAMES = frozenset(
        (
            "control",
            "matcheddn",
            "pagedresults",
            "ref",
            "result",
            "search",
            "sortresult",
            "text",
            "version",
            "vlvresult",
        )
    )
    # With -L, ldapsearch writes as comments what it writes as lines without.
    _PAGED = b"# pagedresults:"
    _REFERRAL = b"# refldap"

    def __init__(self, path: str) -> None:
        self.referrals = 0
        self._path = path
        self.more: int | None = None

    @classmethod
    def concerns(cls, comment: bytes) -> bool:
        """Return whether a comment has to be taken."""
        return comment.startswith((cls._PAGED, cls._REFERRAL))

    def take_comment(self, row: bytes, number: int) -> None:
        """Look at a comment."""
        if row.startswith(self._PAGED):
            self._take_page(row, number)
        elif row.startswith(self._REFERRAL):
            self.referrals += 1

    def take(self, line: Line, number: int) -> bool:
        """Look at a line outside of the entries; return False where it does not belong there.

        Raises:
            Fault: it says that the export is incomplete, or of a kind that is not known.
        """
        if line.name not in self._NAMES:
            return False
        if line.name == "ref":
            self.referrals += 1
        elif line.name == "result" and line.data().split(b" ", 1)[0] != b"0":
            raise Fault("result")
        elif line.name == "version" and line.data().strip(b" ") != b"1":
            raise Fault("version")
        elif line.name == "pagedresults":
            self._take_page(line.data(), number)
        return True

    def check_end(self) -> None:
        """Check that the file may end here.

        Raises:
            DirectoryError: the server had more to give than the file holds.
        """
        if self.more:
            raise problem(
                self._path,
                self.more,
                "the server had more pages to give, but the file ends, so the export is incomplete: export again "
                "and take all pages (ldapsearch -E pr=1000/noprompt).",
                INCOMPLETE,
            )

    def _take_page(self, text: bytes, number: int) -> None:
        cookie = text.partition(b"cookie=")[2].strip(b" ")
        self.more = number if cookie else 0


def split_lines(path: str, text: bytes, first: int) -> list[tuple[int, bytes]]:
    """Return the lines of a block without folds, each with the number where it begins.

    Raises:
        DirectoryError: the block begins with a continuation line.
    """
    rows: list[tuple[int, bytes]] = []
    parts: list[bytes] = []
    start = first
    for number, row in enumerate(text.split(b"\n"), first):
        if row[:1] == b" ":
            if not parts:
                raise Fault("continuation").error(path, number, row)
            parts.append(row[1:])
            continue
        if parts:
            rows.append((start, b"".join(parts)))
        parts = [row]
        start = number
    rows.append((start, b"".join(parts)))
    return rows


def decode_base64(text: bytes) -> bytes:
    """Return the bytes that a base64 value stands for; spaces around it do not matter.

    Raises:
        Fault: it is not valid base64.
    """
    try:
        return base64.b64decode(text.strip(b" "), validate=True)
    except ValueError:
        raise Fault("base64") from None


def _bounds(found: re.Match[bytes]) -> tuple[int, int]:
    last = found.group(2)
    return int(found.group(1)), -1 if last == b"*" else int(last)


def _joined_surrogates(row: bytes) -> bytes:
    try:
        return row.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass").decode("utf-16-le").encode()
    except UnicodeDecodeError:
        raise Fault("surrogate") from None
