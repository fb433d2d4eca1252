# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What else changes with a sign-in name, as Microsoft documents it."""

from __future__ import annotations

import typing as t

_UPN_CHANGES = "Microsoft Entra ID, Plan and troubleshoot User Principal Name changes (howto-troubleshoot-upn-changes)"
_POPULATION = "Microsoft Entra ID, UserPrincipalName population (plan-connect-userprincipalname)"
_FEATURES = "Microsoft Entra Connect Sync service features (how-to-connect-syncservice-features)"


class Touched(t.NamedTuple):
    """One thing that a change of the sign-in name touches.

    Attributes:
        topic: a stable word.
        effect: what happens, and what to do, in words.
        source: the document that says so.
    """

    topic: str
    effect: str
    source: str


TOUCHES = (
    Touched(
        "sign_in",
        "People sign in with the new name from the next synchronization on. Tell them before, and change the primary "
        "SMTP address and the sign-in name together, so that they stay one.",
        _UPN_CHANGES,
    ),
    Touched(
        "custom_domain",
        "The new domain must be verified in the tenant before the change; otherwise the cloud makes the name of "
        "mailNickname and the onmicrosoft.com domain.",
        _UPN_CHANGES,
    ),
    Touched(
        "onedrive",
        "The address of the OneDrive changes. Links to it, shortcuts and pinned places may have to be made again.",
        _UPN_CHANGES,
    ),
    Touched(
        "teams",
        "Meeting notes of Teams that were made under the old name may no longer open from the meeting.",
        _UPN_CHANGES,
    ),
    Touched(
        "authenticator",
        "Sign-in by phone and passwordless sign-in with Microsoft Authenticator must be registered again.",
        _UPN_CHANGES,
    ),
    Touched(
        "mobile_application_management",
        "Applications under a protection policy know the user by the old name and may have to be enrolled again.",
        _UPN_CHANGES,
    ),
    Touched(
        "hybrid_joined_devices",
        "Devices that are joined to both directories may lose single sign-on until the user signs in again.",
        _UPN_CHANGES,
    ),
    Touched(
        "saas_applications",
        "Applications that make accounts at the first sign-in may make a second one for the new name.",
        _UPN_CHANGES,
    ),
    Touched(
        "exchange",
        "Exchange Online adds the new name as a secondary SMTP address to users with an Exchange licence.",
        _POPULATION,
    ),
    Touched(
        "licensed_users",
        "The name of a licensed user follows only where the feature SynchronizeUpnForManagedUsers is on.",
        _FEATURES,
    ),
)

FEDERATED_DETOUR = (
    "{old} and {new} are both federated, and the cloud refuses to move a name from one federated domain to another. "
    "Move it to a managed domain first (the onmicrosoft.com domain of the tenant), let it synchronize, then to {new}."
)
