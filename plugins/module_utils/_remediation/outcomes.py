# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of each object of a plan."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, field

from .._directory.interface import Modification
from .._model.errors import SyncreadyError
from .._model.finding import ObjectReference

# changed: written (or found written, where a run before was cut). unchanged: it was as it should be already.
# conflict: somebody else changed it. refused: the domain controller did not take it. failed: it went wrong otherwise.
# left: it was left alone, because of a limit or of an option.
State = t.Literal["changed", "unchanged", "conflict", "refused", "failed", "left"]
STATES: tuple[State, ...] = t.get_args(State)
# The worst first: what people look for in a list that is cut short.
_ORDER: tuple[State, ...] = ("failed", "refused", "conflict", "left", "changed", "unchanged")

# Reasons for which something is left that the next run goes on with.
LIMITS = frozenset(("max_changes", "max_changed_percent", "deadline", "stop", "max_errors", "aborted"))


@dataclass(frozen=True)
class Outcome:
    """What became of one object.

    Attributes:
        object: the object, where it is now.
        state: what became of it.
        reason: a stable word for why, or "".
        message: why, in words for people, or "".
        changes: what was or would be written.
        rules: the rules that the change is for.
        written: whether something was written, whatever became of it then.
    """

    object: ObjectReference
    state: State
    reason: str = ""
    message: str = ""
    changes: tuple[Modification, ...] = ()
    rules: tuple[str, ...] = ()
    written: bool = False

    def as_dict(self) -> dict[str, t.Any]:
        """Return plain values, the shape of a line of outcomes.jsonl."""
        reference = self.object
        return {
            "object": {"dn": reference.dn, "guid": reference.guid, "kind": reference.kind, "name": reference.name},
            "state": self.state,
            "reason": self.reason,
            "message": self.message,
            "changes": [
                {
                    "attribute": one.attribute,
                    "remove": [value.decode("utf-8", "backslashreplace") for value in one.delete],
                    "add": [value.decode("utf-8", "backslashreplace") for value in one.add],
                }
                for one in self.changes
            ],
            "rules": list(self.rules),
            "written": self.written,
        }


@dataclass
class Report:
    """What became of a plan.

    Attributes:
        planned: how many objects it changes.
        outcomes: of each object, by its key, in the order in which they were decided.
        stopped: why the run ended before everything was looked at, or "".
        error: what broke the run, where something did.
        estimate: how many objects were expected to change, and in how many seconds.
        unsettled: DNs of objects that a cut run left between two steps, where this run could not finish them either.
    """

    planned: int
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    stopped: str = ""
    error: SyncreadyError | None = None
    estimate: tuple[int, float] = (0, 0.0)
    unsettled: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Return how many objects were planned, and how many came to each state."""
        found = Counter(outcome.state for outcome in self.outcomes.values())
        return {"planned": self.planned, **{state: found[state] for state in STATES}}

    def left_by(self) -> dict[str, int]:
        """Return how many objects were left, by reason."""
        return dict(Counter(one.reason for one in self.outcomes.values() if one.state == "left"))

    def reasons(self) -> dict[str, int]:
        """Return how many objects were not written, by reason."""
        return dict(Counter(one.reason for one in self.outcomes.values() if one.state not in ("changed", "unchanged")))

    @property
    def changed(self) -> bool:
        """Whether anything was (or, in check mode, would be) written."""
        return any(one.written or one.state == "changed" for one in self.outcomes.values())

    @property
    def bad(self) -> int:
        """How many objects did not become what the plan wants, for a reason that somebody must look at."""
        counts = self.counts()
        return counts["conflict"] + counts["refused"] + counts["failed"]

    def worst_first(self) -> list[Outcome]:
        """Return the outcomes, those first that people look for."""
        return sorted(self.outcomes.values(), key=lambda one: _ORDER.index(one.state))


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes:
        decided: objects of which it is known what became of them.
        planned: objects that the plan changes.
        counts: how many came to each state.
        estimate: how many objects were expected to change, and in how many seconds.
    """

    decided: int
    planned: int
    counts: dict[str, int]
    estimate: tuple[int, float]
