# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of modules that write share: a module, users in memory, and a plan that renames some of them."""

from __future__ import annotations

import types
import typing as t

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import directory_spec
from ansible_collections.syncready.m365.plugins.module_utils._model.finding import ObjectReference
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan import PlanRow
from ansible_collections.syncready.m365.tests.support.memory import MemoryDirectory, user


def module(spec: dict[str, t.Any], given: dict[str, t.Any], check_mode: bool = False) -> t.Any:
    """Return what stands for a module with some options, the others as they are by default."""
    spec = {**directory_spec(), **spec}
    assert set(given) <= set(spec), set(given) - set(spec)
    chosen = {name: given.get(name, option.get("default")) for name, option in spec.items()}
    return types.SimpleNamespace(params=chosen, check_mode=check_mode, warn=lambda _text: None)


def twenty_users() -> MemoryDirectory:
    """Return a directory with the users u0 to u19."""
    made = MemoryDirectory()
    for number in range(20):
        made.add(f"u{number}", user(number))
    return made


def renamed(directory: MemoryDirectory, numbers: t.Iterable[int]) -> list[PlanRow]:
    """Return rows that give some of these users another display name."""
    rows = []
    for number in numbers:
        (entry,) = directory.search(f"CN=u{number},DC=contoso,DC=local", "base")
        reference = ObjectReference(entry.dn, entry.guid, "user", f"u{number}")
        rows.append(PlanRow(reference, "displayName", f"User {number}", f"Person {number}", "EDIT", ("name-space",)))
    return rows
