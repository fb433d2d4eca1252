# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The transport to a domain controller through WinRM, for sites that open no LDAP port to the controller of Ansible.

A program on a Windows computer passes LDAP requests on; everything else is done here, as over LDAP.
"""

from __future__ import annotations

import itertools
import typing as t
import uuid

from .._model.entry import Entry
from .._model.errors import DirectoryError
from .interface import Modification, Selection
from .ldap import LdapDirectory
from .ldap_connection import LdapConnection
from .ldap_entries import EntryParser
from .ldap_pipeline import Item, Observer, shifted
from .ldap_root import ATTRIBUTES, RootDse
from .ldap_search import Request
from .ldap_servers import Server
from .winrm_errors import require_for
from .winrm_kerberos import Ticket
from .winrm_modify import Writer
from .winrm_options import WinrmOptions
from .winrm_pool import Bridges
from .winrm_search import BridgeSearcher

# In one search; a filter may not grow without end.
_GUIDS = 100


class _Through:
    """Stands for the connection to a domain controller."""

    def __init__(self, bridges: Bridges) -> None:
        self.bridges = bridges
        self.server = bridges.server
        self.where = bridges.where

    def close(self) -> None:
        """End the programs on the host."""
        self.bridges.close()


class WinrmDirectory(LdapDirectory):
    """A directory that domain controllers serve, each of them asked by a Windows computer.

    Attributes:
        winrm: how that computer is reached.
    """

    transport = "winrm"

    def __init__(self, options: WinrmOptions) -> None:
        """Connect and sign in.

        Args:
            options: how to.

        Raises:
            DirectoryError: that did not work; see the code.
            MissingLibraryError: a library is missing that the options need.
            OptionError: an option names something that is not there.
        """
        self.winrm = options
        self._ticket = Ticket(options)
        try:
            super().__init__(options.ldap)
        except BaseException:
            self._ticket.give_back()
            raise

    def _require(self) -> None:
        require_for(self.winrm)
        self._ticket.get()

    def _identify(self) -> dict[str, str]:
        return {**super()._identify(), "winrm_host": self.winrm.host}

    def _connect(self, name: str) -> Server:
        bridges = Bridges(self.winrm, name)
        try:
            searcher = BridgeSearcher(bridges, self.statistics, self._pace)
            entries = list(searcher.entries(Request("", "base", attributes=ATTRIBUTES), EntryParser()))
            root = RootDse.of(entries[0]) if entries else RootDse()
            return Server(t.cast(LdapConnection, _Through(bridges)), searcher, root)
        except BaseException:
            bridges.close()
            raise

    def modify(self, dn: str, changes: t.Sequence[Modification]) -> None:
        """Change one object in one step, on the server of its domain: all changes or none.

        Raises:
            ConflictError: a value to delete is not there, or a value to add is.
            DirectoryError: the object could not be changed; with code OUTCOME_UNKNOWN it may have been.
        """
        (error,) = self.modify_each([(dn, changes)])
        if error is not None:
            raise error

    def modify_each(self, items: t.Sequence[Item], observer: Observer | None = None) -> list[DirectoryError | None]:
        """Change several objects, each in one step, with several of them on their way at once.

        What a lost connection left in doubt is looked up, and made once more where it was not made.

        Args:
            items: DN and changes of each object.
            observer: is told what became of each, by its place; says whether more may be sent.

        Returns:
            For each object in its order None, or why it was not changed; with code OUTCOME_UNKNOWN it may have been.
            Shorter than ``items`` where the observer ended it: the rest was not sent.

        Raises:
            DirectoryError: nothing was sent.
        """
        servers = [self._server_for(dn) for dn, _changes in items]
        writers = {id(server): self._writer(server) for server in servers}
        for writer in writers.values():
            writer.require_writable()
        results: list[DirectoryError | None] = []
        for key, group in itertools.groupby(range(len(items)), lambda number: id(servers[number])):
            part = [items[number] for number in group]
            found = writers[key].modify_each(part, shifted(observer, len(results)))
            results += found
            if len(found) < len(part):
                break
        return results

    def read_known(self, base: str, guids: t.Sequence[str], selection: Selection) -> t.Iterator[Entry]:
        """Return the objects below a base that have one of some GUIDs, as they come.

        Raises:
            DirectoryError: not everything could be read.
        """
        for start in range(0, len(guids), _GUIDS):
            part = guids[start : start + _GUIDS]
            terms = "".join(f"(objectGUID={_escaped(guid)})" for guid in part)
            yield from self.search(base, "subtree", selection, f"(|{terms})")

    @staticmethod
    def _writer(server: Server) -> Writer:
        bridges = t.cast(_Through, server.connection).bridges
        return Writer(bridges, t.cast(BridgeSearcher, server.searcher), server.root)

    def close(self) -> None:
        """End all programs on the host. Further calls do nothing."""
        super().close()
        self._ticket.give_back()


def _escaped(guid: str) -> str:
    return "".join(f"\\{byte:02x}" for byte in uuid.UUID(guid).bytes_le)
