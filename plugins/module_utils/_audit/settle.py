# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The last step of an audit: the user's choices about rules, and waivers, are laid over the findings.

Which rule fires never depends on these choices, so that a rule that is switched off does not bring out another one.
"""

from __future__ import annotations

from .._model.finding import SEVERITIES
from .findings import read_findings
from .options import AuditOptions
from .snapshot import Snapshot
from .waivers import WaiverIndex


def settle(snapshot: Snapshot, options: AuditOptions) -> WaiverIndex:
    """Drop findings of disabled rules, change severities, mark waived findings. Returns what became of the waivers."""
    for rule in sorted(options.disabled_rules):
        snapshot.run("DELETE FROM findings WHERE rule = ?", (rule,))
    for rule, severity in sorted(options.severity_overrides.items()):
        snapshot.run("UPDATE findings SET severity = ? WHERE rule = ?", (SEVERITIES.index(severity), rule))
    waivers = WaiverIndex(options.waivers, options.today)
    if waivers:
        accepted = []
        for rowid, found in read_findings(snapshot, holders=False):
            reason = waivers.reason(found)
            if reason is not None:
                accepted.append((reason, rowid))
        for reason, rowid in accepted:
            snapshot.run("UPDATE findings SET waiver = ? WHERE rowid = ?", (reason, rowid))
    return waivers
