# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tells one lab forest from another."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

PASSWORD = "Lab-Passw0rd!"  # noqa: S105
"""The password of every account of the lab: it protects nothing but made-up people on a loopback address."""

_NAMESPACE = uuid.UUID("6c1f3c44-5f0c-4d0c-8a51-0d2f6f6e7a10")


@dataclass(frozen=True)
class Forest:
    """A forest of one domain with one domain controller.

    Attributes:
        domain: DNS name in lower case (``contoso.local``).
        netbios: NetBIOS name of the domain.
        host: short name of the domain controller.
        sid: SID of the domain. It is fixed, so that objects can keep the SIDs that a sample gives them.
        guid: objectGUID of the domain object; None for one that follows from the domain's name.
        exchange: whether the forest's schema is extended by Exchange.
    """

    domain: str
    netbios: str
    host: str
    sid: str
    guid: str | None = None
    exchange: bool = True

    @property
    def dn(self) -> str:
        """Distinguished name of the domain."""
        return ",".join(f"DC={label}" for label in self.domain.split("."))

    @property
    def configuration_dn(self) -> str:
        """Distinguished name of the configuration naming context."""
        return f"CN=Configuration,{self.dn}"

    @property
    def schema_dn(self) -> str:
        """Distinguished name of the schema naming context."""
        return f"CN=Schema,{self.configuration_dn}"

    @property
    def realm(self) -> str:
        """Kerberos realm."""
        return self.domain.upper()

    @property
    def fqdn(self) -> str:
        """DNS name of the domain controller."""
        return f"{self.host}.{self.domain}"

    @property
    def domain_guid(self) -> str:
        """objectGUID of the domain object."""
        return self.guid or str(uuid.uuid5(_NAMESPACE, self.domain))

    def with_identity(self, sid: str | None, guid: str | None) -> Forest:
        """Return the same forest with the SID and objectGUID that a sample gives its domain, where it gives any."""
        return replace(self, sid=sid or self.sid, guid=guid or self.guid)


CONTOSO = Forest("contoso.local", "CONTOSO", "dc1", "S-1-5-21-1111111111-2222222222-3333333333")
FABRIKAM = Forest("fabrikam.local", "FABRIKAM", "dc1", "S-1-5-21-1212121212-2323232323-3434343434")
FORESTS: dict[str, Forest] = {"contoso": CONTOSO, "fabrikam": FABRIKAM}
