# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Audits of a few objects: populations, scopes, clashes, and what only the whole source tells."""

from __future__ import annotations

import datetime
import uuid

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._audit.options import (
    AuditOptions,
    LicenceScope,
    SyncScope,
)
from ansible_collections.syncready.m365.plugins.module_utils._audit.waivers import Waiver, parse_waivers
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry, sid_bytes, sid_text
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import EntryError, OptionError
from ansible_collections.syncready.m365.plugins.module_utils._model.finding import Finding
from ansible_collections.syncready.m365.tests.support.audits import Values, audit, entry, rule_options, rules_of, user

TODAY = datetime.date(2026, 11, 25)
DOMAIN_SID = "S-1-5-21-1-2-3"


def mailbox(name: str, **attributes: Values) -> Entry:
    return user(
        name,
        **{
            "mail": f"{name}@contoso.com",
            "mailNickname": name,
            "proxyAddresses": [f"SMTP:{name}@contoso.com"],
            "msExchRecipientTypeDetails": 1,
            **attributes,
        },
    )


def group(name: str, members: list[str]) -> Entry:
    return entry(
        f"CN={name},OU=Groups,DC=contoso,DC=local",
        objectClass=["top", "group"],
        sAMAccountName=name,
        groupType=-2147483640,
        member=members,
    )


def errors(findings: list[Finding]) -> list[tuple[str, str]]:
    return sorted((f.object.name, f.rule) for f in findings if f.object and f.severity != "info")


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"objectClass": ["top", "person", "organizationalPerson", "user", "computer"]}, "computer"),
        ({"objectClass": ["user", "computer", "msDS-GroupManagedServiceAccount"]}, "managed service account"),
        ({"isCriticalSystemObject": "FALSE"}, "critical system object"),
        ({"userAccountControl": 2080}, "trust account"),
        ({"sAMAccountName": "MSOL_1234"}, "service account"),
        ({"sAMAccountName": "Support_388945A0"}, "service account"),
        ({"mailNickname": "SystemMailbox{1}"}, "Exchange system mailbox"),
        ({"mailNickname": "CAS_{1}"}, "Exchange system mailbox"),
        ({"msExchRecipientTypeDetails": 8388608}, "Exchange system mailbox"),
        ({"msExchRecipientTypeDetails": 549755813888}, "Exchange system mailbox"),
        ({"msExchRecipientTypeDetails": 33554432}, "Exchange system mailbox"),
    ],
)
def test_system_accounts_are_skipped_without_a_finding(attributes: dict[str, Values], reason: str) -> None:
    summary, findings = audit([user("x", **{"userPrincipalName": "bad name@@", **attributes})])
    assert (summary.skipped, summary.judged, findings) == ({reason: 1}, 0, [])


@pytest.mark.parametrize("name", ["Guest Relations", "Administration Team", "Iwamoto Ken", "Msolutions", "Supporter"])
def test_people_are_not_skipped_by_their_names(name: str) -> None:
    summary, _findings = audit([user(name, cn=name)])
    assert summary.judged == 1


def test_left_out_objects_have_one_finding_and_their_values_count_as_taken() -> None:
    outside = mailbox("ann", mailNickname="other", proxyAddresses=["SMTP:x y@@", "smtp:shared@contoso.com"])
    outside.dn = "CN=ann,OU=Leavers,DC=contoso,DC=local"
    inside = mailbox("bob", proxyAddresses=["SMTP:bob@contoso.com", "smtp:shared@contoso.com"])
    options = AuditOptions(rule_options(), sync_scope=SyncScope(exclude=("ou=leavers, dc=contoso, dc=local",)))
    summary, findings = audit([outside, inside], options)
    assert summary.left_out == {"sync scope": 1}
    assert rules_of(findings, "ann") == ["not-synced"]
    (clash,) = [f for f in findings if f.rule == "proxy-duplicate"]
    assert (clash.severity, clash.outcome, clash.object and clash.object.name) == ("info", "none", "bob")
    assert [(h.object.name, h.attributes, h.judged) for h in clash.holders] == [("ann", ("proxyAddresses",), False)]


def test_judged_and_left_out_holders_stand_in_one_list() -> None:
    people = [mailbox(name, proxyAddresses=[f"SMTP:{name}@contoso.com", "smtp:all@contoso.com"]) for name in "abc"]
    people[2].dn = "CN=c,OU=Out,DC=contoso,DC=local"
    options = AuditOptions(rule_options(), sync_scope=SyncScope(exclude=("OU=Out,DC=contoso,DC=local",)))
    findings = [f for f in audit(people, options)[1] if f.rule == "proxy-duplicate"]
    assert [(f.severity, [h.object.name for h in f.holders]) for f in findings] == [
        ("error", ["b", "c"]),
        ("error", ["a", "c"]),
    ]


def test_deepest_ou_decides_the_sync_scope() -> None:
    options = AuditOptions(
        rule_options(),
        sync_scope=SyncScope(
            include=("OU=Staff,DC=contoso,DC=local", "OU=Back,OU=Leavers,OU=Staff,DC=contoso,DC=local"),
            exclude=("OU=Leavers,OU=Staff,DC=contoso,DC=local",),
        ),
    )
    people = []
    for name, place in (
        ("in", "OU=Staff,"),
        ("out", "OU=Leavers,OU=Staff,"),
        ("back", "OU=Back,OU=Leavers,OU=Staff,"),
        ("elsewhere", "OU=Other,"),
    ):
        person = user(name)
        person.dn = f"CN={name},{place}DC=contoso,DC=local"
        people.append(person)
    findings = audit(people, options)[1]
    assert sorted(f.object.name for f in findings if f.rule == "not-synced" and f.object) == ["elsewhere", "out"]


@pytest.mark.parametrize(
    ("scope", "in_scope"),
    [
        (None, ["mailed"]),
        (LicenceScope(ous=("OU=Staff,DC=contoso,DC=local",)), ["direct", "filtered", "mailed", "nested"]),
        (LicenceScope(groups=("CN=outer,OU=Groups,DC=contoso,DC=local",)), ["direct", "nested"]),
        (LicenceScope(filter="(title=boss)"), ["filtered"]),
    ],
)
def test_licence_scope(scope: LicenceScope | None, in_scope: list[str]) -> None:
    people = [
        user("direct"),
        user("nested"),
        user("filtered", title="Boss"),
        user("mailed", mail="mailed@contoso.com"),
        group("outer", ["CN=direct,OU=Staff,DC=contoso,DC=local", "CN=inner,OU=Groups,DC=contoso,DC=local"]),
        group("inner", ["CN=nested,OU=Staff,DC=contoso,DC=local", "CN=outer,OU=Groups,DC=contoso,DC=local"]),
    ]
    findings = audit(people, AuditOptions(rule_options(), licence_scope=scope))[1]
    assert sorted(f.object.name for f in findings if f.rule == "proxy-missing" and f.object) == in_scope


def test_unknown_licence_group_is_refused() -> None:
    scope = LicenceScope(groups=("CN=nobody,DC=contoso,DC=local",))
    with pytest.raises(OptionError, match="there is no group"):
        audit([user("x")], AuditOptions(rule_options(), licence_scope=scope))


def test_address_taken_is_reported_on_the_first_attribute() -> None:
    ann = user("ann", userPrincipalName="shared@contoso.com")
    bob = user("bob", mail="shared@contoso.com", proxyAddresses=["SMTP:Shared@contoso.com"])
    taken = [f for f in audit([ann, bob])[1] if f.rule == "address-taken"]
    assert [(f.object and f.object.name, f.attribute, f.value) for f in taken] == [
        ("ann", "userPrincipalName", "shared@contoso.com"),
        ("bob", "proxyAddresses", "SMTP:Shared@contoso.com"),
    ]
    assert taken[0].holders[0].attributes == ("proxyAddresses", "mail")


def test_pair_that_a_duplicate_rule_names_is_not_reported_again() -> None:
    ann = user("ann", mail="shared@contoso.com", proxyAddresses=["SMTP:shared@contoso.com"])
    bob = user("bob", mail="Shared@contoso.com")
    findings = audit([ann, bob])[1]
    assert [f.rule for f in findings if "duplicate" in f.rule or "taken" in f.rule] == ["mail-duplicate"] * 2


def test_look_alikes_are_no_duplicates() -> None:
    people = [
        mailbox("strasse"),
        mailbox("stra\u00dfe", sAMAccountName="s2", userPrincipalName="s2@contoso.com"),
    ]
    assert [f.rule for f in audit(people)[1] if "duplicate" in f.rule] == []


def test_implicit_name_of_another_account() -> None:
    computer = user("PC1$", objectClass=["user", "computer"], userPrincipalName=None)
    thief = user("thief", userPrincipalName="pc1$@contoso.local")
    (found,) = [f for f in audit([computer, thief])[1] if f.rule == "upn-implicit-collision"]
    assert (found.severity, found.outcome, found.holders[0].attributes) == ("warning", "confusing", ("sAMAccountName",))


def test_own_implicit_name_is_no_collision() -> None:
    assert rules_of(audit([user("ann", userPrincipalName="ann@contoso.local")])[1]) == ["upn-not-routable"]


def test_differences_are_silent_beside_a_fault() -> None:
    fine = mailbox("ann", mail="ann.other@contoso.com", userPrincipalName="a@contoso.com")
    faulty = mailbox("bob", mail="b b@contoso.com", userPrincipalName="b b@contoso.com")
    findings = audit([fine, faulty])[1]
    assert [r for r in rules_of(findings, "ann") if "differs" in r] == [
        "mail-differs-from-primary",
        "upn-differs-from-primary",
    ]
    assert [r for r in rules_of(findings, "bob") if "differs" in r] == []


def test_disabling_a_rule_does_not_bring_out_another() -> None:
    people = [mailbox(name, mail="shared@contoso.com") for name in ("ann", "bob")]
    options = AuditOptions(rule_options(), disabled_rules=frozenset(("mail-duplicate",)))
    findings = audit(people, options)[1]
    assert [f.rule for f in findings if f.rule.startswith("mail")] == []


def test_severity_override_changes_the_count_only() -> None:
    options = AuditOptions(rule_options(), severity_overrides={"upn-not-routable": "info"})
    summary, findings = audit([user("x", userPrincipalName="x@contoso.local")], options)
    assert summary.severity == {"error": 0, "warning": 0, "info": 1}
    assert (findings[0].severity, findings[0].outcome) == ("info", "fallback")


def test_suffixes_are_checked_only_where_partitions_are_known() -> None:
    people = [user("ann", userPrincipalName="ann@fabrikam.com"), user("bob")]
    partitions = entry(
        "CN=Partitions,CN=Configuration,DC=contoso,DC=local",
        objectClass=["top", "crossRefContainer"],
        uPNSuffixes=["Contoso.com"],
    )
    assert rules_of(audit(people)[1]) == []
    assert rules_of(audit([*people, partitions])[1], "ann") == ["upn-suffix-not-registered"]
    ou = entry("OU=F,DC=contoso,DC=local", objectClass=["organizationalUnit"], uPNSuffixes="fabrikam.com")
    assert rules_of(audit([*people, partitions, ou])[1]) == []


def test_attribute_that_the_export_left_out_is_unknown() -> None:
    assert rules_of(audit([user("ann", sAMAccountName=None)])[1]) == []
    findings = audit([user("ann", sAMAccountName=None, mail="x y"), user("bob")])[1]
    assert rules_of(findings, "ann") == ["sam-missing"]


def sid(text: str) -> bytes:
    value = sid_bytes(text.encode())
    assert value is not None
    return value


@pytest.mark.parametrize(
    ("master", "rules", "judged"),
    [
        ("S-1-5-10", [], 2),
        (f"{DOMAIN_SID}-1001", [], 2),
        (f"{DOMAIN_SID}-9999", ["linked-mailbox-unresolved"], 1),
        ("S-1-5-21-9-9-9-1001", ["linked-mailbox-unresolved", "upn-not-routable"], 2),
    ],
)
def test_linked_mailbox(master: str, rules: list[str], judged: int) -> None:
    linked = user(
        "ann",
        userAccountControl=514,
        msExchRecipientTypeDetails=2,
        mailNickname="ann",
        msExchMasterAccountSid=sid(master),
        userPrincipalName="ann@contoso.com" if not rules else "ann@contoso.local",
    )
    owner = user("bob", objectSid=sid(f"{DOMAIN_SID}-1001"))
    summary, findings = audit([linked, owner])
    assert (rules_of(findings, "ann"), summary.judged) == (rules, judged)


def test_sid_text_and_bytes() -> None:
    text = "S-1-5-21-3623811015-3361044348-30300820-1013"
    assert sid_text(sid(text)) == text
    assert sid_bytes(b"S-1-x") is None
    assert sid_text(b"\x01\x05short") is None


def test_anchor_equal_to_the_guid_of_another() -> None:
    guid = uuid.UUID(int=7).bytes_le
    owner = user("ann", objectGUID=guid)
    thief = user("bob", objectGUID=uuid.UUID(int=8).bytes_le, mS_DS_ConsistencyGuid=guid)
    findings = audit([owner, thief])[1]
    assert [(f.object and f.object.name, f.rule, f.attribute) for f in findings] == [
        ("ann", "anchor-duplicate", "objectGUID"),
        ("bob", "anchor-duplicate", "mS-DS-ConsistencyGuid"),
        ("contoso", "forest-sync-live", None),
    ]
    owner.attributes["ms-ds-consistencyguid"] = [uuid.UUID(int=9).bytes_le]
    assert rules_of(audit([owner, thief])[1]) == ["anchor-differs", "anchor-differs", "forest-sync-live"]


def test_twins_of_one_sam_account_name_need_valid_upns() -> None:
    one = user("ann")
    two = user("ann", userPrincipalName=None)
    two.dn = "CN=ann,OU=Other,DC=contoso,DC=local"
    findings = audit([one, two])[1]
    assert [(f.object and f.object.dn, f.rule, f.severity) for f in findings] == [
        (two.dn, "upn-missing", "error"),
        (two.dn, "sam-duplicate", "error"),
        (one.dn, "sam-duplicate", "error"),
    ]
    two.attributes["userprincipalname"] = [b"ann2@contoso.com"]
    assert rules_of(audit([one, two])[1]) == []


def test_alternate_id_takes_the_place_of_the_upn() -> None:
    options = AuditOptions(rule_options(sign_in_attribute="mail"))
    people = [
        user("ann", userPrincipalName="x y@contoso.local", mail="ann @contoso.com"),
        user("bob", mail="shared@contoso.com"),
        user("eve", mail="shared@contoso.com"),
        entry("CN=c,DC=contoso,DC=local", objectClass=["contact"], mail="shared@contoso.com"),
    ]
    findings = [f for f in audit(people, options)[1] if f.severity == "error" and f.rule != "proxy-missing"]
    assert [(f.object and f.object.name, f.rule, f.attribute) for f in findings] == [
        ("ann", "upn-whitespace", "mail"),
        ("bob", "upn-duplicate", "mail"),
        ("c", "mail-duplicate", "mail"),
        ("eve", "upn-duplicate", "mail"),
    ]


def test_value_that_is_not_text_names_the_object() -> None:
    with pytest.raises(EntryError, match="displayname of 'CN=x,OU=Staff,DC=contoso,DC=local'"):
        audit([user("x", displayName=b"\xff\xfe\xfa")])


def test_numbers_out_of_range_do_no_harm() -> None:
    huge = user("x", msExchRecipientTypeDetails="9" * 40, countryCode="0x1", c="DE", adminCount="many")
    assert rules_of(audit([huge])[1]) == ["gal-country-mismatch"]


# Waivers.


def _waived(**words: object) -> tuple[list[Finding], dict[str, int]]:
    waiver = Waiver(**{"reason": "known", "expires": TODAY, **words})  # type: ignore[arg-type]
    summary, findings = audit(
        [user("x", userPrincipalName="x@contoso.local", objectGUID=uuid.UUID(int=5).bytes_le)],
        AuditOptions(rule_options(), waivers=(waiver,), today=TODAY),
    )
    assert summary.findings == len([f for f in findings if f.waiver is None])
    return findings, summary.waivers


@pytest.mark.parametrize(
    "words",
    [
        {"rule": "upn-not-routable", "object": "cn=X, ou=staff,dc=contoso,dc=local"},
        {"rule": "upn-not-routable", "object": "{00000000-0000-0000-0000-000000000005}"},
    ],
)
def test_waiver_by_object(words: dict[str, str]) -> None:
    findings, counts = _waived(**words)
    assert [f.waiver for f in findings] == ["known"]
    assert counts == {"waived": 1, "expired": 0, "unused": 0}


def test_waiver_by_fingerprint_and_after_its_day() -> None:
    fingerprint = _waived(rule="upn-missing", object="CN=x")[0][0].fingerprint
    assert _waived(fingerprint=fingerprint)[1]["waived"] == 1
    findings, counts = _waived(fingerprint=fingerprint, expires=TODAY - datetime.timedelta(days=1))
    assert (findings[0].waiver, counts) == (None, {"waived": 0, "expired": 1, "unused": 0})


GOOD = """
waivers:
  - {fingerprint: abc, reason: because, expires: 2027-11-25}
  - {rule: upn-duplicate, object: "CN=x,DC=y", reason: because, expires: "2026-12-31"}
"""


def test_waivers_are_read() -> None:
    assert [w.expires.year for w in parse_waivers(GOOD, "w.yml", TODAY)] == [2027, 2026]
    assert parse_waivers("", "w.yml", TODAY) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "line 1"),
        ("hello", "a list of waivers"),
        ("- 5", "waiver 1: a mapping"),
        ("- {fingerprint: a, expires: 2026-12-01}", "waiver 1: give a reason"),
        ("- {fingerprint: a, reason: r}", "waiver 1: expires must be a day"),
        ("- {fingerprint: a, reason: r, expires: 2027-12-31}", "more than a year ahead"),
        ("- {rule: upn-duplicate, reason: r, expires: 2026-12-01}", "either a fingerprint, or a rule and an object"),
        ("- {fingerprint: a, rule: b, object: c, reason: r, expires: 2026-12-01}", "either a fingerprint"),
        ("- {rule: no-such, object: c, reason: r, expires: 2026-12-01}", "no rule no-such"),
        ("- {fingerprint: a, raison: r, expires: 2026-12-01}", "unknown word raison"),
    ],
)
def test_bad_waivers_are_refused_with_their_place(text: str, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        parse_waivers(text, "w.yml", TODAY)
