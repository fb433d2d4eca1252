# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding out why a connection does not work, or what it may do: one check after another, each with what to do."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from .._model.errors import SyncreadyError
from .interface import ReadStatistics
from .ldap_connection import LdapConnection
from .ldap_options import LdapOptions
from .ldap_root import RootDse
from .ldap_search import Pace, Searcher

Status = t.Literal["ok", "warning", "failed", "skipped"]

# Where the advice begins in an error's message.
_ADVICE = re.compile(
    r"(?:: |\. |; )(?=(?:change|check|enable|export|extend|get|give|grant|have|install|let|lower|make|map|name|read|raise|renew|"
    r"run|set|try|unlock|use)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Check:
    """The outcome of one check.

    Attributes:
        check: what was checked, a stable word.
        status: how it stands.
        message: what was found, one sentence.
        what_to_do: what to do about it; empty where there is nothing.
        code: the stable word of the error behind a failure, else empty.
    """

    check: str
    status: Status
    message: str
    what_to_do: str = ""
    code: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return check, status, message and what_to_do."""
        return {
            "check": self.check,
            "status": self.status,
            "message": self.message,
            "what_to_do": self.what_to_do,
        }


@dataclass
class Patient:
    """What the checks have found out so far, for those that come later.

    Attributes:
        options: how the server is reached; ``server`` is set once one was found.
        addresses: the server's addresses.
        connection: an open connection, signed in later.
        searcher: searches on it.
        root: the server's root DSE.
        statistics: what the checks have read.
    """

    options: LdapOptions
    addresses: list[str] = field(default_factory=list)
    connection: LdapConnection | None = None
    searcher: Searcher | None = None
    root: RootDse = field(default_factory=RootDse)
    statistics: ReadStatistics = field(default_factory=ReadStatistics)

    def connected(self) -> LdapConnection:
        """Return the open connection."""
        if self.connection is None:
            raise AssertionError("checks that need it run after the one that made it")
        return self.connection

    def searching(self) -> Searcher:
        """Return searches on the open connection."""
        if self.searcher is None:
            self.searcher = Searcher(self.connected(), self.statistics, Pace(None))
        return self.searcher

    def close(self) -> None:
        """End the connection."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None
            self.searcher = None


@dataclass(frozen=True)
class Step:
    """A check: its name, the checks without which it makes no sense, and the work.

    The work returns one or more outcomes, or raises what went wrong.
    """

    name: str
    needs: tuple[str, ...]
    work: t.Callable[[Patient], t.Iterable[Check]]


def run(steps: t.Sequence[Step], patient: Patient) -> list[Check]:
    """Return the outcomes of all checks. Where one fails, those that need it are skipped."""
    checks: list[Check] = []
    unusable: dict[str, str] = {}
    for step in steps:
        cause = next((unusable[name] for name in step.needs if name in unusable), None)
        if cause is not None:
            unusable[step.name] = cause
            checks.append(Check(step.name, "skipped", f"Not checked, because {cause} failed.", f"Mend {cause} first."))
            continue
        made: list[Check] = []
        try:
            made.extend(step.work(patient))
        except SyncreadyError as error:
            made.append(failure(step.name, error))
        checks.extend(made)
        if any(check.status == "failed" for check in made):
            unusable[step.name] = step.name
    return checks


def failure(name: str, error: SyncreadyError, status: Status = "failed") -> Check:
    """Return the outcome for an error, its advice apart from what happened."""
    text = str(error)
    found = _ADVICE.search(text)
    if not found:
        return Check(name, status, text, "", error.code)
    what, advice = text[: found.start()], text[found.end() :]
    return Check(name, status, f"{what}.", advice[:1].upper() + advice[1:], error.code)
