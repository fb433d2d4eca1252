# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects as the snapshot remembers them: the values by which they are known, without the directory."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from .._model.entry import Entry
from .._model.finding import ObjectReference
from .._model.kinds import Kind
from .._rules.subject import Subject
from .snapshot import Snapshot

_QUESTION = (
    "SELECT o.oid, o.dn, o.guid, o.kind, o.name, o.standing, o.anchor, o.identity, m.type FROM objects o "
    "LEFT JOIN mailboxes m USING (oid) WHERE o.kind IN ('user', 'inetOrgPerson'{kinds}) AND o.standing IN ({standings}) "
    "ORDER BY o.dn, o.guid"
)


@dataclass(frozen=True)
class Remembered:
    """One object.

    Attributes:
        oid: its number in the snapshot.
        reference: which object it is.
        standing: where it stands.
        anchor: its mS-DS-ConsistencyGuid, None where there is none.
        values: attribute name in lower case to its values, as text.
        sign_in_attribute: the attribute that is the sign-in name, in lower case.
    """

    oid: int
    reference: ObjectReference
    standing: str
    anchor: str | None
    values: t.Mapping[str, t.Sequence[str]]
    sign_in_attribute: str

    def subject(self, changed: t.Mapping[str, t.Sequence[str]] | None = None) -> Subject:
        """Return the object as the rules see it; some attributes may be given other values."""
        values = {**self.values, **(changed or {})}
        attributes = {name: [value.encode("utf-8") for value in held] for name, held in values.items() if held}
        return Subject(Entry(self.reference.dn, attributes), t.cast(Kind, self.reference.kind), self.sign_in_attribute)


def remembered(
    snapshot: Snapshot,
    sign_in_attribute: str,
    standings: t.Sequence[str] = ("judged",),
    *,
    recipients: bool = False,
) -> t.Iterator[Remembered]:
    """Yield users in the order of their DNs.

    Args:
        snapshot: of a scan.
        sign_in_attribute: the attribute that is the sign-in name.
        standings: where the objects stand.
        recipients: whether contacts and groups are wanted as well.
    """
    name = sign_in_attribute.lower()
    marks = ",".join("?" * len(standings))
    question = _QUESTION.format(standings=marks, kinds=", 'contact', 'group'" if recipients else "")
    for oid, dn, guid, kind, rdn, standing, anchor, identity, recipient_type in snapshot.ask(
        question, tuple(standings)
    ):
        sign_in, mail, nickname, target, sam, proxies, *upn = json.loads(identity)
        single = {
            "mail": mail,
            "mailnickname": nickname,
            "targetaddress": target,
            "samaccountname": sam,
            "userprincipalname": upn[0] if upn else None,
            "msexchrecipienttypedetails": None if recipient_type is None else str(recipient_type),
            name: sign_in,
        }
        values: dict[str, t.Sequence[str]] = {key: [value] for key, value in single.items() if value is not None}
        if proxies:
            values["proxyaddresses"] = proxies
        yield Remembered(oid, ObjectReference(dn, guid, kind, rdn), standing, anchor, values, name)
