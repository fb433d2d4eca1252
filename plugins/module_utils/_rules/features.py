# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Features of Microsoft 365 that depend on directory synchronization, and which of their prerequisites a directory shows.

The list is that of Microsoft's "Prepare for directory synchronization". A prerequisite is met, missing, or unknown; of
what a directory cannot show, the text says what to look at by hand.
"""

from __future__ import annotations

import typing as t

from . import feature_needs as needs
from . import rule
from .feature import Feature, FeatureFacts, Prerequisite

_Needs = t.Callable[[FeatureFacts], t.Iterator[Prerequisite]]
_FEATURES: tuple[tuple[str, str, str, _Needs], ...] = (
    ("seamless_single_sign_on", "Seamless single sign-on", rule.SSO, needs.seamless_sso),
    ("skype_coexistence", "Skype coexistence", rule.TOPOLOGIES, needs.skype),
    ("shared_address_list", "Exchange hybrid: one global address list for both sides", rule.PREPARE, needs.shared_gal),
    (
        "address_list_of_other_systems",
        "Global address list from other mail systems",
        rule.PREPARE,
        needs.other_mail_systems,
    ),
    (
        "service_offerings",
        "Adding users to service offerings and removing them, by two-way synchronization",
        rule.ATTRIBUTES,
        needs.service_offerings,
    ),
    (
        "mailbox_moves",
        "Moving some mailboxes to the cloud and keeping others",
        rule.EXCHANGE_HYBRID,
        needs.mailbox_moves,
    ),
    ("safe_and_blocked_senders", "Safe and blocked senders known in the cloud", rule.ATTRIBUTES, needs.senders),
    ("delegation", "Basic delegation, and sending on behalf of others", rule.ATTRIBUTES, needs.delegation),
    (
        "smart_card_or_mfa",
        "A smart card or multifactor authentication solution of one's own",
        rule.PREPARE,
        needs.smart_card,
    ),
    ("photos", "Photos", rule.PREPARE, needs.photos),
    ("thumbnails", "Thumbnails", rule.ATTRIBUTES, needs.thumbnails),
    ("conference_rooms", "Conference rooms", rule.ATTRIBUTES, needs.rooms),
    ("security_groups", "Security groups", rule.PREPARE, needs.security_groups),
)


def features(facts: FeatureFacts) -> list[Feature]:
    """Return every feature with what is known of its prerequisites."""
    return [Feature(name, title, tuple(wanted(facts)), source) for name, title, source, wanted in _FEATURES]
