# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan promises: one pass repairs what it names, breaks nothing new, and a second plan is empty."""

from __future__ import annotations

import functools
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._remediation.policies import Policies
from ansible_collections.syncready.m365.tests.support import remedies
from ansible_collections.syncready.m365.tests.support.audits import entry, user

SAMPLE = Path(__file__).resolve().parents[5] / "demo" / "contoso.ldif"


@functools.cache
def sample() -> tuple[Entry, ...]:
    return tuple(LdifDirectory(str(SAMPLE)).search())


def assert_promises(entries: list[Entry], policies: Policies) -> None:
    before = remedies.findings(entries)
    proposals = remedies.plan(entries, policies)
    changed = remedies.applied(entries, proposals)
    after = remedies.findings(changed)
    promised = {fingerprint for row in proposals.rows for fingerprint in row.fingerprints}
    assert promised <= {found.fingerprint for found in before}
    assert not promised & {found.fingerprint for found in after}
    assert remedies.broken(after) - remedies.broken(before) == {}
    assert remedies.plan(changed, policies).rows == []


def test_sample_with_all_policies() -> None:
    assert_promises(list(sample()), remedies.ALL)


@pytest.mark.parametrize(
    "policies",
    [
        Policies(),
        Policies(suffix_map={"contoso.local": "contoso.com"}),
        Policies(transliterate=True),
        Policies(remove_invalid_characters=True),
        Policies(duplicate_winner=("mailbox_owner", "enabled", "oldest")),
        Policies(duplicate_winner=("primary",), rename_pattern="{given}.{surname}{n}"),
        Policies(align_upn_with="primary_smtp", align_mail=True),
        Policies(align_upn_with="mail"),
        Policies(missing_upn="contoso.com", missing_proxy=True, missing_nickname=True, primary_from=("single",)),
    ],
)
def test_sample_with_some_policies(policies: Policies) -> None:
    assert_promises(list(sample()), policies)


_LOCAL = st.sampled_from(["ann", "ANN", "bob", "b\u00f6b", "a b", "a&b", "ann.", ".ann", "o'neil", "\u6771", "x" * 65])
_DOMAIN = st.sampled_from(["contoso.com", "contoso.local", "fabrikam.com", "contoso.zz", "m\u00fcnchen.de"])
_ADDRESS = st.tuples(_LOCAL, _DOMAIN).map("@".join)
_PERSON = st.fixed_dictionaries(
    {},
    optional={
        "userPrincipalName": _ADDRESS,
        "mail": _ADDRESS,
        "mailNickname": _LOCAL,
        "targetAddress": _ADDRESS.map("SMTP:{}".format),
        "proxyAddresses": st.lists(
            st.tuples(st.sampled_from(["SMTP:", "smtp:", "smtp:", "SMTP: ", "sip:", ""]), _ADDRESS).map("".join),
            max_size=4,
            unique=True,
        ),
        "displayName": st.sampled_from([" ", "Ann  Bee", "Ann\x00", "\u200bAnn", "Ann"]),
        "givenName": st.sampled_from(["Ann", "Zo\u00eb "]),
        "sn": st.just("Bee"),
        "c": st.sampled_from(["DE", "US"]),
        "countryCode": st.sampled_from(["0", "276"]),
        "msExchRecipientTypeDetails": st.sampled_from(["1", "4", "128", "2147483648"]),
        "userAccountControl": st.sampled_from(["512", "514"]),
        "whenCreated": st.sampled_from(["20200101000000.0Z", "20210101000000.0Z"]),
    },
)
_POLICIES = st.builds(
    Policies,
    suffix_map=st.sampled_from([{}, {"contoso.local": "contoso.com"}]),
    transliterate=st.booleans(),
    remove_invalid_characters=st.booleans(),
    rename_pattern=st.sampled_from([None, "{local}{n}", "{given}{n}"]),
    duplicate_winner=st.sampled_from([(), ("oldest",), ("mailbox_owner", "enabled", "primary")]),
    remove_secondary=st.booleans(),
    missing_upn=st.sampled_from([None, "contoso.com"]),
    missing_proxy=st.booleans(),
    missing_nickname=st.booleans(),
    primary_from=st.sampled_from([(), ("mail", "upn", "single")]),
    align_upn_with=st.sampled_from([None, "primary_smtp", "mail"]),
    align_mail=st.booleans(),
    display_name_from=st.sampled_from([None, "given_name_surname", "cn"]),
    tidy_names=st.booleans(),
    country_code_from_c=st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_PERSON, min_size=1, max_size=8), _POLICIES, st.booleans())
def test_any_directory_and_policies(people: list[dict[str, object]], policies: Policies, contact: bool) -> None:
    entries = [
        user(f"user{number}", objectGUID=uuid.UUID(int=number + 1).bytes_le, **person)  # type: ignore[arg-type]
        for number, person in enumerate(people)
    ]
    if contact:
        entries.append(
            entry(
                "CN=contact,DC=contoso,DC=local",
                objectClass=["top", "contact"],
                objectGUID=uuid.UUID(int=99).bytes_le,
                mail="ann@contoso.com",
                mailNickname="ann",
            )
        )
    assert_promises(entries, policies)
