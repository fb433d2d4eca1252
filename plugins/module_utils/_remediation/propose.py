# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From findings to proposals: for each object one set of changes that keeps the two promises.

What is proposed passes all rules, is free, and leaves nothing that it promised to repair; nothing new breaks. Objects
are worked on in the order of their DNs, so that the same directory gives the same plan.
"""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass, field

from .._audit.findings import read_findings
from .._audit.recorder import IMPLICIT
from .._audit.scope import Scopes
from .._audit.snapshot import Snapshot
from .._model.finding import Finding, ObjectReference
from .._model.kinds import kind_of
from .._model.text import fold
from .._rules.catalogue import finding
from .._rules.options import RuleOptions
from .._rules.subject import Proxy, Subject
from .addresses import DUPLICATES, AddressProposal
from .details import Details
from .draft import PROXIES, Draft
from .names import propose_names
from .plan import PlanRow
from .policies import Policies
from .taken import Taken
from .verify import SET_RULES, Judgement, new_faults, repaired
from .winners import Winners

# What one object gives up another may take, whose value a third wanted: more turns than people ever need.
_MAX_TURNS = 10
_NAMES = ("displayName", "givenName", "sn", "countryCode")


@dataclass
class Proposals:
    """What was proposed.

    Attributes:
        rows: the rows of the plan.
        unrepaired: findings that the plan leaves, by the reason.
        objects: objects that change.
    """

    rows: list[PlanRow] = field(default_factory=list)
    unrepaired: dict[str, int] = field(default_factory=dict)
    objects: int = 0


class Proposer:
    """Makes proposals for the findings of a snapshot.

    Args:
        snapshot: the snapshot of a complete audit.
        details: the objects that have findings, read again.
        options: options of the rules, as in the audit.
        scopes: the scopes of the audit.
        policies: what may be done.
        protected: whether protected accounts (adminCount) may change.
        suffix_is_registered: whether a UPN suffix is known to the forest.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        details: Details,
        options: RuleOptions,
        scopes: Scopes,
        policies: Policies,
        *,
        protected: bool = False,
        suffix_is_registered: t.Callable[[str], bool] = lambda _suffix: True,
    ) -> None:
        self._snapshot = snapshot
        self._details = details
        self._options = options
        self._scopes = scopes
        self._policies = policies
        self._protected = protected
        self._suffix_is_registered = suffix_is_registered
        self._taken = Taken(snapshot)
        self._winners = Winners(snapshot, options, policies, self._subject)
        self._changed: dict[int, Draft] = {}
        self._released: dict[str, set[int]] = {}

    def run(self) -> Proposals:
        """Return the proposals for all objects."""
        findings = self._findings_by_object()
        while True:
            proposals = self._propose(findings)
            unmasked = self._unmasked(findings)
            if not unmasked:
                return proposals
            # Taken from the others, these addresses would bring out a finding on the object that keeps them.
            self._winners.leave_to_a_person(unmasked)
            self._taken.forget_all()
            self._changed.clear()
            self._released.clear()

    def _findings_by_object(self) -> dict[int, tuple[ObjectReference, list[Finding]]]:
        numbers: dict[str, int] = dict(
            self._snapshot.ask(
                "SELECT dn || char(0) || coalesce(guid, ''), oid FROM objects WHERE oid IN (SELECT oid FROM findings)"
            )
        )
        found: dict[int, tuple[ObjectReference, list[Finding]]] = {}
        for _row, item in read_findings(self._snapshot, holders=False):
            if item.object is not None and item.waiver is None:
                oid = numbers[f"{item.object.dn}\0{item.object.guid or ''}"]
                found.setdefault(oid, (item.object, []))[1].append(item)
        return dict(sorted(found.items(), key=lambda entry: (entry[1][0].dn, entry[1][0].guid or "")))

    def _propose(self, findings: dict[int, tuple[ObjectReference, list[Finding]]]) -> Proposals:
        made: dict[int, tuple[list[PlanRow], str]] = {}
        waiting = list(findings)
        for _turn in range(_MAX_TURNS):
            for oid in waiting:
                self._forget(oid)
                made[oid] = self._object(oid, *findings[oid])
            # What one object gives up, another may have wanted.
            free = self._taken.newly_free()
            waiting = [oid for oid in findings if oid in free]
            if not waiting:
                break
        proposals = Proposals()
        for oid in findings:
            rows, reason = made[oid]
            if rows:
                proposals.objects += 1
                proposals.rows.extend(rows)
            elif reason:
                proposals.unrepaired[reason] = proposals.unrepaired.get(reason, 0) + 1
        return proposals

    def _forget(self, oid: int) -> None:
        if self._changed.pop(oid, None) is not None:
            self._taken.forget(oid)
            for owners in self._released.values():
                owners.discard(oid)

    def _unmasked(self, findings: dict[int, tuple[ObjectReference, list[Finding]]]) -> set[str]:
        """Return the addresses whose release would bring out a new finding on the only object that keeps them.

        A duplicate silences the rules about values that differ; when it is gone, they speak.
        """
        unmasked = set()
        for address, released in self._released.items():
            question = "SELECT DISTINCT oid FROM addresses WHERE value = ? AND holds <> ?"
            left = [row[0] for row in self._snapshot.ask(question, (address, IMPLICIT)) if row[0] not in released]
            subject = self._subject(left[0]) if len(left) == 1 else None
            if subject is None or left[0] not in findings:
                continue
            before = self._before(subject, findings[left[0]][1])
            kept = [f for f in findings[left[0]][1] if not (f.rule in DUPLICATES and _address_of(f) == address)]
            draft = self._changed.get(left[0]) or Draft(subject.entry, self._options.sign_in_attribute)
            if new_faults(before, self._judge(subject, draft, kept)):
                unmasked.add(address)
        return unmasked

    def _subject(self, oid: int) -> Subject | None:
        entry = self._details.entry(oid)
        if entry is None:
            return None
        kind = kind_of(entry.attributes.get("objectclass", []))
        subject = Subject(entry, kind, self._options.sign_in_attribute.lower())
        subject.in_licence_scope = self._scopes.in_licence_scope(subject, self._scopes.place(entry.dn))
        return subject

    def _object(self, oid: int, reference: ObjectReference, findings: list[Finding]) -> tuple[list[PlanRow], str]:
        if not any(found.repair.kind in ("auto", "policy") for found in findings):
            return [], "a person must decide"
        subject = self._subject(oid)
        if subject is None:
            return [], "the object changed while it was audited"
        if not self._protected and any(found.rule == "protected-account" for found in findings):
            return [], "a protected account"
        before = self._before(subject, findings)
        # Names do not depend on addresses, so that a fault in one leaves the other.
        rows: list[PlanRow] = []
        accepted: Draft | None = None
        for part in ("addresses", "names"):
            draft = Draft(accepted.predicted() if accepted else subject.entry, self._options.sign_in_attribute)
            if part == "addresses":
                AddressProposal(
                    oid, subject, draft, findings, self._options, self._policies, self._taken, self._winners
                ).make()
            else:
                propose_names(draft, findings, self._policies)
            made = self._accepted(oid, reference, subject, before, draft, findings)
            if made:
                rows.extend(made)
                accepted = draft
                self._changed[oid] = draft
        return rows, "" if rows else "the policies do not lead to a valid and free value"

    def _before(self, subject: Subject, findings: list[Finding]) -> Judgement:
        standing = [found for found in findings if found.rule in SET_RULES]
        return Judgement(subject.entry, subject.kind, subject.in_licence_scope, self._options, standing)

    def _accepted(
        self,
        oid: int,
        reference: ObjectReference,
        subject: Subject,
        before: Judgement,
        draft: Draft,
        findings: list[Finding],
    ) -> list[PlanRow]:
        """Return the rows of a draft that keeps the promises; none where it does not."""
        while True:
            steps = draft.steps()
            if not steps:
                return []
            after = self._judge(subject, draft, findings)
            # A value that is still faulty goes back; what depends on it is judged anew.
            faulty = [step for step in steps if step[2] is not None and after.faults(step[0], step[2])]
            if not faulty:
                break
            for step in faulty:
                self._revert(draft, step)
        if not after.judged or new_faults(before, after) or not self._keeps_clashes(oid, draft, subject):
            return []
        done = repaired(before, after)
        for address in set(_places(subject)) - set(_places(after.subject)):
            self._released.setdefault(address, set()).add(oid)
            self._taken.release("address", address, oid)
        nickname = subject.nickname
        if nickname is not None and fold(nickname) != fold(after.subject.nickname or ""):
            self._taken.release("nickname", nickname, oid)
        for attribute, _old, new in steps:
            self._claim(oid, attribute, new)
        return [self._row(reference, step, done) for step in steps]

    def _judge(self, subject: Subject, draft: Draft, findings: list[Finding]) -> Judgement:
        entry = draft.predicted()
        after = Subject(entry, subject.kind, self._options.sign_in_attribute.lower())
        in_scope = self._scopes.in_licence_scope(after, self._scopes.place(entry.dn))
        held: set[tuple[str, str | None]] = {("proxyAddresses", value) for value in entry.texts(PROXIES)}
        held |= {(name, draft.single[key]) for key, name in draft.names.items() if draft.single[key] is not None}
        changed = {attribute for attribute, _old, _new in draft.steps()}
        standing = [
            found
            for found in findings
            if found.rule in SET_RULES
            and (found.attribute is None or found.attribute not in changed or (found.attribute, found.value) in held)
        ]
        name = after.sign_in_name
        if name != subject.sign_in_name and name is not None and self._options.signs_in_with_upn:
            suffix = fold(name.rpartition("@")[2])
            if not self._suffix_is_registered(suffix):
                standing.append(_unregistered(name))
        return Judgement(entry, subject.kind, in_scope, self._options, standing)

    @staticmethod
    def _revert(draft: Draft, step: tuple[str, str | None, str | None]) -> None:
        attribute, old, new = step
        if attribute != "proxyAddresses":
            key = next(key for key, name in draft.names.items() if name == attribute)
            draft.single[key] = draft.before[key]
        elif old is None:
            draft.added.remove(t.cast(str, new))
        else:
            draft.proxies[draft.proxies_before.index(old)] = old

    def _keeps_clashes(self, oid: int, draft: Draft, subject: Subject) -> bool:
        """Return whether every address that others hold too is left as it was or given up altogether.

        Given up in one attribute alone, it would clash in another way, and that would be a new finding.
        """
        after = Subject(draft.predicted(), subject.kind, self._options.sign_in_attribute.lower())
        before_places, after_places = _places(subject), _places(after)
        for address, places in before_places.items():
            left = after_places.get(address, frozenset())
            if left and left != places:
                question = "SELECT oid FROM addresses WHERE value = ? AND oid <> ? AND holds <> ?"
                others = {row[0] for row in self._snapshot.ask(question, (address, oid, IMPLICIT))}
                if others - self._released.get(address, set()):
                    return False
        return True

    def _claim(self, oid: int, attribute: str, value: str | None) -> None:
        if value is None:
            return
        if attribute == "mailNickname":
            self._taken.claim("nickname", value, oid)
        elif attribute == "proxyAddresses" or attribute == "targetAddress":
            self._taken.claim("address", Proxy(value).address, oid)
        elif attribute not in _NAMES:
            self._taken.claim("address", value, oid)

    @staticmethod
    def _row(reference: ObjectReference, step: tuple[str, str | None, str | None], done: list[Finding]) -> PlanRow:
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


def _address_of(found: Finding) -> str:
    value = found.value or ""
    return fold(Proxy(value).address if found.attribute in ("proxyAddresses", "targetAddress") else value)


def _unregistered(name: str) -> Finding:
    return finding("upn-suffix-not-registered", "userPrincipalName", name, "The new suffix is not registered.")


def _places(subject: Subject) -> dict[str, frozenset[str]]:
    """Return each address of an object with the attributes that hold it."""
    places: dict[str, set[str]] = {}
    if subject.sign_in_name is not None:
        places.setdefault(fold(subject.sign_in_name), set()).add("sign_in")
    for proxy in subject.smtp:
        places.setdefault(fold(proxy.address), set()).add("proxy")
    if subject.mail is not None:
        places.setdefault(fold(subject.mail), set()).add("mail")
    if subject.target is not None and (target := Proxy(subject.target)).is_smtp:
        places.setdefault(fold(target.address), set()).add("target")
    return {address: frozenset(found) for address, found in places.items()}
