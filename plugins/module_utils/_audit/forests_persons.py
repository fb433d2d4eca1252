# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which objects of several forests are one person: joined as the synchronization would join them.

Microsoft's document "Topologies for Microsoft Entra Connect" names the ways: by mail, by the SID of the master account
of a linked mailbox, or by another attribute; contacts that a directory of the other forests was copied into stand for
the person they were made from.
"""

from __future__ import annotations

import itertools
import json
import operator
import typing as t
from dataclasses import dataclass

from .._model.dn import is_at_or_below_normalised, normalise
from .._model.entry import sid_bytes
from .._model.text import fold
from .._rules.population import Population
from .._rules.subject import Proxy, Subject
from .forests import Forests
from .recorder import MAIL
from .snapshot import Row, Snapshot

JoinBy = t.Literal["none", "mail", "master_account", "attribute"]

_PEOPLE = "o.kind IN ('user', 'inetOrgPerson') AND o.standing IN ('judged', 'left_out')"


@dataclass(frozen=True)
class ForestJoin:
    """How the objects of one person are found.

    Attributes:
        by: the way.
        attribute: LDAP name, for the way by attribute.
        galsync_ous: OUs with contacts that stand for people and groups of other forests.
    """

    by: JoinBy = "none"
    attribute: str = ""
    galsync_ous: tuple[str, ...] = ()


class JoinValues:
    """Keeps the value by which people are joined, while a forest is scanned, for a comparison later.

    Args:
        snapshot: takes the values.
        attribute: LDAP name.
    """

    def __init__(self, snapshot: Snapshot, attribute: str) -> None:
        self._snapshot = snapshot
        self._rows: list[Row] = []
        self.attributes: tuple[str, ...] = (attribute,)
        self._name = attribute.lower()
        snapshot.run("CREATE TABLE joins (oid INTEGER NOT NULL, value TEXT NOT NULL)")

    def observe(self, oid: int, subject: Subject, population: Population) -> None:
        """Take note of a user's value."""
        if subject.is_person and population.standing in ("judged", "left_out"):
            value = subject.entry.text(self._name)
            if value is not None:
                self._rows.append((oid, fold(value.strip())))
                if len(self._rows) >= 1000:
                    self.finish()

    def finish(self) -> None:
        """Write what is still waiting."""
        self._snapshot.run_many("INSERT INTO joins VALUES (?, ?)", self._rows)
        self._rows.clear()


class Persons:
    """Who is one person with whom.

    Args:
        forests: the forests that were copied together.
        join: how the objects of one person are found.

    Attributes:
        joined: people with objects in several forests.
        contacts: contacts that stand for somebody else.
        lonely_contacts: contacts of the declared OUs that stand for nobody who was found.
        linked: linked mailboxes whose account was found in another forest.
        unresolved: linked mailboxes whose account was not found in any of them, with its SID (number, SID).
        ambiguous: values that several users of one forest have, so that nobody is joined by them.
    """

    def __init__(self, forests: Forests, join: ForestJoin) -> None:
        self._forests = forests
        self._snapshot = forests.snapshot
        # An object to the object that stands for its person, or to one on the way there.
        self._person: dict[int, int] = {}
        self.ambiguous = 0
        self.contacts = 0
        self.lonely_contacts = 0
        self.linked = 0
        self.unresolved: list[tuple[int, bytes]] = []
        if join.by == "mail":
            self._by_value(
                f"SELECT a.value, a.oid FROM addresses a JOIN objects o USING (oid) WHERE a.holds & {MAIL} AND {_PEOPLE}"
            )
        elif join.by == "attribute":
            self._by_value(f"SELECT j.value, j.oid FROM joins j JOIN objects o USING (oid) WHERE {_PEOPLE}")
        self._masters(join.by == "master_account")
        self.joined = len({self.of(oid) for oid in self._person})
        if join.galsync_ous:
            self._stand_ins(tuple(normalise(ou) for ou in join.galsync_ous))

    def of(self, oid: int) -> int:
        """Return the number of an object's person: that of the object itself where it is not joined."""
        person = oid
        while (above := self._person.get(person, person)) != person:
            person = above
        return person

    def _join(self, oids: t.Collection[int]) -> None:
        """Make one person of several objects, and of everybody who is one with them already."""
        persons = {self.of(oid) for oid in oids}
        first = min(persons)
        for number in (*persons, *oids):
            self._person[number] = first

    def _by_value(self, question: str) -> None:
        for _value, rows in itertools.groupby(self._snapshot.ask(question + " ORDER BY 1, 2"), operator.itemgetter(0)):
            oids = [row[1] for row in rows]
            places = [self._forests.number_of(oid) for oid in oids]
            if len(set(places)) < 2:
                continue
            if len(set(places)) < len(places):
                # Two users of one forest with one value are two people, or a fault; nobody can tell who is meant.
                self.ambiguous += 1
                continue
            self._join(oids)

    def _masters(self, join: bool) -> None:
        """Look for the accounts of linked mailboxes; the master account is one person with the mailbox where wanted."""
        snapshot = self._snapshot
        snapshot.run("CREATE INDEX IF NOT EXISTS objects_sid ON objects (sid)")
        question = (
            "SELECT w.oid, w.sid FROM waiting w JOIN objects o USING (oid) WHERE w.reason = 'master' "
            "AND o.standing = 'judged' ORDER BY w.oid"
        )
        for oid, value in list(snapshot.ask(question)):
            sid = sid_bytes(value)
            accounts = [row[0] for row in snapshot.ask("SELECT oid FROM objects WHERE sid = ? ORDER BY oid", (sid,))]
            elsewhere = [account for account in accounts if self._forests.of(account) is not self._forests.of(oid)]
            self.linked += bool(elsewhere)
            if not accounts:
                self.unresolved.append((oid, value))
            elif elsewhere and join:
                self._join([oid, elsewhere[0]])

    def _stand_ins(self, ous: tuple[str, ...]) -> None:
        snapshot = self._snapshot
        question = "SELECT oid, dn, identity FROM objects WHERE kind = 'contact' ORDER BY oid"
        for oid, dn, identity in list(snapshot.ask(question)):
            name = normalise(dn)
            if not any(is_at_or_below_normalised(name, ou) for ou in ous):
                continue
            person = self._meant(oid, identity)
            if person is None:
                self.lonely_contacts += 1
            else:
                self.contacts += 1
                self._join([oid, person])

    def _meant(self, oid: int, identity: str) -> int | None:
        """Return the object of another forest that a contact stands for, by the first of its addresses that only one
        person has."""
        _sign_in, mail, _nickname, target, _sam, proxies, *_upn = json.loads(identity)
        primary = [proxy.address for proxy in map(Proxy, proxies) if proxy.is_primary]
        targets = [Proxy(target).address] if target else []
        for address in (mail, *primary, *targets):
            if not address:
                continue
            rows = self._snapshot.ask(
                "SELECT a.oid FROM addresses a JOIN objects o USING (oid) WHERE a.value = ? AND a.holds & 15 "
                "AND o.kind <> 'contact' ORDER BY a.oid",
                (fold(address),),
            )
            others = [other for (other,) in rows if self._forests.of(other) is not self._forests.of(oid)]
            if others and len({self.of(other) for other in others}) == 1:
                return int(others[0])
        return None
