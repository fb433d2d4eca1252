# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The identity of every user in the cloud, before a plan and after it."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from .._audit.remembered import Remembered, remembered
from .._audit.snapshot import Row, Snapshot
from .._model.dn import dns_domain
from .._model.finding import Change, ObjectReference
from .._model.text import fold
from .._rules.cloud_identity import CloudIdentity, follow, predict
from .._rules.options import RuleOptions
from .plan import PlanRow, by_object

Stage = t.Literal["before", "after"]

_BATCH = 1000
_SHARED = {
    "upn": "another user would get the same sign-in name; the later one gets four digits behind it",
    "primary": "another user has the same primary address; the later one is synchronized without it",
    "moera": "another user has the same alias; the later one gets four digits behind it at the first domain",
}


@dataclass(frozen=True)
class Preview:
    """One user.

    Attributes:
        object: the user.
        before: the identity with the values that are there now.
        after: the identity with those of the plan; the same where it changes nothing.
        sign_in_name: the sign-in name in the directory, now.
        new_sign_in_name: after the plan.
        notes: what else is to be known, in words, by stage.
    """

    object: ObjectReference
    before: CloudIdentity
    after: CloudIdentity
    sign_in_name: str | None
    new_sign_in_name: str | None
    notes: t.Mapping[Stage, tuple[str, ...]]

    @property
    def changed(self) -> bool:
        """Whether the plan changes the identity."""
        return self.before != self.after


def previews(
    snapshot: Snapshot,
    options: RuleOptions,
    initial_domain: str,
    rows: t.Iterable[PlanRow] = (),
    *,
    synchronized: bool = False,
) -> t.Iterator[Preview]:
    """Yield every judged user in the order of the DNs. To be read to its end, once.

    Args:
        snapshot: of an audit.
        options: the options of its rules.
        initial_domain: the domain that the tenant began with.
        rows: of the plan; without them nothing changes.
        synchronized: whether the users are in the tenant already, so that their identities follow by the rules for
            changes; else they are made anew with the values after the plan.

    Raises:
        OutputError: the snapshot's file has no room.
    """
    changes = {change.object.key: change.changes for change in by_object(rows)}
    snapshot.run("DROP TABLE IF EXISTS temp.previews")
    snapshot.run("DROP TABLE IF EXISTS temp.preview_values")
    snapshot.run("CREATE TEMP TABLE previews (place INTEGER PRIMARY KEY, row TEXT NOT NULL)")
    snapshot.run("CREATE TEMP TABLE preview_values (stage TEXT NOT NULL, space TEXT NOT NULL, value TEXT NOT NULL)")
    waiting: list[Row] = []
    values: list[Row] = []
    for place, item in enumerate(remembered(snapshot, options.sign_in_attribute)):
        preview = _preview(item, options, initial_domain, changes.get(item.reference.key, ()), synchronized)
        waiting.append((place, _packed(preview)))
        values += _held("before", preview.before)
        values += _held("after", preview.after)
        if len(waiting) >= _BATCH:
            _write(snapshot, waiting, values)
    _write(snapshot, waiting, values)
    shared = frozenset(
        snapshot.ask("SELECT stage, space, value FROM temp.preview_values GROUP BY 1, 2, 3 HAVING count(*) > 1")
    )
    for (text,) in snapshot.ask("SELECT row FROM temp.previews ORDER BY place"):
        yield _with_notes(json.loads(text), shared)


def _preview(
    item: Remembered,
    options: RuleOptions,
    initial_domain: str,
    changes: tuple[Change, ...],
    synchronized: bool,
) -> Preview:
    old, domain = item.subject(), dns_domain(item.reference.dn)
    before = after = predict(old, options, initial_domain, domain)
    new = old
    if changes:
        new = item.subject(_changed(item, changes))
        if synchronized:
            after = follow(before, old, new, options, initial_domain, domain)
        else:
            after = predict(new, options, initial_domain, domain)
    return Preview(item.reference, before, after, old.sign_in_name, new.sign_in_name, {})


def _changed(item: Remembered, changes: t.Iterable[Change]) -> dict[str, list[str]]:
    """Return the attributes that changes touch, with the values that they have then."""
    values: dict[str, list[str]] = {}
    for change in changes:
        name = change.attribute.lower()
        kept = [value for value in values.get(name, item.values.get(name, ())) if value not in change.remove]
        values[name] = [*kept, *change.add]
    return values


def _held(stage: Stage, identity: CloudIdentity) -> t.Iterator[Row]:
    for space in _SHARED:
        if value := getattr(identity, space):
            yield stage, space, fold(value)


def _write(snapshot: Snapshot, waiting: list[Row], values: list[Row]) -> None:
    snapshot.run_many("INSERT INTO temp.previews VALUES (?,?)", waiting)
    snapshot.run_many("INSERT INTO temp.preview_values VALUES (?,?,?)", values)
    waiting.clear()
    values.clear()


def _packed(preview: Preview) -> str:
    after = None if preview.after == preview.before else vars(preview.after)
    names = (preview.sign_in_name, preview.new_sign_in_name)
    return json.dumps([vars(preview.object), vars(preview.before), after, *names])


def _with_notes(row: list[t.Any], shared: frozenset[Row]) -> Preview:
    reference, before, after, sign_in_name, new_sign_in_name = row
    identities: dict[Stage, CloudIdentity] = {
        "before": CloudIdentity(**before),
        "after": CloudIdentity(**(after or before)),
    }
    notes: dict[Stage, tuple[str, ...]] = {}
    for stage, identity in identities.items():
        held = {space: value for _stage, space, value in _held(stage, identity)}
        notes[stage] = tuple(_SHARED[space] for space, value in held.items() if (stage, space, value) in shared)
    return Preview(
        ObjectReference(**reference),
        identities["before"],
        identities["after"],
        sign_in_name,
        new_sign_in_name,
        notes,
    )
