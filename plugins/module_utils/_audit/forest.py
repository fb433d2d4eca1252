# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the other objects of a directory tell about the forest: its domains, UPN suffixes and Exchange organisation."""

from __future__ import annotations

from dataclasses import dataclass, field

from .._directory.topology import Place
from .._directory.topology_reader import TOPOLOGY_CLASSES, TopologyReader
from .._exchange.organisation import Organisation
from .._model.dn import dns_domain, normalise, rdn_value
from .._model.entry import Entry
from .._model.text import fold
from .census import Census

_CROSS_REF_DOMAIN = 0x2
# The classes of Exchange's configuration that Forest.learn takes something from.
EXCHANGE_CLASSES = (
    "msExchOrganizationContainer",
    "msExchExchangeServer",
    "msExchPrivateMDB",
    "msExchMDB",
    "msExchMDBCopy",
    "msExchMDBAvailabilityGroup",
    "msExchCoexistenceRelationship",
    "msExchAuthAuthServer",
    "msExchAuthPartnerApplication",
    "msExchWebServicesVirtualDirectory",
    "msExchAutodiscoverVirtualDirectory",
    "msExchRecipientPolicy",
)
# The classes of the objects that Forest.learn takes something from.
LEARNED_CLASSES = (*TOPOLOGY_CLASSES, *EXCHANGE_CLASSES)
_PLACED = frozenset((b"msexchorganizationcontainer", b"msexchexchangeserver", b"msexchprivatemdb", b"msexchmdb"))
# Attributes whose absence from a whole export means "unknown" and not "missing".
WATCHED = (
    "samaccountname",
    "homemdb",
    "msexchhomeservername",
    "msexchmailboxguid",
    "msexchrecipienttypedetails",
    "msexchremoterecipienttype",
    "targetaddress",
)


@dataclass
class Forest:
    """The forest as far as the source holds it.

    Attributes:
        dns_domains: DNS names of its domains, in lower case.
        upn_suffixes: UPN suffixes of the forest and of OUs, folded.
        partitions_known: whether the source holds CN=Partitions, so that a suffix that is not there is not registered.
        domain_sids: the domains of which accounts were read, as binary SIDs without the last part.
        exchange: the Exchange organisation.
        topology: collects domains, domain controllers, trusts and settings.
        census: what was counted.
        exchange_places: where organisations, servers and databases of Exchange stand, by normalised DN.
        policy_names: GUID of an address policy to its name.
    """

    dns_domains: set[str] = field(default_factory=set)
    upn_suffixes: set[str] = field(default_factory=set)
    partitions_known: bool = False
    domain_sids: set[bytes] = field(default_factory=set)
    exchange: Organisation = field(default_factory=Organisation)
    topology: TopologyReader = field(default_factory=TopologyReader)
    census: Census = field(default_factory=Census)
    exchange_places: dict[str, Place] = field(default_factory=dict)
    policy_names: dict[str, str] = field(default_factory=dict)

    def learn(self, entry: Entry) -> None:
        """Take from an object that is no recipient what it tells about the forest."""
        classes = {value.lower() for value in entry.attributes.get("objectclass", ())}
        self.topology.learn(entry, classes)
        if b"organizationalunit" in classes:
            self._suffixes(entry)
        elif b"crossrefcontainer" in classes:
            self.partitions_known = True
            self._suffixes(entry)
        elif b"crossref" in classes:
            if (entry.integer("systemflags") or 0) & _CROSS_REF_DOMAIN and (root := entry.text("dnsroot")):
                self.dns_domains.add(root.lower())
        elif b"domaindns" in classes:
            self.dns_domains.add(dns_domain(entry.dn))
            if sid := entry.attributes.get("objectsid"):
                self.domain_sids.add(_without_count(sid[0]))
        elif b"msexchrecipientpolicy" in classes:
            if guid := entry.guid:
                self.policy_names[guid] = rdn_value(entry.dn)
        else:
            self.exchange.learn(entry, classes)
            if not _PLACED.isdisjoint(classes):
                self.exchange_places[normalise(entry.dn)] = Place(entry.dn, entry.guid)

    def _suffixes(self, entry: Entry) -> None:
        self.upn_suffixes.update(fold(suffix.strip()) for suffix in entry.texts("upnsuffixes"))

    @property
    def registered_suffixes(self) -> list[str] | None:
        """All suffixes that a UPN may have, folded and sorted; None where the source does not tell."""
        return sorted(self.upn_suffixes | self.dns_domains) if self.partitions_known else None

    def is_registered(self, suffix: str) -> bool:
        """Return whether a UPN suffix is a domain of the forest or registered; True where that is not known."""
        return not self.partitions_known or suffix in self.upn_suffixes or suffix in self.dns_domains


def _without_count(domain_sid: bytes) -> bytes:
    """Return a domain's SID in the form that the SIDs of its accounts begin with, apart from the number of parts."""
    return domain_sid[2:]


def domain_of_sid(account_sid: bytes) -> bytes:
    """Return the domain's part of an account's binary SID, in the form of ``Forest.domain_sids``."""
    return account_sid[2:-4]
