# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit leaves in its snapshot for reports: the forest's facts, and what is known of Teams and the mailboxes."""

from __future__ import annotations

import datetime
import typing as t

from .._audit.forest_survey import Survey
from .._audit.options import AuditOptions
from .._audit.reading import is_file
from .._audit.scan import Scanned
from .._audit.snapshot import Snapshot
from .._directory.interface import Directory, shows_absence
from .._model.dn import dns_domain
from .._report.forest import survey_as_dict
from .._report.limits import Cut
from .._teams.editions import EDITIONS
from .._teams.facts import Facts
from .._teams.overrides import Overrides
from .._teams.users import Census, TeamsOptions

# A report is read by people; the module forest_info says the rest.
_MOST = 100


def keep_for_reports(
    snapshot: Snapshot, directory: Directory, options: AuditOptions, partly: bool
) -> t.Callable[[Scanned], None]:
    """Return what keeps the facts in the snapshot once they are known.

    Args:
        snapshot: of the audit.
        directory: that is audited.
        options: of the audit.
        partly: whether the options leave parts of the domains out.
    """

    def keep(scanned: Scanned) -> None:
        snapshot.write_meta("forest", _forest(scanned, directory, options, partly))
        snapshot.write_meta("teams", _teams(scanned, snapshot, directory, options))

    return keep


def forest_of(scanned: Scanned) -> dict[str, t.Any]:
    """Return the name of the forest, in the shape of forest_info."""
    topology = scanned.topology
    root = topology.root_domain or (topology.root and dns_domain(topology.root.dn)) or None
    return {"forest": {"root_domain": root}}


def _forest(scanned: Scanned, directory: Directory, options: AuditOptions, partly: bool) -> dict[str, t.Any]:
    """Return what forest_info says, without what only it asks the server for."""
    facts = scanned.facts
    forest = scanned.forest
    file = is_file(directory)
    heads = {dn.lower() for dn in forest.topology.domain_dns()}
    complete = not file and not partly and all(domain.dn.lower() in heads for domain in scanned.topology.domains)
    signs = facts.anchors or any(account.proves_synchronization for account in facts.accounts)
    survey = Survey(
        topology=scanned.topology,
        forest=forest,
        facts=facts,
        findings=(),
        features=(),
        live=True if signs else False if complete else None,
        anchors=facts.anchors if shows_absence(directory, "mS-DS-ConsistencyGuid") else None,
        managed=forest.census.managed if shows_absence(directory, "msExchPoliciesIncluded") else None,
        complete=complete,
    )
    return survey_as_dict(survey, options.rules.domains, datetime.date.today(), Cut(_MOST))


def _teams(
    scanned: Scanned, snapshot: Snapshot, directory: Directory, options: AuditOptions
) -> dict[str, t.Any] | None:
    edition = EDITIONS["newest"]
    chosen = TeamsOptions(edition=edition, features=tuple(edition.rows), sync_scope=options.sync_scope)
    # Nothing is overridden; the questions of the census ask for the table all the same.
    Overrides((), snapshot).finish()
    facts = Facts(Census(snapshot, scanned.forest, chosen), chosen, directory)
    return facts.as_dict() if facts.rows else None
