# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who keeps an address that several objects hold."""

from __future__ import annotations

import typing as t

from .._audit.recorder import IMPLICIT
from .._exchange.recipients import LOCAL_MAILBOXES, REMOTE_MAILBOXES
from .._model.text import fold
from .._rules.options import RuleOptions
from .._rules.subject import Subject
from .policies import Policies, Winner
from .world import World

_Test = t.Callable[[Subject, str, RuleOptions], int]


def _mailbox_owner(subject: Subject, address: str, options: RuleOptions) -> int:
    kind = subject.recipient_type
    return int(kind in LOCAL_MAILBOXES or kind in REMOTE_MAILBOXES or subject.home_mdb is not None)


def _enabled(subject: Subject, address: str, options: RuleOptions) -> int:
    return int(subject.enabled)


def _primary(subject: Subject, address: str, options: RuleOptions) -> int:
    return int(subject.primary is not None and fold(subject.primary.address) == address)


def _verified_domain(subject: Subject, address: str, options: RuleOptions) -> int:
    domain = (subject.sign_in_name or "").rpartition("@")[2]
    return int(bool(domain) and options.domains.usable(domain))


def _oldest(subject: Subject, address: str, options: RuleOptions) -> int:
    # Generalized time sorts as text; the oldest has the smallest number. Without it nobody is the oldest.
    created = subject.entry.text("whencreated")
    digits = (created or "").partition(".")[0]
    return -int(digits) if digits.isdigit() else -(10**15)


_TESTS: dict[Winner, _Test] = {
    "mailbox_owner": _mailbox_owner,
    "enabled": _enabled,
    "primary": _primary,
    "verified_domain": _verified_domain,
    "oldest": _oldest,
}


class Winners:
    """Decides once for every address, from all its holders, so that each of them hears the same.

    Args:
        world: the stage of the plan.
        options: options of the rules.
        policies: duplicate_winner holds the questions, in order.
    """

    def __init__(self, world: World, options: RuleOptions, policies: Policies) -> None:
        self._world = world
        self._options = options
        self._policies = policies
        self._decided: dict[tuple[int, str], int | None] = {}

    def of_address(self, address: str) -> int | None:
        """Return the number of the object that keeps an address, None where a person must decide."""
        question = "SELECT DISTINCT oid FROM addresses WHERE value = ? AND holds <> ?"
        return self._decide(0, fold(address), question, (fold(address), IMPLICIT))

    def of_key(self, space: int, value: str) -> int | None:
        """Return the number of the object that keeps an alias, None where a person must decide."""
        question = "SELECT DISTINCT oid FROM keys WHERE space = ? AND value = ?"
        return self._decide(space, fold(value), question, (space, fold(value)))

    def _decide(self, space: int, value: str, question: str, parameters: tuple[object, ...]) -> int | None:
        key = (space, value)
        if key not in self._decided:
            holders = [row[0] for row in self._world.holders(question, parameters)]
            self._decided[key] = self._best(holders, value)
        return self._decided[key]

    def _best(self, holders: list[int], value: str) -> int | None:
        left: list[tuple[int, Subject]] = []
        for oid in holders:
            subject = self._world.subject(oid)
            if subject is None:
                return None
            left.append((oid, subject))
        for question in self._policies.duplicate_winner:
            scores = [_TESTS[question](subject, value, self._options) for _oid, subject in left]
            best = max(scores)
            left = [item for item, score in zip(left, scores, strict=True) if score == best]
            if len(left) == 1:
                return left[0][0]
        return None
