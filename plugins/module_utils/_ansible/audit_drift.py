# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of an audit about earlier runs, and the runs themselves."""

from __future__ import annotations

import contextlib
import os
import typing as t

from .._audit.drift import Drift, compare
from .._audit.options import AuditOptions
from .._audit.runs import Run, Runs
from .._audit.scan import Scanned
from .._audit.snapshot import Snapshot
from .._audit.thresholds import Threshold
from .._model.errors import OptionError, SyncreadyError
from .._model.finding import SEVERITIES, Finding
from .._remediation.repaired import repaired_values
from .._remediation.state_dir import check_marker
from .._report.mask import Mask
from .._report.rows import finding_as_dict
from .._rules.catalogue import check_rule_ids
from .arguments import Spec, guarded_spec
from .choices import Params
from .writing import lay_marker_for

_PLACE = "audits"
EMPTY_DRIFT: dict[str, t.Any] = {}


def drift_spec() -> Spec:
    """Return the options about earlier runs, and about what is accepted."""
    guarded = guarded_spec()
    return {
        "state_dir": guarded["state_dir"],
        "init_state": guarded["init_state"],
        "baseline": {"type": "str", "choices": ["update", "compare", "reset"], "default": "update"},
        "keep_days": {"type": "int", "default": 30},
        "thresholds": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                "severity": {"type": "str", "choices": list(SEVERITIES)},
                "rule": {"type": "str"},
                "max": {"type": "int", "default": 0},
                "of": {"type": "str", "choices": ["all", "new"], "default": "all"},
            },
            "required_one_of": [("severity", "rule")],
        },
    }


def thresholds_of(params: Params) -> list[Threshold]:
    """Return what is accepted.

    Raises:
        OptionError: an option does not say something usable.
    """
    found = []
    for given in params["thresholds"]:
        if given["rule"]:
            check_rule_ids("thresholds", [given["rule"]])
        if given["max"] < 0:
            raise OptionError("thresholds: max must not be negative.")
        if given["of"] == "new" and not params["state_dir"]:
            raise OptionError(
                "thresholds: what is new shows only beside an earlier run; name a state_dir that keeps one."
            )
        found.append(Threshold(given["severity"], given["rule"], given["max"], given["of"]))
    return found


class EarlierRuns:
    """The runs that state_dir keeps, and what is compared with them.

    Args:
        params: the options of the module.
        chosen: those that say how the audit judges, to be compared from run to run.
        stack: closes what is opened.

    Attributes:
        warnings: what to tell the user.

    Raises:
        OptionError: an option does not say something usable.
        StateError: state_dir is not there, or has no mark.
    """

    def __init__(self, params: Params, chosen: Params, stack: contextlib.ExitStack) -> None:
        if params["keep_days"] < 0:
            raise OptionError("keep_days: give a number of days that is not negative.")
        self._params = params
        self._chosen = chosen
        self._stack = stack
        self._runs: Runs | None = None
        self._before: Run | None = None
        self.warnings: list[str] = []
        lay_marker_for(params)
        if params["state_dir"]:
            # Which job laid the mark does not matter here: a baseline that is lost is a pity, and no way back is lost.
            check_marker(params["state_dir"])

    def _runs_of(self, source: t.Mapping[str, str], key: str, name: str) -> Runs:
        return Runs(os.path.join(self._params["state_dir"], _PLACE), f"{source['transport']} {key.lower()}", name)

    def expected(self, source: t.Mapping[str, str]) -> int | None:
        """Return how many objects the last run of a directory on a server read; None where nobody knows."""
        if not self._params["state_dir"] or not source.get("domain_guid"):
            return None
        try:
            run = self._runs_of(source, source["domain_guid"], "").last()
        except SyncreadyError:
            # Whatever is wrong is said when it matters.
            return None
        if run is None:
            return None
        objects = run.objects
        run.close()
        return objects

    def find(self, source: t.Mapping[str, str], scanned: Scanned, name: str) -> None:
        """Find the earlier run of a directory.

        Raises:
            BaselineError: it cannot be used.
            OutputError: the runs cannot be read.
        """
        if not self._params["state_dir"]:
            return
        root = scanned.topology.root
        # An export is another file every night, so what it holds says which directory it is.
        key = source.get("domain_guid") or (root and (root.guid or root.dn.lower())) or os.path.abspath(source["path"])
        self._runs = self._runs_of(source, key, name)
        if self._params["baseline"] != "reset":
            self._before = self._runs.last()
            if self._before is not None:
                self._stack.callback(self._before.close)

    def compare(self, snapshot: Snapshot, options: AuditOptions) -> Drift | None:
        """Compare the audit in a snapshot with the earlier run; None without state_dir."""
        if self._runs is None:
            return None
        repaired, unreadable = repaired_values(self._params["state_dir"])
        if unreadable:
            self.warnings.append(
                f"Journals in state_dir cannot be read, so repairs that they hold may show as new instead of reverted: "
                f"{', '.join(unreadable)}."
            )
        return compare(snapshot, self._before, options, self._chosen, repaired)

    def keep(self, snapshot: Snapshot, mask: Mask) -> None:
        """Keep the audit as the last run, and remove old ones.

        Raises:
            OutputError: it cannot be written.
        """
        if self._runs is None or self._params["baseline"] == "compare":
            return
        days = self._params["keep_days"]

        def shape(found: Finding) -> dict[str, t.Any]:
            return mask.finding(finding_as_dict(found))

        self._runs.keep(snapshot, self._before, self._chosen, shape, days)
        self._runs.prune(days)
