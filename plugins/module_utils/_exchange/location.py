# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a mailbox lives, decided from the attributes in the local directory.

The rows are those of the decision table of this project; the first one that matches decides. homeMDB and
msExchHomeServerName are not synchronized, so the location must be decided here or from the type attributes.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._model.dn import normalise
from .organisation import Organisation, parse_home_server
from .recipients import (
    DEPROVISION_ARCHIVE,
    DEPROVISION_MAILBOX,
    MAIL_USER,
    MIGRATED,
    PROVISION_ARCHIVE,
    PROVISION_MAILBOX,
    RECIPIENT_TYPES,
    REMOTE_MAILBOXES,
)

Location = t.Literal[
    "exchange_online",
    "exchange_on_premises",
    "external",
    "none",
    "unknown",
    "inconsistent",
]
# What targetAddress leads to.
Target = t.Literal["none", "cloud", "other"]

_DELETED = re.compile(r"\\0ADEL:|,CN=Deleted Objects,", re.IGNORECASE)


@dataclass(frozen=True)
class MailboxAttributes:
    """The attributes that decide where a mailbox lives.

    Attributes:
        recipient_type: msExchRecipientTypeDetails, None where there is none.
        flags: msExchRemoteRecipientType, None where there is none.
        home: homeMDB, None where there is none.
        home_server: msExchHomeServerName, None where there is none.
        has_guid: whether there is a msExchMailboxGuid.
        target: where targetAddress leads to.
        has_address: whether there is a mail or an SMTP proxy address.
    """

    recipient_type: int | None
    flags: int | None
    home: str | None
    home_server: str | None
    has_guid: bool
    target: Target
    has_address: bool


@dataclass(frozen=True)
class Note:
    """A reason in words, and whether it speaks of targetAddress (whose own findings make it superfluous)."""

    text: str
    about_target: bool = False


@dataclass(frozen=True)
class Answer:
    """Where the mailbox is, which row of the table said so, and what does not fit."""

    location: Location
    row: int
    notes: tuple[Note, ...] = ()
    cloud_archive: bool = False


def locate(mailbox: MailboxAttributes, organisation: Organisation) -> Answer:
    """Return where a user's mailbox lives."""
    kind = mailbox.recipient_type
    if kind in REMOTE_MAILBOXES:
        return _remote(mailbox, organisation)
    if kind == MAIL_USER:
        return _mail_user(mailbox, organisation)
    if mailbox.home or (mailbox.home_server and mailbox.has_guid):
        notes = tuple(_on_premises_notes(mailbox, organisation))
        return Answer("exchange_on_premises", 5, notes, cloud_archive=mailbox.flags == PROVISION_ARCHIVE)
    if mailbox.home_server or mailbox.has_guid:
        lone = "msExchHomeServerName" if mailbox.home_server else "msExchMailboxGuid"
        return Answer("inconsistent", 6, (Note(f"{lone} is set, but nothing else says that there is a mailbox"),))
    if kind is not None and kind not in RECIPIENT_TYPES:
        return Answer("unknown", 7, (Note(f"the recipient type {kind} is not known"),))
    if mailbox.has_address:
        return Answer("unknown", 8)
    return Answer("none", 9)


def _remote(mailbox: MailboxAttributes, organisation: Organisation) -> Answer:
    if mailbox.home:
        note = Note(
            "a mailbox in the cloud by its type, but homeMDB names a database here: a migration stopped half-way"
        )
        return Answer("inconsistent", 1, (note,))
    if mailbox.flags == PROVISION_ARCHIVE:
        note = Note(
            "a mailbox in the cloud by its type, but msExchRemoteRecipientType says that only its archive is there"
        )
        return Answer("inconsistent", 2, (note,))
    notes = []
    if mailbox.target == "none" and "targetaddress" in organisation.shown:
        notes.append(Note("targetAddress is missing, so mail does not get to the cloud", True))
    elif mailbox.target == "other":
        notes.append(Note("targetAddress does not lead to the cloud", True))
    if mailbox.flags is None:
        if "msexchremoterecipienttype" in organisation.shown:
            notes.append(Note("msExchRemoteRecipientType is missing"))
    elif mailbox.flags == 0:
        notes.append(Note("msExchRemoteRecipientType is 0"))
    elif mailbox.flags & (DEPROVISION_MAILBOX | DEPROVISION_ARCHIVE):
        notes.append(Note(f"msExchRemoteRecipientType {mailbox.flags} says that a mailbox or archive is to be removed"))
    if mailbox.home_server:
        notes.append(Note("msExchHomeServerName is left over from a mailbox here"))
    return Answer("exchange_online", 3, tuple(notes))


def _mail_user(mailbox: MailboxAttributes, organisation: Organisation) -> Answer:
    if mailbox.home:
        return Answer("inconsistent", 4, (Note("a mail user by its type, but homeMDB names a database here"),))
    if mailbox.target == "cloud":
        note = Note("a mail user by its type, but targetAddress leads to a mailbox in the cloud", True)
        return Answer("exchange_online", 4, (note,))
    if mailbox.target == "none" and "targetaddress" in organisation.shown:
        return Answer("external", 4, (Note("a mail user without targetAddress", True),))
    return Answer("external", 4)


def _on_premises_notes(mailbox: MailboxAttributes, organisation: Organisation) -> t.Iterator[Note]:
    missing = [
        name
        for name, present in (
            ("homeMDB", mailbox.home),
            ("msExchHomeServerName", mailbox.home_server),
            ("msExchMailboxGuid", mailbox.has_guid),
        )
        if not present and name.lower() in organisation.shown
    ]
    if missing:
        yield Note(f"a mailbox here without {' and '.join(missing)}")
    if mailbox.recipient_type is None:
        if "msexchrecipienttypedetails" in organisation.shown:
            yield Note("a mailbox here without msExchRecipientTypeDetails")
    elif mailbox.recipient_type not in RECIPIENT_TYPES:
        yield Note(f"the recipient type {mailbox.recipient_type} is not known")
    if (mailbox.flags or 0) & (PROVISION_MAILBOX | MIGRATED):
        yield Note(
            f"msExchRemoteRecipientType {mailbox.flags} says that the mailbox is in the cloud, homeMDB that it is here"
        )
    if mailbox.target != "none":
        yield Note("targetAddress sends the mail of a mailbox here somewhere else", True)
    yield from _home_notes(mailbox, organisation)


def _home_notes(mailbox: MailboxAttributes, organisation: Organisation) -> t.Iterator[Note]:
    if mailbox.home:
        if _DELETED.search(mailbox.home):
            yield Note("homeMDB names a deleted database")
        elif organisation.knows_databases() and normalise(mailbox.home) not in organisation.databases:
            yield Note("homeMDB names a database that the organisation does not have")
    if not mailbox.home_server:
        return
    parsed = parse_home_server(mailbox.home_server)
    if parsed is None:
        yield Note("msExchHomeServerName is no legacy name of a server")
    elif organisation.name is not None and parsed[0] != organisation.name.lower():
        yield Note(f"msExchHomeServerName names the organisation {parsed[0]}, which is not the living one")
    elif organisation.knows_servers() and parsed[1] not in organisation.servers:
        yield Note(f"msExchHomeServerName names the server {parsed[1]}, which the organisation does not have")
