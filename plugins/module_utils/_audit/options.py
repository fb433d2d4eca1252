# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the user may choose about an audit."""

from __future__ import annotations

import datetime
import typing as t
from dataclasses import dataclass, field

from .._model.finding import Severity
from .._rules.options import RuleOptions
from .cloud_findings import TenantOptions
from .waivers import Waiver


@dataclass(frozen=True)
class LicenceScope:
    """The users who will get a licence: those in an OU, those a filter finds, or the members of a group."""

    ous: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    filter: str | None = None


@dataclass(frozen=True)
class SyncScope:
    """The OUs that are synchronized. The deepest OU that an object is in decides; default is in."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True)
class AuditOptions:
    """All choices of an audit.

    Attributes:
        rules: options of the rules themselves.
        licence_scope: who gets a licence; None: as the directory suggests.
        sync_scope: which OUs are synchronized.
        disabled_rules: rules whose findings are left out.
        severity_overrides: rule to the severity that its findings get.
        waivers: findings that somebody accepted.
        today: the day by which waivers expire.
        tenant: what is known of the tenant; None: nothing.
        join_attribute: the attribute by which a comparison of forests will join people; None: none.
        processes: how many processes judge objects, beside the one that reads; 1: one process does it all.
        other_forests: name of another audited forest to its UPN suffixes and domains, folded.
    """

    rules: RuleOptions
    licence_scope: LicenceScope | None = None
    sync_scope: SyncScope = SyncScope()
    disabled_rules: frozenset[str] = frozenset()
    severity_overrides: dict[str, Severity] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    today: datetime.date = field(default_factory=datetime.date.today)
    other_forests: t.Mapping[str, frozenset[str]] = field(default_factory=dict)
    tenant: TenantOptions | None = None
    join_attribute: str | None = None
    processes: int = 1
