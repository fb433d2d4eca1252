# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults across attributes and objects: anchors, sizes, what is left out, protected and linked accounts."""

from __future__ import annotations

import typing as t

from .chapter import BY_REPLICATION, Chapter
from .labels import (
    ANCHOR,
    CLOUD_SYNC,
    DISPLAY,
    MAIL,
    MASTER_SID,
    NOT_STRICT,
    OUT_OF_SCOPE,
    PROXY,
    SAM,
    STRICT,
    TARGET,
    UPN,
)
from .model import SELF_SID, Item, guid, sid_bytes
from .recipients import NOT_KNOWN

FOREIGN_SID = "S-1-5-21-3623811015-3361044348-30300820"


class Anchors(Chapter):
    """Adds users whose source anchor is malformed, shared or another object's."""

    def add(self) -> None:
        """Add everything."""
        make = self.make
        for kind in ("user", "inetOrgPerson"):
            item = make.plain("An anchor that is the object's own GUID: nothing to say.", kind=kind)
            item.set(ANCHOR, item.attributes["objectGUID"][0]).needs_identifiers = True
        for raw in (b"\x01\x02\x03\x04\x05\x06\x07\x08", bytes(range(17)), b"0f8fad5b-d9cb-469f-a165-70867728950e"):
            make.plain("An anchor that is not 16 bytes long.").set(ANCHOR, raw).expect("anchor-malformed")
        make.plain("An anchor that is not 16 bytes long.", kind="inetOrgPerson").set(ANCHOR, b"\xff").expect(
            "anchor-malformed"
        )
        for _turn in range(2):
            self._with_anchor(make.mailbox("An anchor from another forest: a migrated account."), "migrated")
        pair = make.plain("Two have the same anchor."), make.plain("Two have the same anchor.")
        # The differs-rule is silent where the value has an error of its own.
        value = guid(f"twin anchor {pair[0].dn}")
        for item in pair:
            item.set(ANCHOR, value.bytes_le)
        self.clash("anchor-duplicate", pair, value=str(value))
        first = make.plain("Its GUID is another's anchor; it has an anchor of the same value.")
        second = make.plain("Its anchor is another's GUID and anchor.")
        for item in (first, second):
            item.set(ANCHOR, first.attributes["objectGUID"][0]).needs_identifiers = True
        self.clash("anchor-duplicate", (first, second), value=str(first.guid))
        first, second = (
            make.plain("Its GUID is another's anchor; it has none itself."),
            make.plain("Its anchor is another's GUID."),
        )
        second.set(ANCHOR, first.attributes["objectGUID"][0]).needs_identifiers = True
        second.expect("anchor-duplicate", str(first.guid), holders=[first])
        first.expect(
            "anchor-duplicate", str(first.guid), attribute="objectGUID", holders=[second]
        ).needs_identifiers = True
        group = make.group("Anchored Group", "Groups are not matched by this attribute: nothing to say.")
        group.set(ANCHOR, b"\x00\x01")

    def _with_anchor(self, item: Item, word: str) -> None:
        value = guid(f"{word} {item.dn}")
        item.set(ANCHOR, value.bytes_le).expect("anchor-differs", str(value))


class Sizes(Chapter):
    """Adds objects with too many values, and groups that are too large to keep in a file."""

    def add(self) -> None:
        """Add everything."""
        make = self.make
        for number, attribute in enumerate(("userCertificate", "userSMIMECertificate")):
            item = make.mailbox("16 certificates are too many.")
            item.set(attribute, *(bytes([48, 130, number, byte]) * 6 for byte in range(16)))
            item.expect("large-object", attribute=attribute)
        item = make.contact("17 certificates are too many.")
        item.set("userCertificate", *(bytes([48, 130, 9, byte]) * 6 for byte in range(17)))
        item.expect("large-object", attribute="userCertificate")
        item = make.group("Cut Off", "The export shows a part of the members: how many there are is unknown.")
        item.set("member;range=0-19", *(f"CN=m{number},OU=Groups,DC=contoso,DC=local" for number in range(20)))
        item.only_in_a_file("A range is a form of reading, not of writing.")
        for count, sets in ((50_000, ()), (50_001, (CLOUD_SYNC,)), (249_999, (CLOUD_SYNC,)), (250_000, None)):
            group = make.group(f"Members {count}", f"A group of {count} members.")
            group.part = "large"
            group.set("member", *(f"CN={number:x},DC=contoso,DC=local" for number in range(count)))
            if sets is None:
                group.expect("group-too-large").treatment = "left_out"
            elif sets:
                group.expect("group-too-large", sets=sets)


class LeftOut(Chapter):
    """Adds objects that the synchronization leaves out: one finding that says so, whatever else is wrong."""

    def add(self) -> None:
        """Add everything."""
        make = self.make
        reason = "not-synced"
        self._left(make.plain_contact("A contact without address.").set(MAIL), reason)
        item = make.plain_contact("A contact whose mail is no address.")
        self._left(item.set(MAIL, "see secretary"), reason)
        item = make.contact("A contact whose primary address is no address.").set(PROXY, "SMTP:nowhere").set(MAIL)
        self._left(item.set(TARGET), reason)
        item = make.contact("A contact of the synchronization itself.").set(DISPLAY, "Someone (MSOL)")
        self._left(item.set("msExchHideFromAddressLists", "TRUE"), reason)
        make.contact("The same word in the name, but shown in the address lists: judged.").set(
            DISPLAY, "Somebody (MSOL)"
        )
        for name, kind in (("Distribution Without Mail", 8), ("Global Without Mail", 2)):
            self._left(make.group(name, "A distribution group without mail.", group_type=kind), reason)
        make.group("Distribution By Mail", "Mail alone makes a distribution group a mail group.", group_type=8).set(
            MAIL, "by.mail@contoso.com"
        )
        for name in ("Organization Management", "Recipient Management"):
            group = make.group(
                name, "A role group of Exchange.", group_type=-2147483640, ou="Microsoft Exchange Security Groups"
            )
            self._left(group.set("msExchRecipientTypeDetails", 1073741824), reason)
        item = make.plain("Out of scope under one set of options; its faults are silent then.", ou=OUT_OF_SCOPE)
        item.set(UPN, f"{item.login} x@contoso.local").expect("not-synced", sets=(STRICT,))
        item.expect("upn-whitespace", sets=NOT_STRICT).expect("upn-not-routable", sets=NOT_STRICT)
        self._conflicts()
        self._protected()

    @staticmethod
    def _left(item: Item, rule: str) -> Item:
        item.treatment = "left_out"
        return item.expect(rule)

    def _conflicts(self) -> None:
        make, parent = self.make, f"OU=Groups,{self.forest.root.dn}"
        names = (("group", "Twice Made"), ("contact", "Twice Written"), ("user", "Twice Hired"))
        for kind, name in names:
            item = self.forest.new(
                kind, parent, f"{name}\nCNF:{guid(name)}", about="A conflict object; its faults are silent."
            )
            if kind != "contact":
                item.set(SAM, f"$DUPLICATE-{kind}")
            item.set("mail", "not an address")
            if kind == "user":
                item.mailbox = NOT_KNOWN
            self._left(item, "conflict-object").only_in_a_file(BY_REPLICATION)
        item = self.forest.new(
            "user", parent, f"No Name\nCNF:{guid('no name')}", about="A conflict object without logon name."
        )
        self._left(item, "conflict-object").only_in_a_file(BY_REPLICATION)
        item = self.forest.new(
            "computer", parent, f"PC\nCNF:{guid('pc')}", about="A computer, whatever its name says.", treatment="system"
        )
        item.set(SAM, "PC-CNF$").set("userAccountControl", 4096).only_in_a_file(BY_REPLICATION)
        make.mailbox("CNF: in a name that is no conflict's: nothing to say.", name="CNF: Board Member")

    def _protected(self) -> None:
        make = self.make
        for about in ("An administrator's account.", "A second administrator's account."):
            make.plain(about).set("adminCount", 1).expect("protected-account")
        item = (
            make.mailbox("An administrator's account with a fault of its own.")
            .set("adminCount", 1)
            .expect("protected-account")
        )
        item.set(UPN, f"{item.login}@contoso.local").expect("upn-not-routable")
        make.group("Server Admins", "A protected group.").set("adminCount", 1).expect("protected-account")
        make.plain("adminCount 0: nothing to say.").set("adminCount", 0)


class Linked(Chapter):
    """Adds linked mailboxes whose account is known, unknown or somewhere else."""

    def add(self) -> None:
        """Add everything."""
        make, root, emea = self.make, self.forest.domains[0], self.forest.domains[1]
        linked_room = 2199023255552
        for domain, type_details in ((root, 2), (emea, linked_room)):
            sid = f"{domain.sid}-999999"
            item = make.linked(
                "Its account does not exist; other faults are silent.",
                sid,
                type_details=type_details,
            )
            item.set(UPN, f"{item.login}@@contoso.com").expect("linked-mailbox-unresolved", sid)
            item.treatment = "left_out"
            item.needs_identifiers = True
        info: dict[str, t.Any] = {"severity": "info", "outcome": "none"}
        for type_details, upn in ((2, "{x}@contoso.com"), (linked_room, "{x}@contoso.com"), (2, "{x} y@contoso.com")):
            sid = f"{FOREIGN_SID}-{1200 + type_details % 7}"
            item = make.linked("Its account is of a domain that is not audited.", sid, type_details=type_details)
            item.set(UPN, self.filled(upn, item)).expect("linked-mailbox-unresolved", sid, **info)
            if " " in upn:
                item.expect("upn-whitespace")
        make.linked("A linked mailbox of its own.", SELF_SID)
        item = make.resource("Shared By Others", "Another type is not looked at: nothing to say.", type_details=4)
        item.set(MASTER_SID, sid_bytes(f"{root.sid}-999998")).needs_identifiers = True
