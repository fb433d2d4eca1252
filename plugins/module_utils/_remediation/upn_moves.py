# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users whose sign-in name is to change, as one pass over the directory sees them, and what speaks against it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from .._model.dn import rdn_value
from .._model.entry import Entry
from .._model.finding import Finding, ObjectReference
from .._model.text import fold
from .._rules.domains import ascii_form
from .._rules.options import RuleOptions
from .._rules.population import Population
from .._rules.subject import Subject
from .._rules.upn import judge_upn
from .._rules.upn_change import FEDERATED_DETOUR
from .guard import Settings, spared_attributes
from .upn_choice import UserChoice
from .upn_names import NewName, NoName

UPN = "userPrincipalName"
_SIP = "msRTCSIP-PrimaryUserAddress"
_SMART_CARD_REQUIRED = 0x40000
_NOT_SYNCHRONIZED = "The synchronization leaves it out ({reason}), so its sign-in name is left as it is."


@dataclass
class Move:
    """A user and its new name.

    Attributes:
        oid: its number in the snapshot.
        object: which one it is.
        old: the present name, None where there is none.
        new: the new one, None where none can be made.
        reason: a stable word for why the user keeps the old one; "" where it moves.
        message: that in words.
        holders: who holds the new name already, where somebody does.
        suffix: the new suffix, where only its registration is still to be asked.
        repaired: rules that the old name breaks, and fingerprints of these findings.
        display_name, mail, manager, sip: what an announcement needs; the manager by DN, the SIP address without "sip:".
    """

    oid: int
    object: ObjectReference
    old: str | None
    new: str | None
    reason: str = ""
    message: str = ""
    holders: list[tuple[ObjectReference, tuple[str, ...]]] = field(default_factory=list)
    suffix: str | None = None
    repaired: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    display_name: str | None = None
    mail: str | None = None
    manager: str | None = None
    sip: str | None = None

    @property
    def moves(self) -> bool:
        """Whether the user gets the new name."""
        return not self.reason

    def hold_back(self, reason: str, message: str) -> None:
        """Keep the old name; the first reason stays."""
        if not self.reason:
            self.reason, self.message = reason, message

    @property
    def sip_differs(self) -> bool:
        """Whether the user has a SIP address that is not the new name."""
        return self.sip is not None and self.new is not None and fold(self.sip) != fold(self.new)


@dataclass(frozen=True)
class Careful:
    """Who keeps the name because a person must look first, unless it is allowed.

    Attributes:
        protected_accounts: whether accounts with adminCount may move.
        smart_card_users: whether users may that sign in with a smart card only; the card names the old name.
        service_accounts: whether accounts may that have service principal names.
        federated_domains: domains in lower case that sign in elsewhere.
    """

    protected_accounts: bool = False
    smart_card_users: bool = False
    service_accounts: bool = False
    federated_domains: frozenset[str] = frozenset()


class Collector:
    """Sees every object of a scan, and keeps the users whose name is to change.

    Args:
        choice: which users are meant.
        names: makes the new names.
        careful: who keeps the old one.
        rules: judge the new names.
    """

    def __init__(self, choice: UserChoice, names: NewName, careful: Careful, rules: RuleOptions) -> None:
        self._choice = choice
        self._names = names
        self._careful = careful
        self._settings = Settings(protected_accounts=careful.protected_accounts)
        self._rules = rules
        self.attributes = ("manager", _SIP, "servicePrincipalName", *choice.attributes)
        self.moves: list[Move] = []
        self.chosen = 0
        self.judged = 0

    def observe(self, oid: int, subject: Subject, population: Population) -> None:
        """Look at an object."""
        self.judged += population.standing == "judged"
        if not subject.is_person or not self._choice.chooses(oid, subject):
            return
        self.chosen += 1
        old = subject.upn
        move = self._move(oid, subject)
        try:
            move.new = self._names.of(subject)
        except NoName as error:
            if population.standing == "judged":
                move.hold_back(error.reason, error.message)
                self.moves.append(move)
            return
        if move.new is None or (old is not None and fold(move.new) == fold(old)):
            return
        if population.standing != "judged":
            move.hold_back("not_synchronized", _NOT_SYNCHRONIZED.format(reason=population.reason))
        self._needs_person(move, subject)
        self._judge(move, subject)
        self.moves.append(move)

    @staticmethod
    def _move(oid: int, subject: Subject) -> Move:
        entry = subject.entry
        sip = entry.text(_SIP.lower()) or next((proxy.raw for proxy in subject.proxies if proxy.type == "sip"), None)
        return Move(
            oid,
            ObjectReference(entry.dn, entry.guid, subject.kind, rdn_value(entry.dn)),
            # As it is, blanks and all: the plan names exactly what goes.
            _raw(entry),
            None,
            display_name=subject.display_name,
            mail=subject.mail,
            manager=entry.text("manager"),
            sip=sip.partition(":")[2] if sip is not None and sip.lower().startswith("sip:") else sip,
        )

    def _needs_person(self, move: Move, subject: Subject) -> None:
        entry = subject.entry
        careful = self._careful
        if spared := spared_attributes({UPN.lower()}, entry, self._settings):
            move.hold_back(*spared)
        if not careful.smart_card_users and (entry.integer("useraccountcontrol") or 0) & _SMART_CARD_REQUIRED:
            move.hold_back(
                "smart_card",
                "It must sign in with a smart card, whose certificate may hold the old name. Renew the card with the name, "
                "or allow it with smart_card_users.",
            )
        if not careful.service_accounts and entry.has("serviceprincipalname"):
            move.hold_back(
                "service_account",
                "It has service principal names, so a service may sign in under the old name. Change the service with the "
                "name, or allow it with service_accounts.",
            )
        old, new = _suffix(move.old), _suffix(move.new)
        if old != new and {old, new} <= careful.federated_domains:
            move.hold_back("federated_domains", FEDERATED_DETOUR.format(old=old, new=new))

    def _judge(self, move: Move, subject: Subject) -> None:
        """Hold the new name against every rule that needs no other object."""
        if move.new is None:
            return
        after = Subject(_with_name(subject.entry, move.new), subject.kind)
        faults = [found for found in self._findings(after) if found.severity != "info"]
        if faults:
            move.hold_back(faults[0].rule, " ".join(found.message for found in faults))
        move.suffix = after.suffix_to_check
        broken = [
            dataclasses.replace(found, object=move.object)
            for found in self._findings(Subject(subject.entry, subject.kind))
        ]
        move.repaired = (
            tuple(dict.fromkeys(found.rule for found in broken)),
            tuple(dict.fromkeys(found.fingerprint for found in broken)),
        )

    def _findings(self, subject: Subject) -> list[Finding]:
        found: list[Finding] = []
        judge_upn(subject, self._rules, found)
        return found


def _with_name(entry: Entry, name: str) -> Entry:
    attributes = {**entry.attributes, UPN.lower(): [name.encode("utf-8")]}
    return Entry(entry.dn, attributes, entry.counts, entry.incomplete, entry.origin)


def _raw(entry: Entry) -> str | None:
    values = entry.attributes.get(UPN.lower())
    return values[0].decode("utf-8") if values else None


def _suffix(name: str | None) -> str:
    suffix = (name or "").rpartition("@")[2]
    return ascii_form(suffix) or suffix.lower()
