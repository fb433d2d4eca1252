# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a path outlives the job, where the job runs in an execution environment.

What a container holds beside its mounts is gone with it, without a word: a nightly audit would report to nobody for
months. An execution environment is told from other containers by the folder in which jobs of Ansible run there.
"""

from __future__ import annotations

import os
import typing as t

from .._model.errors import OutputError

#: Allows a report that a later task of the same job carries away.
ALLOW = "SYNCREADY_ALLOW_UNMOUNTED"

_CONTAINER_MARKS = ("run/.containerenv", ".dockerenv")
_JOBS = "/runner"
_IN_MEMORY = ("tmpfs", "ramfs")


def check_mounted(path: str, root: str = "/", environment: t.Mapping[str, str] | None = None) -> None:
    """Make sure that a directory is not gone with the container that this runs in.

    Args:
        path: of the directory, which need not be there yet.
        root: where the file system begins (for tests).
        environment: the variables of this process; None for its own.

    Raises:
        OutputError: this is an execution environment, and the path lies on no mount of it.
    """
    environment = os.environ if environment is None else environment
    if environment.get(ALLOW, "").lower() in ("1", "true", "yes") or not _is_execution_environment(root, environment):
        return
    try:
        with open(os.path.join(root, "proc/self/mountinfo"), encoding="utf-8", errors="surrogateescape") as file:
            mounts = list(_mounts(file))
    except OSError:
        return  # nobody can tell
    real = os.path.realpath(path)
    point, kind = max(((at, kind) for at, kind in mounts if _holds(at, real)), key=lambda one: len(one[0]))
    # AWX mounts a folder of the job's own there, and deletes it at its end.
    of_the_job = point == _JOBS and "JOB_ID" in environment
    if point == "/" or kind in _IN_MEMORY or of_the_job:
        raise OutputError(
            f"report_dir: {path} is not mounted into this execution environment, so the report would be gone with the "
            "job. Mount a path (in AWX: the setting AWX_ISOLATION_SHOW_PATHS) and give one below it. If a later task of "
            f"this job carries the files away, set the environment variable {ALLOW}=true.",
            code="NOT_MOUNTED",
        )


def _is_execution_environment(root: str, environment: t.Mapping[str, str]) -> bool:
    marked = any(os.path.exists(os.path.join(root, mark)) for mark in _CONTAINER_MARKS)
    return (marked or "KUBERNETES_SERVICE_HOST" in environment) and os.path.isdir(root + _JOBS)


def _mounts(lines: t.Iterable[str]) -> t.Iterator[tuple[str, str]]:
    """Yield mount points and their types of file system, from the text that proc_pid_mountinfo(5) describes."""
    for line in lines:
        before, _separator, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) > 4 and after:
            # Spaces and the like in a path are written in octal.
            point = fields[4].encode("utf-8", "surrogateescape").decode("unicode_escape")
            yield point.encode("latin-1").decode("utf-8", "surrogateescape"), after.split(" ")[0]


def _holds(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
