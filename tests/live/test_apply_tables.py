# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans that were in a spreadsheet, and exports of IdFix, on a real directory."""

from __future__ import annotations

import csv
import io
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap import LdapDirectory
from ansible_collections.syncready.m365.plugins.module_utils._model.finding import ObjectReference
from ansible_collections.syncready.m365.plugins.module_utils._remediation.errors import PlanError
from ansible_collections.syncready.m365.plugins.module_utils._remediation.identity import check_directory
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan import PlanHeader, PlanRow
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan_files import (
    Plan,
    read_plan,
    write_plan,
    write_sheet,
)
from ansible_collections.syncready.m365.tests.lab import client
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.support.applying import apply, counts, options, people, state_dir

pytestmark = pytest.mark.usefixtures("over")

IDFIX = "DISTINGUISHEDNAME,COMMONNAME,OBJECTCLASS,ATTRIBUTE,ERROR,VALUE,UPDATE,ACTION"


@pytest.fixture
def crowd(own_lab: Lab) -> DomainController:
    return own_lab.users(2000)


def values(dc: DomainController, dn: str, name: str) -> set[str]:
    found = client.search(dc, dn, attributes=[name], scope="base")
    return {value.decode() for held in found[0][1].values() for value in held}


def made(dc: DomainController, rows: list[PlanRow], folder: Path) -> tuple[Plan, Path]:
    """Write a plan and its table; return the plan as it is read, and the table."""
    directory = LdapDirectory(options(dc))
    header = PlanHeader("plan-1", dict(directory.identity()), "2026-11-25T08:00:00Z", "syncready.m365 1.0.0")
    directory.close()
    plan, table = folder / "plan.jsonl", folder / "plan.csv"
    write_plan(str(plan), header, rows)
    write_sheet(str(table), header, rows)
    return read_plan(str(plan)), table


def saved(
    table: Path, edit: t.Callable[[list[dict[str, str]]], t.Any], target: Path, delimiter: str, encoding: str
) -> None:
    """Write a table as a spreadsheet saves it that opened another: quotation marks where they are needed alone."""
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig"), newline="")))
    edit(rows)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writeheader()
    writer.writerows(rows)
    target.write_bytes(out.getvalue().encode(encoding))


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(";", "utf-8-sig"), (",", "utf-8"), (";", "cp1252"), ("\t", "utf-16")]
)
def test_through_a_spreadsheet(crowd: DomainController, tmp_path: Path, delimiter: str, encoding: str) -> None:
    plan, table = made(crowd, people(crowd, 40), tmp_path)
    objects = list(dict.fromkeys(row.object.dn for row in plan.rows))

    def edit(rows: list[dict[str, str]]) -> None:
        # Somebody signs all but some rows, corrects one, and turns one round.
        for row in rows[30:33]:
            row["ACTION"] = ""
        rows[0]["UPDATE"] = "somebody.else@fabrikam.com"
        rows[5].update(UPDATE="", ACTION="REMOVE")
        rows[8]["ACTION"] = "complete"

    target = tmp_path / "edited.csv"
    saved(table, edit, target, delimiter, encoding)
    edited = read_plan(str(target), original=plan)
    execution = apply(crowd, list(edited.rows), state_dir(tmp_path), digest=edited.digest)
    assert counts(execution) == {"changed": 39}
    assert values(crowd, objects[0], "userPrincipalName") == {"somebody.else@fabrikam.com"}
    removed = plan.rows[5]
    assert not {removed.value, removed.update} & values(crowd, removed.object.dn, "proxyAddresses")
    accepted = plan.rows[8]
    assert accepted.value in values(crowd, accepted.object.dn, "proxyAddresses")
    assert values(crowd, objects[10], "displayName") == {plan.rows[31].value}
    for row in plan.rows[33:]:
        assert row.update in values(crowd, row.object.dn, row.attribute)


def test_what_is_refused(crowd: DomainController, tmp_path: Path) -> None:
    plan, table = made(crowd, people(crowd, 5), tmp_path)
    usn = client.highest_usn(crowd)
    original = table.read_bytes()
    second = plan.rows[1].update or ""

    def read(content: bytes, digest: str | None = None) -> None:
        path = tmp_path / "edited.csv"
        path.write_bytes(content)
        read_plan(str(path), digest=digest, original=plan)

    for content, says in (
        (original.replace(second.encode(), b'=HYPERLINK(""http://x"")', 1), "row 3, column UPDATE.*formula"),
        (original.replace(b'"ACTION"', b'"ACTOIN"', 1), "column ACTOIN"),
        (original[: len(original) - 30], "row 16|broken"),
        (original.replace(b'"EDIT"', b'"DELETE"', 1), "row 2, column ACTION"),
        (original.replace(b"@contoso.com", b"@contoso.net", 1), "row 2, column VALUE"),
        (original.replace(plan.header.plan_id.encode(), b"plan-2"), "plan-2"),
    ):
        with pytest.raises(PlanError, match=says):
            read(content)
    with pytest.raises(PlanError, match="approved") as raised:
        read(original + b"\r\n", plan.digest)
    assert raised.value.code == "PLAN_DIGEST"
    path = Path(plan.path)
    path.write_bytes(path.read_bytes().replace(b"fabrikam", b"tailspin", 1))
    with pytest.raises(PlanError, match="changed after it was made") as raised:
        read_plan(str(path))
    assert raised.value.code == "PLAN_ALTERED"
    directory = LdapDirectory(options(crowd))
    with pytest.raises(PlanError, match="was made for") as raised:
        check_directory({"domain_guid": "99999999-2222-3333-4444-555555555555"}, directory.identity(), "The plan")
    assert raised.value.code == "WRONG_DIRECTORY"
    directory.close()
    assert client.highest_usn(crowd) == usn


def test_an_export_of_idfix(crowd: DomainController, tmp_path: Path) -> None:
    """Row by row: no GUIDs, no doubled quotation marks, words in any case, and names with commas."""
    rows = people(crowd, 6)
    one, two, three, four, five, six = list(dict.fromkeys(row.object for row in rows))
    value = {(row.object, row.attribute): (row.value or "", row.update or "") for row in rows}
    name = value[three, "displayName"][0]
    assert "," in name

    def line(reference: ObjectReference, attribute: str, error: str, old: str, new: str, action: str) -> str:
        cells = [reference.dn, reference.name, "user", attribute, error, old, new, action]
        return ",".join(f'"{cell}"' if "," in cell else cell for cell in cells)

    upn = value[one, "userPrincipalName"]
    proxy = value[two, "proxyAddresses"]
    lines = [
        IDFIX,
        line(one, "userPrincipalName", "TopLevelDomain", *upn, "EDIT"),
        line(two, "proxyAddresses", "Duplicate", proxy[0], "", "REMOVE"),
        line(three, "displayName", "Character", name, 'The "Wolf"', "Edit"),
        line(four, "mailNickname", "Blank", "", "somebody", "EDIT"),
        line(five, "displayName", "Character", value[five, "displayName"][0], "x", "COMPLETE"),
        line(six, "displayName", "Character", "Not what is there", "y", "EDIT"),
    ]
    nickname = values(crowd, four.dn, "mailNickname")
    path = tmp_path / "Export.csv"
    path.write_bytes("\r\n".join([*lines, ""]).encode("utf-8"))
    plan = read_plan(str(path))
    assert plan.form == "idfix"
    state = state_dir(tmp_path)
    execution = apply(crowd, list(plan.rows), state, digest=plan.digest)
    # The alias is set already, and the last value is another one: neither is overwritten.
    assert counts(execution) == {"changed": 3, "conflict": 2}
    assert values(crowd, one.dn, "userPrincipalName") == {upn[1]}
    assert proxy[0] not in values(crowd, two.dn, "proxyAddresses")
    assert values(crowd, three.dn, "displayName") == {'The "Wolf"'}
    assert values(crowd, four.dn, "mailNickname") == nickname
    assert values(crowd, five.dn, "displayName") == {value[five, "displayName"][0]}
    assert counts(apply(crowd, list(plan.rows), state, digest=plan.digest)) == {"unchanged": 3, "conflict": 2}
