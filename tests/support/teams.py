# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers about Teams in tests: of entries made on the spot, and of files."""

from __future__ import annotations

import contextlib
import datetime
import typing as t
from collections.abc import Iterable, Iterator
from pathlib import Path

from ansible_collections.syncready.m365.plugins.module_utils._audit.options import SyncScope
from ansible_collections.syncready.m365.plugins.module_utils._audit.snapshot import Snapshot
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Directory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._teams.editions import EDITIONS
from ansible_collections.syncready.m365.plugins.module_utils._teams.facts import Facts
from ansible_collections.syncready.m365.plugins.module_utils._teams.users import (
    Census,
    TeamsOptions,
    UserAnswer,
    take_census,
)

from .audits import Entries

TODAY = datetime.date(2026, 11, 25)
Source = Path | Directory | Iterable[Entry]


def options(edition: str = "newest", sync_scope: dict[str, t.Any] | None = None, **choices: t.Any) -> TeamsOptions:
    """Return options; ``sync_scope`` in the words of the module."""
    chosen = EDITIONS[edition]
    scope = SyncScope(**{name: tuple(values) for name, values in (sync_scope or {}).items()})
    return TeamsOptions(chosen, tuple(chosen.rows), sync_scope=scope, today=TODAY, **choices)


@contextlib.contextmanager
def census_of(source: Source, chosen: TeamsOptions | None = None) -> Iterator[tuple[Census, Facts]]:
    """Give census and facts of a file, a directory or some entries."""
    directory: Directory
    if isinstance(source, Path):
        directory = LdifDirectory(str(source))
    elif hasattr(source, "search"):
        directory = t.cast(Directory, source)
    else:
        directory = Entries(source)
    chosen = chosen or options()
    snapshot = Snapshot()
    try:
        census = take_census(directory, chosen, snapshot)
        yield census, Facts(census, chosen, directory)
    finally:
        snapshot.close()


def users_of(source: Source, chosen: TeamsOptions | None = None) -> dict[str, UserAnswer]:
    """Return the answers by name of the object."""
    with census_of(source, chosen) as (census, _facts):
        return {user.name: user for user in census.users()}


# All recipient types that Exchange knows, spelt out apart from the code.
RECIPIENT_TYPES = {
    int(number)
    for number in """
1 2 4 8 16 32 64 128 256 512 1024 2048 4096 8192 16384 32768 65536 131072 262144 524288 1048576 2097152 4194304 8388608
16777216 33554432 268435456 536870912 1073741824 2147483648 4294967296 8589934592 17179869184 34359738368 68719476736
137438953472 274877906944 549755813888 1099511627776 2199023255552 4398046511104 8796093022208
""".split()
}

# What the labelled sample comes to by the edition of 2023, spelt out apart from the code: its hybrid configuration is
# there, and nothing settles OAuth, licences and policies. S is supported, C conditional, N not supported.
_FEATURES = (
    "ediscovery legal_hold retention team_and_channel_management meetings profile_picture call_history contacts "
    "outlook_contacts voicemail connectors tabs bots out_of_office"
).split()
_ANSWERS = {
    ("exchange_online", None): "S S S S S C S S C S S S S S",
    ("exchange_on_premises", True): "C S C S C S S S N C C S S N",
    ("exchange_on_premises", None): "C S C S C S S S N C C S S N",
    ("exchange_on_premises", False): "C S C S N S S S N C C S S N",
}
_WORDS = {"S": "supported", "C": "conditional", "N": "not_supported"}


def labelled_features(location: str, qualifies: bool | None, synchronized: bool) -> dict[str, str]:
    """Return the answers for a user of the labelled sample, by the newest edition."""
    letters = _ANSWERS.get((location, qualifies)) if synchronized else None
    if letters is None:
        return dict.fromkeys(_FEATURES, "not_promised")
    return {feature: _WORDS[letter] for feature, letter in zip(_FEATURES, letters.split(), strict=True)}


def labelled_answer(row: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return what the label of a user says of its mailbox; built-in accounts have no label, for they have no mailbox."""
    bare = {"row": 9, "location": "none", "exchange_version": None, "qualifies_for_meetings": None, "noted": False}
    label = row.get("mailbox") or {**bare, "cloud_archive": False}
    return {**label, "cloud_archive": bool(label["cloud_archive"])}


def as_label(answer: UserAnswer) -> dict[str, t.Any]:
    """Return an answer in the words of a label."""
    group = answer.group
    return {
        "row": group.row,
        "location": group.location,
        "exchange_version": group.version,
        "qualifies_for_meetings": group.qualifies,
        "noted": bool(group.notes),
        "cloud_archive": group.cloud_archive,
    }
