# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mailboxes by every row of the decision table, whole and half-finished."""

from __future__ import annotations

from .chapter import DEAD_LINK, Chapter
from .labels import ALL_SETS, MAIL, NOT_STRICT, PROXY, STRICT, TARGET, MailboxLabel
from .model import Item, guid
from .organisation import server_legacy_dn
from .recipients import (
    REMOTE_EQUIPMENT,
    REMOTE_ROOM,
    REMOTE_SHARED,
    REMOTE_USER,
    ROUTING,
    on_premises,
)

HOME, SERVER, BOX = "homeMDB", "msExchHomeServerName", "msExchMailboxGuid"
TYPE, FLAGS = "msExchRecipientTypeDetails", "msExchRemoteRecipientType"
INCONSISTENT, HERE = "inconsistent", "exchange_on_premises"
# Types that have no mailbox, or that hardly anybody meets, on accounts that are disabled.
_ODD_LOCAL = (8, 137438953472, 1099511627776)
_ODD_REMOTE = (274877906944, 8796093022208)
_NO_MAILBOX = (65536, 2097152)
_UNKNOWN = (17592186044416, 134217728, -4611686018427387904)


class MailboxPlaces(Chapter):
    """Adds users whose mailbox attributes fit together, or do not."""

    def add(self) -> None:
        """Add everything."""
        self._rows_1_to_3()
        self._row_4()
        self._row_5()
        self._rows_6_to_9()
        self._types_of_others()

    def _noted(
        self, item: Item, row: int, location: str, sets: tuple[str, ...] = ALL_SETS, **more: str | bool | None
    ) -> Item:
        version, qualifies = more.get("version"), more.get("qualifies")
        item.mailbox = MailboxLabel(
            row,
            location,
            version if isinstance(version, str) else None,
            qualifies if isinstance(qualifies, bool) else None,
            noted=True,
            cloud_archive=bool(more.get("cloud_archive")),
        )
        return item.expect("mailbox-inconsistent", sets=sets)

    def _rows_1_to_3(self) -> None:
        make = self.make
        database = make.organisation.database_dn("MDB-2019-A")
        for type_details in (REMOTE_USER, REMOTE_SHARED):
            item = make.remote("A remote type and a database: a half-finished migration.", type_details=type_details)
            self._noted(item.set(HOME, database), 1, INCONSISTENT)
        for type_details in (REMOTE_USER, REMOTE_ROOM):
            item = make.remote(
                "A remote type, but the flags know an archive in the cloud alone.", type_details=type_details, flags=2
            )
            self._noted(item, 2, INCONSISTENT)
        for flags in (None, 0, 8, 16, 20):
            item = make.remote(f"A remote mailbox with the flags {flags}.").set(FLAGS, flags)
            self._noted(item, 3, "exchange_online")
        self._noted(make.remote("A remote mailbox without target.").set(TARGET), 3, "exchange_online")
        item = make.remote("The target of a remote mailbox is no way to the cloud.")
        self._noted(item.set(TARGET, f"SMTP:{item.login}@contoso.com"), 3, "exchange_online")
        item = make.remote("A remote mailbox with the name of its old server.")
        self._noted(item.set(SERVER, server_legacy_dn("EX16B")), 3, "exchange_online")
        item = make.remote("The target in lower case is a way to the cloud, too.")
        item.set(TARGET, f"smtp:{item.login}@{ROUTING.upper()}")
        make.remote("A remote mailbox keeps the GUID of its mailbox.").set(BOX, guid("kept mailbox").bytes_le)
        for domain in ("contoso.mail.onmicrosoft.us", "contoso.mail.partner.onmschina.cn"):
            item = make.remote("A route into a national cloud.")
            item.set(TARGET, f"SMTP:{item.login}@{domain}").set(PROXY, f"SMTP:{item.login}@contoso.com")
        for type_details in (*_ODD_REMOTE, REMOTE_EQUIPMENT):
            make.remote("A remote mailbox of a rare type.", type_details=type_details).set("userAccountControl", 514)

    def _row_4(self) -> None:
        make = self.make
        database = make.organisation.database_dn("MDB-2016-B")
        for _turn in range(2):
            item = make.mail_user("A disabled mail user with a database.").set(HOME, database)
            self._noted(item.set("userAccountControl", 514), 4, INCONSISTENT)
            item = make.mail_user("A mail user whose mail goes to our cloud.")
            self._noted(item.set(TARGET, f"SMTP:{item.login}@{ROUTING}"), 4, "exchange_online")
        item = make.mail_user("A mail user without target.").set(TARGET).expect("target-missing", sets=(STRICT,))
        # Where targetAddress has a finding of its own, the one about the mailbox is silent.
        self._noted(item, 4, "external", sets=NOT_STRICT)

    def _row_5(self) -> None:
        make = self.make
        for attribute in (SERVER, BOX, HOME):
            item = make.mailbox(f"A mailbox without {attribute}.", database="MDB-2019-A").set(attribute)
            self._noted(item, 5, HERE, version="2019 CU15", qualifies=True)
        item = make.mailbox("A mailbox without recipient type.", database="MDB-2016-A").set(TYPE)
        self._noted(item, 5, HERE, version="2016 CU2", qualifies=False)
        for type_details in _UNKNOWN[:2]:
            item = make.mailbox("A mailbox of a type that nobody knows.", database="MDB-SE").set(TYPE, type_details)
            self._noted(item.set("userAccountControl", 514), 5, HERE, version="SE RTM", qualifies=True)
        for flags in (1, 4):
            item = make.mailbox(f"A mailbox here, the flags {flags} of one in the cloud.", database="MDB-2013")
            self._noted(item.set(FLAGS, flags), 5, HERE, version="2013 CU23", qualifies=False)
        item = make.mailbox("A mailbox here with a target.", database="MDB-2010")
        item.set(TARGET, f"SMTP:{item.login}@{ROUTING}")
        self._noted(item, 5, HERE, version="2010 SP3", qualifies=False)
        for database in ("MDB-2019-A", "DAG2-DB1"):
            item = make.mailbox("A mailbox here with an archive in the cloud.", database=database).set(FLAGS, 2)
            item.mailbox = on_premises(database, cloud_archive=True)
        self._dead_ends()
        for type_details in _ODD_LOCAL:
            item = make.mailbox("A mailbox of a rare type.", database="MDB-2019-D", type_details=type_details)
            item.set("userAccountControl", 514)
        for database in ("MDB-2007", "MDB-NEW", "MDB-2016-C", "MDB-2016-D", "MDB-2019-C", "DAG1-DB1", "DAG2-DB1"):
            make.mailbox("A mailbox on a server of this build.", database=database)

    def _dead_ends(self) -> None:
        make = self.make
        databases = make.organisation.database_dn("X").partition(",")[2]
        deleted = f"CN=MDB-OLD\\0ADEL:{guid('deleted database')},CN=Deleted Objects,{self.forest.configuration}"
        gone = f"CN=MDB-GONE,{databases}"
        cases = (
            ("The database was deleted.", deleted, "EX16B", "2016 CU3", True),
            ("The database is not in the directory.", gone, "EX19A", "2019 CU15", True),
            ("Neither database nor server is in the directory.", gone, "EXGONE", None, None),
        )
        for about, home, server, version, qualifies in cases:
            item = make.mailbox(about).set(HOME, home).set(SERVER, server_legacy_dn(server))
            self._noted(item, 5, HERE, version=version, qualifies=qualifies).only_in_a_file(DEAD_LINK)
        item = make.mailbox("The server is not in the directory.", database="MDB-2019-A")
        item.set(SERVER, server_legacy_dn("EXGONE"))
        self._noted(item, 5, HERE, version="2019 CU15", qualifies=True)
        old = make.organisation.dn.replace("CN=Contoso,", "CN=Old Org,", 1)
        home = make.organisation.database_dn("MDB-1").replace(make.organisation.dn, old)
        item = make.mailbox("The organisation is not the living one.").set(HOME, home).only_in_a_file(DEAD_LINK)
        self._noted(item.set(SERVER, server_legacy_dn("EX16B", "Old Org")), 5, HERE, version=None, qualifies=None)
        item = make.mailbox("Capitals make no difference in the name of the server.", database="MDB-2016-B")
        item.set(SERVER, server_legacy_dn("ex16b", "CONTOSO"))

    def _rows_6_to_9(self) -> None:
        make = self.make
        item = make.plain("The GUID of a mailbox alone.").set(BOX, guid("lonely mailbox").bytes_le)
        self._noted(item, 6, INCONSISTENT)
        self._noted(make.plain("The name of a server alone.").set(SERVER, server_legacy_dn("EX16B")), 6, INCONSISTENT)
        for type_details in _UNKNOWN:
            item = make.plain("A type that nobody knows, and no mailbox.").set(TYPE, type_details)
            self._noted(item, 7, "unknown")
        for type_details in _NO_MAILBOX:
            make.disabled("A type without mailbox.").set(TYPE, type_details)
        item = make.plain("An alias alone is no mailbox.").set("mailNickname", "alias.alone")
        item.set("legacyExchangeDN", "/o=Contoso/cn=alias.alone")
        for flags in (None, 4):
            item = make.disabled("Mail alone says nothing about a mailbox; the account is disabled.").set(FLAGS, flags)
            item.set(MAIL, f"{item.login}@contoso.com").expect("target-missing", sets=(STRICT,))
            item.mailbox = MailboxLabel(8, "unknown")

    def _types_of_others(self) -> None:
        make = self.make
        for type_details, group_type in ((262144, 8), (524288, -2147483640), (1048576, -2147483646)):
            group = make.group(f"Kind {type_details}", "A recipient type of groups.", group_type=group_type)
            group.set(TYPE, type_details)
            if group_type == 8:
                group.expect("not-synced").treatment = "left_out"
        make.contact("A contact of another forest.").set(TYPE, 32768)
        make.plain_contact("A contact without mailbox rights.").set(TYPE, 131072).expect(
            "target-missing", sets=(STRICT,)
        )
        make.mail_group("Cloud Team", "A group whose mailbox is in the cloud.").set(TYPE, _ODD_REMOTE[1])
