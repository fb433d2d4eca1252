# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an import by hand does with a file of changes: a copy of an export with the changes carried out."""

from __future__ import annotations

import base64
import typing as t
from pathlib import Path

from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Modification
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.tests.lab import ldif

Record = tuple[str, list[tuple[str, str, list[bytes]]]]


def records(text: str) -> list[Record]:
    """Return the change records of an LDIF: DN, and operation, attribute and values of each part.

    Raises:
        ValueError: it holds something else than modifies.
    """
    found: list[Record] = []
    for block in text.replace("\n ", "").split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith("#")]
        if not lines:
            continue
        name, dn = _pair(lines[0])
        if name != "dn" or lines[1] != "changetype: modify" or lines[-1] != "-":
            raise ValueError(f"no modify: {block!r}")
        parts: list[tuple[str, str, list[bytes]]] = []
        at_start = True
        for line in lines[2:]:
            if line == "-":
                at_start = True
                continue
            key, value = _pair(line)
            if at_start:
                parts.append((key, value.decode("ascii"), []))
                at_start = False
            elif key != parts[-1][1]:
                raise ValueError(f"{key} in a part about {parts[-1][1]}")
            else:
                parts[-1][2].append(value)
        found.append((dn.decode("utf-8"), parts))
    return found


def imported(export: Path, changes: Path, target: Path) -> None:
    """Write a copy of an export with changes carried out, as a domain controller would: exactly, or not at all.

    Raises:
        ValueError: a value that goes is not there, or one that comes is.
    """
    entries = {entry.dn: entry.attributes for entry in LdifDirectory(str(export)).search()}
    for dn, parts in records(changes.read_text(encoding="utf-8")):
        attributes = entries[dn]
        for operation, name, values in parts:
            held = attributes.setdefault(name.lower(), [])
            for value in values:
                if (value in held) != (operation == "delete"):
                    raise ValueError(f"{operation} {name} {value!r} of {dn}: {held}")
                if operation == "delete":
                    held.remove(value)
                else:
                    held.append(value)
    blocks = []
    for dn, attributes in entries.items():
        lines = [ldif.line("dn", dn)]
        lines += [ldif.line(name, value) for name, values in attributes.items() for value in values]
        blocks.append("\n".join(lines))
    target.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def values(export: Path, dn: str, name: str) -> list[str]:
    """Return the values of an attribute of an object of an export."""
    (entry,) = LdifDirectory(str(export)).search(dn, "base")
    return entry.texts(name.lower())


def same(one: t.Iterable[Modification], other: t.Iterable[Modification]) -> bool:
    """Return whether two changes say the same, whatever the order of their attributes and values is."""

    def key(changes: t.Iterable[Modification]) -> set[tuple[str, frozenset[bytes], frozenset[bytes]]]:
        return {(change.attribute.lower(), frozenset(change.delete), frozenset(change.add)) for change in changes}

    return key(one) == key(other)


def _pair(line: str) -> tuple[str, bytes]:
    name, _colon, value = line.partition(":")
    if value.startswith(":"):
        return name, base64.b64decode(value[1:].strip(), validate=True)
    return name, value.removeprefix(" ").encode("utf-8")
