# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparing forests: duplicates between persons, anchors, linked mailboxes, and suffixes that clash."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._model.entry import sid_bytes, sid_text
from .._model.finding import ObjectReference
from .._rules.catalogue import finding
from .._rules.forest import Bound
from .._rules.population import linked_mailbox_unresolved
from . import across, forest_facts
from .forest import domain_of_sid
from .forests import Forests, bring_together
from .forests_persons import ForestJoin, Persons
from .forests_unique import UniquenessAcross
from .options import AuditOptions
from .recorder import finding_row
from .settle import settle
from .snapshot import Snapshot
from .summary import Summary, summarise

_SELF = "S-1-5-10"


@dataclass(frozen=True)
class Comparison:
    """What a comparison came to.

    Attributes:
        summary: objects and findings in numbers.
        forests: what was compared, as plain values.
        persons: how people were joined, in numbers.
        notes: what should be known, in words.
        offsets: for each of them, what was added to the numbers of its objects.
    """

    summary: Summary
    forests: list[dict[str, t.Any]]
    persons: dict[str, int]
    notes: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)


def compare_forests(paths: t.Sequence[str], join: ForestJoin, options: AuditOptions, snapshot: Snapshot) -> Comparison:
    """Compare the snapshots of several forests, and leave the findings in another one.

    Args:
        paths: the snapshots of their audits.
        join: how the objects of one person are found.
        options: the user's choices; of the rules, the sign-in attribute matters.
        snapshot: takes everything.

    Raises:
        SnapshotFileError: a file is no snapshot of an audit, or two of them are of the same objects.
        OutputError: the snapshot could not be written.
    """
    forests = bring_together(paths, snapshot)
    snapshot.run("CREATE INDEX addresses_value ON addresses (value, oid, holds)")
    snapshot.run("CREATE INDEX keys_value ON keys (space, value, oid)")
    persons = Persons(forests, join)
    UniquenessAcross(forests, persons, options.rules).run()
    _anchors(forests, persons)
    unresolved = _linked_mailboxes(forests, persons)
    forest_facts.record(snapshot, _suffixes(forests))
    waivers = settle(snapshot, options)
    notes = [
        f"Which UPN suffixes {item.name} has is not known: its export holds no CN=Partitions."
        for item in forests.items
        if item.suffixes is None
    ]
    if join.by == "attribute" and not snapshot.count("SELECT count(*) FROM joins"):
        notes.append(
            f"None of the snapshots holds {join.attribute}. Audit the forests with the same forest_join and "
            "forest_join_attribute, then compare again."
        )
    return Comparison(
        summarise(snapshot, None, waivers),
        [
            {"name": item.name, "path": item.path, "objects": item.objects, "source": item.source}
            for item in forests.items
        ],
        {
            "joined": persons.joined,
            "ambiguous": persons.ambiguous,
            "galsync_contacts": persons.contacts,
            "galsync_contacts_without_person": persons.lonely_contacts,
            "linked_mailboxes": persons.linked,
            "linked_mailboxes_unresolved": unresolved,
        },
        notes,
        [item.offset for item in forests.items],
    )


def _anchors(forests: Forests, persons: Persons) -> None:
    """Report anchors that people of different forests have; an account that moved is one person with itself."""
    snapshot = forests.snapshot
    across.judge_anchors(snapshot)
    members: dict[int, list[int]] = {}
    question = (
        "SELECT DISTINCT m.clash, m.oid FROM findings f JOIN clash_members m USING (clash) "
        "WHERE f.rule = 'anchor-duplicate'"
    )
    for clash, oid in snapshot.ask(question):
        members.setdefault(clash, []).append(oid)
    for clash, oids in members.items():
        one_forest = len({forests.number_of(oid) for oid in oids}) < 2
        if one_forest or len({persons.of(oid) for oid in oids}) < 2:
            snapshot.run("DELETE FROM findings WHERE clash = ?", (clash,))


def _linked_mailboxes(forests: Forests, persons: Persons) -> int:
    """Report linked mailboxes whose account is in none of the forests. Returns how many."""
    snapshot = forests.snapshot
    domains = {
        domain_of_sid(sid)
        for (sid,) in snapshot.ask("SELECT DISTINCT sid FROM objects WHERE sid IS NOT NULL")
        if len(sid) > 8
    }
    number = 0
    for oid, value in persons.unresolved:
        sid = sid_bytes(value)
        text = (sid_text(sid) if sid is not None else None) or value.hex()
        if text == _SELF:
            continue
        number += 1
        audited = sid is not None and domain_of_sid(sid) in domains
        snapshot.add("findings", finding_row(oid, linked_mailbox_unresolved(text, audited)))
    return number


def _suffixes(forests: Forests) -> t.Iterator[Bound]:
    """Yield a finding for every suffix of a forest that another one has as well."""
    for item in forests.items:
        for suffix in sorted(item.suffixes or ()):
            others = [
                other.name
                for other in forests.items
                if other is not item and other.suffixes is not None and suffix in other.suffixes
            ]
            if others:
                message = (
                    f"{suffix} is a UPN suffix or a domain of {item.name}, and of {', '.join(others)} as well: signing in "
                    "works in one forest only."
                )
                reference = ObjectReference(item.root, None, forest_facts.KIND, item.name)
                yield reference, finding("forest-suffix-clash", "uPNSuffixes", suffix, message)
