# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module teams_mailbox_facts."""

from __future__ import annotations

import contextlib
import typing as t

from ansible.module_utils.basic import AnsibleModule

from .._audit.cloud import load_tenant
from .._audit.snapshot import Snapshot
from .._directory.filters import parse_filter
from .._model.errors import OptionError
from .._model.version import VERSION
from .._report.files import ReportDirectory
from .._report.teams import matrix_as_csv, matrix_as_markdown, matrix_grid, user_as_csv, user_as_dict, user_columns
from .._teams.editions import EDITIONS
from .._teams.facts import Facts
from .._teams.matrix import DEDICATED, FEATURES, LOCATIONS, MATRIX_LOCATIONS
from .._teams.overrides import Override
from .._teams.users import Census, TeamsOptions, UserAnswer, take_census
from .arguments import Spec
from .choices import Params, dns, open_directory, sync_scope_of
from .tenant_options import matching_spec, tenant_users
from .wrapper import Result

EMPTY_RESULT: Result = {
    "source": {},
    "ansible_facts": {},
    "users": [],
    "users_total": 0,
    "truncated": False,
    "not_found": [],
    "cells": [],
    "artifacts": {},
}


def teams_spec() -> Spec:
    """Return the options of the module itself."""
    return {
        **matching_spec(),
        "tenant_users_path": {"type": "path"},
        "edition": {"type": "str", "choices": list(EDITIONS), "default": "newest"},
        "users": {"type": "list", "elements": "str", "default": []},
        "feature": {"type": "list", "elements": "str", "choices": list(FEATURES), "default": []},
        "location": {"type": "list", "elements": "str", "choices": list(LOCATIONS), "default": []},
        "location_overrides": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                "location": {"type": "str", "choices": list(DEDICATED), "required": True},
                "ous": {"type": "list", "elements": "str", "default": []},
                "filter": {"type": "str"},
                "domains": {"type": "list", "elements": "str", "default": []},
            },
            "required_one_of": [("ous", "filter", "domains")],
        },
        "report_dir": {"type": "path"},
        "max_returned": {"type": "int", "default": 100},
    }


def teams_options(params: Params) -> TeamsOptions:
    """Return the choices from the options of the module.

    Raises:
        OptionError: an option does not say something usable.
    """
    edition = EDITIONS[params["edition"]]
    unknown = [feature for feature in params["feature"] if feature not in edition.rows]
    if unknown:
        raise OptionError(f"feature: the edition of {edition.name} does not know {', '.join(unknown)}.")
    if params["max_returned"] < 0:
        raise OptionError("max_returned: give a number that is not negative.")
    blank = [name for name in params["users"] if not name.strip()]
    if blank:
        raise OptionError("users: one of the names is empty.")
    return TeamsOptions(
        edition=edition,
        features=tuple(feature for feature in edition.rows if not params["feature"] or feature in params["feature"]),
        locations=frozenset(params["location"]),
        users=tuple(params["users"]),
        sync_scope=sync_scope_of(params["sync_scope"]),
        overrides=tuple(_override(value) for value in params["location_overrides"]),
        source_anchor=params["source_anchor"],
    )


def _override(value: Params) -> Override:
    if not (value["ous"] or value["filter"] or value["domains"]):
        raise OptionError(f"location_overrides: say by ous, filter or domains who is in {value['location']}.")
    if value["filter"]:
        parse_filter(value["filter"])
    domains = tuple(name.strip().lstrip("@").rstrip(".") for name in value["domains"])
    return Override(value["location"], dns("location_overrides.ous", value["ous"]), value["filter"], domains)


def teams_facts(module: AnsibleModule) -> Result:
    """Answer where each mailbox is and what Teams does there; write the report where there is a report_dir.

    Raises:
        SyncreadyError: something was wrong that a person can act on; no report was written then.
    """
    params = module.params
    options = teams_options(params)
    files = tenant_users(params)
    with contextlib.ExitStack() as stack:
        snapshot = Snapshot()
        stack.callback(snapshot.close)
        # The files first: a wrong one shows at once, and not after an hour of reading.
        tenant = load_tenant(files, snapshot, services=True) if files is not None else None
        directory = open_directory(params)
        stack.callback(directory.close)
        report = ReportDirectory(params["report_dir"]) if params["report_dir"] else None
        if report is not None:
            stack.callback(report.discard)
        census = take_census(directory, options, snapshot, tenant)
        facts = Facts(census, options, directory)
        source = directory.identity()
        answers = _Answers(census, options, params["max_returned"])
        if report is not None:
            report.write_rows("teams", user_columns(options.features, with_tenant=tenant is not None), answers.rows())
            grid = matrix_grid(facts, options.edition)
            report.write_table("teams_matrix.csv", matrix_as_csv(grid))
            report.write_text("teams_matrix.md", matrix_as_markdown(facts, options.edition, source))
            document = {"collection": f"syncready.m365 {VERSION}", "source": source, "facts": facts.as_dict()}
            report.write_json("teams_facts.json", document)
        else:
            answers.count()
        return {
            "source": source,
            "ansible_facts": {"syncready_teams": facts.as_dict()},
            "users": answers.first,
            "users_total": answers.total,
            "truncated": len(answers.first) < answers.total,
            "not_found": census.not_found,
            "cells": _cells(facts, options),
            "artifacts": report.publish() if report is not None else {},
        }


class _Answers:
    """Goes once through the answers for users, counts them and keeps the first ones."""

    def __init__(self, census: Census, options: TeamsOptions, limit: int) -> None:
        self._census = census
        self._features = options.features
        self._with_tenant = census.tenant is not None
        self._limit = limit
        self.first: list[dict[str, t.Any]] = []
        self.total = 0

    def rows(self) -> t.Iterator[tuple[dict[str, t.Any], list[str]]]:
        """Yield what goes into the files."""
        for user in self._census.users():
            plain = self._as_dict(user)
            self._keep(plain)
            yield plain, user_as_csv(user, self._features, with_tenant=self._with_tenant)

    def count(self) -> None:
        """Go through them without files."""
        for user in self._census.users():
            if len(self.first) < self._limit:
                self._keep(self._as_dict(user))
            else:
                self.total += 1

    def _as_dict(self, user: UserAnswer) -> dict[str, t.Any]:
        return user_as_dict(user, self._features, with_tenant=self._with_tenant)

    def _keep(self, plain: dict[str, t.Any]) -> None:
        if len(self.first) < self._limit:
            self.first.append(plain)
        self.total += 1


def _cells(facts: Facts, options: TeamsOptions) -> list[dict[str, t.Any]]:
    """Return the cells that were asked for, with their conditions and notes in full; else those of users."""
    asked = [location for location in MATRIX_LOCATIONS if location in options.locations]
    locations = asked if options.locations else facts.rows
    edition = options.edition
    result = []
    for location in locations:
        for feature in options.features:
            cell = edition.cell(location, feature)
            result.append(
                {
                    "feature": feature,
                    "location": location,
                    **facts.cell(location, feature),
                    "footnotes": [edition.footnotes[number].text for number in cell.footnotes],
                    "notes": [edition.notes[name] for name in cell.notes],
                    "conditions": facts.conditions([cell]),
                }
            )
    return result
