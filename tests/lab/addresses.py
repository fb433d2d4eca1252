# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Loopback addresses for domain controllers: LDAP's ports are fixed, so each needs an address of its own."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from pathlib import Path

from .certificates import ADDRESSES
from .errors import LabError

PORTS = (88, 389, 464, 636, 3268, 3269)


class Reservation:
    """An address that no other lab on this machine takes, as long as this object or a process it was handed to lives.

    The reservation is a lock on an open file. A child that inherits :attr:`descriptor` keeps it, so the address
    stays taken when the program that started a domain controller ends before it.
    """

    def __init__(self, address: str, descriptor: int) -> None:
        self.address = address
        self.descriptor = descriptor

    def release(self) -> None:
        """Let go of the address; further calls do nothing."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def reserve(wanted: str | None = None) -> Reservation:
    """Reserve a loopback address on which all the ports of a domain controller are free.

    Args:
        wanted: the address; None for the first that is free.

    Raises:
        LabError: it is taken, or none is left, or ports below 1024 are not allowed here.
    """
    for address in (wanted,) if wanted else ADDRESSES:
        descriptor = _lock(address)
        if descriptor is None:
            continue
        if _free(address):
            return Reservation(address, descriptor)
        os.close(descriptor)
    if wanted:
        raise LabError(f"{wanted} is taken: another domain controller or LDAP server of this machine listens there.")
    raise LabError(f"No address from {ADDRESSES[0]} to {ADDRESSES[-1]} has its LDAP and Kerberos ports free.")


def _lock(address: str) -> int | None:
    folder = Path(tempfile.gettempdir(), f"syncready-lab-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder / f"{address}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _free(address: str) -> bool:
    for port in PORTS:
        with socket.socket() as probe:
            # Without this, connections of a server that has just ended would count as a listener.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except PermissionError:
                raise LabError(
                    "The lab needs ports below 1024, which this user may not use: run it as root, "
                    "or set net.ipv4.ip_unprivileged_port_start=0."
                ) from None
            except OSError:
                return False
    return True
