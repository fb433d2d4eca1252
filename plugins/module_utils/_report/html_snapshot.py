# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a snapshot to a directory in a report."""

from __future__ import annotations

import json
import typing as t
from collections import Counter

from .._audit.drift import gone_list
from .._audit.findings import read_findings
from .._audit.snapshot import FORMAT, Snapshot
from .._model.errors import OptionError
from .html_parts import Count, Part, Plain
from .mask import Mask
from .rows import finding_as_dict

TOP_OUS = 200
TOP_OBJECTS = 25
TOP_GONE = 500
_FOREST = "the forest itself"
BETWEEN = "between the forests"
_OPEN = "f.waiver IS NULL"


def part_of(snapshot: Snapshot, mask: Mask, crossed: t.Sequence[str] = ()) -> Part:
    """Return a directory for a report, as a snapshot holds it.

    Args:
        snapshot: after the audit; it stays open until the report is written, because the findings are read then.
        mask: hides names.
        crossed: thresholds that were crossed, in words.

    Raises:
        OptionError: it is no snapshot of this version.
        OutputError: it could not be read.
    """
    meta = {name: json.loads(value) for name, value in snapshot.ask("SELECT name, value FROM meta")}
    if meta.get("format") != FORMAT or "summary" not in meta:
        raise OptionError(f"{snapshot.path} is no snapshot of an audit, or one of another version of the collection.")
    source = meta["source"]
    forest = meta.get("forest")
    return Part(
        name=name_of(source, forest),
        created=meta.get("created", ""),
        source=source,
        summary=meta["summary"],
        rules=_by_rule(snapshot),
        ous=_by_ou(snapshot, mask),
        offenders=_offenders(snapshot, mask),
        findings=(mask.finding(finding_as_dict(found)) for _row, found in read_findings(snapshot)),
        forest=forest,
        teams=meta.get("teams"),
        drift=_drift(snapshot, meta, mask),
        crossed=crossed,
    )


def part_across(snapshot: Snapshot, mask: Mask, about: Plain, summary: Plain, crossed: t.Sequence[str] = ()) -> Part:
    """Return what lies between directories, for a report that shows the directories beside it.

    Args:
        snapshot: after the comparison; it stays open until the report is written.
        mask: hides names.
        about: how people were joined (``Part.across``).
        summary: the comparison in numbers; its objects are those of the directories, so they are not counted again.
        crossed: thresholds that were crossed, in words.
    """
    return Part(
        name=BETWEEN,
        created="",
        source={},
        summary={**summary, "judged": 0, "left_out": {}, "skipped": {}, "judged_kind": {}},
        rules=_by_rule(snapshot),
        ous=_by_ou(snapshot, mask),
        offenders=_offenders(snapshot, mask),
        findings=(mask.finding(finding_as_dict(found)) for _row, found in read_findings(snapshot)),
        crossed=crossed,
        across=about,
    )


def _drift(snapshot: Snapshot, meta: Plain, mask: Mask) -> Plain | None:
    drift: Plain | None = meta.get("drift")
    return {**drift, "gone_list": [mask.gone(one) for one in gone_list(snapshot, TOP_GONE)]} if drift else None


def name_of(source: t.Mapping[str, str], forest: Plain | None) -> str:
    """Return what people call a directory."""
    root = ((forest or {}).get("forest") or {}).get("root_domain")
    path = source.get("path", "").replace("\\", "/").rpartition("/")[2]
    return root or source.get("forest") or source.get("domain") or path or "a directory"


def _by_rule(snapshot: Snapshot) -> list[Count]:
    numbers: dict[str, list[int]] = {}
    question = f"SELECT f.rule, f.severity, count(*) FROM findings f WHERE {_OPEN} GROUP BY 1, 2"
    for rule, severity, number in snapshot.ask(question):
        numbers.setdefault(rule, [0, 0, 0])[severity] += number
    return _sorted(numbers)


def _by_ou(snapshot: Snapshot, mask: Mask) -> list[Count]:
    numbers: dict[str, list[int]] = {}
    question = (
        "SELECT o.dn, o.standing, f.severity, count(*) FROM findings f JOIN objects o USING (oid) "
        f"WHERE {_OPEN} GROUP BY o.oid, f.severity"
    )
    for dn, standing, severity, number in snapshot.ask(question):
        name = _FOREST if standing == "forest" else mask.place(dn)
        numbers.setdefault(name, [0, 0, 0])[severity] += number
    return _sorted(numbers)[:TOP_OUS]


def _offenders(snapshot: Snapshot, mask: Mask) -> list[Count]:
    question = (
        "SELECT o.dn, o.guid, o.kind, o.name, sum(f.severity = 0) AS errors, sum(f.severity = 1) AS warnings, "
        f"sum(f.severity = 2) FROM findings f JOIN objects o USING (oid) WHERE {_OPEN} AND o.standing <> 'forest' "
        f"GROUP BY o.oid ORDER BY errors DESC, warnings DESC, o.dn, o.guid LIMIT {TOP_OBJECTS}"
    )
    found = []
    for dn, guid, kind, name, *numbers in snapshot.ask(question):
        shown = mask.object({"dn": dn, "guid": guid, "kind": kind, "name": name})
        found.append(Count(shown["name"], (numbers[0], numbers[1], numbers[2]), shown["dn"]))
    return found


def worst(lists: t.Iterable[t.Sequence[Count]]) -> list[Count]:
    """Return the objects of several lists, the worst first; an object that several lists name is listed once."""
    sums: dict[tuple[str, str], tuple[int, int, int]] = {}
    for counts in lists:
        for count in counts:
            key = (count.name, count.note)
            errors, warnings, infos = sums.get(key, (0, 0, 0))
            sums[key] = (errors + count.numbers[0], warnings + count.numbers[1], infos + count.numbers[2])
    found = [Count(name, numbers, note) for (name, note), numbers in sums.items()]
    return sorted(found, key=lambda count: (-count.numbers[0], -count.numbers[1]))


def _sorted(numbers: dict[str, list[int]]) -> list[Count]:
    counts = [Count(name, (three[0], three[1], three[2])) for name, three in numbers.items()]
    return sorted(counts, key=lambda count: (-count.total, count.name))


def merged(lists: t.Iterable[t.Sequence[Count]]) -> list[Count]:
    """Return the counts of several directories together."""
    sums: dict[str, Counter[int]] = {}
    notes: dict[str, str] = {}
    for counts in lists:
        for count in counts:
            sums.setdefault(count.name, Counter()).update(dict(enumerate(count.numbers)))
            notes.setdefault(count.name, count.note)
    found = [Count(name, (three[0], three[1], three[2]), notes[name]) for name, three in sums.items()]
    return sorted(found, key=lambda count: (-count.total, count.name))
