# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Forests compared by their snapshots: what people of different forests share is found, one person is no error."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._audit.forests import SnapshotFileError
from ansible_collections.syncready.m365.plugins.module_utils._audit.forests_persons import ForestJoin
from ansible_collections.syncready.m365.plugins.module_utils._audit.snapshot import Snapshot
from ansible_collections.syncready.m365.tests.directories import two_forests
from ansible_collections.syncready.m365.tests.directories.two_forests import GALSYNC, JOIN_ATTRIBUTE, Join
from ansible_collections.syncready.m365.tests.support import forests
from ansible_collections.syncready.m365.tests.support.audits import Entries, user


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return forests.from_files(tmp_path_factory.mktemp("forests"), join_attribute=JOIN_ATTRIBUTE)


def joined(join: Join, galsync: bool) -> ForestJoin:
    return ForestJoin(join, JOIN_ATTRIBUTE if join == "attribute" else "", (GALSYNC,) if galsync else ())


@pytest.mark.parametrize("join", two_forests.JOINS)
@pytest.mark.parametrize("galsync", [False, True])
@pytest.mark.parametrize("turned", [False, True])
def test_labels(snapshots: list[Path], join: Join, galsync: bool, turned: bool) -> None:
    paths = snapshots[::-1] if turned else snapshots
    comparison, findings = forests.compare(paths, joined(join, galsync))
    assert forests.labels(findings) == Counter(two_forests.expected(join, galsync=galsync))
    assert [item["name"] for item in comparison.forests] == ["contoso.local", "fabrikam.local"]
    assert comparison.persons["linked_mailboxes"] == 1
    assert comparison.persons["linked_mailboxes_unresolved"] == 1
    assert comparison.persons["joined"] == {"none": 0, "mail": 3, "master_account": 1, "attribute": 2}[join]
    assert comparison.persons["ambiguous"] == (join == "attribute")
    assert comparison.persons["galsync_contacts"] == galsync
    assert comparison.persons["galsync_contacts_without_person"] == galsync
    assert comparison.notes == []


def test_both_holders_of_a_duplicate_are_named(snapshots: list[Path]) -> None:
    _comparison, findings = forests.compare(snapshots, joined("mail", galsync=True))
    pair = [found for found in findings if found.rule == "proxy-duplicate" and "sales" in (found.value or "").lower()]
    assert [(found.object and found.object.dn, found.value, found.holders[0].object.dn) for found in pair] == [
        ("CN=ann,OU=Staff,DC=contoso,DC=local", "smtp:sales@contoso.com", "CN=ann-other,OU=Staff,DC=fabrikam,DC=local"),
        ("CN=ann-other,OU=Staff,DC=fabrikam,DC=local", "smtp:SALES@contoso.com", "CN=ann,OU=Staff,DC=contoso,DC=local"),
    ]


def test_without_the_attribute_in_the_snapshots(tmp_path: Path) -> None:
    paths = forests.from_files(tmp_path)
    comparison, findings = forests.compare(paths, joined("attribute", galsync=True))
    assert len(comparison.notes) == 1 and "employeeID" in comparison.notes[0]
    assert forests.labels(findings) == Counter(two_forests.expected("none", galsync=True))


def test_three_forests_and_three_objects_of_one_person(tmp_path: Path) -> None:
    paths = []
    for number, place in enumerate(("contoso", "fabrikam", "tailspin")):
        person = user(
            "ann", mail="ann@contoso.com", proxyAddresses=["SMTP:ann@contoso.com"], userPrincipalName=f"ann@{place}.com"
        )
        person.dn = f"CN=ann,OU=Staff,DC={place},DC=local"
        other = user("bob", userPrincipalName=f"bob{number}@contoso.com", proxyAddresses=["SMTP:desk@contoso.com"])
        other.dn = f"CN=bob,OU=Staff,DC={place},DC=local"
        paths.append(forests.keep(Entries([person, other]), tmp_path / f"{place}.sqlite"))
    comparison, findings = forests.compare(paths, ForestJoin("mail"))
    assert comparison.persons["joined"] == 1
    assert [(found.rule, found.holders_total) for found in findings] == [("proxy-duplicate", 2)] * 3
    assert {found.object.name for found in findings if found.object} == {"bob"}


def test_what_one_forest_saw_already_is_left_to_it(tmp_path: Path) -> None:
    def forest(place: str, *names: str) -> Path:
        entries = []
        for name in names:
            entries.append(user(name, userPrincipalName=f"{name}@{place}.com", proxyAddresses=["SMTP:one@contoso.com"]))
            entries[-1].dn = f"CN={name},OU=Staff,DC={place},DC=local"
        return forests.keep(Entries(entries), tmp_path / f"{place}.sqlite")

    inside = forest("contoso", "ann", "bob")
    _comparison, findings = forests.compare([inside, forest("fabrikam")], ForestJoin())
    assert findings == []
    shared = tmp_path / "more"
    shared.mkdir()
    _comparison, findings = forests.compare([inside, forest("tailspin", "cy")], ForestJoin())
    assert [(found.object and found.object.name, found.holders_total) for found in findings] == [
        ("ann", 2),
        ("bob", 2),
        ("cy", 2),
    ]


def test_a_value_of_very_many_holders(tmp_path: Path) -> None:
    paths = []
    for place in ("contoso", "fabrikam"):
        entries = []
        for number in range(2000):
            entries.append(user(f"u{number}", userPrincipalName=f"u{number}@{place}.com", mail="noreply@contoso.com"))
            entries[-1].dn = f"CN=u{number},OU=Staff,DC={place},DC=local"
        paths.append(forests.keep(Entries(entries), tmp_path / f"{place}.sqlite"))
    comparison, _findings = forests.compare(paths, ForestJoin("mail"))
    assert comparison.summary.rule == {"mail-duplicate": 4000}
    assert comparison.persons["ambiguous"] == 1


def test_files_that_are_no_snapshots(snapshots: list[Path], tmp_path: Path) -> None:
    text, empty, half = tmp_path / "text", tmp_path / "empty.sqlite", tmp_path / "half.sqlite"
    text.write_text("no database at all, but long enough to look like a file " * 20)
    sqlite3.connect(empty).close()
    unfinished = Snapshot(str(half))
    unfinished.close()
    copy = shutil.copy(snapshots[0], tmp_path / "copy.sqlite")
    cut = tmp_path / "cut.sqlite"
    cut.write_bytes(snapshots[0].read_bytes()[:20000])
    for paths, piece in (
        ([snapshots[0]], "two forests at least"),
        ([snapshots[0], snapshots[0]], "named twice"),
        ([snapshots[0], tmp_path / "missing"], "there is no file"),
        ([snapshots[0], text], "no snapshot of a complete audit"),
        ([snapshots[0], empty], "no snapshot of a complete audit"),
        ([snapshots[0], half], "no snapshot of a complete audit"),
        ([snapshots[1], cut], "no snapshot of a complete audit"),
        ([snapshots[0], Path(copy)], "hold the same objects"),
    ):
        with pytest.raises(SnapshotFileError) as raised:
            forests.compare(paths, ForestJoin())
        assert piece in str(raised.value)
