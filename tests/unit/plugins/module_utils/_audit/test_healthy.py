# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A healthy hybrid directory, as Exchange and the synchronization make it, raises no error and no warning."""

from __future__ import annotations

import functools
import io
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._model.finding import Finding
from ansible_collections.syncready.m365.tests.directories import contoso, healthy, output
from ansible_collections.syncready.m365.tests.support.audits import audit, options_of

COUNT = 2000


@functools.cache
def _directory() -> str:
    text = io.StringIO()
    output.write_ldif(healthy.build(COUNT), text, "A healthy directory")
    return text.getvalue()


@pytest.mark.parametrize("verified", [["contoso.com", "fabrikam.com"], []])
def test_healthy_directory(tmp_path: Path, verified: list[str]) -> None:
    file = tmp_path / "healthy.ldif"
    file.write_text(_directory(), encoding="utf-8")
    summary, findings = audit(file, options_of({"verified_domains": verified}))
    assert [_shown(found) for found in findings if found.severity != "info"] == []
    assert summary.judged > COUNT / 2
    assert sum(summary.skipped.values()) > 20


def _shown(found: Finding) -> tuple[str | None, ...]:
    return (found.rule, found.object.dn if found.object else None, found.attribute, found.value, found.message)


@pytest.mark.parametrize("client", ["connect", "cloud_sync"])
def test_groups_that_are_too_large(tmp_path: Path, client: str) -> None:
    forest = contoso.build()
    file = tmp_path / "large.ldif"
    with file.open("w", encoding="utf-8", newline="\n") as out:
        output.write_ldif(forest, out, "Large groups", part="large")
    findings = audit(file, options_of({"verified_domains": ["contoso.com"], "sync_client": client}))[1]
    names = sorted(found.object.name for found in findings if found.rule == "group-too-large" and found.object)
    large = ["Members 249999", "Members 250000", "Members 50001"]
    assert names == (large if client == "cloud_sync" else ["Members 250000"])
