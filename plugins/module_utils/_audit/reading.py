# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a directory once: every object is handed on to the rules, and what it tells of the forest is kept."""

from __future__ import annotations

import typing as t

from .._directory.interface import Directory, Selection, shows_absence
from .._directory.topology import Topology
from .._directory.topology_reader import TOPOLOGY_ATTRIBUTES
from .._directory.topology_search import ask_server
from .._model.entry import Entry
from .._model.kinds import CLASSES, kind_of
from .._rules.attributes import AUDIT_ATTRIBUTES, COUNTED_ATTRIBUTES
from .._rules.options import RuleOptions
from .._rules.population import Population, population_of
from .._rules.subject import Subject
from .._rules.sync_accounts import ACCOUNT_PREFIXES
from .census import ACCOUNT_ATTRIBUTES
from .forest import LEARNED_CLASSES, WATCHED, Forest, domain_of_sid
from .scope import Place, Scopes


def read_objects(
    directory: Directory,
    rules: RuleOptions,
    scopes: Scopes,
    forest: Forest,
    attributes: t.Iterable[str] = (),
    counted: t.Iterable[str] = (),
) -> t.Iterator[tuple[Subject, Population, Place]]:
    """Yield every object that the audit knows, with where it stands. To be read to its end, once.

    Args:
        directory: an open directory.
        rules: options of the rules.
        scopes: which objects the synchronization takes.
        forest: takes what the objects tell of the forest.
        attributes: what to read beside what the rules, the scopes and the forest need.
        counted: what to count beside.

    Raises:
        DirectoryError: not everything could be read.
    """
    selection = selection_of(directory, scopes, attributes, counted)
    reader = ObjectReader(rules, scopes, forest)
    for entry in directory.search(selection=selection):
        known = reader.take(entry)
        if known is not None:
            yield known
    reader.finish()


def selection_of(
    directory: Directory, scopes: Scopes, attributes: t.Iterable[str] = (), counted: t.Iterable[str] = ()
) -> Selection:
    """Return what a scan reads: what the rules, the scopes and the forest need, and what is asked for beside."""
    names = [*AUDIT_ATTRIBUTES, *TOPOLOGY_ATTRIBUTES, *scopes.attributes, *attributes]
    if is_file(directory):
        # A server is asked for these accounts afterwards, so that not every object has to bring its description.
        names += ACCOUNT_ATTRIBUTES
    counts = tuple(dict.fromkeys((*COUNTED_ATTRIBUTES, *counted)))
    return Selection(tuple(dict.fromkeys(names)), counts, (*CLASSES, *LEARNED_CLASSES))


class ObjectReader:
    """Takes entries; knows what each is and where it stands, and has the forest learn from it.

    Args:
        rules: options of the rules.
        scopes: which objects the synchronization takes.
        forest: takes what the objects tell of the forest.

    Attributes:
        unseen: of the attributes that an export may have left out, those that no object has shown.
    """

    def __init__(self, rules: RuleOptions, scopes: Scopes, forest: Forest) -> None:
        self.unseen = set(WATCHED)
        self._rules = rules
        self._scopes = scopes
        self._forest = forest
        self._sign_in = rules.sign_in_attribute.lower()

    def take(self, entry: Entry) -> tuple[Subject, Population, Place] | None:
        """Return the object with where it stands; None where the audit does not know objects of its kind.

        Raises:
            EntryError: a text value is not UTF-8.
        """
        forest = self._forest
        values = entry.attributes
        kind = kind_of(values.get("objectclass", []))
        if kind == "other":
            forest.learn(entry)
            return None
        if kind == "computer":
            forest.topology.learn_account(entry, kind)
        if self.unseen:
            self.unseen.difference_update(values)
        if sid := values.get("objectsid"):
            forest.domain_sids.add(domain_of_sid(sid[0]))
        place = self._scopes.place(entry.dn)
        if place.dns_domain:
            forest.dns_domains.add(place.dns_domain)
        subject = Subject(entry, kind, self._sign_in)
        population = population_of(subject, self._rules, place.synchronized)
        if population.standing == "other":
            return None
        forest.census.count(subject, population.standing)
        return subject, population, place

    def finish(self) -> None:
        """Say which attributes were shown, when all objects were taken."""
        self._forest.exchange.shown = set(WATCHED) - self.unseen


def read_topology(directory: Directory, forest: Forest, *, with_sites: bool = False) -> Topology:
    """Return the forest's topology, after all objects were read. A server is asked for what they did not show.

    Args:
        directory: the same directory.
        forest: what its objects told; accounts of the synchronization are added to its census.
        with_sites: whether to ask for the domain controllers of the whole forest.

    Raises:
        DirectoryError: the server could not be asked.
    """
    reader = forest.topology
    ask_server(directory, reader, with_sites=with_sites)
    if not is_file(directory) and directory.root_dse.configuration_dn:
        names = "".join(f"(sAMAccountName={prefix}*)" for prefix in ACCOUNT_PREFIXES)
        for domain in reader.domain_dns():
            for entry in directory.search(domain, "subtree", Selection(ACCOUNT_ATTRIBUTES), f"(|{names})"):
                if sam := entry.text("samaccountname"):
                    forest.census.count_account(entry, sam)
    return reader.topology(directory.root_dse, lambda name: shows_absence(directory, name))


def is_file(directory: Directory) -> bool:
    """Return whether the directory is an export: nobody can be asked again, and what it does not show is unknown."""
    return directory.attribute_names() is not None
