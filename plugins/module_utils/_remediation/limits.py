# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ends a run before everything is done: numbers, the clock, a file, too many errors."""

from __future__ import annotations

import datetime
import os
import time
from dataclasses import dataclass

from .._model.errors import OptionError

# What a change takes, before any was measured: reading, writing and verifying on a busy domain controller.
_GUESS = 0.03


@dataclass(frozen=True)
class Limits:
    """The limits of a run.

    Attributes:
        max_changes: objects to change at the most; None for no limit.
        max_changed_percent: the same as a part of the judged objects; None for no limit.
        judged: how many objects that part is of.
        deadline: when the run must be over.
        batch_size: objects that are read, written and verified together.
        max_errors: errors after which nothing more is written; None for no limit.
        max_write_rate: objects to change a second at the most; None for no limit.
        stop_path: a file that ends the run as soon as it is there.
    """

    max_changes: int | None = 100
    max_changed_percent: float | None = 5
    judged: int = 0
    deadline: datetime.datetime | None = None
    batch_size: int = 50
    max_errors: int | None = 10
    max_write_rate: float | None = None
    stop_path: str | None = None

    def __post_init__(self) -> None:
        """Refuse what means nothing.

        Raises:
            OptionError: a number is out of range; the message names it.
        """
        for name, number, least in (
            ("max_changes", self.max_changes, 0),
            ("max_changed_percent", self.max_changed_percent, 0),
            ("batch_size", self.batch_size, 1),
            ("max_errors", self.max_errors, 1),
        ):
            if number is not None and number < least:
                raise OptionError(f"{name} is {number}; it must be {least} or more.")
        if self.batch_size > 1000:
            raise OptionError(f"batch_size is {self.batch_size}; it must be 1000 or less.")
        if self.max_changed_percent is not None and self.max_changed_percent > 100:
            raise OptionError(f"max_changed_percent is {self.max_changed_percent:g}; it must be 100 or less.")
        if self.max_write_rate is not None and self.max_write_rate <= 0:
            raise OptionError(f"max_write_rate is {self.max_write_rate:g}; it must be more than 0.")

    @property
    def allowed(self) -> tuple[float, str]:
        """How many objects may be changed, and the option that says so."""
        found: list[tuple[float, str]] = []
        if self.max_changes is not None:
            found.append((self.max_changes, "max_changes"))
        if self.max_changed_percent is not None:
            # One object is always possible, however small the directory is, unless none is wanted.
            share = int(self.judged * self.max_changed_percent / 100)
            found.append((max(share, 1 if self.max_changed_percent else 0), "max_changed_percent"))
        return min(found, default=(float("inf"), ""), key=lambda one: one[0])


def parse_deadline(text: str) -> datetime.datetime:
    """Return the end of a change window.

    Raises:
        OptionError: it is no date and time with an offset from UTC.
    """
    advice = "give date, time and offset as in 2026-11-30T23:30:00+01:00."
    cleaned = text.strip()
    if cleaned[-1:] in ("Z", "z"):
        cleaned = cleaned[:-1] + "+00:00"
    try:
        deadline = datetime.datetime.fromisoformat(cleaned)
    except ValueError:
        raise OptionError(f"deadline: '{text}' is no time in ISO 8601; {advice}") from None
    if len(cleaned) < 16:
        raise OptionError(f"deadline: '{text}' says no time of the day; {advice}")
    if deadline.tzinfo is None:
        raise OptionError(f"deadline: '{text}' has no offset from UTC, so nobody knows when it is; {advice}")
    return deadline


class Governor:
    """Decides before each batch whether it may begin, and keeps the speed down.

    Args:
        limits: the limits.
        planned: how many objects the plan changes.
    """

    def __init__(self, limits: Limits, planned: int) -> None:
        self.limits = limits
        self.changed = 0
        self.errors = 0
        self._seconds = 0.0
        self._timed = 0
        self._planned = planned
        self._sent = 0
        self._start = time.monotonic()

    @property
    def seconds_each(self) -> float:
        """What a change takes, measured as soon as there is something to measure."""
        measured = self._seconds / self._timed if self._timed >= 5 else _GUESS
        rate = self.limits.max_write_rate
        return max(measured, 1 / rate) if rate else measured

    def estimate(self) -> tuple[int, float]:
        """Return how many objects will be changed at the most, and in how many seconds."""
        number = int(min(self._planned, self.limits.allowed[0]))
        return number, number * self.seconds_each

    def closed(self, objects: int) -> str | None:
        """Return why no further batch may begin, or None where one may.

        Args:
            objects: how many it would have.
        """
        limits = self.limits
        if limits.max_errors is not None and self.errors >= limits.max_errors:
            return "max_errors"
        if limits.stop_path and os.path.exists(limits.stop_path):
            return "stop"
        if limits.deadline is not None:
            end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=objects * self.seconds_each)
            if end >= limits.deadline:
                return "deadline"
        return None

    def room(self) -> tuple[float, str]:
        """Return how many more objects may be changed, and the option that says so."""
        allowed, name = self.limits.allowed
        return allowed - self.changed, name

    def at_once(self, number: int) -> int:
        """Return how many of so many changes may go out without a pause."""
        rate = self.limits.max_write_rate
        # A tenth of a second's worth: no burst is far above the rate.
        return max(1, min(number, int(rate / 10)) if rate else number)

    def pace(self, number: int) -> None:
        """Wait until so many more changes may go out."""
        rate = self.limits.max_write_rate
        if rate:
            delay = self._start + self._sent / rate - time.monotonic()
            if delay > 0:
                time.sleep(delay)
            self._sent += number

    def timed(self, number: int, seconds: float) -> None:
        """Take note of how long a batch took."""
        if number:
            self._timed += number
            self._seconds += seconds
