# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The preview of an audit: what the cloud will call everybody, before a plan and after it."""

from __future__ import annotations

from .._audit.options import AuditOptions
from .._audit.snapshot import Snapshot
from .._model.errors import OptionError
from .._remediation.plan import PlanRow
from .._remediation.plan_files import read_plan
from .._remediation.preview import previews
from .._report.files import ReportDirectory
from .._report.preview import COLUMNS, preview_rows
from .._rules.cloud_identity import UNKNOWN_DOMAIN
from .._tenant.domains import read_domains
from .arguments import Spec
from .choices import Params
from .forests import forests_spec
from .tenant_options import tenant_spec


def beside_spec() -> Spec:
    """Return the options of audit_info about what is beside the directory: other forests, the tenant, a preview."""
    return {
        **forests_spec(),
        **tenant_spec(),
        "tenant_users_path": {"type": "path"},
        "preview": {"type": "bool", "default": False},
        "preview_plan_path": {"type": "path"},
    }


def check_preview(params: Params) -> tuple[PlanRow, ...]:
    """Return the rows of the plan that the preview is about, before anything is read.

    Raises:
        OptionError: there is no place for the preview, or it would show names that the report hides.
        PlanError: the plan cannot be read.
    """
    wanted = params["preview"] or params["preview_plan_path"]
    if wanted and not params["report_dir"]:
        raise OptionError("preview: the preview is written into report_dir. Give one.")
    if wanted and params["report_detail"] == "pseudonymous":
        raise OptionError("preview: a preview shows names. It cannot be had with report_detail=pseudonymous.")
    return read_plan(params["preview_plan_path"]).rows if params["preview_plan_path"] else ()


def write_preview(
    params: Params, options: AuditOptions, snapshot: Snapshot, report: ReportDirectory, rows: tuple[PlanRow, ...]
) -> None:
    """Write preview.csv and preview.jsonl, where they are wanted.

    Raises:
        OutputError: they cannot be written.
    """
    if not (params["preview"] or params["preview_plan_path"]):
        return
    known = snapshot.read_meta("synchronization") or {}
    tenant = options.tenant
    initial = tenant.initial_domain if tenant is not None else None
    if initial is None and params["tenant_domains_path"]:
        domains = read_domains(params["tenant_domains_path"], params["tenant_columns"])
        initial = next((domain.name for domain in domains if domain.initial), None)
    initial = initial or known.get("tenant") or UNKNOWN_DOMAIN
    rules = options.rules
    found = previews(snapshot, rules, initial, rows, synchronized=bool(known.get("live")))
    report.write_rows("preview", COLUMNS, preview_rows(found, rules.sign_in_attribute))
