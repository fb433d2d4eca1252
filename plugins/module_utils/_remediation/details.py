# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The objects that proposals are about, read a second time with everything that a decision needs.

The snapshot keeps the addresses of every object; of the few that are to change, all attributes of the rules are needed.
"""

from __future__ import annotations

import base64
import json
import typing as t

from .._audit.snapshot import Snapshot
from .._directory.interface import Directory, Selection
from .._model.entry import Entry
from .._rules.attributes import AUDIT_ATTRIBUTES, COUNTED_ATTRIBUTES
from .._rules.options import RuleOptions

_ATTRIBUTES = (*AUDIT_ATTRIBUTES, "whenCreated")


class Details:
    """Entries of a directory, by the numbers of the snapshot. They are kept in the snapshot's file, not in memory.

    Args:
        snapshot: the snapshot of the audit.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        snapshot.run("CREATE TEMP TABLE IF NOT EXISTS details (oid INTEGER PRIMARY KEY, entry TEXT NOT NULL)")

    def read(self, directory: Directory, options: RuleOptions) -> None:
        """Read every object again that has a finding, or shares a value with one that has.

        An object whose identifying values are no longer those of the audit is left out: somebody changed it meanwhile.

        Raises:
            DirectoryError: not everything could be read.
        """
        wanted = {
            dn: (oid, guid)
            for oid, dn, guid in self._snapshot.ask(
                "SELECT oid, dn, guid FROM objects WHERE oid IN "
                "(SELECT oid FROM findings UNION SELECT oid FROM clash_members)"
            )
        }
        selection = Selection((*_ATTRIBUTES, options.sign_in_attribute), COUNTED_ATTRIBUTES)
        for entry in self._entries(directory, wanted, selection):
            oid, guid = wanted[entry.dn]
            if entry.guid == guid:
                self._snapshot.run("INSERT OR REPLACE INTO temp.details VALUES (?, ?)", (oid, _packed(entry)))

    @staticmethod
    def _entries(directory: Directory, wanted: t.Collection[str], selection: Selection) -> t.Iterator[Entry]:
        if directory.identity().get("transport") in ("ldap", "winrm"):
            for dn in wanted:
                yield from (entry for entry in directory.search(dn, "base", selection) if entry.dn in wanted)
        else:
            # A file is read as a whole anyway.
            yield from (entry for entry in directory.search(selection=selection) if entry.dn in wanted)

    def entry(self, oid: int) -> Entry | None:
        """Return an object, None where it was not read again or has changed."""
        for row in self._snapshot.ask("SELECT entry FROM temp.details WHERE oid = ?", (oid,)):
            return _unpacked(row[0])
        return None


def _packed(entry: Entry) -> str:
    attributes = {
        name: [base64.b64encode(value).decode("ascii") for value in values] for name, values in entry.attributes.items()
    }
    return json.dumps([entry.dn, attributes, entry.counts, sorted(entry.incomplete), entry.origin])


def _unpacked(text: str) -> Entry:
    dn, attributes, counts, incomplete, origin = json.loads(text)
    values = {name: [base64.b64decode(value) for value in items] for name, items in attributes.items()}
    return Entry(dn, values, counts, frozenset(incomplete), origin)
