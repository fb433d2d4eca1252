# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making the plan of new sign-in names: one pass over the directory, then what needs all of it."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import typing as t
import uuid
from dataclasses import dataclass, field

from .._audit import across
from .._audit.cloud import Tenant, TenantFiles, load_tenant
from .._audit.cloud_pairs import SourceAnchor, pair
from .._audit.forest import Forest
from .._audit.forest_facts import forest_facts
from .._audit.options import SyncScope
from .._audit.reading import is_file, read_topology
from .._audit.scan import scan
from .._audit.scope import Scopes, members_of
from .._audit.snapshot import Snapshot
from .._directory.interface import Directory, shows_absence
from .._model.errors import OptionError
from .._model.version import VERSION
from .._rules.options import RuleOptions
from .plan import PlanHeader, PlanRow
from .plan_files import finished
from .upn_choice import UserChoice
from .upn_clashes import hold_licensed, hold_taken, hold_unregistered, hold_unsynchronized
from .upn_moves import UPN, Careful, Collector, Move
from .upn_names import MappedSuffix, NewName


@dataclass(frozen=True)
class UpnOptions:
    """What is wanted.

    Attributes:
        names: makes the new names.
        careful: who keeps the old one.
        rules: judge the new ones.
        ous, groups, ldap_filter, users: which users; see ``UserChoice``. Groups by DN.
        sync_scope: which OUs are synchronized.
        other_snapshots: paths of snapshots of other forests.
        tenant: the exports of the tenant; None: nothing is known of it.
        source_anchor: what the immutable id of a user is made of.
        upn_sync_enabled: whether names of licensed users follow the directory.
        words: the options as the user chose them, for the header of the plan.
    """

    names: NewName
    careful: Careful
    rules: RuleOptions
    ous: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    ldap_filter: str | None = None
    users: tuple[str, ...] = ()
    sync_scope: SyncScope = field(default_factory=SyncScope)
    other_snapshots: tuple[str, ...] = ()
    tenant: TenantFiles | None = None
    source_anchor: SourceAnchor = "ms_ds_consistency_guid"
    upn_sync_enabled: bool | None = None
    words: dict[str, t.Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Manager:
    """Somebody's manager, as far as the directory holds one of that DN."""

    dn: str
    name: str | None = None
    mail: str | None = None


@dataclass(frozen=True)
class MadeMoves:
    """New names for a directory as it is now.

    Attributes:
        header: of the plan, with the digest of the rows.
        rows: the changes, in the order of the DNs.
        moves: all users whose name would change: those held back first, each part in the order of the DNs.
        managers: DN to what is known of a manager.
        chosen: how many users were meant.
        judged: how many objects could be judged.
        unknown: names of the list that nobody has.
        live: whether a synchronization is at work.
        notes: what to know, in words.
    """

    header: PlanHeader
    rows: list[PlanRow]
    moves: list[Move]
    managers: dict[str, Manager]
    chosen: int
    judged: int
    unknown: list[str]
    live: bool
    notes: list[str]


def make_moves(directory: Directory, options: UpnOptions) -> MadeMoves:
    """Find out who gets which name, and who keeps the old one.

    Args:
        directory: an open directory; it is read only.
        options: what is wanted.

    Raises:
        DirectoryError: not everything could be read.
        OptionError: a group or a suffix does not exist, or an option says something unusable.
        TenantFileError: an export of the tenant cannot be used.
        OutputError: there is no room for the snapshot, or a snapshot cannot be read.
    """
    with contextlib.ExitStack() as stack:
        snapshot = Snapshot()
        stack.callback(snapshot.close)
        # The files first: a wrong one shows at once, and not after an hour of reading.
        tenant = _tenant(options, snapshot)
        others = {path: stack.enter_context(contextlib.closing(_other(path))) for path in options.other_snapshots}
        members = members_of(directory, options.groups, "groups") if options.groups else None
        choice = UserChoice(options.ous, members, options.ldap_filter, options.users, options.names.later)
        collector = Collector(choice, options.names, options.careful, options.rules)
        forest = scan(directory, options.rules, Scopes(options.sync_scope, None), snapshot, observer=collector)
        topology = read_topology(directory, forest)
        across.leave_out_late(snapshot, forest)
        facts = forest_facts(topology, forest, directory, {})
        moves = collector.moves
        for move in moves:
            if name := choice.ambiguous().get(move.oid):
                move.hold_back("ambiguous", f"users names {name}, which is several accounts. Name them by DN or GUID.")
        hold_unsynchronized(moves, snapshot)
        _refuse_unregistered(hold_unregistered(moves, forest), options.names)
        if tenant is not None and options.upn_sync_enabled is not True:
            pair(snapshot, UPN, options.source_anchor)
            hold_licensed(moves, snapshot)
        hold_taken(moves, snapshot, others)
        moves.sort(key=lambda move: (move.moves, move.object.dn, move.object.guid or ""))
        return MadeMoves(
            *_plan(directory, moves, options),
            moves,
            _managers(moves, snapshot),
            collector.chosen,
            collector.judged,
            choice.unknown(),
            facts.anchors > 0 or any(account.proves_synchronization for account in facts.accounts),
            _notes(directory, forest, options, choice.unknown()),
        )


def _tenant(options: UpnOptions, snapshot: Snapshot) -> Tenant | None:
    if options.tenant is None or options.tenant.users is None:
        return None
    tenant = load_tenant(options.tenant, snapshot)
    if options.upn_sync_enabled is not True and "licensed" not in tenant.known:
        raise OptionError(
            f"tenant_users_path: {options.tenant.users} does not say who has a licence. Export AssignedLicenses as well, "
            "give tenant_licences_path, or state upn_sync_enabled."
        )
    return tenant


def _other(path: str) -> Snapshot:
    if not os.path.isfile(path):
        raise OptionError(f"compare_snapshots: there is no file {path}. Audit the forest with report_dir first.")
    other = Snapshot(path, finished=True)
    if other.read_meta("summary") is None:
        other.close()
        raise OptionError(f"compare_snapshots: {path} is no snapshot of a complete audit.")
    return other


def _refuse_unregistered(found: dict[str, int], names: NewName) -> None:
    """Refuse a map to a suffix that the forest does not know: that is one mistake, and not one for each user."""
    if found and isinstance(names, MappedSuffix):
        suffix, number = max(found.items(), key=lambda item: item[1])
        raise OptionError(
            f"suffix_map: {suffix} is neither a DNS domain of the forest nor registered as a UPN suffix, and {number} users "
            "would get it. Register it with the module upn_suffix first.",
            code="SUFFIX_NOT_REGISTERED",
        )


def _plan(directory: Directory, moves: t.Sequence[Move], options: UpnOptions) -> tuple[PlanHeader, list[PlanRow]]:
    rows = []
    for move in moves:
        if move.moves:
            rules, fingerprints = move.repaired
            why = options.names.why
            rows.append(PlanRow(move.object, UPN, move.old, move.new, "EDIT", rules, fingerprints, why))
    header = PlanHeader(
        plan_id=str(uuid.uuid4()),
        directory=directory.identity(),
        created=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        collection=f"syncready.m365 {VERSION}",
        options=options.words,
    )
    return finished(header, rows), rows


def _managers(moves: t.Sequence[Move], snapshot: Snapshot) -> dict[str, Manager]:
    wanted = dict.fromkeys(move.manager for move in moves if move.manager is not None)
    snapshot.run("CREATE TEMP TABLE managers (dn TEXT PRIMARY KEY) WITHOUT ROWID")
    snapshot.run_many("INSERT INTO temp.managers VALUES (?)", [(dn,) for dn in wanted])
    found = {dn: Manager(dn) for dn in wanted}
    question = "SELECT dn, name, identity FROM objects WHERE dn IN (SELECT dn FROM temp.managers)"
    for dn, name, identity in snapshot.ask(question):
        found[dn] = Manager(dn, name, json.loads(identity)[1])
    return found


def _notes(directory: Directory, forest: Forest, options: UpnOptions, unknown: t.Sequence[str]) -> list[str]:
    notes = []
    if unknown:
        shown = ", ".join(unknown[:5]) + (", ..." if len(unknown) > 5 else "")
        notes.append(f"Nobody has {len(unknown)} of the names in users: {shown}.")
    if not options.rules.domains.verified:
        notes.append("No verified domains are given, so whether the tenant knows the new suffix was not checked.")
    if not forest.partitions_known:
        notes.append("Which UPN suffixes are registered is not known: the source holds no CN=Partitions.")
    if is_file(directory):
        hidden = [
            name
            for name in ("adminCount", "userAccountControl", "servicePrincipalName")
            if not shows_absence(directory, name)
        ]
        if hidden:
            notes.append(
                f"The export shows no {', '.join(hidden)}: it holds none, or who needs a person could not be told by them."
            )
    return notes
