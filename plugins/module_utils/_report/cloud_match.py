# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of the comparison with the tenant as plain values: for JSON, for CSV, and as a script for people."""

from __future__ import annotations

import typing as t

from .._audit.cloud_rows import MatchRow
from .._model.cells import escape
from .._model.text import shown
from .._tenant.commands import script

COLUMNS = (
    "DISTINGUISHEDNAME",
    "NAME",
    "OBJECTCLASS",
    "OBJECTGUID",
    "MATCHED_BY",
    "USERPRINCIPALNAME",
    "EXPECTED_CLOUD_UPN",
    "CLOUD_UPN",
    "CLOUD_ID",
    "IMMUTABLE_ID",
    "CLOUD_IMMUTABLE_ID",
    "SYNCHRONIZED",
    "LICENSED",
    "MISMATCHES",
    "SEVERITY",
    "FOLLOWS",
    "MESSAGES",
    "ADVICE",
    "COMMANDS",
)


def row_as_dict(row: MatchRow) -> dict[str, t.Any]:
    """Return a row as plain values, the shape of a line of cloud_match.jsonl."""
    account = row.account
    return {
        "object": None
        if row.object is None
        else {"dn": row.object.dn, "guid": row.object.guid, "kind": row.object.kind, "name": row.object.name},
        "matched_by": row.matched_by,
        "user_principal_name": row.sign_in_name,
        "expected_cloud_upn": row.cloud_upn,
        "immutable_id": row.immutable_id,
        "account": None
        if account is None
        else {
            "id": account.id,
            "user_principal_name": account.upn,
            "primary_smtp_address": account.primary,
            "immutable_id": account.immutable_id,
            "synchronized": account.synced,
            "licensed": account.licensed,
            "guest": account.guest,
            "roles": account.roles,
            "cloud_managed": account.managed,
        },
        "mismatches": [
            {
                "kind": item.kind,
                "severity": item.severity,
                "follows": item.follows,
                "message": shown(item.message),
                "advice": item.advice,
                "commands": list(item.commands),
            }
            for item in row.mismatches
        ],
    }


def row_as_csv(plain: t.Mapping[str, t.Any]) -> list[str]:
    """Return a row of cloud_match.csv, its cells escaped, from the plain values."""
    reference, account = plain["object"] or {}, plain["account"] or {}
    found = plain["mismatches"]
    cells = (
        reference.get("dn"),
        reference.get("name"),
        reference.get("kind"),
        reference.get("guid"),
        plain["matched_by"],
        plain["user_principal_name"],
        plain["expected_cloud_upn"],
        account.get("user_principal_name"),
        account.get("id"),
        plain["immutable_id"],
        account.get("immutable_id"),
        _yes_no(account.get("synchronized")),
        _yes_no(account.get("licensed")),
        *("\n".join(item[name] for item in found) for name in ("kind", "severity", "follows", "message", "advice")),
        "\n".join(command for item in found for command in item["commands"]),
    )
    return [escape(cell or "") for cell in cells]


def corrections(rows: t.Iterable[t.Mapping[str, t.Any]]) -> str:
    """Return a script with the commands of all rows, from their plain values."""
    groups = []
    for plain in rows:
        reference, account = plain["object"] or {}, plain["account"] or {}
        for item in plain["mismatches"]:
            if item["commands"]:
                who = reference.get("dn") or account.get("user_principal_name") or ""
                groups.append((f"{item['kind']}: {who}: {item['message']}", tuple(item["commands"])))
    return script(groups)


def _yes_no(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"
