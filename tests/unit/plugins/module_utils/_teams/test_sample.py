# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The labelled sample: where each mailbox is, its version, and what it comes to."""

from __future__ import annotations

import functools
import json
import typing as t
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._exchange.recipients import RECIPIENT_TYPES
from ansible_collections.syncready.m365.plugins.module_utils._teams.users import UserAnswer
from ansible_collections.syncready.m365.tests.directories import contoso
from ansible_collections.syncready.m365.tests.support.audits import audit, options_of
from ansible_collections.syncready.m365.tests.support.teams import (
    RECIPIENT_TYPES as EVERY_TYPE,
)
from ansible_collections.syncready.m365.tests.support.teams import (
    as_label,
    census_of,
    labelled_answer,
    labelled_features,
    options,
)

ROOT = Path(__file__).resolve().parents[5]
LABELS = ROOT / "tests" / "directories" / "contoso.labels.json"
SAMPLE = ROOT / "demo" / "contoso.ldif"


@functools.cache
def labels() -> dict[str, t.Any]:
    content: dict[str, t.Any] = json.loads(LABELS.read_text(encoding="utf-8"))
    return content


def people() -> list[dict[str, t.Any]]:
    return [row for row in labels()["objects"] if row["kind"] in ("user", "inetOrgPerson") and "part" not in row]


@functools.cache
def answers(option_set: str = "default") -> dict[str, UserAnswer]:
    scope = labels()["option_sets"][option_set].get("sync_scope")
    with census_of(SAMPLE, options(sync_scope=scope)) as (census, _facts):
        return {user.dn: user for user in census.users()}


def test_everybody_is_answered_for() -> None:
    assert sorted(answers()) == sorted(row["dn"] for row in people())
    assert all(user.guid for user in answers().values())


def test_location_and_version_are_as_labelled() -> None:
    wrong = []
    for row in people():
        user = answers()[row["dn"]]
        found, expected = as_label(user), labelled_answer(row)
        if found != expected or user.guid != row["guid"]:
            wrong.append((row["dn"], found, expected))
    assert wrong == []


@pytest.mark.parametrize("option_set", sorted(labels()["option_sets"]))
def test_left_out_is_who_the_audit_leaves_out(option_set: str) -> None:
    chosen = options_of(labels()["option_sets"][option_set])
    _summary, findings = audit(SAMPLE, chosen)
    left_out = {
        found.object.dn
        for found in findings
        if found.outcome == "not_synced" and found.rule != "target-missing" and found.object
    }
    for dn, user in answers(option_set).items():
        system = next(row["treatment"] for row in people() if row["dn"] == dn) == "system"
        assert user.group.system is system
        assert user.group.synchronized is (not system and dn not in left_out), dn
        assert (user.group.left_out_by == "") is user.group.synchronized
        if not user.group.synchronized:
            assert set(user.group.features.values()) == {"not_promised"}


def test_the_sync_scope_leaves_users_out() -> None:
    everybody, scoped = answers(), answers("strict")
    outside = [dn for dn, user in scoped.items() if user.group.left_out_by == "sync scope"]
    assert len(outside) >= 2
    assert all("OU=Not Synced" in dn and everybody[dn].group.synchronized for dn in outside)


def test_every_row_of_the_decision_table_has_two_labelled_users() -> None:
    numbers = Counter(row["mailbox"]["row"] for row in people() if "mailbox" in row and row["treatment"] == "judged")
    assert set(numbers) == set(range(1, 10))
    assert min(numbers.values()) >= 2


def test_every_recipient_type_is_there() -> None:
    found = set()
    for item in contoso.build().items:
        for value in item.attributes.get("msExchRecipientTypeDetails", []):
            found.add(int(value))
    assert len(EVERY_TYPE) == 42
    assert set(RECIPIENT_TYPES) == EVERY_TYPE
    assert EVERY_TYPE - found == set()


def test_versions_of_the_sample() -> None:
    found = {user.group.version for user in answers().values()}
    for label in ("2010 SP3", "2013 CU23", "2016 CU2", "2016 CU3", "2019 CU15", "SE RTM"):
        assert label in found


def test_features_of_the_sample() -> None:
    seen = set()
    for row in people():
        group = answers()[row["dn"]].group
        label = labelled_answer(row)
        expected = labelled_features(label["location"], label["qualifies_for_meetings"], row["treatment"] == "judged")
        assert group.features == expected, row["dn"]
        denied = row["treatment"] == "judged" and label["qualifies_for_meetings"] is False
        assert group.not_met == ({"meetings": ("exchange_2016_cu3",)} if denied else {}), row["dn"]
        seen.add((label["location"], label["qualifies_for_meetings"], row["treatment"] == "judged"))
    kinds = {("exchange_online", None), *(("exchange_on_premises", qualifies) for qualifies in (True, False, None))}
    assert {(*kind, True) for kind in kinds} <= seen


def test_edition_of_2018() -> None:
    with census_of(SAMPLE, options("seed")) as (census, facts):
        here = [group for group in census.groups if group.location == "exchange_on_premises" and group.synchronized]
        known = facts.as_dict()
    # The only condition of that edition is the version, so the answer is a plain one.
    for group in here:
        expected = {True: "supported", False: "not_supported", None: "conditional"}[group.qualifies]
        assert group.features["meetings"] == expected
        assert group.features["tabs"] == "not_supported"
        assert "out_of_office" not in group.features
    assert known["edition"]["name"] == "2018"
    assert len(known["matrix"]["exchange_on_premises"]) == 13
    assert {difference["location"] for difference in known["differences"]["cells"]} == {
        "exchange_online",
        "exchange_on_premises",
    }


def test_counts_of_the_sample() -> None:
    with census_of(SAMPLE) as (_census, facts):
        known = facts.as_dict()
    expected: Counter[str] = Counter()
    synchronized: Counter[str] = Counter()
    versions: Counter[str] = Counter()
    for row in people():
        if row["treatment"] == "system":
            continue
        label = row.get("mailbox") or {"location": "none"}
        expected[label["location"]] += 1
        synchronized[label["location"]] += row["treatment"] == "judged"
        if label["location"] == "exchange_on_premises":
            versions[label["exchange_version"] or "unknown"] += 1
    counts = known["counts"]
    assert {place: row["users"] for place, row in counts["by_location"].items()} == expected
    assert {place: row["synchronized"] for place, row in counts["by_location"].items()} == synchronized
    assert {version: row["users"] for version, row in counts["by_version"].items()} == versions
    assert counts["users"] == sum(expected.values())
    assert counts["synchronized"] == sum(synchronized.values())
    system = [row for row in people() if row["treatment"] == "system"]
    assert sum(counts["system"].values()) == len(system)
    mailboxes = [row for row in system if row.get("mailbox", {}).get("location") == "exchange_on_premises"]
    assert counts["system"]["exchange_on_premises"] == len(mailboxes) > 0
    contacts = [row for row in labels()["objects"] if row["kind"] == "contact" and "part" not in row]
    assert 0 < counts["mail_contacts"] <= len(contacts)
    for location, cells in known["matrix"].items():
        for cell in cells.values():
            assert sum(cell["users"].values()) == expected[location]


def test_facts_name_nobody_and_are_small() -> None:
    with census_of(SAMPLE) as (census, facts):
        text = json.dumps(facts.as_dict())
        names = [user.name for user in census.users()]
    assert len(text) < 40_000
    assert "DC=contoso" not in text and "@" not in text
    assert not any(name in text for name in names if " " in name)
