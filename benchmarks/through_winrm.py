# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures reading through WinRM against reading over LDAP: entries a second, plain and gzip, near and far.

A directory server of the lab holds the entries, and the WinRM server of the tests stands in front of it, each in a process
of its own. With SYNCREADY_TEST_POWERSHELL, or pwsh on PATH, the collection's own PowerShell text does the work; else what
stands in for it, and then the figures tell of the way and not of PowerShell.
"""

from __future__ import annotations

import argparse
import json
import os
import runpy
import subprocess
import sys
import tempfile
import time
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS: dict[str, dict[str, t.Any]] = {
    "ldap": {},
    "winrm, plain, 0 ms": {"compression": False, "latency": 0.0},
    "winrm, gzip, 0 ms": {"compression": True, "latency": 0.0},
    "winrm, plain, 30 ms": {"compression": False, "latency": 0.03},
    "winrm, gzip, 30 ms": {"compression": True, "latency": 0.03},
}
# What must be reached, in entries a second.
FLOORS = {"winrm, plain, 0 ms": 5000, "winrm, gzip, 0 ms": 5000, "winrm, gzip, 30 ms": 2500}


def serve(job: dict[str, t.Any]) -> None:
    """Be the WinRM server until standard input ends."""
    runpy.run_path(str(ROOT / "tests" / "conftest.py"))
    from ansible_collections.syncready.m365.tests.winrm_host.programs import Programs
    from ansible_collections.syncready.m365.tests.winrm_host.security import Rules
    from ansible_collections.syncready.m365.tests.winrm_host.server import Settings, WinrmServer

    programs = Programs({"LDAPTLS_CACERT": job["authority"]})
    with WinrmServer(Settings(Rules(), programs, latency=job["latency"])) as server:
        print(server.port, flush=True)
        sys.stdin.read()


def main() -> int:
    """Run what was asked for; fail where something is slower than it may be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="number of entries")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured; the best counts")
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(json.loads(options.serve))
        return 0
    runpy.run_path(str(ROOT / "tests" / "conftest.py"))
    from ansible_collections.syncready.m365.tests.lab.factory import Lab
    from ansible_collections.syncready.m365.tests.winrm_host.programs import described

    lab = Lab()
    rates: dict[str, dict[str, float]] = {}
    try:
        server = lab.openldap(options.count)
        print(f"Reading {options.count} entries with the attributes of an audit. Python {sys.version.split()[0]}.")
        print(f"{described()}\n\n{'':<22}{'entries/s':>10}{'s':>8}{'cpu s':>8}{'answers':>9}{'KB each':>9}")
        for name, how in RUNS.items():
            rounds = [_measure(server, how) for _round in range(options.rounds)]
            rates[name] = figures = max(rounds, key=lambda one: one["rate"])
            print(
                f"{name:<22}{figures['rate']:10.0f}{figures['seconds']:8.2f}{figures['cpu']:8.2f}"
                f"{figures['answers']:9.0f}{figures['size']:9.0f}"
            )
    finally:
        lab.close()
    print(f"\nload of the machine at the end: {os.getloadavg()[0]:.1f}; the rates mean little where others work too")
    if options.json:
        options.json.write_text(json.dumps(rates, indent=2) + "\n", encoding="utf-8")
    slow = [name for name, floor in FLOORS.items() if rates[name]["rate"] < floor]
    for name in slow:
        print(f"too slow: {name}, less than {FLOORS[name]} entries/s", file=sys.stderr)
    return 1 if slow else 0


def _measure(server: t.Any, how: dict[str, t.Any]) -> dict[str, float]:
    from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Selection
    from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap import LdapDirectory
    from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_options import LdapOptions
    from ansible_collections.syncready.m365.plugins.module_utils._directory.winrm import WinrmDirectory
    from ansible_collections.syncready.m365.plugins.module_utils._directory.winrm_options import WinrmOptions
    from ansible_collections.syncready.m365.plugins.module_utils._rules.attributes import (
        AUDIT_ATTRIBUTES,
        COUNTED_ATTRIBUTES,
    )
    from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD
    from ansible_collections.syncready.m365.tests.winrm_host import host

    behind: dict[str, t.Any] = {
        "server": "localhost",
        "port": server.tls_port,
        "auth_protocol": "simple",
        "username": server.administrator,
        "password": PASSWORD,
        "domains": (server.forest.domain,),
    }
    with tempfile.TemporaryDirectory(prefix="syncready-bench-") as folder:
        process = None
        directory: LdapDirectory
        if how:
            environment = {**os.environ, "NTLM_USER_FILE": str(host.write_users(Path(folder)))}
            job = json.dumps({"authority": str(server.authority), "latency": how["latency"]})
            process = subprocess.Popen(
                [sys.executable, __file__, "--serve", job],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
                text=True,
            )
            port = int(t.cast("t.IO[str]", process.stdout).readline())
            directory = WinrmDirectory(
                WinrmOptions(
                    "127.0.0.1",
                    LdapOptions(**behind),
                    port=port,
                    scheme="http",
                    user="CONTOSO\\lab-audit",
                    password=PASSWORD,
                    compression=how["compression"],
                )
            )
        else:
            directory = LdapDirectory(LdapOptions(**behind, ca_cert=str(server.authority)))
        try:
            pages, size = directory.statistics.pages, directory.statistics.bytes
            begun, worked = time.perf_counter(), time.process_time()
            selection = Selection(AUDIT_ATTRIBUTES, COUNTED_ATTRIBUTES)
            number = sum(1 for _entry in directory.search(server.forest.dn, "subtree", selection))
            seconds, cpu = time.perf_counter() - begun, time.process_time() - worked
            answers = directory.statistics.pages - pages
            size = directory.statistics.bytes - size
        finally:
            directory.close()
            if process is not None:
                process.communicate("")
    return {
        "rate": number / seconds,
        "seconds": seconds,
        "cpu": cpu,
        "answers": answers,
        "size": size / max(answers, 1) / 1024,
    }


if __name__ == "__main__":
    sys.exit(main())
