# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures what a plan takes beyond the audit that it rests on: the second reading, the proposals, and the files."""

from __future__ import annotations

import argparse
import json
import resource
import runpy
import subprocess
import sys
import tempfile
import time
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Half of the faults have a repair: more than 10,000 in a million objects.
SHARE = 0.022
SECONDS = 60


def one(ldif: Path, report: Path) -> dict[str, float]:
    """Plan the repairs of an export in this process; return what it took."""
    # Lets the collection be imported by its full name.
    runpy.run_path(str(ROOT / "tests" / "conftest.py"))
    from ansible_collections.syncready.m365.benchmarks.run import ADDRESSES
    from ansible_collections.syncready.m365.plugins.module_utils._audit.options import AuditOptions
    from ansible_collections.syncready.m365.plugins.module_utils._audit.suffix_data import load_top_level_domains
    from ansible_collections.syncready.m365.plugins.module_utils._audit.workers import usable_processors
    from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
    from ansible_collections.syncready.m365.plugins.module_utils._remediation.guard import Settings
    from ansible_collections.syncready.m365.plugins.module_utils._remediation.making import make_plan
    from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan_files import write_plan, write_sheet
    from ansible_collections.syncready.m365.plugins.module_utils._remediation.policies import Policies
    from ansible_collections.syncready.m365.plugins.module_utils._report.files import ReportDirectory
    from ansible_collections.syncready.m365.plugins.module_utils._rules.domains import Domains
    from ansible_collections.syncready.m365.plugins.module_utils._rules.options import RuleOptions

    started = time.perf_counter()
    rules = RuleOptions(Domains(ADDRESSES, load_top_level_domains()))
    policies = Policies(
        suffix_map={"contoso.local": "contoso.com"},
        transliterate=True,
        remove_invalid_characters=True,
        rename_pattern="{local}{n}",
        duplicate_winner=("mailbox_owner", "enabled", "primary", "verified_domain", "oldest"),
        primary_from=("mail", "upn", "single"),
    )
    directory = LdifDirectory(str(ldif))
    made = make_plan(
        directory,
        AuditOptions(rules, processes=min(2, usable_processors())),
        policies,
        Settings(),
        lambda _finding: True,
        {"policies": {}, "options": {}},
    )
    directory.close()
    files = ReportDirectory(str(report))
    write_plan(files.file("plan.jsonl"), made.header, made.proposals.rows)
    write_sheet(files.file("plan.csv"), made.header, made.proposals.rows)
    files.publish()
    seconds = time.perf_counter() - started
    return {
        "objects": made.summary.judged,
        "changes": made.header.objects,
        "seconds": seconds,
        "audit_seconds": made.summary.seconds,
        "more_seconds": seconds - made.summary.seconds,
        "memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> int:
    """Run what was asked for; fail where a plan of the largest size takes longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="numbers of objects")
    parser.add_argument("--one", nargs=2, type=Path, metavar=("LDIF", "REPORT"), help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(*options.one)))
        return 0
    # Lets the collection be imported by its full name.
    runpy.run_path(str(ROOT / "tests" / "conftest.py"))
    from ansible_collections.syncready.m365.benchmarks.run import generate

    print(f"Plan of an export: audit, proposals, files. Python {sys.version.split()[0]}.\n")
    print(f"{'objects':>9} {'changes':>8} {'s':>7} {'audit s':>8} {'more s':>7} {'MiB':>6}")
    rows: list[dict[str, t.Any]] = []
    with tempfile.TemporaryDirectory(prefix="syncready-bench-") as folder:
        for size in options.sizes:
            ldif = Path(folder) / "volume.ldif"
            generate(size, ldif, "--address-list", "--faulty", str(SHARE))
            command = [sys.executable, __file__, "--one", str(ldif), str(Path(folder) / "report")]
            row = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            rows.append(row)
            print(
                f"{row['objects']:9.0f} {row['changes']:8.0f} {row['seconds']:7.1f} {row['audit_seconds']:8.1f} "
                f"{row['more_seconds']:7.1f} {row['memory_mib']:6.0f}",
                flush=True,
            )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    last = rows[-1]
    if last["more_seconds"] > SECONDS:
        print(f"too slow: the plan took {last['more_seconds']:.0f} s more than the audit", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
