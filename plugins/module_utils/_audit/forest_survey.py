# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A look at a forest: one scan that counts, the topology, what the rules about the forest find, and the features."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass

from .._directory.interface import Directory, Selection
from .._directory.topology import Topology
from .._model.errors import DirectoryError
from .._model.finding import Finding
from .._rules.feature import COUNTED, SKYPE_ATTRIBUTE, WRITEBACK_ATTRIBUTES, Feature, FeatureFacts
from .._rules.features import features
from .._rules.forest import ForestFacts
from .._rules.options import RuleOptions
from . import forest_facts
from .forest import Forest
from .forest_facts import OtherForests
from .options import SyncScope
from .reading import is_file, read_objects, read_topology
from .scope import Scopes

_SCHEMA_VERSION = "CN=ms-Exch-Schema-Version-Pt"


@dataclass(frozen=True)
class Survey:
    """What was seen of a forest.

    Attributes:
        topology: domains, domain controllers, trusts, suffixes and settings.
        forest: what the objects told, and what was counted.
        facts: what the rules about the forest asked.
        findings: what they found, the severest first.
        features: features that depend on synchronization.
        live: whether directory synchronization runs: True where there is a sign of it, False where all of the forest was
            read and there is none, None where an export or a part of the forest shows none.
        anchors: users with a filled mS-DS-ConsistencyGuid; None where the source does not show the attribute.
        managed: recipients whose addresses a policy manages; None where the source does not show it.
        complete: whether all domains of the forest were read.
    """

    topology: Topology
    forest: Forest
    facts: ForestFacts
    findings: tuple[Finding, ...]
    features: tuple[Feature, ...]
    live: bool | None
    anchors: int | None
    managed: int | None
    complete: bool


def survey(directory: Directory, rules: RuleOptions, others: OtherForests, *, partly: bool = False) -> Survey:
    """Read a directory once and say what is there.

    Args:
        directory: an open directory; it is read only.
        rules: options of the rules; the verified domains matter, and the oldest build of Exchange.
        others: name of another audited forest to its suffixes and domains, folded.
        partly: whether the options leave parts of the domains out.

    Raises:
        DirectoryError: not everything could be read.
    """
    forest = Forest()
    scopes = Scopes(SyncScope(), None)
    file = is_file(directory)
    with_values: Counter[str] = Counter()
    for subject, _population, _place in read_objects(directory, rules, scopes, forest, (), COUNTED if file else ()):
        if file and subject.is_person:
            with_values.update(name.lower() for name in COUNTED if subject.entry.counts.get(name.lower()))
    topology = read_topology(directory, forest, with_sites=True)
    heads = {dn.lower() for dn in forest.topology.domain_dns()}
    complete = not file and not partly and all(domain.dn.lower() in heads for domain in topology.domains)
    facts = forest_facts.forest_facts(topology, forest, directory, others)
    signs = facts.anchors or any(account.proves_synchronization for account in facts.accounts)
    live = True if signs else False if complete else None
    if not file:
        _ask_schema(directory, topology, forest)
        with_values = _count(directory, forest)
    shown = directory.attribute_names()
    found = forest_facts.judge(facts, rules)
    return Survey(
        topology=topology,
        forest=forest,
        facts=facts,
        findings=tuple(sorted(found, key=_order)),
        features=tuple(features(_feature_facts(directory, forest, facts, live, complete, with_values))),
        live=live,
        anchors=facts.anchors if shown is None or "ms-ds-consistencyguid" in shown else None,
        managed=forest.census.managed if shown is None or "msexchpoliciesincluded" in shown else None,
        complete=complete,
    )


def _order(found: Finding) -> tuple[t.Any, ...]:
    rank = {"error": 0, "warning": 1, "info": 2}[found.severity]
    return (rank, found.object.dn if found.object else "", found.rule, found.value or "", found.message)


def _ask_schema(directory: Directory, topology: Topology, forest: Forest) -> None:
    """Have the server say which attributes its schema lacks, and which Exchange extended it."""
    names = ("objectClass", "mailNickname", "targetAddress", SKYPE_ATTRIBUTE, *WRITEBACK_ATTRIBUTES)
    if topology.root is None or topology.schema is None:
        return
    for base, wanted in (
        (topology.configuration or topology.root.dn, names),
        (f"{_SCHEMA_VERSION},{topology.schema}", ("objectClass", "rangeUpper")),
    ):
        try:
            for entry in directory.search(base, "base", Selection(wanted)):
                forest.learn(entry)
        except DirectoryError as error:
            if error.code != "BASE_NOT_FOUND":
                raise


def _count(directory: Directory, forest: Forest) -> Counter[str]:
    """Return of each attribute how many users have a value: a server is asked, so that no photo has to be read."""
    absent = {name.lower() for name in directory.statistics.absent_attributes}
    numbers: Counter[str] = Counter()
    selection = Selection(("objectClass",))
    for name in COUNTED:
        if name.lower() in absent:
            continue
        condition = f"(&(objectClass=user)(!(objectClass=computer))({name}=*))"
        for dn in forest.topology.domain_dns():
            numbers[name.lower()] += sum(1 for _entry in directory.search(dn, "subtree", selection, condition))
    return numbers


def _feature_facts(
    directory: Directory,
    forest: Forest,
    facts: ForestFacts,
    live: bool | None,
    complete: bool,
    with_values: Counter[str],
) -> FeatureFacts:
    shown = directory.attribute_names()
    census = forest.census
    accounts = facts.accounts
    absent = None
    if shown is None:
        absent = frozenset(name.lower() for name in directory.statistics.absent_attributes)
    sso = any(account.program == "seamless_sso" for account in accounts)
    types_known = shown is None or "msexchrecipienttypedetails" in shown
    organisation = forest.exchange.is_known or (False if shown is None else None)

    def known(number: int) -> int | None:
        return number if types_known else None

    return FeatureFacts(
        synchronized=live,
        sso_account=True if sso else False if complete else None,
        tenants=tuple(sorted({account.tenant for account in accounts if account.tenant})),
        servers=tuple(sorted({account.server for account in accounts if account.server})),
        absent_attributes=absent,
        exchange_schema=facts.exchange.schema,
        organisation=organisation,
        hybrid=facts.exchange.hybrid if forest.exchange.is_known else False if organisation is False else None,
        local_mailboxes=known(census.local_mailboxes),
        remote_mailboxes=known(census.remote_mailboxes),
        resources=known(census.rooms + census.equipment),
        resources_without_nickname=known(census.resources_without_nickname),
        security_groups=census.security_groups if shown is None or "grouptype" in shown else None,
        smart_cards=census.smart_cards if shown is None or "useraccountcontrol" in shown else None,
        with_values={
            name.lower(): with_values[name.lower()] if shown is None or name.lower() in shown else None
            for name in COUNTED
        },
    )
