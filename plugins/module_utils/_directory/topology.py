# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forest as plain values: domains, domain controllers, trusts, UPN suffixes and settings.

What the source did not show is None: unknown, which is not the same as absent.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._model.text import fold
from .trust_info import TrustInformation

TrustDirection = t.Literal["disabled", "inbound", "outbound", "bidirectional"]
TrustKind = t.Literal["within_forest", "forest", "external", "realm", "other"]

FUNCTIONAL_LEVELS: dict[int, str] = {
    0: "Windows 2000",
    1: "Windows Server 2003 interim",
    2: "Windows Server 2003",
    3: "Windows Server 2008",
    4: "Windows Server 2008 R2",
    5: "Windows Server 2012",
    6: "Windows Server 2012 R2",
    7: "Windows Server 2016",
    10: "Windows Server 2025",
}


def functional_level_name(level: int | None) -> str | None:
    """Return the name of a functional level; its number as text where it has none, None where it is unknown."""
    return None if level is None else FUNCTIONAL_LEVELS.get(level, str(level))


@dataclass(frozen=True)
class Place:
    """Where an object stands: its DN, and its objectGUID as text where the source holds it."""

    dn: str
    guid: str | None = None


@dataclass(frozen=True)
class Domain:
    """A domain of the forest.

    Attributes:
        dn: its naming context.
        dns: its DNS name in lower case.
        netbios: its NetBIOS name.
        parent: DNS name of the domain above it in its tree; None for the root of a tree, or where unknown.
        functional_level: number of the functional level.
    """

    dn: str
    dns: str
    netbios: str | None = None
    parent: str | None = None
    functional_level: int | None = None


@dataclass(frozen=True)
class DomainController:
    """A domain controller.

    Attributes:
        name: its short name.
        dns_name: its full DNS name.
        domain: DNS name of its domain; empty where unknown.
        site: the site that it stands in.
        read_only: whether it is a read-only one, which takes no changes.
        global_catalog: whether it holds the global catalog.
        operating_system: as it reports itself.
    """

    name: str
    dns_name: str | None = None
    domain: str = ""
    site: str | None = None
    read_only: bool | None = None
    global_catalog: bool | None = None
    operating_system: str | None = None


@dataclass(frozen=True)
class Trust:
    """A trust of one of the domains.

    Attributes:
        place: the object.
        domain: DNS name of the domain that has the trust.
        partner: DNS name of the other side, or its NetBIOS name where it has no other.
        direction: who trusts whom, seen from here; None where unknown.
        kind: within_forest, forest (the whole other forest), external (one domain), realm (no Windows), other.
        information: the names that a forest trust routes; None where the source does not show them.
    """

    place: Place
    domain: str
    partner: str
    direction: TrustDirection | None
    kind: TrustKind
    information: TrustInformation | None = None

    @property
    def routes(self) -> tuple[str, ...]:
        """DNS names that are routed to the other forest, with everything below them but the exclusions."""
        return self.information.routes() if self.information else ()

    def routes_name(self, name: str) -> bool:
        """Return whether sign-in names with this suffix (lower case) are routed to the other forest."""
        if self.information is None or any(_at_or_below(name, other) for other in self.information.exclusions()):
            return False
        return any(_at_or_below(name, routed) for routed in self.routes)


@dataclass(frozen=True)
class Suffixes:
    """UPN suffixes that one object registers: CN=Partitions or an organizational unit."""

    place: Place
    values: tuple[str, ...]


@dataclass
class Topology:
    """A forest, as far as the source shows it.

    Attributes:
        root: the head of the forest's root domain.
        configuration: DN of the configuration naming context.
        schema: DN of the schema naming context.
        domains: by DNS name.
        controllers: by name.
        functional_level: number of the forest's functional level.
        forest_suffixes: what CN=Partitions registers; None where the source does not hold that object.
        ou_suffixes: what organizational units register, by DN.
        trusts: by domain and partner; None where the source does not show whether there are any.
        recycle_bin: whether the recycle bin is switched on.
        directory_service: the object that holds dSHeuristics; None where the source does not hold it.
        ds_heuristics: the value of dSHeuristics; "" where it is certain that there is none, None where unknown.
    """

    root: Place | None = None
    configuration: str | None = None
    schema: str | None = None
    domains: tuple[Domain, ...] = ()
    controllers: tuple[DomainController, ...] = ()
    functional_level: int | None = None
    forest_suffixes: Suffixes | None = None
    ou_suffixes: tuple[Suffixes, ...] = ()
    trusts: tuple[Trust, ...] | None = None
    recycle_bin: bool | None = None
    directory_service: Place | None = None
    ds_heuristics: str | None = None

    @property
    def root_domain(self) -> str | None:
        """DNS name of the root domain."""
        head = self.root
        return next((domain.dns for domain in self.domains if head and domain.dn.lower() == head.dn.lower()), None)

    def outside_trusts(self) -> tuple[Trust, ...]:
        """Return the trusts with other forests and domains outside; those within the forest are no news."""
        return tuple(trust for trust in self.trusts or () if trust.kind != "within_forest")

    def forest_trusts(self) -> tuple[Trust, ...]:
        """Return the trusts with other forests as a whole."""
        return tuple(trust for trust in self.trusts or () if trust.kind == "forest")

    def holders(self) -> tuple[Suffixes, ...]:
        """Return all objects that register UPN suffixes, CN=Partitions first."""
        return (*((self.forest_suffixes,) if self.forest_suffixes else ()), *self.ou_suffixes)

    def suffixes(self) -> frozenset[str]:
        """Return every registered UPN suffix, of the forest and of OUs, folded."""
        return frozenset(fold(value.strip()) for holder in self.holders() for value in holder.values)


def upn_check_is_on(heuristics: str | None) -> bool | None:
    """Return whether domain controllers refuse a sign-in name that another account has.

    The 21st character of dSHeuristics decides: a digit whose lowest bit switches the check off. None where unknown.
    """
    if heuristics is None:
        return None
    if len(heuristics) < 21:
        return True
    digit = heuristics[20]
    return not int(digit) & 1 if digit in "01234567" else None


def _at_or_below(name: str, above: str) -> bool:
    return name == above or name.endswith("." + above)
