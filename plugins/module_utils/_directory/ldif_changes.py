# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes as LDIF, for directories that are changed by hand: ``ldifde -i -f FILE`` and ``ldapmodify -f FILE`` take it."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import secrets
import typing as t

from .._model.errors import OutputError

if t.TYPE_CHECKING:
    from .interface import Modification

_WIDTH = 76
# What RFC 2849 lets stand as it is; spaces at the ends would get lost.
_SAFE = re.compile(rb"(?![ :<])[\x20-\x7e]*(?<! )\Z")


class ChangeFile:
    """A change LDIF under construction. The same changes make the same bytes.

    Args:
        path: where it shall lie.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._records: list[bytes] = []

    def add(self, dn: str, changes: t.Sequence[Modification]) -> None:
        """Append the change of one object."""
        self._records.append(change_record(dn, changes))

    def content(self) -> bytes:
        """Return the file as it will be; empty without changes."""
        return b"\n".join(self._records)

    def differs(self) -> bool:
        """Return whether publishing would change the file.

        Raises:
            OutputError: there is something that cannot be read.
        """
        try:
            with open(self.path, "rb") as file:
                return file.read() != self.content()
        except FileNotFoundError:
            return True
        except OSError as error:
            raise self._error("read", error) from None

    def publish(self) -> None:
        """Write the file, complete and for its owner alone, in the place of one that is there.

        Raises:
            OutputError: it cannot be written.
        """
        work = f"{self.path}.{secrets.token_hex(6)}"
        try:
            with open(os.open(work, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(self.content())
                file.flush()
                os.fsync(file.fileno())
            os.replace(work, self.path)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(work)
            raise self._error("written", error) from None

    def _error(self, what: str, error: OSError) -> OutputError:
        return OutputError(
            f"The change file {self.path} could not be {what}: {error.strerror}. Name a file in a directory that this user "
            "may write."
        )


def change_record(dn: str, changes: t.Sequence[Modification]) -> bytes:
    """Return the change of one object as an LDIF record with the line end of its last line."""
    lines = [_line("dn", dn.encode("utf-8")), b"changetype: modify"]
    for change in changes:
        for word, values in ((b"delete: ", change.delete), (b"add: ", change.add)):
            if values:
                lines.append(word + change.attribute.encode("ascii"))
                lines += [_line(change.attribute, value) for value in values]
                lines.append(b"-")
    return b"\n".join(lines) + b"\n"


def _line(name: str, value: bytes) -> bytes:
    text = name.encode("ascii") + (b": " + value if _SAFE.match(value) else b":: " + base64.b64encode(value))
    if len(text) <= _WIDTH:
        return text
    rest = [b" " + text[start : start + _WIDTH - 1] for start in range(_WIDTH, len(text), _WIDTH - 1)]
    return b"\n".join([text[:_WIDTH], *rest])
