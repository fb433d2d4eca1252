# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module cloud_match_info."""

from __future__ import annotations

import contextlib
import re
import typing as t

from ansible.module_utils.basic import AnsibleModule

from .._audit import across
from .._audit.cloud import Tenant, load_tenant
from .._audit.cloud_match import CloudMatch, MatchOptions
from .._audit.cloud_rows import MatchSummary, keep_rows, read_rows
from .._audit.forest import Forest
from .._audit.reading import read_topology
from .._audit.scan import scan
from .._audit.scope import Scopes
from .._audit.snapshot import Snapshot
from .._directory.interface import Directory
from .._model.errors import OptionError
from .._model.finding import SEVERITIES
from .._model.version import VERSION
from .._report.cloud_match import COLUMNS, corrections, row_as_csv, row_as_dict
from .._report.files import ReportDirectory
from .._rules.cloud_identity import UNKNOWN_DOMAIN
from .._rules.options import RuleOptions
from .arguments import Spec
from .assumed import assumed_spec, tell_passed_over
from .choices import Params, domains_of, open_directory, sync_scope_of
from .tenant_options import given_domain, tenant_options, tenant_spec
from .wrapper import Failure, Result

EMPTY_RESULT: Result = {
    "source": {},
    "tenant": {},
    "summary": {},
    "matches": [],
    "truncated": False,
    "artifacts": {},
}
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")
_MISMATCHED = len(SEVERITIES) - 1


def match_spec() -> Spec:
    """Return the options of the module itself."""
    return {
        **tenant_spec(),
        **assumed_spec(),
        "tenant_users_path": {"type": "path", "required": True},
        "tenant_objects_path": {"type": "path"},
        "tenant_roles_path": {"type": "path"},
        "verified_domains": {"type": "list", "elements": "str", "default": []},
        "sign_in_attribute": {"type": "str", "default": "userPrincipalName"},
        "report_dir": {"type": "path"},
        "max_returned": {"type": "int", "default": 100},
        "fail_on": {"type": "str", "choices": ["none", "warning", "error"], "default": "none"},
    }


def initial_domain(params: Params, tenant: Tenant, snapshot: Snapshot | None, forest: Forest | None = None) -> str:
    """Return the domain that the tenant began with, as the options, the exports or the directory tell it.

    Args:
        params: the options.
        tenant: what the exports say.
        snapshot: with the users of the tenant; None where there are none.
        forest: what the directory told.

    Raises:
        OptionError: the option names no such domain.
    """
    if given := given_domain(params):
        return given
    if tenant.initial_domain:
        return tenant.initial_domain
    if snapshot is not None:
        question = (
            "SELECT lower(substr(upn, instr(upn, '@') + 1)) AS domain, count(*) FROM temp.cloud "
            "WHERE upn LIKE '%@%.onmicrosoft.com' AND upn NOT LIKE '%.mail.onmicrosoft.com' "
            "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
        )
        for domain, _number in snapshot.ask(question):
            return str(domain)
    accounts = forest.census.sync_accounts() if forest is not None else ()
    return next((account.tenant for account in accounts if account.tenant), UNKNOWN_DOMAIN)


def cloud_match(module: AnsibleModule) -> Result:
    """Compare the directory with the tenant's exports; write the list where there is a report_dir.

    Raises:
        SyncreadyError: something was wrong that a person can act on; no report was written then.
        Failure: the comparison is complete and ``fail_on`` was crossed.
    """
    params = module.params
    if params["max_returned"] < 0:
        raise OptionError("max_returned: give a number that is not negative.")
    rules = _rules(params)
    files = tenant_options(params).files
    with contextlib.ExitStack() as stack:
        snapshot = Snapshot()
        stack.callback(snapshot.close)
        # The files first: a wrong one shows at once, and not after an hour of reading.
        tenant = load_tenant(files, snapshot)
        directory = open_directory(params)
        stack.callback(directory.close)
        stack.callback(tell_passed_over, module, directory)
        report = ReportDirectory(params["report_dir"]) if params["report_dir"] else None
        if report is not None:
            stack.callback(report.discard)
        forest = _read(directory, rules, params, snapshot)
        options = MatchOptions(
            rules=rules,
            initial_domain=initial_domain(params, tenant, snapshot, forest),
            source_anchor=params["source_anchor"],
            upn_sync_enabled=params["upn_sync_enabled"],
            dns_domains=frozenset(forest.dns_domains),
        )
        match = CloudMatch(snapshot, tenant, options)
        keep_rows(snapshot, ((row, row_as_dict(row)) for row in match.rows()))
        known = _tenant_as_dict(tenant, options)
        if report is not None:
            report.write_rows("cloud_match", COLUMNS, ((plain, row_as_csv(plain)) for plain in read_rows(snapshot)))
            report.write_text("cloud_match.ps1", corrections(read_rows(snapshot, worst=_MISMATCHED)))
            document = {
                "collection": f"syncready.m365 {VERSION}",
                "source": directory.identity(),
                "tenant": known,
                "summary": summary_as_dict(match.summary),
            }
            report.write_json("cloud_match.json", document)
        sample = list(read_rows(snapshot, params["max_returned"], worst=_MISMATCHED))
        result: Result = {
            "source": directory.identity(),
            "tenant": known,
            "summary": summary_as_dict(match.summary),
            "matches": sample,
            "truncated": len(sample) < match.summary.rows_with_mismatches,
            "artifacts": report.publish() if report is not None else {},
        }
    return _judged(result, match.summary, params["fail_on"])


def _rules(params: Params) -> RuleOptions:
    sign_in: str = params["sign_in_attribute"]
    if not _ATTRIBUTE.match(sign_in):
        raise OptionError(f"'{sign_in}' is no name of an LDAP attribute.")
    sign_in = {"userprincipalname": "userPrincipalName", "mail": "mail"}.get(sign_in.lower(), sign_in)
    return RuleOptions(domains_of(params), sign_in_attribute=sign_in, gal_attributes=())


def _read(directory: Directory, rules: RuleOptions, params: Params, snapshot: Snapshot) -> Forest:
    scopes = Scopes(sync_scope_of(params["sync_scope"]), None)
    forest = scan(directory, rules, scopes, snapshot)
    read_topology(directory, forest)
    across.leave_out_late(snapshot, forest)
    snapshot.run("CREATE INDEX addresses_oid ON addresses (oid, value)")
    return forest


def _tenant_as_dict(tenant: Tenant, options: MatchOptions) -> dict[str, t.Any]:
    return {
        "users": tenant.users,
        "objects": tenant.objects,
        "repeated": tenant.repeated,
        "initial_domain": options.initial_domain,
        "verified_domains": sorted(options.rules.domains.verified)[:100],
        "known": sorted(tenant.known),
        "notes": tenant.notes[:20],
    }


def summary_as_dict(summary: MatchSummary) -> dict[str, t.Any]:
    """Return the numbers of a comparison as plain values."""
    return {
        "objects": summary.objects,
        "matched_by": dict(sorted(summary.matched_by.items())),
        "mismatches": dict(sorted(summary.mismatches.items())),
        "severity": {name: summary.severity.get(name, 0) for name in SEVERITIES},
        "rows_with_mismatches": summary.rows_with_mismatches,
        "cloud_only": summary.cloud_only,
        "other_domains": summary.other_domains,
    }


def _judged(result: Result, summary: MatchSummary, fail_on: str) -> Result:
    counted = {"none": (), "warning": ("error", "warning"), "error": ("error",)}[fail_on]
    if any(summary.severity[name] for name in counted):
        words = " and ".join(f"{summary.severity[name]} of severity {name}" for name in counted)
        raise Failure(f"Directory and tenant do not agree: {words} found (fail_on: {fail_on}).", "FAIL_ON", result)
    return result
