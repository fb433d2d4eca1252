# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a directory once: every object is handed on to the rules, and what it tells of the forest is kept."""

from __future__ import annotations

import typing as t

from .._directory.interface import Directory, Selection
from .._directory.topology import Topology
from .._directory.topology_reader import TOPOLOGY_ATTRIBUTES
from .._directory.topology_search import ask_server
from .._directory.interface import shows_absence
from .._model.kinds import CLASSES, kind_of
from .._rules.attributes import AUDIT_ATTRIBUTES, COUNTED_ATTRIBUTES
from .._rules.options import RuleOptions
from .._rules.population import Population, population_of
from .._rules.subject import Subject
from .._rules.sync_accounts import ACCOUNT_PREFIXES
from .census import ACCOUNT_ATTRIBUTES, Census
from .forest import LEARNED_CLASSES, WATCHED, Forest, domain_of_sid
from .scope import Place, Scopes


class Reading:
    """One reading of a directory.

    Args:
        directory: an open directory.
        rules: options of the rules.
        scopes: which objects the synchronization takes.
        attributes: what to read beside what the rules, the scopes and the forest need.

    Attributes:
        forest: what the objects tell of the forest.
        census: what was counted.
    """

    def __init__(
        self, directory: Directory, rules: RuleOptions, scopes: Scopes, attributes: t.Sequence[str] = ()
    ) -> None:
        self.forest = Forest()
        self.census = Census()
        self._directory = directory
        self._rules = rules
        self._scopes = scopes
        names = [*AUDIT_ATTRIBUTES, *TOPOLOGY_ATTRIBUTES, *scopes.attributes, *attributes]
        if self._is_file:
            names += ACCOUNT_ATTRIBUTES
        self._selection = Selection(tuple(dict.fromkeys(names)), COUNTED_ATTRIBUTES, (*CLASSES, *LEARNED_CLASSES))

    @property
    def _is_file(self) -> bool:
        """Whether there is nobody who could be asked again."""
        return self._directory.attribute_names() is not None

    def objects(self) -> t.Iterator[tuple[Subject, Population, Place]]:
        """Yield every object that the audit knows, with where it stands. To be read to its end, once.

        Raises:
            DirectoryError: not everything could be read.
        """
        forest, census, scopes = self.forest, self.census, self._scopes
        sign_in = self._rules.sign_in_attribute.lower()
        unseen = set(WATCHED)
        for entry in self._directory.search(selection=self._selection):
            attributes = entry.attributes
            kind = kind_of(attributes.get("objectclass", []))
            if kind == "other":
                forest.learn(entry)
                continue
            if kind == "computer":
                forest.topology.learn_account(entry, kind)
            if unseen:
                unseen.difference_update(attributes)
            if sid := attributes.get("objectsid"):
                forest.domain_sids.add(domain_of_sid(sid[0]))
            place = scopes.place(entry.dn)
            if place.dns_domain:
                forest.dns_domains.add(place.dns_domain)
            subject = Subject(entry, kind, sign_in)
            population = population_of(subject, self._rules, place.synchronized)
            if population.standing == "other":
                continue
            census.count(subject, population.standing)
            yield subject, population, place
        forest.exchange.shown = set(WATCHED) - unseen

    def topology(self, *, with_sites: bool = False) -> Topology:
        """Return the forest's topology, after all objects were read. A server is asked for what they did not show.

        Args:
            with_sites: whether to ask for the domain controllers of the whole forest.

        Raises:
            DirectoryError: the server could not be asked.
        """
        directory = self._directory
        reader = self.forest.topology
        ask_server(directory, reader, with_sites=with_sites)
        if not self._is_file:
            self._ask_for_accounts(reader.domain_dns())
        return reader.topology(directory.root_dse, lambda name: shows_absence(directory, name))

    def _ask_for_accounts(self, domains: t.Iterable[str]) -> None:
        """Read the accounts of the synchronization: their descriptions, and those outside of what was read."""
        names = "".join(f"(sAMAccountName={prefix}*)" for prefix in ACCOUNT_PREFIXES)
        if not self._directory.root_dse.configuration_dn:
            return
        for domain in domains:
            for entry in self._directory.search(domain, "subtree", Selection(ACCOUNT_ATTRIBUTES), f"(|{names})"):
                if sam := entry.text("samaccountname"):
                    self.census.count_account(entry, sam)
