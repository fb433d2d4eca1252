# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: no plugin of another one may import this.

"""Showing how far a long module is while it runs.

Ansible shows the result of a module when it has ended, and nothing before. So the action plugin of the same name runs the
module, and beside it a thread reads what the module writes and shows it: a line now and then, the sooner the younger the
run is. In AWX and Automation Platform they stand in the output of the job as they come. Where the module runs on another
machine, nothing can be read, and nothing is shown.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import time
import typing as t

from ansible import constants as C
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

# The first line comes after so many seconds, and each wait is longer than the one before, up to the last number.
_FIRST, _LONGEST, _GROWTH = 5.0, 30.0, 1.5
_POLL = 0.2
_WORDS = {
    "reading": "reading the directory",
    "comparing": "comparing all objects",
    "planning": "making the plan",
    "reporting": "writing the report",
}

Word = dict[str, t.Any]


class Watch:
    """Shows what a module writes, until it is closed.

    Args:
        read: returns what the module wrote last, or None.
        say: shows a line.
        first: seconds until the first line.
    """

    def __init__(self, read: t.Callable[[], Word | None], say: t.Callable[[str], None], first: float = _FIRST) -> None:
        self._read = read
        self._say = say
        self._wait = first
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        due = time.monotonic() + self._wait
        shown = ""
        while not self._end.wait(_POLL):
            if time.monotonic() < due:
                continue
            word = self._read()
            line = in_words(word) if word else ""
            if line and line != shown:
                self._say(line)
                shown = line
            self._wait = min(max(self._wait, 0.2) * _GROWTH, _LONGEST)
            due = time.monotonic() + self._wait

    def close(self) -> None:
        """Show nothing more."""
        self._end.set()
        self._thread.join()


def read_word(path: str, since: float) -> Word | None:
    """Return what stands in the file of a module; None where it is not there or is older than a time."""
    try:
        if os.stat(path).st_mtime < since:
            return None
        with open(path, encoding="ascii") as file:
            word = json.load(file)
    except (OSError, ValueError):
        return None
    return word if isinstance(word, dict) else None


def in_words(word: Word) -> str:
    """Return how far a module is, as people read it; "" where it does not say anything that is known here."""
    try:
        if "planned" in word:
            return _writing(word)
        step = _WORDS.get(str(word["step"]), str(word["step"]))
        if not word["step"].isalpha():
            return ""
        done, seconds = int(word["done"]), float(word["seconds"])
        pieces = [f"{done:,} objects"] if done else []
        if done and seconds >= 1:
            pieces.append(f"{done / seconds:,.0f} a second")
        part = word.get("part")
        if part is not None:
            pieces.append(f"{100 * float(part):.0f} %")
            if float(part) > 0.02 and seconds >= 1:
                pieces.append(f"about {_duration(seconds * (1 - float(part)) / float(part))} left")
    except (KeyError, TypeError, ValueError, AttributeError):
        return ""
    return ": ".join([step, ", ".join(pieces)] if pieces else [step])


def _writing(word: Word) -> str:
    counts = word["counts"]
    rehearsal = bool(word.get("rehearsal"))
    pieces = [f"{int(word['decided']):,} of {int(word['planned']):,} objects"]
    pieces.append(f"{int(counts['changed']):,} {'would change' if rehearsal else 'changed'}")
    pieces += [f"{int(counts[name]):,} {words}" for name, words in _TROUBLE.items() if counts.get(name)]
    objects, seconds = int(word["estimate"]["objects"]), float(word["estimate"]["seconds"])
    left = min(objects - int(counts["changed"]), int(word["planned"]) - int(word["decided"]))
    if objects > 0 and seconds > 0 and left > 0:
        pieces.append(f"about {_duration(seconds * left / objects)} left")
    return ("rehearsing: " if rehearsal else "writing: ") + ", ".join(pieces)


_TROUBLE = {"conflict": "in conflict", "refused": "refused", "failed": "failed", "left": "left alone"}


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


class ProgressAction(ActionBase):  # type: ignore[misc]  # Ansible has no types
    """Runs the module of the same name and shows how far it is.

    The variable ``syncready_progress_seconds`` says after how many seconds the first line comes; 0 shows none.
    """

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Run the module; return its result."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        if result.get("skipped"):
            return result
        arguments = dict(self._task.args)
        first = self._first(task_vars or {})
        place = self._place(arguments) if first > 0 else None
        if place is None:
            return {**result, **self._execute(arguments, task_vars)}
        path, folder = place
        since = time.time() - 1
        host = (task_vars or {}).get("inventory_hostname", "")

        def say(line: str) -> None:
            Display().display(f"[{host}] {line}")

        watch = Watch(lambda: read_word(path, since), say, first)
        try:
            return {**result, **self._execute(arguments, task_vars)}
        finally:
            watch.close()
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)

    def _execute(self, arguments: dict[str, t.Any], task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        found: dict[str, t.Any] = self._execute_module(
            module_args=arguments, task_vars=task_vars, wrap_async=self._task.async_val
        )
        return found

    def _first(self, task_vars: dict[str, t.Any]) -> float:
        try:
            return float(self._templar.template(task_vars.get("syncready_progress_seconds", _FIRST)))
        except (TypeError, ValueError):
            return _FIRST

    def _place(self, arguments: dict[str, t.Any]) -> tuple[str, str | None] | None:
        """Return where the module leaves word, and the folder that was made for it; None where nothing can be read."""
        if self._connection.transport != "local" or self._task.async_val:
            return None
        if arguments.get("progress_path"):
            return str(arguments["progress_path"]), None
        folder = tempfile.mkdtemp(prefix="syncready-progress-", dir=C.DEFAULT_LOCAL_TMP)
        arguments["progress_path"] = os.path.join(folder, "progress.json")
        return arguments["progress_path"], folder
