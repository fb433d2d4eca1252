# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a directory to the answer for each user: one scan, and the snapshot that it left."""

from __future__ import annotations

import datetime
import json
import typing as t
from dataclasses import dataclass, field

from .._audit.across import Texts, leave_out_late, mailbox_of, read_texts
from .._audit.cloud import Tenant
from .._audit.cloud_pairs import SourceAnchor
from .._audit.forest import Forest
from .._audit.options import SyncScope
from .._audit.scan import scan
from .._audit.scope import Scopes
from .._audit.snapshot import Row, Snapshot
from .._directory.interface import Directory
from .._exchange.builds import Build, label_of, qualifies_for_meetings
from .._exchange.location import MailboxAttributes, locate
from .._rules.domains import Domains
from .._rules.options import RuleOptions
from .conditions import CONDITIONS, FOREST_RULES, Evidence, State, user_states
from .matrix import MATRIX_LOCATIONS, Cell, ConditionId, Edition, Feature, Location
from .overrides import Override, Overrides
from .tenant import COLUMNS, JOINS, CloudAccount, SettledBy, TenantSide, account_of, contradiction, match, settle
from .wanted import Wanted

# not_promised: the matrix answers only for synchronized users whose mailbox is in a known place.
Answer = t.Literal["supported", "conditional", "not_supported", "not_promised"]
ANSWERS: tuple[Answer, ...] = t.get_args(Answer)

_KEY = (
    "o.standing",
    "o.reason",
    "v.location",
    "m.type",
    "m.flags",
    "m.home",
    "m.server",
    "m.has_guid",
    "m.target",
    "m.has_address",
)
_TABLES = "FROM objects o LEFT JOIN mailboxes m USING (oid) LEFT JOIN overrides v USING (oid) "
_PEOPLE = "WHERE o.kind IN ('user', 'inetOrgPerson') "
RECIPIENT_TYPE = "msexchrecipienttypedetails"
_NO_MAILBOX = MailboxAttributes(None, None, None, None, False, "none", False)


@dataclass(frozen=True)
class TeamsOptions:
    """What the user may choose.

    Attributes:
        edition: the edition of the matrix.
        features: those to answer for, in the order of the edition.
        locations: users there are listed; empty: all.
        users: objectGUID, DN, sign-in name, sAMAccountName or SMTP address of those to list; empty: all.
        sync_scope: which OUs are synchronized.
        overrides: locations that the directory does not show.
        today: the day by which support ends.
        source_anchor: what the immutable id of an account in the tenant is made of.
    """

    edition: Edition
    features: tuple[Feature, ...]
    locations: frozenset[Location] = frozenset()
    users: tuple[str, ...] = ()
    sync_scope: SyncScope = field(default_factory=SyncScope)
    overrides: tuple[Override, ...] = ()
    today: datetime.date = field(default_factory=datetime.date.today)
    source_anchor: SourceAnchor = "ms_ds_consistency_guid"


@dataclass
class Group:
    """Users of whom everything that matters is equal. A directory has few.

    Attributes:
        location: where the mailboxes are.
        row: the row of the decision table that says so; 0 for an override.
        version: label of the lowest Exchange version that a mailbox on premises may be on; None where not known.
        build: the build behind it.
        qualifies: whether the version is high enough for meetings; None where it is not known.
        synchronized: whether neither the default filters nor the scope leave the users out.
        left_out_by: what leaves them out, "" for nothing.
        system: whether they are accounts of the system, which are in no total of users.
        cloud_archive: whether the archive of the mailbox on premises is in the cloud.
        notes: what does not fit, in words.
        users: how many there are.
        features: the answers.
        not_met: the conditions of each feature that are not met, for features where there is one.
        account: what the tenant says of the users; None where nobody was matched, or there is no export.
        settled_by: by what the tenant settled the location; None where the directory did.
    """

    location: Location
    row: int
    version: str | None
    build: Build | None
    qualifies: bool | None
    synchronized: bool
    left_out_by: str
    system: bool
    cloud_archive: bool
    notes: tuple[str, ...]
    users: int
    features: dict[Feature, Answer] = field(default_factory=dict)
    not_met: dict[Feature, tuple[ConditionId, ...]] = field(default_factory=dict)
    account: CloudAccount | None = None
    settled_by: SettledBy | None = None


@dataclass(frozen=True)
class UserAnswer:
    """The answer for one user."""

    guid: str | None
    dn: str
    kind: str
    name: str
    group: Group


class Census:
    """All users of a directory, by groups and one by one.

    Attributes:
        forest: what the directory tells about the forest.
        tenant: the tenant, where exports of it are there.
        evidence: what decides the conditions of the matrix.
        groups: all groups.
        mail_contacts: how many contacts have an address: mail goes to mailboxes of others.
        not_found: the users that were asked for and are not there; complete when ``users`` came to its end.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        forest: Forest,
        options: TeamsOptions,
        tenant: TenantSide | None = None,
        *,
        without_schema: bool = False,
    ) -> None:
        self.forest = forest
        self.tenant = tenant
        self._snapshot = snapshot
        self._options = options
        self._without_schema = without_schema
        self._key = ", ".join((*_KEY, *COLUMNS) if tenant is not None else _KEY)
        self._people = _TABLES + (JOINS if tenant is not None else "") + _PEOPLE
        self.evidence = Evidence(forest.exchange, _sync_signs(snapshot), tenant)
        self._groups = self._tally(read_texts(snapshot))
        self.mail_contacts = _mail_contacts(snapshot)
        self.not_found: list[str] = []

    @property
    def groups(self) -> t.Collection[Group]:
        """All groups."""
        return self._groups.values()

    def _tally(self, texts: Texts) -> dict[Row, Group]:
        forest_states: dict[ConditionId, State] = {
            name: rule(self.evidence).state for name, rule in FOREST_RULES.items()
        }
        groups = {}
        numbers = ", ".join(str(number) for number in range(1, self._key.count(",") + 2))
        for *key, users in self._snapshot.ask(f"SELECT {self._key}, count(*) {self._people} GROUP BY {numbers}"):
            group = _group(tuple(key[: len(_KEY)]), texts, self.forest, users)
            if self.tenant is not None and not group.system:
                self._ask_tenant(group, account_of(tuple(key[len(_KEY) :])))
            own = user_states(group.synchronized, group.qualifies, self.evidence, group.account)
            states = {**forest_states, **own}
            _answer(group, self._options.edition, states)
            groups[tuple(key)] = group
        return groups

    def _ask_tenant(self, group: Group, account: CloudAccount | None) -> None:
        group.account = account
        # Row 0 is an override, and the user's word counts before everything else.
        if account is None or not group.row:
            return
        group.location, group.settled_by = settle(
            group.location, group.row, account, self.forest.exchange, self._without_schema
        )
        note = contradiction(group.location, account)
        if note is not None:
            group.notes = (*group.notes, note)

    def users(self) -> t.Iterator[UserAnswer]:
        """Yield the answers for the users that were asked for, by DN."""
        wanted = Wanted(self._options.users)
        locations = self._options.locations
        question = f"SELECT o.dn, o.guid, o.kind, o.name, o.identity, {self._key} {self._people} ORDER BY o.dn, o.guid"
        for dn, guid, kind, name, identity, *key in self._snapshot.ask(question):
            group = self._groups[tuple(key)]
            if wanted and not wanted.includes(dn, guid, identity):
                continue
            if not locations or group.location in locations:
                yield UserAnswer(guid, dn, kind, name, group)
        self.not_found = wanted.not_found


def take_census(
    directory: Directory, options: TeamsOptions, snapshot: Snapshot, tenant: Tenant | None = None
) -> Census:
    """Read a directory once and answer for its users.

    Args:
        directory: an open directory; it is read only.
        options: the user's choices.
        snapshot: takes the objects; it stays under construction.
        tenant: what the exports of the tenant say, which were loaded into the snapshot with services; None: no exports.

    Raises:
        DirectoryError: not everything could be read.
        OptionError: a filter cannot be read.
        OutputError: the snapshot could not be written.
    """
    # No rule judges here, so nothing is asked of domains.
    rules = RuleOptions(Domains((), frozenset()), gal_attributes=())
    overrides = Overrides(options.overrides, snapshot)
    forest = scan(directory, rules, Scopes(options.sync_scope, None), snapshot, judging=False, observer=overrides)
    overrides.finish()
    leave_out_late(snapshot, forest)
    side = match(snapshot, tenant, options.source_anchor) if tenant is not None else None
    absent = {name.lower() for name in directory.statistics.absent_attributes}
    return Census(snapshot, forest, options, side, without_schema=RECIPIENT_TYPE in absent)


def _group(key: Row, texts: Texts, forest: Forest, users: int) -> Group:
    standing, reason, override, *columns = key
    # Who has no row has nothing of a mailbox.
    mailbox = mailbox_of(tuple(columns), texts) if columns[4] is not None else _NO_MAILBOX
    answer = locate(mailbox, forest.exchange)
    group = Group(
        location=override or answer.location,
        row=0 if override else answer.row,
        version=None,
        build=None,
        qualifies=None,
        synchronized=standing == "judged",
        left_out_by="" if standing == "judged" else reason,
        system=standing == "system",
        cloud_archive=answer.cloud_archive and not override,
        notes=() if override else tuple(note.text for note in answer.notes),
        users=users,
    )
    if group.location == "exchange_on_premises":
        build = forest.exchange.mailbox_build(mailbox.home, mailbox.home_server)
        if build is not None:
            group.build, group.version, group.qualifies = build, label_of(build), qualifies_for_meetings(build)
    return group


def _answer(group: Group, edition: Edition, states: t.Mapping[ConditionId, State]) -> None:
    """Put the answers of an edition into a group."""
    if not group.synchronized or group.location not in MATRIX_LOCATIONS:
        group.features = dict.fromkeys(edition.rows, "not_promised")
        return
    for feature in edition.rows:
        cell = edition.cell(group.location, feature)
        group.features[feature] = answer_of(cell, states)
        not_met = tuple(condition for condition in cell.conditions if states[condition] == "not_met")
        if not_met:
            group.not_met[feature] = not_met


def answer_of(cell: Cell, states: t.Mapping[ConditionId, State]) -> Answer:
    """Return what a cell comes to with the states of its conditions; those of a part of the feature do not decide."""
    if cell.support != "conditional" or not cell.conditions:
        return cell.support
    decisive = {states[condition] for condition in cell.conditions if not CONDITIONS[condition].part}
    if "not_met" in decisive:
        return "not_supported"
    return "conditional" if "unknown" in decisive else "supported"


def _sync_signs(snapshot: Snapshot) -> list[str]:
    """Return what shows that a synchronization runs, in words."""
    signs = []
    accounts = snapshot.ask("SELECT identity FROM objects WHERE standing = 'system' AND reason = 'service account'")
    if any(str(json.loads(identity)[4]).lower().startswith("msol_") for (identity,) in accounts):
        signs.append("an account of Microsoft Entra Connect (MSOL_) is there")
    anchors = snapshot.count("SELECT count(*) FROM objects WHERE anchor IS NOT NULL AND standing = 'judged'")
    if anchors:
        signs.append("mS-DS-ConsistencyGuid is filled on users")
    return signs


def _mail_contacts(snapshot: Snapshot) -> int:
    number = 0
    for (identity,) in snapshot.ask("SELECT identity FROM objects WHERE kind = 'contact'"):
        _name, mail, _nickname, target, _sam, proxies = json.loads(identity)[:6]
        number += bool(mail or target or proxies)
    return number
