# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong on purpose at the WinRM server of the tests."""

from __future__ import annotations

import random
import threading
import typing as t
from dataclasses import dataclass

Kind = t.Literal[
    "drop_before", "drop_request", "drop_after", "drop_answer", "half_delivery", "delay", "busy", "send_timeout",
    "timeout", "shell_not_found", "kill_shell", "quota_shells", "quota_operations", "denied", "garbage",
]  # fmt: skip

# What may befall each operation; "Body" is any request while it still arrives. half_delivery: half of what was sent
# reaches the program, then the connection ends.
BY_ACTION: dict[str, tuple[Kind, ...]] = {
    "Body": ("drop_request",),
    "Create": ("drop_before", "drop_after", "drop_answer", "delay"),
    "Command": ("drop_before", "drop_after", "drop_answer", "delay"),
    "Send": (
        "drop_before", "drop_after", "drop_answer", "half_delivery", "delay", "busy", "send_timeout",
        "kill_shell",
    ),
    "Receive": (
        "drop_before", "drop_after", "drop_answer", "delay", "timeout", "kill_shell", "shell_not_found",
        "quota_operations", "garbage",
    ),
}  # fmt: skip


@dataclass
class Plan:
    """One fault.

    Attributes:
        kind: what happens.
        action: to which operation.
        after: how many of these operations pass before.
        times: to how many in a row.
        seconds: how long a delay takes.
    """

    kind: Kind
    action: str = "Receive"
    after: int = 0
    times: int = 1
    seconds: float = 0.3


class Faults:
    """The faults of a server.

    Attributes:
        happened: what happened so far: operation and kind.
    """

    def __init__(self) -> None:
        self.happened: list[tuple[str, Kind]] = []
        self._plans: list[Plan] = []
        self._chance: random.Random | None = None
        self._share = 0.0
        self._only: frozenset[str] | None = None
        self._lock = threading.Lock()

    def add(self, *plans: Plan) -> None:
        """Let faults happen."""
        with self._lock:
            self._plans += plans

    def by_chance(self, seed: str, share: float, only: t.Collection[str] | None = None) -> None:
        """Let a share of all operations go wrong, always in the same way for the same seed.

        Args:
            seed: for the chance.
            share: between 0 and 1.
            only: the kinds; None for all.
        """
        with self._lock:
            self._chance, self._share = random.Random(seed), share
            self._only = frozenset(only) if only is not None else None

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._plans.clear()
            self._chance = None

    def next(self, action: str) -> Plan | None:
        """Return what befalls an operation that begins now."""
        with self._lock:
            plan = self._planned(action) or self._random(action)
            if plan is not None:
                self.happened.append((action, plan.kind))
            return plan

    def _planned(self, action: str) -> Plan | None:
        for plan in self._plans:
            if plan.action != action:
                continue
            if plan.after:
                plan.after -= 1
                continue
            plan.times -= 1
            if not plan.times:
                self._plans.remove(plan)
            return plan
        return None

    def _random(self, action: str) -> Plan | None:
        kinds = [kind for kind in BY_ACTION.get(action, ()) if self._only is None or kind in self._only]
        # Every request has a body, those of the sign-in too.
        share = self._share / 6 if action == "Body" else self._share
        if self._chance is None or not kinds or self._chance.random() >= share:
            return None
        return Plan(self._chance.choice(kinds), action, seconds=self._chance.uniform(0.01, 0.2))
