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
from .._teams.users import Group, UserAnswer
from .._tenant.products import SERVICES

_SUPPORT = {"supported": "Yes", "not_supported": "No", "conditional": "Conditional"}
_ANSWERS = {
    "supported": "yes",
    "conditional": "conditional",
    "not_supported": "no",
    "not_promised": "not synchronized",
}
_NEEDS_SYNC: frozenset[Location] = frozenset(("exchange_online_dedicated_legacy", "exchange_on_premises"))
_LICENCES = {
    "teams": "licence for Teams",
    "exchange_online": "licence for Exchange Online",
    "exchange_online_plan_1": "at least Exchange Online Plan 1",
    "sharepoint_online": "licence for SharePoint Online",
    "onedrive": "licence for OneDrive",
}
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
# Behind the features, so that the columns before stay where they are.
_TENANT_COLUMNS = (
    "MATCHED_BY",
    "SYNCHRONIZED_IN_TENANT",
    "CLOUD_RECIPIENT",
    "LOCATION_SETTLED_BY",
    *(f"LICENCE_{service.upper()}" for service in SERVICES),
)


def user_as_dict(user: UserAnswer, features: t.Sequence[Feature], *, with_tenant: bool = False) -> Plain:
    """Return the answer for a user as plain values, the shape of a line of teams.jsonl.

    Args:
        user: the answer.
        features: those to answer for.
        with_tenant: whether there is an export of the tenant.
    """
    group = user.group
    plain: Plain = {
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
    if with_tenant:
        plain["tenant"] = _account(group)
    return plain


def _account(group: Group) -> Plain | None:
    account = group.account
    if account is None:
        return None
    return {
        "matched_by": account.matched_by,
        "synchronized": account.is_synchronized,
        "recipient": account.recipient,
        "location_settled_by": group.settled_by,
        "services": {service: getattr(account.services, service) for service in SERVICES},
    }


def user_columns(features: t.Sequence[Feature], *, with_tenant: bool = False) -> tuple[str, ...]:
    """Return the heads of teams.csv."""
    return (*_COLUMNS, *(feature.upper() for feature in features), *(_TENANT_COLUMNS if with_tenant else ()))


def user_as_csv(user: UserAnswer, features: t.Sequence[Feature], *, with_tenant: bool = False) -> list[str]:
    """Return the answer for a user as a row of teams.csv, its cells escaped."""
    group = user.group
    cells = (
        user.dn,
        user.name,
        user.kind,
        user.guid or "",
        group.location,
        group.version or "",
        _or_blank(group.qualifies),
        _yes_no(group.synchronized),
        group.left_out_by,
        _yes_no(group.system),
        _yes_no(group.cloud_archive),
        "; ".join(group.notes),
        *(group.features[feature] for feature in features),
        *(_account_cells(group) if with_tenant else ()),
    )
    return [escape(cell) for cell in cells]


def _account_cells(group: Group) -> tuple[str, ...]:
    account = group.account
    if account is None:
        return ("none", *("" for _name in _TENANT_COLUMNS[1:]))
    return (
        account.matched_by,
        _or_blank(account.is_synchronized),
        account.recipient or "",
        group.settled_by or "",
        *(_or_blank(getattr(account.services, service)) for service in SERVICES),
    )


def _or_blank(value: bool | None) -> str:
    return "" if value is None else _yes_no(value)


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
    if "tenant" in known:
        lines += ["", "## The tenant", "", *_tenant(known["tenant"])]
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


def _tenant(tenant: Plain) -> t.Iterator[str]:
    yield (
        f"{tenant['matched']} of {tenant['users']} synchronized users were matched with one of {tenant['accounts']} "
        "accounts of the export."
    )
    if tenant["settled"]:
        places = ", ".join(f"{number} {LOCATION_TITLES[place]}" for place, number in tenant["settled"].items())
        yield f"Mailboxes that the tenant put into their places: {places}."
    yield ""
    rows = [["Of the matched users", "Yes", "No", "Unknown"]]
    for title, numbers in (("synchronized", tenant["synchronized"]), *tenant["services"].items()):
        rows.append([_LICENCES.get(title, title), *(str(numbers[answer]) for answer in ("yes", "no", "unknown"))])
    yield from _table(rows)
    yield from (f"\n{_md(note)}" for note in tenant["notes"])


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
    if "users" in advisory:
        numbers = advisory["users"]
        remark += f" In the tenant {numbers['yes']} users have it, {numbers['no']} have not"
        remark += f", {numbers['unknown']} are unknown." if numbers["unknown"] else "."
    return f"{_md(advisory['text'])} {_md(advisory['reason'] + remark)} {_md('[' + advisory['source'] + ']')}"


def _md(text: str) -> str:
    """Return a text that Markdown shows as it is, on one line."""
    shown = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in " ".join(text.split())
    )
    return _MARKDOWN.sub(r"\\\1", shown)
