# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exports of the tenant in every dress: encodings, signs between cells, orders of columns, pages, and broken ones."""

from __future__ import annotations

import csv
import json
import random
import typing as t
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._tenant.assignments import read_licences, read_roles
from ansible_collections.syncready.m365.plugins.module_utils._tenant.domains import read_domains
from ansible_collections.syncready.m365.plugins.module_utils._tenant.errors import TenantFileError
from ansible_collections.syncready.m365.plugins.module_utils._tenant.objects import (
    CloudObject,
    ObjectExport,
    anchor_of,
    immutable_id_of,
)
from ansible_collections.syncready.m365.tests.support import tenants
from ansible_collections.syncready.m365.tests.support.tenants import Person

GUID = "6f3a1c52-5f0b-4d7e-9a3c-0d2f6f6e7a10"
PEOPLE = (
    Person(
        "a1",
        "ann@contoso.com",
        ("SMTP:ann@contoso.com", "smtp:ann+news@contoso.com", "X500:/o=Contoso/ou=A (B)/cn=ann lee"),
        'Ann; "Lee", München',
        immutable_id_of(GUID),
        on_prem_upn="ann@contoso.com",
        licensed=True,
    ),
    Person("b2", "bob@contoso.onmicrosoft.com", (), "Bob", synced=False),
    Person(
        "c3", "cy_fabrikam.com#EXT#@contoso.onmicrosoft.com", ("SMTP:cy@fabrikam.com",), "Cy", synced=False, guest=True
    ),
)


def read(path: Path, **options: t.Any) -> list[CloudObject]:
    return list(ObjectExport(str(path), **options))


def essentials(item: CloudObject) -> tuple[t.Any, ...]:
    return (item.id, item.upn, item.primary, item.proxies, item.name, item.synced, item.licensed, item.guest)


EXPECTED = [
    (p.id, p.upn, p.mail, p.proxies, p.name, p.synced, p.licensed, p.guest) for p in PEOPLE
]  # fmt: skip


@pytest.mark.parametrize("shape", tenants.SHAPES)
def test_shapes(shape: tenants.Shape, tmp_path: Path) -> None:
    found = read(tenants.write_users(tmp_path / "users", shape, PEOPLE))
    assert [essentials(item) for item in found] == EXPECTED
    if shape != "admin_centre":
        assert [item.anchor for item in found] == [GUID, None, None]
        assert found[0].on_prem_upn == "ann@contoso.com"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_tables(encoding: str, delimiter: str, line_end: str, tmp_path: Path) -> None:
    rows = list(tenants.get_mguser_rows(PEOPLE))
    columns = list(rows[0])
    random.Random(encoding + delimiter).shuffle(columns)
    path = tmp_path / "users.csv"
    text = tenants.table_text(columns, rows, delimiter=delimiter, line_end=line_end)
    path.write_bytes(f"sep={delimiter}{line_end}{text}".encode(encoding))
    assert [essentials(item) for item in read(path)] == EXPECTED


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([tenants.as_graph(person) for person in PEOPLE]),
        json.dumps([tenants.as_graph(person) for person in PEOPLE], indent=2),
        "\n".join(json.dumps(tenants.as_graph(person)) for person in PEOPLE),
        "\n".join(
            json.dumps(
                {"value": [tenants.as_graph(person)], **({"@odata.nextLink": "x"} if person != PEOPLE[-1] else {})}
            )
            for person in PEOPLE
        ),
        json.dumps([{"@odata.context": "y", "value": [tenants.as_graph(person)]} for person in PEOPLE]),
        json.dumps({"value": [{k[:1].upper() + k[1:]: v for k, v in tenants.as_graph(p).items()} for p in PEOPLE]}),
    ],
    ids=["array", "indented", "lines", "pages", "array-of-pages", "PowerShell-names"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json(text: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    path.write_bytes(text.encode(encoding))
    assert [essentials(item) for item in read(path)] == EXPECTED


def test_json_is_read_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    people = [
        Person(str(n), f"user{n}@contoso.com", (f"SMTP:user{n}@contoso.com",), "é" * (n % 977)) for n in range(5000)
    ]
    path.write_text(tenants.graph_text(people), encoding="utf-8")
    assert [item.id for item in read(path)] == [person.id for person in people]


@pytest.mark.parametrize("shape", tenants.SHAPES)
def test_every_cut_is_noticed(shape: tenants.Shape, tmp_path: Path) -> None:
    people = [Person(f"id-{n}", f"user{n}@contoso.com", (f"SMTP:user{n}@contoso.com",)) for n in range(4)]
    whole = tenants.write_users(tmp_path / "whole", shape, people).read_bytes()
    path = tmp_path / "cut"
    silent = []
    for length in range(1, len(whole)):
        path.write_bytes(whole[:length])
        export = ObjectExport.__new__(ObjectExport)
        try:
            export = ObjectExport(str(path))
            list(export)
        except TenantFileError as error:
            assert str(path) in str(error) and len(str(error)) < 400
            continue
        if not any("has no end" in note for note in export.notes):
            silent.append(whole[:length])
    # What is left is a complete file: it ends where a line ends.
    for piece in silent:
        assert shape != "graph"
        assert piece.rstrip(b"\0").endswith((b"\n", b"\r"))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_whatever_it_is_the_answer_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "anything"
    path.write_bytes(content)
    for read_file in (lambda: read(path), lambda: read_domains(str(path)), lambda: read_licences(str(path))):
        try:
            read_file()
        except TenantFileError as error:
            assert str(path) in str(error)


@pytest.mark.parametrize(
    ("content", "piece"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n", "is empty"),
        (b"PK\x03\x04whatever", "a workbook"),
        (b"\x1f\x8b\x08", "packed"),
        (b"\x00\x01\x02\xff\xfe\x00\x00\x00x", "no text file"),
        (b"Name,City\r\nAnn,Wien\r\n", "is no export of users: userPrincipalName is missing. It holds Name, City"),
        (b"<html><body>Sign in</body></html>", "is no export of users"),
        (b'{"error": {"code": "InvalidAuthenticationToken"}}', "holds an error message"),
        (b'{"value": [{"id": "1", "userPrincipalName": "a@b.c"}], "@odata.nextLink": "https://x"}', "not complete"),
        (b'{"value": [1, 2]}', "element 1 is no object"),
        (b'{"value": []}', "holds no users"),
        (b"UserPrincipalName\r\n", "holds no users"),
        (b'{"value": [{"id": "1", "userPrincipalName": "a@b.c"}', "was cut off"),
        (b'{"value": [{"id": "1" "userPrincipalName"}]}', "this is no JSON"),
        (b"UserPrincipalName,Mail\r\nann@contoso.com\r\n", "line 2: 1 of 2 cells"),
        (b"UserPrincipalName,Mail\r\na@contoso.com,b,c\r\n", "line 2: 3 cells stand under 2 heads"),
        (b'"UserPrincipalName","Mail"\r\n"ann@contoso.com","an', "a quotation mark is never closed"),
        (b"UserPrincipalName,userprincipalname\r\na,b\r\n", "two columns"),
        (b"UserPrincipalName\r\nann\r\n", "'ann' is no userPrincipalName"),
        (
            b"UserPrincipalName,Created\r\na@b.c,2024-01-01\r\nb@b.c,2024-01-01\r\nc@b.c,2024-",
            "in the middle of 'Created'",
        ),
    ],
)
def test_broken_and_foreign_files(content: bytes, piece: str, tmp_path: Path) -> None:
    path = tmp_path / "users"
    path.write_bytes(content)
    with pytest.raises(TenantFileError) as raised:
        read(path)
    assert piece in str(raised.value)
    assert str(path) in str(raised.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TenantFileError, match="cannot be read: No such file"):
        read(tmp_path / "nothing")


def test_columns_with_names_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text("Nom d'utilisateur principal;Adresses\nann@contoso.com;SMTP:ann@contoso.com\n", encoding="utf-8")
    columns = {"user_principal_name": "Nom d'utilisateur principal", "proxyAddresses": "adresses"}
    (found,) = read(path, columns=columns)
    assert (found.upn, found.primary) == ("ann@contoso.com", "ann@contoso.com")


def test_types_in_the_place_of_values_are_unknown(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text(
        "UserPrincipalName,ProxyAddresses,AssignedLicenses,OnPremisesSyncEnabled\n"
        "ann@contoso.com,System.String[],Microsoft.Graph.PowerShell.Models.IMicrosoftGraphAssignedLicense[],\n",
        encoding="utf-8",
    )
    export = ObjectExport(str(path))
    (found,) = list(export)
    assert (found.proxies, found.licensed) == (None, None)
    assert "synced" not in export.known
    assert "proxies" not in export.known


def test_groups_and_contacts(tmp_path: Path) -> None:
    path = tmp_path / "objects.json"
    rows = [
        {"@odata.type": "#microsoft.graph.group", "id": "1", "mail": "sales@contoso.com", "proxyAddresses": []},
        {"@odata.type": "#microsoft.graph.orgContact", "id": "2", "proxyAddresses": ["SMTP:x@fabrikam.com"]},
        {"id": "3", "groupTypes": ["Unified"], "mail": "team@contoso.com"},
        {"id": "4", "groupTypes": [], "mail": None},
    ]
    path.write_text(json.dumps(rows), encoding="utf-8")
    export = ObjectExport(str(path), users=False)
    assert [(item.id, item.kind, item.primary) for item in export] == [
        ("1", "group", "sales@contoso.com"),
        ("2", "contact", "x@fabrikam.com"),
        ("3", "group", "team@contoso.com"),
    ]
    assert export.notes == [f"1 objects of {path} are without an address and were passed over."]


@pytest.mark.parametrize(
    ("text", "verified", "initial"),
    [
        (
            '{"value": [{"id": "Contoso.com", "isVerified": true, "authenticationType": "Federated"},'
            ' {"id": "contoso.onmicrosoft.com", "isVerified": true, "isInitial": true},'
            ' {"id": "fabrikam.com", "isVerified": false}]}',
            ["contoso.com", "contoso.onmicrosoft.com"],
            "contoso.onmicrosoft.com",
        ),
        ("Domain name;Status\ncontoso.com;Healthy\nfabrikam.com;Incomplete setup\n", ["contoso.com"], None),
        ("contoso.com\nfabrikam.com\n", ["contoso.com", "fabrikam.com"], None),
        (
            '"Id","IsVerified"\n"contoso.onmicrosoft.com","True"\n',
            ["contoso.onmicrosoft.com"],
            "contoso.onmicrosoft.com",
        ),
    ],
)
def test_domains(text: str, verified: list[str], initial: str | None, tmp_path: Path) -> None:
    path = tmp_path / "domains"
    path.write_text(text, encoding="utf-8")
    domains = read_domains(str(path))
    assert [domain.name for domain in domains if domain.verified] == verified
    assert next((domain.name for domain in domains if domain.initial), None) == initial


def test_licences_and_roles(tmp_path: Path) -> None:
    licences = tmp_path / "licences.csv"
    licences.write_text("UserPrincipalName,SkuPartNumber\nAnn@contoso.com,SPE_E5\nAnn@contoso.com,\nbob@contoso.com,\n")
    assert read_licences(str(licences)) == {"ann@contoso.com": True, "bob@contoso.com": False}
    everybody = tmp_path / "licensed.csv"
    everybody.write_text("UserPrincipalName,DisplayName\nann@contoso.com,Ann\n")
    assert read_licences(str(everybody)) == {"ann@contoso.com": True}
    roles = tmp_path / "roles.json"
    member = {"id": "A1", "userPrincipalName": "ann@contoso.com"}
    roles.write_text(json.dumps({"value": [{"id": "r", "displayName": "Global Administrator", "members": [member]}]}))
    assert read_roles(str(roles)) == {"ann@contoso.com": ("Global Administrator",), "a1": ("Global Administrator",)}
    assignment = {"id": "x", "principalId": "a1", "roleDefinition": {"displayName": "Helpdesk Administrator"}}
    roles.write_text(json.dumps({"value": [assignment]}))
    assert read_roles(str(roles)) == {"a1": ("Helpdesk Administrator",)}
    roles.write_text("Role,UserPrincipalName\nUser Administrator,bob@contoso.com\nReports Reader,bob@contoso.com\n")
    assert read_roles(str(roles)) == {"bob@contoso.com": ("User Administrator", "Reports Reader")}
    roles.write_text("Colour,Size\nred,1\n")
    with pytest.raises(TenantFileError, match="is no export of role holders"):
        read_roles(str(roles))


@given(st.uuids())
def test_immutable_ids_read_back(guid: t.Any) -> None:
    assert anchor_of(immutable_id_of(str(guid))) == str(guid)


@pytest.mark.parametrize("text", [None, "", "ann@contoso.com", "A" * 24, "=" * 24])
def test_other_immutable_ids_are_no_guids(text: str | None) -> None:
    assert anchor_of(text) in (None, anchor_of("A" * 24))


def test_quoting_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    rows = list(tenants.admin_centre_rows(PEOPLE))
    for quoting in (csv.QUOTE_ALL, csv.QUOTE_MINIMAL):
        path.write_text(tenants.table_text(list(rows[0]), rows, quoting=quoting), encoding="utf-8")
        assert [essentials(item) for item in read(path)] == EXPECTED
