# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why the sign-in name of a user is another one in the tenant, and whether it will follow the directory."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._model.text import fold
from .._rules.cloud_identity import CloudIdentity
from .._rules.subject import Subject


@dataclass(frozen=True)
class Account:
    """An account of the tenant, as the exports show it; the fields are those of ``CloudObject``."""

    cid: int
    id: str
    kind: str
    upn: str | None
    name: str
    primary: str | None
    addresses_known: bool
    immutable_id: str | None
    anchor: str | None
    synced: bool | None
    on_prem_upn: str | None
    on_prem_domain: str | None
    licensed: bool | None
    guest: bool
    roles: str | None
    managed: bool | None
    exchange_managed: bool | None
    deleted: bool

    @classmethod
    def of(cls, row: t.Sequence[t.Any]) -> Account:
        """Return an account from its row of the table ``cloud``."""
        flags = {6, 9, 12, 13, 15, 16, 17}
        values: list[t.Any] = [
            bool(value) if place in flags and value is not None else value for place, value in enumerate(row)
        ]
        return cls(*values)


def name_mismatch(
    subject: Subject, account: Account, identity: CloudIdentity, upn_sync_enabled: bool | None, *, matched: bool
) -> str | None:
    """Return the kind of mismatch between the sign-in names, None where there is none.

    Args:
        subject: the user of the directory.
        account: the account of the tenant.
        identity: what the tenant would call the user.
        upn_sync_enabled: whether names of licensed users follow (SynchronizeUpnForManagedUsers); None: not known.
        matched: whether the two are joined already.
    """
    cloud, wanted = account.upn or "", subject.sign_in_name
    if wanted is None:
        return "upn_missing"
    if wanted == cloud:
        return None
    if fold(wanted) == fold(cloud):
        return "upn_case_differs"
    if identity.upn_reason in ("suffix_not_verified", "rejected", "invalid"):
        return "upn_suffix_not_verified" if identity.upn_reason == "suffix_not_verified" else "upn_invalid"
    if identity.upn is not None and fold(identity.upn) == fold(cloud):
        # The cloud wrote an underscore for a sign that it does not take: the rules about the name say so.
        return None
    if account.managed:
        return "upn_cloud_managed"
    if not matched:
        return "upn_at_match"
    if _is_placeholder(cloud, wanted):
        return "upn_quarantined"
    if account.on_prem_upn is not None and fold(account.on_prem_upn) != fold(wanted):
        # The tenant has not seen the value yet; whether it takes it then is another question.
        return "upn_pending" if _follows(account, upn_sync_enabled) else _stays(account, upn_sync_enabled)
    if _follows(account, upn_sync_enabled):
        return "upn_waits_for_change"
    return _stays(account, upn_sync_enabled)


def _follows(account: Account, upn_sync_enabled: bool | None) -> bool:
    return upn_sync_enabled is True or account.licensed is False


def _stays(account: Account, upn_sync_enabled: bool | None) -> str:
    return "upn_licensed" if upn_sync_enabled is False and account.licensed else "upn_unclear"


def _is_placeholder(cloud: str, wanted: str) -> bool:
    """Return whether a name is what the tenant gives to the later holder of a name: four digits, the first domain."""
    local, _at, domain = fold(cloud).rpartition("@")
    prefix = re.escape(fold(wanted).rpartition("@")[0])
    return domain.endswith(".onmicrosoft.com") and re.fullmatch(rf"{prefix}\+?\d{{4}}", local) is not None
