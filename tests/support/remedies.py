# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans in tests: made from entries, and applied to them in memory."""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.syncready.m365.plugins.module_utils._audit.findings import read_findings
from ansible_collections.syncready.m365.plugins.module_utils._audit.options import AuditOptions
from ansible_collections.syncready.m365.plugins.module_utils._audit.scan import run_audit
from ansible_collections.syncready.m365.plugins.module_utils._audit.scope import Scopes
from ansible_collections.syncready.m365.plugins.module_utils._audit.snapshot import Snapshot
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Directory
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._model.finding import Finding
from ansible_collections.syncready.m365.plugins.module_utils._remediation.details import Details
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan import by_object
from ansible_collections.syncready.m365.plugins.module_utils._remediation.policies import Policies
from ansible_collections.syncready.m365.plugins.module_utils._remediation.propose import Proposals, Proposer

from .audits import Entries, rule_options

ALL = Policies(
    suffix_map={"contoso.local": "contoso.com", "emea.contoso.local": "contoso.com"},
    transliterate=True,
    remove_invalid_characters=True,
    rename_pattern="{local}{n}",
    duplicate_winner=("mailbox_owner", "enabled", "primary", "verified_domain", "oldest"),
    remove_secondary=True,
    missing_upn="contoso.com",
    missing_proxy=True,
    missing_nickname=True,
    primary_from=("mail", "upn", "single"),
    align_upn_with="primary_smtp",
    align_mail=True,
    display_name_from="given_name_surname",
    tidy_names=True,
    country_code_from_c=True,
)


def plan(entries: t.Sequence[Entry], policies: Policies = ALL, options: AuditOptions | None = None) -> Proposals:
    """Audit some entries and return what is proposed for them."""
    return plan_of(Entries(entries), policies, options)


def plan_of(directory: Directory, policies: Policies = ALL, options: AuditOptions | None = None) -> Proposals:
    """Audit a directory and return what is proposed for it."""
    return look(directory, policies, options)[1]


def look(
    directory: Directory, policies: Policies = ALL, options: AuditOptions | None = None
) -> tuple[list[Finding], Proposals]:
    """Audit a directory and return the findings, and what is proposed for it."""
    chosen = options or AuditOptions(rule_options())
    snapshot = Snapshot()
    try:
        run_audit(directory, chosen, snapshot)
        found = [one for _row, one in read_findings(snapshot)]
        details = Details(snapshot)
        details.read(directory, chosen.rules)
        scopes = Scopes(chosen.sync_scope, chosen.licence_scope)
        return found, Proposer(snapshot, details, chosen, scopes, policies).run()
    finally:
        snapshot.close()


def findings(entries: t.Sequence[Entry], options: AuditOptions | None = None) -> list[Finding]:
    """Return the findings of some entries."""
    snapshot = Snapshot()
    try:
        run_audit(Entries(entries), options or AuditOptions(rule_options()), snapshot)
        return [found for _row, found in read_findings(snapshot)]
    finally:
        snapshot.close()


def applied(entries: t.Sequence[Entry], proposals: Proposals) -> list[Entry]:
    """Return the entries with a plan applied to them; every value that goes must be there, exactly."""
    changes = {change.object.key: change.changes for change in by_object(proposals.rows)}
    result = []
    for entry in entries:
        key = entry.guid or "dn:" + entry.dn.lower()
        attributes = {name: list(values) for name, values in entry.attributes.items()}
        for change in changes.pop(key, ()):
            values = attributes.setdefault(change.attribute.lower(), [])
            for value in change.remove:
                values.remove(value.encode())
            for value in change.add:
                assert value.encode() not in values
                values.append(value.encode())
            if not values:
                del attributes[change.attribute.lower()]
        result.append(Entry(entry.dn, attributes, entry.counts, entry.incomplete, entry.origin))
    assert not changes
    return result


def broken(found: t.Iterable[Finding]) -> Counter[tuple[str, str, str | None]]:
    """Return how often each rule is broken by each attribute of each object."""
    return Counter((item.object.dn, item.rule, item.attribute) for item in found if item.object)
