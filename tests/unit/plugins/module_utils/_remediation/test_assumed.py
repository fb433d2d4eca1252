# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A directory read as if plans had been applied: every read shows what it would show afterwards."""

from __future__ import annotations

import functools
import json
import typing as t
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._audit.options import AuditOptions
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Modification, Selection
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import DirectoryError
from ansible_collections.syncready.m365.plugins.module_utils._model.finding import Finding, ObjectReference
from ansible_collections.syncready.m365.plugins.module_utils._remediation.assumed import AssumedDirectory
from ansible_collections.syncready.m365.plugins.module_utils._remediation.assumptions import Assumptions, Step
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan import PlanRow
from ansible_collections.syncready.m365.plugins.module_utils._remediation.policies import Policies
from ansible_collections.syncready.m365.plugins.module_utils._report.rows import finding_as_dict
from ansible_collections.syncready.m365.tests.lab import ldif
from ansible_collections.syncready.m365.tests.support import directories, remedies
from ansible_collections.syncready.m365.tests.support.audits import Entries, audit, rule_options
from ansible_collections.syncready.m365.tests.support.memory import DOMAIN, MemoryDirectory

SAMPLE = Path(__file__).resolve().parents[5] / "demo" / "contoso.ldif"
SOME = Policies(suffix_map={"contoso.local": "contoso.com"}, transliterate=True, align_mail=True)


@functools.cache
def sample() -> tuple[Entry, ...]:
    return tuple(LdifDirectory(str(SAMPLE)).search())


def as_bytes(findings: t.Iterable[Finding]) -> bytes:
    return "\n".join(json.dumps(finding_as_dict(found)) for found in findings).encode("ascii")


def written(path: Path, entries: t.Iterable[Entry]) -> Path:
    blocks = []
    for one in entries:
        lines = [ldif.line("dn", one.dn)]
        lines += [ldif.line(name, value) for name, values in one.attributes.items() for value in values]
        blocks.append("\n".join(lines))
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    return path


def assumed(directory: t.Any, *plans: t.Iterable[PlanRow], suffixes: t.Sequence[str] = ()) -> AssumedDirectory:
    steps = [Step(f"plan{number}", rows) for number, rows in enumerate(plans, 1)]
    return AssumedDirectory(directory, Assumptions(steps, suffixes))


def row(reference: ObjectReference, attribute: str, value: str | None, update: str | None) -> PlanRow:
    return PlanRow(reference, attribute, value, update, "REMOVE" if update is None else "EDIT", ("r",))


# Audits


@pytest.mark.parametrize("policies", [remedies.ALL, SOME])
def test_audit_of_the_sample_is_the_one_after_the_plan(policies: Policies, tmp_path: Path) -> None:
    proposals = remedies.plan(sample(), policies)
    assert len(proposals.rows) > 20
    after = written(tmp_path / "after.ldif", remedies.applied(sample(), proposals))
    directory = assumed(LdifDirectory(str(SAMPLE)), proposals.rows)
    summary, found = audit(directory)
    wanted_summary, wanted = audit(after)
    assert as_bytes(found) == as_bytes(wanted) != as_bytes(audit(SAMPLE)[1])
    times = {"seconds": 0, "scan_seconds": 0}
    assert {**summary.as_dict(), **times} == {**wanted_summary.as_dict(), **times}
    assert directory.warnings() == []


def test_second_plan_of_the_sample_is_the_one_after_the_first() -> None:
    first = remedies.plan(sample(), SOME)
    changed = remedies.applied(sample(), first)
    assert remedies.plan_of(assumed(Entries(sample()), first.rows)).rows == remedies.plan(changed).rows != []


def test_several_plans_are_applied_in_their_order() -> None:
    first = remedies.plan(sample(), SOME)
    once = remedies.applied(sample(), first)
    second = remedies.plan(once)
    twice = remedies.applied(once, second)
    directory = assumed(Entries(sample()), first.rows, second.rows)
    assert as_bytes(audit(directory)[1]) == as_bytes(audit(twice)[1])
    assert directory.warnings() == []
    backwards = assumed(Entries(sample()), second.rows, first.rows)
    audit(backwards)
    assert "plan1 are passed over" in backwards.warnings()[0]


@settings(max_examples=50, deadline=None)
@given(st.lists(directories.PERSON, min_size=1, max_size=8), directories.POLICIES)
def test_audit_of_any_directory_is_the_one_after_the_plan(people: list[dict[str, t.Any]], policies: Policies) -> None:
    entries = directories.entries(people)
    proposals = remedies.plan(entries, policies)
    changed = remedies.applied(entries, proposals)
    directory = assumed(Entries(entries), proposals.rows)
    assert as_bytes(audit(directory)[1]) == as_bytes(audit(changed)[1])
    assert remedies.plan_of(assumed(Entries(entries), proposals.rows), policies).rows == []
    assert directory.warnings() == []


# Single reads


@pytest.fixture
def memory() -> MemoryDirectory:
    directory = MemoryDirectory()
    directory.add(
        "Anna", {"mail": "anna@contoso.local", "proxyAddresses": ["SMTP:anna@contoso.local", "smtp:a@contoso.com"]}
    )
    directory.add("Ben", {"mail": "ben@contoso.com"})
    directory.add("Carla", {"sAMAccountName": "carla"})
    return directory


def reference(memory: MemoryDirectory, name: str) -> ObjectReference:
    dn = f"CN={name},{DOMAIN}"
    return ObjectReference(dn, str(uuid.UUID(bytes_le=memory.objects[dn]["objectguid"][0])), "user", name)


@pytest.fixture
def directory(memory: MemoryDirectory) -> AssumedDirectory:
    return assumed(
        memory,
        [
            row(reference(memory, "Anna"), "mail", "anna@contoso.local", "anna@contoso.com"),
            row(reference(memory, "Anna"), "proxyAddresses", "SMTP:anna@contoso.local", "SMTP:anna@contoso.com"),
            row(reference(memory, "Carla"), "mail", None, "carla@contoso.com"),
        ],
    )


def names(entries: t.Iterable[Entry]) -> list[str]:
    return sorted(entry.dn.partition(",")[0][3:] for entry in entries)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("(mail=anna@contoso.local)", []),
        ("(mail=anna@contoso.com)", ["Anna"]),
        ("(mail=*)", ["Anna", "Ben", "Carla"]),
        ("(!(mail=*))", []),
        ("(!(mail=anna@contoso.com))", ["Ben", "Carla"]),
        ("(&(objectClass=user)(mail=*@contoso.com))", ["Anna", "Ben", "Carla"]),
        ("(&(sAMAccountName=carla)(mail=carla@*))", ["Carla"]),
        ("(&(sAMAccountName=nobody)(mail=carla@*))", []),
        ("(|(proxyAddresses=smtp:anna@contoso.com)(mail=ben@contoso.com))", ["Anna", "Ben"]),
        ("(sAMAccountName=carla)", ["Carla"]),
    ],
)
def test_filters_are_judged_with_the_new_values(
    directory: AssumedDirectory, condition: str, expected: list[str]
) -> None:
    assert names(directory.search(filter=condition)) == expected
    assert names(directory.search(DOMAIN, "subtree", Selection(("cn",)), condition)) == expected


def test_filters_agree_with_a_directory_that_was_changed(tmp_path: Path) -> None:
    proposals = remedies.plan(sample(), remedies.ALL)
    before = _memory(sample())
    after = _memory(remedies.applied(sample(), proposals))
    values = {(row.attribute, value) for row in proposals.rows for value in (row.value, row.update) if value}
    rehearsed = assumed(before, proposals.rows)
    asked = 0
    for attribute, value in sorted(values):
        text = "".join(f"\\{byte:02x}" for byte in value.encode())
        for condition in (
            f"({attribute}={text})",
            f"(&(objectClass=user)({attribute}={text}))",
            f"(!({attribute}={text}))",
        ):
            asked += 1
            wanted = names(after.search(filter=condition, selection=Selection(("cn",))))
            assert names(rehearsed.search(filter=condition, selection=Selection(("cn",)))) == wanted
        if asked > 150:
            break
    assert asked > 100


def _memory(entries: t.Iterable[Entry]) -> MemoryDirectory:
    directory = MemoryDirectory()
    directory.objects = {one.dn: one.attributes for one in entries}
    return directory


def test_what_was_not_asked_for_is_not_shown(directory: AssumedDirectory) -> None:
    (entry,) = directory.search(f"CN=Anna,{DOMAIN}", "base", Selection(("cn", "MAIL")))
    assert entry.attributes == {"cn": [b"Anna"], "mail": [b"anna@contoso.com"]}


def test_counted_attributes_are_counted_afterwards(memory: MemoryDirectory) -> None:
    memory.set(f"CN=Ben,{DOMAIN}", "url", "one", "two")
    rehearsed = assumed(memory, [row(reference(memory, "Ben"), "url", None, "three")])
    (entry,) = rehearsed.search(f"CN=Ben,{DOMAIN}", "base", Selection(("cn",), ("url",)))
    assert entry.counts == {"url": 3}
    assert set(entry.attributes) == {"cn"}


def test_read_known(directory: AssumedDirectory, memory: MemoryDirectory) -> None:
    guids = [t.cast(str, reference(memory, name).guid) for name in ("Anna", "Ben")]
    found = {entry.dn: entry for entry in directory.read_known(DOMAIN, guids, Selection(("objectGUID", "mail")))}
    assert found[f"CN=Anna,{DOMAIN}"].texts("mail") == ["anna@contoso.com"]
    assert found[f"CN=Ben,{DOMAIN}"].texts("mail") == ["ben@contoso.com"]
    assert set(found[f"CN=Anna,{DOMAIN}"].attributes) == {"objectguid", "mail"}


# What is passed over


def test_a_row_whose_old_value_is_not_there_is_passed_over_and_counted(
    directory: AssumedDirectory, memory: MemoryDirectory
) -> None:
    memory.set(f"CN=Anna,{DOMAIN}", "mail", "somebody@contoso.com")
    (entry,) = directory.search(f"CN=Anna,{DOMAIN}", "base")
    # All rows of an object, or none of them.
    assert entry.texts("mail") == ["somebody@contoso.com"]
    assert "SMTP:anna@contoso.local" in entry.texts("proxyaddresses")
    (warning,) = directory.warnings()
    assert warning.startswith("assume_applied: 2 rows (1 objects) of the plan plan1 are passed over")


def test_an_object_that_was_applied_already_is_no_conflict(
    directory: AssumedDirectory, memory: MemoryDirectory
) -> None:
    memory.set(f"CN=Carla,{DOMAIN}", "mail", "carla@contoso.com")
    list(directory.search())
    assert directory.warnings() == []


def test_an_object_that_is_not_there_is_counted_after_a_sweep(
    directory: AssumedDirectory, memory: MemoryDirectory
) -> None:
    del memory.objects[f"CN=Carla,{DOMAIN}"]
    list(directory.search(filter="(objectClass=user)"))
    assert directory.warnings() == []
    list(directory.search())
    (warning,) = directory.warnings()
    assert "1 rows (1 objects)" in warning
    assert "not in what is read" in warning


def test_rows_without_a_guid_are_matched_by_name(memory: MemoryDirectory) -> None:
    nameless = ObjectReference(f"cn=ben, {DOMAIN}", None, "user", "Ben")
    rehearsed = assumed(memory, [row(nameless, "mail", "ben@contoso.com", "b@contoso.com")])
    assert [entry.texts("mail") for entry in rehearsed.search(f"CN=Ben,{DOMAIN}", "base")] == [["b@contoso.com"]]


def test_a_moved_object_is_matched_by_its_guid(directory: AssumedDirectory, memory: MemoryDirectory) -> None:
    memory.objects[f"CN=Anna,OU=Elsewhere,{DOMAIN}"] = memory.objects.pop(f"CN=Anna,{DOMAIN}")
    assert names(directory.search(filter="(mail=anna@contoso.com)")) == ["Anna"]


def test_an_object_named_in_two_ways_gets_both_changes(memory: MemoryDirectory) -> None:
    both = [
        row(reference(memory, "Ben"), "mail", "ben@contoso.com", "b@contoso.com"),
        row(ObjectReference(f"CN=Ben,{DOMAIN}", None, "user", "Ben"), "displayName", None, "Ben"),
    ]
    (entry,) = assumed(memory, both).search(f"CN=Ben,{DOMAIN}", "base")
    assert (entry.texts("mail"), entry.texts("displayname")) == (["b@contoso.com"], ["Ben"])


# Suffixes


def test_assumed_suffixes_are_registered() -> None:
    held = next(one for one in sample() if one.dn.startswith("CN=Partitions,"))
    assert held.texts("upnsuffixes")
    new = Entry(held.dn, {**held.attributes, "upnsuffixes": [*held.attributes["upnsuffixes"], b"tailspintoys.com"]})
    wanted = [new if one is held else one for one in sample()]
    directory = assumed(Entries(sample()), suffixes=[held.texts("upnsuffixes")[0].upper(), "tailspintoys.com"])
    options = AuditOptions(rule_options(("contoso.com", "tailspintoys.com")))
    assert as_bytes(audit(directory, options)[1]) == as_bytes(audit(wanted, options)[1])
    memory = _memory(sample())
    (entry,) = assumed(memory, suffixes=["tailspintoys.com"]).search(filter="(uPNSuffixes=tailspin*)")
    assert entry.dn.startswith("CN=Partitions,")
    assert list(memory.search(filter="(uPNSuffixes=tailspin*)")) == []


# Around


def test_nothing_is_written_to_a_server(directory: AssumedDirectory, memory: MemoryDirectory) -> None:
    with pytest.raises(DirectoryError) as caught:
        directory.modify(f"CN=Ben,{DOMAIN}", [Modification("mail", (b"ben@contoso.com",), ())])
    assert caught.value.code == "READ_ONLY_SOURCE"
    assert memory.modified == []


def test_the_source_says_what_is_assumed(directory: AssumedDirectory, memory: MemoryDirectory) -> None:
    assert directory.identity() == {**memory.identity(), "assumed": "plan plan1"}
    directory.close()
    assert memory.closed


def test_an_attribute_that_an_export_did_not_show_is_shown_with_its_first_value(tmp_path: Path) -> None:
    path = tmp_path / "small.ldif"
    path.write_text("dn: CN=Ben,DC=contoso,DC=local\nobjectClass: user\ncn: Ben\n", encoding="utf-8")
    ben = ObjectReference("CN=Ben,DC=contoso,DC=local", None, "user", "Ben")
    directory = assumed(LdifDirectory(str(path)), [row(ben, "mail", None, "ben@contoso.com")])
    assert [entry.texts("mail") for entry in directory.search(filter="(mail=*)")] == [["ben@contoso.com"]]
    assert "mail" in (directory.attribute_names() or ())
