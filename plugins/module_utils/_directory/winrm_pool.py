# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bridges to a domain controller: who may use which."""

from __future__ import annotations

import time

from .winrm_options import WinrmOptions
from .winrm_session import Bridge

# A bridge ends by itself after ten minutes without a request.
MAX_IDLE = 480.0


class Bridges:
    """The bridges to one domain controller: one search keeps one busy, and another that begins meanwhile needs its own.

    Args:
        options: how the host and the domain controller are reached.
        server: the domain controller.
    """

    def __init__(self, options: WinrmOptions, server: str) -> None:
        self.options = options
        self.server = server
        self._idle: list[Bridge] = []
        self._busy: list[Bridge] = []

    @property
    def where(self) -> str:
        """Server and port, and the host on the way, for messages."""
        return f"{self.server}:{self.options.ldap.effective_port}"

    def take(self) -> Bridge:
        """Return a bridge that nobody else uses until it is given back.

        Raises:
            LdapError: there is none to be had.
        """
        while self._idle:
            bridge = self._idle.pop()
            if time.monotonic() - bridge.used < MAX_IDLE:
                self._busy.append(bridge)
                return bridge
            bridge.close()
        bridge = Bridge(self.options, self.server)
        bridge.open()
        self._busy.append(bridge)
        return bridge

    def give(self, bridge: Bridge) -> None:
        """Give back a bridge that has answered all that it was asked."""
        self._busy.remove(bridge)
        self._idle.append(bridge)

    def drop(self, bridge: Bridge) -> None:
        """End a bridge that may still be at work."""
        self._busy.remove(bridge)
        bridge.close()

    def stop(self, bridge: Bridge) -> bool:
        """End a bridge that may still be at work; return whether it is certain that it is not any more."""
        self._busy.remove(bridge)
        return bridge.stop()

    def close(self) -> None:
        """End all of them. Further calls do nothing."""
        for bridge in (*self._idle, *self._busy):
            bridge.close()
        self._idle.clear()
        self._busy.clear()
