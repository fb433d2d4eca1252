# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The preview: everybody's identity in the cloud, before and after a plan, as the rules for first and later times say."""

from __future__ import annotations

import typing as t
import uuid

from ansible_collections.syncready.m365.plugins.module_utils._audit.options import AuditOptions
from ansible_collections.syncready.m365.plugins.module_utils._audit.scan import run_audit
from ansible_collections.syncready.m365.plugins.module_utils._audit.snapshot import Snapshot
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan import PlanRow
from ansible_collections.syncready.m365.plugins.module_utils._remediation.policies import Policies
from ansible_collections.syncready.m365.plugins.module_utils._remediation.preview import Preview, previews
from ansible_collections.syncready.m365.plugins.module_utils._report.preview import COLUMNS, preview_rows
from ansible_collections.syncready.m365.tests.support import remedies
from ansible_collections.syncready.m365.tests.support.audits import Entries, rule_options, user

INITIAL = "contoso.onmicrosoft.com"


def person(name: str, number: int, **values: t.Any) -> Entry:
    return user(name, objectGUID=uuid.UUID(int=number).bytes_le, **values)


def preview(
    entries: list[Entry],
    rows: t.Sequence[PlanRow] = (),
    *,
    synchronized: bool = False,
    sign_in: str = "userPrincipalName",
) -> dict[str, Preview]:
    """Audit some entries and return the preview of each by name."""
    options = AuditOptions(rule_options(sign_in_attribute=sign_in))
    snapshot = Snapshot()
    try:
        run_audit(Entries(entries), options, snapshot)
        found = previews(snapshot, options.rules, INITIAL, rows, synchronized=synchronized)
        return {item.object.name: item for item in found}
    finally:
        snapshot.close()


def scenario(upn: str, mail: str, proxy: str, nickname: str | None) -> Entry:
    more = {"mailNickname": nickname} if nickname else {}
    return person("us", 1, userPrincipalName=upn, mail=mail, proxyAddresses=[f"SMTP:{proxy}"], **more)


def test_the_five_scenarios_as_plans() -> None:
    # The domain that the document calls not verified is contoso.net here, the verified one contoso.com.
    first = scenario("us3@contoso.net", "us2@contoso.net", "us1@contoso.net", None)
    one = preview([first])["us"]
    assert (one.before.nickname, one.before.upn, one.changed) == ("us1", f"us1@{INITIAL}", False)

    def step(entry: Entry, *changes: tuple[str, str | None, str]) -> Preview:
        found = one.object
        rows = [PlanRow(found, attribute, old, new, "EDIT") for attribute, old, new in changes]
        return preview([entry], rows, synchronized=True)["us"]

    two = step(first, ("mailNickname", None, "us4"))
    assert (two.after.nickname, two.after.upn) == ("us4", f"us1@{INITIAL}")
    second = scenario("us3@contoso.net", "us2@contoso.net", "us1@contoso.net", "us4")
    three = step(second, ("userPrincipalName", "us3@contoso.net", "us5@contoso.net"))
    assert (three.after.nickname, three.after.upn) == ("us4", f"us4@{INITIAL}")
    third = scenario("us5@contoso.net", "us2@contoso.net", "us1@contoso.net", "us4")
    four = step(
        third,
        ("mail", "us2@contoso.net", "us7@contoso.net"),
        ("proxyAddresses", "SMTP:us1@contoso.net", "SMTP:us6@contoso.net"),
    )
    assert (four.after.nickname, four.after.upn) == ("us4", f"us4@{INITIAL}")
    fourth = scenario("us5@contoso.net", "us7@contoso.net", "us6@contoso.net", "us4")
    five = step(fourth, ("userPrincipalName", "us5@contoso.net", "us5@contoso.com"))
    assert (five.after.nickname, five.after.upn) == ("us4", "us5@contoso.com")


def test_a_plan_of_the_remediation() -> None:
    entries = [
        person(
            "ann",
            1,
            userPrincipalName="ann@contoso.local",
            proxyAddresses=["SMTP:ann.lee@contoso.com"],
            mailNickname="ann",
        ),
        person("bob", 2, proxyAddresses=["SMTP:bob@contoso.com"], mailNickname="bob"),
    ]
    proposals = remedies.plan(entries, Policies(suffix_map={"contoso.local": "contoso.com"}))
    found = preview(entries, proposals.rows)
    ann, bob = found["ann"], found["bob"]
    assert (ann.before.upn, ann.before.upn_reason) == (f"ann@{INITIAL}", "suffix_not_verified")
    assert (ann.after.upn, ann.after.upn_reason, ann.changed) == ("ann@contoso.com", "on_premises", True)
    assert (ann.sign_in_name, ann.new_sign_in_name) == ("ann@contoso.local", "ann@contoso.com")
    assert ann.after.primary == "ann.lee@contoso.com"
    assert ann.after.moera == f"ann@{INITIAL}"
    assert (bob.changed, bob.after.upn) == (False, "bob@contoso.com")
    # What the preview says of a plan is what it says of the directory once the plan is applied.
    assert preview(remedies.applied(entries, proposals))["ann"].before == ann.after


def test_shared_values_are_noted() -> None:
    entries = [
        person("ann", 1, userPrincipalName="ann@contoso.local", mailNickname="ann"),
        person("other", 2, userPrincipalName="ann@fabrikam.local", mailNickname="ANN"),
    ]
    found = preview(entries)
    for item in found.values():
        assert len(item.notes["before"]) == 3
        assert "four digits" in item.notes["before"][0]
    proposals = remedies.plan(entries, Policies(suffix_map={"contoso.local": "contoso.com"}))
    after = preview(entries, proposals.rows)
    # The name is another one then; the alias is not.
    assert [len(item.notes["after"]) for item in after.values()] == [1, 1]


def test_alternate_sign_in() -> None:
    entries = [person("ann", 1, userPrincipalName="ann@contoso.local", mail="ann@contoso.com")]
    found = preview(entries, sign_in="mail")["ann"]
    assert (found.before.upn, found.before.on_premises_upn) == ("ann@contoso.com", "ann@contoso.local")
    ((plain, cells),) = list(preview_rows([found], "mail"))
    assert plain["before"]["on_premises_user_principal_name"] == "ann@contoso.local"
    row = dict(zip(COLUMNS, cells, strict=True))
    assert row["SIGN_IN_ATTRIBUTE"] == "mail"
    assert (row["BEFORE_UPN"], row["BEFORE_ON_PREMISES_UPN"]) == ("ann@contoso.com", "ann@contoso.local")


def test_a_user_without_a_name_gets_one_from_the_logon_name() -> None:
    found = preview([person("ann", 1, userPrincipalName=None, mailNickname="ann.lee")])["ann"]
    assert (found.before.upn, found.before.upn_reason) == (f"ann.lee@{INITIAL}", "missing")
