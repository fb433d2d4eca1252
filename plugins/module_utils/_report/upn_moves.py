# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users and their new sign-in names as plain values: for the result, for JSON and for CSV."""

from __future__ import annotations

import typing as t

from .._model.cells import escape
from .._remediation.upn_making import Manager
from .._remediation.upn_moves import Move
from .._rules.upn_change import TOUCHES

COLUMNS = (
    "DISTINGUISHEDNAME",
    "NAME",
    "OBJECTGUID",
    "DISPLAYNAME",
    "MAIL",
    "OLD_UPN",
    "NEW_UPN",
    "MOVES",
    "REASON",
    "MESSAGE",
    "MANAGER",
    "MANAGER_MAIL",
    "SIP_ADDRESS",
    "SIP_ADDRESS_DIFFERS",
    "HOLDERS",
)


def move_as_dict(move: Move, managers: t.Mapping[str, Manager]) -> dict[str, t.Any]:
    """Return a user as plain values, the shape of a line of users.jsonl."""
    manager = managers.get(move.manager) if move.manager is not None else None
    return {
        "object": {
            "dn": move.object.dn,
            "guid": move.object.guid,
            "kind": move.object.kind,
            "name": move.object.name,
        },
        "old": move.old,
        "new": move.new,
        "moves": move.moves,
        "reason": move.reason,
        "message": move.message,
        "holders": [{"dn": one.dn, "guid": one.guid, "attributes": list(names)} for one, names in move.holders],
        "display_name": move.display_name,
        "mail": move.mail,
        "manager": {"dn": manager.dn, "name": manager.name, "mail": manager.mail} if manager is not None else None,
        "sip_address": move.sip,
        "sip_address_differs": move.sip_differs,
    }


def move_rows(
    moves: t.Iterable[Move], managers: t.Mapping[str, Manager]
) -> t.Iterator[tuple[dict[str, t.Any], list[str]]]:
    """Yield what goes into users.jsonl and into users.csv."""
    for move in moves:
        plain = move_as_dict(move, managers)
        manager = plain["manager"] or {}
        cells = [
            plain["object"]["dn"],
            plain["object"]["name"],
            plain["object"]["guid"],
            plain["display_name"],
            plain["mail"],
            plain["old"],
            plain["new"],
            "yes" if plain["moves"] else "no",
            plain["reason"],
            plain["message"],
            manager.get("name") or manager.get("dn"),
            manager.get("mail"),
            plain["sip_address"],
            "yes" if plain["sip_address_differs"] else "no",
            "\n".join(f"{one['dn']} ({', '.join(one['attributes'])})" for one in plain["holders"]),
        ]
        yield plain, [escape((cell or "").replace("\0", "\\0")) for cell in cells]


def touches() -> list[dict[str, str]]:
    """Return what else a new sign-in name touches, as plain values."""
    return [one._asdict() for one in TOUCHES]
