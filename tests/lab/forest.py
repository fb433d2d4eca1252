# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tells one lab forest from another."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

PASSWORD = "Lab-Passw0rd!"
"""The password of every account of the lab: it protects nothing but made-up people on a loopback address."""

_NAMESPACE = uuid.UUID("6c1f3c44-5f0c-4d0c-8a51-0d2f6f6e7a10")


@dataclass(frozen=True)
class Forest:
    """A domain with one domain controller: a forest of its own, or a child domain that stands for itself.

    A child domain's controller replicates with nobody. It has the naming contexts of the whole forest (its own copies
    of configuration and schema), which is all that a client sees.

    Attributes:
        domain: DNS name in lower case (``contoso.local``).
        netbios: NetBIOS name of the domain.
        host: short name of the domain controller.
        sid: SID of the domain. It is fixed, so that objects can keep the SIDs that a sample gives them.
        guid: objectGUID of the domain object; None for one that follows from the domain's name.
        exchange: whether the forest's schema is extended by Exchange.
        root: DNS name of the forest's root domain; empty where this is the root.
    """

    domain: str
    netbios: str
    host: str
    sid: str
    guid: str | None = None
    exchange: bool = True
    root: str = ""

    @property
    def dn(self) -> str:
        """Distinguished name of the domain."""
        return _dn(self.domain)

    @property
    def root_dn(self) -> str:
        """Distinguished name of the forest's root domain."""
        return _dn(self.root or self.domain)

    @property
    def configuration_dn(self) -> str:
        """Distinguished name of the configuration naming context."""
        return f"CN=Configuration,{self.root_dn}"

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


def _dn(domain: str) -> str:
    return ",".join(f"DC={label}" for label in domain.split("."))


CONTOSO = Forest("contoso.local", "CONTOSO", "dc1", "S-1-5-21-1004336348-1177238915-682003330")
FABRIKAM = Forest("fabrikam.local", "FABRIKAM", "dc1", "S-1-5-21-1212121212-2323232323-3434343434")
FORESTS: dict[str, Forest] = {"contoso": CONTOSO, "fabrikam": FABRIKAM}
