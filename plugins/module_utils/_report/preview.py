# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The preview as plain values: for JSON and for CSV."""

from __future__ import annotations

import typing as t

from .._model.cells import escape
from .._remediation.preview import Preview, Stage
from .._rules.cloud_identity import CloudIdentity

_FIELDS = (
    ("UPN", "user_principal_name"),
    ("UPN_REASON", "user_principal_name_reason"),
    ("PRIMARY_SMTP", "primary_smtp_address"),
    ("PRIMARY_SMTP_REASON", "primary_smtp_address_reason"),
    ("MAILNICKNAME", "mail_nickname"),
    ("MAILNICKNAME_REASON", "mail_nickname_reason"),
    ("MOERA", "moera"),
    ("ON_PREMISES_UPN", "on_premises_user_principal_name"),
)
_STAGES: tuple[Stage, ...] = ("before", "after")
COLUMNS = (
    "DISTINGUISHEDNAME",
    "NAME",
    "OBJECTCLASS",
    "OBJECTGUID",
    "SIGN_IN_ATTRIBUTE",
    "CHANGED",
    *(
        f"{stage.upper()}_{name}"
        for stage in _STAGES
        for name in ("SIGN_IN_NAME", *(head for head, _key in _FIELDS), "NOTES")
    ),
)


def preview_as_dict(preview: Preview, sign_in_attribute: str) -> dict[str, t.Any]:
    """Return a preview as plain values, the shape of a line of preview.jsonl."""
    return {
        "object": {
            "dn": preview.object.dn,
            "guid": preview.object.guid,
            "kind": preview.object.kind,
            "name": preview.object.name,
        },
        "sign_in_attribute": sign_in_attribute,
        "changed": preview.changed,
        "before": _identity(preview, "before"),
        "after": _identity(preview, "after"),
    }


def _identity(preview: Preview, stage: Stage) -> dict[str, t.Any]:
    identity: CloudIdentity = preview.before if stage == "before" else preview.after
    return {
        "sign_in_name": preview.sign_in_name if stage == "before" else preview.new_sign_in_name,
        "user_principal_name": identity.upn,
        "user_principal_name_reason": identity.upn_reason,
        "primary_smtp_address": identity.primary,
        "primary_smtp_address_reason": identity.primary_reason,
        "mail_nickname": identity.nickname,
        "mail_nickname_reason": identity.nickname_reason,
        "moera": identity.moera,
        "on_premises_user_principal_name": identity.on_premises_upn,
        "notes": list(preview.notes[stage]),
    }


def preview_as_csv(plain: t.Mapping[str, t.Any]) -> list[str]:
    """Return a preview as a row of preview.csv, its cells escaped, from the plain values."""
    reference = plain["object"]
    cells = [
        reference["dn"],
        reference["name"],
        reference["kind"],
        reference["guid"],
        plain["sign_in_attribute"],
        "yes" if plain["changed"] else "no",
    ]
    for stage in _STAGES:
        identity = plain[stage]
        cells += [identity["sign_in_name"], *(identity[key] for _head, key in _FIELDS), "\n".join(identity["notes"])]
    return [escape(cell or "") for cell in cells]


def preview_rows(
    previews: t.Iterable[Preview], sign_in_attribute: str
) -> t.Iterator[tuple[dict[str, t.Any], list[str]]]:
    """Yield what goes into preview.jsonl and into preview.csv."""
    for preview in previews:
        plain = preview_as_dict(preview, sign_in_attribute)
        yield plain, preview_as_csv(plain)
