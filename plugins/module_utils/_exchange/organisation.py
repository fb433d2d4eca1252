# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Exchange organisation as its configuration objects describe it: which servers and databases there are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_SERVER_NAME = re.compile(r"/o=(?P<organisation>[^/]*)/.*/cn=(?P<server>[^/]*)\Z", re.IGNORECASE | re.DOTALL)


@dataclass
class Organisation:
    """What a source holds of the Exchange configuration.

    Attributes:
        name: the living organisation, None where the source holds none.
        servers: names of the servers, in lower case.
        databases: DNs of the mailbox databases, in lower case.
        shown: names (lower case) of mailbox attributes that at least one object of the source carries. An attribute
            that no object carries may be one that the export left out: it is unknown, not missing.
    """

    name: str | None = None
    servers: set[str] = field(default_factory=set)
    databases: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)

    @property
    def is_known(self) -> bool:
        """Whether the source holds the organisation at all."""
        return self.name is not None

    def knows_databases(self) -> bool:
        """Whether a database that is not among ``databases`` does not exist."""
        return self.is_known and bool(self.databases)

    def knows_servers(self) -> bool:
        """Whether a server that is not among ``servers`` does not exist."""
        return self.is_known and bool(self.servers)


def parse_home_server(legacy_name: str) -> tuple[str, str] | None:
    """Return organisation and server, in lower case, that msExchHomeServerName names; None where it is no such name."""
    match = _SERVER_NAME.match(legacy_name)
    return (match["organisation"].lower(), match["server"].lower()) if match else None
