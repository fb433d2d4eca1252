# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of teams_mailbox_facts, and its result in files and without."""

from __future__ import annotations

import json
import types
import typing as t
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
