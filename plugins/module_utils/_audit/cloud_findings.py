# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenant's side in an audit: users whose sign-in name is another one in the cloud."""

from __future__ import annotations

from dataclasses import dataclass

from .._rules.cloud_identity import UNKNOWN_DOMAIN
from .._rules.mismatches import UPN_DIFFERS
from .._rules.options import RuleOptions
from .cloud import TenantFiles, load_tenant
from .cloud_match import CloudMatch, MatchOptions
from .cloud_pairs import SourceAnchor
from .snapshot import Snapshot

RULE = "upn-differs-from-cloud"
_OTHER = "cloud userPrincipalName"


@dataclass(frozen=True)
class TenantOptions:
    """What the user said about the tenant.

    Attributes:
        files: its exports; without one of the users nothing is compared.
        initial_domain: the domain that it began with; None: not known.
        source_anchor: what an anchor is made of.
        upn_sync_enabled: whether names of licensed users follow; None: not known.
    """

    files: TenantFiles
    initial_domain: str | None = None
    source_anchor: SourceAnchor = "ms_ds_consistency_guid"
    upn_sync_enabled: bool | None = None


def compare_names(
    snapshot: Snapshot, options: TenantOptions | None, rules: RuleOptions, dns_domains: frozenset[str]
) -> None:
    """Note every judged user whose sign-in name differs from the one in the tenant, to be reported with the other
    differences.

    Raises:
        TenantFileError: an export is damaged, was cut off, or is something else.
    """
    if options is None or options.files.users is None:
        return
    tenant = load_tenant(options.files, snapshot)
    initial = options.initial_domain or tenant.initial_domain or UNKNOWN_DOMAIN
    choices = MatchOptions(rules, initial, options.source_anchor, options.upn_sync_enabled, dns_domains)
    snapshot.run("CREATE INDEX IF NOT EXISTS addresses_oid ON addresses (oid, value)")
    for row in CloudMatch(snapshot, tenant, choices).rows():
        account = row.account
        if row.oid is None or account is None or account.guest:
            continue
        if any(item.kind in UPN_DIFFERS for item in row.mismatches):
            name, attribute = row.sign_in_name, rules.sign_in_attribute
            snapshot.add("differing", (row.oid, RULE, attribute, name, _OTHER, account.upn))
