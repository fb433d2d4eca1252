# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module user_principal_name."""

from __future__ import annotations

import contextlib
import typing as t
from collections import Counter

from ansible.module_utils.basic import AnsibleModule

from .._audit.cloud import TenantFiles
from .._directory.filters import parse_filter
from .._model.errors import OptionError
from .._remediation.guard import Settings
from .._remediation.identity import check_directory
from .._remediation.plan import by_object
from .._remediation.plan_files import write_plan, write_sheet
from .._remediation.upn_making import MadeMoves, UpnOptions, make_moves
from .._remediation.upn_moves import Careful
from .._remediation.upn_names import DEFAULT_PATTERN, Aligned, FromAccountName, MappedSuffix, NewName
from .._report import outcomes
from .._report.files import ReportDirectory
from .._report.upn_moves import COLUMNS, move_as_dict, move_rows, touches
from .._rules.domains import Domains, ascii_form
from .._rules.options import RuleOptions
from .._rules.suffixes import check_suffix
from .._tenant.domains import read_domains
from .arguments import Spec, guarded_spec, scope_spec
from .assumed import assumed_spec, refuse_assumptions, tell_passed_over
from .choices import Params, dns, domains_of, open_directory, sync_scope_of
from .tenant_options import tenant_columns, tenant_options, tenant_spec
from .wrapper import Failure, Result
from .writing import EMPTY_WRITING, WritingSession

EMPTY_RESULT: Result = {
    **EMPTY_WRITING,
    "plan": {},
    "summary": dict.fromkeys(("chosen", "as_wanted", "to_move", "held_back"), 0),
    "held_back_by": {},
    "users": [],
    "users_truncated": False,
    "unknown_users": [],
    "touches": [],
}
_SKIP_OR_ALLOW: Spec = {"type": "str", "choices": ["skip", "allow"], "default": "skip"}
CONSTRAINTS: Spec = {
    "mutually_exclusive": [("suffix_map", "align", "from")],
    "required_one_of": [("suffix_map", "align", "from")],
    "required_by": {"pattern": ["from"]},
}


def names_spec() -> Spec:
    """Return the options of the module beside those of the directory."""
    return {
        **guarded_spec(),
        **scope_spec(),
        **tenant_spec(),
        **assumed_spec(),
        "suffix_map": {"type": "dict"},
        "align": {"type": "str", "choices": ["primary_smtp", "mail"]},
        "from": {"type": "str", "choices": ["samaccountname"]},
        "pattern": {"type": "str"},
        "ous": {"type": "list", "elements": "str", "default": []},
        "groups": {"type": "list", "elements": "str", "default": []},
        "ldap_filter": {"type": "str"},
        "users": {"type": "list", "elements": "str", "default": []},
        "verified_domains": {"type": "list", "elements": "str", "default": []},
        "federated_domains": {"type": "list", "elements": "str", "default": []},
        "single_sign_on": {"type": "bool", "default": False},
        "compare_snapshots": {"type": "list", "elements": "path", "default": []},
        "tenant_users_path": {"type": "path"},
        "protected_accounts": _SKIP_OR_ALLOW,
        "smart_card_users": _SKIP_OR_ALLOW,
        "service_accounts": _SKIP_OR_ALLOW,
        "max_changed_percent": {"type": "float", "default": 5.0},
    }


def move_users(module: AnsibleModule) -> Result:
    """Give users other sign-in names.

    Raises:
        SyncreadyError: something was wrong before anything was written.
        Failure: not everything became as the plan wants; it has the full result.
    """
    params = module.params
    refuse_assumptions(module)
    options = upn_options(params)
    with contextlib.ExitStack() as stack:
        directory = open_directory(params)
        stack.callback(directory.close)
        stack.callback(tell_passed_over, module, directory)
        # What a cut run left is finished first, so that the plan rests on the outcome.
        session = stack.enter_context(WritingSession(module, directory))
        made = make_moves(directory, options)
        check_directory(made.header.directory, directory.identity(), "The plan")
        more = _told(params, made)
        # The announcement lies there before the first name changes.
        announced = _announced(params, made, stack)
        digest = announced["plan_jsonl"]["sha256"] if announced else made.header.digest
        about = {"plan": made.header.plan_id, "digest": digest}
        settings = Settings(protected_accounts=params["protected_accounts"] == "allow")
        try:
            result = session.write(
                list(by_object(made.rows)), made.header.digest, about, made.judged, settings=settings
            )
        except Failure as failure:
            failure.result.update(_together(failure.result, more, announced, _notes(params, made)))
            raise
        return _together({**EMPTY_RESULT, **result}, more, announced, _notes(params, made))


def upn_options(params: Params) -> UpnOptions:
    """Return what the options want.

    Raises:
        OptionError: one of them says something unusable.
        TenantFileError: the export of the tenant's domains cannot be used.
        MissingDataError: the list of top-level domains is not installed.
    """
    domains = domains_of(params)
    names = _names(params, domains)
    chosen = params["ous"] or params["groups"] or params["ldap_filter"] or params["users"]
    if not chosen and not isinstance(names, MappedSuffix):
        raise OptionError(
            "Say which users are meant: ous, groups, ldap_filter or users. For everybody, give ldap_filter (objectClass=user)."
        )
    if params["ldap_filter"]:
        parse_filter(params["ldap_filter"])
    tenant = tenant_options(params)
    return UpnOptions(
        names=names,
        careful=Careful(
            protected_accounts=params["protected_accounts"] == "allow",
            smart_card_users=params["smart_card_users"] == "allow",
            service_accounts=params["service_accounts"] == "allow",
            federated_domains=_federated(params, tenant.files),
        ),
        rules=RuleOptions(domains, gal_attributes=(), single_sign_on=params["single_sign_on"]),
        ous=dns("ous", params["ous"]),
        groups=dns("groups", params["groups"]),
        ldap_filter=params["ldap_filter"],
        users=tuple(name for name in params["users"] if name.strip()),
        sync_scope=sync_scope_of(params["sync_scope"]),
        other_snapshots=tuple(params["compare_snapshots"]),
        tenant=tenant.files,
        source_anchor=params["source_anchor"],
        upn_sync_enabled=params["upn_sync_enabled"],
        words={name: params[name] for name in ("suffix_map", "align", "from", "pattern") if params[name]},
    )


def _names(params: Params, domains: Domains) -> NewName:
    if params["align"]:
        return Aligned(params["align"])
    if params["from"]:
        return FromAccountName(params["pattern"] or DEFAULT_PATTERN)
    if not params["suffix_map"]:
        raise OptionError("suffix_map: name at least one old suffix and the new one.")
    suffixes = {}
    for old, new in params["suffix_map"].items():
        after = _domain("suffix_map", new)
        _check_new(after, domains)
        suffixes[_domain("suffix_map", old)] = after
    return MappedSuffix(suffixes)


def _check_new(suffix: str, domains: Domains) -> None:
    """Refuse a new suffix that no user may get."""
    try:
        check_suffix(suffix, domains, allow_non_routable=False)
    except OptionError as error:
        words = str(error).removeprefix("suffixes: ").split(" Set allow_non_routable")[0]
        raise OptionError(f"suffix_map: {words}") from None
    if domains.verdict(suffix) == "unverified":
        raise OptionError(f"suffix_map: {suffix} is not among the verified domains. Verify it in the tenant first.")


def _domain(option: str, name: t.Any) -> str:
    domain = ascii_form(name.strip().removeprefix("@")) if isinstance(name, str) else None
    if not domain:
        raise OptionError(f"{option}: '{name}' is no domain name; give names such as contoso.com.")
    return domain


def _federated(params: Params, files: TenantFiles) -> frozenset[str]:
    given = {_domain("federated_domains", name) for name in params["federated_domains"]}
    if files.domains:
        given |= {one.name.lower() for one in read_domains(files.domains, tenant_columns(params)) if one.federated}
    return frozenset(given)


def _told(params: Params, made: MadeMoves) -> Result:
    most = max(params["max_returned"], 0)
    held = Counter(move.reason for move in made.moves if not move.moves)
    users = outcomes.capped([move_as_dict(move, made.managers) for move in made.moves[:most]], most)
    return {
        "plan": {
            "plan_id": made.header.plan_id,
            "digest": "",
            "rows": made.header.rows,
            "objects": made.header.objects,
            "created": made.header.created,
        },
        "summary": {
            "chosen": made.chosen,
            "as_wanted": made.chosen - len(made.moves),
            "to_move": len(made.rows),
            "held_back": sum(held.values()),
        },
        "held_back_by": dict(sorted(held.items())),
        "users": users,
        "users_truncated": len(users) < len(made.moves),
        "unknown_users": made.unknown[:most],
        "touches": touches() if made.rows else [],
    }


def _announced(params: Params, made: MadeMoves, stack: contextlib.ExitStack) -> Result:
    """Write plan and announcement where there is a report_dir; return the files."""
    if not params["report_dir"]:
        return {}
    report = ReportDirectory(params["report_dir"])
    stack.callback(report.discard)
    write_plan(report.file("plan.jsonl"), made.header, made.rows)
    write_sheet(report.file("plan.csv"), made.header, made.rows)
    report.write_rows("users", COLUMNS, move_rows(made.moves, made.managers))
    report.write_json("touches.json", touches())
    return report.publish()


def _notes(params: Params, made: MadeMoves) -> list[str]:
    notes = list(made.notes)
    if made.live and made.rows:
        notes.append(
            "A synchronization is at work: the new names reach the cloud at its next cycle, and a roll back here does not "
            "undo what the cloud did then."
        )
    if params["search_bases"] or [name.lower() for name in params["domains"]] != ["all"]:
        notes.append("Not the whole forest was read, so whether a new name is free was only asked where it was.")
    return notes


def _together(result: Result, more: Result, announced: Result, notes: list[str]) -> Result:
    if announced:
        more = {**more, "plan": {**more["plan"], "digest": announced["plan_jsonl"]["sha256"]}}
    return {
        **result,
        **more,
        "artifacts": {**announced, **result.get("artifacts", {})},
        "notes": notes + result.get("notes", []),
    }
