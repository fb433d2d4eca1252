# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of Teams and the mailboxes of a forest, as plain values: counts, matrix, conditions, advisories.

Nothing here names a user: the facts of a host go where many can read them, and must stay small.
"""

from __future__ import annotations

import typing as t
from collections import Counter

from .._directory.interface import Directory
from .._exchange.builds import Build, label_of, qualifies_for_meetings, support_of
from .._exchange.organisation import Organisation
from .conditions import CONDITIONS, Resolution, UserNumbers, is_of_user, resolve, user_states
from .editions import EDITIONS, advisory_differences, applicable, cell_differences
from .matrix import LOCATIONS, MATRIX_LOCATIONS, Advisory, Cell, ConditionId, Edition, Feature, Location
from .tenant_facts import licence_numbers, tenant_as_dict
from .users import ANSWERS, RECIPIENT_TYPE, Census, Group, TeamsOptions

Plain = dict[str, t.Any]


class Facts:
    """The answers for a forest as a whole.

    Args:
        census: the users of the directory.
        options: the user's choices.
        directory: where they were read from.
    """

    def __init__(self, census: Census, options: TeamsOptions, directory: Directory) -> None:
        self._census = census
        self._options = options
        self._absent = {name.lower() for name in directory.statistics.absent_attributes}
        self._edition = options.edition
        self._users = [group for group in census.groups if not group.system]
        self._resolutions: dict[ConditionId, Resolution] = {}
        self._numbers: dict[ConditionId, UserNumbers] = {}
        here = {group.location for group in self._users}
        # The locations of users, in the order of the matrix.
        self.present: tuple[Location, ...] = tuple(location for location in LOCATIONS if location in here)

    @property
    def rows(self) -> tuple[Location, ...]:
        """The locations of users that the matrix has a row for."""
        return tuple(location for location in self.present if location in MATRIX_LOCATIONS)

    def as_dict(self) -> Plain:
        """Return the facts."""
        edition = self._edition
        matrix = {
            location: {feature: self.cell(location, feature) for feature in edition.rows} for location in self.rows
        }
        cells = [edition.cell(location, feature) for location in self.rows for feature in edition.rows]
        plain: Plain = {
            "edition": {"id": edition.id, "name": edition.name, "date": edition.date, "source": edition.source},
            "exchange": self._exchange(),
            "counts": self._counts(),
            "matrix": matrix,
            "conditions": self.conditions(cells),
            "footnotes": {
                str(number): _without_blanks({"text": note.text, "remark": note.remark})
                for number, note in edition.footnotes.items()
                if any(number in cell.footnotes for cell in cells)
            },
            "notes": {name: text for name, text in edition.notes.items() if any(name in cell.notes for cell in cells)},
            "advisories": [self._advisory(advisory) for advisory in applicable(edition, self.present)],
            "remarks": list(edition.remarks),
            "differences": self._differences(),
        }
        if self._census.tenant is not None:
            plain["tenant"] = tenant_as_dict(self._census.tenant, self._users)
        return plain

    def cell(self, location: Location, feature: Feature) -> Plain:
        """Return one cell, with the numbers of users that it comes to each answer for."""
        cell = self._edition.cell(location, feature)
        users: Counter[str] = Counter()
        for group in self._users:
            if group.location == location:
                users[group.features[feature]] += group.users
        return {
            **_cell(cell),
            "conditions": {condition: self._resolve(condition).state for condition in cell.conditions},
            "notes": list(cell.notes),
            "users": {answer: users[answer] for answer in ANSWERS},
        }

    def conditions(self, cells: t.Iterable[Cell]) -> Plain:
        """Return the conditions of some cells, resolved."""
        names = dict.fromkeys(condition for cell in cells for condition in cell.conditions)
        result: Plain = {}
        for name in names:
            resolution = self._resolve(name)
            plain: Plain = {
                "text": CONDITIONS[name].text,
                "part": CONDITIONS[name].part or None,
                "state": resolution.state,
                "reason": resolution.reason,
            }
            if is_of_user(name, self._census.evidence):
                numbers = self._numbers[name]
                plain["users"] = {"met": numbers.met, "not_met": numbers.not_met, "unknown": numbers.unknown}
                if self._census.tenant is not None:
                    plain["users"]["not_in_tenant"] = numbers.not_in_tenant
            result[name] = plain
        return result

    def _resolve(self, condition: ConditionId) -> Resolution:
        known = self._resolutions.get(condition)
        if known is None:
            numbers = self._numbers[condition] = self._count(condition)
            known = self._resolutions[condition] = resolve(condition, self._census.evidence, numbers)
        return known

    def _count(self, condition: ConditionId) -> UserNumbers:
        """Return how many users meet a condition; all conditions of users belong to mailboxes on premises."""
        numbers = UserNumbers()
        evidence = self._census.evidence
        if not is_of_user(condition, evidence):
            return numbers
        for group in self._users:
            # Who is left out needs no licence.
            needs = CONDITIONS[condition].of_user or group.synchronized
            if needs and group.location == "exchange_on_premises":
                states = user_states(group.synchronized, group.qualifies, evidence, group.account)
                numbers.add(states[condition], group.users, in_tenant=group.account is not None)
        return numbers

    def _counts(self) -> Plain:
        by_location: dict[str, dict[str, int]] = {
            location: {"users": 0, "synchronized": 0} for location in self.present
        }
        for group in self._users:
            by_location[group.location]["users"] += group.users
            by_location[group.location]["synchronized"] += group.users if group.synchronized else 0
        system: Counter[str] = Counter()
        for group in self._census.groups:
            if group.system:
                system[group.location] += group.users
        return {
            "users": _sum(self._users),
            "synchronized": _sum(self._users, lambda group: group.synchronized),
            "by_location": by_location,
            "by_version": self._by_version(),
            "cloud_archives": _sum(self._users, lambda group: group.cloud_archive),
            "with_notes": _sum(self._users, lambda group: bool(group.notes)),
            "mail_contacts": self._census.mail_contacts,
            "system": {location: system[location] for location in LOCATIONS if location in system},
        }

    def _by_version(self) -> Plain:
        users: dict[Build | None, int] = {}
        for group in self._users:
            if group.location == "exchange_on_premises":
                users[group.build] = users.get(group.build, 0) + group.users
        result: Plain = {}
        for build in sorted((build for build in users if build is not None), key=lambda build: build.order):
            row = result.setdefault(
                label_of(build),
                {
                    "users": 0,
                    "qualifies_for_meetings": qualifies_for_meetings(build),
                    "support": support_of(build, self._options.today),
                },
            )
            row["users"] += users[build]
        if None in users:
            result["unknown"] = {"users": users[None], "qualifies_for_meetings": None, "support": "unknown"}
        return result

    def _advisory(self, advisory: Advisory) -> Plain:
        plain = _advisory(advisory)
        numbers = licence_numbers(advisory, self._users) if self._census.tenant is not None else None
        return {**plain, "users": numbers} if numbers is not None else plain

    def _exchange(self) -> Plain:
        return exchange_as_dict(self._census.forest.exchange, RECIPIENT_TYPE in self._absent)

    def _differences(self) -> Plain:
        """Return where the newest edition and the seed differ for the locations that are present."""
        return {
            "cells": [
                {
                    "location": difference.location,
                    "feature": difference.feature,
                    "newest": _cell_in_words(EDITIONS["newest"], difference.newest),
                    "seed": _cell_in_words(EDITIONS["seed"], difference.seed),
                }
                for difference in cell_differences(self.rows)
            ],
            "advisories": [
                {"id": newest.id, "newest": newest.text, "seed": seed.text}
                for newest, seed in advisory_differences(self.present)
            ],
        }


def exchange_as_dict(exchange: Organisation, is_absent: bool) -> Plain:
    """Return what a source shows of Exchange.

    Args:
        exchange: the organisation.
        is_absent: whether the directory itself says that its schema does not know Exchange.
    """
    shown = exchange.shown - {"samaccountname"}
    schema, message = "present", None
    if is_absent:
        schema = "absent"
        message = (
            "The schema of the directory does not know Exchange: who has an address may have a mailbox in the cloud."
        )
    elif not (shown or exchange.is_known or exchange.schema_version is not None):
        schema = "not_seen"
        message = (
            "The source shows no attribute of Exchange and no organisation: the schema was not extended, or the export "
            "left it out. Who has an address may have a mailbox in the cloud."
        )
    elif not exchange.is_known:
        message = "The source does not hold the configuration of Exchange: versions and conditions are unknown."
    known = exchange.is_known
    servers: Counter[str] = Counter(server_label(exchange, name) for name in exchange.server_objects)
    return {
        "schema": schema,
        "message": message,
        "organisation": exchange.name,
        "servers": dict(sorted(servers.items())),
        "databases": len(exchange.database_objects),
        "availability_groups": len(exchange.groups),
        "hybrid_configuration": exchange.hybrid is not None if known else None,
        "auth_servers": len(exchange.auth_servers) if known else None,
        "partner_applications": len(exchange.partner_applications) if known else None,
        "dedicated_hybrid_application": (
            any(server.has_own_application for server in exchange.auth_servers.values()) if known else None
        ),
    }


def server_label(exchange: Organisation, name: str) -> str:
    """Return the label of the version of a server by its normalised DN, "unknown" where it has none."""
    build = exchange.server_objects[name].build
    return label_of(build) if build is not None else "unknown"


def _cell(cell: Cell) -> Plain:
    return {"support": cell.support, "footnotes": list(cell.footnotes)}


def _cell_in_words(edition: Edition, cell: Cell | None) -> Plain | None:
    """Return a cell with the texts of its footnotes: their numbers mean something else in another edition."""
    if cell is None:
        return None
    footnotes = [edition.footnotes[number].text for number in cell.footnotes]
    return {"support": cell.support, "footnotes": footnotes, "conditions": list(cell.conditions)}


def _advisory(advisory: Advisory) -> Plain:
    return _without_blanks(
        {
            "id": advisory.id,
            "text": advisory.text,
            "reason": advisory.reason,
            "source": advisory.source,
            "remark": advisory.remark,
        }
    )


def _without_blanks(plain: Plain) -> Plain:
    return {name: value for name, value in plain.items() if value != ""}


def _sum(groups: t.Iterable[Group], condition: t.Callable[[Group], bool] = lambda group: True) -> int:
    return sum(group.users for group in groups if condition(group))
