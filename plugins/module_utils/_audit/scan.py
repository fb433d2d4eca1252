# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way through: directory, entries, rules, snapshot, set-based rules, findings."""

from __future__ import annotations

import datetime
import time
import typing as t
from dataclasses import dataclass

from .._directory.interface import Directory
from .._directory.pieces import InPieces
from .._directory.topology import Topology
from .._rules.forest import ForestFacts, judge_forest
from .._rules.options import RuleOptions
from . import across, cloud_findings, forest_facts
from .forest import Forest
from .forests_persons import JoinValues
from .options import AuditOptions
from .processes import scan_in_processes
from .reading import read_topology, selection_of
from .scope import Scopes, members_of
from .settle import settle
from .snapshot import FORMAT, Snapshot
from .step import Observer, Step
from .summary import Summary, summarise
from .unique import Uniqueness

# Is told what is done, and how many objects of it.
Tell = t.Callable[[str, int], None]
_TELL_EVERY = 500


@dataclass(frozen=True)
class Scanned:
    """What an audit knows of the forest itself, for reports.

    Attributes:
        forest: what the objects told, and what was counted.
        topology: domains, suffixes, trusts and settings.
        facts: what the rules about the forest asked.
    """

    forest: Forest
    topology: Topology
    facts: ForestFacts


def run_audit(
    directory: Directory,
    options: AuditOptions,
    snapshot: Snapshot,
    *,
    scanned: t.Callable[[Scanned], None] | None = None,
    tell: Tell | None = None,
) -> Summary:
    """Read a directory, apply all rules, and leave the findings in the snapshot.

    Args:
        directory: an open directory; it is read only.
        options: the user's choices.
        snapshot: takes objects and findings; it is finished (complete and consistent) on return.
        scanned: is told what the scan knows of the forest, before the snapshot is finished.
        tell: is told now and then what is done, and how many objects of it.

    Returns:
        What was read and found, in numbers.

    Raises:
        DirectoryError: not everything could be read. Nothing in the snapshot may then be used.
        OutputError: the snapshot could not be written.
    """
    started = time.monotonic()
    licence = options.licence_scope
    members = members_of(directory, licence.groups) if licence and licence.groups else frozenset()
    scopes = Scopes(options.sync_scope, licence, members)
    rules = options.rules
    joined = JoinValues(snapshot, options.join_attribute) if options.join_attribute else None
    snapshot.forest = forest = scan(
        directory, rules, scopes, snapshot, tell=tell, observer=joined, processes=options.processes
    )
    if joined is not None:
        joined.finish()
    topology = read_topology(directory, forest)
    read = time.monotonic()
    if tell is not None:
        tell("comparing", 0)

    across.leave_out_late(snapshot, forest)
    across.judge_suffixes(snapshot, forest)
    Uniqueness(snapshot, rules).run()
    across.escalate_missing_upns(snapshot)
    across.judge_anchors(snapshot)
    across.judge_mailboxes(snapshot, forest)
    cloud_findings.compare_names(snapshot, options.tenant, rules, frozenset(forest.dns_domains))
    across.judge_differences(snapshot)
    facts = forest_facts.forest_facts(topology, forest, directory, options.other_forests)
    forest_facts.record(snapshot, judge_forest(facts, rules.domains, rules.minimum_exchange_build))
    waivers = settle(snapshot, options)

    summary = summarise(snapshot, directory, waivers)
    summary.scan_seconds = round(read - started, 2)
    summary.seconds = round(time.monotonic() - started, 2)
    now = datetime.datetime.now(datetime.timezone.utc)
    snapshot.write_meta("format", FORMAT)
    snapshot.write_meta("created", now.isoformat(timespec="seconds"))
    snapshot.write_meta("source", directory.identity())
    snapshot.write_meta("registered_suffixes", forest.registered_suffixes)
    snapshot.write_meta("synchronization", _synchronization(facts))
    snapshot.write_meta("summary", summary.as_dict())
    if scanned is not None:
        scanned(Scanned(forest, topology, facts))
    snapshot.finish()
    return summary


def _synchronization(facts: ForestFacts) -> dict[str, object]:
    """Return whether the forest is synchronized already, and with which tenant."""
    live = facts.anchors > 0 or any(account.proves_synchronization for account in facts.accounts)
    return {"live": live, "tenant": next((account.tenant for account in facts.accounts if account.tenant), None)}


def scan(
    directory: Directory,
    rules: RuleOptions,
    scopes: Scopes,
    snapshot: Snapshot,
    *,
    judging: bool = True,
    observer: Observer | None = None,
    processes: int = 1,
    tell: Tell | None = None,
) -> Forest:
    """Read every object once and write it into the snapshot.

    Args:
        directory: an open directory.
        rules: the options of the rules.
        scopes: which objects are synchronized, and who gets a licence.
        snapshot: takes the objects, and what is compared and judged.
        judging: whether to apply the rules. Without them only ``objects``, ``mailboxes`` and ``waiting`` are filled.
        observer: sees each object too; all is done in one process then.
        processes: how many processes judge, beside the one that reads; 1: that one does it all.
        tell: is told now and then how many objects were read.

    Returns:
        What the other objects tell about the forest.

    Raises:
        DirectoryError: not everything could be read.
        OutputError: the snapshot could not be written.
        WorkerError: a process that judged is gone.
    """
    forest = Forest()
    step = Step(snapshot, rules, scopes, forest, judging=judging, observer=observer)
    extra = [rules.sign_in_attribute, *_gal_names(rules)]
    if observer is not None:
        extra += observer.attributes
    selection = selection_of(directory, scopes, extra)
    # Who sees each object has to see it here.
    alone = processes < 2 or observer is not None or not isinstance(directory, InPieces)
    pieces = None if alone else t.cast(InPieces, directory).pieces(selection)
    if pieces is None:
        for entry in directory.search(selection=selection):
            oid = step.take(entry)
            if tell is not None and oid and not oid % _TELL_EVERY:
                tell("reading", oid)
    else:
        told = _Told(tell)
        scan_in_processes(
            pieces, step, forest, snapshot, rules, scopes, number=processes, judging=judging, tell=told.tell
        )
    step.reader.finish()
    return forest


class _Told:
    """Tells how many objects were read, whenever another round number was passed."""

    def __init__(self, tell: Tell | None) -> None:
        self._tell = tell
        self._last = 0

    def tell(self, number: int) -> None:
        if self._tell is not None and number // _TELL_EVERY > self._last:
            self._last = number // _TELL_EVERY
            self._tell("reading", number)


def _gal_names(rules: RuleOptions) -> t.Iterator[str]:
    for name in rules.gal_attributes:
        yield from name.split("|")
