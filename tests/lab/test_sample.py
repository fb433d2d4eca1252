# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sample directory in the lab: the objects of its file, with values that a domain controller would refuse."""

from __future__ import annotations

import time

from . import accounts, client, ldif
from .controller import DomainController
from .factory import Lab, default_sample
from .sample import Sample

NOT_COMPARED = frozenset(
    "distinguishedname instancetype whencreated whenchanged usncreated usnchanged objectcategory memberof".split()
)
LINKS = frozenset({"member", "manager", "homemdb", "managedby", "ncname", "trustparent"})
"""Attributes whose values are names of objects, which the server writes in its own case."""


def _not_as_in_the_file(dc: DomainController, sample: Sample) -> dict[str, set[str]]:
    """Return by DN the attributes that read over LDAP otherwise than in the file; all of them for a missing object."""
    kept = set(sample.report(dc.layout.root).kept)
    there: dict[str, dict[str, list[bytes]]] = {}
    reader = accounts.get(dc, accounts.AUDIT)
    for base in (dc.forest.dn, dc.forest.configuration_dn, dc.forest.schema_dn):
        there |= {dn: _lower(attributes) for dn, attributes in client.search(dc, base, account=reader)}
    result: dict[str, set[str]] = {}
    domains = [forest.dn for forest in sample.forests() if forest.dn != dc.forest.dn]
    for dn, attributes in ldif.parse(sample.objects.read_text(encoding="utf-8")):
        if any(_below(dn, domain) and not _below(dc.forest.dn, domain) for domain in domains):
            continue
        if not _below(dn, dc.forest.dn) and not _below(dn, dc.forest.configuration_dn):
            continue
        wrong = set(attributes)
        if dn in there:
            ignored = NOT_COMPARED | ({"objectguid", "objectsid"} if dn in kept else set())
            wrong = {name for name, values in attributes.items() if _differs(name.lower(), values, there[dn], ignored)}
        if wrong:
            result[dn] = wrong
    return result


def _differs(name: str, values: list[bytes], there: dict[str, list[bytes]], ignored: frozenset[str] | set[str]) -> bool:
    if name in ignored:
        return False
    found = there.get(name, [])
    if name == "objectclass":
        return not set(values) <= set(found)
    if name in LINKS or name.startswith("msexch"):
        return sorted(value.lower() for value in values) != sorted(value.lower() for value in found)
    return sorted(values) != sorted(found)


def _lower(attributes: dict[str, list[bytes]]) -> dict[str, list[bytes]]:
    return {name.lower(): values for name, values in attributes.items()}


def _below(dn: str, base: str) -> bool:
    return dn.lower() == base.lower() or dn.lower().endswith("," + base.lower())


def test_every_domain_reads_as_in_the_file_but_for_what_the_labels_keep_out(own_lab: Lab) -> None:
    sample = default_sample()
    allowed = sample.ldif_only()
    assert len(sample.forests()) >= 1
    for number in range(len(sample.forests())):
        dc = own_lab.sample(domain=number)
        wrong = _not_as_in_the_file(dc, sample)
        assert {dn: names for dn, names in wrong.items() if dn not in allowed} == {}
        report = sample.report(dc.layout.root)
        assert set(report.failed) | set(report.different) == set(wrong)


def test_guids_and_sids_are_those_of_the_file(shared_dc: DomainController) -> None:
    sample = default_sample()
    kept = set(sample.report(shared_dc.layout.root).kept)
    there = {
        dn: (attributes["objectGUID"], attributes.get("objectSid"))
        for dn, attributes in client.search(shared_dc, shared_dc.forest.dn, attributes=["objectGUID", "objectSid"])
    }
    compared = 0
    for dn, attributes in ldif.parse(sample.objects.read_text(encoding="utf-8")):
        if dn in there and dn not in kept:
            assert there[dn] == (attributes["objectGUID"], attributes.get("objectSid"))
            compared += 1
    assert compared > 400


def test_nothing_judged_is_there_that_the_file_does_not_hold(shared_dc: DomainController) -> None:
    names = {dn for dn, _other in ldif.parse(default_sample().objects.read_text(encoding="utf-8"))}
    judged = "(&(|(objectClass=user)(objectClass=contact)(objectClass=group))(!(isCriticalSystemObject=TRUE)))"
    assert [dn for dn, _other in client.search(shared_dc, shared_dc.forest.dn, judged, ["cn"]) if dn not in names] == []


def test_refused_values_are_there_and_labelled(shared_dc: DomainController) -> None:
    sample = default_sample()
    report = sample.report(shared_dc.layout.root)
    here = [dn for dn in sample.needs_raw_write() if _below(dn, shared_dc.forest.dn) and dn not in sample.ldif_only()]
    assert report.refused
    assert [dn for dn in here if dn in report.failed or dn in report.different] == []


def test_new_accounts_get_identifiers_that_no_object_of_the_sample_has(dc: DomainController) -> None:
    client.create_account(dc, "newcomer")
    sid = client.search(dc, dc.forest.dn, "(sAMAccountName=newcomer)", ["objectSid"])[0][1]["objectSid"][0]
    assert int.from_bytes(sid[-4:], "little") >= 100000


def test_a_fresh_copy_takes_seconds_and_is_untouched(own_lab: Lab) -> None:
    own_lab.sample().release()
    start = time.monotonic()
    dc = own_lab.sample()
    assert time.monotonic() - start < 3
    client.create_account(dc, "gone-tomorrow")
    assert client.search(own_lab.sample(), dc.forest.dn, "(sAMAccountName=gone-tomorrow)") == []


def test_made_up_users_keep_their_guids(own_lab: Lab) -> None:
    from . import people
    from .forest import FABRIKAM

    dc = own_lab.users(50, FABRIKAM)
    expected = {a["objectGUID"][0] for _dn, a in people.users(FABRIKAM, 50) if b"user" in a["objectClass"]}
    found = client.search(dc, dc.forest.dn, "(sAMAccountName=u0*)", ["objectGUID"])
    assert {attributes["objectGUID"][0] for _dn, attributes in found} == expected
    assert len(found) == 50
