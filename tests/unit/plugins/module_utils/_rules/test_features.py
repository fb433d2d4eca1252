# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Features that depend on synchronization: the whole list, and what makes a prerequisite met, missing or unknown."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._rules.feature import (
    COUNTED,
    WRITEBACK_ATTRIBUTES,
    FeatureFacts,
)
from ansible_collections.syncready.m365.plugins.module_utils._rules.features import features
from ansible_collections.syncready.m365.plugins.module_utils._rules.several_forests import ADVICE

# Microsoft's list, spelt out apart from the code: what the document names, to the row that answers for it.
MICROSOFTS_LIST = {
    "seamless single sign-on": "seamless_single_sign_on",
    "Skype coexistence": "skype_coexistence",
    "Exchange hybrid deployment: fully shared global address list": "shared_address_list",
    "global address list information from different mail systems": "address_list_of_other_systems",
    "adding users to and removing users from service offerings": "service_offerings",
    "moving some mailboxes to the cloud while keeping others on premises": "mailbox_moves",
    "safe senders and blocked senders replicated": "safe_and_blocked_senders",
    "basic delegation and send-on-behalf-of": "delegation",
    "integrated smart card or multifactor authentication": "smart_card_or_mfa",
    "synchronization of photos": "photos",
    "synchronization of thumbnails": "thumbnails",
    "synchronization of conference rooms": "conference_rooms",
    "synchronization of security groups": "security_groups",
}


def statuses(facts: FeatureFacts) -> dict[tuple[str, str], str]:
    return {(feature.id, need.id): need.status for feature in features(facts) for need in feature.prerequisites}


EVERYTHING = FeatureFacts(
    synchronized=True,
    sso_account=True,
    absent_attributes=frozenset(),
    exchange_schema=True,
    organisation=True,
    hybrid=True,
    local_mailboxes=1,
    remote_mailboxes=1,
    resources=1,
    resources_without_nickname=0,
    security_groups=1,
    smart_cards=1,
    with_values={name.lower(): 1 for name in COUNTED},
)
NOTHING = FeatureFacts(
    synchronized=False,
    sso_account=False,
    tenants=("a.onmicrosoft.com", "b.onmicrosoft.com"),
    absent_attributes=frozenset(name.lower() for name in (*WRITEBACK_ATTRIBUTES, *COUNTED)),
    exchange_schema=False,
    organisation=False,
    hybrid=False,
    local_mailboxes=0,
    remote_mailboxes=0,
    resources=0,
    resources_without_nickname=0,
    security_groups=0,
    smart_cards=0,
    with_values={name.lower(): 0 for name in COUNTED},
)
# What no directory shows.
BY_HAND = {
    "one_tenant",
    "sign_in_method",
    "connect_version",
    "intranet_zone",
    "modern_authentication",
    "skype_topology",
    "recipients_of_other_systems",
    "two_way_synchronization",
    "migration_endpoint",
    "connect_delegates",
    "own_authentication",
    "photos",
}


def test_every_feature_of_the_list_has_a_row() -> None:
    rows = [feature.id for feature in features(FeatureFacts())]
    assert sorted(rows) == sorted(MICROSOFTS_LIST.values())
    assert len(rows) == 13


# What each of them needs, beside a synchronization that runs; spelt out apart from the code.
HYBRID = "exchange_schema exchange_organisation hybrid_configuration"
PREREQUISITES = {
    "seamless_single_sign_on": "sso_account one_tenant sign_in_method connect_version intranet_zone modern_authentication",
    "skype_coexistence": "skype_schema skype_users skype_topology",
    "shared_address_list": HYBRID,
    "address_list_of_other_systems": "recipients_of_other_systems",
    "service_offerings": f"writeback_attributes two_way_synchronization {HYBRID}",
    "mailbox_moves": f"{HYBRID} mailboxes_here migration_endpoint",
    "safe_and_blocked_senders": "sender_attributes safe_senders",
    "delegation": "writeback_attributes delegates two_way_synchronization connect_delegates",
    "smart_card_or_mfa": "own_authentication",
    "photos": "photos",
    "thumbnails": "thumbnails",
    "conference_rooms": "room_mailboxes room_nicknames",
    "security_groups": "security_groups",
}
# What Microsoft says of them in numbers and names.
WORDS = {
    ("seamless_single_sign_on", "sso_account"): ["AZUREADSSOACC", "domain administrator"],
    ("seamless_single_sign_on", "connect_version"): ["1.1.644.0"],
    ("seamless_single_sign_on", "modern_authentication"): ["16.0.8730"],
    ("service_offerings", "two_way_synchronization"): ["Exchange hybrid deployment", "1.1.1107.0"],
    ("delegation", "connect_delegates"): ["1.1.552", "publicDelegates"],
    ("thumbnails", "thumbnails"): ["thumbnailPhoto"],
    ("conference_rooms", "room_nicknames"): ["mailNickname"],
}
WRITTEN_BACK = {
    *("msDS-ExternalDirectoryObjectID", "msExchArchiveStatus", "msExchBlockedSendersHash", "msExchSafeRecipientsHash"),
    *("msExchSafeSendersHash", "msExchUCVoiceMailSettings", "msExchUserHoldPolicies", "proxyAddresses"),
    "publicDelegates",
}


def test_prerequisites_are_those_that_microsoft_names() -> None:
    rows = {feature.id: feature.prerequisites for feature in features(FeatureFacts())}
    assert {name: [need.id for need in needs[1:]] for name, needs in rows.items()} == {
        name: words.split() for name, words in PREREQUISITES.items()
    }
    texts = {(name, need.id): f"{need.text} {need.by_hand}" for name, needs in rows.items() for need in needs}
    for key, words in WORDS.items():
        assert [word for word in words if word not in texts[key]] == [], key
    assert set(WRITEBACK_ATTRIBUTES) == WRITTEN_BACK


@pytest.mark.parametrize("facts", [FeatureFacts(), EVERYTHING, NOTHING])
def test_every_row_is_complete(facts: FeatureFacts) -> None:
    for feature in features(facts):
        assert feature.title
        assert feature.source
        assert feature.prerequisites[0].id == "synchronization"
        ids = [need.id for need in feature.prerequisites]
        assert len(ids) == len(set(ids))
        for need in feature.prerequisites:
            assert need.text.endswith(".")
            # What is not met says what to look at.
            assert bool(need.by_hand) is (need.status != "met")


def test_nothing_known_is_nothing_said() -> None:
    assert set(statuses(FeatureFacts()).values()) == {"unknown"}
    assert {feature.status for feature in features(FeatureFacts())} == {"unknown"}


def test_everything_shown_is_met_but_what_no_directory_shows() -> None:
    found = statuses(EVERYTHING)
    assert {need for (_feature, need), status in found.items() if status == "unknown"} == BY_HAND
    assert "missing" not in found.values()
    met = {feature.id for feature in features(EVERYTHING) if feature.status == "met"}
    assert met == {
        "shared_address_list",
        "safe_and_blocked_senders",
        "thumbnails",
        "conference_rooms",
        "security_groups",
    }


def test_nothing_there_is_missing() -> None:
    found = statuses(NOTHING)
    unknown = {need for (_feature, need), status in found.items() if status == "unknown"}
    # No room can lack a name; two tenants are one too many.
    assert unknown == BY_HAND - {"one_tenant"} | {"room_nicknames"}
    assert "met" not in found.values()
    assert {feature.status for feature in features(NOTHING)} == {"missing"}


@pytest.mark.parametrize(
    ("changes", "need", "status"),
    [
        ({"resources": 3, "resources_without_nickname": 1}, ("conference_rooms", "room_nicknames"), "missing"),
        ({"absent_attributes": frozenset({"publicdelegates"})}, ("delegation", "writeback_attributes"), "missing"),
        ({"absent_attributes": frozenset({"mail"})}, ("service_offerings", "writeback_attributes"), "met"),
        ({"with_values": {"thumbnailphoto": 2}}, ("thumbnails", "thumbnails"), "met"),
        ({"with_values": {"thumbnailphoto": 2}}, ("delegation", "delegates"), "unknown"),
        ({"tenants": ("a", "b")}, ("seamless_single_sign_on", "one_tenant"), "missing"),
        ({"tenants": ("a",)}, ("seamless_single_sign_on", "one_tenant"), "unknown"),
    ],
)
def test_single_prerequisites(changes: dict[str, t.Any], need: tuple[str, str], status: str) -> None:
    assert statuses(FeatureFacts(**changes))[need] == status


def test_servers_are_named() -> None:
    rows = {need.id: need for feature in features(FeatureFacts(servers=("SYNC01",))) for need in feature.prerequisites}
    assert "SYNC01" in rows["connect_version"].by_hand


def test_advice_for_several_forests() -> None:
    texts = {advice.id: advice.text for advice in ADVICE}
    assert "consolidating" in texts["consolidate"]
    assert "most people sign in" in texts["primary_forest"]
    assert "Microsoft or a partner" in texts["custom_installation"]
    assert all(advice.source for advice in ADVICE)
