# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures the audit of generated exports: speed, memory, and how both grow.

Each size runs in a process of its own, which reports what it took; nothing else is measured with it. The machine's
other load shows in the seconds, so the seconds of the processor are told as well.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import runpy
import subprocess
import sys
import tempfile
import time
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZES = (10_000, 50_000, 200_000)
MILLION = (10_000, 1_000_000)
ADDRESSES = "contoso.com", "fabrikam.com"


def measure(open_directory: t.Callable[[], t.Any], report: Path, processes: int | None = None) -> dict[str, float]:
    """Audit a directory, with its report; return what it took, the connection among it.

    The memory is that of this process and of those that judge for it, each as if it shared nothing.

    Args:
        open_directory: returns the directory.
        report: folder for the report.
        processes: how many processes judge; None for as many as the module takes by itself.
    """
    from ansible_collections.syncready.m365.plugins.module_utils._audit.findings import read_findings
    from ansible_collections.syncready.m365.plugins.module_utils._audit.options import AuditOptions
    from ansible_collections.syncready.m365.plugins.module_utils._audit.scan import run_audit
    from ansible_collections.syncready.m365.plugins.module_utils._audit.snapshot import Snapshot
    from ansible_collections.syncready.m365.plugins.module_utils._audit.suffix_data import load_top_level_domains
    from ansible_collections.syncready.m365.plugins.module_utils._audit.workers import usable_processors
    from ansible_collections.syncready.m365.plugins.module_utils._report.files import ReportDirectory
    from ansible_collections.syncready.m365.plugins.module_utils._rules.domains import Domains
    from ansible_collections.syncready.m365.plugins.module_utils._rules.options import RuleOptions

    started, worked = time.perf_counter(), time.process_time()
    number = processes or min(2, usable_processors())
    options = AuditOptions(RuleOptions(Domains(ADDRESSES, load_top_level_domains())), processes=number)
    files = ReportDirectory(str(report))
    snapshot = Snapshot(files.file("snapshot.sqlite"))
    directory = open_directory()
    summary = run_audit(directory, options, snapshot)
    directory.close()
    files.write_findings(found for _row, found in read_findings(snapshot))
    files.write_json("summary.json", summary.as_dict())
    snapshot.close()
    files.publish()
    # The others have ended; of their memory only the largest is known.
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "processes": number,
        "objects": summary.judged,
        "findings": summary.findings,
        "seconds": time.perf_counter() - started,
        "scan_seconds": summary.scan_seconds,
        "cpu_seconds": time.process_time() - worked + others.ru_utime + others.ru_stime,
        "memory_mib": (own + (number * others.ru_maxrss if number > 1 else 0)) / 1024,
        "snapshot_mib": os.stat(report / "snapshot.sqlite").st_size / 2**20,
    }


def of_export(ldif: Path, report: Path, processes: int | None) -> dict[str, float]:
    """Audit one file."""
    # Lets the collection be imported by its full name.
    runpy.run_path(str(ROOT / "tests" / "conftest.py"))
    from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory

    return measure(lambda: LdifDirectory(str(ldif)), report, processes)


def generate(count: int, path: Path, *options: str) -> None:
    """Write an export of ``count`` users: 1 in 100 is faulty, unless the options of the generator say something else."""
    command = [sys.executable, "-m", "tests.directories", "volume", "--count", str(count), *options]
    subprocess.run([*command, "--ldif", str(path)], check=True, cwd=ROOT, stderr=subprocess.DEVNULL)


def growth(small: dict[str, float], large: dict[str, float]) -> float:
    """Return the exponent by which the seconds grow from one size to another; 1 is linear."""
    return math.log(large["cpu_seconds"] / small["cpu_seconds"]) / math.log(large["objects"] / small["objects"])


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="numbers of objects")
    parser.add_argument("--million", action="store_true", help="measure 10,000 and 1,000,000 objects: takes minutes")
    parser.add_argument("--processes", type=int, help="how many judge; without it, as many as the module takes")
    parser.add_argument("--one", nargs=2, type=Path, metavar=("LDIF", "REPORT"), help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args()
    if options.one:
        ldif, report = options.one
        print(json.dumps(of_export(ldif, report, options.processes)))
        return 0
    print(f"Audit of an export, with its report. Python {sys.version.split()[0]}.\n")
    sizes = MILLION if options.million else tuple(options.sizes)
    print(
        f"{'processes':>9} {'objects':>9} {'findings':>9} {'s':>7} {'cpu s':>7} {'scan s':>7} "
        f"{'objects/s':>10} {'MiB':>6} {'file MiB':>9}"
    )
    rows: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="syncready-bench-") as folder:
        for size in sizes:
            ldif = Path(folder) / "volume.ldif"
            generate(size, ldif, "--address-list")
            command = [sys.executable, __file__, "--one", str(ldif), str(Path(folder) / "report")]
            command += ["--processes", str(options.processes)] if options.processes else []
            row = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            rows.append(row)
            print(
                f"{row['processes']:9.0f} {row['objects']:9.0f} {row['findings']:9.0f} "
                f"{row['seconds']:7.2f} {row['cpu_seconds']:7.2f} "
                f"{row['scan_seconds']:7.2f} {row['objects'] / row['seconds']:10.0f} {row['memory_mib']:6.0f} "
                f"{row['snapshot_mib']:9.0f}"
            )
    if len(rows) > 1:
        print(f"\ngrowth exponent from the smallest to the largest (cpu seconds): {growth(rows[0], rows[-1]):.3f}")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
