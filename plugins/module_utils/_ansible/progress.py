# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Leaving word of how far a module is, for the action plugin that shows it."""

from __future__ import annotations

import contextlib
import json
import os
import time

# Nobody reads faster.
_EVERY = 0.25


class ProgressFile:
    """A small file that says how far a run is. Nothing depends on it, so nothing that goes wrong with it is an error.

    Args:
        path: where it is, for its owner alone; None: nothing is said.
    """

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._step = ""
        self._began = time.monotonic()
        self._last = 0.0

    def tell(self, step: str, done: int = 0, part: float | None = None) -> None:
        """Say how far the run is; too often is no harm.

        Args:
            step: what is done, as ``reading``.
            done: how many objects of this step are done.
            part: how much of the step is done, from 0 to 1, where that is known.
        """
        if self._path is None:
            return
        now = time.monotonic()
        if step != self._step:
            self._step, self._began, self._last = step, now, 0.0
        if now - self._last < _EVERY:
            return
        self._last = now
        seconds = now - self._began
        word: dict[str, object] = {"step": step, "done": done, "seconds": round(seconds, 2)}
        if part is not None:
            word["part"] = round(min(max(part, 0.0), 1.0), 4)
        self.put(word)

    def put(self, word: dict[str, object]) -> None:
        """Say something in the words of the one who reads it."""
        if self._path is None:
            return
        with contextlib.suppress(OSError):
            descriptor = os.open(self._path + ".new", os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with open(descriptor, "w", encoding="ascii") as file:
                json.dump(word, file)
            os.replace(self._path + ".new", self._path)
