# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines that cannot be changed unseen: each carries the hash of the line before, and one over itself.

The text is JSON Lines in ASCII. A file beside it, the head, says how many lines there were when it was written last, so
that lines missing at the end show too. Whoever can write the directory can make a consistent journal of his own: this
finds accidents, careless edits and lost pieces, and is no signature.
"""

from __future__ import annotations

import hashlib
import json
import os
import typing as t

from .errors import JournalError

START = "0" * 64
HEAD = ".head"
_SEAL = len(',"seal":""}') + 64


def seal(body: dict[str, t.Any], previous: str) -> tuple[bytes, str]:
    """Return a line with its line end, and its seal, which the next line carries."""
    text = json.dumps({**body, "previous": previous}, separators=(",", ":"))
    value = hashlib.sha256(text.encode("ascii")).hexdigest()
    return f'{text[:-1]},"seal":"{value}"}}\n'.encode("ascii"), value


class Lines:
    """The lines of a file, checked.

    Attributes:
        bodies: what they say.
        last: the seal of the last one.
        size: how many bytes they are; what follows is a piece of a line that a crash cut.
        torn: how many bytes that piece has.
    """

    def __init__(self, bodies: list[dict[str, t.Any]], last: str, size: int, torn: int) -> None:
        self.bodies = bodies
        self.last = last
        self.size = size
        self.torn = torn


def read_lines(path: str) -> Lines:
    """Read a file and check that nothing is missing and nothing was changed.

    Raises:
        JournalError: it cannot be read, or a line is missing or not as it was written.
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise JournalError(f"{path} cannot be read: {error.strerror}.", code="JOURNAL_UNREADABLE") from None
    lines = data.split(b"\n")
    torn = lines.pop()
    bodies: list[dict[str, t.Any]] = []
    seals = [START]
    for number, line in enumerate(lines, 1):
        body = _opened(line)
        if body is None:
            raise _altered(path, f"line {number} is not as it was written")
        if body.get("previous") != seals[-1]:
            raise _altered(path, f"a line is missing before line {number}, or was changed")
        seals.append(t.cast(str, body["seal"]))
        bodies.append(body)
    head = _read_head(path)
    if head is not None:
        count, last = head
        if count > len(bodies):
            raise _altered(path, f"it had {count} lines, and {len(bodies)} are left")
        if seals[count] != last:
            raise _altered(path, f"line {count} is not the one that was written")
    return Lines(bodies, seals[-1], len(data) - len(torn), len(torn))


def write_head(path: str, count: int, last: str) -> None:
    """Note beside a file how many lines it has, and the seal of the last one.

    Raises:
        OSError: it could not be written.
    """
    work = f"{path}{HEAD}.new"
    with open(os.open(work, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
        file.write(f"{count} {last}\n".encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    os.replace(work, path + HEAD)


def _read_head(path: str) -> tuple[int, str] | None:
    try:
        with open(path + HEAD, "rb") as file:
            count, last = file.read().decode("ascii").split()
        return int(count), last
    except FileNotFoundError:
        # Somebody copied the journal alone.
        return None
    except (OSError, ValueError):
        raise _altered(path + HEAD, "it is not as it was written") from None


def _opened(line: bytes) -> dict[str, t.Any] | None:
    """Return what a line says, None where its seal does not fit."""
    value = line[-66:-2]
    if line[-_SEAL:] != b',"seal":"' + value + b'"}':
        return None
    text = line[:-_SEAL] + b"}"
    if hashlib.sha256(text).hexdigest().encode("ascii") != value:
        return None
    try:
        body = json.loads(text)
    except ValueError:
        return None
    return {**body, "seal": value.decode("ascii")} if isinstance(body, dict) else None


def _altered(path: str, what: str) -> JournalError:
    return JournalError(
        f"{path}: {what}. A journal that was changed cannot be trusted; get the original back, or use the undo LDIF after "
        "looking through it."
    )
