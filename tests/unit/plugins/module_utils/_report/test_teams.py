# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files about Teams: rows for users, and the table for people, with values that mean harm."""

from __future__ import annotations

import csv
import io
import json
import re
import typing as t
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._model.cells import unescape
from ansible_collections.syncready.m365.plugins.module_utils._report.files import ReportDirectory
from ansible_collections.syncready.m365.plugins.module_utils._report.teams import (
    matrix_as_csv,
    matrix_as_markdown,
    matrix_grid,
    user_as_csv,
    user_as_dict,
    user_columns,
)
from ansible_collections.syncready.m365.plugins.module_utils._teams.editions import EDITIONS
from ansible_collections.syncready.m365.tests.support.audits import entry
from ansible_collections.syncready.m365.tests.support.teams import census_of, options

NEWEST = EDITIONS["newest"]
SAMPLE = Path(__file__).resolve().parents[5] / "demo" / "contoso.ldif"
REMOTE: dict[str, t.Any] = {
    "objectClass": ["user"],
    "sAMAccountName": "x",
    "msExchRecipientTypeDetails": 2147483648,
    "msExchRemoteRecipientType": 4,
    "targetAddress": "SMTP:x@contoso.mail.onmicrosoft.com",
}


def test_row_of_a_user() -> None:
    with census_of([entry("CN==1+1,DC=contoso,DC=local", **{**REMOTE, "objectGUID": b"0" * 16})]) as (census, _facts):
        (user,) = census.users()
    plain = user_as_dict(user, ("meetings", "profile_picture"))
    assert plain == {
        "guid": "30303030-3030-3030-3030-303030303030",
        "dn": "CN==1+1,DC=contoso,DC=local",
        "name": "=1+1",
        "kind": "user",
        "location": "exchange_online",
        "row": 3,
        "exchange_version": None,
        "qualifies_for_meetings": None,
        "synchronized": True,
        "left_out_by": None,
        "system": False,
        "cloud_archive": False,
        "notes": [],
        "features": {"meetings": "supported", "profile_picture": "conditional"},
        "not_met": {},
    }
    row = dict(zip(user_columns(("meetings",)), user_as_csv(user, ("meetings",)), strict=True))
    assert row == {
        "DISTINGUISHEDNAME": "CN==1+1,DC=contoso,DC=local",
        "NAME": "'=1+1",
        "OBJECTCLASS": "user",
        "OBJECTGUID": "30303030-3030-3030-3030-303030303030",
        "LOCATION": "exchange_online",
        "EXCHANGE_VERSION": "",
        "QUALIFIES_FOR_MEETINGS": "",
        "SYNCHRONIZED": "yes",
        "LEFT_OUT_BY": "",
        "SYSTEM": "no",
        "CLOUD_ARCHIVE": "no",
        "NOTES": "",
        "MEETINGS": "supported",
    }


def test_files_hold_every_user_in_both_forms(tmp_path: Path) -> None:
    chosen = options()
    report = ReportDirectory(str(tmp_path))
    with census_of(SAMPLE, chosen) as (census, _facts):
        features = chosen.features
        rows = ((user_as_dict(user, features), user_as_csv(user, features)) for user in census.users())
        report.write_rows("teams", user_columns(features), rows)
    artifacts = report.publish()
    lines = [json.loads(line) for line in (tmp_path / "teams.jsonl").read_text(encoding="utf-8").splitlines()]
    table = list(csv.DictReader(io.StringIO((tmp_path / "teams.csv").read_text(encoding="utf-8-sig"), newline="")))
    assert len(lines) == len(table) > 600
    for line, row in zip(lines, table, strict=True):
        assert unescape(row["DISTINGUISHEDNAME"]) == line["dn"]
        assert unescape(row["NAME"]) == line["name"]
        assert row["LOCATION"] == line["location"]
        assert row["EXCHANGE_VERSION"] == (line["exchange_version"] or "")
        assert row["NOTES"] == "; ".join(line["notes"])
        assert {feature: row[feature.upper()] for feature in features} == line["features"]
    assert set(artifacts) == {"teams_jsonl", "teams_csv"}
    assert (tmp_path / "teams.csv").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("edition", ["newest", "seed"])
def test_table_holds_every_feature_by_every_location(edition: str) -> None:
    with census_of(SAMPLE, options(edition)) as (_census, facts):
        grid = matrix_grid(facts, EDITIONS[edition])
        known = facts.as_dict()
    assert grid[0] == ["Feature", "Exchange Online", "Exchange on-premises (synchronization required)"]
    assert len(grid) == 1 + len(EDITIONS[edition].rows)
    words = {"supported": "Yes", "not_supported": "No", "conditional": "Conditional"}
    for row, feature in zip(grid[1:], EDITIONS[edition].rows, strict=True):
        for cell, location in zip(row[1:], facts.rows, strict=True):
            value = known["matrix"][location][feature]
            assert re.match(r"\w+", cell).group() == words[value["support"]]  # type: ignore[union-attr]
            numbers = [int(number) for number in re.findall(r"(\d+) [a-z]", cell)]
            assert numbers == [number for number in value["users"].values() if number]


def test_cells_of_the_table() -> None:
    with census_of(SAMPLE, options()) as (_census, facts):
        grid = {row[0]: row[1:] for row in matrix_grid(facts, NEWEST)}
        users = facts.cell("exchange_on_premises", "meetings")["users"]
    assert grid["Access Outlook contacts"][0] == "Conditional (6): 49 conditional"
    assert grid["Create and view meetings"][1] == (
        f"Conditional (8): {users['conditional']} conditional, {users['not_supported']} no, "
        f"{users['not_promised']} not synchronized"
    )


def test_table_as_csv_is_escaped() -> None:
    assert list(matrix_as_csv([["Feature", "=x"], ["@y", "Yes: 1 yes"]])) == [["Feature", "'=x"], ["'@y", "Yes: 1 yes"]]


EXCHANGE = "CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=local"
HOSTILE = "<script>alert(1)</script>|[x](javascript:1) `a` *b* _c_ &amp; \x1b[31m\u202e"


def markdown(name: str, source: dict[str, str]) -> str:
    entries = [entry(f"CN={name},{EXCHANGE}", objectClass="msExchOrganizationContainer")]
    with census_of([*entries, entry("CN=x,DC=contoso,DC=local", **REMOTE)]) as (_census, facts):
        return matrix_as_markdown(facts, NEWEST, source)


def test_hostile_values_stay_text_in_markdown() -> None:
    text = markdown(HOSTILE, {"path": "/srv/a|b\n# c.ldif"})
    assert "\x1b" not in text and "\u202e" not in text
    line = next(line for line in text.splitlines() if line.startswith("Exchange organisation: "))
    bare = re.sub(r"\\.", "", line)
    assert not set("<>|[]`*_&\\") & set(bare)
    assert "\n# c" not in text
    assert r"/srv/a\|b # c.ldif" in text


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30))
def test_no_value_breaks_the_report_into_other_lines(name: str) -> None:
    plain = markdown("Contoso", {"transport": "ldif"}).splitlines()
    text = markdown("Contoso", {"transport": name}).splitlines()
    assert len(text) == len(plain)
    assert text[3:] == plain[3:]


def test_report_for_people() -> None:
    with census_of(SAMPLE) as (_census, facts):
        known = facts.as_dict()
        text = matrix_as_markdown(facts, NEWEST, {"transport": "ldif"})
    for title in ("Mailboxes", "Features", "Conditions", "Notes", "What else to know"):
        assert f"\n## {title}\n" in text
    assert text.count("\n- (") == len(known["footnotes"])
    for state, word in (("met", "met"), ("not_met", "not met"), ("unknown", "unknown")):
        number = sum(condition["state"] == state for condition in known["conditions"].values())
        assert text.count(f"\n- **{word}**: ") == number > 0
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.endswith(" |") for line in tables)
    assert "| Exchange on-premises | " in text


def test_report_says_that_there_is_no_exchange() -> None:
    with census_of([entry("CN=x,DC=contoso,DC=local", objectClass="user", sAMAccountName="x")]) as (_census, facts):
        text = matrix_as_markdown(facts, NEWEST, {"transport": "ldif"})
    assert "**The source shows no attribute of Exchange" in text
    assert "## Features" not in text
