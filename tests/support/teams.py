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
