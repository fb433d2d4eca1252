# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making a plan: audit, second reading, proposals, header."""

from __future__ import annotations

import datetime
import typing as t
import uuid
from dataclasses import dataclass

from .._audit.options import AuditOptions
from .._audit.scan import Tell, run_audit
from .._audit.scope import Scopes, members_of
from .._audit.snapshot import Snapshot
from .._audit.summary import Summary
from .._directory.interface import Directory
from .._model.finding import Finding
from .._model.version import VERSION
from .details import Details
from .guard import Settings
from .plan import PlanHeader
from .plan_files import finished
from .policies import Policies
from .propose import Proposals, Proposer

_LIVE = "forest-sync-live"


@dataclass(frozen=True)
class MadePlan:
    """A plan that was made from a directory as it is now.

    Attributes:
        header: with the digest of the rows.
        proposals: the rows, and what they leave.
        summary: the audit that they rest on.
        live: whether a synchronization is at work, so that changes reach the cloud at its next cycle.
    """

    header: PlanHeader
    proposals: Proposals
    summary: Summary
    live: bool


def make_plan(
    directory: Directory,
    options: AuditOptions,
    policies: Policies,
    settings: Settings,
    wanted: t.Callable[[Finding], bool],
    words: dict[str, dict[str, t.Any]],
    tell: Tell | None = None,
) -> MadePlan:
    """Audit a directory and propose changes.

    Args:
        directory: an open directory; it is read only.
        options: the options of the audit.
        policies: what may be done.
        settings: which objects and attributes are left alone.
        wanted: whether a finding is to be repaired.
        words: ``policies`` and ``options`` as the user chose them, for the header.
        tell: is told now and then what is done, and how many objects of it.

    Raises:
        DirectoryError: not everything could be read.
        OutputError: there is no room for the snapshot.
    """
    snapshot = Snapshot()
    try:
        summary = run_audit(directory, options, snapshot, tell=tell)
        if tell is not None:
            tell("planning", 0)
        details = Details(snapshot)
        details.read(directory, options.rules)
        licence = options.licence_scope
        members = members_of(directory, licence.groups) if licence and licence.groups else frozenset()
        scopes = Scopes(options.sync_scope, licence, members)
        proposals = Proposer(snapshot, details, options, scopes, policies, settings=settings, wanted=wanted).run()
        live = bool(snapshot.count("SELECT count(*) FROM findings WHERE rule = ?", (_LIVE,)))
    finally:
        snapshot.close()
    header = PlanHeader(
        plan_id=str(uuid.uuid4()),
        directory=directory.identity(),
        created=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        collection=f"syncready.m365 {VERSION}",
        policies=words["policies"],
        options=words["options"],
    )
    return MadePlan(finished(header, proposals.rows), proposals, summary, live)
