# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Debian packages that the lab stands on."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .errors import LabError

# Each package with a file that only it brings: looking for files is faster than asking dpkg, and holds for
# machines where the programs came another way.
PACKAGES: dict[str, str] = {
    "samba": "usr/sbin/samba_spnupdate",
    "samba-ad-dc": "usr/share/doc/samba-ad-dc",
    "samba-ad-provision": "usr/share/samba/setup/provision.ldif",
    "samba-dsdb-modules": "usr/share/doc/samba-dsdb-modules",
    "samba-vfs-modules": "usr/share/doc/samba-vfs-modules",
    "python3-samba": "usr/lib/python3/dist-packages/samba/samdb.py",
    "ldap-utils": "usr/bin/ldapsearch",
    "slapd": "usr/sbin/slapd",
    "krb5-user": "usr/bin/kinit",
    "libnss-wrapper": "usr/share/doc/libnss-wrapper",
    "libsasl2-modules-gssapi-mit": "usr/share/doc/libsasl2-modules-gssapi-mit",
    "openssl": "usr/bin/openssl",
}

SYSTEM_PYTHON = "/usr/bin/python3"
"""The interpreter that Debian's python3-samba belongs to; the one that runs the tests is usually another."""

_POLICY = Path("/usr/sbin/policy-rc.d")


def missing() -> list[str]:
    """Return the names of the packages that are not there."""
    return [name for name, proof in PACKAGES.items() if not Path("/", proof).exists()]


def ensure() -> None:
    """Install what is missing.

    Raises:
        LabError: it is missing and cannot be installed.
    """
    wanted = missing()
    if not wanted:
        return
    names = " ".join(wanted)
    if os.geteuid() != 0:
        raise LabError(f"The lab needs the Debian packages {names}: install them, or run this once as root.")
    if not Path("/usr/bin/apt-get").exists():
        raise LabError(
            f"The lab needs the Debian packages {names}, and this system has no apt-get: use Debian or Ubuntu."
        )
    print(f"lab: installing {names}", flush=True)
    _install(wanted)
    still = missing()
    if still:
        raise LabError(f"The packages {' '.join(still)} were installed but are not where the lab expects them.")


def _install(names: list[str]) -> None:
    """Run apt-get, with no package's own service started: slapd and smbd would take the lab's ports."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    before = _POLICY.read_bytes() if _POLICY.exists() else None
    _POLICY.write_text("#!/bin/sh\nexit 101\n")
    _POLICY.chmod(0o755)
    try:
        _apt(["update", "-q"], environment)
        _preseed("slapd slapd/no_configuration boolean true\n", environment)
        _apt(["install", "-y", "-q", "--no-install-recommends", *names], environment)
    finally:
        if before is None:
            _POLICY.unlink()
        else:
            _POLICY.write_bytes(before)


def _apt(arguments: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(
        ["apt-get", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stdout.strip().splitlines() or ["no output"])[-1]
        raise LabError(f"apt-get {arguments[0]} failed, so the lab cannot be had on this machine: {last}")


def _preseed(text: str, environment: dict[str, str]) -> None:
    if Path("/usr/bin/debconf-set-selections").exists():
        subprocess.run(["debconf-set-selections"], input=text, text=True, env=environment, check=True)
