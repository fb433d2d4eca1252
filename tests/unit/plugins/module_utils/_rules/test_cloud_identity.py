# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The identity in the cloud: the five scenarios of Microsoft's document in their order, and what else it says."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._rules.cloud_identity import CloudIdentity, follow, predict
from ansible_collections.syncready.m365.plugins.module_utils._rules.options import RuleOptions
from ansible_collections.syncready.m365.plugins.module_utils._rules.subject import Subject
from ansible_collections.syncready.m365.tests.support.audits import rule_options, user

INITIAL = "contoso.onmicrosoft.com"
# contoso.com is not verified in the scenarios, but verified.contoso.com is.
OPTIONS = rule_options(["verified.contoso.com"])


def subject(sign_in: str = "userprincipalname", **attributes: t.Any) -> Subject:
    return Subject(user("us", **attributes), "user", sign_in)


FIRST: dict[str, t.Any] = {
    "userPrincipalName": "us3@contoso.com",
    "mail": "us2@contoso.com",
    "proxyAddresses": ["SMTP:us1@contoso.com"],
}


def test_the_five_scenarios() -> None:
    # 1: no verified suffix, first synchronization.
    one = subject(**FIRST)
    first = predict(one, OPTIONS, INITIAL)
    assert (first.nickname, first.upn) == ("us1", f"us1@{INITIAL}")
    assert (first.nickname_reason, first.upn_reason) == ("primary", "suffix_not_verified")
    # 2: mailNickname is set; the sign-in name does not change with it.
    two = subject(**FIRST, mailNickname="us4")
    second = follow(first, one, two, OPTIONS, INITIAL)
    assert (second.nickname, second.upn) == ("us4", f"us1@{INITIAL}")
    # 3: userPrincipalName changes, so the sign-in name is worked out again.
    three = subject(**{**FIRST, "userPrincipalName": "us5@contoso.com"}, mailNickname="us4")
    third = follow(second, two, three, OPTIONS, INITIAL)
    assert (third.nickname, third.upn) == ("us4", f"us4@{INITIAL}")
    # 4: mail and the primary address change, which touches neither.
    changed = {"userPrincipalName": "us5@contoso.com", "mail": "us7@contoso.com"}
    four = subject(**changed, proxyAddresses=["SMTP:us6@contoso.com"], mailNickname="us4")
    fourth = follow(third, three, four, OPTIONS, INITIAL)
    assert (fourth.nickname, fourth.upn) == ("us4", f"us4@{INITIAL}")
    # 5: the suffix is a verified one.
    changed["userPrincipalName"] = "us5@verified.contoso.com"
    five = subject(**changed, proxyAddresses=["SMTP:us6@contoso.com"], mailNickname="us4")
    fifth = follow(fourth, four, five, OPTIONS, INITIAL)
    assert (fifth.nickname, fifth.upn, fifth.upn_reason) == ("us4", "us5@verified.contoso.com", "on_premises")


def test_a_domain_that_is_verified_changes_everybody() -> None:
    one = subject(**FIRST)
    before = predict(one, OPTIONS, INITIAL)
    verified = rule_options(["verified.contoso.com", "contoso.com"])
    assert follow(before, one, one, verified, INITIAL).upn == f"us1@{INITIAL}"
    assert follow(before, one, one, verified, INITIAL, domains_changed=True).upn == "us3@contoso.com"


@pytest.mark.parametrize(
    ("attributes", "nickname", "reason"),
    [
        ({**FIRST, "mailNickname": "us4"}, "us4", "mail_nickname"),
        (FIRST, "us1", "primary"),
        ({**FIRST, "proxyAddresses": ["smtp:us9@contoso.com"]}, "us2", "mail"),
        ({"userPrincipalName": "us3@contoso.com", "proxyAddresses": ["smtp:us9@contoso.com"]}, "us3", "sign_in_name"),
        ({"userPrincipalName": None, "proxyAddresses": ["smtp:us9@contoso.com"]}, "us9", "secondary"),
        ({"userPrincipalName": None}, None, "none"),
        ({**FIRST, "mailNickname": "ü b"}, "__b", "mail_nickname"),
        ({**FIRST, "mailNickname": "a..b."}, "a.b", "mail_nickname"),
        ({**FIRST, "mailNickname": "..."}, "us1", "primary"),
    ],
)
def test_where_the_alias_comes_from(attributes: dict[str, t.Any], nickname: str | None, reason: str) -> None:
    found = predict(subject(**attributes), OPTIONS, INITIAL)
    assert (found.nickname, found.nickname_reason) == (nickname, reason)
    assert found.moera == (f"{nickname}@{INITIAL}" if nickname else None)


@pytest.mark.parametrize(
    ("upn", "cloud", "reason"),
    [
        ("ann@contoso.com", "ann@contoso.com", "on_premises"),
        ("o'neil@contoso.com", "o'neil@contoso.com", "on_premises"),
        ("ann@contoso.local", f"us@{INITIAL}", "suffix_not_verified"),
        ("ann@contoso.com\n", f"us@{INITIAL}", "invalid"),
        ("änn@contoso.com", f"us@{INITIAL}", "invalid"),
        ("a&b@contoso.com", f"us@{INITIAL}", "invalid"),
        ("ann.@contoso.com", f"us@{INITIAL}", "invalid"),
        ("a$b@contoso.com", "a_b@contoso.com", "rewritten"),
        ("ann@@contoso.com", None, "rejected"),
        ("x" * 65 + "@contoso.com", None, "rejected"),
        (None, f"us@{INITIAL}", "missing"),
    ],
)
def test_sign_in_names(upn: str | None, cloud: str | None, reason: str) -> None:
    found = predict(subject(userPrincipalName=upn, mailNickname="us"), rule_options(), INITIAL, "contoso.local")
    assert (found.upn, found.upn_reason) == (cloud, reason)


@pytest.mark.parametrize(
    ("attributes", "primary", "reason"),
    [
        ({"proxyAddresses": ["SMTP:Ann.B@contoso.com", "smtp:b@contoso.com"]}, "Ann.B@contoso.com", "proxy_address"),
        ({"proxyAddresses": ["SMTP:a&b@contoso.com"]}, "a_b@contoso.com", "proxy_address"),
        ({"proxyAddresses": ["smtp:b@contoso.com"]}, f"us@{INITIAL}", "initial_domain"),
        ({"proxyAddresses": ["SMTP:a@contoso.com", "SMTP:b@contoso.com"]}, f"us@{INITIAL}", "initial_domain"),
        ({"proxyAddresses": ["SMTP:a@contoso.local"]}, f"us@{INITIAL}", "initial_domain"),
        ({"proxyAddresses": [f"SMTP:a@{INITIAL}"]}, f"us@{INITIAL}", "initial_domain"),
        ({"proxyAddresses": ["SMTP:a b@contoso.com"]}, f"us@{INITIAL}", "initial_domain"),
        ({"proxyAddresses": ["X500:/o=x"], "mail": "m@contoso.com"}, "m@contoso.com", "mail"),
        ({"mail": "m@contoso.local"}, "us@contoso.com", "sign_in_name"),
        ({}, "us@contoso.com", "sign_in_name"),
        ({"userPrincipalName": "us@contoso.local"}, f"us@{INITIAL}", "sign_in_name"),
    ],
)
def test_primary_addresses(attributes: dict[str, t.Any], primary: str, reason: str) -> None:
    found = predict(subject(mailNickname="us", **attributes), rule_options(), INITIAL)
    assert (found.primary, found.primary_reason) == (primary, reason)


def test_alternate_sign_in() -> None:
    options = rule_options(sign_in_attribute="mail")
    found = predict(subject("mail", userPrincipalName="us@contoso.local", mail="us@contoso.com"), options, INITIAL)
    assert (found.upn, found.on_premises_upn) == ("us@contoso.com", "us@contoso.local")


_TEXT = st.text(alphabet="aB.@$& ü'\n:", max_size=12)


@given(_TEXT, _TEXT, st.lists(_TEXT.map("SMTP:".__add__), max_size=3), _TEXT)
def test_nothing_is_too_odd(upn: str, mail: str, proxies: list[str], nickname: str) -> None:
    values = {"userprincipalname": [upn], "mail": [mail], "mailnickname": [nickname], "proxyaddresses": proxies}
    entry = Entry("CN=a,DC=contoso,DC=local", {name: [v.encode() for v in held if v] for name, held in values.items()})
    options: RuleOptions = rule_options()
    found: CloudIdentity = predict(Subject(entry, "user"), options, INITIAL)
    assert found == predict(Subject(entry, "user"), options, INITIAL)
    if found.upn is not None:
        domain = found.upn.rpartition("@")[2]
        assert domain == INITIAL or options.domains.usable(domain)
    if found.moera is not None:
        assert found.moera.endswith(f"@{INITIAL}") and found.moera.count(" ") == 0
