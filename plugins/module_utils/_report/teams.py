# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers about Teams as plain values: for JSON, for CSV, and as a table for people."""

from __future__ import annotations

import re
import typing as t

from .._model.cells import escape
from .._teams.facts import Facts, Plain
from .._teams.matrix import FEATURE_TITLES, FEATURES, LOCATION_TITLES, Edition, Feature, Location
from .._teams.users import UserAnswer

_SUPPORT = {"supported": "Yes", "not_supported": "No", "conditional": "Conditional"}
_ANSWERS = {
    "supported": "yes",
    "conditional": "conditional",
    "not_supported": "no",
    "not_promised": "not synchronized",
}
_NEEDS_SYNC: frozenset[Location] = frozenset(("exchange_online_dedicated_legacy", "exchange_on_premises"))
# What Markdown or HTML could take for its own in the middle of a line.
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~&])")
_COLUMNS = (
    "DISTINGUISHEDNAME",
    "NAME",
    "OBJECTCLASS",
    "OBJECTGUID",
    "LOCATION",
    "EXCHANGE_VERSION",
    "QUALIFIES_FOR_MEETINGS",
    "SYNCHRONIZED",
    "LEFT_OUT_BY",
    "SYSTEM",
    "CLOUD_ARCHIVE",
    "NOTES",
)


def user_as_dict(user: UserAnswer, features: t.Sequence[Feature]) -> Plain:
    """Return the answer for a user as plain values, the shape of a line of teams.jsonl."""
    group = user.group
    return {
        "guid": user.guid,
        "dn": user.dn,
        "name": user.name,
        "kind": user.kind,
        "location": group.location,
        "row": group.row,
        "exchange_version": group.version,
        "qualifies_for_meetings": group.qualifies,
        "synchronized": group.synchronized,
        "left_out_by": group.left_out_by or None,
        "system": group.system,
        "cloud_archive": group.cloud_archive,
        "notes": list(group.notes),
        "features": {feature: group.features[feature] for feature in features},
        "not_met": {feature: list(group.not_met[feature]) for feature in features if feature in group.not_met},
    }


def user_columns(features: t.Sequence[Feature]) -> tuple[str, ...]:
    """Return the heads of teams.csv."""
    return (*_COLUMNS, *(feature.upper() for feature in features))


def user_as_csv(user: UserAnswer, features: t.Sequence[Feature]) -> list[str]:
    """Return the answer for a user as a row of teams.csv, its cells escaped."""
    group = user.group
    cells = (
        user.dn,
        user.name,
        user.kind,
        user.guid or "",
        group.location,
        group.version or "",
        "" if group.qualifies is None else _yes_no(group.qualifies),
        _yes_no(group.synchronized),
        group.left_out_by,
        _yes_no(group.system),
        _yes_no(group.cloud_archive),
        "; ".join(group.notes),
        *(group.features[feature] for feature in features),
    )
    return [escape(cell) for cell in cells]


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"


def matrix_grid(facts: Facts, edition: Edition) -> list[list[str]]:
    """Return the table of features by locations, heads first, with the numbers of users in the cells."""
    grid = [["Feature", *(_head(location) for location in facts.rows)]]
    for feature in FEATURES:
        if feature in edition.rows:
            cells = [_cell(facts.cell(location, feature)) for location in facts.rows]
            grid.append([FEATURE_TITLES[feature], *cells])
    return grid


def matrix_as_csv(grid: t.Sequence[t.Sequence[str]]) -> t.Iterator[list[str]]:
    """Yield the rows of the table, their cells escaped."""
    for row in grid:
        yield [escape(cell) for cell in row]


def _head(location: Location) -> str:
    title = LOCATION_TITLES[location]
    return f"{title} (synchronization required)" if location in _NEEDS_SYNC else title


def _cell(cell: Plain) -> str:
    numbers = ", ".join(str(number) for number in cell["footnotes"])
    support = _SUPPORT[cell["support"]] + (f" ({numbers})" if numbers else "")
    users = ", ".join(f"{number} {_ANSWERS[answer]}" for answer, number in cell["users"].items() if number)
    return f"{support}: {users}"


def matrix_as_markdown(facts: Facts, edition: Edition, source: t.Mapping[str, str]) -> str:
    """Return the report for people: counts, table, footnotes, conditions and advisories.

    Args:
        facts: what is known.
        edition: the edition of the matrix.
        source: what was read.
    """
    known = facts.as_dict()
    lines = [
        "# Teams and the mailboxes of this directory",
        "",
        f"Read from {_md(', '.join(f'{name} {value}' for name, value in source.items()))}.",
        f"Matrix: {_md(edition.source)} ({_md(edition.name)}).",
    ]
    exchange = known["exchange"]
    if exchange["organisation"]:
        lines.append(f"Exchange organisation: {_md(exchange['organisation'])}.")
    if exchange["message"]:
        lines += ["", f"**{_md(exchange['message'])}**"]
    lines += ["", "## Mailboxes", "", *_counts(known["counts"])]
    if facts.rows:
        lines += ["", "## Features", "", *_table(matrix_grid(facts, edition))]
        lines += ["", "Numbers of users stand behind the answer; numbers in brackets are footnotes.", ""]
        lines += [f"- ({number}) {_md(_note(note))}" for number, note in known["footnotes"].items()]
    lines += _section("Conditions", (_condition(name, value) for name, value in known["conditions"].items()))
    lines += _section("Notes", (_md(text) for text in known["notes"].values()))
    lines += _section("What else to know", (_advisory(advisory) for advisory in known["advisories"]))
    lines += _section("About the wording of the document", (_md(remark) for remark in known["remarks"]))
    return "\n".join(lines) + "\n"


def _counts(counts: Plain) -> t.Iterator[str]:
    rows = [["Location", "Users", "Synchronized"]]
    rows += [
        [LOCATION_TITLES[location], str(numbers["users"]), str(numbers["synchronized"])]
        for location, numbers in counts["by_location"].items()
    ]
    yield from _table([*rows, ["all", str(counts["users"]), str(counts["synchronized"])]])
    yield ""
    yield f"Mail contacts: {counts['mail_contacts']}. Accounts of the system: {sum(counts['system'].values())}."
    if counts["by_version"]:
        yield ""
        heads = ["Exchange on-premises", "Users", "New enough for meetings", "Support"]
        yield from _table(
            [heads]
            + [
                [version, str(row["users"]), _maybe(row["qualifies_for_meetings"]), row["support"]]
                for version, row in counts["by_version"].items()
            ]
        )


def _maybe(value: bool | None) -> str:
    return "unknown" if value is None else _yes_no(value)


def _table(rows: t.Sequence[t.Sequence[str]]) -> t.Iterator[str]:
    for number, row in enumerate(rows):
        yield "| " + " | ".join(_md(cell) for cell in row) + " |"
        if number == 0:
            yield "| " + " | ".join("---" for _cell in row) + " |"


def _section(title: str, items: t.Iterable[str]) -> list[str]:
    lines = [f"- {item}" for item in items]
    return ["", f"## {title}", "", *lines] if lines else []


def _condition(name: str, condition: Plain) -> str:
    state = {"met": "met", "not_met": "not met", "unknown": "unknown"}[condition["state"]]
    part = f" Only for {condition['part']}." if condition["part"] else ""
    return f"**{state}**: {_md(condition['text'] + part)} {_md(condition['reason'])}"


def _note(note: Plain) -> str:
    return f"{note['text']} {note['remark']}" if "remark" in note else str(note["text"])


def _advisory(advisory: Plain) -> str:
    remark = f" {advisory['remark']}" if "remark" in advisory else ""
    return f"{_md(advisory['text'])} {_md(advisory['reason'] + remark)} {_md('[' + advisory['source'] + ']')}"


def _md(text: str) -> str:
    """Return a text that Markdown shows as it is, on one line."""
    shown = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in " ".join(text.split())
    )
    return _MARKDOWN.sub(r"\\\1", shown)
