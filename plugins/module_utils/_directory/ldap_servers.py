# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The domain controllers that a directory is read from: which they are, and which of them holds an object."""

from __future__ import annotations

import dataclasses
import typing as t

from .._model.dn import is_at_or_below_normalised, normalise
from .._model.entry import Entry
from .._model.errors import OptionError, SyncreadyError
from . import ldap_auth, ldap_topology
from .dns import find_servers
from .interface import ReadStatistics
from .ldap_connection import LdapConnection, require_ldap3
from .ldap_entries import EntryParser
from .ldap_errors import LdapError, ldap_error
from .ldap_options import LdapOptions
from .ldap_root import ATTRIBUTES, RootDse
from .ldap_search import Pace, Request, Searcher
from .ldap_topology import Domain

# Trying another server helps only where this one cannot be used at all.
_TRY_ANOTHER = frozenset(("NAME_NOT_RESOLVED", "UNREACHABLE", "REFUSED", "NO_TLS", "TLS_FAILED", "SERVER_BUSY"))


class Server:
    """A server that is signed in to."""

    def __init__(self, connection: LdapConnection, searcher: Searcher, root: RootDse) -> None:
        self.connection = connection
        self.searcher = searcher
        self.root = root


class Servers:
    """The domain controllers that are signed in to, one for each domain that is read.

    Attributes:
        options: how they are reached.
        statistics: what was read by all searches.
    """

    def __init__(self, options: LdapOptions, *, fast: bool = True) -> None:
        """Connect and sign in.

        Args:
            options: how to.
            fast: read answers from the socket; False leaves that to ldap3, many times slower.

        Raises:
            DirectoryError: that did not work; see the code.
            MissingLibraryError: a library is missing that the options need.
            OptionError: a certificate cannot be read, or ``domains`` names one that is not there.
        """
        self._require()
        self.options = options
        self.statistics = ReadStatistics()
        self._fast = fast
        self._pace = Pace(options.max_rate)
        self._servers: dict[str, Server] = {}
        self._main = self._first(self._candidates())
        self._servers[normalise(self._main.root.domain_dn)] = self._main
        try:
            self._domains = ldap_topology.domains_of(self._main.searcher, self._main.root)
            self._read_domains()
        except SyncreadyError:
            self.close()
            raise

    def _require(self) -> None:
        require_ldap3()

    @property
    def root_dse(self) -> RootDse:
        """The root DSE of the server that was connected to, as it was then."""
        return self._main.root

    @property
    def domains(self) -> tuple[Domain, ...]:
        """All domains of the forest, whether they are read or not."""
        return self._domains

    def _read_domains(self) -> tuple[Domain, ...]:
        return ldap_topology.chosen(self._domains, self.options.domains)

    def _candidates(self) -> list[str]:
        options = self.options
        if options.server:
            return [options.server]
        servers = find_servers(t.cast(str, options.domain_realm))
        if not servers:
            message = (
                f"DNS has no domain controller for {options.domain_realm} (SRV records): check domain_realm and the "
                "name servers of this computer, or name a server."
            )
            raise ldap_error(message, "NO_DOMAIN_CONTROLLER")
        return servers

    def _server_for(self, dn: str) -> Server:
        """Return the server that holds an object: that of the deepest domain above it."""
        name = normalise(dn)
        root = self._main.root
        if root.configuration_dn and is_at_or_below_normalised(name, normalise(root.configuration_dn)):
            return self._main
        above = [domain for domain in self._domains if is_at_or_below_normalised(name, normalise(domain.dn))]
        return self._server_of(max(above, key=lambda domain: len(normalise(domain.dn)))) if above else self._main

    def _server_of(self, domain: Domain) -> Server:
        key = normalise(domain.dn)
        server = self._servers.get(key)
        if server is None:
            if key in {normalise(context) for context in self._main.root.naming_contexts}:
                server = self._main
            else:
                server = self._first(ldap_topology.servers_for(domain, self.options))
                if normalise(server.root.domain_dn) != key:
                    server.connection.close()
                    raise OptionError(
                        f"{server.connection.server} serves {server.root.domain}, not {domain.name}: "
                        "check domain_controllers."
                    )
            self._servers[key] = server
        return server

    def _first(self, names: list[str]) -> Server:
        """Return the first server that can be used; the error of the last where none can."""
        for number, name in enumerate(names, 1):
            try:
                return self._connect(name)
            except LdapError as error:
                if error.code not in _TRY_ANOTHER or number == len(names):
                    raise
        raise AssertionError("there is always a name")

    def _connect(self, name: str) -> Server:
        options = dataclasses.replace(self.options, server=name)
        connection = LdapConnection(options, name)
        try:
            connection.open()
            ldap_auth.sign_in(connection)
            searcher = Searcher(connection, self.statistics, self._pace, fast=self._fast)
            request = Request("", "base", attributes=ATTRIBUTES)
            entries = list(searcher.entries(request, EntryParser()))
            return Server(connection, searcher, RootDse.of(entries[0] if entries else Entry("", {})))
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """End all connections. Further calls do nothing."""
        for server in self._servers.values():
            server.connection.close()
