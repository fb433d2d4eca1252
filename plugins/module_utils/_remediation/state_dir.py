# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directory that keeps journals: marked in an earlier job, used by one apply at a time.

A path that is not mounted into an execution environment is gone with the job, and with it the way back. So the mark must
have been there before this job began.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import typing as t

from .._model.errors import SyncreadyError
from .errors import StateError
from .journal_writer import now, writing

MARKER = "syncready-state.json"
STOP = "STOP"
_LOCK = "lock"
_FORMAT = 1


class StateBusyError(SyncreadyError):
    """Another run uses the directory."""

    code = "STATE_DIR_BUSY"


class StateDirectory:
    """A directory for journals, locked for one run.

    Args:
        path: where it is.
        job: what names the job that runs now, where something does ("" elsewhere).

    Raises:
        StateError: it is not there, has no mark from an earlier job, or cannot be written.
        StateBusyError: another run uses it.
    """

    def __init__(self, path: str, job: str = "") -> None:
        self.path = os.path.abspath(path)
        self._lock = -1
        check_marker(self.path, job)
        self._try_to_write()
        self._take_lock()

    def journal_path(self, purpose: str, digest: str) -> str:
        """Return where the journal of a plan lies, by what it is for and the digest of the plan."""
        return os.path.join(self.path, f"{purpose}-{digest[:16]}.jsonl")

    @property
    def stop_path(self) -> str:
        """The file that ends a run after its current batch."""
        return os.path.join(self.path, STOP)

    def journals(self) -> list[str]:
        """Return the paths of all journals that are there."""
        names = sorted(os.listdir(self.path))
        return [
            os.path.join(self.path, name)
            for name in names
            if name.startswith(("apply-", "rollback-")) and name.endswith(".jsonl") and "." not in name[:-6]
        ]

    def room_for(self, changes: int) -> None:
        """Make sure that the journal of a number of changes fits.

        Raises:
            StateError: there is too little room.
        """
        with writing(self.path):
            system = os.statvfs(self.path)
        # A change takes one to three kilobytes: intent, result, and its record in the undo LDIF.
        needed = (1 << 20) + 4096 * changes
        if system.f_bavail * system.f_frsize < needed:
            raise StateError(
                f"There is too little room in {self.path} for the journal of {changes} changes "
                f"({needed >> 10} kB are needed). Make room there, then run it again.",
                code="DISK_FULL",
            )

    def _try_to_write(self) -> None:
        name = os.path.join(self.path, f".try-{secrets.token_hex(6)}")
        with writing(self.path):
            descriptor = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            try:
                os.write(descriptor, b"x" * 4096)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
                os.unlink(name)

    def _take_lock(self) -> None:
        path = os.path.join(self.path, _LOCK)
        with writing(path):
            self._lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            self._lock = -1
            raise StateBusyError(
                f"Another run uses {self.path} at this moment. Wait for its end, or give each its own state_dir."
            ) from None

    def close(self) -> None:
        """Let others use it. Further calls do nothing."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> StateDirectory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def lay_marker(path: str, job: str = "") -> bool:
    """Mark a directory, which is made where it is not there. Returns whether there was no mark before.

    Raises:
        StateError: it cannot be made or written.
    """
    path = os.path.abspath(path)
    marker = os.path.join(path, MARKER)
    with writing(path):
        os.makedirs(path, mode=0o700, exist_ok=True)
        try:
            descriptor = os.open(marker, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return False
        with open(descriptor, "w", encoding="ascii") as file:
            file.write(json.dumps({"format": _FORMAT, "id": secrets.token_hex(8), "created": now(), "job": job}) + "\n")
            file.flush()
            os.fsync(file.fileno())
    return True


def check_marker(path: str, job: str = "") -> None:
    """Make sure that a directory is there and was marked in an earlier job.

    Raises:
        StateError: it is not, or was not.
    """
    if not os.path.isdir(path):
        raise StateError(
            f"state_dir: there is no directory {path}. Make it where it outlives the job, and run once with init_state.",
            code="NO_STATE_DIR",
        )
    try:
        with open(os.path.join(path, MARKER), encoding="ascii") as file:
            mark: t.Any = json.load(file)
        if not isinstance(mark, dict) or mark.get("format") != _FORMAT or not isinstance(mark.get("job"), str):
            raise ValueError
    except FileNotFoundError:
        raise StateError(
            f"state_dir: {path} has no mark of an earlier job, so it may vanish with this one, and with it the way back. "
            "Check that it is mounted, run once with init_state in a job of its own, and then this again.",
            code="NO_STATE_MARKER",
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is damaged"
        raise StateError(
            f"state_dir: the mark {MARKER} in {path} cannot be read: {reason}.", code="NO_STATE_MARKER"
        ) from None
    if job and mark["job"] == job:
        raise StateError(
            f"state_dir: {path} was marked by this very job, so nobody knows whether it outlives it. Run this again in "
            "another job.",
            code="NO_STATE_MARKER",
        )
