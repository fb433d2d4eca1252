# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cloud_match_info: its options, and its result in files and without."""

from __future__ import annotations

import csv
import json
import stat
import types
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import scope_spec
from ansible_collections.syncready.m365.plugins.module_utils._ansible.tenant import (
    EMPTY_RESULT,
    cloud_match,
    match_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.wrapper import Failure
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import SyncreadyError
from ansible_collections.syncready.m365.plugins.module_utils._tenant.commands import quoted, script
from ansible_collections.syncready.m365.tests.directories import ldif
from ansible_collections.syncready.m365.tests.support import tenant_cases, tenants
from ansible_collections.syncready.m365.tests.support.tenant_cases import OUTSIDE, World


def run(world: World, folder: Path, shape: tenants.Shape = "graph", **given: t.Any) -> dict[str, t.Any]:
    """Run the work of the module over an LDIF file of the directory."""
    source = folder / "contoso.ldif"
    with source.open("w", encoding="utf-8") as out:
        out.write(ldif.header("A directory for a test."))
        for entry in world.entries:
            out.write(ldif.record(entry.dn, {name: _values(values) for name, values in entry.attributes.items()}))
    spec = {**scope_spec(), **match_spec()}
    params = {name: option.get("default") for name, option in spec.items()}
    params |= {"transport": "ldif", "ldif_path": str(source), "verified_domains": ["contoso.com", "fabrikam.com"]}
    params |= {"sync_scope": {"include": [], "exclude": [OUTSIDE]}, "upn_sync_enabled": False}
    params |= world.write(folder / "tenant", shape)
    assert set(given) <= set(params)
    return cloud_match(t.cast(t.Any, types.SimpleNamespace(params={**params, **given})))


def _values(values: list[bytes]) -> list[str | bytes]:
    found: list[str | bytes] = []
    for value in values:
        try:
            found.append(value.decode("utf-8"))
        except UnicodeDecodeError:
            found.append(value)
    return found


def kinds(rows: t.Iterable[dict[str, t.Any]]) -> dict[str, frozenset[str]]:
    return {
        (row["object"] or {"name": (row["account"] or {}).get("id")})["name"]: frozenset(
            item["kind"] for item in row["mismatches"]
        )
        for row in rows
        if row["mismatches"]
    }


@pytest.fixture(scope="module")
def world() -> World:
    return tenant_cases.build(300, 2)


@pytest.mark.parametrize("shape", tenants.SHAPES)
def test_files_and_result_say_the_same(world: World, shape: tenants.Shape, tmp_path: Path) -> None:
    result = run(world, tmp_path, shape, report_dir=str(tmp_path / "report"), max_returned=10)
    assert set(result) == set(EMPTY_RESULT)
    assert set(result["artifacts"]) == {"cloud_match_jsonl", "cloud_match_csv", "cloud_match_ps1", "cloud_match_json"}
    for artifact in result["artifacts"].values():
        assert stat.S_IMODE(Path(artifact["path"]).stat().st_mode) == 0o600
    lines = Path(result["artifacts"]["cloud_match_jsonl"]["path"]).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert kinds(rows) == world.expected(shape)
    assert result["matches"] == rows[:10]
    assert result["truncated"]
    assert {item["severity"] for item in rows[0]["mismatches"]} == {"error"}
    with open(result["artifacts"]["cloud_match_csv"]["path"], encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["MISMATCHES"].split() for row in table] == [
        [item["kind"] for item in row["mismatches"]] for row in rows
    ]
    document = json.loads(Path(result["artifacts"]["cloud_match_json"]["path"]).read_text(encoding="utf-8"))
    assert (document["summary"], document["tenant"]) == (result["summary"], result["tenant"])
    assert result["tenant"]["initial_domain"] == "contoso.onmicrosoft.com"
    assert result["summary"]["rows_with_mismatches"] == len(world.expected(shape))
    commands = [line for row in rows for item in row["mismatches"] for line in item["commands"]]
    text = Path(result["artifacts"]["cloud_match_ps1"]["path"]).read_text(encoding="utf-8-sig")
    assert [line for line in text.splitlines() if line and not line.startswith("#")] == commands
    assert commands


def test_without_report_and_with_threshold(world: World, tmp_path: Path) -> None:
    result = run(world, tmp_path, max_returned=1000)
    assert (result["truncated"], result["artifacts"]) == (False, {})
    assert kinds(result["matches"]) == world.expected("graph")
    with pytest.raises(Failure) as raised:
        run(world, tmp_path, fail_on="error")
    assert raised.value.code == "FAIL_ON"
    assert raised.value.result["summary"] == result["summary"]


@pytest.mark.parametrize(
    ("given", "piece"),
    [
        ({"max_returned": -1}, "max_returned"),
        ({"sign_in_attribute": "a=b"}, "a=b"),
        ({"initial_domain": "contoso.com"}, "initial_domain"),
        ({"tenant_columns": {"upn": 3}}, "tenant_columns"),
        ({"verified_domains": ["a@b"]}, "verified_domains"),
        ({"tenant_users_path": "/nowhere/users.csv"}, "/nowhere/users.csv"),
    ],
)
def test_options_that_say_nothing_usable(given: dict[str, t.Any], piece: str, tmp_path: Path) -> None:
    small = World()
    small.directory("ann")
    small.cloud("ann")
    with pytest.raises(SyncreadyError) as raised:
        run(small, tmp_path, report_dir=str(tmp_path / "report"), **given)
    assert piece in str(raised.value)
    assert not list((tmp_path / "report").glob("*"))


def test_domains_of_the_tenant_are_verified(tmp_path: Path) -> None:
    small = World()
    small.directory("ann")
    small.cloud("ann")
    domains = tmp_path / "domains.csv"
    domains.write_text("Id,IsVerified\ncontoso.com,True\nother.onmicrosoft.com,True\n")
    result = run(small, tmp_path, verified_domains=[], tenant_domains_path=str(domains))
    assert result["tenant"]["verified_domains"] == ["contoso.com", "other.onmicrosoft.com"]
    assert result["tenant"]["initial_domain"] == "other.onmicrosoft.com"


EVIL = "x'; Remove-MgUser -UserId 'y\u2019; z\u2018 $(calc) `n"


def test_quoting() -> None:
    assert quoted("o'neil@contoso.com") == "'o''neil@contoso.com'"
    assert quoted(EVIL) == "'x''; Remove-MgUser -UserId ''y\u2019\u2019; z\u2018\u2018 $(calc) `n'"
    for bad in ("a\nb", "a\rb", "a\0b", "\u202eb", "a\u2028b", "a\u200bb"):
        assert quoted(bad) is None
    text = script([("CN=a\nRemove-MgUser", ("Get-Date",))])
    assert [line for line in text.splitlines() if not line.lstrip("\ufeff").startswith("#")] == ["", "Get-Date"]
