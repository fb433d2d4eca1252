# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes a forest and its labels to files."""

from __future__ import annotations

import json
import typing as t

from . import ldif
from .labels import ALL_SETS, DEFAULT, OPTION_SETS, Expected
from .model import Forest, Item

LABELS_FORMAT = 1


def write_ldif(forest: Forest, out: t.TextIO, about: str, part: str = "main") -> int:
    """Write the objects of one part; return how many."""
    out.write(ldif.header(about))
    chosen = [item for item in forest.items if item.part == part]
    for item in chosen:
        out.write(ldif.record(item.dn, item.attributes))
    return len(chosen)


def labels(forest: Forest) -> dict[str, t.Any]:
    """Return the labels of every object as plain data."""
    return {
        "format": LABELS_FORMAT,
        "about": "Expected findings of the sample directory. Findings of the sets other than 'default' are what they"
        " add to the default and what they take away. Made by tests.directories; do not edit.",
        "option_sets": OPTION_SETS,
        "objects": [_label(item) for item in forest.items],
    }


def write_labels(forest: Forest, out: t.TextIO) -> None:
    """Write the labels as JSON, one object a line, so that a change shows as a small difference."""
    data = labels(forest)
    objects = data.pop("objects")
    head = _json(data, indent=1)
    lines = ",\n  ".join(_json(row) for row in objects)
    out.write(f'{head[:-2]},\n "objects": [\n  {lines}\n ]\n}}\n')


def _json(data: t.Any, indent: int | None = None) -> str:
    """Return JSON in which letters of all languages stand as they are, and what nobody can see is escaped."""
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def _label(item: Item) -> dict[str, t.Any]:
    row: dict[str, t.Any] = {
        "dn": item.dn,
        "guid": str(item.guid),
        "kind": item.kind,
        "treatment": item.treatment,
        "about": item.about,
    }
    if item.part != "main":
        row["part"] = item.part
    for name in ("ldif_only", "raw_write", "built_in", "needs_identifiers"):
        if value := getattr(item, name):
            row["needs_raw_write" if name == "raw_write" else name] = value
    by_set = {name: sorted(_of_set(item, name), key=_order) for name in ALL_SETS}
    findings: dict[str, t.Any] = {DEFAULT: [finding.as_json() for finding in by_set[DEFAULT]]}
    plain = findings[DEFAULT]
    for name in ALL_SETS[1:]:
        rows = [finding.as_json() for finding in by_set[name]]
        added, removed = [row for row in rows if row not in plain], [row for row in plain if row not in rows]
        if added or removed:
            findings[name] = {"added": added, "removed": removed}
    row["findings"] = findings
    if item.mailbox is not None and item.kind in ("user", "inetOrgPerson"):
        row["mailbox"] = item.mailbox.as_json()
    return row


def _of_set(item: Item, name: str) -> list[Expected]:
    return [finding for finding in item.expected if name in finding.sets]


def _order(finding: Expected) -> tuple[str, ...]:
    return (finding.rule, finding.attribute or "", finding.value or "", finding.severity)
