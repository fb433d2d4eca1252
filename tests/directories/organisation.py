# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Exchange organisation in the configuration partition: servers of many builds, databases, hybrid objects."""

from __future__ import annotations

from dataclasses import dataclass

from .ldif import Value
from .model import Forest

ORGANISATION = "Contoso"
ADMIN_GROUP = "Exchange Administrative Group (FYDIBOHF23SPDLT)"
# The raw serialNumber holds the build number plus this.
RAW_BUILD_OFFSET = 30000
ONLINE_APPLICATION = "00000002-0000-0ff1-ce00-000000000000"


@dataclass(frozen=True)
class Server:
    """A server: name, major.minor.build.revision, how its version is written down, and what that version is called.

    `style` is "raw" (as Exchange writes it), "plain" (build without the offset) or "number" (versionNumber alone).
    """

    name: str
    build: str
    label: str
    qualifies: bool
    style: str = "raw"


@dataclass(frozen=True)
class Database:
    """A mailbox database: its owner, the servers that hold a copy, the availability group where it has one."""

    name: str
    owner: str
    copies: tuple[str, ...] = ()
    group: str | None = None


SERVERS = {
    server.name: server
    for server in (
        Server("EX07", "8.3.83.6", "8.3.83.6", False),
        Server("EX10", "14.3.123.4", "2010 SP3", False),
        Server("EX13", "15.0.1497.2", "2013 CU23", False),
        Server("EX16A", "15.1.466.34", "2016 CU2", False),
        Server("EX16B", "15.1.544.27", "2016 CU3", True),
        Server("EX16C", "15.1.2048.9", "2016 CU17", True),
        Server("EX16D", "15.1.2507.6", "2016 CU23", True, "plain"),
        Server("EX19A", "15.2.1748.10", "2019 CU15", True),
        Server("EX19B", "15.2.1544.4", "2019 CU14", True),
        Server("EX19C", "15.2.792.3", "2019 CU8", True, "number"),
        Server("EX19D", "15.2.221.12", "2019 RTM", True),
        Server("EXSE1", "15.2.2562.17", "SE RTM", True),
        Server("EXNEW", "15.2.9000.1", "15.2.9000.1", True),
    )
}
DATABASES = {
    database.name: database
    for database in (
        Database("MDB-2007", "EX07"),
        Database("MDB-2010", "EX10"),
        Database("MDB-2013", "EX13"),
        Database("MDB-2016-A", "EX16A"),
        Database("MDB-2016-B", "EX16B"),
        Database("MDB-2016-C", "EX16C"),
        Database("MDB-2016-D", "EX16D"),
        Database("MDB-2019-A", "EX19A"),
        Database("MDB-2019-C", "EX19C"),
        Database("MDB-2019-D", "EX19D"),
        Database("MDB-SE", "EXSE1"),
        Database("MDB-NEW", "EXNEW"),
        Database("DAG1-DB1", "EXSE1", ("EXSE1", "EX19B"), "DAG1"),
        Database("DAG2-DB1", "EX16B", ("EX16B", "EX16A"), "DAG2"),
    )
}


def version_of(database: str) -> tuple[str, bool]:
    """Return the version label of a database and whether it is new enough for meetings; the lowest of its copies."""
    row = DATABASES[database]
    servers = [SERVERS[name] for name in row.copies or (row.owner,)]
    lowest = min(servers, key=lambda server: tuple(int(part) for part in server.build.split(".")))
    return lowest.label, lowest.qualifies


def server_legacy_dn(server: str, organisation: str = ORGANISATION) -> str:
    """Return what msExchHomeServerName holds for a server."""
    return f"/o={organisation}/ou={ADMIN_GROUP}/cn=Configuration/cn=Servers/cn={server}"


class Organisation:
    """Adds the organisation to a forest and knows its names."""

    def __init__(self, forest: Forest) -> None:
        self._forest = forest
        self.container = f"CN=Microsoft Exchange,CN=Services,{forest.configuration}"
        self.dn = f"CN={ORGANISATION},{self.container}"
        self._group = f"CN={ADMIN_GROUP},CN=Administrative Groups,{self.dn}"

    def server_dn(self, name: str) -> str:
        """Return the distinguished name of a server."""
        return f"CN={name},CN=Servers,{self._group}"

    def database_dn(self, name: str) -> str:
        """Return the distinguished name of a database."""
        return f"CN={name},CN=Databases,{self._group}"

    def add(self) -> None:
        """Add schema version, containers, servers, databases, availability groups and hybrid objects."""
        forest = self._forest
        services = f"CN=Services,{forest.configuration}"
        self._new("container", forest.configuration, "Services")
        self._new(
            "attributeSchema", f"CN=Schema,{forest.configuration}", "ms-Exch-Schema-Version-Pt", {"rangeUpper": 17003}
        )
        self._new("msExchConfigurationContainer", services, "Microsoft Exchange")
        self._new("msExchOrganizationContainer", self.container, ORGANISATION, {"objectVersion": 16763})
        for name in ("Administrative Groups", "Hybrid Configuration", "Auth Configuration", "Federation"):
            self._new("msExchContainer", self.dn, name)
        self._new("msExchAdminGroup", f"CN=Administrative Groups,{self.dn}", ADMIN_GROUP)
        for name in ("Servers", "Databases", "Database Availability Groups"):
            self._new("msExchServersContainer" if name == "Servers" else "msExchContainer", self._group, name)
        for server in SERVERS.values():
            self._new(
                "msExchExchangeServer",
                f"CN=Servers,{self._group}",
                server.name,
                self._version(server),
                chain=("top", "server"),
            )
        for group in sorted({database.group for database in DATABASES.values() if database.group}):
            self._new("msExchMDBAvailabilityGroup", f"CN=Database Availability Groups,{self._group}", group)
        for database in DATABASES.values():
            self._database(database)
        self._hybrid()

    def _new(
        self,
        kind: str,
        parent: str,
        name: str,
        attributes: dict[str, Value | int] | None = None,
        chain: tuple[str, ...] = ("top",),
    ) -> None:
        self._forest.new(
            kind,
            parent,
            name,
            treatment="other",
            attributes=attributes,
            classes=[*chain, kind],
            about="Part of the Exchange organisation.",
        )

    def _version(self, server: Server) -> dict[str, Value | int]:
        major, minor, build, revision = (int(part) for part in server.build.split("."))
        number = (7 << 28) + (major << 22) + (minor << 16) + 0x8000 + build
        attributes: dict[str, Value | int] = {
            "legacyExchangeDN": server_legacy_dn(server.name),
            "networkAddress": f"ncacn_ip_tcp:{server.name.lower()}.{self._forest.root.dns}",
            "msExchCurrentServerRoles": 16439 if major == 15 and minor else 54,
            "versionNumber": number,
        }
        if server.style != "number":
            raw = build + (RAW_BUILD_OFFSET if server.style == "raw" else 0)
            attributes["serialNumber"] = f"Version {major}.{minor} (Build {raw}.{revision})"
        return attributes

    def _database(self, database: Database) -> None:
        owner = self.server_dn(database.owner)
        master = owner
        if database.group:
            master = f"CN={database.group},CN=Database Availability Groups,{self._group}"
        self._new(
            "msExchPrivateMDB",
            f"CN=Databases,{self._group}",
            database.name,
            {"msExchOwningServer": owner, "msExchMasterServerOrAvailabilityGroup": master},
            chain=("top", "msExchMDB"),
        )
        for server in database.copies or (database.owner,):
            link: dict[str, Value | int] = {"msExchHostServerLink": self.server_dn(server)}
            self._new("msExchMDBCopy", self.database_dn(database.name), server, link)

    def _hybrid(self) -> None:
        auth = f"CN=Auth Configuration,{self.dn}"
        self._new("msExchContainer", auth, "Auth Servers")
        self._new("msExchContainer", auth, "Partner Applications")
        self._new(
            "msExchCoexistenceRelationship",
            f"CN=Hybrid Configuration,{self.dn}",
            "Hybrid Configuration",
            {"msExchCoexistenceDomains": "contoso.com", "msExchCoexistenceOnPremisesSmartHost": "mail.contoso.com"},
        )
        self._new(
            "msExchAuthAuthServer",
            f"CN=Auth Servers,{auth}",
            "EvoSts",
            {
                "msExchAuthIssuerName": "https://sts.windows.net/5b6a7c8d-0000-4000-8000-00000000c0de/",
                "msExchAuthMetadataUrl": "https://login.microsoftonline.com/contoso.onmicrosoft.com/federationmetadata.xml",
                "msExchAuthFlags": 1,
            },
        )
        self._new(
            "msExchAuthPartnerApplication",
            f"CN=Partner Applications,{auth}",
            "Exchange Online",
            {"msExchAuthApplicationIdentifier": ONLINE_APPLICATION, "msExchAuthFlags": 1},
        )
