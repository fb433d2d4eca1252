# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who gets which new sign-in name, and who keeps the old one, and why."""

from __future__ import annotations

import base64
import dataclasses
import json
import random
import typing as t
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._audit.cloud import TenantFiles
from ansible_collections.syncready.m365.plugins.module_utils._audit.options import AuditOptions, SyncScope
from ansible_collections.syncready.m365.plugins.module_utils._audit.scan import run_audit
from ansible_collections.syncready.m365.plugins.module_utils._audit.snapshot import Snapshot
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import OptionError
from ansible_collections.syncready.m365.plugins.module_utils._remediation.upn_making import (
    MadeMoves,
    UpnOptions,
    make_moves,
)
from ansible_collections.syncready.m365.plugins.module_utils._remediation.upn_moves import Careful, Move
from ansible_collections.syncready.m365.plugins.module_utils._remediation.upn_names import (
    Aligned,
    FromAccountName,
    MappedSuffix,
    NewName,
)
from ansible_collections.syncready.m365.tests.support.audits import Entries, entry, rule_options, user

MAP = MappedSuffix({"contoso.local": "contoso.com", "emea.contoso.local": "contoso.com"})
BEN = uuid.uuid5(uuid.NAMESPACE_DNS, "ben")
GROUP = "CN={},OU=Groups,DC=contoso,DC=local"


def person(name: str, upn: str | None = None, **attributes: t.Any) -> Entry:
    """Return a user with a GUID; by default its UPN has the suffix that is to go."""
    guid = uuid.uuid5(uuid.NAMESPACE_DNS, name)
    wanted = {"userPrincipalName": upn or f"{name}@contoso.local", "objectGUID": guid.bytes_le, **attributes}
    return user(name, **wanted)


def partitions(*suffixes: str) -> Entry:
    """Return what makes it known which suffixes are registered."""
    return entry(
        "CN=Partitions,CN=Configuration,DC=contoso,DC=local",
        objectClass=["top", "crossRefContainer"],
        uPNSuffixes=list(suffixes),
    )


def group(name: str, *members: str) -> Entry:
    return entry(
        GROUP.format(name),
        objectClass=["top", "group"],
        sAMAccountName=name,
        groupType=-2147483646,
        member=list(members),
    )


def made(entries: t.Sequence[Entry], names: NewName = MAP, **choices: t.Any) -> MadeMoves:
    rules = choices.pop("rules", rule_options())
    careful = choices.pop("careful", Careful())
    return make_moves(Entries(entries), UpnOptions(names, careful, rules, **choices))


def new_names(result: MadeMoves) -> dict[str, str | None]:
    return {row.object.name: row.update for row in result.rows}


def reasons(result: MadeMoves) -> dict[str, str]:
    return {move.object.name: move.reason for move in result.moves if not move.moves}


def held(result: MadeMoves, name: str) -> Move:
    return next(move for move in result.moves if move.object.name == name)


class TestSuffixMap:
    def test_only_what_follows_the_last_at(self) -> None:
        result = made(
            [
                person("anna"),
                person("smith", "contoso.local.smith@contoso.local"),
                person("old", "old@emea.contoso.local"),
                person("mixed", "Mixed.Case@CONTOSO.local"),
                person("done", "done@contoso.com"),
                person("other", "other@fabrikam.com"),
                # Not the suffix itself.
                person("sub", "sub@stores.contoso.local"),
            ]
        )
        assert new_names(result) == {
            "anna": "anna@contoso.com",
            "smith": "contoso.local.smith@contoso.com",
            "old": "old@contoso.com",
            "mixed": "Mixed.Case@contoso.com",
        }
        assert reasons(result) == {}
        assert (result.chosen, result.judged) == (7, 7)

    @given(st.text(alphabet="ab.@contsl", min_size=1, max_size=20))
    def test_the_part_before_it_stays(self, local: str) -> None:
        assert MAP.later(f"{local}@contoso.local") == f"{local}@contoso.com"
        assert MAP.later(f"{local}@contoso.com") is None

    def test_a_suffix_that_is_old_and_new(self) -> None:
        with pytest.raises(OptionError, match=r"contoso\.com is an old suffix and a new one"):
            MappedSuffix({"contoso.local": "contoso.com", "contoso.com": "fabrikam.com"})
        assert (
            MappedSuffix({"contoso.local": "contoso.com", "contoso.com": "contoso.com"}).later("a@contoso.com") is None
        )

    def test_a_suffix_that_nobody_registered(self) -> None:
        entries = [partitions("fabrikam.com"), person("anna"), person("ben")]
        with pytest.raises(OptionError, match=r"contoso\.com is neither a DNS domain.* 2 users.*upn_suffix") as raised:
            made(entries)
        assert raised.value.code == "SUFFIX_NOT_REGISTERED"
        # Nobody would get it.
        assert made([partitions("fabrikam.com"), person("anna", "anna@contoso.com")]).rows == []
        assert len(made([partitions("contoso.com"), person("anna")]).rows) == 1

    def test_a_dns_domain_of_the_forest_is_registered(self) -> None:
        back = MappedSuffix({"fabrikam.com": "contoso.local"})
        result = made([partitions(), person("anna", "anna@fabrikam.com")], back)
        # But nobody can verify it.
        assert reasons(result) == {"anna": "upn-not-routable"}

    def test_a_domain_that_is_not_verified(self) -> None:
        result = made([person("anna")], MappedSuffix({"contoso.local": "contoso.org"}))
        assert reasons(result) == {"anna": "upn-unverified-domain"}

    @pytest.mark.parametrize(
        ("upn", "rule"),
        [
            ("an na@contoso.local", "upn-whitespace"),
            ("anna%@contoso.local", "upn-invalid-character"),
            ("än@contoso.local", "upn-diacritic"),
            ("anna.@contoso.local", "upn-local-part-ending"),
            (".anna@contoso.local", "upn-dot-placement"),
            ("a@b@contoso.local", "upn-format"),
            ("a" * 65 + "@contoso.local", "upn-too-long"),
        ],
    )
    def test_a_name_that_would_not_be_valid(self, upn: str, rule: str) -> None:
        result = made([person("anna", upn), person("ben")])
        assert reasons(result) == {"anna": rule}
        assert new_names(result) == {"ben": "ben@contoso.com"}
        assert held(result, "anna").message

    def test_the_rules_that_a_row_repairs(self) -> None:
        (row,) = made([person("anna")]).rows
        assert row.rules == ("upn-not-routable",)
        assert len(row.fingerprints) == 1
        assert (row.attribute, row.value, row.action) == ("userPrincipalName", "anna@contoso.local", "EDIT")


class TestClashes:
    @pytest.mark.parametrize(
        ("attributes", "attribute"),
        [
            ({"userPrincipalName": "anna@contoso.com"}, "userPrincipalName"),
            ({"userPrincipalName": "ANNA@Contoso.com"}, "userPrincipalName"),
            ({"proxyAddresses": ["SMTP:x@contoso.com", "smtp:Anna@contoso.com"]}, "proxyAddresses"),
            ({"mail": "anna@contoso.com"}, "mail"),
            ({"targetAddress": "SMTP:anna@contoso.com"}, "targetAddress"),
            # What a domain controller takes for the same.
            ({"userPrincipalName": "ännä@contoso.com"}, "userPrincipalName"),
        ],
    )
    def test_a_name_that_somebody_holds(self, attributes: dict[str, t.Any], attribute: str) -> None:
        other = person("holder", attributes.pop("userPrincipalName", "holder@contoso.com"), **attributes)
        result = made([person("anna"), other])
        assert reasons(result) == {"anna": "taken"}
        ((reference, names),) = held(result, "anna").holders
        assert (reference.name, names) == ("holder", (attribute,))
        assert "CN=holder" in held(result, "anna").message

    def test_contacts_groups_and_system_accounts_hold_names_too(self) -> None:
        contact = entry(
            "CN=Outside,DC=contoso,DC=local", objectClass=["top", "contact"], proxyAddresses="SMTP:anna@contoso.com"
        )
        system = user("MSOL_1", userPrincipalName="ben@contoso.com")
        result = made([person("anna"), person("ben"), contact, system])
        assert reasons(result) == {"anna": "taken", "ben": "taken"}

    def test_an_implicit_name(self) -> None:
        # ben@contoso.local is what the account ben answers to, whatever its UPN.
        entries = [person("anna", "ben@contoso.com"), person("ben", "b@contoso.com")]
        result = made(entries, MappedSuffix({"contoso.com": "contoso.local"}), rules=rule_options(("contoso.local",)))
        assert reasons(result) == {"anna": "upn-implicit-collision"}
        assert new_names(result) == {"ben": "b@contoso.local"}

    def test_the_own_addresses_are_no_clash(self) -> None:
        entries = [person("anna", mail="anna@contoso.com", proxyAddresses=["SMTP:anna@contoso.com"])]
        assert len(made(entries).rows) == 1

    def test_two_who_would_get_one_name(self) -> None:
        result = made([person("a1", "anna@contoso.local"), person("a2", "Anna@emea.contoso.local"), person("ben")])
        assert reasons(result) == {"a1": "claimed_twice", "a2": "claimed_twice"}
        assert "CN=a2" in held(result, "a1").message
        assert list(new_names(result)) == ["ben"]

    def test_what_one_gives_up_another_may_take(self) -> None:
        ring = FromAccountName("{sam}@contoso.com")
        entries = [person("a", "b@contoso.com"), person("b", "c@contoso.com"), person("c", "a@contoso.com")]
        result = made(entries, ring)
        assert new_names(result) == {"a": "a@contoso.com", "b": "b@contoso.com", "c": "c@contoso.com"}
        # One that must stay keeps what another wants, and so on.
        entries[2] = person("c", "a@contoso.com", adminCount=1)
        assert reasons(made(entries, ring)) == {"a": "taken", "b": "taken", "c": "protected_account"}

    def test_a_name_of_another_forest(self, tmp_path: Path) -> None:
        path = str(tmp_path / "snapshot.sqlite")
        theirs = [
            user("anna", userPrincipalName="Anna@contoso.com", objectGUID=uuid.uuid4().bytes_le),
            # An address there may be the same person.
            user("ben", mail="ben@contoso.com", userPrincipalName="b@fabrikam.com"),
        ]
        other = Snapshot(path)
        run_audit(Entries(theirs), AuditOptions(rule_options()), other)
        other.close()
        result = made([person("anna"), person("ben")], other_snapshots=(path,))
        assert reasons(result) == {"anna": "taken_in_other_forest"}
        with pytest.raises(OptionError, match=r"compare_snapshots: there is no file .*none\.sqlite"):
            made([person("anna")], other_snapshots=(str(tmp_path / "none.sqlite"),))

    def test_the_order_of_the_directory_does_not_matter(self) -> None:
        entries = [
            person(f"u{number}", f"u{number % 7}@contoso.{'local' if number % 3 else 'com'}") for number in range(20)
        ]
        first = made(entries)
        dice = random.Random(7)
        for _attempt in range(5):
            dice.shuffle(entries)
            again = made(entries)
            assert (again.rows, reasons(again)) == (first.rows, reasons(first))

    def test_a_second_run_has_nothing_to_do(self) -> None:
        dice = random.Random(3)
        for _attempt in range(20):
            names = [f"u{dice.randrange(12)}@contoso.{dice.choice(['local', 'com'])}" for _one in range(12)]
            entries = [person(f"p{number}", name) for number, name in enumerate(names)]
            names_of = FromAccountName("u{sam}@contoso.com") if _attempt % 2 else MAP
            result = made(entries, names_of, ldap_filter="(objectClass=user)")
            updates = new_names(result)
            after = [person(f"p{number}", updates.get(f"p{number}") or name) for number, name in enumerate(names)]
            second = made(after, names_of, ldap_filter="(objectClass=user)")
            assert second.rows == []
            assert reasons(second) == reasons(result)
            held_names = [item.text("userprincipalname") or "" for item in after]
            for name in filter(None, updates.values()):
                assert sum(one.lower() == name.lower() for one in held_names) == 1


class TestOtherNames:
    def test_the_primary_address(self) -> None:
        result = made(
            [
                person("anna", "a1@contoso.com", proxyAddresses=["SMTP:Anna.Berg@contoso.com"]),
                person("ben", "BEN@contoso.com", proxyAddresses=["SMTP:ben@contoso.com"]),
                person("none", "none@contoso.com"),
                person("two", "two@contoso.com", proxyAddresses=["SMTP:x@contoso.com", "SMTP:y@contoso.com"]),
            ],
            Aligned("primary_smtp"),
        )
        assert new_names(result) == {"anna": "Anna.Berg@contoso.com"}
        assert reasons(result) == {"none": "no_primary_address", "two": "no_primary_address"}

    def test_mail(self) -> None:
        result = made([person("anna", mail="a.berg@contoso.com"), person("ben")], Aligned("mail"))
        assert new_names(result) == {"anna": "a.berg@contoso.com"}
        assert reasons(result) == {"ben": "no_mail"}

    def test_an_address_whose_domain_is_not_registered(self) -> None:
        result = made([partitions("contoso.com"), person("anna", mail="anna@fabrikam.com")], Aligned("mail"))
        assert reasons(result) == {"anna": "upn-suffix-not-registered"}

    def test_the_account_name(self) -> None:
        entries = [person("anna", "a.berg@contoso.com"), user("new", userPrincipalName=None)]
        assert new_names(made(entries, FromAccountName("{sam}@{suffix}"))) == {"anna": "anna@contoso.com"}
        assert reasons(made(entries, FromAccountName("{sam}@{suffix}"))) == {"new": "no_suffix"}
        assert new_names(made(entries, FromAccountName("x.{sam}@contoso.com"))) == {
            "anna": "x.anna@contoso.com",
            "new": "x.new@contoso.com",
        }
        row = next(row for row in made(entries, FromAccountName("{sam}@contoso.com")).rows if row.object.name == "new")
        assert row.value is None
        assert row.rules == ("upn-missing",)
        inside = rule_options(("contoso.local",))
        assert new_names(made(entries, FromAccountName("{sam}@{domain}"), rules=inside))["new"] == "new@contoso.local"

    @pytest.mark.parametrize(
        "pattern", ["contoso.com", "{sam}", "{sam}@", "x@{sam}", "{sam", "{given}@contoso.com", "{sam!r}@contoso.com"]
    )
    def test_a_pattern_that_is_none(self, pattern: str) -> None:
        with pytest.raises(OptionError, match="pattern: "):
            FromAccountName(pattern)


class TestChoice:
    def people(self) -> list[Entry]:
        return [
            person("anna", department="Sales"),
            person("ben"),
            entry(
                "CN=carl,OU=Stores,DC=contoso,DC=local",
                objectClass=["top", "person", "user"],
                sAMAccountName="carl",
                userPrincipalName="carl@contoso.local",
            ),
            group("inner", "CN=ben,OU=Staff,DC=contoso,DC=local"),
            group("outer", GROUP.format("inner"), "CN=carl,OU=Stores,DC=contoso,DC=local"),
        ]

    @pytest.mark.parametrize(
        ("choice", "names"),
        [
            ({}, {"anna", "ben", "carl"}),
            ({"ous": ("ou=stores,dc=contoso,dc=local",)}, {"carl"}),
            ({"ldap_filter": "(department=sales)"}, {"anna"}),
            ({"ldap_filter": "(!(department=*))"}, {"ben", "carl"}),
            ({"groups": (GROUP.format("outer"),)}, {"ben", "carl"}),
            ({"groups": (GROUP.format("outer"),), "ous": ("OU=Staff,DC=contoso,DC=local",)}, {"ben"}),
            (
                {"users": ("ANNA", "ben@contoso.local", "CN=carl,OU=Stores,DC=contoso,DC=local")},
                {"anna", "ben", "carl"},
            ),
            ({"users": (f"{{{BEN}}}",)}, {"ben"}),
            ({"users": ("anna", "ben"), "ldap_filter": "(department=*)"}, {"anna"}),
        ],
    )
    def test_who_is_meant(self, choice: dict[str, t.Any], names: set[str]) -> None:
        result = made(self.people(), **choice)
        assert set(new_names(result)) == names
        assert result.chosen == len(names)
        assert result.unknown == []

    def test_names_that_nobody_has(self) -> None:
        result = made(self.people(), users=("anna", "nobody", "x@contoso.local"))
        assert result.unknown == ["nobody", "x@contoso.local"]
        assert "nobody" in " ".join(result.notes)

    def test_a_name_still_means_the_user_who_has_moved(self) -> None:
        result = made([person("anna", "anna@contoso.com")], users=("anna@contoso.local",))
        assert (result.chosen, result.unknown, result.rows) == (1, [], [])

    def test_a_name_of_two(self) -> None:
        twin = entry(
            "CN=twin,DC=emea,DC=contoso,DC=local",
            objectClass=["top", "user"],
            sAMAccountName="anna",
            userPrincipalName="twin@contoso.local",
        )
        assert reasons(made([person("anna"), twin], users=("anna",))) == {"anna": "ambiguous", "twin": "ambiguous"}

    def test_a_group_that_is_none(self) -> None:
        with pytest.raises(OptionError, match=r"groups: there is no group CN=no"):
            made(self.people(), groups=(GROUP.format("no"),))

    def test_who_is_not_synchronized(self) -> None:
        scope = SyncScope(exclude=("OU=Stores,DC=contoso,DC=local",))
        assert reasons(made(self.people(), sync_scope=scope)) == {"carl": "not_synchronized"}
        system = user("AAD_1", userPrincipalName="aad@contoso.local", objectGUID=uuid.uuid4().bytes_le)
        assert reasons(made([system])) == {"AAD_1": "not_synchronized"}


class TestCareful:
    PEOPLE: t.ClassVar[dict[str, dict[str, t.Any]]] = {
        "admin": {"adminCount": 1},
        "card": {"userAccountControl": 512 | 0x40000},
        "service": {"servicePrincipalName": ["HTTP/shop.contoso.com"]},
    }

    def test_they_need_a_person_unless_allowed(self) -> None:
        entries = [person(name, **attributes) for name, attributes in self.PEOPLE.items()]
        assert reasons(made(entries)) == {
            "admin": "protected_account",
            "card": "smart_card",
            "service": "service_account",
        }
        allowed = Careful(protected_accounts=True, smart_card_users=True, service_accounts=True)
        assert set(new_names(made(entries, careful=allowed))) == {"admin", "card", "service"}
        for option, name in zip(
            ("protected_accounts", "smart_card_users", "service_accounts"), self.PEOPLE, strict=True
        ):
            assert set(
                new_names(made(entries, careful=dataclasses.replace(Careful(), **{option: t.cast(t.Any, True)})))
            ) == {name}

    def test_from_one_federated_domain_to_another(self) -> None:
        entries = [person("anna", "anna@fabrikam.com"), person("ben")]
        names = MappedSuffix({"fabrikam.com": "contoso.com", "contoso.local": "contoso.com"})
        result = made(entries, names, careful=Careful(federated_domains=frozenset(("fabrikam.com", "contoso.com"))))
        assert reasons(result) == {"anna": "federated_domains"}
        assert "onmicrosoft.com" in held(result, "anna").message
        # Into one, or out of one, is no trouble.
        one = Careful(federated_domains=frozenset(("contoso.com",)))
        assert len(made(entries, names, careful=one).rows) == 2


class TestTenant:
    def files(self, folder: Path, *, licences: bool = True) -> TenantFiles:
        users = []
        for name, synced, licensed in (("anna", True, True), ("ben", True, False), ("carl", False, True)):
            record: dict[str, t.Any] = {
                "id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
                "displayName": name,
                "userPrincipalName": f"{name}@contoso.onmicrosoft.com",
                "onPremisesSyncEnabled": synced or None,
                "onPremisesImmutableId": _immutable(name),
            }
            if licences:
                record["assignedLicenses"] = [{"skuId": "06ebc4ee-1bb5-47dd-8120-11324bc54e06"}] if licensed else []
            users.append(record)
        path = folder / "users.json"
        path.write_text(json.dumps({"value": users}), encoding="utf-8")
        return TenantFiles(str(path))

    def test_licensed_and_synchronized_users_stay(self, tmp_path: Path) -> None:
        entries = [person("anna"), person("ben"), person("carl"), person("new")]
        files = self.files(tmp_path)
        result = made(entries, tenant=files)
        assert reasons(result) == {"anna": "licensed_in_tenant"}
        assert "upn_sync_enabled" in held(result, "anna").message
        assert reasons(made(entries, tenant=files, upn_sync_enabled=False)) == {"anna": "licensed_in_tenant"}
        assert reasons(made(entries, tenant=files, upn_sync_enabled=True)) == {}

    def test_an_export_that_does_not_know_licences(self, tmp_path: Path) -> None:
        files = self.files(tmp_path, licences=False)
        with pytest.raises(OptionError, match="does not say who has a licence"):
            made([person("anna")], tenant=files)
        assert len(made([person("anna")], tenant=files, upn_sync_enabled=True).rows) == 1


def _immutable(name: str) -> str:
    return base64.b64encode(uuid.uuid5(uuid.NAMESPACE_DNS, name).bytes_le).decode("ascii")


def test_what_an_announcement_needs() -> None:
    manager = "CN=boss,OU=Staff,DC=contoso,DC=local"
    result = made(
        [
            person(
                "anna",
                displayName="Anna Berg",
                mail="anna@contoso.com",
                manager=manager,
                msRTCSIP_PrimaryUserAddress="sip:anna@contoso.local",
            ),
            person("ben", proxyAddresses=["SIP:ben@contoso.com"], manager="CN=gone,DC=contoso,DC=local"),
            person("boss", "boss@contoso.com", mail="boss@contoso.com"),
        ]
    )
    anna, ben = held(result, "anna"), held(result, "ben")
    assert (anna.display_name, anna.mail, anna.sip, anna.sip_differs) == (
        "Anna Berg",
        "anna@contoso.com",
        "anna@contoso.local",
        True,
    )
    assert (result.managers[manager].name, result.managers[manager].mail) == ("boss", "boss@contoso.com")
    assert (ben.sip, ben.sip_differs) == ("ben@contoso.com", False)
    assert result.managers[ben.manager or ""].name is None
