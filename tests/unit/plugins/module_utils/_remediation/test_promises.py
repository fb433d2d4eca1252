# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan promises: one pass repairs what it names, breaks nothing new, and a second plan is empty."""

from __future__ import annotations

import functools
import typing as t
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._remediation.policies import Policies
from ansible_collections.syncready.m365.tests.support import directories, remedies
from ansible_collections.syncready.m365.tests.support.audits import entry

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


@settings(max_examples=150, deadline=None)
@given(st.lists(directories.PERSON, min_size=1, max_size=8), directories.POLICIES, st.booleans())
def test_any_directory_and_policies(people: list[dict[str, t.Any]], policies: Policies, contact: bool) -> None:
    entries = directories.entries(people)
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
