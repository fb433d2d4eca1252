# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be wrong between an object of the directory and its counterpart in the tenant, and what it comes to.

Sources: "Use an existing tenant", "Design concepts" and "Service features" of Microsoft Entra Connect, KB 3164442
(matching by UPN), and "What's new" of Microsoft Entra for the hardening of 2026.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._model.finding import Severity

# Whether the tenant comes to agree with the directory without anybody's help.
Follows = t.Literal["yes", "no", "unknown"]


@dataclass(frozen=True)
class MismatchKind:
    """One kind of mismatch: how bad it is, whether it settles itself, and what is to be done."""

    severity: Severity
    follows: Follows
    advice: str


MISMATCHES: dict[str, MismatchKind] = {
    "upn_case_differs": MismatchKind("info", "unknown", "Nothing breaks; names are compared without case."),
    "upn_pending": MismatchKind(
        "info", "yes", "The value in the directory was not synchronized yet; wait for the next cycle."
    ),
    "upn_waits_for_change": MismatchKind(
        "warning",
        "no",
        "The tenant has received the value and keeps the old name: it follows with the next change in the directory, or "
        "when it is set in the tenant.",
    ),
    "upn_licensed": MismatchKind(
        "warning",
        "no",
        "Names of licensed users do not follow while SynchronizeUpnForManagedUsers is off. Switch it on (it cannot be "
        "switched off again), or set the name in the tenant.",
    ),
    "upn_unclear": MismatchKind(
        "warning",
        "unknown",
        "Whether the name follows depends on licences and on SynchronizeUpnForManagedUsers, which are not known. State "
        "upn_sync_enabled, or set the name in the tenant.",
    ),
    "upn_cloud_managed": MismatchKind(
        "warning", "no", "The authority over the user is in the cloud; set the name there, or in the directory as well."
    ),
    "upn_at_match": MismatchKind(
        "info",
        "unknown",
        "The names differ until the two are matched; then the directory decides, licensed users apart.",
    ),
    "upn_suffix_not_verified": MismatchKind(
        "warning",
        "no",
        "The suffix in the directory is not verified, so the name cannot follow. Give the user a verified suffix there; "
        "if the domain is verified instead, all names are worked out again.",
    ),
    "upn_invalid": MismatchKind(
        "warning", "no", "The name in the directory is not valid, so it cannot follow. Repair it there."
    ),
    "upn_missing": MismatchKind("info", "no", "The user has no sign-in name in the directory. Give it one there."),
    "upn_quarantined": MismatchKind(
        "error",
        "yes",
        "The name is quarantined: another object of the tenant holds it. It comes by itself within hours of the end of "
        "the conflict.",
    ),
    "primary_differs": MismatchKind(
        "warning",
        "unknown",
        "The primary address follows the directory; find out why it did not (licence, quarantine).",
    ),
    "soft_match": MismatchKind(
        "info", "yes", "The two are joined at the first synchronization. Make sure that they are the same person."
    ),
    "soft_match_role": MismatchKind(
        "error",
        "no",
        "Users who hold an administrator role are never matched. Take the role away until they are matched, or name the "
        "tenant's account otherwise.",
    ),
    "soft_match_guest": MismatchKind(
        "warning", "no", "The account in the tenant is a guest. Decide whether it becomes a member or goes."
    ),
    "hard_match": MismatchKind(
        "info",
        "yes",
        "The tenant's account was prepared with the anchor of this user and is joined at the first cycle.",
    ),
    "hard_match_role": MismatchKind(
        "error",
        "no",
        "Since June 2026 the anchor does not match a user of the cloud who holds a role. Take the role away until the "
        "two are matched.",
    ),
    "object_type_mismatch": MismatchKind(
        "error", "no", "An object of another type holds the address in the tenant. Change one of the two addresses."
    ),
    "anchor_differs": MismatchKind(
        "error",
        "no",
        "The tenant's account belongs to another object of a directory. If it is this user who was made anew, give it the "
        "tenant's anchor in mS-DS-ConsistencyGuid; since July 2026 the tenant refuses to be joined otherwise, unless its own "
        "mapping is released first.",
    ),
    "anchor_is_object_guid": MismatchKind(
        "warning",
        "no",
        "The tenant was joined by objectGUID, and mS-DS-ConsistencyGuid holds another value. Find out which of the two "
        "the synchronization uses before the anchor changes.",
    ),
    "two_for_one": MismatchKind(
        "error", "no", "Several objects of the directory match one account of the tenant. Decide which of them it is."
    ),
    "matches_differ": MismatchKind(
        "error",
        "no",
        "The primary address belongs to one account of the tenant and the sign-in name to another. The address decides; "
        "the name will collide. Rename or remove one of the accounts.",
    ),
    "address_collision": MismatchKind(
        "error",
        "no",
        "Another object of the tenant holds the address, so it is quarantined. Take it away from one of them.",
    ),
    "address_moves": MismatchKind(
        "info", "yes", "Another account of the tenant still holds the address; the next cycle takes it away there."
    ),
    "cloud_managed": MismatchKind(
        "info", "no", "The authority over the user is in the cloud: what changes in the directory does not arrive."
    ),
    "exchange_cloud_managed": MismatchKind(
        "info",
        "no",
        "The authority over the Exchange attributes is in the cloud: addresses do not follow the directory.",
    ),
    "not_in_tenant": MismatchKind("info", "yes", "The tenant has no such user; the synchronization makes one."),
    "not_in_directory": MismatchKind(
        "warning",
        "no",
        "The tenant takes the user for synchronized, and the directory has none. Find out whether it was deleted, moved to "
        "another forest, or left out of the source that was read.",
    ),
    "leaves_scope": MismatchKind(
        "error",
        "no",
        "The tenant has the user, and the synchronization leaves the object out: the account in the tenant is deleted at "
        "the next cycle. Put the object back into scope, or agree to that.",
    ),
}

# A mismatch of these kinds is a sign-in name that is another one in the cloud.
UPN_DIFFERS = frozenset(
    (
        "upn_waits_for_change",
        "upn_licensed",
        "upn_unclear",
        "upn_cloud_managed",
        "upn_quarantined",
        "upn_pending",
        "upn_at_match",
    )
)
