# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a command line at the WinRM server of the tests runs: PowerShell, or what stands in for it.

A real PowerShell (SYNCREADY_TEST_POWERSHELL, or ``pwsh`` on PATH) runs the collection's own text. Where there is none, a
program that speaks the same protocol takes its place, and whoever runs the tests is told so.
"""

from __future__ import annotations

import os
import shutil
import sys
import typing as t
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def real_powershell() -> str | None:
    """Return a PowerShell that is there, None where there is none.

    Raises:
        FileNotFoundError: SYNCREADY_TEST_POWERSHELL names one that is not there.
    """
    wanted = os.environ.get("SYNCREADY_TEST_POWERSHELL")
    if wanted:
        found = shutil.which(wanted)
        if found is None:
            raise FileNotFoundError(f"SYNCREADY_TEST_POWERSHELL: there is no {wanted}.")
        return found
    return shutil.which("pwsh")


def described() -> str:
    """Return which PowerShell the tests use, in a sentence."""
    found = real_powershell()
    if found:
        return f"WinRM: the collection's PowerShell text runs under {found}."
    return (
        "WinRM: there is no PowerShell here, so a stand-in that speaks its protocol took its place; the text itself was "
        "checked by a parser only. Set SYNCREADY_TEST_POWERSHELL, or put pwsh on PATH."
    )


class Programs:
    """Chooses what runs.

    Args:
        environment: variables for the programs, beside those of this process that every program needs.
        stand_in: whether the stand-in runs even where there is a real PowerShell: for what only it can show.
        accounts: user of WinRM to name and password for a domain controller that it reaches without credentials of its
            own, as on a domain controller itself.
        events: what an event log says, for ``wevtutil``.
    """

    def __init__(
        self,
        environment: t.Mapping[str, str] | None = None,
        *,
        stand_in: bool = False,
        accounts: t.Mapping[str, tuple[str, str]] | None = None,
        events: str | None = None,
    ) -> None:
        self.environment = dict(environment or {})
        self.powershell = None if stand_in else real_powershell()
        self.accounts = dict(accounts or {})
        self.events = events

    def choose(self, program: str, arguments: t.Sequence[str], user: str) -> tuple[list[str], dict[str, str]]:
        """Return arguments and environment of the program to run."""
        environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": os.environ.get("HOME", "/"),
            "LC_ALL": "C.UTF-8",
            "POWERSHELL_TELEMETRY_OPTOUT": "1",
            **self.environment,
        }
        if program == "powershell.exe":
            if self.powershell is not None:
                return [self.powershell, *arguments], environment
            account = self.accounts.get(user)
            if account is not None:
                environment |= {"STAND_IN_USER": account[0], "STAND_IN_PASSWORD": account[1]}
            environment["STAND_IN_SESSION"] = user
            return [sys.executable, "-u", str(_HERE / "stand_in.py"), *arguments], environment
        if program == "wevtutil" and self.events is not None:
            return ["/usr/bin/printf", "%s", self.events], environment
        return ["/bin/sh", "-c", f"echo '{program} is not recognized as a command' >&2; exit 1"], environment
