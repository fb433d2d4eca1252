# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of teams_mailbox_facts, and its result in files and without."""

from __future__ import annotations

import csv
import json
import types
import typing as t
import uuid
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import scope_spec
from ansible_collections.syncready.m365.plugins.module_utils._ansible.teams import (
    EMPTY_RESULT,
    teams_facts,
    teams_options,
    teams_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import SyncreadyError
from ansible_collections.syncready.m365.plugins.module_utils._teams.matrix import FEATURES
from ansible_collections.syncready.m365.tests.support import teams_tenants
from ansible_collections.syncready.m365.tests.support.teams_tenants import SHAPES, Shape, in_tenant
from ansible_collections.syncready.m365.tests.support.tenant_cases import immutable_id

SAMPLE = Path(__file__).resolve().parents[5] / "demo" / "contoso.ldif"
VNEXT = "exchange_online_dedicated_vnext"
ARTIFACTS = {"teams_jsonl", "teams_csv", "teams_matrix_md", "teams_matrix_csv", "teams_facts_json"}


def params(**given: t.Any) -> dict[str, t.Any]:
    """Return the parameters of a module with the defaults of their specification."""
    spec = {**scope_spec(), **teams_spec()}
    assert set(given) <= set(spec)
    chosen = {name: given.get(name, option.get("default")) for name, option in spec.items()}
    for value in chosen["location_overrides"]:
        for name, option in spec["location_overrides"]["options"].items():
            value.setdefault(name, option.get("default"))
    return {**chosen, "transport": "ldif", "ldif_path": str(SAMPLE)}


def run(**given: t.Any) -> dict[str, t.Any]:
    return teams_facts(types.SimpleNamespace(params=params(**given)))


@pytest.mark.parametrize(
    ("given", "piece"),
    [
        ({"edition": "seed", "feature": ["tabs", "out_of_office"]}, "does not know out_of_office"),
        ({"max_returned": -1}, "max_returned"),
        ({"users": ["adele", " "]}, "users: one of the names is empty"),
        ({"sync_scope": {"include": [], "exclude": ["Staff"]}}, "sync_scope.exclude"),
        ({"location_overrides": [{"location": VNEXT}]}, "say by ous, filter or domains"),
        ({"location_overrides": [{"location": VNEXT, "ous": ["Staff"]}]}, "location_overrides.ous"),
        ({"location_overrides": [{"location": VNEXT, "filter": "(x"}]}, "(x"),
    ],
)
def test_options_that_say_nothing_usable(given: dict[str, t.Any], piece: str) -> None:
    with pytest.raises(SyncreadyError) as raised:
        teams_options(params(**given))
    assert piece in str(raised.value)
    assert raised.value.code == "BAD_OPTION"


def test_features_keep_the_order_of_the_edition() -> None:
    assert teams_options(params(feature=["tabs", "ediscovery"])).features == ("ediscovery", "tabs")
    assert teams_options(params()).features == FEATURES
    assert len(teams_options(params(edition="seed")).features) == 13


def test_domains_are_taken_as_people_write_them() -> None:
    override = {"location": VNEXT, "domains": ["@contoso.com", " fabrikam.com. "]}
    assert teams_options(params(location_overrides=[override])).overrides[0].domains == ("contoso.com", "fabrikam.com")


def test_result_without_files(tmp_path: Path) -> None:
    result = run(max_returned=3)
    assert set(result) == set(EMPTY_RESULT)
    assert (len(result["users"]), result["truncated"], result["artifacts"]) == (3, True, {})
    assert result["users_total"] > 600
    everything = run(max_returned=100_000)
    assert len(everything["users"]) == everything["users_total"] == result["users_total"]
    assert not everything["truncated"]
    assert everything["users"][:3] == result["users"]
    assert run(max_returned=0)["users"] == []


def test_files_and_result_say_the_same(tmp_path: Path) -> None:
    plain = run(max_returned=100_000)
    result = run(max_returned=5, report_dir=str(tmp_path / "report"))
    assert set(result["artifacts"]) == ARTIFACTS
    assert result["users_total"] == plain["users_total"]
    assert result["users"] == plain["users"][:5]
    lines = (tmp_path / "report" / "teams.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == plain["users"]
    document = json.loads((tmp_path / "report" / "teams_facts.json").read_text(encoding="utf-8"))
    assert document["facts"] == result["ansible_facts"]["syncready_teams"] == plain["ansible_facts"]["syncready_teams"]
    assert document["source"] == result["source"]


def test_a_failure_leaves_the_files_of_the_run_before(tmp_path: Path) -> None:
    run(report_dir=str(tmp_path))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    broken = tmp_path / "broken.ldif"
    broken.write_text("dn: CN=x,DC=contoso,DC=local\nobjectClass: user\nthis is no line\n", encoding="utf-8")
    with pytest.raises(SyncreadyError):
        teams_facts(types.SimpleNamespace(params={**params(report_dir=str(tmp_path)), "ldif_path": str(broken)}))
    broken.unlink()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_cells_that_were_asked_for() -> None:
    result = run(location=["exchange_online_dedicated_legacy", "external"], feature=["connectors"], max_returned=1)
    (cell,) = result["cells"]
    assert (cell["location"], cell["feature"]) == ("exchange_online_dedicated_legacy", "connectors")
    assert cell["conditions"]["connector_owner"]["state"] == "unknown"
    assert len(cell["footnotes"]) == 1 and len(cell["notes"]) == 2
    assert sum(cell["users"].values()) == 0
    assert {user["location"] for user in result["users"]} == {"external"}
    assert len(run(max_returned=0)["cells"]) == 2 * 14


def accounts_of_the_sample(result: dict[str, t.Any]) -> list[teams_tenants.Account]:
    """Return accounts for users of the sample: every third is not there, every second of the others has no Teams."""
    accounts = []
    for number, user in enumerate(user for user in result["users"] if user["guid"] and not user["system"]):
        if number % 3:
            product = "SPE_E5" if number % 2 else "Microsoft_365_E5_(no_Teams)"
            anchor = immutable_id(uuid.UUID(user["guid"]))
            upn = f"user{number}@contoso.onmicrosoft.com"
            accounts.append(in_tenant(f"user{number}", product, upn=upn, mail=False, immutable_id=anchor))
    return accounts


def test_result_with_an_export_of_the_tenant(tmp_path: Path) -> None:
    before = run(max_returned=100_000)
    accounts = accounts_of_the_sample(before)
    path = teams_tenants.write(tmp_path / "users.json", "graph", accounts)
    result = run(max_returned=100_000, tenant_users_path=str(path), report_dir=str(tmp_path / "report"))
    assert [user["dn"] for user in result["users"]] == [user["dn"] for user in before["users"]]
    facts, facts_before = (one["ansible_facts"]["syncready_teams"] for one in (result, before))
    assert set(facts) - set(facts_before) == {"tenant"}
    matched = [user for user in result["users"] if user["tenant"] and user["synchronized"] and not user["system"]]
    assert facts["tenant"]["matched"] == len(matched) > 300
    assert facts["tenant"]["services"]["teams"]["yes"] == sum(user["tenant"]["services"]["teams"] for user in matched)
    assert facts["conditions"]["environment"]["state"] == "met"
    # Where the directory knows, nothing moved.
    settled = {user["dn"]: user["tenant"]["location_settled_by"] for user in result["users"] if user["tenant"]}
    for user, old in zip(result["users"], before["users"], strict=True):
        assert user["row"] == old["row"]
        if user["location"] != old["location"]:
            assert (user["row"] in (8, 9), user["location"], settled[user["dn"]]) == (
                True,
                "exchange_online",
                "licence",
            )
    assert sum(facts["tenant"]["settled"].values()) > 10
    assert len(json.dumps(facts)) < 45_000
    # Nobody is named in what many can read.
    assert "user1@" not in json.dumps(facts) and matched[0]["dn"] not in json.dumps(facts)

    lines = (tmp_path / "report" / "teams.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == result["users"]
    with (tmp_path / "report" / "teams.csv").open(encoding="utf-8-sig", newline="") as table:
        rows = list(csv.DictReader(table))
    licences = [row["LICENCE_TEAMS"] for row in rows]
    assert licences.count("yes") == sum(
        bool(user["tenant"] and user["tenant"]["services"]["teams"]) for user in result["users"]
    )
    assert {row["MATCHED_BY"] for row in rows} == {"immutable_id", "object_guid", "none"}
    text = (tmp_path / "report" / "teams_matrix.md").read_text(encoding="utf-8")
    assert f"{len(matched)} of {facts['tenant']['users']} synchronized users were matched" in text
    assert "By the export of the tenant" in text
    # Only what is asked for is told more of: the columns before stay where they are.
    assert list(rows[0])[: 12 + len(FEATURES)] == plain_columns(tmp_path / "plain")


def plain_columns(folder: Path) -> list[str]:
    """Return the columns of a run without the tenant."""
    run(max_returned=0, report_dir=str(folder))
    with (folder / "teams.csv").open(encoding="utf-8-sig", newline="") as table:
        columns = list(csv.DictReader(table).fieldnames or ())
    assert "tenant" not in json.loads((folder / "teams.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert "## The tenant" not in (folder / "teams_matrix.md").read_text(encoding="utf-8")
    return columns


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_the_export_comes_through(shape: Shape, tmp_path: Path) -> None:
    path = teams_tenants.write(tmp_path / "users", shape, [in_tenant("nobody", "SPE_E5")])
    result = run(max_returned=1, tenant_users_path=str(path))
    assert result["ansible_facts"]["syncready_teams"]["tenant"]["accounts"] == 1
    assert result["ansible_facts"]["syncready_teams"]["tenant"]["matched"] == 0
    assert result["ansible_facts"]["syncready_teams"]["conditions"]["teams_licence"]["state"] == "unknown"
    assert [user["tenant"] for user in result["users"]] == [None]


def test_files_of_the_tenant_that_are_of_no_use(tmp_path: Path) -> None:
    licences = tmp_path / "licences.csv"
    licences.write_text("UserPrincipalName\nann@contoso.com\n")
    with pytest.raises(SyncreadyError, match="give tenant_users_path as well"):
        run(tenant_licences_path=str(licences))
    foreign = tmp_path / "foreign.csv"
    foreign.write_text("Colour,Size\nred,1\n")
    report = tmp_path / "report"
    with pytest.raises(SyncreadyError, match="is no export of users") as raised:
        run(tenant_users_path=str(foreign), report_dir=str(report))
    assert raised.value.code == "TENANT_FILE"
    assert not report.exists()
    with pytest.raises(SyncreadyError, match="tenant_columns"):
        run(tenant_users_path=str(foreign), tenant_columns={"userPrincipalName": 1})
