# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures the facts about Teams of generated exports: speed, memory, and how often the directory is searched.

Two of three users have their mailbox on premises, on servers of many versions. Every answer is written into the report.
Each size runs in a process of its own.
"""

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
SIZES = (10_000, 100_000)


def measure(ldif: Path, report: Path) -> dict[str, float]:
    """Answer for everybody in one file, with the report; return what it took.

    Raises:
        SystemExit: the directory was searched more than once, or an answer is missing.
    """
    # Lets the collection be imported by its full name.
    runpy.run_path(str(ROOT / "tests" / "conftest.py"))
    from ansible_collections.syncready.m365.plugins.module_utils._audit.snapshot import Snapshot
    from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
    from ansible_collections.syncready.m365.plugins.module_utils._report.files import ReportDirectory
    from ansible_collections.syncready.m365.plugins.module_utils._report.teams import (
        user_as_csv,
        user_as_dict,
        user_columns,
    )
    from ansible_collections.syncready.m365.plugins.module_utils._teams.editions import EDITIONS
    from ansible_collections.syncready.m365.plugins.module_utils._teams.facts import Facts
    from ansible_collections.syncready.m365.plugins.module_utils._teams.users import TeamsOptions, take_census

    class Counted(LdifDirectory):
        searches = 0

        def search(self, *arguments: t.Any, **named: t.Any) -> t.Any:
            self.searches += 1
            return super().search(*arguments, **named)

    started, worked = time.perf_counter(), time.process_time()
    edition = EDITIONS["newest"]
    options = TeamsOptions(edition, tuple(edition.rows))
    directory, snapshot, files = Counted(str(ldif)), Snapshot(), ReportDirectory(str(report))
    census = take_census(directory, options, snapshot)
    known = Facts(census, options, directory).as_dict()
    scanned = time.perf_counter() - started
    rows = (
        (user_as_dict(user, options.features), user_as_csv(user, options.features))
        for user in census.users()
        if not user.group.system
    )
    files.write_rows("teams", user_columns(options.features), rows)
    files.write_json("teams_facts.json", known)
    artifacts = files.publish()
    snapshot.close()
    users = known["counts"]["users"]
    with open(artifacts["teams_jsonl"]["path"], encoding="utf-8") as written:
        answers = sum(1 for _line in written)
    if directory.searches != 1 or answers != users:
        raise SystemExit(f"{directory.searches} searches, {answers} answers for {users} users")
    return {
        "users": users,
        "versions": len(known["counts"]["by_version"]),
        "searches": directory.searches,
        "seconds": time.perf_counter() - started,
        "facts_seconds": scanned,
        "cpu_seconds": time.process_time() - worked,
        "memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "facts_bytes": len(json.dumps(known)),
    }


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="numbers of users")
    parser.add_argument("--one", nargs=2, type=Path, metavar=("LDIF", "REPORT"), help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(*options.one)))
        return 0
    # Lets the collection be imported by its full name.
    runpy.run_path(str(ROOT / "tests" / "conftest.py"))
    from ansible_collections.syncready.m365.benchmarks.run import generate

    print(f"Facts about Teams of an export, with all answers. Python {sys.version.split()[0]}, one process.\n")
    print(
        f"{'users':>9} {'versions':>9} {'searches':>9} {'s':>7} {'cpu s':>7} {'facts s':>8} {'users/s':>8} {'MiB':>6} "
        f"{'facts kB':>9}"
    )
    rows: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="syncready-bench-") as folder:
        for size in options.sizes:
            ldif = Path(folder) / "volume.ldif"
            generate(size, ldif, "--on-premises")
            command = [sys.executable, __file__, "--one", str(ldif), str(Path(folder) / "report")]
            row = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            rows.append(row)
            print(
                f"{row['users']:9.0f} {row['versions']:9.0f} {row['searches']:9.0f} {row['seconds']:7.2f} "
                f"{row['cpu_seconds']:7.2f} {row['facts_seconds']:8.2f} {row['users'] / row['seconds']:8.0f} "
                f"{row['memory_mib']:6.0f} {row['facts_bytes'] / 1000:9.1f}"
            )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
