# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server says of itself: its root DSE."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from .._model.dn import dns_domain, normalise
from .._model.entry import Entry

ATTRIBUTES = (
    "dnsHostName", "defaultNamingContext", "rootDomainNamingContext", "configurationNamingContext",
    "schemaNamingContext", "namingContexts", "highestCommittedUSN", "dsServiceName", "serverName", "currentTime",
    "isSynchronized", "isGlobalCatalogReady", "supportedCapabilities", "supportedControl", "supportedSASLMechanisms",
    "supportedLDAPPolicies", "domainFunctionality", "forestFunctionality", "domainControllerFunctionality",
)  # fmt: skip

_ACTIVE_DIRECTORY = "1.2.840.113556.1.4.800"
_READ_ONLY = "1.2.840.113556.1.4.1920"
_TIME = re.compile(r"(\d{14})(?:\.\d+)?Z\Z")


@dataclass(frozen=True)
class RootDse:
    """The root DSE of a server. Texts are empty where the server does not say.

    Attributes:
        host: DNS name of the server.
        domain_dn: DN of the domain it serves.
        root_domain_dn: DN of the forest's root domain.
        configuration_dn: DN of the configuration partition.
        schema_dn: DN of the schema partition.
        naming_contexts: DNs of all partitions the server has.
        highest_usn: number of its last change.
        service_dn: DN of the object that stands for it as a directory server.
        time: its clock, None where it does not say.
        synchronized: whether it has caught up with its partners.
        controls: OIDs of the controls that it knows.
        mechanisms: SASL mechanisms that it offers.
        active_directory: whether it is a domain controller.
        read_only: whether it is a read-only domain controller.
        levels: functional levels of domain, forest and domain controller, as numbers in text.
    """

    host: str = ""
    domain_dn: str = ""
    root_domain_dn: str = ""
    configuration_dn: str = ""
    schema_dn: str = ""
    naming_contexts: tuple[str, ...] = ()
    highest_usn: str = ""
    service_dn: str = ""
    time: datetime.datetime | None = None
    synchronized: bool = True
    controls: frozenset[str] = frozenset()
    mechanisms: tuple[str, ...] = ()
    active_directory: bool = False
    read_only: bool = False
    levels: tuple[str, str, str] = ("", "", "")

    @property
    def domain(self) -> str:
        """DNS name of the domain."""
        return dns_domain(self.domain_dn)

    @property
    def forest(self) -> str:
        """DNS name of the forest."""
        return dns_domain(self.root_domain_dn)

    @property
    def has_configuration(self) -> bool:
        """Whether the configuration is a partition of its own, so that no search in a domain comes upon it."""
        return normalise(self.configuration_dn) in {normalise(context) for context in self.naming_contexts}

    @classmethod
    def of(cls, entry: Entry) -> RootDse:
        """Return the root DSE from its entry.

        Raises:
            EntryError: a value is not text.
        """
        capabilities = entry.texts("supportedcapabilities")
        contexts = tuple(entry.texts("namingcontexts"))
        # A server that is no domain controller has no default: the first of its partitions stands for it.
        domain_dn = entry.text("defaultnamingcontext") or (contexts[0] if contexts else "")
        return cls(
            host=entry.text("dnshostname") or "",
            domain_dn=domain_dn,
            root_domain_dn=entry.text("rootdomainnamingcontext") or domain_dn,
            configuration_dn=entry.text("configurationnamingcontext") or "",
            schema_dn=entry.text("schemanamingcontext") or "",
            naming_contexts=contexts,
            highest_usn=entry.text("highestcommittedusn") or "",
            service_dn=entry.text("dsservicename") or "",
            time=_time(entry.text("currenttime") or ""),
            synchronized=entry.boolean("issynchronized") is not False,
            controls=frozenset(entry.texts("supportedcontrol")),
            mechanisms=tuple(entry.texts("supportedsaslmechanisms")),
            active_directory=_ACTIVE_DIRECTORY in capabilities,
            read_only=_READ_ONLY in capabilities,
            levels=(
                entry.text("domainfunctionality") or "",
                entry.text("forestfunctionality") or "",
                entry.text("domaincontrollerfunctionality") or "",
            ),
        )


def _time(text: str) -> datetime.datetime | None:
    found = _TIME.match(text)
    if not found:
        return None
    try:
        return datetime.datetime.strptime(found.group(1), "%Y%m%d%H%M%S").replace(tzinfo=datetime.timezone.utc)
    except ValueError:
        return None
