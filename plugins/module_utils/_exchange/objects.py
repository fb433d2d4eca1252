# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plain values: what single objects of the Exchange configuration say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .builds import Build

# Exchange Online as a partner application of every organisation that trusts it.
ONLINE_APPLICATION = "00000002-0000-0ff1-ce00-000000000000"
_GUID = re.compile(r"\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?\Z", re.IGNORECASE)
_ENABLED = 1


@dataclass(frozen=True)
class Server:
    """An Exchange server.

    Attributes:
        name: as the directory writes it.
        organisation: name of the organisation that its DN lies in, in lower case; "" where it lies in none.
        build: None where neither serialNumber nor versionNumber says it.
    """

    name: str
    organisation: str
    build: Build | None


@dataclass(frozen=True)
class Database:
    """A mailbox database; the names are normalised DNs, None where the source does not hold them.

    Attributes:
        owner: the server that owns it.
        master: that server again, or the database availability group that it belongs to.
    """

    owner: str | None
    master: str | None


@dataclass(frozen=True)
class AuthServer:
    """An authorization server whose tokens the organisation accepts.

    Attributes:
        name: of the object.
        issuer, metadata_url, realm, application: msExchAuthIssuerName and its like, None where there is none.
        flags: msExchAuthFlags. What its bits mean is not documented; bit 0 is said to mean enabled.
    """

    name: str
    issuer: str | None
    metadata_url: str | None
    realm: str | None
    application: str | None
    flags: int | None

    @property
    def has_own_application(self) -> bool:
        """Whether it names an application by id: the mark of the dedicated hybrid application."""
        application = (self.application or "").strip()
        return bool(_GUID.match(application)) and application.strip("{}").lower() != ONLINE_APPLICATION


@dataclass(frozen=True)
class PartnerApplication:
    """An application that may act in the organisation; attributes as those of ``AuthServer``."""

    name: str
    application: str | None
    flags: int | None

    @property
    def is_exchange_online(self) -> bool:
        """Whether it is Exchange Online."""
        return (self.application or "").strip().strip("{}").lower() == ONLINE_APPLICATION


def says_disabled(flags: int | None) -> bool:
    """Return whether msExchAuthFlags are there and lack the bit that is said to mean enabled."""
    return flags is not None and not flags & _ENABLED


@dataclass(frozen=True)
class HybridConfiguration:
    """What the Hybrid Configuration Wizard left behind."""

    domains: tuple[str, ...] = ()
    smart_host: str | None = None
