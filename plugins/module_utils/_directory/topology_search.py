# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asking a server for those objects of the topology that a search of the domains does not meet."""

from __future__ import annotations

import typing as t

from .._model.entry import Entry
from .._model.errors import DirectoryError
from .interface import Directory, Scope, Selection, shows_absence
from .topology import Topology
from .topology_reader import TOPOLOGY_ATTRIBUTES, TopologyReader

_SELECTION = Selection(TOPOLOGY_ATTRIBUTES)
_SERVERS = "(|(objectClass=server)(objectClass=nTDSDSA)(objectClass=nTDSDSARO))"


def ask_server(directory: Directory, reader: TopologyReader, *, with_sites: bool = False) -> None:
    """Read settings and trusts, and the servers of the sites, of a directory that a server serves.

    Of a file nothing is read: a search of all of it has met everything.

    Args:
        directory: of which the domains and CN=Partitions were searched before.
        reader: learns from it.
        with_sites: whether to read the domain controllers of the whole forest.

    Raises:
        DirectoryError: the server could not be asked. Objects that are not there or not shown stay unknown.
    """
    if directory.attribute_names() is not None or not directory.root_dse.configuration_dn:
        return
    configuration = directory.root_dse.configuration_dn
    searches: list[tuple[str, Scope, str | None]] = [
        (f"CN=Directory Service,CN=Windows NT,CN=Services,{configuration}", "base", None)
    ]
    if with_sites:
        searches.append((f"CN=Sites,{configuration}", "subtree", _SERVERS))
    searches += [(f"CN=System,{dn}", "one_level", "(objectClass=trustedDomain)") for dn in reader.domain_dns()]
    for base, scope, condition in searches:
        for entry in _found(directory, base, scope, condition):
            reader.learn(entry, {value.lower() for value in entry.attributes.get("objectclass", ())})


def topology_of(directory: Directory) -> Topology:
    """Return the topology without a look at the accounts: partitions, suffixes and the trusts of the root domain.

    Of a server the suffixes of organizational units are not read. Trusts are unknown where the root domain cannot be
    reached; forest trusts are always its own.

    Raises:
        DirectoryError: the partitions could not be read.
    """
    reader = TopologyReader()

    def learn(entries: t.Iterable[Entry]) -> None:
        for entry in entries:
            reader.learn(entry, {value.lower() for value in entry.attributes.get("objectclass", ())})

    if directory.attribute_names() is not None:
        learn(directory.search(selection=_SELECTION))
        return reader.topology(directory.root_dse, lambda name: shows_absence(directory, name))
    root = directory.root_dse
    learn(_found(directory, f"CN=Partitions,{root.configuration_dn}", "subtree", None))
    reached = True
    try:
        learn(_found(directory, root.root_domain_dn, "base", None))
        learn(_found(directory, f"CN=System,{root.root_domain_dn}", "one_level", "(objectClass=trustedDomain)"))
    except DirectoryError:
        reached = False
    return reader.topology(root, lambda name: reached or name != "trustpartner")


def _found(directory: Directory, base: str, scope: Scope, condition: str | None) -> t.Iterator[Entry]:
    """Yield what a search finds; nothing where its base is not there, or the account does not see it."""
    try:
        yield from directory.search(base, scope, _SELECTION, condition)
    except DirectoryError as error:
        if error.code != "BASE_NOT_FOUND":
            raise
