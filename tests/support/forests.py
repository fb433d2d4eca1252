# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparisons of forests in tests: audits into snapshots, and what comparing these comes to."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ansible_collections.syncready.m365.plugins.module_utils._audit.findings import read_findings
from ansible_collections.syncready.m365.plugins.module_utils._audit.forests_compare import Comparison, compare_forests
from ansible_collections.syncready.m365.plugins.module_utils._audit.forests_persons import ForestJoin
from ansible_collections.syncready.m365.plugins.module_utils._audit.options import AuditOptions
from ansible_collections.syncready.m365.plugins.module_utils._audit.scan import run_audit
from ansible_collections.syncready.m365.plugins.module_utils._audit.snapshot import Snapshot
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Directory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._model.finding import Finding

from ..directories import two_forests
from ..directories.two_forests import Expected
from .audits import rule_options

OPTIONS = AuditOptions(rule_options())


def keep(directory: Directory, path: Path, *, join_attribute: str | None = None) -> Path:
    """Audit a directory into a snapshot, and return its path."""
    snapshot = Snapshot(str(path))
    try:
        run_audit(directory, dataclasses.replace(OPTIONS, join_attribute=join_attribute), snapshot)
    finally:
        snapshot.close()
        directory.close()
    return path


def from_files(folder: Path, *, join_attribute: str | None = None) -> list[Path]:
    """Audit both forests of the sample from LDIF files; return the snapshots."""
    snapshots = []
    for domain in two_forests.DOMAINS:
        source = folder / f"{domain.name}.ldif"
        with source.open("w", encoding="utf-8") as out:
            two_forests.write(domain, out)
        target = folder / f"{domain.name}.sqlite"
        snapshots.append(keep(LdifDirectory(str(source)), target, join_attribute=join_attribute))
    return snapshots


def compare(paths: Iterable[Path], join: ForestJoin) -> tuple[Comparison, list[Finding]]:
    """Return what a comparison comes to, and its findings."""
    snapshot = Snapshot()
    try:
        comparison = compare_forests([str(path) for path in paths], join, OPTIONS, snapshot)
        return comparison, [found for _row, found in read_findings(snapshot)]
    finally:
        snapshot.close()


def labels(findings: Iterable[Finding]) -> Counter[Expected]:
    """Return the findings in the words of the labels."""
    return Counter(
        Expected(
            found.object.name if found.object else "",
            found.rule,
            found.severity,
            tuple(sorted(holder.object.name for holder in found.holders)),
        )
        for found in findings
    )
