# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the user may choose about the rules themselves."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .domains import Domains

SyncClient = t.Literal["connect", "cloud_sync"]

# One element a GAL attribute; "c|co" means that either of the two will do.
DEFAULT_GAL_ATTRIBUTES = (
    "givenName",
    "sn",
    "displayName",
    "title",
    "department",
    "physicalDeliveryOfficeName",
    "telephoneNumber",
    "mobile",
    "facsimileTelephoneNumber",
    "streetAddress",
    "l",
    "st",
    "postalCode",
    "c|co",
)


@dataclass(frozen=True)
class RuleOptions:
    """Options that change what a rule says.

    Attributes:
        domains: judges domains; holds the verified ones.
        sign_in_attribute: LDAP name of the attribute that becomes the sign-in name in the cloud (alternate ID).
        gal_attributes: attributes of the address list that count as missing when empty; "a|b" means either.
        single_sign_on: UPN suffix and name are held to the character set of single sign-on.
        third_party_migration: mail-enabled objects need targetAddress to show in the cloud's address list.
        sync_client: decides the size limit of groups.
        minimum_exchange_build: Exchange servers of an older build are reported, as (15, 1, 2507, 6); None: none is.
        non_ascii: report every value outside ASCII (rule non-ascii).
        gal_choices: ``gal_attributes`` taken apart: words for people, and the names (lower case) that will do.
    """

    domains: Domains
    sign_in_attribute: str = "userPrincipalName"
    gal_attributes: tuple[str, ...] = DEFAULT_GAL_ATTRIBUTES
    single_sign_on: bool = False
    third_party_migration: bool = False
    sync_client: SyncClient = "connect"
    non_ascii: bool = False
    minimum_exchange_build: tuple[int, ...] | None = None
    gal_choices: tuple[tuple[str, tuple[str, ...]], ...] = field(init=False)

    def __post_init__(self) -> None:
        choices = tuple((" or ".join(name.split("|")), tuple(name.lower().split("|"))) for name in self.gal_attributes)
        object.__setattr__(self, "gal_choices", choices)

    @property
    def signs_in_with_upn(self) -> bool:
        """Whether the sign-in name is userPrincipalName itself."""
        return self.sign_in_attribute.lower() == "userprincipalname"
