# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every module shares that writes many objects: options, journal directory, run, result."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.basic import AnsibleModule

from .._directory.interface import Directory, Selection
from .._model.errors import OptionError
from .._remediation.assumed import export_of
from .._remediation.errors import StateError
from .._remediation.guard import Settings
from .._remediation.identity import check_directory
from .._remediation.limits import Limits, parse_deadline
from .._remediation.link import Link
from .._remediation.outcomes import Progress
from .._remediation.plan import ObjectChange, PlanHeader, PlanRow, by_object
from .._remediation.plan_files import Plan
from .._remediation.run import Errand, Execution, execute, settle
from .._remediation.state_dir import StateDirectory, lay_marker
from .._report.files import ReportDirectory
from .choices import Params, open_directory
from .handover import Told
from .progress import ProgressFile
from .wrapper import Result
from .writing_result import EMPTY_WRITING, Shaped

__all__ = ["EMPTY_WRITING", "WritingSession", "lay_marker_for"]

_JUDGED_CLASSES = ("user", "contact", "group")
_PROGRESS = "progress.json"


def lay_marker_for(params: Params) -> bool:
    """Mark the directory for journals where init_state asks for it. Returns whether it had no mark before.

    Raises:
        OptionError: there is no state_dir.
        StateError: it cannot be made or written.
    """
    if not params["init_state"]:
        return False
    if not params["state_dir"]:
        raise OptionError("init_state needs state_dir.")
    return lay_marker(params["state_dir"], _job())


class WritingSession:
    """The time in which a module may write.

    Args:
        module: the module; its options say where and how much.
        directory: what is written. It belongs to the caller, who closes it.
        digest: of what is applied, where that is known already: a cut run of the same goes on.
        purpose: what is done.

    Attributes:
        told: what the hand-over says beside what the run itself knows; the caller may add to it.

    Raises:
        OptionError: an option says something unusable.
        StateError: the directory for journals is not fit for its purpose.
        SyncreadyError: what cut runs left could not be finished.
    """

    def __init__(
        self,
        module: AnsibleModule,
        directory: Directory,
        digest: str | None = None,
        purpose: t.Literal["apply", "rollback"] = "apply",
    ) -> None:
        params: Params = module.params
        self._module = module
        self._params = params
        self._purpose = purpose
        self._limits = _limits(params)
        self.told = Told()
        self._progress = ProgressFile(params["progress_path"])
        self.state: StateDirectory | None = None
        self.settled: list[Execution] = []
        marked = lay_marker_for(params)
        file = export_of(directory) is not None
        host = directory.root_dse.host
        # The same domain controller again: another one may not know yet what was written.
        again = {**params, "server": params["server"] or host} if not file else params
        self._link = Link(directory, None if file else lambda: open_directory(again))
        if marked:
            raise StateError(
                f"state_dir: {params['state_dir']} is marked now. Nothing was written to the directory, since nobody knows "
                "yet whether it outlives this job. Run it again in another job.",
                code="NO_STATE_MARKER",
            )
        if params["state_dir"]:
            self.state = StateDirectory(params["state_dir"], _job())
        elif not file:
            raise StateError(
                "state_dir is missing: without a journal that outlives this job there is no way back, so nothing is written.",
                code="NO_STATE_DIR",
            )
        try:
            if self.state is not None and not module.check_mode and not file:
                own = self.state.journal_path(purpose, digest) if digest else None
                self.settled = settle(self._link, self.state, own, self._run())
        except BaseException:
            self.close()
            raise

    def apply_plan(self, plan: Plan, judged: int | None = None, report: ReportDirectory | None = None) -> Result:
        """Apply a plan that was read from a file.

        Args:
            plan: the plan.
            judged: how many objects the limit in percent counts; None: they are counted now.
            report: takes the full lists, and is published; None: they go where the options say.

        Raises:
            PlanError: it was made for another directory.
            Failure: not everything became as the plan wants; it has the full result.
            SyncreadyError: something was wrong before anything was written.
        """
        check_directory(plan.header.directory, self._link.directory.identity(), "The plan")
        about = {"plan": plan.header.plan_id, "digest": plan.digest, "path": plan.path}
        self.told.header = plan.header
        return self.write(list(by_object(plan.rows)), plan.digest, about, judged, report)

    def apply_rows(
        self,
        header: PlanHeader,
        rows: t.Iterable[PlanRow],
        judged: int | None = None,
        report: ReportDirectory | None = None,
        file_digest: str = "",
    ) -> Result:
        """Apply rows that were made on the spot; the header has their digest. Otherwise as ``apply_plan``.

        People are told the digest of the file that holds them, where there is one.
        """
        check_directory(header.directory, self._link.directory.identity(), "The plan")
        about = {"plan": header.plan_id, "digest": file_digest or header.digest}
        self.told.header = header
        return self.write(list(by_object(rows)), header.digest, about, judged, report)

    def write(
        self,
        changes: list[ObjectChange],
        digest: str,
        about: dict[str, t.Any],
        judged: int | None = None,
        report: ReportDirectory | None = None,
        settings: Settings | None = None,
    ) -> Result:
        """Write changes and return the result of the module. The rest is as for ``apply_plan``."""
        if judged is None:
            judged = self._count(len(changes))
        limits = _limits(self._params, judged, self.state.stop_path if self.state else None)
        errand = Errand(self._purpose, digest, about, self._run())
        execution = execute(
            self._link,
            changes,
            errand,
            settings or settings_of(self._params),
            limits,
            self.state,
            check_mode=self._module.check_mode,
            observer=self._tell,
        )
        shaped = Shaped(
            execution, self.settled, self._link.directory, self._params, self._module.check_mode, errand, self.told
        )
        if report is not None:
            return shaped.result(lambda: report)
        return shaped.result(lambda: shaped.report_directory(self.state, self._purpose, digest))

    def _count(self, planned: int) -> int:
        """Return how many objects the directory holds that could be judged."""
        if planned < 2 or self._params.get("max_changed_percent", 100) >= 100:
            return planned
        selection = Selection(("objectClass",), classes=_JUDGED_CLASSES)
        wanted = {name.encode("ascii") for name in _JUDGED_CLASSES}
        entries = self._link.directory.search(selection=selection)
        return sum(1 for entry in entries if wanted & {one.lower() for one in entry.attributes.get("objectclass", ())})

    def _run(self) -> dict[str, t.Any]:
        return {
            "ticket": self._params["ticket"] or "",
            "approver": self._params["approver"] or "",
            "job": _job(),
        }

    def _tell(self, progress: Progress) -> None:
        """Leave word of how far the run is, for whoever waits."""
        check_mode = self._module.check_mode
        word: dict[str, object] = {
            "decided": progress.decided,
            "planned": progress.planned,
            "counts": progress.counts,
            "estimate": {"objects": progress.estimate[0], "seconds": round(progress.estimate[1], 1)},
            "rehearsal": check_mode,
        }
        if self.state is not None and not check_mode:
            ProgressFile(os.path.join(self.state.path, _PROGRESS)).put(word)
        self._progress.put(word)

    def close(self) -> None:
        """Let others use the directory for journals, and close what was opened again."""
        self._link.close()
        if self.state is not None:
            self.state.close()

    def __enter__(self) -> WritingSession:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _limits(params: Params, judged: int = 0, stop_path: str | None = None) -> Limits:
    percent = params.get("max_changed_percent", 100)
    return Limits(
        max_changes=_unlimited(params["max_changes"]),
        max_changed_percent=None if percent == 100 else percent,
        judged=judged,
        deadline=parse_deadline(params["deadline"]) if params["deadline"] is not None else None,
        batch_size=params["batch_size"],
        max_errors=_unlimited(params["max_errors"]),
        max_write_rate=params["max_write_rate"],
        stop_path=stop_path,
    )


def _unlimited(number: int) -> int | None:
    return None if number == -1 else number


def settings_of(params: Params) -> Settings:
    """Return what may be changed (fragment ``writing.plan``)."""
    return Settings(
        protected_accounts=params["protected_accounts"] == "allow",
        policy_managed_recipients=params["policy_managed_recipients"] == "allow",
        exclude_attributes=frozenset(name.strip().lower() for name in params["exclude_attributes"]),
    )


def _job() -> str:
    """Return what names the job of AWX or Automation Platform; empty elsewhere."""
    return os.environ.get("JOB_ID", "")
