# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures the audit of a live directory over LDAP with TLS, against ldapsearch reading the same attributes.

OpenLDAP stands for a server that is fast enough not to matter; Samba for one that is not. ldapsearch only writes down
what comes; the audit judges it, and writes its report. Both take turns, and the middle of their times is compared.
"""

from __future__ import annotations

import argparse
import functools
import json
import math
import os
import runpy
import statistics
import subprocess
import sys
import tempfile
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MEMORY_MIB = 200


@dataclass(frozen=True)
class Server:
    """What is read, and what is asked of us.

    Attributes:
        name: of the program that serves.
        objects: how many people are in it.
        options: how the collection reaches it.
        url: how ldapsearch reaches it.
        floor: objects a second that the audit must do, 0 for no such demand.
        ceiling: how many times as long as ldapsearch the audit may take.
    """

    name: str
    objects: int
    options: dict[str, t.Any]
    url: str
    base: str
    floor: float
    ceiling: float


def one(options: dict[str, t.Any], report: Path) -> dict[str, float]:
    """Audit a server in this process."""
    # Lets the collection be imported by its full name.
    runpy.run_path(str(ROOT / "tests" / "conftest.py"))
    from ansible_collections.syncready.m365.benchmarks.run import measure
    from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap import LdapDirectory
    from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_options import LdapOptions

    return measure(lambda: LdapDirectory(LdapOptions(**options)), report)


def ours(server: Server, folder: Path) -> dict[str, float]:
    """Audit a server in a process of its own; return what it took."""
    command = [sys.executable, __file__, "--one", str(folder / "report")]
    done = subprocess.run(command, input=json.dumps(server.options), check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    if found["objects"] < server.objects:
        raise SystemExit(f"only {found['objects']:.0f} of {server.objects} objects were judged")
    return found


def ldapsearch(server: Server, folder: Path) -> float:
    """Read the same attributes with ldapsearch, in the same pages; return the seconds."""
    from ansible_collections.syncready.m365.plugins.module_utils._rules.attributes import (
        AUDIT_ATTRIBUTES,
        COUNTED_ATTRIBUTES,
    )

    secret = folder / "secret"
    secret.touch(mode=0o600)
    secret.write_text(server.options["password"], encoding="utf-8")
    command = ["ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-E", "pr=1000/noprompt", "-H", server.url]
    command += ["-D", server.options["username"], "-y", str(secret), "-b", server.base, "(objectClass=*)"]
    started = time.perf_counter()
    with (folder / "found.ldif").open("wb") as out:
        subprocess.run(
            [*command, *AUDIT_ATTRIBUTES, *COUNTED_ATTRIBUTES],
            env={"LDAPTLS_CACERT": server.options["ca_cert"]},
            stdout=out,
            check=True,
        )
    return time.perf_counter() - started


def compare(server: Server, rounds: int) -> dict[str, float]:
    """Measure both in turns, and tell."""
    audits: list[dict[str, float]] = []
    seconds: list[float] = []
    with tempfile.TemporaryDirectory(prefix="syncready-bench-") as folder:
        for _number in range(rounds):
            seconds.append(ldapsearch(server, Path(folder)))
            audits.append(ours(server, Path(folder)))
    middle = {name: statistics.median(row[name] for row in audits) for name in audits[0]}
    reference = statistics.median(seconds)
    row = {
        **middle,
        "ldapsearch_seconds": reference,
        "objects_per_second": middle["objects"] / middle["seconds"],
        "ratio": middle["seconds"] / reference,
    }
    print(
        f"{server.name:>9} {row['objects']:8.0f} {row['seconds']:7.2f} {row['cpu_seconds']:7.2f} "
        f"{row['objects_per_second']:10.0f} {row['ldapsearch_seconds']:11.2f} {row['ratio']:6.2f} {row['memory_mib']:6.0f}"
    )
    return row


def shortcomings(server: Server, row: dict[str, float]) -> t.Iterator[str]:
    """Yield what is worse than what is asked for."""
    if row["objects_per_second"] < server.floor:
        yield f"{server.name}: {row['objects_per_second']:.0f} objects/s are less than {server.floor:.0f}"
    if row["ratio"] > server.ceiling:
        yield f"{server.name}: {row['ratio']:.2f} times the time of ldapsearch is more than {server.ceiling}"
    if row["memory_mib"] > MEMORY_MIB:
        yield f"{server.name}: {row['memory_mib']:.0f} MiB are more than {MEMORY_MIB}"


def generated(count: int, faulty: float) -> t.Iterator[tuple[str, dict[str, list[bytes]]]]:
    """Yield the users that the measurements of exports use, and the OUs above them, without the rest of the forest."""
    from ansible_collections.syncready.m365.tests.directories import volume
    from ansible_collections.syncready.m365.tests.lab import ldif

    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        volume.write(file, count, faulty, address_list=True)
        file.seek(0)
        for record in _records(file):
            for dn, attributes in ldif.parse(record):
                if "OU=" in dn and "OU=Domain Controllers," not in dn:
                    yield dn, attributes


def _records(file: t.Iterable[str]) -> t.Iterator[str]:
    lines: list[str] = []
    for line in file:
        lines.append(line)
        if line == "\n":
            yield "".join(lines)
            lines.clear()
    yield "".join(lines)


def servers(lab: t.Any, options: argparse.Namespace) -> t.Iterator[Server]:
    """Yield the servers, started."""
    from ansible_collections.syncready.m365.tests.lab import client
    from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD

    # The small one shows how the time grows; speed is asked for at size.
    for count, floor, ceiling in ((options.objects // 5, 0, math.inf), (options.objects, 6000, 4)):
        openldap = lab.openldap(count, entries=(f"volume-{count}", functools.partial(generated, count, 0.01)))
        reached = {"server": "127.0.0.1", "port": openldap.tls_port, "username": openldap.administrator}
        reached |= {"password": PASSWORD, "ca_cert": str(openldap.authority)}
        yield Server("OpenLDAP", count, reached, openldap.url, openldap.forest.dn, floor, ceiling)
        openldap.stop()
    # A domain controller would refuse what is wrong with the faulty ones.
    dc = lab.filled(f"volume-{options.samba}", lambda: generated(options.samba, 0))
    partitions = f"CN=Partitions,{dc.forest.configuration_dn}"
    client.change(dc, f"dn: {partitions}\nchangetype: modify\nadd: uPNSuffixes\nuPNSuffixes: contoso.com\n\n")
    reached = {"server": dc.address, "username": f"lab-audit@{dc.forest.domain}"}
    reached |= {"password": PASSWORD, "ca_cert": str(dc.layout.authority)}
    yield Server("Samba", options.samba, reached, dc.url, dc.forest.dn, 0, 1.3)


def main() -> int:
    """Run what was asked for; fail where something is slower or larger than it may be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=50_000, help="people in OpenLDAP")
    parser.add_argument("--samba", type=int, default=10_000, help="people in Samba")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--one", type=Path, metavar="REPORT", help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(json.load(sys.stdin), options.one)))
        return 0
    # Lets the collection be imported by its full name.
    runpy.run_path(str(ROOT / "tests" / "conftest.py"))
    from ansible_collections.syncready.m365.tests.lab.factory import Lab

    print(f"Audit over LDAP with TLS, with its report. Python {sys.version.split()[0]}.\n")
    print(
        f"{'server':>9} {'objects':>8} {'s':>7} {'cpu s':>7} {'objects/s':>10} {'ldapsearch s':>11} {'ratio':>5} {'MiB':>6}"
    )
    rows: list[dict[str, float]] = []
    short: list[str] = []
    lab = Lab()
    try:
        for server in servers(lab, options):
            rows.append(compare(server, options.rounds))
            short += shortcomings(server, rows[-1])
    finally:
        lab.close()
    from ansible_collections.syncready.m365.benchmarks.run import growth

    print(f"\ngrowth exponent on OpenLDAP, from small to large (cpu seconds): {growth(rows[0], rows[1]):.3f}")
    print(f"load of the machine at the end: {os.getloadavg()[0]:.1f}; the seconds mean little where others work too")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    for line in short:
        print(f"too slow or too large: {line}", file=sys.stderr)
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
