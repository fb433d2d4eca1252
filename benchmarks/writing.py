# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures how fast changes are written, against other ways to write the same ones to the same domain controller.

Ours reads each object again, compares, keeps a journal on the disk, writes, and reads what it wrote. ``ldapmodify`` only
writes. A loop of ``community.general.ldap_attrs`` is what people do in Ansible without this collection.
"""

from __future__ import annotations

import argparse
import json
import os
import runpy
import statistics
import subprocess
import sys
import tempfile
import time
import typing as t
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOOR = 0.5
_COMMUNITY = ROOT / "build" / "bench"
_PREFIX = "ansible_collections/community/general/"


def community_general() -> Path:
    """Return where the collection community.general lies; it comes out of the package ansible of PyPI."""
    marker = _COMMUNITY / _PREFIX / "plugins" / "modules" / "ldap_attrs.py"
    if not marker.exists():
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", folder, "ansible"]
            subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
            with zipfile.ZipFile(next(Path(folder).glob("ansible-*.whl"))) as packed:
                packed.extractall(_COMMUNITY, [name for name in packed.namelist() if name.startswith(_PREFIX)])
    return _COMMUNITY


def ours(dc: t.Any, rows: t.Any, state: Path, digest: str) -> tuple[float, str]:
    """Apply the rows; return the seconds, the connection among them, and the undo LDIF."""
    from ansible_collections.syncready.m365.tests.support.applying import apply, counts

    started = time.perf_counter()
    execution = apply(dc, rows, state, digest=digest)
    seconds = time.perf_counter() - started
    number = len({row.object.key for row in rows})
    if counts(execution) != {"changed": number}:
        raise SystemExit(f"not everything was written: {counts(execution)}")
    return seconds, Path(execution.undo_ldif or "").read_text(encoding="utf-8")


def ldapmodify(dc: t.Any, text: str) -> float:
    """Write change records with ldapmodify; return the seconds."""
    from ansible_collections.syncready.m365.tests.lab import accounts, client

    started = time.perf_counter()
    client.change(dc, text, accounts.get(dc, accounts.CHANGE))
    return time.perf_counter() - started


def loop(dc: t.Any, rows: t.Any, folder: Path) -> tuple[float, int]:
    """Write the rows with a loop of community.general.ldap_attrs; return the seconds without those of an empty play, and
    how many objects were written."""
    from ansible_collections.syncready.m365.tests.lab import accounts
    from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD

    account = accounts.get(dc, accounts.CHANGE)
    objects: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.attribute != "proxyAddresses":
            objects.setdefault(row.object.dn, {})[row.attribute] = row.update
    task = {
        "community.general.ldap_attrs": {
            "server_uri": dc.url,
            "bind_dn": account.dn,
            "bind_pw": PASSWORD,
            "ca_path": str(dc.layout.authority),
            "dn": "{{ item.dn }}",
            "attributes": "{{ item.attributes }}",
            "state": "exact",
        },
        "loop": [{"dn": dn, "attributes": attributes} for dn, attributes in objects.items()],
        "loop_control": {"label": ""},
    }
    seconds = []
    for tasks in ([], [task]):
        play = folder / "play.yml"
        play.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
        environment = {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(community_general()),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        }
        started = time.perf_counter()
        command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", "localhost,", "-c", "local", str(play)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        seconds.append(time.perf_counter() - started)
        if done.returncode:
            raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
    return seconds[1] - seconds[0], len(objects)


def main() -> int:
    """Run what was asked for; fail where ours is slower than half of ldapmodify."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=2000, help="objects to change")
    parser.add_argument("--rounds", type=int, default=3, help="how often each way is measured")
    parser.add_argument("--loop", type=int, default=50, help="objects for the loop of ldap_attrs; 0 leaves it out")
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args()
    # Lets the collection be imported by its full name.
    runpy.run_path(str(ROOT / "tests" / "conftest.py"))
    from ansible_collections.syncready.m365.tests.lab.factory import Lab
    from ansible_collections.syncready.m365.tests.support.applying import people, state_dir

    lab = Lab()
    try:
        dc = lab.users(options.changes, model="standard")
        rows = people(dc, options.changes)
        figures: dict[str, float] = {}
        mine, theirs = [], []
        with tempfile.TemporaryDirectory(prefix="syncready-bench-") as folder:
            state = state_dir(Path(folder))
            for number in range(options.rounds):
                seconds, undo = ours(dc, rows, state, f"{number:x}" * 64)
                mine.append(options.changes / seconds)
                # Taking the same changes back is as much work as making them.
                theirs.append(options.changes / ldapmodify(dc, undo))
            figures["changes_per_second"] = statistics.median(mine)
            figures["ldapmodify_per_second"] = statistics.median(theirs)
            figures["ratio"] = figures["changes_per_second"] / figures["ldapmodify_per_second"]
            print(
                f"{options.changes} objects, 3 values each, on one domain controller (Samba), {options.rounds} rounds:\n"
            )
            print(f"  syncready.m365 (compare, journal, write, verify)  {figures['changes_per_second']:8.0f} objects/s")
            print(
                f"  ldapmodify (write)                                {figures['ldapmodify_per_second']:8.0f} objects/s"
            )
            print(f"  ratio                                             {figures['ratio']:8.2f} (at least {FLOOR})")
            if options.loop:
                seconds, number = loop(dc, rows[: 3 * options.loop], Path(folder))
                figures["ldap_attrs_per_second"] = number / seconds
                print(
                    f"  a loop of community.general.ldap_attrs (2 values) {number / seconds:8.1f} objects/s, {number} objects"
                )
    finally:
        lab.close()
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if figures["ratio"] >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
