# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collecting the topology from the entries of any search, in any order, and asking a server for what it did not show."""

from __future__ import annotations

import typing as t

from .._model.dn import dns_domain, normalise, parent, rdn_value, split_rdn
from .._model.entry import Entry
from .._model.kinds import Kind
from .ldap_root import RootDse
from .topology import (
    Domain,
    DomainController,
    Place,
    Suffixes,
    Topology,
    Trust,
    TrustDirection,
    TrustKind,
)
from .trust_info import parse_trust_information

# What the topology needs, beside objectClass and objectGUID.
TOPOLOGY_ATTRIBUTES = (
    "objectClass",
    "objectGUID",
    "uPNSuffixes",
    "dnsRoot",
    "nETBIOSName",
    "nCName",
    "systemFlags",
    "trustParent",
    "msDS-Behavior-Version",
    "msDS-EnabledFeature",
    "dSHeuristics",
    "trustPartner",
    "flatName",
    "trustDirection",
    "trustType",
    "trustAttributes",
    "msDS-TrustForestTrustInfo",
    "dNSHostName",
    "operatingSystem",
    "options",
    "serverReference",
    "userAccountControl",
    "primaryGroupID",
)

# The classes of the objects that the topology is learned from, accounts of domain controllers apart.
TOPOLOGY_CLASSES = ("organizationalUnit", "crossRefContainer", "crossRef", "domainDNS", "trustedDomain")

_CROSS_REF_DOMAIN = 0x2
_SERVER_TRUST, _READ_ONLY = 0x2000, 0x4000000
_READ_ONLY_CONTROLLERS = 521
_GLOBAL_CATALOG = 0x1
_WITHIN_FOREST, _FOREST_TRANSITIVE = 0x20, 0x8
_REALM = 3
_DIRECTIONS: tuple[TrustDirection, ...] = ("disabled", "inbound", "outbound", "bidirectional")
_RECYCLE_BIN = "cn=recycle bin feature,"


def is_controller(entry: Entry, kind: Kind) -> bool:
    """Return whether an account is a domain controller's."""
    return kind == "computer" and bool((entry.integer("useraccountcontrol") or 0) & (_SERVER_TRUST | _READ_ONLY))


class TopologyReader:
    """Learns from entries; ``topology`` returns what they said."""

    def __init__(self) -> None:
        self._shows_absence: t.Callable[[str], bool] = lambda _name: False
        # All by DN: an object may be met more than once.
        self._cross_refs: dict[str, Entry] = {}
        self._heads: dict[str, Entry] = {}
        self._partitions: Entry | None = None
        self._service: Entry | None = None
        self._ou_suffixes: dict[str, Suffixes] = {}
        self._trusts: dict[str, Entry] = {}
        self._system_seen = False
        self._computers: dict[str, Entry] = {}
        self._servers: dict[str, Entry] = {}
        self._agents: dict[str, tuple[Entry, bool]] = {}

    def learn(self, entry: Entry, classes: t.Collection[bytes]) -> None:
        """Take from an object that is no recipient what it tells; classes are its object classes in lower case."""
        if b"organizationalunit" in classes:
            if values := _suffix_values(entry):
                self._ou_suffixes[normalise(entry.dn)] = Suffixes(_place(entry), values)
        elif b"crossref" in classes:
            self._cross_refs[normalise(entry.dn)] = entry
        elif b"crossrefcontainer" in classes:
            self._partitions = entry
        elif b"domaindns" in classes:
            self._heads[normalise(entry.dn)] = entry
        elif b"trusteddomain" in classes:
            self._trusts[normalise(entry.dn)] = entry
        elif b"ntdsservice" in classes:
            self._service = entry
        elif b"ntdsdsa" in classes or b"ntdsdsaro" in classes:
            self._agents[normalise(entry.dn)] = (entry, b"ntdsdsaro" in classes)
        elif b"server" in classes:
            if b"msexchexchangeserver" not in classes:
                self._servers[normalise(entry.dn)] = entry
        elif b"container" in classes:
            rdn, above = split_rdn(entry.dn)
            self._system_seen = self._system_seen or (rdn.lower() == "cn=system" and above[:3].lower() == "dc=")

    def domain_dns(self) -> tuple[str, ...]:
        """Return the DNs of the domains whose heads were met."""
        return tuple(entry.dn for entry in self._heads.values())

    def learn_account(self, entry: Entry, kind: Kind) -> None:
        """Take note of a domain controller's account; any other is let pass."""
        if is_controller(entry, kind):
            self._computers[normalise(entry.dn)] = entry

    def topology(self, root_dse: RootDse, shows_absence: t.Callable[[str], bool]) -> Topology:
        """Return the forest as it is known now.

        Args:
            root_dse: what the server says of itself; empty where there is none.
            shows_absence: returns of an attribute's name whether an object that was read without it certainly lacks
                it. An export may have left the attribute out.

        Raises:
            EntryError: a text value is not UTF-8.
        """
        self._shows_absence = shows_absence
        configuration = root_dse.configuration_dn or self._configuration()
        root_dn = root_dse.root_domain_dn or self._root_dn(configuration)
        schema = root_dse.schema_dn or (f"CN=Schema,{configuration}" if configuration else None)
        service = self._service
        return Topology(
            root=self._root_place(root_dn),
            configuration=configuration,
            schema=schema,
            domains=self._domains(),
            controllers=self._controllers(),
            functional_level=self._partitions.integer("msds-behavior-version") if self._partitions else None,
            forest_suffixes=self._forest_suffixes(),
            ou_suffixes=tuple(sorted(self._ou_suffixes.values(), key=lambda holder: holder.place.dn.lower())),
            trusts=self._all_trusts(),
            recycle_bin=self._recycle_bin(),
            directory_service=_place(service) if service else None,
            ds_heuristics=self._heuristics(),
        )

    def _configuration(self) -> str | None:
        """Return the configuration naming context by the name of CN=Partitions, which stands right below it."""
        return parent(self._partitions.dn) if self._partitions else None

    def _root_dn(self, configuration: str | None) -> str | None:
        if configuration:
            return parent(configuration)
        # Without the configuration, the domain that the others end with is the root, if they all do.
        names = [
            name for name in self._heads if all(name == other or other.endswith("," + name) for other in self._heads)
        ]
        return self._heads[names[0]].dn if names else None

    def _root_place(self, dn: str | None) -> Place | None:
        head = self._heads.get(normalise(dn)) if dn else None
        return _place(head) if head else Place(dn) if dn else None

    def _forest_suffixes(self) -> Suffixes | None:
        return Suffixes(_place(self._partitions), _suffix_values(self._partitions)) if self._partitions else None

    def _domains(self) -> tuple[Domain, ...]:
        found: dict[str, Domain] = {}
        names = {name: (entry.text("dnsroot") or "").lower() for name, entry in self._cross_refs.items()}
        for entry in self._cross_refs.values():
            dns, dn = (entry.text("dnsroot") or "").lower(), entry.text("ncname")
            if not (entry.integer("systemflags") or 0) & _CROSS_REF_DOMAIN or not dns or not dn:
                continue
            above = entry.text("trustparent")
            head = self._heads.get(normalise(dn))
            found[normalise(dn)] = Domain(
                dn=dn,
                dns=dns,
                netbios=entry.text("netbiosname"),
                parent=names.get(normalise(above)) or None if above else None,
                functional_level=head.integer("msds-behavior-version") if head else None,
            )
        for name, head in self._heads.items():
            if name not in found:
                found[name] = Domain(
                    head.dn, dns_domain(head.dn), functional_level=head.integer("msds-behavior-version")
                )
        return tuple(sorted(found.values(), key=lambda domain: (domain.dns.count("."), domain.dns)))

    def _all_trusts(self) -> tuple[Trust, ...] | None:
        if not self._trusts and not (self._system_seen or self._shows_absence("trustpartner")):
            return None
        trusts = [_trust(entry) for entry in self._trusts.values()]
        return tuple(sorted(trusts, key=lambda trust: (trust.domain, trust.partner, trust.place.dn)))

    def _recycle_bin(self) -> bool | None:
        if self._partitions is None:
            return None
        features = self._partitions.texts("msds-enabledfeature")
        if any(normalise(feature).startswith(_RECYCLE_BIN) for feature in features):
            return True
        return False if self._shows_absence("msds-enabledfeature") else None

    def _heuristics(self) -> str | None:
        if self._service is None:
            return None
        value = self._service.text("dsheuristics")
        return value if value is not None else "" if self._shows_absence("dsheuristics") else None

    def _controllers(self) -> tuple[DomainController, ...]:
        agents: dict[str, tuple[Entry, bool]] = {}
        loose: list[DomainController] = []
        for agent, read_only in self._agents.values():
            server = self._servers.get(normalise(parent(agent.dn)))
            account = server.text("serverreference") if server else None
            if account and normalise(account) in self._computers:
                agents[normalise(account)] = (agent, read_only)
            else:
                # The account is in a domain that was not read.
                loose.append(_controller_of_agent(agent, server, account, read_only))
        found = [_controller(entry, agents.get(name)) for name, entry in self._computers.items()]
        return tuple(sorted((*found, *loose), key=lambda controller: (controller.domain, controller.name.lower())))


def _place(entry: Entry) -> Place:
    return Place(entry.dn, entry.guid)


def _suffix_values(entry: Entry) -> tuple[str, ...]:
    return tuple(sorted(entry.texts("upnsuffixes"), key=lambda value: (value.lower(), value)))


def _trust(entry: Entry) -> Trust:
    direction = entry.integer("trustdirection")
    attributes, kind_number = entry.integer("trustattributes") or 0, entry.integer("trusttype")
    kind: TrustKind = "external"
    if attributes & _WITHIN_FOREST:
        kind = "within_forest"
    elif attributes & _FOREST_TRANSITIVE:
        kind = "forest"
    elif kind_number == _REALM:
        kind = "realm"
    elif kind_number not in (1, 2):
        kind = "other"
    blob = entry.attributes.get("msds-trustforesttrustinfo")
    return Trust(
        place=_place(entry),
        domain=dns_domain(entry.dn),
        partner=(entry.text("trustpartner") or entry.text("flatname") or rdn_value(entry.dn)).lower(),
        direction=_DIRECTIONS[direction] if direction is not None and 0 <= direction < len(_DIRECTIONS) else None,
        kind=kind,
        information=parse_trust_information(blob[0]) if blob else None,
    )


def _controller(entry: Entry, agent: tuple[Entry, bool] | None) -> DomainController:
    control = entry.integer("useraccountcontrol") or 0
    group = entry.integer("primarygroupid")
    read_only = bool(control & _READ_ONLY) or group == _READ_ONLY_CONTROLLERS or (agent is not None and agent[1])
    return DomainController(
        name=rdn_value(entry.dn),
        dns_name=entry.text("dnshostname"),
        domain=dns_domain(entry.dn),
        site=_site(agent[0]) if agent else None,
        read_only=read_only,
        global_catalog=_is_global_catalog(agent[0]) if agent else None,
        operating_system=entry.text("operatingsystem"),
    )


def _controller_of_agent(agent: Entry, server: Entry | None, account: str | None, read_only: bool) -> DomainController:
    return DomainController(
        name=rdn_value(parent(agent.dn)),
        dns_name=server.text("dnshostname") if server else None,
        domain=dns_domain(account) if account else "",
        site=_site(agent),
        read_only=read_only,
        global_catalog=_is_global_catalog(agent),
    )


def _site(agent: Entry) -> str:
    """Return the site of ``CN=NTDS Settings,CN=<server>,CN=Servers,CN=<site>,CN=Sites,...``."""
    return rdn_value(parent(parent(parent(agent.dn))))


def _is_global_catalog(agent: Entry) -> bool:
    return bool((agent.integer("options") or 0) & _GLOBAL_CATALOG)
