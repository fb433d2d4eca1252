# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A domain controller against the exports of a tenant, through the work of the module."""

from __future__ import annotations

import hashlib
import json
import os
import types
import typing as t
from pathlib import Path

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import directory_spec, scope_spec
from ansible_collections.syncready.m365.plugins.module_utils._ansible.tenant import cloud_match, match_spec
from ansible_collections.syncready.m365.tests.lab import ldif, sample
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.lab.forest import CONTOSO
from ansible_collections.syncready.m365.tests.support import tenant_cases, tenants
from ansible_collections.syncready.m365.tests.support.tenant_cases import OUTSIDE, World

from .conftest import options_for


def objects(world: World) -> list[ldif.Entry]:
    """Return the directory of a world as the lab loads it, each account with a SID of its own."""
    units: list[ldif.Entry] = [
        (f"OU={name},DC=contoso,DC=local", {"objectClass": [b"top", b"organizationalUnit"], "ou": [name.encode()]})
        for name in ("Staff", "Leavers")
    ]
    parts = [int(part) for part in CONTOSO.sid.split("-")[2:]]
    head = bytes([1, len(parts)]) + parts[0].to_bytes(6, "big") + b"".join(p.to_bytes(4, "little") for p in parts[1:])
    people: list[ldif.Entry] = []
    for number, entry in enumerate(world.entries):
        sid = head + (300000 + number).to_bytes(4, "little")
        people.append((entry.dn, {**entry.attributes, "cn": [entry.dn[3:].split(",")[0].encode()], "objectSid": [sid]}))
    return [*units, *people]


def test_every_kind_of_mismatch(own_lab: Lab, tmp_path: Path, over: str) -> None:
    world = tenant_cases.build(120, 1)
    content = objects(world)
    name = f"tenant-{hashlib.sha256(repr(content).encode()).hexdigest()[:12]}"
    dc = own_lab.from_image(sample.populated(name, CONTOSO, lambda: content), CONTOSO)
    spec = {**directory_spec(), **scope_spec(), **match_spec()}
    for shape in tenants.SHAPES:
        params: dict[str, t.Any] = {key: option.get("default") for key, option in spec.items()}
        params |= options_for(dc) | world.write(tmp_path / shape, shape)
        params |= {"auth_protocol": "simple", "verified_domains": ["contoso.com", "fabrikam.com"]}
        params |= {"sync_scope": {"include": [], "exclude": [OUTSIDE]}, "upn_sync_enabled": False}
        params |= {"report_dir": str(tmp_path / shape / "report")}
        # How WinRM is reached stands in the environment, as for the playbooks of other tests.
        given = {name: os.environ.get(f"SYNCREADY_{name.upper()}") for name in spec}
        params |= {name: int(value) if name == "winrm_port" else value for name, value in given.items() if value}
        result = cloud_match(t.cast(t.Any, types.SimpleNamespace(params=params)))
        lines = Path(result["artifacts"]["cloud_match_jsonl"]["path"]).read_text(encoding="utf-8").splitlines()
        found = {}
        for row in map(json.loads, lines):
            if row["mismatches"]:
                key = row["object"]["name"] if row["object"] else row["account"]["id"]
                found[key] = frozenset(item["kind"] for item in row["mismatches"])
        assert found == world.expected(shape), shape
        assert result["source"]["transport"] == over
