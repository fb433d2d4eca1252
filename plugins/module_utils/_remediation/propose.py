# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From findings to proposals: for each object one set of changes that keeps the two promises.

What is proposed passes all rules and is free; what the plan promises to repair is repaired, and nothing new breaks. That
is not argued but rehearsed: after each stage all objects concerned are judged again by the rules of the audit. What
one object gives up another may take at the next stage, and the plan ends when a stage has nothing left to propose. So a
second plan would be empty. Objects are worked on in the order of their DNs: the same directory gives the same plan.
"""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass, field

from .._audit.options import AuditOptions
from .._audit.scope import Scopes
from .._audit.snapshot import Snapshot
from .._model.entry import Entry
from .._model.finding import Finding, ObjectReference
from .._rules.subject import Proxy, Subject
from .addresses import AddressProposal
from .chain import Chain
from .details import Details
from .draft import Draft, Step
from .guard import Settings, spared_attributes
from .names import propose_names
from .plan import PlanRow
from .policies import Policies
from .taken import Taken
from .verify import Judgement, has_fault, new_faults, repaired
from .winners import Winners
from .world import Findings, World

# What one object gives up another may take, whose value a third wanted: more stages than people ever need.
_MAX_STAGES = 20
_NAMES = ("displayName", "givenName", "sn", "countryCode")
_CAREFUL = Settings()


@dataclass
class Proposals:
    """What was proposed.

    Attributes:
        rows: the rows of the plan.
        unrepaired: objects with findings that the plan does not change, by the reason.
        objects: objects that change.
    """

    rows: list[PlanRow] = field(default_factory=list)
    unrepaired: dict[str, int] = field(default_factory=dict)
    objects: int = 0


@dataclass
class _Vetoes:
    """What a rehearsal showed to be no good.

    Attributes:
        objects: objects whose addresses stay as they are.
        values: new values, by object and attribute, that would break a rule.
    """

    objects: set[int] = field(default_factory=set)
    values: set[tuple[int, str, str]] = field(default_factory=set)


@dataclass
class _Change:
    """What one stage changes on an object."""

    entry: Entry
    steps: list[Step]


class Proposer:
    """Makes proposals for the findings of a snapshot.

    Args:
        snapshot: the snapshot of a complete audit.
        details: the objects that have findings, read again.
        options: the options of the audit.
        scopes: the scopes of the audit.
        policies: what may be done.
        settings: which objects and attributes are left alone.
        wanted: whether a finding is to be repaired at all.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        details: Details,
        options: AuditOptions,
        scopes: Scopes,
        policies: Policies,
        *,
        settings: Settings = _CAREFUL,
        wanted: t.Callable[[Finding], bool] = lambda _finding: True,
    ) -> None:
        self._world = World(snapshot, details, options, scopes)
        self._rules = options.rules
        self._policies = policies
        self._settings = settings
        self._wanted = wanted
        # Why objects are left alone that could be repaired.
        self._spared: dict[int, str] = {}

    def run(self) -> Proposals:
        """Return the proposals for all objects."""
        first = findings = self._world.findings()
        chains: dict[int, Chain] = {}
        world = self._world
        for _stage in range(_MAX_STAGES):
            changes, following = self._stage(world, findings)
            if following is None:
                break
            for oid, change in changes.items():
                chains.setdefault(oid, Chain()).add(change.steps)
            world.close()
            world, findings = following
        world.close()
        return self._proposals(first, findings, chains)

    def _proposals(self, first: Findings, last: Findings, chains: dict[int, Chain]) -> Proposals:
        proposals = Proposals()
        for oid, (reference, findings) in first.items():
            steps = chains[oid].steps() if oid in chains else []
            if steps:
                done = repaired(findings, last[oid][1] if oid in last else ())
                proposals.objects += 1
                proposals.rows.extend(_row(reference, step, done) for step in steps)
            else:
                reason = self._why_not(oid, findings)
                proposals.unrepaired[reason] = proposals.unrepaired.get(reason, 0) + 1
        return proposals

    def _why_not(self, oid: int, findings: list[Finding]) -> str:
        if not self._is_repairable(findings):
            return "a person must decide, or the rule is not among those to repair"
        if self._world.entry(oid) is None:
            return "the object changed while it was audited"
        if oid in self._spared:
            return self._spared[oid]
        return "the policies do not lead to a valid and free value"

    def _is_repairable(self, findings: list[Finding]) -> bool:
        return any(found.repair.kind in ("auto", "policy") and self._wanted(found) for found in findings)

    # One stage, rehearsed until it breaks nothing.

    def _stage(self, world: World, findings: Findings) -> tuple[dict[int, _Change], tuple[World, Findings] | None]:
        vetoes = _Vetoes()
        while True:
            changes = self._changes(world, findings, vetoes)
            if not changes:
                return {}, None
            following = world.after({oid: change.entry for oid, change in changes.items()})
            after = following.findings()
            if not self._veto(vetoes, changes, world, following, findings, after):
                return changes, (following, after)
            following.close()

    def _veto(
        self,
        vetoes: _Vetoes,
        changes: dict[int, _Change],
        world: World,
        following: World,
        before: Findings,
        after: Findings,
    ) -> bool:
        """Add to the vetoes what the rehearsal shows to be no good. Returns whether anything was added."""
        known = len(vetoes.objects) + len(vetoes.values)
        moved = {oid for oid, change in changes.items() if any(step[0] not in _NAMES for step in change.steps)}
        for oid, (_reference, findings) in after.items():
            if oid in changes:
                bad = {
                    (oid, attribute, new)
                    for attribute, _old, new in changes[oid].steps
                    if new is not None and has_fault(findings, attribute, new)
                }
                if bad - vetoes.values:
                    vetoes.values |= bad
                    continue
            if not new_faults(before[oid][1] if oid in before else (), findings):
                continue
            # The change of the object itself, or else of those who shared a value with it, or do so now.
            culprits = {oid} & moved or (world.sharing(oid) | following.sharing(oid)) & moved
            vetoes.objects |= culprits or moved
        return len(vetoes.objects) + len(vetoes.values) > known

    def _changes(self, world: World, findings: Findings, vetoes: _Vetoes) -> dict[int, _Change]:
        taken = Taken(world)
        winners = Winners(world, self._rules, self._policies)
        changes = {}
        for oid, (_reference, found) in findings.items():
            if not self._is_repairable(found):
                continue
            subject = world.subject(oid)
            change = self._object(oid, subject, world, found, taken, winners, vetoes) if subject else None
            if change is not None:
                changes[oid] = change
        return changes

    def _object(
        self,
        oid: int,
        subject: Subject,
        world: World,
        findings: list[Finding],
        taken: Taken,
        winners: Winners,
        vetoes: _Vetoes,
    ) -> _Change | None:
        findings = [found for found in findings if self._wanted(found)]
        before = Judgement(world.subject_of(subject.entry), self._rules)
        change = _Change(subject.entry, [])
        # Names do not depend on addresses, so that a fault in one leaves the other.
        for part in ("addresses", "names"):
            if part == "addresses" and oid in vetoes.objects:
                continue
            draft = Draft(change.entry, self._rules.sign_in_attribute)
            if part == "addresses":
                AddressProposal(oid, subject, draft, findings, self._rules, self._policies, taken, winners).make()
            else:
                propose_names(draft, findings, self._policies)
            if self._keeps_rules(oid, draft, before, world, vetoes) and not self._is_spared(oid, draft):
                change.entry = draft.predicted()
                change.steps += draft.steps()
        for attribute, _old, new in change.steps:
            _claim(taken, oid, attribute, new)
        return change if change.steps else None

    def _is_spared(self, oid: int, draft: Draft) -> bool:
        names = {step[0].lower() for step in draft.steps()}
        reason = spared_attributes(names, draft.entry, self._settings)
        if reason is not None:
            self._spared[oid] = reason[0].replace("_", " ")
        return reason is not None

    def _keeps_rules(self, oid: int, draft: Draft, before: Judgement, world: World, vetoes: _Vetoes) -> bool:
        """Take faulty values out of a draft. Returns whether something is left that breaks no rule."""
        while True:
            steps = draft.steps()
            if not steps:
                return False
            after = Judgement(world.subject_of(draft.predicted()), self._rules)
            # A value that is still faulty goes back; what depends on it is judged anew.
            faulty = [
                step
                for step in steps
                if step[2] is not None
                and (after.is_faulty(step[0], step[2]) or (oid, step[0], step[2]) in vetoes.values)
            ]
            if not faulty:
                return after.judged and not new_faults(before.findings, after.findings)
            for step in faulty:
                draft.revert(step)


def _claim(taken: Taken, oid: int, attribute: str, value: str | None) -> None:
    if value is None or attribute in _NAMES:
        return
    if attribute == "mailNickname":
        taken.claim("nickname", value, oid)
    else:
        proxied = attribute in ("proxyAddresses", "targetAddress")
        taken.claim("address", Proxy(value).address if proxied else value, oid)


def _row(reference: ObjectReference, step: Step, done: list[Finding]) -> PlanRow:
    attribute, old, new = step
    repaired_here = [found for found in done if found.attribute == attribute and found.value in (old, None)]
    bound = [dataclasses.replace(found, object=reference) for found in repaired_here]
    return PlanRow(
        reference,
        attribute,
        old,
        new,
        "REMOVE" if new is None else "EDIT",
        tuple(dict.fromkeys(found.rule for found in bound)),
        tuple(dict.fromkeys(found.fingerprint for found in bound)),
        " ".join(dict.fromkeys(found.repair.why for found in bound)) or "It follows another change of the object.",
    )
