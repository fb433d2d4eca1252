# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A socket inside which everything is signed or sealed by the security context of the sign-in."""

from __future__ import annotations

import socket
import typing as t

# Servers send pieces of some 64 kB; nothing that Active Directory sends is near this.
_MAX_PIECE = 64 * 1024 * 1024
_LENGTH = 4


class SealedSocket:
    """Behaves like a socket for those who read and write messages.

    Args:
        source: the socket itself.
        context: pyspnego's security context, complete.
        seal: whether to encrypt, not only to sign.
    """

    def __init__(self, source: socket.socket, context: t.Any, seal: bool) -> None:
        self._socket = source
        self._context = context
        self._seal = seal
        self._pending = bytearray()

    def sendall(self, data: bytes) -> None:
        """Send bytes, protected."""
        try:
            wrapped: bytes = self._context.wrap(bytes(data), encrypt=self._seal).data
        except Exception:
            raise OSError("The data could not be sealed.") from None
        self._socket.sendall(len(wrapped).to_bytes(_LENGTH, "big") + wrapped)

    send = sendall

    def recv(self, size: int) -> bytes:
        """Return the next pieces, opened: at least one, however long it is; none at the end.

        Raises:
            OSError: the connection broke, or a piece was altered on its way.
        """
        pending = self._pending
        while True:
            opened = self._opened()
            if opened:
                return opened
            data = self._socket.recv(size)
            if not data:
                return b""
            pending += data

    def _opened(self) -> bytes:
        """Return the content of all whole pieces that are there."""
        pending = self._pending
        position = 0
        contents = []
        while len(pending) - position >= _LENGTH:
            start = position + _LENGTH
            length = int.from_bytes(pending[position:start], "big")
            if length > _MAX_PIECE:
                raise OSError("A sealed piece is larger than anything a directory sends.")
            if len(pending) < start + length:
                break
            position = start + length
            try:
                contents.append(self._context.unwrap(bytes(pending[start:position])).data)
            except Exception:
                raise OSError("A sealed piece was altered on its way.") from None
        del pending[:position]
        return b"".join(contents)

    def settimeout(self, seconds: float | None) -> None:
        """Let reads and writes wait so long."""
        self._socket.settimeout(seconds)

    def shutdown(self, how: int) -> None:
        """End one or both directions."""
        self._socket.shutdown(how)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
