# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what was read of a forest to what the rules about it ask, and their findings into the snapshot."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from .._directory.interface import Directory
from .._directory.topology import Place, Topology, Trust, upn_check_is_on
from .._exchange.builds import label_of, qualifies_for_meetings
from .._exchange.objects import says_disabled
from .._exchange.organisation import Organisation
from .._model.dn import rdn_value
from .._model.finding import Finding, ObjectReference
from .._rules.forest import (
    Bound,
    ExchangeFacts,
    ForestFacts,
    ServerFacts,
    SuffixFacts,
    TrustFacts,
    judge_forest,
)
from .._rules.options import RuleOptions
from .forest import Forest
from .recorder import finding_row
from .snapshot import Snapshot

OtherForests = t.Mapping[str, frozenset[str]]
# The kind of the objects that the findings about a forest name.
KIND = "forest"
_NO_IDENTITY = json.dumps([None, None, None, None, None, []], separators=(",", ":"))


def forest_facts(topology: Topology, forest: Forest, directory: Directory, others: OtherForests) -> ForestFacts:
    """Return what the rules about the forest ask.

    Args:
        topology: domains, suffixes, trusts and settings.
        forest: what the objects told.
        directory: for what it says of its schema.
        others: name of another audited forest to its suffixes and domains, folded.
    """
    registering = topology.forest_suffixes
    census = forest.census
    return ForestFacts(
        root=_root(topology, forest),
        partitions=_reference(registering.place) if registering else None,
        directory_service=_reference(topology.directory_service) if topology.directory_service else None,
        dns_domains=frozenset(forest.dns_domains) | {domain.dns for domain in topology.domains},
        registered=tuple(SuffixFacts(_reference(holder.place), holder.values) for holder in topology.holders()),
        used_domains=frozenset(census.used_domains),
        heuristics=topology.ds_heuristics,
        upn_check=upn_check_is_on(topology.ds_heuristics),
        exchange=exchange_facts(directory, forest),
        forest_trusts=tuple(_trust(trust, topology.suffixes()) for trust in topology.forest_trusts()),
        other_forests=others,
        accounts=census.sync_accounts(),
        anchors=census.anchors,
    )


def exchange_facts(directory: Directory, forest: Forest) -> ExchangeFacts:
    """Return what is known of Exchange in a forest."""
    exchange = forest.exchange
    organisation = None
    servers = []
    for name, place in sorted(forest.exchange_places.items()):
        server = exchange.server_objects.get(name)
        if server is not None:
            build = server.build
            label = label_of(build) if build else "of a version that the directory does not say"
            qualifies = qualifies_for_meetings(build) if build else None
            servers.append(ServerFacts(_reference(place), build.order if build else None, label, qualifies))
        elif rdn_value(place.dn) == exchange.name:
            organisation = _reference(place)
    return ExchangeFacts(
        organisation=organisation,
        schema=exchange_schema(directory, forest),
        servers=tuple(servers),
        hybrid=exchange.hybrid is not None if exchange.is_known else None,
        oauth=has_oauth(exchange) if exchange.is_known else None,
    )


def has_oauth(exchange: Organisation) -> bool | None:
    """Return whether an authorization server and Exchange Online as a partner application are there.

    None where there are, but their flags seem to say that they are switched off.
    """
    servers = list(exchange.auth_servers.values())
    partners = [partner for partner in exchange.partner_applications.values() if partner.is_exchange_online]
    if not servers or not partners:
        return False
    off = all(says_disabled(server.flags) for server in servers) or all(says_disabled(p.flags) for p in partners)
    return None if off else True


def exchange_schema(directory: Directory, forest: Forest) -> bool | None:
    """Return whether the schema is extended by Exchange; None where an export does not show it."""
    names = directory.attribute_names()
    if names is None:
        absent = {name.lower() for name in directory.statistics.absent_attributes}
        return not absent & {"mailnickname", "targetaddress"}
    shown = forest.exchange.is_known or any(name == "mailnickname" or name.startswith("msexch") for name in names)
    return True if shown else None


def judge(facts: ForestFacts, options: RuleOptions) -> list[Finding]:
    """Return the findings about a forest, bound to the objects that they are about."""
    return [
        dataclasses.replace(found, object=reference)
        for reference, found in judge_forest(facts, options.domains, options.minimum_exchange_build)
    ]


def record(snapshot: Snapshot, bound: t.Iterable[Bound]) -> None:
    """Write findings about the forest into a snapshot that holds all other objects already."""
    number = snapshot.count("SELECT coalesce(max(oid), 0) FROM objects")
    numbers: dict[str, int] = {}
    for reference, found in bound:
        oid = numbers.get(reference.dn)
        if oid is None:
            oid = numbers[reference.dn] = number + len(numbers) + 1
            row = (oid, reference.guid, reference.dn, KIND, reference.name, KIND, "", None, 0, None, None, _NO_IDENTITY)
            snapshot.add("objects", row)
        snapshot.add("findings", finding_row(oid, found))


def _root(topology: Topology, forest: Forest) -> ObjectReference:
    if topology.root is not None:
        return _reference(topology.root)
    # An export of some users: the shortest of the domains that their names end with.
    name = min(forest.dns_domains, key=lambda domain: (domain.count("."), domain), default="")
    dn = ",".join(f"DC={label}" for label in name.split(".")) if name else ""
    return ObjectReference(dn, None, KIND, name.partition(".")[0])


def _reference(place: Place) -> ObjectReference:
    return ObjectReference(place.dn, place.guid, KIND, rdn_value(place.dn))


def _trust(trust: Trust, suffixes: frozenset[str]) -> TrustFacts:
    # A trust that is switched off, or by which only the others trust us, routes nothing.
    outward = trust.direction in ("outbound", "bidirectional", None)
    routed = frozenset(suffix for suffix in suffixes if outward and trust.routes_name(suffix))
    return TrustFacts(_reference(trust.place), trust.partner, routed)
