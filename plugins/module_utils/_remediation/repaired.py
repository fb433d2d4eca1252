# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the journals say of repairs: which values were taken away and did not come back by a roll back."""

from __future__ import annotations

import os

from .._model.finding import ObjectReference
from .journal import read_journal


def repaired_values(state_dir: str) -> tuple[dict[tuple[str, str, str], str], list[str]]:
    """Return what was repaired: object, attribute in lower case and old value, to when the run began (ISO 8601).

    An object is meant by its objectGUID, else by "dn:" and its DN in lower case. A roll back takes back what a repair
    did, so it is no repair any more.

    Args:
        state_dir: where the journals lie.

    Returns:
        The repairs, and the names of journals that cannot be read.
    """
    from .._model.errors import SyncreadyError

    repaired: dict[tuple[str, str, str], str] = {}
    unreadable: list[str] = []
    steps = []
    for name in sorted(os.listdir(state_dir)):
        if not (name.startswith(("apply-", "rollback-")) and name.endswith(".jsonl")):
            continue
        try:
            journal = read_journal(os.path.join(state_dir, name))
        except SyncreadyError:
            unreadable.append(name)
            continue
        times = [str(run.get("time", "")) for run in journal.runs]
        steps += [
            (times[entry.run - 1] if 0 < entry.run <= len(times) else "", name, entry.number, entry)
            for entry in journal.entries
            if entry.done
        ]
    for when, _name, _number, entry in sorted(steps, key=lambda step: step[:3]):
        key = ObjectReference(entry.object.dn, entry.object.guid, "", "").key
        for change in entry.changes:
            attribute = change.attribute.lower()
            for value in change.delete:
                repaired[key, attribute, value.decode("utf-8", "backslashreplace")] = when
            for value in change.add:
                repaired.pop((key, attribute, value.decode("utf-8", "backslashreplace")), None)
    return repaired, unreadable
