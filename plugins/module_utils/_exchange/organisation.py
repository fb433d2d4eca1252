# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Exchange organisation as its configuration objects describe it: servers, databases, hybrid and OAuth objects."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from .._model.dn import normalise, parent, rdn_value
from .._model.entry import Entry
from .builds import Build, build_of
from .objects import AuthServer, Database, HybridConfiguration, PartnerApplication, Server

_SERVER_NAME = re.compile(r"/o=(?P<organisation>[^/]*)/.*/cn=(?P<server>[^/]*)\Z", re.IGNORECASE | re.DOTALL)
_SCHEMA_VERSION = "ms-exch-schema-version-pt"
# Where the servers answer from outside, as far as the directory says it.
_VIRTUAL_DIRECTORIES = {
    b"msexchwebservicesvirtualdirectory": "web_services",
    b"msexchautodiscovervirtualdirectory": "autodiscover",
}


@dataclass
class Organisation:
    """What a source holds of the Exchange configuration. The order in which it is learnt does not matter.

    Attributes:
        name: the living organisation, None where the source holds none.
        servers: names of the servers, in lower case.
        databases: normalised DNs of the mailbox databases.
        shown: names (lower case) of mailbox attributes that at least one object of the source carries. An attribute
            that no object carries may be one that the export left out: it is unknown, not missing.
        schema_version: rangeUpper of the object that marks the Exchange schema, 0 where it is there without a number;
            None where the source holds no such object.
        server_objects: normalised DN to server.
        database_objects: normalised DN to database.
        copies: normalised DN of a database to those of the servers that hold a copy of it.
        groups: normalised DN to name of the database availability groups.
        auth_servers, partner_applications: the OAuth objects, by normalised DN.
        hybrid: what the Hybrid Configuration Wizard left, None where it left nothing or the source does not hold it.
        external_urls: "web_services" and "autodiscover" to the external addresses of the virtual directories.
    """

    name: str | None = None
    servers: set[str] = field(default_factory=set)
    databases: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    schema_version: int | None = None
    server_objects: dict[str, Server] = field(default_factory=dict)
    database_objects: dict[str, Database] = field(default_factory=dict)
    copies: dict[str, set[str]] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    auth_servers: dict[str, AuthServer] = field(default_factory=dict)
    partner_applications: dict[str, PartnerApplication] = field(default_factory=dict)
    hybrid: HybridConfiguration | None = None
    external_urls: dict[str, set[str]] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        """Whether the source holds the organisation at all."""
        return self.name is not None

    def knows_databases(self) -> bool:
        """Whether a database that is not among ``databases`` does not exist."""
        return self.is_known and bool(self.databases)

    def knows_servers(self) -> bool:
        """Whether a server that is not among ``servers`` does not exist."""
        return self.is_known and bool(self.servers)

    def learn(self, entry: Entry, classes: t.Collection[bytes]) -> None:
        """Take from an object of the configuration what it tells.

        Args:
            entry: any object.
            classes: its object classes in lower case.
        """
        if b"attributeschema" in classes:
            # The schema has thousands of objects; one matters.
            if _SCHEMA_VERSION in entry.dn[:40].lower() and rdn_value(entry.dn).lower() == _SCHEMA_VERSION:
                self.schema_version = entry.integer("rangeupper") or 0
            return
        for name, take in _LEARNERS.items():
            if name in classes:
                take(self, entry)
                return

    def _take_organisation(self, entry: Entry) -> None:
        name = rdn_value(entry.dn)
        # A forest has one; of several, which only a mixture of exports holds, the choice is at least always the same.
        self.name = name if self.name is None else min(self.name, name)

    def _take_server(self, entry: Entry) -> None:
        name = rdn_value(entry.dn)
        self.servers.add(name.lower())
        build = build_of(entry.text("serialnumber"), entry.integer("versionnumber"))
        self.server_objects[normalise(entry.dn)] = Server(name, _organisation_of(entry.dn), build)

    def _take_database(self, entry: Entry) -> None:
        name = normalise(entry.dn)
        self.databases.add(name)
        self.database_objects[name] = Database(
            _link(entry, "msexchowningserver"), _link(entry, "msexchmasterserveroravailabilitygroup")
        )

    def _take_copy(self, entry: Entry) -> None:
        server = _link(entry, "msexchhostserverlink")
        if server is None:
            # The copy of a server has the server's name.
            server = "cn=" + rdn_value(entry.dn).lower()
        self.copies.setdefault(normalise(parent(entry.dn)), set()).add(server)

    def _take_group(self, entry: Entry) -> None:
        self.groups[normalise(entry.dn)] = rdn_value(entry.dn)

    def _take_hybrid(self, entry: Entry) -> None:
        domains = tuple(sorted(entry.texts("msexchcoexistencedomains")))
        self.hybrid = HybridConfiguration(domains, entry.text("msexchcoexistenceonpremisessmarthost"))

    def _take_auth_server(self, entry: Entry) -> None:
        self.auth_servers[normalise(entry.dn)] = AuthServer(
            rdn_value(entry.dn),
            entry.text("msexchauthissuername"),
            entry.text("msexchauthmetadataurl"),
            entry.text("msexchauthrealm"),
            entry.text("msexchauthapplicationidentifier"),
            entry.integer("msexchauthflags"),
        )

    def _take_partner(self, entry: Entry) -> None:
        self.partner_applications[normalise(entry.dn)] = PartnerApplication(
            rdn_value(entry.dn), entry.text("msexchauthapplicationidentifier"), entry.integer("msexchauthflags")
        )

    def _take_virtual_directory(self, entry: Entry) -> None:
        classes = {value.lower() for value in entry.attributes.get("objectclass", ())}
        kind = next(kind for name, kind in _VIRTUAL_DIRECTORIES.items() if name in classes)
        self.external_urls.setdefault(kind, set()).update(entry.texts("msexchexternalhostname"))

    def server_named(self, organisation: str, name: str) -> Server | None:
        """Return the server of an organisation by its name; case does not matter."""
        wanted = (organisation.lower(), name.lower())
        return next(
            (server for server in self.server_objects.values() if (server.organisation, server.name.lower()) == wanted),
            None,
        )

    def mailbox_build(self, home: str | None, home_server: str | None) -> Build | None:
        """Return the build of the server that a mailbox is on, or may be on: the lowest of those with a copy.

        Args:
            home: homeMDB of the mailbox.
            home_server: its msExchHomeServerName, which counts where the source does not hold the database.
        """
        database = normalise(home) if home else ""
        holders = self._holders(database)
        if holders:
            builds = [server.build if server else None for server in holders]
            known = [build for build in builds if build is not None]
            # The copy that nothing is known of may be the lowest.
            return min(known, key=lambda build: build.order) if len(known) == len(builds) else None
        named = parse_home_server(home_server) if home_server else None
        server = self.server_named(*named) if named else None
        return server.build if server else None

    def _holders(self, database: str) -> list[Server | None]:
        """Return the servers that a database can be mounted on; None for one that the source does not hold."""
        found = self.database_objects.get(database)
        if found is None:
            return []
        copies = self.copies.get(database)
        if copies and found.master is not None and found.master != found.owner:
            return [self._server(name, database) for name in sorted(copies)]
        return [self._server(found.owner, database)] if found.owner is not None else []

    def _server(self, name: str, database: str) -> Server | None:
        if "," in name:
            return self.server_objects.get(name)
        return self.server_named(_organisation_of(database), name.removeprefix("cn="))


_LEARNERS: dict[bytes, t.Callable[[Organisation, Entry], None]] = {
    b"msexchorganizationcontainer": Organisation._take_organisation,
    b"msexchexchangeserver": Organisation._take_server,
    b"msexchprivatemdb": Organisation._take_database,
    b"msexchmdbcopy": Organisation._take_copy,
    b"msexchmdbavailabilitygroup": Organisation._take_group,
    b"msexchcoexistencerelationship": Organisation._take_hybrid,
    b"msexchauthauthserver": Organisation._take_auth_server,
    b"msexchauthpartnerapplication": Organisation._take_partner,
    **dict.fromkeys(_VIRTUAL_DIRECTORIES, Organisation._take_virtual_directory),
    # Public folder databases, and whatever is derived from the class: nobody's mailbox lives there but by mistake.
    b"msexchmdb": Organisation._take_database,
}


def _link(entry: Entry, attribute: str) -> str | None:
    value = entry.text(attribute)
    return normalise(value) if value is not None else None


def _organisation_of(dn: str) -> str:
    """Return the organisation, in lower case, that an object of the configuration lies in; "" where it lies in none."""
    above = dn
    while above:
        dn, above = above, parent(above)
        if rdn_value(above).lower() == "microsoft exchange":
            return rdn_value(dn).lower()
    return ""


def parse_home_server(legacy_name: str) -> tuple[str, str] | None:
    """Return organisation and server, in lower case, that msExchHomeServerName names; None where it is no such name."""
    match = _SERVER_NAME.match(legacy_name)
    return (match["organisation"].lower(), match["server"].lower()) if match else None
