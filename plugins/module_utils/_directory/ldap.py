# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The transport to a domain controller over LDAP."""

from __future__ import annotations

import typing as t

from .._model.dn import is_at_or_below_normalised, normalise
from .._model.entry import Entry, guid_text, sid_text
from .._model.errors import DirectoryError, OptionError
from . import filters, ldap_topology
from .interface import EVERYTHING, Modification, Scope, Selection
from .ldap_entries import EntryParser
from .ldap_errors import NO_SUCH_OBJECT, LdapError, ldap_error
from .ldap_modify import modify, require_writable
from .ldap_objects import entries_of
from .ldap_options import LdapOptions
from .ldap_pieces import LdapPieces, joined
from .ldap_pipeline import Item, Observer, modify_all
from .ldap_ranges import complete, requested
from .ldap_search import Control, Request
from .ldap_servers import Server, Servers
from .ldap_topology import Domain

_EVERY_OBJECT = "(objectClass=*)"


class LdapDirectory(Servers):
    """A directory that domain controllers serve, one for each domain that is read.

    Attributes:
        transport: what it is called in results.
    """

    transport: t.ClassVar[str] = "ldap"

    def __init__(self, options: LdapOptions, *, fast: bool = True) -> None:
        """Connect and sign in, as the base class does."""
        super().__init__(options, fast=fast)
        self._identity: dict[str, str] | None = None
        self._absent: set[str] = set()
        self._checked: set[str] = set()

    # What is there

    def identity(self) -> dict[str, str]:
        """Return transport, server, domain, forest, and what tells this directory from every other one.

        ``domain_guid`` and ``domain_sid`` belong to the server's domain. ``highest_usn`` and ``invocation_id`` say how
        far the server's own changes had come when it was connected to. ``domains`` lists what is read.

        Raises:
            DirectoryError: it could not be read.
        """
        if self._identity is None:
            self._identity = self._identify()
        return dict(self._identity)

    def _identify(self) -> dict[str, str]:
        root = self._main.root
        found = {
            "transport": self.transport,
            "server": root.host or self._main.connection.server,
            "domain": root.domain,
            "forest": root.forest,
            "domains": ", ".join(domain.name for domain in self._read_domains()),
            "highest_usn": root.highest_usn,
        }
        head = self._object(self._main, root.domain_dn, ("objectGUID", "objectSid"))
        if head is not None:
            found["domain_guid"] = head.guid or ""
            sid = head.attributes.get("objectsid")
            found["domain_sid"] = (sid_text(sid[0]) or "") if sid else ""
        if root.service_dn:
            service = self._object(self._main, root.service_dn, ("invocationId",))
            value = service.attributes.get("invocationid") if service is not None else None
            found["invocation_id"] = (guid_text(value[0]) or "") if value else ""
        return {name: value for name, value in found.items() if value}

    # Reading

    def search(
        self,
        base: str | None = None,
        scope: Scope = "subtree",
        selection: Selection = EVERYTHING,
        filter: str | None = None,  # noqa: A002  # the word of the interface
    ) -> t.Iterator[Entry]:
        """Yield the entries below a base that match an LDAP filter.

        Without a base these are the domains that the options name (or what lies below ``search_bases`` of them), the
        list of the forest's partitions and Exchange's part of the configuration, whatever the scope.

        Raises:
            OptionError: the filter cannot be read.
            DirectoryError: not everything could be read.
        """
        if filter is not None:
            # One wording for what is wrong with a filter, over every transport.
            filters.parse_filter(filter)
        return self._search(base, scope, selection, _condition(selection, filter), sweep=filter is None)

    def _search(
        self, base: str | None, scope: Scope, selection: Selection, condition: str, *, sweep: bool
    ) -> t.Iterator[Entry]:
        self._note_absent(selection)
        if base is not None:
            yield from self._read(self._server_for(base), base, scope, selection, condition)
            return
        for domain in self._read_domains():
            yield from self._read_domain(domain, selection, condition, sweep=sweep)
        yield from self._search_configuration(selection, condition)

    def _search_configuration(self, selection: Selection, condition: str) -> t.Iterator[Entry]:
        configuration = self._main.root.configuration_dn
        if self._main.root.has_configuration:
            yield from self._read(
                self._main, f"CN=Partitions,{configuration}", "subtree", selection, condition, must_exist=False
            )
            exchange = f"CN=Microsoft Exchange,CN=Services,{configuration}"
            yield from self._read(self._main, exchange, "subtree", selection, condition, must_exist=False)

    def _read_domain(self, domain: Domain, selection: Selection, condition: str, *, sweep: bool) -> t.Iterator[Entry]:
        server = self._server_of(domain)
        below = normalise(domain.dn)
        bases = [base for base in self._search_bases() if is_at_or_below_normalised(normalise(base), below)]
        if not self.options.search_bases:
            yield from self._read_whole(server, domain, selection, condition, sweep=sweep)
            return
        inside = [normalise(base) for base in bases]
        if below not in inside:
            # The domain itself tells its SID and name; OUs elsewhere may hold UPN suffixes that count here.
            yield from self._read(server, domain.dn, "base", selection, condition)
            suffixes = f"(&(objectClass=organizationalUnit)(uPNSuffixes=*){condition})"
            for entry in self._read(server, domain.dn, "subtree", selection, suffixes):
                if not any(is_at_or_below_normalised(normalise(entry.dn), base) for base in inside):
                    yield entry
        for base in bases:
            if sweep:
                self._require_sight(server, base)
            yield from self._read(server, base, "subtree", selection, condition)

    def _read_whole(
        self, server: Server, domain: Domain, selection: Selection, condition: str, *, sweep: bool
    ) -> t.Iterator[Entry]:
        """Yield what a domain holds. A sweep that meets nobody is an account without rights, not an empty domain."""
        last = ""
        number = 0
        # A domain that is there and not found is one that the account may not see.
        for entry in self._read(server, domain.dn, "subtree", selection, condition, must_exist=not sweep):
            number += 1
            last = entry.dn
            yield entry
        if sweep:
            self._require_somebody(domain, number, last)

    @staticmethod
    def _require_somebody(domain: Domain, number: int, last: str) -> None:
        """Refuse a domain of which nothing was seen, or nothing but its head."""
        if not number or (number == 1 and normalise(last) == normalise(domain.dn)):
            message = f"The account sees no object of {domain.name}: give it the right to read, or use another."
            raise ldap_error(message, "NO_RIGHTS")

    def _require_sight(self, server: Server, base: str) -> None:
        """Refuse a base of which the account sees the name and nothing else: what is below it is hidden too."""
        head = self._object(server, base, ("objectClass",))
        if head is not None and not head.has("objectclass"):
            raise ldap_error(
                f"The account may not read {base!r} on {server.connection.where}: give it the right to read, or use "
                "another account.",
                "NO_RIGHTS",
            )

    def pieces(self, selection: Selection) -> LdapPieces | None:
        """Return the search for everything that is read, in pieces; None where entries have to be looked at singly."""
        if self.transport != "ldap" or self._pace.limited or self.options.search_bases or not self._main.searcher.fast:
            return None
        self._note_absent(selection)
        counted = frozenset(name.lower() for name in selection.counted)

        def cut_off(entry: Entry, parser: EntryParser) -> None:
            complete(self._server_for(entry.dn).searcher, entry, parser.ranges, counted)

        def absorbed(entries: int) -> None:
            self.statistics.entries += entries

        return LdapPieces(
            lambda: self._messages(selection, _condition(selection, None)),
            counted,
            cut_off,
            self._main.searcher.damaged,
            absorbed,
        )

    def _messages(self, selection: Selection, condition: str) -> t.Iterator[Entry | bytes]:
        """Do as ``_search`` without a base; what comes of whole domains is not taken apart."""
        for domain in self._read_domains():
            server = self._server_of(domain)
            if not server.searcher.fast:
                yield from self._read_whole(server, domain, selection, condition, sweep=True)
                continue
            attributes = requested(selection, server.root.active_directory)
            request = Request(domain.dn, "subtree", condition, attributes)
            number = 0
            kept: list[bytes] = []
            try:
                for entries, parts in server.searcher.messages(request):
                    kept = parts if entries and not number else kept if number + entries == 1 else []
                    number += entries
                    yield from joined(parts)
            except LdapError as error:
                if error.result != NO_SUCH_OBJECT:
                    raise
            if not server.searcher.fast:
                # This ldap3 has read the first answer itself.
                raise ldap_error(
                    f"{server.connection.where} cannot be read by several processes with this ldap3: use processes 1.",
                    "PROTOCOL_ERROR",
                )
            names = [entry.dn for part in kept for entry in EntryParser().entries(part)] if number == 1 else []
            self._require_somebody(domain, number, names[0] if names else "")
        yield from self._search_configuration(selection, condition)

    def _search_bases(self) -> list[str]:
        """Return the bases to read, without those that lie below another one."""
        kept: dict[str, str] = {}
        for base in sorted(self.options.search_bases, key=lambda name: len(normalise(name))):
            name = normalise(base)
            if not any(is_at_or_below_normalised(name, other) for other in kept):
                kept[name] = base
        for base, text in kept.items():
            if not any(is_at_or_below_normalised(base, normalise(domain.dn)) for domain in self._read_domains()):
                raise OptionError(
                    f"search_bases: {text} lies in none of the domains that are read. Check the spelling."
                )
        return list(kept.values())

    def _read(
        self,
        server: Server,
        base: str,
        scope: Scope,
        selection: Selection,
        condition: str,
        *,
        must_exist: bool = True,
        controls: tuple[Control, ...] = (),
    ) -> t.Iterator[Entry]:
        counted = frozenset(name.lower() for name in selection.counted)
        request = Request(base, scope, condition, requested(selection, server.root.active_directory), controls)
        parser = EntryParser(counted)
        statistics = self.statistics
        try:
            for entry in server.searcher.entries(request, parser):
                if parser.ranges:
                    complete(server.searcher, entry, parser.ranges, counted)
                statistics.entries += 1
                yield entry
        except LdapError as error:
            if must_exist or error.result != NO_SUCH_OBJECT:
                raise

    def read_known(self, base: str, guids: t.Sequence[str], selection: Selection) -> t.Iterator[Entry]:
        """Return the objects below a base that have one of some GUIDs, as they come.

        Raises:
            DirectoryError: not everything could be read.
        """
        self._note_absent(selection)
        server = self._server_for(base)
        attributes = requested(selection, server.root.active_directory)
        counted = frozenset(name.lower() for name in selection.counted)
        return entries_of(server.connection, server.searcher, self.statistics, base, guids, attributes, counted)

    def _object(self, server: Server, dn: str, attributes: tuple[str, ...]) -> Entry | None:
        """Return one object, None where it is not there or may not be read."""
        request = Request(dn, "base", attributes=attributes)
        try:
            return next(iter(list(server.searcher.entries(request, EntryParser()))), None)
        except LdapError as error:
            if error.result is None:
                raise
            return None

    def _note_absent(self, selection: Selection) -> None:
        names = [
            name for name in (*(selection.attributes or ()), *selection.counted) if name.lower() not in self._checked
        ]
        if not names:
            return
        self._checked.update(name.lower() for name in names)
        self._absent.update(ldap_topology.absent_attributes(self._main.searcher, self._main.root, names))
        self.statistics.absent_attributes = tuple(sorted(self._absent, key=str.lower))

    def attribute_names(self) -> None:
        """Return None: what a server does not give with an object, the object does not have."""

    # Writing

    def modify(self, dn: str, changes: t.Sequence[Modification]) -> None:
        """Change one object in one step, on the server of its domain: all changes or none.

        Raises:
            ConflictError: a value to delete is not there, or a value to add is.
            DirectoryError: the object could not be changed; with code OUTCOME_UNKNOWN it may have been.
        """
        server = self._server_for(dn)
        modify(server.connection, server.root, dn, changes)

    def modify_each(
        self, items: t.Sequence[Item], observer: Observer | None = None
    ) -> t.Sequence[DirectoryError | None]:
        """Change several objects, each in one step, with several of them on their way at once.

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
        for server in servers:
            require_writable(server.connection, server.root)
        return modify_all([server.connection for server in servers], items, observer)


def _condition(selection: Selection, condition: str | None) -> str:
    """Return the filter to send: what was asked for, and of the classes that are wanted."""
    if not selection.classes:
        return condition or _EVERY_OBJECT
    classes = "".join(f"(objectClass={name})" for name in selection.classes)
    return f"(|{classes})" if condition is None else f"(&(|{classes}){condition})"
