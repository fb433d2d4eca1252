# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Call the parts that need Samba's own Python."""

from __future__ import annotations

import json
import os
import subprocess
import typing as t
from pathlib import Path

from .errors import LabError
from .packages import SYSTEM_PYTHON

_TESTS = Path(__file__).resolve().parent.parent


def offline(part: str, job: dict[str, t.Any], timeout: float = 600) -> dict[str, t.Any]:
    """Run one part of :mod:`offline` and return its answer.

    Args:
        part: name of the part.
        job: what it needs, as it documents it.
        timeout: seconds until it is given up.

    Raises:
        LabError: the part failed; the message is its last line.
    """
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(_TESTS),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [SYSTEM_PYTHON, "-m", "lab.offline", part],
        input=json.dumps(job),
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise LabError(f"The lab's step {part!r} failed: {last}")
    return t.cast("dict[str, t.Any]", json.loads(done.stdout))


def command(arguments: list[str], **options: t.Any) -> str:
    """Run a program and return what it wrote.

    Raises:
        LabError: it failed; the message has its name and the end of its complaint, not its arguments.
    """
    done: subprocess.CompletedProcess[str] = subprocess.run(
        arguments, capture_output=True, text=True, check=False, **options
    )
    if done.returncode:
        last = " | ".join(done.stderr.strip().splitlines()[-3:]) or "no message"
        raise LabError(f"{arguments[0]} ended with {done.returncode}: {last}")
    return done.stdout
