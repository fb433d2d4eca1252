# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same findings whatever the order of the objects and of their values."""

from __future__ import annotations

import functools
import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._audit.findings import MAX_HOLDERS
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._model.finding import Finding
from ansible_collections.syncready.m365.tests.support.audits import audit, user

SAMPLE = Path(__file__).resolve().parents[5] / "demo" / "contoso.ldif"


@functools.cache
def sample() -> tuple[Entry, ...]:
    return tuple(LdifDirectory(str(SAMPLE)).search())


@functools.cache
def in_order() -> list[Finding]:
    return audit(sample())[1]


def shuffled(entries: tuple[Entry, ...] | list[Entry], seed: int) -> list[Entry]:
    chance = random.Random(seed)
    mixed = list(entries)
    chance.shuffle(mixed)
    return [
        Entry(
            entry.dn,
            {name: chance.sample(values, len(values)) for name, values in entry.attributes.items()},
            entry.counts,
            entry.incomplete,
        )
        for entry in mixed
    ]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_scan_order_does_not_matter(seed: int) -> None:
    assert audit(shuffled(sample(), seed))[1] == in_order()


_ADDRESSES = st.sampled_from([f"{name}@{domain}" for name in ("ann", "ANN", "bob", "b\u00f6b") for domain in
                              ("contoso.com", "fabrikam.com", "contoso.local")])  # fmt: skip
_PERSON = st.fixed_dictionaries(
    {},
    optional={
        "userPrincipalName": _ADDRESSES,
        "mail": _ADDRESSES,
        "mailNickname": st.sampled_from(["ann", "Ann", "bob"]),
        "targetAddress": _ADDRESSES.map("SMTP:{}".format),
        "proxyAddresses": st.lists(
            st.tuples(st.sampled_from(["SMTP:", "smtp:", "sip:", "X500:", ""]), _ADDRESSES).map("".join), max_size=4
        ),
        "mS_DS_ConsistencyGuid": st.sampled_from([bytes([n]) * 16 for n in range(4)]),
        "objectGUID": st.sampled_from([bytes([n]) * 16 for n in range(4)]),
        "userAccountControl": st.sampled_from([512, 514]),
    },
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_PERSON, min_size=1, max_size=7), st.integers(0, 2**32))
def test_order_of_clashing_people_does_not_matter(people: list[dict[str, object]], seed: int) -> None:
    entries = [user(f"user{number}", **person) for number, person in enumerate(people)]  # type: ignore[arg-type]
    assert audit(shuffled(entries, seed))[1] == audit(entries)[1]


@settings(max_examples=150, deadline=None)
@given(st.lists(_PERSON, min_size=1, max_size=7))
def test_every_holder_is_named_once_and_names_the_others(people: list[dict[str, object]]) -> None:
    entries = [user(f"user{number}", **person) for number, person in enumerate(people)]  # type: ignore[arg-type]
    findings = audit(entries)[1]
    for found in findings:
        assert found.object is not None
        names = [holder.object.dn for holder in found.holders]
        assert len(names) == len(set(names)) == found.holders_total
        assert found.object.dn not in names
        if found.rule.endswith("-duplicate"):
            mirrored = [other for other in findings if other.rule == found.rule and other.object in
                        [holder.object for holder in found.holders]]  # fmt: skip
            assert all(found.object in [holder.object for holder in other.holders] for other in mirrored
                       if (other.value or "").lower() == (found.value or "").lower())  # fmt: skip
            assert mirrored


def test_of_very_many_holders_the_first_are_named_and_all_are_counted() -> None:
    number = 3 * MAX_HOLDERS
    entries = [user(f"user{n:03}", mail="noreply@contoso.com") for n in range(number)]
    findings = audit(shuffled(entries, 1))[1]
    duplicates = [found for found in findings if found.rule == "mail-duplicate"]
    assert len(duplicates) == number
    for found in duplicates:
        assert found.holders_total == number - 1
        others = sorted({entry.dn for entry in entries} - {found.object.dn if found.object else ""})
        assert [holder.object.dn for holder in found.holders] == others[:MAX_HOLDERS]


@settings(max_examples=100, deadline=None)
@given(st.lists(_PERSON, min_size=1, max_size=6))
def test_one_finding_for_one_defect(people: list[dict[str, object]]) -> None:
    """No finding twice, and an address that a duplicate rule names is not reported as taken by the same holder."""
    entries = [user(f"user{number}", **person) for number, person in enumerate(people)]  # type: ignore[arg-type]
    findings = audit(entries)[1]
    prints = [found.fingerprint for found in findings]
    # Objects with equal GUIDs, which no directory has, share fingerprints.
    if len({entry.guid for entry in entries}) == len(entries):
        assert len(prints) == len(set(prints))
    named = {
        (found.object, address_of(found), holder.object)
        for found in findings
        if found.rule in ("upn-duplicate", "proxy-duplicate", "mail-duplicate", "target-duplicate")
        for holder in found.holders
    }
    for found in findings:
        if found.rule == "address-taken":
            assert not {(found.object, address_of(found), holder.object) for holder in found.holders} & named


def address_of(found: Finding) -> str:
    kind, colon, address = (found.value or "").lower().rpartition(":")
    return address if not colon or kind == "smtp" else f"{kind}:{address}"
