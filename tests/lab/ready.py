# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask a domain controller whether it is ready, with nothing but a socket.

An anonymous read of the root DSE is allowed without TLS; accepting a connection is no proof, it comes earlier.
"""

from __future__ import annotations

import socket
import time
import typing as t

from .errors import LabError


def _element(tag: int, content: bytes) -> bytes:
    if len(content) > 127:
        raise ValueError("the request is small by construction")
    return bytes([tag, len(content)]) + content


def _request() -> bytes:
    """Return an LDAP search of the root DSE for isSynchronized."""
    body = (
        _element(0x04, b"")  # base: the root DSE
        + _element(0x0A, b"\x00")  # scope: base
        + _element(0x0A, b"\x00")  # aliases: never
        + _element(0x02, b"\x00")  # no size limit
        + _element(0x02, b"\x00")  # no time limit
        + _element(0x01, b"\x00")  # values, too
        + _element(0x87, b"objectClass")  # present
        + _element(0x30, _element(0x04, b"isSynchronized"))
    )
    return _element(0x30, _element(0x02, b"\x01") + _element(0x63, body))


def is_ready(address: str, port: int = 389, timeout: float = 2) -> bool:
    """Return whether the domain controller says that it is synchronized."""
    try:
        with socket.create_connection((address, port), timeout=timeout) as connection:
            connection.sendall(_request())
            answer = b""
            # The search result done (tag 0x65) ends the answer; it is short enough to be looked for.
            while b"\x02\x01\x01\x65" not in answer:
                piece = connection.recv(4096)
                if not piece:
                    return False
                answer += piece
    except OSError:
        return False
    return b"isSynchronized" in answer and b"TRUE" in answer


def wait(address: str, alive: t.Callable[[], bool], timeout: float = 30) -> float:
    """Wait until the domain controller is ready and return the seconds it took.

    Raises:
        LabError: its process ended, or the time was up.
    """
    start = time.monotonic()
    while True:
        if is_ready(address):
            return time.monotonic() - start
        if not alive():
            raise LabError("The domain controller ended while it was starting: see its log.")
        if time.monotonic() - start > timeout:
            raise LabError(f"The domain controller on {address} was not ready after {timeout:g} seconds: see its log.")
        time.sleep(0.02)
