# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every row of the decision table for the location of a mailbox."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._exchange.location import MailboxAttributes, locate
from ansible_collections.syncready.m365.plugins.module_utils._exchange.organisation import (
    Organisation,
    parse_home_server,
)

DATABASE = "CN=DB1,CN=Databases,CN=Contoso,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=local"
SERVER = "/o=Contoso/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Configuration/cn=Servers/cn=EX1"
ALL = {"homemdb", "msexchhomeservername", "msexchmailboxguid", "msexchrecipienttypedetails",
       "msexchremoterecipienttype", "targetaddress"}  # fmt: skip
REMOTE, REMOTE_SHARED = 2147483648, 34359738368


def organisation() -> Organisation:
    found = Organisation()
    found.name = "Contoso"
    found.servers = {"ex1"}
    found.databases = {DATABASE.lower()}
    found.shown = set(ALL)
    return found


def mailbox(**words: t.Any) -> MailboxAttributes:
    base: dict[str, t.Any] = {
        "recipient_type": None,
        "flags": None,
        "home": None,
        "home_server": None,
        "has_guid": False,
        "target": "none",
        "has_address": False,
    }
    return MailboxAttributes(**{**base, **words})


HERE = {"recipient_type": 1, "home": DATABASE, "home_server": SERVER, "has_guid": True}

CASES: list[tuple[dict[str, t.Any], str, int, list[str]]] = [
    ({"recipient_type": REMOTE, "home": DATABASE, "flags": 4, "target": "cloud"}, "inconsistent", 1, ["half-way"]),
    ({"recipient_type": REMOTE_SHARED, "flags": 2, "target": "cloud"}, "inconsistent", 2, ["only its archive"]),
    ({"recipient_type": REMOTE, "flags": 4, "target": "cloud"}, "exchange_online", 3, []),
    ({"recipient_type": REMOTE, "flags": 1}, "exchange_online", 3, ["targetAddress is missing"]),
    ({"recipient_type": REMOTE, "flags": 1, "target": "other"}, "exchange_online", 3, ["does not lead to the cloud"]),
    ({"recipient_type": REMOTE, "target": "cloud"}, "exchange_online", 3, ["msExchRemoteRecipientType is missing"]),
    ({"recipient_type": REMOTE, "flags": 0, "target": "cloud"}, "exchange_online", 3, ["is 0"]),
    ({"recipient_type": REMOTE, "flags": 17, "target": "cloud"}, "exchange_online", 3, ["is to be removed"]),
    (
        {"recipient_type": REMOTE, "flags": 4, "target": "cloud", "home_server": SERVER},
        "exchange_online",
        3,
        ["left over"],
    ),
    ({"recipient_type": 128, "home": DATABASE, "target": "other"}, "inconsistent", 4, ["a mail user by its type"]),
    ({"recipient_type": 128, "target": "cloud"}, "exchange_online", 4, ["leads to a mailbox in the cloud"]),
    ({"recipient_type": 128, "target": "other"}, "external", 4, []),
    ({"recipient_type": 128}, "external", 4, ["without targetAddress"]),
    (HERE, "exchange_on_premises", 5, []),
    ({**HERE, "flags": 2}, "exchange_on_premises", 5, []),
    ({**HERE, "recipient_type": 2}, "exchange_on_premises", 5, []),
    ({**HERE, "home": None}, "exchange_on_premises", 5, ["without homeMDB"]),
    ({**HERE, "has_guid": False}, "exchange_on_premises", 5, ["without msExchMailboxGuid"]),
    ({**HERE, "recipient_type": None}, "exchange_on_premises", 5, ["without msExchRecipientTypeDetails"]),
    ({**HERE, "recipient_type": 3}, "exchange_on_premises", 5, ["type 3 is not known"]),
    ({**HERE, "flags": 4}, "exchange_on_premises", 5, ["says that the mailbox is in the cloud"]),
    ({**HERE, "target": "cloud"}, "exchange_on_premises", 5, ["somewhere else"]),
    ({**HERE, "home": "CN=DB9\\0ADEL:1,CN=Deleted Objects,DC=x"}, "exchange_on_premises", 5, ["deleted database"]),
    ({**HERE, "home": "CN=DB9,DC=x"}, "exchange_on_premises", 5, ["does not have"]),
    ({**HERE, "home_server": SERVER[:-3] + "EX9"}, "exchange_on_premises", 5, ["the server ex9"]),
    ({**HERE, "home_server": SERVER.replace("Contoso", "Old")}, "exchange_on_premises", 5, ["organisation old"]),
    ({"recipient_type": 1, "has_guid": True}, "inconsistent", 6, ["msExchMailboxGuid is set"]),
    ({"home_server": SERVER}, "inconsistent", 6, ["msExchHomeServerName is set"]),
    ({"recipient_type": 3}, "unknown", 7, ["type 3 is not known"]),
    ({"recipient_type": -2147483642}, "unknown", 7, ["is not known"]),
    ({"has_address": True}, "unknown", 8, []),
    ({"recipient_type": 65536, "has_address": True}, "unknown", 8, []),
    ({}, "none", 9, []),
]


@pytest.mark.parametrize(("words", "location", "row", "notes"), CASES)
def test_row(words: dict[str, t.Any], location: str, row: int, notes: list[str]) -> None:
    answer = locate(mailbox(**words), organisation())
    assert (answer.location, answer.row) == (location, row)
    assert len(answer.notes) == len(notes)
    for note, piece in zip(answer.notes, notes, strict=True):
        assert piece in note.text


def test_every_row_has_two_cases() -> None:
    rows = [row for _words, _location, row, _notes in CASES]
    assert set(rows) == set(range(1, 10))


def test_archive_in_the_cloud_leaves_the_mailbox_here() -> None:
    assert locate(mailbox(**HERE, flags=2), organisation()).cloud_archive


def test_what_the_source_never_shows_is_unknown_and_not_missing() -> None:
    bare = Organisation()
    assert locate(mailbox(recipient_type=REMOTE), bare).notes == ()
    assert locate(mailbox(recipient_type=1, home=DATABASE), bare).notes == ()
    assert locate(mailbox(recipient_type=128), bare).notes == ()


def test_home_server_names_organisation_and_server() -> None:
    assert parse_home_server(SERVER) == ("contoso", "ex1")
    assert parse_home_server("EX1") is None
