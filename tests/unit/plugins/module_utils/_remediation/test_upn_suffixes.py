# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""UPN suffixes of exports: what is changed goes into a file, and everything is checked as on a server."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Modification
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif_changes import ChangeFile
from ansible_collections.syncready.m365.plugins.module_utils._directory.topology_search import topology_of
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import (
    ConflictError,
    DirectoryError,
    OptionError,
)
from ansible_collections.syncready.m365.plugins.module_utils._remediation.upn_suffixes import (
    ATTRIBUTE,
    Outcome,
    State,
    SuffixInUseError,
    SuffixRegister,
)
from ansible_collections.syncready.m365.tests.directories import ldif
from ansible_collections.syncready.m365.tests.support.audits import entry, user

PARTITIONS = "CN=Partitions,CN=Configuration,DC=contoso,DC=local"
OU = "OU=Staff,DC=contoso,DC=local"


def entries(
    suffixes: t.Any = ("contoso.com", "Fabrikam.com"), own: t.Any = ("contoso.app", "contoso.com")
) -> list[Entry]:
    return [
        entry(PARTITIONS, objectClass=["top", "crossRefContainer"], uPNSuffixes=list(suffixes)),
        entry(
            f"CN=CONTOSO,{PARTITIONS}",
            objectClass=["crossRef"],
            nCName="DC=contoso,DC=local",
            dnsRoot="contoso.local",
            systemFlags=3,
        ),
        entry(OU, objectClass=["top", "organizationalUnit"], uPNSuffixes=list(own)),
        entry("CN=Users,DC=contoso,DC=local", objectClass=["top", "container"]),
        user("ann", userPrincipalName="ann@CONTOSO.APP"),
        user("bob", userPrincipalName="bob@contoso.com"),
        user("eve", userPrincipalName="eve@evilcontoso.app"),
        entry("CN=x,OU=Other,DC=contoso,DC=local", objectClass=["user"], userPrincipalName="x@fabrikam.com"),
    ]


class Export:
    """An export with a change file beside it."""

    def __init__(self, folder: Path, content: list[Entry]) -> None:
        path = folder / "export.ldif"
        path.write_text("".join(ldif.record(item.dn, item.attributes) for item in content), encoding="utf-8")
        self.changes = ChangeFile(str(folder / "change.ldif"))
        self.directory = LdifDirectory(str(path), changes=self.changes)
        self.checked: list[str] = []

    def apply(self, state: State, names: list[str], ou: str | None = None, **options: bool) -> Outcome:
        register = SuffixRegister(self.directory, topology_of(self.directory), ou)
        return register.apply(state, names, self.checked.append, **options)


@pytest.fixture
def export(tmp_path: Path) -> Export:
    return Export(tmp_path, entries())


def test_present(export: Export) -> None:
    outcome = export.apply("present", ["CONTOSO.com", "northwind.com", "a.example"])
    assert outcome.before == ("contoso.com", "Fabrikam.com")
    assert outcome.after == ("a.example", "contoso.com", "Fabrikam.com", "northwind.com")
    assert outcome.added == ("a.example", "northwind.com")
    # What is there already is not judged.
    assert export.checked == ["a.example", "northwind.com"]
    assert export.changes.content().decode() == (
        f"dn: {PARTITIONS}\nchangetype: modify\nadd: uPNSuffixes\nuPNSuffixes: northwind.com\nuPNSuffixes: a.example\n-\n"
    )


def test_nothing_to_do(export: Export) -> None:
    for state, names in (
        ("present", ["contoso.com"]),
        ("absent", ["x.com"]),
        ("exact", ["FABRIKAM.com", "contoso.com"]),
    ):
        outcome = export.apply(t.cast(State, state), names)
        assert (outcome.added, outcome.removed) == ((), ())
        assert outcome.after == outcome.before
    assert export.changes.content() == b""


def test_exact_deletes_the_very_bytes(export: Export) -> None:
    outcome = export.apply("exact", ["contoso.com", "northwind.com"], force=True)
    assert outcome.changes == (Modification(ATTRIBUTE, (b"Fabrikam.com",), (b"northwind.com",)),)


def test_check_mode_notes_nothing(export: Export) -> None:
    assert export.apply("absent", ["fabrikam.com"], force=True, check_mode=True).removed == ("Fabrikam.com",)
    assert export.changes.content() == b""


def test_carried_suffixes_stay(export: Export) -> None:
    with pytest.raises(SuffixInUseError) as caught:
        export.apply("exact", ["contoso.com"])
    (use,) = caught.value.uses
    assert (use.suffix, use.users, use.examples) == ("fabrikam.com", 1, ("x@fabrikam.com",))
    assert "fabrikam.com: 1 account(s), such as x@fabrikam.com" in str(caught.value)
    assert export.changes.content() == b""


def test_in_an_ou_its_own_accounts_count(export: Export) -> None:
    with pytest.raises(SuffixInUseError) as caught:
        export.apply("exact", [], OU)
    # contoso.com stays a suffix of the forest; eve's is another one.
    assert [(use.suffix, use.users) for use in caught.value.uses] == [("contoso.app", 1)]
    assert export.apply("absent", ["contoso.com"], OU).removed == ("contoso.com",)


def test_a_domain_stays_a_suffix_anyway(tmp_path: Path) -> None:
    content = [*entries(["contoso.local"]), user("sam", userPrincipalName="sam@contoso.local")]
    assert Export(tmp_path, content).apply("absent", ["contoso.local"]).removed == ("contoso.local",)


def test_strange_values_can_be_removed(tmp_path: Path) -> None:
    values = ["with space", "a*)(b", "ünïcode", "Contoso.com", "contoso.com"]
    export = Export(tmp_path, entries(values))
    outcome = export.apply("absent", ["with space", "a*)(b", "CONTOSO.COM"], force=True)
    assert outcome.changes[0].delete == (b"with space", b"a*)(b", b"Contoso.com", b"contoso.com")
    assert outcome.after == ("ünïcode",)
    assert Export(tmp_path, entries(values)).apply("absent", ["a*)(b"]).removed == ("a*)(b",)
    assert Export(tmp_path, entries(values)).apply("exact", ["contoso.com"], force=True).changes[0].delete == (
        b"with space",
        b"a*)(b",
        "ünïcode".encode(),
    )


def test_too_many(tmp_path: Path) -> None:
    export = Export(tmp_path, entries())
    with pytest.raises(DirectoryError) as caught:
        export.apply("present", [f"d{number}.example" for number in range(1200)])
    assert caught.value.code == "LIMIT_EXCEEDED"


def test_what_is_not_there_is_named(tmp_path: Path, export: Export) -> None:
    with pytest.raises(OptionError, match="CN=Users"):
        export.apply("present", ["a.example"], "CN=Users,DC=contoso,DC=local")
    with pytest.raises(DirectoryError) as caught:
        export.apply("present", ["a.example"], "OU=Nowhere,DC=contoso,DC=local")
    assert caught.value.code == "BASE_NOT_FOUND"
    with pytest.raises(DirectoryError) as caught:
        Export(tmp_path, entries()[3:]).apply("present", ["a.example"])
    assert caught.value.code == "PARTITIONS_NOT_FOUND"


def test_a_check_that_fails_stops_everything(export: Export) -> None:
    def refuse(name: str) -> None:
        raise OptionError(name)

    register = SuffixRegister(export.directory, topology_of(export.directory), None)
    with pytest.raises(OptionError, match=r"bad\.example"):
        register.apply("present", ["bad.example"], refuse)
    assert export.changes.content() == b""


def test_endless_conflicts_end(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    def modify(*_arguments: object) -> None:
        raise ConflictError("somebody was faster")

    monkeypatch.setattr(export.directory, "modify", modify)
    with pytest.raises(ConflictError, match="all the time"):
        export.apply("present", ["a.example"])
