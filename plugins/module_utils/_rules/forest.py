# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules about the forest itself: its suffixes, settings, trusts, Exchange organisation and synchronization."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._model.finding import Finding, ObjectReference
from .._model.text import fold
from .catalogue import finding
from .domains import Domains, ascii_form
from .sync_accounts import SyncAccount

_SUFFIXES = "uPNSuffixes"
Build = tuple[int, ...]
Bound = tuple[ObjectReference, Finding]


@dataclass(frozen=True)
class TrustFacts:
    """A trust with another forest: the object, the other forest's name, and which of our UPN suffixes it routes there."""

    reference: ObjectReference
    partner: str
    routed_suffixes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SuffixFacts:
    """UPN suffixes that one object registers, CN=Partitions or an organizational unit, as they are written."""

    reference: ObjectReference
    values: tuple[str, ...]


@dataclass(frozen=True)
class ServerFacts:
    """An Exchange server.

    Attributes:
        reference: the object.
        build: major, minor and build number, None where they cannot be read. The directory shows no more than that.
        label: how people call that version.
        qualifies: whether it is new enough for Teams meetings of its mailboxes; None where the build is unknown.
    """

    reference: ObjectReference
    build: Build | None
    label: str
    qualifies: bool | None


@dataclass(frozen=True)
class ExchangeFacts:
    """The Exchange organisation.

    Attributes:
        organisation: the object of the living organisation, None where the source holds none.
        schema: whether the schema is extended by Exchange; None where unknown.
        servers: the servers of the organisation.
        hybrid: whether the hybrid wizard was run; None where unknown.
        oauth: whether there are an authorization server and Exchange Online as a partner application; None where
            unknown, or where they seem to be switched off.
    """

    organisation: ObjectReference | None = None
    schema: bool | None = None
    servers: tuple[ServerFacts, ...] = ()
    hybrid: bool | None = None
    oauth: bool | None = None


@dataclass(frozen=True)
class ForestFacts:
    """What the rules ask about a forest. None means unknown.

    Attributes:
        root: the forest's root domain.
        partitions: CN=Partitions; None where the source does not hold it, and nothing is known about suffixes then.
        directory_service: the object that holds dSHeuristics.
        dns_domains: DNS names of the domains, in lower case.
        registered: UPN suffixes of the forest and of OUs.
        used_domains: domains of the sign-in names and primary SMTP addresses of judged people, in lower case.
        heuristics: value of dSHeuristics; "" for certainly none.
        upn_check: whether domain controllers refuse a sign-in name that another account has.
        exchange: the Exchange organisation.
        forest_trusts: trusts with other forests.
        other_forests: name of another audited forest to its suffixes and domains, folded.
        accounts: accounts of the synchronization.
        anchors: users with a filled mS-DS-ConsistencyGuid.
    """

    root: ObjectReference
    partitions: ObjectReference | None = None
    directory_service: ObjectReference | None = None
    dns_domains: frozenset[str] = frozenset()
    registered: tuple[SuffixFacts, ...] = ()
    used_domains: frozenset[str] = frozenset()
    heuristics: str | None = None
    upn_check: bool | None = None
    exchange: ExchangeFacts = ExchangeFacts()
    forest_trusts: tuple[TrustFacts, ...] = ()
    other_forests: t.Mapping[str, frozenset[str]] = field(default_factory=dict)
    accounts: tuple[SyncAccount, ...] = ()
    anchors: int = 0

    @property
    def suffixes(self) -> frozenset[str]:
        """Every registered UPN suffix, folded."""
        return frozenset(fold(value.strip()) for holder in self.registered for value in holder.values)


def judge_forest(facts: ForestFacts, domains: Domains, minimum_build: Build | None = None) -> list[Bound]:
    """Return the findings about a forest, each with the object that it is about.

    Args:
        facts: what is known.
        domains: judges domains; holds the verified ones.
        minimum_build: Exchange servers older than this are reported, as (15, 1, 2507, 6); None: none is for its age.
    """
    return [
        *_suffixes(facts, domains),
        *_uniqueness(facts),
        *_exchange(facts.exchange, facts.root, minimum_build),
        *_other_forests(facts),
        *_synchronization(facts),
    ]


def _suffixes(facts: ForestFacts, domains: Domains) -> t.Iterator[Bound]:
    if facts.partitions is None:
        return
    names = facts.suffixes | facts.dns_domains
    if missing := missing_suffixes(facts, domains):
        message = (
            f"Verified and in use, but no UPN suffix of the forest: {', '.join(missing)}. The tools of Active Directory do "
            "not offer them for sign-in names."
        )
        yield facts.partitions, finding("forest-verified-domain-not-suffix", _SUFFIXES, None, message)
    if names and all(domains.verdict(name) in ("not-routable", "unknown-tld") for name in names):
        message = (
            "No domain and no UPN suffix of the forest exists in the Internet, so no sign-in name can be one of a verified "
            "domain."
        )
        yield facts.partitions, finding("forest-non-routable-only", _SUFFIXES, None, message)


def missing_suffixes(facts: ForestFacts, domains: Domains) -> list[str]:
    """Return the verified domains (ASCII form) that are in use and neither a UPN suffix nor a domain of the forest.

    None where the source does not show the suffixes.
    """
    if facts.partitions is None:
        return []
    registered = {ascii_form(name) or name for name in facts.suffixes | facts.dns_domains}
    used = {ascii_form(name) or name for name in facts.used_domains}
    return sorted((domains.verified & used) - registered)


def _uniqueness(facts: ForestFacts) -> t.Iterator[Bound]:
    if facts.upn_check is False and facts.directory_service is not None:
        message = "Domain controllers do not check whether a new sign-in name belongs to another account."
        found = finding("forest-upn-uniqueness-off", "dSHeuristics", facts.heuristics, message)
        yield facts.directory_service, found


def _exchange(exchange: ExchangeFacts, root: ObjectReference, minimum: Build | None) -> t.Iterator[Bound]:
    if exchange.schema is False:
        message = (
            "The schema was not extended by Exchange: mailNickname, targetAddress and other attributes do not exist, "
            "and nothing of them is synchronized."
        )
        yield root, finding("forest-exchange-schema-missing", None, None, message)
    for server in exchange.servers:
        if minimum is not None and server.build is not None and server.build < minimum[: len(server.build)]:
            wanted = ".".join(str(number) for number in minimum)
            message = f"Exchange on this server is {server.label}, older than {wanted}."
            yield server.reference, finding("forest-exchange-unsupported", None, None, message)
    if exchange.organisation is None:
        return
    if exchange.servers and all(server.qualifies is False for server in exchange.servers):
        message = (
            "No Exchange server is 2016 CU3 or newer, so Teams creates and shows no meetings of mailboxes on premises."
        )
        yield exchange.organisation, finding("forest-exchange-unsupported", None, None, message)
    missing = [
        words
        for known, words in ((exchange.hybrid, "a hybrid configuration"), (exchange.oauth, "objects for OAuth"))
        if known is False
    ]
    if missing:
        message = f"The Exchange organisation has no {' and no '.join(word.removeprefix('a ') for word in missing)}."
        yield exchange.organisation, finding("forest-hybrid-missing", None, None, message)


def _other_forests(facts: ForestFacts) -> t.Iterator[Bound]:
    for holder in facts.registered:
        for value in holder.values:
            yield from _clash(facts, holder.reference, value)
    advice = "Microsoft advises to consolidate forests, or to begin with the forest in which people sign in."
    for trust in facts.forest_trusts:
        message = f"There is a trust with the forest {trust.partner}. {advice}"
        yield trust.reference, finding("forest-several", None, None, message)
    if facts.other_forests:
        message = f"Forests that are audited together with this one: {', '.join(sorted(facts.other_forests))}. {advice}"
        yield facts.root, finding("forest-several", None, None, message)


def _clash(facts: ForestFacts, reference: ObjectReference, value: str) -> t.Iterator[Bound]:
    suffix = fold(value.strip())
    routing = sorted({trust.partner for trust in facts.forest_trusts if suffix in trust.routed_suffixes})
    holders = sorted(name for name, names in facts.other_forests.items() if suffix in names)
    parts = []
    if routing:
        parts.append(f"the trust with {', '.join(routing)} routes sign-in names with it there")
    if holders:
        parts.append(f"it is a suffix or a domain of {', '.join(holders)} as well")
    if parts:
        message = f"{value} is a UPN suffix here, and {' and '.join(parts)}: signing in works in one forest only."
        yield reference, finding("forest-suffix-clash", _SUFFIXES, value, message)


def _synchronization(facts: ForestFacts) -> t.Iterator[Bound]:
    signs = [
        f"{account.name} on {account.server} synchronizes to {account.tenant}"
        for account in facts.accounts
        if account.proves_synchronization
    ]
    if facts.anchors:
        signs.append(f"{facts.anchors} users have a filled mS-DS-ConsistencyGuid")
    if signs:
        message = f"Directory synchronization already runs ({'; '.join(signs)}): changes here reach the cloud at the next cycle."
        yield facts.root, finding("forest-sync-live", None, None, message)
